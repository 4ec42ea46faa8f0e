//! The shares of poor streams of a day, as metrics for alarms.

use call_quality::{DayQuality, Dimension, Link, TargetScope, ranked};
use lambda_kit::Metrics;

use crate::metrics::{POOR_STREAMS, POOR_STREAMS_INSIDE_WIRED, POOR_STREAMS_WORST_SITE};

/// Publishes what could be judged.
pub(crate) fn publish(quality: &DayQuality, metrics: &Metrics) {
    let scope = |inside, links| TargetScope { kind: None, inside, links };
    for (metric, scope) in [
        (POOR_STREAMS, scope(false, &[])),
        (POOR_STREAMS_INSIDE_WIRED, scope(true, &[Link::Wired])),
    ] {
        let counts = scope.counts(quality);
        metrics.percent(metric, counts.poor(), counts.judged());
    }
    let sites = ranked(quality, Dimension::Site);
    if let Some(worst) = sites.iter().find(|site| !site.few && site.value.known().is_some()) {
        metrics.percent(POOR_STREAMS_WORST_SITE, worst.counts.poor(), worst.counts.judged());
    }
}
