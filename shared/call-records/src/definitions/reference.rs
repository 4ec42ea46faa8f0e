//! All definitions as a document.

use std::fmt::Write as _;

use super::{Definition, Scope};
use crate::{AudioClassifier, VideoClassifier};

/// What belongs to no number alone: people and services, sessions, streams, outcomes.
const RULES: &str = include_str!("rules.md");

/// The rules and all definitions as Markdown, a table for each scope: what `NUMBERS.md` holds.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(
        "# What each number means\n\nMade of the code by `cargo run -p call-records --example numbers`; a test holds it against it.\n\n\
         `*` stands for what came on the wire. A total that is not there is 0, and a number \
         without a reason to be blank never is. In the organisation's \
         totals, the sum over all people of a number of *person and day* is named `people_…`. \
         Versions rise when the number may differ for the same record.\n",
    );
    text.push('\n');
    text.push_str(RULES);
    for scope in Scope::ALL {
        let heading = format!("\n## {}\n\n", capitalised(&scope.to_string()));
        text.push_str(&heading);
        text.push_str("| id | version | unit | meaning | blank |\n|---|---|---|---|---|\n");
        for definition in scope.definitions() {
            let Definition { id, version, unit, blank, .. } = definition;
            let meaning = definition.meaning();
            let _ = writeln!(text, "| `{id}` | {version} | {unit} | {meaning} | {blank} |");
        }
    }
    text.push_str("\n## Classifiers\n\n| id | version | of | poor when |\n|---|---|---|---|\n");
    for classifier in AudioClassifier::ALL {
        let (id, version) = (classifier.id(), classifier.version());
        let _ = writeln!(text, "| `{id}` | {version} | audio | {} |", classifier.poor_when());
    }
    let (id, version) = (VideoClassifier.id(), VideoClassifier.version());
    let _ =
        writeln!(text, "| `{id}` | {version} | video, screen | {} |", VideoClassifier::POOR_WHEN);
    text
}

fn capitalised(text: &str) -> String {
    let (first, rest) = text.split_at(text.len().min(1));
    first.to_ascii_uppercase() + rest
}
