//! Queues and attendants of a day: every sum that has a definition. Shares and means are none of them, because
//! they do not add up.

use call_records::definitions::{Definition, voice_app_day as of};
use voice_apps::{App, AppCounts, BOUNDS, VoiceApp, Waits};

use super::shown::{day, person};
use super::{Cell, Column, Kind, Shown};

/// A row.
pub(crate) struct QueueDay {
    pub(crate) key: VoiceApp,
    pub(crate) app: App,
}

/// The columns by which a queue or an attendant is found, also in the rows of its agents.
pub(super) fn of_voice_app<R: 'static>(queue: fn(&R) -> &QueueDay) -> Vec<Column<R>> {
    let mut columns = vec![
        day(),
        Column::new(
            "kind",
            Kind::Text,
            "What the service does in these visits: `queue` or `auto_attendant`. A resource account may be \
             both, and has a row of each then.",
            move |row: &R, _| Cell::text(queue(row).key.kind.as_str()),
        ),
    ];
    columns.extend(person("service", "The queue or attendant", move |row: &R| {
        let queue = queue(row);
        Some((&queue.key.service, queue.app.name()))
    }));
    columns
}

type CountOf = fn(&AppCounts) -> u64;
type WaitsOf = fn(&AppCounts) -> &Waits;

pub(crate) fn columns() -> Vec<Column<QueueDay>> {
    let mut columns = of_voice_app(|row: &QueueDay| row);
    let counts: [(&'static Definition, CountOf); 7] = [
        (&of::OFFERED, |counts| counts.offered),
        (&of::ANSWERED, |counts| counts.answered),
        (&of::VOICEMAIL, |counts| counts.voicemail),
        (&of::FORWARDED, |counts| counts.forwarded),
        (&of::ABANDONED, |counts| counts.abandoned),
        (&of::UNKNOWN, |counts| counts.unknown),
        (&of::NOT_FINAL, |counts| counts.not_final),
    ];
    for (definition, count) in counts {
        columns.push(Column::defined(
            definition.id,
            Kind::Integer,
            definition,
            move |row: &QueueDay, _| Cell::unsigned(count(&row.app.counts)),
        ));
    }
    let waits: [(&'static Definition, WaitsOf); 3] = [
        (&of::ANSWERED_WAIT, |counts| &counts.answered_wait),
        (&of::ABANDONED_WAIT, |counts| &counts.abandoned_wait),
        (&of::PASSED_ON_WAIT, |counts| &counts.passed_on_wait),
    ];
    for (definition, waits) in waits {
        columns.extend(columns_of_waits(definition, waits));
    }
    columns
}

fn columns_of_waits(definition: &'static Definition, waits: WaitsOf) -> [Column<QueueDay>; 5] {
    let column = |end: &str, kind, what: &str, value: fn(&Waits) -> Cell| {
        let name = [definition.id, end].concat();
        let value = move |row: &QueueDay, _: &Shown<'_>| value(waits(&row.app.counts));
        let mut column = Column::defined(name, kind, definition, value);
        column.info.description = format!("{what} Of: {}", column.info.description).into();
        column
    };
    [
        column("_known", Kind::Integer, "How many waits are known.", |waits| {
            Cell::unsigned(waits.known)
        }),
        column("_unknown", Kind::Integer, "How many waits are not known.", |waits| {
            Cell::unsigned(waits.unknown)
        }),
        column("_ms", Kind::Integer, "The sum of the known waits, in milliseconds.", |waits| {
            Cell::unsigned(waits.ms)
        }),
        column(
            "_longest_ms",
            Kind::Integer,
            "The longest of the known waits, in milliseconds; 0 without any.",
            |waits| Cell::unsigned(waits.longest_ms),
        ),
        column(
            "_within",
            Kind::IntegersByName,
            "How many waited at most so many seconds, by the seconds, for every bound of the buckets; a bucket \
             is the difference of two neighbours. They add up over days and queues.",
            |waits| {
                let within = BOUNDS.map(|bound| (bound, waits.within(bound)));
                Cell::Integers(
                    within
                        .into_iter()
                        .map(|(bound, calls)| (bound.to_string(), i64::try_from(calls).ok()))
                        .collect(),
                )
            },
        ),
    ]
}
