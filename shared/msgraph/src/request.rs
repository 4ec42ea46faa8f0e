//! One request to Graph, with the token, the gate and the quick tries around it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::ExposeSecret;
use tokio::time::Instant;
use url::Url;

use crate::advice;
use crate::attempts::{AttemptFailure, Attempts};
use crate::client::Graph;
use crate::error::{Error, LoginProblem, RawBody, Undecodable};
use crate::failure::Failure;
use crate::fault::Fault;
use crate::login::Token;
use crate::rate_limit::RateLimiter;

/// Without it, values newer than this API version's sentinel arrive as `unknownFutureValue`.
pub(crate) const INCLUDE_UNKNOWN: &str = "include-unknown-enum-members";

/// What to ask Graph for.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) prefer: Option<&'static str>,
    /// JSON.
    pub(crate) body: Option<Bytes>,
    /// For one try.
    pub(crate) timeout: Duration,
    /// A limit that it counts against beside the client's.
    pub(crate) rate_limit: Option<Arc<RateLimiter>>,
}

impl Graph {
    /// A GET with the time-out of a read.
    pub(crate) fn get(&self, url: Url, prefer: Option<&'static str>) -> Request {
        let timeout = self.options().attempt_timeout;
        Request { method: Method::GET, url, prefer, body: None, timeout, rate_limit: None }
    }

    /// Sends a request until there is an answer that is for the caller to judge: the body of a
    /// success, or Graph's refusal. All else is an [`Error`].
    pub(crate) async fn send(
        &self,
        request: &Request,
        deadline: Instant,
    ) -> Result<Result<Bytes, Fault>, Error> {
        let options = self.options();
        let host = request.url.host_str().unwrap_or_default();
        let mut attempts = Attempts::new(options);
        let mut token_dropped = false;
        loop {
            self.gate().pass(options, deadline).await?;
            let token = self.login().token(deadline).await?;
            self.acquire(request, deadline).await?;
            if self.gate().closed_until().is_some() {
                // Another request closed the gate while this one waited for the token or the rate limit.
                continue;
            }
            let built = Self::build(request, &token)?;
            let failure = match self.transport().attempt(built, request.timeout, deadline).await {
                Ok(answer) if answer.status.is_success() => {
                    self.gate().passed();
                    return Ok(Ok(answer.body));
                }
                Ok(answer) if answer.asks_to_wait() => {
                    let retry_after = self.gate().close(answer.retry_after(), options);
                    if !attempts.count_retry() {
                        return Err(Error::Throttled { retry_after });
                    }
                    continue;
                }
                // 501 is an answer and no failure: a retry brings the same.
                Ok(answer)
                    if answer.status.is_server_error() && answer.status != 501
                        || answer.status == 408 =>
                {
                    AttemptFailure::status(host, answer.status.as_u16())
                }
                Ok(answer) => {
                    let status = answer.status.as_u16();
                    let fault = Fault::parse(status, &answer.body, token.text.expose_secret());
                    if !matches!(status, 401 | 403) || fault.is_quota() {
                        return Ok(Err(fault));
                    }
                    // Roles are part of the token: one from before the consent keeps failing.
                    if std::mem::replace(&mut token_dropped, true) {
                        return Err(advice::unauthorized(&fault));
                    }
                    self.login().forget(&token);
                    continue;
                }
                Err(Failure::OutOfTime) => return Err(Error::OutOfTime),
                Err(Failure::TooLarge { limit }) => {
                    let source = Undecodable::TooLarge { limit };
                    return Err(Error::Undecodable { body: RawBody::default(), source });
                }
                Err(Failure::Timeout) => AttemptFailure::timeout(host),
                Err(Failure::Lost(why)) => AttemptFailure::lost(host, &why),
            };
            attempts.wait(failure, deadline).await?;
        }
    }

    /// Waits until the request may be sent by the limits that it counts against. Each try counts.
    async fn acquire(&self, request: &Request, deadline: Instant) -> Result<(), Error> {
        let latest = deadline.checked_sub(self.options().min_attempt_time).unwrap_or(deadline);
        // The narrower one first: while it is waited for, nothing of the client's is held back.
        for rate_limit in request.rate_limit.as_deref().into_iter().chain(self.rate_limit()) {
            rate_limit.acquire(latest).await?;
        }
        Ok(())
    }

    /// The body of the page that a next link leads to.
    ///
    /// A page that is not there is not a record that is not there *yet*: the chain it belongs to was
    /// just answered, so 400, 404 and 410 mean that the chain is no longer good (the record got a new
    /// version, the skip token ran out, or the link was broken from the start). The answer is
    /// [`Error::Changed`]: begin again, with the caller's own bound on how often.
    pub(crate) async fn get_page(
        &self,
        link: &str,
        prefer: Option<&'static str>,
        rate_limit: Option<Arc<RateLimiter>>,
        deadline: Instant,
    ) -> Result<Bytes, Error> {
        let request = Request { rate_limit, ..self.get(self.endpoints().next_link(link)?, prefer) };
        self.send(&request, deadline).await?.map_err(|fault| match fault.status {
            400 | 404 | 410 => Error::Changed,
            _ => fault.rejected(),
        })
    }

    fn build(request: &Request, token: &Token) -> Result<reqwest::Request, Error> {
        let authorization = token.header().ok_or_else(|| Error::Login {
            sentence: advice::UNSENDABLE_TOKEN.to_owned(),
            kind: LoginProblem::Other,
        })?;
        let mut built = reqwest::Request::new(request.method.clone(), request.url.clone());
        let headers = built.headers_mut();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(prefer) = request.prefer {
            headers.insert("prefer", HeaderValue::from_static(prefer));
        }
        if let Some(body) = &request.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *built.body_mut() = Some(body.clone().into());
        }
        Ok(built)
    }
}
