"""What a call did at queues and attendants, and what its agents took. The rules *Queues and attendants*."""

from collections import Counter

from .decode import MILLISECOND
from .people import key, is_mailbox, role_of
from .record import SIDES

DAY = 24 * 3600 * 1_000_000_000
KINDS = ["queue", "auto_attendant"]
BOUNDS = [5, 10, 15, 20, 25, 30, 40, 45, 60, 90, 120, 180, 240, 300, 600, 900, 1800, 3600]
OUTCOMES = ["answered", "voicemail", "forwarded", "abandoned", "unknown", "not_final"]
# Of equal times the first.
NEXT = ["voicemail", "forwarded", "unknown"]
NEVER = float("inf")


def ends_of(call, session):
    """What is on both ends: a word, and for people and services who and of which kind."""
    found = []
    for side in SIDES:
        endpoint = session.ends[side]
        whose, kind = role_of(endpoint.role)
        subject = call.people.subjects.get(endpoint.subject)
        if is_mailbox(endpoint):
            found.append(("mailbox",))
        elif subject is not None and subject.service:
            of = call.people.services.get(subject.key)
            own = kind if whose == "service" else None
            found.append(("service", subject.key, own or (of.kind if of else "other")))
        elif subject is not None and not (call.record.is_group and side == "callee"):
            found.append(("person", subject.key))
        elif subject is None and whose == "service":
            found.append(("service", key("service", endpoint.role), kind))
        else:
            found.append(("unidentified",))
    return found


class Visit:
    def __init__(self, app, entered, left):
        self.app, self.entered, self.left = app, entered, left
        self.taken, self.rung, self.undecided = [], set(), set()
        self.numbers, self.is_undecided = [], False
        self.outcome = self.wait = self.answered_by = None

    def holds(self, start):
        return self.entered <= start <= self.left


class Flow:
    """The call at its voice apps, as it is known at a time."""

    def __init__(self, call, now):
        self.call, self.record = call, call.record
        self.sessions = [(of, ends_of(call, of)) for of in call.record.sessions]
        self.caller = self.who_called()
        self.visits = self.stays()
        for session, ends in self.sessions:
            self.people_on(session, ends)
        for visit in self.visits:
            if visit.taken:
                start, _, who = min((start, ordered(who), who) for start, _, who in visit.taken)
                visit.outcome, visit.answered_by = "answered", who
                visit.wait = (start - visit.entered) // MILLISECOND
        ended = self.record.end if self.record.end is not None else self.record.start
        is_answered = any(visit.answered_by for visit in self.visits)
        self.final_at = ended + DAY if self.visits and not is_answered and now < ended + DAY else None
        for place, visit in enumerate(self.visits):
            if visit.answered_by is None:
                self.settle(place, visit)

    def who_called(self):
        organizer = self.call.people.organizer
        if organizer is not None:
            return organizer.key
        found = []
        for session, ends in self.sessions:
            for end, other in (ends, ends[::-1]):
                if end[0] == "person" and app_of(other):
                    found.append((NEVER if session.start is None else session.start, ordered(end[1]), end[1]))
        return min(found)[2] if found else None

    def stays(self):
        by_caller, by_others = {}, {}
        for session, ends in self.sessions:
            if session.start is None:
                continue
            end = session.end if session.end is None else max(session.start, session.end)
            if end is None:
                known = self.record.end is not None and self.record.end >= session.start
                end = self.record.end if known else NEVER
            for own, other in (ends, ends[::-1]):
                app = app_of(own)
                if app:
                    of_caller = self.caller is not None and other == ("person", self.caller)
                    (by_caller if of_caller else by_others).setdefault(app, []).append((session.start, end))
        visits = []
        for app in by_caller.keys() | by_others.keys():
            for start, end in union(by_caller.get(app) or by_others[app]):
                visits.append(Visit(app, start, end))
        return sorted(visits, key=lambda of: (of.entered, of.left, KINDS.index(of.app[0]), ordered(of.app[1])))

    def people_on(self, session, ends):
        for own, other in (ends, ends[::-1]):
            if own[0] != "person" or own[1] == self.caller or other[0] == "mailbox":
                continue
            who = own[1]
            is_number = who.startswith("phone:")
            if session.start is None:
                if not is_number and (session.lasted or session.is_open):
                    for visit in self.visits:
                        visit.is_undecided = True
                continue
            those = [of for of in self.visits if of.holds(session.start)]
            visit = ([of for of in those if of.app == app_of(other)] or those or [None])[-1]
            if visit is None:
                continue
            if is_number:
                if session.lasted:
                    visit.numbers.append(session.start)
            elif session.lasted:
                visit.taken.append((session.start, session.end, who))
            elif session.is_open:
                visit.undecided.add(who)
                visit.is_undecided = True
            else:
                visit.rung.add(who)

    def settle(self, place, visit):
        found = [(after.entered, "forwarded") for after in self.visits[place + 1:]]
        found += [(start, "forwarded") for start in visit.numbers]
        for session, ends in self.sessions:
            if not session.lasted:
                continue
            start = NEVER if session.start is None else session.start
            words = [end[0] for end in ends]
            is_callers = self.caller is not None and ("person", self.caller) in ends
            if "mailbox" in words:
                if start >= visit.entered:
                    found.append((start, "voicemail"))
            elif is_callers and "unidentified" in words and start >= visit.left and visit.left != NEVER:
                found.append((start, "unknown"))
        at, what = min(found, key=lambda of: (of[0], NEXT.index(of[1])), default=(NEVER, "abandoned"))
        if self.final_at is not None:
            what = "not_final"
        elif visit.is_undecided:
            what = "unknown"
        until = min(visit.left, at)
        visit.outcome = what
        visit.wait = None if until == NEVER else (until - visit.entered) // MILLISECOND

    def not_taken(self):
        """Who was rung, took nothing of the call and is undecided in none."""
        rung = set().union(*(visit.rung for visit in self.visits))
        took = {who for visit in self.visits for *_, who in visit.taken}
        return rung - took - set().union(*(visit.undecided for visit in self.visits))


def ordered(of):
    """Keys are ordered by kind, then by id, both by their bytes."""
    kind, identifier = of.split(":", 1)
    return kind.encode(), identifier.encode()


def app_of(end):
    return (end[2], end[1]) if end[0] == "service" and end[2] in KINDS else None


def union(intervals):
    """Those that touch or overlap as one."""
    found = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def bucket(wait):
    return next((bound for bound in BOUNDS if wait <= bound * 1000), 0)


def waits(of):
    known = [wait for wait in of if wait is not None]
    buckets = Counter(bucket(wait) for wait in known)
    found = {"known": len(known), "ms": sum(known), "longest_ms": max(known, default=0)}
    if len(of) > len(known):
        found["unknown"] = len(of) - len(known)
    return {**found, **({"buckets": {str(bound): calls for bound, calls in buckets.items()}} if buckets else {})}


def agents(flow, visits):
    found = {}
    for visit in visits:
        if visit.outcome == "not_final":
            continue
        missed = flow.not_taken()
        for who in visit.rung | {who for *_, who in visit.taken}:
            own = [(start, end) for start, end, of in visit.taken if of == who]
            counted = Counter(
                answered=visit.answered_by == who, not_taken=who in missed,
                took_over=bool(own) and visit.answered_by != who,
                ms=sum(end - start for start, end in union(own)) // MILLISECOND,
            )
            counted["rung"] = counted["answered"] + counted["not_taken"]
            if any(counted.values()):
                found.setdefault(who, Counter()).update(counted)
    return {who: {name: of[name] for name in ("rung", "answered", "not_taken", "took_over", "ms")} for who, of in found.items()}


def rows(call, now):
    """What a call adds to each queue and attendant."""
    if call.record.is_test:
        return {}
    flow, found = Flow(call, now), {}
    for app in {visit.app for visit in flow.visits}:
        visits = [visit for visit in flow.visits if visit.app == app]
        of = {outcome: [visit.wait for visit in visits if visit.outcome == outcome] for outcome in OUTCOMES}
        found["/".join(app)] = {
            "offered": len(visits), **{outcome: len(waited) for outcome, waited in of.items()},
            "answered_wait": waits(of["answered"]), "abandoned_wait": waits(of["abandoned"]),
            "passed_on_wait": waits(of["voicemail"] + of["forwarded"]), "agents": agents(flow, visits),
        }
    return found
