use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{PersonKey, Rating, Seconds};

/// One person's part in one call.
///
/// Field names are the names under which the part is stored. A field that is absent is unknown;
/// an empty set or map says that nothing was reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Who.
    pub person: PersonKey,
    /// The newest name in the record: of the latest session's endpoint, else of
    /// `participants_v2`, else of `organizer_v2`, else of a retired field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The sign-in name, chosen like the display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    /// The person's organisation, chosen like the display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// How the person relates to the home organisation.
    pub relation: Relation,
    /// What the person was in the call.
    pub role: Role,
    /// What became of the call for this person.
    pub outcome: Outcome,
    /// Why, in Graph's words, when it did not come about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_reason: Option<String>,
    /// Whether at least one session lasted longer than 0 s.
    pub attended: bool,
    /// Length of the union of the person's session intervals, cut to the millisecond: 0 for
    /// somebody who is on no session, absent when no session has a known length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk_seconds: Option<Seconds>,
    /// First start of a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_joined_at: Option<Timestamp>,
    /// Last end of a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_left_at: Option<Timestamp>,
    /// Whether a session failed while it ran.
    pub dropped: bool,
    /// Why the last such session did, in Graph's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_reason: Option<String>,
    /// For each modality, the length of the union of the sessions that have it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modalities: BTreeMap<String, Seconds>,
    /// The same for each platform of the person's endpoint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub platforms: BTreeMap<String, Seconds>,
    /// Product families of the person's endpoint.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub product_families: BTreeSet<String>,
    /// Application versions of the person's endpoint.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub application_versions: BTreeSet<String>,
    /// Microphones and cameras on the person's side.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub capture_devices: BTreeSet<String>,
    /// Loudspeakers and screens on the person's side.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub render_devices: BTreeSet<String>,
    /// For each connection type on the person's side, the length of the union of the sessions in
    /// which it was reported.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub connections: BTreeMap<String, Seconds>,
    /// Wi-Fi bands on the person's side; `unknown`, which wired networks report, is left out.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub wifi_bands: BTreeSet<String>,
    /// The weakest Wi-Fi signal on the person's side, as reported (percent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wifi_signal_strength_min: Option<i64>,
    /// The strongest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wifi_signal_strength_max: Option<i64>,
    /// Sessions with a feedback, answered or not.
    #[serde(default)]
    pub feedback_asked: u32,
    /// The answered ones, once per session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feedback: Vec<Feedback>,
    /// The audio streams of the person's legs, both ways.
    pub audio_streams: Streams,
    /// The video and screen sharing streams of the person's legs, both ways.
    pub video_streams: Streams,
    /// Legs (sessions, each once) with an audio stream that could be judged.
    #[serde(default)]
    pub legs: u32,
    /// Legs with a poor audio stream.
    #[serde(default)]
    pub poor_legs: u32,
    /// In a peer-to-peer call, the other side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counterparts: Vec<PersonKey>,
    /// The relations that at least one of the others in the call has.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub counterpart_relations: BTreeSet<Relation>,
    /// How many others there are in the call, listed ones included.
    #[serde(default)]
    pub others: u32,
    /// The person's sessions, each id once.
    #[serde(default)]
    pub sessions: u32,
}

/// What somebody said about one session.
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
pub struct Streams {
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

/// Gives the enum its text, in serde and in `as_str`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum $name {
            $($(#[$note])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word under which it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How a person relates to the home organisation.
    Relation {
        /// The identity's tenant is the home tenant.
        Internal = "internal",
        /// It is another tenant.
        Federated = "federated",
        /// A guest.
        Guest = "guest",
        /// A telephone.
        Pstn = "pstn",
        /// Somebody who joined without signing in.
        Anonymous = "anonymous",
        /// A user of Azure Communication Services.
        Acs = "acs",
        /// The record does not say, or the home tenant is not known.
        Unknown = "unknown",
    }
}

words! {
    /// What a person was in a call.
    Role {
        /// The organizer, of any call that is not peer-to-peer.
        Organizer = "organizer",
        /// Who placed the peer-to-peer call: the organizer if on a session, else the caller of the
        /// earliest session.
        Caller = "caller",
        /// Everybody else in a peer-to-peer call.
        Callee = "callee",
        /// Everybody else in another call.
        Participant = "participant",
    }
}

words! {
    /// What became of a call, for a person or altogether.
    Outcome {
        /// Peer-to-peer: a session was set up and lasted.
        Answered = "answered",
        /// Peer-to-peer: every session lasted 0 s.
        Missed = "missed",
        /// Peer-to-peer: no session was set up and lasted, and one failed to be set up.
        Failed = "failed",
        /// Other calls: on a session of more than 0 s.
        Attended = "attended",
        /// On no session, or in a call that is not peer-to-peer only on sessions of 0 s.
        Listed = "listed",
        /// On a session, and no session says how long it was.
        Unknown = "unknown",
    }
}
