//! The `teams-calls` command line.

mod cost;
mod demo;
mod doctor;
mod export;
mod forget;
mod import;
mod recompute;
mod recount;
mod replay;
mod report;
mod serve;
mod serve_import;
mod sites;
mod which_table;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Teams call records on a laptop: the whole system on loopback, without an AWS account.
#[derive(Debug, Parser)]
#[command(name = "teams-calls", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    demo: demo::Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// An invented organisation's working day through the whole system (the default).
    Demo(demo::Options),
    /// Keep everything up until interrupted; the first line of the output has the address of the reports.
    Serve(serve::Options),
    /// Put call records from files through the whole system and print what is stored.
    Replay(replay::Options),
    /// Check whether Graph, the subscription and the webhook are as a deployment needs them.
    Doctor(doctor::Options),
    /// Recompute every number from the stored pages and list differences (exit code 1).
    Recompute(recompute::Options),
    /// Replace the numbers of stored calls by those of the present definitions, after an upgrade.
    Recount(recount::Options),
    /// Forget a person: says what it would remove, asks, and removes participations, totals and names; the
    /// organisation's totals stay.
    Forget(forget::Options),
    /// Print a report, with all of its rows: people, calls, days, … as CSV, JSON or a table.
    Report(report::Options),
    /// Write every day as Parquet into a directory or a bucket: for DuckDB, pandas, Power BI, Athena.
    Export(export::Options),
    /// Price a month by list prices, from units that are measured on an invented organisation.
    Cost(cost::Options),
    /// Import a real tenant's calls of the last 30 days into a file, without an AWS account.
    Import(import::Options),
    /// Check the organisation's building file: which network is in which building.
    Sites(sites::Options),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When the command could not be executed. Differences are exit code 1 and no error.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            None => demo::run(self.demo).await,
            Some(Command::Demo(options)) => demo::run(options).await,
            Some(Command::Serve(options)) => serve::run(options).await,
            Some(Command::Replay(options)) => replay::run(options).await,
            Some(Command::Doctor(options)) => doctor::run(options).await,
            Some(Command::Recompute(options)) => recompute::run(options).await,
            Some(Command::Recount(options)) => recount::run(options).await,
            Some(Command::Forget(options)) => forget::run(options).await,
            Some(Command::Report(options)) => report::run(options).await,
            Some(Command::Export(options)) => export::run(options).await,
            Some(Command::Cost(options)) => cost::run(options).await,
            Some(Command::Import(options)) => import::run(options).await,
            Some(Command::Sites(options)) => sites::run(options).await,
        }
    }
}

/// Warns of files with people's calls that other users of the machine may read.
fn warn_of_exposure(file: &Path) {
    if let Some(warning) = crate::data_file::exposure(file) {
        eprintln!("{warning}");
    }
}

/// Milliseconds as hours, minutes and seconds.
fn clock_time(milliseconds: i64) -> String {
    let whole = milliseconds / 1000;
    format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}
