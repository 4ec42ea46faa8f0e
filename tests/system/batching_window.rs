//! The batching window of the consumer's event source, in virtual time.

use std::time::Duration;

use teams_calls::system::{CONSUMER_WINDOW, Settings, System};
use tokio::time::{Instant, sleep};

use crate::invented_organisation::bare_call;
use crate::virtual_time;

/// Far more than the window.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What is more than the window is the fake Graph's time and the polling of the stand-in.
const MARGIN: Duration = Duration::from_secs(5);

/// Waits until the calls are stored; the virtual time that it took.
async fn stored(system: &System, calls: &[String]) -> Duration {
    let began = Instant::now();
    for call in calls {
        while system.store().version(call).await.unwrap().is_none() {
            assert!(began.elapsed() < TIMEOUT, "{call} is not stored");
            sleep(Duration::from_millis(100)).await;
        }
    }
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_window_share_an_invocation_and_one_alone_waits_no_longer_than_the_window() {
    let settings = Settings { consumer_window: CONSUMER_WINDOW, ..Settings::quiet() };
    let system = virtual_time::system(settings).await;
    // An invocation that stores something writes one line of metrics.
    let invocations = || system.metrics().consumer.lines().len();

    system.graph().publish(&bare_call("alone")).unwrap();
    let waited = stored(&system, &["alone".to_owned()]).await;
    assert!(waited <= CONSUMER_WINDOW + MARGIN, "{waited:?}");
    assert_eq!(invocations(), 1);

    let calls: Vec<String> = (0..8).map(|number| format!("call-{number}")).collect();
    for call in &calls {
        system.graph().publish(&bare_call(call)).unwrap();
        sleep(Duration::from_secs(1)).await;
    }
    stored(&system, &calls).await;
    assert_eq!(invocations(), 2);

    // A full batch does not wait.
    let calls: Vec<String> = (0..10).map(|number| format!("more-{number}")).collect();
    for call in &calls {
        system.graph().publish(&bare_call(call)).unwrap();
    }
    let waited = stored(&system, &calls).await;
    assert!(waited < CONSUMER_WINDOW, "{waited:?}");
}
