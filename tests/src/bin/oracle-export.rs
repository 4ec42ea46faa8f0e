//! The whole system, driven by lines of JSON: what the second implementation of the numbers in
//! `oracle/` compares itself with. One command on a line of standard input, one answer on a line of
//! standard output.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use aws_stand_ins::Clock;
use call_quality::{DayQuality, Dimension};
use call_records::{CallBuilder, CallDetail, decode_record, decode_record_facts};
use export::{Config, Export, Lake, Policy, Trigger};
use fake_graph::PhoneLog;
use fake_graph::organisation::{Organisation, Plan};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use privacy::{People, PseudonymKey, Settings};
use pstn_logs::{DayLogs, Log, decode_page};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sites::Sites;
use teams_calls::system::{self, System, invented_day};
use tokio::time::Instant;
use voice_apps::DayVoiceApps;

const TIMEOUT: Duration = Duration::from_secs(120);

/// Longer ago than any call began.
const RETENTION_DAYS: u32 = 400;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    /// A new system with an empty table, in place of the one before.
    Start { tenant_id: String, now: Timestamp },
    /// A call record, as text, decoded and counted without the system.
    Decode { home_tenant: Option<String>, classifier: String, record: String, sites: String },
    /// Every version of the calls of a hotline's day, without the system.
    Hotline { tenant_id: String, seed: u64, calls: usize },
    /// A page of a log of telephone calls, as text, added up by days without the system.
    Logs { log: Log, page: String },
    /// Rows that a log of Graph has.
    ListTelephoneRows { log: Log, rows: Vec<Value> },
    /// Reads the logs of telephone calls, as the schedule does.
    ReadTelephoneLogs,
    /// A version of a call record: Graph shows it and notifies.
    Publish(Value),
    /// Publishes the calls of a day of the invented organisation; the answer is their newest versions.
    Invent { day: Date, number: usize, calls: usize },
    /// Waits until everything is stored or dead-lettered.
    Drain,
    /// A call as it is stored, or why it is not.
    Call(String),
    /// The organisation's totals of each of the days.
    OrganisationDays { from: Date, to: Date },
    /// The totals of everybody on each of the days.
    PeopleDays { from: Date, to: Date },
    /// A report, as an invocation by hand gets it.
    Report(Value),
    /// Writes every day into a directory as Parquet, with these sites in force; the answer is the time at which
    /// calls were looked at.
    Lake { to: PathBuf, sites: String },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut system = None;
    for line in std::io::stdin().lines() {
        let command: Command = serde_json::from_str(&line?).context("a command")?;
        let answer = match command {
            Command::Start { tenant_id, now } => {
                drop(system.take());
                system = Some(start(tenant_id, now).await?);
                Value::Null
            }
            Command::Decode { home_tenant, classifier, record, sites } => {
                let sites = Sites::parse(sites.as_bytes())?;
                let decoded =
                    decode(home_tenant.as_deref(), &classifier, record.as_bytes(), &sites);
                decoded.unwrap_or_else(|error| json!({ "refused": format!("{error:#}") }))
            }
            Command::Hotline { tenant_id, seed, calls } => hotline(tenant_id, seed, calls),
            Command::Logs { log, page } => logs(log, page.as_bytes())?,
            command => match &system {
                Some(system) => answer(system, command).await?,
                None => bail!("the first command starts a system"),
            },
        };
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, &answer)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

async fn start(tenant_id: String, now: Timestamp) -> anyhow::Result<System> {
    let settings = system::Settings {
        tenant_id,
        clock: Clock::stopped(now),
        // What is compared is not how fast Graph may be asked.
        graph_limits: None,
        consumers: 4,
        ..system::Settings::quiet()
    };
    System::start(settings).await
}

fn hotline(tenant_id: String, seed: u64, calls: usize) -> Value {
    let plan = Plan { people: 20, calls, seed, day: date(2026, 10, 23), tenant_id, fault: None };
    let (organisation, _) = Organisation::hotline(&plan);
    organisation.calls.into_iter().flat_map(|call| call.versions).collect()
}

/// What the rows of a page add up to, by days.
fn logs(log: Log, page: &[u8]) -> anyhow::Result<Value> {
    let page = decode_page(page, log)?;
    let mut days = BTreeMap::<Date, DayLogs>::new();
    let mut undated = 0;
    for row in &page.rows {
        match row.day() {
            Some(day) => days.entry(day).or_default().add(row),
            None => undated += 1,
        }
    }
    Ok(json!({ "days": days, "undated": undated, "unreadable": page.unreadable.len() }))
}

/// What the crate that knows the numbers makes of a record.
fn decode(
    home_tenant: Option<&str>,
    classifier: &str,
    record: &[u8],
    sites: &Sites,
) -> anyhow::Result<Value> {
    let page = decode_record(record)?;
    let mut call = CallBuilder::new(home_tenant, classifier.parse()?);
    call.record(&page.record);
    call.participants(&page.participants.value);
    call.sessions_with_facts(&page.sessions.value, &decode_record_facts(record)?);
    let CallDetail { call, legs, flow } = call.finish_in_detail()?;
    let mut day = DayQuality::default();
    day.add(&call, &legs, Some(sites));
    let quality = Dimension::ALL.map(|dimension| {
        let rows = day.rows(dimension).map(|(value, counts)| (value.key(), json!(counts)));
        (dimension.as_str().to_owned(), Value::Object(rows.collect()))
    });
    let quality: Map<_, _> = quality.into_iter().collect();
    let mut contributions = Map::new();
    for (person, part) in &call.people {
        let contribution = serde_json::to_value(call.participation_totals(part))?;
        contributions.insert(person.to_string(), contribution);
    }
    let mut voice_apps = Map::new();
    // While it runs, within a day of its end, and when it is final.
    for hours in [0, 20, 24 * 400] {
        let now = call.started_at.saturating_add(SignedDuration::from_hours(hours))?;
        let mut day = DayVoiceApps::default();
        day.add(&call, &flow, now);
        voice_apps.insert(now.to_string(), of_voice_apps(&day)?);
    }
    Ok(json!({
        "call": call, "contributions": contributions, "totals": call.totals(), "quality": quality,
        "voice_apps": voice_apps,
    }))
}

/// The counts of each queue and attendant, with those of its agents.
fn of_voice_apps(day: &DayVoiceApps) -> anyhow::Result<Value> {
    let mut apps = Map::new();
    for (key, app) in &day.apps {
        let mut counts = serde_json::to_value(&app.counts)?;
        let agents = app.agents.iter();
        let agents = agents.map(|(person, agent)| (person.to_string(), json!(agent.counts)));
        counts["agents"] = Value::Object(agents.collect());
        apps.insert(key.to_string(), counts);
    }
    Ok(Value::Object(apps))
}

async fn answer(system: &System, command: Command) -> anyhow::Result<Value> {
    let store = system.store();
    Ok(match command {
        Command::Start { .. }
        | Command::Decode { .. }
        | Command::Hotline { .. }
        | Command::Logs { .. } => {
            bail!("this needs no system")
        }
        Command::ListTelephoneRows { log, rows } => {
            let log = match log {
                Log::Pstn => PhoneLog::Pstn,
                Log::DirectRouting => PhoneLog::DirectRouting,
            };
            for row in &rows {
                system.graph().put_phone_log_row(log, row, Timestamp::UNIX_EPOCH)?;
            }
            Value::Null
        }
        Command::ReadTelephoneLogs => {
            system.read_telephone_logs().await?;
            Value::Null
        }
        Command::Publish(record) => {
            system.graph().publish(&record)?;
            Value::Null
        }
        Command::Invent { day, number, calls } => {
            let organisation = invented_day(system.tenant_id(), day, number, calls);
            for version in organisation.calls.iter().flat_map(|call| &call.versions) {
                system.graph().publish(version)?;
            }
            organisation.calls.into_iter().filter_map(|mut call| call.versions.pop()).collect()
        }
        Command::Drain => {
            system.drained(TIMEOUT).await?;
            Value::Null
        }
        Command::Call(id) => match store.call(&id).await? {
            Some(call) => json!({ "record": call.record, "people": call.people }),
            None => json!({ "not_stored": system.why_not_stored(&id)? }),
        },
        Command::OrganisationDays { from, to } => {
            let days = store.organisation_totals(from, to).await?;
            days.iter().map(|(day, totals)| json!({ "day": day, "totals": totals })).collect()
        }
        Command::PeopleDays { from, to } => {
            let mut people = BTreeSet::new();
            for day in from.series(1.day()).take_while(|day| *day <= to) {
                people
                    .extend(store.people_of_day(day).await?.into_iter().map(|found| found.person));
            }
            let mut rows = Vec::new();
            for person in people {
                for (day, totals) in store.person_totals(&person, from, to).await? {
                    rows.push(json!({ "person": person, "day": day, "totals": totals }));
                }
            }
            Value::Array(rows)
        }
        Command::Report(event) => system.report(event, system.now()).await,
        Command::Lake { to, sites } => {
            system.rollup().take_sites(sites.as_bytes(), "oracle", system.now()).await?;
            json!({ "now": export_to(system, &to).await? })
        }
    })
}

/// Exports every day, with whole telephone numbers, so that keys of people are what they are.
async fn export_to(system: &System, to: &Path) -> anyhow::Result<Timestamp> {
    let store = LocalFileSystem::new_with_prefix(to)?;
    let lake = Lake::new(Arc::new(store), ObjectPath::ROOT);
    let config = Config {
        policy: Policy { waits: false, days_back: RETENTION_DAYS },
        retention_days: RETENTION_DAYS,
        privacy: Settings { people: People::Names, phone_digits_hidden: 0 },
        ..Config::default()
    };
    let key = PseudonymKey::fixed("the key of the oracle");
    let (now, deadline) = (system.now(), Instant::now() + TIMEOUT);
    let export = Export::new(system.store().clone(), lake, key, config);
    let run = export.run(Trigger::Due, now, deadline).await?;
    ensure!(run.left.is_empty() && run.exported.iter().all(|day| day.adds_up), "{run:?}");
    Ok(now)
}
