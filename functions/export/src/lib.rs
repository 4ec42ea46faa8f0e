#![doc = include_str!("../README.md")]

mod complete_up_to;
mod day;
mod due;
mod error;
mod handle;
mod manifest;
mod parquet_file;
pub mod schema;
mod search;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use call_table::{CallTable, TableConfig};
use lambda_kit::{Environment, TimeLimits, aws_config};
use object_store::ObjectStore;
use object_store::path::Path;
use privacy::{PseudonymKey, Settings};
use tokio::sync::OnceCell;

pub use due_days::{Policy, Trigger};
pub use error::Error;
pub use handle::{Exported, Summary};
pub use manifest::{DayEntry, Manifest, ObjectEntry};
pub use search::{Found, Place, search};

/// The environment variables that the function reads, and those of S3's endpoint and credentials.
pub const ENVIRONMENT: &[&str] = &[
    "LAKE_BUCKET",
    "PEOPLE",
    "PHONE_DIGITS_HIDDEN",
    "PSEUDONYM_KEY_ARN",
    "RETENTION_DAYS",
    "TABLE_NAME",
];

/// The IAM actions that the function's own requests need, and that of noting a run that failed, which acts
/// with the function's role. It reads the table and never writes it.
pub const ACTIONS: &[&str] = &[
    "dynamodb:GetItem",
    "dynamodb:Query",
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
];

/// The settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// How days are looked at.
    pub policy: Policy,
    /// Days after its start for which a call is kept: older days are removed from the lake.
    pub retention_days: u32,
    /// How many calls are read concurrently.
    pub calls_at_once: usize,
    /// What is kept back of an invocation's time.
    pub reserve: Duration,
    /// What is shown of people.
    pub privacy: Settings,
}

impl Default for Config {
    /// Days wait; 400 days, 32 calls, 60 s, names.
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            retention_days: 400,
            calls_at_once: 32,
            reserve: Duration::from_secs(60),
            privacy: Settings::default(),
        }
    }
}

/// Where the objects are: a bucket, a directory or memory, and the path in it.
#[derive(Clone, Debug)]
pub struct Lake {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl Lake {
    /// A lake below a path of a store.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>, prefix: Path) -> Self {
        Self { store, prefix }
    }

    fn path(&self, below: &str) -> Path {
        below.split('/').fold(self.prefix.clone(), Path::join)
    }
}

/// The function and what it works with. Cheap to clone.
#[derive(Clone)]
pub struct Export {
    table: CallTable,
    lake: Lake,
    key: PseudonymKey,
    filter: Arc<OnceCell<privacy::PrivacyFilter>>,
    config: Config,
}

impl Export {
    /// A function over a table and a lake. The key is fetched when it is first needed.
    pub fn new(table: CallTable, lake: Lake, key: PseudonymKey, config: Config) -> Self {
        Self { table, lake, key, filter: Arc::default(), config }
    }

    /// The function from its environment.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let table = TableConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        let bucket = environment.text("LAKE_BUCKET", "the name of the lake's bucket")?;
        let key = environment.text(
            "PSEUDONYM_KEY_ARN",
            "the ARN of the secret with the key of pseudonyms and links",
        )?;
        let config = Config {
            retention_days: environment
                .parsed("RETENTION_DAYS", "a number of days, at least 35")?,
            privacy: Settings::from_environment(environment)?,
            ..Config::default()
        };
        let limits = TimeLimits::BACKGROUND;
        let sdk = aws_config(environment, limits)?;
        let table = CallTable::new(aws_sdk_dynamodb::Client::new(&sdk), table);
        let bucket = object_storage::bucket(&bucket, environment, limits)?;
        let lake = Lake::new(Arc::new(bucket), Path::ROOT);
        Ok(Self::new(table, lake, PseudonymKey::of_secrets_manager(&sdk, key), config))
    }
}
