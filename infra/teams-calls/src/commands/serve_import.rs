//! `teams-calls serve` of a file that `teams-calls import` made: the reports of a read-only table.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use aws_stand_ins::{Clock, DynamoDb, DynamoDbOptions};
use call_table::{CallTable, TableConfig};
use jiff::Timestamp;
use lambda_kit::Metrics;
use reports::{Config, PseudonymKey, Reports};
use serde::Serialize;

use crate::console::Console;
use crate::data_file;
use crate::import::ImportState;
use crate::system::{TABLE, roll_up, rollup, take_sites};

pub(super) struct Imported {
    data: PathBuf,
    dynamodb: DynamoDb,
    port_base: Option<u16>,
    state: ImportState,
}

/// The URLs: what `--json` prints.
#[derive(Debug, Serialize)]
struct Addresses {
    reports: String,
    dynamodb: String,
    table: &'static str,
    region: &'static str,
    /// The credentials that DynamoDB takes. They end with this process.
    access_key_id: &'static str,
    secret_access_key: &'static str,
    read_only: bool,
    tenant_id: String,
    calls_from: Timestamp,
    calls_to: Timestamp,
    /// Whether the import finished; otherwise calls are missing.
    import_complete: bool,
    complete_up_to: Option<Timestamp>,
}

impl Imported {
    /// Opens the table of a file, if `teams-calls import` made the file. The ports are those that
    /// `teams-calls serve` has for the table and the reports.
    pub(super) async fn open(
        data: &Path,
        port_base: Option<u16>,
        sites: Option<&Path>,
    ) -> anyhow::Result<Option<Self>> {
        if !data.exists() {
            return Ok(None);
        }
        let dynamodb = DynamoDb::start_with(DynamoDbOptions {
            port: port(port_base, 2),
            path: Some(data.to_owned()),
            read_only: true,
            ..DynamoDbOptions::default()
        })
        .await?;
        // A file without the table is new; any other error is returned when it is used.
        let Some(state) = ImportState::read(&store(&dynamodb)).await.ok().flatten() else {
            return Ok(None);
        };
        let Some(sites) = sites else {
            return Ok(Some(Self { data: data.to_owned(), dynamodb, port_base, state }));
        };
        drop(dynamodb);
        by_sites(data, sites).await?;
        Box::pin(Self::open(data, port_base, None)).await
    }

    /// Serves it until interrupted.
    pub(super) async fn serve(self, json: bool) -> anyhow::Result<ExitCode> {
        let store = store(&self.dynamodb);
        let completeness = store.completeness().await?;
        let key = PseudonymKey::fixed(data_file::pseudonym_key_text(&self.data)?);
        let reports = Arc::new(Reports::new(Config::default(), store, key));
        let console = Console::start(port(self.port_base, 5), reports, Clock::real()).await?;
        let addresses = Addresses {
            reports: console.url(),
            dynamodb: self.dynamodb.url(),
            table: TABLE,
            region: aws_stand_ins::REGION,
            access_key_id: aws_stand_ins::access_key_id(),
            secret_access_key: aws_stand_ins::SECRET_ACCESS_KEY,
            read_only: true,
            tenant_id: self.state.tenant_id,
            calls_from: self.state.from,
            calls_to: self.state.to,
            import_complete: self.state.ended_at.is_some(),
            complete_up_to: completeness.complete_up_to,
        };
        if json {
            println!("{}", serde_json::to_string(&addresses)?);
        } else {
            println!("{}", advice(&addresses));
        }
        tokio::signal::ctrl_c().await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Puts a building file in force in an imported table, and rolls its days up by it.
async fn by_sites(data: &Path, sites: &Path) -> anyhow::Result<()> {
    let options = DynamoDbOptions { path: Some(data.to_owned()), ..DynamoDbOptions::default() };
    let dynamodb = DynamoDb::start_with(options).await?;
    let rollup = rollup(store(&dynamodb), Metrics::captured("quality").0);
    take_sites(&rollup, sites, lambda_kit::now()).await?;
    roll_up(&rollup, lambda_kit::now()).await?;
    Ok(())
}

fn port(base: Option<u16>, place: u16) -> u16 {
    base.map_or(0, |base| base.saturating_add(place))
}

fn store(dynamodb: &DynamoDb) -> CallTable {
    let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
    CallTable::new(client, TableConfig::new(TABLE))
}

fn advice(at: &Addresses) -> String {
    let Addresses { reports, dynamodb, table, region, access_key_id, secret_access_key, .. } = at;
    let whole = if at.import_complete {
        ""
    } else {
        "The import did not finish, so calls are missing: run it again.\n"
    };
    format!(
        "The reports of the imported calls, for a browser: {reports}\n{whole}\
         Ctrl-C ends it. In another terminal:\n\n  \
         curl -o people.csv '{reports}people.csv?range=last_7_days'\n  \
         AWS_ACCESS_KEY_ID={access_key_id} AWS_SECRET_ACCESS_KEY={secret_access_key} \
         aws dynamodb scan --region {region} \
         --endpoint-url {dynamodb} --table-name {table}\n"
    )
}
