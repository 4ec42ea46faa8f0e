//! Reading a record of which something is missing, refused or unreadable.

use msgraph::{Error, PageKind, Undecodable};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::record::{PARTICIPANTS, SESSIONS, page_link, places, read, sessions_of};
use crate::stand_in::*;

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
