//! The token endpoint: client credentials, as Entra answers them.

use std::collections::HashMap;
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use crate::options::{Assertions, ClientSecret};
use stand_in_kit::later;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the login knows: the application's credentials, its consent, the tokens that it issued.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) secrets: Vec<ClientSecret>,
    pub(crate) assertions: Assertions,
    pub(crate) consented: bool,
    pub(crate) token_lifetime: Duration,
    tokens: HashMap<String, Token>,
    issued: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    expires_at: Timestamp,
    /// Its place among all tokens, from 1.
    pub(crate) number: u64,
    /// The roles are in the token: consent given later does not reach it.
    pub(crate) may_read_call_records: bool,
}

/// What a bearer token is worth.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Access {
    Granted(Token),
    Expired,
    Unknown,
}

impl Login {
    pub(crate) fn new(options: &crate::options::Options) -> Self {
        Self {
            tenant_id: options.tenant_id.clone(),
            client_id: options.client_id.clone(),
            secrets: options.client_secrets.clone(),
            assertions: options.assertions.clone(),
            consented: options.consented,
            token_lifetime: options.token_lifetime,
            tokens: HashMap::new(),
            issued: 0,
        }
    }

    pub(crate) fn access(&self, token: &str, now: Timestamp) -> Access {
        match self.tokens.get(token) {
            None => Access::Unknown,
            Some(token) if now >= token.expires_at => Access::Expired,
            Some(token) => Access::Granted(*token),
        }
    }

    pub(crate) fn revoke_all(&mut self) {
        self.tokens.clear();
    }

    pub(crate) fn answer(
        &mut self,
        tenant: &str,
        body: &[u8],
        origin: &str,
        now: Timestamp,
    ) -> Result<Value, Denial> {
        let form = Form(form_urlencoded::parse(body).collect());
        self.judge(tenant, &form, origin, now)?;
        let (token, expires_in) = self.issue(now);
        Ok(json!({ "token_type": "Bearer", "expires_in": expires_in, "access_token": token }))
    }

    fn issue(&mut self, now: Timestamp) -> (String, u64) {
        self.tokens.retain(|_, token| now < token.expires_at);
        let token = format!("fake-graph-token.{}", Uuid::new_v4().simple());
        self.issued += 1;
        let issued = Token {
            number: self.issued,
            expires_at: later(now, self.token_lifetime),
            may_read_call_records: self.consented,
        };
        self.tokens.insert(token.clone(), issued);
        (token, self.token_lifetime.as_secs())
    }

    /// Judges one form; the order of the checks is that of Entra: grant, tenant, application,
    /// scope, credential.
    fn judge(
        &self,
        tenant: &str,
        form: &Form<'_>,
        origin: &str,
        now: Timestamp,
    ) -> Result<(), Denial> {
        match form.get("grant_type") {
            Some("client_credentials") => {}
            None => return Err(Denial::missing("grant_type")),
            Some(other) => {
                return Err(Denial::new(
                    StatusCode::BAD_REQUEST,
                    "unsupported_grant_type",
                    70003,
                    format!("The app requested an unsupported grant type '{other}'."),
                ));
            }
        }
        if tenant != self.tenant_id {
            return Err(Denial::new(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                90002,
                format!("Tenant '{tenant}' not found. Check the tenant ID and the cloud."),
            ));
        }
        let client_id = form.get("client_id").ok_or_else(|| Denial::missing("client_id"))?;
        if client_id != self.client_id {
            return Err(Denial::new(
                StatusCode::BAD_REQUEST,
                "unauthorized_client",
                700_016,
                format!(
                    "Application with identifier '{client_id}' was not found in the directory \
                     '{tenant}'."
                ),
            ));
        }
        let scope = form.get("scope").ok_or_else(|| Denial::missing("scope"))?;
        if !is_scope_of_graph(scope, origin) {
            return Err(Denial::new(
                StatusCode::BAD_REQUEST,
                "invalid_scope",
                70011,
                format!(
                    "The provided value for the input parameter 'scope' is not valid. The scope \
                     {scope} is not valid."
                ),
            ));
        }
        match (form.get("client_assertion"), form.get("client_secret")) {
            (Some(assertion), None) => self.judge_assertion(form, assertion),
            (None, Some(secret)) => self.judge_secret(secret, now),
            (Some(_), Some(_)) => Err(Denial::new(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                50195,
                "Both a client secret and a client assertion were presented.".to_owned(),
            )),
            (None, None) => Err(Denial::new(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                7_000_218,
                "The request body must contain the following parameter: 'client_assertion' or \
                 'client_secret'."
                    .to_owned(),
            )),
        }
    }

    fn judge_secret(&self, secret: &str, now: Timestamp) -> Result<(), Denial> {
        match self.secrets.iter().find(|known| known.value == secret) {
            Some(known) if known.expires_at.is_none_or(|at| now < at) => Ok(()),
            Some(_) => Err(Denial::new(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                7_000_222,
                format!(
                    "The provided client secret keys for app '{}' are expired.",
                    self.client_id
                ),
            )),
            None => Err(Denial::new(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                7_000_215,
                format!(
                    "Invalid client secret provided. Ensure the secret being sent in the request \
                     is the client secret value, not the client secret ID, for a secret added to \
                     app '{}'.",
                    self.client_id
                ),
            )),
        }
    }

    fn judge_assertion(&self, form: &Form<'_>, assertion: &str) -> Result<(), Denial> {
        if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(Denial::missing("client_assertion_type"));
        }
        let accepted = match &self.assertions {
            Assertions::None => false,
            Assertions::AnyToken => {
                let parts: Vec<_> = assertion.split('.').collect();
                parts.len() == 3 && parts.iter().all(|part| !part.is_empty())
            }
            Assertions::Only(known) => known.iter().any(|known| known == assertion),
        };
        if accepted {
            return Ok(());
        }
        Err(Denial::new(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            70021,
            "No matching federated identity record found for presented assertion.".to_owned(),
        ))
    }
}

/// The scope names the Graph host of the cloud; here also the fake's own address.
fn is_scope_of_graph(scope: &str, origin: &str) -> bool {
    const HOSTS: [&str; 4] = [
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
    ];
    let Some(resource) = scope.strip_suffix("/.default") else {
        return false;
    };
    // With a slash at the end of the resource, Entra expects two in the scope.
    let resource = resource.strip_suffix('/').unwrap_or(resource);
    resource == origin || HOSTS.contains(&resource)
}

struct Form<'a>(HashMap<std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>>);

impl Form<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(AsRef::as_ref).filter(|value: &&str| !value.is_empty())
    }
}

/// An error of the login, in the form of OAuth with Entra's own number.
pub(crate) struct Denial {
    status: StatusCode,
    error: &'static str,
    number: u32,
    sentence: String,
}

impl Denial {
    fn new(status: StatusCode, error: &'static str, number: u32, sentence: String) -> Self {
        Self { status, error, number, sentence }
    }

    fn missing(parameter: &str) -> Self {
        let sentence =
            format!("The request body must contain the following parameter: '{parameter}'.");
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", 900_144, sentence)
    }

    pub(crate) fn answer(&self, now: Timestamp) -> Response {
        let (trace_id, correlation_id) = (Uuid::new_v4(), Uuid::new_v4());
        let timestamp = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let Self { status, error, number, sentence } = self;
        let body = json!({
            "error": error,
            "error_description": format!(
                "AADSTS{number}: {sentence}\r\nTrace ID: {trace_id}\r\n\
                 Correlation ID: {correlation_id}\r\nTimestamp: {timestamp}"
            ),
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
        });
        (*status, Json(body)).into_response()
    }
}
