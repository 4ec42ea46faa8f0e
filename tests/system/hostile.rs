//! Whatever comes from outside: nothing panics, nothing jams, nothing leaves that must not.

use std::path::PathBuf;
use std::time::Duration;

use aws_stand_ins::sqs_client;
use call_queue::{CallMessage, Reason};
use call_records::Totals;
use fake_graph::{Failure, Target};
use jiff::civil::date;
use proptest::test_runner::Config;
use rstest::rstest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use teams_calls::system::{Settings, System};
use tokio::net::TcpListener;

use crate::invented_organisation::bare_call;
use crate::mutation::Mutator;
use crate::virtual_time;

/// Of virtual time: a record that changes for ever is dead-lettered after three hours.
const TIMEOUT: Duration = Duration::from_secs(24 * 3600);

/// Four for each of proptest's cases: 1,024, or four times `PROPTEST_CASES`.
fn cases() -> usize {
    usize::try_from(Config::default().cases).unwrap() * 4
}

/// The published payloads of call records: records, lists and pages.
fn payloads() -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("payloads");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let of_records = ["callrecord", "climicrosoft365", "participants", "pnp", "sessions"];
    files.retain(|file| {
        let name = file.file_name().unwrap().to_str().unwrap();
        name.ends_with(".json") && of_records.iter().any(|prefix| name.starts_with(prefix))
    });
    files
        .iter()
        .map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
        .collect()
}

/// The call records among them: as they are, with links that lead to this Graph and there to nothing,
/// and three times without links.
fn records(system: &System) -> Vec<Value> {
    let records = payloads().into_iter().filter(|payload| payload["version"].is_number());
    records
        .flat_map(|record| {
            let text = record.to_string();
            let ours = text.replace("https://graph.microsoft.com", system.graph().url());
            let mut whole = record;
            whole.as_object_mut().unwrap().retain(|key, _| !key.ends_with("@odata.nextLink"));
            [serde_json::from_str(&ours).unwrap(), whole.clone(), whole.clone(), whole]
        })
        .collect()
}

async fn put_into_the_queue(system: &System, body: &str) {
    let client = sqs_client(&system.sqs().url());
    let send = client.send_message().queue_url(&system.queues().calls);
    send.message_body(body).send().await.unwrap();
}

/// Every number is one: what JSON cannot hold would not come back.
fn assert_finite<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let written = serde_json::to_value(value).unwrap();
    assert_eq!(serde_json::from_value::<T>(written).unwrap(), *value);
}

async fn assert_nothing_panicked_and_totals_are_equal(system: &System) {
    let metrics = &system.metrics().consumer;
    assert_eq!(metrics.sum("RetriedPanicked"), 0.0);
    for message in system.dead_lettered().unwrap() {
        assert!(!message.reason.is_empty() && !message.detail.is_empty(), "{message:?}");
    }
    assert_eq!(system.recompute().await.unwrap().sentences(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn whatever_graph_sends_every_message_ends_stored_or_dead_lettered_with_its_reason() {
    let settings = Settings { graph_limits: None, ..Settings::quiet() };
    let system = virtual_time::system(settings).await;
    let records = records(&system);
    let mut mutator = Mutator::new(1, payloads());
    let ids: Vec<_> = (0..cases()).map(|number| format!("hostile-{number}")).collect();
    for (number, id) in ids.iter().enumerate() {
        let mut record = records[number % records.len()].clone();
        record["id"] = json!(id);
        let text = match number / records.len() {
            // First each as it was published.
            0 => record.to_string(),
            _ => mutator.mutated(&record),
        };
        system.graph().load(&bare_call(id)).unwrap();
        system.graph().serve_instead(id, Some(text));
        system.graph().notify(id);
    }
    system.graph().publish(&bare_call("good")).unwrap();
    system.drained(TIMEOUT).await.unwrap();

    let dead_lettered = system.dead_lettered().unwrap();
    let mut stored = 0;
    for id in ids.iter().map(String::as_str).chain(["good"]) {
        let Some(call) = system.store().call(id).await.unwrap() else {
            let about = format!("\"call_id\":\"{id}\"");
            let message = dead_lettered.iter().find(|message| message.body.contains(&about));
            let message = message.unwrap_or_else(|| panic!("{id} is lost"));
            if message.reason == "undecodable_record" {
                let kept = system.store().quarantined_pages(id).await.unwrap();
                assert!(!kept.is_empty(), "{id}: {message:?}");
            }
            continue;
        };
        stored += 1;
        assert_finite(&call.record);
        for part in &call.people {
            assert_finite(part);
        }
    }
    assert!(system.store().version("good").await.unwrap().is_some());
    println!("{stored} stored and {} dead-lettered of {}", dead_lettered.len(), ids.len() + 1);
    assert!(stored * 3 > ids.len(), "{stored} of {} are stored", ids.len());
    assert!(dead_lettered.len() * 20 > ids.len(), "{} are dead-lettered", dead_lettered.len());
    let all = (date(-9999, 1, 1), date(9999, 12, 31));
    let totals: Vec<(_, Totals)> = system.store().organisation_totals(all.0, all.1).await.unwrap();
    assert!(!totals.is_empty());
    assert_nothing_panicked_and_totals_are_equal(&system).await;
}

#[tokio::test(start_paused = true)]
async fn whatever_is_in_the_queue_is_done_or_dead_lettered_with_its_reason() {
    let settings = Settings { graph_limits: None, ..Settings::quiet() };
    let system = virtual_time::system(settings).await;
    system.graph().load(&bare_call("good")).unwrap();
    let good = CallMessage {
        call_id: "good".to_owned(),
        reason: Reason::Notification,
        enqueued_at: system.now(),
        subscription_id: None,
        version: None,
    };
    let good = good.to_json();
    let message = serde_json::from_str(&good).unwrap();
    let mut mutator = Mutator::new(2, payloads());
    let mut sent = 0;
    for _ in 0..cases() / 4 {
        let body = mutator.mutated(&message);
        // What SQS itself does not take cannot be in a queue.
        if body.chars().all(|c| c >= ' ' && c != '\u{fffe}') && !body.is_empty() {
            put_into_the_queue(&system, &body).await;
            sent += 1;
        }
    }
    for odd in ["null", "[]", "7", "\"call_id\"", "{}", "{\"call_id\":\"../me\"}", "\u{feff}{}"] {
        put_into_the_queue(&system, odd).await;
    }
    put_into_the_queue(&system, &"[".repeat(200_000)).await;
    put_into_the_queue(&system, &good).await;
    system.drained(TIMEOUT).await.unwrap();
    assert_eq!(system.store().version("good").await.unwrap(), Some(1));
    let dead_lettered = system.dead_lettered().unwrap();
    println!("{} of {} dead-lettered", dead_lettered.len(), sent + 9);
    assert!(dead_lettered.len() >= 8);
    assert_nothing_panicked_and_totals_are_equal(&system).await;
}

/// Good calls are stored while bad ones wait or are dead-lettered.
#[tokio::test(start_paused = true)]
async fn good_calls_flow_past_the_bad_ones() {
    let system = virtual_time::system(Settings::quiet()).await;
    for number in 0..120 {
        let bad = format!("bad-{number}");
        system.graph().load(&bare_call(&bad)).unwrap();
        match number % 4 {
            0 => system.graph().remove(&bad),
            1 => system.graph().serve_instead(&bad, Some("{\"id\":".to_owned())),
            2 => system.graph().fail(
                Target::Record(bad.clone()),
                Failure::Status(reqwest::StatusCode::INTERNAL_SERVER_ERROR),
                0,
            ),
            _ => {
                let mut record = bare_call(&bad);
                record["participants_v2@odata.nextLink"] = json!("https://elsewhere.example/next");
                system.graph().serve_instead(&bad, Some(record.to_string()));
            }
        }
        system.graph().notify(&bad);
        put_into_the_queue(&system, "not one of ours").await;
        system.graph().publish(&bare_call(&format!("good-{number}"))).unwrap();
    }
    let began = tokio::time::Instant::now();
    for number in 0..120 {
        let good = format!("good-{number}");
        while system.store().version(&good).await.unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(120), "{good} is held up");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    println!("the good ones took {:?} of virtual time", began.elapsed());
}

#[rstest]
#[case::another_host("http://{canary}/v1.0/next")]
#[case::without_a_scheme("//{canary}/v1.0/next")]
#[case::with_backslashes("http:\\\\{canary}\\next")]
#[case::with_our_host_as_its_user("http://{graph}@{canary}/next")]
#[case::with_our_host_in_its_path("http://{canary}/{graph}/next")]
#[case::with_blanks_and_a_line_break(" \nhttp://{canary}/next")]
#[case::redirected("http://{graph}/v1.0/communications/callRecords/redirected/next")]
#[tokio::test]
async fn no_token_leaves_by_a_next_link_or_a_redirect(#[case] link: &str) {
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = canary.local_addr().unwrap().to_string();
    let system = System::start(Settings::quiet()).await.unwrap();
    let graph = system.graph().url().trim_start_matches("http://");
    let link = link.replace("{canary}", &address).replace("{graph}", graph);
    let redirect = Failure::Redirect(format!("http://{address}/elsewhere"));
    system.graph().fail(Target::Record("redirected".to_owned()), redirect, 0);
    for member in ["participants_v2", "sessions"] {
        let mut record = bare_call(member);
        record[format!("{member}@odata.nextLink")] = json!(link);
        system.graph().load(&bare_call(member)).unwrap();
        system.graph().serve_instead(member, Some(record.to_string()));
        system.graph().notify(member);
    }
    system.graph().load(&bare_call("redirected")).unwrap();
    system.graph().notify("redirected");
    let bound = tokio::time::Instant::now() + Duration::from_secs(60);
    while system.metrics().consumer.sum("RetriedRejected") < 3.0 {
        assert!(tokio::time::Instant::now() < bound, "not every record was tried");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(system.store().version("sessions").await.unwrap(), None);
    // No request reached it.
    let knock = tokio::time::timeout(Duration::from_millis(50), canary.accept()).await;
    assert!(knock.is_err(), "{link} was followed");
}
