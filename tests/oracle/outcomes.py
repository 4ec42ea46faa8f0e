"""What became of a call, for the call and for each person in it."""

from .people import is_mailbox
from .record import SIDES

def with_mailbox(session):
    return any(is_mailbox(session.ends[side]) for side in SIDES)


class Pair:
    """A peer-to-peer call."""

    def __init__(self, people):
        self.people, self.record = people, people.record
        self.originator = self.find_originator()
        self.outcome = self.find_outcome()

    def find_originator(self):
        organizer = self.people.organizer
        if organizer is not None and self.people.sessions_of(organizer):
            return organizer
        callers = []
        for session in self.record.sessions:
            caller = self.people.end(session, "caller")
            if caller is not None:
                known = session.start is not None
                callers.append(((not known, session.start or 0, session.id or "", caller.subject), caller))
        if callers:
            return min(callers, key=lambda of: of[0])[1]
        return organizer

    def ends_that_can_answer(self, session):
        """Who they are: a person, or none for an end of whom nothing is known."""
        if with_mailbox(session):
            return []
        caller, callee = (self.people.end(session, side) for side in SIDES)
        found = []
        for side, person in (("caller", caller), ("callee", callee)):
            if person is not None:
                if person is not self.originator or caller is callee:
                    found.append(person)
            elif self.people.is_unidentified(session, side):
                opposite = callee if side == "caller" else caller
                if side == "callee" or (opposite is not None and opposite is self.originator):
                    found.append(None)
        return found

    def find_outcome(self):
        sessions = self.record.sessions
        if any(session.lasted and self.ends_that_can_answer(session) for session in sessions):
            return "answered"
        if any(session.lasted and with_mailbox(session) for session in sessions):
            return "voicemail"
        if any(session.failed for session in sessions):
            return "failed"
        if not any(session.length is not None for session in sessions):
            return "unknown"
        if any(
            session.is_open and (self.ends_that_can_answer(session) or with_mailbox(session))
            for session in sessions
        ):
            return "unknown"
        return "unanswered"

    def outcome_of(self, person):
        if person is self.originator:
            return "unanswered" if self.outcome == "voicemail" else self.outcome
        own = self.people.sessions_of(person)
        without_mailbox = [session for session in own if not with_mailbox(session)]
        if without_mailbox:
            if any(session.lasted for session in without_mailbox):
                return "answered"
            if any(session.failed for session in without_mailbox) and self.outcome not in ("answered", "voicemail"):
                return "failed"
            if any(session.is_open for session in without_mailbox):
                return "unknown"
            return "missed"
        if self.outcome in ("unknown", "failed"):
            return self.outcome
        if self.originator is None or self.outcome == "answered" and any(
            session.lasted and None in self.ends_that_can_answer(session)
            for session in self.record.sessions
        ):
            return "unknown"
        return "missed"

    def taken_by(self, person):
        if self.outcome_of(person) != "missed":
            return None
        return {
            "voicemail": "voicemail", "answered": "another_person", "unanswered": "no_one", "failed": "no_one",
        }.get(self.outcome)


def outcome_in_group(people, person, milliseconds):
    """What became of a call that is not peer-to-peer, for a person of that time in it."""
    own = people.sessions_of(person)
    if milliseconds:
        return "attended"
    others = [session for session in own if not session.failed]
    left_behind = all(session.length == 0 and session.id == people.record.id for session in others)
    if len(others) < len(own) and left_behind:
        return "failed"
    if not people.record.sessions or any(session.is_open for session in own):
        return "unknown"
    offered = any(service.kind in ("queue", "auto_attendant") for service in people.services.values())
    if own and person is not people.organizer and offered:
        return "rung"
    return "listed"
