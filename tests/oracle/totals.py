"""What a call adds to the totals of a day: of each person in it, and of the organisation."""

import re
from collections import Counter
from functools import lru_cache

from .decode import by_bytes, moment
from .parts import GOOD, NAMES, POOR, UNCLASSIFIED, Outside
from .record import first_end
from .times import by_union

MOST_OF_A_FAMILY = 32
JUDGEMENTS = (GOOD, POOR, UNCLASSIFIED)


def name_of(word):
    return re.sub("[^A-Za-z0-9]", "_", word[:64])


def family(totals, prefix, values):
    """Adds a family of totals: beyond the 32nd name, all of them together as `other`."""
    for at, word in enumerate(sorted(values, key=by_bytes)):
        if values[word] is not None:
            name = name_of(word) if at < MOST_OF_A_FAMILY else "other"
            totals[f"{prefix}_{name}"] += values[word]


def without_zeros(totals):
    """A total that is not there is 0."""
    return {name: value for name, value in totals.items() if value}


def classifier_name(call):
    return f"classifier_calls_{name_of(call.classifier)}_v1"


def call_type(record):
    return {"peerToPeer": "calls_peer_to_peer", "groupCall": "calls_group"}.get(record.type, "calls_other")


@lru_cache(maxsize=None)
def of_person(part):
    """What a part adds to the person's day."""
    call, record, totals = part.call, part.call.record, Counter()
    if record.is_test:
        return {}
    totals["calls"] = 1
    totals[call_type(record)] = 1
    if call.pair:
        taken_by = call.pair.taken_by(part.person)
        totals["missed_voicemail"] = int(taken_by == "voicemail")
        totals["missed_taken"] = int(taken_by == "another_person")
        totals["outcome_unknown" if part.outcome == "unknown" else part.outcome] = 1
    else:
        name = {"failed": "failed_joins", "unknown": "attendance_unknown", "attended": None}
        name = name.get(part.outcome, part.outcome)
        if name:
            totals[name] = 1
        totals["organised"] = int(part.person is call.people.organizer)
    totals["attended"] = int(bool(part.milliseconds))
    totals["dropped"] = int(bool(part.drops))
    totals["rejoined"] = int(bool(part.rejoined))
    totals["medium_failed"] = int(part.medium_failed)
    totals["talk_ms"] = part.milliseconds or 0
    totals["talk_unknown"] = int(part.milliseconds is None)
    family(totals, "modality_ms", part.modalities)
    family(totals, "platform_ms", part.platforms)
    family(totals, "platform_calls", {name: 1 for name in part.platforms})
    family(totals, "connection_ms", part.connection_times)
    family(totals, "relation_calls", {relation: 1 for relation in part.counterpart_relations})
    totals["calls_as_internal"] = int(part.person.relation(call.home) == "internal")
    totals[f"calls_{part.outside.word}"] = 1
    totals["feedback_objects"] = len(part.feedback)
    totals["feedback_rated"] = sum(bool(answer.rating) for answer in part.answers)
    family(totals, "rating", Counter(answer.rating for answer in part.answers if answer.rating))
    family(totals, "token", Counter(token for answer in part.answers for token in answer.tokens))
    for judgement in JUDGEMENTS:
        totals[f"audio_streams_{NAMES[judgement]}"] = part.audio.count(judgement)
    for direction, streams in (("received", part.audio.received), ("sent", part.audio.sent)):
        totals[f"judged_{direction}"] = part.audio.judged(streams)
        totals[f"poor_{direction}"] = part.audio.poor(streams)
    totals["legs"] = part.judged_legs(GOOD, POOR)
    totals["legs_poor"] = part.judged_legs(POOR)
    totals["legs_established"] = part.established_legs
    totals["legs_dropped"] = part.dropped_legs
    quality_of_call(totals, call, totals["legs"], totals["legs_poor"])
    return without_zeros(totals)


def quality_of_call(totals, call, judged, poor):
    totals["judged_calls"] = int(judged > 0)
    totals["poor_calls"] = int(poor > 0)
    totals[classifier_name(call)] = totals["judged_calls"]


def legs(call):
    """The legs of people, each once: by the session's identity and its first end."""
    found = {}
    for part in call.parts.values():
        for session in part.sessions:
            found.setdefault((session.identity, first_end(session)), set()).add(session)
    return found


def of_legs_and_streams(call):
    """The legs and audio streams of people, each once."""
    totals = Counter()
    for judgement in JUDGEMENTS:
        totals[f"audio_streams_{NAMES[judgement]}"] = call.streams_of_all.count(judgement)

    totals["legs"] = len(call.streams_of_all.legs(lambda of: of[0], GOOD, POOR))
    totals["legs_poor"] = len(call.streams_of_all.legs(lambda of: of[0], POOR))
    all_legs = legs(call).values()
    totals["legs_established"] = sum(any(session.established for session in of) for of in all_legs)
    totals["legs_dropped"] = sum(any(session.dropped for session in of) for of in all_legs)
    return totals


@lru_cache(maxsize=None)
def of_organisation(call):
    """What a call adds to the organisation's day."""
    record, totals = call.record, Counter()
    if record.is_test:
        return {"test_calls": 1}
    parts = call.parts.values()
    totals["calls"] = 1
    totals[call_type(record)] = 1
    if call.pair:
        totals["outcome_unknown" if call.pair.outcome == "unknown" else call.pair.outcome] = 1
    else:
        totals["failed_joins"] = sum(part.outcome == "failed" for part in parts)
    totals["dropped"] = int(any(part.drops for part in parts))
    totals["medium_failed"] = int(any(part.medium_failed for part in parts))
    totals.update(of_legs_and_streams(call))
    quality_of_call(totals, call, totals["legs"], totals["legs_poor"])
    totals["call_ms"] = record.milliseconds or 0
    totals["call_ms_unknown"] = int(record.milliseconds is None)
    totals["participants"] = len(call.parts)
    totals["sessions"] = len(record.sessions)
    totals["sessions_with_media"] = sum(session.has_media for session in record.sessions)
    totals[f"hour_{moment(record.start)[0].hour:02d}"] = 1
    relations = {part.person.relation(call.home) for part in parts}
    family(totals, "relation_calls", {relation: 1 for relation in relations})
    word = Outside(relations).word
    totals[f"calls_{'relation_unknown' if word == 'alone' else word}"] = 1
    times = {}
    for service in call.people.services.values():
        times.setdefault(service.kind, []).append(time_of(call, service))
    for kind, of in times.items():
        totals[f"service_calls_{kind}"] = 1
        totals[f"service_ms_{kind}"] = sum(time or 0 for time in of)
    totals["versions"] = max(0, min(record.version, 1_000_000))
    for part in parts:
        for name, value in of_person(part).items():
            totals[f"people_{name}"] += value
    return without_zeros(totals)


def time_of(call, service):
    """The milliseconds of a service: not known in a record without sessions."""
    return by_union(service.sessions) if call.record.sessions else None
