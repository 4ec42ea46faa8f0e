#![doc = include_str!("../README.md")]

mod error;
mod handle;

use call_table::{CallTable, TableConfig};
use call_writer::CallWriter;
use lambda_kit::{Environment, TimeLimits, aws_config};

pub use error::Error;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &["RETENTION_DAYS", "TABLE_NAME", "TOTALS_RETENTION_DAYS"];

/// The IAM actions that the function's own requests need, on the table; `dynamodb:Query` on its
/// index `by_person`, too.
pub const ACTIONS: &[&str] = call_writer::ACTIONS;

/// The function and what it works with.
#[derive(Clone, Debug)]
pub struct Forget {
    writer: CallWriter,
}

impl Forget {
    /// A function over a table.
    pub fn new(table: CallTable) -> Self {
        Self { writer: CallWriter::new(table) }
    }

    /// The function from its environment.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let days = "a number of days, at least 35";
        let mut config = TableConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        config.retention_days = environment.parsed("RETENTION_DAYS", days)?;
        config.totals_retention_days = environment.parsed("TOTALS_RETENTION_DAYS", days)?;
        let sdk = aws_config(TimeLimits::BACKGROUND).await;
        Ok(Self::new(CallTable::new(aws_sdk_dynamodb::Client::new(&sdk), config)))
    }
}
