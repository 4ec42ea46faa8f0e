use super::*;

fn in_seconds(seconds: f64) -> Instant {
    Instant::now() + Duration::from_secs_f64(seconds)
}

#[tokio::test(start_paused = true)]
async fn an_open_gate_lets_everyone_through_at_once() {
    let before = Instant::now();
    Gate::default().pass(&Options::default(), in_seconds(1.0)).await.unwrap();
    assert_eq!(Instant::now(), before);
}

#[tokio::test(start_paused = true)]
async fn a_short_wait_inside_the_deadline_is_waited_for() {
    let (gate, options) = (Gate::default(), Options::default());
    let before = Instant::now();
    gate.close(Some(Duration::from_millis(2_128)), &options);
    gate.pass(&options, in_seconds(60.0)).await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(2_128));
    assert!(gate.closed_until().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_does_not_fit_is_refused_at_once() {
    let (gate, options) = (Gate::default(), Options::default());
    gate.close(Some(Duration::from_secs(4)), &options);
    let before = Instant::now();
    // 4 s of waiting fit into 4.2 s, but no request fits into what is left then.
    for deadline in [in_seconds(2.0), in_seconds(4.2)] {
        let refused = gate.pass(&options, deadline).await;
        assert!(
            matches!(refused, Err(Error::Throttled { retry_after }) if retry_after == Duration::from_secs(4))
        );
    }
    assert_eq!(Instant::now(), before);
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_is_never_waited_for() {
    let (gate, options) = (Gate::default(), Options::default());
    gate.close(Some(Duration::from_secs(21)), &options);
    let refused = gate.pass(&options, in_seconds(600.0)).await;
    assert!(matches!(refused, Err(Error::Throttled { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_shorter_wait_does_not_open_the_gate_earlier() {
    let (gate, options) = (Gate::default(), Options::default());
    gate.close(Some(Duration::from_secs(30)), &options);
    let left = gate.close(Some(Duration::from_secs(1)), &options);
    assert_eq!(left, Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn waits_without_a_time_double_until_a_request_goes_through() {
    let (gate, options) = (Gate::default(), Options::default());
    let mut waits = Vec::new();
    for _ in 0..8 {
        waits.push(gate.close(None, &options).as_secs());
        tokio::time::advance(Duration::from_secs(100)).await;
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 64, 64]);
    gate.passed();
    assert_eq!(gate.close(None, &options).as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn answers_to_requests_under_way_together_count_once() {
    let (gate, options) = (Gate::default(), Options::default());
    for _ in 0..10 {
        assert_eq!(gate.close(None, &options).as_secs(), 2);
    }
}
