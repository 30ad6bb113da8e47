"""Every act says who and when, every reading says who is looking, and values that cross walls cannot be changed."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.habits.checkout import ROOT, Module, copy_of_the_source, modules, plant

WANTED = {"actions": {"by": "Actor", "at": "datetime"}, "queries": {"viewer": "Actor"}}
ROOMS = {"actions", "queries", "rules"}


def complaints(root: Path) -> list[str]:
    """One sentence for each public action, query or crossing import that breaks a habit."""
    found: list[str] = []
    for module in modules(root):
        if module.room in WANTED:
            for function in module.public_functions():
                found += [f"{module.name}.{function.name} {fault}" for fault in _faults(function, WANTED[module.room])]
        if module.room == "queries":
            found += [f"{module.name}.{name} is a dataclass that is not frozen" for name in _thawed(module)]
        found += _crossings(module)
    return found


def _faults(function: ast.FunctionDef | ast.AsyncFunctionDef, wanted: dict[str, str]) -> list[str]:
    keywords = dict(zip([arg.arg for arg in function.args.kwonlyargs], function.args.kwonlyargs, strict=True))
    defaults = dict(zip(keywords, function.args.kw_defaults, strict=True))
    faults = []
    for name, kind in wanted.items():
        if name not in keywords:
            faults.append(f"does not take {name}= as a keyword")
        elif defaults[name] is not None:
            faults.append(f"gives {name}= a default, so a caller may forget it")
        elif ast.unparse(keywords[name].annotation or ast.Constant(None)) != kind:
            faults.append(f"does not take {name}= as {kind}")
    return faults


def _thawed(module: Module) -> list[str]:
    return [
        node.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        for mark in map(ast.unparse, node.decorator_list)
        if mark.split("(")[0].endswith("dataclass") and "frozen=True" not in mark
    ]


def _crossings(module: Module) -> list[str]:
    found = []
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("byname."):
            continue
        parts = (node.module or "").split(".")
        if parts[1] != module.package and len(parts) > 2 and parts[2] in ROOMS:
            # A value's class may be named by itself; where a function comes from is read at each call.
            plain = [alias.name for alias in node.names if not alias.name[0].isupper()]
            names = ", ".join(name for name in plain if not _is_module(name, parts))
            if names:
                found.append(f"{module.name} imports {names} out of {node.module}: import the module")
    return found


def _is_module(name: str, parts: list[str]) -> bool:
    folder = ROOT / "src" / Path(*parts)
    return (folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists()


def test_every_action_says_who_and_when_and_every_query_who_is_looking() -> None:
    found = complaints(ROOT)
    assert found == [], "\n".join(found)


def test_a_planted_action_query_or_crossing_that_breaks_the_habit_is_seen(tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    before = complaints(copy)
    plant(copy, "src/byname/people/actions/planted.py", "def hide(officer: str, by: Actor, *, at: datetime): ...\n")
    plant(copy, "src/byname/people/actions/planted.py", "def show(*, by: Actor, at: datetime | None = None): ...\n")
    plant(copy, "src/byname/people/actions/planted.py", "def date(*, by: Actor, at: date): ...\n")
    plant(copy, "src/byname/places/queries/planted.py", "\ndef planted_team(slug: str, *, on: date) -> str: ...\n")
    plant(copy, "src/byname/places/queries/planted.py", "\n@dataclass(slots=True)\nclass PlantedCard: ...\n")
    plant(copy, "src/byname/postings/planted.py", "from byname.people.queries import PlantedFace, planted_faces\n")
    assert sorted(set(complaints(copy)) - set(before)) == [
        "byname.people.actions.planted.date does not take at= as datetime",
        "byname.people.actions.planted.hide does not take by= as a keyword",
        "byname.people.actions.planted.show gives at= a default, so a caller may forget it",
        "byname.places.queries.planted.PlantedCard is a dataclass that is not frozen",
        "byname.places.queries.planted.planted_team does not take viewer= as a keyword",
        "byname.postings.planted imports planted_faces out of byname.people.queries: import the module",
    ]
