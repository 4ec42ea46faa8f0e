//! Where the messages go.

use lambda_kit::{Environment, Error};

/// The webhook's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The queue for [`call_queue::CallMessage`].
    pub calls_queue_url: String,
    /// The queue for [`call_queue::LifecycleMessage`].
    pub lifecycle_queue_url: String,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a missing one.
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            calls_queue_url: environment.text("CALLS_QUEUE_URL", "the URL of the calls queue")?,
            lifecycle_queue_url: environment
                .text("LIFECYCLE_QUEUE_URL", "the URL of the lifecycle queue")?,
        })
    }
}
