//! Which call record a row belongs to.

use call_records::PersonKey;
use jiff::{SignedDuration, Timestamp};

use crate::{LogRow, Number};

/// A row without a call's id may have begun so long before or after the call's session with the telephone.
pub const STARTS_WITHIN: SignedDuration = SignedDuration::from_secs(60);

words::words! { closed
    /// How a row was found to belong to a call.
    pub Joined {
        /// It names the call's id.
        Matched = "matched",
        /// By number, user and start; only where no other call fits.
        Inferred = "inferred",
    }
}

/// What the join has to know of a call record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallParties {
    pub id: String,
    /// Its people.
    pub people: Vec<PersonKey>,
    /// Its services: the user of a queue's row is the queue's resource account.
    pub services: Vec<PersonKey>,
    /// Its sessions with a telephone: the number, and when the session began.
    pub telephones: Vec<(PersonKey, Timestamp)>,
}

impl CallParties {
    /// Whether a row names the call's id. Several may.
    #[must_use]
    pub fn is_named_by(&self, row: &LogRow) -> bool {
        row.call_id.as_ref().is_some_and(|id| id.trim().eq_ignore_ascii_case(&self.id))
    }

    /// Whether a row fits the call by number, user and start. The number may stand on either side of the
    /// row. One with masked digits fits beside a person only: many callers of a service look the same.
    #[must_use]
    pub fn fits(&self, row: &LogRow) -> bool {
        let (Some(user), Some(at)) = (&row.user, row.at()) else { return false };
        let has =
            |keys: &[PersonKey]| keys.iter().any(|it| it.id().eq_ignore_ascii_case(user.id()));
        let is_person = has(&self.people);
        if !is_person && !has(&self.services) {
            return false;
        }
        let sides = [&row.caller_number, &row.callee_number];
        let numbers = || sides.into_iter().flatten().filter(|it| is_person || !it.is_masked());
        self.telephones.iter().any(|(telephone, began)| {
            at.duration_since(*began).abs() <= STARTS_WITHIN
                && numbers().any(|number| number.fits(telephone.id()))
        })
    }
}

/// The call that a row belongs to, of all calls of which it may be. One that it names goes before those that
/// it fits, and of several that it fits it is none's.
#[must_use]
pub fn call_of<'a>(row: &LogRow, calls: &'a [CallParties]) -> Option<(&'a CallParties, Joined)> {
    if let Some(named) = calls.iter().find(|call| call.is_named_by(row)) {
        return Some((named, Joined::Matched));
    }
    let mut fitting = calls.iter().filter(|call| call.fits(row));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some((only, Joined::Inferred)),
        _ => None,
    }
}

impl Number {
    /// Whether it may be this number: by its digits, whatever stands between them, of which masked ones are
    /// any.
    fn fits(&self, other: &str) -> bool {
        let digits = |text: &str| -> Vec<u8> {
            text.bytes().filter(|byte| byte.is_ascii_digit() || *byte == b'*').collect()
        };
        let (one, other) = (digits(self.as_str()), digits(other));
        let mut pairs = one.iter().zip(&other);
        one.len() == other.len()
            && pairs.all(|(one, other)| one == other || [one, other].contains(&&b'*'))
    }
}
