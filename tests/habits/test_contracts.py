"""The import contracts hold, and each was seen to catch a planted violation."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.habits.checkout import ROOT, copy_of_the_source, height, modules, plant

MAY_NAME_NUMBERS = {"analysis", "evidence", "places"}
FOUR = ("ledger", "people", "places", "postings", "concerns")
# For each contract what is planted against it: imports ("importer -> imported"), or modules without a place ("- it").
# The contract must report each in just these words.
PLANTED: dict[str, list[str]] = {
    "stack": [
        "byname.people.rules -> byname.places.rules",
        "byname.ledger.actions -> byname.people.queries",
        "byname.postings.actions -> byname.interfaces.http",
        "byname.interfaces.http -> byname.config.settings",
        "byname.interfaces.jobs.planted -> byname.models",
        "byname.analysis.planted -> byname.people.rules",
        "byname.vocabulary -> byname.analysis",
        "- byname.gossip",
    ],
    "anatomy": [
        *(f"byname.{package}.rules -> byname.{package}.queries" for package in FOUR),
        *(f"byname.{package}.queries -> byname.{package}.actions" for package in FOUR),
        *(f"byname.{package}.models -> byname.{package}.actions" for package in FOUR),
        *(f"- byname.{package}.utils" for package in FOUR),
        "byname.places.sources -> byname.places.models",
    ],
    "anatomy-safekeeping": [
        "byname.safekeeping.keys -> byname.safekeeping.models",
        "- byname.safekeeping.helpers",
    ],
    "pure": [
        *(f"byname.{package}.rules -> django" for package in FOUR),
        "byname.vocabulary -> psycopg",
        "byname.analysis.planted -> urllib",
        "byname.places.rules -> byname.ledger.queries",
    ],
    **{
        f"models-stay-home-{package}": [
            f"byname.interfaces.public.planted -> byname.{package}.models",
            f"byname.config.planted -> byname.{package}.models",
            f"byname.postings.rules -> byname.{package}.models",
        ]
        for package in (*FOUR, "safekeeping")
    },
    "models-gathered": [
        "byname.interfaces.public.planted -> byname.models",
        "byname.config.planted -> byname.models",
    ],
    "doors": [
        "byname.interfaces.public.planted -> byname.interfaces.api",
        "byname.interfaces.api.planted -> byname.interfaces.jobs",
        "byname.interfaces.jobs.planted -> byname.interfaces.public",
        "byname.interfaces.http -> byname.interfaces.jobs",
        "byname.interfaces.snapshot -> byname.interfaces.http",
        "- byname.interfaces.window",
    ],
    "numbers": [
        "byname.postings.rules -> numpy",
        "byname.interfaces.public.planted -> shapely",
        "byname.people.queries -> scipy",
        "byname.ledger.queries -> duckdb",
        "byname.config.planted -> ibis",
        "byname.safekeeping.keys -> pandas",
        "byname.vocabulary -> pyproj",
    ],
    "acyclic": [
        "byname.interfaces.public.planted_left -> byname.interfaces.public.planted_right",
        "byname.interfaces.public.planted_right -> byname.interfaces.public.planted_left",
    ],
}

# This contract names a circle's ancestor, not its links.
REPORTED = {"acyclic": ["No cycles are allowed in byname.interfaces.public."]}


def plant_against_contract(root: Path, violation: str) -> None:
    """Adds the import, or the module that has no place, to the copy."""
    importer, _, imported = violation.removeprefix("- ").partition(" -> ")
    place = Path("src", *importer.split("."))
    path = place / "__init__.py" if (root / place).is_dir() else place.with_suffix(".py")
    plant(root, path.as_posix(), f"\nimport {imported}\n" if imported else "")


def lint_imports(root: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """What `lint-imports` says of the tree below `root`."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    for contract in contracts:
        command += ["--contract", contract]
    return subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def contracts(root: Path) -> dict[str, Any]:
    """The contracts of pyproject.toml, by id."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def left_out(root: Path) -> list[str]:
    """One line for each package of the programme that a contract does not name, and each folder it cannot see."""
    known = contracts(root)
    doors, ground = height(root)["interfaces"], height(root)["safekeeping"]
    found = [
        f"{folder.relative_to(root).as_posix()} has no __init__.py, so no contract sees it"
        for folder in sorted({path.parent for path in root.glob("src/byname/**/*.py")})
        if not (folder / "__init__.py").exists()
    ]
    for package in sorted({module.package for module in modules(root)} & set(height(root))):
        if ground < height(root)[package] < doors:
            found += [f"{package} is not in the contract anatomy"] * (
                f"byname.{package}" not in known["anatomy"]["containers"]
            )
            found += [f"{package} has no contract models-stay-home-{package}"] * (
                f"models-stay-home-{package}" not in known
            )
        if package not in MAY_NAME_NUMBERS and f"byname.{package}" not in known["numbers"]["source_modules"]:
            found.append(f"{package} is not in the contract numbers")
    return found


def test_every_import_contract_is_kept() -> None:
    answer = lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_import_contract_has_violations_planted_against_it() -> None:
    assert set(PLANTED) == set(contracts(ROOT))


def test_every_package_of_the_programme_stands_under_its_contracts() -> None:
    assert left_out(ROOT) == []


def test_a_planted_package_outside_the_contracts_is_seen(tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    before = left_out(copy)
    plant(copy, "src/byname/problems/__init__.py", "")
    plant(copy, "src/byname/problems/actions/closing.py", "")
    assert [said for said in left_out(copy) if said not in before] == [
        "src/byname/problems/actions has no __init__.py, so no contract sees it",
        "problems is not in the contract anatomy",
        "problems has no contract models-stay-home-problems",
        "problems is not in the contract numbers",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_an_import_contract_catches_what_is_planted_against_it(contract: str, tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    before = lint_imports(copy, contract)
    assert before.returncode == 0, before.stdout + before.stderr
    for violation in PLANTED[contract]:
        plant_against_contract(copy, violation)
    after = lint_imports(copy, contract)
    assert after.returncode == 1, after.stdout + after.stderr
    said = " ".join(after.stdout.split())
    wanted = REPORTED.get(contract, PLANTED[contract])
    assert [words for words in wanted if words not in said] == [], after.stdout
