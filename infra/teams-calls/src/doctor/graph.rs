//! The steps that call the login service and Graph.

use call_records::{ListedCall, Page};
use jiff::{SignedDuration, Timestamp};
use msgraph::{Error, Graph, Proxy, Subscription};
use pstn_logs::Log;
use renewer::plan::LIFETIME;
use tokio::time::Instant;
use url::Url;

use super::{Deployment, Finding, GIVE_THE_URL, Step};

/// Expiries of tokens and windows of time are computed with the local clock. An answer takes a few seconds
/// at most, and its date has whole seconds.
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The renewer runs every hour and renews at half of the subscription's life: with less left than
/// that and three hours, it has failed more than once.
const MIN_TIME_LEFT: SignedDuration = SignedDuration::from_mins(LIFETIME.as_mins() / 2 - 180);

/// The window of the list request.
const LIST_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// The steps of `examine_access`.
pub(super) async fn access(
    graph: &Graph,
    now: Timestamp,
    deadline: Instant,
) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    match graph.log_in(deadline).await {
        Ok(()) => findings.push(Finding::ok(Step::Token, LOGGED_IN)),
        Err(error) if is_for_good(&error) => return Err(error),
        Err(error) => {
            findings.push(Finding::wrong(Step::Token, error.to_string()));
            return Ok(findings);
        }
    }
    match graph.list_call_records(now - LIST_WINDOW, now, None, deadline).await {
        Ok(page) => findings.push(listed(&page)),
        Err(error) if is_for_good(&error) => return Err(error),
        Err(error) => findings.push(Finding::wrong(Step::List, error.to_string())),
    }
    Ok(findings)
}

const LOGGED_IN: &str = "the login service gives this application a token";

/// Whether only a person can correct it.
fn is_for_good(error: &Error) -> bool {
    matches!(error, Error::Login { .. } | Error::Unauthorized { .. } | Error::Rejected { .. })
}

fn listed(page: &Page<ListedCall>) -> Finding {
    let more = if page.next_link.is_some() { " or more" } else { "" };
    let calls = page.value.len();
    let sentence = format!("Graph lists {calls}{more} calls that began in the last 24 h");
    Finding::ok(Step::List, sentence)
}

pub(super) async fn examine(
    deployment: &Deployment,
    now: impl Fn() -> Timestamp,
    deadline: Instant,
) -> Vec<Finding> {
    let (graph, proxy) = (&deployment.graph, deployment.proxy.as_ref());
    let mut findings = vec![clock(graph.time(deadline).await, &now, proxy)];
    if let Err(error) = graph.log_in(deadline).await {
        findings.push(Finding::wrong(Step::Token, error.to_string()));
        let later = [Step::Consent, Step::List, Step::TelephoneLogs, Step::Subscription];
        findings.extend(later.map(|step| Finding::after(step, Step::Token)));
        findings.extend(DETAILS.map(|step| Finding::after(step, Step::Token)));
        return findings;
    }
    findings.push(Finding::ok(Step::Token, LOGGED_IN));

    let consented = consent_and_list(graph, now(), deadline, &mut findings).await;
    if consented {
        findings.push(telephone_logs(graph, now(), deadline).await);
        findings.extend(subscription(deployment, now(), deadline).await);
    } else {
        findings.extend(
            [Step::TelephoneLogs, Step::Subscription]
                .map(|step| Finding::after(step, Step::Consent)),
        );
        findings.extend(DETAILS.map(|step| Finding::after(step, Step::Consent)));
    }
    findings
}

/// The steps that need a subscription.
const DETAILS: [Step; 2] = [Step::SubscriptionIsOurs, Step::SubscriptionTimeLeft];

/// The sentence of an error. Where this machine has no proxy, it may need one.
fn unreachable(error: &Error, proxy: Option<&Proxy>) -> String {
    match (error, proxy) {
        (Error::Unavailable { .. }, None) => {
            format!("{error}; if this network has a proxy for https, name it in HTTPS_PROXY")
        }
        _ => error.to_string(),
    }
}

fn clock(
    theirs: Result<Option<Timestamp>, Error>,
    now: &impl Fn() -> Timestamp,
    proxy: Option<&Proxy>,
) -> Finding {
    let theirs = match theirs {
        Ok(Some(theirs)) => theirs,
        Ok(None) => return Finding::not_checked(Step::Clock, "Graph's answer has no date"),
        Err(error) => return Finding::wrong(Step::Clock, unreachable(&error, proxy)),
    };
    let ahead = now().duration_since(theirs);
    if ahead.abs() <= MAX_CLOCK_SKEW {
        return Finding::ok(Step::Clock, "this machine's clock agrees with Graph's");
    }
    let direction = if ahead.is_positive() { "ahead of" } else { "behind" };
    Finding::wrong(
        Step::Clock,
        format!(
            "this machine's clock is {} s {direction} Graph's: set it, for example by turning on \
             NTP (`timedatectl set-ntp true`)",
            ahead.abs().as_secs()
        ),
    )
}

/// A token is opaque: whether the permission was granted shows in Graph's answer. Returns whether it was
/// not refused.
async fn consent_and_list(
    graph: &Graph,
    now: Timestamp,
    deadline: Instant,
    findings: &mut Vec<Finding>,
) -> bool {
    match graph.list_call_records(now - LIST_WINDOW, now, None, deadline).await {
        Ok(page) => {
            findings.push(Finding::ok(
                Step::Consent,
                "the application may read call records (CallRecords.Read.All)",
            ));
            findings.push(listed(&page));
            true
        }
        Err(error @ Error::Unauthorized { .. }) => {
            findings.push(Finding::wrong(Step::Consent, error.to_string()));
            findings.push(Finding::after(Step::List, Step::Consent));
            false
        }
        Err(error) => {
            findings.push(Finding::not_checked(
                Step::Consent,
                "Graph's answer to the list says nothing of it",
            ));
            findings.push(Finding::wrong(Step::List, error.to_string()));
            true
        }
    }
}

/// One page of each log of telephone calls.
async fn telephone_logs(graph: &Graph, now: Timestamp, deadline: Instant) -> Finding {
    let mut rows = Vec::new();
    for log in Log::ALL {
        match graph.phone_log(log, now - LIST_WINDOW, now, None, deadline).await {
            Ok(page) => {
                let more = if page.next_link.is_some() { " or more" } else { "" };
                rows.push(format!("{log}: {}{more}", page.rows.len()));
            }
            Err(error) => {
                return Finding::wrong(
                    Step::TelephoneLogs,
                    format!(
                        "the logs of telephone calls, which the parameter PstnLogs stores, cannot be \
                         read: {error}"
                    ),
                );
            }
        }
    }
    Finding::ok(
        Step::TelephoneLogs,
        format!(
            "Graph lists telephone calls of the last 24 h ({}); rows come up to 48 h late",
            rows.join(", ")
        ),
    )
}

async fn subscription(deployment: &Deployment, now: Timestamp, deadline: Instant) -> Vec<Finding> {
    let missing = |finding| {
        let mut findings = vec![finding];
        findings.extend(DETAILS.map(|step| Finding::after(step, Step::Subscription)));
        findings
    };
    let listed = match deployment.graph.list_subscriptions(deadline).await {
        Ok(listed) => listed,
        Err(error) => return missing(Finding::wrong(Step::Subscription, error.to_string())),
    };
    let alive: Vec<_> = listed
        .into_iter()
        .filter(|subscription| subscription.is_for_call_records() && subscription.expires_at > now)
        .collect();
    // Prefers the subscription that notifies this webhook; any other is reported by `is_ours`.
    let wanted = deployment.notification_url.as_ref();
    let ours = alive.iter().find(|it| wanted.is_none_or(|url| notifies(it, url)));
    let Some(it) = ours.or(alive.first()) else {
        return missing(Finding::wrong(
            Step::Subscription,
            "this application has no subscription to call records, so nothing is announced: deploy \
             the stack and run its output CheckCommand (`cargo run -- import` needs none)",
        ));
    };
    let there_is = if let [_] = alive.as_slice() {
        Finding::ok(Step::Subscription, "there is one subscription to call records")
    } else {
        Finding::wrong(
            Step::Subscription,
            format!(
                "there are {} subscriptions to call records, so everything is announced more than \
                 once: run the stack's output CheckCommand, which removes what is superfluous",
                alive.len()
            ),
        )
    };
    vec![there_is, is_ours(it, deployment), time_left(it, now)]
}

/// The same address, however it is spelled.
fn notifies(subscription: &Subscription, url: &Url) -> bool {
    Url::parse(&subscription.notification_url).is_ok_and(|it| it == *url)
}

fn is_ours(it: &Subscription, deployment: &Deployment) -> Finding {
    let wrong = |sentence: String| Finding::wrong(Step::SubscriptionIsOurs, sentence);
    let other = it.application_id.as_ref();
    if let Some(other) = other.filter(|id| !id.eq_ignore_ascii_case(&deployment.client_id)) {
        return wrong(format!(
            "the subscription was made by application {other}: give --client-id of that one, or \
             delete the subscription with it"
        ));
    }
    if !it.change_type.split(',').any(|kind| kind.trim() == msgraph::CHANGE_TYPE) {
        return wrong(
            "the subscription notifies of first versions only: delete it and run the stack's output \
             CheckCommand, which creates one for every version (changeType updated)"
                .to_owned(),
        );
    }
    let Some(url) = &deployment.notification_url else {
        return Finding::not_checked(Step::SubscriptionIsOurs, GIVE_THE_URL);
    };
    if !notifies(it, url) {
        let there = Url::parse(&it.notification_url).ok();
        let there = there.as_ref().and_then(Url::host_str).unwrap_or("an unknown host");
        return wrong(format!(
            "the subscription notifies another address, at {there}: run the stack's output \
             CheckCommand, and if {there} is another deployment, give each its own application"
        ));
    }
    if it.lifecycle_notification_url.is_none() {
        return wrong(
            "the subscription has no lifecycle URL, so lifecycle events are lost: run the \
             stack's output CheckCommand, which recreates it"
                .to_owned(),
        );
    }
    Finding::ok(Step::SubscriptionIsOurs, "this application made it, and it notifies this webhook")
}

fn time_left(it: &Subscription, now: Timestamp) -> Finding {
    let left = it.expires_at.duration_since(now);
    let duration = format!("{} h {} min", left.as_hours(), left.as_mins() % 60);
    if left >= MIN_TIME_LEFT {
        return Finding::ok(Step::SubscriptionTimeLeft, format!("it ends in {duration}"));
    }
    Finding::wrong(
        Step::SubscriptionTimeLeft,
        format!(
            "the subscription ends in {duration} and was not renewed at half of its life: see the \
             renewer's log, then run the stack's output CheckCommand"
        ),
    )
}
