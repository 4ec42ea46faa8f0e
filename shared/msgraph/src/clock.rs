//! The one read of the clock: an HTTP date without a `Date` header beside it is relative to now.

use jiff::Timestamp;

/// The wall clock's time.
#[expect(
    clippy::disallowed_methods,
    reason = "this crate is an adapter at the edge; the time only turns a date into a pause"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
