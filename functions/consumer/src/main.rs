//! The consumer as a Lambda function.

use std::process::ExitCode;

use lambda_kit::{Deadline, now};
use lambda_runtime::{LambdaEvent, service_fn};

/// It takes less CPU than the system's allocator: see ARCHITECTURE.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda_kit::run("consumer", async |environment| {
        let consumer = consumer::Consumer::from_environment(&environment).await?;
        lambda_runtime::run(service_fn(async |event: LambdaEvent<_>| {
            let now = now();
            let deadline = Deadline::of(&event.context, now);
            let response = consumer.handle(event.payload, now, deadline.at()).await;
            Ok::<_, std::convert::Infallible>(response)
        }))
        .await
        .map_err(anyhow::Error::from_boxed)
    })
    .await
}
