//! Fills the table.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use anyhow::Context as _;
use aws_stand_ins::DynamoDb;
use call_records::AudioClassifier;
use call_table::{CallTable, Item, rebuild};
use call_writer::CallWriter;
use fake_graph::TENANT_ID;
use forgotten_people::ForgetKeySource;
use jiff::Timestamp;
use tokio::time::Instant;

use super::year::pages;
use super::{BulkLoad, Year};

/// Days whose items are computed while an earlier one is loaded.
const DAYS_AHEAD: usize = 2;

/// What was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    pub calls: usize,
    pub participations: usize,
    pub items: usize,
}

/// Loads a year of calls into an empty table. `progress` is called with the number of each day.
pub async fn fill(
    dynamodb: &DynamoDb,
    store: &CallTable,
    year: &Year,
    now: Timestamp,
    progress: impl Fn(usize) + Sync,
) -> anyhow::Result<Filled> {
    let table = store.config().table_name.clone();
    let mut filled = Filled { calls: 0, participations: 0, items: 0 };
    let loaded = tokio::task::block_in_place(|| {
        std::thread::scope(|threads| {
            let (sender, receiver) = sync_channel::<Vec<Item>>(DAYS_AHEAD);
            let progress = &progress;
            let days = receiver.into_iter().enumerate().inspect(|(day, _)| progress(*day));
            let days = days.map(|(_, items)| items);
            let loading = threads.spawn(|| dynamodb.load(&table, days));
            let mut load = BulkLoad::new(store.config());
            for day in 0..year.working_days().len() {
                let mut items = Vec::new();
                for call in year.calls_of(day)? {
                    filled.calls += 1;
                    filled.participations += call.people.len();
                    items.extend(load.call(&call.id, &call, &[], now)?);
                }
                items.extend(load.totals()?);
                // The receiver is dropped only if loading failed; its thread returns the error.
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

/// Stores the meeting as the consumer does.
async fn store_a_meeting(store: &CallTable, year: &Year, now: Timestamp) -> anyhow::Result<()> {
    let meeting = year.meeting()?;
    let record = meeting.versions.last().context("a meeting without versions")?;
    let pages = pages(record)?;
    let (call, sessions) = rebuild(Some(TENANT_ID), AudioClassifier::default(), &pages)?;
    let deadline = Instant::now() + Duration::from_secs(600);
    let mut writer = CallWriter::new(
        store.clone(),
        ForgetKeySource::Missing("no person is forgotten"),
    )
    .version(&meeting.id, call.version, now, deadline);
    for page in &pages {
        writer.add_page(page.kind.clone(), page.number, &page.body).await?;
    }
    writer.add_sessions(&sessions).await?;
    writer.commit(&call).await?;
    Ok(())
}
