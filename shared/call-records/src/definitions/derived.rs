//! What is worked out of totals, or of a day's lists, when it is asked for: shares and means, which
//! cannot be added, and what no total can tell. Test calls are in none of it.

use super::{Definition, Scope, Unit, numbers};

numbers! { Derived:
    /// `feedback_rated` of `feedback_objects`: sessions that were rated, of those that have a
    /// feedback object, be it only `notRated`. Graph does not say who was asked. CQD's rating is a
    /// mean of the stars of its survey; this is a share of sessions.
    FEEDBACK_RATED_SHARE = "feedback_rated_share", version 1, Share,
    "rated, of sessions with a feedback object",
    blank: "blank when no session has a feedback object";
    /// `failed` of `answered` and `failed`: peer-to-peer calls that failed to be set up. CQD's is of
    /// the streams of all calls, with targets of 0.5 % (internal) and 1 % (overall); this is of
    /// whole peer-to-peer calls, one failure of which may be several streams of CQD's.
    FAILURE_RATE = "failure_rate", version 1, Share, "set-up failures",
    blank: "blank when no call was answered or failed";
    /// `legs_dropped` of `legs_established`: an upper bound, because Graph says so when one medium
    /// fails. CQD's is of streams, with targets of 2 % (internal) and 3 % (overall); this is of legs
    /// of people.
    DROP_RATE = "drop_rate", version 1, Share, "drops",
    blank: "blank when no leg was established";
    /// `audio_streams_poor` of the good and the poor ones; of the organisation each stream once. A
    /// poor stream does not prove that a person heard it. CQD's is of the same streams and those
    /// between servers, with targets of 2 % (internal) and 3 % (overall) for `cqd-classic`.
    POOR_STREAM_SHARE = "poor_stream_share", version 2, Share, "poor audio streams",
    blank: "blank when no stream could be judged";
    /// `legs_poor` of `legs`; of the organisation each leg once. CQD has no legs.
    POOR_LEG_SHARE = "poor_leg_share", version 1, Share, "poor legs",
    blank: "blank when no leg could be judged";
    /// `poor_calls` of `judged_calls`: calls with a poor leg, of those with a leg that could be
    /// judged. It grows with the size of a meeting, and is no headline. CQD counts no calls.
    POOR_CALL_SHARE = "poor_call_share", version 2, Share, "calls with a poor leg",
    blank: "blank when no call could be judged";
    /// `poor_received` of `judged_received`: what came to people.
    POOR_RECEIVED_SHARE = "poor_received_share", version 1, Share, "poor audio received",
    blank: "blank when nothing received could be judged";
    /// `poor_sent` of `judged_sent`: what people sent.
    POOR_SENT_SHARE = "poor_sent_share", version 1, Share, "poor audio sent",
    blank: "blank when nothing sent could be judged";
    /// `participants` by `calls`.
    PARTICIPANTS_PER_CALL = "participants_per_call", version 2, Mean, "participants per call",
    blank: "blank when there was no call";
    /// `versions` by `calls`.
    VERSIONS_PER_RECORD = "versions_per_record", version 2, Mean, "versions per record",
    blank: "blank when there was no call";
    /// `sessions_with_media` of `sessions`.
    MEDIA_SHARE = "media_share", version 2, Share, "sessions with media",
    blank: "blank when there was no session";
    /// The hour of the day in which most calls began; of equal ones the earliest.
    BUSY_HOUR = "busy_hour", version 2, Hour, "busy hour", blank: "blank when there was no call";
    /// How many different people had a part in a call, listed ones too; services are no people. Not
    /// a sum: over several days, everybody who is in the lists of those days, each once.
    DISTINCT_PEOPLE = "distinct_people", version 2, Count, "people",
    blank: "blank when the range is longer than may be read";
    /// The most calls that ran at one moment of the range, of those that began in it or on the day
    /// before it. Not a sum: worked out of the starts and ends in the lists of calls. A call runs
    /// from its start until just before its end; one of 0 s, or whose record has no end, never ran.
    PEAK_CONCURRENCY = "peak_concurrency", version 2, Count, "calls at the same time",
    blank: "blank when no call has an end, or the range is longer than may be read";
    /// Who organised most calls that are not peer-to-peer, and how many. A service that organised a
    /// call is left out.
    TOP_ORGANISERS = "top_organisers", version 2, Count, "top organisers",
    blank: "blank when no such call says who organised it, or the range is longer than may be read";
    /// From the end of a call to when its present version was stored: the mean, the longest, and
    /// how many came within the 30 and the 150 minutes that Graph speaks of. Calls that were stored
    /// later than 24 hours after their end (an import, a backfill, the first comparison of a new
    /// deployment) are left out, and the page says how many they are.
    LAG = "lag", version 3, Mean, "from end to stored",
    blank: "blank when no call has an end within a day of being stored, or the range is longer than may be read";
}
