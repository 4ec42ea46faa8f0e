//! What forgetting a person would remove: counted, and nothing is written.

use std::collections::BTreeSet;

use call_records::PersonKey;
use call_table::item;
use call_table::keys::{self, PK, SK};
use call_table::{Deadline, TableError};
use jiff::civil::Date;
use serde::Serialize;
use tokio::time::Instant;

use crate::CallWriter;

/// What [`CallWriter::forget`] would remove. It does not name the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WouldForget {
    /// Calls from which the person would be removed: they participated, or are only named.
    pub calls: u64,
    /// Participations that would be removed.
    pub participations: u64,
    /// Days whose totals would be removed.
    pub days: u64,
    /// The first of these days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_day: Option<Date>,
    /// The last of these days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Date>,
}

impl CallWriter {
    /// Counts what forgetting a person would remove now. Reads the index, which follows the table within a
    /// moment, and no pages: quarantined pages that name the person are not counted.
    pub async fn would_forget(
        &self,
        person: &PersonKey,
        deadline: Instant,
    ) -> Result<WouldForget, TableError> {
        let deadline = Deadline::at(deadline);
        let pk = keys::person(person);
        let (mut calls, mut found) = (BTreeSet::new(), WouldForget::default());
        for key in [&pk, &keys::named_only(person)] {
            let mut pages = self.table.query_by_person(key).only(&[PK]).within(deadline);
            while let Some(items) = pages.next().await? {
                for item in items {
                    let id = item::text(&item, PK).and_then(|pk| pk.strip_prefix("CALL#"));
                    let Some(id) = id else { continue };
                    found.participations += u64::from(*key == pk);
                    calls.insert(id.to_owned());
                }
            }
        }
        found.calls = u64::try_from(calls.len()).unwrap_or(u64::MAX);
        let mut days = self.table.query(&pk).only(&[SK]).within(deadline);
        while let Some(items) = days.next().await? {
            for item in items {
                let Some(day) = item::text(&item, SK).and_then(keys::date_of) else { continue };
                found.days += 1;
                found.first_day = Some(found.first_day.map_or(day, |first| first.min(day)));
                found.last_day = Some(found.last_day.map_or(day, |last| last.max(day)));
            }
        }
        Ok(found)
    }
}
