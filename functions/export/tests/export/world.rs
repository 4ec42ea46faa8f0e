//! A table with calls, a lake over S3, and what is read back from it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_stand_ins::S3;
use bytes::Bytes;
use call_records::Totals;
use export::schema::Table;
use export::{Config, Export, Lake, Manifest, Policy, Summary, Trigger};
use fake_graph::organisation::{InventedCall, Organisation, Plan};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lambda_kit::{Environment, TimeLimits};
use object_store::path::Path;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use privacy::{People, PseudonymKey, Settings as Privacy};
use teams_calls::system::{Settings, System};
use tokio::time::Instant;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(120);

/// A key of a test, as long as one must be.
const KEY: &str = "the-key-of-these-tests-is-long-enough";

/// A row, by column; families of totals and lists as they are.
pub(crate) type Row = BTreeMap<String, Field>;

pub(crate) struct World {
    pub(crate) system: System,
    pub(crate) organisation: Organisation,
    pub(crate) s3: S3,
}

impl World {
    /// A system with the calls of yesterday and their late versions.
    pub(crate) async fn start(calls: usize, seed: u64, settings: Settings) -> Self {
        let system = System::start(settings).await.unwrap();
        let organisation = Organisation::invent(&Plan {
            people: 30,
            calls,
            seed,
            day: yesterday(&system),
            tenant_id: system.tenant_id().to_owned(),
            fault: None,
        });
        system.run_day(&organisation, seed, TIMEOUT, async |_| {}).await.unwrap();
        Self { system, organisation, s3: S3::start().await.unwrap() }
    }

    /// A system without calls, and those of yesterday's hotline, which are not published yet.
    pub(crate) async fn of_hotline(calls: usize, seed: u64) -> Self {
        let system = System::start(Settings::quiet()).await.unwrap();
        let (day, tenant_id) = (yesterday(&system), system.tenant_id().to_owned());
        let plan = Plan { people: 20, calls, seed, day, tenant_id, fault: None };
        let (organisation, _) = Organisation::hotline(&plan);
        Self { system, organisation, s3: S3::start().await.unwrap() }
    }

    /// Yesterday, by the clock of the system.
    pub(crate) fn yesterday(&self) -> Date {
        yesterday(&self.system)
    }

    /// Stores one version of each call.
    pub(crate) async fn publish(&self, version: fn(&InventedCall) -> &serde_json::Value) {
        for call in &self.organisation.calls {
            self.system.graph().publish(version(call)).unwrap();
        }
        self.system.drained(TIMEOUT).await.unwrap();
    }

    pub(crate) fn lake(&self) -> Lake {
        // A request that is refused is not repeated, so that the next is that of another step.
        let limits = TimeLimits { attempts: 1, ..TimeLimits::BACKGROUND };
        let environment = Environment::from_pairs(self.s3.environment());
        let bucket = object_storage::bucket("lake", &environment, limits).unwrap();
        Lake::new(Arc::new(bucket), Path::ROOT)
    }

    pub(crate) fn export(&self, people: People) -> Export {
        let config = Config {
            policy: Policy { waits: false, ..Policy::default() },
            privacy: Privacy { people, ..Privacy::default() },
            ..Config::default()
        };
        Export::new(self.system.store().clone(), self.lake(), PseudonymKey::fixed(KEY), config)
    }

    /// Exports what is due.
    pub(crate) async fn run(&self) -> Summary {
        self.try_run(Trigger::Due).await.unwrap()
    }

    pub(crate) async fn try_run(&self, trigger: Trigger) -> Result<Summary, export::Error> {
        self.try_run_at(trigger, self.system.now()).await
    }

    /// Exports what is due at a time.
    pub(crate) async fn run_at(&self, now: Timestamp) -> Summary {
        self.try_run_at(Trigger::Due, now).await.unwrap()
    }

    async fn try_run_at(&self, trigger: Trigger, now: Timestamp) -> Result<Summary, export::Error> {
        let deadline = Instant::now() + TIMEOUT;
        self.export(People::Names).run(trigger, now, deadline).await
    }

    pub(crate) fn manifest(&self) -> Manifest {
        serde_json::from_slice(&self.s3.object("lake", "manifest.json").unwrap()).unwrap()
    }

    pub(crate) fn days(&self) -> Vec<Date> {
        self.manifest().days.into_keys().collect()
    }

    /// The rows of a table on a day.
    pub(crate) fn rows(&self, table: Table, day: Date) -> Vec<Row> {
        let key = format!("{0}/day={day}/{0}.parquet", table.name());
        rows(self.s3.object("lake", &key).unwrap())
    }

    /// The newest versions of the calls' records.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &serde_json::Value> {
        self.organisation.calls.iter().map(|call| call.versions.last().unwrap())
    }
}

fn yesterday(system: &System) -> Date {
    TimeZone::UTC.to_datetime(system.now()).date().yesterday().unwrap()
}

/// The rows of a file.
pub(crate) fn rows(file: Bytes) -> Vec<Row> {
    let reader = SerializedFileReader::new(file).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().into_columns().into_iter().collect()).collect()
}

pub(crate) fn text(row: &Row, column: &str) -> Option<String> {
    match &row[column] {
        Field::Str(text) => Some(text.clone()),
        Field::Null => None,
        other => panic!("{column} is {other:?}"),
    }
}

pub(crate) fn number(row: &Row, column: &str) -> i64 {
    match &row[column] {
        Field::Long(number) => *number,
        Field::Null => 0,
        other => panic!("{column} is {other:?}"),
    }
}

/// The totals of a row: every number, and the members of every family.
pub(crate) fn totals(row: &Row) -> Totals {
    let mut totals = BTreeMap::new();
    for (name, field) in row {
        match field {
            Field::Long(number) => drop(totals.insert(name.clone(), *number)),
            Field::MapInternal(map) => {
                for (key, value) in map.entries() {
                    let (Field::Str(key), Field::Long(value)) = (key, value) else {
                        panic!("{name} has {key:?} and {value:?}")
                    };
                    totals.insert(format!("{name}_{key}"), *value);
                }
            }
            _ => {}
        }
    }
    totals.into()
}
