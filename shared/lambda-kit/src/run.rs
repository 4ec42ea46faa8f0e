//! The frame of every `main`.

use std::fmt::Display;
use std::process::ExitCode;

use jiff::Timestamp;
use tls::Trust;

use crate::{Environment, telemetry};

/// Starts telemetry and decides whom the process trusts, then wires and serves the function. A function that cannot start says why in
/// one line of the log, which names what to fix, and exits; Lambda starts it again.
///
/// ```no_run
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> std::process::ExitCode {
///     lambda_kit::run("consumer", async |environment| {
///         let table = environment.text("TABLE_NAME", "the name of the table")?;
///         // … wire, and serve with `lambda_runtime::run`.
///         Ok::<(), lambda_kit::Error>(drop(table))
///     })
///     .await
/// }
/// ```
pub async fn run<F, E>(function: &'static str, serve: F) -> ExitCode
where
    F: AsyncFnOnce(Environment) -> Result<(), E>,
    E: Display,
{
    let environment = Environment::from_process();
    telemetry::init(function, &environment);
    tls::trust(Trust::of_function(|name| environment.optional_text(name)));
    match serve(environment).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `{:#}` shows an anyhow error with its causes, and others as they are.
            tracing::error!(error = format!("{error:#}"), "function.stopped");
            ExitCode::FAILURE
        }
    }
}

/// The time. For `main` and adapters at the edge; everything below takes `now` as an argument.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
