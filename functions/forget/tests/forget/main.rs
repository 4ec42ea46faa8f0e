//! The function over a table on the wire.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

use std::time::Duration;

use aws_stand_ins::DynamoDb;
use call_records::{AudioClassifier, PersonKey};
use call_table::{CallTable, Deadline, PageKind, RawPage, TableConfig, create_table, rebuild};
use call_writer::{CallWriter, recompute};
use forget::{Error, Forget};
use forgotten_people::{ForgetKey, ForgetKeySource};
use jiff::Timestamp;
use jiff::civil::date;
use lambda_kit::SecretValue as _;
use pstn_logs::{Listing, Log, decode_page};
use pstn_writer::{Places, PstnWriter};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::time::Instant;

fn now() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn writer(table: &CallTable) -> CallWriter {
    let key = ForgetKey::parse(&"an invented key ".repeat(4)).unwrap();
    CallWriter::new(table.clone(), ForgetKeySource::fixed(key))
}

/// A table with one call between two people.
async fn table() -> (DynamoDb, CallTable) {
    let database = DynamoDb::start(None).await.unwrap();
    let client = aws_stand_ins::dynamodb_client(&database.url());
    create_table(&client, "calls").await.unwrap();
    let table = CallTable::new(client, TableConfig::new("calls"));
    let end = |id: &str| json!({"associatedIdentity": {"id": id, "displayName": format!("Name of {id}")}});
    let record = json!({
        "id": "call", "version": 1, "type": "peerToPeer",
        "startDateTime": "2026-11-23T09:00:00Z", "endDateTime": "2026-11-23T09:01:00Z",
        "sessions": [{
            "id": "call", "caller": end("ada-of-contoso"), "callee": end("+4930123456"),
            "startDateTime": "2026-11-23T09:00:00Z", "endDateTime": "2026-11-23T09:01:00Z",
        }],
    });
    let body = record.to_string().into_bytes();
    let page = RawPage { kind: PageKind::Record, number: 0, body };
    let (call, sessions) =
        rebuild(None, AudioClassifier::default(), std::slice::from_ref(&page)).unwrap();
    let mut writer = writer(&table).version("call", 1, now(), soon());
    writer.add_page(page.kind, 0, &page.body).await.unwrap();
    writer.add_sessions(&sessions).await.unwrap();
    writer.commit(&call).await.unwrap();
    (database, table)
}

/// A row of the logs of telephone calls of the two.
async fn store_telephone_row(store: &CallTable) {
    let row = json!({"id": "row", "userId": "ada-of-contoso", "callType": "user_in",
        "callerNumber": "+4930123456", "startDateTime": "2026-11-23T10:00:00Z", "duration": 5});
    let page = json!({ "value": [row] }).to_string();
    let rows = decode_page(page.as_bytes(), Log::Pstn).unwrap().rows;
    let listing = Listing { log: Log::Pstn, requested_at: now(), rows };
    let pstn = PstnWriter::new(store.clone(), writer(store).forgotten().clone());
    let day = date(2026, 11, 23);
    let mut places = Places::default();
    pstn.take_in(listing, day..=day, &mut places, Deadline::NONE).await.unwrap();
}

#[rstest]
#[case("user:ada-of-contoso", "phone:+4930123456")]
#[case(" phone:+4930123456 ", "user:ada-of-contoso")]
#[tokio::test]
async fn the_answer_says_what_was_removed(#[case] person: &str, #[case] other: &str) {
    let (_database, store) = table().await;
    let forget = Forget::new(writer(&store));
    store_telephone_row(&store).await;
    let preview = forget.handle(json!({ "person": person }), now(), soon()).await.unwrap();
    let preview = serde_json::to_value(&preview).unwrap();
    assert_eq!(preview["would_remove"]["telephone_rows"], 1);
    let confirmed = json!({"person": person, "confirm": true});
    let forgotten = forget.handle(confirmed, now(), soon()).await.unwrap();
    let mut answer = serde_json::to_value(&forgotten).unwrap();
    let tombstone = answer["tombstone"].take();
    assert_eq!(
        answer,
        json!({
            "tombstone": null, "calls": 1, "participations": 1, "pages": 1, "days": 1, "complete": true,
            "telephone_rows": 1,
        })
    );
    let call = store.call("call").await.unwrap().unwrap();
    assert_eq!(call.people.len(), 1);
    assert_eq!(call.people[0].person, other.parse::<PersonKey>().unwrap());
    assert_eq!(json!(call.people[0].counterparts), json!([tombstone]));
    let shown = format!("{:?} {:?}", call.record, call.sessions);
    assert!(!shown.contains(person.trim().split_once(':').unwrap().1), "{shown}");
    let day = date(2026, 11, 23);
    let (_, rows) = store.pstn_rows(day).await.unwrap().unwrap();
    let person: PersonKey = person.trim().parse().unwrap();
    assert!(rows.rows().flat_map(|kept| kept.row.people()).all(|named| named != person));
    let totals = store.organisation_totals(day, day).await.unwrap();
    assert_eq!(totals[0].1.get("people_answered"), 2);
    let recomputed = recompute(&store, None, AudioClassifier::default(), now()).await.unwrap();
    assert_eq!(recomputed.differences, []);
}

#[rstest]
#[case(json!({"person": "user:ada-of-contoso"}), 1)]
#[case(json!({"person": "user:ada-of-contoso", "confirm": false}), 1)]
#[case(json!({"person": "user:nobody"}), 0)]
#[tokio::test]
async fn without_confirmation_nothing_is_written_and_the_answer_says_what_would_be_removed(
    #[case] event: Value,
    #[case] calls: u64,
) {
    let (database, store) = table().await;
    let client = aws_stand_ins::dynamodb_client(&database.url());
    let contents = async || client.scan().table_name("calls").send().await.unwrap().items;
    let before = contents().await;
    // No key is asked for, as no mark is set.
    let without_key = CallWriter::new(store.clone(), ForgetKeySource::Missing("no key is needed"));
    let answer = Forget::new(without_key).handle(event, now(), soon()).await.unwrap();
    let answer = serde_json::to_value(&answer).unwrap();
    let counts = ["calls", "participations", "days"].map(|name| &answer["would_remove"][name]);
    assert_eq!(counts, [&json!(calls); 3]);
    assert!(answer["next"].as_str().unwrap().contains("\"confirm\": true"), "{answer}");
    assert_eq!(contents().await, before);
}

#[rstest]
#[case::no_person(json!({}))]
#[case::no_kind(json!({"person": "ada"}))]
#[case::empty(json!({"person": ""}))]
#[case::misspelt(json!({"persona": "user:ada"}))]
#[case::not_an_object(json!("user:ada"))]
#[case::a_word_for_true(json!({"person": "user:ada", "confirm": "yes"}))]
#[case::more(json!({"person": "user:ada", "calls": ["a"]}))]
#[tokio::test]
async fn an_invalid_request_is_answered_with_the_form_of_a_valid_one(#[case] event: Value) {
    let (_database, store) = table().await;
    let error = Forget::new(writer(&store)).handle(event, now(), soon()).await.unwrap_err();
    assert!(matches!(error, Error::Request), "{error}");
    assert!(error.to_string().contains("give {\"person\": \"<kind>:<id>\"}"), "{error}");
}
