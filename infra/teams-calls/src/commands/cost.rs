//! `teams-calls cost`: what a month costs by list prices. Capacity units, bytes and messages are
//! measured on an invented organisation; what only AWS can measure is assumed, and said.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use fake_graph::organisation::{Organisation, Plan};
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::system::{Settings, System, TABLE};
use crate::text_table;

const TIMEOUT: Duration = Duration::from_secs(600);

/// List prices in dollars, us-east-1, arm64, as of November 2026, without free tiers.
mod price {
    pub(super) const WRITE_UNIT: f64 = 0.625 / 1e6;
    pub(super) const READ_UNIT: f64 = 0.125 / 1e6;
    pub(super) const STORED_BYTE: f64 = 0.25 / 1e9;
    pub(super) const INVOCATION: f64 = 0.2 / 1e6;
    pub(super) const GB_SECOND: f64 = 0.000_013_333_4;
    pub(super) const API_REQUEST: f64 = 1.0 / 1e6;
    pub(super) const QUEUE_REQUEST: f64 = 0.4 / 1e6;
    pub(super) const LOG_BYTE: f64 = 0.5 / 1e9;
    pub(super) const ALARM: f64 = 0.1;
    pub(super) const METRIC: f64 = 0.3;
    pub(super) const SECRET: f64 = 0.4;
}

/// What is not measured here.
mod assumed {
    /// Billed time of the webhook for a request, and of the consumer for a version: nearly all of it
    /// is waiting for Graph.
    pub(super) const WEBHOOK_SECONDS: f64 = 0.03;
    pub(super) const CONSUMER_SECONDS: f64 = 1.0;
    /// Sending, receiving and deleting, each by itself: batches cost less.
    pub(super) const QUEUE_REQUESTS_PER_MESSAGE: f64 = 3.0;
    /// Three event sources that poll empty queues with five pollers each, 20 s a poll.
    pub(super) const EMPTY_RECEIVES: f64 = 1.9e6;
    pub(super) const LOG_BYTES_PER_VERSION: f64 = 1_500.0;
    /// The nightly comparison reads each of the last 30 days' calls again.
    pub(super) const NIGHTS: f64 = 30.0;
}

/// `MemorySize` of the two functions in the template, in GB; a test holds them against it.
const WEBHOOK_MEMORY: f64 = 0.25;
const CONSUMER_MEMORY: f64 = 0.5;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Calls per month.
    #[arg(long, default_value_t = 1_000_000)]
    calls: u32,
    /// How many calls of the invented organisation are measured.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    sample: u32,
    /// The stack's RetentionDays, for what is stored in the end.
    #[arg(long, default_value_t = 400)]
    retention_days: u32,
    /// The seed of the organisation.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One JSON object on standard output instead of a table.
    #[arg(long)]
    json: bool,
}

/// Measured for a call of the organisation.
#[derive(Debug, Serialize)]
struct PerCall {
    people: f64,
    versions: f64,
    notifications: f64,
    dynamodb_requests: f64,
    write_units: f64,
    read_units: f64,
    read_units_of_a_night: f64,
    stored_bytes: f64,
}

#[derive(Debug, Serialize)]
struct Outcome {
    calls_per_month: u32,
    retention_days: u32,
    sampled_calls: usize,
    per_call: PerCall,
    rows: Vec<Row>,
    /// Dollars per month for so many calls, without storage.
    calls_and_fixed: f64,
    /// Dollars per month for storage, when the retention is reached.
    storage: f64,
    /// Dollars per month without a call.
    idle: f64,
}

#[derive(Debug, Serialize)]
struct Row {
    what: &'static str,
    quantity: f64,
    dollars: f64,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let (sampled_calls, per_call) = measure(&options).await?;
    let calls = f64::from(options.calls);
    let row = |what, quantity: f64, price: f64| Row { what, quantity, dollars: quantity * price };
    let versions = calls * per_call.versions;
    let notifications = calls * per_call.notifications;
    let reads = per_call.read_units + per_call.read_units_of_a_night * assumed::NIGHTS;
    let gb_seconds = notifications * assumed::WEBHOOK_SECONDS * WEBHOOK_MEMORY
        + versions * assumed::CONSUMER_SECONDS * CONSUMER_MEMORY;
    let messages = notifications * assumed::QUEUE_REQUESTS_PER_MESSAGE;
    let fixed = [
        row("alarms", count(ALARMS.matches("AWS::CloudWatch::Alarm").count()), price::ALARM),
        row("metrics, every one in every hour", count(metrics()), price::METRIC),
        row("secrets", 2.0, price::SECRET),
        row("empty receives (assumed)", assumed::EMPTY_RECEIVES, price::QUEUE_REQUEST),
    ];
    let idle = fixed.iter().map(|row| row.dollars).sum::<f64>();
    let by_call = [
        row("DynamoDB write units", calls * per_call.write_units, price::WRITE_UNIT),
        row("DynamoDB read units", calls * reads, price::READ_UNIT),
        row("Lambda invocations", notifications + versions, price::INVOCATION),
        row("Lambda GB seconds (assumed)", gb_seconds, price::GB_SECOND),
        row("API Gateway requests", notifications, price::API_REQUEST),
        row("SQS requests (assumed)", messages, price::QUEUE_REQUEST),
        row("log bytes (assumed)", versions * assumed::LOG_BYTES_PER_VERSION, price::LOG_BYTE),
    ];
    let stored = calls * per_call.stored_bytes * f64::from(options.retention_days) / 30.0;
    let rows: Vec<Row> = by_call.into_iter().chain(fixed).collect();
    let outcome = Outcome {
        calls_per_month: options.calls,
        retention_days: options.retention_days,
        sampled_calls,
        per_call,
        calls_and_fixed: rows.iter().map(|row| row.dollars).sum(),
        storage: stored * price::STORED_BYTE,
        idle,
        rows,
    };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&outcome)?);
    } else {
        print(&outcome);
    }
    Ok(ExitCode::SUCCESS)
}

const ALARMS: &str = include_str!("../../../alarms.yaml");

/// How many metrics the functions may publish.
fn metrics() -> usize {
    [consumer::METRICS, reconciler::METRICS, renewer::METRICS, webhook::METRICS]
        .iter()
        .map(|metrics| metrics.len())
        .sum()
}

async fn measure(options: &Options) -> anyhow::Result<(usize, PerCall)> {
    let system = System::start(Settings {
        metered: true,
        graph_limits: None,
        list_interval: Duration::ZERO,
        consumers: 4,
        ..Settings::quiet()
    })
    .await?;
    let day = TimeZone::UTC.to_datetime(system.now()).date().yesterday()?;
    let organisation = Organisation::invent(&Plan {
        people: 200,
        calls: usize::try_from(options.sample)?,
        seed: options.seed,
        day,
        tenant_id: system.tenant_id().to_owned(),
    });
    let versions: usize = organisation.calls.iter().map(|call| call.versions.len()).sum();
    let before = system.dynamodb().consumption();
    for version in organisation.calls.iter().flat_map(|call| &call.versions) {
        system.graph().publish(version)?;
    }
    system.drained(TIMEOUT).await?;
    let stored = system.dynamodb().consumption();
    system.tick_reconciler("everything").await?;
    system.drained(TIMEOUT).await?;
    let compared = system.dynamodb().consumption();

    let totals = system.store().organisation_totals(day.yesterday()?, day.tomorrow()?).await?;
    let participants: i64 = totals.iter().map(|(_, totals)| totals.get("participants")).sum();
    let calls = organisation.calls.len();
    let each = |quantity: f64| quantity / count(calls);
    let per_call = PerCall {
        people: each(count(usize::try_from(participants)?)),
        versions: each(count(versions)),
        notifications: each(system.metrics().webhook.sum("Notifications")),
        dynamodb_requests: each(count(usize::try_from(stored.requests - before.requests)?)),
        write_units: each(stored.write_units - before.write_units),
        read_units: each(stored.read_units - before.read_units),
        read_units_of_a_night: each(compared.read_units - stored.read_units),
        stored_bytes: each(stored_bytes(&system).await?),
    };
    Ok((calls, per_call))
}

/// What the table and its indexes hold, with the 100 bytes that DynamoDB charges for each item.
async fn stored_bytes(system: &System) -> anyhow::Result<f64> {
    const OVERHEAD: i64 = 100;
    let described = system.dynamodb_client().describe_table().table_name(TABLE).send().await?;
    let table = described.table.context("the table is not described")?;
    let mut bytes = table.table_size_bytes.unwrap_or_default()
        + table.item_count.unwrap_or_default() * OVERHEAD;
    for index in table.global_secondary_indexes.unwrap_or_default() {
        bytes += index.index_size_bytes.unwrap_or_default()
            + index.item_count.unwrap_or_default() * OVERHEAD;
    }
    Ok(count(usize::try_from(bytes)?))
}

#[expect(clippy::cast_precision_loss, reason = "quantities far below 2^52, priced to the cent")]
fn count(number: usize) -> f64 {
    number as f64
}

fn print(outcome: &Outcome) {
    let per_call = &outcome.per_call;
    println!(
        "Measured on {} calls of an invented organisation, for each: {:.1} people, {:.1} versions, \
         {:.1} DynamoDB requests, {:.1} write units, {:.1} read units, {:.1} kB stored.",
        outcome.sampled_calls,
        per_call.people,
        per_call.versions,
        per_call.dynamodb_requests,
        per_call.write_units,
        per_call.read_units,
        per_call.stored_bytes / 1e3,
    );
    let mut table = text_table::new(&["a month, list prices of us-east-1", "quantity", "dollars"]);
    for row in &outcome.rows {
        table.add_row([
            row.what.to_owned(),
            format!("{:.0}", row.quantity),
            format!("{:.2}", row.dollars),
        ]);
    }
    text_table::align_right(&mut table, 1..3);
    println!("{table}");
    println!(
        "{} calls a month: {:.0} dollars, and {:.0} for storage once {} days are kept; without a call {:.0}.",
        outcome.calls_per_month,
        outcome.calls_and_fixed,
        outcome.storage,
        outcome.retention_days,
        outcome.idle,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_that_of_the_template() {
        let template = include_str!("../../../../template.yaml");
        for (function, gigabytes) in [("webhook", WEBHOOK_MEMORY), ("consumer", CONSUMER_MEMORY)] {
            let source = format!("CodeUri: functions/{function}");
            let (_, of_function) = template.split_once(&source).expect("the function is there");
            let (_, memory) = of_function.split_once("MemorySize: ").expect("it has a size");
            let megabytes: f64 = memory.lines().next().unwrap_or_default().parse().unwrap();
            assert!((megabytes / 1024.0 - gigabytes).abs() < 1e-9, "{function}: {megabytes}");
        }
    }
}
