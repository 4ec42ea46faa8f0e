use rstest::rstest;

use super::*;
use call_table::item::{key, n, s};

fn person(attribute: &str, value: AttributeValue) -> Item {
    let mut item = key("CALL#c", "PERSON#phone:+15550100");
    item.insert(attribute.to_owned(), value);
    item
}

fn sentences(stored: &Item, recomputed: &Item) -> Vec<String> {
    let mut differences = Vec::new();
    items(stored, recomputed, &mut differences);
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn a_number_that_differs_is_shown_with_both_values() {
    assert_eq!(
        sentences(&person("talk_seconds", n(12)), &person("talk_seconds", n("25.547"))),
        ["CALL#c PERSON#phone:…00: talk_seconds is 12, but the pages give 25.547"]
    );
}

#[test]
fn a_name_that_differs_is_not_shown() {
    assert_eq!(
        sentences(
            &person("display_name", s("Robin Sample")),
            &person("display_name", s("Robin Invented"))
        ),
        ["CALL#c PERSON#phone:…00: display_name is some text, but the pages give some text"]
    );
}

#[test]
fn a_difference_inside_a_map_is_named_with_its_path() {
    let map = |value| AttributeValue::M([("audio".to_owned(), n(value))].into());
    assert_eq!(
        sentences(&person("modalities", map(1)), &person("modalities", map(2))),
        ["CALL#c PERSON#phone:…00: modalities.audio is 1, but the pages give 2"]
    );
}

#[rstest]
#[case(n("1.50"), n("1.5"), true)]
#[case(n("1E2"), n("100"), true)]
#[case(n("9007199254740993"), n("9007199254740992"), false)]
#[case(n("1"), n("2"), false)]
#[case(s("1"), n("1"), false)]
fn numbers_are_equal_however_they_are_written(
    #[case] one: AttributeValue,
    #[case] other: AttributeValue,
    #[case] equal: bool,
) {
    assert_eq!(same(Some(&one), Some(&other)), equal);
}

#[test]
fn items_that_only_one_side_has_are_listed() {
    let (mut differences, here) = (Vec::new(), |sk| key("CALL#c", sk));
    sets(
        vec![here("SESSION#1"), here("SESSION#2")],
        vec![here("SESSION#2"), here("SESSION#3")],
        &mut differences,
    );
    let sentences: Vec<_> = differences.iter().map(ToString::to_string).collect();
    assert_eq!(
        sentences,
        ["CALL#c SESSION#3 is missing", "CALL#c SESSION#1 is stored, but the pages do not give it"]
    );
}
