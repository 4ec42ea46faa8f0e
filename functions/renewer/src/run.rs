//! One run: look, plan, act, and look again until nothing is left to do.
//!
//! Two runs at once do no harm: each looks at what there is before and after it acts, and the worst
//! that they can do to each other is to make a subscription whose client state the other does not
//! know, which the next run replaces.

use std::sync::Arc;

use graph_access::GraphAccess;
use jiff::Timestamp;
use lambda_kit::Secret;
use msgraph::Graph;
use secrecy::ExposeSecret;
use tokio::time::Instant;

use crate::Renewer;
use crate::error::RunError;
use crate::fingerprint::Fingerprint;
use crate::gap;
use crate::memory::Memory;
use crate::outcome::{ActionTaken, Outcome};
use crate::plan::{Action, Actual, Desired, plan, plan_none};
use crate::prompt::{Goal, Prompt};

/// Renewing what turns out to be gone, making it, meeting another in the way and making it again
/// takes four looks; one more shows that all is well.
const MAX_ROUNDS: usize = 5;

pub(crate) struct Run<'a> {
    pub(crate) renewer: &'a Renewer,
    pub(crate) deadline: Instant,
    pub(crate) memory: Memory,
    pub(crate) actions: Vec<ActionTaken>,
    /// Ids that are no more, whatever the list says.
    pub(crate) gone: Vec<String>,
    /// The id that Graph named when it refused to make another.
    pub(crate) in_the_way: Option<String>,
    prompt: &'a Prompt,
    began: (Timestamp, Instant),
    /// Whether the table's state could be read; if not, it is not overwritten either.
    remembers: bool,
}

/// What a run works with, once it has a secret.
pub(crate) struct RunContext {
    pub(crate) graph: Graph,
    pub(crate) secret: Arc<Secret>,
    pub(crate) desired: Desired,
}

/// How to go on after an action.
pub(crate) enum Step {
    Next,
    /// The plan is out of date.
    Replan,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        renewer: &'a Renewer,
        prompt: &'a Prompt,
        now: Timestamp,
        deadline: Instant,
    ) -> Self {
        Self {
            renewer,
            deadline,
            memory: Memory::default(),
            actions: Vec::new(),
            gone: Vec::new(),
            in_the_way: None,
            prompt,
            began: (now, Instant::now()),
            remembers: false,
        }
    }

    /// The time, as it goes on from the `now` that the run was given.
    pub(crate) fn now(&self) -> Timestamp {
        self.began.0 + self.began.1.elapsed()
    }

    /// Does what is to be done and writes down what became of it.
    pub(crate) async fn carry_out(mut self) -> Outcome {
        let result = match self.remember().await {
            Ok(()) => {
                let reported = self.reported_gap();
                let result = self.mend().await;
                if let (Ok(()), Some(open)) = (&result, reported) {
                    self.memory.note_gap(open.until(self.now()));
                }
                result
            }
            Err(error) => Err(error),
        };
        self.conclude(result).await
    }

    fn reported_gap(&self) -> Option<gap::OpenGap> {
        gap::in_messages(&self.prompt.messages, self.memory.state().confirmed_at)
    }

    async fn remember(&mut self) -> Result<(), RunError> {
        match self.renewer.store.subscription_state().await {
            Ok(state) => {
                self.memory = Memory::new(state.unwrap_or_default(), self.now());
                self.remembers = true;
                Ok(())
            }
            // What notifies our URL can be deleted without knowing anything else.
            Err(_) if self.prompt.goal == Goal::Unsubscribe => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn mend(&mut self) -> Result<(), RunError> {
        let access = self.renewer.access().await?;
        match self.settle(access).await {
            Err(error) if error.may_be_a_stale_secret() && access.refresh_secret().await => {
                tracing::info!("secret.replaced: Microsoft refused the one used so far");
                self.settle(access).await
            }
            result => result,
        }
    }

    async fn settle(&mut self, access: &GraphAccess) -> Result<(), RunError> {
        let context = self.context(access).await;
        for _ in 0..MAX_ROUNDS {
            let mut found = context.graph.list_subscriptions(self.deadline).await?;
            found.retain(|it| !self.gone.contains(&it.id));
            let actual = Actual {
                found,
                remembered: self.memory.remembered(),
                reauthorize: self.prompt.reauthorize(),
                in_the_way: self.in_the_way.clone(),
            };
            let now = self.now();
            self.memory.saw(&actual, now);
            let actions = self.plan(&context.desired, &actual, now);
            if actions.is_empty() {
                match self.prompt.goal {
                    Goal::Subscribe => self.memory.confirmed(&actual, now),
                    Goal::Unsubscribe => self.memory.removed(),
                }
                return Ok(());
            }
            let past = self.memory.past(&context.secret);
            self.memory.open_gap(gap::in_plan(&context.desired, &actual, &past, &actions, now));
            self.act(&context, &actual, &actions).await?;
        }
        Err(RunError::TooManyRounds)
    }

    async fn context(&self, access: &GraphAccess) -> RunContext {
        let secret = access.secret().await;
        let config = &self.renewer.config;
        RunContext {
            graph: access.graph().await,
            desired: Desired {
                notification_url: config.notification_url.clone(),
                lifecycle_notification_url: config.lifecycle_notification_url.clone(),
                fingerprint: Fingerprint::of(secret.newest_client_state().expose_secret()),
            },
            secret,
        }
    }

    fn plan(&self, desired: &Desired, actual: &Actual, now: Timestamp) -> Vec<Action> {
        if self.prompt.goal == Goal::Unsubscribe {
            return plan_none(desired, actual, now);
        }
        let mut actions = plan(desired, actual, now);
        // Once in a run is enough, also when Graph grants less than we ask for.
        if self.actions.contains(&ActionTaken::Renewed) {
            actions.retain(|action| !matches!(action, Action::Renew { .. }));
        }
        actions
    }

    /// Writes the state into the table.
    pub(crate) async fn write_down(&self) -> Result<(), RunError> {
        if !self.remembers {
            return Ok(());
        }
        Ok(self.renewer.store.put_subscription_state(self.memory.state()).await?)
    }

    async fn conclude(mut self, mut result: Result<(), RunError>) -> Outcome {
        let now = self.now();
        self.memory.checked(now);
        match &result {
            Ok(()) => self.memory.succeeded(),
            Err(error) => self.memory.failed(&error.to_string(), now),
        }
        if let Err(error) = self.write_down().await {
            result = result.and(Err(error));
        }
        let error = result.err().map(|error| error.to_string());
        if let Some(sentence) = &error {
            tracing::error!(actions = ?self.actions, "subscription.not_right: {sentence}");
        }
        let outcome = Outcome {
            healthy: error.is_none(),
            error,
            gap: self.memory.gap(),
            subscription: self.memory.state().clone(),
            actions: self.actions,
        };
        if let Some(gap) = &outcome.gap {
            tracing::warn!(
                from = %gap.from,
                to = %gap.to,
                reason = gap.reason.as_str(),
                "subscription.gap: notifications may have been lost in this time"
            );
            if let Some(gaps) = &self.renewer.gaps {
                gaps.tell(gap, self.deadline).await;
            }
        }
        let knows = self.remembers && self.prompt.goal == Goal::Subscribe;
        let left = knows.then(|| self.memory.minutes_left(now));
        outcome.measure(&self.renewer.metrics, left);
        outcome
    }
}
