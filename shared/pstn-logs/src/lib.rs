#![doc = include_str!("../README.md")]

mod call_type;
mod complete_up_to;
mod day;
mod day_rows;
mod decode;
mod join;
mod money;
mod number;
mod redaction;
mod row;
mod sip;

pub use call_type::{CallType, Direction};
pub use complete_up_to::{ROWS_COME_WITHIN, complete_up_to, is_complete};
pub use day::{DayLogs, Sums, Trunk, VERSION};
pub use day_rows::{Change, DayRows, KeptRow, Listing};
pub use decode::{LogPage, NoPage, UnreadableRow, decode_page};
pub use join::{CallParties, Joined, STARTS_WITHIN, call_of};
pub use money::{InvalidAmount, Micros};
pub use number::Number;
pub use row::{DirectRoutingFacts, Log, LogRow, PstnFacts};
pub use sip::{SIP_CLASSES_VERSION, SipClass};
