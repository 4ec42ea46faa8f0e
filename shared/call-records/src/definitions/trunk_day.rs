//! What the numbers of a trunk (a session border controller) mean, by its legs of a day (UTC) in Graph's log of
//! direct routing. Counted by the crate `pstn-logs`, whose README has the list of codes.

use super::{Definition, Scope, Unit, numbers};

numbers! { TrunkDay:
    /// Legs that say how they ended: with `successfulCall` true, or with a final code of SIP. They are the
    /// sum of the classes: `answered`, `user_busy`, `ring_no_answer`, `terminal_reject`,
    /// `completed_elsewhere` and `unlisted`.
    ATTEMPTS = "attempts", version 1, Count, "attempts";
    /// `successfulCall` is true.
    ANSWERED = "answered", version 1, Count, "answered";
    /// The one called was busy: 486 or 600.
    USER_BUSY = "user_busy", version 1, Count, "user busy";
    /// It rang and was not taken: 480 or 487, but for `completed_elsewhere`.
    RING_NO_ANSWER = "ring_no_answer", version 1, Count, "ring, no answer";
    /// The one called, or their number, refused it: 404, 410, 484, 603 or 604.
    TERMINAL_REJECT = "terminal_reject", version 1, Count, "terminal reject";
    /// It was taken elsewhere, as by another agent of a queue: 487 with Microsoft's subcode 540200. An
    /// attempt that is not effective.
    COMPLETED_ELSEWHERE = "completed_elsewhere", version 1, Count, "completed elsewhere";
    /// The pair of codes is in no class. Failures of the network and of the controller are here.
    UNLISTED = "unlisted", version 1, Count, "unlisted";
    /// Attempts that were not answered, by the final code of SIP and Microsoft's subcode, such as
    /// `487/540200`; `?` stands for one that is not there.
    CODES = "codes", version 1, Count, "SIP codes";
    /// `answered`, `user_busy`, `ring_no_answer` and `terminal_reject` of `attempts`: how often the network
    /// did its part, also where the one called did not take it. Microsoft's health dashboard for direct
    /// routing defines it so and publishes no list of codes; which pair is in which class is a list of this
    /// system, of the version of this number. It is not 1 without the share of failed legs.
    NETWORK_EFFECTIVENESS_RATIO = "network_effectiveness_ratio", version 1, Share,
    "network effectiveness ratio",
    blank: "blank when no leg says how it ended";
}
