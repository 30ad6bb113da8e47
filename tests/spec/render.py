"""Prints the rule tables of tests/spec as docs/rules.md: `var/env/bin/python -m tests.spec.render` writes it anew."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from tests.spec.tables import ATTRIBUTE, RuleTable, shown

SPEC = Path(__file__).resolve().parent
PAGE = SPEC.parents[1] / "docs" / "rules.md"

HEAD = """# The rules, by example

Made from `tests/spec` by `var/env/bin/python -m tests.spec.render`; each row is a test.
Change the table there, not here.
"""


def page() -> str:
    """The whole of docs/rules.md as the tables say it today."""
    parts = [HEAD]
    for path in sorted(SPEC.glob("test_*.py")):
        module = importlib.import_module(f"tests.spec.{path.stem}")
        tables = [getattr(value, ATTRIBUTE) for value in vars(module).values() if hasattr(value, ATTRIBUTE)]
        if tables:
            parts.append(f"## {(module.__doc__ or path.stem).strip().splitlines()[0].rstrip('.')}\n")
            parts += map(section, tables)
    return "\n".join(parts)


def section(table: RuleTable) -> str:
    """One rule: its sentence and its table."""
    rows = [table.columns, ("---",) * len(table.columns), *(tuple(map(shown, row)) for row in table.rows)]
    lines = ["| " + " | ".join(map(_plain, row)) + " |" for row in rows]
    return f"**{table.sentence}**\n\n" + "\n".join(lines) + "\n"


def _plain(cell: str) -> str:
    # What stands in a cell is text, whatever it looks like.
    printable = "".join(mark if mark.isprintable() else f"\\\\x{ord(mark):02x}" for mark in cell)
    short = re.sub(r"\S{60,}", lambda word: f"{word.group()[:20]}… ({len(word.group())} characters)", printable)
    return short.replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
