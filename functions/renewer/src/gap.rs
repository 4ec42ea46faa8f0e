//! Times in which notifications may have been lost, so that the records of these times can be
//! listed and compared.

use call_queue::{LifecycleEvent, LifecycleMessage};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use words::words;

use crate::fingerprint::Fingerprint;
use crate::plan::{Action, Actual, DeleteReason, Desired, has_url};

#[cfg(test)]
mod tests;

/// Graph tries a notification again for this long, so what it reports as missed may be that old.
pub const RETRY_WINDOW: SignedDuration = SignedDuration::from_hours(4);

/// A time in which notifications may have been lost.
///
/// It is about notifications, not about calls: a record is announced up to 150 minutes after its
/// call, so a list of calls by their start must begin further back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The last moment at which the subscription was known to be healthy.
    pub from: Timestamp,
    /// The moment since when it is healthy again.
    pub to: Timestamp,
    /// What happened.
    pub reason: GapReason,
}

words! { closed
    /// What happened to the notifications. The order says which reason explains more.
    pub GapReason {
        /// The subscription was gone before its expiry.
        SubscriptionMissing = "subscription_missing",
        /// The subscription had expired.
        SubscriptionExpired = "subscription_expired",
        /// The subscription had to be deleted and created anew.
        SubscriptionReplaced = "subscription_replaced",
        /// Notifications went to another URL.
        NotificationUrlChanged = "notification_url_changed",
        /// Graph said that it had removed the subscription.
        SubscriptionRemoved = "subscription_removed",
        /// Graph said that it had lost notifications.
        NotificationsMissed = "notifications_missed",
        /// Graph sent a lifecycle event that is not known here.
        UnknownLifecycleEvent = "unknown_lifecycle_event",
    }
}

/// A gap that has not ended yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenGap {
    /// As [`Gap::from`].
    pub from: Timestamp,
    /// As [`Gap::reason`].
    pub reason: GapReason,
}

/// What is known of earlier times, beside what the plan needs of them.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// When exactly one healthy subscription was last confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// When the subscription that we remember was to expire.
    pub expires_at: Option<Timestamp>,
    /// Of the client states that the webhook accepts.
    pub accepted: Vec<Fingerprint>,
}

impl Gap {
    /// One gap that covers both, with the reason that says more.
    pub fn and(self, other: Self) -> Self {
        Self {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
            reason: self.reason.min(other.reason),
        }
    }

    /// Its length in minutes begun, at least one: a gap of no length would not be noticed.
    pub fn minutes(&self) -> i64 {
        let seconds = self.from.duration_until(self.to).as_secs();
        (seconds / 60 + i64::from(seconds % 60 > 0)).max(1)
    }
}

impl OpenGap {
    /// The gap, closed at `to`.
    pub fn close_at(self, to: Timestamp) -> Gap {
        Gap { from: self.from.min(to), to, reason: self.reason }
    }

    /// One gap that covers both. What happened to the subscription itself says more than what
    /// Graph said about it.
    pub fn and(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), reason: self.reason.min(other.reason) }
    }
}

/// The gap that a plan shows, if any.
///
/// The first subscription ever closes no gap: what was before it is for the backfill of an empty
/// table.
pub fn from_plan(
    desired: &Desired,
    actual: &Actual,
    history: &History,
    actions: &[Action],
    now: Timestamp,
) -> Option<OpenGap> {
    let known = actual.known.as_ref();
    let last_healthy = history.confirmed_at.or(known.and_then(|it| it.renewed_at)).unwrap_or(now);
    let open = |reason| Some(OpenGap { from: last_healthy, reason });
    let found = |id: &str| actual.found.iter().find(|found| found.id.eq_ignore_ascii_case(id));

    if actions.iter().any(|action| matches!(action, Action::ChangeUrl { .. })) {
        return open(GapReason::NotificationUrlChanged);
    }
    if !actions.contains(&Action::Create) {
        return None;
    }
    let Some(known) = known else {
        let replaces = actions.iter().any(|action| matches!(action, Action::Delete { .. }));
        return if replaces { open(GapReason::SubscriptionReplaced) } else { None };
    };
    let replaced = actions.iter().find_map(|action| match action {
        Action::Delete { id, why } if id.eq_ignore_ascii_case(&known.id) => {
            Some((found(id)?, *why))
        }
        _ => None,
    });
    match replaced {
        Some((found, why)) => {
            let accepted =
                known.fingerprint.as_ref().is_some_and(|it| history.accepted.contains(it));
            let served =
                matches!(why, DeleteReason::ClientStateRotated | DeleteReason::LifecycleUrl)
                    && accepted
                    && has_url(desired, found);
            let from = if served { now } else { last_healthy };
            Some(OpenGap { from, reason: GapReason::SubscriptionReplaced })
        }
        None if history.expires_at.is_some_and(|at| at <= now) => {
            open(GapReason::SubscriptionExpired)
        }
        None => open(GapReason::SubscriptionMissing),
    }
}

/// The gap that Graph's lifecycle events report, if any. `confirmed_at` is as in [`History`].
pub fn from_messages(
    messages: &[LifecycleMessage],
    confirmed_at: Option<Timestamp>,
) -> Option<OpenGap> {
    messages
        .iter()
        .filter_map(|message| {
            let retried_since = message.received_at - RETRY_WINDOW;
            let (latest, reason) = match message.event {
                LifecycleEvent::ReauthorizationRequired => return None,
                LifecycleEvent::SubscriptionRemoved => {
                    (message.received_at, GapReason::SubscriptionRemoved)
                }
                LifecycleEvent::Missed => (retried_since, GapReason::NotificationsMissed),
                LifecycleEvent::Other(_) => (retried_since, GapReason::UnknownLifecycleEvent),
            };
            Some(OpenGap { from: confirmed_at.unwrap_or(retried_since).min(latest), reason })
        })
        .reduce(OpenGap::and)
}
