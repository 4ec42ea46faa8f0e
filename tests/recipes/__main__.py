"""Runs the commands of the README of teams-calls as they stand there, on invented calls.

Blocks of `sh` and `sql` of "Reports in a shell" and of "The lake". What needs the address of the reports
runs while `serve` holds the file, everything else after it. Days are those that were invented, whatever month
it is."""

import csv
import json
import pathlib
import re
import subprocess
import tempfile
import urllib.request

from . import lake
from .interpreter import ROOT, python
from .readme import blocks

BINARY = ROOT / "target/debug/teams-calls"
DAYS = "2"


def run(kind, block, folder, interpreter, reports=""):
    block = block.replace("cargo run -q --", str(BINARY)).replace("python3 ", f"{interpreter} ")
    block = re.sub(r"last_month|last_30_days", "last_7_days", block)
    block = block.replace("http://127.0.0.1:PORT/TOKEN/", reports)
    if kind == "sql":
        command = [interpreter, "-c", "import duckdb, sys; print(duckdb.sql(sys.argv[1]))", block]
    else:
        command = ["bash", "-euo", "pipefail", "-c", block]
    print(f"-- {kind}\n{block}", flush=True)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    print(done.stdout[:1500] + done.stderr, flush=True)
    # 141: `head` had enough.
    assert done.returncode in (0, 141), f"exit code {done.returncode}"
    return done.stdout


def invent_users(folder):
    """A list of the users, as Entra exports it."""
    command = [BINARY, "report", "people", "--format", "json", "--data", "call-records.db"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    people = json.loads(done.stdout)["data"]["people"]["rows"]
    with open(folder / "users.csv", "w", newline="") as file:
        users = csv.writer(file)
        users.writerow(["displayName", "id", "department", "country"])
        for place, person in enumerate(people):
            kind, _, id = person["person"].partition(":")
            assert kind == "user", person
            department = ["Research", "Sales, West"][place % 2]
            users.writerow([person["name"], id.upper(), department, ["DE", "FR", "US"][place % 3]])


def check_lake(folder, interpreter):
    """The sums of the lake, by DuckDB, agree among its tables and are those of the table."""
    sums = lake.sums(folder, interpreter)
    calls, milliseconds = sums["calls"], sums["people_talk_ms"]
    report = [BINARY, "report", "days", "--range", "last_7_days", "--format", "csv", "--data", "call-records.db"]
    text = subprocess.run(report, cwd=folder, capture_output=True, check=True).stdout.decode("utf-8-sig")
    days = list(csv.DictReader(text.splitlines()))
    assert calls == sum(int(day["calls"] or 0) for day in days), calls
    talked = sum(round(1000 * float(day["talk_seconds"] or 0)) for day in days)
    assert milliseconds == talked, (milliseconds, talked)


def main():
    interpreter = python()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        serve = [BINARY, "serve", "--data", "call-records.db", "--invent-days", DAYS]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(serve, cwd=folder, **pipes) as serving:
            try:
                reports = serving.stdout.readline().strip().rpartition(" ")[2]
                assert any("compared with Graph's list" in line for line in serving.stderr)
                over_http = [block for block in blocks() if "PORT/TOKEN" in block[1]]
                for kind, block in over_http:
                    run(kind, block, folder, interpreter, reports)
                assert urllib.request.urlopen(f"{reports}definitions.csv").status == 200
            finally:
                serving.kill()
        assert len((folder / "people.csv").read_text().splitlines()) > 60
        invent_users(folder)
        outputs = [run(*block, folder, interpreter) for block in blocks() if block not in over_http]
        everything = "\n".join(outputs)
        for expected in ["Sales, West", "user", "talk_seconds"]:
            assert expected in everything, f"no {expected}"
        people = list(csv.DictReader(open(folder / "people.csv", encoding="utf-8-sig")))
        assert {person["department"] for person in people} == {"Research", "Sales, West"}
        check_lake(folder, interpreter)


main()
