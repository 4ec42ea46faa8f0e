//! The subscription's state: one item, readable in the console.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::keys::{CALL_RECORDS, SUBSCRIPTION};
use crate::{CallTable, TableError};

/// What is known about the subscription. It holds no secret: of the client state only a fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionState {
    /// Graph's id of the subscription.
    #[serde(default, rename = "subscription_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When Graph removes it. Not stored as `expires_at`, by which the table deletes items.
    #[serde(default, rename = "subscription_expires_at", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was last created or renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_at: Option<Timestamp>,
    /// When it was last compared with Graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
    /// When it was last healthy. If it is not now, notifications may have been lost since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// A fingerprint of the client state that it was created with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_state_fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_notification_url: Option<String>,
    /// The last error, as a sentence that says what to correct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error_at: Option<Timestamp>,
    /// When the last gap in the notifications began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_gap_from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_gap_to: Option<Timestamp>,
    /// Why, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_gap_reason: Option<String>,
    /// When the stack's deletion removed the subscription. While it is there, no schedule and no event
    /// subscribes again; deploying the stack removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribed_at: Option<Timestamp>,
    /// The run that may change the subscription; absent when none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_owner: Option<String>,
    /// When another run may take the lease over. In whole seconds, so that its text sorts as the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_expires_at: Option<Timestamp>,
}

impl CallTable {
    /// None before the renewer's first run.
    pub async fn subscription_state(&self) -> Result<Option<SubscriptionState>, TableError> {
        self.value(SUBSCRIPTION, CALL_RECORDS).await
    }
}
