//! CloudFormation's custom resource: the stack requests the subscription when it is deployed and its
//! removal when it is deleted, and waits for an answer at a presigned address.
//!
//! A stack that gets no answer hangs for up to an hour, so every request is answered, whatever
//! happens, and in a bounded time.

use std::time::Duration;

use backoff::Backoff;
use msgraph::{Endpoints, is_loopback};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use crate::goal::Goal;

#[cfg(test)]
mod tests;

/// What is kept back of an invocation's time for the answer.
pub(crate) const RESERVE: Duration = Duration::from_secs(10);

/// The physical id of the resource. It never changes: a change would make CloudFormation delete
/// the old one, and there is only one subscription.
const PHYSICAL_ID: &str = "callRecords-subscription";

/// CloudFormation reads at most 4,096 bytes of an answer.
const MAX_REASON_LENGTH: usize = 800;

const MAX_ATTEMPTS: u32 = 4;
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(4);
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(2));

/// What the stack asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StackRequest {
    request_type: String,
    /// Presigned: who has it can answer in our place.
    #[serde(rename = "ResponseURL")]
    response_url: SecretString,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    #[serde(default)]
    physical_resource_id: Option<String>,
}

/// The data of the answer. A deployment does not fail for want of a subscription: consent is often
/// given after it, and the schedule tries again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StackResult {
    /// A sentence: the outcome, or what prevents it and how to fix that.
    pub(crate) status: String,
    /// Graph's id of the subscription, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription_id: Option<String>,
    /// When it expires unless it is renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
}

/// Why the answer could not be given. The stack waits until its own time-out.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The address is not one to send anything to. Nothing was done, either.
    #[error("the request names no address of CloudFormation in this region for the answer")]
    Address,
    /// Every try failed; the sentence says how the last one did.
    #[error("the stack could not be answered: {0}")]
    Undelivered(String),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    status: &'static str,
    reason: &'a str,
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
    data: &'a StackResult,
}

impl StackResult {
    /// Only a sentence.
    pub(crate) fn status_only(status: impl Into<String>) -> Self {
        Self { status: status.into(), ..Self::default() }
    }
}

impl StackRequest {
    /// What the stack wants; nothing that we know for a kind of request that does not exist yet.
    pub(crate) fn goal(&self) -> Option<Goal> {
        match self.request_type.as_str() {
            "Create" | "Update" => Some(Goal::Subscribe),
            "Delete" => Some(Goal::Unsubscribe),
            _ => None,
        }
    }

    /// Where the stack waits for the answer.
    ///
    /// # Errors
    ///
    /// [`AnswerError::Address`] when it is not one of `hosts`.
    pub(crate) fn response_url(&self, hosts: &ResponseHosts) -> Result<Url, AnswerError> {
        hosts.accept(self.response_url.expose_secret()).ok_or(AnswerError::Address)
    }

    /// Answers that the request was carried out as far as possible, or, when `result` is `None`, that
    /// it is of no known kind.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] when the answer did not arrive before `deadline`.
    pub(crate) async fn answer(
        &self,
        url: &Url,
        result: Option<&StackResult>,
        deadline: Instant,
    ) -> Result<(), AnswerError> {
        let unknown =
            StackResult::status_only("the request is neither Create nor Update nor Delete");
        let data = shortened(result.unwrap_or(&unknown));
        let answer = Answer {
            status: if result.is_some() { "SUCCESS" } else { "FAILED" },
            reason: &data.status,
            physical_resource_id: self.physical_resource_id.as_deref().unwrap_or(PHYSICAL_ID),
            stack_id: &self.stack_id,
            request_id: &self.request_id,
            logical_resource_id: &self.logical_resource_id,
            data: &data,
        };
        let body = serde_json::to_vec(&answer).expect("texts always serialize");
        deliver(url, body, deadline).await
    }
}

/// The hosts that are answered. The invoker of the function names the address, and must not be able
/// to make it send to a host of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResponseHosts {
    /// CloudFormation's buckets in the region of the function, which is that of its stack. Names of
    /// buckets are unique in AWS, and these are Amazon's; one with another ending may be anyone's.
    OfRegion(String),
    /// This machine: on a laptop, where Graph is on it as well. Loopback traffic does not leave it.
    Loopback,
    /// None, while the region is not known.
    Nowhere,
}

impl ResponseHosts {
    /// Loopback where Graph is there too, which no deployed stack can have.
    pub(crate) fn of(endpoints: &Endpoints) -> Self {
        let is_local = endpoints.graph.scheme() == "http" && is_loopback(&endpoints.graph);
        if is_local { Self::Loopback } else { Self::Nowhere }
    }

    /// CloudFormation's buckets in a region, unless this is a laptop.
    #[must_use]
    pub(crate) fn in_region(self, region: &str) -> Self {
        match self {
            Self::Nowhere => Self::OfRegion(region.to_owned()),
            other => other,
        }
    }

    fn accept(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let plain = url.username().is_empty() && url.password().is_none();
        let ours = match self {
            Self::OfRegion(region) => {
                let host = url.domain()?;
                url.scheme() == "https" && url.port().is_none() && is_bucket(host, region)
            }
            Self::Loopback => url.scheme() == "http" && is_loopback(&url),
            Self::Nowhere => false,
        };
        (ours && plain).then_some(url)
    }
}

/// Whether a host is CloudFormation's bucket for answers in this region, in any form of the name of
/// S3's host: of all regions, of one, and with a hyphen, as older regions have it.
fn is_bucket(host: &str, region: &str) -> bool {
    let bucket = format!("cloudformation-custom-resource-response-{}.", region.replace('-', ""));
    let Some(s3) = host.strip_prefix(&bucket) else { return false };
    ["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu"].iter().any(|partition| {
        [
            format!("s3.{partition}"),
            format!("s3.{region}.{partition}"),
            format!("s3-{region}.{partition}"),
            format!("s3.dualstack.{region}.{partition}"),
        ]
        .iter()
        .any(|form| form == s3)
    })
}

fn shortened(result: &StackResult) -> StackResult {
    StackResult {
        status: result.status.chars().take(MAX_REASON_LENGTH).collect(),
        ..result.clone()
    }
}

async fn deliver(url: &Url, body: Vec<u8>, deadline: Instant) -> Result<(), AnswerError> {
    let http = http_client().map_err(|error| AnswerError::Undelivered(describe_error(error)))?;
    let mut last = "no time was left".to_owned();
    for attempt in 0..MAX_ATTEMPTS {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        // No content type: the signature of the address covers an empty one.
        let put = http.put(url.clone()).body(body.clone()).send();
        match timeout(ATTEMPT_TIMEOUT.min(left), put).await {
            Ok(Ok(response)) if response.status().is_success() => return Ok(()),
            Ok(Ok(response)) if response.status().is_client_error() => {
                return Err(AnswerError::Undelivered(response.status().to_string()));
            }
            Ok(Ok(response)) => last = response.status().to_string(),
            Ok(Err(error)) => last = describe_error(error),
            Err(_) => last = "no answer in time".to_owned(),
        }
        sleep(BACKOFF.jittered(attempt)).await;
    }
    Err(AnswerError::Undelivered(last))
}

/// The address is left out: it is a secret.
fn describe_error(error: reqwest::Error) -> String {
    error.without_url().to_string()
}

/// A client that sends no token and follows no redirect. It is made for each answer: there are a
/// handful in the life of a stack.
fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    // An error says that there is a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .no_proxy()
        .build()
}
