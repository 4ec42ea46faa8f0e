//! One try of one request, inside the time left.

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::time::{Instant, timeout};

use crate::failure::Failure;
use crate::options::Options;
use crate::retry_after::retry_after;
use crate::{body, clock};

/// The HTTP client with its limits.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    pub(crate) client: reqwest::Client,
    pub(crate) options: Options,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The wait that the answer asks for, if it asks for one.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers, clock::now)
    }

    /// Whether the answer asks to wait: a 429 always does, a failing server when it says how
    /// long. On a refusal the header means nothing: waiting does not make a secret right.
    pub(crate) fn asks_to_wait(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
            || (self.status.is_server_error() && self.retry_after().is_some())
    }
}

impl Transport {
    /// Sends a request once and reads the answer: at most `allowed`, and never past the deadline.
    pub(crate) async fn attempt(
        &self,
        request: reqwest::Request,
        allowed: Duration,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left < self.options.min_attempt_time {
            return Err(Failure::OutOfTime);
        }
        let exchange = async {
            let response = self.client.execute(request).await?;
            let status = response.status();
            let headers = response.headers().clone();
            let body = body::read(response, self.options.max_body_bytes).await?;
            Ok(Answer { status, headers, body })
        };
        match timeout(allowed.min(left), exchange).await {
            Ok(outcome) => outcome,
            Err(_) if left <= allowed => Err(Failure::OutOfTime),
            Err(_) => Err(Failure::Timeout),
        }
    }
}
