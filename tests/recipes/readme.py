"""The recipes of the README of teams-calls: the blocks of `sh` and `sql` of two chapters."""

import re

from .interpreter import ROOT

README = ROOT / "infra/teams-calls/README.md"


def blocks():
    """Each with its kind."""
    readme = README.read_text()
    chapters = ["Reports in a shell", "The lake"]
    texts = [readme.split(f"\n## {chapter}\n")[1].split("\n## ")[0] for chapter in chapters]
    found = re.findall(r"^```(sh|sql)\n(.*?)^```$", "\n".join(texts), re.MULTILINE | re.DOTALL)
    assert len(found) >= 12, "the README lost its recipes"
    return found
