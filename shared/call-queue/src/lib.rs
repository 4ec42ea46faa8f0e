#![doc = include_str!("../README.md")]

mod dead_letter;
mod message;
mod refusal;
mod send;
#[cfg(test)]
mod wire;

pub use dead_letter::{Cause, dead_letter};
pub use message::{CallMessage, GapMessage, LifecycleEvent, LifecycleMessage, ParseError, Reason};
pub use send::{Entry, SendError, Sent, send_all};
