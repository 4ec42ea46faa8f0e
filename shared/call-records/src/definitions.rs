//! Every number by its id: what it means, in what unit, at which version, and why it may be blank.
//!
//! There is one text for each. The doc comment of a part's field, or of a constant here, *is* the
//! [`meaning`](Definition::meaning) that a report shows and that `NUMBERS.md` lists; what counts a
//! total takes its name from the constant, so that no total is without a definition.

pub mod agent_day;
pub mod derived;
pub mod organisation_day;
pub mod person_day;
mod reference;
pub mod telephone_day;
pub mod trunk_day;
pub mod voice_app_day;

pub use crate::definition::{Definition, Scope, Unit};
pub use reference::reference;

impl Scope {
    /// All scopes, in the order in which a person reads them.
    pub const ALL: [Self; 8] = [
        Self::Participation,
        Self::PersonDay,
        Self::OrganisationDay,
        Self::Derived,
        Self::VoiceAppDay,
        Self::AgentDay,
        Self::TelephoneDay,
        Self::TrunkDay,
    ];

    /// The definitions of this scope.
    #[must_use]
    pub const fn definitions(self) -> &'static [Definition] {
        match self {
            Self::Participation => crate::participation::DEFINITIONS,
            Self::PersonDay => person_day::ALL,
            Self::OrganisationDay => organisation_day::ALL,
            Self::Derived => derived::ALL,
            Self::VoiceAppDay => voice_app_day::ALL,
            Self::AgentDay => agent_day::ALL,
            Self::TelephoneDay => telephone_day::ALL,
            Self::TrunkDay => trunk_day::ALL,
        }
    }
}

/// How the organisation's totals name the sums over its people.
pub const PEOPLE_PREFIX: &str = "people_";

/// The definition of a number by its name: of a family for its members, and of a person's day for
/// the organisation's `people_…`.
///
/// ```
/// use call_records::definitions::{Scope, Unit, find};
/// let talk = find(Scope::OrganisationDay, "people_talk_ms").unwrap();
/// assert_eq!((talk.id, talk.unit), ("talk_ms", Unit::Milliseconds));
/// assert_eq!(find(Scope::PersonDay, "platform_ms_windows").unwrap().id, "platform_ms_*");
/// assert_eq!(find(Scope::PersonDay, "nonsense"), None);
/// ```
#[must_use]
pub fn find(scope: Scope, name: &str) -> Option<&'static Definition> {
    let find_in = |scope: Scope, name| {
        let definitions = scope.definitions();
        // A number of its own before a family that its name would fit as well.
        definitions
            .iter()
            .find(|definition| definition.id == name)
            .or_else(|| definitions.iter().find(|definition| definition.covers(name)))
    };
    match (scope, name.strip_prefix(PEOPLE_PREFIX)) {
        (Scope::OrganisationDay, Some(name)) => find_in(Scope::PersonDay, name),
        _ => find_in(scope, name),
    }
}

/// The definitions of a scope as constants: the doc comment is the meaning.
macro_rules! numbers {
    ($scope:ident: $(
        $(#[doc = $text:literal])+
        $name:ident = $id:literal, version $version:literal, $unit:ident, $title:literal
        $(, blank: $blank:literal)?;
    )+) => {
        $(
            $(#[doc = $text])+
            pub const $name: Definition = Definition::new(
                Scope::$scope, $id, $version, Unit::$unit, $title, concat!($($blank)?), concat!($($text),+),
            );
        )+

        /// All of them.
        pub const ALL: &[Definition] = &[$($name),+];
    };
}
use numbers;
