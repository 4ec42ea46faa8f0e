//! template.yaml itself, deployed on MiniStack with the real binaries, and a day of calls run through it.

mod custom_domain;
mod lake;
mod ministack;
mod queue;
mod scenario;
mod stack;
mod telephone;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use aws_stand_ins::HttpApi;
use call_table::{CallTable, TableConfig};
use export::Lake;
use fake_graph::{AnswerFaults, FakeGraph, Faults, NotificationFaults};
use jiff::Timestamp;
use lambda_kit::{Environment, TimeLimits};
use object_store::aws::AmazonS3;
use object_store::path::Path;
use serde_json::Value;
use tokio::time::Instant;

use ministack::MiniStack;
use queue::Queue;
use stack::Stack;

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

/// The deployed system and the fake Graph that it calls.
struct Deployment {
    outputs: BTreeMap<String, String>,
    stack: Stack,
    graph: FakeGraph,
    /// The API's domain, once the stack is configured with it.
    custom_domain: Option<HttpApi>,
    ministack: MiniStack,
    _directory: tempfile::TempDir,
}

/// Deploys the stack, runs a day of calls through it and deletes it; `report` is called after each step.
///
/// # Errors
///
/// The first check that failed, with the warnings of MiniStack and the functions.
pub async fn run_deployed_day(settings: &Settings, report: impl Fn(&str)) -> anyhow::Result<()> {
    let mut deployment = Deployment::start(settings).await?;
    let outcome = scenario::run(&mut deployment, &report).await;
    if let Err(error) = outcome {
        let warnings = deployment.stack.warnings().await;
        let log = deployment.ministack.log_tail();
        bail!("{error:#}\n\nwarnings of the functions:\n{warnings}\nlog of MiniStack:\n{log}");
    }
    Ok(())
}

impl Deployment {
    /// Starts what the stack needs, and does not deploy it yet.
    async fn start(settings: &Settings) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        // First, because it installs the TLS provider that every HTTP client needs.
        let graph = FakeGraph::start(fake_graph::Options {
            faults: ordinary_faults(),
            limits: None,
            ..fake_graph::Options::default()
        })
        .await?;
        let ministack = MiniStack::start(&settings.ministack, directory.path()).await?;
        let stack = Stack::prepare(settings, directory.path(), &ministack).await?;
        let outputs = BTreeMap::new();
        Ok(Self { outputs, stack, graph, custom_domain: None, ministack, _directory: directory })
    }

    /// Creates or updates the stack with the current parameters and keeps its outputs.
    async fn deploy(&mut self) -> anyhow::Result<()> {
        let graph = self.graph.url();
        let mut parameters = vec![
            ("GraphUrl", graph),
            ("LoginUrl", self.graph.login_url()),
            ("TenantId", fake_graph::TENANT_ID),
            ("Lake", "true"),
            ("PstnLogs", "true"),
        ];
        let public_url = self.custom_domain.as_ref().map(HttpApi::url);
        if let Some(url) = &public_url {
            parameters.push(("PublicUrl", url.trim_end_matches('/')));
        }
        self.outputs = self.stack.deploy(&parameters).await?;
        Ok(())
    }

    fn output(&self, name: &str) -> anyhow::Result<&str> {
        let output = self.outputs.get(name).map(String::as_str);
        output.with_context(|| format!("the stack has no output {name}"))
    }

    /// The queue whose URL is an output.
    fn queue(&self, output: &str) -> anyhow::Result<Queue> {
        let client = aws_stand_ins::sqs_client(&self.ministack.url());
        Ok(Queue::new(client, self.output(output)?))
    }

    fn store(&self) -> anyhow::Result<CallTable> {
        let client = aws_stand_ins::dynamodb_client(&self.ministack.url());
        Ok(CallTable::new(client, TableConfig::new(self.output("TableName")?)))
    }

    /// The lake, in the bucket that is an output.
    fn lake(&self) -> anyhow::Result<Lake> {
        Ok(Lake::new(Arc::new(self.bucket()?), Path::ROOT))
    }

    /// The lake's bucket.
    fn bucket(&self) -> anyhow::Result<AmazonS3> {
        let environment = Environment::from_pairs([
            ("AWS_ENDPOINT_URL_S3", self.ministack.url()),
            ("AWS_REGION", aws_stand_ins::REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ]);
        let name = self.output("LakeBucketName")?;
        Ok(object_storage::bucket(name, &environment, TimeLimits::BACKGROUND)?)
    }

    /// Fills in the secret as the instructions for deploying say.
    async fn fill_in_secret(&self) -> anyhow::Result<()> {
        let client = aws_stand_ins::secrets_client(&self.ministack.url());
        let arn = self.output("SecretArn")?;
        let value = client.get_secret_value().secret_id(arn).send().await?;
        let mut secret: Value =
            serde_json::from_str(value.secret_string().context("the secret is no text")?)?;
        secret["tenant_id"] = fake_graph::TENANT_ID.into();
        secret["client_id"] = fake_graph::CLIENT_ID.into();
        secret["client_secret"] = fake_graph::CLIENT_SECRET.into();
        let put = client.put_secret_value().secret_id(arn).secret_string(secret.to_string());
        put.send().await?;
        Ok(())
    }
}

/// Ordinary faults with short delays: MiniStack's clock is real.
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
/// The condition's own, or that it did not hold within `timeout`.
async fn until(
    what: &str,
    timeout: Duration,
    mut condition: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let end = Instant::now() + timeout;
    while !condition().await? {
        ensure!(Instant::now() < end, "not within {} s: {what}", timeout.as_secs());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "MiniStack's time is the machine's")]
fn now() -> Timestamp {
    Timestamp::now()
}
