//! The `local` command as scripts use it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use aws_sdk_dynamodb::config::Credentials;
use fake_graph::organisation::{Organisation, Plan};
use jiff::tz::TimeZone;
use rstest::rstest;
use serde_json::{Value, json};
use teams_calls::system::{Settings, System};

use crate::binaries::binaries;

fn local() -> Command {
    Command::new(binaries().join("teams-calls"))
}

/// What a command printed, as JSON, after it ended well.
fn json_of(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn payload(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("payloads").join(name)
}

fn replay(files: &[PathBuf]) -> Output {
    local().arg("replay").args(files).arg("--json").output().unwrap()
}

#[test]
fn a_demo_reports_no_missing_call_and_equal_totals() {
    let output = local()
        .args(["--people", "30", "--calls", "60", "--seed", "11", "--json"])
        .output()
        .unwrap();
    let outcome = json_of(&output);
    assert_eq!(outcome["calls_in_graph"], outcome["calls_stored"]);
    assert_eq!((&outcome["missing"], &outcome["stale"]), (&json!(0), &json!(0)));
    assert_eq!(outcome["totals_equal_recomputation"], true);
    assert!(outcome["organisation"]["calls"].as_i64().unwrap() >= 50);
}

#[test]
fn a_demo_for_people_ends_with_the_line_that_counts() {
    let output = local().args(["demo", "--people", "10", "--calls", "10"]).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let last = text.lines().last().unwrap();
    assert!(last.contains("missing 0, stale 0; totals equal recomputation"), "{last}");
    assert!(text.contains("busiest people"));
}

/// The documented call: 18:52:21.2169889 to 18:52:46.7640013 is 25.5470124 s, cut to 25.547 s.
#[rstest]
#[case::as_documented_today("callrecord-get-expanded-docs-current.json", json!([]))]
#[case::as_documented_in_2021(
    "callrecord-get-expanded-docs2021-v1participants.json",
    json!(["Noisy"])
)]
fn replay_prints_who_talked_for_how_long(#[case] file: &str, #[case] tokens: Value) {
    let calls = json_of(&replay(&[payload(file)]));
    assert_eq!(calls.as_array().unwrap().len(), 1);
    let call = &calls[0];
    assert_eq!(call["id"], "e523d2ed-2966-4b6b-925b-754a88034cc5");
    assert_eq!((&call["version"], &call["type"]), (&json!(1), &json!("peerToPeer")));
    assert_eq!(call["sessions"], 1);
    let people = call["people"].as_array().unwrap();
    let shown: Vec<_> = people
        .iter()
        .map(|person| {
            [
                &person["person"],
                &person["display_name"],
                &person["role"],
                &person["outcome"],
                &person["talk_seconds"],
                &person["platforms"],
                &person["feedback"],
            ]
            .map(Clone::clone)
        })
        .collect();
    let feedback = json!([{"rating": "poor", "tokens": tokens}]);
    assert_eq!(
        json!(shown),
        json!([
            [
                "user:821809f5-0000-0000-0000-3b5136c0e777",
                "Abbie Wilkins",
                "caller",
                "answered",
                25.547,
                {"android": 25.547},
                []
            ],
            [
                "user:f69e2c00-0000-0000-0000-185e5f5f5d8a",
                "Owen Franklin",
                "callee",
                "answered",
                25.547,
                {"windows": 25.547},
                feedback
            ],
        ])
    );
}

#[test]
fn every_record_among_the_published_payloads_can_be_replayed() {
    for (file, calls) in [
        ("callrecord-get-basic-docs-current.json", 1),
        ("callrecord-get-expand-participants_v2-docs-current.json", 1),
        ("callrecords-list-docs-current.json", 2),
        ("climicrosoft365-get-expand-sessions.json", 1),
        ("climicrosoft365-list-items.json", 3),
        ("pnp-callrecord-groupcall-1session-bad-rating.json", 1),
    ] {
        let stored = json_of(&replay(&[payload(file)]));
        assert_eq!(stored.as_array().unwrap().len(), calls, "{file}");
    }
}

#[test]
fn a_file_that_is_no_call_record_is_named() {
    let output = replay(&[payload("README.md")]);
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("README.md is not JSON"), "{errors}");
}

/// A `teams-calls serve` that ends with the test.
struct Serving {
    child: Child,
    at: Value,
}

impl Serving {
    fn start() -> Self {
        let mut child = local()
            .args(["serve", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, at: serde_json::from_str(&line).unwrap() }
    }

    fn at(&self, key: &str) -> &str {
        self.at[key].as_str().unwrap_or_else(|| panic!("no {key} in the first line"))
    }
}

impl Serving {
    fn credentials(&self) -> Credentials {
        aws_stand_ins::credentials_of(self.at("access_key_id"))
    }

    fn store(&self) -> call_table::CallTable {
        let config = aws_stand_ins::dynamodb_client(self.at("dynamodb")).config().to_builder();
        let client = config.credentials_provider(self.credentials()).build();
        let client = aws_sdk_dynamodb::Client::from_conf(client);
        call_table::CallTable::new(client, call_table::TableConfig::new(self.at("table")))
    }

    fn sqs(&self, url: &str) -> aws_sdk_sqs::Client {
        let config = aws_stand_ins::sqs_client(url).config().to_builder();
        let client = config.credentials_provider(self.credentials()).build();
        aws_sdk_sqs::Client::from_conf(client)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn serve_prints_every_url_and_accepts_records_over_http() {
    let serving = Serving::start();
    for key in ["table", "queue_url", "dead_letter_queue_url", "client_state", "tenant_id", "sqs"] {
        assert!(!serving.at(key).is_empty());
    }
    let http = reqwest::Client::builder().build().unwrap();
    let handshake = format!("{}?validationToken=a%20b", serving.at("webhook"));
    let answer = http.post(handshake).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(answer.text().await.unwrap(), "a b");

    let record = std::fs::read(payload("callrecord-get-expanded-docs-current.json")).unwrap();
    let id = "e523d2ed-2966-4b6b-925b-754a88034cc5";
    let control = serving.at("graph_control");
    let put = http.put(format!("{control}/callRecords/{id}")).body(record);
    assert!(put.send().await.unwrap().status().is_success());
    let notify = http.post(format!("{control}/notify/{id}"));
    assert!(notify.send().await.unwrap().status().is_success());

    let store = serving.store();
    let bound = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while store.version(id).await.unwrap().is_none() {
        assert!(tokio::time::Instant::now() < bound, "the call is not stored");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// The value of an option in a command.
fn option<'a>(command: &'a str, name: &str) -> &'a str {
    let mut words = command.split(' ').skip_while(|word| *word != name);
    words.nth(1).unwrap_or_else(|| panic!("no {name} in {command}"))
}

#[tokio::test]
async fn serve_prints_the_command_that_redrives() {
    let serving = Serving::start();
    let id = "e523d2ed-2966-4b6b-925b-754a88034cc5";
    let record = std::fs::read(payload("callrecord-get-expanded-docs-current.json")).unwrap();
    let http = reqwest::Client::builder().build().unwrap();
    let url = format!("{}/callRecords/{id}", serving.at("graph_control"));
    let put = http.put(url).body(record);
    assert!(put.send().await.unwrap().status().is_success());

    // As the consumer would have dead-lettered it three hours ago.
    let now = jiff::Timestamp::from_second(1_793_620_800).unwrap();
    let message = call_queue::CallMessage {
        call_id: id.to_owned(),
        reason: call_queue::Reason::Notification,
        enqueued_at: now,
        subscription_id: None,
        version: None,
    };
    let cause = call_queue::Cause { reason: "not_found", detail: "invented" };
    let sqs = serving.sqs(serving.at("sqs"));
    let dead_letters = serving.at("dead_letter_queue_url");
    call_queue::dead_letter(&sqs, dead_letters, &message.to_json(), cause, now).await.unwrap();

    // What the command does: nothing but what it says.
    let command = serving.at("redrive_command");
    assert!(command.starts_with("aws sqs start-message-move-task "), "{command}");
    assert_eq!(option(command, "--region"), aws_stand_ins::REGION);
    let operator = serving.sqs(option(command, "--endpoint-url"));
    let task = operator
        .start_message_move_task()
        .source_arn(option(command, "--source-arn"))
        .destination_arn(option(command, "--destination-arn"));
    task.send().await.unwrap();

    let store = serving.store();
    let bound = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while store.version(id).await.unwrap().is_none() {
        assert!(tokio::time::Instant::now() < bound, "the call is not stored");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn networks_in_no_row_are_listed_by_their_use() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("calls.db"), folder.path().join("sites.tsv"));
    let system = System::start(Settings { data: Some(data.clone()), ..Settings::quiet() });
    let system = system.await.unwrap();
    let day = TimeZone::UTC.to_datetime(system.now()).date().yesterday().unwrap();
    let organisation = Organisation::invent(&Plan {
        people: 30,
        calls: 60,
        seed: 1,
        day,
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    });
    system.run_day(&organisation, 1, Duration::from_secs(60), async |_| {}).await.unwrap();
    system.roll_up().await.unwrap();
    drop(system);
    // Without the floors of the second building.
    let rows = Organisation::building_file();
    let rows =
        rows.lines().filter(|line| !line.starts_with("10.2.")).map(|line| format!("{line}\n"));
    std::fs::write(&file, rows.collect::<String>()).unwrap();

    let check = |options: &[&str]| {
        let mut check = local();
        check.args(["sites", "check"]).arg(&file).arg("--data").arg(&data).args(options);
        check.output().unwrap()
    };
    let outcome = json_of(&check(&["--json"]));
    let unmapped = outcome["unmapped"].as_array().unwrap();
    let networks: Vec<_> = unmapped.iter().map(|it| it["network"].as_str().unwrap()).collect();
    for start in ["10.2.", "192.168.", "100.64."] {
        assert!(networks.iter().any(|network| network.starts_with(start)), "{networks:?}");
    }
    assert!(!networks.iter().any(|network| network.starts_with("10.1.")), "{networks:?}");
    let streams: Vec<_> = unmapped.iter().map(|it| it["streams"].as_u64().unwrap()).collect();
    assert!(streams.is_sorted_by(|one, other| one >= other), "{streams:?}");
    assert!(streams[0] > 0);
    let text = String::from_utf8(check(&[]).stdout).unwrap();
    assert!(text.contains(&format!("in no row: {}, {} audio", networks[0], streams[0])), "{text}");
}
