//! What a direct-routing call's end says of the network: the classes of the network effectiveness ratio.
//!
//! Microsoft's health dashboard for direct routing defines the ratio and publishes no list of codes, so
//! this list is ours, and has a version. A pair that is not in it is shown, and is no success of the
//! network.

use crate::LogRow;

/// The version of the list.
pub const SIP_CLASSES_VERSION: u32 = 1;

words::words! { closed
    /// What a direct-routing call's end says.
    pub SipClass {
        /// It was answered.
        Answered = "answered",
        /// The one called was busy.
        UserBusy = "user_busy",
        /// It rang, and was not taken.
        RingNoAnswer = "ring_no_answer",
        /// The one called, or their number, refused it.
        TerminalReject = "terminal_reject",
        /// It was taken elsewhere, as by another agent of a queue: an attempt that says nothing of the
        /// network.
        CompletedElsewhere = "completed_elsewhere",
        /// A pair of codes that is in no class: also failures of the network.
        Unlisted = "unlisted",
    }
}

impl SipClass {
    /// The class of a row; none of one that does not say how it ended.
    #[must_use]
    pub fn of(row: &LogRow) -> Option<Self> {
        let facts = row.direct_routing.as_ref()?;
        if facts.successful == Some(true) {
            return Some(Self::Answered);
        }
        Some(Self::of_codes(facts.final_sip_code?, facts.call_end_sub_reason))
    }

    /// The class of a final code of SIP and Microsoft's subcode.
    const fn of_codes(code: i32, subcode: Option<i32>) -> Self {
        match (code, subcode) {
            (487, Some(540_200)) => Self::CompletedElsewhere,
            // Busy here, busy everywhere (RFC 3261).
            (486 | 600, _) => Self::UserBusy,
            // Temporarily unavailable, cancelled while it rang.
            (480 | 487, _) => Self::RingNoAnswer,
            // Not found, gone, incomplete address, declined, does not exist anywhere.
            (404 | 410 | 484 | 603 | 604, _) => Self::TerminalReject,
            // 403 and 408 may be the controller's as well as that of the one called.
            _ => Self::Unlisted,
        }
    }

    /// Whether the network has done its part.
    #[must_use]
    pub const fn is_effective(self) -> bool {
        matches!(self, Self::Answered | Self::UserBusy | Self::RingNoAnswer | Self::TerminalReject)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(487, Some(540_200), SipClass::CompletedElsewhere)]
    #[case(487, Some(540_487), SipClass::RingNoAnswer)]
    #[case(486, None, SipClass::UserBusy)]
    #[case(480, None, SipClass::RingNoAnswer)]
    #[case(408, Some(500_001), SipClass::Unlisted)]
    #[case(403, None, SipClass::Unlisted)]
    #[case(603, Some(560_603), SipClass::TerminalReject)]
    #[case(500, Some(0), SipClass::Unlisted)]
    #[case(503, None, SipClass::Unlisted)]
    fn a_pair_of_codes_has_its_class(
        #[case] code: i32,
        #[case] subcode: Option<i32>,
        #[case] class: SipClass,
    ) {
        assert_eq!(SipClass::of_codes(code, subcode), class);
    }
}
