//! The rows of both logs of telephone calls that belong to an organisation's calls.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Organisation;
use super::people::guid;
use crate::PhoneLog;

/// The session border controllers of the organisation.
const TRUNKS: [&str; 2] = ["sbc1.voice.example.org", "sbc2.voice.example.org"];

/// How direct-routing attempts without a call record end: SIP code, Microsoft's subcode, phrase.
const FAILURES: [(i32, i32, &str); 6] = [
    (486, 560_486, "Busy Here"),
    (480, 560_480, "Temporarily Unavailable"),
    (487, 540_487, "Request Terminated"),
    (487, 540_200, "Call completed elsewhere"),
    (404, 560_404, "Not Found"),
    (503, 560_503, "Service Unavailable"),
];

/// Per call type of direct routing and of a calling plan: incoming and outgoing.
const USER_TYPES: [[&str; 2]; 2] = [["ByotIn", "ByotOut"], ["user_in", "user_out"]];
const SERVICE_TYPES: [[&str; 2]; 2] = [["ByotInUcap", "ByotOutUcap"], ["ucap_in", "ucap_out"]];
const CONFERENCE_TYPES: [[&str; 2]; 2] = [["oc_conf_in", "oc_conf_out"], ["conf_in", "conf_out"]];

impl Organisation {
    /// The rows of Graph's logs: one for each telephone in a call, as its last version has it, and some
    /// direct-routing attempts that came to nothing and have no call record. Half of the numbers come by
    /// direct routing, whose rows name the call record; the rest by a calling plan, whose rows do not. The same
    /// calls always give the same rows.
    #[must_use]
    pub fn telephone_rows(&self) -> Vec<(PhoneLog, Value)> {
        let records = self.calls.iter().filter_map(|call| call.versions.last());
        records.flat_map(|record| self.rows_of_record(record)).collect()
    }

    fn rows_of_record(&self, record: &Value) -> Vec<(PhoneLog, Value)> {
        let Some(id) = record["id"].as_str() else { return Vec::new() };
        let mut rng = Rng::with_seed(seed(id));
        let organizer = &record["organizer_v2"];
        let listed = record["participants_v2"].as_array();
        let participants = || listed.into_iter().flatten();
        let is_own = |member: &Member<'_>| self.people.iter().any(|party| party.id == member.id);
        // The person who talked, or the organiser of a meeting; where a queue answered no one is named.
        let user =
            participants().chain([organizer]).filter_map(|it| identity(it, "user")).find(is_own);
        let is_meeting = record["type"] == "groupCall" && participants().count() > 3;
        let mut rows = Vec::new();
        for phone in participants().filter_map(|it| identity(it, "phone")) {
            let is_incoming = is_meeting || identity(organizer, "phone").is_some();
            let by_plan = seed(phone.id) % 2 == 1;
            let words = match (is_meeting, &user) {
                (true, _) => CONFERENCE_TYPES,
                (false, Some(_)) => USER_TYPES,
                (false, None) => SERVICE_TYPES,
            };
            let word = words[usize::from(by_plan)][usize::from(!is_incoming)];
            rows.push(row(&mut rng, record, (id, word), phone.id, user.as_ref(), by_plan));
            if !by_plan && rng.u32(..5) == 0 {
                rows.push(failed_attempt(&mut rng, record, word, phone.id, user.as_ref()));
            }
        }
        rows.into_iter().flatten().collect()
    }
}

/// Who is in a call.
struct Member<'a> {
    id: &'a str,
    display_name: Option<&'a str>,
    user_principal_name: Option<&'a str>,
}

fn identity<'a>(participant: &'a Value, kind: &str) -> Option<Member<'a>> {
    let identity = &participant["identity"][kind];
    Some(Member {
        id: identity["id"].as_str()?,
        display_name: identity["displayName"].as_str(),
        user_principal_name: identity["userPrincipalName"].as_str(),
    })
}

fn row(
    rng: &mut Rng,
    record: &Value,
    (call_id, word): (&str, &str),
    number: &str,
    user: Option<&Member<'_>>,
    by_plan: bool,
) -> Option<(PhoneLog, Value)> {
    let time = |name: &str| record[name].as_str()?.parse::<Timestamp>().ok();
    let (start, end) = (time("startDateTime")?, time("endDateTime")?);
    // The telephone network's clock is another one.
    let start = start + SignedDuration::from_millis(rng.i64(0..2_000));
    let seconds = start.duration_until(end).as_secs().max(0);
    let end = start + SignedDuration::from_secs(seconds);
    let mut row = legs(rng, word, number, user);
    row["startDateTime"] = json!(start);
    row["endDateTime"] = json!(end);
    row["duration"] = json!(seconds);
    if by_plan {
        let minutes = seconds.div_euclid(60) + 1;
        let (country, currency) =
            if number.starts_with("+1") { ("US", "USD") } else { ("GB", "EUR") };
        let is_charged = word.contains("out");
        // Written as Graph does: a number with some decimals.
        let charge = format!("{}.{:04}", minutes * 119 / 10_000, minutes * 119 % 10_000);
        let charge = serde_json::from_str::<Value>(&charge).ok().filter(|_| is_charged);
        extend(
            &mut row,
            json!({
                "callId": format!("{}_{}@203.0.113.7", rng.u32(1_000_000..), rng.u32(1_000_000..)),
                "charge": charge.unwrap_or(json!(0)),
                "connectionCharge": if is_charged { json!(0.01) } else { json!(0) },
                "currency": currency,
                "usageCountryCode": country,
                "tenantCountryCode": "NO",
                "destinationName": null,
                "destinationContext": if is_charged { "International" } else { "Domestic" },
                "conferenceId": word.contains("conf").then(|| rng.u32(100_000_000..1_000_000_000).to_string()),
                "licenseCapability": if word.contains("conf") { "MCOMEETADV" } else { "MCOPSTN2" },
                "inventoryType": if word.contains("ucap") { "Service" } else { "Subscriber" },
                "operator": "Microsoft",
                "callDurationSource": "microsoft",
            }),
        );
        return Some((PhoneLog::Pstn, row));
    }
    // Case does not matter in it.
    row["correlationId"] = json!(call_id.to_uppercase());
    let code = (0, 540_000, "BYE");
    extend(&mut row, direct_routing(rng, start - SignedDuration::from_secs(3), None, code));
    Some((PhoneLog::DirectRouting, row))
}

/// An attempt of a minute before, that no call record has.
fn failed_attempt(
    rng: &mut Rng,
    record: &Value,
    word: &str,
    number: &str,
    user: Option<&Member<'_>>,
) -> Option<(PhoneLog, Value)> {
    let start: Timestamp = record["startDateTime"].as_str()?.parse().ok()?;
    let invited = start - SignedDuration::from_secs(rng.i64(70..120));
    let seconds = rng.i64(1..20);
    let failed = invited + SignedDuration::from_secs(seconds);
    let mut row = legs(rng, word, number, user);
    row["startDateTime"] = json!("0001-01-01T00:00:00Z");
    row["endDateTime"] = json!(failed);
    row["duration"] = json!(seconds);
    row["correlationId"] = json!(guid(rng));
    let code = FAILURES[rng.usize(..FAILURES.len())];
    extend(&mut row, direct_routing(rng, invited, Some(failed), code));
    Some((PhoneLog::DirectRouting, row))
}

fn direct_routing(
    rng: &mut Rng,
    invited: Timestamp,
    failed: Option<Timestamp>,
    (code, subcode, phrase): (i32, i32, &str),
) -> Value {
    json!({
        "inviteDateTime": invited,
        "failureDateTime": failed.map_or(json!("0001-01-01T00:00:00Z"), |at| json!(at)),
        "successfulCall": failed.is_none(),
        "finalSipCode": code,
        "callEndSubReason": subcode,
        "finalSipCodePhrase": phrase,
        "trunkFullyQualifiedDomainName": TRUNKS[rng.usize(..TRUNKS.len())],
        "mediaPathLocation": "NOEA",
        "signalingLocation": "EUNO",
        "mediaBypassEnabled": rng.bool(),
    })
}

/// What rows of both logs have.
fn legs(rng: &mut Rng, word: &str, number: &str, user: Option<&Member<'_>>) -> Value {
    let is_incoming = !word.to_lowercase().contains("out");
    let own = "+15550100";
    let (caller, callee) = if is_incoming { (number, own) } else { (own, number) };
    json!({
        "id": guid(rng),
        "userId": user.map_or("", |user| user.id),
        "userPrincipalName": user.and_then(|user| user.user_principal_name),
        "userDisplayName": user.and_then(|user| user.display_name),
        "callType": word,
        "callerNumber": caller,
        "calleeNumber": callee,
    })
}

fn extend(row: &mut Value, more: Value) {
    if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
        row.extend(more);
    }
}

/// FNV-1a: the same in every build.
fn seed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
