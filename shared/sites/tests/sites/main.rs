//! Building files in, sites out: the crate as its users see it.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop at what they did not expect")]

mod addresses;
mod files;
mod formats;
mod lookup;
mod refusals;
