//! The steps that ask the login service and Graph.

use jiff::{SignedDuration, Timestamp};
use msgraph::{Error, Graph, Subscription};
use renewer::plan::LIFETIME;
use tokio::time::Instant;
use url::Url;

use super::{Finding, GIVE_THE_URL, Patient, Step};

/// More than this is wrong: tokens, expiries and windows of time are reckoned with the own clock.
/// An answer takes a few seconds at most, and its date has whole seconds.
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The renewer runs every hour and renews at half of the subscription's life: with less left than
/// that and three hours, it has failed more than once.
const MIN_TIME_LEFT: SignedDuration = SignedDuration::from_mins(LIFETIME.as_mins() / 2 - 180);

/// What is listed to see that listing works.
const LISTED: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn examine(
    patient: &Patient,
    now: impl Fn() -> Timestamp,
    deadline: Instant,
) -> Vec<Finding> {
    let graph = &patient.graph;
    let mut findings = vec![clock(graph.time(deadline).await, &now)];
    if let Err(error) = graph.log_in(deadline).await {
        findings.push(Finding::wrong(Step::Token, error.to_string()));
        let later = [Step::Consent, Step::List, Step::Subscription];
        findings.extend(later.map(|step| Finding::after(step, Step::Token)));
        findings.extend(DETAILS.map(|step| Finding::after(step, Step::Token)));
        return findings;
    }
    findings.push(Finding::ok(Step::Token, "the login service gives this application a token"));

    let consented = consent_and_list(graph, now(), deadline, &mut findings).await;
    if consented {
        findings.extend(subscription(patient, now(), deadline).await);
    } else {
        findings.push(Finding::after(Step::Subscription, Step::Consent));
        findings.extend(DETAILS.map(|step| Finding::after(step, Step::Consent)));
    }
    findings
}

/// What can be said only of a subscription that there is.
const DETAILS: [Step; 2] = [Step::SubscriptionIsOurs, Step::SubscriptionTimeLeft];

fn clock(theirs: Result<Option<Timestamp>, Error>, now: &impl Fn() -> Timestamp) -> Finding {
    let theirs = match theirs {
        Ok(Some(theirs)) => theirs,
        Ok(None) => return Finding::not_checked(Step::Clock, "Graph's answer has no date"),
        Err(error) => return Finding::wrong(Step::Clock, error.to_string()),
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

/// A token is opaque: whether the permission was granted shows in what Graph answers. True when it
/// was not refused.
async fn consent_and_list(
    graph: &Graph,
    now: Timestamp,
    deadline: Instant,
    findings: &mut Vec<Finding>,
) -> bool {
    match graph.list_call_records(now - LISTED, now, None, deadline).await {
        Ok(page) => {
            findings.push(Finding::ok(
                Step::Consent,
                "the application may read call records (CallRecords.Read.All)",
            ));
            let more = if page.next_link.is_some() { " or more" } else { "" };
            let calls = page.value.len();
            let sentence = format!("Graph lists {calls}{more} calls that began in the last 24 h");
            findings.push(Finding::ok(Step::List, sentence));
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

async fn subscription(patient: &Patient, now: Timestamp, deadline: Instant) -> Vec<Finding> {
    let missing = |finding| {
        let mut findings = vec![finding];
        findings.extend(DETAILS.map(|step| Finding::after(step, Step::Subscription)));
        findings
    };
    let listed = match patient.graph.list_subscriptions(deadline).await {
        Ok(listed) => listed,
        Err(error) => return missing(Finding::wrong(Step::Subscription, error.to_string())),
    };
    let alive: Vec<_> = listed
        .into_iter()
        .filter(|subscription| subscription.is_for_call_records() && subscription.expires_at > now)
        .collect();
    // The one that notifies us if there is one, else any: what is wrong with it is said below.
    let wanted = patient.notification_url.as_ref();
    let ours = alive.iter().find(|it| wanted.is_none_or(|url| notifies(it, url)));
    let Some(it) = ours.or(alive.first()) else {
        return missing(Finding::wrong(
            Step::Subscription,
            "this application has no subscription to call records, so nothing is announced: deploy \
             the stack and run its output CheckCommand (`teams-calls import` needs none)",
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
    vec![there_is, is_ours(it, patient), time_left(it, now)]
}

/// The same address, however it is spelled.
fn notifies(subscription: &Subscription, url: &Url) -> bool {
    Url::parse(&subscription.notification_url).is_ok_and(|it| it == *url)
}

fn is_ours(it: &Subscription, patient: &Patient) -> Finding {
    let wrong = |sentence: String| Finding::wrong(Step::SubscriptionIsOurs, sentence);
    let other = it.application_id.as_ref();
    if let Some(other) = other.filter(|id| !id.eq_ignore_ascii_case(&patient.client_id)) {
        return wrong(format!(
            "the subscription was made by application {other}: give --client-id of that one, or \
             delete the subscription with it"
        ));
    }
    if !it.change_type.split(',').any(|kind| kind.trim() == msgraph::CHANGE_TYPE) {
        return wrong(
            "the subscription tells of first versions only: delete it and run the stack's output \
             CheckCommand, which makes one for every version (changeType updated)"
                .to_owned(),
        );
    }
    let Some(url) = &patient.notification_url else {
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
            "the subscription has no lifecycle URL, so nobody hears when it has to be renewed: run \
             the stack's output CheckCommand, which makes it anew"
                .to_owned(),
        );
    }
    Finding::ok(Step::SubscriptionIsOurs, "this application made it, and it notifies this webhook")
}

fn time_left(it: &Subscription, now: Timestamp) -> Finding {
    let left = it.expires_at.duration_since(now);
    let told = format!("{} h {} min", left.as_hours(), left.as_mins() % 60);
    if left >= MIN_TIME_LEFT {
        return Finding::ok(Step::SubscriptionTimeLeft, format!("it ends in {told}"));
    }
    Finding::wrong(
        Step::SubscriptionTimeLeft,
        format!(
            "the subscription ends in {told} and was not renewed at half of its life: look at the \
             renewer's log, then run the stack's output CheckCommand"
        ),
    )
}
