//! Secrets Manager: secrets with a current and a previous version.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, anyhow};
use bytes::Bytes;
use http::{Request, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client_config::{ACCOUNT, REGION};
use crate::faults::{Faults, RequestShape, Service, around};
use stand_in_kit::Clock;
use stand_in_kit::{Admission, Answer, Hangup, Server, action, text};

/// The longest request that is read, in bytes; a secret itself may have 65,536.
const BODY_LIMIT: usize = 1024 * 1024;

/// The longest secret, in bytes.
const SECRET_LIMIT: usize = 65_536;

/// How a [`SecretsManager`] is set up.
#[derive(Clone, Debug, Default)]
pub struct SecretsOptions {
    /// The port on loopback; 0 for a free one.
    pub port: u16,
    /// What the dates of versions are reckoned by.
    pub clock: Clock,
    pub faults: Faults,
}

/// A Secrets Manager on loopback; dropping it stops it.
#[derive(Debug)]
pub struct SecretsManager {
    vault: Vault,
    server: Server,
}

impl SecretsManager {
    /// Starts on a free port.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(SecretsOptions::default()).await
    }

    pub async fn start_with(options: SecretsOptions) -> anyhow::Result<Self> {
        let SecretsOptions { port, clock, faults } = options;
        let vault = Vault { clock, faults, secrets: Arc::default() };
        let serving = vault.clone();
        let server = Server::start(port, BODY_LIMIT, Admission::AccessKey, move |request| {
            let vault = serving.clone();
            async move { vault.answer(&request).await }
        })
        .await
        .with_context(|| format!("Secrets Manager cannot listen on port {port}"))?;
        Ok(Self { vault, server })
    }

    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The faults that its requests meet.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.vault.faults
    }

    /// Creates a secret; the answer is its ARN.
    ///
    /// # Errors
    ///
    /// There is a secret of that name, or the value is empty or too long.
    pub fn create(&self, name: &str, value: &str) -> anyhow::Result<String> {
        let parameters = Parameters {
            name: Some(name.to_owned()),
            secret_string: Some(value.to_owned()),
            ..Parameters::default()
        };
        let created = self.vault.create(&parameters).map_err(refusal_error)?;
        Ok(created["ARN"].as_str().unwrap_or_default().to_owned())
    }

    /// Gives a secret another value, as a rotation does.
    ///
    /// # Errors
    ///
    /// There is no such secret, or the value is empty or too long.
    pub fn put(&self, secret: &str, value: &str) -> anyhow::Result<()> {
        let parameters = Parameters {
            secret_id: Some(secret.to_owned()),
            secret_string: Some(value.to_owned()),
            ..Parameters::default()
        };
        self.vault.put(&parameters).map(drop).map_err(refusal_error)
    }
}

fn refusal_error((code, message): Refusal) -> anyhow::Error {
    anyhow!("{code}: {message}")
}

/// An error code and what it says.
type Refusal = (&'static str, &'static str);

const NOT_FOUND: Refusal =
    ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
const NO_VERSION: Refusal = (
    "ResourceNotFoundException",
    "Secrets Manager can't find the specified secret value for the requested version.",
);
const EXISTS: Refusal =
    ("ResourceExistsException", "The operation failed because the secret already exists.");
const NO_VALUE: Refusal =
    ("InvalidRequestException", "You must provide either SecretString or SecretBinary.");
const TOO_LONG: Refusal =
    ("InvalidParameterException", "The secret value can have at most 65536 bytes.");

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Parameters {
    name: Option<String>,
    secret_id: Option<String>,
    secret_string: Option<String>,
    version_id: Option<String>,
    version_stage: Option<String>,
    client_request_token: Option<String>,
    description: Option<String>,
}

/// No Debug: what it holds is secret, if only for show.
struct Version {
    id: String,
    value: String,
    created: f64,
}

struct Secret {
    arn: String,
    name: String,
    description: Option<String>,
    created: f64,
    /// The current version first, then the previous one.
    versions: Vec<Version>,
}

#[derive(Clone)]
struct Vault {
    clock: Clock,
    faults: Faults,
    secrets: Arc<Mutex<BTreeMap<String, Secret>>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

impl Vault {
    async fn answer(&self, request: &Request<Bytes>) -> Result<Answer, Hangup> {
        let (action, body) = (action(request), request.body());
        let fault = self.faults.choose(Service::SecretsManager, action, body);
        let shape = RequestShape { service: Service::SecretsManager, action, body };
        let mut answer = around(fault, &shape, async {
            Ok(match self.serve(action, body) {
                Ok(value) => text(StatusCode::OK, value.to_string()),
                Err((code, message)) => {
                    let body = json!({"__type": code, "Message": message});
                    text(StatusCode::BAD_REQUEST, body.to_string())
                }
            })
        })
        .await?;
        let json = http::HeaderValue::from_static("application/x-amz-json-1.1");
        answer.headers_mut().insert(http::header::CONTENT_TYPE, json);
        Ok(answer)
    }

    fn serve(&self, action: &str, body: &Bytes) -> Result<Value, Refusal> {
        let parameters: Parameters = serde_json::from_slice(body).map_err(|_| {
            ("SerializationException", "The request is not the JSON of this action.")
        })?;
        match action {
            "CreateSecret" => self.create(&parameters),
            "DescribeSecret" => self.describe(&parameters),
            "GetSecretValue" => self.get(&parameters),
            "PutSecretValue" | "UpdateSecret" => self.put(&parameters),
            _ => Err(("UnknownOperationException", "The action is not served here.")),
        }
    }

    fn secrets(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn version(&self, parameters: &Parameters) -> Result<Version, Refusal> {
        let value = parameters.secret_string.clone().filter(|value| !value.is_empty());
        let value = value.ok_or(NO_VALUE)?;
        if value.len() > SECRET_LIMIT {
            return Err(TOO_LONG);
        }
        let id = parameters.client_request_token.clone();
        let id = id.unwrap_or_else(|| Uuid::new_v4().to_string());
        Ok(Version { id, value, created: self.now() })
    }

    fn now(&self) -> f64 {
        self.clock.now().as_duration().as_secs_f64()
    }

    fn create(&self, parameters: &Parameters) -> Result<Value, Refusal> {
        let name = parameters.name.clone().filter(|name| !name.is_empty());
        let name = name.ok_or(("InvalidParameterException", "You must provide Name."))?;
        let version = self.version(parameters)?;
        let mut secrets = self.secrets();
        if secrets.contains_key(&name) {
            return Err(EXISTS);
        }
        // AWS hangs six characters on the name, so that a policy outlives no secret of its name.
        let suffix: String = Uuid::new_v4().simple().to_string().chars().take(6).collect();
        let arn = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-{suffix}");
        let answer = json!({"ARN": arn, "Name": name, "VersionId": version.id});
        let created = self.now();
        let description = parameters.description.clone();
        let secret =
            Secret { arn, name: name.clone(), description, created, versions: vec![version] };
        secrets.insert(name, secret);
        Ok(answer)
    }

    fn put(&self, parameters: &Parameters) -> Result<Value, Refusal> {
        let version = self.version(parameters)?;
        let mut secrets = self.secrets();
        let secret = secrets.values_mut().find(|secret| secret.is(parameters)).ok_or(NOT_FOUND)?;
        let id = version.id.clone();
        // The same token is the same request, sent twice.
        if !secret.versions.iter().any(|known| known.id == id) {
            secret.versions.insert(0, version);
            secret.versions.truncate(2);
        }
        let stages = ["AWSCURRENT"];
        let (arn, name) = (&secret.arn, &secret.name);
        Ok(json!({"ARN": arn, "Name": name, "VersionId": id, "VersionStages": stages}))
    }

    fn get(&self, parameters: &Parameters) -> Result<Value, Refusal> {
        let secrets = self.secrets();
        let secret = secrets.values().find(|secret| secret.is(parameters)).ok_or(NOT_FOUND)?;
        let wanted = |(stage, version): &(&str, &Version)| {
            let by_id = parameters.version_id.as_ref().is_none_or(|id| *id == version.id);
            let default = if parameters.version_id.is_some() { *stage } else { "AWSCURRENT" };
            by_id && parameters.version_stage.as_deref().unwrap_or(default) == *stage
        };
        let (stage, version) = secret.staged().find(wanted).ok_or(NO_VERSION)?;
        Ok(json!({
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": version.id,
            "SecretString": version.value,
            "VersionStages": [stage],
            "CreatedDate": version.created,
        }))
    }

    fn describe(&self, parameters: &Parameters) -> Result<Value, Refusal> {
        let secrets = self.secrets();
        let secret = secrets.values().find(|secret| secret.is(parameters)).ok_or(NOT_FOUND)?;
        let stages: BTreeMap<_, _> =
            secret.staged().map(|(stage, version)| (version.id.clone(), [stage])).collect();
        let changed = secret.versions.first().map_or(secret.created, |version| version.created);
        let mut shown = json!({
            "ARN": secret.arn,
            "Name": secret.name,
            "CreatedDate": secret.created,
            "LastChangedDate": changed,
            "VersionIdsToStages": stages,
        });
        if let Some(description) = &secret.description {
            shown["Description"] = description.as_str().into();
        }
        Ok(shown)
    }
}

impl Secret {
    /// Whether the request names this secret: by name, by ARN, or by ARN without its last characters.
    fn is(&self, parameters: &Parameters) -> bool {
        let wanted = parameters.secret_id.as_deref().unwrap_or_default();
        let partial = self.arn.rsplit_once('-').map(|(partial, _)| partial);
        wanted == self.name || wanted == self.arn || Some(wanted) == partial
    }

    fn staged(&self) -> impl Iterator<Item = (&'static str, &Version)> {
        ["AWSCURRENT", "AWSPREVIOUS"].into_iter().zip(&self.versions)
    }
}
