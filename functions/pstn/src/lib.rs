#![doc = include_str!("../README.md")]

mod due;
mod error;
mod handle;
mod list;

use std::time::Duration;

use call_table::{CallTable, TableConfig};
use forgotten_people::{ForgetKeySource, ForgottenPeople};
use graph_access::GraphAccess;
use lambda_kit::{Environment, Secrets, TimeLimits, aws_config};
use pstn_writer::PstnWriter;

pub use due_days::Trigger;
pub use error::Error;
pub use handle::Summary;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &[
    "FORGET_KEY_ARN",
    "GRAPH_URL",
    "LOGIN_URL",
    "ORGANISATION_TOTALS_RETENTION_DAYS",
    "RETENTION_DAYS",
    "SECRET_ARN",
    "TABLE_NAME",
];

/// The IAM actions that the function's own requests need, and that of noting a run that failed, which acts
/// with the function's role.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchWriteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
    "sts:GetWebIdentityToken",
];

/// The settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// What is kept back of an invocation's time.
    pub reserve: Duration,
}

impl Default for Config {
    /// 30 s.
    fn default() -> Self {
        Self { reserve: Duration::from_secs(30) }
    }
}

/// The function and what it works with. Cheap to clone.
#[derive(Clone)]
pub struct Pstn {
    access: GraphAccess,
    writer: PstnWriter,
    config: Config,
}

impl Pstn {
    /// A function over its collaborators.
    #[must_use]
    pub const fn new(access: GraphAccess, writer: PstnWriter, config: Config) -> Self {
        Self { access, writer, config }
    }

    /// The function from its environment.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let days = "a number of days, at least 35";
        let mut table = TableConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        table.retention_days = environment.parsed("RETENTION_DAYS", days)?;
        table.organisation_totals_retention_days =
            environment.parsed("ORGANISATION_TOTALS_RETENTION_DAYS", days)?;
        let key = environment.text(
            "FORGET_KEY_ARN",
            "the ARN of the secret with the key of the marks of forgotten people",
        )?;
        let sdk = aws_config(environment, TimeLimits::BACKGROUND)?;
        let table = CallTable::new(aws_sdk_dynamodb::Client::new(&sdk), table);
        let key = ForgetKeySource::Secret(Secrets::new(&sdk, key));
        let writer = PstnWriter::new(table.clone(), ForgottenPeople::new(table, key));
        let access = GraphAccess::from_environment(environment, &sdk)?;
        Ok(Self::new(access, writer, Config::default()))
    }
}
