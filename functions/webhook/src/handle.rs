//! From a request to its answer.

use std::time::Duration;

use call_queue::{CallMessage, Entry, LifecycleMessage, SendError, Sent, send_all};
use jiff::Timestamp;
use lambda_http::http::Method;
use lambda_http::{Body, Request, Response};
use tokio::time::{Instant, timeout_at};

use crate::answer::Answer;
use crate::body::MAX_BODY_BYTES;
use crate::handshake::{self, Handshake};
use crate::judge::{Expected, Judged, judge};
use crate::{Webhook, metrics};

/// The time within which every answer is given, from the moment the request is here. Graph calls
/// more than 3 s slow: the rest is for the way here, for API Gateway and for a cold start.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Calls of one body whose ids are logged. Graph packs few; a flood must not flood the log.
const LOGGED_CALLS: usize = 100;

impl Webhook {
    /// Answers a request, within two seconds. Of the request only method, path, raw query and body
    /// are read.
    pub async fn handle(&self, request: Request, now: Timestamp) -> Response<Body> {
        let begun = Instant::now();
        let answer = self.answer(&request, now, begun + ANSWER_WITHIN).await;
        self.metrics.duration(metrics::ANSWER_TIME, begun.elapsed());
        self.metrics.flush(now);
        answer.into_response()
    }

    async fn answer(&self, request: &Request, now: Timestamp, deadline: Instant) -> Answer {
        let path = request.uri().path().trim_end_matches('/');
        if !path.ends_with("/notifications") && !path.ends_with("/lifecycle") {
            return Answer::NoSuchPath;
        }
        if !matches!(*request.method(), Method::GET | Method::POST) {
            return Answer::NoSuchMethod;
        }
        // At any time and whatever the body: Graph validates when a subscription is made, and is
        // free to do it again.
        match handshake::read(request.uri().query()) {
            Handshake::Token(token) => {
                self.metrics.count(metrics::OTHER_REQUESTS, 1);
                tracing::info!("handshake.answered");
                return Answer::Validated(token);
            }
            Handshake::Unusable(why) => return Answer::BadRequest(why),
            Handshake::None => {}
        }
        if request.method() == Method::GET {
            return Answer::BadRequest("GET is for the validation handshake only");
        }
        self.notified(request.body(), now, deadline).await
    }

    async fn notified(&self, body: &[u8], now: Timestamp, deadline: Instant) -> Answer {
        // 4xx and not 202: nothing of a body that cannot be read may be acknowledged. If Graph sent it
        // and it was damaged on the way, any answer but 2xx makes Graph retry. 5xx would count as our
        // fault and ring the alarm for any junk from the internet.
        if body.len() > MAX_BODY_BYTES {
            self.metrics.count(metrics::OTHER_REQUESTS, 1);
            return Answer::TooLarge;
        }
        let judged = match timeout_at(deadline, self.judge(body, now)).await {
            Ok(Ok(judged)) => judged,
            Ok(Err(answer)) => return answer,
            Err(_) => return self.refuse_to_acknowledge("the secret was not there in time"),
        };
        judged.counts.publish(&self.metrics);
        self.enqueue(judged, deadline).await
    }

    /// Judges the body by the client states valid now. A client state that is not among them may be
    /// newer than our copy of the secret: then the secret is fetched again (seldom, however often
    /// that is tried), and everything is judged anew.
    ///
    /// A sender of a wrong client state may notice by the time of the answer that it is wrong, which
    /// they know. They learn nothing about the right ones.
    async fn judge(&self, body: &[u8], now: Timestamp) -> Result<Judged, Answer> {
        let not_understood = |_| {
            self.metrics.count(metrics::OTHER_REQUESTS, 1);
            Answer::BadRequest("the body is not a JSON object with a list named value")
        };
        // Without a secret nothing can be judged, so nothing may be acknowledged.
        let client_states = match self.client_states.current().await {
            Ok(client_states) => client_states,
            Err(error) => return Err(self.refuse_to_acknowledge(&error.to_string())),
        };
        let expected =
            |client_states| Expected { client_states, tenant_id: self.config.tenant_id.as_deref() };
        let judged = judge(body, expected(&client_states), now).map_err(not_understood)?;
        if judged.counts.wrong_client_state == 0 {
            return Ok(judged);
        }
        match self.client_states.replacement_for(&client_states).await {
            Some(newer) => judge(body, expected(&newer), now).map_err(not_understood),
            None => Ok(judged),
        }
    }

    /// Enqueues everything that was admitted. Invariant: 202 is answered only after SQS confirmed every
    /// message.
    async fn enqueue(&self, judged: Judged, deadline: Instant) -> Answer {
        let Judged { calls, events, counts: _ } = judged;
        // One line of a body: a line of each call was a quarter of the function's CPU.
        if !calls.is_empty() {
            let call_ids = listed(calls.iter().map(|call| call.call_id.as_str()));
            tracing::info!(calls = calls.len(), call_ids, "calls.announced");
        }
        if !events.is_empty() {
            let names = listed(events.iter().map(|event| event.event.as_str()));
            tracing::info!(events = events.len(), names, "lifecycle.announced");
        }
        let call_entries = calls.iter().map(CallMessage::to_json).map(Entry::new).collect();
        let event_entries = events.iter().map(LifecycleMessage::to_json).map(Entry::new).collect();
        let (calls_sent, events_sent) = tokio::join!(
            send_all(&self.sqs, &self.config.calls_queue_url, call_entries, deadline),
            send_all(&self.sqs, &self.config.lifecycle_queue_url, event_entries, deadline),
        );
        self.metrics.count(metrics::ENQUEUED, accepted(&calls_sent));
        self.metrics.count(metrics::OTHER_REQUESTS, accepted(&events_sent));
        match calls_sent.and(events_sent) {
            Ok(_) => Answer::Accepted,
            Err(error) => self.refuse_to_acknowledge(&error.to_string()),
        }
    }

    /// The answer that makes Graph send the body again, logged as an error: it should not last.
    fn refuse_to_acknowledge(&self, why: &str) -> Answer {
        self.metrics.count(metrics::NOT_ACKNOWLEDGED, 1);
        tracing::error!(error = why, "notifications.not_acknowledged");
        Answer::Retry
    }
}

/// The first of these, each by the text that a log is searched for.
fn listed<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for one in all.take(LOGGED_CALLS) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(one);
    }
    text
}

fn accepted(outcome: &Result<Sent, SendError>) -> usize {
    outcome.as_ref().map_or_else(SendError::accepted, |sent| sent.accepted)
}
