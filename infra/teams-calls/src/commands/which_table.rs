//! The table that an operator's command works on.

use std::path::PathBuf;

use anyhow::Context as _;
use aws_sdk_dynamodb::config::Region;
use aws_stand_ins::DynamoDb;
use call_table::{CallTable, TableConfig};
use clap::Args;
use lambda_kit::{TimeLimits, aws_config};
use url::Url;

use crate::loopback::is_loopback;
use crate::system::TABLE;

/// Which table: a file of `serve --data` or `demo --data`, or one in AWS.
#[derive(Debug, Args)]
pub(super) struct WhichTable {
    /// The file of `serve --data`, `demo --data` or `import`. No other process may use it.
    #[arg(long, required_unless_present = "table", conflicts_with = "table")]
    data: Option<PathBuf>,
    /// The name of a table in AWS, with the region and the credentials that the AWS CLI would use
    /// (after `aws sso login`: `eval "$(aws configure export-credentials --format env)"`).
    #[arg(long)]
    table: Option<String>,
    /// Another DynamoDB for `--table`, such as that of `serve`, which prints the credentials that it
    /// takes.
    #[arg(long, requires = "table")]
    endpoint_url: Option<Url>,
    /// The stack's RetentionDays.
    #[arg(long, default_value_t = 400)]
    retention_days: u32,
    /// The stack's TotalsRetentionDays.
    #[arg(long, default_value_t = 3_650)]
    totals_retention_days: u32,
}

pub(super) struct OpenTable {
    pub(super) store: CallTable,
    /// Serves the file while it is open.
    _database: Option<DynamoDb>,
}

impl WhichTable {
    /// Opens the table, which must exist.
    pub(super) async fn open(&self) -> anyhow::Result<OpenTable> {
        let mut config = TableConfig::new(self.table.as_deref().unwrap_or(TABLE));
        config.retention_days = self.retention_days;
        config.totals_retention_days = self.totals_retention_days;
        if let Some(file) = &self.data {
            anyhow::ensure!(
                file.is_file(),
                "there is no file {}: name one that demo --data, serve --data or import wrote",
                file.display()
            );
            super::warn_of_exposure(file);
            let database = DynamoDb::start(Some(file.as_path())).await;
            let database = database
                .with_context(|| format!("{} is no table's file, or is in use", file.display()))?;
            let client = aws_stand_ins::dynamodb_client(&database.url());
            let store = CallTable::new(client, config);
            return Ok(OpenTable { store, _database: Some(database) });
        }
        let sdk = aws_config(TimeLimits::BACKGROUND).await;
        let mut client = aws_sdk_dynamodb::config::Builder::from(&sdk);
        client.set_endpoint_url(self.endpoint_url.as_ref().map(Url::to_string));
        if sdk.region().is_none() && self.endpoint_url.as_ref().is_some_and(is_loopback) {
            client.set_region(Some(Region::new(aws_stand_ins::REGION)));
        }
        let client = aws_sdk_dynamodb::Client::from_conf(client.build());
        Ok(OpenTable { store: CallTable::new(client, config), _database: None })
    }

    /// The tenant of calls that do not record theirs: the one given, or that of the invented
    /// organisation for a table on this machine.
    pub(super) fn home_tenant<'a>(&self, given: Option<&'a str>) -> Option<&'a str> {
        let is_local = self.data.is_some() || self.endpoint_url.as_ref().is_some_and(is_loopback);
        given.or_else(|| is_local.then_some(fake_graph::TENANT_ID))
    }
}
