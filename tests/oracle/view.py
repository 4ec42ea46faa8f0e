"""The definitions' numbers in the system's words, and the system's without what says nothing."""

from . import totals
from .parts import times_of as times
from .decode import cut, seconds, written

NOTHING = (None, [], {})


def without_nothing(value):
    """An object without the fields that are null or empty; of sets of words the order is none."""
    kept = {key: of for key, of in value.items() if not any(of is no or of == no for no in NOTHING)}
    return {key: in_order(of) for key, of in kept.items()}


def in_order(value):
    is_set = isinstance(value, list) and all(isinstance(of, str) for of in value)
    return sorted(value) if is_set else value


def record(call):
    """The record's own numbers."""
    of, people = call.record, call.people
    organizer = people.organizer
    name = organizer.name("display_name") if organizer else None
    return {
        "version": of.version,
        "call_type": of.type or "unknown",
        "modalities": of.modalities,
        "started_at": written(of.start),
        "ended_at": written(of.end),
        "last_modified_at": written(of.modified),
        "join_web_url": of.link,
        "organizer": organizer and organizer.key,
        "organizer_name": name and cut(name),
        "outcome": call.pair and call.pair.outcome,
        "is_test": of.is_test or None,
        "sessions": len(of.sessions),
        "sessions_with_media": sum(session.has_media for session in of.sessions),
        "home_tenant": call.home,
        "audio_classifier": call.classifier,
    }


def quality(call):
    """Of the call, each stream and leg once."""
    own = totals.of_legs_and_streams(call)
    names = {"established_legs": "legs_established", "dropped_legs": "legs_dropped", "legs": "legs", "poor_legs": "legs_poor"}
    streams = {name: own[f"audio_streams_{name}"] for name in ("good", "poor", "unclassified")}
    return {
        "audio_streams": {"classifier": call.classifier, "classifier_version": 1, **streams},
        **{shown: own[name] for shown, name in names.items()},
    }


def service(call, of):
    name = of.subject and of.subject.name("display_name")
    return without_nothing({
        "service": of.key,
        "kind": of.kind,
        "display_name": name and cut(name),
        "roles": sorted(of.roles),
        "seconds": seconds(totals.time_of(call, of)),
        **times(of.sessions),
        "sessions": len({session.identity for session in of.sessions}),
        "organizer": of.subject is not None and of.subject.subject == call.people.organizer_subject,
    })


def services(call):
    return {of.key: service(call, of) for of in call.people.services.values()}


def of_services(got):
    got = got.values() if isinstance(got, dict) else got
    return {of["service"]: without_nothing(of) for of in got}


def decoded(call):
    """A call as it is made of its record."""
    return {
        "call": without_nothing({
            "id": call.record.id,
            **record(call),
            **quality(call),
            "people": {key: without_nothing(part.shown) for key, part in call.parts.items()},
            "services": services(call),
        }),
        "contributions": {key: totals.of_person(part) for key, part in call.parts.items()},
        "totals": totals.of_organisation(call),
    }


def of_part(part):
    """A part as the system shows it."""
    part = without_nothing(part)
    feedback = [{"rating": of.get("rating"), "tokens": of.get("tokens") or []} for of in part.get("feedback", [])]
    if feedback:
        part["feedback"] = sorted(feedback, key=repr)
    return part


def of_decoded(got):
    call = without_nothing(got["call"])
    call.pop("definitions_version")
    call["people"] = {key: of_part(part) for key, part in call.get("people", {}).items()}
    call["services"] = of_services(call.get("services", {}))
    call = without_nothing(call)
    return {
        "call": call,
        "contributions": {key: totals.without_zeros(of) for key, of in got["contributions"].items()},
        "totals": totals.without_zeros(got["totals"]),
    }


def stored(call):
    """A call as it is stored."""
    of = record(call)
    return {
        "record": without_nothing({
            "call_id": call.record.id,
            **of,
            "day": of["started_at"][:10],
            "people": len(call.parts),
            "services": services(call),
            "contribution": totals.of_organisation(call),
        }),
        "people": {key: without_nothing(part.shown) for key, part in call.parts.items()},
    }


# What is stored of a call and is no number of it.
NOT_OF_THE_CALL = ("claim", "definitions_version", "raw", "replaced", "revision", "stored_at")


def of_stored(got):
    of = {key: value for key, value in got["record"].items() if key not in NOT_OF_THE_CALL}
    of["contribution"] = totals.without_zeros(of["contribution"])
    of["services"] = of_services(of.get("services", []))
    return {
        "record": without_nothing(of),
        "people": {part["person"]: of_part(part) for part in got["people"]},
    }
