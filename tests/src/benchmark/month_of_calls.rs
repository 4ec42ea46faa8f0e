//! A month of calls with their pages, which is what an export reads.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use anyhow::Context as _;
use aws_stand_ins::DynamoDb;
use call_records::{AudioClassifier, Call, SessionSummary, Totals};
use call_table::{CallTable, Item, PageKind, RawPage, TableConfig, create_table, rebuild};
use call_writer::CallWriter;
use fake_graph::TENANT_ID;
use fake_graph::organisation::{Organisation, Plan};
use forgotten_people::ForgetKeySource;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;
use serde_json::{Value, json};
use teams_calls::system::TABLE;
use tokio::time::Instant;

use super::BulkLoad;

/// The days of a month.
const DAYS: usize = 30;

/// Calls whose items are loaded at once, and as many are computed meanwhile.
const CALLS_OF_BATCH: usize = 500;

/// Longer than any call takes.
const TIMEOUT: Duration = Duration::from_secs(600);

/// What was stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthOfCalls {
    pub first: Date,
    pub last: Date,
    /// Test calls included.
    pub calls: usize,
    /// The organisation's totals of the month, as the table has them.
    pub totals: Totals,
}

/// A call as it is read from Graph.
#[derive(Debug)]
pub struct ReadCall {
    pub call: Call,
    pub sessions: Vec<SessionSummary>,
    /// The answers to the requests for the participants and for the sessions, all sessions on one page.
    pub pages: [RawPage; 2],
}

/// Stores the calls of the 30 days before `now` into a new file, equally many on each day. `progress` is
/// called with the number of each day.
pub async fn fill_month_of_calls(
    file: &Path,
    people: usize,
    calls: usize,
    seed: u64,
    now: Timestamp,
    progress: impl Fn(usize),
) -> anyhow::Result<MonthOfCalls> {
    let dynamodb = DynamoDb::start(Some(file)).await?;
    let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
    create_table(&client, TABLE).await.context("the table")?;
    let table = CallTable::new(client, TableConfig::new(TABLE));
    let today = TimeZone::UTC.to_datetime(now).date();
    let first = today.checked_sub(i64::try_from(DAYS)?.days())?;
    let plan =
        Plan { people, calls, seed, day: first, tenant_id: TENANT_ID.to_owned(), fault: None };
    let large = tokio::task::block_in_place(|| load(&dynamodb, &table, &plan, now, progress))?;
    // The writer adds to the totals that were loaded.
    for call in large {
        store(&table, call, now).await?;
    }
    let (mut totals, last) = (Totals::new(), today.yesterday()?);
    for (_, of_day) in table.organisation_totals(first, last).await? {
        totals.checked_add_assign(&of_day)?;
    }
    Ok(MonthOfCalls { first, last, calls, totals })
}

/// Loads the calls of a plan, spread over the days, and gives back those that are too large for it.
fn load(
    dynamodb: &DynamoDb,
    table: &CallTable,
    plan: &Plan,
    now: Timestamp,
    progress: impl Fn(usize),
) -> anyhow::Result<Vec<ReadCall>> {
    std::thread::scope(|threads| {
        let (sender, receiver) = sync_channel::<Vec<Item>>(1);
        let loading = threads.spawn(|| dynamodb.load(table.name(), receiver));
        let mut load = BulkLoad::new(table.config());
        let (mut large, mut items) = (Vec::new(), Vec::new());
        'days: for number in 0..DAYS {
            progress(number);
            // Calls that no other day has, of the same people.
            let of_day = plan.calls * number / DAYS..plan.calls * (number + 1) / DAYS;
            let plan =
                Plan { day: plan.day.checked_add(i64::try_from(number)?.days())?, ..plan.clone() };
            let invented = Organisation::calls(&plan).skip(of_day.start).take(of_day.len());
            for (place, mut call) in invented.enumerate() {
                let record = call.versions.pop().context("a call without versions")?;
                let call = ReadCall::of(record)?;
                let ReadCall { call: of, sessions, pages } = &call;
                match load.call_with_pages(of, sessions, pages, now)? {
                    Some(of_call) => items.extend(of_call),
                    None => large.push(call),
                }
                // The receiver is dropped only if loading failed; its thread returns the error.
                let is_full = place % CALLS_OF_BATCH == CALLS_OF_BATCH - 1;
                if is_full && sender.send(std::mem::take(&mut items)).is_err() {
                    break 'days;
                }
            }
            items.extend(load.totals()?);
        }
        // As above.
        let _ = sender.send(items);
        drop(sender);
        loading.join().map_err(|_| anyhow::anyhow!("the table's thread panicked"))??;
        Ok(large)
    })
}

impl ReadCall {
    /// The call of an expanded record.
    pub fn of(mut record: Value) -> anyhow::Result<Self> {
        let sessions = record.as_object_mut().and_then(|record| record.remove("sessions"));
        let page = |kind, body: &Value| {
            anyhow::Ok(RawPage { kind, number: 0, body: serde_json::to_vec(body)? })
        };
        let pages = [
            page(PageKind::Participants, &record)?,
            page(PageKind::Sessions, &json!({ "value": sessions }))?,
        ];
        let (call, sessions) = rebuild(Some(TENANT_ID), AudioClassifier::default(), &pages)?;
        Ok(Self { call, sessions, pages })
    }
}

/// Stores a call as the consumer does.
async fn store(table: &CallTable, read: ReadCall, now: Timestamp) -> anyhow::Result<()> {
    let ReadCall { call, sessions, pages } = read;
    let no_key = ForgetKeySource::Missing("no person is forgotten");
    let writer = CallWriter::new(table.clone(), no_key);
    let mut version = writer.version(&call.id, call.version, now, Instant::now() + TIMEOUT);
    for page in pages {
        version.add_page(page.kind, page.number, &page.body).await?;
    }
    version.add_sessions(&sessions).await?;
    version.commit(&call).await?;
    Ok(())
}
