"""What the rows of Graph's logs of telephone calls add up to. The README of `pstn-logs`."""

import json
import random
import re
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from .decode import SECOND, flag, instant, moment, text, written

PSTN, DIRECT_ROUTING = LOGS = ["pstn", "direct_routing"]
UNKNOWN = "unknown"
MAX_SECONDS = 2**32 - 1
HOUR = 3600 * SECOND
# The country codes of two digits of ITU-T E.164.
OF_TWO_DIGITS = {
    *("20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41"), *map(str, range(43, 50)),
    *map(str, range(51, 59)), *map(str, range(60, 67)), "81", "82", "84", "86", *map(str, range(90, 96)), "98",
}
EFFECTIVE = ["answered", "user_busy", "ring_no_answer", "terminal_reject"]
CLASSES = {
    486: "user_busy", 600: "user_busy", 480: "ring_no_answer", 487: "ring_no_answer",
    **dict.fromkeys((404, 410, 484, 603, 604), "terminal_reject"),
}


def whole(value, least, most):
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and least <= value <= most else None


def code(value):
    return whole(value, -(2**31), 2**31 - 1)


def millionths(value):
    """An amount; a number, or a number in quotes."""
    if isinstance(value, str) and not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    return int((Decimal(value) * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP))


def time(value):
    at = instant(text(value))
    return at if at is not None and moment(at)[0].year > 1 else None


def number(value):
    value = text(value)
    return value.strip() if value and re.search("[0-9]", value) else None


class Row:
    """A row that can be read."""

    def __init__(self, log, members):
        self.log, self.id = log, text(members["id"])
        self.start, self.end = time(members.get("startDateTime")), time(members.get("endDateTime"))
        others = (time(members.get(name)) for name in ("inviteDateTime", "failureDateTime"))
        self.at = next((at for at in (self.start, *others) if at is not None), None)
        self.day = None if self.at is None else moment(self.at)[0].date().isoformat()
        self.user = text(members.get("userId"))
        self.duration = whole(members.get("duration"), 0, MAX_SECONDS)
        self.word = text(members.get("callType"))
        word = (self.word or "").lower()
        is_in = word.startswith("byotin") or word.endswith("_in") or "_in_" in word
        self.direction = "outgoing" if "out" in word else "incoming" if is_in else UNKNOWN
        self.is_persons = self.user is not None and "conf" not in word and "ucap" not in word
        self.established = True if log == PSTN else flag(members.get("successfulCall"))
        self.charge = {}
        if log == PSTN:
            charges = (millionths(members.get(name)) for name in ("charge", "connectionCharge"))
            self.charge = {text(members.get("currency")) or UNKNOWN: sum(of or 0 for of in charges)}
            self.country = text(members.get("usageCountryCode"))
            self.license, self.operator = text(members.get("licenseCapability")), text(members.get("operator"))
        else:
            self.country = country(self.other_number(members))
            self.license, self.operator = None, "direct routing"
            self.trunk = (text(members.get("trunkFullyQualifiedDomainName")) or UNKNOWN).lower()
            self.code, self.subcode = code(members.get("finalSipCode")), code(members.get("callEndSubReason"))

    def other_number(self, members):
        name = {"incoming": "callerNumber", "outgoing": "calleeNumber"}.get(self.direction)
        return name and number(members.get(name))

    @property
    def contradicts_itself(self):
        if not self.established or None in (self.start, self.end, self.duration):
            return False
        return abs(self.end - self.start - self.duration * SECOND) > SECOND

    @property
    def sip_class(self):
        if self.established:
            return "answered"
        if self.code is None:
            return None
        if (self.code, self.subcode) == (487, 540200):
            return "completed_elsewhere"
        return CLASSES.get(self.code, "unlisted")

    @property
    def codes(self):
        return "/".join("?" if of is None else str(of) for of in (self.code, self.subcode))


def country(of):
    known = re.match(r"\+([1-9][0-9]*)", of) if of else None
    if not known:
        return None
    digits = known[1]
    length = 1 if digits[0] in "17" else 2 if digits[:2] in OF_TWO_DIGITS else 3
    return f"+{digits[:length]}" if len(digits) >= length else None


def sums(rows):
    charges = Counter()
    for row in rows:
        charges.update(row.charge)
    established = [row for row in rows if row.established]
    failed = [row for row in rows if row.established is False]
    return {
        "legs": len(rows), "established": len(established), "failed": len(failed),
        "seconds": sum(row.duration or 0 for row in established),
        "setup_seconds": sum(row.duration or 0 for row in failed),
        "contradictory": sum(row.contradicts_itself for row in rows), "charges": dict(charges),
    }


def grouped(rows, by):
    groups = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    return groups


def sums_by(rows, by):
    return {name: sums(of) for name, of in grouped(rows, by).items()}


def trunk(rows):
    attempts = [row for row in rows if row.sip_class]
    return {
        "attempts": len(attempts), "classes": dict(Counter(row.sip_class for row in attempts)),
        "codes": dict(Counter(row.codes for row in attempts if row.sip_class != "answered")),
    }


def day(rows):
    """The sums of some rows, as they are stored."""
    types = {}
    for (log, direction, word), of in sums_by(rows, lambda row: (row.log, row.direction, row.word or UNKNOWN)).items():
        types.setdefault(log, {}).setdefault(direction, {})[word] = of
    persons = [row for row in rows if row.is_persons]
    found = {
        "types": types,
        "countries": sums_by(rows, lambda row: row.country or UNKNOWN),
        "licenses": sums_by(rows, lambda row: row.license or UNKNOWN),
        "operators": sums_by(rows, lambda row: row.operator or UNKNOWN),
        "trunks": {name: trunk(of) for name, of in grouped((row for row in rows if row.log == DIRECT_ROUTING), lambda row: row.trunk).items()},
    }
    people = sums_by(persons, lambda row: f"user:{row.user.lower()}")
    return found | ({"people": people} if people else {})


def rows_of(log, values):
    """The rows of a page, and how many cannot be read."""
    readable = [value for value in values if isinstance(value, dict) and text(value.get("id"))]
    return [Row(log, value) for value in readable], len(values) - len(readable)


def compare_rows(comparison, system, name, log, page):
    got = system.ask("logs", {"log": log, "page": page})
    rows, unreadable = rows_of(log, json.loads(page, parse_float=Decimal)["value"])
    dated = [row for row in rows if row.day]
    expected = {name: day(of) for name, of in grouped(dated, lambda row: row.day).items()}
    comparison.equal(f"{name} days", expected, got["days"])
    comparison.equal(f"{name} undated", len(rows) - len(dated), got["undated"])
    comparison.equal(f"{name} unreadable", unreadable, got["unreadable"])


# Rows

WORDS = [
    "user_in", "user_out", "user_out_conf", "user_out_transfer", "conf_in", "ucap_in", "oc_ucap_in", "ByotIn",
    "ByotInUcap", "ByotOut", "ByotOutUserForwarding", "byot_in_x", "hologram", "", None, 7,
]
NUMBERS = [
    "+4930123456", "+12345678***", "+01234567***", "+420777", "+3***", "+35812", "+7", "030 123", " +49 30 1 ",
    "anonymous", "***", "", None, 49,
]
CODES = [0, 200, 404, 408, 410, 480, 484, 486, 487, 487, 500, 503, 600, 603, 604, -1, 2**40, "486", None]
SUBCODES = [0, 540200, 540200, 540487, 560503, None, "540200"]
AMOUNTS = [0, 1, 0.1, 0.0135, "1.0050005", "0.0000005", "-0.0000005", 1e-7, 12.345678901, -2, "1,5", "", "x", None, True]
CURRENCIES = ["EUR", "EUR", "USD", "eur", "", " ", None, 5]
DURATIONS = [0, 1, 59, 60, 61, 3600, MAX_SECONDS, MAX_SECONDS + 1, -1, "60", None]
USERS = ["AAAAAAAA-0000-4000-8000-00000000A001", "aaaaaaaa-0000-4000-8000-00000000a001", "ada", "", None, 3]
NEVER = ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "0001-01-01T01:00:00+01:00", "0001-01-01T00:00:00-08:00", "", None, 1]


class Rows:
    """Makes rows from a seed, around the midnights of some days."""

    def __init__(self, seed, days, is_odd):
        self.random, self.days, self.is_odd, self.made = random.Random(seed), days, is_odd, 0

    def page(self, log, count):
        return {"value": [self.row(log) for _ in range(count)]}

    def time(self):
        if self.random.random() < 0.2:
            return self.random.choice(NEVER)
        midnight = datetime.combine(self.random.choice(self.days), datetime.min.time(), timezone.utc)
        at = midnight + timedelta(seconds=self.random.choice([0, 1, 43_200, 86_399]), milliseconds=self.random.choice([0, 999]))
        ahead = self.random.choice([0, 0, 0, 90, -480])
        return at.astimezone(timezone(timedelta(minutes=ahead))).isoformat().replace("+00:00", "Z")

    def row(self, log):
        choice = self.random.choice
        self.made += 1
        if self.is_odd and self.random.random() < 0.03:
            return choice([None, 7, [], {}, {"callId": "x"}, {"id": " "}, {"id": 3}])
        start = self.time()
        row = {
            "id": f"row-{self.made}", "userId": choice(USERS), "startDateTime": start, "endDateTime": choice([self.time(), self.later(start)]),
            "duration": choice(DURATIONS), "callType": choice(WORDS), "callerNumber": choice(NUMBERS), "calleeNumber": choice(NUMBERS),
        }
        if log == PSTN:
            row |= {
                "charge": choice(AMOUNTS), "connectionCharge": choice(AMOUNTS), "currency": choice(CURRENCIES),
                "usageCountryCode": choice(["DE", "US", "us", "", None, 1]), "licenseCapability": choice(["MCOPSTN1", "MCOPSTN2", "", None]),
                "operator": choice(["Example Telecom", "Microsoft", "direct routing", "", None]),
            }
        else:
            row |= {
                "inviteDateTime": self.time(), "failureDateTime": self.time(), "successfulCall": choice([True, True, False, False, None, "true"]),
                "finalSipCode": choice(CODES), "callEndSubReason": choice(SUBCODES), "trunkFullyQualifiedDomainName": choice(["SBC1.example.org", "sbc1.example.org", "sbc2", "", None]),
            }
        return {name: value for name, value in row.items() if self.random.random() < 0.95 or name in ("id", "startDateTime")}

    def later(self, start):
        at = time(start)
        return start if at is None else written(at + self.random.choice([0, 59, 60, 61, 3600]) * SECOND + self.random.choice([0, 999_000_000, 1]))


# The reports

def shown(of):
    """Sums as a report has them."""
    charges = [
        {"currency": currency, "amount": amount(sum), "millionths": sum}
        for currency, sum in sorted(of["charges"].items(), key=lambda of: of[0].encode())
    ]
    return of | {"charges": charges, "end_unknown": of["legs"] - of["established"] - of["failed"]}


def amount(millionths):
    digits = f"{abs(millionths):07d}"
    decimals = digits[-6:].rstrip("0").ljust(2, "0")
    return f"{'-' if millionths < 0 else ''}{digits[:-6]}.{decimals}"


def compare_table(comparison, system, home, now, days, seed):
    """Rows that Graph lists, stored by the function, and what the reports say of ranges of days."""
    system.ask("start", {"tenant_id": home, "now": now})
    made = Rows(seed, days, is_odd=False)
    kept = []
    for log in LOGS:
        rows = [row for row in made.page(log, 400)["value"] if Row(log, row).day]
        system.ask("list_telephone_rows", {"log": log, "rows": rows})
        kept += rows_of(log, json.loads(json.dumps(rows), parse_float=Decimal))[0]
    system.ask("read_telephone_logs")
    for first, last in ((days[0], days[-1]), (days[1], days[1]), (days[-1], days[-1] + timedelta(days=3))):
        within = [row for row in kept if first.isoformat() <= row.day <= last.isoformat()]
        compare_report(comparison, system, now, (first, last), within)


def compare_report(comparison, system, now, days, rows):
    first, last = days
    asked = {"from": first.isoformat(), "to": last.isoformat()}
    got = system.ask("report", {"report": "telephone", **asked})["data"]["telephone"]
    people = system.ask("report", {"report": "telephone_people", "size": 500, **asked})["data"]["telephone"]
    name, of = f"telephone of {first} to {last}", day(rows)
    comparison.equal(f"{name} total", shown(sums(rows)), got["total"])
    all_days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    by_day = {at: shown(sums([row for row in rows if row.day == at])) for at in map(date.isoformat, all_days)}
    comparison.equal(f"{name} by day", by_day, {row["date"]: without(row, "date", "is_complete") for row in got["by_day"]})
    # Every row has come two days after the end of its day.
    complete = {at.isoformat(): end_of(at) + 48 * HOUR <= instant(now) for at in all_days}
    comparison.equal(f"{name} complete", complete, {row["date"]: row["is_complete"] for row in got["by_day"]})
    # The request is made a moment after the start of the system.
    up_to = instant(got["completeness"]["complete_up_to"])
    comparison.equal(f"{name} complete up to", instant(now) - 48 * HOUR, up_to // SECOND * SECOND)
    comparison.equal(f"{name} undated", 0, got["undated"])
    types = {(log, direction, word): shown(sums) for log, directions in of["types"].items() for direction, words in directions.items() for word, sums in words.items()}
    rows_of_types = {(row["log"], row["direction"], row["call_type"]): without(row, "log", "direction", "call_type") for row in got["types"]}
    comparison.equal(f"{name} types", {"/".join(key): sums for key, sums in types.items()}, {"/".join(key): sums for key, sums in rows_of_types.items()})
    for list_of in ("countries", "licenses", "operators"):
        expected = {value: shown(sums) for value, sums in of[list_of].items()}
        comparison.equal(f"{name} {list_of}", expected, {row["value"]: without(row, "value") for row in got[list_of]})
    expected = {value: shown(sums) for value, sums in of.get("people", {}).items()}
    found = {row["person"]: without(row, "person", "name", "id", "kind") for row in people["people"]["rows"]}
    comparison.equal(f"{name} people", expected, found)
    for person in expected:
        answer = system.ask("report", {"report": "person", "person": person, **asked})
        comparison.equal(f"{name} of {person}", expected[person], answer["data"]["person"]["telephone"]["sums"])
    comparison.equal(f"{name} trunks", {name: shown_trunk(of) for name, of in of["trunks"].items()}, {row["trunk"]: trunk_of(row) for row in got["trunks"]})


def end_of(at):
    return instant(f"{at + timedelta(days=1)}T00:00:00Z")


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def shown_trunk(of):
    effective = sum(of["classes"].get(name, 0) for name in EFFECTIVE)
    share = {"share": {"numerator": effective, "denominator": of["attempts"]}} if of["attempts"] else None
    return of | {"effective": effective, "ratio": share}


def trunk_of(row):
    codes = {of["code"]: of["legs"] for of in row["codes"]}
    ratio = row["network_effectiveness_ratio"]["value"]
    return {"attempts": row["attempts"], "classes": row["classes"], "codes": codes, "effective": row["effective"], "ratio": ratio}
