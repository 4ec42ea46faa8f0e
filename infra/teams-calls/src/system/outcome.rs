//! The state of a system: the table compared with the fake Graph, and the dead letters.

use call_records::AudioClassifier;
use call_table::{CallTable, TableError};
use call_writer::Recomputation;
use fake_graph::FakeGraph;
use serde_json::Value;

use super::System;

/// The table compared with the fake Graph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Comparison {
    pub in_graph: usize,
    /// Calls stored at Graph's newest version.
    pub stored: usize,
    pub missing: usize,
    /// Calls stored at an older version than Graph's newest.
    pub stale: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The reason, as the consumer writes it; empty when the redrive policy moved the message.
    pub reason: String,
    pub detail: String,
    pub body: String,
}

impl Comparison {
    /// Compares a table with a fake Graph, call by call.
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

    /// Whether there are calls, and each is stored at Graph's newest version.
    pub fn is_complete(&self) -> bool {
        self.in_graph > 0 && self.stored == self.in_graph
    }
}

impl System {
    /// Recomputes every number from the stored pages and compares. The queues must be drained.
    pub async fn recompute(&self) -> Result<Recomputation, TableError> {
        let tenant = Some(self.tenant_id());
        call_writer::recompute(self.store(), tenant, AudioClassifier::default(), self.now()).await
    }

    /// Compares the table with the fake Graph, call by call.
    pub async fn compare_with_graph(&self) -> anyhow::Result<Comparison> {
        Comparison::between(&self.graph, &self.store).await
    }

    /// The dead-lettered call messages.
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

    /// The command that redrives all dead letters, as in the stack's output, with the stand-in's endpoint. It
    /// names the destination, because the consumer itself dead-lettered most of them and SQS knows a source
    /// only for messages that its redrive policy moved.
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

    /// The reason why a call is not in the table.
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

/// The ARN of the queue with this URL, whose last segments are the account and the name.
fn arn_of(url: &str) -> String {
    let mut segments = url.rsplit('/');
    let (name, account) =
        (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    format!("arn:aws:sqs:{}:{account}:{name}", aws_stand_ins::REGION)
}
