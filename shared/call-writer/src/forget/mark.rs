//! Marks: for whom a later version of a call has to be redacted, too.

use aws_sdk_dynamodb::types::ReturnValue;
use call_records::PersonKey;
use call_table::error::from_sdk;
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, EXPIRES_AT, FORGOTTEN, SK};
use call_table::{Deadline, TableError};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::CallWriter;

/// How long a mark lives, in days: Graph publishes versions for 30, and a message may lie in the
/// dead-letter queue for 14 before it is redriven.
const MARK_DAYS: i64 = 60;

/// A forgotten person, by a digest, and the token of the tombstone in their place.
pub(crate) struct Mark {
    digest: String,
    pub(super) token: String,
    forgotten_at: Timestamp,
}

impl Mark {
    fn read(item: &Item) -> Result<Self, TableError> {
        let text = |name: &str| item::text(item, name).map(str::to_owned);
        let forgotten_at = text("forgotten_at").and_then(|at| at.parse().ok());
        let parts = (text(SK), text("token"), forgotten_at);
        let (Some(digest), Some(token), Some(forgotten_at)) = parts else {
            return Err(TableError::Corrupt(format!("the mark {} is damaged", item::place(item))));
        };
        Ok(Self { digest, token, forgotten_at })
    }

    /// Whether it is this person's, and they are to be forgotten in a call that began at this time.
    /// A session without a time is taken to be from before.
    pub(super) fn covers(&self, person: &PersonKey, started_at: Option<Timestamp>) -> bool {
        self.digest == digest(person) && started_at.is_none_or(|at| at < self.forgotten_at)
    }
}

impl CallWriter {
    /// Sets the mark of a person. The token of an earlier mark stays, so that forgetting again
    /// continues with the same tombstone.
    pub(super) async fn set_mark(
        &self,
        person: &PersonKey,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Mark, TableError> {
        let table = self.table.name();
        let request = self
            .table
            .client()
            .update_item()
            .table_name(table)
            .set_key(Some(item::key(FORGOTTEN, &digest(person))))
            .update_expression(
                "SET #token = if_not_exists(#token, :token), #at = :at, #expires = :expires",
            )
            .expression_attribute_names("#token", "token")
            .expression_attribute_names("#at", "forgotten_at")
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":token", s(format!("{:032x}", fastrand::u128(..))))
            .expression_attribute_values(":at", s(now.to_string()))
            .expression_attribute_values(":expires", n(now.as_second() + MARK_DAYS * 86_400))
            .return_values(ReturnValue::AllNew);
        let answer = deadline.run(request.send()).await?;
        let answer = answer.map_err(|error| from_sdk("UpdateItem", table, &error))?;
        Mark::read(&answer.attributes.unwrap_or_default())
    }

    /// All marks, strongly consistent.
    pub(crate) async fn marks(&self, deadline: Deadline) -> Result<Vec<Mark>, TableError> {
        let marks = self.table.query(FORGOTTEN).within(deadline).all().await?;
        marks.iter().map(Mark::read).collect()
    }
}

/// Of the id alone, because a later version may know the kind of the id better.
fn digest(person: &PersonKey) -> String {
    keys::hex(&Sha256::digest(format!("forgotten {}", person.id())))
}
