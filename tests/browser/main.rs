//! The reports in a real browser: nothing overlaps, overflows or is cut, no word is broken, and what
//! people ask for is a few clicks away. Screenshots are left in `target/screenshots`.
//!
//! It needs Chromium (Debian: `apt-get install chromium`), so `cargo test --workspace` leaves it out, and axe-core,
//! which `.ci/run` installs in the same way:
//!
//! ```sh
//! mkdir -p target/checks/axe && cp infra/checks/axe/package*.json target/checks/axe
//! npm ci --prefix target/checks/axe --ignore-scripts
//! cargo test -p system-tests --test browser
//! ```
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod accessibility;
mod address;
mod chromium;
mod keyboard;
mod laptop;
mod layout;
mod origins;
mod questions;
