//! `teams-calls doctor`: checks what a deployment needs, step by step.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use lambda_kit::Environment;
use tokio::time::Instant;
use url::Url;

use crate::account::{AccountOptions, ask_for_secret};
use crate::doctor::{Deployment, Diagnosis, examine};

/// For all steps together, Graph's Retry-After included.
const TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    account: AccountOptions,
    /// The webhook's address for notifications, the stack's output NotificationUrl.
    #[arg(long, value_name = "URL")]
    notification_url: Option<String>,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let (account, file) = options.account.resolve(&Environment::from_process(), ask_for_secret)?;
    let url = options.notification_url.or(file.notification_url);
    let url = url.map(|url| url.parse::<Url>()).transpose();
    let deployment = Deployment {
        graph: account.graph()?,
        notification_url: url.context("--notification-url is not a URL")?,
        proxy: account.proxy.clone(),
        client_id: account.client_id,
    };
    let diagnosis = examine(&deployment, lambda_kit::now, Instant::now() + TIMEOUT).await;
    if options.json {
        println!("{}", serde_json::to_string(&diagnosis)?);
    } else {
        print(&diagnosis);
    }
    Ok(if diagnosis.healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(diagnosis: &Diagnosis) {
    for finding in &diagnosis.findings {
        println!("{finding}");
    }
}
