//! The secrets of the system, in its Secrets Manager. All are invented.

use aws_stand_ins::{SecretsManager, SecretsOptions};
use forgotten_people::ForgetKeySource;
use lambda_kit::{ClientStates, GraphSecret, SecretValue, Secrets};
use serde_json::json;

use super::{Settings, sdk_config};
use crate::data_file;

/// The name of the secret with the credentials at Graph.
pub(super) const GRAPH: &str = "call-records";

/// The name of the secret with the client states.
pub(super) const CLIENT_STATES: &str = "client-states";

/// The name of the secret with the key of the marks of forgotten people.
pub(super) const FORGET_KEY: &str = "forget-key";

pub(super) const CLIENT_STATE: &str = "invented-client-state-of-the-laptop-0001";

pub(super) struct SystemSecrets {
    manager: SecretsManager,
    tenant_id: String,
}

impl SystemSecrets {
    pub(super) async fn start(port: u16, settings: &Settings) -> anyhow::Result<Self> {
        let clock = settings.clock.clone();
        let options = SecretsOptions { port, clock, ..SecretsOptions::default() };
        let manager = SecretsManager::start_with(options).await?;
        let tenant_id = settings.tenant_id.clone();
        manager.create(GRAPH, &graph_secret(&tenant_id, fake_graph::CLIENT_SECRET))?;
        manager.create(CLIENT_STATES, &json!({ "client_states": [CLIENT_STATE] }).to_string())?;
        let key = match &settings.data {
            Some(data) => data_file::forget_key_text(data)?,
            None => data_file::new_key(),
        };
        manager.create(FORGET_KEY, &key)?;
        Ok(Self { manager, tenant_id })
    }

    pub(super) fn manager(&self) -> &SecretsManager {
        &self.manager
    }

    pub(super) fn graph(&self) -> Secrets<GraphSecret> {
        self.read(GRAPH)
    }

    pub(super) fn client_states(&self) -> Secrets<ClientStates> {
        self.read(CLIENT_STATES)
    }

    pub(super) fn forget_key(&self) -> ForgetKeySource {
        ForgetKeySource::Secret(self.read(FORGET_KEY))
    }

    /// As template.yaml makes it.
    pub(super) fn blank_graph_secret(&self) -> anyhow::Result<()> {
        let blank = json!({ "tenant_id": "", "client_id": "", "client_secret": "" });
        self.manager.put(GRAPH, &blank.to_string())
    }

    pub(super) fn replace_client_secret(&self, client_secret: &str) -> anyhow::Result<()> {
        self.manager.put(GRAPH, &graph_secret(&self.tenant_id, client_secret))
    }

    fn read<T: SecretValue>(&self, name: &str) -> Secrets<T> {
        Secrets::new(&sdk_config(&self.manager.url()), name)
    }
}

fn graph_secret(tenant_id: &str, client_secret: &str) -> String {
    json!({
        "tenant_id": tenant_id,
        "client_id": fake_graph::CLIENT_ID,
        "client_secret": client_secret,
    })
    .to_string()
}
