//! CPU that a function's process takes: to start, and for each of what it does.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use aws_stand_ins::{FunctionOptions, RuntimeApi};
use fake_graph::organisation::{InventedCall, Organisation, Plan};
use jiff::civil::date;
use teams_calls::system::{Settings, System};

use crate::events::{next_batch, notification, posted};

const TIMEOUT: Duration = Duration::from_secs(120);

/// How many processes are started to measure what that takes.
const STARTS: usize = 15;

/// How many bodies of each size the webhook is given once it is warm.
const BODIES: usize = 200;

/// What was measured.
#[derive(Debug, Clone)]
pub struct CpuTime {
    /// Of what: `a notification of 100`.
    pub what: &'static str,
    /// User and system time of all threads, for each.
    pub microseconds: f64,
}

/// Measures a program as the webhook: starts, and notifications in bodies of 1, 10 and 100.
///
/// # Errors
///
/// Where the program does not answer 202, or there is no `/proc`.
pub async fn webhook_cpu(program: &Path) -> anyhow::Result<Vec<CpuTime>> {
    let system = system().await?;
    let mut starts = Vec::new();
    for number in 0..STARTS {
        let function = function(&system, "webhook", program).await?;
        notify(&system, &function, number, 1).await?;
        starts.push(cpu_time(&function)?);
    }
    starts.sort_unstable();
    let microseconds = each(starts[STARTS / 2], 1);
    let mut measured = vec![CpuTime { what: "start and first body", microseconds }];
    let function = function(&system, "webhook", program).await?;
    for (what, size) in [
        ("a notification in a body of 1", 1),
        ("a notification in a body of 10", 10),
        ("a notification in a body of 100", 100),
    ] {
        let mut before = Duration::ZERO;
        for number in 0..2 * BODIES {
            // The first half warms it up.
            if number == BODIES {
                before = cpu_time(&function)?;
            }
            notify(&system, &function, number, size).await?;
        }
        let taken = cpu_time(&function)?.saturating_sub(before);
        measured.push(CpuTime { what, microseconds: each(taken, BODIES * size) });
    }
    Ok(measured)
}

/// Measures a program as the consumer: starts, and calls of four kinds, each new to the table.
///
/// # Errors
///
/// Where the program does not store a call, or there is no `/proc`.
pub async fn consumer_cpu(program: &Path) -> anyhow::Result<Vec<CpuTime>> {
    let mut measured = Vec::new();
    for (what, calls) in kinds() {
        let system = system().await?;
        for call in &calls {
            system.graph().publish(call.versions.last().context("a call without a version")?)?;
        }
        ensure!(system.graph().is_quiet_within(TIMEOUT).await, "not all calls are announced");
        let function = function(&system, "consumer", program).await?;
        let mut stored = store(&system, &function).await?;
        let before = cpu_time(&function)?;
        if measured.is_empty() {
            let microseconds = each(before, 1);
            measured.push(CpuTime { what: "start and first ten calls of two", microseconds });
        }
        let first = stored;
        while stored < calls.len() {
            stored += store(&system, &function).await?;
        }
        let taken = cpu_time(&function)?.saturating_sub(before);
        measured.push(CpuTime { what, microseconds: each(taken, stored - first) });
        let complete = system.compare_with_graph().await?;
        ensure!(complete.is_complete(), "not every call is stored: {complete:?}");
    }
    Ok(measured)
}

/// Calls of each kind, those of two people first.
fn kinds() -> [(&'static str, Vec<InventedCall>); 4] {
    let plan = |calls, seed| Plan {
        people: 1_000,
        calls,
        seed,
        day: date(2026, 11, 2),
        tenant_id: fake_graph::TENANT_ID.to_owned(),
        fault: None,
    };
    let sessions = |call: &InventedCall| {
        call.versions.last().and_then(|it| it["sessions"].as_array()).map_or(0, Vec::len)
    };
    let is_peer_to_peer = |call: &InventedCall| {
        call.versions.last().is_some_and(|version| version["type"] == "peerToPeer")
    };
    let (of_two, others): (Vec<_>, Vec<_>) =
        Organisation::invent(&plan(900, 1)).calls.into_iter().partition(is_peer_to_peer);
    let of_six = others.into_iter().filter(|call| sessions(call) == 6);
    let meetings = |people, count: u64| {
        (0..count).map(move |seed| Organisation::meeting(&plan(1, seed), people, 1)).collect()
    };
    [
        ("a call of two people", of_two.into_iter().take(160).collect()),
        ("a call of six sessions", of_six.take(60).collect()),
        ("a meeting of 300 people", meetings(300, 20)),
        ("a meeting of 1,000 people", meetings(1_000, 13)),
    ]
}

/// A system that leaves messages to the program.
async fn system() -> anyhow::Result<System> {
    let settings = Settings { graph_limits: None, ..Settings::quiet() };
    let mut system = System::start(settings).await?;
    system.stop_consuming();
    Ok(system)
}

async fn function(system: &System, name: &str, program: &Path) -> anyhow::Result<RuntimeApi> {
    let options = FunctionOptions::new(name, program).variables(system.environment());
    RuntimeApi::start(options).await
}

/// A body of so many notifications of calls that were not announced before.
async fn notify(
    system: &System,
    function: &RuntimeApi,
    number: usize,
    size: usize,
) -> anyhow::Result<()> {
    let id = |place| format!("{size:08x}-0000-4000-8000-{:012x}", number * size + place);
    let entries: Vec<_> = (0..size).map(|place| notification(system, &id(place))).collect();
    let answer = function.invoke(&posted("/notifications", &entries)?, TIMEOUT).await?;
    ensure!(answer["statusCode"] == 202, "the program answers {answer}");
    Ok(())
}

/// Has the program take a batch, and says how many messages it had.
async fn store(system: &System, function: &RuntimeApi) -> anyhow::Result<usize> {
    let batch = next_batch(system).await?;
    let messages = batch["Records"].as_array().map_or(0, Vec::len);
    ensure!(messages > 0, "the queue is empty");
    let answer = function.invoke(&batch, TIMEOUT).await?;
    let failed = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
    ensure!(failed == 0, "the program puts messages back: {answer}");
    Ok(messages)
}

/// CPU time of the function's only process: of the threads that it has now.
fn cpu_time(function: &RuntimeApi) -> anyhow::Result<Duration> {
    let process = *function.process_ids().first().context("the program does not run")?;
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let times = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        let on_cpu = times.split(' ').next().and_then(|number| number.parse::<u64>().ok());
        nanoseconds += on_cpu.context("schedstat has no time")?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

fn each(taken: Duration, count: usize) -> f64 {
    taken.as_secs_f64() * 1e6 / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX))
}
