use jiff::Timestamp;

use crate::bounds::short;

/// How far a place in a record is trusted for a name, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// `participants`, `organizer` and the `identity` of an endpoint.
    Retired,
    /// `organizer_v2`.
    Organizer,
    /// `participants_v2`.
    Participants,
    /// The `associatedIdentity` of a session's endpoint.
    Session,
}

/// The best of several texts for one thing, whatever the order in which they are offered.
///
/// Names differ between places in one record. The most trusted place wins, in it the latest time,
/// and between equals the first in the alphabet, only so that the answer is always the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Newest {
    best: Option<(Source, Option<Timestamp>, String)>,
}

impl Newest {
    pub(crate) fn offer(&mut self, source: Source, at: Option<Timestamp>, text: Option<&str>) {
        let Some(text) = text.map(short) else { return };
        let better = self.best.as_ref().is_none_or(|(best_source, best_at, best)| {
            (source, at)
                .cmp(&(*best_source, *best_at))
                .then_with(|| best.as_str().cmp(text))
                .is_gt()
        });
        if better {
            self.best = Some((source, at, text.to_owned()));
        }
    }

    /// Takes what another one has, if it is better.
    pub(crate) fn offer_all(&mut self, other: &Self) {
        if let Some((source, at, text)) = &other.best {
            self.offer(*source, *at, Some(text));
        }
    }

    pub(crate) fn get(&self) -> Option<&str> {
        self.best.as_ref().map(|(_, _, text)| text.as_str())
    }
}
