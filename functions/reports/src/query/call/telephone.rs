//! The rows of the logs of telephone calls that belong to a call.

use std::collections::{BTreeMap, BTreeSet};

use call_records::{Participation, PersonKey, Relation, SessionSummary};
use call_table::keys::utc_day;
use call_table::{MAX_CALL_DURATION, PersonCall, PstnHead, StoredCall, StoredRecord};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use privacy::is_phone_number;
use pstn_logs::{
    CallParties, DayRows, DirectRoutingFacts, Joined, LogRow, Number, STARTS_WITHIN, SipClass,
    call_of, is_complete,
};

use super::super::QueryContext;
use crate::Error;
use crate::answer::{LogRowOfCall, LogRowsOfCall, Money, ShownNumber};
use crate::format::count_of;
use crate::people::Person;

/// So near to a midnight a row may stand in the day on its other side: times of the logs and of the record
/// are of different clocks.
const NEAR_MIDNIGHT: SignedDuration = SignedDuration::from_mins(10);
/// The most days of which rows are read: a call lasts 30 hours at most.
const MAX_DAYS: usize = 3;
/// The most other calls that are read to tell whether a row fits one of them, too. A row of more is taken for
/// one that does.
const MAX_OTHER_CALLS: usize = 8;

pub(super) async fn read(
    reader: QueryContext<'_>,
    record: &StoredRecord,
    people: &[Participation],
    sessions: &[SessionSummary],
) -> Result<LogRowsOfCall, Error> {
    let this = parties(record, people, sessions);
    let has_telephone = !this.telephones.is_empty();
    let mut found = LogRowsOfCall { rows: Vec::new(), ambiguous: 0, note: None, has_telephone };
    let mut days = Vec::new();
    for day in days_of(record) {
        days.push((day, reader.table.pstn_rows(day).await?));
    }
    let rows: Vec<(&LogRow, bool)> =
        days.iter().flat_map(|(_, day)| candidates(&this, day)).collect();
    let fitting = rows.iter().map(|(row, _)| *row).filter(|row| !this.is_named_by(row));
    let calls = Calls::read(reader, this.clone(), &fitting.collect::<Vec<_>>()).await?;
    for (row, vanished) in rows {
        match calls.call_of(row) {
            Some((call, joined)) if call.id == this.id => {
                found.rows.push(shown(reader, call, row, joined, vanished));
            }
            Some(_) => {}
            None => found.ambiguous += 1,
        }
    }
    found.rows.sort_by_key(|row| row.started_at.or(row.invited_at).or(row.failed_at));
    let heads = days.iter().map(|(day, of_day)| (*day, of_day.as_ref().map(|(head, _)| head)));
    found.note = note(&found, &heads.collect::<Vec<_>>());
    Ok(found)
}

/// The days in which the call's rows may stand: those in which it ran, and the next to them where it began or
/// ended near a midnight.
fn days_of(record: &StoredRecord) -> impl Iterator<Item = Date> {
    let ended_at = record.ended_at.unwrap_or(record.started_at).max(record.started_at);
    let moved = |at: Timestamp, by| utc_day(at.checked_add(by).unwrap_or(at));
    let (first, last) = (moved(record.started_at, -NEAR_MIDNIGHT), moved(ended_at, NEAR_MIDNIGHT));
    first.series(1.day()).take_while(move |day| *day <= last).take(MAX_DAYS)
}

/// What the join has to know of a call.
fn parties(
    record: &StoredRecord,
    people: &[Participation],
    sessions: &[SessionSummary],
) -> CallParties {
    let named_only = sessions.iter().filter_map(|session| session.named_only.clone());
    let telephones = sessions.iter().flat_map(|session| {
        let ends = [&session.caller, &session.callee, &session.named_only];
        let numbers = ends.into_iter().flatten().filter(|end| is_telephone(end));
        numbers.filter_map(|number| Some((number.clone(), session.started_at?)))
    });
    CallParties {
        id: record.call_id.clone(),
        people: people.iter().map(|part| part.person.clone()).chain(named_only).collect(),
        services: record.services.iter().map(|service| service.service.clone()).collect(),
        telephones: telephones.collect(),
    }
}

/// Whether someone is known by a number, whatever kind the record says.
fn is_telephone(key: &PersonKey) -> bool {
    key.kind() == "phone" || is_phone_number(key.id())
}

/// The rows of a day that may belong to the call, and whether each has vanished.
fn candidates<'a>(
    this: &CallParties,
    day: &'a Option<(PstnHead, DayRows)>,
) -> Vec<(&'a LogRow, bool)> {
    let Some((_, rows)) = day else { return Vec::new() };
    let may_be = rows.rows().filter(|kept| this.is_named_by(&kept.row) || this.fits(&kept.row));
    may_be.map(|kept| (&kept.row, rows.has_vanished(kept))).collect()
}

/// A call, and the other calls to which rows that fit it may belong.
struct Calls {
    all: Vec<CallParties>,
    /// Users and numbers with more calls at the time than are read.
    too_many: BTreeSet<PersonKey>,
    /// By whom calls were searched for a row, by its id.
    searched: BTreeMap<String, PersonKey>,
}

impl Calls {
    /// Reads the calls that these rows name, and those at the time of the same person; of a row of a
    /// service, of the same number.
    async fn read(
        reader: QueryContext<'_>,
        this: CallParties,
        rows: &[&LogRow],
    ) -> Result<Self, Error> {
        let mut calls =
            Self { all: Vec::new(), too_many: BTreeSet::new(), searched: BTreeMap::new() };
        let mut times = BTreeMap::<PersonKey, Vec<Timestamp>>::new();
        let mut ids = BTreeSet::new();
        for row in rows {
            let named = row.call_id.as_deref().and_then(|id| call_id::canonical(id.trim()));
            if let Some(id) = named
                && reader.table.version(&id).await?.is_some()
            {
                calls.all.push(CallParties { id, ..CallParties::default() });
            }
            if let (Some(key), Some(at)) = (searched_by(&this, row), row.at()) {
                calls.searched.insert(row.id.clone(), key.clone());
                times.entry(key).or_default().push(at);
            }
        }
        for (key, times) in times {
            let of_key: BTreeSet<String> = at_the_time(reader, &key, &times).await?;
            let of_key = of_key.into_iter().filter(|id| *id != this.id);
            let of_key: Vec<String> = of_key.collect();
            match of_key.len() {
                ..=MAX_OTHER_CALLS => ids.extend(of_key),
                _ => {
                    calls.too_many.insert(key);
                }
            }
        }
        for id in ids {
            if let Some(StoredCall { record, people, sessions }) = reader.table.call(&id).await? {
                calls.all.push(parties(&record, &people, &sessions));
            }
        }
        calls.all.push(this);
        Ok(calls)
    }

    /// The call that a row belongs to.
    fn call_of(&self, row: &LogRow) -> Option<(&CallParties, Joined)> {
        let searched = self.searched.get(&row.id);
        let is_certain = searched.is_none_or(|key| !self.too_many.contains(key));
        call_of(row, &self.all).filter(|(_, joined)| *joined == Joined::Matched || is_certain)
    }
}

/// By whom other calls are searched that a row fits: whom it names and who is in each of them.
fn searched_by(this: &CallParties, row: &LogRow) -> Option<PersonKey> {
    let user = row.user.as_ref()?;
    let is_user = |key: &&PersonKey| key.id().eq_ignore_ascii_case(user.id());
    let fits_alone = |number: &&PersonKey| {
        let telephones = this.telephones.iter().filter(|(telephone, _)| telephone == *number);
        let alone = CallParties { telephones: telephones.cloned().collect(), ..this.clone() };
        alone.fits(row)
    };
    let person = this.people.iter().find(is_user);
    let number = || this.telephones.iter().map(|(number, _)| number).find(fits_alone);
    person.or_else(number).cloned()
}

/// The calls with a telephone in which a person was at one of these times.
async fn at_the_time(
    reader: QueryContext<'_>,
    person: &PersonKey,
    times: &[Timestamp],
) -> Result<BTreeSet<String>, Error> {
    let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) else {
        return Ok(BTreeSet::new());
    };
    let moved = |at: &Timestamp, by| at.checked_add(by).unwrap_or(*at);
    let from = moved(first, -(MAX_CALL_DURATION + STARTS_WITHIN));
    // The end is not included.
    let to = moved(last, STARTS_WITHIN + SignedDuration::from_secs(1));
    let calls = reader.table.person_calls(person, from, to).await?;
    let was_there = |call: &PersonCall| {
        let (joined, left) = (call.part.first_joined_at, call.part.last_left_at);
        let is_on_telephone = is_telephone(&call.part.person)
            || call.part.counterparts.iter().any(is_telephone)
            || call.part.counterpart_relations.iter().any(|it| *it == Relation::Pstn);
        is_on_telephone
            && times.iter().any(|at| {
                joined.is_none_or(|joined| joined <= moved(at, STARTS_WITHIN))
                    && left.is_none_or(|left| left >= moved(at, -STARTS_WITHIN))
            })
    };
    Ok(calls.into_iter().filter(was_there).map(|call| call.call_id).collect())
}

fn shown(
    reader: QueryContext<'_>,
    call: &CallParties,
    row: &LogRow,
    joined: Joined,
    vanished: bool,
) -> LogRowOfCall {
    let user = row.user.as_ref();
    let number = |number: &Option<Number>| {
        let number = number.as_ref()?;
        let mut telephones = call.telephones.iter().map(|(telephone, _)| telephone);
        let known = telephones.find(|telephone| telephone.id() == number.as_str());
        let key = known.cloned().unwrap_or_else(|| PersonKey::new("phone", number.as_str()));
        let person = reader.privacy.person(&key, None);
        let (is_masked, is_in_call) = (number.is_masked(), known.is_some());
        Some(ShownNumber { person, is_masked, is_in_call })
    };
    let of_trunk = row.direct_routing.as_ref();
    LogRowOfCall {
        log: row.log,
        joined,
        direction: row.kind().direction,
        call_type: row.call_type.clone(),
        user: user
            .map(|key| -> Person { reader.privacy.person(key, row.user_display_name.as_deref()) }),
        caller_number: number(&row.caller_number),
        callee_number: number(&row.callee_number),
        started_at: row.started_at,
        ended_at: row.ended_at,
        invited_at: row.invited_at,
        failed_at: row.failed_at,
        duration_seconds: row.duration_seconds,
        established: row.came_about(),
        contradicts_itself: row.contradicts_itself(),
        vanished,
        country: row.country(),
        charge: row.charged().map(|(of, sum)| Money::new(of.unwrap_or("unknown"), sum)),
        trunk: of_trunk.and_then(|facts| facts.trunk.clone()),
        sip_code: of_trunk.filter(|it| it.final_sip_code.is_some()).map(DirectRoutingFacts::codes),
        sip_phrase: of_trunk
            .and_then(|facts| reader.privacy.free_text(facts.final_sip_code_phrase.as_deref()?)),
        sip_class: SipClass::of(row),
    }
}

/// What is to be known of the rows, or why there are none.
fn note(found: &LogRowsOfCall, days: &[(Date, Option<&PstnHead>)]) -> Option<String> {
    let read = days.iter().filter_map(|(_, head)| *head);
    let mut sentences = Vec::new();
    if read.clone().count() < days.len() {
        sentences.push(
            "The logs of telephone calls were not read of every day of this call: they need the stack's \
             parameter PstnLogs and an administrator's consent."
                .to_owned(),
        );
    } else if read.clone().any(|head| !is_complete(head.day, &head.listed_at)) {
        sentences.push("Rows may be still to come: they are up to 48 hours late.".to_owned());
    }
    if found.rows.is_empty() && read.count() > 0 {
        sentences.push("The logs have no row of this call.".to_owned());
    }
    if found.ambiguous > 0 {
        let rows = usize::try_from(found.ambiguous).unwrap_or(usize::MAX);
        let rows = count_of(rows, "row fits", "rows fit");
        sentences.push(format!("{rows} this call and another one, and belong to neither."));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}
