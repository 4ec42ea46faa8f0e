//! Reading one record in several goes.

use msgraph::{CallRecordReader, Error, FetchedPage, PageKind};
use rstest::rstest;
use serde_json::{Value, json};

use crate::record::{mount_pages, page_link, places};
use crate::stand_in::*;

/// A record at version 1 with three pages of participants and five of sessions.
async fn large_record() -> StandIn {
    let stand_in = StandIn::start().await;
    mount_pages(&stand_in, "sessions", 4, session).await;
    mount_pages(&stand_in, "participants_v2", 2, |n| participant(&format!("p{n}"))).await;
    let link = |name| page_link(&stand_in, name, 1);
    let (participants, sessions) = (link("participants_v2"), link("sessions"));
    let participants =
        record_with(1, "participants_v2", json!([participant("p0")]), Some(&participants));
    let sessions = record_with(1, "sessions", json!([session(0)]), Some(&sessions));
    let version = json!({ "id": CALL, "version": 1 });
    stand_in.answer_record(participants, sessions, version).await;
    stand_in
}

async fn reader(stand_in: &StandIn) -> CallRecordReader {
    let mut reader = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    assert!(reader.has_more_pages().await.unwrap());
    reader
}

async fn rest(reader: &mut CallRecordReader) -> Result<Vec<FetchedPage>, Error> {
    let mut pages = Vec::new();
    while let Some(page) = reader.next().await? {
        pages.push(page);
    }
    Ok(pages)
}

#[rstest]
#[tokio::test]
async fn a_reading_goes_on_behind_the_pages_that_are_replayed(
    #[values(1, 2, 3, 4, 5, 8)] replayed: usize,
) {
    // Graph gives each page behind a link once: what is replayed is not asked for.
    let stand_in = large_record().await;
    let mut first = reader(&stand_in).await;
    let mut pages = Vec::new();
    for _ in 0..replayed {
        pages.push(first.next().await.unwrap().unwrap());
    }
    drop(first);

    let mut second = reader(&stand_in).await;
    for page in &pages {
        let again = second.replay(page.kind, page.number, page.body.clone()).unwrap();
        assert!(again == *page);
    }
    pages.extend(rest(&mut second).await.unwrap());
    let mut expected: Vec<_> = (0..3).map(|n| (PageKind::Participants, n)).collect();
    expected.push((PageKind::Record, 0));
    expected.extend((1..5).map(|n| (PageKind::Sessions, n)));
    assert_eq!(places(&pages), expected);
    let asked = stand_in.asked().await;
    assert!(asked.last().unwrap().contains("$select=id,version"), "{asked:?}");
}

#[tokio::test]
async fn asking_for_more_pages_takes_no_request_more() {
    let stand_in = StandIn::start().await;
    stand_in.answer_record(record(1), record(1), Value::Null).await;
    let mut reader = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    assert!(!reader.has_more_pages().await.unwrap());
    assert!(!reader.has_more_pages().await.unwrap());
    assert_eq!(rest(&mut reader).await.unwrap().len(), 2);
    assert_eq!(stand_in.asked().await.len(), 2);
}

#[rstest]
#[case::a_page_that_comes_later(PageKind::Participants, 1, record(1))]
#[case::a_page_of_the_other_half(PageKind::Record, 0, record(1))]
#[case::another_version(PageKind::Participants, 0, record(2))]
#[tokio::test]
async fn what_is_not_the_next_page_is_not_replayed(
    #[case] kind: PageKind,
    #[case] number: u32,
    #[case] body: Value,
) {
    let stand_in = StandIn::start().await;
    let link = page_link(&stand_in, "participants_v2", 1);
    let first = record_with(1, "participants_v2", json!([participant("p0")]), Some(&link));
    stand_in.answer_record(first, record(1), Value::Null).await;
    let mut reader = reader(&stand_in).await;
    let replayed = reader.replay(kind, number, body.to_string().into());
    assert!(matches!(replayed, Err(Error::Changed)));
    assert!(matches!(reader.next().await, Err(Error::Changed)), "it is of no further use");
}

#[tokio::test]
async fn a_page_of_another_record_is_not_replayed() {
    let stand_in = StandIn::start().await;
    let link = page_link(&stand_in, "sessions", 1);
    let sessions = record_with(1, "sessions", json!([session(0)]), Some(&link));
    stand_in.answer_record(record(1), sessions, Value::Null).await;
    let mut other = record(1);
    other["id"] = json!("another");
    let replayed =
        reader(&stand_in).await.replay(PageKind::Participants, 0, other.to_string().into());
    assert!(matches!(replayed, Err(Error::Undecodable { .. })));
}

/// The record of two pages got another version between their readings; its first page was replayed.
#[tokio::test]
async fn the_other_half_is_not_put_together_with_replayed_pages_of_another_version() {
    let stand_in = large_record().await;
    let pages = {
        let mut first = reader(&stand_in).await;
        [first.next().await.unwrap().unwrap(), first.next().await.unwrap().unwrap()]
    };
    stand_in.graph_host.reset().await;
    let link = page_link(&stand_in, "participants_v2", 1);
    let newer = record_with(2, "participants_v2", json!([participant("p0")]), Some(&link));
    stand_in.answer_record(newer, record(2), Value::Null).await;
    let mut second = reader(&stand_in).await;
    assert_eq!(second.version(), 2);
    let replayed = second.replay(pages[0].kind, pages[0].number, pages[0].body.clone());
    assert!(matches!(replayed, Err(Error::Changed)));
}

#[tokio::test]
async fn a_link_that_comes_back_to_a_replayed_page_ends() {
    let stand_in = StandIn::start().await;
    let link = page_link(&stand_in, "sessions", 1);
    let sessions = record_with(1, "sessions", json!([session(0)]), Some(&link));
    stand_in.answer_record(record(1), sessions.clone(), Value::Null).await;
    let mut reader = reader(&stand_in).await;
    reader.replay(PageKind::Participants, 0, record(1).to_string().into()).unwrap();
    reader.replay(PageKind::Record, 0, sessions.to_string().into()).unwrap();
    let page = json!({ "value": [session(1)], "@odata.nextLink": link }).to_string();
    let replayed = reader.replay(PageKind::Sessions, 1, page.into());
    assert!(matches!(replayed, Err(Error::EndlessPages { .. })));
}
