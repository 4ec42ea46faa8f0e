//! Secrets and people stay private: the log of a whole day, faults and refusals included.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_stand_ins::Fault;
use fake_graph::organisation::{Organisation, Party, Plan};
use fake_graph::{Failure, Target};
use jiff::civil::date;
use serde_json::{Value, json};
use teams_calls::system::{Settings, System};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

const TIMEOUT: Duration = Duration::from_secs(120);

/// Our own crates log at every level; others only warnings, as in Lambda.
const EVERYTHING: &str = "warn,webhook=trace,consumer=trace,renewer=trace,call_queue=trace,\
                          call_records=trace,graph_access=trace,lambda_kit=trace,msgraph=trace,\
                          call_table=trace,call_writer=trace,reconciler=trace,reports=trace,forget=trace";

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

/// A record in which a person stands where something else should.
fn misplaced(id: &str, place: &str, person: &Value) -> String {
    let mut record = json!({
        "id": id,
        "version": 1,
        "type": "groupCall",
        "startDateTime": "2026-11-02T09:00:00Z",
        "endDateTime": "2026-11-02T09:10:00Z",
        "sessions": [{ "id": id, "caller": {}, "segments": [{ "media": [{}] }] }],
    });
    *record.pointer_mut(place).unwrap() = person.clone();
    record.to_string()
}

/// Everything that goes wrong on purpose, each time with people and secrets in it.
async fn hostile_hours(system: &System, organisation: &Organisation) {
    let people: Vec<&Party> = organisation.people.iter().chain(&organisation.outsiders).collect();
    let person = |number: usize| {
        let party = people[number % people.len()];
        json!({ "id": party.id, "displayName": party.display_name, "upn": party.user_principal_name })
    };

    // Records that cannot be decoded, or lead astray.
    let places = ["/version", "/sessions", "/sessions/0", "/sessions/0/caller", "/id", "/type"];
    let places = places.iter().chain(&["/sessions/0/segments/0/media/0", "/sessions/0/segments"]);
    for (number, place) in places.enumerate() {
        for (form, person) in
            [person(number), json!([person(number)]), json!(traces(people[number])[0])]
                .into_iter()
                .enumerate()
        {
            let id = format!("misplaced-{number}-{form}");
            system.graph().publish(&bare(&id)).unwrap();
            system.graph().serve_instead(&id, Some(misplaced(&id, place, &person)));
            system.graph().notify(&id);
        }
    }
    let name = &traces(people[0])[0];
    for (id, body) in [
        ("page", format!("<html>{name}</html>")),
        ("cut-off", format!("{{\"id\":\"cut-off\",\"version\":1,\"x\":\"{name}")),
        (
            "link",
            misplaced("link", "/type", &json!(name)).replacen(
                '{',
                &format!("{{\"sessions@odata.nextLink\":\"https://elsewhere.example/{name}\","),
                1,
            ),
        ),
    ] {
        system.graph().publish(&bare(id)).unwrap();
        system.graph().serve_instead(id, Some(body));
        system.graph().notify(id);
    }
    // Refusals whose words name people, each until its message is dead-lettered or long enough to be
    // logged in every way.
    for status in [400, 401, 403, 404, 409, 410, 418, 500] {
        let id = format!("status-{status}");
        let words = format!("{} may not see {}", name, person(status.into()));
        let status = reqwest::StatusCode::from_u16(status).unwrap();
        system.graph().fail(Target::Record(id.clone()), Failure::Refused(status, words), 12);
        system.graph().publish(&bare(&id)).unwrap();
    }

    // Messages and requests.
    let client = aws_stand_ins::sqs_client(&system.sqs().url());
    for body in
        [name.clone(), json!(person(1)).to_string(), json!({ "call_id": person(2) }).to_string()]
    {
        let send = client.send_message().queue_url(&system.queues().calls).message_body(body);
        send.send().await.unwrap();
    }
    let http = reqwest::Client::builder().build().unwrap();
    let secret = system.client_state();
    let notification = |client_state: String| {
        json!({
            "clientState": client_state, "tenantId": person(3), "resource": name,
            "resourceData": person(4), "subscriptionId": secret, "lifecycleEvent": secret,
        })
    };
    for body in [
        json!({ "value": [notification(format!("{secret}x")), person(5), name] }).to_string(),
        json!({ "value": [notification(secret.to_owned())] }).to_string(),
        format!("{name} {secret}"),
    ] {
        let url = system.notification_url();
        http.post(format!("{url}?of={secret}")).body(body.clone()).send().await.unwrap();
        http.post(format!("{url}/{secret}")).body(body.clone()).send().await.unwrap();
        http.put(&url).body(body).send().await.unwrap();
        http.post(&url).query(&[("validationToken", secret)]).send().await.unwrap();
    }

    // The services behind fail, too, while people are written and messages dead-lettered.
    for (number, (status, code)) in [
        (400, "ValidationException"),
        (400, "AccessDeniedException"),
        (500, "InternalServerError"),
        (400, "ConditionalCheckFailedException"),
    ]
    .into_iter()
    .enumerate()
    {
        system.dynamodb().faults().set(move |_| Fault::ErrorBefore(status, code));
        system.sqs().faults().set(|request| match request.action.as_str() {
            "SendMessage" | "ChangeMessageVisibility" => Fault::ErrorBefore(403, "AccessDenied"),
            _ => Fault::None,
        });
        let call = &organisation.calls[number + 2];
        let seen = system.metrics().retried();
        system.graph().notify(&call.id);
        while system.metrics().retried() == seen {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        system.dynamodb().faults().clear();
        system.sqs().faults().clear();
    }
    system.drained(TIMEOUT).await.unwrap();
}

fn bare(id: &str) -> Value {
    json!({ "id": id, "version": 1, "type": "groupCall", "startDateTime": "2026-11-02T09:00:00Z" })
}

/// What is not part of the way of a call: the reconciler finds something and is refused, reports are
/// invoked with valid and invalid events, a person is forgotten.
async fn the_other_functions(system: &System, organisation: &Organisation) {
    system.graph().set_consent(true);
    let missed = &organisation.calls[5];
    let mut record = missed.versions[0].clone();
    record["version"] = json!(99);
    system.graph().load(&record).unwrap();
    system.tick_reconciler("everything").await.unwrap();
    system.graph().set_consent(false);
    system.graph().revoke_tokens();
    // It fails and says what to correct.
    system.tick_reconciler("everything").await.unwrap_err();
    system.graph().set_consent(true);

    let person = format!("user:{}", organisation.people[0].id);
    let name = &traces(&organisation.people[1])[0];
    for event in [
        json!({ "report": "overview", "range": "last_7_days" }),
        json!({ "report": "person", "person": person }),
        json!({ "report": "person", "person": name }),
        json!({ "report": name, "call": name, "time_zone": name }),
        json!({ name.as_str(): name }),
    ] {
        system.report(event, system.now()).await;
    }
    system.dynamodb().faults().set(|_| Fault::ErrorBefore(400, "AccessDeniedException"));
    system.report(json!({ "report": "person", "person": person }), system.now()).await;
    system.dynamodb().faults().clear();

    let forget = forget::Forget::new(system.writer());
    let deadline = tokio::time::Instant::now() + TIMEOUT;
    for person in [person.as_str(), name, "user:"] {
        // A name is no person: it is refused, and the refusal must not repeat it.
        for confirm in [false, true] {
            let event = json!({ "person": person, "confirm": confirm });
            drop(forget.handle(event, system.now(), deadline).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_line_of_a_whole_day_has_a_name_or_a_secret() {
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
        fault: None,
    });
    let broken = &organisation.calls[0];
    system.graph().publish(&broken.versions[0]).unwrap();
    let damaged = broken.versions[0].to_string().replace("\"version\"", "\"version");
    system.graph().serve_instead(&broken.id, Some(damaged));
    system.run_day(&organisation, 7, TIMEOUT, async |_| {}).await.unwrap();
    hostile_hours(&system, &organisation).await;
    system.graph().set_consent(false);
    system.graph().revoke_tokens();
    system.graph().notify(&organisation.calls[1].id);
    while system.metrics().consumer.sum("RetriedAccessRefused") == 0.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    the_other_functions(&system, &organisation).await;

    let dead_letters = system.dead_lettered().unwrap();
    assert!(dead_letters.iter().any(|letter| letter.reason == "rejected"), "no refusal was final");
    let details: Vec<_> = dead_letters.iter().map(|letter| letter.detail.as_str()).collect();
    let log = format!("{} {}", log.text(), details.join(" "));
    for event in [
        "calls.announced",
        "call.stored",
        "message.dead_lettered",
        "graph.unauthorized",
        "undecodable_record",
        "undecodable_message",
        "call.not_stored",
        "notifications.rejected",
        "reconciliation.enqueued",
        "reports.failed",
    ] {
        assert!(log.contains(event), "the log does not have {event:?}");
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
