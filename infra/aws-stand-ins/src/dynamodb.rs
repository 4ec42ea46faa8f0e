//! DynamoDB: dynoxide behind a layer of faults.

mod actions;
mod file;
mod meter;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, anyhow};
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use dynoxide::{Database, ImportOptions};
use http::Request;
use http_body_util::Full;
use serde_json::{Map, Value};

use crate::faults::{Fault, Faults, RequestShape, Service, around};
pub use file::compact;
pub use meter::Consumption;
use meter::Meter;
use stand_in_kit::Clock;
use stand_in_kit::{Admission, Answer, Hangup, Server, action, body_of};

/// What DynamoDB accepts in one request, in bytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// How a [`DynamoDb`] is set up; the default is in memory, on a free port, on a clock of its own.
#[derive(Clone, Debug, Default)]
pub struct DynamoDbOptions {
    /// The port on loopback; 0 for a free one.
    pub port: u16,
    /// The file that holds the tables; none for memory.
    pub path: Option<PathBuf>,
    /// What TTL is reckoned by. A database on a file always follows the system's clock.
    pub clock: Clock,
    pub faults: Faults,
    /// Whether whatever would change something is denied, as to a role that may only read.
    pub read_only: bool,
    /// Whether requests and capacity units are counted: see [`DynamoDb::consumption`].
    pub metered: bool,
}

/// A DynamoDB on loopback; dropping it stops it.
pub struct DynamoDb {
    database: Database,
    faults: Faults,
    meter: Option<Arc<Meter>>,
    disk_is_full: Arc<AtomicBool>,
    server: Server,
}

impl std::fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DynamoDb").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl DynamoDb {
    /// Starts a database on a free port: on the file at `path`, or in memory.
    ///
    /// # Errors
    ///
    /// The file is no database, or no port is free.
    pub async fn start(path: Option<&Path>) -> anyhow::Result<Self> {
        let path = path.map(Path::to_path_buf);
        Self::start_with(DynamoDbOptions { path, ..DynamoDbOptions::default() }).await
    }

    /// Starts a database as `options` say.
    ///
    /// # Errors
    ///
    /// The file is no database, or the port is taken.
    pub async fn start_with(options: DynamoDbOptions) -> anyhow::Result<Self> {
        let database = match &options.path {
            None => Database::memory_with_clock(Arc::new(DatabaseClock(options.clock))),
            Some(path) => {
                file::create_private(path)
                    .with_context(|| format!("{} cannot be created", path.display()))?;
                let path = path.to_str().context("the database's path is not UTF-8")?;
                Database::new(path)
            }
        }
        .map_err(|error| anyhow!("the database does not open: {error}"))?;

        let meter = options.metered.then(Arc::<Meter>::default);
        let disk_is_full = Arc::<AtomicBool>::default();
        let layer = Arc::new(Layer {
            faults: options.faults.clone(),
            read_only: options.read_only,
            meter: meter.clone(),
            database: database.clone(),
            disk_is_full: Arc::clone(&disk_is_full),
        });
        let admission = Admission::AccessKey;
        let server = Server::start(options.port, BODY_LIMIT, admission, move |request| {
            let layer = Arc::clone(&layer);
            async move { layer.handle(request).await }
        })
        .await
        .with_context(|| format!("DynamoDB cannot listen on port {}", options.port))?;
        Ok(Self { database, faults: options.faults, meter, disk_is_full, server })
    }

    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The faults that its requests meet.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What requests consumed so far; nothing unless it is [metered](DynamoDbOptions::metered).
    #[must_use]
    pub fn consumption(&self) -> Consumption {
        self.meter.as_ref().map(|meter| meter.consumption()).unwrap_or_default()
    }

    /// Whether the last write failed because the disk with the file is full.
    #[must_use]
    pub fn disk_is_full(&self) -> bool {
        self.disk_is_full.load(Ordering::Relaxed)
    }

    /// Puts items into a table without requests, each batch whole or not at all: for more of them
    /// than requests would bring there in reasonable time. A crash meanwhile may spoil the file.
    /// Says how many items that were.
    ///
    /// # Errors
    ///
    /// There is no such table, or an item lacks its key.
    pub fn load(
        &self,
        table: &str,
        batches: impl IntoIterator<Item = Vec<HashMap<String, AttributeValue>>>,
    ) -> anyhow::Result<usize> {
        let failed = |error| anyhow!("{table} cannot be loaded: {error}");
        self.database.enable_bulk_loading().map_err(failed)?;
        let mut loaded = 0;
        for batch in batches {
            let items = batch.into_iter().map(imported).collect();
            let options = ImportOptions::default();
            let result = self.database.import_items(table, items, options).map_err(failed)?;
            loaded += result.items_imported;
        }
        self.database.disable_bulk_loading().map_err(failed)?;
        Ok(loaded)
    }

    /// Removes what has expired, as AWS does within a few days, and says how many items that were.
    pub fn sweep_ttl(&self) -> anyhow::Result<usize> {
        self.database.sweep_ttl().map_err(|error| anyhow!("TTL cannot be swept: {error}"))
    }
}

/// An item of the SDK as dynoxide has it.
fn imported(item: HashMap<String, AttributeValue>) -> dynoxide::Item {
    item.into_iter().map(|(name, value)| (name, imported_value(value))).collect()
}

fn imported_value(value: AttributeValue) -> dynoxide::AttributeValue {
    use dynoxide::AttributeValue as Imported;
    match value {
        AttributeValue::S(text) => Imported::S(text),
        AttributeValue::N(digits) => Imported::N(digits),
        AttributeValue::B(bytes) => Imported::B(bytes.into_inner()),
        AttributeValue::Bool(value) => Imported::BOOL(value),
        AttributeValue::Ss(texts) => Imported::SS(texts),
        AttributeValue::Ns(digits) => Imported::NS(digits),
        AttributeValue::Bs(blobs) => Imported::BS(
            blobs.into_iter().map(aws_sdk_dynamodb::primitives::Blob::into_inner).collect(),
        ),
        AttributeValue::L(values) => Imported::L(values.into_iter().map(imported_value).collect()),
        AttributeValue::M(map) => Imported::M(imported(map)),
        _ => Imported::NULL(true),
    }
}

/// What changes nothing.
const READS: [&str; 8] = [
    "BatchGetItem",
    "DescribeTable",
    "DescribeTimeToLive",
    "GetItem",
    "ListTables",
    "Query",
    "Scan",
    "TransactGetItems",
];

struct Layer {
    faults: Faults,
    read_only: bool,
    meter: Option<Arc<Meter>>,
    database: Database,
    disk_is_full: Arc<AtomicBool>,
}

impl Layer {
    async fn handle(&self, request: Request<Bytes>) -> Result<Answer, Hangup> {
        let action = action(&request).to_owned();
        if self.read_only && !READS.contains(&action.as_str()) {
            return Ok(denied(&action));
        }
        let body = request.body().clone();
        let fault = self.faults.choose(Service::DynamoDb, &action, &body);
        let shape = RequestShape { service: Service::DynamoDb, action: &action, body: &body };
        match &fault {
            Fault::LeaveOut(positions) => Ok(self.leave_out(&action, positions, &body).await),
            _ => around(fault, &shape, async { Ok(self.serve(&action, &body)) }).await,
        }
    }

    fn serve(&self, action: &str, body: &[u8]) -> Answer {
        let is_read = READS.contains(&action);
        let served = match &self.meter {
            None => actions::serve(&self.database, action, body),
            Some(meter) => {
                let body = meter::asking_for_capacity(action, body);
                let served = actions::serve(&self.database, action, &body);
                meter.count(is_read, served.as_deref().unwrap_or_default().as_bytes());
                served
            }
        };
        match &served {
            Err(actions::Failure::DiskFull) => self.disk_is_full.store(true, Ordering::Relaxed),
            Ok(_) if !is_read => self.disk_is_full.store(false, Ordering::Relaxed),
            _ => {}
        }
        actions::answer(served)
    }

    /// Serves a batch without the entries at `positions` and hands them back unprocessed.
    async fn leave_out(&self, action: &str, positions: &[usize], body: &Bytes) -> Answer {
        let unprocessed = match action {
            "BatchWriteItem" => "UnprocessedItems",
            "BatchGetItem" => "UnprocessedKeys",
            _ => return self.serve(action, body),
        };
        let Ok(mut body) = serde_json::from_slice::<Value>(body) else {
            return self.serve(action, body);
        };
        let left = take(&mut body["RequestItems"], positions);
        if body["RequestItems"].as_object().is_some_and(Map::is_empty) {
            let all = Value::Object(left.into_iter().collect()).to_string();
            return actions::json(
                http::StatusCode::OK,
                format!("{{\"{unprocessed}\":{all},\"Responses\":{{}}}}"),
            );
        }
        let mut answer = self.serve(action, body.to_string().as_bytes());
        if answer.status().is_success() {
            let bytes = body_of(&mut answer).await;
            let mut served: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            served[unprocessed] = Value::Object(left.into_iter().collect());
            *answer.body_mut() = Full::new(served.to_string().into());
        }
        answer
    }
}

fn denied(action: &str) -> Answer {
    let body = serde_json::json!({
        "__type": "com.amazon.coral.service#AccessDeniedException",
        "Message": format!("dynamodb:{action} is denied: this table is only to be read"),
    });
    actions::json(http::StatusCode::BAD_REQUEST, body.to_string())
}

/// Takes the entries at `positions`, counted through the tables by name, out of `RequestItems`.
fn take(tables: &mut Value, positions: &[usize]) -> Map<String, Value> {
    let mut left = Map::new();
    let Some(tables) = tables.as_object_mut() else {
        return left;
    };
    let mut names: Vec<_> = tables.keys().cloned().collect();
    names.sort();
    let mut position = 0;
    for name in names {
        let Some(table) = tables.get_mut(&name) else {
            continue;
        };
        let mut copy = table.clone();
        // BatchWriteItem has the writes right there, BatchGetItem under Keys beside its options.
        let in_keys = table.get("Keys").is_some();
        let entries = if in_keys { &mut table["Keys"] } else { &mut *table };
        let Some(entries) = entries.as_array_mut() else {
            continue;
        };
        let mut taken = Vec::new();
        entries.retain(|entry| {
            let leave = positions.contains(&position);
            position += 1;
            if leave {
                taken.push(entry.clone());
            }
            !leave
        });
        let none_stay = entries.is_empty();
        if !taken.is_empty() {
            *(if in_keys { &mut copy["Keys"] } else { &mut copy }) = Value::Array(taken);
            left.insert(name.clone(), copy);
        }
        if none_stay {
            tables.remove(&name);
        }
    }
    left
}

/// DynamoDB's TTL and streams follow the same clock.
#[derive(Debug)]
struct DatabaseClock(Clock);

impl dynoxide::storage_backend::Clock for DatabaseClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.milliseconds() / 1000).unwrap_or(0)
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}
