//! A child process whose end is watched and whose output is kept.

use std::collections::VecDeque;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::{OptionFuture, join};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::sync::watch;

use super::{FunctionOptions, lock};
use crate::client_config::{REGION, SECRET_ACCESS_KEY, access_key_id};

/// How many lines of output are kept.
const LINES: usize = 100_000;

/// How long the output of a process that ended is waited for.
const OUTPUT_GRACE_PERIOD: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output: log lines and metrics.
    Out,
    /// Standard error: panics.
    Error,
}

/// A line that a function wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLine {
    pub stream: Stream,
    /// The line, without its end.
    pub text: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Output(Arc<Mutex<VecDeque<OutputLine>>>);

impl Output {
    pub(super) fn lines(&self) -> Vec<OutputLine> {
        lock(&self.0).iter().cloned().collect()
    }

    fn push(&self, line: OutputLine) {
        let mut lines = lock(&self.0);
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    async fn read(self, stream: Stream, source: impl AsyncRead + Unpin) {
        let mut source = BufReader::new(source);
        let mut bytes = Vec::new();
        // Bytes and not lines: a function that writes something else than UTF-8 is still to be heard.
        while matches!(source.read_until(b'\n', &mut bytes).await, Ok(1..)) {
            let text = String::from_utf8_lossy(&bytes);
            self.push(OutputLine { stream, text: text.trim_end_matches(['\r', '\n']).to_owned() });
            bytes.clear();
        }
    }
}

/// How a process stands.
#[derive(Clone, Copy, Debug)]
enum Life {
    Running(u32),
    Ended(Option<ExitStatus>),
}

/// A handle to kill a process from elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Kill {
    order: watch::Sender<bool>,
    life: watch::Receiver<Life>,
}

impl Kill {
    pub(super) fn now(&self) {
        self.order.send_replace(true);
    }

    /// The id of the process while it runs and was not asked to exit.
    pub(super) fn process_id(&self) -> Option<u32> {
        match *self.life.borrow() {
            Life::Running(id) if !*self.order.borrow() => Some(id),
            _ => None,
        }
    }
}

/// A process; dropping it kills it.
#[derive(Debug)]
pub(super) struct Process {
    kill: Kill,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill.now();
    }
}

impl Process {
    /// Starts the function's program with Lambda's environment and nothing of ours.
    pub(super) fn start(
        options: &FunctionOptions,
        program: &std::path::Path,
        address: &str,
        number: u64,
        output: &Output,
    ) -> std::io::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(&options.arguments)
            .env_clear()
            .envs(variables(options, address, number))
            .envs(&options.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let id = child.id().unwrap_or_default();
        let out = child.stdout.take().map(|pipe| output.clone().read(Stream::Out, pipe));
        let error = child.stderr.take().map(|pipe| output.clone().read(Stream::Error, pipe));
        let (order, mut ordered) = watch::channel(false);
        let (lives, life) = watch::channel(Life::Running(id));
        tokio::spawn(async move {
            let reading = join(OptionFuture::from(out), OptionFuture::from(error));
            let waiting = async {
                let ended = tokio::select! {
                    ended = child.wait() => Some(ended),
                    _ = ordered.wait_for(|ordered| *ordered) => None,
                };
                match ended {
                    Some(ended) => ended.ok(),
                    None => {
                        child.start_kill().ok();
                        child.wait().await.ok()
                    }
                }
            };
            tokio::pin!(reading, waiting);
            let status = tokio::select! {
                status = &mut waiting => {
                    // A grandchild may hold the pipes open for longer.
                    tokio::time::timeout(OUTPUT_GRACE_PERIOD, reading).await.ok();
                    status
                }
                _ = &mut reading => waiting.await,
            };
            lives.send_replace(Life::Ended(status));
        });
        Ok(Self { kill: Kill { order, life } })
    }

    pub(super) fn kill(&self) -> Kill {
        self.kill.clone()
    }

    pub(super) fn is_alive(&self) -> bool {
        self.kill.process_id().is_some()
    }

    /// Waits for its end; says how it ended.
    pub(super) async fn ended(&self) -> String {
        let mut life = self.kill.life.clone();
        let ended = life.wait_for(|life| matches!(life, Life::Ended(_))).await;
        match ended.map(|life| *life) {
            Ok(Life::Ended(Some(status))) => status.to_string(),
            _ => "unknown".to_owned(),
        }
    }
}

/// What Lambda itself puts into a function's environment.
fn variables(options: &FunctionOptions, address: &str, number: u64) -> Vec<(&'static str, String)> {
    let name = &options.name;
    let fixed = [
        ("_HANDLER", "bootstrap"),
        ("AWS_ACCESS_KEY_ID", access_key_id()),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
        ("AWS_REGION", REGION),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ("AWS_SESSION_TOKEN", "unchecked"),
        ("LANG", "en_US.UTF-8"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
        ("TZ", ":UTC"),
    ];
    let mut variables: Vec<_> =
        fixed.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    variables.extend([
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", options.memory_mb.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("[$LATEST]{number:032x}")),
        ("AWS_LAMBDA_RUNTIME_API", address.to_owned()),
    ]);
    variables
}

/// The most resident memory that a process has had, in bytes; none where it is gone.
pub(super) fn peak_memory(process_id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process_id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
