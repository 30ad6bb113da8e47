"""Every package says what it knows, promises and never does; every module and public name says what the caller gets."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.habits.checkout import ROOT, Module, copy_of_the_source, height, modules, plant

# Folders that Django prescribes; an empty one needs no words.
PRESCRIBED = ("management", "commands", "templatetags")
PARTS = ("knows", "promises", "never")


def complaints(root: Path) -> list[str]:
    """One sentence for each package, module or public name whose docstring is missing or says too little."""
    packages = {f"byname.{name}" for name in height(root)} - {"byname.models", "byname.vocabulary"}
    found = []
    for module in modules(root):
        said = ast.get_docstring(module.tree) or ""
        if not module.text and module.name.endswith(PRESCRIBED):
            continue
        if not _is_sentence(said):
            found.append(f"{module.name} has no docstring that starts with a sentence")
        elif module.name in packages:
            words = set(re.findall(r"[a-z]+", said.lower()))
            found += [f"{module.name} does not say what it {part} …" for part in PARTS if part not in words]
        found += [f"{module.name}.{name} has no docstring that starts with a sentence" for name in _silent(module)]
    return found


def _silent(module: Module) -> list[str]:
    # Django finds a management command by this class name; its `help` is its docstring.
    public = [*module.public_functions(), *(node for node in module.public_classes() if node.name != "Command")]
    return sorted(node.name for node in public if not _is_sentence(ast.get_docstring(node) or ""))


def _is_sentence(docstring: str) -> bool:
    first = docstring.split("\n\n")[0].strip()
    return len(first.split()) > 1 and first[-1] in ".:?!"


def test_every_package_module_and_public_name_has_its_docstring() -> None:
    found = complaints(ROOT)
    assert found == [], "\n".join(found)


def test_planted_silence_is_seen(tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    before = complaints(copy)
    plant(copy, "src/byname/evidence/__init__.py", '"""Official records.\n\nKnows: the files.\nNever: guesses.\n"""\n')
    plant(copy, "src/byname/people/planted.py", '"""Planted."""\n\n\ndef _own() -> None: ...\n')
    plant(copy, "src/byname/people/management/commands/__init__.py", "")
    plant(copy, "src/byname/places/planted.py", '"""Planted things."""\n\n\ndef planted() -> None: ...\n')
    plant(copy, "src/byname/places/planted.py", "\n\nclass Planted: ...\n\n\nclass Command: ...\n")
    assert [said for said in complaints(copy) if said not in before] == [
        "byname.evidence does not say what it promises …",
        "byname.people.planted has no docstring that starts with a sentence",
        "byname.places.planted.Planted has no docstring that starts with a sentence",
        "byname.places.planted.planted has no docstring that starts with a sentence",
    ]
