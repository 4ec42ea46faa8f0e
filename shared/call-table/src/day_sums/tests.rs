use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::item::{Item, n, s};

/// What days add up to after these answers, or why they do not.
fn sums(answers: &[&str]) -> Result<Vec<(Date, Totals)>, TableError> {
    let days = DaySums::default();
    for answer in answers {
        let taking = days.interceptor();
        taking.rest_of(Bytes::copy_from_slice(answer.as_bytes()));
        days.add(&taking)?;
    }
    days.into_totals()
}

fn answer(items: &Value) -> String {
    json!({ "Count": 1, "Items": items, "ScannedCount": 1 }).to_string()
}

#[test]
fn the_items_of_several_answers_add_up_by_day_as_each_item_does() {
    let (first, second) = ("2026-11-23", "2026-11-24");
    let stored: [(&str, &[(&str, i64)]); 4] = [
        (first, &[("c", 3), ("t", 1_500), ("cm.wf", 7)]),
        // Written before there were short names, and in an overflow item.
        ("2026-11-23#2", &[("calls", 4), ("A\"name", 1)]),
        (second, &[("c", 5), ("s", -2)]),
        (second, &[("s", 2)]),
    ];
    let items = stored.map(|(day, numbers)| {
        let mut item = json!({
            "expires_at": { "N": "1800000000" },
            "by_day": { "S": "DAY#2026-11-23" },
            "flags": { "L": [{ "BOOL": true }, { "NULL": true }] },
        });
        for (name, number) in numbers {
            item[name] = json!({ "N": number.to_string() });
        }
        item["sk"] = json!({ "S": format!("DAY#{day}") });
        item
    });
    let mut expected = BTreeMap::<Date, Totals>::new();
    for (day, numbers) in stored {
        let numbers = numbers.iter().map(|(name, number)| ((*name).to_owned(), n(*number)));
        let item: Item = numbers.chain([("by_day".to_owned(), s("DAY#2026-11-23"))]).collect();
        let sum = expected.entry(day[..10].parse().unwrap()).or_default();
        ledger::accumulate(sum, &ledger::totals(&item).unwrap()).unwrap();
    }
    let [one, two, three, four] = items;
    let answers = [answer(&json!([one, two, three])), answer(&json!([])), answer(&json!([four]))];
    let sums = sums(&answers.each_ref().map(String::as_str)).unwrap();
    assert_eq!(sums, expected.into_iter().collect::<Vec<_>>());
    assert_eq!(sums[0].1.get("calls"), 7);
}

#[test]
fn the_sdk_is_left_all_but_the_items() {
    let whole = json!({
        "ConsumedCapacity": { "CapacityUnits": 12.5, "TableName": "calls" },
        "Items": [{ "sk": { "S": "DAY#2026-11-23" }, "c": { "N": "1" } }],
        "LastEvaluatedKey": { "pk": { "S": "TOTAL#03" } },
        "ScannedCount": 1,
    });
    let rest = DaySums::default().interceptor().rest_of(whole.to_string().into());
    let mut expected = whole;
    expected.as_object_mut().unwrap().remove("Items");
    assert_eq!(serde_json::from_slice::<Value>(&rest).unwrap(), expected);
}

#[rstest]
#[case::no_integer(json!({ "sk": { "S": "DAY#2026-11-23" }, "c": { "N": "1.5" } }), "c of TOTAL#03 DAY#2026-11-23 is no integer")]
#[case::out_of_range(json!({ "sk": { "S": "DAY#2026-11-23" }, "c": { "N": "9223372036854775807" } }), "the total c is out of range at TOTAL#03 DAY#2026-11-23")]
#[case::no_date(json!({ "sk": { "S": "callRecords" }, "c": { "N": "1" } }), "TOTAL#03 callRecords has no date in its key")]
fn an_item_that_cannot_be_added_is_named(#[case] mut item: Value, #[case] expected: &str) {
    item["pk"] = json!({ "S": "TOTAL#03" });
    let one = json!({ "sk": { "S": "DAY#2026-11-23" }, "c": { "N": "1" } });
    let error = sums(&[&answer(&json!([one, item]))]).unwrap_err();
    assert_eq!(error, TableError::Corrupt(expected.to_owned()));
}

#[rstest]
#[case("{\"Items\":[{\"sk\":{\"S\":\"DAY#2026-11-23\"},\"c\":{\"N\":\"1\"")]
#[case("{\"Items\":[{\"c\":{\"N\":1}}]}")]
#[case("<html>")]
fn nothing_is_added_of_an_answer_that_is_none(#[case] broken: &str) {
    let days = DaySums::default();
    let taking = days.interceptor();
    // The SDK gets it as it came, refuses it and sends the request again.
    assert_eq!(taking.rest_of(Bytes::copy_from_slice(broken.as_bytes())), broken);
    assert!(days.add(&taking).is_err());
    assert_eq!(days.into_totals().unwrap(), []);
}
