"""What the reports answer, compared with what the definitions make of the calls of a range."""

from collections import Counter
from datetime import date, timedelta
from functools import cached_property

from . import definitions, quality, totals, zones
from .decode import MILLISECOND, seconds, written
from .identities import is_number

ZONES = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Chatham"]
RANGES = [
    (date(2026, 10, 23), date(2026, 10, 26)), (date(2026, 10, 24), date(2026, 10, 25)),
    (date(2026, 10, 25), date(2026, 10, 25)), (date(2026, 10, 27), date(2026, 10, 28)),
]
SHARES = {
    "feedback_rated_share": (["feedback_rated"], ["feedback_objects"]),
    "failure_rate": (["failed"], ["answered", "failed"]),
    "drop_rate": (["legs_dropped"], ["legs_established"]),
    "poor_stream_share": (["audio_streams_poor"], ["audio_streams_good", "audio_streams_poor"]),
    "poor_leg_share": (["legs_poor"], ["legs"]),
    "poor_call_share": (["poor_calls"], ["judged_calls"]),
    "poor_received_share": (["poor_received"], ["judged_received"]),
    "poor_sent_share": (["poor_sent"], ["judged_sent"]),
    "participants_per_call": (["participants"], ["calls"]),
    "versions_per_record": (["versions"], ["calls"]),
    "media_share": (["sessions_with_media"], ["sessions"]),
}
# Of which it is counted how many are not known.
UNKNOWN = {"talk_ms": "talk_unknown", "call_ms": "call_ms_unknown"}


# Of which nothing is known where the other is 0.
KNOWN_OF = {
    "poor_received": "judged_received", "poor_sent": "judged_sent", "legs_poor": "legs",
    "legs_dropped": "legs_established", "poor_calls": "judged_calls",
}
DAY = 24 * 3600 * 1_000_000_000


class Sums:
    """Totals of the organisation, or of a person."""

    def __init__(self, of, is_organisation):
        self.totals, self.is_organisation = of, is_organisation

    def get(self, name):
        if self.is_organisation and name not in definitions.ORGANISATION:
            name = f"people_{name}"
        return self.totals.get(name, 0)

    def has(self, name):
        return name in definitions.PERSON or self.is_organisation and name in definitions.ORGANISATION

    def milliseconds(self, name):
        calls = self.get("calls") if name in definitions.ORGANISATION else self.calls_of_people
        unknown = self.get(UNKNOWN[name])
        return None if unknown and unknown == calls else self.get(name)

    @property
    def calls_of_people(self):
        return self.totals.get("people_calls" if self.is_organisation else "calls", 0)

    def family(self, prefix):
        return {
            name.removeprefix(prefix): value
            for name, value in self.totals.items() if name.startswith(prefix)
        }


class Calls:
    """The calls of a range of days in a zone."""

    def __init__(self, calls, within):
        self.all = [call for call in calls if not call.record.is_test]
        self.calls = [call for call in calls if within.has(call.record.start)]
        self.within = within
        self.calls_of_people = [call for call in self.calls if not call.record.is_test]

    @property
    def calls_nearby(self):
        """With those of the day before."""
        first = self.within.first - timedelta(days=1)
        nearby = zones.Range(first, self.within.last, self.within.name)
        return [call for call in self.all if nearby.has(call.record.start)]

    def of_organisation(self, call):
        of = dict(totals.of_organisation(call))
        if not call.record.is_test:
            hour = next(name for name in of if name.startswith("hour_"))
            of[f"hour_{self.within.local(call.record.start).hour:02d}"] = of.pop(hour)
        return of

    @cached_property
    def organisation(self):
        return Sums(zones.summed(self.of_organisation(call) for call in self.calls), True)

    @cached_property
    def days(self):
        found = {day: Counter() for day in self.within.days}
        for call in self.calls:
            found[self.within.local(call.record.start).date()].update(self.of_organisation(call))
        return {day: Sums(of, True) for day, of in found.items()}

    @cached_property
    def people(self):
        found = {}
        for call in self.calls_of_people:
            for key, part in call.parts.items():
                found.setdefault(key, Counter()).update(totals.of_person(part))
        return {key: Sums(of, False) for key, of in found.items()}

    @cached_property
    def hours(self):
        hours = [0] * 24
        for call in self.calls_of_people:
            hours[self.within.local(call.record.start).hour] += 1
        return hours


def figure(comparison, where, got, sums, others):
    """Compares a number with its title; `others` has those that are no totals."""
    name = got["id"]
    if name in SHARES:
        over, under = (sum(sums.get(of) for of in names) for names in SHARES[name])
        kind = "mean" if name in ("participants_per_call", "versions_per_record") else "share"
        expected = {kind: {"numerator": over, "denominator": under}} if under else None
        version = definitions.DERIVED[name]
    elif name in others:
        expected, version = others[name], definitions.DERIVED.get(name)
    elif name in UNKNOWN:
        milliseconds = sums.milliseconds(name)
        expected = None if milliseconds is None else {"seconds": seconds(milliseconds)}
        version = definitions.PERSON.get(name) or definitions.ORGANISATION.get(name)
    elif sums.has(name):
        expected = {"count": sums.get(name)}
        in_organisation = sums.is_organisation and name in definitions.ORGANISATION
        version = (definitions.ORGANISATION if in_organisation else definitions.PERSON)[name]
    else:
        comparison.equal(f"{where} {name}", "a number of the definitions", got)
        return
    comparison.equal(f"{where} {name}", expected, got["value"])
    comparison.equal(f"{where} {name} version", version, got["version"])


def busiest(hours):
    return {"hour": hours.index(max(hours))} if max(hours) else None


def row(comparison, where, got, sums, known):
    """Compares the numbers of a row by their names; `known` has those that are no totals."""
    for name, value in got.items():
        if name in known:
            comparison.equal(f"{where}.{name}", known[name], value)
        elif name in ("talk_seconds", "call_seconds"):
            milliseconds = sums.milliseconds(name.replace("_seconds", "_ms"))
            comparison.equal(f"{where}.{name}", seconds(milliseconds), value)
        elif sums.has(name):
            known_of = KNOWN_OF.get(name)
            known_now = known_of is None or sums.get(known_of)
            comparison.equal(f"{where}.{name}", sums.get(name) if known_now else None, value)
        elif name not in ("date", "completeness", "person", "name", "id", "kind", "relation"):
            comparison.equal(f"{where}.{name}", "a number of the definitions", value)


FAMILIES = {
    "platforms": ("platform_calls_", "platform_ms_"), "connections": (None, "connection_ms_"),
    "modalities": (None, "modality_ms_"), "relations": ("relation_calls_", None), "ratings": ("rating_", None),
    "tokens": ("token_", None), "classifiers": ("classifier_calls_", None), "services": ("service_calls_", "service_ms_"),
}


def mix(comparison, where, got, sums, hours):
    for name, entries in got.items():
        if name in ("zone_of_hours",):
            continue
        if name == "hours":
            comparison.equal(f"{where}.hours", hours, entries)
            continue
        found = {}
        if name == "audio_streams":
            found = {of: {"count": sums.get(f"audio_streams_{of}")} for of in ("good", "poor", "unclassified")}
        elif name in FAMILIES:
            for prefix, kind in zip(FAMILIES[name], ("count", "seconds")):
                own = prefix and (f"{prefix}*" in definitions.ORGANISATION or not sums.is_organisation)
                for of, value in sums.family(prefix if own else f"people_{prefix}").items() if prefix else ():
                    if value:
                        found.setdefault(of, {})[kind] = value if kind == "count" else seconds(value)
        else:
            comparison.equal(f"{where}.{name}", "a number of the definitions", entries)
            continue
        shown = {of["name"]: {key: value for key, value in of.items() if key != "name" and (value or name == "audio_streams")} for of in entries}
        comparison.equal(f"{where}.{name}", found, {key: of for key, of in shown.items() if of})


def ask(comparison, system, report, within, **more):
    event = {
        "report": report, "from": within.first.isoformat(), "to": within.last.isoformat(),
        "time_zone": within.name, **more,
    }
    answer = system.ask("report", event)
    if "data" not in answer:
        comparison.equal(f"{report} {within.name} {within.first}", "an answer", answer)
        return None
    return answer["data"]


SORTS = {
    "talk_time": "talk_ms", "calls": "calls", "missed": "missed", "dropped": "dropped",
    "poor_received": "poor_received", "poor_sent": "poor_sent",
}


def seen(key):
    """The key, as far as a report shows it: telephone numbers are hidden in part."""
    kind, identifier = key.split(":", 1)
    return "hidden" if kind == "phone" or is_number(identifier) else key


def seen_in(person):
    return person["person"] if not person["person"].startswith("sealed:") else "hidden"


def compare(comparison, system, calls):
    for zone in ZONES:
        for first, last in RANGES:
            within = zones.Range(first, last, zone)
            of = Calls(calls, within)
            name = f"{zone} {first}..{last}"
            for report in ("overview", "missed", "equipment", "feedback"):
                data = ask(comparison, system, report, within)
                if data:
                    organisation(comparison, f"{report} {name}", data["organisation"], of)
            data = ask(comparison, system, "traffic", within)
            if data:
                traffic(comparison, f"traffic {name}", data["traffic"], of)
            data = ask(comparison, system, "calls", within, size=500)
            if data:
                list_of_calls(comparison, f"calls {name}", data["calls"], of)


            ranges_of_people(comparison, system, name, within, of)


def ranges_of_people(comparison, system, name, within, of):
    people = of.people
    internal = {key: sums for key, sums in people.items() if sums.get("calls_as_internal")}
    for sort, total in SORTS.items():
        for relation, those in (("all", people), ("internal", internal)):
            if relation == "internal" and sort != "missed":
                continue
            data = ask(comparison, system, "people", within, sort=sort, size=500, relation=relation)
            if data:
                where = f"people by {sort} {name} {relation}"
                ranking(comparison, where, data["people"], those, total)
                comparison.equal(f"{where} left_out", len(people) - len(those), data["people"]["left_out"])
    busiest_people = sorted(people, key=lambda key: (-people[key].get("calls"), key))
    for key in [key for key in busiest_people if seen(key) == key][:6]:
        data = ask(comparison, system, "person", within, person=key, size=500)
        if data:
            person(comparison, f"{key} {name}", data["person"], key, of)


def ranking(comparison, where, got, people, total):
    """Compares everyone's row, that no one is missing, and the order."""
    comparison.equal(f"{where} total", len(people), got["total"])
    hidden = Counter()
    shown_people = set()
    for shown in got["rows"]:
        key = seen_in(shown)
        if key == "hidden":
            hidden[shown["calls"], shown["missed"], shown["answered"]] += 1
            continue
        shown_people.add(key)
        row(comparison, f"{where} {key}", shown, people.get(key, Sums({}, False)), {})
    expected = Counter()
    for key, sums in people.items():
        if seen(key) == "hidden":
            expected[sums.get("calls"), sums.get("missed"), sums.get("answered")] += 1
    if got["total"] <= len(got["rows"]):
        comparison.equal(f"{where} people", {key for key in people if seen(key) == key}, shown_people)
        comparison.equal(f"{where} telephones", expected, hidden)
    order = [shown.get(total, shown.get("talk_seconds")) or 0 for shown in got["rows"]]
    comparison.equal(f"{where} order", sorted(order, reverse=True), order)


def person(comparison, where, got, key, of):
    sums = of.people[key]
    hours = [0] * 24
    parts = {}
    days = {day: Counter() for day in of.within.days}
    for call in of.calls_of_people:
        if key in call.parts:
            at = of.within.local(call.record.start)
            hours[at.hour] += 1
            days[at.date()].update(totals.of_person(call.parts[key]))
            parts[call.record.id] = call.parts[key]
    for one in got["figures"]:
        figure(comparison, where, one, sums, {})
    comparison.equal(f"{where} days", [day.isoformat() for day in days], [day["date"] for day in got["days"]])
    for (day, own), shown in zip(days.items(), got["days"]):
        # Of a person, missed calls say what became of them.
        row(comparison, f"{where} {day}", shown, Sums(own, False), {"voicemail": None})
    mix(comparison, f"{where} mix", got["mix"], sums, hours)
    for shown in got["calls"]["rows"]:
        part = parts.get(shown["call"])
        if part is None:
            # Of a test call there is a part, which is counted nowhere.
            continue
        known = {
            "talk_seconds": seconds(part.milliseconds), "role": part.role, "outcome": part.outcome,
            "outcome_reason": part.outcome_reason, "dropped": bool(part.drops),
            "drop_reason": part.reason(part.drops), "others": len(part.others),
            "legs": part.judged_legs(quality.GOOD, quality.POOR),
            "poor_legs": part.judged_legs(quality.POOR) if part.judged_legs(quality.GOOD, quality.POOR) else None,
            "taken_by": of_pair(part), "platforms": list(part.platforms),
        }
        for name, value in known.items():
            comparison.equal(f"{where} {shown['call']}.{name}", value, shown.get(name))


def of_pair(part):
    return part.call.pair.taken_by(part.person) if part.call.pair else None


def organisation(comparison, where, got, of):
    sums = of.organisation
    others = {"busy_hour": busiest(of.hours)}
    for one in got["figures"]:
        figure(comparison, where, one, sums, others)
    days = of.days
    comparison.equal(f"{where} days", [day.isoformat() for day in days], [day["date"] for day in got["days"]])
    for (day, own), shown in zip(days.items(), got["days"]):
        row(comparison, f"{where} {day}", shown, own, {})
    mix(comparison, f"{where} mix", got["mix"], sums, of.hours)


def is_late(call):
    end = call.record.end
    return end is not None and call.stored_at - end > DAY


def lag(of):
    """From the end of the calls to when they were stored, but of those that were stored late."""
    known = [call for call in of.calls_of_people if call.record.end is not None and not is_late(call)]
    found = [max(0, call.stored_at - call.record.end) // MILLISECOND for call in known]
    if not found:
        return None
    return {
        "calls": len(found), "sum_ms": sum(found), "longest": seconds(max(found)),
        "within_30_minutes": sum(of <= 30 * 60_000 for of in found),
        "within_150_minutes": sum(of <= 150 * 60_000 for of in found),
    }


def traffic(comparison, where, got, of):
    running, mean = zones.peak(of.calls_nearby, of.within), lag(of)
    others = {
        "distinct_people": {"count": len(of.people)},
        "busy_hour": busiest(of.hours),
        "peak_concurrency": {"count": running[0]} if running else None,
        "lag": mean and {"seconds": seconds(mean["sum_ms"] // mean["calls"])},
    }
    for one in got["figures"]:
        figure(comparison, where, one, of.organisation, others)
    comparison.equal(f"{where} hours", of.hours, got["hours"])
    comparison.equal(f"{where} lag", mean, got.get("lag"))
    late = sum(is_late(call) for call in of.calls_of_people)
    comparison.equal(f"{where} stored_late", late, got["stored_late"])
    organisers = Counter(
        call.people.organizer.key for call in of.calls_of_people if call.pair is None and call.people.organizer
    )
    comparison.equal(f"{where} organisers", len(organisers), got["organisers"]["total"])


def list_of_calls(comparison, where, got, of):
    # Test calls are listed, and marked.
    comparison.equal(f"{where} total", len(of.calls), got["total"])
    by_id = {call.record.id: call for call in of.calls}
    for shown in got["rows"]:
        call = by_id.get(shown["call"])
        if call is None:
            comparison.equal(f"{where} {shown['call']}", "no call of the range", shown)
            continue
        own = totals.of_organisation(call)
        known = {
            "call": call.record.id,
            "call_type": call.record.type or "unknown",
            "started_at": written(call.record.start),
            "seconds": seconds(call.record.milliseconds),
            "outcome": call.pair and call.pair.outcome,
            "is_test": call.record.is_test,
            "dropped": own.get("dropped", 0) > 0,
            "poor": (own.get("poor_calls", 0) > 0) if own.get("judged_calls") else None,
            "people": len(call.parts),
            "sessions": len(call.record.sessions),
        }
        for name, value in shown.items():
            if name in known:
                comparison.equal(f"{where} {call.record.id}.{name}", known[name], value)
