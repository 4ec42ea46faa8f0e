//! A table, a few calls, and the reports over them.

use std::time::Duration;

use aws_stand_ins::DynamoDb;
use call_records::AudioClassifier;
use call_table::{CallTable, Deadline, PageKind, RawPage, TableConfig, create_table, rebuild};
use call_writer::CallWriter;
use forgotten_people::{ForgetKeySource, ForgottenPeople};
use jiff::Timestamp;
use lambda_kit::Metrics;
use pstn_logs::{Listing, Log, decode_page};
use pstn_writer::{Places, PstnWriter};
use quality::{Rollup, Trigger};
use reports::{Config, PseudonymKey, Reports};
use serde_json::{Value, json};
use tokio::time::Instant;

pub(crate) const TENANT: &str = "0f0f0f0f-0000-4000-8000-000000000001";
pub(crate) const ARN: &str = "arn:aws:lambda:eu-central-1:012345678901:function:calls-reports";

/// A Wednesday.
pub(crate) fn now() -> Timestamp {
    "2026-11-25T13:00:00Z".parse().unwrap()
}

/// A person on a session.
#[derive(Clone, Copy)]
pub(crate) struct Who {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

pub(crate) const ADA: Who = Who { id: "a0000000-0000-4000-8000-00000000000a", name: "Ada Example" };
pub(crate) const BOB: Who = Who { id: "b0000000-0000-4000-8000-00000000000b", name: "Bob Example" };
pub(crate) const PHONE: Who = Who { id: "+4930987654", name: "+49 30 987654" };

pub(crate) struct World {
    _database: DynamoDb,
    pub(crate) table: CallTable,
}

impl World {
    pub(crate) async fn empty() -> Self {
        let database = DynamoDb::start(None).await.unwrap();
        let client = aws_stand_ins::dynamodb_client(&database.url());
        create_table(&client, "calls").await.unwrap();
        let table = CallTable::new(client, TableConfig::new("calls"));
        Self { _database: database, table }
    }

    /// Last week: a good call of ten minutes, a poor one, two that Bob missed, one with a telephone,
    /// and a meeting.
    pub(crate) async fn with_a_week() -> Self {
        let world = Self::empty().await;
        let poor = json!({"packetUtilization": 2000, "averageJitter": "PT0.045S",
            "averagePacketLossRate": 0.02, "averageRoundTripTime": "PT0.1S"});
        let good = json!({"packetUtilization": 2000, "averageJitter": "PT0.004S"});
        for record in [
            pair("call-good", "2026-11-16T09:00:00Z", 600, ADA, BOB, &good),
            pair("call-poor", "2026-11-17T10:30:00Z", 300, ADA, BOB, &poor),
            pair("call-missed-1", "2026-11-17T11:00:00Z", 0, ADA, BOB, &Value::Null),
            pair("call-missed-2", "2026-11-18T23:30:00Z", 0, ADA, BOB, &Value::Null),
            pair("call-phone", "2026-11-19T08:00:00Z", 65, PHONE, ADA, &Value::Null),
            meeting("call-meeting", "2026-11-20T13:00:00Z", 1800, &[ADA, BOB], &good),
        ] {
            world.deliver(&record).await;
        }
        world
    }

    pub(crate) async fn deliver(&self, record: &Value) {
        self.deliver_with(record, &[]).await;
    }

    /// Delivers a record, and further pages of its sessions.
    pub(crate) async fn deliver_with(&self, record: &Value, sessions: &[Value]) {
        let (id, version) = (record["id"].as_str().unwrap(), record["version"].as_i64().unwrap());
        let body = |value: &Value| serde_json::to_vec(value).unwrap();
        let mut pages = vec![RawPage { kind: PageKind::Record, number: 0, body: body(record) }];
        for (number, page) in (1..).zip(sessions) {
            pages.push(RawPage { kind: PageKind::Sessions, number, body: body(page) });
        }
        let (call, sessions) = rebuild(Some(TENANT), AudioClassifier::default(), &pages).unwrap();
        let soon = Instant::now() + Duration::from_secs(120);
        let mut writer =
            CallWriter::new(self.table.clone(), ForgetKeySource::Missing("no person is forgotten"))
                .version(id, version, now(), soon);
        for page in &pages {
            writer.add_page(page.kind.clone(), page.number, &page.body).await.unwrap();
        }
        writer.add_sessions(&sessions).await.unwrap();
        writer.commit(&call).await.unwrap();
    }

    /// Takes in what Graph listed of a log for these days.
    pub(crate) async fn list_log(
        &self,
        log: Log,
        requested_at: &str,
        days: [&str; 2],
        rows: &Value,
    ) {
        let page = json!({ "value": rows }).to_string();
        let rows = decode_page(page.as_bytes(), log).unwrap().rows;
        let listing = Listing { log, requested_at: requested_at.parse().unwrap(), rows };
        let [from, to] = days.map(|day| day.parse().unwrap());
        let key = ForgetKeySource::Missing("no person is forgotten");
        let forgotten = ForgottenPeople::new(self.table.clone(), key);
        let writer = PstnWriter::new(self.table.clone(), forgotten);
        let mut places = Places::default();
        writer.take_in(listing, from..=to, &mut places, Deadline::NONE).await.unwrap();
    }

    /// Rolls up the days that are due, as the schedule does.
    pub(crate) async fn roll_up(&self) {
        let soon = Instant::now() + Duration::from_secs(600);
        let run = self.rollup().run(Trigger::Due, now(), soon).await.unwrap();
        assert!(run.left.is_empty(), "{run:?}");
    }

    /// The function that rolls up days and takes building files.
    pub(crate) fn rollup(&self) -> Rollup {
        let (metrics, _) = Metrics::captured("quality");
        Rollup::new(self.table.clone(), metrics, quality::Config::default())
    }

    pub(crate) fn reports(&self, config: Config) -> Reports {
        let key = PseudonymKey::fixed("a key of these tests, as long as it has to be");
        Reports::new(config, self.table.clone(), key)
    }

    /// What a request by hand is answered, with the default settings.
    pub(crate) async fn ask(&self, event: Value) -> Value {
        self.reports(Config::default()).handle(event, ARN, now()).await
    }

    /// The page that a widget of last week shows.
    pub(crate) async fn page(&self, parameters: Value) -> String {
        self.page_with(Config::default(), parameters).await
    }

    pub(crate) async fn page_with(&self, config: Config, mut parameters: Value) -> String {
        if parameters.get("from").is_none() && parameters.get("range").is_none() {
            parameters["range"] = "last_week".into();
        }
        parameters["widgetContext"] = json!({"theme": "light", "width": 900, "height": 600});
        let page = self.reports(config).handle(parameters, ARN, now()).await;
        page.as_str().unwrap_or_else(|| panic!("not a page: {page}")).to_owned()
    }
}

pub(crate) fn end(who: Who) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
        "associatedIdentity": {"id": who.id, "displayName": who.name, "tenantId": TENANT},
        "userAgent": {"platform": "windows", "productFamily": "teams"},
        "feedback": {"rating": "good", "tokens": {}},
    })
}

fn media(stream: &Value) -> Value {
    if stream.is_null() {
        return json!([]);
    }
    json!([{
        "label": "main-audio",
        "callerDevice": {"captureDeviceName": "A headset"},
        "callerNetwork": {"connectionType": "wifi"}, "calleeNetwork": {"connectionType": "wired"},
        "streams": [stream],
    }])
}

/// A peer-to-peer call with one stream.
pub(crate) fn pair(
    id: &str,
    start: &str,
    seconds: i64,
    caller: Who,
    callee: Who,
    stream: &Value,
) -> Value {
    let from: Timestamp = start.parse().unwrap();
    let to = from + jiff::SignedDuration::from_secs(seconds);
    json!({
        "id": id, "version": 1, "type": "peerToPeer", "modalities": ["audio"],
        "startDateTime": from.to_string(), "endDateTime": to.to_string(),
        "lastModifiedDateTime": "2026-11-24T09:00:00Z",
        "organizer_v2": {"id": caller.id, "identity": {"user": {"id": caller.id, "displayName": caller.name}}},
        "sessions": [{
            "id": format!("{id}-session"), "modalities": ["audio"],
            "startDateTime": from.to_string(), "endDateTime": to.to_string(),
            "caller": end(caller), "callee": end(callee),
            "segments": [{"id": format!("{id}-segment"), "media": media(stream)}],
        }],
    })
}

/// A group call, each on a session of their own.
pub(crate) fn meeting(
    id: &str,
    start: &str,
    seconds: i64,
    people: &[Who],
    stream: &Value,
) -> Value {
    let from: Timestamp = start.parse().unwrap();
    let to = from + jiff::SignedDuration::from_secs(seconds);
    let sessions: Vec<Value> = people
        .iter()
        .enumerate()
        .map(|(place, who)| {
            json!({
                "id": format!("{id}-{place}"), "modalities": ["audio", "video"],
                "startDateTime": from.to_string(), "endDateTime": to.to_string(),
                "caller": end(*who), "callee": {"userAgent": {"role": "mediaController"}},
                "segments": [{"id": format!("{id}-{place}"), "media": media(stream)}],
            })
        })
        .collect();
    json!({
        "id": id, "version": 3, "type": "groupCall", "modalities": ["audio", "video"],
        "startDateTime": from.to_string(), "endDateTime": to.to_string(),
        "joinWebUrl": format!("https://teams.example/l/meetup-join/x?context=%7B%22Oid%22%3A%22{}%22%7D", people[0].id),
        "organizer_v2": {"id": people[0].id, "identity": {"user": {"id": people[0].id, "displayName": people[0].name}}},
        "sessions": sessions,
    })
}
