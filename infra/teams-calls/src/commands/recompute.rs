//! `teams-calls recompute`: recomputes every number from the stored pages and lists differences.

use std::process::ExitCode;

use call_records::AudioClassifier;
use call_writer::Recomputation;
use clap::Args;
use serde::Serialize;

use super::which_table::WhichTable;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    table: WhichTable,
    /// The home tenant, for calls that do not record the one they were counted by.
    #[arg(long)]
    tenant_id: Option<String>,
    /// The stack's AudioClassifier, for calls that do not record theirs.
    #[arg(long, default_value_t = AudioClassifier::default())]
    audio_classifier: AudioClassifier,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Outcome {
    equal: bool,
    calls: u64,
    days: u64,
    days_too_old: u64,
    differences: Vec<String>,
    differences_not_listed: u64,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let table = options.table.open().await?;
    let home_tenant = options.table.home_tenant(options.tenant_id.as_deref());
    let now = lambda_kit::now();
    let found =
        call_writer::recompute(&table.store, home_tenant, options.audio_classifier, now).await?;
    let Recomputation { calls, days, days_too_old, differences, differences_not_listed } = found;
    let outcome = Outcome {
        equal: differences.is_empty(),
        calls,
        days,
        days_too_old,
        differences: differences.iter().map(ToString::to_string).collect(),
        differences_not_listed,
    };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&outcome)?);
    } else {
        print(&outcome);
    }
    Ok(if outcome.equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(outcome: &Outcome) {
    for difference in &outcome.differences {
        println!("differs: {difference}");
    }
    if outcome.differences_not_listed > 0 {
        println!("and {} more", outcome.differences_not_listed);
    }
    if outcome.days_too_old > 0 {
        println!("{} days are older than any call: not compared", outcome.days_too_old);
    }
    println!(
        "{} calls rebuilt, totals of {} days compared: {}",
        outcome.calls,
        outcome.days,
        if outcome.equal { "everything equals what is stored" } else { "NOT EQUAL" },
    );
}
