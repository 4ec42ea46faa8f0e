//! The reconciliation loop of a run: list, plan, apply, and list again until nothing is left to do.

use graph_access::GraphAccess;
use jiff::Timestamp;
use secrecy::ExposeSecret;

use crate::error::RunError;
use crate::fingerprint::Fingerprint;
use crate::gap;
use crate::goal::Goal;
use crate::plan::{Action, Actual, Desired, plan, plan_none};
use crate::run::{ActionTaken, Outcome, Run, RunContext};
use crate::tracked::TrackedSubscription;

/// Renewing what turns out to be gone, creating it, meeting another in the way and creating it again
/// takes four rounds; one more shows that all is well.
const MAX_ROUNDS: usize = 5;

impl Run<'_> {
    /// Reaches the goal as far as possible, and records the outcome.
    pub(crate) async fn converge(mut self) -> Outcome {
        let result = match self.load_state().await {
            Ok(()) => {
                let reported = self.gap_from_messages();
                let result = self.reach_goal().await;
                if let (Ok(()), Some(open)) = (&result, reported) {
                    self.memory.record_gap(open.close_at(self.now()));
                }
                result
            }
            Err(error) => Err(error),
        };
        self.conclude(result).await
    }

    fn gap_from_messages(&self) -> Option<gap::OpenGap> {
        gap::from_messages(&self.input.messages, self.memory.state().confirmed_at)
    }

    async fn load_state(&mut self) -> Result<(), RunError> {
        match self.renewer.table.subscription_state().await {
            Ok(state) => {
                self.memory = TrackedSubscription::new(state.unwrap_or_default(), self.now());
                self.state_was_read = true;
                Ok(())
            }
            // What notifies our URL can be deleted without knowing anything else.
            Err(_) if self.input.goal == Goal::Unsubscribe => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn reach_goal(&mut self) -> Result<(), RunError> {
        let access = self.renewer.access().await?;
        match self.apply_until_settled(access).await {
            Err(error) if error.may_be_stale_secret() && access.refresh_secret().await => {
                tracing::info!("secret.replaced");
                self.apply_until_settled(access).await
            }
            result => result,
        }
    }

    async fn apply_until_settled(&mut self, access: &GraphAccess) -> Result<(), RunError> {
        let context = self.context(access).await?;
        for _ in 0..MAX_ROUNDS {
            let mut found = context.graph.list_subscriptions(self.deadline).await?;
            found.retain(|it| !self.gone.contains(&it.id));
            let actual = Actual {
                found,
                known: self.memory.known(),
                reauthorize: self.input.reauthorize(),
                conflicting_id: self.conflicting_id.clone(),
            };
            let now = self.now();
            self.memory.observe(&actual, now);
            let actions = self.plan(&context.desired, &actual, now);
            if actions.is_empty() {
                match self.input.goal {
                    Goal::Subscribe => self.memory.confirm(&actual, now),
                    Goal::Unsubscribe => self.memory.removed(),
                }
                return Ok(());
            }
            let history = self.memory.history(&context.client_states);
            self.memory.open_gap(gap::from_plan(
                &context.desired,
                &actual,
                &history,
                &actions,
                now,
            ));
            self.apply(&context, &actual, &actions).await?;
        }
        Err(RunError::NotConverging)
    }

    async fn context(&self, access: &GraphAccess) -> Result<RunContext, RunError> {
        let client_states = self.renewer.secrets.client_states.current().await?;
        let config = &self.renewer.config;
        Ok(RunContext {
            graph: access.graph().await,
            desired: Desired {
                notification_url: config.notification_url.clone(),
                lifecycle_notification_url: config.lifecycle_notification_url.clone(),
                fingerprint: Fingerprint::of(client_states.newest().expose_secret()),
            },
            client_states,
        })
    }

    fn plan(&self, desired: &Desired, actual: &Actual, now: Timestamp) -> Vec<Action> {
        if self.input.goal == Goal::Unsubscribe {
            return plan_none(desired, actual, now);
        }
        let mut actions = plan(desired, actual, now);
        // Once in a run is enough, also when Graph grants less than we ask for.
        if self.actions.contains(&ActionTaken::Renewed) {
            actions.retain(|action| !matches!(action, Action::Renew { .. }));
        }
        actions
    }
}
