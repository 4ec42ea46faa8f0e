//! `teams-calls forget` says first what it would remove.

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use teams_calls::data_file::DataFile;

use crate::{command, data};

fn forget(data: &Path, person: &str, options: &[&str]) -> Output {
    let arguments = ["forget", person, "--data", data.to_str().unwrap()];
    let mut command = command(&[&arguments, options].concat());
    command.stdin(Stdio::null()).output().unwrap()
}

fn person(data: &Path) -> String {
    let arguments = [
        "report",
        "people",
        "--format",
        "json",
        "--data",
        data.to_str().unwrap(),
        "--sort",
        "calls",
    ];
    let output = command(&arguments).output().unwrap();
    let people: Value = serde_json::from_slice(&output.stdout).unwrap();
    people["data"]["people"]["rows"][0]["person"].as_str().unwrap().to_owned()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn nothing_is_removed_before_it_was_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let person = person(&data);

    // Nobody can have confirmed where there is no terminal.
    let asked = forget(&data, &person, &[]);
    assert_eq!(asked.status.code(), Some(1), "{}", text(&asked.stderr));
    assert!(text(&asked.stdout).starts_with("would be removed from "), "{}", text(&asked.stdout));
    assert!(text(&asked.stderr).contains("nothing was removed: give --confirm"));

    let preview = forget(&data, &person, &["--dry-run", "--json"]);
    assert!(preview.status.success());
    let would: Value = serde_json::from_slice(&preview.stdout).unwrap();
    let would = &would["would_remove"];
    assert!(would["calls"].as_u64() > Some(0), "{would}");

    let confirmed = forget(&data, &person, &["--confirm", "--json"]);
    assert!(confirmed.status.success(), "{}", text(&confirmed.stderr));
    let forgotten: Value = serde_json::from_slice(&confirmed.stdout).unwrap();
    for count in ["calls", "participations", "days"] {
        assert_eq!(forgotten[count], would[count], "{count}");
    }
    let nothing = forget(&data, &person, &["--dry-run", "--json"]);
    let nothing: Value = serde_json::from_slice(&nothing.stdout).unwrap();
    assert_eq!(
        nothing["would_remove"],
        json!({"calls": 0, "participations": 0, "days": 0, "telephone_rows": 0})
    );

    let both = forget(&data, &person, &["--confirm", "--dry-run"]);
    assert_eq!(both.status.code(), Some(2), "one excludes the other");
}

#[test]
fn a_file_that_another_process_uses_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path());
    let _in_use = DataFile::lock(&data).unwrap();
    for arguments in [&["forget", "user:ada", "--confirm"][..], &["recompute"], &["report", "days"]]
    {
        let mut command = command(&[arguments, &["--data", data.to_str().unwrap()]].concat());
        let refused = command.output().unwrap();
        assert!(!refused.status.success());
        let sentence = text(&refused.stderr);
        assert!(sentence.contains("is in use by another process"), "{sentence}");
    }
}
