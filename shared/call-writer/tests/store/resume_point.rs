//! A version that is written in several goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_stand_ins::Fault;
use call_records::{AudioClassifier, SessionSummary};
use call_table::item::Item;
use call_table::{Deadline, RawPage, ResumePoint, TableError, rebuild};
use call_writer::{Committed, VersionWriter};
use rstest::rstest;

use crate::invented::{Meeting, TENANT};
use crate::world::{World, add, call_of, deliver, now, redeliver, soon};

fn classifier() -> AudioClassifier {
    AudioClassifier::default()
}

/// 16 pages: 8 of participants, and as many of sessions with the record.
fn meeting(version: i64) -> Meeting {
    let mut meeting = Meeting::of("c", version, 0..80);
    meeting.page_size = 10;
    meeting
}

async fn resume_point(world: &World, version: i64) -> Option<ResumePoint> {
    world.table.resume_point("c", version, Deadline::NONE).await.unwrap()
}

/// Adds the pages from the `from`th on, each with its sessions.
async fn add_from(writer: &mut VersionWriter, pages: &[RawPage], from: usize) {
    let sessions_until = |end: usize| -> Vec<SessionSummary> {
        rebuild(Some(TENANT), classifier(), &pages[..end]).map_or(Vec::new(), |(_, them)| them)
    };
    for (index, page) in pages.iter().enumerate().skip(from) {
        writer.add_page(page.kind.clone(), page.number, &page.body).await.unwrap();
        let known = if index == 0 { 0 } else { sessions_until(index).len() };
        writer.add_sessions(&sessions_until(index + 1)[known..]).await.unwrap();
    }
}

/// Writes the first pages and notes that they are stored.
async fn write_some(world: &World, meeting: &Meeting, pages: usize) {
    let mut writer = world.writer.version("c", meeting.version, now(), soon());
    add_from(&mut writer, &meeting.pages()[..pages], 0).await;
    writer.save_resume_point(classifier()).await.unwrap();
    assert_eq!((writer.pages(), writer.saved(), writer.resumed()), (pages, pages, 0));
}

/// A writer behind the pages that are noted.
async fn continued(world: &World, version: i64) -> VersionWriter {
    let mut writer = world.writer.version("c", version, now(), soon());
    for page in resume_point(world, version).await.unwrap().pages {
        writer.resume(page);
    }
    writer
}

#[rstest]
#[tokio::test]
async fn a_version_that_is_written_in_two_goes_is_as_if_it_were_written_in_one(
    #[values(1, 7, 8, 12, 15, 16)] pages: usize,
) {
    let (world, meeting) = (World::new().await, meeting(1));
    write_some(&world, &meeting, pages).await;
    assert_eq!(world.table.call("c").await.unwrap(), None);
    assert_eq!(world.table.raw_pages("c").await.unwrap(), []);

    let mut writer = continued(&world, 1).await;
    assert_eq!((writer.pages(), writer.resumed()), (pages, pages));
    add_from(&mut writer, &meeting.pages(), pages).await;
    let committed = writer.commit(&call_of(&meeting)).await.unwrap();
    assert_eq!(committed, Committed::Stored { replaced: None });
    world.assert_sound().await;

    let alone = World::new().await;
    deliver(&alone.writer, &meeting).await.unwrap();
    assert_eq!(lasting_contents(&world).await, lasting_contents(&alone).await);
}

/// Without the bundles, which other goes make of the same pages. What is written before the start of
/// the call is known expires as if the call began now.
async fn lasting_contents(world: &World) -> (Vec<Item>, Vec<RawPage>) {
    let mut contents = world.contents().await;
    contents.retain(|(_, sk), _| !sk.starts_with("RAW#"));
    let mut items: Vec<_> = contents.into_values().collect();
    for item in &mut items {
        item.remove("expires_at");
        item.remove("raw");
    }
    (items, world.table.raw_pages("c").await.unwrap())
}

#[tokio::test]
async fn a_resume_point_names_only_what_is_stored_wherever_its_writer_dies() {
    let meeting = meeting(1);
    let mut found = 0;
    for last in 0.. {
        let world = World::new().await;
        let requests = Arc::new(AtomicUsize::new(0));
        let count = requests.clone();
        world.faults().set(move |_| {
            let died = count.fetch_add(1, Ordering::SeqCst) >= last;
            if died { Fault::ErrorBefore(400, "AccessDeniedException") } else { Fault::None }
        });
        let mut writer = world.writer.version("c", 1, now(), soon());
        let mut result = Ok(());
        for page in meeting.pages() {
            result = writer.add_page(page.kind.clone(), page.number, &page.body).await;
            // Whether it failed or not.
            let saved = writer.save_resume_point(classifier()).await;
            result = result.and(saved);
            if result.is_err() {
                break;
            }
        }
        world.faults().clear();
        let point = resume_point(&world, 1).await;
        let pages = point.map(|point| point.pages).unwrap_or_default();
        assert_eq!(pages.len(), writer.saved());
        for page in &pages {
            world.table.page_of_version("c", 1, page, Deadline::NONE).await.unwrap();
        }
        found = found.max(pages.len());
        if result.is_ok() {
            break;
        }
    }
    assert_eq!(found, meeting.pages().len());
}

#[tokio::test]
async fn nothing_is_noted_after_a_write_that_failed() {
    let (world, meeting) = (World::new().await, meeting(1));
    let failed = AtomicUsize::new(0);
    world.faults().set(move |request| {
        let first =
            request.action == "BatchWriteItem" && failed.fetch_add(1, Ordering::SeqCst) == 0;
        if first { Fault::ErrorBefore(400, "AccessDeniedException") } else { Fault::None }
    });
    let mut writer = world.writer.version("c", 1, now(), soon());
    add(&mut writer, &meeting.pages()).await.unwrap();
    let saved = writer.save_resume_point(classifier()).await;
    assert!(matches!(saved, Err(TableError::Misconfigured(_))), "{saved:?}");
    writer.save_resume_point(classifier()).await.unwrap();
    assert_eq!(writer.saved(), 0);
    assert_eq!(resume_point(&world, 1).await, None);
}

#[tokio::test]
async fn it_goes_with_the_commit_of_its_version_or_of_a_newer_one() {
    let world = World::new().await;
    for version in [1, 2, 4] {
        write_some(&world, &meeting(version), 10).await;
    }
    deliver(&world.writer, &meeting(2)).await.unwrap();
    // The message of the version that was not read to its end comes again.
    redeliver(&world.writer, &meeting(1)).await.unwrap();
    assert_eq!(resume_point(&world, 1).await, None);
    assert_eq!(resume_point(&world, 2).await, None);
    // The writer of a newer version is at work.
    assert!(resume_point(&world, 4).await.is_some());
    deliver(&world.writer, &meeting(3)).await.unwrap();
    let mut writer = continued(&world, 4).await;
    add_from(&mut writer, &meeting(4).pages(), 10).await;
    writer.commit(&call_of(&meeting(4))).await.unwrap();
    world.assert_sound().await;
    assert_eq!(resume_point(&world, 4).await, None);
    assert_eq!(world.table.version("c").await.unwrap(), Some(4));
}

#[tokio::test]
async fn a_sweep_removes_one_that_a_crash_after_the_commit_left() {
    let world = World::new().await;
    deliver(&world.writer, &meeting(1)).await.unwrap();
    write_some(&world, &meeting(1), meeting(1).pages().len()).await;
    // The pages are those of the stored version.
    assert_eq!(world.writer.sweep("c").await.unwrap(), 1);
    assert_eq!(resume_point(&world, 1).await, None);
    world.assert_sound().await;
}

#[tokio::test]
async fn it_goes_with_the_quarantine_and_when_it_is_removed() {
    let world = World::new().await;
    write_some(&world, &meeting(1), 10).await;
    continued(&world, 1).await.quarantine("together they make no call").await.unwrap();
    let keys = world.keys_of("c").await;
    let (last, others) = keys.split_last().unwrap();
    assert!(others.iter().all(|key| key.starts_with("QUARANTINE#")), "{keys:?}");
    assert_eq!(last, "RECORD");

    write_some(&world, &meeting(2), 10).await;
    continued(&world, 2).await.remove_resume_point().await.unwrap();
    assert_eq!(resume_point(&world, 2).await, None);
}

#[tokio::test]
async fn it_names_no_person_and_expires() {
    let world = World::new().await;
    write_some(&world, &meeting(1), 10).await;
    let item = world.item("CALL#c", "RESUME#1").await.unwrap();
    let text = format!("{item:?}");
    for word in ["Invented", "aaaaaaaa", "contoso"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    let expires_at: i64 = item["expires_at"].as_n().unwrap().parse().unwrap();
    assert_eq!(expires_at, now().as_second() + 3 * 86_400);
}

#[tokio::test]
async fn one_that_cannot_be_read_is_none() {
    let world = World::new().await;
    write_some(&world, &meeting(1), 10).await;
    let mut item = world.item("CALL#c", "RESUME#1").await.unwrap();
    item.remove("pages");
    world.put(item).await;
    assert_eq!(resume_point(&world, 1).await, None);
}
