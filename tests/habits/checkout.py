"""Reading the checkout as text and syntax: no code of byname runs here, so a planted copy is read the same way."""

from __future__ import annotations

import ast
import os
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# State, caches and foreign code: nothing byname's authors wrote.
_NOT_OURS = {".git", "var", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
_NOT_OURS |= {".import_linter_cache", ".schemathesis"}


@dataclass(frozen=True)
class Module:
    """One module of src/byname, parsed."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The part of byname it stands in: "places" for byname.places.queries, "" for byname itself."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    @property
    def room(self) -> str:
        """Which of the four files it is or belongs to: "queries" for byname.places.queries.teams; "" for a package."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 else ""

    def public_functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """The functions at module level that other modules may call."""
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                yield node

    def public_classes(self) -> Iterator[ast.ClassDef]:
        """The classes at module level that other modules may use."""
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node


def modules(root: Path, *, migrations: bool = False) -> list[Module]:
    """Every module of src/byname below `root`, by name; migrations only where asked for."""
    source = root / "src"
    found: list[Module] = []
    for path in sorted(source.glob("byname/**/*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        if "migrations" in parts and not migrations:
            continue
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found.append(Module(name, path, text, _parsed(text)))
    return found


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def files(root: Path) -> list[Path]:
    """Every file of the checkout that its authors wrote or chose, tracked or about to be."""
    found: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _NOT_OURS)
        found.extend(Path(folder) / name for name in sorted(names) if not name.endswith(".pyc"))
    return found


def stack(root: Path) -> list[set[str]]:
    """The layers of the import contract, highest first, planned packages included."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "stack")
    return [{name.strip(" ()") for name in layer.split("|")} for layer in layers]


def height(root: Path) -> dict[str, int]:
    """How high each package stands in the stack: a larger number may import a smaller one."""
    layers = stack(root)
    return {name: len(layers) - place for place, layer in enumerate(layers) for name in layer}


def copy_of_the_source(target: Path) -> Path:
    """A copy of what the checkers read (modules, settings, the words rules are made of), to plant a violation in."""
    read = [path for kind in ("py", "toml", "txt") for path in (ROOT / "src").glob(f"**/*.{kind}")]
    for path in [ROOT / "pyproject.toml", *read]:
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return target


def plant(root: Path, path: str, text: str) -> None:
    """Adds `text` to the end of a file of the copy, making the file where there is none."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    target.write_text(before + text, encoding="utf-8")
