//! `teams-calls cost`: what a month costs by list prices. Capacity units, bytes and messages are
//! measured on an invented organisation; what only AWS can measure is assumed, and said.

mod assumed;
mod flood;
mod lake;
mod measured;
mod price;
mod telephone;

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::system::CONSUMER_WINDOW;
use crate::text_table;
use measured::{Measured, measure};

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
    /// With the stack's parameter PstnLogs, and so many rows a month.
    #[arg(long, default_value_t = 0)]
    telephone_rows: u32,
    /// The stack's Dashboards.
    #[arg(long, value_enum, default_value_t = Dashboards::All)]
    dashboards: Dashboards,
    /// The three free dashboards of the account are another stack's.
    #[arg(long)]
    further_stack: bool,
    /// So many requests of strangers a second, all month, to paths that the API does not know.
    #[arg(long, default_value_t = 0)]
    junk_per_second: u32,
    /// So many a second, all month, to the address that Graph calls; the stack's RequestsPerSecond
    /// bounds them.
    #[arg(long, default_value_t = 0)]
    junk_at_the_webhook_per_second: u32,
    /// The seed of the organisation.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One JSON object on standard output instead of a table.
    #[arg(long)]
    json: bool,
}

/// The stack's parameter of this name.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Dashboards {
    All,
    Calls,
    None,
}

impl Dashboards {
    fn count(self) -> usize {
        match self {
            Self::All => 3,
            Self::Calls => 1,
            Self::None => 0,
        }
    }
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
    let measured = measure(options.sample, options.seed).await?;
    let free = if options.further_stack { 0 } else { price::FREE_DASHBOARDS };
    let fixed = fixed(&measured, options.dashboards, free);
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
    if options.telephone_rows > 0 {
        let per_row = &measured.per_telephone_row;
        let count = f64::from(options.telephone_rows);
        rows.extend(telephone::rows(per_row, count, options.retention_days));
    }
    let (unknown, at_webhook) = (options.junk_per_second, options.junk_at_the_webhook_per_second);
    rows.extend(flood::rows(f64::from(unknown), f64::from(at_webhook)));
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

/// What a month costs without a call, where so many dashboards cost nothing.
fn fixed(measured: &Measured, dashboards: Dashboards, free_dashboards: usize) -> Vec<Row> {
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
    let paid_dashboards = dashboards.count().saturating_sub(free_dashboards);
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
        row("dashboards beyond those that are free", count(paid_dashboards), price::DASHBOARD),
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
    if outcome.rows.iter().any(|row| row.what.starts_with("telephone")) {
        let telephone::PerRow { write_units, stored_bytes } = &measured.per_telephone_row;
        println!(
            "A row of the logs of telephone calls costs {write_units:.2} write units each time that its \
             day changes, and {stored_bytes:.0} bytes."
        );
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
