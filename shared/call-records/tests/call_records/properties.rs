//! What holds for every record.

use std::collections::BTreeMap;

use call_records::{
    AudioClassifier, Call, CallBuilder, Seconds, decode_list, decode_participants, decode_record,
    decode_sessions,
};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::invented::{HOME, at, call, endpoint, person, record, service};

fn identity() -> impl Strategy<Value = Value> {
    let name = prop_oneof![Just(Value::Null), "[A-C]".prop_map(Value::from)];
    let id = prop_oneof![
        4 => (1_u32..4).prop_map(|n| person(n)["id"].clone()),
        1 => Just(json!("+4930123456")),
        1 => Just(json!("teamsvisitor:01")),
        1 => Just(Value::Null),
    ];
    (id, name).prop_map(|(id, name)| json!({"id": id, "displayName": name, "tenantId": HOME}))
}

fn end() -> impl Strategy<Value = Value> {
    let platform = prop_oneof![Just("windows"), Just("iOS"), Just("web")];
    let feedback = prop_oneof![
        3 => Just(Value::Null),
        1 => Just(json!({"rating": "notRated"})),
        1 => Just(json!({"rating": "bad", "tokens": {"Echo": true}})),
        1 => Just(json!({"rating": "good"})),
    ];
    let person = (identity(), platform, feedback).prop_map(|(identity, platform, feedback)| {
        let mut end = endpoint(identity);
        end["userAgent"]["platform"] = json!(platform);
        end["feedback"] = feedback;
        end
    });
    // As old records have it: a kind and nothing but a name.
    let kind = prop_oneof![Just("guest"), Just("phone"), Just("user")];
    let other = prop_oneof![Just(""), Just("A"), Just("B")];
    let named = (kind, "[A-C]", other).prop_map(|(kind, name, other)| {
        let mut end = endpoint(json!({"id": null, "displayName": other}));
        end["identity"] = json!({kind: {"id": null, "displayName": name}, "device": {"id": null}});
        end
    });
    let role = prop_oneof![
        Just("voicemail"),
        Just("skypeForBusinessCallQueues"),
        Just("mediationServer"),
        Just("skypeForBusinessAutoAttendant"),
        Just("mediaController"),
        Just("unknown"),
    ];
    let identity_of_service = prop_oneof![2 => identity(), 1 => Just(Value::Null)];
    let of_service = (identity_of_service, role).prop_map(
        |(identity, role)| json!({"associatedIdentity": identity, "userAgent": {"role": role}}),
    );
    prop_oneof![8 => person, 2 => named, 2 => Just(service()), 3 => of_service]
}

fn media() -> impl Strategy<Value = Value> {
    let connection = prop_oneof![Just("wifi"), Just("wired"), Just("unknown")];
    let direction = prop_oneof![Just("callerToCallee"), Just("calleeToCaller")];
    let label = prop_oneof![Just("main-audio"), Just("main-video"), Just("data")];
    (label, connection, direction, 0_u32..2_000, prop::option::of(0_u32..60)).prop_map(
        |(label, connection, direction, packets, jitter)| {
            json!({
                "label": label,
                "callerNetwork": {"connectionType": connection, "wifiSignalStrength": packets % 100},
                "calleeNetwork": {"connectionType": "wired"},
                "callerDevice": {"captureDeviceName": format!("Microphone {}", packets % 3)},
                "streams": [{
                    "streamId": (packets % 4 > 0).then(|| (packets % 4).to_string()),
                    "streamDirection": direction,
                    "packetUtilization": packets,
                    "averageJitter": jitter.map(|ms| format!("PT0.{ms:03}S")),
                    "averageVideoFrameRate": jitter,
                }],
            })
        },
    )
}

/// A session of a few people, ids and times, so that they meet, repeat and overlap.
fn session() -> impl Strategy<Value = Value> {
    let stage = prop_oneof![
        4 => Just(Value::Null),
        1 => Just(json!({"stage": "callSetup", "reason": "set-up"})),
        1 => Just(json!({"stage": "midcall", "reason": "mid-call"})),
    ];
    let length =
        prop_oneof![6 => (-20_i64..300).prop_map(Some), 1 => Just(Some(0)), 1 => Just(None)];
    let modalities = prop::sample::subsequence(vec!["audio", "video", "data"], 0..=3);
    let media = prop::collection::vec(media(), 0..3);
    let id = prop_oneof![6 => "[a-d]".prop_map(Value::from), 1 => Just(Value::Null)];
    (id, end(), end(), 0_i64..1_000, length, modalities, stage, media).prop_map(
        |(id, caller, callee, start, length, modalities, stage, media)| {
            json!({
                "id": id, "caller": caller, "callee": callee, "modalities": modalities,
                "startDateTime": at(start), "endDateTime": length.map(|length| at(start + length)),
                "failureInfo": stage, "segments": [{"id": id, "media": media}],
            })
        },
    )
}

/// A record with at least one session.
pub(crate) fn any_record() -> impl Strategy<Value = Value> {
    let call_type = prop_oneof![Just("peerToPeer"), Just("groupCall"), Just("unknown")];
    let organizer = prop::option::of(identity());
    let listed = prop::collection::vec((identity(), prop::option::of("entry-0[1-3]")), 0..3);
    let sessions = prop::collection::vec(session(), 1..8);
    (call_type, sessions, organizer, listed).prop_map(|(call_type, sessions, organizer, listed)| {
        let mut record = record(call_type, sessions);
        record["organizer_v2"] =
            organizer.map_or(Value::Null, |o| json!({"identity": {"user": o}}));
        record["participants_v2"] = listed
            .into_iter()
            .map(|(user, id)| json!({"id": id, "identity": {"user": user}}))
            .collect();
        record
    })
}

pub(crate) fn sessions_of(record: &mut Value) -> &mut Vec<Value> {
    record["sessions"].as_array_mut().unwrap()
}

/// The lengths in everybody's part.
fn durations(call: &Call) -> BTreeMap<String, BTreeMap<String, Option<Seconds>>> {
    let of_part = |part: &call_records::Participation| {
        let named =
            part.modalities.iter().chain(part.platforms.iter()).chain(part.connections.iter());
        let talk = ("talk".to_owned(), part.talk_seconds);
        named.map(|(name, seconds)| (name.clone(), *seconds)).chain([talk]).collect()
    };
    call.people.iter().map(|(key, part)| (key.to_string(), of_part(part))).collect()
}

/// Any JSON, with keys that mean something.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("id"),
        Just("version"),
        Just("sessions"),
        Just("caller"),
        Just("identity"),
        Just("user"),
        Just("value"),
        Just("segments"),
        Just("media"),
        Just("streams"),
        Just("startDateTime"),
        Just("feedback"),
        Just("tokens"),
        Just("modalities"),
        Just("associatedIdentity"),
        Just("participants_v2"),
        Just("organizer_v2"),
        Just("displayName"),
        Just("averageJitter"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "P?T?[0-9.,]{0,25}[WDHMS]".prop_map(Value::from),
        "[+-]?[0-9]{1,6}-[0-9]{2}-[0-9]{2}T[0-9:.]{0,24}(Z|[+-][0-9:]{1,6})".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let members =
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            members.prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// Puts `replacement` somewhere into `value`, as `places` say.
fn mutate(value: &mut Value, places: &[Index], replacement: Value) {
    let Some((place, places)) = places.split_first() else {
        *value = replacement;
        return;
    };
    match value {
        Value::Array(elements) if !elements.is_empty() => {
            let index = place.index(elements.len());
            mutate(&mut elements[index], places, replacement);
        }
        Value::Object(members) if !members.is_empty() => {
            let index = place.index(members.len());
            mutate(members.iter_mut().nth(index).unwrap().1, places, replacement);
        }
        other => *other = replacement,
    }
}

/// Decodes as everything, and makes a call of what is a record.
fn decode_as_everything(bytes: &[u8]) {
    let _ = decode_list(bytes);
    let _ = decode_participants(bytes);
    let sessions = decode_sessions(bytes);
    let Ok(page) = decode_record(bytes) else {
        return;
    };
    let mut builder = CallBuilder::new(Some(HOME), AudioClassifier::CqdClassic);
    builder.record(&page.record);
    builder.participants(&page.participants.value);
    builder.sessions(&page.sessions.value);
    if let Ok(sessions) = sessions {
        builder.sessions(&sessions.value);
    }
    if let Ok(call) = builder.finish() {
        let _ = (call.totals(), call.day());
    }
}

proptest! {
    #[test]
    fn the_order_of_sessions_does_not_matter(
        record in any_record(),
        order in prop::collection::vec(any::<u32>(), 8),
    ) {
        let mut shuffled = record.clone();
        let mut order = order.into_iter();
        sessions_of(&mut shuffled).sort_by_cached_key(|_| order.next());
        prop_assert_eq!(call(&shuffled), call(&record));
    }

    #[test]
    fn the_size_of_pages_does_not_matter(record in any_record(), size in 1_usize..4) {
        let page = decode_record(record.to_string().as_bytes()).unwrap();
        let mut builder = CallBuilder::new(Some(HOME), AudioClassifier::default());
        builder.record(&page.record);
        builder.participants(&page.participants.value);
        for sessions in page.sessions.value.chunks(size) {
            builder.sessions(sessions);
        }
        prop_assert_eq!(builder.finish().unwrap(), call(&record));
    }

    #[test]
    fn a_repeated_session_changes_only_the_number_of_sessions(
        record in any_record(),
        which in any::<Index>(),
        place in any::<Index>(),
    ) {
        let mut repeated = record.clone();
        let sessions = sessions_of(&mut repeated);
        let again = sessions[which.index(sessions.len())].clone();
        // Without an id it would be another session.
        prop_assume!(again["id"].is_string());
        sessions.insert(place.index(sessions.len() + 1), again);
        let (once, mut twice) = (call(&record), call(&repeated));
        prop_assert_eq!(twice.sessions, once.sessions + 1);
        twice.sessions = once.sessions;
        twice.sessions_with_media = once.sessions_with_media;
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn a_session_in_two_halves_is_as_long_as_in_one(
        record in any_record(),
        which in any::<Index>(),
        nanoseconds in any::<u64>(),
    ) {
        let mut halved = record.clone();
        let sessions = sessions_of(&mut halved);
        let first = which.index(sessions.len());
        let time = |key: &str| sessions[first][key].as_str()?.parse::<Timestamp>().ok();
        if let (Some(start), Some(end)) = (time("startDateTime"), time("endDateTime")) && start < end {
            let (start, end) = (start.as_nanosecond(), end.as_nanosecond());
            let middle = start + i128::from(nanoseconds) % (end - start);
            let middle = Timestamp::from_nanosecond(middle).unwrap().to_string();
            let mut second = sessions[first].clone();
            second["id"] = json!("second half");
            second["startDateTime"] = json!(middle);
            sessions[first]["endDateTime"] = json!(middle);
            sessions.push(second);
        }
        prop_assert_eq!(durations(&call(&halved)), durations(&call(&record)));
    }

    #[test]
    fn nobody_talks_longer_than_they_are_there_nor_than_the_sum_of_their_sessions(
        record in any_record(),
    ) {
        let call = call(&record);
        for part in call.people.values() {
            let talk = part.talk_seconds.unwrap_or_default();
            if let (Some(joined), Some(left)) = (part.first_joined_at, part.last_left_at)
                && part.talk_seconds.is_some()
            {
                let there = left.as_millisecond() - joined.as_millisecond();
                prop_assert!(talk.as_millis() <= there);
            }
            for (_, seconds) in part.platforms.iter().chain(part.modalities.iter()).chain(part.connections.iter()) {
                prop_assert!(seconds.unwrap_or_default() <= talk);
            }
            prop_assert_eq!(part.attended, part.talk_seconds.map(|talk| talk > Seconds::ZERO));
            prop_assert!(part.poor_legs <= part.legs && part.legs <= part.sessions);
            prop_assert!(u32::try_from(part.feedback.len()).unwrap() <= part.feedback_objects);
        }
    }

    #[test]
    fn the_outcomes_of_peer_to_peer_calls_add_up(record in any_record(), sessions in 0_usize..9) {
        let mut record = record;
        sessions_of(&mut record).truncate(sessions);
        let call = call(&record);
        let peer_to_peer = i64::from(call.call_type.as_str() == "peerToPeer" && !call.is_test);
        let totals = call.call_totals();
        let of_calls = ["answered", "voicemail", "unanswered", "failed", "outcome_unknown"];
        let sum: i64 = of_calls.iter().map(|name| totals.get(name)).sum();
        prop_assert_eq!(sum, peer_to_peer);
        let company = ["calls_internal_only", "calls_external", "calls_relation_unknown"];
        let sum: i64 = company.iter().map(|name| totals.get(name)).sum();
        prop_assert_eq!(sum, i64::from(!call.is_test));
        for part in call.people.values() {
            let totals = call.participation_totals(part);
            let of_people = ["answered", "missed", "unanswered", "failed", "outcome_unknown"];
            let sum: i64 = of_people.iter().map(|name| totals.get(name)).sum();
            prop_assert_eq!(sum, peer_to_peer, "{:?}", part);
            let taken = totals.get("missed_voicemail") + totals.get("missed_taken");
            prop_assert!(taken <= totals.get("missed"));
            let sum: i64 = company.iter().map(|name| totals.get(name)).sum();
            prop_assert_eq!(sum + totals.get("calls_alone"), i64::from(!call.is_test));
            prop_assert!(part.outcome.as_str() != "voicemail", "{:?}", part);
        }
    }

    #[test]
    fn a_service_is_no_person(record in any_record()) {
        let call = call(&record);
        for service in call.services.keys() {
            prop_assert!(!call.people.contains_key(service), "{service}");
        }
        for part in call.people.values() {
            for other in &part.counterparts {
                prop_assert!(call.people.contains_key(other), "{other}");
            }
        }
        let people = i64::try_from(call.people.len()).unwrap();
        if !call.is_test {
            prop_assert_eq!(call.totals().get("participants"), people);
        }
    }

    #[test]
    fn the_organisation_counts_no_leg_and_no_stream_more_often_than_its_people(record in any_record()) {
        let call = call(&record);
        let sum = |of: fn(&call_records::Participation) -> u32| {
            call.people.values().map(of).map(u64::from).sum::<u64>()
        };
        let streams = |streams: &call_records::StreamCounts| streams.good + streams.poor + streams.unclassified;
        let at_most = sum(|part| {
            let streams = &part.audio_streams;
            streams.good + streams.poor + streams.unclassified
        });
        prop_assert!(u64::from(streams(&call.audio_streams)) <= at_most);
        prop_assert!(call.poor_legs <= call.legs && call.dropped_legs <= call.established_legs);
        for part in call.people.values() {
            prop_assert!(part.poor_sent <= part.judged_sent);
            prop_assert!(part.poor_received <= part.judged_received);
            prop_assert!(part.dropped_legs <= part.established_legs);
            prop_assert_eq!(part.dropped, part.dropped_legs > 0);
        }
    }

    #[test]
    fn totals_are_the_sum_of_their_parts_under_plain_names(record in any_record()) {
        let call = call(&record);
        let mut sum = call.call_totals();
        for part in call.people.values() {
            sum = sum.checked_add(&call.participation_totals(part).prefixed("people_")).unwrap();
        }
        prop_assert_eq!(&sum, &call.totals());
        for (name, value) in sum.iter() {
            prop_assert!(value > 0, "{name}");
            prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{name}");
        }
    }

    #[test]
    fn a_call_is_read_back_as_it_was_written(record in any_record()) {
        let call = call(&record);
        let json = serde_json::to_vec(&call).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Call>(&json).unwrap(), call);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        decode_as_everything(&bytes);
    }

    #[test]
    fn no_json_makes_it_panic(json in any_json()) {
        decode_as_everything(json.to_string().as_bytes());
        let mut record = record("groupCall", vec![json]);
        decode_as_everything(record.to_string().as_bytes());
        record["version"] = json!("1");
        decode_as_everything(record.to_string().as_bytes());
    }

    #[test]
    fn no_change_to_a_record_makes_it_panic(
        record in any_record(),
        places in prop::collection::vec(any::<Index>(), 1..9),
        replacement in any_json(),
    ) {
        let mut mutated = record;
        mutate(&mut mutated, &places, replacement);
        decode_as_everything(mutated.to_string().as_bytes());
    }

    #[test]
    fn no_changed_byte_of_a_record_makes_it_panic(
        record in any_record(),
        place in any::<Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = record.to_string().into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        decode_as_everything(&bytes);
        decode_as_everything(&bytes[..place]);
    }
}
