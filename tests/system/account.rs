//! The commands that log in to a tenant, run as an administrator runs them.

use std::process::Stdio;

use fake_graph::FakeGraph;
use serde_json::Value;
use tokio::process::Command;

use crate::binaries::binaries;

/// What a command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) succeeded: bool,
    pub(crate) stdout: String,
    /// Both streams.
    pub(crate) output: String,
}

impl Ran {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON: {}", self.output))
    }

    /// Nothing that was printed gives a secret, a token or one of these away.
    pub(crate) fn shows_nothing_secret(&self, private: &[&str]) {
        let secrets = [fake_graph::CLIENT_SECRET, "fake-graph-token", "Bearer", "eyJ"];
        for secret in secrets.iter().chain(private) {
            assert!(!self.output.contains(secret), "{secret:?} is in {}", self.output);
        }
    }
}

/// `local` with these arguments, and those that name the tenant, its Graph and the application
/// where the arguments do not. The secret is in the environment, unless it is empty.
pub(crate) fn command(graph: &FakeGraph, secret: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(binaries().join("teams-calls"));
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true).env_remove("CLIENT_SECRET");
    let usual = [
        ("--tenant-id", fake_graph::TENANT_ID),
        ("--client-id", fake_graph::CLIENT_ID),
        ("--graph-url", graph.url()),
        ("--login-url", graph.login_url()),
    ];
    for (name, value) in usual {
        if !arguments.contains(&name) {
            command.args([name, value]);
        }
    }
    if !secret.is_empty() {
        command.env("CLIENT_SECRET", secret);
    }
    command
}

/// Runs it to its end.
pub(crate) async fn run(graph: &FakeGraph, secret: &str, arguments: &[&str]) -> Ran {
    let ended = command(graph, secret, arguments).output().await.unwrap();
    let stdout = String::from_utf8(ended.stdout).unwrap();
    let output = format!("{stdout}{}", String::from_utf8_lossy(&ended.stderr));
    Ran { succeeded: ended.status.success(), stdout, output }
}
