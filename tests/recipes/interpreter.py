"""The Python with DuckDB, pandas and Polars: a virtual environment in `target/checks`."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / "target/checks/recipes"


def python():
    """Its interpreter. It is made, or brought to the versions of `requirements.txt`."""
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    packages = pathlib.Path(__file__).with_name("requirements.txt")
    pip = [VENV / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", packages]
    subprocess.run(pip, check=True)
    return VENV / "bin/python3"
