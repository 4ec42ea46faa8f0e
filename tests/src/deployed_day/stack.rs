//! The stack, deployed with `sam` as an operator does it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tokio::process::Command;

use super::ministack::MiniStack;
use super::{Settings, until};

/// The stack's name, which prefixes the names of its functions and queues.
const NAME: &str = "calls";

const DELETE_TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Stack {
    sam: PathBuf,
    template: PathBuf,
    directory: PathBuf,
    environment: Vec<(&'static str, String)>,
    http: reqwest::Client,
    url: String,
    functions: Vec<String>,
}

impl Stack {
    /// Expands the template and packages its functions below `directory`.
    pub(super) async fn prepare(
        settings: &Settings,
        directory: &Path,
        ministack: &MiniStack,
    ) -> anyhow::Result<Self> {
        let Settings { tools, project, binaries, .. } = settings;
        let environment = ministack.environment();
        let programs = directory.join("functions");
        let expanded = run(Command::new(tools.join("python"))
            .arg(project.join("infra/checks/ministack.py"))
            .arg(project.join("template.yaml"))
            .arg(&programs)
            .envs(environment.iter().cloned()))
        .await
        .context("the template cannot be expanded; is infra/checks/requirements.txt installed?")?;
        let template: Value = serde_json::from_str(&expanded)?;
        let mut functions = Vec::new();
        for resource in template["Resources"].as_object().into_iter().flat_map(|all| all.values()) {
            if resource["Type"] != "AWS::Lambda::Function" {
                continue;
            }
            let binary = resource["Metadata"]["BuildProperties"]["Binary"].as_str();
            let binary = binary.context("a function has no Metadata.BuildProperties.Binary")?;
            package(&binaries.join(binary), &programs.join(binary)).await?;
            functions.push(binary.to_owned());
        }
        ensure!(!functions.is_empty(), "template.yaml has no functions");
        let path = directory.join("template.json");
        std::fs::write(&path, expanded)?;
        Ok(Self {
            sam: tools.join("sam"),
            template: path,
            directory: directory.to_owned(),
            environment,
            http: reqwest::Client::builder().no_proxy().build()?,
            url: ministack.url(),
            functions,
        })
    }

    /// The names of the binaries of the template's functions.
    pub(super) fn functions(&self) -> &[String] {
        &self.functions
    }

    /// Creates or updates the stack and returns its outputs.
    pub(super) async fn deploy(
        &self,
        parameters: &[(&str, &str)],
    ) -> anyhow::Result<BTreeMap<String, String>> {
        let mut command = self.sam(&["deploy"]);
        command
            .args(["--resolve-s3", "--no-confirm-changeset", "--no-progressbar"])
            .args(["--capabilities", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"])
            .arg("--template-file")
            .arg(&self.template)
            .arg("--parameter-overrides");
        for (name, value) in parameters {
            command.arg(format!("{name}={value}"));
        }
        run(&mut command).await.context("sam deploy")?;
        self.outputs().await
    }

    async fn outputs(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let mut command = self.sam(&["list", "stack-outputs"]);
        command.args(["--output", "json"]);
        let listed: Value = serde_json::from_str(&run(&mut command).await?)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let outputs = listed.as_array().context("sam lists no outputs")?;
        Ok(outputs
            .iter()
            .map(|output| (text(&output["OutputKey"]), text(&output["OutputValue"])))
            .collect())
    }

    /// Deletes the stack. Not with `sam delete`, which also cleans up S3 and ignores the endpoint of
    /// MiniStack's.
    pub(super) async fn delete(&self) -> anyhow::Result<()> {
        self.cloudformation("DeleteStack").await?.error_for_status()?;
        until("the stack is deleted", DELETE_TIMEOUT, async || {
            let answer = self.cloudformation("DescribeStacks").await?;
            let (found, described) = (answer.status().is_success(), answer.text().await?);
            ensure!(!described.contains("DELETE_FAILED"), "the stack is not deleted: {described}");
            // CloudFormation does not find a deleted stack by its name.
            Ok(!found && described.contains("does not exist"))
        })
        .await
    }

    async fn cloudformation(&self, action: &str) -> anyhow::Result<reqwest::Response> {
        let form = [("Action", action), ("Version", "2010-05-15"), ("StackName", NAME)];
        self.send("cloudformation", self.http.post(&self.url).form(&form)).await
    }

    /// Invokes the function with this binary.
    pub(super) async fn invoke(&self, function: &str, event: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/2015-03-31/functions/{NAME}-{function}/invocations", self.url);
        let answer = self.send("lambda", self.http.post(url).body(event.to_string())).await?;
        let answer = answer.error_for_status()?;
        ensure!(
            !answer.headers().contains_key("x-amz-function-error"),
            "{function} failed: {}",
            answer.text().await?
        );
        Ok(serde_json::from_str(&answer.text().await?)?)
    }

    /// The id of the stack's only HTTP API.
    pub(super) async fn api_id(&self) -> anyhow::Result<String> {
        let answer =
            self.send("apigateway", self.http.get(format!("{}/v2/apis", self.url))).await?;
        let apis: Value = serde_json::from_str(&answer.text().await?)?;
        let id = apis["items"][0]["apiId"].as_str().context("there is no API")?;
        Ok(id.to_owned())
    }

    /// The functions' last log lines with WARN or ERROR.
    pub(super) async fn warnings(&self) -> String {
        let mut warnings = String::new();
        for function in &self.functions {
            let group = format!("/aws/lambda/{NAME}-{function}");
            let query = serde_json::json!({ "logGroupName": group }).to_string();
            let request = self
                .http
                .post(&self.url)
                .header("x-amz-target", "Logs_20140328.FilterLogEvents")
                .header("content-type", "application/x-amz-json-1.1")
                .body(query);
            let Ok(answer) = self.send("logs", request).await else { continue };
            let events: Value = answer.json().await.unwrap_or_default();
            let lines = events["events"].as_array().into_iter().flatten();
            let lines = lines.filter_map(|event| event["message"].as_str());
            let lines: Vec<_> = lines
                .filter(|line| line.contains("ERROR") || line.contains("WARN"))
                .map(|line| format!("{function}: {}\n", line.trim_end()))
                .collect();
            warnings.extend(lines.into_iter().rev().take(10).rev());
        }
        warnings
    }

    /// Sends a request to a service, which MiniStack derives from the scope of the signature.
    async fn send(
        &self,
        service: &str,
        request: reqwest::RequestBuilder,
    ) -> anyhow::Result<reqwest::Response> {
        let scope = format!("test/20260101/{}/{service}/aws4_request", aws_stand_ins::REGION);
        let signature =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none");
        Ok(request.header("authorization", signature).send().await?)
    }

    fn sam(&self, command: &[&str]) -> Command {
        let mut sam = Command::new(&self.sam);
        sam.args(command)
            .args(["--stack-name", NAME])
            .current_dir(&self.directory)
            .env_clear()
            .envs(self.environment.iter().cloned())
            .env("SAM_CLI_TELEMETRY", "0")
            .kill_on_drop(true);
        sam
    }
}

/// Creates a function's folder as `sam build` does. Symbols are stripped: they are nine tenths of a debug
/// binary, which is zipped and uploaded.
async fn package(program: &Path, folder: &Path) -> anyhow::Result<()> {
    ensure!(
        program.exists(),
        "{} is missing; build it first: cargo build --workspace --bins",
        program.display()
    );
    std::fs::create_dir_all(folder)?;
    let bootstrap = folder.join("bootstrap");
    run(Command::new("strip").arg("-o").arg(&bootstrap).arg(program)).await?;
    Ok(())
}

/// Runs a command and returns its standard output.
async fn run(command: &mut Command) -> anyhow::Result<String> {
    let output =
        command.stdin(Stdio::null()).output().await.with_context(|| {
            format!("{} does not start", command.as_std().get_program().display())
        })?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{} failed:\n{printed}\n{}",
        command.as_std().get_program().display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(printed)
}
