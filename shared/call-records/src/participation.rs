use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::definition::{Definition, Scope, Unit};
use crate::{CompactMap, CompactSet, Outcome, PersonKey, Rating, Relation, Role, Seconds, TakenBy};

/// Makes a structure whose fields have definitions: the doc comment of a field is its meaning.
macro_rules! defined {
    (
        $(#[$meta:meta])*
        pub struct $structure:ident {
            $(
                $(#[doc = $text:literal])+
                $(#[serde($($serde:tt)+)])?
                pub $field:ident: $type:ty
                    = version $version:literal, $unit:ident, $title:literal $(, blank: $blank:literal)?;
            )+
        }
    ) => {
        $(#[$meta])*
        pub struct $structure {
            $(
                $(#[doc = $text])+
                $(#[serde($($serde)+)])?
                pub $field: $type,
            )+
        }

        /// What the fields mean.
        pub(crate) const DEFINITIONS: &[Definition] = &[$(
            Definition::new(
                Scope::Participation, stringify!($field), $version, Unit::$unit, $title,
                concat!($($blank)?), concat!($($text),+),
            ),
        )+];
    };
}

defined! {
    /// One person's part in one call.
    ///
    /// Field names are the names under which the part is stored. A field that is absent is unknown;
    /// an empty set or map says that nothing was reported.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Participation {
        /// Who: the kind of identity and its id, `<kind>:<id>` (rules).
        pub person: PersonKey
            = version 2, Text, "person";
        /// The newest name in the record: of the latest session's endpoint, else of
        /// `participants_v2`, else of `organizer_v2`, else of a retired field (rules).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub display_name: Option<String>
            = version 2, Text, "name", blank: "Graph withholds the names of many external people";
        /// The sign-in name, chosen like the display name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub user_principal_name: Option<String>
            = version 2, Text, "sign-in name", blank: "the record does not say it";
        /// The person's organisation, chosen like the display name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tenant_id: Option<String>
            = version 2, Text, "tenant", blank: "the record does not say it";
        /// How the person relates to the home organisation: guest, pstn (telephone), anonymous and
        /// acs by the kind of identity; else internal when the tenant of the identity is the home
        /// tenant (in either case), and federated when it is another.
        pub relation: Relation
            = version 1, Text, "relation", blank: "`unknown` when the tenant, or the home tenant, is not known";
        /// What the person was in the call. Peer-to-peer: caller is the originator (rules), and
        /// everybody else is callee. Other calls: organizer or participant.
        pub role: Role
            = version 2, Text, "role";
        /// What became of the call for this person, by the rules. Peer-to-peer: answered, missed
        /// (was called and did not take it, whatever became of the call then), unanswered (placed
        /// it and no person took it), failed, unknown. Other calls: attended, failed (a failed
        /// join), rung (offered by a queue or an attendant, not taken), listed, unknown.
        pub outcome: Outcome
            = version 2, Text, "outcome", blank: "`unknown` when the sessions do not say it";
        /// What became of the call that this person missed: voicemail or another_person when the
        /// call's outcome is voicemail or answered, and no_one when it is unanswered or failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub taken_by: Option<TakenBy>
            = version 1, Text, "missed call taken by", blank: "the outcome is not missed, or the call's is unknown";
        /// Why, in Graph's words, when it did not come about: of the last of the sessions whose stage
        /// is `callSetup` and that say why, else of the last of the others that say why. Of equal
        /// times the first in the order of bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome_reason: Option<String>
            = version 2, Text, "reason", blank: "the outcome is answered or attended, or Graph gives no reason";
        /// Whether the time in the call is more than 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attended: Option<bool>
            = version 3, Flag, "attended", blank: "the time in the call is not known";
        /// Time in the call: the time by union (rules) of the person's sessions. Presence, and not
        /// speech. Never a sum: devices, re-joins and repeated session ids overlap. Ringing adds
        /// nothing: a session that failed to be set up is not in it. 0 for a person who is on no
        /// session, unless the record has no session, or the outcome of a peer-to-peer call is
        /// unknown for the person. CQD has no time of a person: it adds up the durations of
        /// streams.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub talk_seconds: Option<Seconds>
            = version 3, Seconds, "time in the call", blank: "no session is known to have lasted and one does not say how long it was; or the record does not say whether the person was there";
        /// First start of a session.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first_joined_at: Option<Timestamp>
            = version 1, Time, "joined", blank: "no session of the person says when it started";
        /// Last end of a session, never before its start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_left_at: Option<Timestamp>
            = version 1, Time, "left", blank: "no session of the person says when it ended";
        /// Whether a session's stage of failure is `midcall`. An upper bound: Graph says so when one
        /// medium fails, and the person may have gone on in another. CQD counts a stream as dropped
        /// that ended unexpectedly.
        pub dropped: bool
            = version 2, Flag, "dropped";
        /// Whether the person was back within two minutes of every drop: for the end of each dropped
        /// session (never before its start) there is a time in the call that ends after it, and starts
        /// at most 120 s after it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rejoined: Option<bool>
            = version 1, Flag, "rejoined", blank: "nothing dropped; or the end of a drop is not known, and after every other one the person was back";
        /// Why a session dropped, in Graph's words: of the last one that says why. Of equal times
        /// the first in the order of bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub drop_reason: Option<String>
            = version 1, Text, "reason of the drop", blank: "nothing dropped, or Graph gives no reason";
        /// Whether a session's stage of failure is `callSetup` and it has evidence of media: one
        /// medium, such as a shared screen, failed while another ran.
        #[serde(default)]
        pub medium_failed: bool
            = version 1, Flag, "one medium failed";
        /// For each modality of a session, the time by union of the sessions that have it.
        #[serde(default, skip_serializing_if = "CompactMap::is_empty")]
        pub modalities: CompactMap<String, Option<Seconds>>
            = version 3, Seconds, "time by modality", blank: "no session says its modalities; null where the time is not known";
        /// For each platform of the person's own endpoint of a session, the time by union of the
        /// sessions on it. Words that are not known are kept as they came.
        #[serde(default, skip_serializing_if = "CompactMap::is_empty")]
        pub platforms: CompactMap<String, Option<Seconds>>
            = version 3, Seconds, "time by platform", blank: "no endpoint says its platform; null where the time is not known";
        /// Product families of the person's own endpoint of a session.
        #[serde(default, skip_serializing_if = "CompactSet::is_empty")]
        pub product_families: CompactSet<String>
            = version 1, Text, "products", blank: "no endpoint says its product";
        /// Application versions of the person's own endpoint of a session.
        #[serde(default, skip_serializing_if = "CompactSet::is_empty")]
        pub application_versions: CompactSet<String>
            = version 1, Text, "application versions", blank: "no endpoint says its version";
        /// Microphones and cameras on the person's own side of segments.
        #[serde(default, skip_serializing_if = "CompactSet::is_empty")]
        pub capture_devices: CompactSet<String>
            = version 2, Text, "microphones and cameras", blank: "no media names them on this side";
        /// Loudspeakers and screens on the person's own side of segments.
        #[serde(default, skip_serializing_if = "CompactSet::is_empty")]
        pub render_devices: CompactSet<String>
            = version 2, Text, "loudspeakers and screens", blank: "no media names them on this side";
        /// For each connection type on the person's own side of segments (`tunnel` is a VPN), the
        /// time by union of the sessions in which it was reported.
        #[serde(default, skip_serializing_if = "CompactMap::is_empty")]
        pub connections: CompactMap<String, Option<Seconds>>
            = version 3, Seconds, "time by connection", blank: "no media says it for this side; null where the time is not known";
        /// Wi-Fi bands on the person's own side, of media whose connection is Wi-Fi, `unknown` or
        /// not said; the band `unknown` is left out.
        #[serde(default, skip_serializing_if = "CompactSet::is_empty")]
        pub wifi_bands: CompactSet<String>
            = version 3, Text, "Wi-Fi bands", blank: "no Wi-Fi on this side, or its band is not known";
        /// The weakest Wi-Fi signal on the person's own side, as reported (percent), of the same
        /// media as `wifi_bands`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wifi_signal_strength_min: Option<i64>
            = version 3, Percent, "weakest Wi-Fi signal", blank: "no Wi-Fi on this side, or its signal is not known";
        /// The strongest Wi-Fi signal on the person's own side, likewise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wifi_signal_strength_max: Option<i64>
            = version 3, Percent, "strongest Wi-Fi signal", blank: "no Wi-Fi on this side, or its signal is not known";
        /// Sessions with a feedback object (a rating, be it `notRated`, or a token that is true) on
        /// the person's own endpoint of the session or of a segment; each session once. Graph does
        /// not say who was asked.
        #[serde(default, alias = "feedback_asked")]
        pub feedback_objects: u32
            = version 2, Count, "sessions with a feedback object";
        /// The answered ones, once per session, sorted by rating and tokens. Of several of one
        /// session, on its endpoints or where it is repeated: a rating before tokens alone, and
        /// these before no answer; then that of the later session (its time; none is earliest);
        /// then the worse rating (bad, poor, fair, good, excellent, other words); then more tokens;
        /// then the last in the order of bytes. Only tokens that are true and have no `@` in their
        /// names, in the order of bytes, 32 of them, each cut to 64 bytes; at most 100 answers.
        /// `notRated` without a token is no answer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub feedback: Vec<Feedback>
            = version 3, Text, "feedback", blank: "no feedback object, or no answer in it";
        /// The audio streams of the person's own segments, in every direction and each once, as the
        /// named classifier judges them. CQD judges streams by the same limits; it leaves out
        /// streams that Graph does not send, and does not say which those are.
        pub audio_streams: StreamCounts
            = version 3, Count, "audio streams";
        /// The video and screen sharing streams of the person's own segments, likewise.
        pub video_streams: StreamCounts
            = version 3, Count, "video streams";
        /// Judged audio streams that the person received.
        #[serde(default)]
        pub judged_received: u32
            = version 1, Count, "judged audio streams received";
        /// Poor audio streams that the person received: what the person heard badly.
        #[serde(default)]
        pub poor_received: u32
            = version 1, Count, "poor audio received", blank: "says nothing when `judged_received` is 0";
        /// Judged audio streams that the person sent.
        #[serde(default)]
        pub judged_sent: u32
            = version 1, Count, "judged audio streams sent";
        /// Poor audio streams that the person sent: what others heard badly of this person.
        #[serde(default)]
        pub poor_sent: u32
            = version 1, Count, "poor audio sent", blank: "says nothing when `judged_sent` is 0";
        /// The person's legs with an audio stream of the person's that could be judged.
        #[serde(default)]
        pub legs: u32
            = version 2, Count, "judged legs";
        /// The person's legs with a poor audio stream of the person's, in any direction.
        #[serde(default)]
        pub poor_legs: u32
            = version 2, Count, "poor legs", blank: "says nothing when `legs` is 0";
        /// The person's legs that were established (rules).
        #[serde(default)]
        pub established_legs: u32
            = version 1, Count, "established legs";
        /// The person's legs that dropped.
        #[serde(default)]
        pub dropped_legs: u32
            = version 1, Count, "dropped legs", blank: "says nothing when `established_legs` is 0";
        /// In a peer-to-peer call, the other side: the people on the other end of the person's
        /// sessions. A person who is on no session, or who is the only one in the call who is on
        /// any, faces all others in the call. At most 64, the first by id.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub counterparts: Vec<PersonKey>
            = version 3, Text, "with", blank: "a call of several, or the other side is not known";
        /// The relations that at least one of the others in the call has.
        #[serde(default, skip_serializing_if = "CompactSet::is_empty")]
        pub counterpart_relations: CompactSet<Relation>
            = version 2, Text, "relations of the others", blank: "no other person is known";
        /// How many other people there are in the call, listed ones included.
        #[serde(default)]
        pub others: u32
            = version 2, Count, "others in the call";
        /// The person's sessions, by identity.
        #[serde(default)]
        pub sessions: u32
            = version 2, Count, "sessions";
    }
}

/// The feedback of one person about one session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Feedback {
    /// The rating; absent when only tokens were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// The tokens that are true, in the order of the alphabet. The names are an open set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<String>,
}

/// Streams by what a classifier says about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamCounts {
    /// The classifier's id.
    pub classifier: String,
    /// The version of its definition.
    pub classifier_version: u32,
    /// Good streams.
    pub good: u32,
    /// Poor streams.
    pub poor: u32,
    /// Streams that cannot be judged; not good.
    pub unclassified: u32,
}
