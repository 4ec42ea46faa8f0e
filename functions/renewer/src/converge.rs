//! The reconciliation loop of a run: list, plan, apply, and list again until nothing is left to do.

use std::time::Duration;

use call_table::TableError;
use graph_access::GraphAccess;
use jiff::Timestamp;
use reconciliation::{DesiredState, SubscriptionLease, Takeover};
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};

use crate::apply::TIME_TO_REPLACE;
use crate::error::RunError;
use crate::fingerprint::Fingerprint;
use crate::gap;
use crate::goal::Goal;
use crate::plan::{Action, Actual, Desired, plan, plan_none};
use crate::run::{ActionTaken, Outcome, Run, RunContext};
use crate::tracked::TrackedSubscription;

/// What a run without anything to repair takes, and what is kept of the time of one that waited.
const TIME_TO_MAINTAIN: Duration = Duration::from_secs(15);

const LEASE_POLL_INTERVAL: Duration = Duration::from_millis(500);

/// For how long a lease outlives the time that its run has: Lambda kills the function soon after it.
const LEASE_MARGIN: Duration = Duration::from_secs(5);

/// Renewing what turns out to be gone, creating it, meeting another in the way and creating it again
/// takes four rounds; one more shows that all is well.
const MAX_ROUNDS: usize = 5;

impl Run<'_> {
    /// Reaches the goal as far as possible, and records the outcome.
    pub(crate) async fn converge(mut self) -> Outcome {
        let result = match self.take_lease().await {
            // Else a schedule that fires while the stack is being deleted would subscribe anew.
            Ok(()) if self.input.goal == Goal::Maintain && self.memory.is_unsubscribed() => {
                tracing::info!("subscription.not_wanted");
                Ok(())
            }
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

    /// Takes the lease, and waits while another run holds it.
    async fn take_lease(&mut self) -> Result<(), RunError> {
        let wait_until = match self.input.goal {
            // A stack that is not answered hangs, so that something is done in any case.
            Goal::Unsubscribe => self.deadline.checked_sub(TIME_TO_REPLACE),
            Goal::Maintain | Goal::Subscribe => self.deadline.checked_sub(TIME_TO_MAINTAIN),
        };
        let wait_until = wait_until.unwrap_or(self.deadline);
        loop {
            match self.try_lease(Takeover::WhenExpired).await {
                Ok(true) => return Ok(()),
                Ok(false) if Instant::now() < wait_until => sleep(LEASE_POLL_INTERVAL).await,
                Ok(false) if self.input.goal == Goal::Unsubscribe => break,
                Ok(false) => return Err(RunError::Busy),
                // What notifies our URL can be deleted without knowing anything else.
                Err(_) if self.input.goal == Goal::Unsubscribe => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        // The other run has died, or hangs: it is fenced off, and removes what it creates.
        _ = self.try_lease(Takeover::AtOnce).await;
        Ok(())
    }

    async fn try_lease(&mut self, takeover: Takeover) -> Result<bool, TableError> {
        let desired = match self.input.goal {
            Goal::Maintain => DesiredState::Unchanged,
            Goal::Subscribe => DesiredState::Subscribed,
            Goal::Unsubscribe => DesiredState::Unsubscribed,
        };
        let (table, now) = (&self.renewer.table, self.now());
        let until = now + self.deadline.saturating_duration_since(Instant::now()) + LEASE_MARGIN;
        let taken = SubscriptionLease::take(table, desired, takeover, now, until).await?;
        let Some((lease, state)) = taken else { return Ok(false) };
        self.memory = TrackedSubscription::new(state, now);
        self.lease = Some(lease);
        Ok(true)
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
                    Goal::Maintain | Goal::Subscribe => self.memory.confirm(&actual, now),
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
        let client_states = self.renewer.client_states.current().await?;
        let config = &self.renewer.config;
        Ok(RunContext {
            graph: access.graph().await?,
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
