//! What a run lists, and what it says.

use std::time::Duration;

use fake_graph::{Failure, Target};
use http::StatusCode;
use jiff::civil::{Date, date};
use pstn::Trigger;
use pstn_logs::{Log, complete_up_to};
use rstest::rstest;
use serde_json::json;
use tokio::time::Instant;

use crate::world::{World, hours, noon, row};

#[tokio::test]
async fn the_first_run_lists_what_graph_has_and_the_next_what_is_new() {
    let mut world = World::keeping(400).await;
    for days in 0..88 {
        world.put(Log::Pstn, &row(&days.to_string(), noon() - hours(24 * days), "ada", 1));
    }
    let first = world.run().await;
    assert_eq!((first.changed.len(), first.left.len()), (88, 0));
    world.check().await;
    world.now += hours(6);
    world.put(Log::Pstn, &row("late", noon() - hours(40), "ada", 1));
    let second = world.run().await;
    assert_eq!(second.listed, [(date(2026, 11, 20), date(2026, 11, 23))]);
    assert_eq!(second.changed.into_iter().collect::<Vec<_>>(), [date(2026, 11, 21)]);
    world.check().await;
}

#[tokio::test]
async fn complete_up_to_is_two_days_behind() {
    let mut world = World::start().await;
    let complete = async |world: &World| {
        let heads = world.table.pstn_heads(Date::MIN, Date::MAX).await.unwrap();
        complete_up_to(&heads.into_iter().map(|head| (head.day, head.listed_at)).collect())
    };
    assert_eq!(complete(&world).await, None);
    world.run().await;
    let behind = world.now.duration_since(complete(&world).await.unwrap());
    assert!((hours(47)..=hours(48)).contains(&behind), "{behind}");
    // An outage of a week: the days between are listed by the next run, and nothing is missing.
    world.now += hours(24 * 7);
    world.run().await;
    let behind = world.now.duration_since(complete(&world).await.unwrap());
    assert!((hours(47)..=hours(48)).contains(&behind), "{behind}");
}

#[tokio::test]
async fn a_row_that_vanishes_is_kept_marked_and_counted() {
    let mut world = World::start().await;
    world.put(Log::Pstn, &row("a", noon() - hours(1), "ada", 1));
    world.run().await;
    world.remove(Log::Pstn, "a");
    world.now += hours(1);
    world.run().await;
    world.check().await;
    let heads = world.table.pstn_heads(Date::MIN, Date::MAX).await.unwrap();
    assert_eq!(heads.iter().map(|head| head.vanished).sum::<u64>(), 1);
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_named_and_does_not_keep_the_other_away() {
    let mut world = World::start().await;
    for log in Log::ALL {
        world.put(log, &row("a", noon() - hours(1), "ada", 1));
    }
    world.graph.watch(move |arrival: &fake_graph::Arrival| {
        let is_pstn = arrival.path.contains("getPstnCalls");
        is_pstn.then(|| Failure::Refused(StatusCode::BAD_REQUEST, "not for this tenant".to_owned()))
    });
    let (summary, failure) = world.try_run(Trigger::Due).await.unwrap();
    let sentence = failure.unwrap().to_string();
    assert!(sentence.contains("getPstnCalls"), "{sentence}");
    assert_eq!(summary.changed.len(), 1);
    world.expected.remove(&(Log::Pstn, "a".to_owned()));
    world.check().await;
    // Then it can be read again: its days were never listed, and are due.
    world.graph.unwatch();
    world.put(Log::Pstn, &row("a", noon() - hours(1), "ada", 1));
    world.now += hours(1);
    world.run().await;
    world.check().await;
}

#[tokio::test]
async fn a_missing_consent_is_named_with_what_to_grant() {
    let world = World::start().await;
    world.graph.set_consent(false);
    let (_, failure) = world.try_run(Trigger::Due).await.unwrap();
    let sentence = failure.unwrap().to_string();
    assert!(sentence.contains("CallRecords.Read.All"), "{sentence}");
}

#[tokio::test]
async fn what_the_time_does_not_suffice_for_is_left_for_the_next_run() {
    let mut world = World::keeping(400).await;
    for days in 0..40 {
        world.put(Log::Pstn, &row(&days.to_string(), noon() - hours(24 * days), "ada", 1));
    }
    let deadline = Instant::now();
    let outcome = world.pstn.run(Trigger::Due, world.now, deadline).await;
    assert!(outcome.is_err() || outcome.unwrap().0.left.len() == 23, "nothing was done");
    world.now += hours(1);
    world.run().await;
    world.check().await;
}

#[tokio::test]
async fn a_row_without_a_time_is_kept_and_counted_in_no_range() {
    let world = World::start().await;
    let body = json!({"value": [{"id": "x", "userId": "ada", "duration": 5}, 7]});
    world.graph.fail(Target::Graph, Failure::Body(body.to_string()), 1);
    let summary = world.run().await;
    assert_eq!(summary.unreadable, 1);
    let (_, rows) = world.table.pstn_rows(call_table::keys::DAY_OF_NO_TIME).await.unwrap().unwrap();
    assert_eq!(rows.len(), 1);
    let days = world.table.pstn_days(date(2026, 1, 1), date(2027, 1, 1)).await.unwrap();
    assert!(days.iter().all(|day| day.logs.total().legs == 0));
}

/// Also while Graph has the day, which is not listed again where it is complete.
#[rstest]
#[case::graph_does_not_list_the_day_any_more(80, 20)]
#[case::the_day_is_complete_and_not_due(60, 1)]
#[tokio::test]
async fn rows_of_an_older_definition_are_added_up_anew(#[case] age: i64, #[case] later: i64) {
    let mut world = World::keeping(400).await;
    world.put(Log::Pstn, &row("a", noon() - hours(24 * age), "ada", 1));
    world.run().await;
    // As an older version of the software had written the day.
    let head = world.table.pstn_heads(Date::MIN, Date::MAX).await.unwrap();
    let head = head.into_iter().find(|head| head.rows == 1).unwrap();
    let client = world.table.client();
    let key = call_table::item::key(call_table::keys::PSTN, &call_table::keys::pstn_head(head.day));
    let set = client.update_item().table_name("calls").set_key(Some(key));
    let set = set.update_expression("SET #version = :old");
    let set = set.expression_attribute_names("#version", "version");
    set.expression_attribute_values(":old", call_table::item::n(0)).send().await.unwrap();
    world.now += hours(24 * later);
    tokio::time::timeout(Duration::from_secs(60), world.run()).await.unwrap();
    let heads = world.table.pstn_heads(head.day, head.day).await.unwrap();
    assert_eq!(heads[0].version, pstn_logs::VERSION);
    world.check().await;
}
