//! Work that is killed at one of its requests, or between two of which other work runs.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use aws_stand_ins::Fault;
use call_table::TableError;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::world::World;

/// Work that runs between two requests of other work.
pub(crate) type Between = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs `work` until it is killed before a request, or after one and before its answer. Returns
/// whether it got that far.
pub(crate) async fn killed<T>(
    world: &World,
    request: u64,
    after: bool,
    work: impl Future<Output = Result<T, TableError>>,
) -> bool {
    let dead = Arc::new(Notify::new());
    let (requests, killer) = (AtomicU64::new(0), dead.clone());
    world.faults().set(move |_| {
        let this = requests.fetch_add(1, Ordering::SeqCst);
        if this < request {
            Fault::None
        } else if this == request && after {
            Fault::DropAfter
        } else {
            killer.notify_one();
            Fault::DropBefore
        }
    });
    let got_far = tokio::select! {
        biased;
        () = dead.notified() => true,
        done = work => done.is_err(),
    };
    world.faults().clear();
    got_far
}

/// Runs `work`, and before its request number `pause` runs `between`. Returns the number of requests.
pub(crate) async fn interrupted<T>(
    world: &World,
    pause: u64,
    work: impl Future<Output = T>,
    between: impl Fn() -> Between + Send + Sync + 'static,
) -> (u64, T) {
    let requests = Arc::new(AtomicU64::new(0));
    let (seen, running) = (requests.clone(), AtomicBool::new(false));
    world.faults().set(move |_| {
        if !running.load(Ordering::SeqCst) && seen.fetch_add(1, Ordering::SeqCst) == pause {
            running.store(true, Ordering::SeqCst);
            tokio::task::block_in_place(|| Handle::current().block_on(between()));
            running.store(false, Ordering::SeqCst);
        }
        Fault::None
    });
    let done = work.await;
    world.faults().clear();
    (requests.load(Ordering::SeqCst), done)
}
