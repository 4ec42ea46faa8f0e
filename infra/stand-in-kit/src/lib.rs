#![doc = include_str!("../README.md")]

mod clock;
mod server;

pub use clock::{Clock, later};
pub use server::{Answer, Hangup, Server, action, body_of, text};
