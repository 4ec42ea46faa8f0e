//! What `teams-calls import` says of calls that it cannot have, and before it begins.

use std::time::Duration;

use fake_graph::{CLIENT_ID, CLIENT_SECRET, Failure, FakeGraph, Options, TENANT_ID, Target};
use http::StatusCode;
use msgraph::Endpoints;
use serde_json::{Value, json};
use teams_calls::account::Account;
use teams_calls::data_file::DataFile;
use teams_calls::import::{Plan, Progress, import};

use crate::command;

/// A call of two people, an hour ago.
pub(crate) fn record(id: &str) -> Value {
    let began = lambda_kit::now() - jiff::SignedDuration::from_hours(1);
    let ended = began + jiff::SignedDuration::from_mins(2);
    let end = |person: &str| {
        json!({
            "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
            "associatedIdentity": {
                "@odata.type": "#microsoft.graph.userIdentity",
                "id": person, "displayName": "Invented", "tenantId": TENANT_ID,
            },
        })
    };
    let (began, ended) = (began.to_string(), ended.to_string());
    json!({
        "id": id, "version": 1, "type": "peerToPeer", "modalities": ["audio"],
        "lastModifiedDateTime": ended, "startDateTime": began, "endDateTime": ended,
        "sessions": [{
            "id": id, "modalities": ["audio"], "startDateTime": began, "endDateTime": ended,
            "caller": end("821809f5-0000-0000-0000-3b5136c0e777"),
            "callee": end("f69e2c00-0000-0000-0000-185e5f5f5d8a"),
        }],
    })
}

const GOOD: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";
const BROKEN: &str = "e523d2ed-2966-4b6b-925b-754a88034cc6";

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_graph_always_fails_is_named_with_the_reason() {
    let graph = FakeGraph::start(Options::default()).await.unwrap();
    graph.load(&record(GOOD)).unwrap();
    graph.load(&record(BROKEN)).unwrap();
    let target = Target::Record(BROKEN.to_owned());
    graph.fail(target, Failure::Status(StatusCode::SERVICE_UNAVAILABLE), 1_000);
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan {
        account: Account {
            tenant_id: TENANT_ID.to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: CLIENT_SECRET.to_owned().into(),
            endpoints: Endpoints::parse(graph.login_url(), graph.url()).unwrap(),
            proxy: None,
        },
        days: 2,
        data: DataFile::lock(&folder.path().join("calls.db")).unwrap(),
        sites: None,
        timeout: Duration::from_secs(4),
    };
    let progress = Progress::default();
    let summary = import(plan, &progress, std::future::pending()).await.unwrap();
    assert_eq!((summary.complete, summary.waiting, summary.counts.stored), (false, 1, 1));
    let [failed] = summary.failed.as_slice() else { panic!("{summary:?}") };
    assert_eq!(failed.call_id, BROKEN);
    assert!(failed.reason.contains("answered 503"), "{}", failed.reason);
    // What was waited for is over.
    assert!(progress.line().contains("1 of 2 fetched"), "{}", progress.line());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_says_first_whether_it_can_begin_and_names_what_was_dead_lettered() {
    let graph = FakeGraph::start(Options::default()).await.unwrap();
    graph.load(&record(GOOD)).unwrap();
    graph.load(&record(BROKEN)).unwrap();
    graph.serve_instead(BROKEN, Some("{\"id\": 5".to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("calls.db");
    let mut import = command(&["import", "--days", "2", "--data", data.to_str().unwrap()]);
    import.args(["--tenant-id", TENANT_ID, "--client-id", CLIENT_ID]);
    import.args(["--graph-url", graph.url(), "--login-url", graph.login_url()]);
    import.env("CLIENT_SECRET", CLIENT_SECRET);
    let ran = tokio::process::Command::from(import).output().await.unwrap();
    let (text, log) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr));
    let log = log.unwrap();
    let mut lines = log.lines();
    for begins in ["ok           token ", "ok           list ", "reading 2 days of Graph's list"] {
        let line = lines.next().unwrap_or_default();
        assert!(line.starts_with(begins), "{log}");
    }
    assert!(!log.contains("of 0 "), "{log}");
    assert!(text.contains("1 dead-lettered: undecodable_record"), "{text}");
    assert!(text.contains(&format!("  {BROKEN}: undecodable_record")), "{text}");
    assert_eq!(ran.status.code(), Some(1));
}
