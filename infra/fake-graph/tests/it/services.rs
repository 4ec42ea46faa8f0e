//! The invented organisation's calls with services, failures and tests.

use std::collections::BTreeSet;

use fake_graph::organisation::{CallKind, InventedCall, Organisation, Plan, calls_on};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::Value;

const VIRTUAL_ASSISTANT: &str = "9e133cac-5238-4d1e-aaa0-d8ff4ca23f4e";
const SEEDS: std::ops::Range<u64> = 0..12;

fn plan(calls: usize, seed: u64) -> Plan {
    Plan {
        people: 50,
        calls,
        seed,
        day: date(2026, 3, 2),
        tenant_id: fake_graph::TENANT_ID.to_owned(),
        fault: None,
    }
}

/// So many calls, the large meeting excepted, which takes longer to invent than all others.
fn some_calls(calls: usize, seed: u64) -> impl Iterator<Item = InventedCall> {
    Organisation::calls(&plan(calls, seed)).skip(1)
}

/// The last version of the call of that kind, by several seeds.
fn records(kind: CallKind) -> impl Iterator<Item = Value> {
    calls(kind).map(|mut call| call.versions.pop().expect("at least one version"))
}

fn calls(kind: CallKind) -> impl Iterator<Item = InventedCall> {
    SEEDS.map(move |seed| {
        // The first calls are one of each kind, in their order.
        let call = Organisation::calls(&plan(26, seed)).nth(kind as usize).expect("a call");
        assert_eq!(call.kind, kind);
        call
    })
}

fn sessions(record: &Value) -> &[Value] {
    record["sessions"].as_array().expect("sessions")
}

fn role(endpoint: &Value) -> Option<&str> {
    endpoint["userAgent"]["role"].as_str()
}

fn id(endpoint: &Value) -> Option<&str> {
    endpoint["associatedIdentity"]["id"].as_str()
}

fn time(value: &Value) -> Timestamp {
    value.as_str().and_then(|text| text.parse().ok()).expect("a time")
}

fn milliseconds(session: &Value) -> i128 {
    time(&session["startDateTime"]).duration_until(time(&session["endDateTime"])).as_millis()
}

fn media(session: &Value) -> Vec<&Value> {
    let segments = session["segments"].as_array().expect("segments").iter();
    segments.flat_map(|segment| segment["media"].as_array().expect("media")).collect()
}

fn packets(medium: &Value) -> u64 {
    let streams = medium["streams"].as_array().expect("streams").iter();
    streams.filter_map(|stream| stream["packetUtilization"].as_u64()).sum()
}

/// The caller's session with the service in that role.
fn with_role<'a>(record: &'a Value, wanted: &str) -> &'a Value {
    let caller = &record["organizer_v2"]["id"];
    let mut found = sessions(record).iter().filter(|session| {
        role(&session["callee"]) == Some(wanted)
            && session["caller"]["associatedIdentity"]["id"] == *caller
    });
    found.next().unwrap_or_else(|| panic!("no session with {wanted}"))
}

/// The sessions of the people who were rung.
fn of_agents(record: &Value) -> Vec<&Value> {
    let caller = record["organizer_v2"]["id"].as_str();
    let is_agents = |session: &&Value| {
        role(&session["caller"]).is_none()
            && id(&session["caller"]).is_some_and(|id| Some(id) != caller)
    };
    sessions(record).iter().filter(is_agents).collect()
}

fn listed(record: &Value) -> BTreeSet<&str> {
    let participants = record["participants_v2"].as_array().expect("participants").iter();
    participants.filter_map(|participant| participant["id"].as_str()).collect()
}

#[test]
fn an_answered_queue_call_has_an_attendant_a_queue_the_assistant_and_two_agents() {
    for record in records(CallKind::Queue) {
        let attendant = with_role(&record, "skypeForBusinessAutoAttendant");
        let queue = with_role(&record, "skypeForBusinessCallQueues");
        assert_eq!(attendant["endDateTime"], queue["startDateTime"]);
        assert_eq!(attendant["id"], queue["id"]);
        let assistant = sessions(&record)
            .iter()
            .find(|session| id(&session["caller"]) == Some(VIRTUAL_ASSISTANT))
            .expect("the assistant has a session");
        assert_eq!(id(&assistant["callee"]), id(&queue["callee"]));
        assert!(!listed(&record).contains(VIRTUAL_ASSISTANT));
        let [not_taken, answered] = of_agents(&record)[..] else { panic!("not two agents") };
        assert_eq!(milliseconds(not_taken), 0);
        assert_eq!(role(&not_taken["callee"]), Some("skypeForBusinessCallQueues"));
        assert!(milliseconds(answered) >= 15_000);
        assert_eq!(answered["endDateTime"], record["endDateTime"]);
        for agent in [not_taken, answered] {
            assert!(listed(&record).contains(id(&agent["caller"]).expect("an identity")));
        }
    }
}

#[test]
fn nobody_talks_in_an_abandoned_queue_call() {
    for record in records(CallKind::QueueAbandoned) {
        let queue = with_role(&record, "skypeForBusinessCallQueues");
        assert_eq!(queue["endDateTime"], record["endDateTime"]);
        assert!(!of_agents(&record).is_empty());
        assert!(of_agents(&record).into_iter().all(|session| milliseconds(session) == 0));
    }
}

#[test]
fn a_queue_without_an_agent_in_time_overflows_to_its_mailbox() {
    for record in records(CallKind::QueueVoicemail) {
        let queue = with_role(&record, "skypeForBusinessCallQueues");
        let mailbox = with_role(&record, "voicemail");
        assert_eq!(queue["endDateTime"], mailbox["startDateTime"]);
        assert_eq!(id(&queue["callee"]), id(&mailbox["callee"]));
        assert!(milliseconds(mailbox) > 0);
        assert!(of_agents(&record).into_iter().all(|session| milliseconds(session) == 0));
    }
}

#[test]
fn of_nested_attendants_only_the_first_is_shown() {
    for record in records(CallKind::NestedAttendant) {
        let attendants = sessions(&record)
            .iter()
            .filter(|session| role(&session["callee"]) == Some("skypeForBusinessAutoAttendant"));
        assert_eq!(attendants.count(), 1);
        let [answered] = of_agents(&record)[..] else { panic!("not one person") };
        let attendant = with_role(&record, "skypeForBusinessAutoAttendant");
        assert_eq!(attendant["endDateTime"], answered["startDateTime"]);
    }
}

#[test]
fn early_versions_lack_the_agents_and_later_ones_have_them() {
    for kind in [
        CallKind::Queue,
        CallKind::QueueAbandoned,
        CallKind::QueueVoicemail,
        CallKind::NestedAttendant,
    ] {
        for call in calls(kind) {
            let (early, later) = call.versions.split_first().expect("a version");
            assert!(!later.is_empty());
            assert!(of_agents(early).is_empty());
            with_role(early, "skypeForBusinessAutoAttendant");
            for record in later {
                let agents = of_agents(record);
                assert!(!agents.is_empty());
                for agent in agents {
                    let id = id(&agent["caller"]).expect("an identity");
                    assert!(!listed(early).contains(id) && listed(record).contains(id));
                }
            }
        }
    }
}

#[test]
fn some_resource_accounts_are_known_by_the_role_of_their_sessions_only() {
    let organisation = Organisation::invent(&plan(0, 3));
    let services: BTreeSet<_> = organisation.services.iter().map(|service| &*service.id).collect();
    assert!(organisation.people.iter().all(|person| !services.contains(&*person.id)));
    let mut kinds = BTreeSet::new();
    for call in some_calls(400, 3) {
        let record = call.versions.last().expect("a version");
        for participant in record["participants_v2"].as_array().expect("participants") {
            if services.contains(participant["id"].as_str().expect("an id")) {
                let set = participant["identity"].as_object().expect("a set").iter();
                kinds.extend(
                    set.filter(|(_, value)| value.is_object()).map(|(kind, _)| kind.clone()),
                );
            }
        }
    }
    let kinds: Vec<_> = kinds.iter().map(String::as_str).collect();
    assert_eq!(kinds, ["application", "applicationInstance", "user"]);
}

#[test]
fn the_mailbox_of_the_one_called_takes_a_peer_to_peer_call() {
    for record in records(CallKind::Voicemail) {
        assert_eq!(record["type"], "peerToPeer");
        let mailbox = sessions(&record).last().expect("a session");
        assert_eq!(role(&mailbox["callee"]), Some("voicemail"));
        assert!(milliseconds(mailbox) > 0);
        assert!(listed(&record).contains(id(&mailbox["callee"]).expect("an identity")));
        let [rung @ .., _] = sessions(&record) else { panic!("no session") };
        assert!(rung.iter().all(|session| milliseconds(session) == 0));
    }
}

#[test]
fn a_bot_records_a_meeting_and_is_listed_as_an_application() {
    for record in records(CallKind::RecordedMeeting) {
        let bot = sessions(&record)
            .iter()
            .find(|session| role(&session["caller"]) == Some("customBot"))
            .expect("the bot has a session");
        let participants = record["participants_v2"].as_array().expect("participants");
        let entry = participants
            .iter()
            .find(|participant| participant["id"].as_str() == id(&bot["caller"]))
            .expect("the bot is listed");
        assert!(entry["identity"]["application"].is_object());
    }
}

#[test]
fn every_session_of_a_test_call_is_a_test_and_no_other_session_is() {
    for call in some_calls(300, 4) {
        let record = call.versions.last().expect("a version");
        for session in sessions(record) {
            assert_eq!(session["isTest"], call.kind == CallKind::Test);
        }
    }
}

#[test]
fn a_mediation_server_stands_between_the_two_segments_of_a_session() {
    for record in records(CallKind::MediationServer) {
        let [session] = sessions(&record) else { panic!("not one session") };
        let [first, second] = &session["segments"].as_array().expect("segments")[..] else {
            panic!("not two segments")
        };
        assert_eq!(id(&first["caller"]), id(&session["caller"]));
        assert_eq!(role(&first["callee"]), Some("mediationServer"));
        assert_eq!(role(&second["caller"]), Some("mediationServer"));
        assert_eq!(id(&second["callee"]), id(&session["callee"]));
        assert_ne!(first["id"], second["id"]);
        assert_eq!(media(session).len(), 2);
    }
}

#[test]
fn a_call_that_fails_after_ringing_lasts_and_carries_nothing() {
    for record in records(CallKind::FailedAfterRinging) {
        let [session] = sessions(&record) else { panic!("not one session") };
        assert_eq!(session["failureInfo"]["stage"], "callSetup");
        assert!(milliseconds(session) >= 5_000);
        assert!(media(session).is_empty());
    }
}

#[test]
fn a_failed_join_of_a_meeting_carries_nothing() {
    for record in records(CallKind::FailedJoin) {
        let failed: Vec<_> = sessions(&record)
            .iter()
            .filter(|session| session["failureInfo"]["stage"] == "callSetup")
            .collect();
        let [failed] = failed[..] else { panic!("not one failed join") };
        assert!(media(failed).is_empty());
        let person = id(&failed["caller"]);
        assert!(listed(&record).contains(person.expect("an identity")));
        let of_person = sessions(&record).iter().filter(|session| id(&session["caller"]) == person);
        assert_eq!(of_person.count(), 1);
    }
}

#[test]
fn where_video_fails_in_set_up_audio_is_carried() {
    for record in records(CallKind::VideoFailed) {
        let [session] = sessions(&record) else { panic!("not one session") };
        assert_eq!(session["failureInfo"]["stage"], "callSetup");
        let media = media(session);
        assert_eq!(media.len(), 2);
        for medium in media {
            assert_eq!(packets(medium) > 0, medium["label"] == "main-audio");
        }
    }
}

#[test]
fn queues_take_a_twelfth_of_the_calls_and_tests_are_rare() {
    let kinds: Vec<_> = some_calls(1_000, 5).map(|call| call.kind).collect();
    let count = |wanted: &[CallKind]| kinds.iter().filter(|kind| wanted.contains(kind)).count();
    let queues = count(&[
        CallKind::Queue,
        CallKind::QueueAbandoned,
        CallKind::QueueVoicemail,
        CallKind::NestedAttendant,
    ]);
    assert!((55..105).contains(&queues), "{queues}");
    let tests = count(&[CallKind::Test]);
    assert!((3..25).contains(&tests), "{tests}");
}

#[test]
fn weekends_are_quieter_than_weekdays() {
    let week: Vec<_> = (2..9).map(|day| calls_on(date(2026, 3, day), 120)).collect();
    assert_eq!(week, [120, 120, 120, 120, 120, 12, 6]);
    assert_eq!(calls_on(date(2026, 3, 8), 1), 1);
}
