//! People's totals of a day: every one that has a definition.

use call_records::definitions::Scope;

use super::shown::{day, person};
use super::{Cell, Column, Kind, PersonDay};

pub(crate) fn columns() -> Vec<Column<PersonDay>> {
    let mut columns = vec![day()];
    columns.extend(person("person", "The person", |row: &PersonDay| {
        Some((&row.person, row.name.as_deref()))
    }));
    for definition in Scope::PersonDay.definitions() {
        let (name, kind) = named(definition.id);
        columns.push(Column::defined(name, kind, definition, move |row: &PersonDay, _| {
            Cell::total(&row.totals, definition)
        }));
    }
    columns
}

/// The column of a total: a family of totals is one, by the ends of the names.
pub(super) fn named(id: &'static str) -> (&'static str, Kind) {
    id.strip_suffix("_*").map_or((id, Kind::Integer), |stem| (stem, Kind::IntegersByName))
}
