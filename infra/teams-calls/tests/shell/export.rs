//! `teams-calls export`: days as Parquet, and searching them.

use std::path::Path;

use serde_json::Value;

use crate::{command, data};

fn export(arguments: &[&str], folder: &Path) -> (i32, String, String) {
    let ran = command(&["export"]).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (ran.status.code().unwrap(), text(&ran.stdout), text(&ran.stderr))
}

#[test]
fn a_directory_has_every_day_and_is_written_again_only_where_something_changed() {
    let folder = tempfile::tempdir().unwrap();
    data(folder.path());
    let write = ["--data", "table", "--to", "lake", "--json"];
    let (code, out, errors) = export(&write, folder.path());
    assert_eq!(code, 0, "{errors}");
    let first: Value = serde_json::from_str(&out).unwrap();
    let days = first["exported"].as_array().unwrap();
    assert!(!days.is_empty() && days.iter().all(|day| day["adds_up"] == true), "{first}");
    let lake = folder.path().join("lake");
    for name in ["manifest.json", "schema.md", "schema.json"] {
        assert!(lake.join(name).is_file(), "{name}");
    }
    let day = days[0]["day"].as_str().unwrap();
    for table in ["calls", "participations", "sessions", "streams", "services", "person_days"] {
        assert!(lake.join(format!("{table}/day={day}/{table}.parquet")).is_file(), "{table}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(lake.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
    let (code, out, _) = export(&write, folder.path());
    let second: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, second["exported"].as_array().unwrap().len()), (0, 0));
    // Other settings of privacy are another lake.
    let (_, out, _) = export(&[&write[..], &["--people", "pseudonyms"]].concat(), folder.path());
    let third: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(third["exported"].as_array().unwrap().len(), days.len());
}

#[test]
fn a_search_finds_a_person_by_id_and_fails_then() {
    let folder = tempfile::tempdir().unwrap();
    data(folder.path());
    let (code, _, errors) = export(&["--data", "table", "--to", "lake"], folder.path());
    assert_eq!(code, 0, "{errors}");
    let people = command(&["report", "people", "--format", "json", "--data", "table"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let people: Value = serde_json::from_slice(&people.stdout).unwrap();
    let person = people["data"]["people"]["rows"][0]["person"].as_str().unwrap();
    let (code, out, _) = export(&["search", "--to", "lake", person], folder.path());
    assert_eq!(code, 1);
    assert!(out.contains("participations") && out.contains(": person,"), "{out}");
    let unknown = "user:00000000-0000-4000-8000-00000000dead";
    let (code, out, _) = export(&["search", "--to", "lake", unknown], folder.path());
    assert_eq!(code, 0, "{out}");
    assert!(out.starts_with("not found in"), "{out}");
    let (code, _, errors) = export(&["search", "--to", "nowhere", unknown], folder.path());
    assert_eq!(code, 1);
    assert!(errors.contains("there is no directory nowhere"), "{errors}");
}
