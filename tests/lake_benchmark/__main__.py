"""Measures an export, and the questions of the README of teams-calls over a month of it.

Stores invented calls of the last 30 days (`benchmark --month`), exports them (`teams-calls export`), compares the sums of
the Parquet with the totals of the table, exactly, and asks DuckDB each question several times. Exit code 1 when a
total differs. Times are printed and not judged."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from tests.recipes import lake
from tests.recipes.interpreter import ROOT, python
from tests.recipes.readme import blocks

QUESTION = """
import duckdb, sys, time
for _ in range(int(sys.argv[2])):
    began = time.perf_counter()
    rows = duckdb.connect().sql(sys.argv[1]).fetchall()
    print(time.perf_counter() - began, len(rows))
"""


def measured(command, folder):
    """What a command prints, the seconds that it took, those of CPU, and the most memory that it had, in bytes."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    cpu = usage.ru_utime + usage.ru_stime
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return output, time.perf_counter() - began, cpu, usage.ru_maxrss * unit


def ask(question, folder, interpreter, times):
    """The median of the seconds, a new connection each time, and the number of rows."""
    command = [interpreter, "-c", QUESTION, question, str(times)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    lines = [line.split() for line in done.stdout.splitlines()]
    return statistics.median(float(seconds) for seconds, _ in lines), int(lines[0][1])


def compare(month, sums):
    """Whether every total of the table is that of the Parquet, and the other way round."""
    totals = {name: value for name, value in month["totals"].items() if value}
    sums = {name: value for name, value in sums.items() if value}
    differ = sorted(name for name in totals.keys() | sums.keys() if totals.get(name) != sums.get(name))
    for name in differ:
        print(f"{name}: {totals.get(name)} in the table, {sums.get(name)} in the Parquet")
    print(f"{len(totals)} totals of the table and of the Parquet compared, {len(differ)} differ")
    return not differ and len(totals) > 50


def main():
    parser = argparse.ArgumentParser(prog="tests.lake_benchmark", description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=5, help="how often each question is asked")
    parser.add_argument("--profile", default="debug", help="the directory of target with benchmark and teams-calls")
    options = parser.parse_args()
    binaries, interpreter = ROOT / "target" / options.profile, python()
    with tempfile.TemporaryDirectory() as folder:
        fill = [binaries / "benchmark", "--month", "table", "--calls", options.calls, "--people", options.people]
        output, seconds, _, _ = measured([str(of) for of in fill], folder)
        month = json.loads(output)
        size = (pathlib.Path(folder) / "table").stat().st_size
        print(f"{month['calls']} calls of {month['first']} to {month['last']} stored in {seconds:.0f} s")
        command = [str(binaries / "teams-calls"), "export", "--data", "table", "--to", "lake", "--json"]
        output, seconds, cpu, memory = measured(command, folder)
        exported = json.loads(output)["exported"]
        calls = sum(day["calls"] for day in exported)
        size_of_lake = sum(day["bytes"] for day in exported)
        assert calls == month["calls"] and all(day["adds_up"] for day in exported), exported
        print(
            f"exported {len(exported)} days in {seconds:.1f} s ({cpu:.1f} s of CPU), at most {memory / 2**20:.0f} MiB,"
            f" the laptop's table in the same process; {size_of_lake / calls:.0f} bytes a call, {size / calls:.0f} in the table"
        )
        is_equal = compare(month, lake.sums(folder, interpreter))
        questions = [block for kind, block in blocks() if kind == "sql" and "users.csv" not in block]
        assert len(questions) >= 4, questions
        for question in questions:
            seconds, rows = ask(question, folder, interpreter, options.times)
            print(f"{seconds:.2f} s, {rows} rows: {' '.join(question.split())[:90]}")
    return is_equal


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
