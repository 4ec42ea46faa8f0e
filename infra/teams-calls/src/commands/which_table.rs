//! The table that an operator's command works on.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::Region;
use aws_stand_ins::{DynamoDb, DynamoDbOptions};
use call_table::{CallTable, TableConfig};
use call_writer::CallWriter;
use clap::Args;
use forgotten_people::ForgetKeySource;
use lambda_kit::{Secrets, TimeLimits, operator_aws_config};
use msgraph::is_loopback;
use reports::{People, PseudonymKey};
use url::Url;

use crate::data_file::{self, DataFile};
use crate::system::TABLE;

/// Where the table is: a file of `serve --data` or `demo --data`, or in AWS.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The file of `serve --data`, `demo --data` or `import`. No other process may write it meanwhile.
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
}

/// A table that is written to.
#[derive(Debug, Args)]
pub(super) struct WhichTable {
    #[command(flatten)]
    place: Place,
    /// The secret with the key of the marks of forgotten people, for `--table`: the stack's output
    /// ForgetKeyArn. `forget` needs it, and `recount` where a person was forgotten in the last 100 days.
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
    /// Serves the file while it is open, and keeps others from it.
    database: Option<(DataFile, DynamoDb)>,
}

/// A table that is only read.
pub(super) struct ReadTable {
    pub(super) store: CallTable,
    /// Where its keys are, for a table in AWS.
    pub(super) sdk: Option<SdkConfig>,
    /// Where its keys are, for a file.
    pub(super) file: Option<PathBuf>,
    _database: Option<(DataFile, DynamoDb)>,
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
        aws_stand_ins::compact(file.path())
    }
}

impl ReadTable {
    /// The key of pseudonyms: that beside a file, or the secret of a table in AWS. Without one, references
    /// to people whose id is hidden mean nothing to others.
    pub(super) fn pseudonym_key(
        &self,
        people: People,
        secret: Option<&str>,
    ) -> anyhow::Result<PseudonymKey> {
        if let Some(file) = &self.file {
            return Ok(PseudonymKey::fixed(data_file::pseudonym_key_text(file)?));
        }
        match (secret, &self.sdk) {
            (Some(secret), Some(sdk)) => Ok(PseudonymKey::of_secrets_manager(sdk, secret)),
            _ if people == People::Pseudonyms => anyhow::bail!(
                "pseudonyms need their key: give --pseudonym-key the ARN of the stack's resource \
                 PseudonymKey"
            ),
            _ => Ok(PseudonymKey::fixed(data_file::new_key())),
        }
    }
}

const GIVE_THE_KEY: &str = "the marks of forgotten people need their key: give --forget-key the \
                            stack's output ForgetKeyArn";

impl Place {
    /// Of a command for which a table is optional; none without one.
    pub(super) fn optional(
        data: Option<PathBuf>,
        table: Option<String>,
        endpoint_url: Option<Url>,
    ) -> Option<Self> {
        (data.is_some() || table.is_some()).then_some(Self { data, table, endpoint_url })
    }

    /// Opens the table, which must exist, for reading alone.
    pub(super) async fn read(&self) -> anyhow::Result<ReadTable> {
        let config = TableConfig::new(self.table.as_deref().unwrap_or(TABLE));
        if let Some(file) = &self.data {
            let (locked, database, client) = open_file(file, DataFile::lock_shared, true).await?;
            return Ok(ReadTable {
                store: CallTable::new(client, config),
                sdk: None,
                file: Some(file.clone()),
                _database: Some((locked, database)),
            });
        }
        let (sdk, client) = self.in_aws().await?;
        let store = CallTable::new(client, config);
        Ok(ReadTable { store, sdk: Some(sdk), file: None, _database: None })
    }

    async fn in_aws(&self) -> anyhow::Result<(SdkConfig, aws_sdk_dynamodb::Client)> {
        let mut sdk = operator_aws_config(TimeLimits::BACKGROUND).await?;
        if sdk.region().is_none() && self.endpoint_url.as_ref().is_some_and(is_loopback) {
            sdk = sdk.into_builder().region(Region::new(aws_stand_ins::REGION)).build();
        }
        let mut client = aws_sdk_dynamodb::config::Builder::from(&sdk);
        client.set_endpoint_url(self.endpoint_url.as_ref().map(Url::to_string));
        Ok((sdk, aws_sdk_dynamodb::Client::from_conf(client.build())))
    }
}

/// Locks a file and serves it.
async fn open_file(
    file: &Path,
    lock: fn(&Path) -> anyhow::Result<DataFile>,
    read_only: bool,
) -> anyhow::Result<(DataFile, DynamoDb, aws_sdk_dynamodb::Client)> {
    anyhow::ensure!(
        file.is_file(),
        "there is no file {}: name one that demo --data, serve --data or import wrote",
        file.display()
    );
    super::warn_of_exposure(file);
    let locked = lock(file)?;
    let path = Some(file.to_owned());
    let options = DynamoDbOptions { path, read_only, ..DynamoDbOptions::default() };
    let database = DynamoDb::start_with(options).await;
    let database = database.with_context(|| format!("{} is no table's file", file.display()))?;
    let client = aws_stand_ins::dynamodb_client(&database.url());
    Ok((locked, database, client))
}

impl WhichTable {
    /// Opens the table, which must exist.
    pub(super) async fn open(&self) -> anyhow::Result<OpenTable> {
        let place = &self.place;
        let mut config = TableConfig::new(place.table.as_deref().unwrap_or(TABLE));
        config.retention_days = self.retention_days;
        config.person_totals_retention_days = self.person_totals_retention_days;
        config.organisation_totals_retention_days = self.organisation_totals_retention_days;
        if let Some(file) = &place.data {
            let (locked, database, client) = open_file(file, DataFile::lock, false).await?;
            let store = CallTable::new(client, config);
            let forget_key = data_file::forget_key(file)?;
            return Ok(OpenTable { store, forget_key, database: Some((locked, database)) });
        }
        let (sdk, client) = place.in_aws().await?;
        let forget_key = match &self.forget_key {
            Some(secret) => ForgetKeySource::Secret(Secrets::new(&sdk, secret)),
            None => ForgetKeySource::Missing(GIVE_THE_KEY),
        };
        Ok(OpenTable { store: CallTable::new(client, config), forget_key, database: None })
    }

    /// The tenant of calls that do not record theirs: the one given, or that of the invented
    /// organisation for a table on this machine.
    pub(super) fn home_tenant<'a>(&self, given: Option<&'a str>) -> Option<&'a str> {
        let Place { data, endpoint_url, .. } = &self.place;
        let is_local = data.is_some() || endpoint_url.as_ref().is_some_and(is_loopback);
        given.or_else(|| is_local.then_some(fake_graph::TENANT_ID))
    }
}
