//! What a person's totals of a day mean: each is the sum over the calls that started on that day
//! (UTC) and that the person was part of. Test calls are in none of them.

use super::{Definition, Scope, Unit, numbers};

numbers! { PersonDay:
    /// Calls of which the person is part, those included in which they are only listed.
    CALLS = "calls", version 2, Count, "calls";
    /// Calls between two endpoints (`peerToPeer`).
    CALLS_PEER_TO_PEER = "calls_peer_to_peer", version 2, Count, "peer-to-peer calls";
    /// Meetings and other calls of several (`groupCall`).
    CALLS_GROUP = "calls_group", version 2, Count, "group calls";
    /// Calls whose type Graph does not say, or says in a word that is not known.
    CALLS_OTHER = "calls_other", version 2, Count, "calls of unknown type";
    /// Peer-to-peer calls whose outcome for the person is `answered`. With `missed`, `unanswered`,
    /// `failed` and `outcome_unknown` these are all of `calls_peer_to_peer`.
    ANSWERED = "answered", version 2, Count, "answered";
    /// Missed calls, always incoming: peer-to-peer calls whose outcome for the person is `missed`.
    /// The person was called and did not take it, whatever became of the call then.
    MISSED = "missed", version 2, Count, "missed";
    /// Those of the missed calls that voicemail took.
    MISSED_VOICEMAIL = "missed_voicemail", version 1, Count, "missed, taken by voicemail";
    /// Those of the missed calls that another person took.
    MISSED_TAKEN = "missed_taken", version 1, Count, "missed, taken by another person";
    /// Calls placed that no person took: peer-to-peer calls whose outcome for the person is
    /// `unanswered`.
    UNANSWERED = "unanswered", version 1, Count, "placed and unanswered";
    /// Peer-to-peer calls whose outcome for the person is `failed`.
    FAILED = "failed", version 2, Count, "failed";
    /// Peer-to-peer calls whose outcome for the person is `unknown`.
    OUTCOME_UNKNOWN = "outcome_unknown", version 2, Count, "of unknown outcome";
    /// Other calls whose outcome for the person is `failed`: joining failed in set-up.
    FAILED_JOINS = "failed_joins", version 1, Count, "failed joins";
    /// Other calls whose outcome for the person is `rung`: a queue or an attendant offered the call,
    /// and the person did not take it.
    RUNG = "rung", version 1, Count, "offered by a queue, not taken";
    /// Other calls whose outcome for the person is `listed`.
    LISTED = "listed", version 2, Count, "listed only";
    /// Other calls whose outcome for the person is `unknown`.
    ATTENDANCE_UNKNOWN = "attendance_unknown", version 1, Count, "of unknown attendance";
    /// Calls, of every type, in which the person's time in the call is more than 0.
    ATTENDED = "attended", version 2, Count, "attended";
    /// Calls in which a session of the person dropped: an upper bound, because Graph says so when
    /// one medium fails.
    DROPPED = "dropped", version 2, Count, "dropped";
    /// Those of the dropped calls in which the person was back within two minutes of every drop.
    REJOINED = "rejoined", version 1, Count, "dropped and rejoined";
    /// Calls in which one medium failed in set-up while another ran.
    MEDIUM_FAILED = "medium_failed", version 1, Count, "one medium failed";
    /// Calls that are not peer-to-peer and whose organizer the person was.
    ORGANISED = "organised", version 2, Count, "organised";
    /// Sum of the times in calls, lower bounds included. Calls in which it is not known add nothing
    /// and are counted in `talk_unknown`.
    TALK_MS = "talk_ms", version 2, Milliseconds, "time in calls",
    blank: "blank when it is not known for any of the calls: `talk_unknown` equals `calls`";
    /// Calls in which the person's time in the call is not known.
    TALK_UNKNOWN = "talk_unknown", version 3, Count, "calls of unknown time";
    /// Sum of the part's `modalities` of this name. Where the length is not known, nothing is added.
    MODALITY_MS = "modality_ms_*", version 2, Milliseconds, "time by modality",
    blank: "blank when no session says its modalities and its times";
    /// Sum of the part's `platforms` of this name. Where the length is not known, nothing is added.
    PLATFORM_MS = "platform_ms_*", version 2, Milliseconds, "time by platform",
    blank: "blank when no endpoint says its platform, or no session its times";
    /// Calls in which the person's endpoint was on this platform.
    PLATFORM_CALLS = "platform_calls_*", version 2, Count, "calls by platform",
    blank: "blank when no endpoint says its platform; a call on two platforms counts for both";
    /// Sum of the part's `connections` of this name. Where the length is not known, nothing is
    /// added.
    CONNECTION_MS = "connection_ms_*", version 2, Milliseconds, "time by connection",
    blank: "blank when no media says how the person's side was connected, or no session its times";
    /// Calls in which the person's own relation to the home organisation is internal. Of a person
    /// who has none, the organisation is another, or not known.
    CALLS_AS_INTERNAL = "calls_as_internal", version 1, Count, "calls as an internal person";
    /// Calls in which at least one of the others has this relation to the home organisation.
    RELATION_CALLS = "relation_calls_*", version 2, Count, "calls by relation",
    blank: "blank when the person was alone; `unknown` where the tenant of the others is not known";
    /// Calls in which there are others, and all of them are internal. With `calls_external`,
    /// `calls_relation_unknown` and `calls_alone` these are all `calls`.
    CALLS_INTERNAL_ONLY = "calls_internal_only", version 1, Count, "calls with internal people only";
    /// Calls in which at least one of the others is known to be external: federated, guest, pstn,
    /// anonymous or acs. By which: `relation_calls_*`.
    CALLS_EXTERNAL = "calls_external", version 1, Count, "calls with anyone external";
    /// Calls in which none of the others is known to be external, and the relation of at least one
    /// is not known.
    CALLS_RELATION_UNKNOWN = "calls_relation_unknown", version 1, Count, "calls of unknown relation";
    /// Calls in which no other person is known.
    CALLS_ALONE = "calls_alone", version 1, Count, "calls alone";
    /// Sessions with a feedback object, answered or not (`notRated`). Graph does not say who was
    /// asked.
    FEEDBACK_OBJECTS = "feedback_objects", version 2, Count, "sessions with a feedback object";
    /// Sessions with a rating.
    FEEDBACK_RATED = "feedback_rated", version 2, Count, "rated";
    /// Sessions with this rating.
    RATING = "rating_*", version 2, Count, "feedback by rating",
    blank: "blank when nothing was rated: `notRated` is no rating";
    /// Sessions in whose feedback this token is true.
    TOKEN = "token_*", version 2, Count, "feedback by token",
    blank: "blank when no token was true";
    /// Audio streams of the person, sent and received, that the classifier calls good.
    AUDIO_STREAMS_GOOD = "audio_streams_good", version 2, Count, "good audio streams";
    /// Audio streams of the person, sent and received, that the classifier calls poor.
    AUDIO_STREAMS_POOR = "audio_streams_poor", version 2, Count, "poor audio streams";
    /// Audio streams of the person that cannot be judged: the inputs are missing or rest on too few
    /// packets. They are in no share.
    AUDIO_STREAMS_UNCLASSIFIED = "audio_streams_unclassified", version 2, Count,
    "unclassified audio streams";
    /// Judged audio streams that the person received.
    JUDGED_RECEIVED = "judged_received", version 1, Count, "judged audio streams received";
    /// Poor audio streams that the person received.
    POOR_RECEIVED = "poor_received", version 1, Count, "poor audio received",
    blank: "blank when nothing received could be judged: `judged_received` is 0";
    /// Judged audio streams that the person sent.
    JUDGED_SENT = "judged_sent", version 1, Count, "judged audio streams sent";
    /// Poor audio streams that the person sent.
    POOR_SENT = "poor_sent", version 1, Count, "poor audio sent",
    blank: "blank when nothing sent could be judged: `judged_sent` is 0";
    /// Legs of the person with an audio stream that could be judged.
    LEGS = "legs", version 2, Count, "judged legs";
    /// Legs of the person with a poor audio stream, in any direction.
    LEGS_POOR = "legs_poor", version 2, Count, "poor legs",
    blank: "blank when no leg could be judged: `legs` is 0";
    /// Legs of the person that were established.
    LEGS_ESTABLISHED = "legs_established", version 1, Count, "established legs";
    /// Legs of the person that dropped.
    LEGS_DROPPED = "legs_dropped", version 1, Count, "dropped legs",
    blank: "blank when no leg was established: `legs_established` is 0";
    /// Calls with at least one leg of the person that could be judged.
    JUDGED_CALLS = "judged_calls", version 2, Count, "calls of known quality";
    /// Calls with at least one poor leg of the person. Grows with the length and the re-joins of a
    /// call: read it beside the shares of legs and streams.
    POOR_CALLS = "poor_calls", version 2, Count, "calls with a poor leg",
    blank: "blank when no call could be judged: `judged_calls` is 0";
    /// The judged calls by the classifier, and its version, that judged them: names the classifier
    /// in use, and shows when it was changed.
    CLASSIFIER_CALLS = "classifier_calls_*", version 2, Count, "judged by",
    blank: "blank when no call could be judged";
}
