"""The sums of a lake, by DuckDB. Run by itself, it prints those of the directory `lake`."""

import json
import pathlib
import subprocess

# What is the same in two tables: a sum of organisation_days, and where else it comes from.
SAME = {
    "calls": "SELECT count(*) FROM 'lake/calls/*/*.parquet' WHERE NOT is_test",
    "test_calls": "SELECT count(*) FROM 'lake/calls/*/*.parquet' WHERE is_test",
    "participants": "SELECT count(*) FROM 'lake/participations/*/*.parquet' WHERE NOT is_test",
    "sessions": "SELECT count(*) FROM 'lake/sessions/*/*.parquet' WHERE NOT is_test",
    "people_calls": "SELECT sum(calls) FROM 'lake/person_days/*/*.parquet'",
    "people_missed": "SELECT sum(missed) FROM 'lake/person_days/*/*.parquet'",
    "people_talk_ms": "SELECT sum(talk_seconds) * 1000 FROM 'lake/participations/*/*.parquet' WHERE NOT is_test",
    "people_poor_received": "SELECT count(*) FROM 'lake/streams/*/*.parquet'"
                            " WHERE NOT is_test AND NOT sent AND content = 'audio' AND quality = 'poor'",
    "people_poor_sent": "SELECT count(*) FROM 'lake/streams/*/*.parquet'"
                        " WHERE NOT is_test AND sent AND content = 'audio' AND quality = 'poor'",
}


def sums(folder, interpreter):
    """The organisation's totals of all days, after it was seen that the other tables have the same."""
    command = [interpreter, "-B", pathlib.Path(__file__)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def main():
    import duckdb

    days = duckdb.sql("SELECT * FROM 'lake/organisation_days/*/*.parquet'")
    found = {}
    for row in days.fetchall():
        for column, value in zip(days.columns, row):
            members = value if isinstance(value, dict) else {None: value}
            for member, number in members.items():
                if isinstance(number, int):
                    name = column if member is None else f"{column}_{member}"
                    found[name] = found.get(name, 0) + number
    for name, question in SAME.items():
        [[other]] = duckdb.sql(question).fetchall()
        assert found[name] == int(other or 0), f"{name}: {found[name]} and {other}"
    queues, agents = (
        duckdb.sql(f"SELECT sum(answered) FROM 'lake/{table}/*/*.parquet'").fetchall()[0][0]
        for table in ("queue_days", "agent_days")
    )
    assert queues == agents, f"answered: {queues} of queues and {agents} of agents"
    print(json.dumps(found))


if __name__ == "__main__":
    main()
