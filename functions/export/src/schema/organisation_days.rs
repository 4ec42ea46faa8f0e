//! The organisation's totals of a day: its own, and the sums over its people.

use call_records::Totals;
use call_records::definitions::{PEOPLE_PREFIX, Scope};

use super::person_days::named;
use super::shown::day;
use super::{Cell, Column};

pub(crate) fn columns() -> Vec<Column<Totals>> {
    let mut columns = vec![day()];
    for definition in Scope::OrganisationDay.definitions() {
        let (name, kind) = named(definition.id);
        columns.push(Column::defined(name, kind, definition, move |totals: &Totals, _| {
            Cell::total(totals, definition)
        }));
    }
    for definition in Scope::PersonDay.definitions() {
        let (name, kind) = named(definition.id);
        let name = [PEOPLE_PREFIX, name].concat();
        let mut column = Column::defined(name, kind, definition, move |totals: &Totals, _| {
            Cell::total(&totals.under(PEOPLE_PREFIX), definition)
        });
        column.info.description = format!("Over all people: {}", column.info.description).into();
        columns.push(column);
    }
    columns
}
