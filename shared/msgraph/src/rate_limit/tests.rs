use futures::future::join_all;
use proptest::prelude::*;

use super::*;

const WINDOW: Duration = Duration::from_secs(20);

fn rate_limit(requests: usize) -> RateLimiter {
    RateLimiter::new(RateLimit { requests, window: WINDOW })
}

fn in_an_hour() -> Instant {
    Instant::now() + Duration::from_secs(3_600)
}

#[tokio::test(start_paused = true)]
async fn requests_within_the_limit_do_not_wait() {
    let (rate_limit, before) = (rate_limit(40), Instant::now());
    for _ in 0..40 {
        rate_limit.acquire(in_an_hour()).await.unwrap();
    }
    assert_eq!(Instant::now(), before);
}

#[tokio::test(start_paused = true)]
async fn the_forty_first_waits_until_the_first_has_left_the_window() {
    let (rate_limit, before) = (rate_limit(40), Instant::now());
    for _ in 0..41 {
        rate_limit.acquire(in_an_hour()).await.unwrap();
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    assert_eq!(before.elapsed(), WINDOW + Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_too_late_is_refused_at_once_and_not_used_up() {
    let (rate_limit, before) = (rate_limit(1), Instant::now());
    rate_limit.acquire(in_an_hour()).await.unwrap();
    for _ in 0..3 {
        let refused = rate_limit.acquire(before + Duration::from_secs(19)).await;
        assert!(matches!(refused, Err(Error::Throttled { retry_after }) if retry_after == WINDOW));
    }
    assert_eq!(Instant::now(), before);
    rate_limit.acquire(before + WINDOW).await.unwrap();
    assert_eq!(before.elapsed(), WINDOW);
}

#[test]
fn shares_leave_a_tenth_and_are_never_nothing() {
    let share = |sharers| RateLimit::CALL_RECORDS.split_between(sharers).requests;
    assert_eq!([share(0), share(1), share(4), share(100)], [1_350, 1_350, 337, 13]);
    assert_eq!(RateLimit::ONE_RECORD.split_between(1).requests, 36);
    assert_eq!(RateLimit::ONE_RECORD.split_between(1_000).requests, 1);
}

proptest! {
    /// However many ask at once and however they are spread, no window holds more than the limit.
    #[test]
    fn no_window_holds_more_than_the_limit(
        limit in 1_usize..12,
        pauses_ms in prop::collection::vec(0_u64..8_000, 1..60),
        at_once in 1_usize..6,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let turns = runtime.block_on(async {
            let (rate_limit, mut turns) = (rate_limit(limit), Vec::new());
            for pause in pauses_ms {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                let asked = (0..at_once).map(|_| async {
                    rate_limit.acquire(in_an_hour()).await.map(|()| Instant::now())
                });
                turns.extend(join_all(asked).await.into_iter().map(Result::unwrap));
            }
            turns
        });
        for (first, over) in turns.iter().zip(turns.iter().skip(limit)) {
            prop_assert!(*over - *first >= WINDOW, "{:?}", *over - *first);
        }
    }
}
