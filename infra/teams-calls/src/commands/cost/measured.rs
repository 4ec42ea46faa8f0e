//! What is measured: capacity units, requests, bytes and custom metrics of an invented organisation.

use std::time::Duration;

use anyhow::Context as _;
use fake_graph::organisation::{Organisation, Plan};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{count, lake, telephone};
use crate::system::{FunctionMetrics, Settings, System, TABLE};

const TIMEOUT: Duration = Duration::from_secs(600);

/// Measured for a call of the organisation.
#[derive(Debug, Serialize)]
pub(super) struct PerCall {
    pub(super) people: f64,
    pub(super) versions: f64,
    pub(super) notifications: f64,
    pub(super) dynamodb_requests: f64,
    pub(super) write_units: f64,
    pub(super) read_units: f64,
    pub(super) read_units_of_a_night: f64,
    pub(super) read_units_of_a_roll_up: f64,
    pub(super) stored_bytes: f64,
    /// Of the lake.
    pub(super) lake: lake::PerCall,
}

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    pub(super) sampled_calls: usize,
    pub(super) per_call: PerCall,
    pub(super) per_telephone_row: telephone::PerRow,
    /// Custom metrics that an hour with calls published, and one without.
    pub(super) metrics_of_a_busy_hour: usize,
    pub(super) metrics_of_an_idle_hour: usize,
    /// Of the schedules' runs in an hour without a call.
    pub(super) idle_write_units: f64,
    pub(super) idle_read_units: f64,
}

/// Measures so many calls of an invented organisation, as the stack stores, compares and rolls them up.
pub(super) async fn measure(sample: u32, seed: u64) -> anyhow::Result<Measured> {
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
        calls: usize::try_from(sample)?,
        seed,
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

    let bytes_of_calls = stored_bytes(&system).await?;
    let per_telephone_row =
        telephone::measure(&system, &organisation, async || stored_bytes(&system).await).await?;
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
        stored_bytes: each(bytes_of_calls),
        lake: lake::measure(&system, calls).await?,
    };
    Ok(Measured {
        sampled_calls: calls,
        per_call,
        per_telephone_row,
        metrics_of_a_busy_hour: metrics_of_a_busy_hour(seed).await?,
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
