//! A table for each test, and deliveries as the consumer makes them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_stand_ins::{DynamoDb, Fault, Faults};
use call_records::{AudioClassifier, Call, PersonKey};
use call_table::fold::unfold;
use call_table::{CallTable, Deadline, RawPage, TableConfig, TableError, create_table, rebuild};
use call_writer::{CallWriter, Committed, Head, Recomputation, VersionWriter, recompute};
use forgotten_people::{ForgetKey, ForgetKeySource};
use jiff::Timestamp;
use lambda_kit::SecretValue as _;
use tokio::time::Instant;

use crate::invented::{Meeting, TENANT, person_id};

pub(crate) const TABLE: &str = "calls";

/// The key of the marks of forgotten people.
pub(crate) fn forget_key() -> ForgetKeySource {
    ForgetKeySource::fixed(ForgetKey::parse(&"an invented key ".repeat(4)).unwrap())
}

pub(crate) type Item = std::collections::HashMap<String, AttributeValue>;

pub(crate) struct World {
    database: DynamoDb,
    pub(crate) client: Client,
    pub(crate) table: CallTable,
    pub(crate) writer: CallWriter,
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = DynamoDb::start(None).await.unwrap();
        let client = aws_stand_ins::dynamodb_client(&database.url());
        // Without the SDK's own retries, so that a fault meets those of the crate.
        let config = client.config().to_builder().retry_config(RetryConfig::disabled()).build();
        let client = Client::from_conf(config);
        create_table(&client, TABLE).await.unwrap();
        let table = CallTable::new(client.clone(), TableConfig::new(TABLE));
        let writer = CallWriter::new(table.clone(), forget_key());
        Self { database, client, table, writer }
    }

    pub(crate) fn faults(&self) -> &Faults {
        self.database.faults()
    }

    /// What is in the table, unfolded, but for the versions that were there before and for zeros, which are
    /// what is left of totals when a call moved away.
    pub(crate) async fn contents(&self) -> BTreeMap<(String, String), Item> {
        let mut contents = BTreeMap::new();
        let mut pages = self.client.scan().table_name(TABLE).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let mut item = unfold(item.unwrap()).unwrap();
            let key = |name: &str| item[name].as_s().unwrap().clone();
            let key = (key("pk"), key("sk"));
            item.remove("replaced");
            if key.1.starts_with("DAY#") {
                item.retain(|_, value| *value != AttributeValue::N("0".to_owned()));
                let numbers = item.values().filter(|value| value.is_n()).count();
                // The one number that is left is the expiry.
                if numbers == 1 {
                    continue;
                }
            }
            contents.insert(key, item);
        }
        contents
    }

    /// One item, unfolded.
    pub(crate) async fn item(&self, pk: &str, sk: &str) -> Option<Item> {
        let key = Item::from([
            ("pk".to_owned(), AttributeValue::S(pk.to_owned())),
            ("sk".to_owned(), AttributeValue::S(sk.to_owned())),
        ]);
        let answer = self.client.get_item().table_name(TABLE).set_key(Some(key));
        answer.send().await.unwrap().item.map(|item| unfold(item).unwrap())
    }

    pub(crate) async fn put(&self, item: Item) {
        self.client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    }

    /// The sort keys under a call, in order.
    pub(crate) async fn keys_of(&self, id: &str) -> Vec<String> {
        let pk = format!("CALL#{id}");
        let contents = self.contents().await;
        contents.into_keys().filter(|key| key.0 == pk).map(|key| key.1).collect()
    }

    /// Runs a delivery up to its `n`th transaction, which never reaches the table.
    pub(crate) async fn stop_at_transaction(&self, meeting: &Meeting, n: usize) {
        let count = AtomicUsize::new(0);
        self.faults().set(move |request| {
            let transaction = usize::from(request.action == "TransactWriteItems");
            if count.fetch_add(transaction, Ordering::SeqCst) + transaction >= n {
                Fault::ErrorBefore(400, "AccessDeniedException")
            } else {
                Fault::None
            }
        });
        let stopped = deliver(&self.writer, meeting).await;
        assert!(matches!(stopped, Err(TableError::Misconfigured(_))), "{stopped:?}");
        self.faults().clear();
    }

    pub(crate) async fn recompute(&self) -> Recomputation {
        let classifier = AudioClassifier::default();
        recompute(&self.table, Some(TENANT), classifier, now()).await.unwrap()
    }

    /// Asserts that every number is what the pages give, and that nothing is left that no version owns.
    pub(crate) async fn assert_sound(&self) {
        let recomputed = self.recompute().await;
        assert_eq!(recomputed.sentences(), Vec::<String>::new());
        let contents = self.contents().await;
        for key in contents.keys().filter(|key| key.1 == "RECORD") {
            let id = key.0.strip_prefix("CALL#").unwrap();
            assert_eq!(self.writer.sweep(id).await.unwrap(), 0, "{id} left something behind");
        }
    }
}

/// When the tests take place: the day after most of the calls.
pub(crate) fn now() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(120)
}

pub(crate) fn person(person: u32) -> PersonKey {
    format!("user:{}", person_id(person)).parse().unwrap()
}

pub(crate) fn call_of(meeting: &Meeting) -> Call {
    rebuild(Some(TENANT), AudioClassifier::default(), &meeting.pages()).unwrap().0
}

/// The first delivery, as the consumer handles it: the first version of a call is taken for new.
pub(crate) async fn deliver(
    writer: &CallWriter,
    meeting: &Meeting,
) -> Result<Committed, TableError> {
    let mut head = Head::default();
    if meeting.version > 1 {
        head = writer.head(&meeting.id, Deadline::NONE).await?;
        if head.version().is_some_and(|stored| stored >= meeting.version) {
            return Ok(Committed::AlreadyStored);
        }
    }
    write_expecting(writer, meeting, Some(head)).await
}

/// A later one: the first may have died.
pub(crate) async fn redeliver(
    writer: &CallWriter,
    meeting: &Meeting,
) -> Result<Committed, TableError> {
    let head = writer.head(&meeting.id, Deadline::NONE).await?;
    let mut committed = Committed::AlreadyStored;
    if head.version().is_none_or(|stored| stored < meeting.version) {
        committed = write_expecting(writer, meeting, Some(head)).await?;
    }
    writer.sweep(&meeting.id).await?;
    Ok(committed)
}

/// The write alone, whatever is stored.
pub(crate) async fn write(writer: &CallWriter, meeting: &Meeting) -> Result<Committed, TableError> {
    write_expecting(writer, meeting, None).await
}

async fn write_expecting(
    writer: &CallWriter,
    meeting: &Meeting,
    head: Option<Head>,
) -> Result<Committed, TableError> {
    let mut writer = writer.version(&meeting.id, meeting.version, now(), soon());
    if let Some(head) = head {
        writer.expect(head);
    }
    let pages = meeting.pages();
    add(&mut writer, &pages).await?;
    writer.commit(&call_of(meeting)).await
}

/// Gives the pages to the writer, one after the other, each with its sessions.
pub(crate) async fn add(writer: &mut VersionWriter, pages: &[RawPage]) -> Result<(), TableError> {
    let mut known = 0;
    for (index, page) in pages.iter().enumerate() {
        writer.add_page(page.kind.clone(), page.number, &page.body).await?;
        let sofar = rebuild(Some(TENANT), AudioClassifier::default(), &pages[..=index]);
        let (_, sessions) = sofar.unwrap();
        writer.add_sessions(&sessions[known..]).await?;
        known = sessions.len();
    }
    Ok(())
}

/// Delivers until it succeeds, as the queue does.
pub(crate) async fn deliver_until_done(writer: &CallWriter, meeting: &Meeting) -> Committed {
    match deliver(writer, meeting).await {
        Ok(committed) => committed,
        Err(_) => redeliver_until_done(writer, meeting).await,
    }
}

/// Redelivers until it succeeds.
pub(crate) async fn redeliver_until_done(writer: &CallWriter, meeting: &Meeting) -> Committed {
    for _ in 0..200 {
        match redeliver(writer, meeting).await {
            Ok(committed) => return committed,
            Err(TableError::Contended | TableError::Unavailable(_) | TableError::Throttled) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the delivery never succeeded");
}
