//! How people appear in an answer.

mod key;
mod phone;
mod privacy;
mod seal;
mod value;

pub(crate) use phone::is_number as is_phone_number;
pub use key::PseudonymKey;
pub(crate) use privacy::Person;
pub use privacy::PrivacyFilter;
pub(crate) use seal::is_sealed;
pub(crate) use value::ShownValue;
