//! The tables of quality: a row for each value of each dimension, and for each bad leg.

use call_quality::Dimension;

use super::rows::{number, optional, table, text, time, yes_no};
use super::{Cell, Extent, Table};
use crate::answer::{Counted, NotedCalls, OthersRow, QualityReport, ValueRow};

/// All values of all dimensions, or of the one that was asked for.
pub(super) fn values(data: &QualityReport) -> Table {
    let header = vec![
        "dimension",
        "value",
        "text",
        "few",
        "stands_out",
        "poor_beyond_expectation",
        "received_judged",
        "received_poor",
        "received_unclassified",
        "sent_judged",
        "sent_poor",
        "sent_unclassified",
        "legs_judged",
        "legs_poor",
        "legs_unclassified",
        "legs_established",
        "legs_dropped",
        "legs_attempted",
        "legs_failed",
    ];
    let mut rows = Vec::new();
    let mut total = 0;
    for of in &data.dimensions {
        rows.extend(of.list.rows.iter().map(|row| value_row(of.dimension, row)));
        rows.extend(of.others.iter().map(|others| others_row(of.dimension, others)));
        total += of.list.total + usize::from(of.others.is_some());
    }
    // Of each dimension.
    let (page, size) = data.dimensions.first().map_or((1, 0), |of| (of.list.page, of.list.size));
    let note = (!data.roll_up.notes.is_empty()).then(|| data.roll_up.notes.join(" "));
    Table { note, ..table(header, rows, Extent { total, page, size }) }
}

fn value_row(dimension: Dimension, row: &ValueRow) -> Vec<Cell> {
    let mut cells = vec![
        text(dimension.as_str()),
        text(&row.value.value),
        text(&row.value.text),
        text(yes_no(row.few)),
        text(yes_no(row.stands_out)),
        optional(row.poor_beyond_expectation_thousandths.map(thousandths)),
    ];
    cells.extend(counted(&row.counted));
    cells
}

fn others_row(dimension: Dimension, others: &OthersRow) -> Vec<Cell> {
    let mut cells = vec![text(dimension.as_str()), Cell::Blank];
    cells.push(text(&format!("(others: {})", others.values)));
    cells.extend([Cell::Blank, Cell::Blank, Cell::Blank]);
    cells.extend(counted(&others.counted));
    cells
}

fn counted(counted: &Counted) -> [Cell; 13] {
    [
        number(counted.received_judged),
        optional(counted.received_poor),
        number(counted.received_unclassified),
        number(counted.sent_judged),
        optional(counted.sent_poor),
        number(counted.sent_unclassified),
        number(counted.legs_judged),
        optional(counted.legs_poor),
        number(counted.legs_unclassified),
        number(counted.legs_established),
        optional(counted.legs_dropped),
        number(counted.legs_attempted),
        optional(counted.legs_failed),
    ]
}

/// `-1.250`.
fn thousandths(number: i64) -> String {
    let (sign, digits) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    format!("{sign}{}.{:03}", digits / 1_000, digits % 1_000)
}

/// The dimensions that have a column, which are those that a leg has a value of.
const COLUMNS: [(Dimension, &str); 13] = [
    (Dimension::Site, "site"),
    (Dimension::Subnet, "subnet"),
    (Dimension::Connection, "connection"),
    (Dimension::WifiBand, "wifi_band"),
    (Dimension::AccessPoint, "access_point"),
    (Dimension::Transport, "transport"),
    (Dimension::Vpn, "vpn"),
    (Dimension::PublicNetwork, "public_network"),
    (Dimension::DnsSuffix, "dns_suffix"),
    (Dimension::Device, "device"),
    (Dimension::ApplicationVersion, "application_version"),
    (Dimension::Platform, "platform"),
    (Dimension::Reason, "reason"),
];

/// Bad legs.
pub(super) fn noted_calls(data: &NotedCalls) -> Table {
    let mut header = vec![
        "call",
        "type",
        "started_at",
        "seconds",
        "person",
        "name",
        "poor_received",
        "poor_sent",
        "judged",
        "dropped",
        "failed",
        "missed",
    ];
    header.extend(COLUMNS.map(|(_, name)| name));
    let rows = data.list.rows.iter().map(|row| {
        let mut cells = vec![
            text(&row.call),
            text(&row.call_type),
            time(row.started_at),
            optional(row.seconds),
            text(&row.person.person),
            text(&row.person.name),
            number(row.poor_received),
            number(row.poor_sent),
            number(row.judged),
            text(yes_no(row.dropped)),
            text(yes_no(row.failed)),
            text(yes_no(row.missed)),
        ];
        let texts = COLUMNS.map(|(of, _)| row.texts(of).collect::<Vec<_>>().join("; "));
        cells.extend(texts.map(|it| if it.is_empty() { Cell::Blank } else { text(&it) }));
        cells
    });
    let note = (!data.notes.is_empty()).then(|| data.notes.join(" "));
    Table { note, ..table(header, rows.collect(), Extent::of(&data.list)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousandths_have_their_sign_and_three_digits() {
        assert_eq!(thousandths(-250), "-0.250");
        assert_eq!(thousandths(58_002), "58.002");
    }
}
