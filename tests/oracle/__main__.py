"""Compares the numbers of the system with those of the definitions; see README.md of the tests."""

import argparse
import json
import sys
from pathlib import Path

from .compare import Comparison
from .decode import Refused, instant, parsed
from .hostile import HOME, Hostile
from .parts import Call
from .people import People
from .record import Record
from .system import System
from . import definitions, organisation, queues, telephone, totals, view, where

ROOT = Path(__file__).resolve().parents[2]
RECORDS = [ROOT / "tests/payloads", ROOT / "shared/call-records/tests/cases"]
CLASSIFIERS = ["cqd-2024", "cqd-classic"]


def without_zeros(by_dimension):
    """Rows that count nothing say nothing."""
    found = {dimension: {value: row for value, row in rows.items() if any(row)} for dimension, rows in by_dimension.items()}
    return {dimension: rows for dimension, rows in found.items() if rows}


def defined(text, home, classifier):
    """What the definitions make of a record."""
    record = Record(parsed(text))
    return Call(record, People(record), home, classifier)


def records_of(path):
    """The call records of a file: one, an array, or the `value` of a page."""
    content = json.loads(path.read_text("utf-8-sig"))
    if isinstance(content, dict) and "value" in content and "id" not in content:
        content = content["value"]
    records = content if isinstance(content, list) else [content]
    return [record for record in records if isinstance(record, dict) and "startDateTime" in record and "type" in record]


def home_of(record):
    """The tenant of the organizer, or else that of the generated records."""
    for identities in ((record.get("organizer_v2") or {}).get("identity"), record.get("organizer")):
        tenant = ((identities or {}).get("user") or {}).get("tenantId")
        if tenant:
            return tenant
    return HOME


def compare_decoded(comparison, system, name, record, home, classifier):
    text = json.dumps(record, default=float)
    asked = {"home_tenant": home, "classifier": classifier, "record": text, "sites": where.SITES}
    got = system.ask("decode", asked)
    try:
        call = defined(text, home, classifier)
    except Refused:
        comparison.equal(f"{name} refused", True, "refused" in got)
        return None
    if "refused" in got:
        comparison.equal(f"{name} refused", False, got["refused"])
        return None
    comparison.equal(name, view.decoded(call), view.of_decoded(got))
    by_dimension = {dimension: rows for dimension, rows in got["quality"].items() if rows}
    comparison.equal(f"{name} quality", where.rows(call, where.Sites(where.SITES)), without_zeros(by_dimension))
    for at, apps in got["voice_apps"].items():
        comparison.equal(f"{name} queues at {at}", queues.rows(call, instant(at)), apps)
    return call


def compare_coverage(comparison, calls):
    """Every total has a definition, and every definition was compared with a value other than 0."""
    people = [totals.of_person(part) for call in calls for part in call.parts.values()]
    organisation_totals = [totals.of_organisation(call) for call in calls]
    for title, section, found in (
        ("person and day", definitions.PERSON, people),
        ("organisation and day", definitions.ORGANISATION, organisation_totals),
    ):
        names = {name for of in found for name in of if not name.startswith("people_")}
        defined_by = {name: definitions.definition_of(name, section) for name in names}
        comparison.equal(f"{title}: not defined", [], [name for name, of in defined_by.items() if of is None])
        comparison.equal(f"{title}: never compared", set(), set(section) - set(defined_by.values()))


def files(system):
    comparison = Comparison("published payloads and cases")
    for directory in RECORDS:
        for path in sorted(directory.glob("*.json")):
            for place, record in enumerate(records_of(path)):
                for classifier in CLASSIFIERS:
                    name = f"{path.stem}[{place}] {classifier}"
                    compare_decoded(comparison, system, name, record, home_of(record), classifier)
    return comparison


def hostile(system, count, seed):
    comparison, calls = Comparison(f"{count} generated records of seed {seed}"), []
    for place, record in enumerate(Hostile(seed).records(count)):
        classifier = CLASSIFIERS[place % 4 == 0]
        home = None if place % 16 == 5 else HOME
        call = compare_decoded(comparison, system, f"record {place}", record, home, classifier)
        calls += [call] if call else []
    compare_coverage(comparison, calls)
    return comparison


def hotlines(system, calls, seed):
    comparison = Comparison(f"10 days of a hotline of {calls} calls")
    for number in range(10):
        asked = {"tenant_id": HOME, "seed": seed + number, "calls": calls}
        for place, record in enumerate(system.ask("hotline", asked)):
            name = f"hotline {number} record {place}"
            compare_decoded(comparison, system, name, record, HOME, CLASSIFIERS[0])
    return comparison


def telephone_logs(system, count, seed):
    comparison = Comparison(f"the published rows of telephone calls, {2 * count} generated ones, and a table of 800")
    for log, path in ((telephone.PSTN, "pstn-calls-v1"), (telephone.DIRECT_ROUTING, "directrouting-calls-v1")):
        page = (ROOT / f"tests/payloads/{path}.json").read_text("utf-8-sig")
        telephone.compare_rows(comparison, system, path, log, page)
        made = telephone.Rows(seed, organisation.DAYS, is_odd=True)
        for place in range(10):
            page = json.dumps(made.page(log, count // 10))
            telephone.compare_rows(comparison, system, f"{log} page {place}", log, page)
    telephone.compare_table(comparison, system, HOME, organisation.NOW, organisation.DAYS, seed)
    return comparison


def table(system, calls_of_day, count, seed):
    comparison = Comparison(f"a table of {4 * calls_of_day} invented calls and {count} generated records")
    organisation.compare(comparison, system, calls_of_day, count, seed)
    return comparison


def main():
    parser = argparse.ArgumentParser(prog="oracle", description=__doc__)
    parser.add_argument("--program", default=str(ROOT / "target/debug/oracle-export"), help="the system in Rust")
    parser.add_argument("--records", type=int, default=3000, help="how many records are generated")
    parser.add_argument("--calls", type=int, default=25, help="how many calls each day of the table has")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=20, help="how many differences of each kind are printed")
    parser.add_argument("--print", type=int, metavar="PLACE", help="print a generated record and end")
    parser.add_argument("--only", choices=["files", "records", "hotlines", "telephone", "table"], help="one of the parts")
    options = parser.parse_args()
    if options.print is not None:
        print(json.dumps(Hostile(options.seed).records(options.print + 1)[-1], indent=1))
        return True
    with System(options.program) as system:
        parts = {
            "files": lambda: files(system),
            "records": lambda: hostile(system, options.records, options.seed),
            "hotlines": lambda: hotlines(system, options.calls, options.seed),
            "telephone": lambda: telephone_logs(system, options.records, options.seed),
            "table": lambda: table(system, options.calls, 200, options.seed + 1),
        }
        chosen = [run for name, run in parts.items() if options.only in (None, name)]
        return all([run().report(options.most) for run in chosen])


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
