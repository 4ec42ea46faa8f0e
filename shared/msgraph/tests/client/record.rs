//! Reading one record in its two halves.

use std::time::Duration;

use msgraph::{Error, FetchedPage, Graph, PageContent, PageKind, Undecodable};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::time::Instant;
use wiremock::matchers::{header, headers, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::stand_in::*;

async fn read(graph: &Graph) -> Result<Vec<FetchedPage>, Error> {
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

fn sessions_of(page: &FetchedPage) -> Vec<String> {
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

const PARTICIPANTS: (&str, &str) = ("$expand", "participants_v2");
const SESSIONS: (&str, &str) = ("$expand", "sessions($expand=segments)");

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

#[rstest]
#[case::with_a_message("error-404-callrecord-capture")]
#[case::with_an_empty_message("error-404-empty-message-capture")]
#[tokio::test]
async fn a_record_that_is_not_there_is_not_there_yet(#[case] body: &str) {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(404).set_body_string(payload(body)))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    let refused = stand_in.graph.call_record(CALL, soon()).await;
    assert!(matches!(refused, Err(Error::NotFoundYet)));
}

#[rstest]
#[case(400)]
#[case(404)]
#[case(410)]
#[tokio::test]
async fn a_page_that_is_not_there_is_a_changed_record_and_not_one_to_wait_for(#[case] status: u16) {
    let stand_in = StandIn::start().await;
    let link = page_link(&stand_in, "participants_v2", 1);
    let first = record_with(1, "participants_v2", json!([]), Some(&link));
    stand_in.answer_record(first, record(1), Value::Null).await;
    Mock::given(path(format!("/v1.0/communications/callRecords/{CALL}/participants_v2")))
        .respond_with(ResponseTemplate::new(status))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    assert!(matches!(read(&stand_in.graph).await, Err(Error::Changed)));
}

#[tokio::test]
async fn a_reader_does_not_go_on_behind_a_page_that_it_lost() {
    let stand_in = StandIn::start().await;
    let link = page_link(&stand_in, "participants_v2", 1);
    let first = record_with(1, "participants_v2", json!([]), Some(&link));
    stand_in.answer_record(first, record(1), record(1)).await;
    Mock::given(path(format!("/v1.0/communications/callRecords/{CALL}/participants_v2")))
        .respond_with(ResponseTemplate::new(500))
        .mount(&stand_in.graph_host)
        .await;
    let mut reader = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    reader.next().await.unwrap();
    assert!(matches!(reader.next().await, Err(Error::Unavailable { .. })));
    assert!(matches!(reader.next().await, Err(Error::Changed)));
}

#[tokio::test]
async fn a_link_as_in_the_documentation_yields_what_graph_answers_to_it() {
    let stand_in = StandIn::start().await;
    let link =
        stand_in.link("/v1.0/$metadata#communications/callRecords('e')/sessions?$skiptoken=abc");
    let first = record_with(1, "sessions", json!([]), Some(&link));
    stand_in.answer_record(record(1), first, Value::Null).await;
    Mock::given(path("/v1.0/$metadata"))
        .respond_with(ResponseTemplate::new(200).set_body_string("<edmx:Edmx/>"))
        .mount(&stand_in.graph_host)
        .await;
    let refused = read(&stand_in.graph).await;
    let Err(Error::Undecodable { body, source }) = refused else { panic!("{refused:?}") };
    assert_eq!(&body[..], b"<edmx:Edmx/>");
    assert!(matches!(source, Undecodable::Shape(_)));
}

#[tokio::test]
async fn a_chain_that_comes_back_to_a_link_ends() {
    let stand_in = StandIn::start().await;
    let link = page_link(&stand_in, "sessions", 1);
    let first = record_with(1, "sessions", json!([session(0)]), Some(&link));
    stand_in.answer_record(record(1), first, Value::Null).await;
    Mock::given(path(format!("/v1.0/communications/callRecords/{CALL}/sessions")))
        .respond_with(json_answer(&json!({ "value": [session(1)], "@odata.nextLink": link })))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    assert!(matches!(read(&stand_in.graph).await, Err(Error::EndlessPages { pages: 1 })));
}

#[rstest]
#[case::no_json("<html>")]
#[case::no_record(r#"{"id": "x"}"#)]
#[case::nothing("")]
#[tokio::test]
async fn an_undecodable_record_keeps_its_bytes_and_does_not_print_them(#[case] body: &str) {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_string(body))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    let error = stand_in.graph.call_record(CALL, soon()).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    let Error::Undecodable { body: kept, source: Undecodable::Shape(_) } = error else {
        panic!("{shown}")
    };
    assert_eq!(&kept[..], body.as_bytes());
    assert!(shown.contains(&format!("{} bytes", body.len())), "{shown}");
}

#[tokio::test]
async fn a_record_that_was_not_requested_is_refused() {
    let stand_in = StandIn::start().await;
    let mut other = record(1);
    other["id"] = "e523d2ed-2966-4b6b-925b-754a88034cc5".into();
    stand_in.answer_record(other, Value::Null, Value::Null).await;
    let refused = stand_in.graph.call_record(CALL, soon()).await;
    assert!(matches!(refused, Err(Error::Undecodable { source: Undecodable::OtherRecord, .. })));
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

#[rstest]
#[case::bad_request(400)]
#[case::forbidden(403)]
#[case::not_implemented(501)]
#[tokio::test]
async fn a_record_whose_participants_are_refused_is_read_from_its_sessions(#[case] status: u16) {
    let stand_in = StandIn::start().await;
    record_request(PARTICIPANTS)
        .respond_with(ResponseTemplate::new(status))
        .mount(&stand_in.graph_host)
        .await;
    let sessions = record_with(3, "sessions", json!([session(1)]), None);
    record_request(SESSIONS).respond_with(json_answer(&sessions)).mount(&stand_in.graph_host).await;
    let pages = read(&stand_in.graph).await.unwrap();
    assert_eq!(places(&pages), [(PageKind::Record, 0)]);
    assert_eq!(sessions_of(&pages[0]).len(), 1);
}

#[tokio::test]
async fn a_record_that_is_refused_as_a_whole_is_refused() {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(403))
        .mount(&stand_in.graph_host)
        .await;
    let error = read(&stand_in.graph).await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { status: 403, .. }), "{error:?}");
}

#[tokio::test]
async fn sessions_that_end_in_an_empty_page_that_leads_to_itself_are_complete() {
    let stand_in = StandIn::start().await;
    let link = stand_in.link("/v1.0/communications/callRecords/x/sessions?$skiptoken=1");
    let participants = record_with(3, "participants_v2", json!([participant("a")]), None);
    let sessions = record_with(3, "sessions", json!([session(1)]), Some(&link));
    stand_in.answer_record(participants, sessions, json!({"id": CALL, "version": 3})).await;
    Mock::given(query_param("$skiptoken", "1"))
        .respond_with(json_answer(&json!({ "value": [], "@odata.nextLink": link })))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    let pages = read(&stand_in.graph).await.unwrap();
    assert_eq!(places(&pages).last(), Some(&(PageKind::Sessions, 1)));
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
