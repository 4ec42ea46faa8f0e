//! The logs of telephone calls, against the documented answers and the schema.

use fake_graph::PhoneLog;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use serde_json::{Value, json};

use crate::csdl::Schema;
use crate::tenant::{START, Tenant};

const PSTN: &str = include_str!("../../../../tests/payloads/pstn-calls-v1.json");
const DIRECT_ROUTING: &str = include_str!("../../../../tests/payloads/directrouting-calls-v1.json");
const ROW_TYPES: [&str; 2] = [
    "Collection(microsoft.graph.callRecords.pstnCallLogRow)",
    "Collection(microsoft.graph.callRecords.directRoutingLogRow)",
];

fn start() -> Timestamp {
    START.parse().unwrap()
}

fn path(log: PhoneLog, from: &str, to: &str) -> String {
    let function = match log {
        PhoneLog::Pstn => "getPstnCalls",
        PhoneLog::DirectRouting => "getDirectRoutingCalls",
    };
    format!("/communications/callRecords/{function}(fromDateTime={from},toDateTime={to})")
}

fn documented(log: PhoneLog) -> Value {
    let text = match log {
        PhoneLog::Pstn => PSTN,
        PhoneLog::DirectRouting => DIRECT_ROUTING,
    };
    serde_json::from_str(text).unwrap()
}

fn row(id: &str, at: &str) -> Value {
    json!({"id": id, "startDateTime": at})
}

async fn ids(tenant: &Tenant, path: &str) -> Vec<String> {
    let answer = tenant.get(path).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let rows = answer.json()["value"].as_array().unwrap().clone();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[case(PhoneLog::Pstn, ROW_TYPES[0])]
#[case(PhoneLog::DirectRouting, ROW_TYPES[1])]
#[tokio::test]
async fn the_documented_row_comes_back_as_it_is_documented(
    #[case] log: PhoneLog,
    #[case] row_type: &str,
) {
    let tenant = Tenant::with(|options| options.page_sizes.phone_log = 1).await;
    let documented = documented(log);
    let row = &documented["value"][0];
    tenant.graph.put_phone_log_row(log, row, start()).unwrap();
    let mut second = row.clone();
    second["id"] = "second".into();
    tenant.graph.put_phone_log_row(log, &second, start()).unwrap();
    let answer = tenant.get(&path(log, "2019-11-01", "2019-12-01")).await.json();
    assert_eq!(answer["value"], json!([row]));
    let keys = |value: &Value| {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&answer), keys(&documented));
    let context = documented["@odata.context"].as_str().unwrap().split_once('#').unwrap().1;
    assert!(answer["@odata.context"].as_str().unwrap().ends_with(context), "{answer}");
    // The names of its parameters are those of the documentation, whatever the function's are.
    let names = |link: &Value| {
        let link = link.as_str().unwrap().to_owned();
        link.split_once('(').unwrap().1.split_once('=').unwrap().0.to_owned()
    };
    assert_eq!(names(&answer["@odata.nextLink"]), names(&documented["@odata.nextLink"]));
    assert_eq!(Schema::read().departures(&answer["value"], row_type), Vec::<String>::new());

    let link = answer["@odata.nextLink"].as_str().unwrap();
    let rest = tenant.get(link).await.json();
    assert_eq!((&rest["value"], rest.get("@odata.nextLink")), (&json!([second]), None));
}

#[tokio::test]
async fn the_end_of_a_range_is_in_that_of_the_calling_plans_only() {
    let tenant = Tenant::start().await;
    for log in [PhoneLog::Pstn, PhoneLog::DirectRouting] {
        for at in ["2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-02T00:00:00.001Z"] {
            tenant.graph.put_phone_log_row(log, &row(at, at), start()).unwrap();
        }
    }
    let of = |log| path(log, "2026-02-01", "2026-02-02T00:00:00Z");
    assert_eq!(ids(&tenant, &of(PhoneLog::Pstn)).await.len(), 2);
    assert_eq!(ids(&tenant, &of(PhoneLog::DirectRouting)).await.len(), 1);
}

#[tokio::test]
async fn a_call_that_did_not_come_about_is_found_by_its_invite() {
    let tenant = Tenant::start().await;
    let mut failed = row("failed", "0001-01-01T00:00:00Z");
    failed["inviteDateTime"] = "2026-02-01T10:00:00Z".into();
    tenant.graph.put_phone_log_row(PhoneLog::DirectRouting, &failed, start()).unwrap();
    let of = path(PhoneLog::DirectRouting, "2026-02-01", "2026-02-02");
    assert_eq!(ids(&tenant, &of).await, ["failed"]);
}

#[tokio::test]
async fn rows_come_late_change_and_go() {
    let tenant = Tenant::start().await;
    let of = path(PhoneLog::Pstn, "2026-02-28", "2026-03-02");
    let late = start() + SignedDuration::from_hours(48);
    let at = "2026-03-01T10:00:00Z";
    tenant.graph.put_phone_log_row(PhoneLog::Pstn, &row("late", at), late).unwrap();
    assert!(ids(&tenant, &of).await.is_empty());
    tenant.clock.advance(std::time::Duration::from_secs(48 * 3_600));
    let mut tenant = tenant;
    tenant.sign_in().await;
    assert_eq!(ids(&tenant, &of).await, ["late"]);

    let moved = row("late", "2026-02-28T10:00:00Z");
    tenant.graph.put_phone_log_row(PhoneLog::Pstn, &moved, late).unwrap();
    assert_eq!(ids(&tenant, &path(PhoneLog::Pstn, "2026-03-01", "2026-03-02")).await.len(), 0);
    assert_eq!(ids(&tenant, &of).await, ["late"]);
    tenant.graph.remove_phone_log_row(PhoneLog::Pstn, "late");
    assert!(ids(&tenant, &of).await.is_empty());
}

#[rstest]
#[case::too_long("getPstnCalls(fromDateTime=2026-01-01,toDateTime=2026-04-02)", 400)]
#[case::as_long_as_it_may_be("getPstnCalls(fromDateTime=2026-01-01,toDateTime=2026-04-01)", 200)]
#[case::no_end("getPstnCalls(fromDateTime=2026-01-01)", 400)]
#[case::no_time("getPstnCalls(fromDateTime=today,toDateTime=2026-04-01)", 400)]
#[case::another_name("getPstnCalls(since=2026-01-01,toDateTime=2026-04-01)", 400)]
#[case::no_number_of_rows(
    "getPstnCalls(fromDateTime=2026-01-01,toDateTime=2026-02-01)?$skip=x",
    400
)]
#[tokio::test]
async fn a_range_is_refused_where_it_cannot_be_served(#[case] call: &str, #[case] status: u16) {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.get(&format!("/communications/callRecords/{call}")).await.status, status);
}

#[tokio::test]
async fn fifty_requests_in_a_minute_go_through_to_each_log() {
    let tenant = Tenant::start().await;
    for log in [PhoneLog::Pstn, PhoneLog::DirectRouting] {
        for _ in 0..50 {
            assert_eq!(tenant.get(&path(log, "2026-02-01", "2026-02-02")).await.status, 200);
        }
        assert_eq!(tenant.get(&path(log, "2026-02-01", "2026-02-02")).await.status, 429);
    }
}

#[tokio::test]
async fn without_consent_there_are_no_logs() {
    let tenant = Tenant::with(|options| options.consented = false).await;
    let answer = tenant.get(&path(PhoneLog::Pstn, "2026-02-01", "2026-02-02")).await;
    assert_eq!((answer.status, answer.error_code().as_str()), (403, "Forbidden"));
}
