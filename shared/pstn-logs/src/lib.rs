#![doc = include_str!("../README.md")]

mod call_type;
mod day;
mod decode;
mod money;
mod number;
mod row;
mod sip;

pub use call_type::{CallType, Direction};
pub use day::{DayLogs, Sums, Trunk};
pub use decode::{LogPage, NoPage, UnreadableRow, decode_page};
pub use money::{InvalidAmount, Micros};
pub use number::Number;
pub use row::{DirectRoutingFacts, Log, LogRow, PstnFacts};
pub use sip::{SIP_CLASSES_VERSION, SipClass};
