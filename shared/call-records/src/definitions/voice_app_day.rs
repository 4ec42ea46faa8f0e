//! What the numbers of a queue or an attendant mean: each is a sum over the calls that started on a day
//! (UTC) and came there. Test calls are in none of them. Counted by the crate `voice-apps`.

use super::{Definition, Scope, Unit, numbers};

numbers! { VoiceAppDay:
    /// Visits: calls that came to it, those included that another queue or attendant passed on
    /// (overflow), which Microsoft's real-time figures leave out. They are the sum of `answered`,
    /// `voicemail`, `forwarded`, `abandoned`, `unknown` and `not_final`.
    OFFERED = "offered", version 1, Count, "offered";
    /// Visits that a person took, other than a telephone number.
    ANSWERED = "answered", version 1, Count, "answered";
    /// Visits that a mailbox took.
    VOICEMAIL = "voicemail", version 1, Count, "to voicemail";
    /// Visits that went on to another queue or attendant, or to a telephone number.
    FORWARDED = "forwarded", version 1, Count, "forwarded";
    /// Visits that ended with the caller there: hung up, or disconnected by the queue.
    ABANDONED = "abandoned", version 1, Count, "abandoned";
    /// Visits of which the sessions do not say what became of them.
    UNKNOWN = "unknown", version 1, Count, "of unknown outcome";
    /// Visits of records in which no person has answered, and whose call ended less than 24 hours ago:
    /// early versions of a record lack the sessions of agents. They are in no share, wait or number of
    /// an agent.
    NOT_FINAL = "not_final", version 1, Count, "not final yet";
    /// The waits of the answered: how many are known and how many are not, their sum and the longest, and
    /// how many were at most so long as a bound and longer than the next smaller one.
    ANSWERED_WAIT = "answered_wait", version 1, Milliseconds, "waiting of the answered";
    /// The waits of the abandoned, likewise.
    ABANDONED_WAIT = "abandoned_wait", version 1, Milliseconds, "waiting of the abandoned";
    /// The waits of what went to voicemail or was forwarded, likewise.
    PASSED_ON_WAIT = "passed_on_wait", version 1, Milliseconds, "waiting of what was passed on";
    /// `answered` of `answered`, `voicemail`, `forwarded` and `abandoned`.
    ANSWERED_SHARE = "answered_share", version 1, Share, "answered",
    blank: "blank when it is known of no call what became of it";
    /// `abandoned` of `answered`, `voicemail`, `forwarded` and `abandoned`.
    ABANDONED_SHARE = "abandoned_share", version 1, Share, "abandoned",
    blank: "blank when it is known of no call what became of it";
    /// The sum of the waits of the answered by their number, cut to the millisecond.
    MEAN_WAIT_ANSWERED = "mean_wait_answered", version 1, Seconds, "mean wait of the answered",
    blank: "blank when no wait of an answered call is known";
    /// The sum of all waits by their number, cut to the millisecond.
    MEAN_WAIT = "mean_wait", version 1, Seconds, "mean wait",
    blank: "blank when no wait is known";
    /// The longest of all waits.
    LONGEST_WAIT = "longest_wait", version 1, Seconds, "longest wait",
    blank: "blank when no wait is known";
    /// Answered within N seconds, of `answered`. The wait is compared in milliseconds, and one of exactly
    /// N seconds is within.
    SERVICE_LEVEL_OF_ANSWERED = "service_level_of_answered", version 1, Share,
    "answered within N s, of answered",
    blank: "blank when no call was answered";
    /// Answered within N seconds, of `answered`, `voicemail`, `forwarded` and `abandoned`.
    SERVICE_LEVEL_OF_OFFERED = "service_level_of_offered", version 1, Share,
    "answered within N s, of offered",
    blank: "blank when it is known of no call what became of it";
    /// Answered within N seconds, of `answered`, `voicemail`, `forwarded` and `abandoned` without what was
    /// abandoned within N seconds.
    SERVICE_LEVEL_WITHOUT_SHORT_ABANDONS = "service_level_without_short_abandons", version 1, Share,
    "answered within N s, of offered without short abandons",
    blank: "blank when it is known of no call what became of it, but of those abandoned within N s";
}
