//! Two requests for the diagnosis of a deployment.

use jiff::Timestamp;
use reqwest::Method;
use tokio::time::Instant;

use crate::attempts::{AttemptFailure, Attempts};
use crate::client::Graph;
use crate::error::Error;
use crate::failure::Failure;
use crate::retry_after::server_time;

impl Graph {
    /// Logs in, and does nothing with the token: whether the tenant, the application and its secret
    /// are right. What the application may do shows only when Graph is asked.
    ///
    /// # Errors
    ///
    /// [`Error::Login`] with what to fix.
    pub async fn log_in(&self, deadline: Instant) -> Result<(), Error> {
        self.login().token(deadline).await.map(drop)
    }

    /// The time by Graph's clock, to the second, from whatever it answers to a request without a
    /// token; none when it does not say.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when the host cannot be reached, [`Error::OutOfTime`].
    pub async fn time(&self, deadline: Instant) -> Result<Option<Timestamp>, Error> {
        let options = self.options();
        let url = self.endpoints().graph(&[]);
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut attempts = Attempts::new(options);
        loop {
            let request = reqwest::Request::new(Method::GET, url.clone());
            let attempt = self.transport().attempt(request, options.attempt_timeout, deadline);
            let failure = match attempt.await {
                Ok(answer) => return Ok(server_time(&answer.headers)),
                Err(Failure::TooLarge { .. }) => return Ok(None),
                Err(Failure::OutOfTime) => return Err(Error::OutOfTime),
                Err(Failure::Timeout) => AttemptFailure::timeout(&host),
                Err(Failure::Lost(why)) => AttemptFailure::lost(&host, &why),
            };
            attempts.wait(failure, deadline).await?;
        }
    }
}
