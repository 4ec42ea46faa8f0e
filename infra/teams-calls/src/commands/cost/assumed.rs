//! What is not measured here.

/// Billed time of the webhook for a request.
pub(super) const WEBHOOK_SECONDS: f64 = 0.03;
/// Billed time of the consumer for a version, alone and in a batch of ten, of which five wait for
/// Graph at once: measured with a Graph that takes as long as the real one.
pub(super) const CONSUMER_SECONDS_ALONE: f64 = 1.04;
pub(super) const CONSUMER_SECONDS_OF_TEN: f64 = 0.23;
/// In so many hours of a month is nearly everything called.
pub(super) const BUSY_HOURS: f64 = 220.0;
/// Of a renewer's and a reconciler's run in which there is nothing to do.
pub(super) const RUN_SECONDS: f64 = 1.5;
/// Lambda receives from an idle queue with five pollers where the source has a maximum concurrency,
/// and with two where it has none, 20 s a receive.
pub(super) const POLLERS_WITH_MAXIMUM: f64 = 5.0;
pub(super) const POLLERS: f64 = 2.0;
pub(super) const RECEIVE_SECONDS: f64 = 20.0;
/// Of a run of the logs of telephone calls: two requests to Graph, and sixteen once a day.
pub(super) const TELEPHONE_SECONDS: f64 = 10.0;
pub(super) const LOG_BYTES_PER_VERSION: f64 = 1_500.0;
/// Of the API's access log.
pub(super) const LOG_BYTES_PER_REQUEST: f64 = 450.0;
/// Of the webhook's log, of a request that it refuses.
pub(super) const LOG_BYTES_PER_REFUSAL: f64 = 600.0;
pub(super) const LOG_BYTES_PER_RUN: f64 = 2_000.0;
/// The key of the table is asked for once in five minutes at most.
pub(super) const KEY_REQUESTS: f64 = 12.0 * super::HOURS;
/// Of a run of the roll-up in which no day is due.
pub(super) const ROLL_UP_SECONDS: f64 = 0.3;
/// A day is rolled up every two hours while it lasts, when half of its calls are there, and then at
/// ages that grow by half for a month: as if it were read whole so often.
pub(super) const ROLL_UPS: f64 = 6.0 + 14.5;
/// CPU of a call in a roll-up: `cargo bench -p call-quality`, and as much again for reading and
/// unpacking, with more than half a core at 1 GB.
pub(super) const ROLL_UP_SECONDS_PER_CALL: f64 = 0.002;
/// The nightly comparison reads each of the last 30 days' calls again.
pub(super) const NIGHTS: f64 = 30.0;
