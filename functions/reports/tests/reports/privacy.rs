//! What must not be seen is nowhere: not in text, not in links, not in JSON, not in CSV.

use reports::{Config, People, Report};
use serde_json::{Value, json};

use crate::telephone::list_a_week_of_logs;
use crate::world::{ADA, ARN, BOB, Who, World, now, pair};

/// Everything that the reports of a week say, page by page, as JSON and as CSV.
async fn everything(world: &World, config: &Config) -> Vec<(String, String)> {
    let reports = world.reports(config.clone());
    let mut said = Vec::new();
    let ranking = json!({"report": "people", "range": "last_week"});
    let ranking = reports.handle(ranking, ARN, now()).await;
    let people: Vec<Value> = ranking["data"]["people"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["person"].clone())
        .collect();
    assert_eq!(people.len(), 3);
    let calls = ["call-good", "call-poor", "call-phone", "call-meeting", "callSetup", "midcall"];
    let events = Report::ALL.into_iter().flat_map(|report| {
        let event = json!({"report": report.as_str(), "range": "last_week"});
        let of = |name: &str, value: Value| {
            let mut event = event.clone();
            event[name] = value;
            event
        };
        match report {
            Report::Person => people.iter().map(|person| of("person", person.clone())).collect(),
            Report::Call => calls.iter().map(|call| of("call", (*call).into())).collect(),
            // What hits every person or none, and a number whose last digits are hidden.
            Report::Found => {
                ["a", "person", "987", "+49", "zzz"].map(|text| of("find", text.into())).to_vec()
            }
            _ => vec![event],
        }
    });
    for event in events {
        for format in ["html", "json", "csv"] {
            let mut event = event.clone();
            event["format"] = format.into();
            let answer = reports.handle(event.clone(), ARN, now()).await;
            assert!(answer.get("error").is_none(), "{event}: {answer}");
            let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
            assert!(!text.contains("role=\"alert\""), "{event}: {text}");
            said.push((event.to_string(), text));
        }
    }
    said
}

/// Last week, and two calls of Bob's whose failure reasons are words with a name and a number.
async fn with_reasons_in_words() -> World {
    let world = World::with_a_week().await;
    let desk = Who { name: "Desk 4, +49 30 987654", ..BOB };
    for stage in ["callSetup", "midcall"] {
        let good = json!({"packetUtilization": 2000, "averageJitter": "PT0.004S"});
        let mut record = pair(stage, "2026-11-19T09:00:00Z", 60, ADA, desk, &good);
        let reason = format!("{} did not reach +4930987654.", ADA.name);
        let failure = json!({"stage": stage, "reason": reason});
        record["sessions"][0]["failureInfo"] = failure.clone();
        record["sessions"][0]["segments"][0]["failureInfo"] = failure;
        world.deliver(&record).await;
    }
    list_a_week_of_logs(&world).await;
    world.roll_up().await;
    world
}

#[tokio::test]
async fn reasons_in_words_are_shown_where_people_have_names() {
    let world = with_reasons_in_words().await;
    for stage in ["callSetup", "midcall"] {
        let page = world.page(json!({"report": "call", "call": stage})).await;
        assert!(page.contains("did not reach +4930987•••"), "{page}");
    }
}

#[tokio::test]
async fn pseudonyms_show_neither_names_nor_ids_anywhere() {
    let world = with_reasons_in_words().await;
    let config = Config { people: People::Pseudonyms, ..Config::default() };
    let said = everything(&world, &config).await;
    assert!(said.len() > 30);
    for (event, text) in said {
        for hidden in
            [ADA.id, ADA.name, BOB.id, BOB.name, "987654", "30 987", "A headset", "meetup-join"]
        {
            assert!(!text.contains(hidden), "{event} shows {hidden}");
        }
    }
}

#[tokio::test]
async fn a_person_has_the_same_pseudonym_everywhere_and_always() {
    let world = World::with_a_week().await;
    let config = Config { people: People::Pseudonyms, ..Config::default() };
    let top = async |event: Value| {
        let answer = world.reports(config.clone()).handle(event, ARN, now()).await;
        let row = answer["data"]["people"]["rows"][0].clone();
        (row["name"].as_str().unwrap().to_owned(), row["person"].clone())
    };
    let (name, person) = top(json!({"report": "people", "range": "last_week"})).await;
    assert!(name.starts_with("Person "));
    let same = top(json!({"report": "people", "from": "2026-11-16", "to": "2026-11-16"})).await;
    assert_eq!(same, (name.clone(), person.clone()));
    let event = json!({"report": "person", "person": person, "range": "last_week"});
    let page = world.page_with(config.clone(), event).await;
    assert!(page.contains(&name));
    let csv = json!({"report": "people", "range": "last_week", "format": "csv"});
    let csv = world.reports(config).handle(csv, ARN, now()).await["csv"].to_string();
    assert!(csv.contains(&name) && csv.contains(person.as_str().unwrap()));
}

#[tokio::test]
async fn where_people_are_pseudonyms_a_request_by_id_is_refused() {
    let world = World::with_a_week().await;
    let config = Config { people: People::Pseudonyms, ..Config::default() };
    let event = json!({"report": "person", "person": format!("user:{}", ADA.id)});
    let answer = world.reports(config).handle(event, ARN, now()).await;
    assert_eq!(answer["error"]["code"], "request");
}

#[tokio::test]
async fn the_last_digits_of_a_telephone_are_nowhere() {
    let world = with_reasons_in_words().await;
    let mut masked = 0;
    for (event, text) in everything(&world, &Config::default()).await {
        assert!(!text.contains("987654") && !text.contains("987 654"), "{event}: {text}");
        masked += usize::from(text.contains("987•••"));
    }
    assert!(masked > 5, "only {masked} answers show the masked number");
    let whole = Config { phone_digits_hidden: 0, ..Config::default() };
    let said = everything(&world, &whole).await;
    assert!(
        said.iter().any(|(_, text)| text.contains("+4930987654")),
        "and are there when asked for"
    );
}
