//! `teams-calls cost`: what a month costs by list prices. Capacity units, bytes and messages are
//! measured on an invented organisation; what only AWS can measure is assumed, and said.

mod lake;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use fake_graph::organisation::{Organisation, Plan};
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::system::{CONSUMER_WINDOW, FunctionMetrics, Settings, System, TABLE};
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
    pub(super) const SECRET_REQUEST: f64 = 0.05 / 1e4;
    pub(super) const KEY_REQUEST: f64 = 0.03 / 1e4;
    pub(super) const SCHEDULED_RUN: f64 = 1.0 / 1e6;
    /// The first three of an account, with up to 50 metrics each, cost nothing; each further one
    /// costs 3 dollars.
    pub(super) const DASHBOARD: f64 = 0.0;
}

/// What is not measured here.
mod assumed {
    /// Billed time of the webhook for a request.
    pub(super) const WEBHOOK_SECONDS: f64 = 0.03;
    /// Billed time of the consumer for a version, alone and in a batch of ten, of which five wait for
    /// Graph at once: measured with a Graph that takes as long as the real one.
    pub(super) const CONSUMER_SECONDS_ALONE: f64 = 1.04;
    pub(super) const CONSUMER_SECONDS_OF_TEN: f64 = 0.23;
    /// In so many hours of a month is nearly everything called.
    pub(super) const BUSY_HOURS: f64 = 220.0;
    /// Of a renewer's and a reconciler's run in which there is nothing to do.
    pub(super) const RUN_SECONDS: f64 = 1.5;
    /// Lambda receives from an idle queue with five pollers where the source has a maximum concurrency,
    /// and with two where it has none, 20 s a receive.
    pub(super) const POLLERS_WITH_MAXIMUM: f64 = 5.0;
    pub(super) const POLLERS: f64 = 2.0;
    pub(super) const RECEIVE_SECONDS: f64 = 20.0;
    pub(super) const LOG_BYTES_PER_VERSION: f64 = 1_500.0;
    pub(super) const LOG_BYTES_PER_RUN: f64 = 2_000.0;
    /// The key of the table is asked for once in five minutes at most.
    pub(super) const KEY_REQUESTS: f64 = 12.0 * super::HOURS;
    /// Of a run of the roll-up in which no day is due.
    pub(super) const ROLL_UP_SECONDS: f64 = 0.3;
    /// A day is rolled up every two hours while it lasts, when half of its calls are there, and then at
    /// ages that grow by half for a month: as if it were read whole so often.
    pub(super) const ROLL_UPS: f64 = 6.0 + 14.5;
    /// CPU of a call in a roll-up: `cargo bench -p call-quality`, and as much again for reading and
    /// unpacking, with more than half a core at 1 GB.
    pub(super) const ROLL_UP_SECONDS_PER_CALL: f64 = 0.002;
    /// The nightly comparison reads each of the last 30 days' calls again.
    pub(super) const NIGHTS: f64 = 30.0;
}

/// Of a month of 30 days.
const HOURS: f64 = 720.0;

/// `MemorySize` of the functions in the template, in GB; a test holds them against it.
const WEBHOOK_MEMORY: f64 = 0.25;
const CONSUMER_MEMORY: f64 = 0.25;
const SCHEDULED_MEMORY: f64 = 0.25;
const QUALITY_MEMORY: f64 = 1.0;

/// Runs of the schedules of the template in an hour: the renewer's, the roll-up's, and the reconciler's
/// two.
const RENEWER_RUNS: f64 = 1.0;
const QUALITY_RUNS: f64 = 1.0;
const RECONCILER_RUNS: f64 = 4.0 + 1.0 / 24.0;

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
    /// With the stack's parameter Lake.
    #[arg(long)]
    lake: bool,
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
    read_units_of_a_roll_up: f64,
    stored_bytes: f64,
    /// Of the lake.
    lake: lake::PerCall,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Measured {
    sampled_calls: usize,
    per_call: PerCall,
    /// Custom metrics that an hour with calls published, and one without.
    metrics_of_a_busy_hour: usize,
    metrics_of_an_idle_hour: usize,
    /// Of the schedules' runs in an hour without a call.
    idle_write_units: f64,
    idle_read_units: f64,
}

#[derive(Debug, Serialize)]
struct Outcome {
    calls_per_month: u32,
    retention_days: u32,
    measured: Measured,
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

fn row(what: &'static str, quantity: f64, price: f64) -> Row {
    Row { what, quantity, dollars: quantity * price }
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let measured = measure(&options).await?;
    let fixed = fixed(&measured);
    let idle = fixed.iter().map(|row| row.dollars).sum();
    let calls = f64::from(options.calls);
    let stored = calls * measured.per_call.stored_bytes * f64::from(options.retention_days) / 30.0;
    let mut rows: Vec<Row> = if options.calls == 0 {
        fixed
    } else {
        by_call(&measured, calls).into_iter().chain(fixed).collect()
    };
    if options.lake {
        rows.extend(lake::rows(&measured.per_call.lake, calls, options.retention_days));
    }
    let outcome = Outcome {
        calls_per_month: options.calls,
        retention_days: options.retention_days,
        measured,
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

/// What a month costs in which nobody calls.
fn fixed(measured: &Measured) -> Vec<Row> {
    // Without those that a parameter switches on.
    let of_type = |template: &str, of_type: &str| {
        let of_type = format!("Type: {of_type}");
        let mut lines = template.lines().map(str::trim).peekable();
        let mut found = 0;
        while let Some(line) = lines.next() {
            let is_always = lines.peek().is_none_or(|next| !next.starts_with("Condition: "));
            found += usize::from(line == of_type && is_always);
        }
        count(found)
    };
    let graph_runs = (RENEWER_RUNS + RECONCILER_RUNS) * HOURS;
    let runs = graph_runs + QUALITY_RUNS * HOURS;
    // Nearly every run finds its secrets gone from memory: the renewer's two, the reconciler's one.
    let secret_requests = (2.0 * RENEWER_RUNS + RECONCILER_RUNS) * HOURS;
    let sources = TEMPLATE.matches("Type: SQS\n").count();
    let with_maximum = TEMPLATE.matches("MaximumConcurrency:").count();
    let pollers = count(with_maximum) * assumed::POLLERS_WITH_MAXIMUM
        + count(sources - with_maximum) * assumed::POLLERS;
    let receives = pollers * HOURS * 3_600.0 / assumed::RECEIVE_SECONDS;
    let gb_seconds = graph_runs * assumed::RUN_SECONDS * SCHEDULED_MEMORY
        + QUALITY_RUNS * HOURS * assumed::ROLL_UP_SECONDS * QUALITY_MEMORY;
    let idle_metrics = count(measured.metrics_of_an_idle_hour);
    let dashboards = of_type(DASHBOARDS, "AWS::CloudWatch::Dashboard");
    vec![
        row("alarms", of_type(ALARMS, "AWS::CloudWatch::Alarm"), price::ALARM),
        row("secrets", of_type(TEMPLATE, "AWS::SecretsManager::Secret"), price::SECRET),
        row("metrics that every hour publishes", idle_metrics, price::METRIC),
        row("empty receives of event sources", receives, price::QUEUE_REQUEST),
        row("requests for secrets", secret_requests, price::SECRET_REQUEST),
        row("requests for the table's key (assumed)", assumed::KEY_REQUESTS, price::KEY_REQUEST),
        row("GB seconds of scheduled runs (assumed)", gb_seconds, price::GB_SECOND),
        row("write units of scheduled runs", measured.idle_write_units * HOURS, price::WRITE_UNIT),
        row("read units of scheduled runs", measured.idle_read_units * HOURS, price::READ_UNIT),
        row(
            "log bytes of scheduled runs (assumed)",
            runs * assumed::LOG_BYTES_PER_RUN,
            price::LOG_BYTE,
        ),
        row("schedules", runs, price::SCHEDULED_RUN),
        row("invocations by schedules", runs, price::INVOCATION),
        row("dashboards (three are free in an account)", dashboards, price::DASHBOARD),
    ]
}

/// What so many calls in a month add.
fn by_call(measured: &Measured, calls: f64) -> [Row; 8] {
    let per_call = &measured.per_call;
    let versions = calls * per_call.versions;
    let notifications = calls * per_call.notifications;
    let reads = per_call.read_units
        + per_call.read_units_of_a_night * assumed::NIGHTS
        + per_call.read_units_of_a_roll_up * assumed::ROLL_UPS;
    let batch = messages_of_a_batch(notifications);
    let gb_seconds = notifications * assumed::WEBHOOK_SECONDS * WEBHOOK_MEMORY
        + versions * consumer_seconds(batch) * CONSUMER_MEMORY
        + calls * assumed::ROLL_UPS * assumed::ROLL_UP_SECONDS_PER_CALL * QUALITY_MEMORY;
    // Each is sent by itself, and received and deleted with its batch.
    let queue_requests = notifications * (1.0 + 2.0 / batch);
    let more_metrics = measured.metrics_of_a_busy_hour - measured.metrics_of_an_idle_hour;
    let metrics = count(more_metrics) * hours_with_calls(notifications) / HOURS;
    [
        row("DynamoDB write units", calls * per_call.write_units, price::WRITE_UNIT),
        row("DynamoDB read units", calls * reads, price::READ_UNIT),
        row("Lambda invocations", notifications + notifications / batch, price::INVOCATION),
        row("Lambda GB seconds (assumed)", gb_seconds, price::GB_SECOND),
        row("API Gateway requests", notifications, price::API_REQUEST),
        row("SQS requests (assumed)", queue_requests, price::QUEUE_REQUEST),
        row("log bytes (assumed)", versions * assumed::LOG_BYTES_PER_VERSION, price::LOG_BYTE),
        row("metrics of hours with calls", metrics, price::METRIC),
    ]
}

/// How many messages the consumer's batching window gathers in a busy hour.
fn messages_of_a_batch(messages: f64) -> f64 {
    let window = CONSUMER_WINDOW.as_secs_f64();
    let in_a_window = messages / (assumed::BUSY_HOURS * 3_600.0) * window;
    (1.0 + in_a_window).min(MAX_BATCH)
}

/// The time is a part for each version and a part for each batch.
fn consumer_seconds(batch: f64) -> f64 {
    let alone = assumed::CONSUMER_SECONDS_ALONE;
    let of_each_batch = (alone - assumed::CONSUMER_SECONDS_OF_TEN) / (1.0 - 1.0 / MAX_BATCH);
    alone - of_each_batch + of_each_batch / batch
}

/// With so many calls that each hour has some, all of them.
fn hours_with_calls(messages: f64) -> f64 {
    if messages < assumed::BUSY_HOURS { messages } else { HOURS.min(messages) }
}

/// `BatchSize` of the consumer's event source in the template.
const MAX_BATCH: f64 = 10.0;

const TEMPLATE: &str = include_str!("../../../../template.yaml");
const ALARMS: &str = include_str!("../../../alarms.yaml");
const DASHBOARDS: &str = include_str!("../../../dashboard.yaml");

async fn measure(options: &Options) -> anyhow::Result<Measured> {
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
        fault: None,
    });
    let versions: usize = organisation.calls.iter().map(|call| call.versions.len()).sum();
    // The first runs find the table empty and subscribe: no idle hour is like that.
    idle_hour(&system).await?;
    let first = system.dynamodb().consumption();
    system.metrics().clear();
    idle_hour(&system).await?;
    let (idle, metrics_of_an_idle_hour) = (system.dynamodb().consumption(), published(&system));
    system.metrics().clear();
    let before = system.dynamodb().consumption();
    for version in organisation.calls.iter().flat_map(|call| &call.versions) {
        system.graph().publish(version)?;
    }
    system.drained(TIMEOUT).await?;
    let stored = system.dynamodb().consumption();
    system.tick_reconciler("everything").await?;
    system.drained(TIMEOUT).await?;
    let compared = system.dynamodb().consumption();
    system.roll_up().await?;
    let rolled_up = system.dynamodb().consumption();

    let totals = system.store().organisation_totals(day.yesterday()?, day.tomorrow()?).await?;
    let participants: i64 = totals.iter().map(|(_, totals)| totals.get("participants")).sum();
    let calls = organisation.calls.len();
    let each = |quantity: f64| quantity / count(calls);
    let per_call = PerCall {
        people: each(count(usize::try_from(participants)?)),
        versions: each(count(versions)),
        notifications: each(system.metrics().webhook.sum("Enqueued")),
        dynamodb_requests: each(count(usize::try_from(stored.requests - before.requests)?)),
        write_units: each(stored.write_units - before.write_units),
        read_units: each(stored.read_units - before.read_units),
        read_units_of_a_night: each(compared.read_units - stored.read_units),
        read_units_of_a_roll_up: each(rolled_up.read_units - compared.read_units),
        stored_bytes: each(stored_bytes(&system).await?),
        lake: lake::measure(&system, calls).await?,
    };
    Ok(Measured {
        sampled_calls: calls,
        per_call,
        metrics_of_a_busy_hour: metrics_of_a_busy_hour(options.seed).await?,
        metrics_of_an_idle_hour,
        idle_write_units: idle.write_units - first.write_units,
        idle_read_units: idle.read_units - first.read_units,
    })
}

/// How many custom metrics are published where everything that is ordinary happens: calls, late and lost
/// notifications, records that are not there yet, 429 and 503.
async fn metrics_of_a_busy_hour(seed: u64) -> anyhow::Result<usize> {
    let mut settings = Settings::with_ordinary_faults(seed);
    settings.graph_faults.notifications.dropped = 0.02;
    let system = System::start(settings).await?;
    let organisation = Organisation::invent(&Plan {
        people: 50,
        calls: 200,
        seed,
        day: TimeZone::UTC.to_datetime(system.now()).date().yesterday()?,
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    });
    idle_hour(&system).await?;
    system.metrics().clear();
    system.run_day(&organisation, seed, TIMEOUT, async |_| {}).await?;
    idle_hour(&system).await?;
    Ok(published(&system))
}

/// The schedules of an hour.
async fn idle_hour(system: &System) -> anyhow::Result<()> {
    system.tick_renewer().await?;
    for _ in 0..4 {
        system.tick_reconciler("due").await?;
    }
    system.roll_up().await?;
    Ok(())
}

/// How many custom metrics the functions published since they were last cleared.
fn published(system: &System) -> usize {
    let metrics = system.metrics();
    let FunctionMetrics { webhook, consumer, renewer, reconciler, quality } = metrics;
    [webhook, consumer, renewer, reconciler, quality]
        .iter()
        .map(|metrics| metrics.names().len())
        .sum()
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
    let measured = &outcome.measured;
    let per_call = &measured.per_call;
    println!(
        "Measured on {} calls of an invented organisation, for each: {:.1} people, {:.1} versions, \
         {:.1} DynamoDB requests, {:.1} write units, {:.1} read units, {:.1} kB stored. An hour \
         with calls publishes {} custom metrics, one without {}.",
        measured.sampled_calls,
        per_call.people,
        per_call.versions,
        per_call.dynamodb_requests,
        per_call.write_units,
        per_call.read_units,
        per_call.stored_bytes / 1e3,
        measured.metrics_of_a_busy_hour,
        measured.metrics_of_an_idle_hour,
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
    if outcome.rows.iter().any(|row| row.what.starts_with("lake")) {
        let bytes = per_call.lake.bytes;
        println!("In the lake, a call has {bytes:.0} bytes.");
    }
    println!(
        "{} calls a month: {:.0} dollars, and {:.0} for storage once {} days are kept; without a call {:.2}.",
        outcome.calls_per_month,
        outcome.calls_and_fixed,
        outcome.storage,
        outcome.retention_days,
        outcome.idle,
    );
}

#[cfg(test)]
mod tests;
