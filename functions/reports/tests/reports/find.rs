//! Finding people and calls by what a person types.

use reports::{Config, People};
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{ADA, ARN, BOB, PHONE, Who, World, end, now, pair};

const PSEUDONYMS: Config =
    Config { people: People::Pseudonyms, phone_digits_hidden: 3, time_zone: None };

/// A week that is rolled up; Ada's records say her sign-in name.
async fn world() -> World {
    let world = World::with_a_week().await;
    let mut record = pair("call-signed", "2026-11-18T09:00:00Z", 60, ADA, BOB, &Value::Null);
    let mut caller = end(ADA);
    caller["associatedIdentity"]["userPrincipalName"] = "a.example@contoso.example".into();
    record["sessions"][0]["caller"] = caller;
    world.deliver(&record).await;
    world.roll_up().await;
    world
}

async fn find(world: &World, config: &Config, text: &str) -> Value {
    let event = json!({"find": text, "range": "last_week"});
    world.reports(config.clone()).handle(event, ARN, now()).await
}

/// What was found: the name of the one person whose page it is, the id of the call, or the names of the list.
fn hits(answer: &Value) -> Vec<String> {
    let data = &answer["data"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match answer["report"].as_str() {
        Some("person") => text(&data["person"]["name"]).into_iter().collect(),
        Some("call") => text(&data["call"]["call"]).into_iter().collect(),
        Some("found") => {
            let rows = data["found"]["rows"].as_array().unwrap();
            rows.iter().filter_map(|row| text(&row["name"])).collect()
        }
        _ => panic!("{answer}"),
    }
}

#[rstest]
#[case::part_of_a_name("da exam", &["Ada Example"])]
#[case::beginning_of_a_name("BO", &["Bob Example"])]
#[case::several("example", &["Ada Example", "Bob Example"])]
#[case::sign_in_name("A.Example@contoso", &["Ada Example"])]
#[case::bare_object_id(ADA.id, &["Ada Example"])]
#[case::kind_and_id("user:B0000000-0000-4000-8000-00000000000B", &["Bob Example"])]
#[case::telephone_number("+49 30 987 654", &["+49 30 987•••"])]
#[case::telephone_number_with_zeros("0049 (30) 987654", &["+49 30 987•••"])]
#[case::what_is_seen_of_a_number("30 987", &["+49 30 987•••"])]
#[case::call("call-poor", &["call-poor"])]
#[case::no_person("zebra", &[])]
#[tokio::test]
async fn whatever_is_typed_leads_to_whom_it_means(#[case] text: &str, #[case] expected: &[&str]) {
    let world = world().await;
    assert_eq!(hits(&find(&world, &Config::default(), text).await), expected);
}

#[tokio::test]
async fn a_person_who_had_no_call_on_these_days_is_found_by_id_and_not_by_name() {
    let world = world().await;
    let ask = async |text: &str| {
        let event = json!({"find": text, "range": "today"});
        world.reports(Config::default()).handle(event, ARN, now()).await
    };
    assert_eq!(hits(&ask(ADA.id).await), ["Ada Example"]);
    let answer = ask("ada").await;
    assert_eq!(hits(&answer), [""; 0]);
    let note = answer["data"]["found"]["notes"].to_string();
    assert!(note.contains("Of 1 day there are no names"), "{note}");
}

#[tokio::test]
async fn where_nothing_is_found_the_page_says_what_was_looked_for_and_where() {
    let world = world().await;
    let page = world.page(json!({"find": "<zebra>"})).await;
    for says in [
        "“&lt;zebra&gt;”",
        "Nothing was found.",
        "the ids of all calls",
        "the names and sign-in names of the people of Mon 16 Nov 2026 – Sun 22 Nov 2026",
        "choose more days",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let page = world.page(json!({"find": "", "report": "found"})).await;
    assert!(page.contains("Type a name or a part of it"), "{page}");
}

/// The digits that are not seen cannot be found out by looking for them.
#[tokio::test]
async fn a_hidden_digit_is_no_part_of_what_is_looked_for() {
    let world = world().await;
    for text in ["987654", "7654", "30 98765"] {
        assert_eq!(hits(&find(&world, &Config::default(), text).await), [""; 0], "{text}");
    }
}

#[tokio::test]
async fn pseudonyms_are_found_and_neither_names_nor_ids() {
    let world = world().await;
    let ranking = json!({"report": "people", "range": "last_week", "relation": "all"});
    let ranking = world.reports(PSEUDONYMS).handle(ranking, ARN, now()).await;
    let row = &ranking["data"]["people"]["rows"][0];
    let (name, reference) = (row["name"].as_str().unwrap(), row["person"].as_str().unwrap());
    let letters = name.split(' ').nth(1).unwrap();
    for text in [name, letters, &letters[2..], &letters.to_lowercase(), reference] {
        assert_eq!(hits(&find(&world, &PSEUDONYMS, text).await), [name], "{text}");
    }
    for text in [ADA.name, ADA.id, "a.example@contoso", PHONE.id, "+4930987"] {
        assert_eq!(hits(&find(&world, &PSEUDONYMS, text).await), [""; 0], "{text}");
    }
    let refused = find(&world, &PSEUDONYMS, &format!("user:{}", ADA.id)).await;
    assert_eq!(refused["error"]["code"], "request");
    assert_eq!(hits(&find(&world, &PSEUDONYMS, "call-poor").await), ["call-poor"]);
}

/// As many people as there are: the cost is that of the days.
#[tokio::test]
async fn looking_for_a_name_costs_a_request_for_each_day_whoever_is_in_it() {
    let world = World::empty().await;
    for place in 0..60 {
        let who = Who {
            id: format!("c0000000-0000-4000-8000-{place:012}").leak(),
            name: format!("Called {place:02}").leak(),
        };
        let id = format!("call-{place}");
        world.deliver(&pair(&id, "2026-11-17T11:00:00Z", 0, ADA, who, &Value::Null)).await;
    }
    world.roll_up().await;
    let answer = find(&world, &Config::default(), "called").await;
    assert_eq!(answer["data"]["found"]["total"], 60);
    let (requests, items) = (&answer["meta"]["requests"], &answer["meta"]["items_read"]);
    // The id of a call, the heads of the days, and the list of the one day.
    assert!(requests.as_u64() <= Some(3) && items.as_u64() <= Some(2), "{}", answer["meta"]);
    // A page has 25, and the others are on the next.
    assert_eq!(answer["data"]["found"]["rows"].as_array().unwrap().len(), 25);
}

#[tokio::test]
async fn a_spreadsheet_of_people_has_the_object_id_and_the_sign_in_name() {
    let world = world().await;
    let event = json!({"report": "people", "range": "last_week", "format": "csv"});
    let csv = |answer: &Value| answer["csv"].as_str().unwrap().to_owned();
    let names = csv(&world.ask(event.clone()).await);
    let header = names.lines().next().unwrap().trim_start_matches('\u{feff}').to_owned();
    assert!(header.starts_with("person,id,name,sign_in_name,kind,relation,"), "{header}");
    let ada = format!("user:{0},{0},Ada Example,a.example@contoso.example,user,internal,", ADA.id);
    assert!(names.contains(&ada), "{names}");
    let hidden = csv(&world.reports(PSEUDONYMS).handle(event, ARN, now()).await);
    assert!(!hidden.contains("contoso") && !hidden.contains(ADA.id), "{hidden}");
}
