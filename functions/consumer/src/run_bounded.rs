//! Bounded concurrency in which a panic harms one item.

use std::panic::AssertUnwindSafe;

use futures::{FutureExt, StreamExt, stream};

/// Runs `work` for every item, at most `bound` at a time, and returns each item with its result, or
/// with none where the work panicked, in the order in which they finish.
///
/// The work is polled by the caller and not spawned: dropping the caller cancels all of it.
pub(crate) async fn run_bounded<I, F: Future>(
    items: Vec<I>,
    bound: usize,
    work: impl Fn(&I) -> F,
) -> Vec<(I, Option<F::Output>)> {
    let work = &work;
    stream::iter(items)
        .map(|item| async move {
            let result = AssertUnwindSafe(work(&item)).catch_unwind().await.ok();
            (item, result)
        })
        .buffer_unordered(bound.max(1))
        .collect()
        .await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_panic_harms_one_item() {
        let mut results = run_bounded(vec![1, 2, 3], 2, |item| {
            let item = *item;
            async move {
                assert_ne!(item, 2, "this one panics");
                item * 10
            }
        })
        .await;
        results.sort_unstable();
        assert_eq!(results, [(1, Some(10)), (2, None), (3, Some(30))]);
    }

    #[tokio::test]
    async fn no_more_than_the_bound_run_at_once() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (now, most) = (&now, &most);
        let results = run_bounded((0..20).collect(), 3, |_| async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            now.fetch_sub(1, Ordering::SeqCst);
        })
        .await;
        assert_eq!(results.len(), 20);
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn dropping_it_drops_the_work_in_progress() {
        let held = Arc::new(());
        let work = run_bounded(vec![1, 2, 3], 2, |_| {
            let held = Arc::clone(&held);
            async move {
                let _held = held;
                std::future::pending::<()>().await;
            }
        });
        let mut work = Box::pin(work);
        assert!(work.as_mut().now_or_never().is_none());
        assert_eq!(Arc::strong_count(&held), 3);
        drop(work);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
