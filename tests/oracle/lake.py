"""The lake of the table, as Parquet, compared row by row with what the definitions make of the calls."""

import json
import pathlib
import subprocess
import tempfile
from collections import Counter
from decimal import Decimal

from recipes.interpreter import python

from . import quality, queues, totals, view, where
from .decode import MILLISECOND, cut, instant, moment
from .parts import Streams
from .people import EXTERNAL
from .quality import AUDIO, GOOD, NAMES, POOR, SCREEN, UNCLASSIFIED
from .record import SIDES, stream_identity

CONTENTS = {AUDIO: "audio", SCREEN: "screen_sharing", quality.VIDEO: "video"}
JUDGEMENTS = (GOOD, POOR, UNCLASSIFIED)
WAITS = ("answered_wait", "abandoned_wait", "passed_on_wait")
# What the rows of a call repeat of it.
OF_THE_CALL = {"day", "date", "call_started_at", "call_type", "is_test"}
# How people are shown beside their keys, and what the ends of a session said of it: the system's own tests have them.
NOT_COMPARED = {
    *(f"{who}_{what}" for who in ("organizer", "person", "service", "caller", "callee") for what in ("name", "kind")),
    "caller_rating", "callee_rating",
}


def compare(comparison, system, calls):
    with tempfile.TemporaryDirectory() as folder:
        answer = system.ask("lake", {"to": folder, "sites": where.SITES})
        script = pathlib.Path(__file__).with_name("parquet_rows.py")
        read = subprocess.run([python(), "-B", script, folder], check=True, capture_output=True, text=True)
    got = json.loads(read.stdout)
    expected = tables(calls, instant(answer["now"]))
    # The rows of telephone calls come from no record: `telephone` compares what they add up to.
    comparison.equal("lake tables", set(expected), set(got) - {"telephone_legs"})
    for table, rows in expected.items():
        comparison.equal(f"lake {table} has rows", True, bool(rows))
        comparison.equal(f"lake {table}", by_key(rows, table), by_key(map(shown, got[table]), table))


KEYS = {
    "calls": ["call_id"], "participations": ["call_id", "person"], "sessions": ["call_id", "position"],
    "services": ["call_id", "service"], "person_days": ["day", "person"], "organisation_days": ["day"],
    "queue_days": ["day", "kind", "service"], "agent_days": ["day", "kind", "service", "person"],
}


def by_key(rows, table):
    """By the key of the table; the ends of streams have none, and are counted."""
    if table == "streams":
        return dict(Counter(json.dumps(row, sort_keys=True, default=float) for row in rows))
    found = {}
    for row in rows:
        # A key that comes twice must be seen.
        found.setdefault(" ".join(str(row[name]) for name in KEYS[table]), []).append(row)
    return found


def shown(row):
    """A row of the lake without what is not compared."""
    is_day, is_call = "call_id" not in row, "version" in row
    left_out = NOT_COMPARED | ({"date"} if is_day or is_call else OF_THE_CALL)
    kept = {name: sorted(value) if isinstance(value, list) else value for name, value in row.items() if name not in left_out}
    if is_day or is_call:
        kept["day"] = row["date"]
    if is_day:
        # An absent total, and an absent member of a family, is 0.
        kept = {name: value for name, value in kept.items() if value not in (0, {})}
    return kept


def tables(calls, now):
    found = {name: [] for name in KEYS}
    found["streams"] = []
    people, organisation, apps, agents = {}, {}, {}, {}
    for call in calls:
        day = moment(call.record.start)[0].date().isoformat()
        found["calls"].append({**of_call(call), "day": day})
        found["participations"] += [of_part(call, part) for part in call.parts.values()]
        found["services"] += [of_service(call, of) for of in call.people.services.values()]
        found["sessions"] += [of_session(call, session) for session in call.record.sessions]
        found["streams"] += of_streams(call)
        add(organisation, (day,), totals.of_organisation(call))
        for key, part in call.parts.items():
            add(people, (day, key), totals.of_person(part))
        for app, counts in queues.rows(call, now).items():
            place = (day, *app.split("/", 1))
            for person, of in counts.pop("agents").items():
                add(agents, (*place, person), of)
            add(apps, place, flat(counts))
            for name in WAITS:
                longest = f"{name}_longest_ms"
                apps[place][longest] = max(apps[place][longest], counts[name]["longest_ms"])
    sums = (("person_days", ["day", "person"], people), ("organisation_days", ["day"], organisation),
            ("queue_days", ["day", "kind", "service"], apps),
            ("agent_days", ["day", "kind", "service", "person"], agents))
    for table, names, of in sums:
        rows = [{**dict(zip(names, key)), **nested(counts)} for key, counts in of.items() if any(counts.values())]
        found[table] = rows
    return found


def add(sums, key, of):
    sums.setdefault(key, Counter()).update(of)


def flat(counts):
    """The counts of a queue; waits by how many waited at most so long, and without the longest, which is no sum."""
    found = {}
    for name, of in counts.items():
        if name not in WAITS:
            found[name] = of
            continue
        for end in ("known", "unknown", "ms"):
            found[f"{name}_{end}"] = of.get(end, 0)
        within = 0
        for bound in queues.BOUNDS:
            within += of.get("buckets", {}).get(str(bound), 0)
            found[f"{name}_within {bound}"] = within
    return found


# Families of totals, which are a map each.
FAMILIES = [
    "modality_ms", "platform_ms", "platform_calls", "connection_ms", "relation_calls", "rating", "token",
    "classifier_calls", "hour", "service_calls", "service_ms",
]


def nested(counts):
    """The members of families and the bounds of waits in maps; a member that is 0 is absent, a bound is not."""
    found = {}
    for name, value in counts.items():
        family = next((of for of in FAMILIES if name.removeprefix("people_").startswith(f"{of}_")), None)
        if "_within " in name:
            stem, member = name.split(" ")
            found.setdefault(stem, {})[member] = value
        elif value and family:
            stem = f"people_{family}" if name.startswith("people_") else family
            found.setdefault(stem, {})[name.removeprefix(f"{stem}_")] = value
        elif value:
            found[name] = value
    return found


def micros(nanoseconds):
    return None if nanoseconds is None else nanoseconds // 1000


def millis(nanoseconds):
    return None if nanoseconds is None else nanoseconds // MILLISECOND


def plain(value):
    """A value of the system's own words as the lake has it: times in microseconds, seconds in milliseconds."""
    if isinstance(value, Decimal):
        return int(value * 1000)
    if isinstance(value, dict):
        return {key: plain(of) for key, of in value.items()}
    return sorted(value) if isinstance(value, list) else value


def counts_of(prefix, streams):
    return {f"{prefix}_{NAMES[judgement]}": streams.count(judgement) for judgement in JUDGEMENTS}


def of_call(call):
    own, of = view.record(call), call.record
    names = ("version", "call_type", "modalities", "organizer", "outcome", "sessions", "sessions_with_media", "audio_classifier")
    shares = view.quality(call)
    streams = shares.pop("audio_streams")
    return {
        **{name: plain(own[name]) for name in names}, **shares,
        **{f"audio_streams_{NAMES[judgement]}": streams[NAMES[judgement]] for judgement in JUDGEMENTS},
        "call_id": of.id, "started_at": micros(of.start), "ended_at": micros(of.end),
        "last_modified_at": micros(of.modified), "seconds": of.milliseconds, "is_test": of.is_test,
        "people": len(call.parts),
    }


def of_part(call, part):
    own = part.shown
    feedback = own.pop("feedback")
    row = {name: plain(value) for name, value in own.items()}
    for name in ("first_joined_at", "last_left_at"):
        row[name] = micros(instant(row[name]))
    for name in ("audio_streams", "video_streams"):
        streams = row.pop(name)
        row.update({f"{name}_{NAMES[judgement]}": streams[NAMES[judgement]] for judgement in JUDGEMENTS})
    del row["display_name"]
    return {
        **row, "call_id": call.record.id, "audio_classifier": call.classifier,
        "ratings": sorted(of["rating"] for of in feedback if of["rating"]),
        "feedback_tokens": sorted(token for of in feedback for token in of["tokens"]),
    }


def of_service(call, service):
    of = view.service(call, service)
    row = {name: plain(of.get(name)) for name in ("service", "kind", "roles", "seconds", "sessions")}
    times = {name: micros(instant(of.get(name))) for name in ("first_joined_at", "last_left_at")}
    return {
        **row, **times, "roles": row["roles"] or [], "call_id": call.record.id,
        "is_organizer": bool(of.get("organizer")),
    }


def of_session(call, session):
    row, streams = {}, {AUDIO: Streams(), quality.VIDEO: Streams()}
    for at, segment in enumerate(session.segments):
        places = Counter()
        for media in segment.media:
            for stream in media.streams:
                place = places[media.label]
                places[media.label] += 1
                if stream.content is not None:
                    among = streams[AUDIO if stream.content == AUDIO else quality.VIDEO]
                    identity = stream_identity(session, at, segment, media, place, stream)
                    among.add(identity, quality.judged(call.classifier, stream))
    for side in SIDES:
        endpoint = session.ends[side]
        subject = call.people.subjects.get(endpoint.subject)
        row.update({side: subject and subject.key, f"{side}_role": endpoint.role, f"{side}_platform": endpoint.platform})
    return {
        **row, **counts_of("audio_streams", streams[AUDIO]), **counts_of("video_streams", streams[quality.VIDEO]),
        "call_id": call.record.id, "position": session.place, "session_id": session.id and cut(session.id),
        "callee_is_named_only": call.record.is_group and row["callee"] is not None,
        "started_at": micros(session.start), "ended_at": micros(session.end), "seconds": millis(session.length),
        "modalities": sorted(session.modalities), "failure_stage": session.stage,
        "failure_reason": session.reason and cut(session.reason), "has_media": session.has_media,
        "is_test_session": session.is_test,
    }


def of_streams(call):
    """A row for each end of a stream at which a person was."""
    rows, kind = [], "peer_to_peer" if call.record.is_pair else "meeting"
    sites = where.Sites(where.SITES)
    for part in call.parts.values():
        relation = part.person.relation(call.home)
        for leg in where.legs(part).values():
            starts = [start for start in leg.starts if start is not None]
            for content, sent, judgement, path, stream in leg.ends():
                place = where.Place(path, kind, relation in EXTERNAL, sites)
                values = {name: place.value(name, sent) for name in where.DIMENSIONS if name != "class"}
                rows.append({
                    **{name: said(value) for name, value in values.items()}, **where.measured(stream),
                    "call_id": call.record.id, "person": part.person.key, "relation": relation,
                    "session_id": leg.id, "leg_started_at": micros(min(starts, default=None)),
                    "leg_dropped": leg.dropped, "content": CONTENTS[content], "sent": sent,
                    "quality": NAMES[judgement], "location": place.location,
                })
    return rows


def said(value):
    return value[1:] if value.startswith("=") else None if value == "unknown" else value
