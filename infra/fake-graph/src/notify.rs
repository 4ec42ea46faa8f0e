//! From a change of a record to the notifications that it causes.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::health::Judgement;
use crate::outbox::{Delivery, Parcel};
use crate::refusal::Refusal;
use crate::service::{Service, State};
use crate::state::RecordState;
use crate::subscriptions::Subscription;
use stand_in_kit::later;

/// What happened to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Its token or its own life ends soon.
    ReauthorizationRequired,
    SubscriptionRemoved,
    /// Notifications were lost. Documented for Outlook only.
    Missed,
    /// An event that is to be introduced in the future.
    Other(String),
}

impl Lifecycle {
    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::ReauthorizationRequired => "reauthorizationRequired",
            Self::SubscriptionRemoved => "subscriptionRemoved",
            Self::Missed => "missed",
            Self::Other(name) => name,
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Self {
        [Self::ReauthorizationRequired, Self::SubscriptionRemoved, Self::Missed]
            .into_iter()
            .find(|event| event.name() == name)
            .unwrap_or_else(|| Self::Other(name.to_owned()))
    }
}

impl Service {
    /// Stores the state and notifies the subscribers.
    pub(crate) fn publish(&self, record: RecordState) {
        let now = self.now();
        let id = record.id.clone();
        {
            let mut state = self.lock();
            state.load(record, now, self.retention);
            state.put_notifications(&id, now, &self.delivery);
        }
        self.outbox_filled.notify_one();
    }

    /// Notifies the subscribers of a change and returns the number of notifications.
    pub(crate) fn notify(&self, id: &str) -> usize {
        let now = self.now();
        let count = self.lock().put_notifications(id, now, &self.delivery);
        self.outbox_filled.notify_one();
        count
    }

    /// Sends a lifecycle notification to the subscription's lifecycle URL.
    pub(crate) fn send_lifecycle(&self, id: &str, event: &Lifecycle) -> Result<(), Refusal> {
        let now = self.now();
        {
            let mut state = self.lock();
            let tenant_id = state.login.tenant_id.clone();
            let subscription = state.subscriptions.find(id, now)?;
            let url = subscription.lifecycle_notification_url.clone().ok_or_else(|| {
                Refusal::bad_request("The subscription has no lifecycleNotificationUrl.")
            })?;
            let notification = json!({
                "subscriptionId": subscription.id,
                "subscriptionExpirationDateTime": expiration(subscription),
                "tenantId": tenant_id,
                "clientState": subscription.client_state,
                "lifecycleEvent": event.name(),
            });
            state.journal.counters.lifecycle_notifications += 1;
            state.outbox.put(now, Parcel::new(url, notification));
        }
        self.outbox_filled.notify_one();
        Ok(())
    }

    /// Makes the planned changes whose time has come.
    pub(crate) fn keep_agenda(&self, now: Timestamp) {
        loop {
            let due = self.lock().agenda.take(now);
            let Some(record) = due else { return };
            self.publish(record);
        }
    }
}

impl State {
    /// Loads the next state of a record; it may be hidden at first, at random.
    pub(crate) fn load(
        &mut self,
        record: RecordState,
        now: Timestamp,
        retention: Option<Duration>,
    ) {
        let answers = &self.faults.random.answers;
        let (late_records, late_reads) = (answers.late_records, answers.late_reads);
        let is_late = !self.records.0.contains_key(&record.id) && self.faults.happens(late_records);
        let entry = self.records.load(record, now, retention);
        if is_late {
            entry.missed_reads += late_reads;
        }
    }

    fn put_notifications(&mut self, id: &str, now: Timestamp, rules: &Delivery) -> usize {
        let newest = self.records.0.get(id).and_then(|entry| entry.newest().cloned());
        let participants = newest.as_ref().map_or(&[][..], |state| &state.participant_ids);
        let mut notifications = Vec::new();
        for subscription in self.subscriptions.live(now).values_mut() {
            for change_type in subscription.changes(id, participants) {
                let notification = change(subscription, change_type, id, &self.login.tenant_id);
                notifications.push((subscription.notification_url.clone(), notification));
            }
        }
        let count = notifications.len();
        for (url, notification) in notifications {
            self.send(url, notification, now, rules);
        }
        count
    }

    /// Puts a change notification into the outbox, through the faults.
    fn send(&mut self, url: String, notification: Value, now: Timestamp, rules: &Delivery) {
        let faults = self.faults.random.notifications.clone();
        let counters = &mut self.journal.counters;
        counters.notifications += 1;
        if self.faults.happens(faults.dropped) {
            counters.dropped += 1;
            return;
        }
        let mut due = later(now, rules.gather_for);
        if rules.punishes_slowness {
            match self.health.judge(&url, now) {
                Judgement::Send => {}
                Judgement::Delay(by) => due = later(due, by),
                Judgement::Drop => {
                    counters.lost_to_slowness += 1;
                    return;
                }
            }
        }
        if self.faults.happens(faults.held_back) {
            counters.held_back += 1;
            due = later(due, faults.held_back_for.mul_f64(self.faults.rng.f64()));
        }
        if self.faults.happens(faults.duplicated) {
            counters.duplicated += 1;
            let repeated_at = later(due, faults.held_back_for.mul_f64(self.faults.rng.f64()));
            self.outbox.put(repeated_at, Parcel::new(url.clone(), notification.clone()));
        }
        self.outbox.put(due, Parcel::new(url, notification));
    }
}

fn change(subscription: &Subscription, change_type: &str, id: &str, tenant_id: &str) -> Value {
    // No slash in front, and this casing of the type: so the documents show it.
    let resource = format!("communications/callRecords/{id}");
    json!({
        "subscriptionId": subscription.id,
        "clientState": subscription.client_state,
        "changeType": change_type,
        "resource": resource,
        "subscriptionExpirationDateTime": expiration(subscription),
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.callRecord",
            "@odata.id": resource,
            "id": id,
        },
        "tenantId": tenant_id,
    })
}

fn expiration(subscription: &Subscription) -> String {
    subscription.expires_at.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
}
