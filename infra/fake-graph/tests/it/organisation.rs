//! The invented organisation has everything that it is meant to have.

use std::collections::{BTreeSet, HashMap, HashSet};

use fake_graph::organisation::{CallKind, Fault, InventedCall, Organisation, Plan};
use serde_json::Value;

/// The first calls of a plan are one of each kind.
const KINDS: usize = 26;

fn plan(calls: usize, seed: u64) -> Plan {
    Plan {
        people: 200,
        calls,
        seed,
        day: jiff::civil::date(2026, 3, 2),
        tenant_id: fake_graph::TENANT_ID.to_owned(),
        fault: None,
    }
}

fn of_kind(organisation: &Organisation, kind: CallKind) -> &InventedCall {
    organisation.calls.iter().find(|call| call.kind == kind).expect("one of each kind")
}

fn last(call: &InventedCall) -> &Value {
    call.versions.last().expect("at least one version")
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// Every string under that key, anywhere in the value.
fn texts(value: &Value, key: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                if name == key {
                    found.extend(value.as_str().map(str::to_owned));
                }
                texts(value, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, key, found)),
        _ => {}
    }
}

#[test]
fn the_same_plan_gives_the_same_calls_and_another_seed_gives_others() {
    let one = Organisation::invent(&plan(60, 1));
    let again: Vec<_> = Organisation::calls(&plan(60, 1)).collect();
    assert_eq!(one.calls.len(), 60);
    for (call, again) in one.calls.iter().zip(&again) {
        assert_eq!(call.versions, again.versions);
    }
    let other = Organisation::invent(&plan(60, 2));
    let ids: HashSet<_> = one.calls.iter().map(|call| &call.id).collect();
    assert!(other.calls.iter().all(|call| !ids.contains(&call.id)));
}

#[test]
fn a_thousand_calls_have_ids_of_their_own_and_versions_that_rise() {
    let organisation = Organisation::invent(&plan(1_000, 7));
    let ids: HashSet<_> = organisation.calls.iter().map(|call| &call.id).collect();
    assert_eq!(ids.len(), 1_000);
    let mut changed = 0;
    for call in &organisation.calls {
        let versions: Vec<_> =
            call.versions.iter().map(|record| record["version"].as_i64().unwrap()).collect();
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
        // A missed call gets no feedback: its later version may say nothing new.
        let differ =
            call.versions.windows(2).any(|pair| pair[0]["sessions"] != pair[1]["sessions"]);
        changed += usize::from(differ);
    }
    assert!((80..300).contains(&changed), "{changed} calls changed");
    let kinds: HashSet<_> = organisation.calls.iter().map(|call| call.kind).collect();
    assert_eq!(kinds.len(), KINDS);
}

#[test]
fn the_large_meeting_takes_several_pages_of_both() {
    let organisation = Organisation::invent(&plan(1, 3));
    let record = last(of_kind(&organisation, CallKind::LargeMeeting));
    assert_eq!(list(record, "participants_v2").len(), 300);
    assert!(list(record, "sessions").len() > 300, "some come back or have two devices");
    let meeting = Organisation::meeting(&plan(1, 3), 1_000, 1);
    assert_eq!(list(last(&meeting), "sessions").len(), 1_000);
    assert_eq!(list(last(&meeting), "participants_v2").len(), 1_000);
    let people: HashSet<_> =
        list(last(&meeting), "participants_v2").iter().map(|party| party["id"].as_str()).collect();
    assert_eq!(people.len(), 1_000);
}

#[test]
fn calls_without_an_answer_last_no_time_and_failed_ones_say_why() {
    let organisation = Organisation::invent(&plan(16, 4));
    for kind in [CallKind::Missed, CallKind::Failed] {
        let record = last(of_kind(&organisation, kind));
        assert_eq!(record["startDateTime"], record["endDateTime"]);
        assert_eq!(list(&record["sessions"][0]["segments"][0], "media").len(), 0);
    }
    let failed = last(of_kind(&organisation, CallKind::Failed));
    assert_eq!(failed["sessions"][0]["failureInfo"]["stage"], "callSetup");
    let dropped = last(of_kind(&organisation, CallKind::Dropped));
    assert_eq!(dropped["sessions"][0]["failureInfo"]["stage"], "midcall");
    assert_ne!(dropped["startDateTime"], dropped["endDateTime"]);
}

#[test]
fn a_queue_repeats_session_ids_and_an_escalated_call_leaves_an_empty_leg() {
    let organisation = Organisation::invent(&plan(16, 5));
    let queue = last(of_kind(&organisation, CallKind::Queue));
    let mut times_seen: HashMap<_, usize> = HashMap::new();
    for session in list(queue, "sessions") {
        *times_seen.entry(session["id"].as_str()).or_default() += 1;
    }
    assert_eq!(
        times_seen.values().max(),
        Some(&2),
        "the caller's with the attendant and the queue"
    );
    let escalated = last(of_kind(&organisation, CallKind::Escalated));
    let leg = &escalated["sessions"][0];
    assert_eq!(leg["id"], escalated["id"]);
    assert_eq!(leg["startDateTime"], leg["endDateTime"]);
    assert!(leg["caller"]["associatedIdentity"].is_object());
    assert!(leg["callee"]["associatedIdentity"].is_object());
}

#[test]
fn a_correction_moves_a_call_to_the_day_before() {
    for seed in 0..20 {
        let call = Organisation::calls(&plan(16, seed)).nth(13).unwrap();
        assert_eq!(call.kind, CallKind::AcrossMidnight);
        let days: Vec<_> = call
            .versions
            .iter()
            .map(|record| record["startDateTime"].as_str().unwrap()[..10].to_owned())
            .collect();
        assert_eq!(days, ["2026-03-03", "2026-03-02"], "seed {seed}");
        assert!(last(&call)["endDateTime"].as_str().unwrap().starts_with("2026-03-03"));
    }
}

#[test]
fn the_list_of_participants_is_wrong_where_it_is_meant_to_be() {
    let organisation = Organisation::invent(&plan(16, 6));
    let record = last(of_kind(&organisation, CallKind::Mislisted));
    let listed: HashSet<_> =
        list(record, "participants_v2").iter().map(|party| &party["id"]).collect();
    let present: HashSet<_> = list(record, "sessions")
        .iter()
        .map(|session| &session["caller"]["associatedIdentity"]["id"])
        .collect();
    assert_eq!(present.difference(&listed).count(), 1);
    assert_eq!(listed.difference(&present).count(), 1);
}

#[test]
fn a_day_shows_every_kind_of_participant_platform_network_and_rating() {
    let organisation = Organisation::invent(&plan(1_000, 8));
    let mut found: HashMap<&str, BTreeSet<String>> = HashMap::new();
    for record in organisation.calls.iter().map(last) {
        for key in [
            "platform",
            "connectionType",
            "networkTransportProtocol",
            "relayIPAddress",
            "wifiBand",
            "rating",
            "productFamily",
            "type",
        ] {
            texts(record, key, found.entry(key).or_default());
        }
        texts(record, "id", found.entry("id").or_default());
    }
    let has = |key: &str, wanted: &[&str]| {
        for value in wanted {
            assert!(found[key].contains(*value), "no {key} {value}");
        }
    };
    has("platform", &["windows", "macOS", "web", "iOS", "android", "ipPhone", "roomSystem"]);
    has("platform", &["unknown", "smartGlasses"]);
    has("connectionType", &["wired", "wifi", "mobile", "tunnel", "unknown"]);
    has("networkTransportProtocol", &["udp", "tcp", "unknown"]);
    assert!(found["relayIPAddress"].iter().any(|address| address.starts_with("203.0.113.")));
    has("wifiBand", &["frequency24GHz", "frequency50GHz"]);
    has("rating", &["notRated", "bad", "poor", "fair", "good", "excellent"]);
    has("productFamily", &["teams", "azureCommunicationServices", "unknown"]);
    has("type", &["peerToPeer", "groupCall", "unknown"]);
    for prefix in ["teamsvisitor:", "8:acs:", "+447700900", "+1"] {
        assert!(found["id"].iter().any(|id| id.starts_with(prefix)), "no participant is {prefix}");
    }
}

#[test]
fn some_records_have_retired_identities_and_some_no_types() {
    let organisation = Organisation::invent(&plan(300, 9));
    let count = |has: &dyn Fn(&Value) -> bool| {
        organisation.calls.iter().filter(|call| has(last(call))).count()
    };
    let retired = count(&|record| record["sessions"][0]["caller"]["identity"].is_object());
    let untyped = count(&|record| record["sessions"][0]["caller"]["@odata.type"].is_null());
    let verbose = count(&|record| {
        record["sessions"][0]["caller"].as_object().unwrap().get("feedback") == Some(&Value::Null)
    });
    for (what, share) in [("retired", retired), ("untyped", untyped), ("verbose", verbose)] {
        assert!((5..150).contains(&share), "{share} of 300 are {what}");
    }
}

#[test]
fn every_invented_record_decodes() {
    let organisation = Organisation::invent(&plan(200, 10));
    for call in &organisation.calls {
        for record in &call.versions {
            let page = call_records::decode_record(record.to_string().as_bytes()).unwrap();
            assert_eq!(page.sessions.value.len(), list(record, "sessions").len());
            assert_eq!(page.participants.value.len(), list(record, "participants_v2").len());
        }
    }
}

#[test]
fn networks_are_what_clients_report_and_now_and_then_are_odd() {
    let organisation = Organisation::invent(&plan(1_000, 11));
    let mut found: HashMap<&str, BTreeSet<String>> = HashMap::new();
    for record in organisation.calls.iter().map(last) {
        for key in [
            "ipAddress",
            "subnet",
            "reflexiveIPAddress",
            "basicServiceSetIdentifier",
            "dnsSuffix",
            "captureDeviceName",
            "renderDeviceName",
        ] {
            texts(record, key, found.entry(key).or_default());
        }
    }
    let has = |key: &str, start: &str| {
        assert!(found[key].iter().any(|text| text.starts_with(start)), "no {key} is {start}…");
    };
    for (key, starts) in [
        // The office, home by two kinds of providers, a VPN, under way; a loopback.
        (
            "ipAddress",
            &["10.1.1.", "192.168.", "2001:db8:3:", "10.201.", "100.64.", "127.0.0.1"][..],
        ),
        ("reflexiveIPAddress", &["198.19.1.", "198.18.1.", "2001:db8:3:", "[2001:db8:3:"]),
        ("basicServiceSetIdentifier", &["00-00-5E-00-53-", "02-00-5E-", "00-00-00-00-00-00"]),
        ("dnsSuffix", &["corp.contoso.example", "CORP.contoso.example", "home.arpa"]),
        ("captureDeviceName", &["Headset Microphone (Quietree 65)", "Headset Microphone (2- "]),
        ("renderDeviceName", &["Headset Earphone (Quietree 65)", "Conference Speaker 2"]),
    ] {
        starts.iter().for_each(|start| has(key, start));
    }
    assert!(found["ipAddress"].contains(""), "an unknown address is an empty text");
    has("subnet", "172.20.9.0");
    assert!(
        found["ipAddress"].iter().any(|address| address.contains('.') && address.contains(':'))
    );
}

#[test]
fn a_fault_makes_streams_poor_and_changes_nothing_else() {
    for fault in Fault::ALL {
        let whole = Organisation::invent(&plan(200, 12));
        let broken = Organisation::invent(&Plan { fault: Some(fault), ..plan(200, 12) });
        assert_eq!(broken.planted.as_ref().map(|planted| planted.fault), Some(fault));
        let mut differ = 0;
        for (call, as_it_was) in broken.calls.iter().zip(&whole.calls) {
            assert_eq!((&call.id, call.kind), (&as_it_was.id, as_it_was.kind));
            differ += usize::from(call.versions != as_it_was.versions);
            let without_streams = |call: &InventedCall| {
                let mut versions = call.versions.clone();
                versions.iter_mut().for_each(remove_streams);
                versions
            };
            assert_eq!(without_streams(call), without_streams(as_it_was));
        }
        assert!((10..180).contains(&differ), "{fault:?}: {differ} of 200 calls differ");
    }
}

fn remove_streams(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("streams");
            map.values_mut().for_each(remove_streams);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_streams),
        _ => {}
    }
}
