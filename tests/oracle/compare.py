"""Comparing what the definitions say with what the system says, figure by figure."""

from collections import Counter
from decimal import Decimal

ABSENT = object()


class Comparison:
    """Counts what was compared, and keeps what differs."""

    def __init__(self, name):
        self.name = name
        self.figures = 0
        self.differences = []

    def equal(self, where, expected, got):
        """Compares two trees; objects by all keys of both, so that neither side has one too many."""
        if isinstance(expected, dict) and isinstance(got, dict):
            for key in sorted(expected.keys() | got.keys()):
                self.equal(f"{where}.{key}", expected.get(key, ABSENT), got.get(key, ABSENT))
        elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
            self.figures += 1
            for place, (one, other) in enumerate(zip(expected, got)):
                self.equal(f"{where}[{place}]", one, other)
        else:
            self.figures += 1
            if kind(expected) is not kind(got) or expected != got:
                self.differences.append((where, expected, got))

    def report(self, most):
        """Prints the outcome; whether anything was compared and all of it is equal."""
        print(f"{self.name}: {self.figures} figures compared, {len(self.differences)} differ")
        for where, expected, got in self.differences[:most]:
            print(f"  {where}: defined {shown(expected)}, computed {shown(got)}")
        if len(self.differences) > most:
            print(f"  and {len(self.differences) - most} more; by the last name of the path:")
            kinds = Counter(where.rsplit(".", 1)[-1].split("[")[0] for where, _, _ in self.differences)
            for kind, count in kinds.most_common(40):
                print(f"    {kind}: {count}")
        return self.figures > 0 and not self.differences


def kind(value):
    """The type; all numbers are of one."""
    return Decimal if isinstance(value, int) and not isinstance(value, bool) else type(value)


def shown(value):
    return "nothing" if value is ABSENT else str(value) if isinstance(value, Decimal) else repr(value)
