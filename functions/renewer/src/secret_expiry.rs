//! A client secret that is about to end: nothing works from then on.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::{Renewer, metrics};

/// Long enough to have a new one approved.
const WARN_DAYS: i64 = 30;

impl Renewer {
    /// Says that the client secret ends soon, as the parameter has it.
    pub(crate) fn warn_of_expiry(&self, now: Timestamp) {
        let Some(expires) = self.config.client_secret_expires else { return };
        let left = days_left(expires, now);
        if left <= WARN_DAYS {
            self.metrics.count(metrics::SECRET_EXPIRING, 1);
            tracing::warn!(
                days_left = left,
                "client_secret.expiring: make a new one in Entra, put it into the secret, and deploy with \
                 its ClientSecretExpires"
            );
        }
    }
}

/// Whole days from today (UTC); below 0 when it has ended.
fn days_left(expires: Date, now: Timestamp) -> i64 {
    let today = TimeZone::UTC.to_datetime(now).date();
    today.duration_until(expires).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_counted_from_today() {
        let now: Timestamp = "2026-11-29T23:00:00Z".parse().unwrap();
        assert_eq!(days_left(date(2026, 12, 29), now), 30);
        assert_eq!(days_left(date(2026, 11, 29), now), 0);
        assert_eq!(days_left(date(2026, 11, 1), now), -28);
    }
}
