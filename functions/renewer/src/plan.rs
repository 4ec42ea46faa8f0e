//! The plan: the actions after which exactly one subscription is healthy. No I/O and no clock.

use jiff::{SignedDuration, Timestamp};
use msgraph::{CHANGE_TYPE, Subscription};
use url::Url;

use crate::fingerprint::Fingerprint;

#[cfg(test)]
mod tests;

/// The life to ask for. Graph's maximum for call records is 4,230 minutes, but elsewhere its true
/// limit was found to be some minutes below the documented one.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(4_200);

/// A subscription with less than this left is renewed: half its life, which leaves a day and a
/// half to fix whatever prevents the renewal.
pub const RENEW_BELOW: SignedDuration = SignedDuration::from_mins(2_100);

/// Requests to reauthorize come in bursts, and Graph forbids to renew and to reauthorize one
/// subscription within this time. We only ever renew, and once in this time is enough.
pub const MIN_RENEWAL_INTERVAL: SignedDuration = SignedDuration::from_mins(10);

/// With less than this left (two runs of an hourly schedule) nothing speaks against renewing.
pub const EXPIRY_NEAR: SignedDuration = SignedDuration::from_hours(2);

/// The one subscription that there should be.
#[derive(Clone, Debug)]
pub struct Desired {
    /// Where change notifications go.
    pub notification_url: Url,
    /// Where lifecycle notifications go.
    pub lifecycle_notification_url: Url,
    /// Of the client state that a new subscription gets: the first in the secret.
    pub fingerprint: Fingerprint,
}

/// What was stored when we created or renewed the subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSubscription {
    /// Graph's id of the subscription.
    pub id: String,
    /// Of the client state that the subscription was made with, if that is known.
    pub fingerprint: Option<Fingerprint>,
    /// When we last made or renewed it.
    pub renewed_at: Option<Timestamp>,
}

/// What there is.
#[derive(Clone, Debug, Default)]
pub struct Actual {
    /// All subscriptions that Graph lists for our application.
    pub found: Vec<Subscription>,
    /// What we know of the subscription that we made.
    pub known: Option<KnownSubscription>,
    /// Ids that Graph asked us to reauthorize.
    pub reauthorize: Vec<String>,
    /// The id that Graph named when it refused to create another one like it (409), when the list
    /// does not show it.
    pub conflicting_id: Option<String>,
}

/// One step of a plan. After the steps, everything is listed and planned anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make the subscription, with [`LIFETIME`] to live.
    Create,
    /// Set the expiry to [`LIFETIME`] from now. This also reauthorizes.
    Renew {
        /// Which.
        id: String,
    },
    /// Send its notifications to our URL. The expiry stays, so a renewal may follow.
    ChangeUrl {
        /// Which.
        id: String,
    },
    /// Delete it.
    Delete {
        /// Which.
        id: String,
        /// Why it cannot stay.
        why: DeleteReason,
    },
}

/// Why a subscription cannot stay. None of these can be changed by a PATCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeleteReason {
    /// It was made with a client state that is no longer the first of the secret.
    ClientStateRotated,
    /// It was not recorded which client state it was created with.
    ClientStateUnknown,
    /// Lifecycle notifications go nowhere, or elsewhere.
    LifecycleUrl,
    /// It announces other changes than those we need.
    ChangeType,
    /// It is not ours, but Graph allows only one like it for one application.
    Conflict,
    /// A better one of ours is there.
    Surplus,
}

impl std::fmt::Display for DeleteReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ClientStateRotated => "the client state was rotated",
            Self::ClientStateUnknown => "its client state is unknown",
            Self::LifecycleUrl => "its lifecycle notification URL is missing or not ours",
            Self::ChangeType => "its change type is not \"updated\"",
            Self::Conflict => "it is another's in the place of ours",
            Self::Surplus => "another of ours is better",
        })
    }
}

/// What to do, in order. An empty plan means that exactly one subscription is healthy.
///
/// Ours are those that notify our URL and the one that we remember, whatever has become of it.
/// One that is not ours is touched in one case only: it is for the same resource and change type
/// and ours is missing. Graph refuses a second one for one application, so the choice is between
/// replacing it and having none.
///
/// Replacing deletes first only where Graph would refuse to create otherwise: until the new one is
/// made, even a wrong one serves better than none.
pub fn plan(desired: &Desired, actual: &Actual, now: Timestamp) -> Vec<Action> {
    let alive = || {
        actual.found.iter().filter(|found| found.is_for_call_records() && found.expires_at > now)
    };
    let ours: Vec<&Subscription> =
        alive().filter(|found| is_ours(desired, actual, found)).collect();

    // Only the subscription that we created can stay: the client state of others is unknown.
    if let Some(best) = ours.iter().find(|found| fault(desired, actual, found).is_none()) {
        let mut actions = Vec::new();
        if !has_url(desired, best) {
            actions.push(Action::ChangeUrl { id: best.id.clone() });
        } else if must_renew(actual, best, now) {
            actions.push(Action::Renew { id: best.id.clone() });
        }
        actions.extend(ours.iter().filter(|found| found.id != best.id).map(|found| {
            delete(&found.id, fault(desired, actual, found).unwrap_or(DeleteReason::Surplus))
        }));
        return actions;
    }

    let conflicting_id =
        actual.conflicting_id.as_deref().filter(|id| !alive().any(|found| found.id == *id));
    if let Some(id) = conflicting_id
        && let Some(known) = known(actual, id)
        && known.fingerprint.as_ref() == Some(&desired.fingerprint)
    {
        // Graph says that ours exists, only its list is behind.
        let confirm = is_within_renewal_interval(known.renewed_at, now);
        return if confirm { vec![] } else { vec![Action::Renew { id: id.to_owned() }] };
    }

    let (mut first, mut last) = (Vec::new(), Vec::new());
    for found in alive() {
        let why = match fault(desired, actual, found) {
            Some(why) if is_ours(desired, actual, found) => why,
            _ if is_change_type(&found.change_type) => DeleteReason::Conflict,
            _ => continue,
        };
        let when = if is_change_type(&found.change_type) { &mut first } else { &mut last };
        when.push(delete(&found.id, why));
    }
    first.extend(conflicting_id.map(|id| delete(id, DeleteReason::Conflict)));
    first.push(Action::Create);
    first.append(&mut last);
    first
}

/// What is to be deleted when nothing is wanted any more: those that notify our URL and the one
/// that we remember.
pub fn plan_none(desired: &Desired, actual: &Actual, now: Timestamp) -> Vec<Action> {
    actual
        .found
        .iter()
        .filter(|found| found.is_for_call_records() && found.expires_at > now)
        .filter(|found| is_ours(desired, actual, found))
        .map(|found| delete(&found.id, DeleteReason::Surplus))
        .collect()
}

fn is_change_type(change_type: &str) -> bool {
    change_type.trim().eq_ignore_ascii_case(CHANGE_TYPE)
}

fn is_ours(desired: &Desired, actual: &Actual, found: &Subscription) -> bool {
    has_url(desired, found) || known(actual, &found.id).is_some()
}

/// Whether a subscription's notifications come to us.
pub fn has_url(desired: &Desired, found: &Subscription) -> bool {
    is_url(&found.notification_url, &desired.notification_url)
}

/// URLs are compared parsed: the case of a host name and a default port mean nothing.
fn is_url(text: &str, url: &Url) -> bool {
    Url::parse(text.trim()).is_ok_and(|parsed| parsed == *url)
}

fn known<'a>(actual: &'a Actual, id: &str) -> Option<&'a KnownSubscription> {
    actual.known.as_ref().filter(|known| known.id.eq_ignore_ascii_case(id))
}

fn fault(desired: &Desired, actual: &Actual, found: &Subscription) -> Option<DeleteReason> {
    if !is_change_type(&found.change_type) {
        return Some(DeleteReason::ChangeType);
    }
    let lifecycle = found.lifecycle_notification_url.as_deref().unwrap_or_default();
    if !is_url(lifecycle, &desired.lifecycle_notification_url) {
        return Some(DeleteReason::LifecycleUrl);
    }
    match known(actual, &found.id).and_then(|known| known.fingerprint.as_ref()) {
        None => Some(DeleteReason::ClientStateUnknown),
        Some(fingerprint) if *fingerprint != desired.fingerprint => {
            Some(DeleteReason::ClientStateRotated)
        }
        Some(_) => None,
    }
}

fn must_renew(actual: &Actual, found: &Subscription, now: Timestamp) -> bool {
    let left = now.duration_until(found.expires_at);
    let asked = actual.reauthorize.iter().any(|id| id.eq_ignore_ascii_case(&found.id));
    let renewed_at = known(actual, &found.id).and_then(|known| known.renewed_at);
    (asked || left < RENEW_BELOW)
        && (!is_within_renewal_interval(renewed_at, now) || left < EXPIRY_NEAR)
}

fn is_within_renewal_interval(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.map(|at| at.duration_until(now))
        .is_some_and(|ago| !ago.is_negative() && ago < MIN_RENEWAL_INTERVAL)
}

fn delete(id: &str, why: DeleteReason) -> Action {
    Action::Delete { id: id.to_owned(), why }
}
