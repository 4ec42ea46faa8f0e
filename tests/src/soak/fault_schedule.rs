//! Random faults of DynamoDB and SQS, and how often each was injected.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_stand_ins::{Fault, Faults, RequestInfo, Service};

/// The fraction of requests that fail in an ordinary stretch, and in a bad one.
const FAULT_RATE: f64 = 0.03;
const BAD_FAULT_RATE: f64 = 0.45;

/// A stretch of this many requests is ordinary or bad as a whole: the SDK's three attempts absorb
/// single faults, and the code behind them would never see an error.
const STRETCH_REQUESTS: u64 = 24;

/// One stretch in this many is bad.
const BAD_STRETCH_ONE_IN: u64 = 10;

/// SQS sees far fewer requests, and three in a row must fail before the webhook answers 503: its bad
/// stretches are worse and more frequent.
const SQS_BAD_FAULT_RATE: f64 = 0.85;
const SQS_BAD_STRETCH_ONE_IN: u64 = 4;

/// How often each kind of fault was injected, by its name.
pub(super) type FaultCounts = BTreeMap<String, u64>;

/// Chooses the faults of one soak; the same seed chooses the same for the same request number.
#[derive(Debug, Clone)]
pub(super) struct FaultSchedule {
    seed: u64,
    counts: Arc<Mutex<FaultCounts>>,
}

impl FaultSchedule {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, counts: Arc::default() }
    }

    /// Injects faults into a stand-in from now on.
    pub(super) fn apply_to(&self, faults: &Faults) {
        let schedule = self.clone();
        faults.set(move |request| schedule.choose(request));
    }

    pub(super) fn counts(&self) -> FaultCounts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn choose(&self, request: &RequestInfo) -> Fault {
        let service = match request.service {
            Service::DynamoDb => "dynamodb",
            Service::Sqs => "sqs",
            Service::SecretsManager | Service::S3 => return Fault::None,
        };
        let salt = self.seed ^ (u64::from(service == "sqs") << 63);
        let stretch =
            fastrand::Rng::with_seed(mix(salt, request.sequence / STRETCH_REQUESTS)).u64(..);
        let (bad_rate, one_in) = match request.service {
            Service::Sqs => (SQS_BAD_FAULT_RATE, SQS_BAD_STRETCH_ONE_IN),
            _ => (BAD_FAULT_RATE, BAD_STRETCH_ONE_IN),
        };
        let rate = if stretch.is_multiple_of(one_in) { bad_rate } else { FAULT_RATE };
        let mut random = fastrand::Rng::with_seed(mix(salt.rotate_left(7), request.sequence));
        if random.f64() >= rate {
            return Fault::None;
        }
        let (name, fault) = choose_fault(&mut random, request.service, &request.action);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(format!("{service}: {name}")).or_default() += 1;
        fault
    }
}

/// A seed for one number: neighbouring numbers must not draw similar values.
fn mix(salt: u64, number: u64) -> u64 {
    (salt ^ number.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

fn choose_fault(
    random: &mut fastrand::Rng,
    service: Service,
    action: &str,
) -> (&'static str, Fault) {
    let late = Duration::from_millis(random.u64(20..250));
    let writes = action.contains("Write") || action.contains("Put") || action.contains("Update");
    let is_batch = action.contains("Batch");
    match random.u32(..8) {
        0 => ("connection lost before the request", Fault::DropBefore),
        1 | 2 => ("connection lost after the request", Fault::DropAfter),
        3 => ("answered late", Fault::DelayAfter(late)),
        4 => ("error after the request", Fault::ErrorAfter(500, internal(service))),
        5 if is_batch => ("part of a batch left out", Fault::LeaveOut(vec![0])),
        6 if writes && !is_batch && service == Service::DynamoDb => {
            ("transaction conflict", Fault::TransactionConflict)
        }
        7 => ("throttled", Fault::ErrorBefore(400, throttling(service))),
        _ => ("error before the request", Fault::ErrorBefore(500, internal(service))),
    }
}

fn internal(service: Service) -> &'static str {
    if service == Service::DynamoDb { "InternalServerError" } else { "InternalError" }
}

fn throttling(service: Service) -> &'static str {
    if service == Service::DynamoDb { "ThrottlingException" } else { "RequestThrottled" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(seed: u64) -> (Vec<Fault>, FaultCounts) {
        let schedule = FaultSchedule::new(seed);
        let actions = ["Query", "BatchWriteItem", "TransactWriteItems"];
        let request = |sequence: u64| RequestInfo {
            service: Service::DynamoDb,
            action: actions[usize::try_from(sequence % 3).unwrap()].to_owned(),
            sequence,
            body: Default::default(),
        };
        let faults = (0..20_000).map(|sequence| schedule.choose(&request(sequence))).collect();
        (faults, schedule.counts())
    }

    #[test]
    fn the_same_seed_injects_the_same_faults_and_another_seed_others() {
        let (faults_of_7, counts) = faults(7);
        assert_eq!(faults_of_7, faults(7).0);
        assert_ne!(faults_of_7, faults(8).0);
        assert_eq!(counts.len(), 8, "not every kind of fault was injected: {counts:#?}");
    }

    #[test]
    fn some_faults_are_so_dense_that_the_retries_of_the_sdk_fail() {
        let (faults, _) = faults(7);
        let injected = |fault: &Fault| *fault != Fault::None;
        assert!(faults.windows(4).any(|four| four.iter().all(injected)));
        let failed = faults.iter().filter(|fault| injected(fault)).count();
        assert!((800..3_000).contains(&failed), "{failed} of 20,000 requests failed");
    }
}
