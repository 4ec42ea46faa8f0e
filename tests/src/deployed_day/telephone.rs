//! The logs of telephone calls, stored by the deployed function.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use call_records::PersonKey;
use call_table::CallTable;
use fake_graph::PhoneLog;
use fake_graph::organisation::Organisation;
use jiff::Timestamp;
use jiff::civil::Date;
use pstn_logs::{DayLogs, Log, LogRow, decode_page};
use serde_json::json;

use super::Deployment;

/// Puts the rows of the organisation's calls into Graph's logs, has the function store them, and compares
/// what it stored with them.
pub(super) async fn equals_graph(
    deployment: &Deployment,
    organisation: &Organisation,
) -> anyhow::Result<usize> {
    let rows = organisation.telephone_rows();
    let mut expected: BTreeMap<Date, DayLogs> = BTreeMap::new();
    for (log, row) in &rows {
        deployment.graph.put_phone_log_row(*log, row, Timestamp::UNIX_EPOCH)?;
        let log = match log {
            PhoneLog::Pstn => Log::Pstn,
            PhoneLog::DirectRouting => Log::DirectRouting,
        };
        let page = decode_page(json!({ "value": [row] }).to_string().as_bytes(), log)?;
        let row = page.rows.first().context("an invented row cannot be read")?;
        expected.entry(row.day().context("no day")?).or_default().add(row);
    }
    let run = run(deployment).await?;
    ensure!(run["unreadable"] == 0, "rows are unreadable: {run}");
    let store = deployment.store()?;
    let stored = stored(&store).await?;
    let kept: usize = stored.values().map(Vec::len).sum();
    ensure!(kept == rows.len(), "{kept} rows of {} are stored", rows.len());
    for day in store.pstn_days(Date::MIN, Date::MAX).await? {
        let mut expected = expected.remove(&day.day).unwrap_or_default();
        expected.people.clear();
        ensure!(day.logs == expected, "{} adds up to something else", day.day);
    }
    ensure!(expected.is_empty(), "days are missing: {:?}", expected.keys());
    Ok(kept)
}

/// Has the function read everything once more, and looks for a person who was forgotten.
pub(super) async fn has_no(deployment: &Deployment, person: &PersonKey) -> anyhow::Result<()> {
    run(deployment).await?;
    let rows = stored(&deployment.store()?).await?;
    let named = rows.values().flatten().any(|row| row.people().any(|other| other == *person));
    ensure!(!named, "a row names a person who was forgotten");
    Ok(())
}

async fn run(deployment: &Deployment) -> anyhow::Result<serde_json::Value> {
    let run = deployment.stack.invoke("pstn", &json!({ "action": "check" })).await?;
    ensure!(run["left"].as_array().is_some_and(Vec::is_empty), "days are left: {run}");
    Ok(run)
}

async fn stored(store: &CallTable) -> anyhow::Result<BTreeMap<Date, Vec<LogRow>>> {
    let mut rows = BTreeMap::new();
    for head in store.pstn_heads(Date::MIN, Date::MAX).await? {
        let (_, of_day) = store.pstn_rows(head.day).await?.context("a head without rows")?;
        rows.insert(head.day, of_day.rows().map(|kept| kept.row.clone()).collect());
    }
    Ok(rows)
}
