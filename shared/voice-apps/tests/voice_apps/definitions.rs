//! Every number has a definition, and every definition a number.

use std::collections::BTreeSet;

use call_records::definitions::{Scope, voice_app_day};
use serde_json::Value;
use voice_apps::{AgentCounts, AppCounts, VERSION, quotients};

fn fields(of: impl serde::Serialize) -> BTreeSet<String> {
    let Value::Object(fields) = serde_json::to_value(of).unwrap() else { panic!("no object") };
    fields.into_iter().map(|(name, _)| name).collect()
}

fn ids(scope: Scope) -> BTreeSet<String> {
    scope.definitions().iter().map(|definition| definition.id.to_owned()).collect()
}

#[test]
fn every_number_of_a_queue_has_a_definition_and_every_definition_a_number() {
    let mut numbers = fields(AppCounts::default());
    numbers
        .extend(quotients(&AppCounts::default(), 20).iter().map(|it| it.definition.id.to_owned()));
    // Made of the waits when it is asked for.
    numbers.insert(voice_app_day::LONGEST_WAIT.id.to_owned());
    assert_eq!(numbers, ids(Scope::VoiceAppDay));
}

#[test]
fn every_number_of_an_agent_has_a_definition_and_every_definition_a_number() {
    assert_eq!(fields(AgentCounts::default()), ids(Scope::AgentDay));
}

#[test]
fn the_version_of_all_is_no_older_than_that_of_any() {
    let scopes = [Scope::VoiceAppDay, Scope::AgentDay];
    let versions = scopes.into_iter().flat_map(Scope::definitions).map(|it| it.version);
    assert_eq!(versions.max(), Some(VERSION));
}
