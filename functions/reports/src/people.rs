//! How people appear in an answer.

mod key;
mod phone;
mod privacy;
mod seal;
mod value;
mod voice_app;

pub use key::PseudonymKey;
pub(crate) use privacy::Person;
pub use privacy::PrivacyFilter;
pub(crate) use value::ShownValue;
pub(crate) use voice_app::ShownVoiceApp;
