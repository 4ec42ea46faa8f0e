//! The real consumer binary, driven over the Runtime API and killed (SIGKILL) at each of its
//! requests: to Secrets Manager, to the login, to Graph, to DynamoDB and to SQS.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message};
use aws_stand_ins::{Fault, RuntimeApi, sqs_event};
use fake_graph::organisation::{Organisation, Plan};
use fake_graph::{Failure, PageSizes};
use futures::StreamExt as _;
use jiff::civil::date;
use serde_json::Value;
use system_tests::model::Model;
use teams_calls::system::{Settings, System};

use crate::binaries::{TIMEOUT, binaries, function, system_without_consumer};

/// Runs at once: each has a system and a process of its own.
const AT_ONCE: usize = 4;

/// What an undisturbed run makes: the secret, a read of the table, the token, a record that is not
/// there yet and the trigger to see the message later; then the record, its pages, the claim, chunks
/// of people, the end, and the sweep.
const MIN_REQUESTS: usize = 18;

/// Where the process is killed.
#[derive(Clone, Copy, Debug)]
enum Kill {
    /// Before the request reaches the service.
    Before(usize),
    /// When the service has it: it takes effect, and the answer is lost.
    After(usize),
}

/// The requests of the process.
#[derive(Clone, Default)]
struct Requests {
    watching: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<String>>>,
    killed: Arc<AtomicBool>,
}

/// What becomes of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Served,
    Dropped,
    /// It is served, and the answer does not come: the process might be quicker than its death.
    Unanswered,
}

impl Requests {
    fn see(&self, request: String, kill: Option<Kill>, process: &RuntimeApi) -> Fate {
        if !self.watching.load(Ordering::SeqCst) {
            return Fate::Served;
        }
        if self.killed.load(Ordering::SeqCst) {
            // It is not dead yet.
            return Fate::Dropped;
        }
        let mut seen = self.seen.lock().unwrap();
        let place = seen.len();
        seen.push(request);
        let fate = match kill {
            Some(Kill::Before(at)) if at == place => Fate::Dropped,
            Some(Kill::After(at)) if at == place => Fate::Unanswered,
            _ => return Fate::Served,
        };
        self.killed.store(true, Ordering::SeqCst);
        process.kill();
        fate
    }

    /// Sees the requests of one invocation; a process that was killed in it is dead after it.
    async fn of<T>(&self, invocation: impl Future<Output = T>) -> T {
        self.watching.store(true, Ordering::SeqCst);
        let ended = invocation.await;
        self.watching.store(false, Ordering::SeqCst);
        self.killed.store(false, Ordering::SeqCst);
        ended
    }
}

fn watch(system: &System, requests: &Requests, process: &RuntimeApi, kill: Option<Kill>) {
    let stand_ins =
        [system.dynamodb().faults(), system.sqs().faults(), system.secrets_manager().faults()];
    for faults in stand_ins {
        let (requests, process) = (requests.clone(), process.clone());
        faults.set(move |request| {
            let what = format!("{:?} {}", request.service, request.action);
            match requests.see(what, kill, &process) {
                Fate::Served => Fault::None,
                Fate::Dropped => Fault::DropBefore,
                Fate::Unanswered => Fault::DropAfter,
            }
        });
    }
    let (requests, process) = (requests.clone(), process.clone());
    system.graph().watch(move |arrival| {
        let what = format!("Graph {} {}", arrival.method, arrival.path);
        // It only reads: whether it was served makes no difference.
        (requests.see(what, kill, &process) != Fate::Served).then_some(Failure::Reset)
    });
}

/// Delivers a meeting of 120 people whose record is late, kills the process where it is said, and
/// delivers until nothing is left. Gives the requests that were made.
async fn delivered(kill: Option<Kill>) -> Vec<String> {
    let system = system_without_consumer().await;
    let plan = Plan {
        people: 120,
        calls: 1,
        seed: 6,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    };
    let meeting = Organisation::meeting(&plan, 120, 1);
    let newest = meeting.versions.last().unwrap();
    let mut model = Model::new(system.tenant_id());
    model.read(newest).unwrap();
    system.graph().publish(newest).unwrap();
    system.graph().not_found_at_first(&meeting.id, 1);
    assert!(system.graph().is_quiet_within(TIMEOUT).await);

    let process = function(&system, "consumer").await;
    let requests = Requests::default();
    watch(&system, &requests, &process, kill);
    let client = aws_stand_ins::sqs_client(&system.sqs().url());
    let mut deaths = 0;
    for _ in 0..20 {
        let queue = &system.queues().calls;
        if system.sqs().counts(queue).unwrap().total() == 0 {
            break;
        }
        if let Some(next) = system.sqs().next_visible(queue).unwrap() {
            let wait = next.duration_since(system.now()).unsigned_abs();
            system.clock().advance(wait + Duration::from_millis(1));
        }
        let messages = receive(&system, &client).await;
        let event = sqs_event(&messages, &system.sqs().queue_arn("calls"));
        match requests.of(process.invoke(&event, TIMEOUT)).await {
            Ok(answer) => delete(&system, &client, &messages, &answer).await,
            Err(_) => deaths += 1,
        }
    }
    assert_eq!(deaths, usize::from(kill.is_some()), "{kill:?}");
    assert_eq!(system.sqs().counts(&system.queues().calls).unwrap().total(), 0, "{kill:?}");
    assert_eq!(system.dead_lettered().unwrap(), [], "{kill:?}");
    let differences = model.differences(system.dynamodb_client(), system.store()).await.unwrap();
    assert_eq!(differences, Vec::<String>::new(), "{kill:?}");
    let seen = requests.seen.lock().unwrap();
    seen.clone()
}

async fn receive(system: &System, client: &aws_sdk_sqs::Client) -> Vec<Message> {
    let receive = client.receive_message().queue_url(&system.queues().calls);
    let receive = receive.max_number_of_messages(10).message_system_attribute_names("All".into());
    receive.send().await.unwrap().messages.unwrap_or_default()
}

/// Deletes what the function does not want to see again.
async fn delete(
    system: &System,
    client: &aws_sdk_sqs::Client,
    messages: &[Message],
    answer: &Value,
) {
    let kept = answer["batchItemFailures"].as_array().unwrap();
    let done = messages.iter().filter(|message| {
        !kept.iter().any(|failure| failure["itemIdentifier"].as_str() == message.message_id())
    });
    let entry = |(place, message): (usize, &Message)| {
        let entry = DeleteMessageBatchRequestEntry::builder().id(place.to_string());
        entry.set_receipt_handle(message.receipt_handle.clone()).build().unwrap()
    };
    let entries: Vec<_> = done.enumerate().map(entry).collect();
    if !entries.is_empty() {
        let delete = client.delete_message_batch().queue_url(&system.queues().calls);
        delete.set_entries(Some(entries)).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_is_killed_at_any_request_is_made_good_by_the_next_delivery() {
    binaries();
    let requests = delivered(None).await;
    for (place, request) in requests.iter().enumerate() {
        println!("{place:3} {request}");
    }
    assert!(requests.len() >= MIN_REQUESTS, "only {} requests", requests.len());
    for service in ["SecretsManager", "Graph POST", "Graph GET", "DynamoDb", "Sqs"] {
        assert!(requests.iter().any(|request| request.starts_with(service)), "none to {service}");
    }
    let kills = (0..requests.len()).flat_map(|at| [Kill::Before(at), Kill::After(at)]);
    let runs = kills.map(|kill| tokio::spawn(delivered(Some(kill))));
    let mut runs = futures::stream::iter(runs).buffer_unordered(AT_ONCE);
    while let Some(run) = runs.next().await {
        run.unwrap();
    }
    println!("killed at {} requests, before and after each", requests.len());
}

/// What is left to befall the process: at the `n`th request from now on whose name begins so, it is killed.
#[derive(Clone)]
struct Deaths {
    to_come: Arc<Mutex<VecDeque<(&'static str, usize)>>>,
    /// Until the invocation has ended, what still comes from it has no effect.
    dying: Arc<AtomicBool>,
}

impl Deaths {
    fn new(deaths: impl IntoIterator<Item = (&'static str, usize)>) -> Self {
        Self { to_come: Arc::new(Mutex::new(deaths.into_iter().collect())), dying: Arc::default() }
    }

    fn strike(&self, request: &str, process: &RuntimeApi) -> bool {
        if self.dying.load(Ordering::SeqCst) {
            return true;
        }
        let mut to_come = self.to_come.lock().unwrap();
        let Some((_, left)) = to_come.front_mut().filter(|death| request.starts_with(death.0))
        else {
            return false;
        };
        *left -= 1;
        if *left > 0 {
            return false;
        }
        to_come.pop_front();
        self.dying.store(true, Ordering::SeqCst);
        process.kill();
        true
    }

    fn watch(&self, system: &System, process: &RuntimeApi) {
        let (deaths, consumer) = (self.clone(), process.clone());
        system.dynamodb().faults().set(move |request| {
            let strikes = deaths.strike(&request.action, &consumer);
            if strikes { Fault::DropBefore } else { Fault::None }
        });
        let (deaths, consumer) = (self.clone(), process.clone());
        system.graph().watch(move |arrival| {
            deaths.strike(&format!("Graph {}", arrival.path), &consumer).then_some(Failure::Reset)
        });
    }
}

/// Twice while its pages are read, once while its people are written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_is_killed_while_it_stores_twenty_thousand_people_needs_less_than_128_mb() {
    const PEOPLE: usize = 20_000;
    let began = std::time::Instant::now();
    let mut system = System::start(Settings {
        // The real client makes 36 requests for one record in 20 s, whatever is on a page.
        page_sizes: PageSizes { sessions: 500, participants: 900, ..PageSizes::default() },
        ..Settings::quiet()
    })
    .await
    .unwrap();
    system.stop_consuming();
    let plan = Plan {
        people: PEOPLE,
        calls: 1,
        seed: 7,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    };
    let meeting = Organisation::meeting(&plan, PEOPLE, 1);
    system.graph().publish(meeting.versions.last().unwrap()).unwrap();
    assert!(system.graph().is_quiet_within(TIMEOUT).await);

    let process = function(&system, "consumer").await;
    let record = "Graph /v1.0/communications/callRecords/";
    let deaths = Deaths::new([(record, 33), (record, 34), ("TransactWriteItems", 150)]);
    deaths.watch(&system, &process);
    let client = aws_stand_ins::sqs_client(&system.sqs().url());
    let (mut died, mut invocations) = (0, 0);
    let queue = &system.queues().calls;
    while system.sqs().counts(queue).unwrap().total() > 0 {
        if let Some(next) = system.sqs().next_visible(queue).unwrap() {
            let wait = next.duration_since(system.now()).unsigned_abs();
            system.clock().advance(wait + Duration::from_millis(1));
        }
        invocations += 1;
        assert!(invocations < 10, "it does not end");
        let messages = receive(&system, &client).await;
        let event = sqs_event(&messages, &system.sqs().queue_arn("calls"));
        let answer = process.invoke(&event, Duration::from_secs(300)).await;
        deaths.dying.store(false, Ordering::SeqCst);
        match answer {
            Ok(answer) => delete(&system, &client, &messages, &answer).await,
            Err(_) => died += 1,
        }
        let peak = process.peak_memory() / 1024 / 1024;
        println!("{invocations} invocations, {died} deaths, {peak} MiB, {:?}", began.elapsed());
    }
    assert_eq!(died, 3);
    assert_eq!(system.dead_lettered().unwrap(), []);
    let stored = system.store().record(&meeting.id).await.unwrap().unwrap();
    assert!(stored.people as usize >= PEOPLE, "{} people", stored.people);
    assert_eq!(system.recompute().await.unwrap().sentences(), Vec::<String>::new());
    println!("with recomputation {:?}", began.elapsed());
    let peak = process.peak_memory();
    assert!(peak > 0 && peak < 128 * 1024 * 1024, "{} MiB", peak / 1024 / 1024);
}
