//! The logs of telephone calls.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use pstn_logs::{Direction, Joined, Log, Micros, SipClass, Sums};
use serde::Serialize;

use super::{Figure, List};
use crate::people::Person;

/// What the logs of some UTC days add up to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TelephoneReport {
    /// Whether the rows of these days are all there.
    pub(crate) completeness: LogsCompleteness,
    pub(crate) days: usize,
    /// Days that were listed at least once, or of which sums are kept.
    pub(crate) days_read: usize,
    /// What has to be known to read the numbers, in sentences.
    pub(crate) notes: Vec<String>,
    pub(crate) total: LegSums,
    /// Legs whose row is not listed any more, of `total.legs`.
    pub(crate) vanished: u64,
    /// Rows of no time, of whatever day, which are in no other number.
    pub(crate) undated: u64,
    /// Every day of the range.
    pub(crate) by_day: Vec<DayOfTelephone>,
    /// By log, direction and call type, the most legs first.
    pub(crate) types: Vec<TypeRow>,
    /// By country, the most legs first.
    pub(crate) countries: Vec<ValueOfLegs>,
    /// By licence, likewise.
    pub(crate) licenses: Vec<ValueOfLegs>,
    /// By operator, likewise.
    pub(crate) operators: Vec<ValueOfLegs>,
    /// The session border controllers, the most attempts first.
    pub(crate) trunks: Vec<TrunkRow>,
    /// By user, the longest time first. Conferences and services are in no person's legs.
    pub(crate) people: List<TelephonePerson>,
    /// Why no person is listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) people_null_reason: Option<&'static str>,
}

/// How much of the logs is kept.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LogsCompleteness {
    /// The first day that was listed.
    pub(crate) first_day: Option<Date>,
    /// Every row that began before this, since `first_day`, is kept.
    pub(crate) complete_up_to: Option<Timestamp>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) null_reason: Option<&'static str>,
}

/// What legs add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct LegSums {
    pub(crate) legs: u64,
    pub(crate) established: u64,
    pub(crate) failed: u64,
    pub(crate) end_unknown: u64,
    pub(crate) seconds: u64,
    pub(crate) setup_seconds: u64,
    pub(crate) contradictory: u64,
    /// By currency.
    pub(crate) charges: Vec<Money>,
}

/// An amount of a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Money {
    /// As it came; `unknown` where a row has none.
    pub(crate) currency: String,
    /// A decimal number, exact.
    pub(crate) amount: String,
    /// The same in millionths.
    pub(crate) millionths: i64,
}

/// A day.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DayOfTelephone {
    pub(crate) date: Date,
    /// Whether every row of it has come.
    pub(crate) is_complete: bool,
    #[serde(flatten)]
    pub(crate) sums: LegSums,
}

/// A call type as it came.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TypeRow {
    pub(crate) log: Log,
    pub(crate) direction: Direction,
    pub(crate) call_type: String,
    #[serde(flatten)]
    pub(crate) sums: LegSums,
}

/// A country, a licence or an operator.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ValueOfLegs {
    pub(crate) value: String,
    #[serde(flatten)]
    pub(crate) sums: LegSums,
}

/// A session border controller.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TrunkRow {
    pub(crate) trunk: String,
    pub(crate) attempts: u64,
    /// The numerator of the network effectiveness ratio.
    pub(crate) effective: u64,
    pub(crate) network_effectiveness_ratio: Figure,
    pub(crate) classes: BTreeMap<SipClass, u64>,
    /// Of attempts that were not answered, the most frequent first.
    pub(crate) codes: Vec<SipCodeRow>,
}

/// A final code of SIP with Microsoft's subcode.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SipCodeRow {
    /// Such as `487/540200`; `?` where there is none.
    pub(crate) code: String,
    pub(crate) legs: u64,
}

/// A person.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TelephonePerson {
    #[serde(flatten)]
    pub(crate) person: Person,
    #[serde(flatten)]
    pub(crate) sums: LegSums,
}

/// What the logs say of one person's days.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TelephoneOfPerson {
    /// Null where it is not known.
    pub(crate) sums: Option<LegSums>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) null_reason: Option<&'static str>,
}

/// The rows of the logs that belong to a call.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LogRowsOfCall {
    pub(crate) rows: Vec<LogRowOfCall>,
    /// Rows that fit this call and another one, and belong to none.
    pub(crate) ambiguous: u64,
    /// What is to be known of them, or why there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    /// Whether the call has a telephone, so that there ought to be rows.
    #[serde(skip)]
    pub(crate) has_telephone: bool,
}

/// A row that belongs to a call.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LogRowOfCall {
    pub(crate) log: Log,
    pub(crate) joined: Joined,
    pub(crate) direction: Direction,
    pub(crate) call_type: Option<String>,
    pub(crate) user: Option<Person>,
    pub(crate) caller_number: Option<ShownNumber>,
    pub(crate) callee_number: Option<ShownNumber>,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) invited_at: Option<Timestamp>,
    pub(crate) failed_at: Option<Timestamp>,
    /// Of a leg that failed the time of its set-up.
    pub(crate) duration_seconds: Option<u32>,
    /// Null where the row does not say.
    pub(crate) established: Option<bool>,
    pub(crate) contradicts_itself: bool,
    pub(crate) vanished: bool,
    pub(crate) country: Option<String>,
    /// The sum of both charges.
    pub(crate) charge: Option<Money>,
    pub(crate) trunk: Option<String>,
    /// The final code and Microsoft's subcode.
    pub(crate) sip_code: Option<String>,
    pub(crate) sip_phrase: Option<String>,
    pub(crate) sip_class: Option<SipClass>,
}

/// A number of a row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ShownNumber {
    #[serde(flatten)]
    pub(crate) person: Person,
    /// Whether Graph itself masks digits, so that it is no one's number.
    pub(crate) is_masked: bool,
    /// Whether it is that of a telephone in the call.
    #[serde(skip)]
    pub(crate) is_in_call: bool,
}

impl Money {
    pub(crate) fn new(currency: &str, amount: Micros) -> Self {
        Self { currency: currency.to_owned(), amount: amount.to_string(), millionths: amount.0 }
    }
}

impl From<&Sums> for LegSums {
    fn from(sums: &Sums) -> Self {
        Self {
            legs: sums.legs,
            established: sums.established,
            failed: sums.failed,
            end_unknown: sums.end_unknown(),
            seconds: sums.seconds,
            setup_seconds: sums.setup_seconds,
            contradictory: sums.contradictory,
            charges: sums.charges.iter().map(|(of, sum)| Money::new(of, *sum)).collect(),
        }
    }
}
