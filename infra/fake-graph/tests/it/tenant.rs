//! A client of the fake service, as plain as possible: what is on the wire is what is tested.

use std::time::Duration;

use fake_graph::{CLIENT_ID, CLIENT_SECRET, Clock, FakeGraph, Options, TENANT_ID};
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// When the tests' clock begins.
pub(crate) const START: &str = "2026-03-02T09:00:00Z";

/// A running service, its clock, and a token for it.
pub(crate) struct Tenant {
    pub(crate) graph: FakeGraph,
    pub(crate) clock: Clock,
    pub(crate) http: reqwest::Client,
    pub(crate) token: String,
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a whole body"),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    pub(crate) fn error_code(&self) -> String {
        self.json()["error"]["code"].as_str().expect("an error's code").to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

pub(crate) fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let none = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(none).no_proxy().build().expect("a client")
}

/// The form of a good token request.
pub(crate) fn credentials() -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", CLIENT_ID.to_owned()),
        ("client_secret", CLIENT_SECRET.to_owned()),
        ("scope", "https://graph.microsoft.com/.default".to_owned()),
    ]
}

impl Tenant {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With a clock that stands, and quick retries.
    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let clock = Clock::stopped(START.parse().expect("a time"));
        let mut options = Options { clock: clock.clone(), ..Options::default() };
        change(&mut options);
        let graph = FakeGraph::start(options).await.expect("a service");
        let mut tenant = Self { graph, clock, http: client(), token: String::new() };
        tenant.sign_in().await;
        tenant
    }

    pub(crate) async fn sign_in(&mut self) {
        let answer = self.login(TENANT_ID, &credentials()).await;
        self.token = answer.json()["access_token"].as_str().unwrap_or_default().to_owned();
    }

    pub(crate) async fn login(&self, tenant: &str, form: &[(&str, String)]) -> Answer {
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.graph.login_url());
        Answer::of(self.http.post(url).form(form).send().await.expect("an answer")).await
    }

    /// A request with the token; `path` is under `/v1.0` or a whole address.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = match path.strip_prefix('/') {
            Some(path) => format!("{}/v1.0/{path}", self.graph.url()),
            None => path.to_owned(),
        };
        self.http.request(method, url).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_preferring(path, &[]).await
    }

    pub(crate) async fn get_preferring(&self, path: &str, prefer: &[&str]) -> Answer {
        let mut request = self.request(Method::GET, path);
        for preference in prefer {
            request = request.header("Prefer", *preference);
        }
        Answer::of(request.send().await.expect("an answer")).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let sent = self.request(method, path).json(body).send().await;
        Answer::of(sent.expect("an answer")).await
    }

    /// A request to create that keeps every rule.
    pub(crate) fn subscription(&self, notification_url: &str) -> Value {
        json!({
            "changeType": "updated",
            "notificationUrl": notification_url,
            "lifecycleNotificationUrl": format!("{notification_url}/lifecycle"),
            "resource": "communications/callRecords",
            "expirationDateTime": self.in_minutes(4_200),
            "clientState": "an invented client state",
        })
    }

    pub(crate) async fn subscribe(&self, notification_url: &str) -> Value {
        let body = self.subscription(notification_url);
        let answer = self.send(Method::POST, "/subscriptions", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    pub(crate) fn in_minutes(&self, minutes: i64) -> String {
        (self.clock.now() + jiff::SignedDuration::from_mins(minutes)).to_string()
    }

    pub(crate) async fn quiet(&self) {
        assert!(self.graph.is_quiet_within(Duration::from_secs(20)).await, "still delivering");
    }
}

/// A group call of so many sessions and participants.
pub(crate) fn record(id: &str, version: i64, sessions: usize, participants: usize) -> Value {
    let sessions: Vec<_> = (0..sessions).map(session).collect();
    let participants: Vec<_> = (0..participants).map(participant).collect();
    json!({
        "id": id,
        "version": version,
        "type": "groupCall",
        "modalities": ["audio"],
        "lastModifiedDateTime": "2026-03-02T08:30:00Z",
        "startDateTime": "2026-03-02T08:00:00Z",
        "endDateTime": "2026-03-02T08:20:00Z",
        "joinWebUrl": null,
        "organizer_v2": participant(0),
        "participants_v2": participants,
        "sessions": sessions,
    })
}

fn session(n: usize) -> Value {
    json!({
        "id": format!("session-{n}"),
        "modalities": ["audio"],
        "startDateTime": "2026-03-02T08:00:00Z",
        "endDateTime": "2026-03-02T08:20:00Z",
        "caller": {
            "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
            "associatedIdentity": participant(n)["identity"]["user"],
            "feedback": { "rating": "notRated", "text": null, "tokens": {} },
            "userAgent": {
                "@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
                "platform": "windows",
                "productFamily": "azureCommunicationServices",
                "headerValue": null,
            },
        },
        "segments": [{
            "id": format!("session-{n}"),
            "startDateTime": "2026-03-02T08:00:00Z",
            "endDateTime": "2026-03-02T08:20:00Z",
            "media": [],
        }],
    })
}

fn participant(n: usize) -> Value {
    let id = format!("00000000-0000-4000-8000-{n:012}");
    json!({ "id": id, "identity": { "user": { "id": id, "displayName": format!("Person {n}") } } })
}
