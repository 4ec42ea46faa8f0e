//! What Graph makes of an endpoint that answers slowly.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use stand_in_kit::later;

/// The window that answers are judged over, and how long a judgement stands.
const WINDOW: Duration = Duration::from_mins(10);
/// Shares in percent beyond which an endpoint is slow, or notifications for it are dropped
/// (change-notifications-delivery-webhooks, 2026-04-22).
const SLOW_PERCENT: usize = 10;
const DROP_PERCENT: usize = 15;
/// Fewer answers than this are no sample. Not documented.
const SAMPLE: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pace {
    /// In time.
    Good,
    /// Longer than 3 s.
    Slow,
    /// Longer than 10 s.
    VerySlow,
}

/// What happens to new notifications for an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    Send,
    /// They are sent ten minutes later.
    Delay(Duration),
    Drop,
}

/// The answers of each host in the window.
#[derive(Debug, Default)]
pub(crate) struct Health(HashMap<String, Host>);

#[derive(Debug)]
struct Host {
    answers: VecDeque<(Timestamp, Pace)>,
    judgement: Judgement,
    stands_until: Timestamp,
}

impl Health {
    pub(crate) fn record(&mut self, url: &str, pace: Pace, now: Timestamp) {
        let host = self.0.entry(host_of(url)).or_insert_with(|| Host {
            answers: VecDeque::new(),
            judgement: Judgement::Send,
            stands_until: now,
        });
        host.answers.push_back((now, pace));
    }

    /// What happens to a notification for that endpoint now. A bad judgement stands for ten minutes,
    /// whatever the endpoint does meanwhile.
    pub(crate) fn judge(&mut self, url: &str, now: Timestamp) -> Judgement {
        let Some(host) = self.0.get_mut(&host_of(url)) else {
            return Judgement::Send;
        };
        if now < host.stands_until {
            return host.judgement;
        }
        while host.answers.front().is_some_and(|(at, _)| later(*at, WINDOW) <= now) {
            host.answers.pop_front();
        }
        let all = host.answers.len();
        let beyond = |percent: usize, pace: Pace| {
            let slow = host.answers.iter().filter(|(_, answer)| *answer >= pace).count();
            all >= SAMPLE && slow * 100 > percent * all
        };
        host.judgement = if beyond(DROP_PERCENT, Pace::VerySlow) {
            Judgement::Drop
        } else if beyond(SLOW_PERCENT, Pace::Slow) {
            Judgement::Delay(WINDOW)
        } else {
            return Judgement::Send;
        };
        host.stands_until = later(now, WINDOW);
        host.judgement
    }
}

/// Per host, whatever the path: all subscriptions of an endpoint share its fate.
fn host_of(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let authority =
        parsed.as_ref().map(|url| &url[url::Position::BeforeHost..url::Position::AfterPort]);
    authority.unwrap_or(url).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn judged(answers: &[(Pace, usize)]) -> Judgement {
        let mut health = Health::default();
        for (pace, times) in answers {
            for _ in 0..*times {
                health.record("https://a.example/one", *pace, Timestamp::UNIX_EPOCH);
            }
        }
        health.judge("https://a.example/other", Timestamp::UNIX_EPOCH)
    }

    #[rstest]
    #[case::all_good(&[(Pace::Good, 100)], Judgement::Send)]
    #[case::a_tenth_slow(&[(Pace::Good, 90), (Pace::Slow, 10)], Judgement::Send)]
    #[case::more_than_a_tenth_slow(&[(Pace::Good, 89), (Pace::Slow, 11)], Judgement::Delay(WINDOW))]
    #[case::very_slow_below_the_bound(&[(Pace::Good, 85), (Pace::VerySlow, 15)], Judgement::Delay(WINDOW))]
    #[case::very_slow(&[(Pace::Good, 84), (Pace::VerySlow, 16)], Judgement::Drop)]
    #[case::no_sample(&[(Pace::VerySlow, 5)], Judgement::Send)]
    fn slowness_is_judged_by_its_share(
        #[case] answers: &[(Pace, usize)],
        #[case] expected: Judgement,
    ) {
        assert_eq!(judged(answers), expected);
    }

    #[test]
    fn a_judgement_stands_for_ten_minutes() {
        let mut health = Health::default();
        for _ in 0..30 {
            health.record("https://a.example/", Pace::VerySlow, Timestamp::UNIX_EPOCH);
        }
        let at = |minutes| later(Timestamp::UNIX_EPOCH, Duration::from_mins(minutes));
        assert_eq!(health.judge("https://a.example/", at(0)), Judgement::Drop);
        assert_eq!(health.judge("https://a.example/", at(9)), Judgement::Drop);
        assert_eq!(health.judge("https://a.example/", at(10)), Judgement::Send);
        assert_eq!(health.judge("https://b.example/", at(0)), Judgement::Send);
    }
}
