//! What is known of the subscription from one run to the next, and how a run changes it.

use call_table::SubscriptionState;
use jiff::Timestamp;
use lambda_kit::ClientStates;
use msgraph::Subscription;
use secrecy::ExposeSecret;

use crate::fingerprint::Fingerprint;
use crate::gap::{Gap, History, OpenGap};
use crate::plan::{Actual, KnownSubscription};

/// The state item, and beside it what only this run needs to know.
#[derive(Debug, Default)]
pub(crate) struct TrackedSubscription {
    state: SubscriptionState,
    open: Option<OpenGap>,
    closed: Option<Gap>,
    live_until: Option<Timestamp>,
}

impl TrackedSubscription {
    pub(crate) fn new(state: SubscriptionState, now: Timestamp) -> Self {
        let live_until = state.expires_at.filter(|at| *at > now);
        Self { state, live_until, ..Self::default() }
    }

    pub(crate) fn state(&self) -> &SubscriptionState {
        &self.state
    }

    /// The gap that came to its end in this run.
    pub(crate) fn gap(&self) -> Option<Gap> {
        self.closed
    }

    pub(crate) fn known(&self) -> Option<KnownSubscription> {
        Some(KnownSubscription {
            id: self.state.id.clone()?,
            fingerprint: self.state.client_state_fingerprint.clone().map(Fingerprint::stored),
            renewed_at: self.state.renewed_at,
        })
    }

    pub(crate) fn history(&self, client_states: &ClientStates) -> History {
        let accepted = client_states.all().iter();
        History {
            confirmed_at: self.state.confirmed_at,
            expires_at: self.state.expires_at,
            accepted: accepted.map(|it| Fingerprint::of(it.expose_secret())).collect(),
        }
    }

    /// Minutes until the subscription expires; none when there is no subscription.
    pub(crate) fn minutes_left(&self, now: Timestamp) -> i64 {
        self.live_until.map_or(0, |at| now.duration_until(at).as_mins().max(0))
    }

    /// Takes Graph's list into account, unless it lags: it leaves out a subscription that Graph says
    /// exists.
    pub(crate) fn observe(&mut self, actual: &Actual, now: Timestamp) {
        if actual.conflicting_id.is_none() {
            self.live_until = self.ours(actual, now).map(|ours| ours.expires_at);
        }
    }

    pub(crate) fn created(&mut self, created: &Subscription, state: &Fingerprint, now: Timestamp) {
        self.renewed(created, now);
        self.state.id = Some(created.id.clone());
        self.state.client_state_fingerprint = Some(state.as_str().to_owned());
        self.close_gap(now);
        self.state.confirmed_at = Some(now);
    }

    pub(crate) fn renewed(&mut self, renewed: &Subscription, now: Timestamp) {
        self.live_until = Some(renewed.expires_at);
        self.state.renewed_at = Some(now);
        self.copy_terms(renewed);
    }

    pub(crate) fn gone(&mut self) {
        self.live_until = None;
    }

    /// All is as it should be.
    pub(crate) fn confirm(&mut self, actual: &Actual, now: Timestamp) {
        if let Some(ours) = self.ours(actual, now) {
            self.copy_terms(ours);
        }
        self.live_until = self.state.expires_at;
        self.state.confirmed_at = Some(now);
    }

    /// Nothing is wanted any more, and nothing is there.
    pub(crate) fn removed(&mut self) {
        let state = SubscriptionState {
            unsubscribed_at: self.state.unsubscribed_at,
            ..SubscriptionState::default()
        };
        *self = Self { state, ..Self::default() };
    }

    /// Whether the stack was deleted, so that no run may subscribe again.
    pub(crate) fn is_unsubscribed(&self) -> bool {
        self.state.unsubscribed_at.is_some()
    }

    pub(crate) fn failed(&mut self, sentence: &str, now: Timestamp) {
        self.state.last_error = Some(sentence.to_owned());
        self.state.last_error_at = Some(now);
    }

    pub(crate) fn succeeded(&mut self) {
        self.state.last_error = None;
        self.state.last_error_at = None;
    }

    pub(crate) fn checked(&mut self, now: Timestamp) {
        self.state.checked_at = Some(now);
    }

    /// The first plan that shows a gap determines when it began.
    pub(crate) fn open_gap(&mut self, open: Option<OpenGap>) {
        if let (None, Some(open)) = (self.open, open) {
            self.open = Some(open);
            // Should this run end too early, the next one knows where the gap began.
            self.state.confirmed_at = Some(open.from);
        }
    }

    pub(crate) fn close_gap(&mut self, now: Timestamp) {
        if let Some(open) = self.open.take() {
            self.state.confirmed_at = Some(now);
            self.record_gap(open.close_at(now));
        }
    }

    pub(crate) fn record_gap(&mut self, gap: Gap) {
        let gap = self.closed.map_or(gap, |earlier| earlier.and(gap));
        self.state.last_gap_from = Some(gap.from);
        self.state.last_gap_to = Some(gap.to);
        self.state.last_gap_reason = Some(gap.reason.as_str().to_owned());
        self.closed = Some(gap);
    }

    fn copy_terms(&mut self, subscription: &Subscription) {
        self.state.expires_at = Some(subscription.expires_at);
        self.state.notification_url = Some(subscription.notification_url.clone());
        self.state.lifecycle_notification_url = subscription.lifecycle_notification_url.clone();
    }

    fn ours<'a>(&self, actual: &'a Actual, now: Timestamp) -> Option<&'a Subscription> {
        let id = self.state.id.as_ref()?;
        actual.found.iter().find(|it| it.id.eq_ignore_ascii_case(id) && it.expires_at > now)
    }
}
