//! Where and on what calls were bad.

use reports::{Config, People};
use serde_json::{Value, json};

use crate::faces::actions;
use crate::places::{
    BAD_ACCESS_POINT, BUILDINGS, FLOOR_3, FLOOR_4, Spot, meeting_at, with_a_bad_access_point,
};
use crate::world::{ADA, ARN, BOB, Who, World, now};

fn week() -> Value {
    json!({"report": "quality", "range": "last_week"})
}

fn share(numerator: u64, denominator: u64) -> Value {
    json!({"share": {"numerator": numerator, "denominator": denominator}})
}

/// The table of a dimension.
pub(crate) fn dimension<'a>(quality: &'a Value, name: &str) -> &'a Value {
    let tables = quality["dimensions"].as_array().unwrap();
    tables.iter().find(|table| table["dimension"] == name).unwrap()
}

#[tokio::test]
async fn the_bad_access_point_is_named_first() {
    let world = with_a_bad_access_point().await;
    let answer = world.ask(week()).await;
    let quality = &answer["data"]["quality"];
    let first = &quality["findings"][0];
    assert_eq!(
        (&first["dimension"], &first["text"]),
        (&json!("access_point"), &json!(BAD_ACCESS_POINT))
    );
    // The good call of the week adds two streams, sent and received, that have no access point.
    assert_eq!(
        first["sentence"],
        format!(
            "Access point {BAD_ACCESS_POINT}: 180 of 180 streams poor (100.0 %), 180 more than the rest of \
             the access points would lead to expect"
        )
    );
    let worst = &dimension(quality, "access_point")["rows"][0];
    assert_eq!(worst["value"], format!("={BAD_ACCESS_POINT}"));
    let counted =
        ["received_judged", "received_poor", "sent_judged", "sent_poor", "legs_established"];
    let counted = counted.map(|name| worst[name].as_u64().unwrap());
    assert_eq!(counted, [90, 90, 90, 90, 3]);
    assert_eq!((&worst["few"], &worst["stands_out"]), (&json!(false), &json!(true)));
    let page = world.page(week()).await;
    assert!(page.contains(first["sentence"].as_str().unwrap()), "{page}");
}

#[tokio::test]
async fn the_headlines_stand_beside_the_days_before() {
    let world = with_a_bad_access_point().await;
    let answer = world.ask(week()).await;
    let quality = &answer["data"]["quality"];
    let of = |scope: &str| {
        let shares = quality["shares"].as_array().unwrap();
        shares.iter().find(|share| share["scope"] == scope).unwrap().clone()
    };
    let inside = of("inside");
    assert_eq!(inside["poor_streams"], share(180, 360));
    assert_eq!(inside["before"], share(0, 120));
    assert_eq!(of("inside_wired_or_wifi_5")["poor_streams"], share(180, 360));
    let vpn = of("vpn");
    assert_eq!(vpn["poor_streams"], Value::Null);
    assert_eq!(vpn["null_reason"], "no stream could be judged");
    assert_eq!(quality["before"]["from"], "2026-11-09");
    let target = &quality["targets"][0];
    assert_eq!(
        (
            &target["title"],
            &target["poor_streams"]["is_met"],
            &target["poor_streams"]["target_permille"]
        ),
        (&json!("All calls · Inside"), &json!(false), &json!(20))
    );
    assert_eq!(target["poor_streams"]["value"], share(180, 360));
    let page = world.page(week()).await;
    assert!(page.contains(">50.0 %<") && page.contains("0.0 % in the days before"), "{page}");
}

#[tokio::test]
async fn every_number_leads_to_the_calls_behind_it() {
    let world = with_a_bad_access_point().await;
    let page = world.page(week()).await;
    let mut leads: Vec<Value> = actions(&page);
    leads.retain(|link| link["report"] == "noted_calls");
    leads.dedup();
    assert!(leads.len() > 20, "{}", leads.len());
    for link in &leads {
        let mut event = link.clone();
        event["format"] = "json".into();
        let answer = world.ask(event).await;
        assert!(answer["data"]["noted_calls"].is_object(), "{link}: {answer}");
    }
    let behind = leads.iter().find(|link| link["value"] == format!("={BAD_ACCESS_POINT}")).unwrap();
    let mut event = behind.clone();
    event["format"] = "json".into();
    let answer = world.ask(event).await;
    let rows = answer["data"]["noted_calls"]["rows"].as_array().unwrap();
    let calls: Vec<&str> = rows.iter().map(|row| row["call"].as_str().unwrap()).collect();
    assert_eq!(calls, ["meeting-18", "meeting-17", "meeting-16"]);
}

#[tokio::test]
async fn a_dimension_has_a_page_of_all_its_values() {
    let world = with_a_bad_access_point().await;
    let mut event = week();
    event["dimension"] = "subnet".into();
    event["size"] = 1.into();
    let answer = world.ask(event.clone()).await;
    let tables = answer["data"]["quality"]["dimensions"].as_array().unwrap();
    assert_eq!((tables.len(), &tables[0]["rows"][0]["text"]), (1, &json!("10.1.2.0/24 Floor 3")));
    assert_eq!(tables[0]["rows"].as_array().unwrap().len(), 1);
    let page = world.page(event).await;
    assert!(page.contains("All of quality") && page.contains(">Next<"), "{page}");
    let next = actions(page.split(">Next<").nth(1).unwrap()).remove(0);
    assert_eq!((&next["dimension"], &next["page"]), (&json!("subnet"), &json!(2)));
}

#[tokio::test]
async fn csv_has_all_values_of_all_dimensions() {
    let world = with_a_bad_access_point().await;
    let mut event = week();
    event["format"] = "csv".into();
    let answer = world.ask(event).await;
    let csv = answer["csv"].as_str().unwrap();
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|it| it == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(answer["total"], rows.len());
    let row = rows.iter().find(|row| &row[0] == "access_point").unwrap();
    assert_eq!((&row[place("text")], &row[place("sent_poor")]), (BAD_ACCESS_POINT, "90"));
    assert_eq!(&row[place("poor_beyond_expectation")], "180.000");
    // Of reasons only drops and failures are counted.
    assert!(rows.iter().all(|row| &row[0] != "reason" || row[place("sent_poor")].is_empty()));
}

#[tokio::test]
async fn days_without_a_roll_up_and_the_building_file_are_told() {
    let world = World::with_a_week().await;
    let answer = world.ask(week()).await;
    let roll_up = &answer["data"]["quality"]["roll_up"];
    assert_eq!((&roll_up["days"], &roll_up["days_rolled_up"]), (&json!(7), &json!(0)));
    assert_eq!(roll_up["days_missing"].as_array().unwrap().len(), 7);
    assert_eq!(roll_up["building_file"], Value::Null);
    world.roll_up().await;
    let page = world.page(week()).await;
    assert!(page.contains("5 of 7 days") && page.contains("There is no building file"), "{page}");
    assert!(page.contains("Sat 21 Nov, Sun 22 Nov. No call began there"), "{page}");

    let rollup = world.rollup();
    rollup.take_sites(BUILDINGS.as_bytes(), "buildings.tsv", now()).await.unwrap();
    rollup.take_sites(b"10.1.2.0\t<script>", "new.tsv", now()).await.unwrap_err();
    let page = world.page(week()).await;
    assert!(page.contains("5 days were rolled up by another building file"), "{page}");
    assert!(page.contains("The building file new.tsv was refused"), "{page}");
    assert!(
        page.contains("The one before it stays in force") && !page.contains("<script"),
        "{page}"
    );
    let answer = world.ask(week()).await;
    let roll_up = &answer["data"]["quality"]["roll_up"];
    assert_eq!(roll_up["building_file"]["source"], "buildings.tsv");
    assert_eq!(roll_up["building_files"], json!([{"digest": null, "days": 5}]));
    assert!(!roll_up["refused_building_file"]["errors"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn its_days_are_utc_days_whatever_the_zone() {
    let world = with_a_bad_access_point().await;
    let mut event = week();
    event["time_zone"] = "Asia/Tokyo".into();
    let answer = world.ask(event.clone()).await;
    assert_eq!(
        (&answer["period"]["time_zone"], &answer["period"]["zone_of_days"]),
        (&json!("Asia/Tokyo"), &json!("UTC"))
    );
    assert_eq!(
        answer["data"]["quality"]["calls"],
        world.ask(week()).await["data"]["quality"]["calls"]
    );
    let page = world.page(event).await;
    assert!(page.contains("days in UTC, times in Asia/Tokyo"), "{page}");
}

#[tokio::test]
async fn a_month_is_a_handful_of_requests() {
    let world = with_a_bad_access_point().await;
    let answer = world.ask(json!({"report": "quality", "range": "last_30_days"})).await;
    assert_eq!(answer["meta"]["requests"], 4, "{}", answer["meta"]);
}

#[tokio::test]
async fn a_longer_range_says_what_to_do_with_the_menu_still_there() {
    let world = World::empty().await;
    for report in ["quality", "noted_calls"] {
        let page = world.page(json!({"report": report, "range": "last_365_days"})).await;
        assert!(page.contains("at most 31 days"), "{page}");
        assert!(page.contains(">Last 30 days<") && page.contains(">Overview<"), "{page}");
    }
}

const LOUD: Who = Who { id: "c0000000-0000-4000-8000-00000000000c", name: "<script>name</script>" };

#[tokio::test]
async fn what_a_client_says_of_itself_is_shown_as_text() {
    let world = World::empty().await;
    let device = "</cwdb-action><script>alert(1)</script>";
    let spot = Spot { device, ..FLOOR_3 };
    let buildings = BUILDINGS.replace("Tower", "<img src=x>");
    world.rollup().take_sites(buildings.as_bytes(), "<b>file</b>", now()).await.unwrap();
    let people = [(LOUD, spot, true), (BOB, FLOOR_4, false)];
    world.deliver(&meeting_at("m", "2026-11-17", 60, &people)).await;
    world.roll_up().await;
    for event in [
        week(),
        json!({"report": "quality", "dimension": "device"}),
        json!({"report": "noted_calls"}),
        json!({"report": "noted_calls", "dimension": "device", "value": "=<script>"}),
        json!({"report": "call", "call": "m"}),
    ] {
        let page = world.page(event.clone()).await;
        for harm in ["<script", "<img", "</cwdb-action><script", "<b>file"] {
            assert!(!page.contains(harm), "{event} has {harm}: {page}");
        }
        // Every link is still one.
        assert!(actions(&page).iter().all(Value::is_object));
    }
    let page = world.page(week()).await;
    assert!(
        page.contains("&lt;script&gt;alert(1)") && page.contains("&lt;img src=x&gt;"),
        "{page}"
    );
}

#[tokio::test]
async fn where_people_are_pseudonyms_nothing_says_where_they_were() {
    let world = with_a_bad_access_point().await;
    let config = Config { people: People::Pseudonyms, ..Config::default() };
    let reports = world.reports(config);
    for event in [
        week(),
        json!({"report": "quality", "range": "last_week", "dimension": "subnet"}),
        json!({"report": "noted_calls", "range": "last_week"}),
        json!({"report": "call", "call": "meeting-17"}),
    ] {
        for format in ["html", "json", "csv"] {
            let mut event = event.clone();
            event["format"] = format.into();
            let answer = reports.handle(event.clone(), ARN, now()).await;
            let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
            for hidden in
                ["10.1.", "02:00:00", "203.0.113", "52.112", "corp.example", "Brand 40", ADA.name]
            {
                assert!(!text.contains(hidden), "{event} shows {hidden}: {text}");
            }
        }
    }
    let answer = reports.handle(week(), ARN, now()).await;
    let worst = &dimension(&answer["data"]["quality"], "access_point")["rows"][0];
    assert!(worst["text"].as_str().unwrap().starts_with("Access point "), "{worst}");
    let behind = json!({"report": "noted_calls", "range": "last_week", "dimension": "access_point",
        "value": worst["value"]});
    let behind = reports.handle(behind, ARN, now()).await;
    assert_eq!(behind["data"]["noted_calls"]["total"], 3, "{behind}");
    assert_eq!(behind["data"]["noted_calls"]["filter"]["text"], worst["text"]);
}
