//! The tests that README.md of this package names for each promise and proof exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Adds the names of all tests in the sources below a folder.
fn collect_tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let mut is_test = false;
            for line in source.lines().map(str::trim_start) {
                is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                if let Some((_, function)) = line.split_once("fn ")
                    && !line.starts_with("//")
                    && std::mem::take(&mut is_test)
                {
                    found.extend(function.split('(').next().map(str::to_owned));
                }
            }
        }
    }
}

/// The names in the tables of promises and of proofs.
fn named_in_the_readme() -> Vec<String> {
    let readme = fs::read_to_string(root().join("tests/README.md")).unwrap();
    let (_, tables) = readme.split_once("## The promises and their tests").unwrap();
    let (tables, _) = tables.split_once("## What none of this can show").unwrap();
    let quoted = tables.split('`').skip(1).step_by(2);
    // Commands name a test, or the beginning of one, among their words.
    let words = quoted.flat_map(str::split_whitespace);
    let is_name = |word: &&str| {
        word.matches('_').count() >= 3 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    words.filter(is_name).map(str::to_owned).collect()
}

#[test]
fn every_test_that_the_readme_names_exists() {
    let mut existing = BTreeSet::new();
    for folder in ["functions", "shared", "infra", "tests"] {
        collect_tests(&root().join(folder), &mut existing);
    }
    let named = named_in_the_readme();
    assert!(named.len() >= 9 * 2, "{} tests are named for nine promises", named.len());
    for name in named {
        let exists = existing.range(name.clone()..).next().is_some_and(|it| it.starts_with(&name));
        assert!(exists, "tests/README.md names {name}, which does not exist");
    }
}
