//! When calls ran, who organised them, and how soon they were stored.

use call_records::{Lag, Peak};
use serde::Serialize;

use super::{Figure, List};
use crate::people::Person;

/// What cannot be added up from day to day.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Traffic {
    pub(crate) figures: Vec<Figure>,
    /// Calls by the hour of their start, in the zone of the period.
    pub(crate) hours: Vec<i64>,
    /// The most calls that ran at one moment, and the first such moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peak: Option<Peak>,
    /// From the ends of calls to when they were stored.
    pub(crate) lag: Option<Lag>,
    /// Calls that were stored more than a day after their end, which the lag leaves out.
    pub(crate) stored_late: u64,
    /// Who organised calls that are not peer-to-peer, the most first.
    pub(crate) organisers: List<Organiser>,
}

/// A person who organised calls.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Organiser {
    #[serde(flatten)]
    pub(crate) person: Person,
    pub(crate) calls: i64,
}
