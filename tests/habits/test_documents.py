"""The documents name only what exists: files, modules, functions, commands, addresses, settings and each other."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from tests.habits.checkout import ROOT, files, modules, plant

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"\./byname(?: +(?P<name>[a-z_-]+))?(?: +(?P<what>[a-z_-]+))?")
SETTING = re.compile(r"\b(?:BYNAME|DATABASE)_[A-Z_]+\b")
DOTTED = re.compile(r"[a-z_]\w*(?:\.\w+)+(?:\(\))?")
# A name only code has: with an underscore, with a capital inside, or written as a keyword.
CODE_NAME = re.compile(r"[a-z]+(?:_[a-z0-9]+)+|[A-Z][a-z]+(?:[A-Z][a-z]+)+|[a-z]+=")
# A document may say which test bears it out: the test is there under that name, those of the habits too.
TEST = re.compile(r"test_[a-z0-9_]+")
FILE_ENDING = re.compile(r".*\.(py|md|toml|csv|lock|json|geojson|css|js|mjs|typ|sql|yml|html|pdf)")
# What stands for something the reader fills in, and what appears only after a first start.
FILLED_IN = re.compile(r"[<>{}…*]|\b[A-Z]{3,}\b|\.\.\.")


class Checkout:
    """What a document may name, read once from the tree below `root`."""

    def __init__(self, root: Path) -> None:
        """Reads names, settings and commands from the files."""
        self.root = root
        self.paths = {path.relative_to(root).as_posix() for path in files(root)}
        self.paths |= {parent.as_posix() for path in list(self.paths) for parent in Path(path).parents}
        self.names = {module.name: _names(module.tree) for module in modules(root, migrations=True)}
        code = [root / path for path in self.paths if _is_code(path) and (root / path).is_file()]
        self.text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in code)
        self.words = set(re.findall(r"\w+", self.text))
        tests = (path.read_text(encoding="utf-8") for path in root.glob("tests/**/test_*.py"))
        self.tests = {name for text in tests for name in re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)}

    def fault(self, token: str, document: Path) -> str | None:
        """What is wrong with one quoted token, or None."""
        if token.startswith("./byname"):
            return self._command_fault(token)
        if TEST.fullmatch(token):
            return None if token in self.tests else "there is no such test"
        if SETTING.fullmatch(token):
            return None if token in self.words else "no code reads this setting"
        if FILLED_IN.search(token) or " " in token or token.startswith(("-", "/", "var/", "http")):
            return None
        if "/" in token or FILE_ENDING.fullmatch(token):
            return None if self._is_path(token, document) else "there is no such file"
        if DOTTED.fullmatch(token):
            return None if self._is_dotted(token.removesuffix("()")) else "there is no such name"
        if CODE_NAME.fullmatch(token):
            return None if token.rstrip("=") in self.words else "the code has no such word"
        return None

    def _command_fault(self, token: str) -> str | None:
        for match in COMMAND.finditer(token):
            for part in (match["name"], match["what"]):
                if part and not re.search(rf"""["']{re.escape(part)}["']""", self.text):
                    return f"there is no command {part}"
        return None

    def _is_path(self, token: str, document: Path) -> bool:
        beside = [self.root, document.parent, self.root / "src/byname", self.root / "src/byname/interfaces"]
        plain = token.split("#")[0].rstrip("/")
        return any(
            (folder / plain).resolve().is_relative_to(self.root)
            and (folder / plain).resolve().relative_to(self.root).as_posix() in self.paths
            for folder in beside
        )

    def _is_dotted(self, token: str) -> bool:
        if any(self._resolves(name) for name in (token, f"byname.{token}")):
            return True
        first = token.split(".")[0]
        if first == "byname" or f"byname.{first}" in self.names:
            return False
        return first in sys.stdlib_module_names or importlib.util.find_spec(first) is not None

    def _resolves(self, name: str) -> bool:
        if name in self.names:
            return True
        owner, _, rest = name.rpartition(".")
        if owner in self.names:
            return rest in self.names[owner]
        module, _, table = owner.rpartition(".")
        return module in self.names and f"{table}.{rest}" in self.names[module]


def _is_code(path: str) -> bool:
    place = Path(path)
    return path in ("byname", "pyproject.toml", ".ci/run") or (
        place.suffix in (".py", ".html", ".typ", ".js")
        and path.startswith(("src/", "tests/"))
        and not path.startswith("tests/habits/")
        and "vendor" not in place.parts
    )


def _names(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                names |= {f"{node.name}.{name}" for name in _bound(line)}
        names |= _bound(node)
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def documents(root: Path) -> list[Path]:
    """The documents byname's readers are given."""
    return [path for path in files(root) if path.suffix == ".md" and "static" not in path.parts]


def quoted(text: str) -> Iterator[tuple[int, str]]:
    """Each quoted token of a document and each command of its examples, with its line."""
    for match in FENCE.finditer(text):
        start = text.count("\n", 0, match.start()) + 1
        for place, line in enumerate(match.group().splitlines()):
            if line.lstrip("$ ").startswith("./byname"):
                yield start + place, line.lstrip("$ ").split("#")[0].strip()
    for place, line in enumerate(text.splitlines(), start=1):
        if line.startswith("    ./byname"):
            yield place, line.split("#")[0].strip()
    prose = FENCE.sub(lambda match: "\n" * match.group().count("\n"), text)
    for match in QUOTED.finditer(prose):
        yield prose.count("\n", 0, match.start()) + 1, match.group(1).strip()
    for match in LINK.finditer(prose):
        if not match.group(1).startswith(("http://", "https://", "mailto:", "#")):
            yield prose.count("\n", 0, match.start()) + 1, match.group(1).split("#")[0]


def complaints(root: Path) -> list[str]:
    """One line for each thing a document names that does not exist."""
    checkout = Checkout(root)
    found = []
    for path in documents(root):
        for line, token in quoted(path.read_text(encoding="utf-8")):
            if fault := checkout.fault(token, path):
                found.append(f"{path.relative_to(root).as_posix()}:{line} `{token}`: {fault}")
    return found


def unanswered(root: Path) -> list[str]:
    """One line for each web address a document gives that byname does not answer."""
    code = Checkout(root).text
    found = []
    for path in documents(root):
        for line, token in quoted(path.read_text(encoding="utf-8")):
            if token.startswith("/") and not FILLED_IN.search(token) and " " not in token:
                answered = f'"{token}"' in code
                with contextlib.suppress(Resolver404):
                    answered = answered or bool(resolve(token.split("?")[0]))
                if not answered:
                    found.append(f"{path.relative_to(root).as_posix()}:{line} `{token}`: nothing answers there")
    return found


def test_the_documents_name_only_what_exists() -> None:
    found = complaints(ROOT)
    assert found == [], "\n".join(found)


def test_the_web_addresses_in_the_documents_are_answered() -> None:
    found = unanswered(ROOT)
    assert found == [], "\n".join(found)


def test_a_document_that_gives_an_address_nobody_answers_is_seen(tmp_path: Path) -> None:
    plant(tmp_path, "byname", 'READY = "/readyz"\n')
    plant(tmp_path, "README.md", "`/readyz`, `/fr/at/…`, `/`\n`/gone`\n")
    assert unanswered(tmp_path) == ["README.md:2 `/gone`: nothing answers there"]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("`docs/gone.md`", "`docs/gone.md`: there is no such file"),
        ("`places/gone.py`", "`places/gone.py`: there is no such file"),
        ("[gone](docs/gone.md)", "`docs/gone.md`: there is no such file"),
        ("`places.queries.gone`", "`places.queries.gone`: there is no such name"),
        ("`byname.gone`", "`byname.gone`: there is no such name"),
        ("`gone.queries`", "`gone.queries`: there is no such name"),
        ("`BYNAME_GONE`", "`BYNAME_GONE`: no code reads this setting"),
        ("`./byname vanish`", "`./byname vanish`: there is no command vanish"),
        ("```\n./byname bring ghosts FILE\n```", "`./byname bring ghosts FILE`: there is no command ghosts"),
        ("    ./byname haunt", "`./byname haunt`: there is no command haunt"),
        ("`gone_for`", "`gone_for`: the code has no such word"),
        ("`GoneCard`", "`GoneCard`: the code has no such word"),
        ("`test_gone`", "`test_gone`: there is no such test"),
    ],
)
def test_a_document_that_names_what_is_gone_is_seen(written: str, fault: str, tmp_path: Path) -> None:
    plant(tmp_path, "byname", 'COMMANDS = ["up", "bring"]\nKINDS = ["neighbourhoods"]\nos.environ["BYNAME_HOME"]\n')
    plant(tmp_path, "src/byname/places/queries.py", "class Card:\n    name: str\n\n\ndef team_for() -> Card: ...\n")
    plant(tmp_path, "tests/habits/test_team.py", "def test_it_stands() -> None: ...\n")
    plant(
        tmp_path,
        "README.md",
        "`./byname up`, `./byname bring neighbourhoods FILE`, `BYNAME_HOME`, `places/queries.py`, `places.queries`,\n"
        "`byname.places.queries.team_for`, `places.queries.Card.name`, `django.db`, `team_for`, `test_it_stands`\n\n",
    )
    plant(tmp_path, "README.md", written + "\n")
    assert [said.split(" ", 1)[1] for said in complaints(tmp_path)] == [fault]
