"""Times by union: how long at least one of several sessions lasted."""

from .decode import MILLISECOND


def union(intervals):
    """The intervals, merged where they touch, in their order."""
    merged = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def lasting(sessions):
    """When the sessions that lasted ran."""
    return union((session.start, session.end) for session in sessions if session.lasted)


def by_union(sessions):
    """Milliseconds; none when none lasted and one is open."""
    found = lasting(sessions)
    if not found and any(session.is_open for session in sessions):
        return None
    return sum(end - start for start, end in found) // MILLISECOND
