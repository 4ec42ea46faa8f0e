//! Deploys template.yaml on MiniStack with the real binaries and runs a day of calls through it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use system_tests::deployed_day::{Settings, run_deployed_day};
use tokio::time::Instant;

/// template.yaml deployed on MiniStack with the real binaries, and a day of calls run through it.
/// It needs what `.ci/run` installs.
#[derive(Debug, Parser)]
struct Options {
    /// The folder with `sam` and `python`, into which infra/checks/requirements.txt was installed.
    #[arg(long, default_value = "target/checks/venv/bin")]
    tools: PathBuf,
    /// MiniStack's program, of infra/checks/ministack-requirements.txt.
    #[arg(long, default_value = "target/checks/ministack/bin/ministack")]
    ministack: PathBuf,
    /// The folder with the functions' binaries. Without it, the one that this program is in.
    #[arg(long)]
    binaries: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let began = Instant::now();
    let program = std::env::current_exe()?;
    let program_folder = program.parent().context("this program is in no folder")?;
    let settings = Settings {
        tools: std::path::absolute(options.tools)?,
        ministack: std::path::absolute(options.ministack)?,
        binaries: std::path::absolute(options.binaries.as_deref().unwrap_or(program_folder))?,
        project: std::path::absolute(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))?,
    };
    let report = |step: &str| println!("{:5.1} s  {step}", began.elapsed().as_secs_f64());
    tokio::select! {
        outcome = run_deployed_day(&settings, report) => outcome?,
        // Dropping the future ends MiniStack and its functions.
        () = interrupted() => anyhow::bail!("interrupted"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Resolves on SIGINT or SIGTERM.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
