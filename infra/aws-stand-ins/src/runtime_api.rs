//! The Lambda Runtime API, and the processes that it drives.

mod environment;
mod process;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::Semaphore;

use self::environment::Environment;
use self::process::Output;
pub use self::process::{OutputLine, Stream};

/// The most that a function may be sent or may answer, in bytes (Lambda quotas, synchronous).
pub const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// How a function is set up.
#[derive(Clone, Debug)]
pub struct FunctionOptions {
    /// Its name; log group and ARN follow from it.
    pub name: String,
    /// The program that is its `bootstrap`. None: a program that someone else starts, with
    /// `AWS_LAMBDA_RUNTIME_API` set to [`RuntimeApi::address`].
    pub program: Option<PathBuf>,
    /// What the program is started with.
    pub arguments: Vec<String>,
    /// What it finds in its environment beside what Lambda itself sets, which this may replace.
    pub environment: BTreeMap<String, String>,
    /// The memory size that it is given; nothing is enforced, see [`RuntimeApi::peak_memory`].
    pub memory_mb: u32,
    /// How many processes may work at once; each serves one invocation at a time.
    pub concurrency: u32,
    /// How long a program has from its start to its first request for work. Lambda gives 10 s.
    pub init_timeout: Duration,
    /// The port for a program that someone else starts; 0 for a free one.
    pub port: u16,
}

impl FunctionOptions {
    /// A function of this name and program, with one process of 128 MB at a time.
    #[must_use]
    pub fn new(name: impl Into<String>, program: impl Into<PathBuf>) -> Self {
        Self { program: Some(program.into()), ..Self::external(name) }
    }

    /// A function whose program someone else starts.
    #[must_use]
    pub fn external(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            program: None,
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            memory_mb: 128,
            concurrency: 1,
            init_timeout: Duration::from_secs(10),
            port: 0,
        }
    }

    /// Adds variables to its environment.
    #[must_use]
    pub fn variables<N: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let variables = variables.into_iter();
        self.environment.extend(variables.map(|(name, value)| (name.into(), value.into())));
        self
    }
}

/// Why an invocation has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The function reported an error; its process lives on.
    #[error("the function failed: {kind}: {message}")]
    FunctionError {
        /// The error's type, as the function named it.
        kind: String,
        message: String,
    },
    /// The process ended; the next invocation starts another.
    #[error("the function's process ended: {status}")]
    Exited {
        /// The exit status or the signal.
        status: String,
    },
    /// Time was up, and the process was killed; the next invocation starts another.
    #[error("the function timed out after {} ms", after.as_millis())]
    TimedOut {
        /// The time that it had.
        after: Duration,
    },
    /// The program cannot be started at all.
    #[error("the function's program does not start: {0}")]
    NotStarted(String),
    /// The event is longer than [`PAYLOAD_LIMIT`].
    #[error("the event has {0} bytes, more than Lambda takes")]
    TooLarge(usize),
}

/// A Lambda function: processes that ask this Runtime API for work. Clones are the same function;
/// the processes end with the last of them.
#[derive(Clone, Debug)]
pub struct RuntimeApi(Arc<Function>);

#[derive(Debug)]
struct Function {
    options: FunctionOptions,
    permits: Semaphore,
    /// Warm environments without work.
    idle: Mutex<Vec<Environment>>,
    /// Ways to kill every environment there is.
    kills: Mutex<BTreeMap<u64, process::Kill>>,
    output: Output,
    cold_starts: AtomicU32,
    started: AtomicU64,
    peak_memory: AtomicU64,
    /// Where a program that someone else starts finds its work.
    address: String,
}

impl RuntimeApi {
    /// Prepares a function. No process starts before the first invocation, as in Lambda.
    pub async fn start(options: FunctionOptions) -> anyhow::Result<Self> {
        let mut idle = Vec::new();
        let mut address = String::new();
        let mut permits = options.concurrency.max(1);
        if options.program.is_none() {
            let external = Environment::external(&options).await?;
            address = external.address();
            idle.push(external);
            permits = 1;
        }
        Ok(Self(Arc::new(Function {
            permits: Semaphore::new(permits as usize),
            idle: Mutex::new(idle),
            kills: Mutex::default(),
            output: Output::default(),
            cold_starts: AtomicU32::new(0),
            started: AtomicU64::new(0),
            peak_memory: AtomicU64::new(0),
            address,
            options,
        })))
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API` for a program that someone else starts; empty where the
    /// function has a program of its own.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.0.address
    }

    /// Hands `event` to a process, warm if there is one, and waits for its answer.
    ///
    /// # Errors
    ///
    /// See [`InvokeError`]. After a time-out or an exit the process is gone.
    pub async fn invoke(&self, event: &Value, timeout: Duration) -> Result<Value, InvokeError> {
        let payload = event.to_string();
        if payload.len() > PAYLOAD_LIMIT {
            return Err(InvokeError::TooLarge(payload.len()));
        }
        let function = &*self.0;
        // The semaphore is never closed.
        let _permit = function.permits.acquire().await;
        let payload = Bytes::from(payload);
        loop {
            let (environment, warm) = function.environment().await?;
            let (result, taken) = environment.invoke(payload.clone(), timeout).await;
            function.measure(&environment);
            let gone_before = matches!(result, Err(InvokeError::Exited { .. })) && !taken;
            let lives = match &result {
                Ok(_) | Err(InvokeError::FunctionError { .. }) => environment.is_alive(),
                Err(_) => environment.is_external(),
            };
            if lives {
                lock(&function.idle).push(environment);
            } else {
                lock(&function.kills).remove(&environment.number());
                environment.end().await;
            }
            // A warm process that exited after its last answer does not fail this invocation.
            if !(warm && gone_before) {
                return result;
            }
        }
    }

    /// Kills every process at once (SIGKILL), at work or not, and waits for none.
    pub fn kill(&self) {
        for kill in lock(&self.0.kills).values() {
            kill.now();
        }
    }

    /// How many processes were started so far.
    #[must_use]
    pub fn cold_starts(&self) -> u32 {
        self.0.cold_starts.load(Ordering::SeqCst)
    }

    /// The ids of the processes that live.
    #[must_use]
    pub fn process_ids(&self) -> Vec<u32> {
        lock(&self.0.kills).values().filter_map(process::Kill::process_id).collect()
    }

    /// The most resident memory in bytes that any of its processes has used up to its last answer, or
    /// uses now; 0 before the first.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        let living = self.process_ids().into_iter().filter_map(process::peak_memory).max();
        self.0.peak_memory.fetch_max(living.unwrap_or(0), Ordering::SeqCst).max(living.unwrap_or(0))
    }

    /// What its processes wrote, oldest first: the latest 100,000 lines.
    #[must_use]
    pub fn output(&self) -> Vec<OutputLine> {
        self.0.output.lines()
    }
}

impl Function {
    /// An environment that waits for work, and whether it was warm.
    async fn environment(&self) -> Result<(Environment, bool), InvokeError> {
        loop {
            let Some(environment) = lock(&self.idle).pop() else {
                break;
            };
            if environment.is_alive() {
                return Ok((environment, true));
            }
            lock(&self.kills).remove(&environment.number());
        }
        let number = self.started.fetch_add(1, Ordering::SeqCst);
        self.cold_starts.fetch_add(1, Ordering::SeqCst);
        let environment = Environment::start(&self.options, number, &self.output).await?;
        if let Some(kill) = environment.kill() {
            let mut kills = lock(&self.kills);
            kills.retain(|_, kill| kill.process_id().is_some());
            kills.insert(number, kill);
        }
        match environment.ready(self.options.init_timeout).await {
            Ok(()) => Ok((environment, false)),
            Err(error) => {
                lock(&self.kills).remove(&number);
                environment.end().await;
                Err(error)
            }
        }
    }

    fn measure(&self, environment: &Environment) {
        if let Some(peak) = environment.process_id().and_then(process::peak_memory) {
            self.peak_memory.fetch_max(peak, Ordering::SeqCst);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
