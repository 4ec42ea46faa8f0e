//! The checks on the deployed stack, in the order of a day.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use call_records::{AudioClassifier, PersonKey};
use fake_graph::organisation::{InventedCall, Organisation, Plan};
use fake_graph::{Failure, Lifecycle, TENANT_ID, Target};
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::queue::Queue;
use super::{Deployment, custom_domain, lake, now, telephone, until};
use teams_calls::system::Comparison;

/// For every step but the day itself.
const SHORT_TIMEOUT: Duration = Duration::from_secs(30);

/// For the day: one record is 404 at first and is retried after a minute.
const DAY_TIMEOUT: Duration = Duration::from_secs(120);

/// For a second receive: it comes after the consumer's shortest backoff, half a minute.
const REDRIVE_TIMEOUT: Duration = Duration::from_secs(90);

/// For a scheduled run, of which there is one a minute.
const SCHEDULE_TIMEOUT: Duration = Duration::from_secs(90);

const ONE_DAY: SignedDuration = SignedDuration::from_hours(24);

const PEOPLE: usize = 40;
const CALLS: usize = 80;

pub(super) async fn run(deployment: &mut Deployment, report: &impl Fn(&str)) -> anyhow::Result<()> {
    a_stack_without_a_secret_states_what_to_do(deployment).await?;
    report(&format!("deployed with {}", deployment.stack.functions().join(", ")));
    the_stack_subscribes(deployment).await?;
    report("the stack subscribed, and its API answered the handshake at both addresses");

    let day = TimeZone::UTC.to_datetime(now()).date().yesterday()?;
    let organisation = invented(day);
    let mut calls = organisation.calls.clone();
    let unannounced = calls.pop().context("no call was invented")?;
    publish(deployment, &calls)?;
    a_poisoned_message_and_record_are_dead_lettered(deployment, &calls[0]).await?;
    report("an undecodable message and record were dead-lettered with their reasons");
    a_redrive_stores_a_record_that_became_readable(deployment, &calls[0]).await?;
    report(
        "a redrive stored the record, which had become readable, and dead-lettered the message again",
    );

    // Meanwhile one record waits a minute for its retry.
    ensure!(
        deployment.graph.is_quiet_within(SHORT_TIMEOUT).await,
        "Graph could not deliver all notifications"
    );
    a_lifecycle_event_reaches_the_renewer(deployment).await?;
    report("a lifecycle event went through its queue to the renewer, which recorded the gap");
    the_schedule_replaces_a_lost_subscription(deployment).await?;
    report("the schedule ran the renewer, which replaced a subscription that was lost");

    drained(deployment, DAY_TIMEOUT).await?;
    everything_is_stored(deployment).await?;
    report(&format!("{} calls are stored, and every total equals recomputation", calls.len()));
    the_redrive_policy_dead_letters_after_max_receive_count(deployment, &calls[1]).await?;
    report(
        "the redrive policy dead-lettered a message after maxReceiveCount; a redrive stored its call",
    );
    the_reconciler_finds_an_unannounced_call(deployment, &unannounced).await?;
    report("the reconciler found a call without a notification, and it was stored");
    the_reports_show_what_is_stored(deployment).await?;
    report("the reports describe themselves and count every call, as JSON and as a widget's page");
    let rows = lake::equals_the_table(deployment).await?;
    report(&format!("the lake's {rows} rows were read back, and its totals equal the table's"));
    let rows = telephone::equals_graph(deployment, &organisation).await?;
    report(&format!("the {rows} rows of both logs of telephone calls are stored, each once"));
    let person = a_person_is_forgotten(deployment, day).await?;
    report("forget removed a person, and every total still equals recomputation");
    lake::has_no(deployment, &person).await?;
    report("the next run of the export left no trace of the person in any object");
    telephone::has_no(deployment, &person).await?;
    report("the next run of the logs of telephone calls left the person forgotten");
    no_event_is_dead_lettered_and_graphs_rules_are_kept(deployment).await?;
    deleting_the_stack_ends_the_subscription(deployment).await?;
    report("deleting the stack ended the subscription and left the table");
    Ok(())
}

async fn a_stack_without_a_secret_states_what_to_do(
    deployment: &mut Deployment,
) -> anyhow::Result<()> {
    deployment.deploy().await?;
    let status = deployment.output("SubscriptionStatus")?;
    ensure!(status.contains("tenant_id"), "SubscriptionStatus does not name tenant_id: {status}");
    ensure!(deployment.graph.subscriptions().is_empty(), "subscribed without credentials");
    Ok(())
}

async fn the_stack_subscribes(deployment: &mut Deployment) -> anyhow::Result<()> {
    deployment.fill_in_secret().await?;
    let api = deployment.stack.api_id().await?;
    let domain = custom_domain::start(&deployment.ministack.url(), &api).await?;
    let address = domain.url().trim_end_matches('/').to_owned();
    deployment.custom_domain = Some(domain);
    deployment.deploy().await?;
    let status = deployment.output("SubscriptionStatus")?;
    let subscriptions = deployment.graph.subscriptions();
    ensure!(subscriptions.len() == 1, "{} subscriptions: {status}", subscriptions.len());
    // Between the two is the segment that cannot be guessed.
    let url = deployment.output("NotificationUrl")?;
    let path = url.strip_prefix(&address).context("the stack does not use PublicUrl")?;
    ensure!(
        path.ends_with("/notifications") && path != "/notifications",
        "the address has no unguessable segment: {path}"
    );
    // Graph validates both URLs, through the API and the webhook.
    let handshakes = deployment.graph.counters().handshakes;
    ensure!(handshakes >= 2, "{handshakes} handshakes");
    let checked = deployment.stack.invoke("renewer", &json!({"action": "check"})).await?;
    ensure!(checked["healthy"] == true, "the check returned {checked}");
    Ok(())
}

/// Invented calls of a day, with the kinds of calls first.
fn invented(day: Date) -> Organisation {
    let plan = Plan {
        people: PEOPLE,
        calls: CALLS,
        seed: 1,
        day,
        tenant_id: TENANT_ID.to_owned(),
        fault: None,
    };
    let mut organisation = Organisation::invent(&plan);
    // The first is a meeting of 300, which is too large for so small an organisation.
    organisation.calls.remove(0);
    organisation
}

/// Publishes every version of every call in order, each with its notification.
fn publish(deployment: &Deployment, calls: &[InventedCall]) -> anyhow::Result<()> {
    let graph = &deployment.graph;
    let max_versions = calls.iter().map(|call| call.versions.len()).max().unwrap_or(0);
    for place in 0..max_versions {
        for version in calls.iter().filter_map(|call| call.versions.get(place)) {
            graph.publish(version)?;
        }
    }
    // One record is 404 at first; one cannot be decoded.
    graph.not_found_at_first(&calls[2].id, 1);
    graph.serve_instead(&calls[0].id, Some("{\"id\": 7, \"sessions\": \"none\"}".to_owned()));
    Ok(())
}

async fn a_poisoned_message_and_record_are_dead_lettered(
    deployment: &Deployment,
    broken: &InventedCall,
) -> anyhow::Result<()> {
    deployment.queue("CallsQueueUrl")?.send("not a message of the webhook").await?;
    let dead_letters = deployment.queue("CallsDeadLettersUrl")?;
    until("both are dead-lettered with their reasons", SHORT_TIMEOUT, async || {
        let reasons = reasons(&dead_letters).await?;
        let record = dead_letters.dead_lettered().await?;
        let about = record.iter().any(|message| message.body.contains(&broken.id));
        Ok(about
            && reasons.contains("undecodable_message")
            && reasons.contains("undecodable_record"))
    })
    .await
}

async fn a_redrive_stores_a_record_that_became_readable(
    deployment: &Deployment,
    repaired: &InventedCall,
) -> anyhow::Result<()> {
    deployment.graph.serve_instead(&repaired.id, None);
    redrive(deployment).await?;
    let store = deployment.store()?;
    until("the repaired record is stored", SHORT_TIMEOUT, async || {
        Ok(store.version(&repaired.id).await?.is_some())
    })
    .await?;
    let dead_letters = deployment.queue("CallsDeadLettersUrl")?;
    until("the message is dead-lettered again", SHORT_TIMEOUT, async || {
        Ok(reasons(&dead_letters).await?.contains("undecodable_message"))
    })
    .await
}

async fn everything_is_stored(deployment: &Deployment) -> anyhow::Result<()> {
    let store = deployment.store()?;
    let comparison = Comparison::between(&deployment.graph, &store).await?;
    ensure!(comparison.is_complete(), "the table is not what Graph has: {comparison:?}");
    let recomputed =
        call_writer::recompute(&store, Some(TENANT_ID), AudioClassifier::default(), now()).await?;
    let differences = recomputed.sentences().join("\n");
    ensure!(differences.is_empty(), "totals differ from recomputation:\n{differences}");
    ensure!(recomputed.calls > 0 && recomputed.days > 0, "there was nothing to recompute");
    let reasons = reasons(&deployment.queue("CallsDeadLettersUrl")?).await?;
    ensure!(reasons == "undecodable_message", "in the dead letters: {reasons}");
    Ok(())
}

/// With the deployed redrive policy but a smaller maxReceiveCount, to keep the check short.
async fn the_redrive_policy_dead_letters_after_max_receive_count(
    deployment: &Deployment,
    call: &InventedCall,
) -> anyhow::Result<()> {
    let calls = deployment.queue("CallsQueueUrl")?;
    let dead_letters = deployment.queue("CallsDeadLettersUrl")?;
    let deployed = calls.max_receive_count().await?;
    calls.set_max_receive_count(1).await?;
    let failure = Failure::Throttled(Some(Duration::from_secs(1)));
    deployment.graph.fail(Target::Record(call.id.clone()), failure, 0);
    deployment.graph.notify(&call.id);
    until("the message is dead-lettered without a reason", REDRIVE_TIMEOUT, async || {
        let moved = dead_letters.dead_lettered().await?;
        Ok(moved.iter().any(|message| message.reason.is_empty() && message.body.contains(&call.id)))
    })
    .await?;
    deployment.graph.cancel_failures();
    calls.set_max_receive_count(deployed).await?;
    redrive(deployment).await?;
    drained(deployment, SHORT_TIMEOUT).await?;
    everything_is_stored(deployment).await
}

async fn a_lifecycle_event_reaches_the_renewer(deployment: &Deployment) -> anyhow::Result<()> {
    for subscription in deployment.graph.subscriptions() {
        deployment.graph.send_lifecycle(&subscription.id, &Lifecycle::Missed);
    }
    the_renewer_notes_a_gap(deployment, "notifications_missed", SHORT_TIMEOUT).await
}

async fn the_schedule_replaces_a_lost_subscription(deployment: &Deployment) -> anyhow::Result<()> {
    for subscription in deployment.graph.subscriptions() {
        deployment.graph.forget_subscription(&subscription.id);
    }
    the_renewer_notes_a_gap(deployment, "subscription_missing", SCHEDULE_TIMEOUT).await?;
    let subscriptions = deployment.graph.subscriptions().len();
    ensure!(subscriptions == 1, "{subscriptions} subscriptions");
    Ok(())
}

async fn the_renewer_notes_a_gap(
    deployment: &Deployment,
    reason: &str,
    timeout: Duration,
) -> anyhow::Result<()> {
    let store = deployment.store()?;
    until(&format!("the renewer notes a gap: {reason}"), timeout, async || {
        let state = store.subscription_state().await?;
        Ok(state.is_some_and(|state| state.last_gap_reason.as_deref() == Some(reason)))
    })
    .await
}

async fn the_reconciler_finds_an_unannounced_call(
    deployment: &Deployment,
    unannounced: &InventedCall,
) -> anyhow::Result<()> {
    let record = unannounced.versions.last().context("a call without versions")?;
    deployment.graph.load(record)?;
    let window = json!({ "from": (now() - 3 * ONE_DAY).to_string(), "to": now().to_string() });
    // A run triggered by the gaps may hold the lease: then it takes over this window.
    deployment.stack.invoke("reconciler", &window).await?;
    let store = deployment.store()?;
    until("the unannounced call is stored", SCHEDULE_TIMEOUT, async || {
        Ok(store.version(&unannounced.id).await?.is_some())
    })
    .await?;
    drained(deployment, SHORT_TIMEOUT).await?;
    everything_is_stored(deployment).await
}

async fn the_reports_show_what_is_stored(deployment: &Deployment) -> anyhow::Result<()> {
    let described = deployment.stack.invoke("reports", &json!({ "describe": true })).await?;
    ensure!(described["markdown"].is_string(), "the reports do not describe themselves");
    let range = json!({ "report": "overview", "range": "last_7_days" });
    let overview = deployment.stack.invoke("reports", &range).await?;
    let figures = overview["data"]["organisation"]["figures"].as_array();
    // Test calls are stored, and counted apart.
    let of = |id: &str| {
        let figure = figures.into_iter().flatten().find(|figure| figure["id"] == id);
        figure.and_then(|figure| figure["value"]["count"].as_u64()).unwrap_or_default()
    };
    let calls = of("calls") + of("test_calls");
    let stored = deployment.graph.call_records().len();
    ensure!(
        u64::try_from(stored)? == calls,
        "{stored} calls are stored, but the overview has {calls}: {overview}"
    );
    let mut widget = range;
    widget["widgetContext"] = json!({ "theme": "dark", "width": 900 });
    let page = deployment.stack.invoke("reports", &widget).await?;
    let page = page.as_str().unwrap_or_default();
    ensure!(page.contains("Overview") && !page.contains("role=\"alert\""), "no page: {page}");
    Ok(())
}

async fn a_person_is_forgotten(deployment: &Deployment, day: Date) -> anyhow::Result<PersonKey> {
    let store = deployment.store()?;
    let people = store.people_of_day(day).await?;
    let person = people.iter().map(|listed| &listed.person).find(|person| person.kind() == "user");
    let person = person.context("no user called")?;
    let forgotten = deployment
        .stack
        .invoke("forget", &json!({ "person": person.to_string(), "confirm": true }))
        .await?;
    ensure!(forgotten["complete"] == true, "forget returned {forgotten}");
    ensure!(forgotten["calls"].as_u64() > Some(0), "forget found no call: {forgotten}");
    let left = store.person_totals(person, day, day).await?;
    ensure!(left.is_empty(), "totals of the person are left");
    everything_is_stored(deployment).await?;
    Ok(person.clone())
}

async fn no_event_is_dead_lettered_and_graphs_rules_are_kept(
    deployment: &Deployment,
) -> anyhow::Result<()> {
    let left = deployment.queue("EventsDeadLettersUrl")?.message_count().await?;
    ensure!(left == 0, "{left} events for the renewer were dead-lettered");
    let violations = deployment.graph.violations();
    ensure!(violations.is_empty(), "against Graph's documentation: {violations:?}");
    Ok(())
}

async fn deleting_the_stack_ends_the_subscription(deployment: &Deployment) -> anyhow::Result<()> {
    deployment.stack.delete().await?;
    let subscriptions = deployment.graph.subscriptions().len();
    ensure!(subscriptions == 0, "{subscriptions} subscriptions outlive the stack");
    let comparison = Comparison::between(&deployment.graph, &deployment.store()?).await?;
    ensure!(comparison.is_complete(), "the table did not outlive the stack: {comparison:?}");
    Ok(())
}

async fn redrive(deployment: &Deployment) -> anyhow::Result<()> {
    let calls = deployment.queue("CallsQueueUrl")?;
    let moved = deployment.queue("CallsDeadLettersUrl")?.redrive_to(&calls).await?;
    ensure!(moved > 0, "there was nothing to redrive");
    Ok(())
}

/// Waits until Graph has delivered all notifications and the calls queue is empty.
async fn drained(deployment: &Deployment, timeout: Duration) -> anyhow::Result<()> {
    let calls = deployment.queue("CallsQueueUrl")?;
    until("the calls queue is empty", timeout, async || {
        let quiet = deployment.graph.is_quiet_within(Duration::ZERO).await;
        Ok(quiet && calls.message_count().await? == 0)
    })
    .await
}

/// The sorted distinct reasons of the dead letters.
async fn reasons(dead_letters: &Queue) -> anyhow::Result<String> {
    let mut reasons: Vec<_> =
        dead_letters.dead_lettered().await?.into_iter().map(|message| message.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    Ok(reasons.join(", "))
}
