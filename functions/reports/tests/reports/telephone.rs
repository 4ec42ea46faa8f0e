//! What the logs of telephone calls add up to.

use pstn_logs::Log;
use reports::{Config, People};
use serde_json::{Value, json};

use crate::faces::actions;
use crate::world::{ADA, ARN, BOB, World, now};

/// Every log is listed for last week, long after its end.
const WEEK: [&str; 2] = ["2026-11-16", "2026-11-22"];
const LISTED: &str = "2026-11-25T03:00:00Z";

fn pstn_row(id: &str, start: &str, user: &str, members: &Value) -> Value {
    let mut row = json!({"id": id, "callId": id, "userId": user, "userDisplayName": "Ada Example",
        "startDateTime": start, "callType": "user_out", "callerNumber": "+4940111",
        "calleeNumber": "+4930987654", "usageCountryCode": "DE", "licenseCapability": "MCOPSTN1",
        "operator": "Example Telecom"});
    merge(&mut row, members);
    row
}

fn trunk_row(id: &str, members: &Value) -> Value {
    let mut row = json!({"id": id, "correlationId": id, "userId": BOB.id, "callType": "ByotIn",
        "startDateTime": "2026-11-19T08:00:00Z", "inviteDateTime": "2026-11-19T07:59:50Z",
        "callerNumber": "+4930987654", "calleeNumber": "+4940112",
        "trunkFullyQualifiedDomainName": "sbc.example.org", "successfulCall": false});
    merge(&mut row, members);
    row
}

fn merge(row: &mut Value, members: &Value) {
    for (name, value) in members.as_object().unwrap() {
        row[name] = value.clone();
    }
}

/// Last week's logs: a row that has vanished, one without a time, one that contradicts itself, a conference,
/// two currencies, and a trunk with answers and failures.
pub(crate) async fn list_a_week_of_logs(world: &World) {
    let first = pstn_row(
        "gone",
        "2026-11-16T08:00:00Z",
        ADA.id,
        &json!({"duration": 5, "charge": 0.000001, "currency": "EUR"}),
    );
    world.list_log(Log::Pstn, "2026-11-24T03:00:00Z", WEEK, &json!([first])).await;
    let pstn = json!([
        pstn_row(
            "a",
            "2026-11-16T09:00:00Z",
            ADA.id,
            &json!({"duration": 60, "charge": 0.1,
            "connectionCharge": 0.2, "currency": "EUR", "endDateTime": "2026-11-16T09:01:00Z"})
        ),
        pstn_row(
            "b",
            "2026-11-17T09:00:00Z",
            ADA.id,
            &json!({"duration": 600, "charge": "1.005",
            "currency": "USD", "usageCountryCode": "US", "endDateTime": "2026-11-17T09:01:00Z"})
        ),
        pstn_row(
            "c",
            "2026-11-17T12:00:00Z",
            BOB.id,
            &json!({"duration": 900, "charge": 2,
            "currency": "EUR", "callType": "conf_in"})
        ),
        pstn_row(
            "d",
            "0001-01-01T00:00:00Z",
            ADA.id,
            &json!({"duration": 7, "charge": 50, "currency": "EUR"})
        ),
    ]);
    world.list_log(Log::Pstn, LISTED, WEEK, &pstn).await;
    let trunk = json!([
        trunk_row("e", &json!({"successfulCall": true, "duration": 30, "finalSipCode": 0})),
        trunk_row("f", &json!({"duration": 8, "finalSipCode": 487, "callEndSubReason": 540200})),
        trunk_row(
            "g",
            &json!({"duration": 4, "finalSipCode": 486, "callEndSubReason": 540486,
            "finalSipCodePhrase": "Busy: +4930987654"})
        ),
        trunk_row(
            "h",
            &json!({"finalSipCode": 503, "callEndSubReason": 560503,
            "correlationId": "call-phone"})
        ),
    ]);
    world.list_log(Log::DirectRouting, LISTED, WEEK, &trunk).await;
}

async fn with_logs() -> World {
    let world = World::with_a_week().await;
    list_a_week_of_logs(&world).await;
    world
}

fn week(report: &str) -> Value {
    json!({"report": report, "range": "last_week"})
}

async fn ask(world: &World, event: Value) -> Value {
    let answer = world.ask(event).await;
    assert!(answer.get("error").is_none(), "{answer}");
    answer["data"]["telephone"].clone()
}

#[tokio::test]
async fn legs_time_and_charges_are_those_of_the_rows_to_the_millionth() {
    let world = with_logs().await;
    let data = ask(&world, week("telephone")).await;
    let total = &data["total"];
    let counts = ["legs", "established", "failed", "end_unknown", "seconds", "setup_seconds"];
    let counts = counts.map(|name| total[name].as_u64().unwrap());
    assert_eq!(counts, [8, 5, 3, 0, 1_595, 12]);
    let money = |currency: &str, amount: &str, millionths: i64| json!({"currency": currency, "amount": amount, "millionths": millionths});
    let charges = json!([money("EUR", "2.300001", 2_300_001), money("USD", "1.005", 1_005_000)]);
    assert_eq!(total["charges"], charges);
    assert_eq!(
        [&total["contradictory"], &data["vanished"], &data["undated"]],
        [&json!(1), &json!(1), &json!(1)],
        "b; gone; d"
    );
    let first = |list: &str, name: &str| data[list][0][name].clone();
    assert_eq!((first("countries", "value"), first("countries", "legs")), (json!("+49"), json!(4)));
    assert_eq!(first("licenses", "value"), json!("MCOPSTN1"));
    assert_eq!(first("operators", "value"), json!("Example Telecom"));
    let types = data["types"].as_array().unwrap();
    let of = |word: &str| types.iter().find(|row| row["call_type"] == word).unwrap();
    assert_eq!(
        (&of("conf_in")["direction"], &of("conf_in")["legs"]),
        (&json!("incoming"), &json!(1))
    );
    assert_eq!(of("ByotIn")["log"], "direct_routing");
    let legs_of_days: u64 =
        data["by_day"].as_array().unwrap().iter().map(|day| day["legs"].as_u64().unwrap()).sum();
    assert_eq!(legs_of_days, 8);
}

#[tokio::test]
async fn a_trunk_has_its_ratio_with_the_attempts_the_classes_and_the_codes() {
    let world = with_logs().await;
    let data = ask(&world, week("telephone")).await;
    let trunk = &data["trunks"][0];
    assert_eq!(trunk["trunk"], "sbc.example.org");
    assert_eq!((&trunk["attempts"], &trunk["effective"]), (&json!(4), &json!(2)));
    let ratio = &trunk["network_effectiveness_ratio"];
    assert_eq!(ratio["value"], json!({"share": {"numerator": 2, "denominator": 4}}));
    assert_eq!(
        (&ratio["id"], &ratio["version"]),
        (&json!("network_effectiveness_ratio"), &json!(1))
    );
    let classes = json!({"answered": 1, "completed_elsewhere": 1, "user_busy": 1, "unlisted": 1});
    assert_eq!(trunk["classes"], classes);
    assert_eq!(trunk["codes"][0], json!({"code": "486/540486", "legs": 1}));
    let page = world.page(week("telephone")).await;
    for text in ["sbc.example.org", "50.0 %", "487/540200", "publishes no list of codes", "1.005"] {
        assert!(page.contains(text), "{text} is not on {page}");
    }
}

#[tokio::test]
async fn people_have_their_legs_and_a_page_and_conferences_are_no_persons() {
    let world = with_logs().await;
    let data = ask(&world, week("telephone_people")).await;
    let rows = data["people"]["rows"].as_array().unwrap();
    let shown: Vec<_> =
        rows.iter().map(|row| (&row["name"], &row["seconds"], &row["failed"])).collect();
    let expected =
        [(&json!(ADA.name), &json!(665), &json!(0)), (&json!(BOB.name), &json!(30), &json!(3))];
    assert_eq!(shown, expected);
    let page = world.page(week("telephone")).await;
    let ada = format!("user:{}", ADA.id);
    let to_ada = actions(&page).into_iter().find(|link| link["person"] == json!(ada)).unwrap();
    assert_eq!(to_ada["report"], "person");
    let answer = world.ask(json!({"report": "person", "person": ada, "range": "last_week"})).await;
    let telephone = &answer["data"]["person"]["telephone"];
    assert_eq!(telephone["sums"], {
        let mut sums = rows[0].clone();
        for name in ["person", "name", "id", "kind"] {
            sums.as_object_mut().unwrap().remove(name);
        }
        sums
    });
    let page = world.page(json!({"report": "person", "person": ada})).await;
    for text in ["11 min 05 s", "0.300001", "1.005", "Telephone of everybody"] {
        assert!(page.contains(text), "{text} is not on {page}");
    }
}

#[tokio::test]
async fn who_is_in_the_logs_alone_has_a_page() {
    let world = World::empty().await;
    list_a_week_of_logs(&world).await;
    let event =
        json!({"report": "person", "person": format!("user:{}", ADA.id), "range": "last_week"});
    let answer = world.ask(event.clone()).await;
    assert_eq!(answer["data"]["person"]["telephone"]["sums"]["legs"], 3, "{answer}");
    // Of a day without a leg of theirs, and of no call record, nothing is known of them.
    let mut event = event;
    event["range"] = "today".into();
    assert_eq!(world.ask(event).await["error"]["code"], "not_found");
    // A number is no user.
    let with_calls = World::with_a_week().await;
    let number = json!({"report": "person", "person": "phone:+4930987654", "range": "last_week"});
    assert!(with_calls.ask(number).await["data"]["person"].get("telephone").is_none());
}

#[tokio::test]
async fn logs_that_were_never_read_are_unknown_and_not_zero() {
    let world = World::with_a_week().await;
    let data = ask(&world, week("telephone")).await;
    assert_eq!(data["completeness"]["complete_up_to"], Value::Null);
    assert_eq!((&data["days_read"], &data["days"]), (&json!(0), &json!(7)));
    let page = world.page(week("telephone")).await;
    for text in ["was ever read", "PstnLogs", "CallRecord-PstnCalls.Read.All", "not read"] {
        assert!(page.contains(text), "{text} is not on {page}");
    }
    let event =
        json!({"report": "person", "person": format!("user:{}", ADA.id), "range": "last_week"});
    let telephone = world.ask(event).await["data"]["person"]["telephone"].clone();
    assert_eq!(telephone["sums"], Value::Null);
    assert!(telephone["null_reason"].as_str().unwrap().contains("was read"), "{telephone}");
}

#[tokio::test]
async fn it_is_said_up_to_when_the_logs_are_complete_and_what_was_not_read() {
    let world = with_logs().await;
    let event = json!({"report": "telephone", "from": "2026-11-16", "to": "2026-11-24"});
    let data = ask(&world, event.clone()).await;
    // Listed at three o'clock on the 25th, and all rows come within 48 hours; the 23rd was not asked for.
    assert_eq!(data["completeness"]["complete_up_to"], "2026-11-23T00:00:00Z");
    assert_eq!(data["completeness"]["first_day"], "2026-11-16");
    assert_eq!((&data["days_read"], &data["days"]), (&json!(7), &json!(9)));
    let complete: Vec<_> =
        data["by_day"].as_array().unwrap().iter().map(|day| day["is_complete"] == true).collect();
    assert_eq!(complete, [true, true, true, true, true, true, true, false, false]);
    assert!(data["notes"][0].as_str().unwrap().contains("Mon 23 Nov, Tue 24 Nov"), "{data}");
    // Only one of the logs.
    world.list_log(Log::Pstn, LISTED, ["2026-11-23", "2026-11-24"], &json!([])).await;
    let data = ask(&world, event).await;
    let notes = data["notes"].to_string();
    assert!(notes.contains("getDirectRoutingCalls was not read of Mon 23 Nov"), "{notes}");
}

#[tokio::test]
async fn both_tables_add_up_to_the_total_by_currency() {
    let world = with_logs().await;
    let mut event = week("telephone");
    event["format"] = "csv".into();
    let csv = world.ask(event.clone()).await["csv"].as_str().unwrap().to_owned();
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let place = |name: &str| {
        rows[0].iter().position(|it| it.trim_start_matches('\u{feff}') == name).unwrap()
    };
    for by in ["day", "call_type", "country", "license", "operator"] {
        let of = || rows.iter().filter(|row| row[0] == by);
        let legs: u64 = of().filter_map(|row| row[place("legs")].parse::<u64>().ok()).sum();
        assert_eq!(legs, 8, "{by}: {csv}");
        let euros = of().filter(|row| row[place("currency")] == "EUR");
        let euros: i64 =
            euros.map(|row| row[place("charge")].parse::<pstn_logs::Micros>().unwrap().0).sum();
        assert_eq!(euros, 2_300_001, "{by}: {csv}");
    }
    let trunk = rows.iter().find(|row| row[0] == "trunk").unwrap();
    assert_eq!(
        (trunk[place("attempts")], trunk[place("network_effectiveness_ratio")]),
        ("4", "0.5000")
    );
    event["report"] = "telephone_people".into();
    let answer = world.ask(event).await;
    let csv = answer["csv"].as_str().unwrap();
    // Ada has two currencies, the second in a row without counts.
    assert_eq!((csv.lines().count(), &answer["total"]), (4, &json!(2)));
    assert!(csv.contains(",,,,,,USD,1.005"), "{csv}");
}

#[tokio::test]
async fn a_month_reads_heads_sums_and_peoples_lists_and_no_rows() {
    let world = with_logs().await;
    let requests = async |event: Value| {
        let answer = world.ask(event).await;
        answer["meta"]["requests"].as_u64().unwrap()
    };
    // Heads, sums, the lists of the three days that have people, and the names of two people.
    let month = json!({"report": "telephone", "range": "last_30_days"});
    assert_eq!(requests(month).await, 2 + 3 + 2);
    let year = json!({"report": "telephone", "range": "last_365_days"});
    assert_eq!(requests(year).await, 2);
}

#[tokio::test]
async fn people_are_listed_for_a_month_at_most_and_sums_for_a_year() {
    let world = with_logs().await;
    let year = |report: &str| json!({"report": report, "range": "last_365_days"});
    let data = ask(&world, year("telephone")).await;
    assert_eq!((&data["total"]["legs"], &data["people"]["total"]), (&json!(8), &json!(0)));
    assert!(data["people_null_reason"].as_str().unwrap().contains("at most 31 days"));
    let refused = world.ask(year("telephone_people")).await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("at most 31 days"), "{refused}");
}

#[tokio::test]
async fn days_are_utc_days_in_whatever_zone() {
    let world = with_logs().await;
    let mut event = week("telephone");
    event["time_zone"] = "Asia/Tokyo".into();
    let answer = world.ask(event.clone()).await;
    assert_eq!(answer["period"]["zone_of_days"], "UTC");
    assert!(answer["period"]["zone_note"].as_str().unwrap().contains("telephone logs"), "{answer}");
    assert_eq!(answer["data"]["telephone"]["total"]["legs"], 8);
}

#[tokio::test]
async fn pseudonyms_show_no_user_of_the_logs_and_lead_to_them() {
    let world = with_logs().await;
    let config = || Config { people: People::Pseudonyms, ..Config::default() };
    for report in ["telephone", "telephone_people"] {
        let page = world.page_with(config(), week(report)).await;
        for secret in [ADA.name, ADA.id, BOB.name, BOB.id, "987654"] {
            assert!(!page.contains(secret), "{secret} is on {page}");
        }
    }
    let reports = world.reports(config());
    let answer = reports.handle(week("telephone_people"), ARN, now()).await;
    assert!(!answer.to_string().contains(ADA.id), "{answer}");
    let person = answer["data"]["telephone"]["people"]["rows"][0]["person"].clone();
    let event = json!({"report": "person", "person": person, "range": "last_week"});
    let answer = reports.handle(event, ARN, now()).await;
    assert_eq!(answer["data"]["person"]["telephone"]["sums"]["legs"], 3, "{answer}");
}
