//! Shares and means, which cannot be added.

use call_records::definitions::{Definition, voice_app_day as of};

use crate::AppCounts;

/// A share or a mean: its definition, the numerator and the denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotient {
    pub definition: &'static Definition,
    pub numerator: u64,
    /// 0: the number is blank.
    pub denominator: u64,
}

/// What the counts of a voice app say; service levels for `within` seconds, one of
/// [`BOUNDS`](crate::BOUNDS).
#[must_use]
pub fn quotients(counts: &AppCounts, within: u32) -> Vec<Quotient> {
    let quotient =
        |definition, numerator, denominator| Quotient { definition, numerator, denominator };
    let settled = counts.settled();
    let answered_within = counts.answered_wait.within(within);
    let hung_up_within = counts.abandoned_wait.within(within);
    let all = counts.waits();
    vec![
        quotient(&of::ANSWERED_SHARE, counts.answered, settled),
        quotient(&of::ABANDONED_SHARE, counts.abandoned, settled),
        quotient(&of::MEAN_WAIT_ANSWERED, counts.answered_wait.ms, counts.answered_wait.known),
        quotient(&of::MEAN_WAIT, all.ms, all.known),
        quotient(&of::SERVICE_LEVEL_OF_ANSWERED, answered_within, counts.answered),
        quotient(&of::SERVICE_LEVEL_OF_OFFERED, answered_within, settled),
        quotient(
            &of::SERVICE_LEVEL_WITHOUT_SHORT_ABANDONS,
            answered_within,
            settled.saturating_sub(hung_up_within),
        ),
    ]
}
