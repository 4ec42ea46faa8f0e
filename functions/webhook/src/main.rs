//! The webhook as a Lambda function.

use std::convert::Infallible;
use std::process::ExitCode;

use lambda_http::service_fn;
use lambda_kit::now;

/// It takes less CPU than the system's allocator: see ARCHITECTURE.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda_kit::run("webhook", async |environment| {
        let webhook = webhook::Webhook::from_environment(&environment).await?;
        let handle = async |request| Ok::<_, Infallible>(webhook.handle(request, now()).await);
        lambda_http::run(service_fn(handle)).await
    })
    .await
}
