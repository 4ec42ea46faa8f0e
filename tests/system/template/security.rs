//! SECURITY.md names the tests that show what it claims.

use std::path::Path;

use super::read::{at_the_top, text_of};

/// The functions of every test and program in a folder.
fn functions_below(folder: &Path, found: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_test_that_the_threat_table_names_exists() {
    let text = text_of("SECURITY.md");
    let (_, table) = text.split_once("| shown by the test |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mut sources = String::new();
    for folder in ["functions", "infra", "shared", "tests"] {
        functions_below(&at_the_top(folder), &mut sources);
    }
    let mut named = 0;
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        let last = line.trim_end_matches('|').rsplit('|').next().unwrap();
        for name in last.split('`').skip(1).step_by(2) {
            assert!(sources.contains(&format!("fn {name}(")), "there is no test {name}");
            named += 1;
        }
    }
    assert!(named > 15, "{named}");
}
