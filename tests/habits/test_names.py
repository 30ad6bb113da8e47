"""Names are words a neighbour would know; files stay short enough to have one subject."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.habits.checkout import ROOT, copy_of_the_source, modules, plant

BANNED = {"utils", "util", "helpers", "helper", "common", "core", "base", "misc", "shared", "stuff"}
SUFFIX = re.compile(r"(?<=[a-z0-9])(View|Form|Serializer|Service|Manager|Helper|Util|Utils|Mixin)$")
LONGEST = 500
# A date is the day something happened on, or an end of a span: valid_from, served_since, open_until.
ENDINGS = {"DateTimeField": ("_at",), "DateField": ("_on", "_from", "_since", "_until")}


def complaints(root: Path) -> list[str]:
    """One sentence for each name or length that breaks a habit."""
    found = []
    for module in modules(root):
        for part in module.name.split("."):
            if part in BANNED:
                found.append(f"{module.name} is called {part}: say what it holds")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and (match := SUFFIX.search(node.name)):
                found.append(f"{module.name}.{node.name} ends in {match.group()}: the module says that already")
        if module.room == "models":
            found += [f"{module.name}.{fault}" for fault in _undated(module.tree)]
        if (lines := module.text.count("\n")) > LONGEST:
            found.append(f"{module.name} has {lines} lines: cut it by subject into a package of the same name")
    return found


def _undated(tree: ast.Module) -> Iterator[str]:
    for table in tree.body:
        if not isinstance(table, ast.ClassDef):
            continue
        for line in table.body:
            if not (isinstance(line, ast.Assign) and isinstance(line.value, ast.Call)):
                continue
            kind = ast.unparse(line.value.func).split(".")[-1]
            name = ast.unparse(line.targets[0])
            if kind in ENDINGS and not f"_{name}".endswith(ENDINGS[kind]):
                yield f"{table.name}.{name} is a {kind} whose name does not end in {' or '.join(ENDINGS[kind])}"
            if any(kw.arg in ("auto_now", "auto_now_add") for kw in line.value.keywords):
                yield f"{table.name}.{name} reads the clock in the table: the action passes at="


def test_names_say_what_they_hold_and_files_have_one_subject() -> None:
    found = complaints(ROOT)
    assert found == [], "\n".join(found)


def test_planted_empty_names_and_overlong_files_are_seen(tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    before = complaints(copy)
    plant(copy, "src/byname/places/queries/utils.py", "")
    plant(copy, "src/byname/interfaces/public/planted.py", "class AreaView: ...\n\n\nclass Service: ...\n")
    plant(copy, "src/byname/analysis/planted.py", "x = 1\n" * 501)
    plant(
        copy,
        "src/byname/ledger/models.py",
        """

class Planted(models.Model):
    seen = models.DateTimeField()
    read_at = models.DateTimeField(auto_now_add=True)
    hired = models.DateField()
    valid_from = models.DateField()
""",
    )
    assert sorted(said for said in complaints(copy) if said not in before) == [
        "byname.analysis.planted has 501 lines: cut it by subject into a package of the same name",
        "byname.interfaces.public.planted.AreaView ends in View: the module says that already",
        "byname.ledger.models.Planted.hired is a DateField whose name does not end in _on or _from or _since or _until",
        "byname.ledger.models.Planted.read_at reads the clock in the table: the action passes at=",
        "byname.ledger.models.Planted.seen is a DateTimeField whose name does not end in _at",
        "byname.places.queries.utils is called utils: say what it holds",
    ]
