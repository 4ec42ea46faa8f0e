//! The token: one request in flight, kept until shortly before its end.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::advice;
use crate::attempts::{AttemptFailure, Attempts};
use crate::credential::{AssertionError, Credential};
use crate::error::{Error, LoginProblem};
use crate::failure::Failure;
use crate::gate::Gate;
use crate::login_error::refusal;
use crate::transport::{Answer, Transport};

/// A token is replaced this long before its end, so that a request that begins with it can also
/// finish with it; a short-lived one when nine tenths of its life are over.
const EXPIRY_MARGIN: Duration = Duration::from_secs(5 * 60);

/// The life of a token that does not say how long it lives.
const DEFAULT_TOKEN_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Where tokens come from, and the one in use.
#[derive(Debug)]
pub(crate) struct Login {
    transport: Transport,
    url: Url,
    host: String,
    client_id: String,
    scope: String,
    state: Mutex<State>,
    /// Held while a token is requested.
    flight: tokio::sync::Mutex<()>,
    gate: Gate,
}

#[derive(Debug)]
struct State {
    credential: Credential,
    /// Counts credentials: what an older one brought is not kept.
    epoch: u64,
    token: Option<Token>,
    issued: u64,
    /// Counts requests that ended without a token, and how the last one did.
    failures: u64,
    last_failure: Option<SharedState>,
}

/// A token and what distinguishes it from its successor.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) text: SecretString,
    serial: u64,
    /// By the monotonic clock. Should that stand still while a function is frozen, Graph's 401 drops
    /// the token.
    fresh_until: Instant,
}

impl Token {
    /// The value of `Authorization`, marked so that no layer prints it.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value =
            HeaderValue::from_str(&format!("Bearer {}", self.text.expose_secret())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// A failure that holds for everyone who waited for the same request.
#[derive(Clone, Debug)]
enum SharedState {
    Login { kind: LoginProblem, sentence: String },
    Unavailable { detail: String },
    Throttled { retry_after: Duration },
}

impl Login {
    pub(crate) fn new(
        transport: Transport,
        url: Url,
        client_id: &str,
        scope: String,
        credential: Credential,
    ) -> Self {
        let state =
            State { credential, epoch: 0, token: None, issued: 0, failures: 0, last_failure: None };
        Self {
            transport,
            host: url.host_str().unwrap_or_default().to_owned(),
            url,
            client_id: client_id.to_owned(),
            scope,
            state: Mutex::new(state),
            flight: tokio::sync::Mutex::default(),
            gate: Gate::default(),
        }
    }

    /// Uses another credential from now on; what the old one brought is forgotten.
    pub(crate) fn replace(&self, credential: Credential) {
        let mut state = self.state();
        state.credential = credential;
        state.epoch += 1;
        state.token = None;
        state.last_failure = None;
    }

    /// Forgets this token. Of many callers that were refused with the same one, the first forgets
    /// it and the others leave its successor alone.
    pub(crate) fn forget(&self, token: &Token) {
        let mut state = self.state();
        if state.token.as_ref().is_some_and(|current| current.serial == token.serial) {
            state.token = None;
        }
    }

    /// The token in use, or a new one. Callers that come while one is being requested wait for it
    /// and share how that ended.
    pub(crate) async fn token(&self, deadline: Instant) -> Result<Token, Error> {
        loop {
            let failures = match self.known() {
                Ok(token) => return Ok(token),
                Err(failures) => failures,
            };
            let Ok(_flight) = timeout_at(deadline, self.flight.lock()).await else {
                return Err(Error::OutOfTime);
            };
            if let Ok(token) = self.known() {
                return Ok(token);
            }
            let (credential, epoch) = {
                let state = self.state();
                if let Some(failure) =
                    state.last_failure.as_ref().filter(|_| state.failures > failures)
                {
                    return Err(failure.clone().into());
                }
                (state.credential.clone(), state.epoch)
            };
            let outcome = self.fetch(&credential, deadline).await;
            let mut state = self.state();
            if state.epoch != epoch {
                continue;
            }
            match outcome {
                Ok((text, fresh_until)) => {
                    state.issued += 1;
                    let token = Token { text, serial: state.issued, fresh_until };
                    state.token = Some(token.clone());
                    return Ok(token);
                }
                Err(error) => {
                    state.failures += 1;
                    state.last_failure = SharedState::of(&error);
                    return Err(error);
                }
            }
        }
    }

    /// The token if there is a fresh one, else how many requests have failed so far.
    fn known(&self) -> Result<Token, u64> {
        let state = self.state();
        let fresh = state.token.as_ref().filter(|token| token.fresh_until > Instant::now());
        fresh.cloned().ok_or(state.failures)
    }

    async fn fetch(
        &self,
        credential: &Credential,
        deadline: Instant,
    ) -> Result<(SecretString, Instant), Error> {
        let (key, proof) = match credential {
            Credential::Secret(secret) => ("client_secret", secret.clone()),
            Credential::Assertion(source) => {
                let assertion = timeout_at(deadline, source.assertion()).await;
                ("client_assertion", assertion.map_err(|_| Error::OutOfTime)??)
            }
        };
        let mut form = vec![
            ("client_id", self.client_id.as_str()),
            ("scope", self.scope.as_str()),
            ("grant_type", "client_credentials"),
            (key, proof.expose_secret()),
        ];
        if key == "client_assertion" {
            form.push((
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ));
        }

        let options = &self.transport.options;
        let mut attempts = Attempts::new(options);
        loop {
            self.gate.pass(options, deadline).await?;
            let request = self.transport.client.post(self.url.clone()).form(&form).build();
            let request = request.map_err(|_| self.unusable("the request cannot be built"))?;
            let asked_at = Instant::now();
            let attempt = self.transport.attempt(request, options.attempt_timeout, deadline).await;
            let failure = match attempt {
                Ok(answer) if answer.status.is_success() => {
                    self.gate.passed();
                    return self.granted(&answer, asked_at);
                }
                Ok(answer) if answer.asks_to_wait() => {
                    // Passed at once when the wait fits; one that does not is an error there. Each
                    // turn also uses up a try, so that a host that always says so is left alone.
                    let retry_after = self.gate.close(answer.retry_after(), options);
                    if !attempts.count_retry() {
                        return Err(Error::Throttled { retry_after });
                    }
                    continue;
                }
                Ok(answer) => {
                    let status = answer.status.as_u16();
                    let secret = proof.expose_secret();
                    let refusal = refusal(status, &answer.body, &self.client_id, secret);
                    if !refusal.passing {
                        return Err(Error::Login {
                            kind: refusal.kind,
                            sentence: refusal.sentence,
                        });
                    }
                    AttemptFailure::status(&self.host, status)
                }
                Err(Failure::OutOfTime) => return Err(Error::OutOfTime),
                Err(Failure::TooLarge { .. }) => {
                    return Err(self.unusable("the answer is too large"));
                }
                Err(Failure::Timeout) => AttemptFailure::timeout(&self.host),
                Err(Failure::Lost(why)) => AttemptFailure::lost(&self.host, &why),
            };
            attempts.wait(failure, deadline).await?;
        }
    }

    fn granted(
        &self,
        answer: &Answer,
        asked_at: Instant,
    ) -> Result<(SecretString, Instant), Error> {
        let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let text = value["access_token"].as_str().unwrap_or_default();
        // A token that does not fit a header cannot be a token; an empty one neither.
        if text.is_empty() || HeaderValue::from_str(text).is_err() {
            return Err(self.unusable("the answer holds no token"));
        }
        // A number; older endpoints write it as a string.
        let life = &value["expires_in"];
        let seconds = life.as_u64().or_else(|| life.as_str().and_then(|text| text.parse().ok()));
        let life = seconds.map_or(DEFAULT_TOKEN_LIFETIME, Duration::from_secs);
        let kept = life - EXPIRY_MARGIN.min(life / 10);
        // Far beyond any life that is given; keeps the sum inside what an Instant holds.
        let kept = kept.min(Duration::from_secs(24 * 60 * 60));
        tracing::debug!(life_s = life.as_secs(), "graph.token_received");
        Ok((SecretString::from(text), asked_at + kept))
    }

    fn unusable(&self, why: &str) -> Error {
        let sentence = advice::no_login_host(&self.host, why);
        Error::Login { kind: LoginProblem::Other, sentence }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SharedState {
    /// What of a failure holds for others as well: a deadline is each caller's own.
    fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Login { kind, sentence } => {
                Some(Self::Login { kind: *kind, sentence: sentence.clone() })
            }
            Error::Unavailable { detail } => Some(Self::Unavailable { detail: detail.clone() }),
            Error::Throttled { retry_after } => Some(Self::Throttled { retry_after: *retry_after }),
            _ => None,
        }
    }
}

impl From<SharedState> for Error {
    fn from(shared: SharedState) -> Self {
        match shared {
            SharedState::Login { kind, sentence } => Self::Login { kind, sentence },
            SharedState::Unavailable { detail } => Self::Unavailable { detail },
            SharedState::Throttled { retry_after } => Self::Throttled { retry_after },
        }
    }
}

impl From<AssertionError> for Error {
    fn from(error: AssertionError) -> Self {
        match error {
            AssertionError::Unavailable(detail) => Self::Unavailable { detail },
            AssertionError::Misconfigured(sentence) => {
                Self::Login { kind: LoginProblem::WrongAssertion, sentence }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_token_does_not_show_it() {
        let text = SecretString::from("the-token".to_owned());
        let token = Token { text, serial: 1, fresh_until: Instant::now() };
        let header = token.header().unwrap();
        assert!(header.is_sensitive());
        assert!(!format!("{header:?} {token:?}").contains("the-token"));
    }
}
