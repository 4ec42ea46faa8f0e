//! One person.

use call_records::{Seconds, TakenBy};
use jiff::Timestamp;
use serde::Serialize;

use super::{Day, Figure, List, Mix, TelephoneOfPerson};
use crate::people::Person;

/// A person's calls, and what they add up to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PersonReport {
    #[serde(flatten)]
    pub(crate) person: Person,
    pub(crate) figures: Vec<Figure>,
    pub(crate) days: Vec<Day>,
    pub(crate) mix: Mix,
    /// What the logs of telephone calls say of the person; absent of who has no user of the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) telephone: Option<TelephoneOfPerson>,
    pub(crate) microphones: Vec<Device>,
    pub(crate) loudspeakers: Vec<Device>,
    /// Why there are no devices, or not of all calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) devices_note: Option<&'static str>,
    /// The newest call first.
    pub(crate) calls: List<CallOfPerson>,
    /// Why the list does not hold all calls of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) calls_note: Option<String>,
}

/// A device and in how many calls it was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Device {
    pub(crate) name: String,
    pub(crate) calls: i64,
}

/// A call from one person's side.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CallOfPerson {
    pub(crate) call: String,
    pub(crate) call_type: String,
    pub(crate) started_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) talk_seconds: Option<Seconds>,
    pub(crate) role: &'static str,
    pub(crate) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome_reason: Option<String>,
    /// Who took a call that the person missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) taken_by: Option<TakenBy>,
    /// A test call, which is counted in no total.
    pub(crate) is_test: bool,
    pub(crate) dropped: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) drop_reason: Option<String>,
    /// The other side of a peer-to-peer call.
    pub(crate) with: Vec<Person>,
    pub(crate) others: u32,
    pub(crate) platforms: Vec<String>,
    pub(crate) legs: u32,
    /// Absent when no leg could be judged.
    pub(crate) poor_legs: Option<u32>,
    pub(crate) ratings: Vec<String>,
}
