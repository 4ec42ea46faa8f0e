//! What the `local` command understands.

mod bench;
mod demo;
mod deploy;
mod doctor;
mod forget;
mod import;
mod look;
mod recompute;
mod replay;
mod serve;
mod soak;
mod which_table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{CellAlignment, Table};

/// Teams call records on a laptop: the whole system on loopback, without an AWS account.
#[derive(Debug, Parser)]
#[command(name = "local", version, args_conflicts_with_subcommands = true)]
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
    /// Keep everything up until interrupted; the first line printed says where.
    Serve(serve::Options),
    /// Deploy template.yaml on MiniStack with the real binaries and live through a day there.
    Deploy(deploy::Options),
    /// The whole system under random faults, crashes and restarts, compared at quiet points.
    Soak(soak::Options),
    /// Put call records from files through the whole system and print what is stored.
    Replay(replay::Options),
    /// A large organisation's year in the table, and what each report costs there. Build it with
    /// `--profile benchmark`.
    Bench(bench::Options),
    /// See whether Graph, the subscription and the webhook are as a deployment needs them.
    Doctor(doctor::Options),
    /// Work out every number once more from the stored pages, and say what differs (exit code 1).
    Recompute(recompute::Options),
    /// Forget a person: their parts, totals and names go, the organisation's totals stay.
    Forget(forget::Options),
    /// Bring a real tenant's calls of the last days into a file, without an AWS account.
    Import(import::Options),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When the command could not be carried out; a demo that finds something missing is no error
    /// but exit code 1.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            None => demo::run(self.demo).await,
            Some(Command::Demo(options)) => demo::run(options).await,
            Some(Command::Deploy(options)) => deploy::run(options).await,
            Some(Command::Soak(options)) => soak::run(options).await,
            Some(Command::Serve(options)) => serve::run(options).await,
            Some(Command::Replay(options)) => replay::run(options).await,
            Some(Command::Bench(options)) => bench::run(options).await,
            Some(Command::Doctor(options)) => doctor::run(options).await,
            Some(Command::Recompute(options)) => recompute::run(options).await,
            Some(Command::Forget(options)) => forget::run(options).await,
            Some(Command::Import(options)) => import::run(options).await,
        }
    }
}

/// A plain table with these headings.
fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY).set_header(headings.iter().copied());
    table
}

/// Numbers belong to the right.
fn align_right(table: &mut Table, columns: std::ops::Range<usize>) {
    for index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Milliseconds as hours, minutes and seconds.
fn clock_time(milliseconds: i64) -> String {
    let whole = milliseconds / 1000;
    format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}
