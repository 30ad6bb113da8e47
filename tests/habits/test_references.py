"""Tables point at each other by name, downward only, and the table pointed at never learns of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.habits.checkout import ROOT, Module, copy_of_the_source, height, modules, plant

REFERENCES = {"ForeignKey", "OneToOneField", "ManyToManyField"}


def complaints(root: Path) -> list[str]:
    """One sentence for each reference between tables that breaks a habit."""
    tables = [module for module in modules(root) if module.room == "models"]
    home = {table.name: module.package for module in tables for table in module.public_classes()}
    heights = height(root)
    found = []
    for module in tables:
        for where, call in _references(module):
            target = _target(call)
            if target is None:
                found.append(f"{where} points at a table otherwise than by its name")
            elif target != "self" and target not in home:
                found.append(f"{where} points at {target}, which is no table of byname")
            elif target != "self" and heights[home[target]] > heights[module.package]:
                found.append(f"{where} points upward, at {home[target]}")
            if not any(kw.arg == "related_name" and _text(kw.value) == "+" for kw in call.keywords):
                found.append(f'{where} has no related_name="+"')
    return found


def _references(module: Module) -> Iterator[tuple[str, ast.Call]]:
    for table in module.public_classes():
        for line in table.body:
            if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
                name = ast.unparse(line.targets[0] if isinstance(line, ast.Assign) else line.target)
                for node in ast.walk(line.value):
                    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1].split("[")[0] in REFERENCES:
                        yield f"{module.name}.{table.name}.{name}", node


def _target(call: ast.Call) -> str | None:
    to = next((kw.value for kw in call.keywords if kw.arg == "to"), call.args[0] if call.args else None)
    text = _text(to)
    return None if text is None else text.removeprefix("byname.")


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_every_reference_is_by_name_downward_and_unknown_to_its_target() -> None:
    found = complaints(ROOT)
    assert found == [], "\n".join(found)


def test_planted_references_upward_by_class_or_with_a_way_back_are_seen(tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    before = complaints(copy)
    plant(
        copy,
        "src/byname/people/models.py",
        """

class Planted(models.Model):
    up = models.ForeignKey("byname.Posting", on_delete=models.CASCADE, related_name="+")
    back = models.OneToOneField("byname.Officer", on_delete=models.CASCADE, related_name="planted")
    silent = models.ForeignKey("byname.Officer", on_delete=models.CASCADE)
    by_class = models.ManyToManyField(Officer, related_name="+")
    foreign = models.ForeignKey("auth.Group", on_delete=models.CASCADE, related_name="+")
    fine = models.ForeignKey("byname.LedgerLine", on_delete=models.CASCADE, related_name="+")
    itself = models.ForeignKey("self", on_delete=models.CASCADE, related_name="+")
""",
    )
    assert [said for said in complaints(copy) if said not in before] == [
        "byname.people.models.Planted.up points upward, at postings",
        'byname.people.models.Planted.back has no related_name="+"',
        'byname.people.models.Planted.silent has no related_name="+"',
        "byname.people.models.Planted.by_class points at a table otherwise than by its name",
        "byname.people.models.Planted.foreign points at auth.Group, which is no table of byname",
    ]
