//! Records in, people and numbers out: the crate as its users see it.

#![recursion_limit = "256"]
#![expect(clippy::unwrap_used, reason = "helpers of tests stop at what they did not expect")]
#![expect(clippy::needless_pass_by_value, reason = "values are written where they are needed")]

mod by_hand;
mod cases;
mod classifiers;
mod decoding;
mod definitions;
mod escalated_call;
mod feedback;
mod invented;
mod legs;
mod outcomes;
mod overview;
mod payloads;
mod people;
mod person_keys;
mod properties;
mod quality;
mod redaction;
mod relations;
mod repetition;
mod services;
mod taken_calls;
mod times;
mod totals;
