//! The reports as a Lambda function.

use std::process::ExitCode;

use lambda_kit::now;
use lambda_runtime::{LambdaEvent, service_fn};

/// It takes less CPU than the system's allocator: see ARCHITECTURE.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda_kit::run("reports", async |environment| {
        let reports = reports::Reports::from_environment(&environment).await?;
        lambda_runtime::run(service_fn(async |event: LambdaEvent<_>| {
            let own_arn = &event.context.invoked_function_arn;
            let answer = Box::pin(reports.handle(event.payload, own_arn, now())).await;
            Ok::<_, std::convert::Infallible>(answer)
        }))
        .await
        .map_err(anyhow::Error::from_boxed)
    })
    .await
}
