"""Every action and every query asks the table of permissions before it changes or gives away anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from byname.people import rules
from byname.people.rules import permissions
from tests.habits.checkout import ROOT, Module, copy_of_the_source, height, modules, plant

ASKS = {"require", "require_reach"}
CHANGES = {
    "bulk_create", "bulk_update", "create", "delete", "execute", "get_or_create", "record", "save", "update",
    "update_or_create", "write_letter",
}  # fmt: skip
_Function = ast.FunctionDef | ast.AsyncFunctionDef
WHO = {"actions": "by", "queries": "viewer"}


def complaints(root: Path, table: dict[str, object]) -> list[str]:
    """One sentence for each action or query that does not ask first, and for each act the table does not have.

    The ledger lies below the table and cannot ask it: what a door may read of it, `people.queries` hands out; staff's
    views name their act in the mark `staff`, which lets nobody in who may not do it at all.
    """
    found: list[str] = []
    tall = height(root)
    known = modules(root)
    public: dict[str, dict[str, _Function]] = {}
    for module in known:
        public.setdefault(module.package, {}).update({each.name: each for each in module.public_functions()})
    for module in known:
        governed = tall["ledger"] < tall.get(module.package, 0) < tall["interfaces"]
        if governed and module.room in WHO:
            own = {node.name: node for node in module.tree.body if isinstance(node, _Function)}
            for function in module.public_functions():
                if not _asks_first(function, WHO[module.room], public[module.package] | own):
                    found.append(f"{module.name}.{function.name} does not ask the table of permissions first")
        found += [f"{module.name} asks for {act}, which the table does not have" for act in _named(module, table)]
    return found


def _asks_first(function: _Function, who: str, beside: Mapping[str, _Function], deep: int = 3) -> bool:
    """Whether it asks for the person who acts or looks, before it changes anything or returns.

    It may ask through a function of its own package that is handed the person, and so on, three steps down.
    """
    for statement in _in_order(function.body):
        for call in _calls(statement):
            if _asks(call, who):
                return True
            other = beside.get(_called(call)) if isinstance(call.func, ast.Name) else None
            handed = other and deep and _handed(call, who, other)
            if other and handed and _asks_first(other, handed, beside, deep - 1):
                return True
        if isinstance(statement, ast.Return) or any(_called(call) in CHANGES for call in _calls(statement)):
            return False
    return False


def _handed(call: ast.Call, who: str, other: _Function) -> str:
    """What the person is called in the other function: empty where it is not handed on."""
    for word in call.keywords:
        if word.arg and ast.unparse(word.value) == who:
            return word.arg
    names = [arg.arg for arg in (*other.args.posonlyargs, *other.args.args)]
    return next((name for name, given in zip(names, call.args, strict=False) if ast.unparse(given) == who), "")


def _in_order(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.With):
            yield from _in_order(statement.body)
        # What stands under a condition may not happen: it counts as a change or a return, never as asking.
        elif isinstance(statement, ast.If | ast.Try | ast.While | ast.Match):
            if isinstance(statement, ast.If):
                yield ast.Expr(statement.test)
            for inner in ast.walk(statement):
                if isinstance(inner, ast.Return):
                    yield ast.Return()
                elif isinstance(inner, ast.Call) and _called(inner) in CHANGES:
                    yield ast.Expr(ast.Call(inner.func, [], []))
        else:
            yield statement


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    return (node for node in ast.walk(statement) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _asks(call: ast.Call, who: str) -> bool:
    return _called(call) in ASKS and len(call.args) > 1 and ast.unparse(call.args[0]) == who


def _act(call: ast.Call) -> str | None:
    """The act a call names: the second word of an asking, the first of a view's mark."""
    place = 0 if _called(call) == "staff" else 1
    given = call.args[place] if len(call.args) > place else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _named(module: Module, table: dict[str, object]) -> list[str]:
    known = ASKS | {"may", "reach", "require_reason", "staff"}
    acts = [
        act
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _called(node) in known and (act := _act(node)) is not None
    ]
    return sorted({act for act in acts if act not in table})


def test_every_action_and_query_asks_the_table_first() -> None:
    found = complaints(ROOT, dict(permissions.TABLE))
    assert found == [], "\n".join(found)


def test_a_planted_action_or_query_that_does_not_ask_first_is_seen(tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    before = complaints(copy, dict(permissions.TABLE))
    plant(
        copy,
        "src/byname/people/actions/planted.py",
        '''
def never(*, by: Actor, at: datetime) -> None:
    """Nothing."""
    Officer.objects.create()

def too_late(*, by: Actor, at: datetime) -> None:
    Officer.objects.create()
    rules.require(by, "hide_officer")

def perhaps(*, by: Actor, at: datetime) -> None:
    if at:
        rules.require(by, "hide_officer")
    Officer.objects.create()

def for_somebody_else(*, by: Actor, at: datetime) -> None:
    rules.require(SYSTEM, "hide_officer")

def unknown(*, by: Actor, at: datetime) -> None:
    rules.require(by, "haunt_officer")

def well(*, by: Actor, at: datetime) -> None:
    if not at:
        raise ValueError
    with transaction.atomic():
        officer = Officer.objects.get()
        rules.require(by, "hide_officer", rules.About(officer=officer.reference))
        officer.save()
''',
    )
    plant(
        copy,
        "src/byname/postings/queries/planted.py",
        """
def early(*, viewer: Actor) -> int:
    if viewer:
        return 1
    return people_rules.require(viewer, "see_public") or 2

def cut(*, viewer: Actor) -> str:
    if people_rules.require_reach(viewer, "see_postings") == "own":
        return "mine"
    return "all"

def through_another(*, viewer: Actor) -> str:
    return cut(viewer=viewer)

def through_another_for_nobody(*, viewer: Actor) -> str:
    return cut(viewer=SYSTEM)
""",
    )
    plant(
        copy,
        "src/byname/interfaces/desk/views/planted.py",
        '@staff("haunt_desk")\ndef view(request: HttpRequest): ...\n',
    )
    assert sorted(set(complaints(copy, dict(permissions.TABLE))) - set(before)) == [
        "byname.interfaces.desk.views.planted asks for haunt_desk, which the table does not have",
        "byname.people.actions.planted asks for haunt_officer, which the table does not have",
        "byname.people.actions.planted.for_somebody_else does not ask the table of permissions first",
        "byname.people.actions.planted.never does not ask the table of permissions first",
        "byname.people.actions.planted.perhaps does not ask the table of permissions first",
        "byname.people.actions.planted.too_late does not ask the table of permissions first",
        "byname.postings.queries.planted.early does not ask the table of permissions first",
        "byname.postings.queries.planted.through_another_for_nobody does not ask the table of permissions first",
    ]


def looks(root: Path) -> set[str]:
    """Every event of the ledger that tells of a look, as the source names it."""
    return {
        node.value
        for module in modules(root)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"read\.[a-z_.]+", node.value)
    }


def test_every_look_that_is_recorded_has_words_for_the_overseer() -> None:
    assert looks(ROOT) == set(rules.LOOKED_AT)


def test_a_planted_look_without_words_is_seen(tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    plant(copy, "src/byname/postings/queries/planted.py", 'record("read.diary", subject=("officer", 1))\n')
    assert looks(copy) - set(rules.LOOKED_AT) == {"read.diary"}
