//! A large organisation's year in the table, and what its reports cost there.
//!
//! The calls do not go through the system: a bulk load puts the items into the table that the writer
//! would leave there. One meeting is stored by the writer itself, so that the table also has a call with
//! pages and sessions. A month of calls for the export has all of its pages.

mod bulk;
mod fill;
mod month_of_calls;
mod month_of_quality;
mod questions;
mod telephone_year;
mod year;

pub use bulk::BulkLoad;
pub use fill::{Filled, fill};
pub use month_of_calls::{MonthOfCalls, ReadCall, fill_month_of_calls};
pub use month_of_quality::fill_month_of_quality;
pub use questions::{Cost, Question};
pub use telephone_year::{TelephoneYear, fill_telephone_year};
pub use year::{Size, Year};
