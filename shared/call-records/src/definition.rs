//! What a definition of a number says, without the numbers: see [`definitions`](crate::definitions).

use std::fmt;

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The id: the name under which the number is stored. One that ends in `*` stands for a family
    /// of numbers, whose names end in what came on the wire: see [`Definition::covers`].
    pub id: &'static str,
    /// The version of the definition; rises when the number may differ for the same record.
    pub version: u32,
    /// Of what it is a number.
    pub scope: Scope,
    /// Its unit.
    pub unit: Unit,
    /// A short name for headings.
    pub title: &'static str,
    /// Why there is no number where there is none; empty for a number that is never blank, and of
    /// which no entry is 0.
    pub blank: &'static str,
    text: &'static str,
}

/// Of what a number is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One person's part in one call.
    Participation,
    /// One person's totals of a day. Under names that begin with `people_`, also the sum of them
    /// in the organisation's totals.
    PersonDay,
    /// The organisation's totals of a day.
    OrganisationDay,
    /// Worked out of totals, or of the list of a day's calls or people, when it is asked for.
    Derived,
    /// A queue or an attendant on a day.
    VoiceAppDay,
    /// An agent of a queue or an attendant on a day.
    AgentDay,
    /// The logs of telephone calls on a day.
    TelephoneDay,
    /// A session border controller on a day.
    TrunkDay,
}

/// In what a number is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Words.
    Text,
    /// True or false.
    Flag,
    /// A number of things.
    Count,
    /// Seconds, exact to the millisecond.
    Seconds,
    /// Whole milliseconds.
    Milliseconds,
    /// An instant, ISO 8601 in UTC.
    Time,
    /// An hour of the day, 0 to 23.
    Hour,
    /// Percent of full strength.
    Percent,
    /// A share: a numerator and a denominator, to be shown as a percentage.
    Share,
    /// A mean: a numerator and a denominator, to be shown as their quotient.
    Mean,
    /// Amounts of money, each of a currency, exact to the millionth.
    Money,
}

impl Definition {
    pub(crate) const fn new(
        scope: Scope,
        id: &'static str,
        version: u32,
        unit: Unit,
        title: &'static str,
        blank: &'static str,
        text: &'static str,
    ) -> Self {
        Self { id, version, scope, unit, title, blank, text }
    }

    /// The definition: what is counted, and by which rule.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.text.trim()
    }

    /// Whether a number of this name is the defined one, or one of its family.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        match self.id.strip_suffix('*') {
            None => self.id == name,
            Some(stem) => name.len() > stem.len() && name.starts_with(stem),
        }
    }

    /// The name of one member of a family.
    pub(crate) fn member(&self, name: &str) -> String {
        [self.id.trim_end_matches('*'), name].concat()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Participation => "person and call",
            Self::PersonDay => "person and day",
            Self::OrganisationDay => "organisation and day",
            Self::Derived => "derived",
            Self::VoiceAppDay => "queue and day",
            Self::AgentDay => "agent and day",
            Self::TelephoneDay => "telephone and day",
            Self::TrunkDay => "trunk and day",
        })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Flag => "yes or no",
            Self::Count => "number",
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Time => "time",
            Self::Hour => "hour",
            Self::Percent => "%",
            Self::Share => "share",
            Self::Mean => "mean",
            Self::Money => "money",
        })
    }
}
