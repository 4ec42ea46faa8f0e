//! A task that moves dead letters back to where they came from.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::names::arn_of;

#[derive(Debug)]
pub(super) struct MoveTask {
    pub(super) id: Uuid,
    pub(super) source: String,
    pub(super) destination: Option<String>,
    pub(super) rate: Option<i64>,
    pub(super) moved: usize,
    pub(super) to_move: usize,
    pub(super) started: i64,
    pub(super) status: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Running,
    Completed,
    Cancelled,
    Failed(&'static str),
}

impl MoveTask {
    pub(super) fn handle(&self) -> String {
        let content = json!({"taskId": self.id, "sourceArn": arn_of(&self.source)});
        STANDARD.encode(content.to_string())
    }

    pub(super) fn entry(&self) -> Value {
        let mut entry = json!({
            "Status": match self.status {
                Status::Running => "RUNNING",
                Status::Completed => "COMPLETED",
                Status::Cancelled => "CANCELLED",
                Status::Failed(_) => "FAILED",
            },
            "SourceArn": arn_of(&self.source),
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "StartedTimestamp": self.started,
        });
        if let Some(destination) = &self.destination {
            entry["DestinationArn"] = arn_of(destination).into();
        }
        if let Some(rate) = self.rate {
            entry["MaxNumberOfMessagesPerSecond"] = rate.into();
        }
        match self.status {
            Status::Running => entry["TaskHandle"] = self.handle().into(),
            Status::Failed(reason) => entry["FailureReason"] = reason.into(),
            _ => {}
        }
        entry
    }
}
