#![doc = include_str!("../README.md")]

mod admission;
mod answer;
mod clock;
mod server;

pub use admission::{Admission, path_below_token, run_token};
pub use answer::{Answer, body_of, text};
pub use clock::{Clock, later};
pub use server::{Hangup, Server, action};
