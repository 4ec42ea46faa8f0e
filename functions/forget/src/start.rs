//! The function as its deployment configures it.

use call_table::{CallTable, TableConfig};
use lambda_kit::{Environment, TimeLimits, aws_config};

use crate::Forget;

impl Forget {
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
