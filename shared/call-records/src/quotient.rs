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

/// A share, and the totals whose quotient it is.
type Share = (&'static Definition, [&'static Definition; 2]);

/// The shares of a person's totals whose inputs the organisation does not count itself.
const OF_PEOPLE: [Share; 3] = [
    (&derived::FEEDBACK_RATED_SHARE, [&person_day::FEEDBACK_RATED, &person_day::FEEDBACK_OBJECTS]),
    (&derived::POOR_RECEIVED_SHARE, [&person_day::POOR_RECEIVED, &person_day::JUDGED_RECEIVED]),
    (&derived::POOR_SENT_SHARE, [&person_day::POOR_SENT, &person_day::JUDGED_SENT]),
];

/// The shares and means of a person's totals, of one day or of several added up; those that would
/// rest on nothing are none. For everybody together, give the organisation's totals
/// [`under`](Totals::under) `people_`.
#[must_use]
pub fn person_quotients(totals: &Totals) -> Vec<(&'static Definition, Option<Quotient>)> {
    let mut quotients = of_people(totals);
    quotients.extend(of_either(totals));
    quotients
}

/// The shares and means of the organisation's totals, of one day or of several added up. Calls,
/// legs and streams count once, however many people they are of.
#[must_use]
pub fn organisation_quotients(totals: &Totals) -> Vec<(&'static Definition, Option<Quotient>)> {
    use organisation_day as total;

    let of = |numerator, denominator| Quotient::of(totals, numerator, denominator);
    let mut quotients = of_people(&totals.under(PEOPLE_PREFIX));
    quotients.extend(of_either(totals));
    quotients.extend([
        (&derived::PARTICIPANTS_PER_CALL, of(&total::PARTICIPANTS, &total::CALLS)),
        (&derived::VERSIONS_PER_RECORD, of(&total::VERSIONS, &total::CALLS)),
        (&derived::MEDIA_SHARE, of(&total::SESSIONS_WITH_MEDIA, &total::SESSIONS)),
    ]);
    quotients
}

fn of_people(totals: &Totals) -> Vec<(&'static Definition, Option<Quotient>)> {
    let quotients = OF_PEOPLE.iter().map(|(share, [numerator, denominator])| {
        (*share, Quotient::of(totals, numerator, denominator))
    });
    quotients.collect()
}

/// The shares whose inputs have the same names in a person's totals and in the organisation's.
fn of_either(totals: &Totals) -> [(&'static Definition, Option<Quotient>); 5] {
    use person_day as total;

    let of = |numerator, denominator| Quotient::of(totals, numerator, denominator);
    let sum = |a: &Definition, b: &Definition| totals.get(a.id) + totals.get(b.id);
    let failed = totals.get(total::FAILED.id);
    let poor = totals.get(total::AUDIO_STREAMS_POOR.id);
    let judged = sum(&total::AUDIO_STREAMS_GOOD, &total::AUDIO_STREAMS_POOR);
    [
        (&derived::FAILURE_RATE, Quotient::new(failed, sum(&total::ANSWERED, &total::FAILED))),
        (&derived::DROP_RATE, of(&total::LEGS_DROPPED, &total::LEGS_ESTABLISHED)),
        (&derived::POOR_STREAM_SHARE, Quotient::new(poor, judged)),
        (&derived::POOR_LEG_SHARE, of(&total::LEGS_POOR, &total::LEGS)),
        (&derived::POOR_CALL_SHARE, of(&total::POOR_CALLS, &total::JUDGED_CALLS)),
    ]
}

/// The hour in which most calls of the organisation's totals began (UTC), of equal ones the
/// earliest, and how many began in it; none without calls.
#[must_use]
pub fn busy_hour(totals: &Totals) -> Option<(u8, i64)> {
    let hours = totals.family(&organisation_day::HOUR);
    let hours = hours.filter_map(|(hour, calls)| Some((hour.parse().ok()?, calls)));
    hours.filter(|(_, calls)| *calls > 0).max_by_key(|(hour, calls)| (*calls, u8::MAX - hour))
}
