//! Runs the webhook that was built for arm64 under an emulator, beside the rest of the system. What
//! `.ci/run` does on a machine of another architecture.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use aws_stand_ins::{FunctionOptions, RuntimeApi, http_event};
use clap::Parser;
use system_tests::events::{notification, posted};
use teams_calls::system::{Settings, System};

/// Emulation is tens of times slower than the processor, above all where code runs for the first time.
const TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Debug, Parser)]
struct Options {
    /// The emulator, such as qemu-aarch64-static.
    emulator: PathBuf,
    /// Where the C library of the architecture is.
    root: PathBuf,
    /// The function.
    bootstrap: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Options { emulator, root, bootstrap } = Options::parse();
    let mut system = System::start(Settings::quiet()).await?;
    system.stop_consuming();
    let mut function = FunctionOptions::new("webhook", emulator);
    function.arguments =
        ["-L".into(), root, bootstrap].map(|it| it.to_string_lossy().into_owned()).into();
    function.init_timeout = TIMEOUT;
    let webhook = RuntimeApi::start(function.variables(system.environment())).await?;

    let handshake = http::Request::post("/notifications?validationToken=a%20b")
        .header("content-type", "text/plain")
        .body("".into())?;
    let answer = webhook.invoke(&http_event(&handshake), TIMEOUT).await?;
    ensure!(answer["body"] == "a b", "the handshake was answered {answer}");

    let notification = posted("/notifications", &[notification(&system, "call-1")])?;
    let answer = webhook.invoke(&notification, TIMEOUT).await?;
    ensure!(answer["statusCode"] == 202, "the notification was answered {answer}");
    let messages = system.sqs().messages(&system.queues().calls)?;
    ensure!(messages.len() == 1, "{} messages are in the queue", messages.len());
    println!("the arm64 webhook answered the handshake, and enqueued the call of a notification");
    Ok(())
}
