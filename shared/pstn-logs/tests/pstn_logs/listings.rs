//! Listings in whatever order they are taken in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use pstn_logs::{DayRows, Log, LogRow, decode_page};
use serde_json::json;

/// A listing of a day: whether it covers the day, and a state of some of the rows.
type Listed = (bool, BTreeMap<u8, u8>);

fn listed() -> impl Strategy<Value = Listed> {
    (any::<bool>(), prop::collection::btree_map(0..4_u8, 0..3_u8, 0..4))
}

fn row(id: u8, seconds: u8) -> LogRow {
    let row = json!({"id": id.to_string(), "duration": seconds,
        "startDateTime": "2026-11-20T10:00:00Z"});
    let page = json!({ "value": [row] }).to_string();
    decode_page(page.as_bytes(), Log::Pstn).unwrap().rows.remove(0)
}

fn at(place: usize) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + i64::try_from(place).unwrap()).unwrap()
}

/// What the listings say, by definition: the row of the last one that has it, those that cover the day
/// before the others.
fn by_definition(listings: &[Listed]) -> BTreeMap<String, (u32, bool)> {
    let newest = listings.iter().rposition(|(covers, _)| *covers);
    let mut rows = BTreeMap::new();
    for id in 0..4_u8 {
        let having = listings.iter().enumerate().filter(|(_, (_, rows))| rows.contains_key(&id));
        let Some((place, (covers, rows_of))) =
            having.max_by_key(|(place, (covers, _))| (*covers, *place))
        else {
            continue;
        };
        let vanished = *covers && Some(place) != newest;
        rows.insert(id.to_string(), (u32::from(rows_of[&id]), vanished));
    }
    rows
}

proptest! {
    #[test]
    fn in_any_order_and_repeated_the_rows_are_those_of_the_last_listings(
        listings in prop::collection::vec(listed(), 0..7),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..7),
        reload in any::<bool>(),
    ) {
        let mut day = DayRows::default();
        let places = (0..listings.len()).map(|place| (place, false));
        // Each once, and some before and again.
        let repeated = order.iter().filter(|_| !listings.is_empty());
        let repeated = repeated.map(|index| (index.index(listings.len()), true));
        for (place, _) in repeated.chain(places) {
            let (covers, rows) = &listings[place];
            let rows = rows.iter().map(|(id, seconds)| row(*id, *seconds));
            day.take_in(Log::Pstn, at(place), *covers, rows);
            if reload {
                day = DayRows::new(day.listed_at().clone(), day.rows().cloned().collect());
            }
        }
        let kept: BTreeMap<_, _> = day
            .rows()
            .map(|kept| {
                let seconds = kept.row.duration_seconds.unwrap();
                (kept.row.id.clone(), (seconds, day.has_vanished(kept)))
            })
            .collect();
        prop_assert_eq!(kept, by_definition(&listings));
        let newest = listings.iter().rposition(|(covers, _)| *covers).map(at);
        prop_assert_eq!(day.listed_at().get(&Log::Pstn).copied(), newest);
        // Taking in the last one again changes nothing.
        if let Some((covers, rows)) = listings.last() {
            let rows = rows.iter().map(|(id, seconds)| row(*id, *seconds));
            let change = day.take_in(Log::Pstn, at(listings.len() - 1), *covers, rows);
            prop_assert_eq!(change, pstn_logs::Change::Nothing);
        }
    }
}
