//! Log lines as JSON objects.
//!
//! One line is `{"timestamp", "level", "message", "function", "request_id", …fields}`, the fields of
//! the event and of the spans around it: what Lambda's JSON logging and CloudWatch Logs Insights
//! expect. Lambda takes a line without an RFC 3339
//! timestamp or without a level for INFO, whatever it says.
//!
//! Bodies, tokens, secrets, names and phone numbers are never logged, at any level. Other people's
//! crates do not know that rule and some write requests at DEBUG, so they are held to WARN, however
//! low the level of our own code is set.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::Environment;

/// The level of our own code: Lambda sets it from the function's `ApplicationLogLevel`.
const LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// Our own crates, besides the function itself.
const OWN_CRATES: [&str; 9] = [
    "call_queue",
    "call_records",
    "call_table",
    "call_writer",
    "graph_access",
    "item_writer",
    "lambda_kit",
    "msgraph",
    "reconciliation",
];

/// The runtime's span around each invocation carries the request's id under this name.
const REQUEST_ID: &str = "requestId";

/// Sends this process's log lines to standard output. The first call counts.
pub fn init(function: &'static str, environment: &Environment) {
    let level = environment
        .optional_text(LEVEL)
        .and_then(|level| level.parse::<LevelFilter>().ok())
        .unwrap_or(LevelFilter::INFO);
    // A second subscriber is a harness that set its own before: leave it.
    let _ = subscriber(function, level, std::io::stdout).try_init();
}

/// What [`init`] installs, with another writer: for tests that read log lines.
pub fn subscriber<W>(
    function: &'static str,
    level: LevelFilter,
    writer: W,
) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        // Not for its log lines but for its span.
        .with_target("lambda_runtime::layers", LevelFilter::INFO)
        .with_target(function, level)
        .with_targets(OWN_CRATES.map(|target| (target, level)));
    tracing_subscriber::registry().with(JsonLines { function, writer }.with_filter(targets))
}

struct JsonLines<W> {
    function: &'static str,
    writer: W,
}

/// What a span says, remembered with it for the lines inside it.
struct SpanFields(Map<String, Value>);

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let Fields(mut fields) = fields;
        if let Some(request_id) = fields.remove(REQUEST_ID) {
            fields = Map::from_iter([("request_id".to_owned(), request_id)]);
        }
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields(mut line) = fields;
        // From the innermost span outwards: what is nearer to the event stands.
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(SpanFields(fields)) = span.extensions().get::<SpanFields>() {
                for (name, value) in fields {
                    line.entry(name.as_str()).or_insert_with(|| value.clone());
                }
            }
        }
        // Last, so that no field of these names can stand in for them.
        line.insert("timestamp".into(), time_of_line().to_string().into());
        line.insert("level".into(), event.metadata().level().as_str().into());
        line.insert("function".into(), self.function.into());
        line.insert("target".into(), event.metadata().target().into());
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // A log line that cannot be written is no reason to fail the work.
        let _ = self.writer.make_writer_for(event.metadata()).write_all(text.as_bytes());
    }
}

#[expect(clippy::disallowed_methods, reason = "a log line is stamped where it is written")]
fn time_of_line() -> Timestamp {
    Timestamp::now()
}

/// The fields of an event or a span, numbers and truths as such.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().trim_start_matches("r#").to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // Writing to a string fails only where the Debug itself does: keep what came.
        let _ = write!(text, "{value:?}");
        self.put(field, text);
    }
}

#[cfg(test)]
mod tests;
