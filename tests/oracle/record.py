"""A call record as it was sent: sessions, segments, media and streams."""

from dataclasses import dataclass
from fractions import Fraction

from . import quality
from .decode import (
    Refused, cut, duration, flag, instant, list_of, measurement, member, object_of, text, whole,
)
from .identities import Endpoint

SIDES = ("caller", "callee")


def words(value):
    """The members of an enumeration in an array, each once."""
    found = [member(word) for word in value] if isinstance(value, list) else []
    return list(dict.fromkeys(word for word in found if word))[:32]


@dataclass(frozen=True)
class Stream:
    id: str | None
    direction: str | None
    content: str | None
    packets: int | None
    round_trip: Fraction | None
    jitter: Fraction | None
    loss: Fraction | None
    degradation: Fraction | None
    concealed: Fraction | None
    frame_loss: Fraction | None
    frame_rate: Fraction | None
    received_frame_rate: Fraction | None
    loss_after_correction: Fraction | None
    codecs: tuple

    @classmethod
    def read(cls, value, label):
        value = object_of(value)
        audio, video = member(value.get("audioCodec")), member(value.get("videoCodec"))
        return cls(
            id=text(value.get("streamId")),
            direction=member(value.get("streamDirection")),
            content=quality.content(label, audio, video),
            packets=whole(value.get("packetUtilization")),
            round_trip=duration(value.get("averageRoundTripTime")),
            jitter=duration(value.get("averageJitter")),
            loss=measurement(value.get("averagePacketLossRate")),
            degradation=measurement(value.get("averageAudioDegradation")),
            concealed=measurement(value.get("averageRatioOfConcealedSamples")),
            frame_loss=measurement(value.get("averageVideoFrameLossPercentage")),
            frame_rate=measurement(value.get("averageVideoFrameRate")),
            received_frame_rate=measurement(value.get("averageReceivedFrameRate")),
            loss_after_correction=measurement(value.get("postForwardErrorCorrectionPacketLossRate")),
            codecs=(audio, video),
        )

    @property
    def measured(self):
        return (
            self.direction, self.codecs, self.packets, self.jitter, self.round_trip, self.loss,
            self.degradation, self.concealed, self.frame_loss, self.frame_rate,
            self.received_frame_rate, self.loss_after_correction,
        )


class Media:
    def __init__(self, value):
        value = object_of(value)
        self.label = text(value.get("label"))
        self.network = {side: object_of(value.get(f"{side}Network")) for side in SIDES}
        self.device = {side: object_of(value.get(f"{side}Device")) for side in SIDES}
        self.streams = [Stream.read(stream, self.label) for stream in list_of(value.get("streams"))]


class Segment:
    def __init__(self, value):
        value = object_of(value)
        self.id = text(value.get("id"))
        self.ends = {side: Endpoint.read(value.get(side)) for side in SIDES}
        object_of(value.get("failureInfo"))
        self.media = [Media(media) for media in list_of(value.get("media"))]


class Session:
    """A session, `place` being its position in the record."""

    def __init__(self, value, place):
        value = object_of(value)
        self.place = place
        self.id = text(value.get("id"))
        # Without an id it is one of its own.
        self.identity = self.id or place
        self.start, self.end = instant(value.get("startDateTime")), instant(value.get("endDateTime"))
        self.ends = {side: Endpoint.read(value.get(side)) for side in SIDES}
        self.is_test = flag(value.get("isTest"))
        failure = object_of(value.get("failureInfo"))
        self.stage, self.reason = member(failure.get("stage")), text(failure.get("reason"))
        self.modalities = words(value.get("modalities"))
        self.segments = [Segment(segment) for segment in list_of(value.get("segments"))]

    @property
    def length(self):
        if self.start is None or self.end is None:
            return None
        return max(0, self.end - self.start)

    @property
    def time(self):
        """For choosing the latest: those without any time are the earliest."""
        at = self.start if self.start is not None else self.end
        return (at is not None, at or 0)

    @property
    def streams(self):
        return [stream for segment in self.segments for media in segment.media for stream in media.streams]

    @property
    def has_media(self):
        return any(segment.media for segment in self.segments)

    @property
    def has_evidence(self):
        return any(stream.content and (stream.packets or 0) > 0 for stream in self.streams)

    @property
    def failed(self):
        return self.stage == "callSetup" and not self.has_evidence

    @property
    def lasted(self):
        return bool(self.length) and not self.failed

    @property
    def is_open(self):
        return self.length is None and not self.failed

    @property
    def dropped(self):
        return self.stage == "midcall"

    @property
    def established(self):
        return self.lasted or self.dropped


class Record:
    def __init__(self, value):
        if not isinstance(value, dict):
            raise Refused("a record is something else")
        self.id = text(value.get("id"))
        self.version = whole(value.get("version"))
        if self.id is None or len(self.id.encode()) > 512 or self.version is None:
            raise Refused("no id or no version")
        self.type = member(value.get("type"))
        self.starts, self.end = instant(value.get("startDateTime")), instant(value.get("endDateTime"))
        self.modified = instant(value.get("lastModifiedDateTime"))
        self.link = text(value.get("joinWebUrl"))
        self.modalities = words(value.get("modalities"))
        self.sessions = [Session(of, place) for place, of in enumerate(list_of(value.get("sessions")))]
        self.participants = [object_of(of) for of in list_of(value.get("participants_v2"))]
        self.organizer = object_of(value.get("organizer_v2"))
        self.retired_participants = [object_of(of) for of in list_of(value.get("participants"))]
        self.retired_organizer = object_of(value.get("organizer"))
        starts = [session.start for session in self.sessions if session.start is not None]
        self.start = self.starts if self.starts is not None else min(starts, default=None)
        if self.start is None:
            raise Refused("nothing says when it started")

    @property
    def is_pair(self):
        return self.type == "peerToPeer"

    @property
    def is_group(self):
        return self.type == "groupCall"

    @property
    def is_test(self):
        return bool(self.sessions) and all(session.is_test for session in self.sessions)

    @property
    def milliseconds(self):
        """From the start to the end of the record; none when it does not say when it ended."""
        return None if self.end is None else max(0, self.end - self.start) // 1_000_000


def first_end(session):
    for side in SIDES:
        if session.ends[side].subject:
            return session.ends[side].subject[1]
    return None


def stream_identity(session, at, segment, media, place, stream):
    """What tells a stream from the others of the call; `place` is among those of its label in the segment."""
    leg = (session.identity, first_end(session))
    within = segment.id if segment.id else at
    if stream.id:
        return (leg, within, media.label, stream.direction, stream.id)
    times = (session.start, session.end)
    return (leg, within, media.label, stream.direction, times, at, place, stream.measured)


def shown(value):
    """A text as it is shown or counted."""
    return value and cut(value)
