//! Shares and means: what cannot be added, worked out of what can.

use serde::{Deserialize, Serialize};

use crate::Totals;
use crate::definitions::{Definition, PEOPLE_PREFIX, derived, organisation_day, person_day};

/// A share or a mean. Both numbers are kept, so that it can be shown how much it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quotient {
    /// What is divided.
    pub numerator: i64,
    /// By what; never 0.
    pub denominator: i64,
}

impl Quotient {
    /// The quotient of two totals; none when it would rest on nothing.
    fn of(totals: &Totals, numerator: &Definition, denominator: &Definition) -> Option<Self> {
        Self::new(totals.get(numerator.id), totals.get(denominator.id))
    }

    /// The quotient of two numbers; none when it would rest on nothing.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        (denominator > 0).then_some(Self { numerator, denominator })
    }

    /// As a number, for showing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown with a few digits")]
    pub fn value(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

/// The shares and means of a person's totals, of one day or of several added up; those that would
/// rest on nothing are none. For everybody together, give the organisation's totals
/// [`under`](Totals::under) `people_`.
#[must_use]
pub fn person_quotients(totals: &Totals) -> Vec<(&'static Definition, Option<Quotient>)> {
    use person_day as total;

    let judged_streams =
        totals.get(total::AUDIO_STREAMS_GOOD.id) + totals.get(total::AUDIO_STREAMS_POOR.id);
    vec![
        (
            &derived::RESPONSE_RATE,
            Quotient::of(totals, &total::FEEDBACK_RATED, &total::FEEDBACK_ASKED),
        ),
        (&derived::POOR_CALL_SHARE, Quotient::of(totals, &total::POOR_CALLS, &total::JUDGED_CALLS)),
        (
            &derived::POOR_STREAM_SHARE,
            Quotient::new(totals.get(total::AUDIO_STREAMS_POOR.id), judged_streams),
        ),
    ]
}

/// The shares and means of the organisation's totals, of one day or of several added up.
#[must_use]
pub fn organisation_quotients(totals: &Totals) -> Vec<(&'static Definition, Option<Quotient>)> {
    use organisation_day as total;

    let of = |numerator, denominator| Quotient::of(totals, numerator, denominator);
    let mut quotients = person_quotients(&totals.under(PEOPLE_PREFIX));
    for (definition, quotient) in &mut quotients {
        // A call is poor once, however many people of it had a poor leg.
        if definition.id == derived::POOR_CALL_SHARE.id {
            *quotient = of(&total::POOR_CALLS, &total::JUDGED_CALLS);
        }
    }
    quotients.extend([
        (&derived::PARTICIPANTS_PER_CALL, of(&total::PARTICIPANTS, &total::CALLS)),
        (&derived::VERSIONS_PER_RECORD, of(&total::VERSIONS, &total::CALLS)),
        (&derived::MEDIA_SHARE, of(&total::SESSIONS_WITH_MEDIA, &total::SESSIONS)),
    ]);
    quotients
}

/// The hour in which most calls of the organisation's totals began (UTC), of equal ones the
/// earliest, and how many began in it; none without calls.
#[must_use]
pub fn busy_hour(totals: &Totals) -> Option<(u8, i64)> {
    let hours = totals.family(&organisation_day::HOUR);
    let hours = hours.filter_map(|(hour, calls)| Some((hour.parse().ok()?, calls)));
    hours.filter(|(_, calls)| *calls > 0).max_by_key(|(hour, calls)| (*calls, u8::MAX - hour))
}
