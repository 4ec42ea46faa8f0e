//! How people appear in an answer.

mod key;
mod phone;
mod privacy;
mod seal;
mod value;

pub use key::PseudonymKey;
pub(crate) use privacy::Person;
pub use privacy::PrivacyFilter;
pub(crate) use value::ShownValue;
