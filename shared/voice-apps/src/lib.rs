#![doc = include_str!("../README.md")]

mod app;
mod counts;
mod day;
mod quotients;
mod visit;
mod waits;

pub use app::{AppKind, InvalidVoiceApp, VoiceApp};
pub use counts::{AgentCounts, AppCounts};
pub use day::{Agent, App, DayVoiceApps, OtherAgents, UnreadableVoiceApps};
pub use quotients::{Quotient, quotients};
pub use waits::{BOUNDS, Waits, is_bound};

/// The version of these definitions: it rises when any number may differ for the same records, so that
/// days that were rolled up by an older one are rolled up again.
pub const VERSION: u32 = 1;
