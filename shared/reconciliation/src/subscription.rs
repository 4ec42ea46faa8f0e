//! The subscription's state, written under a lease.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::ReturnValue;
use call_table::error::from_sdk;
use call_table::item::{self, s};
use call_table::keys::{CALL_RECORDS, SUBSCRIPTION};
use call_table::{CallTable, SubscriptionState, TableError};
use jiff::Timestamp;

use crate::reconciliation::whole_seconds;

/// The right to change the subscription and to write its state. Lambda runs as many renewers at once as
/// there are events, and two that repair the same subscription would replace each other's.
///
/// Invariant: every write of the state is conditional on the lease's owner, so that a run whose lease
/// was taken over is fenced off.
#[derive(Debug)]
pub struct SubscriptionLease {
    table: CallTable,
    owner: String,
    until: Timestamp,
}

/// Whether there should be a subscription from now on. It is written in the request that takes the
/// lease, before anything is done at Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesiredState {
    /// The stack is deployed.
    Subscribed,
    /// The stack is being deleted.
    Unsubscribed,
    /// As before.
    Unchanged,
}

/// When another run's lease is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takeover {
    /// When it has expired.
    WhenExpired,
    /// At once.
    AtOnce,
}

impl SubscriptionLease {
    /// Takes the lease until `until`. Gives it with the state as it is then; none while another run
    /// holds it.
    pub async fn take(
        table: &CallTable,
        desired: DesiredState,
        takeover: Takeover,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Self, SubscriptionState)>, TableError> {
        let owner = format!("{:016x}", fastrand::u64(..));
        let lease = "SET lease_owner = :owner, lease_expires_at = :until";
        let update = match desired {
            DesiredState::Subscribed => format!("{lease} REMOVE unsubscribed_at"),
            DesiredState::Unsubscribed => format!("{lease}, unsubscribed_at = :now"),
            DesiredState::Unchanged => lease.to_owned(),
        };
        let mut request = table
            .client()
            .update_item()
            .table_name(table.name())
            .set_key(Some(item::key(SUBSCRIPTION, CALL_RECORDS)))
            .update_expression(update)
            .expression_attribute_values(":owner", s(&owner))
            .expression_attribute_values(":until", s(whole_seconds(until).to_string()))
            .return_values(ReturnValue::AllNew);
        if takeover == Takeover::WhenExpired {
            request = request.condition_expression(
                "attribute_not_exists(lease_owner) OR lease_expires_at < :now",
            );
        }
        if takeover == Takeover::WhenExpired || desired == DesiredState::Unsubscribed {
            request =
                request.expression_attribute_values(":now", s(whole_seconds(now).to_string()));
        }
        match request.send().await {
            Ok(answer) => {
                let mut state: SubscriptionState =
                    item::read(answer.attributes.unwrap_or_default())?;
                (state.lease_owner, state.lease_expires_at) = (None, None);
                Ok(Some((Self { table: table.clone(), owner, until }, state)))
            }
            Err(error) if is_condition_failed(&error) => Ok(None),
            Err(error) => Err(from_sdk("UpdateItem", table.name(), &error)),
        }
    }

    /// Replaces the state and keeps the lease. False when another run has taken it over: then nothing
    /// is written.
    pub async fn put(&self, state: &SubscriptionState) -> Result<bool, TableError> {
        self.write(SubscriptionState {
            lease_owner: Some(self.owner.clone()),
            lease_expires_at: Some(whole_seconds(self.until)),
            ..state.clone()
        })
        .await
    }

    /// Replaces the state and gives the lease back. False as in [`put`](Self::put).
    pub async fn release(self, state: &SubscriptionState) -> Result<bool, TableError> {
        self.write(SubscriptionState { lease_owner: None, lease_expires_at: None, ..state.clone() })
            .await
    }

    async fn write(&self, state: SubscriptionState) -> Result<bool, TableError> {
        let table = self.table.name();
        let mut item = item::of(&state)?;
        item.extend(item::key(SUBSCRIPTION, CALL_RECORDS));
        let request = self
            .table
            .client()
            .put_item()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression("lease_owner = :owner")
            .expression_attribute_values(":owner", s(&self.owner));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_condition_failed(&error) => Ok(false),
            Err(error) => Err(from_sdk("PutItem", table, &error)),
        }
    }
}

fn is_condition_failed(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}
