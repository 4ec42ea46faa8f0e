//! How people appear in an answer.

mod key;
mod phone;
mod privacy;
mod seal;

pub use key::PseudonymKey;
pub(crate) use privacy::Person;
pub use privacy::PrivacyFilter;
