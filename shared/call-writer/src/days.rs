//! Going through the whole table day by day.

use std::collections::BTreeSet;

use call_table::error::from_sdk;
use call_table::keys::{self, BY_DAY, SK};
use call_table::{CallTable, TableError, item};
use jiff::civil::Date;

/// How many calls of a day are rebuilt concurrently. Each holds one page in memory.
pub(crate) const CALLS_AT_ONCE: usize = 4;

/// Every day with a call or a total.
pub(crate) async fn stored_days(table: &CallTable) -> Result<BTreeSet<Date>, TableError> {
    let mut days = BTreeSet::new();
    let mut scan = table
        .client()
        .scan()
        .table_name(table.name())
        .index_name(BY_DAY)
        .projection_expression("#day")
        .expression_attribute_names("#day", BY_DAY)
        .into_paginator()
        .send();
    while let Some(page) = scan.next().await {
        let page = page.map_err(|error| from_sdk("Scan", table.name(), &error))?;
        days.extend(page.items().iter().filter_map(|it| keys::date_of(item::text(it, BY_DAY)?)));
    }
    // Totals outlive the calls and the people in the index.
    for shard in 0..table.config().total_shards {
        let pk = keys::total(shard);
        let mut pages = table.query(&pk).only(&[SK]);
        while let Some(items) = pages.next().await? {
            days.extend(items.iter().filter_map(|it| keys::date_of(item::text(it, SK)?)));
        }
    }
    Ok(days)
}
