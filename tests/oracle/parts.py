"""What a person's part in a call is."""

from collections import Counter

from . import quality
from .decode import by_bytes, cut, member, object_of, seconds, text, whole, written
from .outcomes import Pair, outcome_in_group
from .people import EXTERNAL
from .quality import AUDIO, GOOD, NAMES, POOR, UNCLASSIFIED
from .record import SIDES, shown, stream_identity
from .times import by_union, lasting

MINUTES_TO_REJOIN = 2 * 60 * 1_000_000_000
MOST = 64
RATINGS = ["bad", "poor", "fair", "good", "excellent"]
OTHER = {"caller": "callee", "callee": "caller"}


def smallest(texts):
    """The texts that a set keeps, in their order."""
    return sorted(set(texts), key=by_bytes)[:MOST]


class Feedback:
    """What an endpoint says of feedback; `None` members where it says nothing."""

    def __init__(self, value):
        value = value or {}
        self.rating = member(value.get("rating"))
        tokens = value.get("tokens") or {}
        true = [name for name, of in tokens.items() if of is True and "@" not in name and text(name)]
        self.tokens = sorted({cut(name, 64) for name in true}, key=by_bytes)[:32]
        self.is_there = self.rating is not None or bool(self.tokens)
        if self.rating == "notRated":
            self.rating = None

    @property
    def rank(self):
        """The better answer first: with a rating, with tokens only, none."""
        return 0 if self.rating else 1 if self.tokens else 2

    def order(self, session):
        """Of several of one session, the last in this order counts."""
        rating = RATINGS.index(self.rating) if self.rating in RATINGS else len(RATINGS)
        words = (by_bytes(self.rating or ""), [by_bytes(token) for token in self.tokens])
        return (-self.rank, session.time, -rating, len(self.tokens), words)


class Streams:
    """Streams of a person, or of all, each once with its worst judgement."""

    def __init__(self):
        self.judgements = {}
        self.received, self.sent = set(), set()

    def add(self, identity, judgement, received=False, sent=False):
        self.judgements[identity] = max(judgement, self.judgements.get(identity, judgement))
        if received:
            self.received.add(identity)
        if sent:
            self.sent.add(identity)

    def count(self, judgement):
        return sum(found == judgement for found in self.judgements.values())

    def judged(self, among):
        return sum(self.judgements[of] != UNCLASSIFIED for of in among)

    def poor(self, among):
        return sum(self.judgements[of] == POOR for of in among)

    def legs(self, leg, *judgements):
        return {leg(of) for of, found in self.judgements.items() if found in judgements}


class Call:
    """A record with everything that follows from it."""

    def __init__(self, record, people, home, classifier):
        self.record, self.people, self.home, self.classifier = record, people, home, classifier
        self.pair = Pair(people) if record.is_pair else None
        self.streams_of_all = Streams()
        self.parts = {key: Part(self, person) for key, person in sorted(people.people.items())}


def times_of(sessions):
    """The first start and the last end."""
    starts = [of.start for of in sessions if of.start is not None]
    ends = [max(of.end, of.start or of.end) for of in sessions if of.end is not None]
    return {
        "first_joined_at": written(min(starts, default=None)),
        "last_left_at": written(max(ends, default=None)),
    }


class Part:
    def __init__(self, call, person):
        self.call, self.person, self.people = call, person, call.people
        self.sessions = call.people.sessions_of(person)
        self.identities = {session.identity for session in self.sessions}
        self.milliseconds = self.time()
        self.outcome = self.find_outcome()
        # The time of somebody on no session depends on the outcome.
        if not self.sessions:
            unknown = not call.record.sessions or call.pair and self.outcome == "unknown"
            self.milliseconds = None if unknown else 0
        self.audio, self.video = Streams(), Streams()
        self.capture, self.render, self.connections = set(), set(), {}
        self.bands, self.signals = set(), []
        self.own_sides()
        self.feedback = self.find_feedback()
        self.others = [of for of in call.people.people.values() if of is not person]

    def time(self):
        return by_union(self.sessions)

    def find_outcome(self):
        if self.call.pair:
            return self.call.pair.outcome_of(self.person)
        return outcome_in_group(self.people, self.person, self.milliseconds)

    @property
    def role(self):
        if self.call.pair:
            return "caller" if self.person is self.call.pair.originator else "callee"
        return "organizer" if self.person is self.people.organizer else "participant"

    def is_at(self, session, side):
        """Whether the person is on that side: of a group call, callees are the service."""
        counts = side == "caller" or not self.call.record.is_group
        return counts and self.people.end(session, side) is self.person

    # What the segments say

    def own_sides(self):
        for session in self.sessions:
            for at, segment in enumerate(session.segments):
                sides = [side for side in SIDES if self.people.own_end(session, segment, side) is self.person]
                if sides:
                    self.segment(session, at, segment, sides)

    def segment(self, session, at, segment, sides):
        places = Counter()
        for media in segment.media:
            for side in sides:
                self.network(session, media.network[side])
                device = media.device[side]
                self.capture.add(shown(text(device.get("captureDeviceName"))))
                self.render.add(shown(text(device.get("renderDeviceName"))))
            for stream in media.streams:
                place = places[media.label]
                places[media.label] += 1
                self.stream(session, at, segment, media, place, stream, sides)
        self.capture.discard(None)
        self.render.discard(None)

    def network(self, session, network):
        connection = member(network.get("connectionType"))
        if connection:
            self.connections.setdefault(connection, []).append(session)
        if connection in (None, "wifi", "unknown"):
            band = member(network.get("wifiBand"))
            if band not in (None, "unknown"):
                self.bands.add(band)
            signal = whole(network.get("wifiSignalStrength"))
            if signal is not None:
                self.signals.append(signal)

    def stream(self, session, at, segment, media, place, stream, sides):
        if stream.content is None:
            return
        identity = stream_identity(session, at, segment, media, place, stream)
        judgement = quality.judged(self.call.classifier, stream)
        if stream.content == AUDIO:
            sender = {"callerToCallee": "caller", "calleeToCaller": "callee"}.get(stream.direction)
            sent = sender in sides
            received = sender is not None and OTHER[sender] in sides
            self.audio.add(identity, judgement, received, sent)
            self.call.streams_of_all.add(identity, judgement)
        else:
            self.video.add(identity, judgement)

    # Feedback

    def find_feedback(self):
        """Of each session: whether there is a feedback object, and the answer."""
        by_identity = {}
        for session in self.sessions:
            found = []
            for side in SIDES:
                if self.is_at(session, side):
                    found.append(Feedback(session.ends[side].feedback))
                for segment in session.segments:
                    if self.people.own_end(session, segment, side) is self.person and segment.ends[side].there:
                        found.append(Feedback(segment.ends[side].feedback))
            found = [(feedback.order(session), feedback) for feedback in found if feedback.is_there]
            by_identity.setdefault(session.identity, []).extend(found)
        return [max(of, key=lambda one: one[0])[1] for of in by_identity.values() if of]

    @property
    def answers(self):
        return [of for of in self.feedback if of.rank < 2][:100]

    # Reasons

    def reason(self, sessions):
        """The reason of the last session that says why; of equal times the first by its bytes."""
        told = [session for session in sessions if session.reason]
        if not told:
            return None
        latest = max(session.time for session in told)
        return shown(min((session.reason for session in told if session.time == latest), key=by_bytes))

    @property
    def outcome_reason(self):
        if self.outcome in ("answered", "attended"):
            return None
        in_setup = [session for session in self.sessions if session.stage == "callSetup"]
        rest = [session for session in self.sessions if session.stage != "callSetup"]
        return self.reason(in_setup) or self.reason(rest)

    @property
    def drops(self):
        return [session for session in self.sessions if session.dropped]

    @property
    def rejoined(self):
        if not self.drops:
            return None
        there = lasting(self.sessions)
        unknown = False
        for drop in self.drops:
            if drop.end is None:
                unknown = True
            else:
                at = max(drop.end, drop.start or drop.end)
                if not any(end > at and start <= at + MINUTES_TO_REJOIN for start, end in there):
                    return False
        return None if unknown else True

    @property
    def medium_failed(self):
        return any(session.stage == "callSetup" and session.has_evidence for session in self.sessions)

    # Maps of times

    def times(self, named):
        """The time by union for each name, of pairs of a name and a session."""
        sessions = {}
        for name, session in named:
            sessions.setdefault(name, []).append(session)
        return {name: by_union(sessions[name]) for name in smallest(sessions)}

    @property
    def agents(self):
        """The person's own endpoints of sessions."""
        for session in self.sessions:
            for side in SIDES:
                if self.is_at(session, side):
                    yield session, session.ends[side].agent

    @property
    def modalities(self):
        return self.times((word, session) for session in self.sessions for word in session.modalities)

    @property
    def platforms(self):
        named = [(member(agent.get("platform")), session) for session, agent in self.agents]
        return self.times(of for of in named if of[0])

    def of_agents(self, read, field):
        found = [read(agent.get(field)) for _, agent in self.agents]
        return smallest(shown(value) for value in found if value)

    @property
    def connection_times(self):
        return self.times((name, session) for name, of in self.connections.items() for session in of)

    # The others

    @property
    def counterparts(self):
        if not self.call.pair:
            return []
        if self.people.sessions.keys() <= {self.person.subject} or not self.sessions:
            return smallest(of.key for of in self.others)
        ends = (self.people.end(session, side) for session in self.sessions for side in SIDES)
        return smallest({of.key for of in ends if of is not None} - {self.person.key})

    @property
    def counterpart_relations(self):
        return sorted({of.relation(self.call.home) for of in self.others})

    @property
    def dropped_legs(self):
        return len({session.identity for session in self.drops})

    @property
    def established_legs(self):
        return len({session.identity for session in self.sessions if session.established})

    def judged_legs(self, *judgements):
        """The person's legs, by the identity of the session alone."""
        return len(self.audio.legs(lambda of: of[0][0], *judgements))

    @property
    def outside(self):
        return Outside({of.relation(self.call.home) for of in self.others})

    # As the system shows it

    def streams(self, streams, classifier):
        counts = {NAMES[judgement]: streams.count(judgement) for judgement in (GOOD, POOR, UNCLASSIFIED)}
        return {"classifier": classifier, "classifier_version": 1, **counts}

    @property
    def shown(self):
        taken_by = self.call.pair.taken_by(self.person) if self.call.pair else None

        def in_seconds(times):
            return {name: seconds(time) for name, time in times.items()}

        part = {
            "person": self.person.key,
            "display_name": shown(self.person.name("display_name")),
            "user_principal_name": shown(self.person.name("user_principal_name")),
            "tenant_id": shown(self.person.name("tenant_id")),
            "relation": self.person.relation(self.call.home),
            "role": self.role,
            "outcome": self.outcome,
            "taken_by": taken_by,
            "outcome_reason": self.outcome_reason,
            "attended": None if self.milliseconds is None else self.milliseconds > 0,
            "talk_seconds": seconds(self.milliseconds),
            **times_of(self.sessions),
            "dropped": bool(self.drops),
            "rejoined": self.rejoined,
            "drop_reason": self.reason(self.drops),
            "medium_failed": self.medium_failed,
            "modalities": in_seconds(self.modalities),
            "platforms": in_seconds(self.platforms),
            "product_families": self.of_agents(member, "productFamily"),
            "application_versions": self.of_agents(text, "applicationVersion"),
            "capture_devices": smallest(self.capture),
            "render_devices": smallest(self.render),
            "connections": in_seconds(self.connection_times),
            "wifi_bands": smallest(self.bands),
            "wifi_signal_strength_min": min(self.signals, default=None),
            "wifi_signal_strength_max": max(self.signals, default=None),
            "feedback_objects": len(self.feedback),
            "feedback": sorted((
                {"rating": of.rating, "tokens": of.tokens} for of in self.answers
            ), key=repr),
            "audio_streams": self.streams(self.audio, self.call.classifier),
            "video_streams": self.streams(self.video, "cqd-video"),
            "judged_received": self.audio.judged(self.audio.received),
            "poor_received": self.audio.poor(self.audio.received),
            "judged_sent": self.audio.judged(self.audio.sent),
            "poor_sent": self.audio.poor(self.audio.sent),
            "legs": self.judged_legs(GOOD, POOR),
            "poor_legs": self.judged_legs(POOR),
            "established_legs": self.established_legs,
            "dropped_legs": self.dropped_legs,
            "counterparts": self.counterparts,
            "counterpart_relations": self.counterpart_relations,
            "others": len(self.others),
            "sessions": len(self.identities),
        }
        return part


class Outside:
    """How a group of people relates to the home organisation, in one word."""

    def __init__(self, relations):
        self.relations = relations

    @property
    def word(self):
        if not self.relations:
            return "alone"
        if self.relations & EXTERNAL:
            return "external"
        return "relation_unknown" if "unknown" in self.relations else "internal_only"
