//! Call records, their pages, and the list of them.

use std::time::Duration;

use fake_graph::PageSizes;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::tenant::{Answer, Tenant, record};

const ID: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";
const PATH: &str = "/communications/callRecords/e523d2ed-2966-4b6b-925b-754a88034cc5";
const LIST: &str = "/communications/callRecords";
const UNKNOWN_MEMBERS: &str = "include-unknown-enum-members";

async fn loaded(sessions: usize, participants: usize) -> Tenant {
    let tenant = Tenant::start().await;
    tenant.graph.load(&record(ID, 3, sessions, participants)).unwrap();
    tenant
}

fn ids(entries: &Value) -> Vec<String> {
    let entries = entries.as_array().expect("an array").iter();
    entries.map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}

/// Follows next links; the ids of all entries and the number of pages.
async fn all_pages(tenant: &Tenant, first: &Answer, name: &str) -> (Vec<String>, usize) {
    let first = first.json();
    let mut found = ids(&first[name]);
    let mut next = first[format!("{name}@odata.nextLink")].as_str().map(str::to_owned);
    let mut pages = 1;
    while let Some(link) = next {
        assert!(link.starts_with(tenant.graph.url()));
        let page = tenant.get(&link).await.json();
        found.extend(ids(&page["value"]));
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
        pages += 1;
    }
    (found, pages)
}

#[rstest]
#[case::one_page("sessions", "sessions($expand=segments)", 60, 1)]
#[case::one_more("sessions", "sessions($expand=segments)", 61, 2)]
#[case::seventeen("sessions", "sessions($expand=segments)", 1_000, 17)]
#[case::participants("participants_v2", "participants_v2", 300, 3)]
#[tokio::test]
async fn every_entry_is_on_exactly_one_page(
    #[case] name: &str,
    #[case] expand: &str,
    #[case] entries: usize,
    #[case] pages: usize,
) {
    let tenant = loaded(entries, entries).await;
    let first = tenant.get(&format!("{PATH}?$expand={expand}")).await;
    let (found, seen) = all_pages(&tenant, &first, name).await;
    assert_eq!((found.len(), seen), (entries, pages));
    let distinct: std::collections::HashSet<_> = found.iter().collect();
    assert_eq!(distinct.len(), entries);
}

#[tokio::test]
async fn pages_are_as_small_as_asked_and_never_larger_than_allowed() {
    let tenant = loaded(100, 1).await;
    let path = format!("{PATH}?$expand=sessions");
    let small = tenant.get_preferring(&path, &["odata.maxpagesize=7"]).await;
    assert_eq!(small.header("preference-applied"), Some("odata.maxpagesize=7"));
    let (found, pages) = all_pages(&tenant, &small, "sessions").await;
    assert_eq!((found.len(), pages), (100, 15), "next links keep the size");
    let large = tenant.get_preferring(&path, &["odata.maxpagesize=500"]).await;
    assert_eq!(ids(&large.json()["sessions"]).len(), 60);
}

#[rstest]
#[case::two("?$expand=participants_v2,sessions")]
#[case::unknown("?$expand=media")]
#[case::unknown_inside("?$expand=sessions($expand=media)")]
#[case::filter("?$filter=id eq 'a'")]
#[case::order("?$orderby=startDateTime")]
#[case::select_on_participants("?$expand=participants_v2($select=id)")]
#[tokio::test]
async fn what_the_documents_do_not_allow_is_a_bad_request(#[case] query: &str) {
    let tenant = loaded(1, 1).await;
    assert_eq!(tenant.get(&format!("{PATH}{query}")).await.status, 400);
}

#[tokio::test]
async fn without_expand_there_is_the_organizer_but_neither_sessions_nor_participants() {
    let tenant = loaded(1, 1).await;
    let body = tenant.get(PATH).await.json();
    assert_eq!(body["version"], 3);
    assert!(body["organizer_v2"]["identity"]["user"].is_object());
    for absent in ["sessions", "participants_v2", "sessions@odata.nextLink"] {
        assert_eq!(body.get(absent), None);
    }
}

#[tokio::test]
async fn segments_come_only_when_asked_for() {
    let tenant = loaded(1, 1).await;
    let bare = tenant.get(&format!("{PATH}?$expand=sessions")).await.json();
    assert_eq!(bare["sessions"][0].get("segments"), None);
    let whole = tenant.get(&format!("{PATH}?$expand=sessions($expand=segments)")).await.json();
    assert!(whole["sessions"][0]["segments"].is_array());
    let part = tenant.get(&format!("{PATH}/sessions")).await.json();
    assert_eq!(part["value"][0].get("segments"), None);
    let part = tenant.get(&format!("{PATH}/sessions?$expand=segments")).await.json();
    assert!(part["value"][0]["segments"].is_array());
}

#[tokio::test]
async fn select_leaves_the_key_and_what_was_selected_or_expanded() {
    let tenant = loaded(1, 2).await;
    let keys = |body: &Value| -> Vec<String> {
        let keys = body.as_object().unwrap().keys();
        keys.filter(|key| !key.contains('@')).cloned().collect()
    };
    let body = tenant.get(&format!("{PATH}?$select=id,version")).await.json();
    assert_eq!(keys(&body), ["id", "version"]);
    let path = format!("{PATH}?$select=participants_v2&$expand=participants_v2");
    let body = tenant.get(&path).await.json();
    assert_eq!(keys(&body), ["id", "participants_v2"]);
    assert_eq!(ids(&body["participants_v2"]).len(), 2);
    let path = format!("{PATH}?$expand=sessions($select=startDateTime;$expand=segments)");
    let body = tenant.get(&path).await.json();
    assert_eq!(keys(&body["sessions"][0]), ["id", "segments", "startDateTime"]);
}

#[tokio::test]
async fn members_after_the_sentinel_come_only_to_those_who_ask() {
    let tenant = loaded(1, 1).await;
    let path = format!("{PATH}?$expand=sessions($expand=segments)");
    let family = |answer: &Answer| {
        answer.json()["sessions"][0]["caller"]["userAgent"]["productFamily"].clone()
    };
    assert_eq!(family(&tenant.get(&path).await), "unknownFutureValue");
    let asked = tenant.get_preferring(&path, &[UNKNOWN_MEMBERS]).await;
    assert_eq!(family(&asked), "azureCommunicationServices");
    let list = format!("{UNKNOWN_MEMBERS}, omit-values=nulls, odata.maxpagesize=60");
    let asked = tenant.get_preferring(&path, &[&list]).await;
    assert_eq!(family(&asked), "azureCommunicationServices");
}

#[tokio::test]
async fn nulls_and_empty_values_are_left_out_when_asked() {
    let tenant = loaded(1, 1).await;
    let path = format!("{PATH}?$expand=sessions($expand=segments)");
    let whole = tenant.get(&path).await.json();
    assert_eq!(whole["joinWebUrl"], Value::Null);
    assert!(whole.as_object().unwrap().contains_key("joinWebUrl"));
    let lean = tenant.get_preferring(&path, &["omit-values=nulls"]).await;
    let caller = &lean.json()["sessions"][0]["caller"];
    assert_eq!(caller["feedback"], json!({ "rating": "notRated" }));
    assert!(!lean.text.contains("null") && !lean.text.contains("[]"));
}

#[tokio::test]
async fn without_metadata_only_next_links_are_left_of_the_annotations() {
    let tenant = loaded(61, 1).await;
    let path = format!("{PATH}?$expand=sessions($expand=segments)");
    let request = tenant.request(Method::GET, &path);
    let request = request.header("Accept", "application/json;odata.metadata=none");
    let body = Answer::of(request.send().await.unwrap()).await;
    assert!(body.json()["sessions@odata.nextLink"].is_string());
    assert_eq!(body.text.matches("@odata.").count(), 1);
}

#[tokio::test]
async fn a_record_goes_thirty_days_after_its_end() {
    let tenant = loaded(1, 1).await;
    let not_found = tenant.get(&format!("{LIST}/unknown")).await;
    assert_eq!((not_found.status, not_found.error_code().as_str()), (404, "NotFound"));
    tenant.graph.set_token_lifetime(Duration::from_hours(24 * 60));
    let mut tenant = tenant;
    tenant.sign_in().await;
    tenant.clock.advance(Duration::from_hours(24 * 30) - Duration::from_secs(1));
    assert_eq!(tenant.get(PATH).await.status, 200);
    tenant.clock.advance(Duration::from_secs(1));
    for path in [PATH.to_owned(), format!("{PATH}/sessions"), format!("{PATH}/participants_v2")] {
        let answer = tenant.get(&path).await;
        assert!(answer.text.contains("more than 30 days ago"), "{path}");
    }
    assert_eq!(ids(&tenant.get(LIST).await.json()["value"]), Vec::<String>::new());
}

#[tokio::test]
async fn the_list_pages_through_every_record_of_the_window() {
    let tenant = Tenant::start().await;
    for n in 0..150 {
        let mut record = record(&format!("call-{n:03}"), 1, 1, 1);
        record["startDateTime"] = format!("2026-03-02T08:{:02}:00Z", n % 60).into();
        tenant.graph.load(&record).unwrap();
    }
    let window = "startDateTime ge 2026-03-02T08:00:00Z and startDateTime lt 2026-03-02T08:30:00Z";
    let first = tenant.get(&format!("{LIST}?$filter={window}&$select=id,version")).await.json();
    let page_one = ids(&first["value"]);
    assert_eq!(page_one.len(), 60);
    let second = tenant.get(first["@odata.nextLink"].as_str().unwrap()).await.json();
    let page_two = ids(&second["value"]);
    assert_eq!(second.get("@odata.nextLink"), None);
    assert_eq!(page_one.len() + page_two.len(), 90);
    assert!(page_one.iter().all(|id| !page_two.contains(id)));
    assert_eq!(second["value"][0].get("type"), None, "the selection goes on");
}

#[tokio::test]
async fn the_list_finds_a_participant_and_expands_nothing() {
    let tenant = Tenant::start().await;
    tenant.graph.load(&record("few", 1, 1, 2)).unwrap();
    tenant.graph.load(&record("many", 1, 1, 9)).unwrap();
    let id = "00000000-0000-4000-8000-000000000005";
    let filter = format!("{LIST}?$filter=participants_v2/any(p:p/id eq '{id}')");
    assert_eq!(ids(&tenant.get(&filter).await.json()["value"]), ["many"]);
    for query in ["$expand=sessions", "$filter=version gt 1", "$orderby=startDateTime", "$top=5"] {
        assert_eq!(tenant.get(&format!("{LIST}?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn a_loaded_record_keeps_a_duplicate_key_and_loses_foreign_links() {
    let tenant = Tenant::start().await;
    let text = format!(
        r#"{{"id":"{ID}","version":1,"sessions@odata.nextLink":"https://elsewhere.example/",
            "sessions":[{{"id":"s","callee":{{"@odata.type":"a","@odata.type":"b"}}}}]}}"#
    );
    tenant.graph.load_json(text.as_bytes()).unwrap();
    let answer = tenant.get(&format!("{PATH}?$expand=sessions($expand=segments)")).await;
    assert!(answer.text.contains(r#"{"@odata.type":"a","@odata.type":"b"}"#), "{}", answer.text);
    assert!(!answer.text.contains("elsewhere"));
}

#[tokio::test]
async fn page_sizes_can_be_made_small() {
    let sizes = PageSizes {
        sessions: 2,
        participants: 3,
        list: 1,
        subscriptions: 1,
        ..PageSizes::default()
    };
    let tenant = Tenant::with(|options| options.page_sizes = sizes).await;
    tenant.graph.load(&record(ID, 1, 5, 7)).unwrap();
    let first = tenant.get(&format!("{PATH}?$expand=sessions")).await;
    assert_eq!(all_pages(&tenant, &first, "sessions").await.1, 3);
    let first = tenant.get(&format!("{PATH}?$expand=participants_v2")).await;
    assert_eq!(all_pages(&tenant, &first, "participants_v2").await.1, 3);
}
