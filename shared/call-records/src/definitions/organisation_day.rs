//! What the organisation's totals of a day mean: each is the sum over the calls that started on
//! that day (UTC). Beside these there are the sums of everybody's totals, as `people_…`. Test calls
//! are in none of them but `test_calls`.

use super::{Definition, Scope, Unit, numbers};

numbers! { OrganisationDay:
    /// Calls.
    CALLS = "calls", version 2, Count, "calls";
    /// Calls between two endpoints (`peerToPeer`).
    CALLS_PEER_TO_PEER = "calls_peer_to_peer", version 2, Count, "peer-to-peer calls";
    /// Meetings and other calls of several (`groupCall`).
    CALLS_GROUP = "calls_group", version 2, Count, "group calls";
    /// Calls whose type Graph does not say, or says in a word that is not known.
    CALLS_OTHER = "calls_other", version 2, Count, "calls of unknown type";
    /// Test calls (`isTest` on every session), which are counted here only.
    TEST_CALLS = "test_calls", version 1, Count, "test calls";
    /// Peer-to-peer calls that a person took. With `voicemail`, `unanswered`, `failed` and
    /// `outcome_unknown` these are all of `calls_peer_to_peer`.
    ANSWERED = "answered", version 2, Count, "answered";
    /// Peer-to-peer calls that no person took, and a mailbox did.
    VOICEMAIL = "voicemail", version 1, Count, "taken by voicemail";
    /// Peer-to-peer calls that nothing failed in, and no person and no mailbox took.
    UNANSWERED = "unanswered", version 1, Count, "unanswered";
    /// Peer-to-peer calls that no person and no mailbox took, and of which a session failed to be
    /// set up. CQD's set-up failures are streams whose media could not be established, answered
    /// calls and meetings included; these are whole calls, and failed joins of meetings are apart.
    FAILED = "failed", version 2, Count, "failed";
    /// Peer-to-peer calls of which the sessions do not say what became of them.
    OUTCOME_UNKNOWN = "outcome_unknown", version 2, Count, "of unknown outcome";
    /// Failed joins: people whose outcome in a call that is not peer-to-peer is `failed`, counted in
    /// each call. CQD counts the streams of every attempt; this counts a person once in a call, and
    /// only who never got in.
    FAILED_JOINS = "failed_joins", version 1, Count, "failed joins";
    /// Calls in which a session of a person dropped: an upper bound, because Graph says so when one
    /// medium fails. It grows with the size of a meeting: read `drop_rate`.
    DROPPED = "dropped", version 2, Count, "calls with a drop";
    /// Calls in which a session of a person had one medium fail in set-up while another ran.
    MEDIUM_FAILED = "medium_failed", version 1, Count, "calls with a failed medium";
    /// Audio streams of people that the classifier calls good, each once, also between two people.
    AUDIO_STREAMS_GOOD = "audio_streams_good", version 1, Count, "good audio streams";
    /// Audio streams of people that the classifier calls poor, each once. CQD's poor streams
    /// include those between servers; these are only the streams with a person on an end.
    AUDIO_STREAMS_POOR = "audio_streams_poor", version 1, Count, "poor audio streams";
    /// Audio streams of people that cannot be judged, each once. They are in no share.
    AUDIO_STREAMS_UNCLASSIFIED = "audio_streams_unclassified", version 1, Count,
    "unclassified audio streams";
    /// Legs of people with an audio stream that could be judged, each once.
    LEGS = "legs", version 1, Count, "judged legs";
    /// Those of the judged legs with a poor audio stream, in any direction.
    LEGS_POOR = "legs_poor", version 1, Count, "poor legs",
    blank: "blank when no leg could be judged: `legs` is 0";
    /// Legs of people that were established, each once.
    LEGS_ESTABLISHED = "legs_established", version 1, Count, "established legs";
    /// Legs of people that dropped, each once.
    LEGS_DROPPED = "legs_dropped", version 1, Count, "dropped legs",
    blank: "blank when no leg was established: `legs_established` is 0";
    /// Calls in which at least one leg could be judged.
    JUDGED_CALLS = "judged_calls", version 2, Count, "calls of known quality";
    /// Calls in which a person had a poor leg. It grows with the size of a meeting, whose many legs
    /// need but one that is poor: it does not say that everybody heard badly, and is no headline.
    POOR_CALLS = "poor_calls", version 2, Count, "calls with a poor leg",
    blank: "blank when no call could be judged: `judged_calls` is 0";
    /// The judged calls by the classifier, and its version, that judged them: names the classifier
    /// in use, and shows when it was changed.
    CLASSIFIER_CALLS = "classifier_calls_*", version 2, Count, "judged by",
    blank: "blank when no call could be judged";
    /// From start to end of the record; 0 when it ends before it starts. Calls whose record has no
    /// end add nothing and are counted in `call_ms_unknown`: no session's end is taken for it,
    /// because it would be a lower bound that does not say so.
    CALL_MS = "call_ms", version 2, Milliseconds, "length of all calls",
    blank: "blank when no call has an end: `call_ms_unknown` equals `calls`";
    /// Calls whose record has no end.
    CALL_MS_UNKNOWN = "call_ms_unknown", version 2, Count, "calls of unknown length";
    /// People of the calls, counted in each of them; those who are only listed, too. Services are no
    /// people.
    PARTICIPANTS = "participants", version 2, Count, "participants";
    /// Sessions as Graph sent them, repeated ones included.
    SESSIONS = "sessions", version 2, Count, "sessions";
    /// Those of the sessions that have media.
    SESSIONS_WITH_MEDIA = "sessions_with_media", version 2, Count, "sessions with media";
    /// Calls by the UTC hour of their start, `00` to `23`.
    HOUR = "hour_*", version 2, Count, "calls by hour";
    /// Calls with at least one person of this relation to the home organisation.
    RELATION_CALLS = "relation_calls_*", version 2, Count, "calls by relation",
    blank: "blank when a call has no people";
    /// Calls that have people, all of them internal. With `calls_external` and
    /// `calls_relation_unknown` these are all `calls`.
    CALLS_INTERNAL_ONLY = "calls_internal_only", version 1, Count, "calls of internal people only";
    /// Calls with at least one person who is known to be external: federated, guest, pstn, anonymous
    /// or acs. By which: `relation_calls_*`.
    CALLS_EXTERNAL = "calls_external", version 1, Count, "calls with anyone external";
    /// Calls without people, or in which no person is known to be external and the relation of at
    /// least one is not known.
    CALLS_RELATION_UNKNOWN = "calls_relation_unknown", version 1, Count, "calls of unknown relation";
    /// Calls with at least one service of this kind: queue, auto_attendant, voicemail, bot,
    /// conferencing, other.
    SERVICE_CALLS = "service_calls_*", version 1, Count, "calls by service",
    blank: "blank when no call has a service";
    /// Sum of the times by union of the services of this kind in the calls. It is no person's time.
    SERVICE_MS = "service_ms_*", version 1, Milliseconds, "time of services",
    blank: "blank when no service has a session of known length";
    /// Sum of the version numbers of the records, each from 0 to 1,000,000. An upper bound of how
    /// many versions there were: they rise, but nothing says that they begin at 1 and leave none out.
    VERSIONS = "versions", version 2, Count, "versions of records";
}
