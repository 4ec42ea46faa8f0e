//! Any sequence of requests, against a plain list of messages.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// How often a message is received before it is dead.
const LIMIT: u32 = 3;

/// The retention of the queue, in seconds.
const RETENTION: i64 = 60;

#[derive(Clone, Debug)]
enum Request {
    Send { delay: i64 },
    Receive { most: usize, visibility: i64 },
    Delete { receipt: usize },
    Change { receipt: usize, seconds: i64 },
    Take,
    Pass { seconds: i64 },
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        3 => (0..4_i64).prop_map(|delay| Request::Send { delay }),
        4 => (1..=10_usize, 0..8_i64)
            .prop_map(|(most, visibility)| Request::Receive { most, visibility }),
        2 => any::<usize>().prop_map(|receipt| Request::Delete { receipt }),
        2 => (any::<usize>(), 0..10_i64)
            .prop_map(|(receipt, seconds)| Request::Change { receipt, seconds }),
        1 => Just(Request::Take),
        3 => (0..6_i64).prop_map(|seconds| Request::Pass { seconds }),
    ]
}

struct Plain {
    id: Uuid,
    sent: i64,
    receives: u32,
    handle: Option<String>,
    hidden: Option<Hidden>,
}

#[derive(Clone, Copy)]
struct Hidden {
    until: i64,
    flying: bool,
}

#[derive(Default)]
struct Model {
    messages: Vec<Plain>,
    now: i64,
}

impl Model {
    fn settle(&mut self) {
        let now = self.now;
        self.messages.retain(|message| message.sent + RETENTION * 1000 > now);
        for message in &mut self.messages {
            message.hidden = message.hidden.filter(|hidden| hidden.until > now);
        }
    }

    fn counts(&self) -> Counts {
        let count = |is: fn(&Option<Hidden>) -> bool| {
            self.messages.iter().filter(|message| is(&message.hidden)).count()
        };
        Counts {
            visible: count(Option::is_none),
            in_flight: count(|hidden| hidden.is_some_and(|hidden| hidden.flying)),
            delayed: count(|hidden| hidden.is_some_and(|hidden| !hidden.flying)),
        }
    }

    fn remove(&mut self, id: Uuid) -> Plain {
        let place = self.messages.iter().position(|message| message.id == id);
        self.messages.remove(place.expect("the queue showed a message that it cannot have"))
    }

    fn with_handle(&mut self, handle: &str) -> Option<&mut Plain> {
        self.messages.iter_mut().find(|message| message.handle.as_deref() == Some(handle))
    }
}

fn content() -> Content {
    Content {
        body: "x".into(),
        attributes: Arc::default(),
        system_attributes: Arc::default(),
        group_id: None,
    }
}

fn receive(
    queue: &mut Queue,
    model: &mut Model,
    handles: &mut Vec<String>,
    most: usize,
    time: i64,
) {
    let alive = |message: &&Plain| message.hidden.is_none() && message.receives < LIMIT;
    let expected = model.messages.iter().filter(alive).count().min(most);
    let mut random = fastrand::Rng::with_seed(0);
    let mut choice = Choice { random: &mut random, shuffle: false, duplicates: 0.0 };
    let mut dead = Vec::new();
    let shown = queue.receive(most, time, Some(LIMIT), model.now, &mut choice, &mut dead);
    assert_eq!(shown.len(), expected);
    for message in dead {
        let plain = model.remove(message.id);
        assert!(plain.hidden.is_none() && plain.receives == LIMIT);
        assert_eq!(plain.sent, message.sent);
    }
    for delivery in shown {
        let mut plain = model.remove(delivery.message.id);
        assert!(plain.hidden.is_none(), "a hidden message was shown");
        plain.receives += 1;
        assert_eq!(plain.receives, delivery.message.receives);
        plain.handle = Some(delivery.receipt_handle.clone());
        plain.hidden = Some(Hidden { until: model.now + time * 1000, flying: true });
        model.messages.push(plain);
        handles.push(delivery.receipt_handle);
    }
}

fn change(queue: &mut Queue, model: &mut Model, handle: &str, seconds: i64) {
    let until = model.now + seconds * 1000;
    let now = model.now;
    let flying = model
        .with_handle(handle)
        .and_then(|message| message.hidden.as_mut())
        .filter(|hidden| hidden.flying);
    let result = queue.change_visibility(handle, seconds, now);
    match flying {
        Some(hidden) => {
            hidden.until = until;
            assert_eq!(result, Ok(()));
        }
        None => assert_eq!(result.unwrap_err().code, "AWS.SimpleQueueService.MessageNotInflight"),
    }
}

proptest! {
    #[test]
    fn any_sequence_of_requests_leaves_the_queue_as_a_plain_list_would_be(
        requests in vec(request(), 1..120),
    ) {
        let settings = Settings { retention: RETENTION, ..Settings::default() };
        let mut queue = Queue::new(settings, 0);
        let mut model = Model::default();
        let mut handles = Vec::new();
        for request in requests {
            match request {
                Request::Send { delay } => {
                    let message = Message::new(content(), model.now);
                    let hidden = Hidden { until: model.now + delay * 1000, flying: false };
                    let (id, sent) = (message.id, message.sent);
                    let hidden = Some(hidden);
                    model.messages.push(Plain { id, sent, receives: 0, handle: None, hidden });
                    queue.put(message, delay, model.now);
                }
                Request::Receive { most, visibility } => {
                    receive(&mut queue, &mut model, &mut handles, most, visibility);
                }
                Request::Delete { receipt } if !handles.is_empty() => {
                    let handle = &handles[receipt % handles.len()];
                    queue.delete(handle).unwrap();
                    if let Some(id) = model.with_handle(handle).map(|message| message.id) {
                        model.remove(id);
                    }
                }
                Request::Change { receipt, seconds } if !handles.is_empty() => {
                    let handle = handles[receipt % handles.len()].clone();
                    change(&mut queue, &mut model, &handle, seconds);
                }
                Request::Take => {
                    let any_visible = model.messages.iter().any(|message| message.hidden.is_none());
                    let taken = queue.take();
                    prop_assert_eq!(taken.is_some(), any_visible);
                    if let Some(message) = taken {
                        prop_assert!(model.remove(message.id).hidden.is_none());
                    }
                }
                Request::Pass { seconds } => model.now += seconds * 1000,
                Request::Delete { .. } | Request::Change { .. } => {}
            }
            model.settle();
            queue.settle(model.now);
            prop_assert_eq!(queue.counts(), model.counts());
            prop_assert_eq!(queue.messages().count(), model.messages.len());
        }
    }
}
