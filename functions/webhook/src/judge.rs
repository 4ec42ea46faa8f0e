//! Whether an entry is admitted, and as what.

use std::borrow::Cow;
use std::collections::HashSet;

use call_queue::{CallMessage, LifecycleEvent, LifecycleMessage, Reason};
use jiff::Timestamp;
use lambda_kit::ClientStates;

use crate::body::{NotABody, entries};
use crate::counts::{EntryCounts, Rejection};
use crate::notification::Notification;

/// Where call records are, in a notification's `resource`. Graph writes it without a leading slash
/// and documents it with one; its capitals vary elsewhere, so they do not matter here.
const COLLECTION: &str = "communications/callRecords";

/// The longest name of a lifecycle event and the longest subscription id that are passed on.
const MAX_NAME_LENGTH: usize = 128;

/// What became of one body.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// One message for each call that was announced.
    pub(crate) calls: Vec<CallMessage>,
    /// One message for each different event.
    pub(crate) events: Vec<LifecycleMessage>,
    pub(crate) counts: EntryCounts,
}

/// What an entry must show to be admitted.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) client_states: &'a ClientStates,
    /// None admits every tenant.
    pub(crate) tenant_id: Option<&'a str>,
}

/// Judges every entry of a body by itself.
///
/// # Errors
///
/// When the body is none; nothing of it is let in then.
pub(crate) fn judge(
    body: &[u8],
    expected: Expected<'_>,
    now: Timestamp,
) -> Result<Judged, NotABody> {
    let mut judged = Judged::default();
    let mut seen_calls = HashSet::new();
    let mut seen_events = HashSet::new();
    for entry in entries(body)? {
        judged.counts.entries += 1;
        match verdict(entry, expected, now) {
            Ok(Admitted::Call(message)) => {
                // The consumer is idempotent; dropping the repetition here saves it a fetch.
                if seen_calls.insert(message.call_id.clone()) {
                    judged.calls.push(message);
                } else {
                    judged.counts.repeated += 1;
                }
            }
            Ok(Admitted::Event(message)) => {
                if seen_events.insert((message.event.to_string(), message.subscription_id.clone()))
                {
                    judged.events.push(message);
                } else {
                    judged.counts.repeated += 1;
                }
            }
            Err(rejection) => judged.counts.reject(rejection),
        }
    }
    Ok(judged)
}

/// An entry that is admitted.
enum Admitted {
    Call(CallMessage),
    Event(LifecycleMessage),
}

fn verdict(entry: &str, expected: Expected<'_>, now: Timestamp) -> Result<Admitted, Rejection> {
    let entry = Notification::parse(entry).ok_or(Rejection::Malformed)?;
    let client_state = entry.client_state.as_deref().ok_or(Rejection::NoClientState)?;
    if !expected.client_states.accept(client_state) {
        return Err(Rejection::WrongClientState);
    }
    // Graph's spelling of a GUID may differ in capitals.
    let is_of = |tenant: &str| {
        entry.tenant_id.as_deref().is_some_and(|named| named.eq_ignore_ascii_case(tenant))
    };
    if expected.tenant_id.is_some_and(|tenant| !is_of(tenant)) {
        return Err(Rejection::Tenant);
    }
    let subscription_id = entry.subscription_id.filter(|id| is_a_name(id)).map(Cow::into_owned);
    if let Some(event) = entry.lifecycle_event {
        // An event that is not known yet is passed on to the renewer. One that is no
        // name at all is rejected here.
        if !is_a_name(&event) {
            return Err(Rejection::Malformed);
        }
        return Ok(Admitted::Event(LifecycleMessage {
            event: LifecycleEvent::from_any_case(&event),
            subscription_id,
            received_at: now,
            subscription_expires_at: entry.subscription_expires_at.and_then(|at| at.parse().ok()),
        }));
    }
    let call_id = call_id(entry.resource.as_deref(), entry.resource_data_id.as_deref())
        .ok_or(Rejection::Resource)?;
    Ok(Admitted::Call(CallMessage {
        call_id,
        reason: Reason::Notification,
        enqueued_at: now,
        subscription_id,
        version: None,
    }))
}

/// The id of the call record that `resource` names: `communications/callRecords/{id}`, or
/// `communications/callRecords('{id}')`, or the collection alone with the id in `resourceData`.
/// Where both say an id they must agree.
fn call_id(resource: Option<&str>, data_id: Option<&str>) -> Option<String> {
    let path = resource?.trim_start_matches('/');
    let (collection, rest) = path.split_at_checked(COLLECTION.len())?;
    if !collection.eq_ignore_ascii_case(COLLECTION) {
        return None;
    }
    let id = match rest {
        "" | "/" => data_id?,
        _ => rest
            .strip_prefix('/')
            .or_else(|| rest.strip_prefix("('").and_then(|rest| rest.strip_suffix("')")))?,
    };
    let agreed = data_id.is_none_or(|data_id| data_id.eq_ignore_ascii_case(id));
    if agreed { call_id::canonical(id) } else { None }
}

/// Whether a text may be passed on as the name of something: short and printable.
fn is_a_name(text: &str) -> bool {
    (1..=MAX_NAME_LENGTH).contains(&text.len())
        && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests;
