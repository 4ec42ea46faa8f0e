//! What came of it: the table against the fake Graph, and what was dead-lettered.

use call_records::AudioClassifier;
use call_table::{CallTable, TableError};
use call_writer::Recomputation;
use fake_graph::FakeGraph;
use serde_json::Value;

use super::System;

/// What the fake Graph has against what the table has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Calls in Graph.
    pub in_graph: usize,
    /// Calls stored at Graph's newest version.
    pub stored: usize,
    /// Calls that are not stored.
    pub missing: usize,
    /// Calls stored at an older version than Graph's newest.
    pub stale: usize,
}

/// A message in the dead letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The reason, as the consumer spells it; empty when SQS itself set the message aside.
    pub reason: String,
    /// The sentence beside it.
    pub detail: String,
    /// The message as it was received.
    pub body: String,
}

impl Comparison {
    /// Holds a table against a fake Graph, call by call.
    ///
    /// # Errors
    ///
    /// When the table cannot be read.
    pub async fn between(graph: &FakeGraph, store: &CallTable) -> anyhow::Result<Self> {
        let mut comparison = Self::default();
        for (id, newest) in graph.call_records() {
            comparison.in_graph += 1;
            match (store.version(&id).await?, newest) {
                (None, _) => comparison.missing += 1,
                (Some(stored), Some(newest)) if stored < newest => comparison.stale += 1,
                (Some(_), _) => comparison.stored += 1,
            }
        }
        Ok(comparison)
    }

    /// Whether there are calls, and every one is stored at Graph's newest version.
    pub fn is_whole(&self) -> bool {
        self.in_graph > 0 && self.stored == self.in_graph
    }
}

impl System {
    /// Rebuilds every number of the table from the stored pages and compares. The system must be at
    /// rest.
    ///
    /// # Errors
    ///
    /// When the table cannot be read.
    pub async fn recompute(&self) -> Result<Recomputation, TableError> {
        let tenant = Some(self.tenant_id());
        call_writer::recompute(self.store(), tenant, AudioClassifier::default(), self.now()).await
    }

    /// Holds the table against the fake Graph, call by call.
    ///
    /// # Errors
    ///
    /// When the table cannot be read.
    pub async fn compare_with_graph(&self) -> anyhow::Result<Comparison> {
        Comparison::between(&self.graph, &self.store).await
    }

    /// The reason and the detail with which each message was dead-lettered.
    ///
    /// # Errors
    ///
    /// When the queue is gone.
    pub fn dead_lettered(&self) -> anyhow::Result<Vec<DeadLetter>> {
        let messages = self.sqs.messages(&self.queues.calls_dead_letters)?;
        Ok(messages
            .into_iter()
            .map(|message| DeadLetter {
                reason: message.attributes.get("reason").cloned().unwrap_or_default(),
                detail: message.attributes.get("detail").cloned().unwrap_or_default(),
                body: message.body,
            })
            .collect())
    }

    /// The command with which an operator has everything that was dead-lettered tried again: SQS's own
    /// redrive, as in the stack's output, at the stand-in's address. It names the destination, because
    /// most of it was put there by the consumer and not by the queue.
    pub fn redrive_command(&self) -> String {
        format!(
            "aws sqs start-message-move-task --region {} --endpoint-url {} --source-arn {} \
             --destination-arn {}",
            aws_stand_ins::REGION,
            self.sqs.url(),
            arn_of(&self.queues.calls_dead_letters),
            arn_of(&self.queues.calls),
        )
    }

    /// Why a call is not in the table, in words.
    ///
    /// # Errors
    ///
    /// When the queue is gone.
    pub fn why_not_stored(&self, call_id: &str) -> anyhow::Result<String> {
        let about = |message: &DeadLetter| {
            serde_json::from_str::<Value>(&message.body)
                .is_ok_and(|body| body["call_id"].as_str() == Some(call_id))
        };
        let dead_lettered = self.dead_lettered()?.into_iter().find(about);
        Ok(dead_lettered.map_or_else(
            || "its message is in no queue".to_owned(),
            |message| format!("{} ({})", message.detail, message.reason),
        ))
    }
}

/// The ARN of the queue at this address, whose last segments are the account and the name.
fn arn_of(url: &str) -> String {
    let mut segments = url.rsplit('/');
    let (name, account) =
        (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    format!("arn:aws:sqs:{}:{account}:{name}", aws_stand_ins::REGION)
}
