//! Counts and durations for CloudWatch, in the embedded metric format.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{Environment, Error, Metric, Unit};

/// The namespace of every metric.
const NAMESPACE: &str = "TeamsCallRecords";

/// The variable that names the stack.
const STACK_NAME: &str = "STACK_NAME";

/// The stack of what is kept in memory.
const NO_STACK: &str = "none";

/// CloudWatch reads at most this many values of one metric, and this many metrics, in one line.
const MAX_VALUES_PER_LINE: usize = 100;

/// What happened in an invocation: gathered while it runs, written as one line at its end.
///
/// Clones share what is gathered. The dimensions are `function` and `stack`, so that stacks of one
/// account and region do not add to each other's metrics; a reason or a kind is part of the metric's
/// name.
///
/// ```
/// use lambda_kit::Metrics;
///
/// lambda_kit::metrics! {
///     /// messages that the queue took
///     ENQUEUED = Count "Enqueued";
/// }
///
/// let (metrics, lines) = Metrics::captured("webhook");
/// metrics.count(ENQUEUED, 2);
/// metrics.count(ENQUEUED, 1);
/// metrics.flush("2026-11-23T12:00:00Z".parse()?);
/// assert_eq!(lines.of("Enqueued"), [3.0]);
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Metrics {
    function: &'static str,
    stack: Arc<str>,
    gathered: Arc<Mutex<BTreeMap<&'static str, Gathered>>>,
    sink: Sink,
}

/// What a captured [`Metrics`] wrote.
#[derive(Debug, Clone, Default)]
pub struct CapturedMetrics(Arc<Mutex<Vec<Value>>>);

#[derive(Debug, Clone)]
enum Sink {
    Stdout,
    Captured(CapturedMetrics),
}

#[derive(Debug, Clone)]
enum Gathered {
    Count(u64),
    Milliseconds(Vec<f64>),
    Percent(f64),
}

impl Metrics {
    /// Metrics that go to standard output, where CloudWatch Logs finds them, of the stack that the
    /// environment names (`STACK_NAME`).
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when it names none: metrics without it would be added to those of others.
    pub fn from_environment(
        function: &'static str,
        environment: &Environment,
    ) -> Result<Self, Error> {
        let stack = environment.text(STACK_NAME, "the name of the stack")?;
        Ok(Self::new(function, &stack, Sink::Stdout))
    }

    /// Metrics that are kept in memory: for tests, and where everything runs in one process.
    pub fn captured(function: &'static str) -> (Self, CapturedMetrics) {
        let captured = CapturedMetrics::default();
        (Self::new(function, NO_STACK, Sink::Captured(captured.clone())), captured)
    }

    fn new(function: &'static str, stack: &str, sink: Sink) -> Self {
        Self { function, stack: stack.into(), gathered: Arc::default(), sink }
    }

    /// Adds to a count. Zero adds nothing, and a count that stays zero is not published: a metric is
    /// paid for by the hour in which it is published, and every alarm treats what is missing as it
    /// would treat zero.
    pub fn count(&self, metric: Metric, amount: usize) {
        debug_assert_eq!(metric.unit, Unit::Count, "{}", metric.name);
        if amount == 0 {
            return;
        }
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        if let Gathered::Count(count) = self.lock().entry(metric.name).or_insert(Gathered::Count(0))
        {
            *count = count.saturating_add(amount);
        }
    }

    /// Notes a duration; several of one name are several values.
    pub fn duration(&self, metric: Metric, duration: Duration) {
        debug_assert_eq!(metric.unit, Unit::Milliseconds, "{}", metric.name);
        if let Gathered::Milliseconds(values) =
            self.lock().entry(metric.name).or_insert_with(|| Gathered::Milliseconds(Vec::new()))
            && values.len() < MAX_VALUES_PER_LINE
        {
            // To the microsecond: more digits are noise that is paid for by the byte.
            values.push((duration.as_secs_f64() * 1e6).round() / 1e3);
        }
    }

    /// Notes a part of a whole, in percent; of a whole that is nothing, nothing.
    pub fn percent(&self, metric: Metric, part: u64, whole: u64) {
        debug_assert_eq!(metric.unit, Unit::Percent, "{}", metric.name);
        if whole == 0 {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share that is shown")]
        let share = part as f64 * 100.0 / whole as f64;
        self.lock().insert(metric.name, Gathered::Percent(share));
    }

    /// Writes what was gathered as one line, and begins anew. Without anything gathered, no line.
    pub fn flush(&self, now: Timestamp) {
        let gathered = std::mem::take(&mut *self.lock());
        if gathered.is_empty() {
            return;
        }
        let line = embedded_metric_line(self.function, &self.stack, gathered, now);
        match &self.sink {
            Sink::Captured(captured) => {
                captured.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
            Sink::Stdout => {
                // One write under the lock, so that no log line lands inside it. Nothing can be
                // done about a closed standard output, and it is no reason to fail the work.
                let _ = writeln!(std::io::stdout().lock(), "{line}");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Gathered>> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CapturedMetrics {
    /// Every line written so far.
    pub fn lines(&self) -> Vec<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Drops every line written so far, so that long runs stay small.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Every value of one metric, in the order written.
    pub fn of(&self, name: &str) -> Vec<f64> {
        let values = |line: &Value| match &line[name] {
            Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
            value => value.as_f64().into_iter().collect::<Vec<_>>(),
        };
        self.lines().iter().flat_map(values).collect()
    }

    /// The sum of every value of one metric.
    pub fn sum(&self, name: &str) -> f64 {
        self.of(name).iter().sum()
    }

    /// The names of all metrics that were published.
    pub fn names(&self) -> BTreeSet<String> {
        let definitions = |line: &Value| {
            let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().cloned();
            metrics.unwrap_or_default()
        };
        let lines = self.lines();
        let metrics = lines.iter().flat_map(definitions);
        metrics.filter_map(|metric| metric["Name"].as_str().map(str::to_owned)).collect()
    }
}

/// The line, as the embedded metric format prescribes it: the metrics named under `_aws`, their
/// values and the dimensions beside it. Timestamp and level are for Lambda's JSON logging.
fn embedded_metric_line(
    function: &str,
    stack: &str,
    gathered: BTreeMap<&'static str, Gathered>,
    now: Timestamp,
) -> Value {
    let mut definitions = Vec::with_capacity(gathered.len());
    let mut line = Map::new();
    line.insert("timestamp".into(), now.to_string().into());
    line.insert("level".into(), "INFO".into());
    line.insert("function".into(), function.into());
    line.insert("stack".into(), stack.into());
    for (name, gathered) in gathered.into_iter().take(MAX_VALUES_PER_LINE) {
        let (unit, value) = match gathered {
            Gathered::Count(count) => (Unit::Count, Value::from(count)),
            Gathered::Milliseconds(values) => (Unit::Milliseconds, Value::from(values)),
            Gathered::Percent(share) => (Unit::Percent, Value::from(share)),
        };
        definitions.push(json!({ "Name": name, "Unit": unit.as_str() }));
        line.insert(name.into(), value);
    }
    line.insert(
        "_aws".into(),
        json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [["function", "stack"]],
                    "Metrics": definitions,
                },
            ],
        }),
    );
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENQUEUED: Metric = Metric { name: "Enqueued", unit: Unit::Count, meaning: "a count" };
    const HANDLING_TIME: Metric =
        Metric { name: "HandlingTime", unit: Unit::Milliseconds, meaning: "a time" };

    fn noon() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_invocation_is_one_line_in_the_embedded_metric_format() {
        let (metrics, captured) = Metrics::captured("webhook");
        metrics.count(ENQUEUED, 3);
        metrics.duration(HANDLING_TIME, Duration::from_micros(12_500));
        metrics.duration(HANDLING_TIME, Duration::from_millis(7));
        metrics.flush(noon());
        assert_eq!(
            captured.lines(),
            [json!({
                "timestamp": "2026-11-23T12:00:00Z",
                "level": "INFO",
                "function": "webhook",
                "stack": "none",
                "Enqueued": 3,
                "HandlingTime": [12.5, 7.0],
                "_aws": {
                    "Timestamp": 1_795_435_200_000_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "TeamsCallRecords",
                        "Dimensions": [["function", "stack"]],
                        "Metrics": [
                            { "Name": "Enqueued", "Unit": "Count" },
                            { "Name": "HandlingTime", "Unit": "Milliseconds" },
                        ],
                    }],
                },
            })]
        );
    }

    #[test]
    fn each_flush_begins_anew_and_nothing_gathered_is_no_line() {
        let (metrics, captured) = Metrics::captured("webhook");
        metrics.flush(noon());
        metrics.clone().count(ENQUEUED, 1);
        metrics.flush(noon());
        metrics.flush(noon());
        assert_eq!(captured.of("Enqueued"), [1.0]);
        assert_eq!(captured.lines().len(), 1);
    }

    #[test]
    fn zero_is_not_published() {
        let (metrics, captured) = Metrics::captured("webhook");
        metrics.count(ENQUEUED, 0);
        metrics.flush(noon());
        assert!(captured.lines().is_empty());
    }

    #[test]
    fn a_process_that_does_not_know_its_stack_publishes_no_metrics() {
        let environment = Environment::from_pairs([("STACK_NAME", "contoso-calls")]);
        let metrics = Metrics::from_environment("webhook", &environment).unwrap();
        assert_eq!(&*metrics.stack, "contoso-calls");
        let environment = Environment::from_pairs([("", ""); 0]);
        let error = Metrics::from_environment("webhook", &environment).unwrap_err();
        assert!(error.to_string().contains(STACK_NAME), "{error}");
    }

    #[test]
    fn more_values_than_cloudwatch_reads_are_not_written() {
        let (metrics, captured) = Metrics::captured("consumer");
        for _ in 0..1_000 {
            metrics.duration(HANDLING_TIME, Duration::from_millis(1));
        }
        metrics.flush(noon());
        assert_eq!(captured.of("HandlingTime").len(), MAX_VALUES_PER_LINE);
    }
}
