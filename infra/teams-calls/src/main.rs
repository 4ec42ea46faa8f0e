//! The `teams-calls` command.

use std::process::ExitCode;

use clap::Parser;
use teams_calls::commands::Cli;

/// The functions' allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    Cli::parse().run().await
}
