//! Which report, in which order, which page.

use words::words;

use super::Format;
use crate::Error;
use crate::period::MAX_DAYS_IN_DETAIL;

/// Rows of a page where the request names no size.
const DEFAULT_PAGE_SIZE: usize = 25;
/// Rows of a page of bad calls, likewise.
const NOTED_CALLS_PAGE_SIZE: usize = 100;
/// The most rows of a page.
const MAX_ROWS: usize = 500;
/// The most rows of a CSV, and as many as it has where the request names no size. Each may cost a
/// request for a name: 16 at once, each of 20 ms, are done in 13 of the function's 30 seconds.
const MAX_CSV_ROWS: usize = 10_000;
/// The most days whose calls are listed at once: a week of a dashboard touches eight.
const MAX_DAYS_OF_CALLS: usize = 8;

words! { closed
    /// The reports, in the order of the menu.
    #[derive(Default)]
    pub Report {
        /// The organisation at a glance.
        #[default]
        Overview = "overview",
        /// People, ranked.
        People = "people",
        /// Missed, failed and dropped calls, and who missed most.
        Missed = "missed",
        /// How well calls sounded, and where and on what they did not.
        Quality = "quality",
        /// The calls behind the numbers of quality.
        NotedCalls = "noted_calls",
        /// What queues and attendants did.
        Queues = "queues",
        /// What the agents of queues and attendants took.
        Agents = "agents",
        /// What the logs of telephone calls add up to.
        Telephone = "telephone",
        /// Who was on the telephone, and for how long.
        TelephonePeople = "telephone_people",
        /// Platforms, connections, modalities.
        Equipment = "equipment",
        /// What people said.
        Feedback = "feedback",
        /// Day by day.
        Days = "days",
        /// When calls ran, who organised them, and how soon they were stored.
        Traffic = "traffic",
        /// The calls of a range.
        Calls = "calls",
        /// One person.
        Person = "person",
        /// One call.
        Call = "call",
        /// People and calls that a text may mean.
        Found = "found",
        /// What each number means.
        Definitions = "definitions",
    }
}

impl Report {
    /// The most days of which there is such a report: of more than the totals are read for it.
    pub(crate) const fn max_days(self) -> Option<usize> {
        match self {
            Self::People
            | Self::Traffic
            | Self::Quality
            | Self::NotedCalls
            | Self::Queues
            | Self::Agents
            | Self::TelephonePeople => Some(MAX_DAYS_IN_DETAIL),
            Self::Calls => Some(MAX_DAYS_OF_CALLS),
            _ => None,
        }
    }

    /// Whether its days are UTC days, whatever zone its times have.
    pub(crate) const fn is_by_utc_days(self) -> bool {
        matches!(
            self,
            Self::Quality
                | Self::NotedCalls
                | Self::Queues
                | Self::Agents
                | Self::Telephone
                | Self::TelephonePeople
        )
    }

    /// Whether it is of queues and attendants.
    pub(crate) const fn is_of_queues(self) -> bool {
        matches!(self, Self::Queues | Self::Agents)
    }

    /// The default number of rows of a page.
    const fn page_size(self) -> usize {
        match self {
            Self::NotedCalls => NOTED_CALLS_PAGE_SIZE,
            _ => DEFAULT_PAGE_SIZE,
        }
    }

    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Missed => "Missed and dropped",
            Self::People => "People",
            Self::Quality => "Quality",
            Self::NotedCalls => "Bad calls",
            Self::Queues => "Queues",
            Self::Agents => "Agents",
            Self::Telephone => "Telephone",
            Self::TelephonePeople => "People on the telephone",
            Self::Equipment => "Devices and networks",
            Self::Feedback => "Feedback",
            Self::Days => "Days",
            Self::Traffic => "Traffic",
            Self::Calls => "Calls",
            Self::Person => "Person",
            Self::Call => "Call",
            Self::Found => "Found",
            Self::Definitions => "Definitions",
        }
    }
}

words! { closed
    /// By what people are ranked, the most first.
    #[derive(Default)]
    pub(crate) Sort {
        /// Time in calls.
        #[default]
        TalkTime = "talk_time",
        /// Calls.
        Calls = "calls",
        /// Missed calls, always incoming.
        Missed = "missed",
        /// Calls in which a session of theirs dropped.
        Dropped = "dropped",
        /// Poor audio streams that they received.
        PoorReceived = "poor_received",
        /// Poor audio streams that they sent.
        PoorSent = "poor_sent",
    }
}

words! { closed
    /// Whom a ranking holds, by the relation to the home organisation.
    #[derive(Default)]
    pub(crate) Relations {
        /// People of the home organisation.
        #[default]
        Internal = "internal",
        /// Everybody else: of another organisation or of an unknown one, guests, telephones, visitors.
        Others = "others",
        /// Everybody.
        All = "all",
    }
}

/// Whom a ranking holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PeopleFilter {
    pub(crate) relations: Relations,
    /// The kind of identity; none is any.
    pub(crate) kind: Option<String>,
}

impl Sort {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::TalkTime => "time in calls",
            Self::Calls => "calls",
            Self::Missed => "missed",
            Self::Dropped => "dropped",
            Self::PoorReceived => "poor audio received",
            Self::PoorSent => "poor audio sent",
        }
    }
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paging {
    /// From 1.
    pub(crate) page: usize,
    pub(crate) size: usize,
}

impl Paging {
    pub(crate) fn new(
        report: Report,
        page: Option<usize>,
        size: Option<usize>,
        format: Format,
    ) -> Result<Self, Error> {
        let (usual, most) = match format {
            Format::Csv => (MAX_CSV_ROWS, MAX_CSV_ROWS),
            Format::Html | Format::Json => (report.page_size(), MAX_ROWS),
        };
        let (page, size) = (page.unwrap_or(1), size.unwrap_or(usual));
        if page == 0 {
            return Err(Error::Request("Pages count from 1.".to_owned()));
        }
        if !(1..=most).contains(&size) {
            return Err(Error::Request(format!("\"size\" must be 1 to {most}.")));
        }
        Ok(Self { page, size })
    }

    /// The size, where it is not the usual one of a page.
    pub(crate) fn chosen_size(self, report: Report) -> Option<usize> {
        (self.size != report.page_size()).then_some(self.size)
    }

    /// The first rows only.
    pub(crate) fn first(size: usize) -> Self {
        Self { page: 1, size }
    }

    /// How many rows come before the page.
    pub(crate) fn skipped(self) -> usize {
        (self.page - 1).saturating_mul(self.size)
    }
}
