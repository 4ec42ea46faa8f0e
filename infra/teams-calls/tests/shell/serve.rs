//! What `teams-calls serve` and the demo say, and when.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::{command, http};

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(arguments: &[&str]) -> Running {
    let mut serve = command(&[&["serve"], arguments].concat());
    Running(serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

fn first_line(running: &mut Running) -> String {
    let mut line = String::new();
    // It stays open: a process that writes more into a closed one dies.
    let output = running.0.stdout.as_mut().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    line
}

/// The host of an address, and its path.
fn parts(url: &str) -> (&str, String) {
    let (host, path) = url.trim().strip_prefix("http://").unwrap().split_once('/').unwrap();
    (host, format!("/{path}"))
}

#[test]
fn invented_days_are_shown_below_the_address_in_the_first_line_and_nothing_is_missing() {
    let mut running = serve(&["--invent-days", "2"]);
    let line = first_line(&mut running);
    let reports = line.strip_prefix("The reports, for a browser: ").expect(&line);
    let mut log = BufReader::new(running.0.stderr.take().unwrap()).lines();
    assert!(log.any(|line| line.unwrap() == "the table was compared with Graph's list"));

    let (host, path) = parts(reports);
    let path = format!("{path}overview.json?range=yesterday");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let (_, body) = http(host, &request);
    let answer: Value = serde_json::from_str(&body).unwrap();
    let overview = &answer["data"]["organisation"];
    assert_eq!(overview["completeness"]["missing"], 0, "{}", overview["completeness"]);
    // Of yesterday itself nothing more is known until the longest call that began then must have ended.
    assert!(overview["completeness"]["complete_up_to"].is_string(), "{}", overview["completeness"]);
    assert!(overview["days"][0]["completeness"]["up_to"].is_string(), "{}", overview["days"][0]);
    assert!(overview["days"][0]["calls"].as_u64() > Some(0));
}

#[test]
fn the_credentials_of_the_fake_graph_give_a_token_that_lists_calls() {
    let mut running = serve(&["--json"]);
    let at: Value = serde_json::from_str(&first_line(&mut running)).unwrap();
    let at = |name: &str| at[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={}/.default",
        at("client_id"),
        at("client_secret"),
        at("graph")
    );
    let token_url = at("token_url");
    assert!(token_url.contains(&at("tenant_id")), "{token_url}");
    let (host, path) = parts(&token_url);
    let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let (_, body) =
        http(host, &format!("{head}{kind}\r\nContent-Length: {}\r\n\r\n{form}", form.len()));
    let token: Value = serde_json::from_str(&body).unwrap();
    let token = token["access_token"].as_str().unwrap_or_else(|| panic!("{body}"));

    let path = "/v1.0/communications/callRecords?$filter=startDateTime%20ge%202026-01-01T00:00:00Z";
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    let (_, body) = http(host, &format!("{head}Authorization: Bearer {token}\r\n\r\n"));
    let listed: Value = serde_json::from_str(&body).unwrap();
    assert!(listed["value"].is_array(), "{listed}");
}

#[test]
fn a_demo_says_first_what_it_does_and_last_how_to_see_the_reports() {
    let output = command(&["demo", "--people", "10", "--calls", "10"]).output().unwrap();
    assert!(output.status.success());
    let (text, log) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr));
    let log = log.unwrap();
    assert!(log.starts_with("An invented organisation of 10 people makes about 10 calls"), "{log}");
    let last = text.lines().last().unwrap();
    assert!(last.contains("cargo run -- serve --invent-days 7"), "{last}");
    assert!(text.contains("missing 0, stale 0; totals equal recomputation"), "{text}");
}
