//! Reading one record in its two halves.

use std::time::Duration;

use msgraph::{Error, FetchedPage, Graph, PageContent, PageKind};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::time::Instant;
use wiremock::matchers::{header, headers, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::stand_in::*;

pub(crate) async fn read(graph: &Graph) -> Result<Vec<FetchedPage>, Error> {
    let mut reader = graph.call_record(CALL, soon()).await?;
    let mut pages = Vec::new();
    while let Some(page) = reader.next().await? {
        assert_eq!(page.version, reader.version());
        pages.push(page);
    }
    Ok(pages)
}

pub(crate) fn places(pages: &[FetchedPage]) -> Vec<(PageKind, u32)> {
    pages.iter().map(|page| (page.kind, page.number)).collect()
}

pub(crate) fn sessions_of(page: &FetchedPage) -> Vec<String> {
    let sessions = match &page.page {
        PageContent::Record(page) => &page.sessions.value,
        PageContent::Sessions(page) => &page.value,
        PageContent::Participants(_) => return Vec::new(),
    };
    sessions.iter().filter_map(|session| session.id.clone()).collect()
}

/// One answer to a request, once.
async fn once(host: &MockServer, query: (&str, &str), answer: &Value) {
    record_request(query)
        .respond_with(json_answer(answer))
        .up_to_n_times(1)
        .expect(1)
        .mount(host)
        .await;
}

pub(crate) const PARTICIPANTS: (&str, &str) = ("$expand", "participants_v2");
pub(crate) const SESSIONS: (&str, &str) = ("$expand", "sessions($expand=segments)");

#[tokio::test]
async fn a_small_record_takes_two_requests() {
    let stand_in = StandIn::start().await;
    let participants = record_with(3, "participants_v2", json!([participant("a")]), None);
    let sessions = record_with(3, "sessions", json!([session(1)]), None);
    stand_in.answer_record(participants.clone(), sessions.clone(), Value::Null).await;

    let pages = read(&stand_in.graph).await.unwrap();
    assert_eq!(places(&pages), [(PageKind::Participants, 0), (PageKind::Record, 0)]);
    assert_eq!(pages[0].version, 3);
    let bodies: Vec<Value> =
        pages.iter().map(|page| serde_json::from_slice(&page.body).unwrap()).collect();
    assert_eq!(bodies, [participants, sessions]);
    let PageContent::Record(first) = &pages[0].page else { panic!("not a record") };
    assert_eq!(first.participants.value.len(), 1);
    assert_eq!(sessions_of(&pages[1]), ["session-1"]);

    let call = format!("GET /v1.0/communications/callRecords/{CALL}");
    let asked = [
        format!("{call}?$expand=participants_v2"),
        format!("{call}?$expand=sessions($expand=segments)"),
    ];
    assert_eq!(stand_in.asked().await, asked);
}

#[tokio::test]
async fn the_headers_ask_for_every_value_and_no_nulls() {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .and(headers("prefer", vec!["include-unknown-enum-members", "omit-values=nulls"]))
        .and(header("accept", "application/json"))
        .and(header("user-agent", "teams-call-records/0.1.0"))
        .respond_with(json_answer(&record(1)))
        .mount(&stand_in.graph_host)
        .await;
    assert_eq!(read(&stand_in.graph).await.unwrap().len(), 2);
}

/// Links from page 1 to page `last` under `name`, each page with one element.
pub(crate) async fn mount_pages(
    stand_in: &StandIn,
    name: &str,
    last: usize,
    element: fn(usize) -> Value,
) {
    for number in 1..=last {
        let mut page = json!({ "value": [element(number)] });
        if number < last {
            page["@odata.nextLink"] = page_link(stand_in, name, number + 1).into();
        }
        Mock::given(method("GET"))
            .and(path(format!("/v1.0/communications/callRecords/{CALL}/{name}")))
            .and(query_param("$skiptoken", number.to_string()))
            .and(header("authorization", format!("Bearer {TOKEN}")))
            .respond_with(json_answer(&page))
            .expect(1)
            .mount(&stand_in.graph_host)
            .await;
    }
}

pub(crate) fn page_link(stand_in: &StandIn, name: &str, number: usize) -> String {
    stand_in.link(&format!("/v1.0/communications/callRecords/{CALL}/{name}?$skiptoken={number}"))
}

#[tokio::test]
async fn seventeen_pages_of_sessions_are_fetched_one_at_a_time() {
    let stand_in = StandIn::start().await;
    mount_pages(&stand_in, "sessions", 16, session).await;
    mount_pages(&stand_in, "participants_v2", 2, |n| participant(&format!("p{n}"))).await;
    stand_in
        .answer_record(
            record_with(
                1,
                "participants_v2",
                json!([participant("p0")]),
                Some(&page_link(&stand_in, "participants_v2", 1)),
            ),
            record_with(
                1,
                "sessions",
                json!([session(0)]),
                Some(&page_link(&stand_in, "sessions", 1)),
            ),
            json!({ "id": CALL, "version": 1 }),
        )
        .await;

    let mut reader = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    let mut pages = Vec::new();
    while let Some(page) = reader.next().await.unwrap() {
        pages.push(page);
        // One request for each page that was handed out, and one ahead for the first sessions.
        let handed_out = pages.len();
        let ahead = usize::from(handed_out <= 3);
        assert_eq!(stand_in.asked().await.len(), handed_out + ahead, "after page {handed_out}");
    }

    let mut expected: Vec<_> = (0..3).map(|n| (PageKind::Participants, n)).collect();
    expected.push((PageKind::Record, 0));
    expected.extend((1..17).map(|n| (PageKind::Sessions, n)));
    assert_eq!(places(&pages), expected);
    let ids: Vec<_> = pages[3..].iter().flat_map(sessions_of).collect();
    assert_eq!(ids, (0..17).map(|n| format!("session-{n}")).collect::<Vec<_>>());
    // The version is asked for once more at the end, and once only.
    assert_eq!(stand_in.asked().await.len(), 21);
    assert!(reader.next().await.unwrap().is_none());
    assert_eq!(stand_in.asked().await.len(), 21);
}

#[rstest]
#[case::the_participants_were_older(&[1, 2], &[2], 2)]
#[case::the_sessions_were_older(&[2], &[1, 2], 2)]
#[case::twice(&[1, 2, 3], &[3], 3)]
#[case::both_moved_on(&[1, 3], &[2, 3], 3)]
#[tokio::test]
async fn a_collection_of_another_version_is_reread(
    #[case] participants: &[i64],
    #[case] sessions: &[i64],
    #[case] settled: i64,
) {
    let stand_in = StandIn::start().await;
    for version in participants {
        let answer = record_with(*version, "participants_v2", json!([]), None);
        once(&stand_in.graph_host, PARTICIPANTS, &answer).await;
    }
    for version in sessions {
        let answer = record_with(*version, "sessions", json!([]), None);
        once(&stand_in.graph_host, SESSIONS, &answer).await;
    }
    let pages = read(&stand_in.graph).await.unwrap();
    assert_eq!(places(&pages), [(PageKind::Participants, 0), (PageKind::Record, 0)]);
    assert!(pages.iter().all(|page| page.version == settled));
    let versions = pages.iter().map(|page| match &page.page {
        PageContent::Record(page) => page.record.version,
        _ => panic!("not a record"),
    });
    assert!(versions.eq([settled, settled]));
}

#[tokio::test]
async fn halves_that_never_agree_are_a_changed_record() {
    let stand_in = StandIn::start().await;
    stand_in.answer_record(record(1), record(2), Value::Null).await;
    assert!(matches!(read(&stand_in.graph).await, Err(Error::Changed)));
    assert_eq!(stand_in.asked().await.len(), 4);
}

#[rstest]
#[case::a_newer_version(json_answer(&json!({ "id": CALL, "version": 2 })))]
#[case::gone(ResponseTemplate::new(404))]
#[tokio::test]
async fn a_record_that_changes_while_its_pages_are_read_is_not_finished(
    #[case] at_the_end: ResponseTemplate,
) {
    let stand_in = StandIn::start().await;
    mount_pages(&stand_in, "sessions", 2, session).await;
    record_request(("$select", "id,version"))
        .respond_with(at_the_end)
        .mount(&stand_in.graph_host)
        .await;
    let link = page_link(&stand_in, "sessions", 1);
    let first = record_with(1, "sessions", json!([session(0)]), Some(&link));
    once(&stand_in.graph_host, PARTICIPANTS, &record(1)).await;
    once(&stand_in.graph_host, SESSIONS, &first).await;

    let mut reader = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    for _ in 0..4 {
        assert!(reader.next().await.unwrap().is_some());
    }
    assert!(matches!(reader.next().await, Err(Error::Changed)));
}

#[tokio::test]
async fn the_version_is_known_after_one_request() {
    let stand_in = StandIn::start().await;
    stand_in.answer_record(record(7), Value::Null, Value::Null).await;
    let reader = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    assert_eq!(reader.version(), 7);
    assert_eq!(stand_in.asked().await.len(), 1);
}

#[tokio::test]
async fn a_page_does_not_print_its_content() {
    let stand_in = StandIn::start().await;
    let mut someone = participant("a");
    someone["identity"]["user"]["displayName"] = "Ada Example".into();
    let participants = record_with(1, "participants_v2", json!([someone]), None);
    stand_in.answer_record(participants, record(1), Value::Null).await;
    for page in read(&stand_in.graph).await.unwrap() {
        assert!(!format!("{page:?}").contains("Ada"), "{page:?}");
    }
}

#[tokio::test]
async fn the_documented_answers_are_understood() {
    let stand_in = StandIn::start().await;
    let id = "e523d2ed-2966-4b6b-925b-754a88034cc5";
    // The documentation's links are broken and on Microsoft's host; here they lead to the sub-resources.
    let documented = |name: &str, link: &str| {
        let text = payload(name);
        let mut value: Value = serde_json::from_str(&text).unwrap();
        for (key, value) in value.as_object_mut().unwrap() {
            if key.ends_with("@odata.nextLink") {
                *value = stand_in.link(link).into();
            }
        }
        json_answer(&value)
    };
    let call = format!("/v1.0/communications/callRecords/{id}");
    for (query, name, link) in [
        (PARTICIPANTS, "callrecord-get-expand-participants_v2-docs-current", "/participants"),
        (SESSIONS, "callrecord-get-expanded-docs-current", "/sessions"),
        (("$select", "id,version"), "callrecord-get-basic-docs-current", ""),
    ] {
        Mock::given(path(call.as_str()))
            .and(query_param(query.0, query.1))
            .respond_with(documented(name, link))
            .mount(&stand_in.graph_host)
            .await;
    }
    for (link, name) in [
        ("/participants", "participants_v2-list-docs-current"),
        ("/sessions", "sessions-list-page-nextlink"),
    ] {
        let mut page: Value = serde_json::from_str(&payload(name)).unwrap();
        page.as_object_mut().unwrap().remove("@odata.nextLink");
        Mock::given(path(link)).respond_with(json_answer(&page)).mount(&stand_in.graph_host).await;
    }

    let mut reader = stand_in.graph.call_record(id, soon()).await.unwrap();
    let mut places = Vec::new();
    while let Some(page) = reader.next().await.unwrap() {
        places.push((page.kind.as_str(), page.number));
    }
    let expected = [("participants", 0), ("participants", 1), ("record", 0), ("sessions", 1)];
    assert_eq!(places, expected);
}

/// A page of 3 MB, far larger than any of Graph's.
fn large(version: i64) -> Value {
    let mut record = record(version);
    record["padding"] = "x".repeat(3 * 1024 * 1024).into();
    record
}

#[tokio::test]
async fn one_reader_at_a_time_has_a_large_page() {
    let stand_in = StandIn::start().await;
    stand_in.answer_record(large(1), large(1), record(1)).await;
    let mut first = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    // The same reader may have several.
    assert!(!first.has_more_pages().await.unwrap());
    let hurried = Instant::now() + Duration::from_millis(300);
    let refused = stand_in.graph.call_record(CALL, hurried).await.map(|_| ());
    assert!(matches!(refused, Err(Error::OutOfTime)), "{refused:?}");
    drop(first);
    let second = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    assert_eq!(second.version(), 1);
}

#[tokio::test]
async fn pages_of_the_usual_size_wait_for_no_other() {
    let stand_in = StandIn::start().await;
    stand_in.answer_record(record(1), record(1), record(1)).await;
    let first = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    let second = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    assert_eq!(first.version(), second.version());
}
