//! Every number has a definition, and every definition a number.

use std::collections::BTreeSet;

use call_records::definitions::{Scope, telephone_day, trunk_day};
use pstn_logs::{SIP_CLASSES_VERSION, SipClass, Sums, Trunk, VERSION};
use serde_json::Value;

fn fields(of: impl serde::Serialize) -> BTreeSet<String> {
    let Value::Object(fields) = serde_json::to_value(of).unwrap() else { panic!("no object") };
    fields.into_iter().map(|(name, _)| name).collect()
}

fn ids(scope: Scope) -> BTreeSet<String> {
    scope.definitions().iter().map(|definition| definition.id.to_owned()).collect()
}

#[test]
fn every_number_of_the_logs_has_a_definition_and_every_definition_a_number() {
    let mut numbers = fields(Sums::default());
    // Made of the others, or counted by day, when it is asked for.
    let others = [telephone_day::END_UNKNOWN, telephone_day::VANISHED, telephone_day::UNDATED];
    numbers.extend(others.map(|definition| definition.id.to_owned()));
    assert_eq!(numbers, ids(Scope::TelephoneDay));
}

#[test]
fn every_number_of_a_trunk_has_a_definition_and_every_definition_a_number() {
    let mut numbers = fields(Trunk::default());
    assert!(numbers.remove("classes"));
    numbers.extend(SipClass::ALL.map(|class| class.as_str().to_owned()));
    numbers.insert(trunk_day::NETWORK_EFFECTIVENESS_RATIO.id.to_owned());
    assert_eq!(numbers, ids(Scope::TrunkDay));
}

#[test]
fn versions_are_those_of_the_code_that_counts() {
    let newest = |scope: Scope| scope.definitions().iter().map(|it| it.version).max();
    assert_eq!(newest(Scope::TelephoneDay), Some(VERSION));
    assert_eq!(trunk_day::NETWORK_EFFECTIVENESS_RATIO.version, SIP_CLASSES_VERSION);
}
