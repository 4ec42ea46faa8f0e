//! What a person's totals of a day mean: each is the sum over the calls that started on that day
//! (UTC) and that the person was part of.

use super::{Definition, Scope, Unit, numbers};

numbers! { PersonDay:
    /// Calls of which the person is part, those included in which they are only listed.
    CALLS = "calls", version 1, Count, "calls";
    /// Calls between two endpoints (`peerToPeer`).
    CALLS_PEER_TO_PEER = "calls_peer_to_peer", version 1, Count, "peer-to-peer calls";
    /// Meetings and other calls of several (`groupCall`).
    CALLS_GROUP = "calls_group", version 1, Count, "group calls";
    /// Calls whose type Graph does not say, or says in a word that is not known.
    CALLS_OTHER = "calls_other", version 1, Count, "calls of unknown type";
    /// Peer-to-peer calls whose outcome for the person is `answered`.
    ANSWERED = "answered", version 1, Count, "answered";
    /// Peer-to-peer calls whose outcome for the person is `missed`.
    MISSED = "missed", version 1, Count, "missed";
    /// Those of the missed calls that the person had been called in, and had not placed.
    MISSED_INCOMING = "missed_incoming", version 1, Count, "missed as the one called";
    /// Peer-to-peer calls whose outcome for the person is `failed`.
    FAILED = "failed", version 1, Count, "failed";
    /// Calls whose outcome for the person is `listed`: on no session, or in a group call only on
    /// sessions of 0 s.
    LISTED = "listed", version 1, Count, "listed only";
    /// Calls whose outcome for the person is `unknown`: none is known to be so, and a session does
    /// not say how long it was.
    OUTCOME_UNKNOWN = "outcome_unknown", version 1, Count, "of unknown outcome";
    /// Calls with a session that is known to have lasted longer than 0 s.
    ATTENDED = "attended", version 1, Count, "attended";
    /// Calls in which a session of the person failed in `midcall`.
    DROPPED = "dropped", version 1, Count, "dropped";
    /// Calls whose organizer the person was; peer-to-peer calls have none.
    ORGANISED = "organised", version 1, Count, "organised";
    /// Sum of `talk_seconds`, lower bounds included. Calls in which it is not known add nothing and
    /// are counted in `talk_unknown`.
    TALK_MS = "talk_ms", version 1, Milliseconds, "talk time",
    blank: "blank when it is not known for any of the calls: `talk_unknown` equals `calls`";
    /// Calls in which the person's `talk_seconds` is not known.
    TALK_UNKNOWN = "talk_unknown", version 2, Count, "calls of unknown talk time";
    /// Sum of the part's `modalities` of this name. Where the length is not known, nothing is added.
    MODALITY_MS = "modality_ms_*", version 1, Milliseconds, "time by modality",
    blank: "blank when no session says its modalities and its times";
    /// Sum of the part's `platforms` of this name. Where the length is not known, nothing is added.
    PLATFORM_MS = "platform_ms_*", version 1, Milliseconds, "time by platform",
    blank: "blank when no endpoint says its platform, or no session its times";
    /// Calls in which the person's endpoint was on this platform.
    PLATFORM_CALLS = "platform_calls_*", version 1, Count, "calls by platform",
    blank: "blank when no endpoint says its platform; a call on two platforms counts for both";
    /// Sum of the part's `connections` of this name. Where the length is not known, nothing is
    /// added.
    CONNECTION_MS = "connection_ms_*", version 1, Milliseconds, "time by connection",
    blank: "blank when no media says how the person's side was connected, or no session its times";
    /// Calls in which at least one of the others has this relation to the home organisation.
    RELATION_CALLS = "relation_calls_*", version 1, Count, "calls by relation",
    blank: "blank when the person was alone; `unknown` where the tenant of the others is not known";
    /// Sessions with a feedback, answered or not (`notRated`).
    FEEDBACK_ASKED = "feedback_asked", version 1, Count, "asked for feedback";
    /// Sessions with a rating.
    FEEDBACK_RATED = "feedback_rated", version 1, Count, "rated";
    /// Sessions with this rating.
    RATING = "rating_*", version 1, Count, "feedback by rating",
    blank: "blank when nothing was rated: `notRated` is no rating";
    /// Sessions in whose feedback this token is true.
    TOKEN = "token_*", version 1, Count, "feedback by token",
    blank: "blank when no token was true";
    /// Audio streams that the classifier calls good.
    AUDIO_STREAMS_GOOD = "audio_streams_good", version 1, Count, "good audio streams";
    /// Audio streams that the classifier calls poor.
    AUDIO_STREAMS_POOR = "audio_streams_poor", version 1, Count, "poor audio streams";
    /// Audio streams that cannot be judged: the inputs are missing or rest on too few packets.
    AUDIO_STREAMS_UNCLASSIFIED = "audio_streams_unclassified", version 1, Count,
    "unclassified audio streams";
    /// Legs (sessions, each once) with an audio stream that could be judged.
    LEGS = "legs", version 1, Count, "judged legs";
    /// Legs with a poor audio stream, in either direction.
    LEGS_POOR = "legs_poor", version 1, Count, "poor legs";
    /// Calls with at least one leg that could be judged.
    JUDGED_CALLS = "judged_calls", version 1, Count, "calls of known quality";
    /// Calls with at least one poor leg.
    POOR_CALLS = "poor_calls", version 1, Count, "poor calls",
    blank: "blank when no call could be judged: `judged_calls` is 0";
    /// The judged calls by the classifier, and its version, that judged them: names the classifier
    /// in use, and shows when it was changed.
    CLASSIFIER_CALLS = "classifier_calls_*", version 1, Count, "judged by",
    blank: "blank when no call could be judged";
}
