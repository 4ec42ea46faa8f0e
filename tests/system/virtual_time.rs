//! Systems whose hours cost only what is done in them.
//!
//! tokio's clock is paused, the stand-ins go by it, and so do the waits and time-outs of the product:
//! everything passes in one virtual time, which jumps to the next timer as
//! soon as all tasks are idle.

use std::time::Duration;

use aws_stand_ins::Clock;
use teams_calls::system::{Settings, System};

/// A system in virtual time; for tests with `start_paused`.
pub(crate) async fn system(settings: Settings) -> System {
    // A packet on loopback also appears idle while the kernel delays it. Small steps leave
    // it time.
    tokio::spawn(async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let clock = Clock::of_tokio("2026-11-02T12:00:00Z".parse().unwrap());
    System::start(Settings { clock, ..settings }).await.unwrap()
}
