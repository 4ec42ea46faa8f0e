//! What the numbers of an agent of a queue or an attendant mean, by the calls that started on a day (UTC).
//! Test calls are in none of them. Counted by the crate `voice-apps`.

use super::{Definition, Scope, Unit, numbers};

numbers! { AgentDay:
    /// Visits for which the agent was rung: the sum of `answered` and `not_taken`. However often the
    /// agent was rung in one, it is one.
    RUNG = "rung", version 1, Count, "rung";
    /// Visits that the agent took first.
    ANSWERED = "answered", version 1, Count, "answered";
    /// Visits in which the agent was rung, and took the call neither there nor elsewhere in it.
    NOT_TAKEN = "not_taken", version 1, Count, "not taken";
    /// Visits that another agent took first, and this one later: a transfer is no second answer.
    TOOK_OVER = "took_over", version 1, Count, "took over";
    /// The length of the union of the agent's sessions in the visits, each cut to the millisecond.
    MS = "ms", version 1, Milliseconds, "time in calls";
}
