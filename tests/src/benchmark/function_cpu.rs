//! CPU that a function's process takes: to start, and for each of what it does.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use aws_stand_ins::{FunctionOptions, RuntimeApi, http_event, sqs_client, sqs_event};
use fake_graph::organisation::{InventedCall, Organisation, Plan};
use jiff::civil::date;
use serde_json::json;
use teams_calls::system::{Settings, System};

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
    let mut measured = vec![CpuTime {
        what: "start and first body",
        microseconds: {
            let mut starts = Vec::new();
            for number in 0..STARTS {
                let function = function(&system, "webhook", program).await?;
                notify(&system, &function, number, 1).await?;
                starts.push(cpu_time(&function)?);
            }
            median(starts)
        },
    }];
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
    let mut starts = Vec::new();
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
        if what == PEER_TO_PEER {
            starts.push(before);
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
    let microseconds = median(starts);
    measured.insert(0, CpuTime { what: "start and first ten calls of two", microseconds });
    Ok(measured)
}

const PEER_TO_PEER: &str = "a call of two people";

/// Calls of each kind.
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
        (PEER_TO_PEER, of_two.into_iter().take(160).collect()),
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
    let mut options = FunctionOptions::new(name, program);
    for (name, value) in system.environment() {
        options = options.variable(name, value);
    }
    RuntimeApi::start(options).await
}

/// A body of so many notifications of calls that were not announced before.
async fn notify(
    system: &System,
    function: &RuntimeApi,
    number: usize,
    size: usize,
) -> anyhow::Result<()> {
    let entry = |place: usize| {
        let id = format!("{size:08x}-0000-4000-8000-{:012x}", number * size + place);
        json!({
            "subscriptionId": "22222222-0000-4000-8000-000000000001",
            "clientState": system.client_state(),
            "changeType": "updated",
            "resource": format!("communications/callRecords/{id}"),
            "subscriptionExpirationDateTime": "2036-12-01T00:00:00.0000000+00:00",
            "resourceData": {
                "@odata.type": "#microsoft.graph.callrecord",
                "@odata.id": format!("communications/callRecords/{id}"),
                "id": id,
            },
            "tenantId": system.tenant_id(),
        })
    };
    let body = json!({ "value": (0..size).map(entry).collect::<Vec<_>>() });
    let request = http::Request::builder()
        .method("POST")
        .uri("/notifications")
        .header("content-type", "application/json")
        .body(body.to_string().into())?;
    let answer = function.invoke(&http_event(&request), TIMEOUT).await?;
    ensure!(answer["statusCode"] == 202, "the program answers {answer}");
    Ok(())
}

/// Has the program take a batch, and says how many messages it had.
async fn store(system: &System, function: &RuntimeApi) -> anyhow::Result<usize> {
    let client = sqs_client(&system.sqs().url());
    let receive = client.receive_message().queue_url(&system.queues().calls);
    let receive = receive.max_number_of_messages(10).message_system_attribute_names("All".into());
    let messages = receive.send().await?.messages.unwrap_or_default();
    ensure!(!messages.is_empty(), "the queue is empty");
    let batch = sqs_event(&messages, &system.sqs().queue_arn("calls"));
    let answer = function.invoke(&batch, TIMEOUT).await?;
    let failed = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
    ensure!(failed == 0, "the program puts messages back: {answer}");
    Ok(messages.len())
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

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| each(*time, 1))
}
