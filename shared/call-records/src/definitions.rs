//! Every number by its id: what it means, in what unit, at which version, and why it may be blank.
//!
//! There is one text for each. The doc comment of a part's field, or of a constant here, *is* the
//! [`meaning`](Definition::meaning) that a report shows and that `NUMBERS.md` lists; what counts a
//! total takes its name from the constant, so that no total is without a definition.

use std::fmt;

pub mod derived;
pub mod organisation_day;
pub mod person_day;
mod reference;

pub use reference::reference;

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
    /// Why there is no number where there is none.
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
        format!("{}{name}", self.id.trim_end_matches('*'))
    }
}

impl Scope {
    /// All scopes, in the order in which a person reads them.
    pub const ALL: [Self; 4] =
        [Self::Participation, Self::PersonDay, Self::OrganisationDay, Self::Derived];

    /// The definitions of this scope.
    #[must_use]
    pub const fn definitions(self) -> &'static [Definition] {
        match self {
            Self::Participation => crate::participation::DEFINITIONS,
            Self::PersonDay => person_day::ALL,
            Self::OrganisationDay => organisation_day::ALL,
            Self::Derived => derived::ALL,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Participation => "person and call",
            Self::PersonDay => "person and day",
            Self::OrganisationDay => "organisation and day",
            Self::Derived => "derived",
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
        })
    }
}

/// How the organisation's totals name the sums over its people.
pub const PEOPLE_PREFIX: &str = "people_";

/// The definition of a number by its name: of a family for its members, and of a person's day for
/// the organisation's `people_…`.
///
/// ```
/// use call_records::definitions::{Scope, Unit, of};
/// let talk = of(Scope::OrganisationDay, "people_talk_ms").unwrap();
/// assert_eq!((talk.id, talk.unit), ("talk_ms", Unit::Milliseconds));
/// assert_eq!(of(Scope::PersonDay, "platform_ms_windows").unwrap().id, "platform_ms_*");
/// assert_eq!(of(Scope::PersonDay, "nonsense"), None);
/// ```
#[must_use]
pub fn of(scope: Scope, name: &str) -> Option<&'static Definition> {
    let find = |scope: Scope, name| {
        let definitions = scope.definitions();
        // A number of its own before a family that its name would fit as well.
        definitions
            .iter()
            .find(|definition| definition.id == name)
            .or_else(|| definitions.iter().find(|definition| definition.covers(name)))
    };
    match (scope, name.strip_prefix(PEOPLE_PREFIX)) {
        (Scope::OrganisationDay, Some(name)) => find(Scope::PersonDay, name),
        _ => find(scope, name),
    }
}

/// The definitions of a scope as constants: the doc comment is the meaning.
macro_rules! numbers {
    ($scope:ident: $(
        $(#[doc = $text:literal])+
        $name:ident = $id:literal, version $version:literal, $unit:ident, $title:literal,
        blank: $blank:literal;
    )+) => {
        $(
            $(#[doc = $text])+
            pub const $name: Definition = Definition::new(
                Scope::$scope, $id, $version, Unit::$unit, $title, $blank, concat!($($text),+),
            );
        )+

        /// All of them.
        pub const ALL: &[Definition] = &[$($name),+];
    };
}
use numbers;
