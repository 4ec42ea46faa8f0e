//! Since when a message waits for a record that is not as it should be, and how often it met that.
//!
//! The age of a message does not say it, because the message may have waited for something else. So the
//! first time is stored, in an item beside the call, and only where a message waits: a call that is
//! there makes no request more. SQS's id of a message stays the same over its redeliveries, and a redrive
//! gives a new one, so that it waits anew. The items expire by themselves: no reader of a call sees them.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use call_table::error::from_sdk;
use call_table::item::{self, n, s};
use call_table::keys::{self, EXPIRES_AT};
use call_table::{Deadline, TableError};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::Consumer;
use crate::disposition::{self, Condition, Decision, Delivery, Disposition, Observed};

/// The queue keeps a message for 14 days.
const RETENTION: SignedDuration = SignedDuration::from_hours(15 * 24);

impl Consumer {
    /// The dispositions of a call's messages, whose ids are in the same order as the rest.
    ///
    /// A message whose first time cannot be stored or read is retried, and not dead-lettered.
    pub(crate) async fn resolve(
        &self,
        call_id: &str,
        message_ids: &[String],
        decisions: Vec<(Delivery, Decision)>,
        now: Timestamp,
        deadline: Instant,
    ) -> Vec<Disposition> {
        let messages = message_ids.iter().zip(decisions);
        let resolved = messages.map(|(message_id, (delivery, decision))| async move {
            let condition = match decision {
                Decision::Final(disposition) => return disposition,
                Decision::Waits(condition) => condition,
            };
            let receive = delivery.receive_count;
            match self.observe(call_id, message_id, condition, receive, now, deadline).await {
                Ok(observed) => disposition::while_waiting(condition, delivery, observed, now),
                Err(error) => {
                    tracing::warn!(%error, "wait.not_stored");
                    disposition::after_store(&error, delivery)
                }
            }
        });
        join_all(resolved).await
    }

    /// Notes that a message met a condition at this receive. Idempotent.
    async fn observe(
        &self,
        call_id: &str,
        message_id: &str,
        condition: Condition,
        receive: u32,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Observed, TableError> {
        let table = self.writer.table();
        let reason = condition.reason().as_str();
        let (since, receives) = (format!("{reason}_since"), format!("{reason}_receives"));
        let request = table
            .client()
            .update_item()
            .table_name(table.name())
            .set_key(Some(item::key(&keys::call(call_id), &keys::wait(message_id))))
            // The receives as a set and not their number: the SDK repeats a request whose answer was
            // lost.
            .update_expression(
                "SET #since = if_not_exists(#since, :now), #expires = :expires \
                 ADD #receives :receive",
            )
            .expression_attribute_names("#since", &since)
            .expression_attribute_names("#receives", &receives)
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":now", s(now.to_string()))
            .expression_attribute_values(":expires", n((now + RETENTION).as_second()))
            .expression_attribute_values(":receive", AttributeValue::Ns(vec![receive.to_string()]))
            .return_values(ReturnValue::AllNew);
        let answer = Deadline::at(deadline).run(request.send()).await?;
        let answer = answer.map_err(|error| from_sdk("UpdateItem", table.name(), &error))?;
        let stored = answer.attributes.unwrap_or_default();
        let times = stored.get(&receives).and_then(|receives| receives.as_ns().ok()).map(Vec::len);
        match (item::text(&stored, &since).and_then(|since| since.parse().ok()), times) {
            (Some(since), Some(times)) => Ok(Observed { since, times }),
            _ => Err(TableError::Corrupt(format!(
                "the item {} {} does not say since when its message waits: delete it",
                keys::call(call_id),
                keys::wait(message_id)
            ))),
        }
    }
}
