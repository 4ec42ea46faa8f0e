//! The handle through which calls are written.

use aws_config::SdkConfig;
use call_table::{CallTable, TableConfig};
use forgotten_people::{ForgetKeySource, ForgottenPeople};
use lambda_kit::{Environment, Error, Secrets};

/// Writes calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CallWriter {
    pub(crate) table: CallTable,
    pub(crate) forgotten: ForgottenPeople,
}

impl CallWriter {
    /// Writes into a table. The key is only asked for when the table has marks of forgotten people.
    pub fn new(table: CallTable, forget_key: ForgetKeySource) -> Self {
        Self { forgotten: ForgottenPeople::new(table.clone(), forget_key), table }
    }

    /// Writes into the table of a function's environment: `TABLE_NAME`, the three settings of retention, and
    /// `FORGET_KEY_ARN`.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub fn from_environment(environment: &Environment, sdk: &SdkConfig) -> Result<Self, Error> {
        let days = "a number of days, at least 35";
        let mut config = TableConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        config.retention_days = environment.parsed("RETENTION_DAYS", days)?;
        config.person_totals_retention_days =
            environment.parsed("PERSON_TOTALS_RETENTION_DAYS", days)?;
        config.organisation_totals_retention_days =
            environment.parsed("ORGANISATION_TOTALS_RETENTION_DAYS", days)?;
        let forget_key = environment.text(
            "FORGET_KEY_ARN",
            "the ARN of the secret with the key of the marks of forgotten people",
        )?;
        let table = CallTable::new(aws_sdk_dynamodb::Client::new(sdk), config);
        Ok(Self::new(table, ForgetKeySource::Secret(Secrets::new(sdk, forget_key))))
    }

    /// The marks of forgotten people.
    pub fn forgotten(&self) -> &ForgottenPeople {
        &self.forgotten
    }

    pub fn table(&self) -> &CallTable {
        &self.table
    }
}
