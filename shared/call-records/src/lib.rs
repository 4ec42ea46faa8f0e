#![doc = include_str!("../README.md")]

mod bounds;
mod call;
mod call_builder;
mod call_flow;
mod classifier;
mod compact;
mod contribution;
mod course;
mod decode_error;
mod definition;
pub mod definitions;
mod endpoint;
mod evidence;
mod feedback;
mod identifier;
mod identity;
mod intervals;
mod iso8601;
mod json;
mod leg_quality;
mod list;
mod media;
mod newest;
mod outcome;
mod overview;
mod page;
mod participant;
mod participation;
mod path_facts;
mod person_key;
mod person_kind;
mod person_state;
mod quotient;
mod record;
mod redaction;
mod role;
mod seconds;
mod service;
mod session;
mod session_summary;
mod session_view;
mod streams;
mod totals;
mod vocabulary;

pub use call::{Call, CallDetail, DEFINITIONS_VERSION};
pub use call_builder::CallBuilder;
pub use call_flow::{CallFlow, FlowCourse, FlowEnd, FlowSession};
pub use classifier::{AudioClassifier, Quality, UnknownClassifier, VideoClassifier};
pub use compact::{CompactMap, CompactSet};
pub use decode_error::{DecodeError, JsonPath};
pub use endpoint::{Endpoint, UserAgent, UserFeedback};
pub use evidence::{JudgedStream, Measurement, judged_streams};
pub use identity::{Identity, IdentitySet};
pub use iso8601::{parse_duration, parse_timestamp};
pub use leg_quality::{LegPath, LegQuality, Measured, StreamQuality};
pub use list::{ListedCall, decode_list};
pub use media::{Content, Device, Media, Network, Segment, Side, Stream};
pub use overview::{CallTimes, Lag, Overview, Peak};
pub use page::Page;
pub use participant::{Participant, decode_participants};
pub use participation::{Feedback, Participation, StreamCounts};
pub use path_facts::{
    ClientFacts, DeviceFacts, MediaFacts, NetworkFacts, SegmentFacts, SessionFacts,
    decode_record_facts, decode_session_facts,
};
pub use person_key::{InvalidPersonKey, PersonKey};
pub use quotient::{Quotient, busy_hour, organisation_quotients, person_quotients};
pub use record::{Record, RecordPage, decode_record};
pub use redaction::redact;
pub use seconds::Seconds;
pub use service::Service;
pub use session::{FailureInfo, Session, decode_sessions};
pub use session_summary::SessionSummary;
pub use totals::{Overflow, Totals};
pub use vocabulary::{
    CallType, ConnectionType, FailureStage, Modality, Outcome, Platform, ProductFamily, Rating,
    Relation, Role, ServiceKind, StreamDirection, TakenBy, WifiBand,
};
