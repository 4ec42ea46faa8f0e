//! The function that stores the logs of telephone calls, as a Lambda function.

use std::process::ExitCode;

use lambda_kit::{Deadline, now};
use lambda_runtime::{LambdaEvent, service_fn};

/// It takes less CPU than the system's allocator: see ARCHITECTURE.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda_kit::run("pstn", async |environment| {
        let pstn = pstn::Pstn::from_environment(&environment).await?;
        lambda_runtime::run(service_fn(async |event: LambdaEvent<_>| {
            let now = now();
            let deadline = Deadline::of(&event.context, now);
            pstn.handle(event.payload, now, deadline.at()).await
        }))
        .await
        .map_err(anyhow::Error::from_boxed)
    })
    .await
}
