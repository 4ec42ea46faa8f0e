//! MiniStack: an emulator of AWS on loopback that deploys CloudFormation templates and runs functions.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};

use super::until;

/// The services that the template uses; it starts faster with fewer.
const SERVICES: &str = "apigateway,apigatewayv2,cloudformation,cloudwatch,dynamodb,events,iam,\
                        lambda,logs,monitoring,s3,scheduler,secretsmanager,sns,sqs,sts";

const LOG: &str = "ministack.log";

/// It takes two seconds on an idle machine.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running MiniStack. Dropping it kills it and every function that it started.
#[derive(Debug)]
pub(super) struct MiniStack {
    process: Child,
    port: u16,
    directory: PathBuf,
}

impl MiniStack {
    /// Starts the program on a free port; it writes below `directory` only.
    pub(super) async fn start(program: &Path, directory: &Path) -> anyhow::Result<Self> {
        let port = free_port()?;
        let output = File::create(directory.join(LOG))?;
        let process = Command::new(program)
            // The functions inherit this environment: nothing else can leak to them.
            .env_clear()
            .envs(environment(port, directory))
            .env("BIND_HOST", "127.0.0.1")
            // It listens on all interfaces, whatever BIND_HOST is.
            .env("IOT_MTLS_ENABLED", "0")
            .env("GATEWAY_PORT", port.to_string())
            .env("SERVICES", SERVICES)
            .env("TMPDIR", directory)
            .current_dir(directory)
            .stdout(output.try_clone()?)
            .stderr(output)
            // Its own process group, so that its functions can be killed with it.
            .process_group(0)
            .spawn()
            .with_context(|| {
                format!(
                    "{} does not start; install infra/checks/ministack-requirements.txt, or name \
                     it with --ministack",
                    program.display()
                )
            })?;
        let mut ministack = Self { process, port, directory: directory.to_owned() };
        let address = (Ipv4Addr::LOCALHOST, port);
        let up = until("MiniStack listens", START_TIMEOUT, async || {
            anyhow::ensure!(ministack.process.try_wait()?.is_none(), "MiniStack ended at once");
            Ok(tokio::net::TcpStream::connect(address).await.is_ok())
        })
        .await;
        match up {
            Ok(()) => Ok(ministack),
            Err(error) => Err(error.context(ministack.log_tail())),
        }
    }

    /// The endpoint of all its services.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The environment for AWS tools, which then reach nothing else.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        environment(self.port, &self.directory)
    }

    /// The last lines of its log that are neither INFO nor a function's own.
    pub(super) fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(self.directory.join(LOG)).unwrap_or_default();
        let lines: Vec<_> =
            log.lines().filter(|line| !line.contains(" INFO ") && !line.starts_with('{')).collect();
        let from = lines.len().saturating_sub(40);
        lines.get(from..).unwrap_or_default().join("\n")
    }
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        let group = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.process.wait();
    }
}

/// The whole environment of MiniStack on `port` and of its clients.
fn environment(port: u16, home: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_DEFAULT_REGION", aws_stand_ins::REGION.to_owned()),
        ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
        ("HOME", home.display().to_string()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
    ]
}

/// A port that is free now. If another process takes it first, MiniStack fails to start.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
