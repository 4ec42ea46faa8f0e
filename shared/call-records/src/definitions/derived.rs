//! What is worked out of totals, or of a day's lists, when it is asked for: shares and means, which
//! cannot be added, and what no total can tell.

use super::{Definition, Scope, Unit, numbers};

numbers! { Derived:
    /// `feedback_rated` of `feedback_asked`: sessions that were rated, of those that have a
    /// feedback, be it only `notRated`.
    RESPONSE_RATE = "response_rate", version 1, Share, "response rate",
    blank: "blank when no session has a feedback";
    /// `poor_calls` of `judged_calls`: calls with a poor leg, of those with a leg that could be
    /// judged.
    POOR_CALL_SHARE = "poor_call_share", version 1, Share, "poor calls",
    blank: "blank when no call could be judged";
    /// `audio_streams_poor` of the good and the poor ones.
    POOR_STREAM_SHARE = "poor_stream_share", version 1, Share, "poor audio streams",
    blank: "blank when no stream could be judged";
    /// `participants` by `calls`.
    PARTICIPANTS_PER_CALL = "participants_per_call", version 1, Mean, "participants per call",
    blank: "blank when there was no call";
    /// `versions` by `calls`.
    VERSIONS_PER_RECORD = "versions_per_record", version 1, Mean, "versions per record",
    blank: "blank when there was no call";
    /// `sessions_with_media` of `sessions`.
    MEDIA_SHARE = "media_share", version 1, Share, "sessions with media",
    blank: "blank when there was no session";
    /// The hour of the day in which most calls began; of equal ones the earliest.
    BUSY_HOUR = "busy_hour", version 1, Hour, "busy hour", blank: "blank when there was no call";
    /// How many different people had a part in a call, listed ones too. Not a sum: over several
    /// days, everybody who is in the lists of those days, each once.
    DISTINCT_PEOPLE = "distinct_people", version 1, Count, "people",
    blank: "blank when the range is longer than may be read";
    /// The most calls that ran at one moment, of those that began in the range or on the day
    /// before it. Not a sum: worked out of the starts and ends in the lists of calls. A call runs
    /// from its start until just before its end; one of 0 s never ran.
    PEAK_CONCURRENCY = "peak_concurrency", version 1, Count, "calls at the same time",
    blank: "blank when no call has an end, or the range is longer than may be read";
    /// Who organised most calls that are not peer-to-peer, and how many.
    TOP_ORGANISERS = "top_organisers", version 1, Count, "top organisers",
    blank: "blank when no such call says who organised it, or the range is longer than may be read";
    /// From the end of a call to when its present version was stored: the mean, the longest, and
    /// how many came within the 30 and the 150 minutes that Graph speaks of.
    LAG = "lag", version 1, Mean, "from end to stored",
    blank: "blank when no call has an end, or the range is longer than may be read";
}
