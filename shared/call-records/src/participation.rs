use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::definition::{Definition, Scope, Unit};
use crate::{Outcome, PersonKey, Rating, Relation, Role, Seconds};

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
        /// Who: the kind of identity and its id, `<kind>:<id>`.
        pub person: PersonKey
            = version 1, Text, "person";
        /// The newest name in the record: of the latest session's endpoint, else of
        /// `participants_v2`, else of `organizer_v2`, else of a retired field.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub display_name: Option<String>
            = version 1, Text, "name", blank: "Graph withholds the names of many external people";
        /// The sign-in name, chosen like the display name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub user_principal_name: Option<String>
            = version 1, Text, "sign-in name", blank: "the record does not say it";
        /// The person's organisation, chosen like the display name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tenant_id: Option<String>
            = version 1, Text, "tenant", blank: "the record does not say it";
        /// How the person relates to the home organisation: guest, pstn (telephone), anonymous and
        /// acs by the kind of identity; else internal when the tenant of the identity is the home
        /// tenant, and federated when it is another.
        pub relation: Relation
            = version 1, Text, "relation", blank: "`unknown` when the tenant is not known";
        /// What the person was in the call. Peer-to-peer: caller is the organizer if on a session,
        /// else the caller of the earliest session, and everybody else is callee. Other calls:
        /// organizer or participant.
        pub role: Role
            = version 1, Text, "role";
        /// What became of the call for this person. Peer-to-peer: answered when a session of more
        /// than 0 s did not fail in `callSetup`; else failed when one failed in `callSetup`; else
        /// missed. Other calls: attended with a session of more than 0 s, else listed.
        pub outcome: Outcome
            = version 1, Text, "outcome", blank: "`unknown` when none of that is known to be so and a session does not say how long it was";
        /// Why, in Graph's words, when it did not come about: of the last of the sessions that failed
        /// in `callSetup` and say why, else of the last of the others that say why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome_reason: Option<String>
            = version 1, Text, "reason", blank: "the call came about, or Graph gives no reason";
        /// Whether at least one session lasted longer than 0 s; not so for a person who is on none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attended: Option<bool>
            = version 2, Flag, "attended", blank: "no session is known to have lasted, and one does not say how long it was";
        /// Length of the union of the person's session intervals, cut to the millisecond. Never a
        /// sum: devices, re-joins and repeated session ids overlap. 0 for a person who is on no
        /// session; a session that ends before it starts has length 0. A lower bound when another
        /// session does not say how long it was: the person was there at least so long, and to
        /// leave that out would lose most of a long call to one session without an end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub talk_seconds: Option<Seconds>
            = version 2, Seconds, "talk time", blank: "no session is known to have lasted, and one does not say how long it was";
        /// First start of a session.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first_joined_at: Option<Timestamp>
            = version 1, Time, "joined", blank: "no session of the person says when it started";
        /// Last end of a session.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_left_at: Option<Timestamp>
            = version 1, Time, "left", blank: "no session of the person says when it ended";
        /// Whether a session failed while it ran (`midcall`).
        pub dropped: bool
            = version 1, Flag, "dropped";
        /// Why a session failed while it ran, in Graph's words: of the last one that says why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub drop_reason: Option<String>
            = version 1, Text, "reason of the drop", blank: "nothing dropped, or Graph gives no reason";
        /// For each modality, the length of the union of the sessions that have it; null where that
        /// is not known, and a lower bound where `talk_seconds` would be one.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub modalities: BTreeMap<String, Option<Seconds>>
            = version 2, Seconds, "time by modality", blank: "no session says its modalities";
        /// For each platform of the person's endpoint, the length of the union of the sessions on
        /// it; null where that is not known, and a lower bound where `talk_seconds` would be one.
        /// Words that are not known are kept as they came.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub platforms: BTreeMap<String, Option<Seconds>>
            = version 2, Seconds, "time by platform", blank: "no endpoint says its platform";
        /// Product families of the person's endpoint.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        pub product_families: BTreeSet<String>
            = version 1, Text, "products", blank: "no endpoint says its product";
        /// Application versions of the person's endpoint.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        pub application_versions: BTreeSet<String>
            = version 1, Text, "application versions", blank: "no endpoint says its version";
        /// Microphones and cameras on the person's side.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        pub capture_devices: BTreeSet<String>
            = version 1, Text, "microphones and cameras", blank: "no media names them on this side";
        /// Loudspeakers and screens on the person's side.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        pub render_devices: BTreeSet<String>
            = version 1, Text, "loudspeakers and screens", blank: "no media names them on this side";
        /// For each connection type on the person's side (`tunnel` is a VPN), the length of the
        /// union of the sessions in which it was reported; null where that is not known, and a lower
        /// bound where `talk_seconds` would be one.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub connections: BTreeMap<String, Option<Seconds>>
            = version 2, Seconds, "time by connection", blank: "no media says it for this side";
        /// Wi-Fi bands on the person's side, where the connection is Wi-Fi or not said; the band
        /// `unknown` is left out.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        pub wifi_bands: BTreeSet<String>
            = version 2, Text, "Wi-Fi bands", blank: "no Wi-Fi on this side, or its band is not known";
        /// The weakest Wi-Fi signal on the person's side, as reported (percent), where the connection
        /// is Wi-Fi or not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wifi_signal_strength_min: Option<i64>
            = version 2, Percent, "weakest Wi-Fi signal", blank: "no Wi-Fi on this side, or its signal is not known";
        /// The strongest Wi-Fi signal on the person's side, as reported (percent), where the
        /// connection is Wi-Fi or not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wifi_signal_strength_max: Option<i64>
            = version 2, Percent, "strongest Wi-Fi signal", blank: "no Wi-Fi on this side, or its signal is not known";
        /// Sessions with a feedback, answered or not; each session id once.
        #[serde(default)]
        pub feedback_asked: u32
            = version 1, Count, "asked for feedback";
        /// The answered ones, once per session: of the session and its segments the first with a
        /// rating, else the first with a token. Only tokens that are true. `notRated` without a
        /// token is no answer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub feedback: Vec<Feedback>
            = version 2, Text, "feedback", blank: "not asked, or not answered";
        /// The audio streams of the person's legs, in both directions and each once, as the named
        /// classifier judges them. A stream is distinguished by its id; without one, by its place
        /// in the session, the session's times and all that is measured of it.
        pub audio_streams: StreamCounts
            = version 2, Count, "audio streams";
        /// The video and screen sharing streams of the person's legs, likewise.
        pub video_streams: StreamCounts
            = version 2, Count, "video streams";
        /// Legs (sessions, each id once) with an audio stream that could be judged.
        #[serde(default)]
        pub legs: u32
            = version 1, Count, "judged legs";
        /// Legs with a poor audio stream, in either direction.
        #[serde(default)]
        pub poor_legs: u32
            = version 1, Count, "poor legs", blank: "says nothing when `legs` is 0";
        /// In a peer-to-peer call, the other side: who is on the other end of the person's sessions.
        /// A person who is on no session, or who alone is on one, faces all others in the call.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub counterparts: Vec<PersonKey>
            = version 2, Text, "with", blank: "a call of several, or the other side is not known";
        /// The relations that at least one of the others in the call has.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        pub counterpart_relations: BTreeSet<Relation>
            = version 1, Text, "relations of the others", blank: "no other person is known";
        /// How many others there are in the call, listed ones included.
        #[serde(default)]
        pub others: u32
            = version 1, Count, "others in the call";
        /// The person's sessions, each id once.
        #[serde(default)]
        pub sessions: u32
            = version 1, Count, "sessions";
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
