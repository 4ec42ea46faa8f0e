//! The list of call records.

use jiff::Timestamp;
use msgraph::{Error, Undecodable};
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::stand_in::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn list_request() -> wiremock::MockBuilder {
    Mock::given(method("GET"))
        .and(path("/v1.0/communications/callRecords"))
        .and(header("prefer", "include-unknown-enum-members"))
}

#[rstest]
#[case::whole_seconds(
    "2023-09-25T09:25:00Z",
    "2023-09-25T09:30:00Z",
    "2023-09-25T09:25:00Z",
    "2023-09-25T09:30:00Z"
)]
#[case::to_the_millisecond_outwards(
    "2023-09-25T09:25:00.1239999Z",
    "2023-09-25T09:30:00.1230001Z",
    "2023-09-25T09:25:00.123Z",
    "2023-09-25T09:30:00.124Z"
)]
#[tokio::test]
async fn the_window_is_a_filter_on_the_start(
    #[case] from: &str,
    #[case] to: &str,
    #[case] sent_from: &str,
    #[case] sent_to: &str,
) {
    let stand_in = StandIn::start().await;
    list_request()
        .and(query_param(
            "$filter",
            format!("startDateTime ge {sent_from} and startDateTime lt {sent_to}"),
        ))
        .and(query_param(
            "$select",
            "id,version,type,startDateTime,endDateTime,lastModifiedDateTime",
        ))
        .respond_with(
            ResponseTemplate::new(200).set_body_string(payload("callrecords-list-docs-current")),
        )
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;

    let page = stand_in.graph.list_call_records(at(from), at(to), None, soon()).await.unwrap();
    let listed: Vec<_> = page.value.iter().map(|call| (call.id.as_str(), call.version)).collect();
    assert_eq!(
        listed,
        [("3cf3bbc8-b21d-4f2e-bfd0-b13603ae6c65", 2), ("c3ad8c4b-4a87-4ab1-bef0-284d2f40ed9f", 2)]
    );
    assert_eq!(page.next_link, None);
}

const FROM: &str = "2026-11-01T00:00:00Z";
const TO: &str = "2026-11-02T00:00:00Z";

#[tokio::test]
async fn a_next_link_is_used_as_it_is() {
    let stand_in = StandIn::start().await;
    let link = stand_in.link("/v1.0/communications/callRecords?$skiptoken=a%2Bb%3D&x=ä");
    list_request()
        .and(query_param("$skiptoken", "a+b="))
        .respond_with(json_answer(&json!({ "value": [{ "id": CALL, "version": 1 }] })))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    let page =
        stand_in.graph.list_call_records(at(FROM), at(TO), Some(&link), soon()).await.unwrap();
    assert_eq!(page.value.len(), 1);
    let asked = stand_in.asked().await;
    assert_eq!(asked, ["GET /v1.0/communications/callRecords?$skiptoken=a%2Bb%3D&x=%C3%A4"]);
}

#[tokio::test]
async fn an_empty_page_that_leads_to_itself_is_the_end_and_one_with_calls_is_an_error() {
    let stand_in = StandIn::start().await;
    let link = stand_in.link("/v1.0/communications/callRecords?$skiptoken=1");
    list_request()
        .respond_with(json_answer(&json!({ "value": [], "@odata.nextLink": link })))
        .mount(&stand_in.graph_host)
        .await;
    let first = stand_in.graph.list_call_records(at(FROM), at(TO), None, soon()).await.unwrap();
    assert_eq!(first.next_link.as_deref(), Some(link.as_str()));
    let second = stand_in.graph.list_call_records(at(FROM), at(TO), Some(&link), soon()).await;
    assert_eq!(second.unwrap().next_link, None);
    stand_in.graph_host.reset().await;
    list_request()
        .respond_with(json_answer(&json!({
            "value": [{ "id": CALL, "version": 1 }], "@odata.nextLink": link,
        })))
        .mount(&stand_in.graph_host)
        .await;
    let third = stand_in.graph.list_call_records(at(FROM), at(TO), Some(&link), soon()).await;
    assert!(matches!(third, Err(Error::EndlessPages { .. })));
}

#[tokio::test]
async fn a_missing_page_restarts_the_chain() {
    let stand_in = StandIn::start().await;
    let link = stand_in.link("/v1.0/communications/callRecords?$skiptoken=1");
    let second = stand_in.graph.list_call_records(at(FROM), at(TO), Some(&link), soon()).await;
    assert!(matches!(second, Err(Error::Changed)));
}

#[tokio::test]
async fn one_element_without_an_id_spoils_the_page() {
    let stand_in = StandIn::start().await;
    let value = json!([{ "id": CALL, "version": 1 }, { "version": 1 }]);
    list_request()
        .respond_with(json_answer(&json!({ "value": value })))
        .mount(&stand_in.graph_host)
        .await;
    let error = stand_in.graph.list_call_records(at(FROM), at(TO), None, soon()).await.unwrap_err();
    assert!(matches!(error, Error::Undecodable { source: Undecodable::Shape(_), .. }));
    assert!(error.to_string().contains("[1].id"), "{error}");
}

#[rstest]
#[case(400)]
#[case(404)]
#[tokio::test]
async fn a_list_that_is_refused_is_rejected(#[case] status: u16) {
    let stand_in = StandIn::start().await;
    list_request()
        .respond_with(ResponseTemplate::new(status).set_body_string(payload("error-generic-graph")))
        .mount(&stand_in.graph_host)
        .await;
    let error = stand_in.graph.list_call_records(at(FROM), at(TO), None, soon()).await.unwrap_err();
    let Error::Rejected { reference, .. } = &error else { panic!("{error:?}") };
    assert_eq!((reference.status, reference.code.as_str()), (status, "invalidRange"));
    assert!(!error.to_string().contains("Uploaded fragment"), "{error}");
}
