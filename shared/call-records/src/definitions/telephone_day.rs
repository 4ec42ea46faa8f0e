//! What the numbers of Graph's logs of telephone calls mean, by the legs of a day (UTC). Counted by the crate
//! `pstn-logs`, whose README has the rules of a row.

use super::{Definition, Scope, Unit, numbers};

numbers! { TelephoneDay:
    /// Rows of `getPstnCalls` and `getDirectRoutingCalls` whose start, else invite, else failure is on the
    /// day. A row is one leg, and no call: forwarding and transfer make several rows of one call. Rows that
    /// have vanished count.
    LEGS = "legs", version 1, Count, "legs";
    /// Legs that came about: all rows of `getPstnCalls`, and of direct routing those whose `successfulCall`
    /// is true.
    ESTABLISHED = "established", version 1, Count, "established";
    /// Legs of direct routing whose `successfulCall` is false.
    FAILED = "failed", version 1, Count, "failed";
    /// Legs of direct routing that do not say whether they came about: `legs` without `established` and
    /// `failed`.
    END_UNKNOWN = "end_unknown", version 1, Count, "of unknown end";
    /// The sum of `duration` of the established legs, in seconds as they were logged.
    SECONDS = "seconds", version 1, Seconds, "time on the telephone";
    /// The sum of `duration` of the failed legs, which is the time of their set-up, and in no other number.
    SETUP_SECONDS = "setup_seconds", version 1, Seconds, "set-up time of failed legs";
    /// Established legs whose `duration` is not that from start to end, by more than a second. Their duration
    /// counts as it is stated.
    CONTRADICTORY = "contradictory", version 1, Count, "contradictory";
    /// The sum of `charge` and `connectionCharge` of the legs of `getPstnCalls`, by currency, exact to the
    /// millionth; what is finer is rounded row by row, half a millionth away from zero. Rows without a
    /// currency are `unknown`, and no currency is added to another. Direct routing has no charges in the log.
    CHARGES = "charges", version 1, Money, "charges",
    blank: "blank when no leg has a charge";
    /// Legs whose row Graph listed once, and not in the newest listing of its day. They are in all numbers.
    VANISHED = "vanished", version 1, Count, "vanished",
    blank: "blank when the rows were removed with their retention";
    /// Rows that say no time at all, of whatever day: they are in none of the other numbers.
    UNDATED = "undated", version 1, Count, "without a time";
}
