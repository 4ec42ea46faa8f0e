"""Values as Graph writes them, all of them exact: times in nanoseconds, the rest as fractions."""

import json
import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
EPOCH = date(1970, 1, 1).toordinal()
# The first instant of year 1, which stands for no time.
NEVER = (1 - EPOCH) * 86_400 * SECOND

TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?")
NUMBER = r"(\d+(?:[.,]\d+)?)"
DURATION = re.compile(
    rf"\+?P(?:{NUMBER}W)?(?:{NUMBER}D)?(?:T(?:{NUMBER}H)?(?:{NUMBER}M)?(?:{NUMBER}S)?)?", re.IGNORECASE
)
UNITS = [Fraction(seconds) for seconds in (604_800, 86_400, 3_600, 60, 1)]


class Refused(Exception):
    """The record cannot be read."""


def parsed(text):
    """JSON; of a key that comes twice, the last."""
    return json.loads(text, parse_float=Decimal)


def cut(text, most=256):
    """The text, cut to so many bytes of UTF-8, at a character."""
    return text.encode()[:most].decode(errors="ignore")


def by_bytes(text):
    return text.encode()


def text(value):
    return value if isinstance(value, str) and value.strip() else None


def member(value):
    value = text(value)
    return value and cut(value)


def flag(value):
    return value if isinstance(value, bool) else None


def instant(value):
    """Nanoseconds since 1970."""
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    days = date(year, month, day).toordinal() - EPOCH
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    offset = match[8] or "Z"
    if offset != "Z":
        ahead = (int(offset[1:3]) * 60 + int(offset[4:6])) * 60
        seconds -= -ahead if offset[0] == "-" else ahead
    at = seconds * SECOND + int((match[7] or "0").ljust(9, "0")[:9])
    return None if at == NEVER else at


def duration(value):
    """Seconds, as a fraction, cut to the nanosecond."""
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    parts = [part.replace(",", ".") if part else None for part in match.groups()] if match else []
    given = [part for part in parts if part]
    if not given or value.upper().endswith("T") or any("." in part for part in given[:-1]):
        return None
    seconds = sum(unit * Fraction(part) for unit, part in zip(UNITS, parts) if part)
    return Fraction(seconds * SECOND // 1, SECOND)


def whole(value):
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, str) and re.fullmatch("[0-9]+", value):
        return int(value)
    return None


def measurement(value):
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return Fraction(value) if value >= 0 else None


def object_of(value):
    """An object, empty when it is absent."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused("an object is something else")
    return value


def list_of(value):
    """An array without its nulls, empty when it is absent."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refused("an array is something else")
    return [element for element in value if element is not None]


def moment(nanoseconds):
    """The instant as a `datetime` of UTC, cut to the microsecond, and the nanoseconds cut off."""
    microseconds, rest = divmod(nanoseconds, 1000)
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=microseconds), rest


def written(nanoseconds):
    """The instant as the system writes it: UTC, and no more digits than it has."""
    if nanoseconds is None:
        return None
    at, rest = moment(nanoseconds)
    digits = f"{at.microsecond * 1000 + rest:09d}".rstrip("0")
    return at.strftime("%Y-%m-%dT%H:%M:%S") + (f".{digits}" if digits else "") + "Z"


def seconds(milliseconds):
    """Seconds as the system writes them: a number of at most three decimals."""
    return None if milliseconds is None else Decimal(milliseconds) / 1000
