//! How people and hidden values appear in an answer.

mod value;
mod voice_app;

pub(crate) use privacy::{Person, PrivacyFilter};
pub(crate) use value::{ShownValue, resolve_value, shown_value};
pub(crate) use voice_app::{ShownVoiceApp, resolve_voice_app, shown_voice_app};
