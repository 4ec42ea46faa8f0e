//! What a deployment needs, looked at step by step: each finding is one sentence that says what is
//! wrong and how to mend it.

mod graph;
mod webhook;

use jiff::Timestamp;
use msgraph::Graph;
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

/// Who is examined.
#[derive(Debug)]
pub struct Patient {
    /// The application's way to Graph.
    pub graph: Graph,
    /// The application.
    pub client_id: String,
    /// Where Graph is to send change notifications, if the webhook is to be looked at as well.
    pub notification_url: Option<Url>,
}

/// One thing that a deployment needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// This machine's clock against Graph's.
    Clock,
    /// The login service gives a token: tenant, application and secret are right.
    Token,
    /// The token's permission: what Graph says to it.
    Consent,
    /// Graph lists call records.
    List,
    /// There is a subscription to them.
    Subscription,
    /// It was made by this application and notifies this webhook.
    SubscriptionIsOurs,
    /// It is renewed in time.
    SubscriptionTimeLeft,
    /// The webhook answers Graph's handshake.
    Webhook,
}

impl Step {
    /// The step's name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Token => "token",
            Self::Consent => "consent",
            Self::List => "list",
            Self::Subscription => "subscription",
            Self::SubscriptionIsOurs => "subscription is ours",
            Self::SubscriptionTimeLeft => "subscription time left",
            Self::Webhook => "webhook",
        }
    }
}

/// What was found at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Something is to be mended.
    Wrong,
    /// Not looked at; the sentence says why.
    NotChecked,
}

/// One step with what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub step: Step,
    /// How it is.
    pub outcome: Outcome,
    /// What was found; where something is wrong, also how to mend it.
    pub sentence: String,
}

/// Every step's finding, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Nothing is wrong.
    pub healthy: bool,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Looks at everything, up to `deadline`. What depends on a step that failed is not looked at.
pub async fn examine(
    patient: &Patient,
    now: impl Fn() -> Timestamp,
    deadline: Instant,
) -> Diagnosis {
    let mut findings = graph::examine(patient, now, deadline).await;
    findings.push(match &patient.notification_url {
        None => Finding::not_checked(Step::Webhook, GIVE_THE_URL),
        Some(url) => webhook::examine(url).await,
    });
    let healthy = findings.iter().all(|finding| finding.outcome != Outcome::Wrong);
    Diagnosis { healthy, findings }
}

const GIVE_THE_URL: &str = "give --notification-url, the stack's output NotificationUrl";

impl Finding {
    fn ok(step: Step, sentence: impl Into<String>) -> Self {
        Self { step, outcome: Outcome::Ok, sentence: sentence.into() }
    }

    fn wrong(step: Step, sentence: impl Into<String>) -> Self {
        Self { step, outcome: Outcome::Wrong, sentence: sentence.into() }
    }

    fn not_checked(step: Step, why: impl Into<String>) -> Self {
        Self { step, outcome: Outcome::NotChecked, sentence: why.into() }
    }

    /// Not looked at, because `before` has to be mended first.
    fn after(step: Step, before: Step) -> Self {
        Self::not_checked(step, format!("mend the step {:?} first", before.name()))
    }
}

#[cfg(test)]
mod tests;
