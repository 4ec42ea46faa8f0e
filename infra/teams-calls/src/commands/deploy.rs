//! `teams-calls deploy`: template.yaml on MiniStack with the real binaries, through a day.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use tokio::time::Instant;

use crate::deployed::{Settings, rehearse};

/// What `teams-calls deploy` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
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

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    let here = std::env::current_exe()?;
    let here = here.parent().context("this program is nowhere")?;
    let settings = Settings {
        tools: std::path::absolute(options.tools)?,
        ministack: std::path::absolute(options.ministack)?,
        binaries: std::path::absolute(options.binaries.as_deref().unwrap_or(here))?,
        project: std::path::absolute(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?,
    };
    let tell = |shown: &str| println!("{:5.1} s  {shown}", began.elapsed().as_secs_f64());
    tokio::select! {
        shown = rehearse(&settings, tell) => shown?,
        // What was started ends with what is dropped here.
        () = interrupted() => anyhow::bail!("interrupted"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Resolves when somebody wants the program to end.
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
