//! Subscriptions and their rules.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use url::{Host, Url};
use uuid::Uuid;

use crate::journal::Violation;
use crate::refusal::Refusal;
use stand_in_kit::later;

/// The longest life of a subscription to call records.
const MAX_LIFETIME_MINUTES: i64 = 4_230;
/// Shorter lives are raised to this.
const MIN_LIFETIME: Duration = Duration::from_mins(45);
/// Subscriptions to call records per organisation.
const QUOTA: usize = 100;
const MAX_CLIENT_STATE_LENGTH: usize = 128;
/// Beyond this life, Teams resources require a lifecycle URL.
const NEEDS_LIFECYCLE_URL: SignedDuration = SignedDuration::from_hours(1);
/// Renewing and reauthorizing within this time is documented to corrupt the subscription.
const APART: SignedDuration = SignedDuration::from_mins(10);
/// What a request to create may say (CSDL; what only encrypted resource data needs is left out).
const WRITABLE: [&str; 8] = [
    "changeType",
    "clientState",
    "expirationDateTime",
    "includeResourceData",
    "latestSupportedTlsVersion",
    "lifecycleNotificationUrl",
    "notificationUrl",
    "resource",
];

#[derive(Clone, Debug)]
pub struct Subscription {
    pub id: String,
    /// The resource, as it was sent.
    pub resource: String,
    /// The change types, as they were sent.
    pub change_type: String,
    /// The client state, which comes back with each notification.
    pub client_state: Option<String>,
    pub notification_url: String,
    pub lifecycle_notification_url: Option<String>,
    pub expires_at: Timestamp,
    tls: String,
    /// Participants that the resource filters by; none means all records.
    participants: Vec<String>,
    /// Call records that this subscription was notified of.
    seen: HashSet<String>,
    renewed_at: Option<Timestamp>,
    reauthorized_at: Option<Timestamp>,
}

impl Subscription {
    /// Reads and checks the body of a request to create.
    pub(crate) fn requested(body: &Value, now: Timestamp) -> Result<Self, Refusal> {
        let body = object(body)?;
        if let Some(name) = body.keys().find(|name| !is_writable(name)) {
            let message = format!("The property '{name}' does not exist or cannot be set here.");
            return Err(Refusal::bad_request(message));
        }
        let change_type = required(body, "changeType")?;
        if !change_type.split(',').all(|kind| matches!(kind.trim(), "created" | "updated")) {
            let message = format!("changeType '{change_type}' is not supported for call records.");
            return Err(Refusal::bad_request(message));
        }
        let resource = required(body, "resource")?;
        let participants = filtered_participants(resource)?;
        let notification_url = endpoint(required(body, "notificationUrl")?)?;
        let expires_at = expiry(required(body, "expirationDateTime")?, now)?;
        let lifecycle_notification_url =
            text(body, "lifecycleNotificationUrl")?.map(endpoint).transpose()?;
        if lifecycle_notification_url.is_none()
            && now.duration_until(expires_at) > NEEDS_LIFECYCLE_URL
        {
            return Err(Refusal::bad_request(
                "lifecycleNotificationUrl is required when expirationDateTime is more than 1 hour \
                 from now.",
            ));
        }
        let client_state = text(body, "clientState")?.map(str::to_owned);
        if client_state
            .as_ref()
            .is_some_and(|state| state.chars().count() > MAX_CLIENT_STATE_LENGTH)
        {
            return Err(Refusal::bad_request(
                "clientState must not be longer than 128 characters.",
            ));
        }
        if body.get("includeResourceData") == Some(&Value::Bool(true)) {
            return Err(Refusal::bad_request("Call records do not support resource data."));
        }
        let tls = text(body, "latestSupportedTlsVersion")?.unwrap_or("v1_2");
        if !matches!(tls, "v1_0" | "v1_1" | "v1_2" | "v1_3") {
            return Err(Refusal::bad_request("latestSupportedTlsVersion is not valid."));
        }
        Ok(Self {
            id: Uuid::new_v4().to_string(),
            resource: resource.to_owned(),
            change_type: change_type.to_owned(),
            client_state,
            notification_url,
            lifecycle_notification_url,
            expires_at,
            tls: tls.to_owned(),
            participants,
            seen: HashSet::new(),
            renewed_at: None,
            reauthorized_at: None,
        })
    }

    /// The subscription as an entity; lists do not show the client state.
    pub(crate) fn entity(
        &self,
        application_id: &str,
        shows_client_state: bool,
    ) -> Map<String, Value> {
        let entity = json!({
            "id": self.id,
            "resource": self.resource,
            "applicationId": application_id,
            "changeType": self.change_type,
            "clientState": self.client_state.as_ref().filter(|_| shows_client_state),
            "notificationUrl": self.notification_url,
            "notificationQueryOptions": null,
            "lifecycleNotificationUrl": self.lifecycle_notification_url,
            "expirationDateTime": self.expires_at.strftime("%Y-%m-%dT%H:%M:%S%.7fZ").to_string(),
            "creatorId": application_id,
            "includeResourceData": null,
            "latestSupportedTlsVersion": self.tls,
            "encryptionCertificate": null,
            "encryptionCertificateId": null,
            "notificationUrlAppId": null,
        });
        match entity {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// The change types that a change of the record means to this subscription.
    ///
    /// `created` is the first sight of a record, `updated` is that and every later change.
    pub(crate) fn changes(
        &mut self,
        record_id: &str,
        participants: &[String],
    ) -> Vec<&'static str> {
        let concerns = self.participants.is_empty()
            || self.participants.iter().any(|wanted| participants.contains(wanted));
        if !concerns {
            return Vec::new();
        }
        let first = self.seen.insert(record_id.to_owned());
        let wants = |kind| self.change_type.split(',').any(|wanted| wanted.trim() == kind);
        let created = (first && wants("created")).then_some("created");
        created.into_iter().chain(wants("updated").then_some("updated")).collect()
    }
}

/// A change that a PATCH asks for.
#[derive(Debug, Default)]
pub(crate) struct Patch {
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) notification_url: Option<String>,
}

impl Patch {
    pub(crate) fn requested(body: &Value, now: Timestamp) -> Result<Self, Refusal> {
        let body = object(body)?;
        let changeable = ["expirationDateTime", "notificationUrl"];
        if let Some(name) = body.keys().find(|name| !changeable.contains(&name.as_str())) {
            return Err(Refusal::bad_request(format!("The property '{name}' cannot be changed.")));
        }
        let expires_at = text(body, "expirationDateTime")?.map(|at| expiry(at, now)).transpose()?;
        let notification_url = text(body, "notificationUrl")?.map(endpoint).transpose()?;
        if expires_at.is_none() && notification_url.is_none() {
            return Err(Refusal::bad_request("The request changes nothing."));
        }
        Ok(Self { expires_at, notification_url })
    }
}

#[derive(Debug, Default)]
pub(crate) struct Subscriptions(BTreeMap<String, Subscription>);

impl Subscriptions {
    /// Those that have not expired; the others are forgotten here.
    pub(crate) fn live(&mut self, now: Timestamp) -> &mut BTreeMap<String, Subscription> {
        self.0.retain(|_, subscription| now < subscription.expires_at);
        &mut self.0
    }

    pub(crate) fn find(&mut self, id: &str, now: Timestamp) -> Result<&mut Subscription, Refusal> {
        self.live(now).get_mut(id).ok_or_else(no_such_subscription)
    }

    /// Whether the subscription may be added: no other of the same kind, and the quota not full.
    pub(crate) fn check(&mut self, new: &Subscription, now: Timestamp) -> Result<(), Refusal> {
        let live = self.live(now);
        let same = live
            .values()
            .find(|known| known.change_type == new.change_type && known.resource == new.resource);
        if let Some(known) = same {
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "ObjectIdentifierInUse",
                format!(
                    "Subscription Id {} already exists for the requested combination",
                    known.id
                ),
            ));
        }
        if live.len() >= QUOTA {
            return Err(extension_error(
                StatusCode::FORBIDDEN,
                "Operation: Create; Exception: [Status Code: Forbidden; Reason: Number of \
                 subscriptions on item has exceeded limit]",
            ));
        }
        Ok(())
    }

    pub(crate) fn add(&mut self, new: Subscription) {
        self.0.insert(new.id.clone(), new);
    }

    pub(crate) fn remove(&mut self, id: &str, now: Timestamp) -> Result<Subscription, Refusal> {
        self.live(now).remove(id).ok_or_else(no_such_subscription)
    }

    pub(crate) fn patch(
        &mut self,
        id: &str,
        patch: Patch,
        now: Timestamp,
    ) -> Result<(&Subscription, Option<Violation>), Refusal> {
        let subscription = self.find(id, now)?;
        if let Some(expires_at) = patch.expires_at {
            subscription.expires_at = expires_at;
            subscription.renewed_at = Some(now);
        }
        if let Some(url) = patch.notification_url {
            subscription.notification_url = url;
        }
        let violation = subscription.violation(now);
        Ok((subscription, violation))
    }

    pub(crate) fn reauthorize(
        &mut self,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Violation>, Refusal> {
        let subscription = self.find(id, now)?;
        subscription.reauthorized_at = Some(now);
        Ok(subscription.violation(now))
    }
}

impl Subscription {
    /// Whether the newest of both, which is now, came too soon after the other.
    fn violation(&self, now: Timestamp) -> Option<Violation> {
        let recent = |at: Option<Timestamp>| at.is_some_and(|at| at.duration_until(now) < APART);
        (recent(self.renewed_at) && recent(self.reauthorized_at))
            .then(|| Violation::RenewedAndReauthorized { subscription_id: self.id.clone() })
    }
}

fn no_such_subscription() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "ResourceNotFound", "The object was not found.")
}

pub(crate) fn extension_error(status: StatusCode, message: &str) -> Refusal {
    Refusal::new(status, "ExtensionError", message)
}

fn is_writable(name: &str) -> bool {
    WRITABLE.contains(&name) || name.contains("@odata.")
}

fn object(body: &Value) -> Result<&Map<String, Value>, Refusal> {
    body.as_object().ok_or_else(|| Refusal::bad_request("The body must be a JSON object."))
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::bad_request(format!("The property '{name}' must be a string."))),
    }
}

fn required<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    text(body, name)?
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Refusal::bad_request(format!("The property '{name}' is required.")))
}

/// HTTPS, or plain HTTP to this very machine: the service is for laptops.
fn endpoint(url: &str) -> Result<String, Refusal> {
    let refused = || Refusal::bad_request("Notification URLs must be valid HTTPS addresses.");
    let parsed = Url::parse(url).map_err(|_| refused())?;
    let is_loopback = match parsed.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match parsed.scheme() {
        "https" => Ok(url.to_owned()),
        "http" if is_loopback => Ok(url.to_owned()),
        _ => Err(refused()),
    }
}

fn expiry(at: &str, now: Timestamp) -> Result<Timestamp, Refusal> {
    let at: Timestamp = at
        .parse()
        .map_err(|_| Refusal::bad_request("expirationDateTime is not a date and time."))?;
    let life = now.duration_until(at);
    if life > SignedDuration::from_mins(MAX_LIFETIME_MINUTES) {
        let message = format!(
            "Subscription expiration can only be {MAX_LIFETIME_MINUTES} minutes in the future."
        );
        return Err(extension_error(StatusCode::BAD_REQUEST, &message));
    }
    if life <= SignedDuration::ZERO {
        return Err(Refusal::bad_request("expirationDateTime must be in the future."));
    }
    Ok(at.max(later(now, MIN_LIFETIME)))
}

/// The participants of `communications/callRecords[?$filter=participants/any(…)]`.
fn filtered_participants(resource: &str) -> Result<Vec<String>, Refusal> {
    let unsupported = || Refusal::bad_request(format!("Resource '{resource}' is not supported."));
    let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
    if path.strip_prefix('/').unwrap_or(path) != "communications/callRecords" {
        return Err(unsupported());
    }
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let filter = query.strip_prefix("$filter=participants/any(").ok_or_else(unsupported)?;
    let ids: Vec<_> = filter.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
    if ids.is_empty() { Err(unsupported()) } else { Ok(ids) }
}
