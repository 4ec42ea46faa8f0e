//! `teams-calls import`: a real tenant's calls into a file.

use std::io::{IsTerminal as _, stderr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use lambda_kit::Environment;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::account::{Account, AccountOptions, ask_for_secret};
use crate::data_file::DataFile;
use crate::doctor::examine_access;
use crate::import::{
    FailedCall, GRAPH_RETENTION_DAYS, Plan, Progress, Summary, check_days, import,
};

/// For records that Graph lists but does not return, after the last one was stored.
const TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// For a token and the first page of the list. What takes longer is tried again by the import itself.
const ACCESS_TIMEOUT: Duration = Duration::from_secs(60);

/// Between two progress lines: on a terminal, where each replaces the one before, and elsewhere.
const TERMINAL_INTERVAL: Duration = Duration::from_millis(500);
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// The exit code of a command that was interrupted by Ctrl-C.
const INTERRUPTED: u8 = 130;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    account: AccountOptions,
    /// The number of days; Graph keeps 30. Without it, 30.
    #[arg(long, allow_negative_numbers = true)]
    days: Option<i64>,
    /// The file with the calls. Without it, call-records.db.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The organisation's building file, in CQD's format: which network is which site.
    #[arg(long, value_name = "FILE")]
    sites: Option<PathBuf>,
    /// The summary as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    if let Some(asked) = options.days {
        check_days(asked)?;
    }
    let (account, file) = options.account.resolve(&Environment::from_process(), ask_for_secret)?;
    let data = options.data.or(file.data).unwrap_or_else(|| "call-records.db".into());
    let plan = Plan {
        account,
        days: check_days(options.days.or(file.days).unwrap_or(GRAPH_RETENTION_DAYS))?,
        data: DataFile::lock(&data)?,
        sites: options.sites,
        timeout: TIMEOUT,
    };
    super::warn_of_exposure(&data);
    check_access(&plan.account).await?;
    eprintln!(
        "reading {} days of Graph's list, and the calls that {} does not have yet: two requests each, 30 \
         calls a second at most, so that 100,000 take about an hour. It may be stopped at any time; the \
         same command goes on.",
        plan.days,
        data.display()
    );
    let progress = Progress::default();
    let shown = tokio::spawn(show(progress.clone()));
    let stop = async {
        // Without a signal handler the import cannot be interrupted.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        eprintln!("\nstopping when the calls under way are stored");
    };
    let began = Instant::now();
    let outcome = import(plan, &progress, stop).await;
    shown.abort();
    eprintln!("{}{}", start_of_line(), progress.line());
    let summary = outcome?;
    if options.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        print(&summary, began.elapsed(), &data.display().to_string());
    }
    Ok(if summary.interrupted {
        ExitCode::from(INTERRUPTED)
    } else if summary.complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The first steps of `doctor`: what would keep the import from everything is said before a long wait.
async fn check_access(account: &Account) -> anyhow::Result<()> {
    let deadline = Instant::now() + ACCESS_TIMEOUT;
    let findings = examine_access(&account.graph()?, lambda_kit::now(), deadline).await?;
    for finding in findings {
        eprintln!("{finding}");
    }
    Ok(())
}

/// Shows the progress until it is aborted.
async fn show(progress: Progress) {
    let terminal = stderr().is_terminal();
    let mut ticks = interval(if terminal { TERMINAL_INTERVAL } else { LOG_INTERVAL });
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let line = progress.line();
        if terminal {
            eprint!("{}{line}", start_of_line());
        } else {
            eprintln!("{line}");
        }
    }
}

/// On a terminal, the sequence that replaces the line before.
fn start_of_line() -> &'static str {
    if stderr().is_terminal() { "\r\x1b[2K" } else { "" }
}

fn print(summary: &Summary, took: Duration, data: &str) {
    let counts = &summary.counts;
    println!(
        "calls that began from {:.0} to {:.0}: {} listed, {} already stored, {} fetched ({:.0} s)",
        summary.from,
        summary.to,
        counts.listed,
        counts.already_stored,
        counts.stored,
        took.as_secs_f64()
    );
    let telephone = &summary.telephone;
    match &telephone.error {
        Some(error) => println!("the logs of telephone calls were not read: {error}"),
        None if summary.interrupted => {}
        None => println!(
            "{} rows of the logs of telephone calls were read; {} days of them are new or changed",
            telephone.rows, telephone.days_changed
        ),
    }
    if telephone.unreadable > 0 {
        println!("{} rows of them cannot be read", telephone.unreadable);
    }
    for (reason, calls) in &summary.dead_lettered {
        println!("{calls} dead-lettered: {reason}");
    }
    if summary.waiting > 0 {
        println!("{} are still to be fetched", summary.waiting);
    }
    for FailedCall { call_id, reason } in &summary.failed {
        println!("  {call_id}: {reason}");
    }
    let unnamed = summary.dead_lettered.values().sum::<usize>() + summary.waiting;
    if !summary.interrupted && unnamed > summary.failed.len() {
        println!("  and {} more", unnamed - summary.failed.len());
    }
    if summary.not_requestable > 0 {
        println!(
            "{} are listed by Graph under ids that no request can name, and cannot be fetched",
            summary.not_requestable
        );
    }
    if summary.interrupted {
        println!("interrupted; the same command continues");
    } else if summary.complete {
        println!(
            "everything that Graph has is stored; see it with: cargo run -- serve --data {data}"
        );
    } else {
        println!("not everything is stored; run the same command again later");
    }
}
