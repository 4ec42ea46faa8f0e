//! The subscription's state: one item that a person can read in the console.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::keys::{CALL_RECORDS, SUBSCRIPTION};
use crate::{CallTable, TableError};

/// What is known of the subscription. Nothing in it opens anything: the client state is there only
/// as a fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionState {
    /// Graph's id of the subscription.
    #[serde(default, rename = "subscription_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When Graph removes it. Not named `expires_at`: that is when the table forgets an item.
    #[serde(default, rename = "subscription_expires_at", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was last made or renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_at: Option<Timestamp>,
    /// When it was last compared with what Graph says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
    /// When it was last found, or made, exactly as it should be. While it is not, notifications may
    /// be lost from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// A fingerprint of the client state that it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_state_fingerprint: Option<String>,
    /// Where change notifications go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_url: Option<String>,
    /// Where lifecycle notifications go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_notification_url: Option<String>,
    /// What last went wrong, as a sentence that says what mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When it went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error_at: Option<Timestamp>,
    /// Since when notifications may have been lost, the last time that any were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_gap_from: Option<Timestamp>,
    /// When that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_gap_to: Option<Timestamp>,
    /// What had happened, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_gap_reason: Option<String>,
}

impl CallTable {
    /// What was written down of the subscription; none before the first time.
    pub async fn subscription_state(&self) -> Result<Option<SubscriptionState>, TableError> {
        self.value(SUBSCRIPTION, CALL_RECORDS).await
    }
}
