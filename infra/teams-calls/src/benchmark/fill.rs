//! Filling the table, and comparing what is in it with what storing makes.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use anyhow::Context as _;
use aws_stand_ins::DynamoDb;
use call_records::AudioClassifier;
use fake_graph::TENANT_ID;
use jiff::Timestamp;
use record_store::{BulkItem, RecordStore, rebuild};
use tokio::time::Instant;

use super::Year;
use super::year::pages;

/// Days that are made while one is put into the table.
const DAYS_AHEAD: usize = 2;

/// What is in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// Calls.
    pub calls: usize,
    /// Parts of people in them.
    pub parts: usize,
    /// All items.
    pub items: usize,
}

/// Puts a year of calls into an empty table. `progress` is told how many days are there.
///
/// # Errors
///
/// When the table is not there or not empty, or an item cannot be made.
pub async fn fill(
    dynamodb: &DynamoDb,
    store: &RecordStore,
    year: &Year,
    now: Timestamp,
    progress: impl Fn(usize) + Sync,
) -> anyhow::Result<Filled> {
    let table = store.config().table_name.clone();
    let mut filled = Filled { calls: 0, parts: 0, items: 0 };
    let loaded = tokio::task::block_in_place(|| {
        std::thread::scope(|threads| {
            let (sender, receiver) = sync_channel::<Vec<BulkItem>>(DAYS_AHEAD);
            let progress = &progress;
            let days = receiver.into_iter().enumerate().inspect(|(day, _)| progress(*day));
            let days = days.map(|(_, items)| items);
            let loading = threads.spawn(|| dynamodb.load(&table, days));
            let mut load = store.bulk_load();
            for day in 0..year.days().len() {
                let mut items = Vec::new();
                for call in year.calls_of(day)? {
                    filled.calls += 1;
                    filled.parts += call.people.len();
                    items.extend(load.call(&call.id, &call, &[], now)?);
                }
                items.extend(load.totals()?);
                // The other end is gone only if loading failed, and says why itself.
                if sender.send(items).is_err() {
                    break;
                }
            }
            drop(sender);
            loading.join().map_err(|_| anyhow::anyhow!("the table's thread panicked"))?
        })
    })?;
    filled.items = loaded;
    store_a_meeting(store, year, now).await?;
    Ok(filled)
}

/// The meeting as the consumer stores it.
async fn store_a_meeting(store: &RecordStore, year: &Year, now: Timestamp) -> anyhow::Result<()> {
    let meeting = year.meeting()?;
    let record = meeting.versions.last().context("a meeting without versions")?;
    let pages = pages(record)?;
    let (call, sessions) = rebuild(Some(TENANT_ID), AudioClassifier::default(), &pages)?;
    let deadline = Instant::now() + Duration::from_secs(600);
    let mut writer = store.write(&meeting.id, call.version, now, deadline);
    for page in &pages {
        writer.add_page(page.kind.clone(), page.number, &page.body).await?;
    }
    writer.add_sessions(&sessions).await?;
    writer.commit(&call).await?;
    Ok(())
}
