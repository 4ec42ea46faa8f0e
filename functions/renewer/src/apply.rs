//! Applying a plan, action by action.

use std::time::Duration;

use jiff::Timestamp;
use msgraph::{Error as GraphError, NewSubscription};
use tokio::time::Instant;
use url::Url;

use crate::error::RunError;
use crate::plan::{Action, Actual, DeleteReason, LIFETIME};
use crate::run::{ActionTaken, Run, RunContext, Step};

/// A working subscription is not deleted with less time left than making another takes: Graph
/// waits up to 10 s for the webhook to answer, at each of two URLs.
pub(crate) const TIME_TO_REPLACE: Duration = Duration::from_secs(25);

impl Run<'_> {
    /// Applies the actions in order, until one shows that the plan is out of date.
    pub(crate) async fn apply(
        &mut self,
        context: &RunContext,
        actual: &Actual,
        actions: &[Action],
    ) -> Result<(), RunError> {
        for (position, action) in actions.iter().enumerate() {
            let step = match action {
                Action::Create => self.create(context).await?,
                Action::Renew { id } => self.renew(context, id).await?,
                Action::ChangeUrl { id } => self.change_url(context, id).await?,
                Action::Delete { id, why } => {
                    let left = self.deadline.saturating_duration_since(Instant::now());
                    if actions[position..].contains(&Action::Create) && left < TIME_TO_REPLACE {
                        return Err(RunError::OutOfTime);
                    }
                    log_deletion(id, *why, actual);
                    self.delete(context, id).await?
                }
            };
            if matches!(step, Step::Replan) {
                break;
            }
        }
        Ok(())
    }

    async fn create(&mut self, context: &RunContext) -> Result<Step, RunError> {
        let new = NewSubscription {
            notification_url: context.desired.notification_url.to_string(),
            lifecycle_notification_url: context.desired.lifecycle_notification_url.to_string(),
            expires_at: self.expiry(),
            client_state: context.client_states.newest().clone(),
        };
        match context.graph.create_subscription(&new, self.deadline).await {
            Ok(created) => {
                tracing::info!(
                    subscription_id = created.id,
                    expires_at = %created.expires_at,
                    "subscription.created"
                );
                self.actions.push(ActionTaken::Created);
                self.memory.created(&created, &context.desired.fingerprint, self.now());
                // Saved at once: a subscription whose client state was not recorded has to be replaced.
                let saved = self.save_state().await;
                if let Err(RunError::TakenOver) = &saved {
                    // The other run may be the stack's deletion, which has listed already.
                    self.delete(context, &created.id).await?;
                }
                saved?;
                Ok(Step::Next)
            }
            Err(GraphError::AlreadyExists { id }) => {
                tracing::warn!(subscription_id = id, "subscription.already_exists");
                self.conflicting_id = id;
                Ok(Step::Replan)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn renew(&mut self, context: &RunContext, id: &str) -> Result<Step, RunError> {
        match context.graph.renew_subscription(id, self.expiry(), self.deadline).await {
            Ok(renewed) => {
                tracing::info!(
                    subscription_id = id,
                    expires_at = %renewed.expires_at,
                    "subscription.renewed"
                );
                self.actions.push(ActionTaken::Renewed);
                self.memory.renewed(&renewed, self.now());
                Ok(Step::Next)
            }
            Err(error) => self.gone_or(id, error),
        }
    }

    async fn change_url(&mut self, context: &RunContext, id: &str) -> Result<Step, RunError> {
        let url = context.desired.notification_url.as_str();
        match context.graph.change_notification_url(id, url, self.deadline).await {
            Ok(_) => {
                tracing::info!(subscription_id = id, "subscription.url_changed");
                self.actions.push(ActionTaken::UrlChanged);
                self.memory.close_gap(self.now());
                Ok(Step::Next)
            }
            Err(error) => self.gone_or(id, error),
        }
    }

    async fn delete(&mut self, context: &RunContext, id: &str) -> Result<Step, RunError> {
        match context.graph.delete_subscription(id, self.deadline).await {
            Ok(()) => self.actions.push(ActionTaken::Deleted),
            Err(GraphError::Gone) => {}
            Err(error) => return Err(error.into()),
        }
        self.gone.push(id.to_owned());
        Ok(Step::Next)
    }

    fn gone_or(&mut self, id: &str, error: GraphError) -> Result<Step, RunError> {
        if !matches!(error, GraphError::Gone) {
            return Err(error.into());
        }
        tracing::warn!(subscription_id = id, "subscription.gone");
        self.gone.push(id.to_owned());
        self.conflicting_id = None;
        self.memory.gone();
        Ok(Step::Replan)
    }

    /// Whole seconds: Graph's clock has fewer decimals than ours.
    fn expiry(&self) -> Timestamp {
        let now = self.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now) + LIFETIME
    }
}

fn log_deletion(id: &str, why: DeleteReason, actual: &Actual) {
    if why != DeleteReason::Conflict {
        tracing::info!(subscription_id = id, reason = %why, "subscription.deleted");
        return;
    }
    let url = actual.found.iter().find(|it| it.id == id).map(|it| it.notification_url.as_str());
    let url = url.and_then(|url| Url::parse(url).ok());
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("an unknown host");
    tracing::warn!(
        subscription_id = id,
        host,
        detail = "another of the same Entra application: if it belongs to another stack, give each \
                  stack its own application, or they take the subscription from each other",
        "subscription.replaced"
    );
}
