//! Checks step by step what a deployment needs. Each finding is one sentence that says what is wrong and
//! how to fix it.

mod graph;
mod webhook;

use std::fmt;

use jiff::Timestamp;
use msgraph::{Error, Graph, Proxy};
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

/// The deployment that is checked.
#[derive(Debug)]
pub struct Deployment {
    /// A Graph client with the application's credentials.
    pub graph: Graph,
    pub client_id: String,
    /// The webhook's URL for change notifications, if the webhook is to be checked as well.
    pub notification_url: Option<Url>,
    /// The way out of this network, which the client has as well.
    pub proxy: Option<Proxy>,
}

/// One thing that a deployment needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// This machine's clock against Graph's.
    Clock,
    /// The login service issues a token: tenant, application and secret are correct.
    Token,
    /// The token has the permission: Graph does not refuse it.
    Consent,
    /// Graph lists call records.
    List,
    /// Graph lists both logs of telephone calls.
    TelephoneLogs,
    /// There is a subscription to call records.
    Subscription,
    /// This application created it, and it notifies this webhook.
    SubscriptionIsOurs,
    /// It is renewed in time.
    SubscriptionTimeLeft,
    /// The webhook answers Graph's handshake.
    Webhook,
}

impl Step {
    /// The step's name in the output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Token => "token",
            Self::Consent => "consent",
            Self::List => "list",
            Self::TelephoneLogs => "telephone logs",
            Self::Subscription => "subscription",
            Self::SubscriptionIsOurs => "subscription is ours",
            Self::SubscriptionTimeLeft => "subscription time left",
            Self::Webhook => "webhook",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Ok,
    Wrong,
    /// The sentence says why.
    NotChecked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub step: Step,
    pub outcome: Outcome,
    /// What was found and, where something is wrong, how to fix it.
    pub sentence: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    pub healthy: bool,
    /// In the order of the steps.
    pub findings: Vec<Finding>,
}

/// Checks every step, up to `deadline`. Steps that depend on a failed step are skipped.
pub async fn examine(
    deployment: &Deployment,
    now: impl Fn() -> Timestamp,
    deadline: Instant,
) -> Diagnosis {
    let mut findings = graph::examine(deployment, now, deadline).await;
    findings.push(match &deployment.notification_url {
        None => Finding::not_checked(Step::Webhook, GIVE_THE_URL),
        Some(url) => webhook::examine(url, deployment.proxy.as_ref()).await,
    });
    let healthy = findings.iter().all(|finding| finding.outcome != Outcome::Wrong);
    Diagnosis { healthy, findings }
}

/// The steps that an import needs, too: whether there is a token, and whether Graph lists calls.
///
/// # Errors
///
/// The sentence of what has to be corrected first. What ends by itself (an outage, a rate limit) is a finding.
pub async fn examine_access(
    graph: &Graph,
    now: Timestamp,
    deadline: Instant,
) -> Result<Vec<Finding>, Error> {
    graph::access(graph, now, deadline).await
}

const GIVE_THE_URL: &str = "give --notification-url, the stack's output NotificationUrl";

impl Outcome {
    /// The outcome in the output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wrong => "WRONG",
            Self::NotChecked => "not checked",
        }
    }
}

/// A line of the output.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<12} {:<24} {}", self.outcome.name(), self.step.name(), self.sentence)
    }
}

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

    /// Not checked, because `before` has to be fixed first.
    fn after(step: Step, before: Step) -> Self {
        Self::not_checked(step, format!("fix the step {:?} first", before.name()))
    }
}

#[cfg(test)]
mod tests;
