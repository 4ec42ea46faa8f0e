//! `teams-calls import` as an administrator runs it, against a fake tenant: interrupted, killed, refused.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use aws_stand_ins::DynamoDb;
use call_records::AudioClassifier;
use call_table::{CallTable, TableConfig};
use fake_graph::organisation::{Organisation, Plan};
use fake_graph::{AnswerFaults, ClientSecret, Failure, FakeGraph, Faults, TENANT_ID, Target};
use rstest::rstest;
use serde_json::Value;
use teams_calls::data_file::DataFile;
use teams_calls::import::ImportState;
use teams_calls::system::TABLE;
use tokio::io::AsyncBufReadExt as _;
use tokio::process::Child;
use tokio::time::{Instant, sleep};

use crate::account::{Ran, command, run};

/// A client secret that must not be in any output.
const EXPIRED: &str = "invented~expired.secret-0007";

/// A fake tenant with a day of calls, and a directory for files.
struct World {
    graph: FakeGraph,
    organisation: Organisation,
    directory: tempfile::TempDir,
}

impl World {
    async fn start(calls: usize) -> Self {
        let graph = FakeGraph::start(fake_graph::Options::default()).await.unwrap();
        let yesterday = jiff::tz::TimeZone::UTC.to_datetime(lambda_kit::now()).date().yesterday();
        let organisation = Organisation::invent(&Plan {
            people: 20,
            calls,
            seed: 21,
            day: yesterday.unwrap(),
            tenant_id: TENANT_ID.to_owned(),
            fault: None,
        });
        for call in &organisation.calls {
            graph.load(call.versions.last().unwrap()).unwrap();
        }
        Self { graph, organisation, directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    fn data(&self) -> String {
        self.path("calls.db")
    }

    /// Every answer takes a while, so that an import can be met in the middle.
    fn slow_down(&self) {
        let slow_by = Duration::from_millis(150);
        let answers = AnswerFaults { slow: 1.0, slow_by, ..AnswerFaults::default() };
        self.graph.set_faults(Faults { answers, ..Faults::default() });
    }

    fn speed_up(&self) {
        self.graph.set_faults(Faults::default());
    }

    async fn import(&self) -> Ran {
        run(
            &self.graph,
            fake_graph::CLIENT_SECRET,
            &["import", "--data", &self.data(), "--days", "2", "--json"],
        )
        .await
    }

    /// An import that runs beside the test.
    fn begin(&self) -> Child {
        let data = self.data();
        let arguments = ["import", "--data", &data, "--days", "2", "--json"];
        let mut import = command(&self.graph, fake_graph::CLIENT_SECRET, &arguments);
        import.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// How often any call was read.
    fn reads(&self) -> usize {
        let requests = self.graph.requests();
        let of_call =
            |path: &str| path.contains("callRecords/") && !path.contains("callRecords/get");
        requests.iter().filter(|request| of_call(&request.path)).count()
    }

    async fn has_read(&self, reads: usize) {
        let bound = Instant::now() + Duration::from_secs(60);
        while self.reads() < reads {
            assert!(Instant::now() < bound, "only {} reads", self.reads());
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// The table holds every call at Graph's version, and its totals equal those computed anew.
    async fn is_stored_whole(&self) {
        let dynamodb = DynamoDb::start(Some(Path::new(&self.data()))).await.unwrap();
        let store = store(&dynamodb);
        for (id, version) in self.graph.call_records() {
            assert_eq!(store.version(&id).await.unwrap(), version, "{id}");
        }
        let (tenant, classifier) = (Some(TENANT_ID), AudioClassifier::default());
        let now = lambda_kit::now();
        let recomputed = call_writer::recompute(&store, tenant, classifier, now).await.unwrap();
        assert_eq!(recomputed.sentences(), Vec::<String>::new());
    }

    /// Asserts that the output has no name and no secret.
    fn is_kept_private(&self, ran: &Ran) {
        let people = self.organisation.people.iter().chain(&self.organisation.outsiders);
        let traces = people.flat_map(|party| {
            let names = [&party.display_name, &party.user_principal_name];
            let mut traces: Vec<_> = names.into_iter().flatten().cloned().collect();
            traces.push(party.id.clone());
            traces
        });
        let traces: Vec<String> = traces.collect();
        let mut private: Vec<&str> = traces.iter().map(String::as_str).collect();
        private.push(EXPIRED);
        ran.shows_nothing_secret(&private);
    }
}

fn store(dynamodb: &DynamoDb) -> CallTable {
    let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
    CallTable::new(client, TableConfig::new(TABLE))
}

async fn end_of(child: Child) -> (ExitStatus, Ran) {
    let ended = child.wait_with_output().await.unwrap();
    let stdout = String::from_utf8(ended.stdout).unwrap();
    let output = format!("{stdout}{}", String::from_utf8_lossy(&ended.stderr));
    (ended.status, Ran { succeeded: ended.status.success(), stdout, output })
}

#[tokio::test]
async fn an_import_stores_what_graph_has_and_shows_progress() {
    let world = World::start(60).await;
    let ran = world.import().await;
    assert!(ran.succeeded, "{}", ran.output);
    let (summary, calls) = (ran.json(), world.organisation.calls.len());
    assert_eq!((&summary["complete"], &summary["interrupted"]), (&true.into(), &false.into()));
    assert_eq!(summary["listed"], calls);
    assert_eq!(summary["stored"], calls);
    let line = format!("{calls} calls listed: 0 already stored, {calls} of {calls} fetched");
    assert!(ran.output.contains(&line), "{}", ran.output);
    world.is_kept_private(&ran);
    world.is_stored_whole().await;

    // Again: everything is there, and nothing is fetched.
    let reads = world.reads();
    let again = world.import().await.json();
    assert_eq!((&again["already_stored"], &again["stored"]), (&calls.into(), &0.into()));
    assert_eq!(world.reads(), reads);
}

#[tokio::test]
async fn an_imported_file_is_served_to_be_read_and_nothing_can_change_it() {
    let world = World::start(10).await;
    assert!(world.import().await.succeeded);
    let mut serve = tokio::process::Command::new(crate::binaries::binaries().join("teams-calls"));
    serve.args(["serve", "--json", "--data", &world.data()]);
    serve.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut serving = serve.spawn().unwrap();
    let mut line = String::new();
    let mut lines = tokio::io::BufReader::new(serving.stdout.take().unwrap());
    lines.read_line(&mut line).await.unwrap();
    let at: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&at["read_only"], &at["import_complete"]), (&true.into(), &true.into()));
    assert_eq!(at["tenant_id"], TENANT_ID);

    let client = aws_stand_ins::dynamodb_client(at["dynamodb"].as_str().unwrap());
    let key = aws_stand_ins::credentials_of(at["access_key_id"].as_str().unwrap());
    let config = client.config().to_builder().credentials_provider(key).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let store = CallTable::new(client, TableConfig::new(TABLE));
    for (id, version) in world.graph.call_records() {
        assert_eq!(store.version(&id).await.unwrap(), version, "{id}");
    }
    let state = ImportState::read(&store).await.unwrap().unwrap();
    let refused = state.put(&store).await.unwrap_err().to_string();
    assert!(refused.contains("may not do dynamodb:PutItem"), "{refused}");

    let event = serde_json::json!({ "report": "calls", "range": "last_7_days" });
    let invoke = format!("{}invoke", at["reports"].as_str().unwrap());
    let report = reqwest::Client::builder().build().unwrap().post(invoke).json(&event).send();
    let report: Value = report.await.unwrap().json().await.unwrap();
    assert_eq!(report["data"]["calls"]["total"], world.organisation.calls.len(), "{report}");

    // Meanwhile no other process can use the file.
    let ran = world.import().await;
    assert!(ran.output.contains("is in use by another process"), "{}", ran.output);
}

#[tokio::test]
async fn an_import_that_is_killed_is_resumed_and_completes() {
    let world = World::start(80).await;
    world.slow_down();
    let calls = world.organisation.calls.len();
    for reads in [1, 40, 90] {
        let mut import = world.begin();
        world.has_read(reads).await;
        import.kill().await.unwrap();
    }
    world.speed_up();
    let ran = world.import().await;
    assert!(ran.succeeded, "{}", ran.output);
    let fetched = usize::try_from(ran.json()["stored"].as_u64().unwrap()).unwrap();
    assert!(fetched < calls, "all {calls} were fetched again");
    world.is_stored_whole().await;
}

#[tokio::test]
async fn ctrl_c_ends_an_import_and_the_next_one_resumes() {
    let world = World::start(80).await;
    world.slow_down();
    let import = world.begin();
    world.has_read(30).await;
    let pid = import.id().unwrap().to_string();
    let signalled = tokio::process::Command::new("kill").args(["-INT", &pid]).status().await;
    assert!(signalled.unwrap().success());
    let (status, ran) = end_of(import).await;
    assert_eq!(status.code(), Some(130), "{}", ran.output);
    let summary = ran.json();
    assert_eq!((&summary["complete"], &summary["interrupted"]), (&false.into(), &true.into()));
    world.is_kept_private(&ran);

    world.speed_up();
    let ran = world.import().await;
    assert!(ran.succeeded, "{}", ran.output);
    let (left, calls) = (ran.json()["stored"].as_u64().unwrap(), world.organisation.calls.len());
    assert!(left < u64::try_from(calls).unwrap(), "all {calls} were fetched again");
    world.is_stored_whole().await;
}

#[tokio::test]
async fn when_graph_asks_to_wait_an_import_waits() {
    let world = World::start(20).await;
    let wait = Failure::Throttled(Some(Duration::from_millis(1_200)));
    world.graph.fail(Target::List, wait.clone(), 1);
    world.graph.fail(Target::Records, wait, 3);
    world.graph.fail(Target::Records, Failure::Reset, 2);
    let ran = world.import().await;
    assert!(ran.succeeded, "{}", ran.output);
    world.is_stored_whole().await;
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_counted_and_the_others_are_stored() {
    let world = World::start(20).await;
    let broken = &world.organisation.calls[3].id;
    world.graph.serve_instead(broken, Some("{\"id\": 5".to_owned()));
    let ran = world.import().await;
    assert!(!ran.succeeded, "{}", ran.output);
    let summary = ran.json();
    assert_eq!(summary["dead_lettered"]["undecodable_record"], 1);
    assert_eq!(summary["complete"], false);
    assert_eq!(summary["stored"], world.organisation.calls.len() - 1);
    world.is_kept_private(&ran);
}

#[tokio::test]
async fn a_call_with_an_impossible_id_is_counted_and_the_others_are_stored() {
    let world = World::start(5).await;
    let mut odd = world.organisation.calls[1].versions.last().unwrap().clone();
    odd["id"] = "no/segment?of=a path".into();
    world.graph.load(&odd).unwrap();
    let ran = world.import().await;
    assert!(!ran.succeeded, "{}", ran.output);
    let summary = ran.json();
    assert_eq!((&summary["not_requestable"], &summary["complete"]), (&1.into(), &false.into()));
    assert_eq!(summary["stored"], world.organisation.calls.len());
}

/// Something that goes wrong in Graph.
type Break = fn(&FakeGraph);

#[rstest]
#[case::wrong_secret("wrong~secret-0008", &[], |_: &FakeGraph| {}, "Certificates & secrets")]
#[case::expired_secret(EXPIRED, &[], |_: &FakeGraph| {}, "add a new client secret")]
#[case::wrong_tenant(
    "x",
    &["--tenant-id", "00000000-0000-4000-8000-000000000001"],
    |_: &FakeGraph| {},
    "the tenant is unknown"
)]
#[case::unknown_application(
    "x",
    &["--client-id", "00000000-0000-4000-8000-000000000002"],
    |_: &FakeGraph| {},
    "is unknown in this tenant"
)]
#[case::no_consent(
    fake_graph::CLIENT_SECRET,
    &[],
    |graph: &FakeGraph| graph.set_consent(false),
    "API permissions"
)]
#[case::no_secret("", &[], |_: &FakeGraph| {}, "CLIENT_SECRET")]
#[case::too_many_days("x", &["--days", "31"], |_: &FakeGraph| {}, "Graph keeps a call record for 30")]
#[case::no_days("x", &["--days", "0"], |_: &FakeGraph| {}, "--days must be from 1 to 30")]
#[case::days_to_come("x", &["--days", "-1"], |_: &FakeGraph| {}, "--days must be from 1 to 30")]
#[tokio::test]
async fn an_impossible_import_says_what_to_correct(
    #[case] secret: &str,
    #[case] arguments: &[&str],
    #[case] breaks: Break,
    #[case] words: &str,
) {
    let world = World::start(2).await;
    world.graph.set_client_secrets(vec![
        ClientSecret::new(fake_graph::CLIENT_SECRET),
        ClientSecret::new(EXPIRED).expiring("2026-01-01T00:00:00Z".parse().unwrap()),
    ]);
    breaks(&world.graph);
    let data = world.data();
    let mut all = vec!["import", "--json", "--data", &data];
    all.extend(arguments);
    let ran = run(&world.graph, secret, &all).await;
    assert!(!ran.succeeded && ran.output.contains(words), "{}", ran.output);
    assert_eq!(ran.stdout, "");
    world.is_kept_private(&ran);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_with_what_to_do() {
    let world = World::start(2).await;
    let taken = world.path("taken.db");
    let _held = DataFile::lock(Path::new(&taken)).unwrap();
    let text = world.path("notes.txt");
    std::fs::write(&text, "not a database at all").unwrap();
    let nowhere = world.path("missing/calls.db");
    for (data, words) in [
        (&taken, "is in use by another process"),
        (&text, "is no data file of this program"),
        (&nowhere, "cannot be written"),
    ] {
        let ran = run(&world.graph, "x", &["import", "--data", data]).await;
        assert!(!ran.succeeded && ran.output.contains(words), "{}", ran.output);
    }
}

#[tokio::test]
async fn the_calls_of_two_tenants_do_not_get_into_one_file() {
    let world = World::start(2).await;
    assert!(world.import().await.succeeded);
    let tenant_id = "00000000-0000-4000-8000-000000000003";
    let options = fake_graph::Options { tenant_id: tenant_id.to_owned(), ..Default::default() };
    let other = FakeGraph::start(options).await.unwrap();
    let data = world.data();
    let arguments = ["import", "--data", &data, "--tenant-id", tenant_id];
    let ran = run(&other, fake_graph::CLIENT_SECRET, &arguments).await;
    assert!(!ran.succeeded && ran.output.contains("of another tenant"), "{}", ran.output);
}

#[tokio::test]
async fn a_file_sets_the_account_and_the_data_file() {
    let world = World::start(3).await;
    let (config, url) = (world.path("account.toml"), world.graph.url());
    let client = fake_graph::CLIENT_ID;
    let content = format!(
        "tenant_id = \"{TENANT_ID}\"\nclient_id = \"{client}\"\ngraph_url = \"{url}\"\n\
         login_url = \"{url}\"\ndays = 2\ndata = \"calls.db\"\n"
    );
    std::fs::write(&config, content).unwrap();
    let mut import = tokio::process::Command::new(crate::binaries::binaries().join("teams-calls"));
    import.args(["import", "--config", &config]).env("CLIENT_SECRET", fake_graph::CLIENT_SECRET);
    let ended = import.output().await.unwrap();
    let text = String::from_utf8(ended.stdout).unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(text.contains("everything that Graph has is stored"), "{text}");
    world.is_stored_whole().await;
}
