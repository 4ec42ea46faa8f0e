"""A table of an invented organisation: calls, people, days, and the reports' answers."""

import json
from datetime import date

from . import lake, reports, totals, view
from .decode import Refused, instant, moment, parsed
from .hostile import HOME, Hostile
from .parts import Call
from .people import People
from .record import Record
from .zones import summed

# Within a day of the end of some calls, and later than a day after that of others.
NOW = "2026-10-27T03:00:00Z"
# Around the end of daylight saving time in Europe.
DAYS = [date(2026, 10, day) for day in (23, 24, 25, 26)]
CLASSIFIER = "cqd-2024"


def read(record):
    record = Record(record)
    return Call(record, People(record), HOME, CLASSIFIER)


def as_sent(value):
    """The record as Graph sends it to the consumer, which asks for no empty members."""
    if isinstance(value, list):
        return [as_sent(of) for of in value]
    if isinstance(value, dict):
        members = {key: as_sent(of) for key, of in value.items()}
        return {key: of for key, of in members.items() if of is not None and of not in ("", [], {})}
    return value


def compare(comparison, system, calls_of_day, hostile, seed):
    system.ask("start", {"tenant_id": HOME, "now": NOW})
    records = []
    for number, day in enumerate(DAYS):
        plan = {"day": day.isoformat(), "number": number, "calls": calls_of_day}
        records += system.ask("invent", plan)
    for record in Hostile(seed).records(hostile):
        system.ask("publish", record)
        # As text and back, so that both read the same numbers.
        records.append(parsed(json.dumps(as_sent(record))))
    system.ask("drain")
    calls = [call for record in records if (call := stored(comparison, system, record))]
    days(comparison, system, calls)
    reports.compare(comparison, system, calls)
    lake.compare(comparison, system, calls)


def stored(comparison, system, record):
    """Compares a call as it is stored."""
    name = record["id"]
    got = system.ask("call", name)
    try:
        call = read(record)
    except Refused:
        comparison.equal(f"{name} stored", False, "record" in got)
        return None
    if "record" not in got:
        comparison.equal(f"{name} stored", True, got)
        return None
    comparison.equal(name, view.stored(call), view.of_stored(got))
    call.stored_at = instant(got["record"]["stored_at"])
    return call


def days(comparison, system, calls):
    """Compares the totals of every day, of the organisation and of each person."""
    by_day, by_person = {}, {}
    for call in calls:
        day = moment(call.record.start)[0].date().isoformat()
        by_day.setdefault(day, []).append(totals.of_organisation(call))
        for key, part in call.parts.items():
            by_person.setdefault(f"{key} {day}", []).append(totals.of_person(part))
    first, last = min(by_day), max(by_day)
    asked = {"from": first, "to": last}
    got = system.ask("organisation_days", asked)
    comparison.equal("days", sums(by_day), {of["day"]: totals.without_zeros(of["totals"]) for of in got})
    got = system.ask("people_days", asked)
    got = {f"{of['person']} {of['day']}": totals.without_zeros(of["totals"]) for of in got}
    comparison.equal("people's days", sums(by_person), got)


def sums(totals_of):
    """The sums, without those of test calls alone, which are in no list."""
    found = {name: totals.without_zeros(summed(of)) for name, of in totals_of.items()}
    return {name: of for name, of in found.items() if of}
