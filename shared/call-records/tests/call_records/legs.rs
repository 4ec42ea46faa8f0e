//! What holds for the legs of every record.

use call_records::{
    AudioClassifier, Call, CallBuilder, LegQuality, Quality, decode_record, decode_record_facts,
};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::invented::{self, HOME};
use crate::properties::{any_record, sessions_of};

/// The call, and its people's legs.
fn with_legs(record: &Value) -> (Call, Vec<LegQuality>) {
    let json = record.to_string();
    let page = decode_record(json.as_bytes()).unwrap();
    let facts = decode_record_facts(json.as_bytes()).unwrap();
    assert_eq!(facts.len(), page.sessions.value.len());
    let mut builder = CallBuilder::new(Some(HOME), AudioClassifier::default());
    builder.record(&page.record);
    builder.participants(&page.participants.value);
    builder.sessions_with_facts(&page.sessions.value, &facts);
    let detail = builder.finish_in_detail().unwrap();
    (detail.call, detail.legs)
}

proptest! {
    #[test]
    fn the_legs_of_a_person_add_up_to_their_part(record in any_record()) {
        let (call, legs) = with_legs(&record);
        prop_assert_eq!(&call, &invented::call(&record));
        for part in call.people.values() {
            let legs: Vec<_> = legs.iter().filter(|leg| leg.person == part.person).collect();
            let streams = |sent: bool, at_least: Quality| {
                let all = legs.iter().flat_map(|leg| &leg.streams);
                all.filter(|it| it.sent == sent && it.quality >= at_least).count()
            };
            let of_part =
                [part.judged_sent, part.poor_sent, part.judged_received, part.poor_received];
            let of_legs = [(true, Quality::Good), (true, Quality::Poor), (false, Quality::Good), (false, Quality::Poor)]
                .map(|(sent, at_least)| u32::try_from(streams(sent, at_least)).unwrap());
            prop_assert_eq!(of_legs, of_part);
            let number = |holds: fn(&LegQuality) -> bool| {
                u32::try_from(legs.iter().filter(|leg| holds(leg)).count()).unwrap()
            };
            prop_assert_eq!(number(|_| true), part.sessions);
            prop_assert_eq!(number(|leg| leg.established), part.established_legs);
            prop_assert_eq!(number(|leg| leg.dropped), part.dropped_legs);
        }
    }

    #[test]
    fn neither_the_order_of_sessions_nor_their_repetition_changes_legs(
        record in any_record(),
        order in prop::collection::vec(any::<u32>(), 16),
        which in any::<Index>(),
    ) {
        let mut shuffled = record.clone();
        let mut order = order.into_iter();
        let sessions = sessions_of(&mut shuffled);
        // Without ids, sessions are identified by their places.
        sessions.retain(|session| session["id"].is_string());
        prop_assume!(!sessions.is_empty());
        let mut record = record;
        *sessions_of(&mut record) = sessions.clone();
        let again = sessions[which.index(sessions.len())].clone();
        sessions.push(again);
        sessions.sort_by_cached_key(|_| order.next());
        prop_assert_eq!(with_legs(&shuffled).1, with_legs(&record).1);
    }
}
