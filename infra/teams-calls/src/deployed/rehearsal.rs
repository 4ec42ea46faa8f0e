//! What is shown on the deployed stack, step by step, as a day brings it.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use call_records::AudioClassifier;
use fake_graph::organisation::{InventedCall, Organisation, Plan};
use fake_graph::{Failure, Lifecycle, TENANT_ID, Target};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::json;

use super::queue::Queue;
use super::{Deployment, front, now, until};
use crate::system::Comparison;

/// The longest that anything but the day itself may take.
const SHORT_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest that the day may take: one record is 404 at first, and is asked for again after a
/// minute.
const DAY: Duration = Duration::from_secs(120);

/// What Scheduler needs for the next minute, and some time to spare.
const SCHEDULE: Duration = Duration::from_secs(90);

const DAY_LONG: SignedDuration = SignedDuration::from_hours(24);

const PEOPLE: usize = 40;
const CALLS: usize = 80;

pub(super) async fn run(deployment: &mut Deployment, tell: &impl Fn(&str)) -> anyhow::Result<()> {
    a_stack_without_a_secret_says_what_to_do(deployment).await?;
    tell(&format!("deployed with {}", deployment.stack.functions().join(", ")));
    the_stack_subscribes(deployment).await?;
    tell("the stack subscribed, and its API answered the handshake at both addresses");

    let mut calls = invented_calls()?;
    let untold = calls.pop().context("no call was invented")?;
    publish(deployment, &calls)?;
    a_poisoned_message_and_record_are_dead_lettered(deployment, &calls[0]).await?;
    tell("a message and a record that cannot be read lie in the dead letters with their reasons");
    a_redrive_brings_back_what_was_cured(deployment, &calls[0]).await?;
    tell("a redrive stored the record that was mended and set the message aside again");

    // All this while one record waits for its minute.
    ensure!(
        deployment.graph.is_quiet_within(SHORT_TIMEOUT).await,
        "Graph could not tell everything"
    );
    a_lifecycle_event_reaches_the_renewer(deployment).await?;
    tell("a lifecycle event went through its queue to the renewer, which wrote the gap down");
    the_schedule_replaces_a_lost_subscription(deployment).await?;
    tell("the schedule ran the renewer, which replaced a subscription that was lost");

    drained(deployment, DAY).await?;
    everything_is_stored(deployment).await?;
    tell(&format!("{} calls are stored, and every total equals recomputation", calls.len()));
    the_queue_itself_sets_aside_what_comes_too_often(deployment, &calls[1]).await?;
    tell("the queue moved what it handed out too often to its dead letters; a redrive cured it");
    the_reconciler_finds_what_nobody_announced(deployment, &untold).await?;
    tell("the reconciler found a call that no notification announced, and it was stored");
    the_reports_tell_what_is_stored(deployment).await?;
    tell("the reports describe themselves and count every call, as JSON and as a widget's page");
    somebody_is_forgotten(deployment).await?;
    tell("forget removed a person, and every total still equals recomputation");
    nothing_is_left(deployment).await?;
    deleting_the_stack_ends_the_subscription(deployment).await?;
    tell("deleting the stack ended the subscription and left the table");
    Ok(())
}

async fn a_stack_without_a_secret_says_what_to_do(
    deployment: &mut Deployment,
) -> anyhow::Result<()> {
    deployment.deploy().await?;
    let status = deployment.output("SubscriptionStatus")?;
    ensure!(status.contains("tenant_id"), "SubscriptionStatus does not help: {status}");
    ensure!(deployment.graph.subscriptions().is_empty(), "subscribed without credentials");
    Ok(())
}

async fn the_stack_subscribes(deployment: &mut Deployment) -> anyhow::Result<()> {
    deployment.fill_in_secret().await?;
    let api = deployment.stack.api_id().await?;
    let front = front::start(&deployment.ministack.url(), &api).await?;
    let address = front.url().trim_end_matches('/').to_owned();
    deployment.front = Some(front);
    deployment.deploy().await?;
    let status = deployment.output("SubscriptionStatus")?;
    let subscriptions = deployment.graph.subscriptions();
    ensure!(subscriptions.len() == 1, "{} subscriptions: {status}", subscriptions.len());
    ensure!(
        deployment.output("NotificationUrl")? == format!("{address}/notifications"),
        "the stack did not take PublicUrl"
    );
    // The handshake asks both addresses, and both lead through the API to the webhook.
    let handshakes = deployment.graph.counters().handshakes;
    ensure!(handshakes >= 2, "{handshakes} handshakes");
    let checked = deployment.stack.invoke("renewer", &json!({"action": "check"})).await?;
    ensure!(checked["healthy"] == true, "the check says {checked}");
    Ok(())
}

/// Invented calls of yesterday, with the kinds of calls first.
fn invented_calls() -> anyhow::Result<Vec<InventedCall>> {
    let day = TimeZone::UTC.to_datetime(now()).date().yesterday()?;
    let plan = Plan { people: PEOPLE, calls: CALLS, seed: 1, day, tenant_id: TENANT_ID.to_owned() };
    // The first is the meeting of 300, which is no part of so small an organisation's day.
    Ok(Organisation::calls(&plan).skip(1).collect())
}

/// Graph has every version of every call, one after the other, and tells of each.
fn publish(deployment: &Deployment, calls: &[InventedCall]) -> anyhow::Result<()> {
    let graph = &deployment.graph;
    let most = calls.iter().map(|call| call.versions.len()).max().unwrap_or(0);
    for place in 0..most {
        for version in calls.iter().filter_map(|call| call.versions.get(place)) {
            graph.publish(version)?;
        }
    }
    // One is not there at first; one cannot be read.
    graph.not_found_at_first(&calls[2].id, 1);
    graph.serve_instead(&calls[0].id, Some("{\"id\": 7, \"sessions\": \"none\"}".to_owned()));
    Ok(())
}

async fn a_poisoned_message_and_record_are_dead_lettered(
    deployment: &Deployment,
    broken: &InventedCall,
) -> anyhow::Result<()> {
    deployment.queue("CallsQueueUrl")?.send("this is no message of ours").await?;
    let dead_letters = deployment.queue("CallsDeadLettersUrl")?;
    until("both are in the dead letters with their reasons", SHORT_TIMEOUT, async || {
        let reasons = reasons(&dead_letters).await?;
        let record = dead_letters.dead_lettered().await?;
        let about = record.iter().any(|message| message.body.contains(&broken.id));
        Ok(about
            && reasons.contains("undecodable_message")
            && reasons.contains("undecodable_record"))
    })
    .await
}

async fn a_redrive_brings_back_what_was_cured(
    deployment: &Deployment,
    mended: &InventedCall,
) -> anyhow::Result<()> {
    deployment.graph.serve_instead(&mended.id, None);
    redrive(deployment).await?;
    let store = deployment.store()?;
    until("the mended record is stored", SHORT_TIMEOUT, async || {
        Ok(store.version(&mended.id).await?.is_some())
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
    ensure!(comparison.is_whole(), "the table is not what Graph has: {comparison:?}");
    let recomputed = store.recompute(Some(TENANT_ID), AudioClassifier::default(), now()).await?;
    let differences = recomputed.sentences().join("\n");
    ensure!(differences.is_empty(), "totals differ from recomputation:\n{differences}");
    ensure!(recomputed.calls > 0 && recomputed.days > 0, "there was nothing to recompute");
    let reasons = reasons(&deployment.queue("CallsDeadLettersUrl")?).await?;
    ensure!(reasons == "undecodable_message", "in the dead letters: {reasons}");
    Ok(())
}

/// The backstop: with the deployed policy but for its number, which a check cannot sit through.
async fn the_queue_itself_sets_aside_what_comes_too_often(
    deployment: &Deployment,
    call: &InventedCall,
) -> anyhow::Result<()> {
    let calls = deployment.queue("CallsQueueUrl")?;
    let dead_letters = deployment.queue("CallsDeadLettersUrl")?;
    let usual = calls.most_receives().await?;
    calls.set_most_receives(3).await?;
    let failure = Failure::Throttled(Some(Duration::from_secs(1)));
    deployment.graph.fail(Target::Record(call.id.clone()), failure, 0);
    deployment.graph.notify(&call.id);
    until("the message is moved to the dead letters without a reason", SHORT_TIMEOUT, async || {
        let moved = dead_letters.dead_lettered().await?;
        Ok(moved.iter().any(|message| message.reason.is_empty() && message.body.contains(&call.id)))
    })
    .await?;
    deployment.graph.cancel_failures();
    calls.set_most_receives(usual).await?;
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
    the_renewer_notes_a_gap(deployment, "subscription_missing", SCHEDULE).await?;
    let subscriptions = deployment.graph.subscriptions().len();
    ensure!(subscriptions == 1, "{subscriptions} subscriptions");
    Ok(())
}

async fn the_renewer_notes_a_gap(
    deployment: &Deployment,
    reason: &str,
    bound: Duration,
) -> anyhow::Result<()> {
    let store = deployment.store()?;
    until(&format!("the renewer notes a gap: {reason}"), bound, async || {
        let state = store.subscription_state().await?;
        Ok(state.is_some_and(|state| state.last_gap_reason.as_deref() == Some(reason)))
    })
    .await
}

async fn the_reconciler_finds_what_nobody_announced(
    deployment: &Deployment,
    untold: &InventedCall,
) -> anyhow::Result<()> {
    let record = untold.versions.last().context("a call without versions")?;
    deployment.graph.load(record)?;
    let window = json!({ "from": (now() - 3 * DAY_LONG).to_string(), "to": now().to_string() });
    // A run that the gaps have caused may be under way: then it takes this window up, too.
    deployment.stack.invoke("reconciler", &window).await?;
    let store = deployment.store()?;
    until("the call that nobody announced is stored", SCHEDULE, async || {
        Ok(store.version(&untold.id).await?.is_some())
    })
    .await?;
    drained(deployment, SHORT_TIMEOUT).await?;
    everything_is_stored(deployment).await
}

async fn the_reports_tell_what_is_stored(deployment: &Deployment) -> anyhow::Result<()> {
    let described = deployment.stack.invoke("reports", &json!({ "describe": true })).await?;
    ensure!(described["markdown"].is_string(), "the reports do not describe themselves");
    let range = json!({ "report": "overview", "range": "last_7_days" });
    let told = deployment.stack.invoke("reports", &range).await?;
    let figures = told["data"]["organisation"]["figures"].as_array();
    let calls = figures.into_iter().flatten().find(|figure| figure["id"] == "calls");
    let calls = calls.with_context(|| format!("the reports tell no calls: {told}"))?;
    let stored = deployment.graph.call_records().len();
    ensure!(calls["value"]["count"] == stored, "{stored} calls are stored, and told are {calls}");
    let mut widget = range;
    widget["widgetContext"] = json!({ "theme": "dark", "width": 900 });
    let page = deployment.stack.invoke("reports", &widget).await?;
    let page = page.as_str().unwrap_or_default();
    ensure!(page.contains("Overview") && !page.contains("role=\"alert\""), "no page: {page}");
    Ok(())
}

async fn somebody_is_forgotten(deployment: &Deployment) -> anyhow::Result<()> {
    let store = deployment.store()?;
    let day = TimeZone::UTC.to_datetime(now()).date().yesterday()?;
    let people = store.people_of_day(day).await?;
    let person = people.iter().map(|listed| &listed.person).find(|person| person.kind() == "user");
    let person = person.context("nobody called")?;
    let forgotten =
        deployment.stack.invoke("forget", &json!({ "person": person.to_string() })).await?;
    ensure!(forgotten["complete"] == true, "forget says {forgotten}");
    ensure!(forgotten["calls"].as_u64() > Some(0), "forget found no call: {forgotten}");
    let left = store.person_totals(person, day, day).await?;
    ensure!(left.is_empty(), "totals of the person are left");
    everything_is_stored(deployment).await
}

async fn nothing_is_left(deployment: &Deployment) -> anyhow::Result<()> {
    let left = deployment.queue("RenewerDeadLettersUrl")?.messages().await?;
    ensure!(left == 0, "{left} events could not be given to the renewer");
    let violations = deployment.graph.violations();
    ensure!(violations.is_empty(), "forbidden by Graph's documents: {violations:?}");
    Ok(())
}

async fn deleting_the_stack_ends_the_subscription(deployment: &Deployment) -> anyhow::Result<()> {
    deployment.stack.delete().await?;
    let subscriptions = deployment.graph.subscriptions().len();
    ensure!(subscriptions == 0, "{subscriptions} subscriptions outlive the stack");
    let comparison = Comparison::between(&deployment.graph, &deployment.store()?).await?;
    ensure!(comparison.is_whole(), "the table did not outlive the stack: {comparison:?}");
    Ok(())
}

async fn redrive(deployment: &Deployment) -> anyhow::Result<()> {
    let calls = deployment.queue("CallsQueueUrl")?;
    let moved = deployment.queue("CallsDeadLettersUrl")?.redrive_to(&calls).await?;
    ensure!(moved > 0, "there was nothing to redrive");
    Ok(())
}

/// Waits until Graph has told everything and the calls queue is empty.
async fn drained(deployment: &Deployment, bound: Duration) -> anyhow::Result<()> {
    let calls = deployment.queue("CallsQueueUrl")?;
    until("the calls queue is empty", bound, async || {
        let quiet = deployment.graph.is_quiet_within(Duration::ZERO).await;
        Ok(quiet && calls.messages().await? == 0)
    })
    .await
}

/// The reasons of the dead letters, in order, once each.
async fn reasons(dead_letters: &Queue) -> anyhow::Result<String> {
    let mut reasons: Vec<_> =
        dead_letters.dead_lettered().await?.into_iter().map(|message| message.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    Ok(reasons.join(", "))
}
