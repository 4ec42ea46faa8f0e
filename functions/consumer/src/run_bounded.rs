//! Work on several items at once, each on its own: a panic harms one item.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Does `work` for every item, at most `bound` of them at a time, and gives each item back with its
/// result, or with none where the work panicked. They come in the order in which they finish.
pub(crate) async fn run_bounded<I, F, T>(
    items: Vec<I>,
    bound: usize,
    work: impl Fn(&I) -> F,
) -> Vec<(I, Option<T>)>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let permits = Arc::new(Semaphore::new(bound.max(1)));
    let mut running = JoinSet::new();
    let mut items: HashMap<_, I> = items
        .into_iter()
        .map(|item| {
            let (permits, work) = (Arc::clone(&permits), work(&item));
            let task = running.spawn(async move {
                let _permit = permits.acquire().await;
                work.await
            });
            (task.id(), item)
        })
        .collect();
    let mut results = Vec::with_capacity(items.len());
    while let Some(finished) = running.join_next_with_id().await {
        let (task, result) = match finished {
            Ok((task, result)) => (task, Some(result)),
            Err(panic) => (panic.id(), None),
        };
        results.extend(items.remove(&task).map(|item| (item, result)));
    }
    results
}

#[cfg(test)]
mod tests {
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
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let results = run_bounded((0..20).collect(), 3, |_| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Ordering::SeqCst);
            }
        })
        .await;
        assert_eq!(results.len(), 20);
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }
}
