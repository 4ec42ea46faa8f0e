//! Queues, attendants and their agents.

use reports::{Config, People};
use serde_json::{Value, json};

use crate::faces::actions;
use crate::world::{ARN, World, now};

const QUEUE: &str = "queue/user:aaaaaaaa-0000-4000-8000-000000000902";
const AGENT: &str = "aaaaaaaa-0000-4000-8000-000000000002";

/// Last Tuesday: a call that the second of two agents took after 80 s, and one whose caller hung up after
/// 25 s.
async fn with_a_hotline() -> World {
    let case = include_str!("../../../../shared/call-records/tests/cases/call-queue-answered.json");
    let answered: Value = serde_json::from_str(&case.replace("2025-05-18", "2026-11-17")).unwrap();
    let mut abandoned = answered.clone();
    abandoned["id"] = "c0000000-0000-4000-8000-000000000002".into();
    let sessions = abandoned["sessions"].as_array_mut().unwrap();
    // The caller's with the attendant and the queue, and that of the agent who was rung.
    sessions.truncate(5);
    sessions.drain(2..4);
    for session in &mut sessions[1..2] {
        session["endDateTime"] = "2026-11-17T18:31:05Z".into();
    }
    let world = World::empty().await;
    world.deliver(&answered).await;
    world.deliver(&abandoned).await;
    world.roll_up().await;
    world
}

fn week(report: &str) -> Value {
    json!({"report": report, "range": "last_week"})
}

fn figure<'a>(numbers: &'a Value, id: &str) -> &'a Value {
    let figures = numbers["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["id"] == id).unwrap()
}

#[tokio::test]
async fn a_queue_has_its_numbers_its_service_levels_and_its_agents() {
    let world = with_a_hotline().await;
    let answer = world.ask(week("queues")).await;
    let data = &answer["data"]["queues"];
    let total = &data["total"];
    let counts = ["offered", "answered", "abandoned", "voicemail", "forwarded", "not_final"];
    let counts = counts.map(|name| total[name].as_u64().unwrap());
    assert_eq!(counts, [2, 1, 1, 0, 0, 0]);
    assert_eq!(total["answered_wait"]["seconds"], 80);
    assert_eq!(total["abandoned_wait"]["longest_seconds"], 25);
    assert_eq!(figure(total, "mean_wait")["value"], json!({"seconds": 52.5}));
    let share = |numerator, denominator| json!({"share": {"numerator": numerator, "denominator": denominator}});
    let level = figure(total, "service_level_of_offered");
    assert_eq!((&level["value"], &level["version"]), (&share(0, 2), &json!(1)));
    let mut event = week("queues");
    event["within"] = 90.into();
    let answer_of_90 = world.ask(event.clone()).await;
    let total_of_90 = &answer_of_90["data"]["queues"]["total"];
    assert_eq!(figure(total_of_90, "service_level_of_offered")["value"], share(1, 2));
    // Who hung up within 90 s is left out.
    let without = figure(total_of_90, "service_level_without_short_abandons");
    assert_eq!(without["value"], share(1, 1));

    let names: Vec<_> = data["queues"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["CQ - Front Desk", "AA - Front Desk"]);
    let agents: Vec<_> = data["agents"]["rows"].as_array().unwrap().iter().collect();
    let of = |name: &str| agents.iter().find(|row| row["name"] == name).unwrap();
    let missed = of("Agent Missed");
    assert_eq!((&missed["rung"], &missed["not_taken"]), (&json!(2), &json!(2)));
    let answered = of("Agent Answered");
    assert_eq!((&answered["answered"], &answered["seconds"]), (&json!(1), &json!(240)));

    let page = world.page(week("queues")).await;
    for text in ["CQ - Front Desk", "AA - Front Desk", "Agent Answered", "within 20 s"] {
        assert!(page.contains(text), "{text} is not on {page}");
    }
    event["report"] = "agents".into();
    assert!(world.page(event).await.contains("Agent Missed"));
}

#[tokio::test]
async fn a_link_leads_to_one_queue_and_back() {
    let world = with_a_hotline().await;
    let page = world.page(week("queues")).await;
    let links = actions(&page);
    let to_queue = links.iter().find(|link| link["queue"] == QUEUE).unwrap();
    let mut event = to_queue.clone();
    event["format"] = "json".into();
    let answer = world.ask(event).await;
    let data = &answer["data"]["queues"];
    assert_eq!(
        (&data["only"]["queue"], &data["queues"][0]["queue"]),
        (&json!(QUEUE), &json!(QUEUE))
    );
    assert_eq!(data["queues"].as_array().unwrap().len(), 1);
    let page = world.page(to_queue.clone()).await;
    assert!(!page.contains("AA - Front Desk"), "{page}");
    let back = actions(&page).into_iter().find(|link| {
        link["report"] == "queues" && link.get("queue").is_none() && link["within"] == 20
    });
    assert!(back.is_some());
}

#[tokio::test]
async fn a_csv_has_a_row_for_each_queue_and_day_whose_buckets_add() {
    let world = with_a_hotline().await;
    let mut event = week("queues");
    event["format"] = "csv".into();
    let answer = world.ask(event.clone()).await;
    let csv = answer["csv"].as_str().unwrap();
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let place =
        |name: &str| rows[0].iter().position(|it| it.trim_start_matches('\u{feff}') == name);
    let queue = rows.iter().find(|row| row[2] == QUEUE).unwrap();
    let cell = |name: &str| queue[place(name).unwrap()];
    assert_eq!((cell("day"), cell("offered"), cell("answered")), ("2026-11-17", "2", "1"));
    assert_eq!((cell("answered_within_60"), cell("answered_within_90")), ("0", "1"));
    assert_eq!(cell("service_level_of_offered"), "0.0000");
    assert_eq!((rows.len(), &answer["total"]), (3, &json!(2)));
    event["report"] = "agents".into();
    let answer = world.ask(event).await;
    assert!(answer["csv"].as_str().unwrap().contains("Agent Answered"), "{answer}");
}

#[tokio::test]
async fn what_cannot_be_told_is_refused_with_what_can() {
    let world = World::empty().await;
    for (name, value, words) in [
        ("within", json!(17), "15, 20, 25"),
        ("queue", json!("user:ada"), "queue/ or auto_attendant/"),
    ] {
        let mut event = week("queues");
        event[name] = value;
        let answer = world.ask(event).await;
        assert_eq!(answer["error"]["code"], "request", "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(words), "{answer}");
    }
    let answer = world.ask(json!({"report": "queues", "range": "last_365_days"})).await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("at most 31 days"), "{answer}");
}

#[tokio::test]
async fn without_a_queue_the_page_says_so() {
    let world = World::with_a_week().await;
    world.roll_up().await;
    for report in ["queues", "agents"] {
        let page = world.page(week(report)).await;
        assert!(page.contains("no agent is known to have been called"), "{page}");
    }
}

#[tokio::test]
async fn pseudonyms_show_neither_queues_nor_agents_and_lead_to_them() {
    let world = with_a_hotline().await;
    let config = || Config { people: People::Pseudonyms, ..Config::default() };
    let page = world.page_with(config(), week("queues")).await;
    for secret in ["Front Desk", "Agent Missed", "Agent Answered", AGENT, "000000000902"] {
        assert!(!page.contains(secret), "{secret} is on {page}");
    }
    let reports = world.reports(config());
    let answer = reports.handle(week("queues"), ARN, now()).await;
    let text = answer.to_string();
    assert!(!text.contains("Front Desk") && !text.contains(AGENT), "{text}");
    let mut event = week("queues");
    event["queue"] = answer["data"]["queues"]["queues"][0]["queue"].clone();
    let answer = reports.handle(event, ARN, now()).await;
    assert_eq!(answer["data"]["queues"]["total"]["offered"], 2, "{answer}");
}
