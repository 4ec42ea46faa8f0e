//! The quality of one day, by every dimension.

use std::collections::{BTreeMap, BTreeSet};

use call_records::{Call, CallType, LegPath, LegQuality, Outcome, Quality};
use serde::{Deserialize, Serialize};
use sites::Sites;

use crate::{CallKind, Counts, Dimension, Directory, MAX_NOTED_LEGS, NotedLeg, Place, Value};

/// How many values of one dimension are kept of a day: the most used ones.
pub const MAX_VALUES: usize = 500;

/// Streams and legs of the calls that began on one day, or on several, by every dimension.
///
/// Every stream of a person counts once in each dimension, on the value of that person's end, so that
/// each dimension but [`Dimension::Reason`] adds up to the same: the people's own totals.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DayQuality {
    /// The calls, test calls left out.
    pub calls: u64,
    rows: BTreeMap<Dimension, BTreeMap<Value, Counts>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    others: BTreeMap<Dimension, Others>,
    /// The poor, dropped, failed and missed legs, the worst first; stored apart.
    #[serde(skip)]
    pub noted_legs: Vec<NotedLeg>,
    /// How many of those were left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub noted_legs_left_out: u64,
    /// Who had a part in the calls; stored apart.
    #[serde(skip)]
    pub directory: Directory,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The values of a dimension that were not kept, together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Others {
    /// How many values; over several days, the sum of those of each day.
    pub values: u64,
    /// What they add up to.
    pub counts: Counts,
}

/// Stored bytes that are no quality of a day.
#[derive(Debug, thiserror::Error)]
#[error("the stored quality of a day cannot be read: {0}")]
pub struct UnreadableQuality(#[from] serde_json::Error);

impl DayQuality {
    /// Adds a call with its people's legs. Test calls are no calls.
    pub fn add(&mut self, call: &Call, legs: &[LegQuality], sites: Option<&Sites>) {
        if call.is_test {
            return;
        }
        self.calls += 1;
        self.directory.add(call);
        let kind = match call.call_type {
            CallType::PeerToPeer => CallKind::PeerToPeer,
            _ => CallKind::Meeting,
        };
        let mut noted = BTreeSet::new();
        for leg in legs {
            self.add_leg(leg, kind, sites);
            self.note(call, leg, kind, sites);
            noted.insert(&leg.person);
        }
        let missed = call.people.values().filter(|part| part.outcome == Outcome::Missed);
        for part in missed.filter(|part| !noted.contains(&part.person)) {
            self.push(NotedLeg { missed: true, ..of_call(call, &part.person) });
        }
    }

    fn add_leg(&mut self, leg: &LegQuality, kind: CallKind, sites: Option<&Sites>) {
        let last = Place::of(&leg.path, leg.relation, sites);
        let mut places = BTreeMap::<&LegPath, Place<'_>>::new();
        for stream in &leg.streams {
            places
                .entry(&stream.path)
                .or_insert_with(|| Place::of(&stream.path, leg.relation, sites));
        }
        for dimension in Dimension::ALL {
            if dimension == Dimension::Reason {
                continue;
            }
            let rows = self.rows.entry(dimension).or_default();
            let mut legs = BTreeMap::<Value, Quality>::new();
            for stream in &leg.streams {
                let Some(place) = places.get(&*stream.path) else { continue };
                let value = place.value(dimension, kind, stream.sent);
                rows.entry(value.clone()).or_default().add_stream(stream.sent, stream.quality);
                let worst = legs.entry(value).or_insert(stream.quality);
                *worst = stream.quality.max(*worst);
            }
            for (value, worst) in legs {
                rows.entry(value).or_default().add_leg(worst);
            }
            let counts = rows.entry(end_of(&last, dimension, kind)).or_default();
            counts.established += u64::from(leg.established);
            counts.dropped += u64::from(leg.dropped);
            counts.failed += u64::from(leg.setup_failed);
        }
        if leg.dropped || leg.setup_failed {
            let rows = self.rows.entry(Dimension::Reason).or_default();
            let counts = rows.entry(Value::of(leg.reason.as_deref())).or_default();
            counts.dropped += u64::from(leg.dropped);
            counts.failed += u64::from(leg.setup_failed);
        }
    }

    /// Notes a leg, once for each path on which something was bad.
    fn note(&mut self, call: &Call, leg: &LegQuality, kind: CallKind, sites: Option<&Sites>) {
        let part = call.people.get(&leg.person);
        let missed = part.is_some_and(|part| part.outcome == Outcome::Missed);
        let ended_badly = leg.dropped || leg.setup_failed || missed;
        let mut paths = BTreeMap::<&LegPath, (u32, u32, u32, [bool; 2])>::new();
        for stream in &leg.streams {
            let (received, sent, judged, ways) = paths.entry(&stream.path).or_default();
            let poor = if stream.sent { sent } else { received };
            *poor += u32::from(stream.quality == Quality::Poor);
            *judged += u32::from(stream.quality != Quality::Unclassified);
            ways[usize::from(stream.sent)] = true;
        }
        if ended_badly {
            paths.entry(&leg.path).or_default();
        }
        for (path, (poor_received, poor_sent, judged, [received, sent])) in paths {
            let is_last = ended_badly && *path == *leg.path;
            if poor_received + poor_sent == 0 && !is_last {
                continue;
            }
            let place = Place::of(path, leg.relation, sites);
            let mut values = Vec::new();
            for dimension in Dimension::ALL {
                let mut value = |value: Value| {
                    if value != Value::None && !values.contains(&(dimension, value.clone())) {
                        values.push((dimension, value));
                    }
                };
                match dimension {
                    Dimension::Reason if is_last && (leg.dropped || leg.setup_failed) => {
                        value(Value::of(leg.reason.as_deref()));
                    }
                    Dimension::Device => {
                        if received {
                            value(place.value(dimension, kind, false));
                        }
                        if sent {
                            value(place.value(dimension, kind, true));
                        }
                        if !received && !sent {
                            value(end_of(&place, dimension, kind));
                        }
                    }
                    _ => value(place.value(dimension, kind, true)),
                }
            }
            self.push(NotedLeg {
                poor_received,
                poor_sent,
                judged,
                dropped: leg.dropped && is_last,
                failed: leg.setup_failed && is_last,
                missed: missed && is_last,
                values,
                ..of_call(call, &leg.person)
            });
        }
    }

    fn push(&mut self, leg: NotedLeg) {
        self.noted_legs.push(leg);
        if self.noted_legs.len() >= 2 * MAX_NOTED_LEGS {
            self.keep_worst_legs(MAX_NOTED_LEGS);
        }
    }

    /// Keeps the worst legs, and counts the others.
    pub fn keep_worst_legs(&mut self, most: usize) {
        self.noted_legs.sort_by(|one, other| one.severity().cmp(&other.severity()));
        let left_out = self.noted_legs.len().saturating_sub(most);
        self.noted_legs.truncate(most);
        self.noted_legs_left_out += u64::try_from(left_out).unwrap_or(u64::MAX);
    }

    /// Keeps the most used values of each dimension; of equally used ones the first by their text. The
    /// others are one sum. [`Dimension::Class`] is kept whole: it has few values.
    pub fn keep_most_used(&mut self, most: usize) {
        for (dimension, rows) in &mut self.rows {
            if *dimension == Dimension::Class || rows.len() <= most {
                continue;
            }
            let mut sorted: Vec<_> = std::mem::take(rows).into_iter().collect();
            sorted
                .sort_by_key(|(value, counts)| (std::cmp::Reverse(counts.use_of()), value.clone()));
            let others = self.others.entry(*dimension).or_default();
            for (_, counts) in sorted.drain(most..) {
                others.values += 1;
                others.counts.add(&counts);
            }
            *rows = sorted.into_iter().collect();
        }
    }

    /// Adds another day. What was not kept of a day is missing in its value's sum, and stands in
    /// [`Self::others`].
    pub fn merge(&mut self, day: &Self) {
        self.calls += day.calls;
        for (dimension, rows) in &day.rows {
            let sums = self.rows.entry(*dimension).or_default();
            for (value, counts) in rows {
                sums.entry(value.clone()).or_default().add(counts);
            }
        }
        for (dimension, others) in &day.others {
            let sum = self.others.entry(*dimension).or_default();
            sum.values += others.values;
            sum.counts.add(&others.counts);
        }
        self.noted_legs_left_out += day.noted_legs_left_out;
    }

    /// The values of a dimension, by their order.
    pub fn rows(&self, dimension: Dimension) -> impl Iterator<Item = (&Value, &Counts)> {
        self.rows.get(&dimension).into_iter().flatten()
    }

    /// What was not kept of a dimension.
    #[must_use]
    pub fn others(&self, dimension: Dimension) -> Others {
        self.others.get(&dimension).copied().unwrap_or_default()
    }

    /// What all values of a dimension add up to, with those that were not kept.
    #[must_use]
    pub fn sum(&self, dimension: Dimension) -> Counts {
        let mut sum = self.others(dimension).counts;
        self.rows(dimension).for_each(|(_, counts)| sum.add(counts));
        sum
    }

    /// The bytes in which it is stored, without the noted legs.
    ///
    /// # Errors
    /// Never, but for a defect of this crate.
    pub fn to_bytes(&self) -> Result<Vec<u8>, UnreadableQuality> {
        Ok(serde_json::to_vec(self)?)
    }

    /// What was stored.
    ///
    /// # Errors
    /// The bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableQuality> {
        Ok(serde_json::from_slice(bytes)?)
    }
}

/// Where a leg ended: its device is the microphone, else the loudspeaker.
fn end_of(place: &Place<'_>, dimension: Dimension, kind: CallKind) -> Value {
    match place.value(dimension, kind, true) {
        Value::Unknown => place.value(dimension, kind, false),
        value => value,
    }
}

fn of_call(call: &Call, person: &call_records::PersonKey) -> NotedLeg {
    let part = call.people.get(person);
    NotedLeg {
        call_id: call.id.clone(),
        call_type: call.call_type.clone(),
        started_at: call.started_at,
        call_ms: call.seconds().and_then(|length| u64::try_from(length.as_millis()).ok()),
        person: person.clone(),
        display_name: part.and_then(|part| part.display_name.clone()),
        poor_received: 0,
        poor_sent: 0,
        judged: 0,
        dropped: false,
        failed: false,
        missed: false,
        values: Vec::new(),
    }
}
