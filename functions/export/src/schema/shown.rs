//! How people and places appear: as in the reports.

use std::collections::BTreeMap;

use call_quality::{Dimension, Value};
use call_records::{Call, CallType, Feedback, PersonKey, Rating};
use jiff::Timestamp;
use jiff::civil::Date;
use privacy::{Person, PrivacyFilter};
use sites::Sites;

use super::{Cell, Column, Kind};

/// What a row is shown by.
pub(crate) struct Shown<'a> {
    pub(crate) privacy: &'a PrivacyFilter,
    pub(crate) sites: Option<&'a Sites>,
    pub(crate) day: Date,
}

impl Shown<'_> {
    pub(super) fn person(&self, key: &PersonKey, name: Option<&str>) -> Person {
        self.privacy.person(key, name)
    }

    pub(super) fn free_text(&self, text: Option<&str>) -> Cell {
        Cell::optional(text.and_then(|text| self.privacy.free_text(text)))
    }

    pub(super) fn free_texts<'t>(&self, texts: impl IntoIterator<Item = &'t String>) -> Cell {
        Cell::texts(texts.into_iter().filter_map(|text| self.privacy.free_text(text)))
    }

    /// A value of a dimension, under the pseudonym that the reports show where it is hidden.
    pub(super) fn value(&self, dimension: Dimension, value: &Value) -> Cell {
        let Value::Known(known) = value else {
            return match value {
                Value::Unknown => Cell::Null,
                other => Cell::text(other.key()),
            };
        };
        if self.privacy.is_pseudonymous() && dimension.is_hidden_with_names() {
            let text = format!("{dimension} {}", value.key());
            return Cell::text(self.privacy.pseudonym_of_value(&text));
        }
        match dimension.is_free_text() {
            true => self.free_text(Some(known)),
            false => Cell::text(known),
        }
    }
}

/// What every row of a call says of it.
#[derive(Debug)]
pub(crate) struct CallHead {
    pub(super) id: String,
    pub(super) call_type: CallType,
    pub(super) started_at: Timestamp,
    pub(super) is_test: bool,
    /// The names of its people and services.
    names: BTreeMap<PersonKey, String>,
}

impl CallHead {
    pub(crate) fn of(call: &Call) -> Self {
        let people = call.people.values().map(|part| (&part.person, &part.display_name));
        let services = call.services.values().map(|it| (&it.service, &it.display_name));
        let names = people.chain(services);
        let names = names.filter_map(|(key, name)| Some((key.clone(), name.clone()?)));
        Self {
            id: call.id.clone(),
            call_type: call.call_type.clone(),
            started_at: call.started_at,
            is_test: call.is_test,
            names: names.collect(),
        }
    }

    pub(super) fn name(&self, key: &PersonKey) -> Option<&str> {
        self.names.get(key).map(String::as_str)
    }
}

/// The columns by which rows of one call are found and put in order.
pub(super) fn of_call<R: 'static>(head: fn(&R) -> &CallHead) -> Vec<Column<R>> {
    vec![
        Column::new("call_id", Kind::Text, "The call.", move |row, _| Cell::text(&head(row).id)),
        day(),
        Column::new("call_started_at", Kind::Time, "When the call started.", move |row, _| {
            Cell::time(Some(head(row).started_at))
        }),
        Column::new(
            "call_type",
            Kind::Text,
            "What kind of call it was: `peerToPeer`, `groupCall`, …",
            move |row, _| Cell::text(head(row).call_type.as_str()),
        ),
        Column::new(
            "is_test",
            Kind::Flag,
            "Whether every session of the call was a test call's. Test calls are in no total.",
            move |row, _| Cell::Flag(head(row).is_test),
        ),
    ]
}

/// The day of a row, as in its path.
pub(super) fn day<R: 'static>() -> Column<R> {
    let text = "The UTC day on which the call started, which is the day of the path.";
    Column::new("date", Kind::Day, text, |_, shown| Cell::day(shown.day))
}

/// A person and the name in the record.
pub(super) type Named<'a> = (&'a PersonKey, Option<&'a str>);

/// The columns of one person: who, under which name, of which kind.
pub(super) fn person<R: 'static>(
    prefix: &str,
    who: &'static str,
    of: impl Fn(&R) -> Option<Named<'_>> + Copy + Send + Sync + 'static,
) -> Vec<Column<R>> {
    let shown =
        move |row: &R, shown: &Shown<'_>| of(row).map(|(person, name)| shown.person(person, name));
    vec![
        Column::new(
            prefix.to_owned(),
            Kind::Text,
            format!(
                "{who}: `<kind>:<id>`, or a sealed reference where the id is not to be seen. The same for \
                 the same person in all tables."
            ),
            move |row, by| Cell::optional(shown(row, by).map(|person| person.person)),
        ),
        Column::new(
            format!("{prefix}_name"),
            Kind::Text,
            format!("{who}: the name, the number with hidden digits, or the pseudonym."),
            move |row, by| Cell::optional(shown(row, by).map(|person| person.name)),
        ),
        Column::new(
            format!("{prefix}_kind"),
            Kind::Text,
            format!("{who}: the kind of identity (`user`, `guest`, `phone`, `anonymous`, …)."),
            move |row, by| Cell::optional(shown(row, by).map(|person| person.kind)),
        ),
    ]
}

/// A rating, where one was given.
pub(super) fn rating(feedback: Option<&Feedback>) -> Cell {
    Cell::optional(feedback.and_then(|it| it.rating.as_ref()).map(Rating::as_str))
}
