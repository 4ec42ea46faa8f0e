"""Streams: what they carry, and whether they were good. The classifiers of the definitions."""

from fractions import Fraction

AUDIO, VIDEO, SCREEN = "audio", "video", "screen"
# The worse judgement last.
UNCLASSIFIED, GOOD, POOR = range(3)
NAMES = {UNCLASSIFIED: "unclassified", GOOD: "good", POOR: "poor"}

LOSS = Fraction(1, 10)
CONCEALED = Fraction(7, 100)
JITTER = Fraction(30, 1000)
ROUND_TRIP = Fraction(500, 1000)
VIDEO_LOSS = Fraction(15, 100)


def content(label, audio_codec, video_codec):
    """What a stream carries; none when that is neither sound nor picture, or not known."""
    lower = (label or "").lower()
    if "audio" in lower:
        return AUDIO
    if any(word in lower for word in ("sharing", "screen", "vbss")):
        return SCREEN
    if "video" in lower:
        return VIDEO
    if "data" in lower:
        return None
    for codec, of in ((audio_codec, AUDIO), (video_codec, VIDEO)):
        if codec not in (None, "unknown", "invalid"):
            return of
    return None


def limits(values):
    """Whether any of the values is above its limit; none when no value is there."""
    found = [value > limit for value, limit in values if value is not None]
    return any(found) if found else None


def judged_audio(classifier, stream):
    common = [
        (stream.round_trip, ROUND_TRIP), (stream.loss, LOSS), (stream.jitter, JITTER),
    ]
    packets = stream.packets
    if classifier == "cqd-2024":
        if packets is None or packets <= 500:
            return UNCLASSIFIED
        poor = limits(common)
    elif classifier == "cqd-classic":
        if packets is not None and packets <= 500:
            return UNCLASSIFIED
        poor = limits(common + [(stream.degradation, Fraction(1)), (stream.concealed, CONCEALED)])
    else:
        raise ValueError(f"there is no classifier {classifier}")
    return UNCLASSIFIED if poor is None else POOR if poor else GOOD


def judged_video(stream, is_screen):
    if stream.frame_loss is not None:
        return POOR if stream.frame_loss > 50 else GOOD
    rate = stream.received_frame_rate if stream.frame_rate is None else stream.frame_rate
    if rate is not None:
        return POOR if rate < (2 if is_screen else 7) else GOOD
    if stream.loss_after_correction is not None:
        return POOR if stream.loss_after_correction > VIDEO_LOSS else GOOD
    return UNCLASSIFIED


def judged(classifier, stream):
    """A stream of sound or picture, by the classifier of what it carries."""
    if stream.content == AUDIO:
        return judged_audio(classifier, stream)
    return judged_video(stream, stream.content == SCREEN)
