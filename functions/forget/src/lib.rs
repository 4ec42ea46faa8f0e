#![doc = include_str!("../README.md")]

mod error;
mod handle;

use call_table::{CallTable, TableConfig};
use call_writer::{CallWriter, ForgetKeySource};
use lambda_kit::{Environment, Secrets, TimeLimits, aws_config};

pub use error::Error;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &[
    "FORGET_KEY_ARN",
    "ORGANISATION_TOTALS_RETENTION_DAYS",
    "PERSON_TOTALS_RETENTION_DAYS",
    "RETENTION_DAYS",
    "TABLE_NAME",
];

/// The IAM actions that the function's own requests need, on the table; `dynamodb:Query` on its
/// index `by_person`, too. And reading the key of the marks.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
    "secretsmanager:GetSecretValue",
];

/// The function and what it works with.
#[derive(Clone, Debug)]
pub struct Forget {
    writer: CallWriter,
}

impl Forget {
    /// A function over a table.
    pub fn new(writer: CallWriter) -> Self {
        Self { writer }
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
        config.person_totals_retention_days =
            environment.parsed("PERSON_TOTALS_RETENTION_DAYS", days)?;
        config.organisation_totals_retention_days =
            environment.parsed("ORGANISATION_TOTALS_RETENTION_DAYS", days)?;
        let key = environment.text(
            "FORGET_KEY_ARN",
            "the ARN of the secret with the key of the marks of forgotten people",
        )?;
        let sdk = aws_config(TimeLimits::BACKGROUND).await;
        let table = CallTable::new(aws_sdk_dynamodb::Client::new(&sdk), config);
        let key = ForgetKeySource::Secret(Secrets::new(&sdk, key));
        Ok(Self::new(CallWriter::new(table, key)))
    }
}
