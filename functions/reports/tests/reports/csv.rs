//! CSV: all rows, and how many there are.

use serde_json::{Value, json};

use crate::world::{ADA, BOB, Who, World, pair};

/// More people than a page has.
pub(crate) const CROWD: usize = 40;

/// Thirty and more people whom Ada called, and who missed it: all but the last more than once.
pub(crate) async fn crowd() -> World {
    let world = World::empty().await;
    for place in 0..CROWD {
        let who = Who {
            id: format!("c0000000-0000-4000-8000-{place:012}").leak(),
            name: format!("Called {place:02}").leak(),
        };
        let id = format!("call-{place}");
        world.deliver(&pair(&id, "2026-11-17T11:00:00Z", 0, ADA, who, &Value::Null)).await;
    }
    world
}

#[tokio::test]
async fn csv_has_a_header_and_a_row_for_each_day() {
    let world = World::with_a_week().await;
    let answer = world.ask(json!({"report": "days", "range": "last_week", "format": "csv"})).await;
    assert!(answer["meta"]["items_read"].as_u64() > Some(0));
    let csv = answer["csv"].as_str().unwrap();
    let lines: Vec<&str> = csv.strip_prefix('\u{feff}').unwrap().split("\r\n").collect();
    assert!(lines[0].starts_with("day,complete,calls,calls_peer_to_peer,"), "{}", lines[0]);
    let header: Vec<&str> = lines[0].split(',').collect();
    let cell = |line: usize, name: &str| {
        let place = header.iter().position(|it| *it == name).unwrap();
        lines[line].split(',').nth(place).unwrap().to_owned()
    };
    let of =
        |line: usize, names: &[&str]| names.iter().map(|it| cell(line, it)).collect::<Vec<_>>();
    let counts = ["day", "calls", "answered", "missed", "unanswered", "voicemail"];
    assert_eq!(of(2, &counts), ["2026-11-17", "2", "1", "1", "1", "0"]);
    let quality = ["judged_calls", "poor_calls", "legs", "legs_poor", "talk_seconds"];
    assert_eq!(of(2, &quality), ["1", "1", "1", "1", "600"]);
    // Seven days, the header, and the end of the last line. A day without a judged call is blank.
    assert_eq!(lines.len(), 9);
    assert_eq!(of(7, &["day", "calls"]), ["2026-11-22", "0"]);
    assert_eq!(of(7, &quality), ["0", "", "0", "", "0"]);
}

#[tokio::test]
async fn csv_has_all_rows_and_says_how_many_there_are() {
    let world = crowd().await;
    let people =
        json!({"report": "people", "sort": "missed", "range": "last_week", "format": "csv"});
    let answer = world.ask(people.clone()).await;
    let lines = |answer: &Value| answer["csv"].as_str().unwrap().lines().count();
    // Ada placed the calls; she is in the list with 0.
    assert_eq!(lines(&answer), CROWD + 2);
    assert_eq!(
        (&answer["total"], &answer["page"], &answer["people_shown_as"]),
        (&json!(CROWD + 1), &json!(1), &json!("names"))
    );
    // A request for the day, and one for each name.
    assert!(answer["meta"]["requests"].as_u64().unwrap() <= CROWD as u64 + 10, "{answer}");
    let mut part = people;
    part["size"] = 30.into();
    part["page"] = 2.into();
    let answer = world.ask(part).await;
    assert_eq!(
        (lines(&answer), &answer["total"], &answer["size"]),
        (12, &json!(CROWD + 1), &json!(30))
    );
}

/// The tables of days need no names, although the pages of these reports do.
#[tokio::test]
async fn csv_of_the_organisation_reads_no_person() {
    let world = crowd().await;
    let mut event = json!({"report": "missed", "range": "last_week"});
    let page = world.ask(event.clone()).await["meta"]["requests"].as_u64().unwrap();
    event["format"] = "csv".into();
    let answer = world.ask(event).await;
    assert!(answer["meta"]["requests"].as_u64().unwrap() < page, "{answer}");
    assert_eq!(answer["total"], 7);
}

/// Of more than a month a page has a person's newest hundred calls, and a CSV all.
#[tokio::test]
async fn csv_of_a_persons_year_has_all_calls() {
    let world = World::empty().await;
    for place in 0..101 {
        let start = format!("2026-11-17T11:{:02}:{:02}Z", place / 60, place % 60);
        world.deliver(&pair(&format!("c{place}"), &start, 0, ADA, BOB, &Value::Null)).await;
    }
    let person = format!("user:{}", ADA.id);
    let mut event = json!({"report": "person", "person": person, "range": "last_365_days"});
    let page = world.ask(event.clone()).await["data"]["person"]["calls_note"].clone();
    assert!(page.as_str().unwrap().contains("only the newest 100 calls"), "{page}");
    event["format"] = "csv".into();
    let answer = world.ask(event).await;
    assert_eq!((&answer["total"], answer.get("note")), (&json!(101), None));
}
