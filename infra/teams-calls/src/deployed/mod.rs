//! template.yaml itself, deployed on MiniStack with the real binaries, and a day lived through there.

mod front;
mod ministack;
mod queue;
mod rehearsal;
mod stack;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use aws_stand_ins::HttpApi;
use fake_graph::{AnswerFaults, FakeGraph, Faults, NotificationFaults};
use jiff::Timestamp;
use record_store::{RecordStore, StoreConfig};
use serde_json::Value;
use tokio::time::Instant;

use ministack::MiniStack;
use queue::Queue;
use stack::Stack;

/// What a deployment needs.
#[derive(Debug)]
pub struct Settings {
    /// The folder with the `sam` and `python` of infra/checks/requirements.txt.
    pub tools: PathBuf,
    /// MiniStack's program.
    pub ministack: PathBuf,
    /// The project's top folder.
    pub project: PathBuf,
    /// The folder with the functions' binaries.
    pub binaries: PathBuf,
}

/// The deployed system, the fake Graph that it talks to, and the way between them.
struct Deployment {
    outputs: BTreeMap<String, String>,
    stack: Stack,
    graph: FakeGraph,
    /// The domain of our own, once the stack knows it.
    front: Option<HttpApi>,
    ministack: MiniStack,
    _directory: tempfile::TempDir,
}

/// Deploys, lives through a day, takes the stack away again; `tell` hears each thing that was shown.
///
/// # Errors
///
/// The first thing that is not as it should be, with what MiniStack and the functions said.
pub async fn rehearse(settings: &Settings, tell: impl Fn(&str)) -> anyhow::Result<()> {
    let mut deployment = Deployment::start(settings).await?;
    let shown = rehearsal::run(&mut deployment, &tell).await;
    if let Err(error) = shown {
        let complaints = deployment.stack.complaints().await;
        let words = deployment.ministack.last_words();
        bail!("{error:#}\n\nthe functions said:\n{complaints}\nMiniStack said:\n{words}");
    }
    Ok(())
}

impl Deployment {
    /// Everything that the stack needs, before there is a stack.
    async fn start(settings: &Settings) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        // First of all, because it installs the TLS provider that every HTTP client asks for.
        let graph = FakeGraph::start(fake_graph::Options {
            faults: ordinary_faults(),
            limits: None,
            ..fake_graph::Options::default()
        })
        .await?;
        let ministack = MiniStack::start(&settings.ministack, directory.path()).await?;
        let stack = Stack::prepare(settings, directory.path(), &ministack).await?;
        let outputs = BTreeMap::new();
        Ok(Self { outputs, stack, graph, front: None, ministack, _directory: directory })
    }

    /// Deploys the template as it is now to be, and remembers its outputs.
    async fn deploy(&mut self) -> anyhow::Result<()> {
        let graph = self.graph.url();
        let mut parameters = vec![("GraphUrl", graph), ("LoginUrl", self.graph.login_url())];
        let front = self.front.as_ref().map(HttpApi::url);
        if let Some(front) = &front {
            parameters.push(("PublicUrl", front.trim_end_matches('/')));
        }
        self.outputs = self.stack.deploy(&parameters).await?;
        Ok(())
    }

    /// One of the stack's outputs.
    fn output(&self, name: &str) -> anyhow::Result<&str> {
        let output = self.outputs.get(name).map(String::as_str);
        output.with_context(|| format!("the stack has no output {name}"))
    }

    /// The queue whose address an output tells.
    fn queue(&self, output: &str) -> anyhow::Result<Queue> {
        let client = aws_stand_ins::sqs_client(&self.ministack.url());
        Ok(Queue::new(client, self.output(output)?))
    }

    /// The table.
    fn store(&self) -> anyhow::Result<RecordStore> {
        let client = aws_stand_ins::dynamodb_client(&self.ministack.url());
        Ok(RecordStore::new(client, StoreConfig::new(self.output("TableName")?)))
    }

    /// Fills in the secret as the deployment's instructions say, and leaves the client state alone.
    async fn fill_in_secret(&self) -> anyhow::Result<()> {
        let client = aws_stand_ins::secrets_client(&self.ministack.url());
        let arn = self.output("SecretArn")?;
        let value = client.get_secret_value().secret_id(arn).send().await?;
        let mut secret: Value =
            serde_json::from_str(value.secret_string().context("the secret is no text")?)?;
        ensure!(
            secret["client_states"].as_str().is_some_and(|state| state.len() == 64),
            "the stack did not make up a client state"
        );
        secret["tenant_id"] = fake_graph::TENANT_ID.into();
        secret["client_id"] = fake_graph::CLIENT_ID.into();
        secret["client_secret"] = fake_graph::CLIENT_SECRET.into();
        let put = client.put_secret_value().secret_id(arn).secret_string(secret.to_string());
        put.send().await?;
        Ok(())
    }
}

/// What an ordinary day brings, in waits that a check can sit through: MiniStack's clock is real.
fn ordinary_faults() -> Faults {
    Faults {
        answers: AnswerFaults {
            throttled: 0.03,
            throttled_for: Duration::from_secs(1),
            ..AnswerFaults::default()
        },
        notifications: NotificationFaults {
            duplicated: 0.1,
            held_back: 0.1,
            held_back_for: Duration::from_secs(2),
            ..NotificationFaults::default()
        },
    }
}

/// Waits until `condition` holds.
///
/// # Errors
///
/// The condition's own, or that it did not hold within `bound`.
async fn until(
    what: &str,
    bound: Duration,
    mut condition: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let end = Instant::now() + bound;
    while !condition().await? {
        ensure!(Instant::now() < end, "not within {} s: {what}", bound.as_secs());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "MiniStack's time is the machine's")]
fn now() -> Timestamp {
    Timestamp::now()
}
