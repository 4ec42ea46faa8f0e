//! The reports, and the page that stands in for the CloudWatch console.

use std::sync::Arc;

use aws_stand_ins::SecretsManager;
use call_table::CallTable;
use jiff::Timestamp;
use reports::{Config, PseudonymKey, Reports};
use serde_json::Value;

use super::{Settings, System, sdk_config};
use crate::console::Console;
use crate::data_file;

/// The secret with the key of pseudonyms: that of the table's file, or an invented one.
pub(super) const KEY: &str = "pseudonym-key";
const INVENTED_KEY: &str = "invented-key-of-the-laptop-for-pseudonyms-and-links";

pub(super) async fn start(
    port: u16,
    store: &CallTable,
    secrets_manager: &SecretsManager,
    settings: &Settings,
) -> anyhow::Result<(Arc<Reports>, Console)> {
    let of_file = settings.data.as_deref().map(data_file::pseudonym_key_text).transpose()?;
    secrets_manager.create(KEY, of_file.as_deref().unwrap_or(INVENTED_KEY))?;
    let key = PseudonymKey::of_secrets_manager(&sdk_config(&secrets_manager.url()), KEY);
    let config = Config { people: settings.people_in_reports, ..Config::default() };
    let reports = Arc::new(Reports::new(config, store.clone(), key));
    let console = Console::start(port, Arc::clone(&reports), settings.clock.clone()).await?;
    Ok((reports, console))
}

impl System {
    pub fn reports_url(&self) -> String {
        self.console.url()
    }

    /// A report, as `aws lambda invoke` gets it.
    pub async fn report(&self, event: Value, now: Timestamp) -> Value {
        self.reports.handle(event, "arn:aws:lambda:laptop", now).await
    }
}
