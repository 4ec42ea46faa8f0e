//! What is known of the subscription from one run to the next, and how a run changes it.

use call_table::SubscriptionState;
use jiff::Timestamp;
use lambda_kit::Secret;
use msgraph::Subscription;
use secrecy::ExposeSecret;

use crate::fingerprint::Fingerprint;
use crate::gap::{Gap, OpenGap, Past};
use crate::plan::{Actual, Remembered};

/// The state item, and beside it what only this run needs to know.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    state: SubscriptionState,
    open: Option<OpenGap>,
    closed: Option<Gap>,
    alive_until: Option<Timestamp>,
}

impl Memory {
    pub(crate) fn new(state: SubscriptionState, now: Timestamp) -> Self {
        let alive_until = state.expires_at.filter(|at| *at > now);
        Self { state, alive_until, ..Self::default() }
    }

    pub(crate) fn state(&self) -> &SubscriptionState {
        &self.state
    }

    /// The gap that came to its end in this run.
    pub(crate) fn gap(&self) -> Option<Gap> {
        self.closed
    }

    pub(crate) fn remembered(&self) -> Option<Remembered> {
        Some(Remembered {
            id: self.state.id.clone()?,
            fingerprint: self.state.client_state_fingerprint.clone().map(Fingerprint::stored),
            renewed_at: self.state.renewed_at,
        })
    }

    pub(crate) fn past(&self, secret: &Secret) -> Past {
        let accepted = secret.client_states().iter();
        Past {
            confirmed_at: self.state.confirmed_at,
            expires_at: self.state.expires_at,
            accepted: accepted.map(|it| Fingerprint::of(it.expose_secret())).collect(),
        }
    }

    /// Minutes until the subscription expires; none when there is no subscription.
    pub(crate) fn minutes_left(&self, now: Timestamp) -> i64 {
        self.alive_until.map_or(0, |at| now.duration_until(at).as_mins().max(0))
    }

    /// A look at Graph's list, which may be behind while it leaves out one that Graph says is there.
    pub(crate) fn saw(&mut self, actual: &Actual, now: Timestamp) {
        if actual.in_the_way.is_none() {
            self.alive_until = self.ours(actual, now).map(|ours| ours.expires_at);
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
        self.alive_until = Some(renewed.expires_at);
        self.state.renewed_at = Some(now);
        self.describe(renewed);
    }

    pub(crate) fn gone(&mut self) {
        self.alive_until = None;
    }

    /// All is as it should be.
    pub(crate) fn confirmed(&mut self, actual: &Actual, now: Timestamp) {
        if let Some(ours) = self.ours(actual, now) {
            self.describe(ours);
        }
        self.alive_until = self.state.expires_at;
        self.state.confirmed_at = Some(now);
    }

    /// Nothing is wanted any more, and nothing is there.
    pub(crate) fn removed(&mut self) {
        *self = Self::default();
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

    /// The first look that shows a gap says when it began.
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
            self.note_gap(open.until(now));
        }
    }

    pub(crate) fn note_gap(&mut self, gap: Gap) {
        let gap = self.closed.map_or(gap, |earlier| earlier.and(gap));
        self.state.last_gap_from = Some(gap.from);
        self.state.last_gap_to = Some(gap.to);
        self.state.last_gap_reason = Some(gap.reason.as_str().to_owned());
        self.closed = Some(gap);
    }

    fn describe(&mut self, subscription: &Subscription) {
        self.state.expires_at = Some(subscription.expires_at);
        self.state.notification_url = Some(subscription.notification_url.clone());
        self.state.lifecycle_notification_url = subscription.lifecycle_notification_url.clone();
    }

    fn ours<'a>(&self, actual: &'a Actual, now: Timestamp) -> Option<&'a Subscription> {
        let id = self.state.id.as_ref()?;
        actual.found.iter().find(|it| it.id.eq_ignore_ascii_case(id) && it.expires_at > now)
    }
}
