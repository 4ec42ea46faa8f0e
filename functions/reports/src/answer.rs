//! What a report says: one schema for JSON, pages and CSV.
//!
//! A field that is added is no new version; one that goes away or changes its meaning is.

mod call;
mod figure;
mod found;
mod noted_calls;
mod organisation;
mod person;
mod quality;
mod queues;
mod telephone;
mod traffic;

use call_table::Consumption;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::Report;
use crate::request::Paging;

pub(crate) use call::{
    CallReport, CallRow, DevicesOfEnd, EndOfSession, NetworkOfEnd, PersonInCall, ServiceInCall,
    SessionRow, StreamRow,
};
pub(crate) use figure::{Amount, Figure};
pub(crate) use found::{Found, FoundPerson};
pub(crate) use noted_calls::{NotedCalls, NotedRow, ShownFilter, ValueOf};
pub(crate) use organisation::{
    Calls, Completeness, Day, DefinitionRow, Definitions, Entry, FiguresBefore, Mix, Organisation,
    RankedPerson, Ranking, TargetsOfDays,
};
pub(crate) use person::{CallOfPerson, Device, PersonReport};
pub(crate) use quality::{
    BuildingFile, BuildingFileOfDays, Counted, DayOfQuality, DaysBefore, DimensionTable,
    FindingRow, Measured, OthersRow, PoorShare, QualityReport, RefusedFile, RollUp, TargetRow,
    ValueRow,
};
pub(crate) use queues::{
    AgentRow, AppNumbers, AppOnDay, AppRow, Bucket, DayOfQueues, QueuesReport, ShownWaits,
};
pub(crate) use telephone::{
    DayOfTelephone, LegSums, LogRowOfCall, LogRowsOfCall, LogsCompleteness, Money, ShownNumber,
    SipCodeRow, TelephoneOfPerson, TelephonePerson, TelephoneReport, TrunkRow, TypeRow,
    ValueOfLegs,
};
pub(crate) use traffic::{Organiser, Traffic};

/// The schema's name and version.
pub const SCHEMA: &str = "teams-call-records/report/1";

/// What `people_shown_as` where people are not shown by name.
pub(crate) const PSEUDONYMS: &str = "pseudonyms";

/// A report.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    pub(crate) schema: &'static str,
    pub(crate) report: Report,
    pub(crate) period: PeriodOfAnswer,
    /// `names` or `pseudonyms`.
    pub(crate) people_shown_as: &'static str,
    pub(crate) meta: Meta,
    pub(crate) data: Data,
}

/// The days of a report.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PeriodOfAnswer {
    pub(crate) from: Date,
    pub(crate) to: Date,
    /// The zone of times of day.
    pub(crate) time_zone: String,
    /// The zone of the days: totals are kept by UTC days.
    pub(crate) zone_of_days: String,
    /// Why the days are of another zone than the times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) zone_note: Option<&'static str>,
}

/// What the report cost, and when it was made.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Meta {
    pub(crate) generated_at: Timestamp,
    /// Requests to DynamoDB.
    pub(crate) requests: u64,
    /// Items that DynamoDB read.
    pub(crate) items_read: u64,
    /// Read capacity units that it charged.
    pub(crate) capacity_units: f64,
}

impl Meta {
    pub(crate) fn new(generated_at: Timestamp, consumption: Consumption) -> Self {
        let Consumption { requests, items, capacity_units } = consumption;
        Self { generated_at, requests, items_read: items, capacity_units }
    }
}

/// What the report is about.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Data {
    Organisation(Box<Organisation>),
    People(Ranking),
    Calls(Calls),
    Quality(Box<QualityReport>),
    NotedCalls(NotedCalls),
    Queues(Box<QueuesReport>),
    Telephone(Box<TelephoneReport>),
    Traffic(Box<Traffic>),
    Person(Box<PersonReport>),
    Call(Box<CallReport>),
    Found(Found),
    Definitions(Definitions),
}

/// One page of a list, and how long the list is.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct List<T> {
    pub(crate) total: usize,
    /// From 1.
    pub(crate) page: usize,
    pub(crate) size: usize,
    pub(crate) rows: Vec<T>,
}

impl<T> List<T> {
    /// The page of a list that is there as a whole.
    pub(crate) fn page_of(all: impl ExactSizeIterator<Item = T>, paging: Paging) -> Self {
        let total = all.len();
        let rows = all.skip(paging.skipped()).take(paging.size).collect();
        Self { total, page: paging.page, size: paging.size, rows }
    }

    /// How many pages there are.
    pub(crate) fn pages(&self) -> usize {
        self.total.div_ceil(self.size).max(1)
    }
}
