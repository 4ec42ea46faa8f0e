//! The tables of the logs of telephone calls. Each currency has a row of its own, and only the first of them
//! has the counts, so that both add up.

use super::rows::{number, share, table, text};
use super::{Cell, Extent, Table};
use crate::answer::{LegSums, Money, TelephoneReport};

/// The columns of [`counts`].
const COUNTS: [&str; 9] = [
    "legs",
    "established",
    "failed",
    "end_unknown",
    "seconds",
    "setup_seconds",
    "contradictory",
    "currency",
    "charge",
];

/// Every day, call type, country, licence, operator and trunk, one below the other.
pub(super) fn values(data: &TelephoneReport) -> Table {
    let mut header = vec!["by", "value", "log", "direction"];
    header.extend(COUNTS);
    header.extend(["attempts", "effective", "network_effectiveness_ratio"]);
    let trunk = [Cell::Blank, Cell::Blank, Cell::Blank];
    let mut rows = Vec::new();
    let mut add = |by: &str, value: &str, [log, direction]: [&str; 2], sums: &LegSums| {
        for counts in counts(sums) {
            let mut row = vec![text(by), text(value), text(log), text(direction)];
            row.extend(counts);
            row.extend(trunk.clone());
            rows.push(row);
        }
    };
    for day in &data.by_day {
        add("day", &day.date.to_string(), ["", ""], &day.sums);
    }
    for row in &data.types {
        let of = [row.log.as_str(), row.direction.as_str()];
        add("call_type", &row.call_type, of, &row.sums);
    }
    for (by, values) in
        [("country", &data.countries), ("license", &data.licenses), ("operator", &data.operators)]
    {
        values.iter().for_each(|row| add(by, &row.value, ["", ""], &row.sums));
    }
    for row in &data.trunks {
        let mut cells = vec![text("trunk"), text(&row.trunk), text("direct_routing"), text("")];
        cells.extend(COUNTS.map(|_| Cell::Blank));
        cells.extend([number(row.attempts), number(row.effective)]);
        let ratio = row.network_effectiveness_ratio.value;
        cells.push(ratio.map_or(Cell::Blank, |ratio| number(share(ratio))));
        rows.push(cells);
    }
    let extent = Extent::complete(rows.len());
    Table { note: note(data), ..table(header, rows, extent) }
}

/// Everybody who was on the telephone.
pub(super) fn people(data: &TelephoneReport) -> Table {
    let mut header = vec!["person", "id", "name"];
    header.extend(COUNTS);
    let rows = data.people.rows.iter().flat_map(|row| {
        let person = &row.person;
        counts(&row.sums).into_iter().map(|counts| {
            let id = person.id.as_deref().map_or(Cell::Blank, text);
            let mut cells = vec![text(&person.person), id, text(&person.name)];
            cells.extend(counts);
            cells
        })
    });
    Table { note: note(data), ..table(header, rows.collect(), Extent::of(&data.people)) }
}

/// The counts with the first currency, and each further currency in a row without counts.
fn counts(sums: &LegSums) -> Vec<Vec<Cell>> {
    let counts = [
        sums.legs,
        sums.established,
        sums.failed,
        sums.end_unknown,
        sums.seconds,
        sums.setup_seconds,
        sums.contradictory,
    ];
    let mut charges = sums.charges.iter();
    let money = |money: Option<&Money>| match money {
        Some(money) => [text(&money.currency), number(&money.amount)],
        None => [Cell::Blank, Cell::Blank],
    };
    let first = counts.map(number).into_iter().chain(money(charges.next())).collect();
    let further =
        charges.map(|of| counts.map(|_| Cell::Blank).into_iter().chain(money(Some(of))).collect());
    [first].into_iter().chain(further).collect()
}

fn note(data: &TelephoneReport) -> Option<String> {
    (!data.notes.is_empty()).then(|| data.notes.join(" "))
}
