//! Every request that a consumer makes, in order, whichever service it goes to: recorded, and struck
//! where a plan says so.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_stand_ins::{Fault, RequestInfo, Service};
use fake_graph::{Arrival, Failure};
use reqwest::StatusCode;
use tokio::sync::watch;

/// What befalls one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    /// The process dies before the request reaches the service.
    DiesBefore,
    /// The request takes effect; the process dies before it has the answer.
    DiesAfter,
    /// The request takes effect; the connection breaks before the answer.
    AnswerLost,
    /// The request takes effect and is never answered.
    NoAnswer,
    /// The service asks for timeout.
    Throttled,
    /// The item is part of another transaction.
    Conflict,
    /// A batch takes effect but for one of its items.
    LeftOut,
    /// An error of the service, without effect.
    FailsBefore,
    /// The request takes effect; then the service answers with an error.
    FailsAfter,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    service: Option<Service>,
    what: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.service {
            None => write!(f, "Graph {}", self.what),
            Some(service) => write!(f, "{service:?} {}", self.what),
        }
    }
}

impl Step {
    fn of_aws(request: &RequestInfo) -> Self {
        Self { service: Some(request.service), what: request.action.clone() }
    }

    fn of_graph(arrival: &Arrival) -> Self {
        let path = arrival.path.trim_start_matches("/v1.0/communications/");
        let query = arrival.query.split("skiptoken").next().unwrap_or_default();
        Self { service: None, what: format!("{} {path}?{query}", arrival.method) }
    }

    /// Everything that can befall it.
    pub(super) fn mishaps(&self) -> Vec<Mishap> {
        let mut mishaps = vec![
            Mishap::DiesBefore,
            Mishap::DiesAfter,
            Mishap::AnswerLost,
            Mishap::NoAnswer,
            Mishap::Throttled,
            Mishap::FailsBefore,
            Mishap::FailsAfter,
        ];
        match self.what.as_str() {
            "TransactWriteItems" | "UpdateItem" | "PutItem" | "DeleteItem" => {
                mishaps.push(Mishap::Conflict);
            }
            "BatchWriteItem" | "DeleteMessageBatch" => mishaps.push(Mishap::LeftOut),
            _ => {}
        }
        mishaps
    }
}

/// The requests so far, and what is planned for those to come. Clones share it.
#[derive(Clone)]
pub(super) struct Watch(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    gone: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    watching: bool,
    steps: Vec<Step>,
    planned: BTreeMap<usize, Mishap>,
    /// The process is to do nothing more: what it still sends has no effect.
    dead: bool,
}

impl Watch {
    pub(super) fn new() -> Self {
        let (gone, _) = watch::channel(false);
        Self(Arc::new(Inner { state: Mutex::default(), gone }))
    }

    /// From now on requests are recorded from 0, and struck as planned.
    pub(super) fn begin(&self, planned: &[(usize, Mishap)]) {
        let planned = planned.iter().copied().collect();
        *self.state() = State { watching: true, planned, ..State::default() };
    }

    /// Ends it; gives what was recorded.
    pub(super) fn end(&self) -> Vec<Step> {
        std::mem::take(&mut *self.state()).steps
    }

    /// Whether something planned is still to come.
    pub(super) fn is_armed(&self) -> bool {
        !self.state().planned.is_empty()
    }

    /// Runs the process until it ends or dies; nothing when it died.
    pub(super) async fn until_death<T>(&self, process: impl Future<Output = T>) -> Option<T> {
        let mut gone = self.0.gone.subscribe();
        let gone = async { gone.wait_for(|gone| *gone).await.map(drop) };
        let ended = tokio::select! {
            biased;
            _ = gone => None,
            ended = process => Some(ended),
        };
        let died = std::mem::take(&mut self.state().dead);
        self.0.gone.send_replace(false);
        ended.filter(|_| !died)
    }

    /// What happens to a request to AWS. Receiving is Lambda's own: it makes no part of the process.
    pub(super) fn aws(&self, request: &RequestInfo) -> Fault {
        if request.action == "ReceiveMessage" {
            return Fault::None;
        }
        let code = match request.service {
            Service::DynamoDb => ["ProvisionedThroughputExceededException", "InternalServerError"],
            Service::Sqs => ["RequestThrottled", "InternalFailure"],
            Service::SecretsManager => ["ThrottlingException", "InternalServiceError"],
            Service::S3 => ["SlowDown", "InternalError"],
        };
        match self.see(Step::of_aws(request)) {
            None => Fault::None,
            Some(Mishap::DiesBefore) => Fault::DropBefore,
            Some(Mishap::DiesAfter | Mishap::AnswerLost) => Fault::DropAfter,
            Some(Mishap::NoAnswer) => Fault::Hang,
            Some(Mishap::Throttled) => Fault::ErrorBefore(400, code[0]),
            Some(Mishap::Conflict) => Fault::TransactionConflict,
            Some(Mishap::LeftOut) => Fault::LeaveOut(vec![0]),
            Some(Mishap::FailsBefore) => Fault::ErrorBefore(500, code[1]),
            Some(Mishap::FailsAfter) => Fault::ErrorAfter(500, code[1]),
        }
    }

    /// What happens to a request to Graph or to the login.
    pub(super) fn graph(&self, arrival: &Arrival) -> Option<Failure> {
        Some(match self.see(Step::of_graph(arrival))? {
            Mishap::DiesBefore => Failure::Reset,
            Mishap::DiesAfter | Mishap::AnswerLost => Failure::Lost,
            Mishap::NoAnswer => Failure::Slow(Duration::from_secs(3_600)),
            Mishap::Throttled => Failure::Throttled(Some(Duration::from_millis(200))),
            Mishap::FailsBefore => Failure::Status(StatusCode::SERVICE_UNAVAILABLE),
            Mishap::FailsAfter | Mishap::Conflict | Mishap::LeftOut => {
                Failure::Status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        })
    }

    fn see(&self, step: Step) -> Option<Mishap> {
        let mut state = self.state();
        if !state.watching {
            return None;
        }
        if state.dead {
            self.0.gone.send_replace(true);
            return Some(Mishap::DiesBefore);
        }
        let place = state.steps.len();
        state.steps.push(step);
        let mishap = state.planned.remove(&place);
        match mishap {
            Some(Mishap::DiesBefore) => {
                state.dead = true;
                self.0.gone.send_replace(true);
            }
            // The next thing that it tries finds it dead; or its end does.
            Some(Mishap::DiesAfter) => state.dead = true,
            _ => {}
        }
        mishap
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }
}
