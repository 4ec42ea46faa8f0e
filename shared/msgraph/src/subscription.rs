//! Subscriptions: what Graph knows of ours, and the five requests about them.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use crate::client::Graph;
use crate::endpoints::is_segment;
use crate::error::{Error, RawBody, Undecodable};
use crate::fault::Fault;
use crate::page_chain::PageChain;
use crate::request::Request;

/// The resource of every subscription that this client makes.
pub const CALL_RECORDS_RESOURCE: &str = "communications/callRecords";

/// `updated` announces the first version as well; with `created` it would be announced twice.
pub const CHANGE_TYPE: &str = "updated";

/// The longest life that Graph allows for call records: 4,230 minutes.
pub const MAX_LIFE: Duration = Duration::from_secs(4_230 * 60);

/// A subscription as Graph shows it. The client state is not part of it: Graph keeps it to itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Its id, by which it is renewed and deleted.
    pub id: String,
    /// What it is about, with or without a leading slash, as it was sent at creation; see
    /// [`Subscription::is_for_call_records`].
    #[serde(default)]
    pub resource: String,
    /// The Entra application that made it. Graph lists only those of the application that asks.
    #[serde(default)]
    pub application_id: Option<String>,
    /// Comma-separated: `created`, `updated`, `deleted`.
    #[serde(default)]
    pub change_type: String,
    /// Where notifications go.
    #[serde(default)]
    pub notification_url: String,
    /// Where lifecycle notifications go. Cannot be changed, only given at creation.
    #[serde(default)]
    pub lifecycle_notification_url: Option<String>,
    /// When it ends.
    #[serde(rename = "expirationDateTime")]
    pub expires_at: Timestamp,
}

impl Subscription {
    /// Whether it is about all call records. Graph echoes the resource as it was sent, so the
    /// leading slash of the documentation's examples does not count, nor does case.
    #[must_use]
    pub fn is_for_call_records(&self) -> bool {
        self.resource.trim_start_matches('/').eq_ignore_ascii_case(CALL_RECORDS_RESOURCE)
    }
}

/// A subscription to be made: to all call records, their first and every later version.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    /// Where notifications go; https.
    pub notification_url: String,
    /// Where lifecycle notifications go; https.
    pub lifecycle_notification_url: String,
    /// At most [`MAX_LIFE`] from now.
    pub expires_at: Timestamp,
    /// Comes back in every notification; at most 128 characters.
    pub client_state: SecretString,
}

impl Graph {
    /// Every subscription of this application, to whatever resource, all pages.
    ///
    /// # Errors
    ///
    /// As every [`Error`] says. Graph allows 25 of these requests in 20 s.
    pub async fn list_subscriptions(&self, deadline: Instant) -> Result<Vec<Subscription>, Error> {
        let first = self.get(self.endpoints().graph(&["subscriptions"]), None);
        let mut body = self.send(&first, deadline).await?.map_err(Fault::rejected)?;
        let mut chain = PageChain::default();
        let mut subscriptions = Vec::new();
        loop {
            let page: SubscriptionPage = decode(body)?;
            let is_empty = page.value.is_empty();
            subscriptions.extend(page.value);
            let Some(link) = chain.next(page.next_link, is_empty)? else {
                return Ok(subscriptions);
            };
            body = self.get_page(&link, None, None, deadline).await?;
        }
    }

    /// Makes a subscription. Graph calls both URLs before it answers.
    ///
    /// The request is tried again after a time-out or a lost connection, when it is unknown whether
    /// the first try was heard; [`Error::AlreadyExists`] may therefore name the one just made.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyExists`], [`Error::QuotaExceeded`], [`Error::HandshakeFailed`], or as every
    /// [`Error`] says.
    pub async fn create_subscription(
        &self,
        new: &NewSubscription,
        deadline: Instant,
    ) -> Result<Subscription, Error> {
        let body = json!({
            "changeType": CHANGE_TYPE,
            "notificationUrl": new.notification_url,
            "lifecycleNotificationUrl": new.lifecycle_notification_url,
            "resource": CALL_RECORDS_RESOURCE,
            "expirationDateTime": new.expires_at,
            "clientState": new.client_state.expose_secret(),
            "latestSupportedTlsVersion": "v1_2",
        });
        let url = self.endpoints().graph(&["subscriptions"]);
        let request = self.handshake(Method::POST, url, Some(&body));
        match self.send(&request, deadline).await? {
            Ok(body) => decode(body),
            Err(fault) if fault.is_duplicate() => {
                Err(Error::AlreadyExists { id: fault.named_id() })
            }
            Err(fault) => Err(refused(fault)),
        }
    }

    /// Lets a subscription live until `expires_at`. This also authorises it again, so `reauthorize`
    /// is never sent: the two within 10 minutes leave a subscription in an undefined state.
    ///
    /// # Errors
    ///
    /// [`Error::Gone`] when there is no such subscription any more, or as every [`Error`] says.
    pub async fn renew_subscription(
        &self,
        id: &str,
        expires_at: Timestamp,
        deadline: Instant,
    ) -> Result<Subscription, Error> {
        self.change(id, &json!({ "expirationDateTime": expires_at }), deadline).await
    }

    /// Sends a subscription's notifications to another URL. The lifecycle URL cannot be changed.
    ///
    /// # Errors
    ///
    /// [`Error::Gone`], [`Error::HandshakeFailed`], or as every [`Error`] says.
    pub async fn change_notification_url(
        &self,
        id: &str,
        notification_url: &str,
        deadline: Instant,
    ) -> Result<Subscription, Error> {
        self.change(id, &json!({ "notificationUrl": notification_url }), deadline).await
    }

    /// Ends a subscription.
    ///
    /// # Errors
    ///
    /// [`Error::Gone`] when there is none: also when a first try, whose answer was lost, ended it.
    pub async fn delete_subscription(&self, id: &str, deadline: Instant) -> Result<(), Error> {
        let request = self.handshake(Method::DELETE, self.subscription_url(id)?, None);
        match self.send(&request, deadline).await? {
            Ok(_) => Ok(()),
            Err(fault) => Err(gone_or(fault)),
        }
    }

    async fn change(
        &self,
        id: &str,
        body: &Value,
        deadline: Instant,
    ) -> Result<Subscription, Error> {
        let request = self.handshake(Method::PATCH, self.subscription_url(id)?, Some(body));
        match self.send(&request, deadline).await? {
            Ok(body) => decode(body),
            Err(fault) => Err(gone_or(fault)),
        }
    }

    fn subscription_url(&self, id: &str) -> Result<Url, Error> {
        if !is_segment(id) {
            return Err(Error::Gone);
        }
        Ok(self.endpoints().graph(&["subscriptions", id]))
    }

    /// A request during which Graph may call the webhook.
    fn handshake(&self, method: Method, url: Url, body: Option<&Value>) -> Request {
        let body = body.map(|body| Bytes::from(body.to_string()));
        let timeout = self.options().handshake_timeout;
        Request { method, url, prefer: None, body, timeout, rate_limit: None }
    }
}

#[derive(Deserialize)]
struct SubscriptionPage {
    value: Vec<Subscription>,
    #[serde(default, rename = "@odata.nextLink")]
    next_link: Option<String>,
}

fn gone_or(fault: Fault) -> Error {
    if fault.status == 404 { Error::Gone } else { refused(fault) }
}

fn refused(fault: Fault) -> Error {
    if fault.is_quota() {
        Error::QuotaExceeded { reference: fault.reference() }
    } else if fault.is_handshake() {
        Error::HandshakeFailed { reference: fault.reference() }
    } else {
        fault.rejected()
    }
}

/// Through a [`Value`], so that a key that comes twice does no harm: the last one counts.
fn decode<T: for<'de> Deserialize<'de>>(body: Bytes) -> Result<T, Error> {
    let decoded = serde_json::from_slice::<Value>(&body).and_then(serde_json::from_value);
    decoded.map_err(|error| {
        // Only the kind of error: serde's own message quotes the value.
        let source = Undecodable::Json(format!("not the expected JSON ({:?})", error.classify()));
        Error::Undecodable { body: RawBody(body), source }
    })
}
