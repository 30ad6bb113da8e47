"""The migrations are one line of history, and the release before each still runs on what it makes of the tables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

from tests.habits.checkout import ROOT, modules, plant

# What the release before could not live with, and why that harms nobody. Add first, take away a release later.
EXCUSED: Final = {
    "0002_the_ledger_only_grows": "before the first release",
    "0003_trusted_hands": "before the first release; what came before it wrote no accounts",
    "0004_seals_only_grow": "a trigger on a table that only 0003 knows",
    "0006_heard_more": "one role more than before may be written, never one fewer; the way of a letter has a default",
}


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


def burdens(line: Sequence[tuple[str, Sequence[Operation]]]) -> Iterator[str]:
    """One sentence for each operation after which the program of before might fail on the newer tables."""
    state = ProjectState()
    for name, operations in line:
        new = {op.name_lower for op in operations if isinstance(op, migrations.CreateModel)}
        for operation in operations:
            burden = _burden(operation, state, new)
            if burden:
                yield f"{name}: {burden}"
            operation.state_forwards("byname", state)


def _burden(operation: Operation, state: ProjectState, new: set[str]) -> str:
    table = getattr(operation, "model_name_lower", "")
    if table in new:
        return ""  # nobody of before knows that table
    match operation:
        case migrations.DeleteModel() | migrations.RenameModel() | migrations.AlterModelTable():
            return f"{operation.describe()}: the table is still read"
        case migrations.RemoveField() | migrations.RenameField():
            return f"{operation.describe()}: the column is still read"
        case migrations.AddField(field=field):
            many = isinstance(field, models.ManyToManyField)
            if not many and not field.null and field.db_default is NOT_PROVIDED:
                return f"{operation.describe()}: rows are still written without it (null=True, or a db_default)"
        case migrations.AlterField(field=field):
            before = state.models["byname", table].fields[operation.name]
            if before.null and not field.null:
                return f"{operation.describe()}: rows are still written without it"
            if before.get_internal_type() != field.get_internal_type():
                return f"{operation.describe()}: it is still written as {before.get_internal_type()}"
        case migrations.AddConstraint(constraint=models.UniqueConstraint(fields=(only,), condition=None)) if (
            state.models["byname", table].fields[only].unique
        ):
            return ""  # refused by the column itself until now
        case migrations.AddConstraint():
            return f"{operation.describe()}: rows may still be written that it refuses"
        case migrations.RunSQL() | migrations.RunPython():
            return f"{operation.describe()}: nothing but a reader can tell what it does to the release before"
    return ""


def test_the_release_before_runs_on_the_newer_tables() -> None:
    disk = MigrationLoader(None).disk_migrations
    line = [(name, made.operations) for (app, name), made in sorted(disk.items()) if app == "byname"]
    found = [sentence for sentence in burdens(line) if sentence.split(":")[0] not in EXCUSED]
    assert found == [], (
        "Add first, and take away a release later; or say in EXCUSED why it harms nobody, and in CHANGELOG.md that "
        "this release cannot be rolled back by its program alone.\n" + "\n".join(found)
    )
    assert set(EXCUSED) <= {name for name, _ in line}, "an excuse for what is gone"


_FIRST: Final = (
    "0001_first",
    [
        migrations.CreateModel(
            "Street",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.TextField(null=True)),
                ("code", models.CharField(max_length=8, unique=True)),
            ],
        )
    ],
)


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (migrations.RemoveField("street", "name"), "the column is still read"),
        (migrations.RenameField("street", "name", "title"), "the column is still read"),
        (migrations.RenameModel("Street", "Road"), "the table is still read"),
        (migrations.DeleteModel("Street"), "the table is still read"),
        (
            migrations.AddField("street", "length", models.IntegerField(default=0)),
            "rows are still written without it (null=True, or a db_default)",
        ),
        (migrations.AlterField("street", "name", models.TextField()), "rows are still written without it"),
        (migrations.AlterField("street", "name", models.IntegerField(null=True)), "it is still written as TextField"),
        (
            migrations.AddConstraint("street", models.UniqueConstraint(fields=["name"], name="one_name")),
            "rows may still be written that it refuses",
        ),
        (migrations.RunSQL("SELECT 1"), "nothing but a reader can tell what it does to the release before"),
        (migrations.AddField("street", "length", models.IntegerField(null=True)), None),
        (migrations.AddField("street", "length", models.IntegerField(db_default=0)), None),
        (migrations.AlterField("street", "name", models.TextField(null=True, db_index=True)), None),
        (migrations.AddConstraint("street", models.UniqueConstraint(fields=["code"], name="one_code")), None),
        (migrations.AddIndex("street", models.Index(fields=["name"], name="by_name")), None),
    ],
)
def test_a_planted_burden_on_the_release_before_is_seen(operation: Operation, said: str | None) -> None:
    found = [sentence.rsplit(": ", 1)[1] for sentence in burdens([_FIRST, ("0002_next", [operation])])]
    assert found == ([said] if said else [])
