#![doc = include_str!("../README.md")]

mod key;

use std::sync::Arc;

use aws_sdk_dynamodb::types::ReturnValue;
use call_records::PersonKey;
use call_table::error::from_sdk;
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, EXPIRES_AT, FORGOTTEN, SK};
use call_table::{CallTable, Deadline, TableError};
use item_writer::{Write, write_batch};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

pub use key::{ForgetKey, ForgetKeySource};

/// How long a mark lives, in days: Graph publishes versions of records for 30, a message may lie in the
/// dead-letter queue for 14 before it is redriven, and the logs of telephone calls go back 90.
const MARK_DAYS: i64 = 100;

/// The key under which the digest was made.
const KEY_ID: &str = "key_id";

/// A forgotten person, by a digest, and the token of the tombstone in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    digest: String,
    /// None of a mark of an older version, whose digest needs no key.
    key_id: Option<String>,
    /// What tells the tombstone from others: see [`PersonKey::tombstone`].
    pub token: String,
    forgotten_at: Timestamp,
}

/// The marks of a table, and the key by which a person is compared with them.
#[derive(Debug)]
pub struct Marks {
    marks: Vec<Mark>,
    key: Option<Arc<ForgetKey>>,
}

/// The forgotten people of a table. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ForgottenPeople {
    table: CallTable,
    key: ForgetKeySource,
}

impl Mark {
    fn read(item: &Item) -> Result<Self, TableError> {
        let text = |name: &str| item::text(item, name).map(str::to_owned);
        let forgotten_at = text("forgotten_at").and_then(|at| at.parse().ok());
        let parts = (text(SK), text("token"), forgotten_at);
        let (Some(digest), Some(token), Some(forgotten_at)) = parts else {
            return Err(TableError::Corrupt(format!("the mark {} is damaged", item::place(item))));
        };
        Ok(Self { digest, key_id: text(KEY_ID), token, forgotten_at })
    }
}

impl Marks {
    /// The mark of a person who is to be forgotten in a call that began at this time. A session without
    /// a time is taken to be from before.
    pub fn find(&self, person: &PersonKey, started_at: Option<Timestamp>) -> Option<&Mark> {
        let keyed = self.key.as_ref().map(|key| key.digest(person));
        let unkeyed = unkeyed_digest(person);
        self.marks.iter().find(|mark| {
            let digest = if mark.key_id.is_some() { keyed.as_ref() } else { Some(&unkeyed) };
            digest == Some(&mark.digest) && started_at.is_none_or(|at| at < mark.forgotten_at)
        })
    }
}

/// Two readings have the same marks.
impl PartialEq for Marks {
    fn eq(&self, other: &Self) -> bool {
        self.marks == other.marks
    }
}

impl ForgottenPeople {
    /// Of a table. The key is only asked for when the table has marks, or gets one.
    #[must_use]
    pub fn new(table: CallTable, key: ForgetKeySource) -> Self {
        Self { table, key }
    }

    /// Sets the mark of a person. The token of an earlier mark stays, so that forgetting again
    /// continues with the same tombstone; the mark of an older version is replaced.
    pub async fn set(
        &self,
        person: &PersonKey,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Mark, TableError> {
        let key = deadline.run(self.key.current()).await??;
        let unkeyed = unkeyed_digest(person);
        let earlier = self.table.item(FORGOTTEN, &unkeyed, deadline).await?;
        let earlier_token = earlier.as_ref().and_then(|mark| item::text(mark, "token"));
        let token = earlier_token.map(str::to_owned);
        let token = token.unwrap_or_else(|| format!("{:032x}", fastrand::u128(..)));
        let table = self.table.name();
        let request = self
            .table
            .client()
            .update_item()
            .table_name(table)
            .set_key(Some(item::key(FORGOTTEN, &key.digest(person))))
            .update_expression(
                "SET #token = if_not_exists(#token, :token), #at = :at, #expires = :expires, \
                 #key = :key",
            )
            .expression_attribute_names("#token", "token")
            .expression_attribute_names("#at", "forgotten_at")
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_names("#key", KEY_ID)
            .expression_attribute_values(":token", s(token))
            .expression_attribute_values(":at", s(now.to_string()))
            .expression_attribute_values(":expires", n(now.as_second() + MARK_DAYS * 86_400))
            .expression_attribute_values(":key", s(key.id()))
            .return_values(ReturnValue::AllNew);
        let answer = deadline.run(request.send()).await?;
        let answer = answer.map_err(|error| from_sdk("UpdateItem", table, &error))?;
        if earlier.is_some() {
            // Only now: at no moment is there neither.
            write_batch(&self.table, vec![Write::Delete(item::key(FORGOTTEN, &unkeyed))], deadline)
                .await?;
        }
        Mark::read(&answer.attributes.unwrap_or_default())
    }

    /// All marks, strongly consistent; none where no person was forgotten, which asks for no key.
    ///
    /// # Errors
    ///
    /// [`TableError::Misconfigured`] when there are marks whose key cannot be had.
    pub async fn marks(&self, deadline: Deadline) -> Result<Option<Marks>, TableError> {
        let items = self.table.query(FORGOTTEN).within(deadline).all().await?;
        let marks = items.iter().map(Mark::read).collect::<Result<Vec<_>, _>>()?;
        if marks.is_empty() {
            return Ok(None);
        }
        let mut key: Option<Arc<ForgetKey>> = None;
        for id in marks.iter().filter_map(|mark| mark.key_id.as_deref()) {
            if key.as_ref().is_none_or(|key| key.id() != id) {
                key = Some(deadline.run(self.key.with_id(id)).await??);
            }
        }
        Ok(Some(Marks { marks, key }))
    }

    /// Whether there is a mark.
    pub async fn is_any(&self, deadline: Deadline) -> Result<bool, TableError> {
        Ok(!self.table.query(FORGOTTEN).only(&[SK]).within(deadline).all().await?.is_empty())
    }
}

/// The digest of older versions, whose marks live for up to 100 days. A reader finds a telephone number
/// by trying all.
fn unkeyed_digest(person: &PersonKey) -> String {
    keys::hex(&Sha256::digest(format!("forgotten {}", person.id())))
}
