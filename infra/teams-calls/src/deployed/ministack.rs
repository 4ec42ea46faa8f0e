//! MiniStack: an AWS on loopback that takes a CloudFormation template and runs its functions.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};

use super::until;

/// What the template uses; the fewer services, the sooner it is up.
const SERVICES: &str = "apigateway,apigatewayv2,cloudformation,cloudwatch,dynamodb,events,iam,\
                        lambda,logs,monitoring,s3,scheduler,secretsmanager,sns,sqs,sts";

const LOG: &str = "ministack.log";

/// How long it may take to be up. It takes two seconds on an idle machine.
const START: Duration = Duration::from_secs(60);

/// A running MiniStack. Dropping it ends it with every function that it started.
#[derive(Debug)]
pub(super) struct MiniStack {
    process: Child,
    port: u16,
    directory: PathBuf,
}

impl MiniStack {
    /// Starts the program on a free port; everything that it writes goes below `directory`.
    pub(super) async fn start(program: &Path, directory: &Path) -> anyhow::Result<Self> {
        let port = free_port()?;
        let output = File::create(directory.join(LOG))?;
        let process = Command::new(program)
            // The functions inherit this environment: what it does not hold cannot leak to them.
            .env_clear()
            .envs(environment(port, directory))
            .env("BIND_HOST", "127.0.0.1")
            // It would listen for things beyond loopback, whatever BIND_HOST says.
            .env("IOT_MTLS_ENABLED", "0")
            .env("GATEWAY_PORT", port.to_string())
            .env("SERVICES", SERVICES)
            .env("TMPDIR", directory)
            .current_dir(directory)
            .stdout(output.try_clone()?)
            .stderr(output)
            // A group of its own, so that its functions can be ended with it.
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
        let up = until("MiniStack listens", START, async || {
            anyhow::ensure!(ministack.process.try_wait()?.is_none(), "MiniStack ended at once");
            Ok(tokio::net::TcpStream::connect(address).await.is_ok())
        })
        .await;
        match up {
            Ok(()) => Ok(ministack),
            Err(error) => Err(error.context(ministack.last_words())),
        }
    }

    /// Where every one of its services is.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The environment for the AWS command line and its like, which then knows nobody else.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        environment(self.port, &self.directory)
    }

    /// The end of its log.
    pub(super) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.directory.join(LOG)).unwrap_or_default();
        let telling: Vec<_> = log
            .lines()
            // Its news, and the functions' own lines, which are told elsewhere.
            .filter(|line| !line.contains(" INFO ") && !line.starts_with('{'))
            .collect();
        let from = telling.len().saturating_sub(40);
        telling.get(from..).unwrap_or_default().join("\n")
    }
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        let group = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // Nothing of it is worth keeping, and none of it may outlive us.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.process.wait();
    }
}

/// What MiniStack on `port` and its clients find in their environment: nothing of ours.
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

/// A port that is free now. Somebody else may take it before MiniStack does, which is then told.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
