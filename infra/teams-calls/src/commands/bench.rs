//! `teams-calls bench`: a large organisation's year in the table, and what reports cost there.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use aws_stand_ins::DynamoDb;
use clap::Args;
use jiff::civil::date;
use record_store::{RecordStore, StoreConfig, create_table};
use reports::{Config, Key, Reports};
use serde_json::json;

use super::table;
use crate::benchmark::{Filled, Question, Size, Year, fill};
use crate::system::TABLE;

/// What `teams-calls bench` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// People of the organisation.
    #[arg(long, default_value_t = 10_000)]
    people: usize,
    /// Calls of its year.
    #[arg(long, default_value_t = 1_000_000)]
    calls: usize,
    /// The seed of every chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often each question is asked; the median counts.
    #[arg(long, default_value_t = 5)]
    times: u32,
    /// A new file for the table. A million calls take about 25 GB. Without it, the table is in memory.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Asks the table of an earlier run with the same people, calls and seed.
    #[arg(long, requires = "data")]
    again: bool,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    if let Some(path) = options.data.as_ref().filter(|path| path.exists() != options.again) {
        let path = path.display();
        if options.again {
            bail!("{path} does not exist: leave --again out to make it");
        }
        bail!("{path} exists: name a new file, remove it, or ask it --again");
    }
    let dynamodb = DynamoDb::start(options.data.as_deref()).await?;
    let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
    if !options.again {
        create_table(&client, TABLE).await.context("the table")?;
    }
    let store = RecordStore::new(client, StoreConfig::new(TABLE));
    let now = "2026-12-01T08:00:00Z".parse()?;

    let begun = Instant::now();
    let size = Size {
        people: options.people,
        calls: options.calls,
        first_day: date(2025, 12, 1),
        seed: options.seed,
    };
    let year = Year::invent(size)?;
    let days = year.days().len();
    let filled = if options.again {
        None
    } else {
        let progress = |day| {
            if day % 20 == 0 {
                eprintln!("{day} of {days} days");
            }
        };
        Some(fill(&dynamodb, &store, &year, now, progress).await?)
    };
    let seconds = begun.elapsed().as_secs();

    let reports = Reports::new(Config::default(), store, Key::fixed("the key of a benchmark"));
    let mut costs = Vec::new();
    for question in Question::of(&year)? {
        costs.push(question.ask(&reports, options.times, now).await?);
    }
    if options.json {
        let filled = filled.map(|Filled { calls, parts, items }| {
            json!({ "people": options.people, "calls": calls, "parts": parts, "items": items,
                "seconds": seconds })
        });
        println!("{}", json!({ "filled": filled, "costs": costs }));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(Filled { calls, parts, items }) = filled {
        println!(
            "{} people, {calls} calls of a year, {parts} parts, {items} items, made in {seconds} s",
            options.people
        );
    }
    let headings = ["question", "items read", "read units", "requests", "KB", "ms"];
    let mut shown = table(&headings);
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
