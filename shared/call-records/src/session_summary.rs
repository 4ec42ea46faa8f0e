use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{FailureStage, Feedback, Modality, PersonKey, Platform, Seconds, StreamCounts};

/// A session as a person reads it.
///
/// Field names are the names under which it is stored; a field that is absent is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// The place among the sessions of the record, from 0. Session ids repeat, so this is the key.
    pub position: u32,
    /// The session's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Who or what is named on the calling end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<PersonKey>,
    /// Who or what is named on the called end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee: Option<PersonKey>,
    /// Who or what is named on the called end of a session of a group call, and counts for no
    /// person: such a session is its caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named_only: Option<PersonKey>,
    /// The role of the service on the calling end, as Graph has it; of a mailbox, `caller` is its
    /// owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_role: Option<String>,
    /// The role of the service on the called end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee_role: Option<String>,
    /// The caller's platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_platform: Option<Platform>,
    /// The callee's platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee_platform: Option<Platform>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How long it was, when start and end are known; 0 when it ends before it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<Seconds>,
    /// What was transported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modalities: Vec<Modality>,
    /// When it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_stage: Option<FailureStage>,
    /// Why it failed, in Graph's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// What the caller said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_feedback: Option<Feedback>,
    /// What the callee said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee_feedback: Option<Feedback>,
    /// Its audio streams.
    pub audio_streams: StreamCounts,
    /// Its video and screen sharing streams.
    pub video_streams: StreamCounts,
    /// Whether it has media at all.
    pub has_media: bool,
    /// Whether it was a test call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_test: Option<bool>,
}
