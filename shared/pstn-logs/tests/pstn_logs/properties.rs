//! What holds for all rows.

use proptest::prelude::*;
use pstn_logs::{DayLogs, Log, LogRow, Sums, decode_page};
use serde_json::{Value, json};

fn word() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(vec![
            "user_in", "ByotOut", "conf_in", "EUR", "+49301", "+1***", "x", ""
        ])
        .prop_map(Value::from),
        Just(Value::Null),
        any::<i32>().prop_map(Value::from),
    ]
}

fn row() -> impl Strategy<Value = Value> {
    let words = prop::collection::vec(word(), 6);
    (any::<u32>(), words, any::<u16>(), -9_999_999..9_999_999_i64, any::<Option<bool>>()).prop_map(
        |(id, words, duration, micros, successful)| {
            json!({"id": id.to_string(), "callType": words[0], "userId": words[1],
                "callerNumber": words[2], "calleeNumber": words[3], "currency": words[4],
                "trunkFullyQualifiedDomainName": words[5], "duration": duration,
                "charge": format!("{}", pstn_logs::Micros(micros)), "successfulCall": successful})
        },
    )
}

fn of_rows(rows: &[LogRow]) -> DayLogs {
    let mut day = DayLogs::default();
    rows.iter().for_each(|row| day.add(row));
    day
}

proptest! {
    #[test]
    fn every_breakdown_adds_up_to_the_rows_in_whatever_order(
        rows in prop::collection::vec(row(), 0..20),
        log in prop::sample::select(vec![Log::Pstn, Log::DirectRouting]),
        turn in 0..20_usize,
    ) {
        let page = json!({ "value": rows });
        let mut rows = decode_page(page.to_string().as_bytes(), log).unwrap().rows;
        let day = of_rows(&rows);
        let charged: i64 = rows.iter().filter_map(|row| row.pstn.as_ref()?.charge).map(|it| it.0).sum();
        let total = day.total();
        prop_assert_eq!(total.charges.values().map(|sum| sum.0).sum::<i64>(), charged);
        prop_assert_eq!(total.legs, u64::try_from(rows.len()).unwrap());
        for by in [&day.countries, &day.licenses, &day.operators] {
            let mut sum = Sums::default();
            by.values().for_each(|of| sum.merge(of));
            prop_assert_eq!(&sum, &total);
        }
        for trunk in day.trunks.values() {
            prop_assert_eq!(trunk.classes.values().sum::<u64>(), trunk.attempts);
            prop_assert!(trunk.effective() <= trunk.attempts);
        }
        // Stored and read again, and in another order.
        let turn = turn % rows.len().max(1);
        rows.rotate_left(turn);
        let again: Vec<LogRow> =
            serde_json::from_value(serde_json::to_value(&rows).unwrap()).unwrap();
        prop_assert_eq!(&of_rows(&again), &day);
        let (first, second) = rows.split_at(turn);
        let mut merged = of_rows(first);
        merged.merge(&of_rows(second));
        prop_assert_eq!(&merged, &day);
        let stored: DayLogs = serde_json::from_str(&serde_json::to_string(&day).unwrap()).unwrap();
        prop_assert_eq!(stored, day);
    }

    #[test]
    fn whatever_comes_is_read_or_refused(text in "\\PC{0,60}", cut in 0..400_usize) {
        let _ = decode_page(text.as_bytes(), Log::Pstn);
        let page = include_str!("../../../../tests/payloads/pstn-calls-v1.json");
        let _ = decode_page(&page.as_bytes()[..cut.min(page.len())], Log::Pstn);
    }
}
