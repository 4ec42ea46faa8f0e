use std::collections::BTreeMap;

use call_table::ledger::totals;
use jiff::civil::date;

use super::*;

fn config() -> TableConfig {
    TableConfig::new("calls")
}

fn of(entries: &[(&str, i64)]) -> Totals {
    entries
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect::<BTreeMap<_, _>>()
        .into()
}

fn keys_of(actions: &[Action]) -> Vec<String> {
    let key = |action: &Action| {
        let request = action.request().unwrap();
        let update = request.update().unwrap();
        item::place(update.key())
    };
    actions.iter().map(key).collect()
}

#[test]
fn a_replacement_on_the_same_day_is_one_action_with_the_difference() {
    let (old, new) = (of(&[("calls", 1), ("talk_ms", 500)]), of(&[("calls", 1), ("talk_ms", 700)]));
    let day = date(2026, 11, 23);
    let actions =
        replace(&config(), Owner::Organisation(3), Some((day, &old)), Some((day, &new))).unwrap();
    assert_eq!(keys_of(&actions), ["TOTAL#03 DAY#2026-11-23"]);
    let request = actions[0].request().unwrap();
    let update = request.update().unwrap();
    assert_eq!(update.expression_attribute_values().unwrap()[":0"], n(200));
    assert!(update.update_expression().starts_with("ADD #0 :0 SET "));
}

#[test]
fn a_replacement_that_changes_no_number_is_no_action() {
    let totals = of(&[("calls", 1)]);
    let day = Some((date(2026, 11, 23), &totals));
    assert!(replace(&config(), Owner::Organisation(3), day, day).unwrap().is_empty());
}

#[test]
fn a_call_that_moved_across_midnight_leaves_one_day_and_enters_another() {
    let totals = of(&[("calls", 1)]);
    let actions = replace(
        &config(),
        Owner::Organisation(3),
        Some((date(2026, 11, 22), &totals)),
        Some((date(2026, 11, 23), &totals)),
    )
    .unwrap();
    assert_eq!(keys_of(&actions), ["TOTAL#03 DAY#2026-11-22", "TOTAL#03 DAY#2026-11-23"]);
}

#[test]
fn more_totals_than_an_expression_holds_go_into_further_items() {
    let many: Totals =
        (0..600).map(|name| (format!("platform_{name}"), 1)).collect::<BTreeMap<_, _>>().into();
    let person = "user:a".parse().unwrap();
    let actions =
        replace(&config(), Owner::Person(&person), None, Some((date(2026, 11, 23), &many)))
            .unwrap();
    assert_eq!(
        keys_of(&actions),
        [
            "PERSON#user:a DAY#2026-11-23",
            "PERSON#user:a DAY#2026-11-23#2",
            "PERSON#user:a DAY#2026-11-23#3",
        ]
    );
    for action in &actions {
        let request = action.request().unwrap();
        assert!(request.update().unwrap().update_expression().len() < 4_096);
    }
}

#[test]
fn an_expiry_is_no_total() {
    let item = Item::from([
        ("calls".to_owned(), n(3)),
        (EXPIRES_AT.to_owned(), n(1_800_000_000)),
        ("day".to_owned(), s("2026-11-23")),
    ]);
    assert_eq!(totals(&item).unwrap(), of(&[("calls", 3)]));
}
