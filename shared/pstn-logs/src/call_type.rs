//! What the word in `callType` says. Words are kept as they came; they are no enumeration in the schema.

words::words! { closed
    /// Which way a leg went, as the organisation sees it.
    pub Direction {
        /// From the telephone network.
        Incoming = "incoming",
        /// To the telephone network.
        Outgoing = "outgoing",
        /// The word is not known.
        Unknown = "unknown",
    }
}

/// What is known of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallType {
    pub direction: Direction,
    /// A dial-in or dial-out of a meeting: its user is the organiser, who did not talk.
    pub is_conference: bool,
    /// A queue's, an attendant's or a bot's line (unified communications application).
    pub is_service: bool,
}

impl CallType {
    /// By what the word contains, in either case: `out` is outgoing; else what begins with `byotin`, ends
    /// in `_in`, or has `_in_` in it, is incoming. `conf` is a conference, `ucap` a service.
    #[must_use]
    pub fn of(word: &str) -> Self {
        let word = word.to_ascii_lowercase();
        let is_in = word.starts_with("byotin") || word.ends_with("_in") || word.contains("_in_");
        let direction = match (word.contains("out"), is_in) {
            (true, _) => Direction::Outgoing,
            (false, true) => Direction::Incoming,
            (false, false) => Direction::Unknown,
        };
        Self { direction, is_conference: word.contains("conf"), is_service: word.contains("ucap") }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use Direction::{Incoming, Outgoing, Unknown};

    #[rstest]
    #[case("user_in", Incoming, false, false)]
    #[case("user_out", Outgoing, false, false)]
    #[case("user_out_conf", Outgoing, true, false)]
    #[case("user_out_transfer", Outgoing, false, false)]
    #[case("conf_in", Incoming, true, false)]
    #[case("ucap_in", Incoming, false, true)]
    #[case("oc_ucap_in", Incoming, false, true)]
    #[case("ByotIn", Incoming, false, false)]
    #[case("ByotInUcap", Incoming, false, true)]
    #[case("ByotOutUserForwarding", Outgoing, false, false)]
    #[case("hologram", Unknown, false, false)]
    #[case("", Unknown, false, false)]
    fn a_word_says_its_direction_or_nothing(
        #[case] word: &str,
        #[case] direction: Direction,
        #[case] is_conference: bool,
        #[case] is_service: bool,
    ) {
        assert_eq!(CallType::of(word), CallType { direction, is_conference, is_service });
    }
}
