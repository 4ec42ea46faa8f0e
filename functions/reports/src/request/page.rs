//! Which report, in which order, which page.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Rows of a page unless the request says otherwise.
const SIZE: usize = 25;
/// The most rows of a page.
const MOST_ROWS: usize = 500;

/// The reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The organisation at a glance.
    #[default]
    Overview,
    /// Missed, failed and dropped calls, and who missed most.
    Missed,
    /// People, ranked.
    People,
    /// How well calls sounded, and to whom they did not.
    Quality,
    /// Platforms, connections, modalities.
    Equipment,
    /// What people said.
    Feedback,
    /// Day by day.
    Days,
    /// When calls ran, who organised them, and how soon they were stored.
    Traffic,
    /// The calls of a range.
    Calls,
    /// One person.
    Person,
    /// One call.
    Call,
    /// What each number means.
    Definitions,
}

impl Report {
    /// All reports, in the order of the menu.
    pub const ALL: [Self; 12] = [
        Self::Overview,
        Self::People,
        Self::Missed,
        Self::Quality,
        Self::Equipment,
        Self::Feedback,
        Self::Days,
        Self::Traffic,
        Self::Calls,
        Self::Person,
        Self::Call,
        Self::Definitions,
    ];

    /// The word in requests and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Missed => "missed",
            Self::People => "people",
            Self::Quality => "quality",
            Self::Equipment => "equipment",
            Self::Feedback => "feedback",
            Self::Days => "days",
            Self::Traffic => "traffic",
            Self::Calls => "calls",
            Self::Person => "person",
            Self::Call => "call",
            Self::Definitions => "definitions",
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
            Self::Equipment => "Devices and networks",
            Self::Feedback => "Feedback",
            Self::Days => "Days",
            Self::Traffic => "Traffic",
            Self::Calls => "Calls",
            Self::Person => "Person",
            Self::Call => "Call",
            Self::Definitions => "Definitions",
        }
    }
}

/// By what people are ranked, the most first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    /// Talk time.
    #[default]
    TalkTime,
    /// Calls.
    Calls,
    /// Calls that they were called in and missed.
    Missed,
    /// Calls from which they were dropped.
    Dropped,
    /// Calls with poor audio.
    Poor,
}

impl Sort {
    pub(crate) const ALL: [Self; 5] =
        [Self::TalkTime, Self::Calls, Self::Missed, Self::Dropped, Self::Poor];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::TalkTime => "talk_time",
            Self::Calls => "calls",
            Self::Missed => "missed",
            Self::Dropped => "dropped",
            Self::Poor => "poor",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::TalkTime => "talk time",
            Self::Calls => "calls",
            Self::Missed => "missed",
            Self::Dropped => "dropped",
            Self::Poor => "poor calls",
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
    pub(crate) fn new(page: Option<usize>, size: Option<usize>) -> Result<Self, Error> {
        let (page, size) = (page.unwrap_or(1), size.unwrap_or(SIZE));
        if page == 0 {
            return Err(Error::Request("\"page\" counts from 1.".to_owned()));
        }
        if !(1..=MOST_ROWS).contains(&size) {
            return Err(Error::Request(format!("\"size\" must be 1 to {MOST_ROWS}.")));
        }
        Ok(Self { page, size })
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
