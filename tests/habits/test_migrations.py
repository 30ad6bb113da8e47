"""The migrations are one line of history: each follows exactly the one before it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.habits.checkout import ROOT, modules, plant


def complaints(root: Path) -> list[str]:
    """One sentence for each migration that leaves the line."""
    files = [module for module in modules(root, migrations=True) if module.name.startswith("byname.migrations.")]
    found = []
    before: str | None = None
    for place, module in enumerate(files, start=1):
        name = module.name.split(".")[-1]
        if not name.startswith(f"{place:04d}_"):
            found.append(f"{name} should be number {place:04d}")
        if re.fullmatch(r"\d{4}_(auto_\w+|merge\w*|alter_\w+_and_more|\w+_and_more)", name):
            found.append(f"{name} is not named for what it changes")
        follows = _follows(module.tree)
        if follows != ([before] if before else []):
            found.append(f"{name} follows {', '.join(follows) or 'nothing'}, not {before or 'nothing'}")
        before = name
    return found


def _follows(tree: ast.Module) -> list[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "dependencies":
            pairs = [pair.elts for pair in ast.walk(node.value) if isinstance(pair, ast.Tuple)]
            texts = [[part.value for part in pair if isinstance(part, ast.Constant)] for pair in pairs]
            return [str(text[1]) for text in texts if len(text) == 2 and text[0] == "byname"]
    return []


def test_the_migrations_are_one_line_named_for_what_they_change() -> None:
    found = complaints(ROOT)
    assert found == [], "\n".join(found)


def test_a_planted_fork_and_an_empty_name_are_seen(tmp_path: Path) -> None:
    line = {"0001_first_light": "", "0002_streets": "0001_first_light", "0003_auto_x": "0001_first_light"}
    for name, follows in (line | {"0005_towns": "0003_auto_x"}).items():
        dependencies = f'[("auth", "0012_x"), ("byname", "{follows}")]' if follows else '[("auth", "0012_x")]'
        plant(tmp_path, f"src/byname/migrations/{name}.py", f"class Migration:\n    dependencies = {dependencies}\n")
    assert complaints(tmp_path) == [
        "0003_auto_x is not named for what it changes",
        "0003_auto_x follows 0001_first_light, not 0002_streets",
        "0005_towns should be number 0004",
    ]
