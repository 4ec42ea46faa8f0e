//! `teams-calls sites check` as scripts use it.

use std::io::Write as _;
use std::process::{Command, Output};

use serde_json::{Value, json};

const FILE: &str = "10.0.0.0,Corporate,8,,,,,,,,,,1,0\n\
                    10.1.2.0,Floor 2,24,Tower,,,,Berlin,,DE,,EMEA,1,1,0\n\
                    10.1.3.0,Floor 3,24,Tower,,,,Berlin,,DE,,EMEA,1,0,0\n\
                    2001:db8::,Tunnel,32,,,,,,,,,,0,0,1\n";

fn check(content: &str, options: &[&str]) -> Output {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(content.as_bytes()).expect("it is written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_teams-calls"));
    command.args(["sites", "check"]).arg(file.path()).args(options).output().expect("it runs")
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("it is UTF-8")
}

#[test]
fn a_right_file_is_summed_up_with_its_overlaps_and_the_rows_of_addresses() {
    let output = check(FILE, &["--address", "10.1.2.7:50000", "--address", "192.0.2.1"]);
    assert!(output.status.success());
    let text = text(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "overlap: line 2: 10.1.2.0/24 lies within 10.0.0.0/8 of line 1; the longer prefix wins",
            "overlap: line 3: 10.1.3.0/24 lies within 10.0.0.0/8 of line 1; the longer prefix wins",
            "10.1.2.7: line 2, 10.1.2.0/24, Tower, Berlin",
            "192.0.2.1: in no row",
        ]
    );
    let counts =
        "4 networks (1 of IPv6) of 1 buildings; 3 inside, 1 with ExpressRoute, 1 VPN; digest ";
    assert!(lines[4].starts_with(counts), "{text}");
}

#[test]
fn a_right_file_is_one_json_object() {
    let output = check(FILE, &["--json", "--address", "2001:db8::1", "--address", "192.0.2.1"]);
    assert!(output.status.success());
    let outcome: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(outcome["accepted"], true);
    let counts = json!({"networks": 4, "ipv6_networks": 1, "buildings": 1, "inside_corp": 3, "express_route": 1, "vpn": 1});
    assert_eq!(outcome["counts"], counts);
    let overlap =
        json!({"line": 2, "network": "10.1.2.0/24", "within_line": 1, "within": "10.0.0.0/8"});
    assert_eq!(outcome["overlaps"][0], overlap);
    let row = &outcome["addresses"][0]["row"];
    assert_eq!(
        (&row["line"], &row["name"], &row["vpn"]),
        (&json!(4), &json!("Tunnel"), &json!(true))
    );
    assert_eq!(outcome["addresses"][1], json!({"address": "192.0.2.1", "row": null}));
}

#[test]
fn a_wrong_file_is_refused_with_every_error() {
    let wrong = FILE.replace("24,Tower", "33,Tower");
    let output = check(&wrong, &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = text(&output);
    assert!(text.starts_with("line 2, NetworkRange: \"33\" is no prefix length"), "{text}");
    assert!(text.contains("\nline 3, NetworkRange: "), "{text}");
    let output = check(&wrong, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let outcome: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let error = &outcome["errors"][1];
    assert_eq!((&error["line"], &error["column"]), (&json!(3), &json!("NetworkRange")));
    assert_eq!((&outcome["accepted"], &outcome["errors_not_listed"]), (&json!(false), &json!(0)));
}

#[test]
fn what_is_no_address_is_named() {
    let output = check(FILE, &["--address", "tower"]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8(output.stderr).expect("it is UTF-8");
    assert!(errors.contains("it is no address of a network"), "{errors}");
}
