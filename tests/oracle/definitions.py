"""The identifiers and versions of the numbers, from the document of the definitions itself."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "shared/call-records/NUMBERS.md"


def read(document=DOCUMENT):
    """By the title of the section: the version of each number."""
    sections, of = {}, None
    for line in document.read_text("utf-8").splitlines():
        if line.startswith("## "):
            of = sections.setdefault(line[3:].strip(), {})
        row = re.match(r"\| `([a-z0-9_*-]+)` \| (\d+) \|", line)
        if row and of is not None:
            of[row[1]] = int(row[2])
    return sections


SECTIONS = read()
PERSON = SECTIONS["Person and day"]
ORGANISATION = SECTIONS["Organisation and day"]
DERIVED = SECTIONS["Derived"]


def definition_of(name, section):
    """The identifier that defines a total of this name; none when the document has none."""
    families = (identifier for identifier in section if identifier.endswith("*"))
    found = name if name in section else None
    return found or next((of for of in families if name.startswith(of[:-1])), None)
