"""Prints the rows of a lake's tables as JSON, exactly; run by the Python that has DuckDB.

Times are microseconds since 1970, seconds are milliseconds, days are texts."""

import datetime
import decimal
import json
import pathlib
import sys

import duckdb


def exact(value):
    if isinstance(value, decimal.Decimal):
        milliseconds = value * 1000
        assert milliseconds == int(milliseconds), value
        return int(milliseconds)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: exact(of) for key, of in value.items()}
    return value


def rows(folder):
    files = duckdb.sql(f"SELECT * FROM read_parquet('{folder}/*/*.parquet')")
    # Python's times need a library of zones.
    columns = [f'epoch_us("{name}") AS "{name}"' if "TIMESTAMP" in str(kind) else f'"{name}"'
               for name, kind in zip(files.columns, files.types)]
    found = files.project(", ".join(columns))
    return [dict(zip(found.columns, map(exact, row))) for row in found.fetchall()]


def main():
    folders = [folder for folder in pathlib.Path(sys.argv[1]).iterdir() if folder.is_dir()]
    json.dump({folder.name: rows(folder) for folder in folders}, sys.stdout)


main()
