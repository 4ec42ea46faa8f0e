//! Secrets and people stay private: the log of a whole day, faults and refusals included.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fake_graph::organisation::{Organisation, Party, Plan};
use jiff::civil::date;
use local::system::{Settings, System};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

const PATIENCE: Duration = Duration::from_secs(120);

/// Our own crates tell everything they can; others are held to warnings, as in Lambda.
const EVERYTHING: &str = "warn,webhook=trace,consumer=trace,renewer=trace,call_queue=trace,\
                          call_records=trace,graph_access=trace,lambda_kit=trace,msgraph=trace,\
                          record_store=trace";

/// Lines that were logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What would give a person away.
fn traces(party: &Party) -> Vec<String> {
    let names = [&party.display_name, &party.user_principal_name];
    let mut traces: Vec<String> = names.into_iter().flatten().cloned().collect();
    traces.push(party.id.clone());
    traces
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_line_of_a_whole_day_names_anybody_or_shows_a_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new(EVERYTHING))
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let system = System::start(Settings::with_ordinary_faults(7)).await.unwrap();
    let organisation = Organisation::invent(&Plan {
        people: 30,
        calls: 60,
        seed: 7,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
    });
    let broken = &organisation.calls[0];
    system.graph().publish(&broken.versions[0]).unwrap();
    let damaged = broken.versions[0].to_string().replace("\"version\"", "\"version");
    system.graph().serve_instead(&broken.id, Some(damaged));
    system.live_through(&organisation, 7, PATIENCE, async |_| {}).await.unwrap();
    system.graph().set_consent(false);
    system.graph().revoke_tokens();
    system.graph().notify(&organisation.calls[1].id);
    while system.metrics().consumer.sum("Unauthorized") == 0.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let log = log.text();
    for told in ["call.announced", "stored", "set aside", "refuses the credentials"] {
        assert!(log.contains(told), "the log does not say {told:?}");
    }
    let people = organisation.people.iter().chain(&organisation.outsiders);
    for trace in people.flat_map(traces) {
        assert!(!log.contains(&trace), "the log names {trace}");
    }
    let secrets = [fake_graph::CLIENT_SECRET, system.client_state()];
    let content = ["teamsvisitor:", "associatedIdentity", "Bearer ", "eyJ"];
    for secret in secrets.into_iter().chain(content) {
        assert!(!log.contains(secret), "the log shows {secret}");
    }
}
