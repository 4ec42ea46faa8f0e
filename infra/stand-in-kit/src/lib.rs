#![doc = include_str!("../README.md")]

mod admission;
mod clock;
mod server;

pub use admission::{Admission, path_below_token, run_token};
pub use clock::{Clock, later};
pub use server::{Answer, Hangup, Server, action, body_of, text};
