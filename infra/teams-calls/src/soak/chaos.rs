//! What goes wrong by chance in DynamoDB and SQS, and how often it did.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_stand_ins::{Fault, Faults, RequestInfo, Service};

/// The share of requests that fail on an ordinary stretch, and on a bad one.
const ORDINARY: f64 = 0.03;
const BAD: f64 = 0.45;

/// A stretch of so many requests is ordinary or bad as a whole: the SDK's own three tries get over
/// single faults, and what lies behind them would never be seen.
const STRETCH: u64 = 24;

/// One stretch in so many is bad.
const BAD_STRETCHES: u64 = 10;

/// SQS sees far fewer requests, and three in a row must fail before the webhook gives up: a bad stretch
/// of it is worse, and comes more often.
const BAD_OF_SQS: f64 = 0.85;
const BAD_STRETCHES_OF_SQS: u64 = 4;

/// How often each kind of fault struck, by its name.
pub(super) type Tally = BTreeMap<String, u64>;

/// Chooses the faults of one soak; the same seed chooses the same for the same request number.
#[derive(Debug, Clone)]
pub(super) struct Chaos {
    seed: u64,
    tally: Arc<Mutex<Tally>>,
}

impl Chaos {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, tally: Arc::default() }
    }

    /// Lets faults strike from now on.
    pub(super) fn rage(&self, faults: &Faults) {
        let chaos = self.clone();
        faults.set(move |request| chaos.choose(request));
    }

    /// How often each kind of fault struck.
    pub(super) fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn choose(&self, request: &RequestInfo) -> Fault {
        let service = match request.service {
            Service::DynamoDb => "dynamodb",
            Service::Sqs => "sqs",
            Service::SecretsManager => return Fault::None,
        };
        let salt = self.seed ^ (u64::from(service == "sqs") << 63);
        let stretch = fastrand::Rng::with_seed(mixed(salt, request.sequence / STRETCH)).u64(..);
        let (bad, one_in) = match request.service {
            Service::Sqs => (BAD_OF_SQS, BAD_STRETCHES_OF_SQS),
            _ => (BAD, BAD_STRETCHES),
        };
        let share = if stretch.is_multiple_of(one_in) { bad } else { ORDINARY };
        let mut random = fastrand::Rng::with_seed(mixed(salt.rotate_left(7), request.sequence));
        if random.f64() >= share {
            return Fault::None;
        }
        let (name, fault) = one_of(&mut random, request.service, &request.action);
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        *tally.entry(format!("{service}: {name}")).or_default() += 1;
        fault
    }
}

/// Neighbouring numbers must not choose alike.
fn mixed(salt: u64, number: u64) -> u64 {
    (salt ^ number.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

fn one_of(random: &mut fastrand::Rng, service: Service, action: &str) -> (&'static str, Fault) {
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

    fn faults(seed: u64) -> (Vec<Fault>, Tally) {
        let chaos = Chaos::new(seed);
        let actions = ["Query", "BatchWriteItem", "TransactWriteItems"];
        let request = |sequence: u64| RequestInfo {
            service: Service::DynamoDb,
            action: actions[usize::try_from(sequence % 3).unwrap()].to_owned(),
            sequence,
            body: Default::default(),
        };
        let faults = (0..20_000).map(|sequence| chaos.choose(&request(sequence))).collect();
        (faults, chaos.tally())
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests_and_another_one_others() {
        let (faults_of_7, tally) = faults(7);
        assert_eq!(faults_of_7, faults(7).0);
        assert_ne!(faults_of_7, faults(8).0);
        assert_eq!(tally.len(), 8, "not every kind of fault struck: {tally:#?}");
    }

    #[test]
    fn some_faults_come_so_densely_that_trying_again_does_not_get_over_them() {
        let (faults, _) = faults(7);
        let struck = |fault: &Fault| *fault != Fault::None;
        assert!(faults.windows(4).any(|four| four.iter().all(struck)));
        let share = faults.iter().filter(|fault| struck(fault)).count();
        assert!((800..3_000).contains(&share), "{share} of 20,000 requests failed");
    }
}
