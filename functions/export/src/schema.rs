//! The tables of the lake: every column's name, type, meaning and source, once. What is written, the
//! tables of the data catalogue in the template, and the documentation are made of it.

mod agent_days;
mod calls;
mod days;
mod document;
mod organisation_days;
mod participations;
mod person_days;
mod queue_days;
mod services;
mod sessions;
mod shown;
mod streams;
mod telephone_legs;

use std::borrow::Cow;

use call_records::definitions::Definition;
use call_records::{Seconds, Totals};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use parquet::errors::Result;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::Type;

pub(crate) use agent_days::AgentDay;
pub(crate) use days::{
    DayTotals, PersonDay, person_days as rows_of_people, queue_days as rows_of_queues,
};
pub use document::{schema_json, schema_markdown};
pub(crate) use participations::Part;
pub(crate) use queue_days::QueueDay;
pub(crate) use services::OfService;
pub(crate) use sessions::OfSession;
pub(crate) use shown::{CallHead, Shown};
pub(crate) use streams::OfStream;
pub(crate) use telephone_legs::TelephoneLeg;

/// The columns of each table's rows.
pub(crate) mod columns_of {
    pub(crate) use super::agent_days::columns as agent_days;
    pub(crate) use super::calls::columns as calls;
    pub(crate) use super::organisation_days::columns as organisation_days;
    pub(crate) use super::participations::columns as participations;
    pub(crate) use super::person_days::columns as person_days;
    pub(crate) use super::queue_days::columns as queue_days;
    pub(crate) use super::services::columns as services;
    pub(crate) use super::sessions::columns as sessions;
    pub(crate) use super::streams::columns as streams;
    pub(crate) use super::telephone_legs::columns as telephone_legs;
}

/// The version of the schema: it rises when a column is added, removed or changes its meaning. A day that
/// was written by another version is due.
pub const SCHEMA_VERSION: u32 = 3;

/// A table of the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One row for each call.
    Calls,
    /// One row for each person in each call.
    Participations,
    /// One row for each session of each call.
    Sessions,
    /// One row for each end of a stream at which a person was.
    Streams,
    /// One row for each service of each call.
    Services,
    /// One row for each person of a day.
    PersonDays,
    /// One row for each day.
    OrganisationDays,
    /// One row for each queue or attendant of a day.
    QueueDays,
    /// One row for each agent of each queue or attendant of a day.
    AgentDays,
    /// One row for each leg of a call with the telephone network.
    TelephoneLegs,
}

impl Table {
    /// All, in the order in which a reader meets them.
    pub const ALL: [Self; 10] = [
        Self::Calls,
        Self::Participations,
        Self::Sessions,
        Self::Streams,
        Self::Services,
        Self::PersonDays,
        Self::OrganisationDays,
        Self::QueueDays,
        Self::AgentDays,
        Self::TelephoneLegs,
    ];

    /// The table's name, in paths and in the data catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Participations => "participations",
            Self::Sessions => "sessions",
            Self::Streams => "streams",
            Self::Services => "services",
            Self::PersonDays => "person_days",
            Self::OrganisationDays => "organisation_days",
            Self::QueueDays => "queue_days",
            Self::AgentDays => "agent_days",
            Self::TelephoneLegs => "telephone_legs",
        }
    }

    /// What a row of it is.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Calls => {
                "One row for each call and meeting, at its highest version. Test calls are among them."
            }
            Self::Participations => {
                "One row for each person in each call, who was only invited included."
            }
            Self::Sessions => {
                "One row for each session of each call, as Graph sent them: repeated ones included."
            }
            Self::Streams => {
                "One row for each end of an audio, video or screen sharing stream at which a person was, \
                 with the network, the site, the device and the client of that end: a stream between two \
                 people has two rows, one sent and one received. One whose direction Graph does not say has \
                 none. Sums of `quality` of audio are the totals of people."
            }
            Self::Services => {
                "One row for each service in each call: queues, attendants, voicemail, bots, conferencing. \
                 They are no people."
            }
            Self::PersonDays => {
                "One row for each person of a day: the sums over the calls that began on it (UTC)."
            }
            Self::OrganisationDays => "One row for each day (UTC): the sums over its calls.",
            Self::QueueDays => {
                "One row for each call queue and auto attendant of a day (UTC): what became of the calls that \
                 came there, and how long they waited. A day has `not_final` until its last record is a day \
                 old, and is written again then."
            }
            Self::AgentDays => {
                "One row for each agent of each call queue and auto attendant of a day (UTC)."
            }
            Self::TelephoneLegs => {
                "One row for each row of Graph's logs of telephone calls, where they are stored: a leg, of \
                 which forwarding and transfer make several of one call. Rows come up to 48 hours late."
            }
        }
    }

    /// What its columns are, in their order.
    #[must_use]
    pub fn columns(self) -> Vec<ColumnInfo> {
        match self {
            Self::Calls => infos(calls::columns()),
            Self::Participations => infos(participations::columns()),
            Self::Sessions => infos(sessions::columns()),
            Self::Streams => infos(streams::columns()),
            Self::Services => infos(services::columns()),
            Self::PersonDays => infos(person_days::columns()),
            Self::OrganisationDays => infos(organisation_days::columns()),
            Self::QueueDays => infos(queue_days::columns()),
            Self::AgentDays => infos(agent_days::columns()),
            Self::TelephoneLegs => infos(telephone_legs::columns()),
        }
    }
}

fn infos<R: ?Sized>(columns: Vec<Column<R>>) -> Vec<ColumnInfo> {
    columns.into_iter().map(|column| column.info).collect()
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A whole number of 64 bits.
    Integer,
    /// A floating-point number of 64 bits.
    Real,
    /// Seconds, exact to the millisecond.
    Seconds,
    /// An amount of money, exact to the millionth.
    Amount,
    /// An instant in UTC, exact to the microsecond.
    Time,
    /// A day (UTC).
    Day,
    /// A list of texts.
    Texts,
    /// Whole numbers by name.
    IntegersByName,
    /// Seconds by name; null where it is not known how long.
    SecondsByName,
}

impl Kind {
    /// As the data catalogue of Glue and Athena name it.
    #[must_use]
    pub const fn glue(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Flag => "boolean",
            Self::Integer => "bigint",
            Self::Real => "double",
            Self::Seconds => "decimal(18,3)",
            Self::Amount => "decimal(18,6)",
            Self::Time => "timestamp",
            Self::Day => "date",
            Self::Texts => "array<string>",
            Self::IntegersByName => "map<string,bigint>",
            Self::SecondsByName => "map<string,decimal(18,3)>",
        }
    }

    /// As a field of a Parquet message. Every column is optional; what is in a list is not.
    fn parquet(self, name: &str) -> String {
        let map = |value: &str| {
            format!(
                "optional group {name} (MAP) {{ repeated group key_value {{ \
                 required binary key (STRING); optional {value}; }} }}"
            )
        };
        match self {
            Self::Text => format!("optional binary {name} (STRING);"),
            Self::Flag => format!("optional boolean {name};"),
            Self::Integer => format!("optional int64 {name};"),
            Self::Real => format!("optional double {name};"),
            Self::Seconds => format!("optional int64 {name} (DECIMAL(18,3));"),
            Self::Amount => format!("optional int64 {name} (DECIMAL(18,6));"),
            Self::Time => format!("optional int64 {name} (TIMESTAMP(MICROS,true));"),
            Self::Day => format!("optional int32 {name} (DATE);"),
            Self::Texts => format!(
                "optional group {name} (LIST) {{ repeated group list {{ \
                 required binary element (STRING); }} }}"
            ),
            Self::IntegersByName => map("int64 value"),
            Self::SecondsByName => map("int64 value (DECIMAL(18,3))"),
        }
    }
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnInfo {
    /// The name.
    pub name: Cow<'static, str>,
    /// The type.
    pub kind: Kind,
    /// What it means.
    pub description: Cow<'static, str>,
    /// Where it comes from: the number's definition in NUMBERS.md, or the call record.
    pub source: Cow<'static, str>,
}

/// A column of the rows `R`.
pub(crate) struct Column<R: ?Sized> {
    pub(crate) info: ColumnInfo,
    pub(crate) value: Box<ValueOf<R>>,
}

type ValueOf<R> = dyn Fn(&R, &Shown<'_>) -> Cell + Send + Sync;

/// A value of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Text(String),
    Flag(bool),
    /// Also milliseconds of [`Kind::Seconds`], millionths of [`Kind::Amount`], microseconds of [`Kind::Time`], days since 1970 of
    /// [`Kind::Day`].
    Integer(i64),
    Real(f64),
    Texts(Vec<String>),
    Integers(Vec<(String, Option<i64>)>),
}

impl<R: ?Sized> Column<R> {
    /// A column that says what a record says.
    fn new(
        name: impl Into<Cow<'static, str>>,
        kind: Kind,
        description: impl Into<Cow<'static, str>>,
        value: impl Fn(&R, &Shown<'_>) -> Cell + Send + Sync + 'static,
    ) -> Self {
        let (name, description, source) = (name.into(), description.into(), "call record".into());
        Self { info: ColumnInfo { name, kind, description, source }, value: Box::new(value) }
    }

    /// A column of a number that has a definition.
    fn defined(
        name: impl Into<Cow<'static, str>>,
        kind: Kind,
        definition: &'static Definition,
        value: impl Fn(&R, &Shown<'_>) -> Cell + Send + Sync + 'static,
    ) -> Self {
        let description = match definition.blank {
            "" => definition.meaning().to_owned(),
            blank => format!("{} Null: {blank}.", definition.meaning()),
        };
        let mut column = Self::new(name, kind, description, value);
        column.info.source = format!(
            "NUMBERS.md: `{}`, {}, version {}",
            definition.id, definition.scope, definition.version
        )
        .into();
        column
    }
}

/// The schema of a file with these columns.
pub(crate) fn message(table: Table, columns: &[ColumnInfo]) -> Result<Type> {
    let fields: String =
        columns.iter().map(|column| column.kind.parquet(&column.name) + "\n").collect();
    parse_message_type(&format!("message {} {{ {fields} }}", table.name()))
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn optional(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    fn count(number: impl Into<i64>) -> Self {
        Self::Integer(number.into())
    }

    fn unsigned(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn seconds(seconds: Option<Seconds>) -> Self {
        seconds.map_or(Self::Null, |seconds| Self::Integer(seconds.as_millis()))
    }

    fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Null, |at| Self::Integer(at.as_microsecond()))
    }

    fn day(day: Date) -> Self {
        let days = day.since(date(1970, 1, 1)).map_or(0, |span| span.get_days());
        Self::Integer(days.into())
    }

    fn flag(flag: Option<bool>) -> Self {
        flag.map_or(Self::Null, Self::Flag)
    }

    fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Texts(texts.into_iter().map(Into::into).collect())
    }

    fn seconds_by_name<'a>(
        entries: impl IntoIterator<Item = (&'a String, &'a Option<Seconds>)>,
    ) -> Self {
        let entries = entries
            .into_iter()
            .map(|(name, seconds)| (name.clone(), seconds.map(Seconds::as_millis)));
        Self::Integers(entries.collect())
    }

    /// A total, or the members of a family.
    fn total(totals: &Totals, definition: &Definition) -> Self {
        if definition.id.ends_with('*') {
            let members = totals.family(definition);
            Self::Integers(members.map(|(name, value)| (name.to_owned(), Some(value))).collect())
        } else {
            Self::Integer(totals.get(definition.id))
        }
    }
}
