//! How people and hidden values appear in an answer.

mod value;

pub(crate) use privacy::{Person, PrivacyFilter};
pub(crate) use value::{ShownValue, resolve_value, shown_value};
