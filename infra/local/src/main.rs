//! The `local` command.

use std::process::ExitCode;

use clap::Parser;
use local::commands::Cli;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    Cli::parse().run().await
}
