//! How people appear in an answer.

mod disguise;
mod key;
mod phone;
mod seal;

pub use disguise::Disguise;
pub(crate) use disguise::Person;
pub use key::Key;
