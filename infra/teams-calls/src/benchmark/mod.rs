//! An organisation of any size in the table, and what its reports cost there.
//!
//! The calls do not go through the system: they are put into the table as storing them would leave
//! it, by the code that stores them. Some of them are stored in the usual way, so that the two can
//! be compared, and so that there is a call with its pages and sessions.

mod ask;
mod fill;
mod year;

pub use ask::{Cost, Question};
pub use fill::{Filled, fill};
pub use year::{Size, Year};
