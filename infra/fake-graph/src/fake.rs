//! The handle of a running fake service.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post, put};
use jiff::Timestamp;
use serde_json::Value;
use stand_in_kit::{Admission, Answer, Hangup, Server, run_token};
use tokio::task::JoinHandle;
use tower_service::Service as _;

use crate::faults::{Arrival, Failure, Faults, Target, Watcher};
use crate::journal::{Counters, Request, Violation};
use crate::node::Node;
use crate::notify::Lifecycle;
use crate::options::{ClientSecret, Options};
use crate::phone_logs::PhoneLog;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::state::{LoadError, RecordState};
use crate::subscriptions::Subscription;
use crate::throttle::Limits;
use crate::{control, gate, list, read, subscription_routes, token_route};
use stand_in_kit::later;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or not allowed.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        source: std::io::Error,
    },
    /// The client for notifications could not be made.
    #[error("cannot make an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// A running fake of the login service and of Microsoft Graph, on loopback. It stops when dropped.
#[derive(Debug)]
pub struct FakeGraph {
    service: Arc<Service>,
    delivering: JoinHandle<()>,
    _server: Server,
}

impl Drop for FakeGraph {
    fn drop(&mut self) {
        self.delivering.abort();
    }
}

impl FakeGraph {
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let port = options.port;
        let app = Arc::new(OnceLock::<Router>::new());
        let routed = Arc::clone(&app);
        // The service needs the port in its links, so its routes are set once the server listens.
        let server = Server::start(port, usize::MAX, Admission::SameOrigin, move |request| {
            let app = routed.get().cloned();
            async move {
                match app {
                    Some(app) => answer(app, request).await,
                    None => Err(Hangup),
                }
            }
        })
        .await
        .map_err(|source| StartError::Listen { port, source })?;
        let service = Arc::new(Service::new(server.url(), options, notification_client()?));
        app.get_or_init(|| routes(&service));
        let delivering = tokio::spawn(Arc::clone(&service).deliver());
        Ok(Self { service, delivering, _server: server })
    }

    /// Where Graph is, without a slash at the end: `http://127.0.0.1:<port>`. The API is under
    /// `/v1.0`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.service.origin
    }

    /// Where the control paths are. It ends with a random token of this process.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("{}/control/{}", self.service.origin, run_token())
    }

    /// Where the login is: the same address, tokens at `/{tenant}/oauth2/v2.0/token`.
    #[must_use]
    pub fn login_url(&self) -> &str {
        &self.service.origin
    }

    /// Loads the next state of a call record, as Graph returns it expanded, without a notification.
    ///
    /// # Errors
    ///
    /// When it is not a call record; nothing changes then.
    pub fn load(&self, record: &Value) -> Result<(), LoadError> {
        self.put(RecordState::of(Node::from(record))?);
        Ok(())
    }

    /// Like [`load`](Self::load), from the text, which keeps keys that come twice.
    ///
    /// # Errors
    ///
    /// When it is not a call record; nothing changes then.
    pub fn load_json(&self, record: &[u8]) -> Result<(), LoadError> {
        self.put(RecordState::parse(record)?);
        Ok(())
    }

    /// Loads the next state of a call record and notifies the subscribers.
    ///
    /// # Errors
    ///
    /// When it is not a call record; nothing changes then.
    pub fn publish(&self, record: &Value) -> Result<(), LoadError> {
        self.service.publish(RecordState::of(Node::from(record))?);
        Ok(())
    }

    /// Publishes when the service's clock shows `at`: until then the state is neither read nor
    /// listed, and not notified.
    ///
    /// # Errors
    ///
    /// When it is not a call record; nothing changes then.
    pub fn publish_at(&self, at: Timestamp, record: &Value) -> Result<(), LoadError> {
        let record = RecordState::of(Node::from(record))?;
        self.service.lock().agenda.put(at, record);
        self.service.outbox_filled.notify_one();
        Ok(())
    }

    /// Notifies the subscribers of a change of the record, whether it is known or not. Returns the number of
    /// notifications, before faults.
    #[expect(clippy::must_use_candidate, reason = "called for what it does")]
    pub fn notify(&self, id: &str) -> usize {
        self.service.notify(id)
    }

    /// Adds a row to a log of telephone calls when the service's clock shows `from`, or replaces the one of
    /// its id. Nothing is notified, as Graph notifies of none.
    ///
    /// # Errors
    ///
    /// When it has no id or no time; nothing changes then.
    pub fn put_phone_log_row(
        &self,
        log: PhoneLog,
        row: &Value,
        from: Timestamp,
    ) -> Result<(), LoadError> {
        self.service.lock().phone_logs.put(log, row, from)
    }

    /// Removes a row from a log of telephone calls, as if it had never been.
    pub fn remove_phone_log_row(&self, log: PhoneLog, id: &str) {
        self.service.lock().phone_logs.remove(log, id);
    }

    /// Removes a record, as if it had never been.
    pub fn remove(&self, id: &str) {
        self.service.lock().records.0.remove(id);
    }

    /// The ids of all records and the versions of their newest states.
    #[must_use]
    pub fn call_records(&self) -> Vec<(String, Option<i64>)> {
        let state = self.service.lock();
        let newest = state.records.0.values().filter_map(|entry| entry.newest());
        newest.map(|record| (record.id.clone(), record.version)).collect()
    }

    /// Waits until every notification is delivered, dropped or given up; `false` when the bound
    /// passes first. Planned changes are not waited for.
    pub async fn is_quiet_within(&self, bound: Duration) -> bool {
        self.service.is_quiet_within(bound).await
    }

    /// Sends a lifecycle event to one subscription's lifecycle URL; `false` when there is no such
    /// subscription or it has no such URL.
    #[expect(clippy::must_use_candidate, reason = "called for what it does")]
    pub fn send_lifecycle(&self, subscription_id: &str, event: &Lifecycle) -> bool {
        self.service.send_lifecycle(subscription_id, event).is_ok()
    }

    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        let now = self.service.now();
        self.service.lock().subscriptions.live(now).values().cloned().collect()
    }

    /// Removes a subscription without a lifecycle event; `false` when there is none.
    #[expect(clippy::must_use_candidate, reason = "called for what it does")]
    pub fn forget_subscription(&self, id: &str) -> bool {
        let now = self.service.now();
        self.service.lock().subscriptions.remove(id, now).is_ok()
    }

    /// Asks the subscription's endpoint for another handshake, as Graph may at any time; whether it
    /// answered as it should.
    pub async fn revalidate(&self, url: &str) -> bool {
        self.service.validate(url).await.is_ok()
    }

    /// Ends every token that was issued.
    pub fn revoke_tokens(&self) {
        self.service.lock().login.revoke_all();
    }

    /// Gives or withdraws the administrator's consent. Tokens carry what was granted when they were
    /// issued.
    pub fn set_consent(&self, granted: bool) {
        self.service.lock().login.consented = granted;
    }

    /// Replaces the application's secrets. Tokens that were issued stay good.
    pub fn set_client_secrets(&self, secrets: Vec<ClientSecret>) {
        self.service.lock().login.secrets = secrets;
    }

    /// Changes `expires_in` of tokens to come.
    pub fn set_token_lifetime(&self, lifetime: Duration) {
        self.service.lock().login.token_lifetime = lifetime;
    }

    /// Changes the limits; `None` never throttles.
    pub fn set_limits(&self, limits: Option<Limits>) {
        self.service.lock().limits = limits;
    }

    /// Changes the faults that strike at random.
    pub fn set_faults(&self, faults: Faults) {
        self.service.lock().faults.random = faults;
    }

    /// Orders a fault for the next `times` requests of that kind, 0 meaning until
    /// [`cancel_failures`](Self::cancel_failures).
    pub fn fail(&self, target: Target, failure: Failure, times: u32) {
        self.service.lock().faults.order(target, failure, times);
    }

    /// Cancels every ordered fault.
    pub fn cancel_failures(&self) {
        self.service.lock().faults.cancel_orders();
    }

    /// Calls `watch` with every later request; it may choose a fault, before ordered faults
    /// and those at random. Requests of the control paths are not shown.
    pub fn watch(&self, watch: impl Fn(&Arrival) -> Option<Failure> + Send + Sync + 'static) {
        self.service.lock().faults.watcher = Some(Watcher::new(watch));
    }

    /// Ends what [`watch`](Self::watch) began.
    pub fn unwatch(&self) {
        self.service.lock().faults.watcher = None;
    }

    /// The next `reads` reads of the record find nothing. It has to be loaded.
    pub fn not_found_at_first(&self, id: &str, reads: u32) {
        self.with_record(id, |entry| entry.missed_reads = reads);
    }

    /// For this long, by the service's clock, the record is neither found nor listed.
    pub fn not_found_for(&self, id: &str, time: Duration) {
        let until = later(self.service.now(), time);
        self.with_record(id, |entry| entry.hidden_until = Some(until));
    }

    /// The next `reads` reads of the record show the state before its newest.
    pub fn serve_stale(&self, id: &str, reads: u32) {
        self.with_record(id, |entry| entry.stale_reads = reads);
    }

    /// Answers every read of the record with this text; `None` ends it.
    pub fn serve_instead(&self, id: &str, body: Option<String>) {
        self.with_record(id, |entry| entry.instead = body);
    }

    /// The record changes to this state when so many pages of its sessions were served.
    ///
    /// # Errors
    ///
    /// When it is not a call record; nothing changes then.
    pub fn change_while_paging(&self, pages: u32, record: &Value) -> Result<(), LoadError> {
        let state = RecordState::of(Node::from(record))?;
        let id = state.id.clone();
        self.service.lock().records.expect(&state);
        self.with_record(&id, |entry| {
            entry.change_after = Some((pages, Arc::new(state)));
        });
        Ok(())
    }

    /// Every request so far, those of the control paths excepted.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.service.lock().journal.requests.clone()
    }

    /// Forgets the requests so far, also in the counters.
    pub fn forget_requests(&self) {
        let mut state = self.service.lock();
        state.journal.requests.clear();
        state.journal.counters.requests = 0;
        state.journal.counters.answers.clear();
    }

    #[must_use]
    pub fn counters(&self) -> Counters {
        self.service.lock().journal.counters.clone()
    }

    /// Uses that work but are documented as forbidden.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.service.lock().journal.violations.clone()
    }

    fn put(&self, record: RecordState) {
        self.service.lock().load(record, self.service.now(), self.service.retention);
    }

    fn with_record(&self, id: &str, change: impl FnOnce(&mut crate::records::Entry)) {
        if let Some(entry) = self.service.lock().records.0.get_mut(id) {
            change(entry);
        }
    }
}

/// Passes a request to the routes. The gate marks an answer that must not be sent.
async fn answer(mut app: Router, request: http::Request<Bytes>) -> Result<Answer, Hangup> {
    let Ok(response) = app.call(request.map(Body::from)).await.map_err(|never| match never {});
    if response.extensions().get::<Hangup>().is_some() {
        return Err(Hangup);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Hangup)?;
    Ok(Answer::from_parts(parts, body.into()))
}

fn routes(service: &Arc<Service>) -> Router {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", post(token_route::token))
        .route("/v1.0/communications/callRecords", get(list::call_records))
        .route("/v1.0/communications/callRecords/{id}", get(read::record))
        .route("/v1.0/communications/callRecords/{id}/sessions", get(read::sessions))
        .route("/v1.0/communications/callRecords/{id}/participants_v2", get(read::participants))
        .route(
            "/v1.0/subscriptions",
            get(subscription_routes::list).post(subscription_routes::create),
        )
        .route(
            "/v1.0/subscriptions/{id}",
            get(subscription_routes::get)
                .patch(subscription_routes::update)
                .delete(subscription_routes::delete),
        )
        .route("/v1.0/subscriptions/{id}/reauthorize", post(subscription_routes::reauthorize))
        .nest(&format!("/control/{}", run_token()), control_routes())
        .fallback(async || Refusal::no_such_resource())
        // A large meeting, expanded in one text, is tens of megabytes.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(service), gate::gate))
        .with_state(Arc::clone(service))
}

fn control_routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/callRecords/{id}", put(control::load).delete(control::remove))
        .route("/notify/{id}", post(control::notify))
        .route("/lifecycle/{event}", post(control::lifecycle))
        .route("/subscriptions/{id}", delete(control::forget))
        .route("/state", get(control::state))
}

fn notification_client() -> Result<reqwest::Client, reqwest::Error> {
    // Fails if a provider is installed already, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Endpoints are on this machine, whatever proxy the environment names.
    let builder =
        || reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    // Without any certificates on the machine there is no HTTPS, which is no reason not to start.
    builder().build().or_else(|_| builder().tls_certs_only([]).build())
}
