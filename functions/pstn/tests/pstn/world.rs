//! A Graph with two logs, a table, and what should stand in it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_stand_ins::{DynamoDb, DynamoDbOptions};
use call_table::{CallTable, TableConfig, create_table};
use fake_graph::{CLIENT_ID, CLIENT_SECRET, FakeGraph, Options, PageSizes, PhoneLog, TENANT_ID};
use forgotten_people::{ForgetKey, ForgetKeySource, ForgottenPeople};
use graph_access::GraphAccess;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use lambda_kit::{GraphSecret, SecretValue as _, Secrets};
use msgraph::Endpoints;
use pstn::{Config, Error, Pstn, Summary, Trigger};
use pstn_logs::{DayLogs, Log, LogRow, decode_page};
use pstn_writer::PstnWriter;
use serde_json::{Value, json};
use tokio::time::Instant;

/// When every test begins.
pub(crate) fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

pub(crate) struct World {
    pub(crate) graph: FakeGraph,
    pub(crate) database: DynamoDb,
    pub(crate) table: CallTable,
    pub(crate) pstn: Pstn,
    pub(crate) forgotten: ForgottenPeople,
    /// Moved by the test.
    pub(crate) now: Timestamp,
    /// What each row that is kept says, by log and id.
    pub(crate) expected: BTreeMap<(Log, String), LogRow>,
}

impl World {
    /// With a table that keeps what Graph has for 35 days.
    pub(crate) async fn start() -> Self {
        Self::keeping(35).await
    }

    pub(crate) async fn keeping(retention_days: u32) -> Self {
        let page_sizes = PageSizes { phone_log: 3, ..PageSizes::default() };
        let options = Options { limits: None, page_sizes, ..Options::default() };
        let graph = FakeGraph::start(options).await.unwrap();
        let database = DynamoDb::start_with(DynamoDbOptions::default()).await.unwrap();
        let client = aws_stand_ins::dynamodb_client(&database.url());
        create_table(&client, "calls").await.unwrap();
        let table =
            CallTable::new(client, TableConfig { retention_days, ..TableConfig::new("calls") });
        let secret = json!({"tenant_id": TENANT_ID, "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET});
        let secrets = Secrets::fixed(GraphSecret::parse(&secret.to_string()).unwrap());
        let endpoints = Endpoints::parse(graph.login_url(), graph.url()).unwrap();
        // The fake Graph of these tests has no limits.
        let options = msgraph::Options { phone_log_limit: None, ..msgraph::Options::default() };
        let access = GraphAccess::new(endpoints, secrets, None).with_options(options);
        let key = ForgetKey::parse(&"an invented key ".repeat(4)).unwrap();
        let key = ForgetKeySource::fixed(key);
        let forgotten = ForgottenPeople::new(table.clone(), key);
        let writer = PstnWriter::new(table.clone(), forgotten.clone());
        Self {
            pstn: Pstn::new(access, writer, Config::default()),
            forgotten,
            graph,
            database,
            table,
            now: noon(),
            expected: BTreeMap::new(),
        }
    }

    /// Graph has this row from now on, in place of one with its id.
    pub(crate) fn put(&mut self, log: Log, row: &Value) {
        self.graph.put_phone_log_row(phone_log(log), row, Timestamp::UNIX_EPOCH).unwrap();
        let page = json!({ "value": [row] }).to_string();
        let row = decode_page(page.as_bytes(), log).unwrap().rows.remove(0);
        self.expected.insert((log, row.id.clone()), row);
    }

    /// Graph has the row no more; the table keeps it.
    pub(crate) fn remove(&self, log: Log, id: &str) {
        self.graph.remove_phone_log_row(phone_log(log), id);
    }

    pub(crate) async fn run(&self) -> Summary {
        let (summary, failure) = self.try_run(Trigger::Due).await.unwrap();
        assert!(failure.is_none(), "{failure:?}");
        summary
    }

    pub(crate) async fn try_run(
        &self,
        trigger: Trigger,
    ) -> Result<(Summary, Option<Error>), Error> {
        let deadline = Instant::now() + Duration::from_secs(120);
        self.pstn.run(trigger, self.now, deadline).await
    }

    /// Compares everything that is stored with what is expected.
    pub(crate) async fn check(&self) {
        let mut days: BTreeMap<Date, DayLogs> = BTreeMap::new();
        for row in self.expected.values() {
            days.entry(row.day().unwrap()).or_default().add(row);
        }
        let mut found = BTreeMap::new();
        for head in self.table.pstn_heads(Date::MIN, Date::MAX).await.unwrap() {
            let day = head.day;
            let (head, rows) = self.table.pstn_rows(day).await.unwrap().unwrap();
            assert_eq!(rows.vanished(), head.vanished);
            for kept in rows.rows() {
                assert_eq!(kept.row.day(), Some(day));
                let id = (kept.row.log, kept.row.id.clone());
                assert!(found.insert(id.clone(), kept.row.clone()).is_none(), "{id:?} twice");
            }
            let people = self.table.pstn_people(head).await.unwrap().unwrap();
            let expected = days.get(&day).cloned().unwrap_or_default();
            let people: BTreeMap<_, _> = people.into_iter().collect();
            assert_eq!(people, expected.people, "{day}");
        }
        assert_eq!(found, self.expected);
        let stored = self.table.pstn_days(Date::MIN, Date::MAX).await.unwrap();
        let stored = stored.into_iter().map(|day| (day.day, day.logs));
        let stored: BTreeMap<_, _> =
            stored.filter(|(_, logs)| *logs != DayLogs::default()).collect();
        days.values_mut().for_each(|logs| logs.people.clear());
        assert_eq!(stored, days);
    }
}

const fn phone_log(log: Log) -> PhoneLog {
    match log {
        Log::Pstn => PhoneLog::Pstn,
        Log::DirectRouting => PhoneLog::DirectRouting,
    }
}

/// A row of either log: who called for how many seconds.
pub(crate) fn row(id: &str, started_at: Timestamp, user: &str, seconds: u32) -> Value {
    json!({
        "id": id,
        "startDateTime": started_at.to_string(),
        "duration": seconds,
        "userId": user,
        "userPrincipalName": format!("{user}@example.org"),
        "callType": "user_out",
        "callerNumber": "+4930123456",
        "calleeNumber": "+44201234567",
        "charge": f64::from(seconds) / 100.0,
        "currency": "EUR",
        "successfulCall": seconds > 0,
        "trunkFullyQualifiedDomainName": "sbc.example.org",
    })
}
