//! Numbers that can be worked out by hand: see `World::with_a_week`.

use serde_json::{Value, json};

use crate::world::{ADA, BOB, Who, World, meeting, pair};
use reconciliation::Reconciliation;

fn figure<'a>(answer: &'a Value, of: &str, id: &str) -> &'a Value {
    let figures = answer["data"][of]["figures"].as_array().unwrap();
    &figures.iter().find(|figure| figure["id"] == id).unwrap()["value"]
}

#[tokio::test]
async fn the_organisations_week_adds_up() {
    let world = World::with_a_week().await;
    let answer = world.ask(json!({"report": "overview", "range": "last_week"})).await;
    let of = |id| figure(&answer, "organisation", id);
    assert_eq!(*of("calls"), json!({"count": 6}));
    assert_eq!(
        (of("calls_peer_to_peer"), of("calls_group")),
        (&json!({"count": 5}), &json!({"count": 1}))
    );
    // Good, poor, and the telephone.
    assert_eq!((of("answered"), of("unanswered")), (&json!({"count": 3}), &json!({"count": 2})));
    // Bob missed both.
    assert_eq!(*of("missed"), json!({"count": 2}));
    assert_eq!(*of("failure_rate"), json!({"share": {"numerator": 0, "denominator": 3}}));
    // 600 + 300 + 65 + 1800.
    assert_eq!(*of("call_ms"), json!({"seconds": 2765}));
    // Two people in each.
    assert_eq!(*of("talk_ms"), json!({"seconds": 5530}));
    assert_eq!(*of("participants_per_call"), json!({"mean": {"numerator": 12, "denominator": 6}}));
    // The meeting and two calls have streams; one of the calls is poor, and so is its one leg of four.
    assert_eq!(*of("poor_leg_share"), json!({"share": {"numerator": 1, "denominator": 4}}));
    assert_eq!(*of("poor_call_share"), json!({"share": {"numerator": 1, "denominator": 3}}));
    let days = answer["data"]["organisation"]["days"].as_array().unwrap();
    let calls: Vec<i64> = days.iter().map(|day| day["calls"].as_i64().unwrap()).collect();
    assert_eq!(calls, [1, 2, 1, 1, 1, 0, 0]);
    let hours = &answer["data"]["organisation"]["mix"]["hours"];
    assert_eq!((&hours[8], &hours[23]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn who_missed_most_is_who_was_called() {
    let world = World::with_a_week().await;
    let answer =
        world.ask(json!({"report": "people", "sort": "missed", "range": "last_week"})).await;
    let people = &answer["data"]["people"];
    assert_eq!(people["total"], 3, "Ada placed the calls and missed none, and is in the list");
    assert_eq!(
        (&people["rows"][1]["name"], &people["rows"][1]["missed"]),
        (&json!(ADA.name), &json!(0))
    );
    assert_eq!(people["left_out"], 0);
    assert_eq!(people["rows"][0]["person"], format!("user:{}", BOB.id));
    assert_eq!(
        (&people["rows"][0]["name"], &people["rows"][0]["missed"]),
        (&json!("Bob Example"), &json!(2))
    );
}

#[tokio::test]
async fn a_persons_page_says_what_became_of_a_missed_call() {
    let world = World::with_a_week().await;
    let person = format!("user:{}", BOB.id);
    let event = json!({"report": "person", "person": person, "range": "last_week"});
    let calls = world.ask(event.clone()).await["data"]["person"]["calls"]["rows"].clone();
    let missed = calls.as_array().unwrap().iter().filter(|call| call["outcome"] == "missed");
    let taken_by: Vec<_> = missed.map(|call| call["taken_by"].clone()).collect();
    assert_eq!(taken_by, ["no_one", "no_one"]);
    let page = world.page(event).await;
    assert!(page.contains("no person took it") && !page.contains("another person"), "{page}");
}

/// A stream from the caller to the callee is the one's sent and the other's received.
#[tokio::test]
async fn who_received_poor_audio_is_not_who_sent_it() {
    let world = World::empty().await;
    let stream = json!({"packetUtilization": 2000, "averageJitter": "PT0.045S",
        "streamDirection": "callerToCallee"});
    world.deliver(&pair("call", "2026-11-17T10:00:00Z", 600, ADA, BOB, &stream)).await;
    for (sort, first) in [("poor_received", BOB), ("poor_sent", ADA)] {
        let event = json!({"report": "people", "sort": sort, "range": "last_week"});
        let people = world.ask(event).await["data"]["people"].clone();
        let [first_row, second_row] = [0, 1].map(|place| people["rows"][place].clone());
        assert_eq!((&first_row["name"], &first_row[sort]), (&json!(first.name), &json!(1)));
        assert_eq!(second_row[sort], Value::Null, "nothing of that direction could be judged");
    }
    let event = json!({"report": "overview", "range": "last_week"});
    let overview = world.ask(event).await;
    let share = figure(&overview, "organisation", "poor_stream_share");
    assert_eq!(*share, json!({"share": {"numerator": 1, "denominator": 1}}), "one stream");
}

#[tokio::test]
async fn a_ranking_holds_whom_the_filter_lets_through_and_says_how_many_it_leaves_out() {
    let world = World::with_a_week().await;
    let visitor = Who { id: "c0000000-0000-4000-8000-00000000000c", name: "Cy Example" };
    let mut record = pair("call-visit", "2026-11-17T10:00:00Z", 600, ADA, visitor, &Value::Null);
    let other_tenant = "0f0f0f0f-0000-4000-8000-000000000002";
    record["sessions"][0]["callee"]["associatedIdentity"]["tenantId"] = other_tenant.into();
    world.deliver(&record).await;
    let ask = async |filter: Value| {
        let mut event = json!({"report": "people", "range": "last_week"});
        event.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
        let people = world.ask(event).await["data"]["people"].clone();
        (people["total"].as_u64().unwrap(), people["left_out"].as_u64().unwrap())
    };
    assert_eq!(ask(json!({})).await, (3, 1), "internal people are the default");
    assert_eq!(ask(json!({"relation": "others"})).await, (1, 3));
    assert_eq!(ask(json!({"relation": "all"})).await, (4, 0));
    assert_eq!(ask(json!({"kind": "user"})).await, (4, 0), "of any relation");
    assert_eq!(ask(json!({"kind": "user", "relation": "internal"})).await, (3, 1));
    assert_eq!(ask(json!({"kind": "phone"})).await, (0, 4));
    let page = world.page(json!({"report": "people"})).await;
    assert!(page.contains("Left out: 1 person who is not internal"), "{page}");
    let wrong = world.ask(json!({"report": "people", "relation": "foreign"})).await;
    assert!(wrong["error"]["message"].as_str().unwrap().contains("internal, others, all"));
}

#[tokio::test]
async fn a_test_call_is_listed_and_marked_and_counts_for_nothing_else() {
    let world = World::empty().await;
    let mut record = pair("call", "2026-11-17T10:00:00Z", 600, ADA, BOB, &Value::Null);
    record["sessions"][0]["isTest"] = true.into();
    world.deliver(&record).await;
    let overview = world.ask(json!({"report": "overview", "range": "last_week"})).await;
    let of = |id| figure(&overview, "organisation", id);
    assert_eq!((of("calls"), of("test_calls")), (&json!({"count": 0}), &json!({"count": 1})));
    let calls =
        world.ask(json!({"report": "calls", "from": "2026-11-17", "to": "2026-11-17"})).await;
    assert_eq!(calls["data"]["calls"]["rows"][0]["is_test"], true);
    let event = json!({"report": "person", "person": format!("user:{}", ADA.id),
        "range": "last_week"});
    let person = world.ask(event).await["data"]["person"].clone();
    assert_eq!(person["calls"]["rows"][0]["is_test"], true);
    assert_eq!(person["mix"]["hours"][10], 0);
}

#[tokio::test]
async fn a_blank_number_says_why() {
    let world = World::empty().await;
    let answer = world.ask(json!({"report": "overview"})).await;
    let figures = answer["data"]["organisation"]["figures"].as_array().unwrap();
    let blank: Vec<_> = figures.iter().filter(|figure| figure["value"].is_null()).collect();
    assert!(blank.len() >= 4);
    for figure in figures {
        assert_eq!(figure["value"].is_null(), figure["null_reason"].is_string(), "{figure}");
    }
    let page = world.page(json!({"report": "overview"})).await;
    assert!(page.contains("blank when no call could be judged"), "the page says it, too");
}

#[tokio::test]
async fn a_persons_days_and_hours_are_of_the_time_zone() {
    let world = World::with_a_week().await;
    let person = format!("user:{}", ADA.id);
    let ask = async |zone: &str| {
        let event =
            json!({"report": "person", "person": person, "range": "last_week", "time_zone": zone});
        let answer = world.ask(event).await;
        let days = answer["data"]["person"]["days"].as_array().unwrap().clone();
        let calls: Vec<i64> = days.iter().map(|day| day["calls"].as_i64().unwrap()).collect();
        (
            calls,
            answer["data"]["person"]["mix"]["hours"].clone(),
            answer["period"]["zone_of_days"].clone(),
        )
    };
    let (calls, hours, zone_of_days) = ask("UTC").await;
    assert_eq!(
        (calls, &hours[23], zone_of_days),
        (vec![1, 2, 1, 1, 1, 0, 0], &json!(1), json!("UTC"))
    );
    // The call of Wednesday 23:30 began on Thursday at half past midnight.
    let (calls, hours, zone_of_days) = ask("Europe/Berlin").await;
    assert_eq!(calls, [1, 2, 0, 2, 1, 0, 0]);
    assert_eq!(
        (&hours[0], &hours[23], zone_of_days),
        (&json!(1), &json!(0), json!("Europe/Berlin"))
    );
}

#[tokio::test]
async fn why_a_call_was_poor_is_said_in_a_sentence() {
    let world = World::with_a_week().await;
    let answer = world.ask(json!({"report": "call", "call": "call-poor"})).await;
    let call = &answer["data"]["call"];
    assert_eq!(
        call["explanation"][0],
        "1 of 1 judged legs had poor audio: jitter above 30 ms in 1 stream (at worst 45 ms)."
    );
    assert_eq!((&call["classifier"], &call["version"]), (&json!("cqd-2024 v1"), &json!(1)));
    assert_eq!((&call["streams_poor"], &call["streams_good"]), (&json!(1), &json!(0)));
    let missed = world.ask(json!({"report": "call", "call": "call-missed-1"})).await;
    let sentences = missed["data"]["call"]["explanation"].to_string();
    assert!(sentences.contains("No person took the call"), "{sentences}");
}

#[tokio::test]
async fn a_longer_time_of_a_person_is_their_totals_and_their_newest_calls() {
    let world = World::with_a_week().await;
    let person = format!("user:{}", ADA.id);
    let event = json!({"report": "person", "person": person, "range": "last_365_days"});
    let year = world.ask(event).await;
    let week = json!({"report": "person", "person": person, "range": "last_week"});
    let week = world.ask(week).await;
    assert_eq!(year["data"]["person"]["figures"], week["data"]["person"]["figures"]);
    assert_eq!(year["data"]["person"]["calls"]["total"], 6);
}

#[tokio::test]
async fn a_list_is_paged_and_says_how_many_there_are() {
    let world = World::with_a_week().await;
    let person = format!("user:{}", ADA.id);
    let event = |page: usize| json!({"report": "person", "person": person, "range": "last_week", "size": 4, "page": page});
    let first = world.ask(event(1)).await["data"]["person"]["calls"].clone();
    assert_eq!((&first["total"], first["rows"].as_array().unwrap().len()), (&json!(6), 4));
    assert_eq!(first["rows"][0]["call"], "call-meeting", "the newest first");
    let second = world.ask(event(2)).await["data"]["person"]["calls"].clone();
    assert_eq!(second["rows"].as_array().unwrap().len(), 2);
    let page = world.page(event(1)).await;
    assert!(page.contains("6 calls, 1 to 4 shown") && page.contains("Next"), "{page}");
}

#[tokio::test]
async fn a_day_says_whether_it_is_complete() {
    let world = World::with_a_week().await;
    let days = json!({"report": "days", "range": "last_week"});
    let unknown = world.ask(days.clone()).await["data"]["organisation"].clone();
    assert!(
        unknown["completeness"]["null_reason"].as_str().unwrap().contains("not finished a run")
    );
    assert_eq!(unknown["days"][0]["completeness"], "unknown");

    let at = |text: &str| Some(text.parse().unwrap());
    let now = crate::world::now();
    let until = now + jiff::SignedDuration::from_mins(5);
    let reconciliation = Reconciliation::new(world.table.clone());
    let taken = reconciliation.take_lease("a test", now, until).await;
    let mut state = taken.unwrap().unwrap();
    state.listed_from = at("2026-11-17T00:00:00Z");
    state.listed_up_to = at("2026-11-20T12:00:00Z");
    state.complete_up_to = state.listed_up_to;
    assert!(reconciliation.put_state("a test", &state).await.unwrap());
    let known = world.ask(days).await["data"]["organisation"].clone();
    assert_eq!(known["completeness"]["complete_up_to"], "2026-11-20T12:00:00Z");
    let of = |place: usize| known["days"][place]["completeness"].clone();
    assert_eq!((of(0), of(1), of(2)), (json!("unknown"), json!("complete"), json!("complete")));
    assert_eq!(of(4), json!({"up_to": "2026-11-20T12:00:00Z"}));
    let page = world.page(json!({"report": "overview"})).await;
    assert!(page.contains("Complete up to <b>Fri 20 Nov 2026 12:00 UTC</b>"), "{page}");
}

#[tokio::test]
async fn the_traffic_of_a_week_can_be_worked_out_by_hand() {
    let world = World::with_a_week().await;
    let answer = world.ask(json!({"report": "traffic", "range": "last_week"})).await;
    let of = |id| figure(&answer, "traffic", id);
    // Ada, Bob and a telephone.
    assert_eq!((of("calls"), of("distinct_people")), (&json!({"count": 6}), &json!({"count": 3})));
    // The calls that were missed never ran, and no two of the others met.
    assert_eq!(*of("peak_concurrency"), json!({"count": 1}));
    assert_eq!(*of("busy_hour"), json!({"hour": 8}));
    let traffic = &answer["data"]["traffic"];
    assert_eq!(traffic["peak"], json!({"calls": 1, "at": "2026-11-16T09:00:00Z"}));
    assert_eq!((&traffic["hours"][8], &traffic["hours"][23]), (&json!(1), &json!(1)));
    let organisers = &traffic["organisers"];
    assert_eq!(
        (&organisers["total"], &organisers["rows"][0]["name"]),
        (&json!(1), &json!(ADA.name))
    );
    // Everything was stored on the Wednesday after, as an import does: that is no lag.
    assert_eq!((&traffic["lag"], &traffic["stored_late"]), (&Value::Null, &json!(6)));
    let page = world.page(json!({"report": "traffic"})).await;
    assert!(page.contains("Left out: 6 calls stored more than a day after"), "{page}");
    let csv = world.ask(json!({"report": "traffic", "range": "last_week", "format": "csv"})).await;
    let csv = csv["csv"].as_str().unwrap();
    assert!(csv.contains(&format!("user:{},{},user,1\r\n", ADA.id, ADA.name)), "{csv}");
}

/// The call of Wednesday 23:30 belongs to Thursday in Berlin, on every page.
#[tokio::test]
async fn the_organisations_days_and_hours_are_of_the_time_zone() {
    let world = World::with_a_week().await;
    let ask = async |report: &str, range: &str| {
        let event = json!({"report": report, "range": range, "time_zone": "Europe/Berlin"});
        world.ask(event).await
    };
    let week = ask("overview", "last_week").await;
    assert_eq!(week["period"]["zone_of_days"], "Europe/Berlin");
    let organisation = &week["data"]["organisation"];
    let days = organisation["days"].as_array().unwrap();
    let calls: Vec<i64> = days.iter().map(|day| day["calls"].as_i64().unwrap()).collect();
    assert_eq!(calls, [1, 2, 0, 2, 1, 0, 0]);
    let hours = &organisation["mix"]["hours"];
    assert_eq!((&hours[0], &hours[9], &hours[23]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!(organisation["mix"]["zone_of_hours"], "Europe/Berlin");
    let traffic = ask("traffic", "last_week").await;
    assert_eq!(traffic["data"]["traffic"]["hours"], *hours);

    // Who missed what on the Thursday.
    let event = json!({"report": "people", "sort": "missed", "from": "2026-11-19",
        "to": "2026-11-19", "time_zone": "Europe/Berlin"});
    let missed = world.ask(event).await["data"]["people"].clone();
    let of = |place: usize| missed["rows"][place]["missed"].clone();
    assert_eq!((&missed["total"], of(0), of(1)), (&json!(3), json!(1), json!(0)));

    // Of a year the stored totals are read, and the answer says whose days these are.
    let year = ask("overview", "last_365_days").await;
    assert_eq!(year["period"]["zone_of_days"], "UTC");
    assert!(year["period"]["zone_note"].as_str().unwrap().contains("at most 31 days"), "{year}");
}

#[tokio::test]
async fn a_call_shows_the_versions_that_were_seen() {
    let world = World::empty().await;
    let good = json!({"packetUtilization": 2000, "averageJitter": "PT0.004S"});
    let mut record = pair("call", "2026-11-16T09:00:00Z", 600, ADA, BOB, &good);
    for version in [1, 4] {
        record["version"] = version.into();
        world.deliver(&record).await;
    }
    let call = world.ask(json!({"report": "call", "call": "call"})).await["data"]["call"].clone();
    assert_eq!((&call["version"], &call["replaced"][0]["version"]), (&json!(4), &json!(1)));
    let page = world.page(json!({"report": "call", "call": "call"})).await;
    assert!(page.contains("2 lower numbers are not listed"), "{page}");
}

/// A record whose session does not say when it ended.
fn of_unknown_talk() -> Value {
    let mut record = pair("call", "2026-11-17T10:00:00Z", 600, ADA, BOB, &Value::Null);
    record["type"] = "groupCall".into();
    record["sessions"][0]["endDateTime"] = Value::Null;
    record
}

#[tokio::test]
async fn talk_time_that_is_not_known_is_blank_and_not_zero() {
    let world = World::empty().await;
    world.deliver(&of_unknown_talk()).await;
    let overview = world.ask(json!({"report": "overview", "range": "last_week"})).await;
    assert_eq!(*figure(&overview, "organisation", "talk_ms"), Value::Null);
    let days = &overview["data"]["organisation"]["days"];
    assert_eq!((&days[0]["talk_seconds"], &days[1]["talk_seconds"]), (&json!(0), &Value::Null));
    let event = json!({"report": "person", "person": format!("user:{}", ADA.id),
        "range": "last_week"});
    let person = world.ask(event).await;
    assert_eq!(person["data"]["person"]["days"][1]["talk_seconds"], Value::Null);
    let event = json!({"report": "people", "sort": "calls", "range": "last_week"});
    let people = world.ask(event).await;
    assert_eq!(people["data"]["people"]["rows"][0]["talk_seconds"], Value::Null);
    let csv = world.ask(json!({"report": "days", "range": "last_week", "format": "csv"})).await;
    let csv = csv["csv"].as_str().unwrap();
    // From the judged calls on: none, so that of poor ones nothing is known, and no time either.
    let line = csv.lines().find(|line| line.starts_with("2026-11-17")).unwrap();
    assert!(
        line.starts_with("2026-11-17,unknown,1,0,1,0,") && line.ends_with(",0,,,1,1"),
        "{line}"
    );
    let page = world.page(json!({"report": "days"})).await;
    assert!(page.contains("blank when it is not known for any of the calls"), "{page}");
}

/// Who only missed calls talked for no time, and that is known.
#[tokio::test]
async fn talk_time_of_missed_calls_is_zero() {
    let world = World::with_a_week().await;
    let event = json!({"report": "people", "sort": "missed", "from": "2026-11-18",
        "to": "2026-11-18"});
    let people = world.ask(event).await;
    assert_eq!(people["data"]["people"]["rows"][0]["talk_seconds"], 0);
}

/// What decides, and why a call was poor, is of all streams that were read and not of those shown.
#[tokio::test]
async fn the_causes_cover_all_streams_that_were_read() {
    let world = World::empty().await;
    let poor = json!({"packetUtilization": 2000, "averageJitter": "PT0.045S"});
    let mut record = pair("call", "2026-11-17T10:00:00Z", 600, ADA, BOB, &poor);
    let streams = &mut record["sessions"][0]["segments"][0]["media"][0]["streams"];
    *streams = std::iter::repeat_n(poor, 50).collect();
    world.deliver(&record).await;
    let call = world.ask(json!({"report": "call", "call": "call"})).await["data"]["call"].clone();
    let why = call["explanation"][0].as_str().unwrap();
    assert!(why.contains("jitter above 30 ms in 50 streams"), "{why}");
    assert_eq!(call["streams_note"], "40 of 50 streams are shown, the poor ones first.");
}

/// Of a large meeting the first pages are read, and the answer says so.
#[tokio::test]
async fn the_causes_of_a_large_meeting_cover_what_was_read() {
    let world = World::empty().await;
    let poor = json!({"packetUtilization": 2000, "averageJitter": "PT0.045S"});
    let record = meeting("m", "2026-11-17T10:00:00Z", 600, &[ADA, BOB], &poor);
    let further = |page: usize| {
        let mut sessions = record["sessions"].clone();
        for session in sessions.as_array_mut().unwrap() {
            session["id"] = format!("{page}-{}", session["id"]).into();
        }
        json!({ "value": sessions })
    };
    let further: Vec<Value> = (1..=4).map(further).collect();
    world.deliver_with(&record, &further).await;
    let call = world.ask(json!({"report": "call", "call": "m"})).await["data"]["call"].clone();
    let why = call["explanation"][0].as_str().unwrap();
    assert!(why.contains("of the streams that were read, jitter above 30 ms in 8"), "{why}");
    assert_eq!(call["streams_partial"], true);
    let note = call["streams_note"].as_str().unwrap();
    assert!(note.contains("the first 8 of 10 sessions"), "{note}");
}

#[tokio::test]
async fn a_value_that_decides_nothing_is_not_marked() {
    let world = World::empty().await;
    let video = json!({"averageVideoFrameLossPercentage": 2.0, "averageVideoFrameRate": 3.0});
    let mut record = pair("call", "2026-11-17T10:00:00Z", 600, ADA, BOB, &video);
    record["sessions"][0]["segments"][0]["media"][0]["label"] = "main-video".into();
    world.deliver(&record).await;
    let page = world.page(json!({"report": "call", "call": "call"})).await;
    assert!(!page.contains("<b>frame rate") && page.contains("(more than 7), not used"), "{page}");
}
