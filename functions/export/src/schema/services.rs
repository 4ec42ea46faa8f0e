//! Services of calls.

use std::sync::Arc;

use call_records::Service;

use super::shown::{CallHead, of_call, person};
use super::{Cell, Column, Kind};

/// A row.
pub(crate) struct OfService {
    pub(crate) call: Arc<CallHead>,
    pub(crate) service: Service,
}

pub(crate) fn columns() -> Vec<Column<OfService>> {
    let mut columns = of_call(|row: &OfService| &row.call);
    // The id of a mailbox is its owner's.
    columns.extend(person("service", "The service", |row: &OfService| {
        Some((&row.service.service, row.service.display_name.as_deref()))
    }));
    columns.extend([
        Column::new(
            "kind",
            Kind::Text,
            "What it does: `queue`, `auto_attendant`, `voicemail`, `bot`, `conferencing`, `other`.",
            |row: &OfService, _| Cell::text(row.service.kind.as_str()),
        ),
        Column::new("roles", Kind::Texts, "Its roles, as Graph has them.", |row: &OfService, _| {
            Cell::texts(row.service.roles.iter().cloned())
        }),
        Column::new(
            "seconds",
            Kind::Seconds,
            "The length of the union of its sessions. Null where it is not known.",
            |row: &OfService, _| Cell::seconds(row.service.seconds),
        ),
        Column::new(
            "sessions",
            Kind::Integer,
            "Its sessions, by identity.",
            |row: &OfService, _| Cell::count(row.service.sessions),
        ),
        Column::new(
            "first_joined_at",
            Kind::Time,
            "First start of a session.",
            |row: &OfService, _| Cell::time(row.service.first_joined_at),
        ),
        Column::new("last_left_at", Kind::Time, "Last end of a session.", |row: &OfService, _| {
            Cell::time(row.service.last_left_at)
        }),
        Column::new(
            "is_organizer",
            Kind::Flag,
            "Whether the record names it as the organizer.",
            |row: &OfService, _| Cell::Flag(row.service.organizer),
        ),
    ]);
    columns
}
