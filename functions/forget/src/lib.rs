#![doc = include_str!("../README.md")]

mod error;
mod handle;

use call_writer::CallWriter;
use lambda_kit::{Environment, TimeLimits, aws_config};
use pstn_writer::PstnWriter;

pub use error::Error;
pub use handle::{Answer, WouldRemove};

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &[
    "FORGET_KEY_ARN",
    "ORGANISATION_TOTALS_RETENTION_DAYS",
    "PERSON_TOTALS_RETENTION_DAYS",
    "RETENTION_DAYS",
    "TABLE_NAME",
];

/// The IAM actions that the function's own requests need, on the table; `dynamodb:Query` on its
/// index `by_person`, too. And reading the key of the marks. A transaction needs the actions of its parts,
/// because `TransactWriteItems` has none of its own; `BatchWriteItem` has its own, whatever its parts do.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchWriteItem",
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
    pstn: PstnWriter,
}

impl Forget {
    /// A function over a table.
    pub fn new(writer: CallWriter) -> Self {
        let pstn = PstnWriter::new(writer.table().clone(), writer.forgotten().clone());
        Self { writer, pstn }
    }

    /// The function from its environment.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let sdk = aws_config(environment, TimeLimits::BACKGROUND)?;
        Ok(Self::new(CallWriter::from_environment(environment, &sdk)?))
    }
}
