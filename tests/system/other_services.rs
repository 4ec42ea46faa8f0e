//! From Graph's notification to the table, on any DynamoDB and any SQS.
//!
//! These tests, and no others, run against the endpoints that two environment variables name:
//!
//! ```text
//! TEST_DYNAMODB_URL=http://127.0.0.1:4566 TEST_SQS_URL=http://127.0.0.1:4566 \
//!     cargo test -p system-tests --test system other_services::
//! ```
//!
//! Without them they run on the stand-ins, as all others do. Each system makes a table and queues
//! of its own under unique names, and leaves them there. The endpoints must take any
//! credentials. What moves the clock, orders faults of AWS or inspects queues needs the stand-ins
//! and is elsewhere, so that nothing is skipped in silence here.

use std::time::Duration;

use call_records::PersonKey;
use fake_graph::organisation::{Organisation, Plan};
use jiff::civil::date;
use lambda_kit::Environment;
use serde_json::{Value, json};
use system_tests::model::Model;
use teams_calls::system::{Settings, System};

const TIMEOUT: Duration = Duration::from_secs(240);

/// The settings, on the endpoints that the environment names.
fn anywhere(settings: Settings) -> Settings {
    let environment = Environment::from_process();
    let settings = Settings {
        dynamodb_url: environment.optional_text("TEST_DYNAMODB_URL"),
        sqs_url: environment.optional_text("TEST_SQS_URL"),
        ..settings
    };
    let at = |url: &Option<String>| url.clone().unwrap_or_else(|| "the stand-in".to_owned());
    println!("DynamoDB: {}, SQS: {}", at(&settings.dynamodb_url), at(&settings.sqs_url));
    settings
}

/// Two people who talk for ten minutes.
fn two_party_call(id: &str, version: i64) -> Value {
    let endpoint = |person: &str, name: &str, platform: &str| {
        json!({
            "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
            "userAgent": { "platform": platform, "productFamily": "teams" },
            "associatedIdentity": {
                "id": person, "displayName": name, "tenantId": fake_graph::TENANT_ID,
            },
        })
    };
    let ada = "11111111-0000-4000-8000-000000000001";
    let grace = "11111111-0000-4000-8000-000000000002";
    json!({
        "id": id,
        "version": version,
        "type": "peerToPeer",
        "modalities": ["audio"],
        "startDateTime": "2026-11-02T09:00:00Z",
        "endDateTime": "2026-11-02T09:10:00Z",
        "lastModifiedDateTime": "2026-11-02T09:20:00Z",
        "organizer_v2": {
            "id": ada,
            "identity": { "user": { "id": ada, "tenantId": fake_graph::TENANT_ID } },
        },
        "sessions": [{
            "id": id,
            "modalities": ["audio"],
            "startDateTime": "2026-11-02T09:00:00Z",
            "endDateTime": "2026-11-02T09:10:00Z",
            "caller": endpoint(ada, "Person One", "windows"),
            "callee": endpoint(grace, "Person Two", "iOS"),
            "segments": [],
        }],
    })
}

fn person(id: &str) -> PersonKey {
    id.parse().unwrap()
}

async fn assert_at_rest(system: &System) {
    assert_eq!(system.recompute().await.unwrap().sentences(), Vec::<String>::new());
}

#[tokio::test]
async fn a_notification_ends_in_the_table() {
    let system = System::start(anywhere(Settings::quiet())).await.unwrap();
    system.graph().publish(&two_party_call("call-1", 1)).unwrap();
    system.drained(TIMEOUT).await.unwrap();

    let call = system.store().call("call-1").await.unwrap().unwrap();
    assert_eq!(call.record.version, 1);
    assert_eq!(call.people.len(), 2);
    let day = date(2026, 11, 2);
    let ada = person("user:11111111-0000-4000-8000-000000000001");
    let totals = system.store().person_totals(&ada, day, day).await.unwrap();
    assert_eq!(totals.len(), 1);
    assert_eq!(totals[0].1.get("talk_ms"), 600_000);
    let organisation = system.store().organisation_totals(day, day).await.unwrap();
    assert_eq!(organisation[0].1.get("calls"), 1);
    assert_eq!(organisation[0].1.get("people_talk_ms"), 1_200_000);
    assert_at_rest(&system).await;
}

#[tokio::test]
async fn a_duplicate_notification_is_stored_once() {
    let system = System::start(anywhere(Settings::quiet())).await.unwrap();
    system.graph().publish(&two_party_call("call-1", 1)).unwrap();
    for _ in 0..5 {
        system.graph().notify("call-1");
    }
    system.drained(TIMEOUT).await.unwrap();
    system.graph().notify("call-1");
    system.drained(TIMEOUT).await.unwrap();

    let day = date(2026, 11, 2);
    let organisation = system.store().organisation_totals(day, day).await.unwrap();
    assert_eq!(organisation[0].1.get("calls"), 1);
    assert_at_rest(&system).await;
}

#[tokio::test]
async fn a_newer_version_takes_the_place_of_the_older_and_a_late_older_one_changes_nothing() {
    let system = System::start(anywhere(Settings::quiet())).await.unwrap();
    let mut second = two_party_call("call-1", 2);
    second["sessions"][0]["endDateTime"] = "2026-11-02T09:05:00Z".into();
    system.graph().publish(&two_party_call("call-1", 1)).unwrap();
    system.drained(TIMEOUT).await.unwrap();
    system.graph().publish(&second).unwrap();
    system.drained(TIMEOUT).await.unwrap();
    system.graph().serve_stale("call-1", 10);
    system.graph().notify("call-1");
    system.drained(TIMEOUT).await.unwrap();

    let call = system.store().call("call-1").await.unwrap().unwrap();
    assert_eq!(call.record.version, 2);
    let day = date(2026, 11, 2);
    let organisation = system.store().organisation_totals(day, day).await.unwrap();
    assert_eq!(organisation[0].1.get("calls"), 1);
    assert_eq!(organisation[0].1.get("people_talk_ms"), 600_000);
    assert_at_rest(&system).await;
}

/// Graph is as untidy as ever; only records that are late are not, because the wait for them is of
/// minutes and the clock of another SQS cannot be moved.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_ends_in_the_table_as_in_the_model() {
    let mut settings = Settings::with_ordinary_faults(8);
    settings.graph_faults.answers.late_records = 0.0;
    let system = System::start(anywhere(settings)).await.unwrap();
    let organisation = Organisation::invent(&Plan {
        people: 20,
        calls: 40,
        seed: 8,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    });
    system.run_day(&organisation, 8, TIMEOUT, async |_| {}).await.unwrap();

    let mut model = Model::new(system.tenant_id());
    for version in organisation.calls.iter().flat_map(|call| &call.versions) {
        model.read(version).unwrap();
    }
    let differences = model.differences(system.dynamodb_client(), system.store()).await.unwrap();
    assert_eq!(differences, Vec::<String>::new());
    assert_at_rest(&system).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_meeting_of_a_thousand_people_is_stored_whole() {
    let system = System::start(anywhere(Settings::quiet())).await.unwrap();
    let plan = Plan {
        people: 1_000,
        calls: 1,
        seed: 4,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    };
    let meeting = Organisation::meeting(&plan, 1_000, 1);
    let newest = meeting.versions.last().unwrap();
    let sessions = newest["sessions"].as_array().unwrap().len();
    assert!(sessions > 16 * 60, "{sessions} sessions are 17 pages");
    system.graph().publish(newest).unwrap();
    system.drained(TIMEOUT).await.unwrap();

    let call = system.store().call(&meeting.id).await.unwrap().unwrap();
    assert_eq!(call.sessions.len(), sessions);
    let attended = call.people.iter().filter(|part| part.attended == Some(true)).count();
    assert_eq!(attended, 1_000);
    let pages = system.store().raw_pages(&meeting.id).await.unwrap();
    assert!(pages.len() >= 17 + 8, "{} pages", pages.len());
    assert_at_rest(&system).await;
}
