"""Runs the commands of the README of teams-calls as they stand there, on invented calls.

Blocks of `sh` and `sql` of "Reports in a shell" and of "The lake". What needs the address of the reports
runs while `serve` holds the file, everything else after it. Days are those that were invented, whatever month
it is."""

import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "target/debug/teams-calls"
VENV = ROOT / "target/checks/recipes"
README = ROOT / "infra/teams-calls/README.md"
DAYS = "2"


def python():
    """The interpreter with pandas and DuckDB."""
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    packages = ROOT / "tests/recipes/requirements.txt"
    pip = [VENV / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", packages]
    subprocess.run(pip, check=True)
    return VENV / "bin/python3"


def blocks():
    readme = README.read_text()
    chapters = ["Reports in a shell", "The lake"]
    texts = [readme.split(f"\n## {chapter}\n")[1].split("\n## ")[0] for chapter in chapters]
    found = re.findall(r"^```(sh|sql)\n(.*?)^```$", "\n".join(texts), re.MULTILINE | re.DOTALL)
    assert len(found) >= 12, "the README lost its recipes"
    return found


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
    """The sums of the lake, by DuckDB, are those of the table."""
    code = """
import duckdb
days = duckdb.sql("SELECT sum(calls), sum(people_missed), sum(people_talk_ms), sum(people_poor_received), sum(participants) FROM 'lake/organisation_days/*/*.parquet'")
rows = duckdb.sql("SELECT count_if(outcome = 'missed'), sum(talk_seconds) * 1000, sum(poor_received), count(*) FROM 'lake/participations/*/*.parquet' WHERE NOT is_test")
people = duckdb.sql("SELECT sum(missed), sum(talk_ms), sum(poor_received) FROM 'lake/person_days/*/*.parquet'")
streams = duckdb.sql("SELECT count(*) FROM 'lake/streams/*/*.parquet' WHERE NOT is_test AND NOT sent AND content = 'audio' AND quality = 'poor'")
calls = duckdb.sql("SELECT count(*) FROM 'lake/calls/*/*.parquet' WHERE NOT is_test")
days, rows, people, streams, calls = [[int(number) for number in table.fetchall()[0]] for table in (days, rows, people, streams, calls)]
assert days[1:] == rows, (days, rows)
assert days[1:4] == people, (days, people)
assert [days[3]] == streams, (days, streams)
assert [days[0]] == calls, (days, calls)
print(days[0], days[2])
"""
    done = subprocess.run([interpreter, "-c", code], cwd=folder, capture_output=True, text=True)
    print(done.stdout + done.stderr, flush=True)
    assert done.returncode == 0
    calls, milliseconds = (int(number) for number in done.stdout.split())
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
