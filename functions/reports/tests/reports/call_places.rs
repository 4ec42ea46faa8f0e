//! Where and on what a call was bad.

use reports::{Config, People};
use serde_json::{Value, json};

use crate::places::{FLOOR_3, FLOOR_4, Spot, meeting_at, with_a_bad_access_point};
use crate::world::{ADA, ARN, BOB, World, now};

async fn call(world: &World, id: &str) -> Value {
    world.ask(json!({"report": "call", "call": id})).await["data"]["call"].clone()
}

#[tokio::test]
async fn one_sentence_says_what_was_bad_for_whom_which_way_and_where() {
    let world = with_a_bad_access_point().await;
    let says = "Ada Example received 30 of 30 audio streams poor (jitter 45 ms, limit 30) and sent 30 of 30 audio \
                streams poor (jitter 45 ms, limit 30) on Wi-Fi 5 GHz by TCP at Tower, Oslo.";
    assert_eq!(call(&world, "meeting-17").await["summary"], says);
    let page = world.page(json!({"report": "call", "call": "meeting-17"})).await;
    assert!(page.contains(says), "{page}");
    assert_eq!(
        call(&world, "meeting-before").await["summary"],
        "Nothing was poor, dropped or failed."
    );
    assert_eq!(call(&world, "call-good").await["summary"], "Nothing was poor, dropped or failed.");
    let nothing = "Nothing dropped or failed, and no audio stream could be judged.";
    assert_eq!(call(&world, "call-phone").await["summary"], nothing);
    // Its stream does not say which way it went.
    let unknown =
        "A stream was poor; the record does not say who sent it. Nothing dropped or failed.";
    assert_eq!(call(&world, "call-poor").await["summary"], unknown);
}

#[tokio::test]
async fn a_drop_is_said_with_its_reason_and_place() {
    let world = World::empty().await;
    let mut record =
        meeting_at("m", "2026-11-17", 1, &[(ADA, FLOOR_3, true), (BOB, FLOOR_4, false)]);
    record["sessions"][1]["failureInfo"] =
        json!({"stage": "midcall", "reason": "The network path was lost."});
    world.deliver(&record).await;
    let summary = call(&world, "m").await["summary"].clone();
    let says = "Bob Example was dropped (The network path was lost) on Wi-Fi 5 GHz by TCP in a network of no site.";
    assert!(summary.as_str().unwrap().ends_with(says), "{summary}");
}

#[tokio::test]
async fn only_so_many_people_are_named() {
    let world = World::empty().await;
    let people: Vec<_> = (0..5)
        .map(|place| {
            let id = format!("c0000000-0000-4000-8000-{place:012}").leak();
            (crate::world::Who { id, name: format!("Called {place}").leak() }, FLOOR_3, true)
        })
        .collect();
    world.deliver(&meeting_at("m", "2026-11-17", 1, &people)).await;
    let summary = call(&world, "m").await["summary"].clone();
    assert!(summary.as_str().unwrap().ends_with("; and 2 more people."), "{summary}");
}

#[tokio::test]
async fn the_facts_of_an_end_stand_beside_what_microsoft_says_of_them() {
    let world = with_a_bad_access_point().await;
    let answer = call(&world, "meeting-17").await;
    let end = &answer["sessions"]["rows"][0]["ends"][0];
    assert_eq!(end["name"], ADA.name);
    // The service's side belongs to no person.
    assert_eq!(answer["sessions"]["rows"][0]["ends"].as_array().unwrap().len(), 1);
    let network = &end["networks"][0];
    assert_eq!((&network["site"], &network["location"]), (&json!("Tower, Oslo"), &json!("inside")));
    assert_eq!(network["network"], "10.1.2.0/24 Floor 3");
    assert_eq!(network["facts"]["wifi_signal_strength"], 61);
    assert_eq!(end["devices"][0]["facts"]["capture_driver"], "usb 6.0.1.8186");
    let remarks = end["remarks"].to_string();
    for says in [
        "UDP is preferred",
        "A media relay was allocated",
        "25.0 % of the time the CPU was too busy",
    ] {
        assert!(remarks.contains(says), "{remarks}");
    }
    let page = world.page(json!({"report": "call", "call": "meeting-17"})).await;
    for says in ["signal 61 %", "526 Mbit/s", "seen as 203.0.113.9", "UDP is preferred"] {
        assert!(page.contains(says), "{says}: {page}");
    }
}

#[tokio::test]
async fn where_people_are_pseudonyms_an_end_has_no_address_and_no_device() {
    let world = with_a_bad_access_point().await;
    let config = Config { people: People::Pseudonyms, ..Config::default() };
    let event = json!({"report": "call", "call": "meeting-17"});
    let answer = world.reports(config).handle(event, ARN, now()).await;
    let end = &answer["data"]["call"]["sessions"]["rows"][0]["ends"][0];
    let facts = end["networks"][0]["facts"].as_object().unwrap();
    let names: Vec<&str> = facts.keys().map(String::as_str).collect();
    let names_of_signals = [
        "connection",
        "link_speed",
        "transport",
        "wifi_band",
        "wifi_channel",
        "wifi_driver",
        "wifi_signal_strength",
    ];
    assert_eq!(names, names_of_signals);
    assert_eq!(end["devices"][0]["facts"], json!({"cpu_insufficient": 0.25}));
    assert!(end["networks"][0]["network"].as_str().unwrap().starts_with("Subnet "), "{end}");
}

#[tokio::test]
async fn a_person_of_another_organisation_is_at_no_site_of_ours() {
    let world = with_a_bad_access_point().await;
    let spot = Spot { device: "Phone", ..FLOOR_3 };
    let mut record = meeting_at("m", "2026-11-17", 1, &[(ADA, spot, true), (BOB, FLOOR_4, false)]);
    record["sessions"][0]["caller"]["associatedIdentity"]["tenantId"] = json!("another");
    world.deliver(&record).await;
    let answer = call(&world, "m").await;
    let network = &answer["sessions"]["rows"][0]["ends"][0]["networks"][0];
    assert_eq!(
        (&network["site"], &network["location"]),
        (&json!("(other organisations)"), &json!("external"))
    );
}
