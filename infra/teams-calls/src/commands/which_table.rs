//! The table that an operator's command works on.

use std::path::PathBuf;

use anyhow::Context as _;
use aws_sdk_dynamodb::config::Region;
use aws_stand_ins::DynamoDb;
use call_table::{CallTable, TableConfig};
use call_writer::{CallWriter, ForgetKeySource};
use clap::Args;
use lambda_kit::{Secrets, TimeLimits, operator_aws_config};
use msgraph::is_loopback;
use url::Url;

use crate::data_file;
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
    /// The secret with the key of the marks of forgotten people, for `--table`: the stack's output
    /// ForgetKeyArn. `forget` needs it, and `recount` where a person was forgotten in the last 60 days.
    /// A file has its key beside it.
    #[arg(long, env = "FORGET_KEY_ARN")]
    forget_key: Option<String>,
    /// The stack's RetentionDays.
    #[arg(long, default_value_t = 400)]
    retention_days: u32,
    /// The stack's PersonTotalsRetentionDays.
    #[arg(long, default_value_t = 400)]
    person_totals_retention_days: u32,
    /// The stack's OrganisationTotalsRetentionDays.
    #[arg(long, default_value_t = 3_650)]
    organisation_totals_retention_days: u32,
}

pub(super) struct OpenTable {
    pub(super) store: CallTable,
    forget_key: ForgetKeySource,
    /// Serves the file while it is open.
    database: Option<(PathBuf, DynamoDb)>,
}

impl OpenTable {
    /// What writes calls into the table and forgets people in it.
    pub(super) fn writer(&self) -> CallWriter {
        CallWriter::new(self.store.clone(), self.forget_key.clone())
    }

    /// Closes the table. Of a file, nothing stays that was deleted from the table.
    pub(super) fn close_without_traces(self) -> anyhow::Result<()> {
        let Some((file, database)) = self.database else { return Ok(()) };
        drop(database);
        aws_stand_ins::compact(&file)
    }
}

const GIVE_THE_KEY: &str = "the marks of forgotten people need their key: give --forget-key the \
                            stack's output ForgetKeyArn";

impl WhichTable {
    /// A table that is only read: a file, or one in AWS.
    pub(super) fn to_read(
        data: Option<PathBuf>,
        table: Option<String>,
        endpoint_url: Option<Url>,
    ) -> Self {
        let TableConfig {
            retention_days,
            person_totals_retention_days,
            organisation_totals_retention_days,
            ..
        } = TableConfig::new(TABLE);
        Self {
            data,
            table,
            endpoint_url,
            forget_key: None,
            retention_days,
            person_totals_retention_days,
            organisation_totals_retention_days,
        }
    }

    /// Opens the table, which must exist.
    pub(super) async fn open(&self) -> anyhow::Result<OpenTable> {
        let mut config = TableConfig::new(self.table.as_deref().unwrap_or(TABLE));
        config.retention_days = self.retention_days;
        config.person_totals_retention_days = self.person_totals_retention_days;
        config.organisation_totals_retention_days = self.organisation_totals_retention_days;
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
            let forget_key = data_file::forget_key(file)?;
            return Ok(OpenTable { store, forget_key, database: Some((file.clone(), database)) });
        }
        let mut sdk = operator_aws_config(TimeLimits::BACKGROUND).await?;
        if sdk.region().is_none() && self.endpoint_url.as_ref().is_some_and(is_loopback) {
            sdk = sdk.into_builder().region(Region::new(aws_stand_ins::REGION)).build();
        }
        let mut client = aws_sdk_dynamodb::config::Builder::from(&sdk);
        client.set_endpoint_url(self.endpoint_url.as_ref().map(Url::to_string));
        let client = aws_sdk_dynamodb::Client::from_conf(client.build());
        let forget_key = match &self.forget_key {
            Some(secret) => ForgetKeySource::Secret(Secrets::new(&sdk, secret)),
            None => ForgetKeySource::Missing(GIVE_THE_KEY),
        };
        Ok(OpenTable { store: CallTable::new(client, config), forget_key, database: None })
    }

    /// The tenant of calls that do not record theirs: the one given, or that of the invented
    /// organisation for a table on this machine.
    pub(super) fn home_tenant<'a>(&self, given: Option<&'a str>) -> Option<&'a str> {
        let is_local = self.data.is_some() || self.endpoint_url.as_ref().is_some_and(is_loopback);
        given.or_else(|| is_local.then_some(fake_graph::TENANT_ID))
    }
}
