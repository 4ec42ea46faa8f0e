//! Totals of a day, added up over the rows of its calls.

use std::collections::BTreeMap;

use call_records::{Call, Overflow, PersonKey, Totals};

/// A person's row of a day.
pub(crate) struct PersonDay {
    pub(crate) person: PersonKey,
    pub(crate) name: Option<String>,
    pub(crate) totals: Totals,
}

/// The totals of a day, as far as its calls were added.
#[derive(Debug, Default)]
pub(crate) struct DayTotals {
    pub(crate) organisation: Totals,
    people: BTreeMap<PersonKey, (Option<String>, Totals)>,
}

impl DayTotals {
    /// Adds a call.
    ///
    /// # Errors
    ///
    /// When a total leaves the range of an integer.
    pub(crate) fn add(&mut self, call: &Call) -> Result<(), Overflow> {
        self.organisation.checked_add_assign(&call.totals())?;
        for part in call.people.values() {
            let totals = call.participation_totals(part);
            // A test call counts for nothing.
            if totals.is_empty() {
                continue;
            }
            let (name, sum) = self.people.entry(part.person.clone()).or_default();
            sum.checked_add_assign(&totals)?;
            // The calls come in the order of their starts, so this is the newest name.
            if part.display_name.is_some() {
                name.clone_from(&part.display_name);
            }
        }
        Ok(())
    }

    /// The people's rows, in the order of their keys.
    pub(crate) fn into_people(self) -> impl Iterator<Item = PersonDay> {
        let people = self.people.into_iter();
        people.map(|(person, (name, totals))| PersonDay { person, name, totals })
    }
}
