//! The actions of redrive: start, list and cancel a move task. Of these only starting is needed by the system's
//! own tests; listing and cancelling are for operators who try the AWS CLI's redrive commands on `serve`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Shared;
use super::move_task::{MoveTask, Status};
use super::queue::Message;
use super::queues::Queues;
use super::refusal::Refusal;

/// Between two steps of a task with a rate.
const STEP: Duration = Duration::from_millis(100);

/// The maximum of messages per second.
const MAX_RATE: i64 = 500;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Request {
    source_arn: Option<String>,
    destination_arn: Option<String>,
    max_number_of_messages_per_second: Option<i64>,
    max_results: Option<i64>,
    task_handle: Option<String>,
}

/// `StartMessageMoveTask`.
pub(super) fn start(shared: &Shared, request: Request) -> Result<Value, Refusal> {
    let source_arn = request.source_arn.ok_or_else(|| Refusal::missing("SourceArn"))?;
    let now = shared.clock.milliseconds();
    let rate = request.max_number_of_messages_per_second;
    if let Some(rate) = rate.filter(|rate| !(1..=MAX_RATE).contains(rate)) {
        let reason = "Must be between 1 and 500, if provided.";
        return Err(Refusal::value(rate, "MaxNumberOfMessagesPerSecond", reason));
    }
    let mut queues = shared.queues();
    let name = |queues: &Queues, arn: &str, problem: &str| {
        queues.name_of_arn(arn).cloned().ok_or_else(|| Refusal::resource_not_found(problem))
    };
    let source = name(
        &queues,
        &source_arn,
        "The resource that you specified for the SourceArn parameter doesn't exist.",
    )?;
    if queues.sources_of(&source).is_empty() {
        return Err(Refusal::invalid_parameter(
            "Source queue must be configured as a Dead Letter Queue.",
        ));
    }
    let destination = request
        .destination_arn
        .map(|arn| {
            name(
                &queues,
                &arn,
                "The resource that you specified for the DestinationArn parameter doesn't exist.",
            )
        })
        .transpose()?;
    if queues.tasks.iter().any(|task| task.source == source && task.status == Status::Running) {
        return Err(Refusal::unsupported_operation(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        ));
    }
    let to_move = queues.queue(&source, now)?.counts().visible;
    let task = MoveTask {
        id: Uuid::new_v4(),
        source,
        destination,
        rate,
        moved: 0,
        to_move,
        started: now,
        status: Status::Running,
    };
    let answer = json!({"TaskHandle": task.handle()});
    let (id, shared) = (task.id, shared.clone());
    queues.tasks.insert(0, task);
    drop(queues);
    tokio::spawn(async move {
        while step(&shared, id) {
            tokio::time::sleep(STEP).await;
        }
    });
    Ok(answer)
}

/// `ListMessageMoveTasks`: the latest first.
pub(super) fn list(shared: &Shared, request: &Request) -> Result<Value, Refusal> {
    let arn = request.source_arn.as_deref().ok_or_else(|| Refusal::missing("SourceArn"))?;
    let max_results = request.max_results.unwrap_or(1);
    let max_results =
        usize::try_from(max_results).ok().filter(|max| (1..=10).contains(max)).ok_or_else(
            || Refusal::value(max_results, "MaxResults", "Must be between 1 and 10, if provided."),
        )?;
    let queues = shared.queues();
    let source = queues.name_of_arn(arn).ok_or_else(|| {
        Refusal::resource_not_found(
            "The resource that you specified for the SourceArn parameter doesn't exist.",
        )
    })?;
    let tasks = queues.tasks.iter().filter(|task| task.source == *source);
    Ok(json!({"Results": tasks.take(max_results).map(MoveTask::entry).collect::<Vec<_>>()}))
}

/// `CancelMessageMoveTask`: what was moved stays moved.
pub(super) fn cancel(shared: &Shared, request: &Request) -> Result<Value, Refusal> {
    let handle = request.task_handle.as_deref().ok_or_else(|| Refusal::missing("TaskHandle"))?;
    let mut queues = shared.queues();
    let task = queues.tasks.iter_mut().find(|task| task.handle() == handle);
    let task = task.filter(|task| task.status == Status::Running).ok_or_else(|| {
        Refusal::resource_not_found("The specified task doesn't exist or isn't running.")
    })?;
    task.status = Status::Cancelled;
    Ok(json!({"ApproximateNumberOfMessagesMoved": task.moved}))
}

/// Moves what is due now; whether there is more to do.
fn step(shared: &Shared, id: Uuid) -> bool {
    let now = shared.clock.milliseconds();
    let mut queues = shared.queues();
    let Some(place) = queues.tasks.iter().position(|task| task.id == id) else {
        return false;
    };
    let task = &queues.tasks[place];
    if task.status != Status::Running {
        return false;
    }
    let (source, destination) = (task.source.clone(), task.destination.clone());
    // Ten steps a second; a rate below ten moves one message at each step.
    let budget =
        task.rate.map_or(usize::MAX, |rate| usize::try_from(rate / 10).unwrap_or(1).max(1));
    let budget = budget.min(task.to_move - task.moved);
    let mut status = None;
    let mut moved = 0;
    while moved < budget && status.is_none() {
        match move_one(&mut queues, &source, destination.as_deref(), now) {
            Ok(true) => moved += 1,
            Ok(false) => status = Some(Status::Completed),
            Err(reason) => status = Some(Status::Failed(reason)),
        }
    }
    let task = &mut queues.tasks[place];
    task.moved += moved;
    if task.moved == task.to_move {
        status.get_or_insert(Status::Completed);
    }
    task.status = status.unwrap_or(Status::Running);
    let has_more = task.status == Status::Running;
    drop(queues);
    shared.announce();
    has_more
}

fn move_one(
    queues: &mut Queues,
    source: &str,
    destination: Option<&str>,
    now: i64,
) -> Result<bool, &'static str> {
    let gone = |_| "AWS.SimpleQueueService.NonExistentQueue";
    let queue = queues.queue(source, now).map_err(gone)?;
    let Some(message) = queue.take() else {
        return Ok(false);
    };
    let home = destination
        .map(str::to_owned)
        .or_else(|| message.source_arn.as_deref().and_then(|arn| queues.name_of_arn(arn).cloned()));
    let Some(home) = home else {
        // A message that was sent to the dead letters directly belongs nowhere.
        queues.queue(source, now).map_err(gone)?.put(message, 0, now);
        return Err("CouldNotDetermineMessageSource");
    };
    // A moved message is a new one: new id, sent now, never received.
    let message = Message::new(message.content, now);
    queues.queue(&home, now).map_err(gone)?.put(message, 0, now);
    Ok(true)
}
