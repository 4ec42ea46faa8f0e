"""Days and hours of a time zone, and what cannot be added up over them."""

from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from .decode import SECOND, moment


class Range:
    """Days of a zone, the first and the last included."""

    def __init__(self, first, last, zone):
        self.first, self.last, self.name, self.zone = first, last, zone, ZoneInfo(zone)

    def local(self, nanoseconds):
        return moment(nanoseconds)[0].astimezone(self.zone)

    @property
    def begin(self):
        """The first instant, in nanoseconds since 1970."""
        midnight = datetime.combine(self.first, time(), self.zone)
        return int(midnight.timestamp()) * SECOND

    def has(self, nanoseconds):
        return self.first <= self.local(nanoseconds).date() <= self.last

    @property
    def days(self):
        return [self.first + timedelta(days=day) for day in range((self.last - self.first).days + 1)]


def summed(all_totals):
    found = Counter()
    for totals in all_totals:
        found.update(totals)
    return found


def peak(calls, within):
    """The most of these calls that ran at one moment of the range or later; none without a call that did."""
    changes = []
    for call in calls:
        # One of the day before counts as long as it runs on.
        start, end = max(call.record.start, within.begin), call.record.end
        if end is not None and end > start:
            changes += [(start, 1), (end, -1)]
    running = most = 0
    at = None
    # Of one moment, those that end come before those that start.
    for when, change in sorted(changes):
        running += change
        if running > most:
            most, at = running, when
    return (most, at) if most else None
