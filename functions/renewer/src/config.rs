//! The function's settings.

use lambda_kit::{Environment, Error as KitError};
use msgraph::Endpoints;
use url::Url;

/// What the renewer is told by its deployment.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the login host and Graph are.
    pub endpoints: Endpoints,
    /// Where Graph is to send change notifications.
    pub notification_url: Url,
    /// Where Graph is to send lifecycle notifications.
    pub lifecycle_notification_url: Url,
}

impl Config {
    /// Reads `GRAPH_URL`, `LOGIN_URL`, `NOTIFICATION_URL` and `LIFECYCLE_NOTIFICATION_URL`.
    ///
    /// # Errors
    ///
    /// The error names the variable and what belongs there.
    pub fn from_environment(environment: &Environment) -> Result<Self, KitError> {
        let login = environment
            .text("LOGIN_URL", "the login host, such as https://login.microsoftonline.com")?;
        let graph =
            environment.text("GRAPH_URL", "the Graph host, such as https://graph.microsoft.com")?;
        let endpoints = Endpoints::parse(&login, &graph)
            .map_err(|error| KitError::Misconfigured(error.to_string()))?;
        Ok(Self {
            endpoints,
            notification_url: environment
                .parsed("NOTIFICATION_URL", "the webhook's https address for notifications")?,
            lifecycle_notification_url: environment.parsed(
                "LIFECYCLE_NOTIFICATION_URL",
                "the webhook's https address for lifecycle notifications",
            )?,
        })
    }
}
