//! What the organisation's totals of a day mean: each is the sum over the calls that started on
//! that day (UTC). Beside these there are the sums of everybody's totals, as `people_…`.

use super::{Definition, Scope, Unit, numbers};

numbers! { OrganisationDay:
    /// Calls.
    CALLS = "calls", version 1, Count, "calls";
    /// Calls between two endpoints (`peerToPeer`).
    CALLS_PEER_TO_PEER = "calls_peer_to_peer", version 1, Count, "peer-to-peer calls";
    /// Meetings and other calls of several (`groupCall`).
    CALLS_GROUP = "calls_group", version 1, Count, "group calls";
    /// Calls whose type Graph does not say, or says in a word that is not known.
    CALLS_OTHER = "calls_other", version 1, Count, "calls of unknown type";
    /// Peer-to-peer calls in which a session lasted longer than 0 s and did not fail in
    /// `callSetup`.
    ANSWERED = "answered", version 1, Count, "answered";
    /// Peer-to-peer calls whose every session lasted 0 s.
    MISSED = "missed", version 1, Count, "missed";
    /// Peer-to-peer calls that were not answered, and of which a session failed in `callSetup`.
    FAILED = "failed", version 1, Count, "failed";
    /// Peer-to-peer calls that are not known to be answered, missed or failed, because a session
    /// does not say how long it was.
    OUTCOME_UNKNOWN = "outcome_unknown", version 1, Count, "of unknown outcome";
    /// Calls in which a session of a person failed in `midcall`.
    DROPPED = "dropped", version 1, Count, "dropped";
    /// Calls in which at least one leg could be judged.
    JUDGED_CALLS = "judged_calls", version 1, Count, "calls of known quality";
    /// Calls in which a person had a poor leg.
    POOR_CALLS = "poor_calls", version 1, Count, "poor calls",
    blank: "blank when no call could be judged: `judged_calls` is 0";
    /// The judged calls by the classifier, and its version, that judged them: names the classifier
    /// in use, and shows when it was changed.
    CLASSIFIER_CALLS = "classifier_calls_*", version 1, Count, "judged by",
    blank: "blank when no call could be judged";
    /// From start to end of the record. Calls without an end add nothing and are counted in
    /// `call_ms_unknown`.
    CALL_MS = "call_ms", version 1, Milliseconds, "length of all calls",
    blank: "blank when no call has an end: `call_ms_unknown` equals `calls`";
    /// Calls whose end is not known.
    CALL_MS_UNKNOWN = "call_ms_unknown", version 1, Count, "calls of unknown length";
    /// People of the calls, counted in each of them; those who are only listed, too.
    PARTICIPANTS = "participants", version 1, Count, "participants";
    /// Sessions as Graph sent them, repeated ones included.
    SESSIONS = "sessions", version 1, Count, "sessions";
    /// Those of the sessions that have media.
    SESSIONS_WITH_MEDIA = "sessions_with_media", version 1, Count, "sessions with media";
    /// Calls by the UTC hour of their start, `00` to `23`.
    HOUR = "hour_*", version 1, Count, "calls by hour";
    /// Calls with at least one person of this relation to the home organisation.
    RELATION_CALLS = "relation_calls_*", version 1, Count, "calls by relation",
    blank: "blank when a call has no people";
    /// Sum of the version numbers of the records. An upper bound of how many versions there were:
    /// they rise, but nothing says that they begin at 1 and leave none out.
    VERSIONS = "versions", version 1, Count, "versions of records";
}
