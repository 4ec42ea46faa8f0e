//! Fills a table with a large organisation's year and measures what reports cost there.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use aws_stand_ins::DynamoDb;
use call_table::{CallTable, TableConfig, create_table};
use clap::Parser;
use jiff::civil::date;
use reports::{Config, PseudonymKey, Reports};
use serde_json::json;
use system_tests::benchmark::{
    Filled, Question, Size, Year, fill, fill_month_of_calls, fill_month_of_quality,
};
use teams_calls::system::TABLE;
use teams_calls::text_table;

/// Calls of the month whose quality is asked for, whatever the year has.
const QUALITY_CALLS: usize = 1_000_000;

/// A large organisation's year in the table, and what each report costs there. Build it with
/// `--profile benchmark`.
#[derive(Debug, Parser)]
struct Options {
    /// People of the organisation.
    #[arg(long, default_value_t = 10_000)]
    people: usize,
    /// Calls of its year.
    #[arg(long, default_value_t = 1_000_000)]
    calls: usize,
    /// The seed of all random choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often each question is asked; the median time is reported.
    #[arg(long, default_value_t = 5)]
    times: u32,
    /// A new file for the table. A million calls take about 25 GB. Without it, the table is in memory.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Reuses the table of an earlier run with the same people, calls and seed.
    #[arg(long, requires = "data")]
    reuse: bool,
    /// Instead of all else, stores so many calls of the last 30 days with their pages into this new file, and
    /// prints the table's totals as JSON: what `python3 -B -m tests.lake_benchmark` exports.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "reuse", "times", "json"])]
    month: Option<PathBuf>,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    if let Some(file) = &options.month {
        return fill_month(&options, file).await;
    }
    if let Some(path) = options.data.as_ref().filter(|path| path.exists() != options.reuse) {
        let path = path.display();
        if options.reuse {
            bail!("{path} does not exist: leave --reuse out to create it");
        }
        bail!("{path} exists: name a new file, remove it, or pass --reuse");
    }
    let dynamodb = DynamoDb::start(options.data.as_deref()).await?;
    let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
    if !options.reuse {
        create_table(&client, TABLE).await.context("the table")?;
    }
    let store = CallTable::new(client, TableConfig::new(TABLE));
    let now = "2026-12-01T08:00:00Z".parse()?;

    let begun = Instant::now();
    let size = Size {
        people: options.people,
        calls: options.calls,
        first_day: date(2025, 12, 1),
        seed: options.seed,
    };
    let year = Year::invent(size)?;
    let days = year.working_days().len();
    let filled = if options.reuse {
        None
    } else {
        let progress = |day| {
            if day % 20 == 0 {
                eprintln!("{day} of {days} days");
            }
        };
        let (first, people) = (year.first_day(), options.people);
        fill_month_of_quality(&store, first, people, QUALITY_CALLS, now).await?;
        Some(fill(&dynamodb, &store, &year, now, progress).await?)
    };
    let seconds = begun.elapsed().as_secs();

    let reports =
        Reports::new(Config::default(), store, PseudonymKey::fixed("the key of a benchmark"));
    let mut costs = Vec::new();
    for question in Question::typical(&year)? {
        costs.push(question.measure(&reports, options.times, now).await?);
    }
    if options.json {
        let filled = filled.map(|Filled { calls, participations, items }| {
            json!({ "people": options.people, "calls": calls, "participations": participations, "items": items,
                "seconds": seconds })
        });
        println!("{}", json!({ "filled": filled, "costs": costs }));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(Filled { calls, participations, items }) = filled {
        println!(
            "{} people, {calls} calls of a year, {participations} participations, {items} items, stored in {seconds} s",
            options.people
        );
    }
    let headings = ["question", "items read", "read units", "requests", "KB", "ms"];
    let mut shown = text_table::new(&headings);
    for cost in costs {
        shown.add_row([
            cost.question.to_owned(),
            cost.items_read.to_string(),
            format!("{:.1}", cost.capacity_units),
            cost.requests.to_string(),
            (cost.bytes / 1024).to_string(),
            format!("{:.0}", cost.milliseconds),
        ]);
    }
    println!("{shown}");
    Ok(ExitCode::SUCCESS)
}

async fn fill_month(options: &Options, file: &Path) -> anyhow::Result<ExitCode> {
    if file.exists() {
        bail!("{} exists: name a new file, or remove it", file.display());
    }
    let progress = |day| eprintln!("day {day}");
    let Options { people, calls, seed, .. } = *options;
    let month = fill_month_of_calls(file, people, calls, seed, lambda_kit::now(), progress).await?;
    println!("{}", serde_json::to_string(&month)?);
    Ok(ExitCode::SUCCESS)
}
