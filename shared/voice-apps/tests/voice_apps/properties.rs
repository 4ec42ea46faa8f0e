//! What holds for the visits of every call.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use voice_apps::{BOUNDS, DayVoiceApps};

use super::day;

fn end() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0..4_u8).prop_map(|who| json!({"associatedIdentity": {"id": format!("person-{who}")}})),
        (0..2_u8).prop_map(|which| json!({"associatedIdentity": {"id": format!("+4930{which}")}})),
        (0..3_u8, any::<bool>()).prop_map(|(which, is_queue)| {
            let role = if is_queue { "skypeForBusinessCallQueues" } else { "skypeForBusinessAutoAttendant" };
            json!({"associatedIdentity": {"id": format!("app-{which}")}, "userAgent": {"role": role}})
        }),
        Just(json!({"associatedIdentity": {"id": "person-0"}, "userAgent": {"role": "voicemail"}})),
        Just(json!({"userAgent": {"platform": "unknown"}})),
    ]
}

fn time() -> impl Strategy<Value = Value> {
    prop_oneof![
        9 => (0..120_i64).prop_map(|seconds| {
            Timestamp::from_second(1_800_000_000 + seconds).unwrap().to_string().into()
        }),
        1 => Just(Value::Null),
    ]
}

fn session() -> impl Strategy<Value = Value> {
    (end(), end(), time(), time(), prop::sample::select(vec![Value::Null, "callSetup".into()]))
        .prop_map(|(caller, callee, start, end, stage)| {
            json!({"caller": caller, "callee": callee, "startDateTime": start, "endDateTime": end,
                "failureInfo": {"stage": stage}})
        })
}

fn record() -> impl Strategy<Value = Value> {
    let organizer = prop_oneof![Just(Value::Null), Just(json!({"id": "person-0"}))];
    (prop::collection::vec(session(), 0..9), organizer, time(), any::<bool>()).prop_map(
        |(sessions, organizer, end, is_group)| {
            json!({"id": "call", "version": 1, "type": if is_group { "groupCall" } else { "peerToPeer" },
                "startDateTime": "2027-01-15T08:00:00Z", "endDateTime": end,
                "organizer_v2": organizer, "sessions": sessions})
        },
    )
}

fn now() -> impl Strategy<Value = Timestamp> {
    any::<bool>().prop_map(|is_old| {
        let age = if is_old { 200_000 } else { 300 };
        Timestamp::from_second(1_800_000_000 + age).unwrap()
    })
}

fn assert_adds_up(day: &DayVoiceApps) {
    for app in day.apps.values() {
        let of = &app.counts;
        assert_eq!(of.offered, of.settled() + of.unknown + of.not_final);
        let waits = [
            (&of.answered_wait, of.answered),
            (&of.abandoned_wait, of.abandoned),
            (&of.passed_on_wait, of.voicemail + of.forwarded),
        ];
        for (waits, calls) in waits {
            assert_eq!(waits.known + waits.unknown, calls);
            assert_eq!(waits.buckets().map(|(_, calls)| calls).sum::<u64>(), waits.known);
            assert!(waits.longest_ms <= waits.ms);
            let within = BOUNDS.map(|bound| waits.within(bound));
            assert!(within.is_sorted() && within.iter().all(|within| *within <= waits.known));
        }
        let agents = || app.agents.values().map(|agent| agent.counts);
        assert!(agents().all(|of| of.rung == of.answered + of.not_taken));
        assert_eq!(agents().map(|of| of.answered).sum::<u64>(), of.answered);
        assert!(of.not_final == 0 || day.final_at.is_some());
    }
}

proptest! {
    #[test]
    fn every_visit_is_counted_once_and_the_order_of_sessions_does_not_matter(
        records in prop::collection::vec(record(), 1..4),
        now in now(),
        turn in 0..9_usize,
    ) {
        let whole = day(&records, now);
        assert_adds_up(&whole);
        // In another order of sessions and of records, and from one day or of several.
        let mut turned = records.clone();
        turned.reverse();
        for record in &mut turned {
            let sessions = record["sessions"].as_array_mut().unwrap();
            let turn = turn % sessions.len().max(1);
            sessions.rotate_left(turn);
        }
        let mut merged = DayVoiceApps::default();
        for record in &turned {
            let one = day([record], now);
            let stored = DayVoiceApps::from_bytes(&one.to_bytes().unwrap()).unwrap();
            merged.merge(&stored);
        }
        merged.final_at = whole.final_at;
        prop_assert_eq!(&merged, &whole);
        // What is not kept stays in the sum.
        let rung = |day: &DayVoiceApps| -> u64 {
            let kept = day.apps.values().flat_map(|app| app.agents.values());
            let others = day.apps.values().filter_map(|app| app.other_agents);
            kept.map(|agent| agent.counts.rung).chain(others.map(|it| it.counts.rung)).sum()
        };
        let mut cut = whole.clone();
        cut.keep_busiest_agents(1);
        prop_assert!(cut.apps.values().all(|app| app.agents.len() <= 1));
        prop_assert_eq!(rung(&cut), rung(&whole));
    }
}
