//! `teams-calls report` and the reports over HTTP, as scripts use them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Output, Stdio};

use serde_json::Value;

use crate::{command, data, http};

fn report(data: &Path, arguments: &[&str]) -> Output {
    // Of the demo's day and its neighbours: some calls cross midnight.
    let days = ["--range", "last_7_days", "--data", data.to_str().unwrap()];
    command(&[&["report"], arguments, &days].concat()).output().unwrap()
}

fn text(output: &Output) -> &str {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::str::from_utf8(&output.stdout).unwrap()
}

fn json_of(output: &Output) -> Value {
    serde_json::from_str(text(output)).unwrap()
}

#[test]
fn csv_and_json_have_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let csv = report(&data, &["people", "--relation", "all", "--format", "csv"]);
    let lines: Vec<&str> = text(&csv).lines().collect();
    assert!(
        lines[0].starts_with("\u{feff}person,id,name,sign_in_name,kind,relation,"),
        "{}",
        lines[0]
    );
    let json = json_of(&report(&data, &["people", "--relation", "all", "--format", "json"]));
    let people = &json["data"]["people"];
    assert!(people["total"].as_u64().unwrap() > 30, "{people}");
    assert_eq!(people["rows"].as_array().unwrap().len(), lines.len() - 1);
    assert_eq!(json["schema"], "teams-call-records/report/1");
    // Every name of the menu is a report.
    let person = people["rows"][0]["person"].as_str().unwrap();
    let days = json_of(&report(&data, &["days", "--format", "json"]));
    assert_eq!(days["data"]["organisation"]["days"].as_array().unwrap().len(), 7);
    let calls = json_of(&report(&data, &["calls", "--format", "json"]));
    let call = calls["data"]["calls"]["rows"][0]["call"].as_str().unwrap();
    for name in ["overview", "missed", "quality", "equipment", "feedback", "traffic", "definitions"]
    {
        for format in ["csv", "json", "table"] {
            text(&report(&data, &[name, "--format", format]));
        }
    }
    text(&report(&data, &["call", "--call", call, "--format", "csv"]));
    let person = json_of(&report(&data, &["person", "--person", person, "--format", "json"]));
    let calls = &person["data"]["person"]["calls"];
    assert_eq!(calls["total"], calls["rows"].as_array().unwrap().len());
}

#[test]
fn a_table_is_aligned_and_says_how_many_rows_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let table = report(&data, &["people", "--rows", "3"]);
    let lines: Vec<&str> = text(&table).lines().collect();
    let widths: Vec<usize> = lines[..7].iter().map(|line| line.chars().count()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
    assert!(lines[7].starts_with("3 of 30 rows: "), "{}", lines[7]);
    let errors = String::from_utf8(table.stderr.clone()).unwrap();
    assert!(errors.contains("left out by the filter"), "{errors}");
}

#[test]
fn what_cannot_be_made_is_a_sentence_with_the_menu() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let refused = |arguments: &[&str], sentence: &str| {
        let output = command(&[&["report"], arguments].concat()).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{errors}");
        assert!(errors.contains(sentence), "{errors}");
    };
    let data = data.to_str().unwrap();
    refused(&["persons", "--data", data], "the reports are overview, people, missed,");
    refused(&["people", "--range", "monday", "--data", data], "must be one of today, yesterday,");
    refused(&["people", "--set", "colour=blue", "--data", data], "There is no field \"colour\"");
    refused(&["person", "--data", data], "Say who");
    refused(&["people", "--data", "nowhere.db"], "there is no file nowhere.db");
    refused(
        &[
            "people",
            "--table",
            "t",
            "--people",
            "pseudonyms",
            "--endpoint-url",
            "http://127.0.0.1:9",
        ],
        "give --pseudonym-key",
    );
}

#[test]
fn pseudonyms_stay_the_same_from_command_to_command() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let people = || {
        let arguments = ["people", "--people", "pseudonyms", "--format", "json"];
        json_of(&report(&data, &arguments))["data"]["people"].clone()
    };
    let first = people();
    assert_eq!(first, people());
    let person = first["rows"][0]["person"].as_str().unwrap();
    assert!(person.starts_with("sealed:"), "{person}");
    let arguments = ["person", "--person", person, "--people", "pseudonyms", "--format", "csv"];
    assert!(text(&report(&data, &arguments)).lines().count() > 1);
}

#[test]
fn departments_are_added_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let people = json_of(&report(&data, &["people", "--format", "json"]));
    let person = people["data"]["people"]["rows"][0]["person"].as_str().unwrap();
    let file = folder.path().join("users.csv");
    let id = person.strip_prefix("user:").unwrap().to_uppercase();
    std::fs::write(&file, format!("id,department,country\r\n{id},\"Sales, West\",DE\r\n")).unwrap();
    let departments = ["--departments", file.to_str().unwrap()];
    let csv = report(&data, &[&["people", "--format", "csv"], &departments[..]].concat());
    let lines: Vec<&str> = text(&csv).lines().collect();
    assert!(lines[0].ends_with(",department,country"), "{}", lines[0]);
    assert!(lines[1].ends_with(",\"Sales, West\",DE"), "{}", lines[1]);
    assert!(lines[2].ends_with(",,"), "{}", lines[2]);
    let json =
        json_of(&report(&data, &[&["people", "--format", "json"], &departments[..]].concat()));
    assert_eq!(json["data"]["people"]["rows"][0]["department"], "Sales, West");
    for arguments in [&["days"][..], &["people", "--people", "pseudonyms"]] {
        let refused = report(&data, &[arguments, &departments].concat());
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("--departments"));
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_people_is_for_its_owner_alone_and_a_reader_that_goes_away_is_no_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let file = folder.path().join("people.csv");
    let output = report(&data, &["people", "--format", "csv", "-o", file.to_str().unwrap()]);
    assert_eq!(text(&output), "");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(&file).unwrap().lines().count() > 30);

    let arguments = ["report", "definitions", "--format", "csv", "--data", data.to_str().unwrap()];
    let mut child = command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

/// A `teams-calls serve` that ends with the test.
struct Serving {
    child: Child,
    /// The address of the reports.
    reports: String,
}

impl Serving {
    fn start(data: &Path) -> Self {
        let arguments = ["serve", "--json", "--data", data.to_str().unwrap()];
        let mut serve = command(&arguments);
        let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let at: Value = serde_json::from_str(&line).unwrap();
        Self { child, reports: at["reports"].as_str().unwrap().to_owned() }
    }

    /// The head and the body of an answer, to a path below the address.
    fn get(&self, path: &str, headers: &str) -> (String, String) {
        let address = self.reports.strip_prefix("http://").unwrap();
        let (host, token) = address.split_once('/').unwrap();
        Self::get_at(host, &format!("/{token}{path}"), &format!("Host: {host}\r\n{headers}"))
    }

    fn get_at(host: &str, path: &str, headers: &str) -> (String, String) {
        http(host, &format!("GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_report_is_a_file_below_the_address_of_the_reports_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let exported = report(&data, &["people", "--relation", "all", "--format", "csv"]);
    let serving = Serving::start(&data);

    let (head, body) = serving.get("people.csv?range=last_7_days&relation=all", "");
    assert!(head.starts_with("http/1.1 200 "), "{head}\n{body}");
    for header in [
        "content-type: text/csv; charset=utf-8; header=present",
        "content-disposition: attachment; filename=\"people.csv\"",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(head.contains(header), "{head}");
    }
    assert!(!head.contains("access-control-"), "{head}");
    assert_eq!(body, text(&exported));

    let (head, body) = serving.get("days.json?range=last_7_days", "");
    assert!(head.starts_with("http/1.1 200 "), "{head}\n{body}");
    let days: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(days["data"]["organisation"]["days"].as_array().unwrap().len(), 7);

    for (path, status, sentence) in [
        ("people.csv?range=monday", "400", "must be one of today"),
        ("people.csv?format=html", "400", "\"format\" is in the path already"),
        ("persons.csv", "404", "those of overview, people,"),
        ("call.json?call=none", "404", "No call of this id"),
    ] {
        let (head, body) = serving.get(path, "");
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{path}: {head}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert!(answer["error"]["message"].as_str().unwrap().contains(sentence), "{answer}");
    }

    // Without the token, by another name, and from a page of another origin.
    let host = serving.reports.trim_start_matches("http://").split_once('/').unwrap().0;
    let (head, body) = Serving::get_at(host, "/people.csv", &format!("Host: {host}\r\n"));
    assert!(head.starts_with("http/1.1 404 ") && body.contains("whole address"), "{head}\n{body}");
    let (head, _) = serving.get("people.csv", "Origin: http://attacker.example\r\n");
    assert!(head.starts_with("http/1.1 403 "), "{head}");
    let path = serving.reports.rsplit_once("//").unwrap().1.split_once('/').unwrap().1;
    let other = "Host: attacker.example\r\n";
    let (head, _) = Serving::get_at(host, &format!("/{path}people.csv"), other);
    assert!(head.starts_with("http/1.1 403 "), "{head}");
}
