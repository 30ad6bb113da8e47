"""Who may do what"""

from __future__ import annotations

from typing import Final

from byname.people import rules
from byname.people.rules import permissions
from byname.vocabulary import PUBLIC, SYSTEM, Actor, operator
from tests.spec.tables import refused, rule

REACHES: Final = {"": "–", "own": "their own", "areas": "own areas", "division": "own division", "service": "all"}


def _reach(column: str, act: str) -> str:
    """How far one column of the table reaches, asked the way every action and query asks."""
    own = {"public": PUBLIC, "operator": operator("test"), "byname": SYSTEM}
    actor = own.get(column) or Actor("account", account_id=1, roles=frozenset({column}))
    starred = permissions.TABLE[act][column].reason_needed
    return REACHES[rules.reach(actor, act)] + (", saying why" if starred else "")


def _row(act: str) -> tuple[str, ...]:
    cells = (permissions.TABLE[act][column] for column in permissions.COLUMNS)
    says = (REACHES[cell.scope] + (", saying why" if cell.reason_needed else "") for cell in cells)
    return (permissions.MEANINGS[act], *says)


_ACT_OF: Final = {meaning: act for act, meaning in permissions.MEANINGS.items()}


@rule(
    "How far each role reaches: nothing that does not stand here is anybody's to do or see.",
    columns=("to", *permissions.COLUMNS),
    rows=[_row(act) for act in permissions.TABLE],
)
def test_how_far_each_role_reaches(*example: str) -> str:
    meaning, *told = example
    *found, last = (_reach(column, _ACT_OF[meaning]) for column in permissions.COLUMNS)
    assert told == found
    return last


def _account(role: str) -> Actor:
    officer = {"officer": "O-MINE22", "sergeant": "O-SARGE2"}.get(role, "")
    return Actor(
        "account",
        account_id=7,
        roles=frozenset(role.split(" and ")),
        officer=officer,
        areas=frozenset({"old-mill"} if officer else ()),
        divisions=frozenset({"D1"} if "sergeant" in role else ()),
        conflicts=frozenset({"code-of-chapel-hill"}),
    )


_SUBJECTS: Final = {
    "their own entry": rules.About(officer="O-MINE22"),
    "their own account": rules.About(account_id=7),
    "somebody else's account": rules.About(account_id=8),
    "an officer of their division": rules.About(officer="O-OTHER2", divisions=frozenset({"D1"})),
    "an officer of another division": rules.About(officer="O-OTHER2", divisions=frozenset({"D2"})),
    "their own area": rules.About(area="old-mill", divisions=frozenset({"D1"})),
    "an area of their division": rules.About(area="mill-east", divisions=frozenset({"D1"})),
    "an area of another division": rules.About(area="harbour", divisions=frozenset({"D2"})),
    "their own area, where they declared a conflict": rules.About(
        area="old-mill", divisions=frozenset({"D1"}), places=frozenset({"code-of-chapel-hill"})
    ),
    "nothing by name": rules.About(),
}


@rule(
    "An act is admitted where the role reaches what it is about; a conflict of interest closes what it covers.",
    columns=("who", "to", "about", "may"),
    rows=[
        ("officer", "edit_officer", "their own entry", True),
        ("officer", "edit_officer", "an officer of their division", False),
        ("officer", "see_officer", "an officer of their division", False),
        ("officer", "see_postings", "their own area", True),
        ("officer", "see_postings", "an area of their division", False),
        ("officer", "see_handover", "their own area", True),
        ("officer", "see_handover", "their own area, where they declared a conflict", False),
        ("officer", "open_handover", "their own area", True),
        ("officer", "open_handover", "their own area, where they declared a conflict", False),
        ("officer", "see_spoken_code", "their own entry", True),
        ("sergeant", "see_spoken_code", "an officer of their division", False),
        ("sergeant", "see_officer", "an officer of their division", True),
        ("sergeant", "see_officer", "an officer of another division", False),
        ("sergeant", "see_postings", "an area of another division", False),
        ("sergeant", "hide_officer", "an officer of another division", True),
        ("sergeant", "show_officer", "an officer of another division", False),
        ("sergeant", "give_photo", "an officer of their division", False),
        ("sergeant", "see_end_reason", "an officer of their division", False),
        ("sergeant", "propose_posting", "an area of their division", True),
        ("sergeant", "adopt_posting", "an area of their division", False),
        ("coordinator", "adopt_posting", "an area of another division", True),
        ("coordinator", "see_handover", "an area of another division", False),
        ("coordinator", "see_hours_of_officer", "an officer of another division", False),
        ("coordinator", "see_readings", "nothing by name", False),
        ("analyst", "see_continuity", "nothing by name", True),
        ("analyst", "see_postings", "an area of another division", False),
        ("analyst", "see_officer", "an officer of another division", False),
        ("overseer", "see_readings", "nothing by name", True),
        ("overseer", "see_postings", "an area of another division", False),
        ("overseer", "see_handover", "an area of another division", False),
        ("clerk", "see_team", "an area of another division", True),
        ("clerk", "see_officer", "an officer of another division", False),
        ("administrator", "see_accounts", "nothing by name", True),
        ("administrator", "see_officer", "an officer of another division", False),
        ("administrator", "see_postings", "an area of another division", False),
        ("administrator", "see_readings", "nothing by name", False),
        ("administrator", "keep_own_sign_in", "their own account", True),
        ("administrator", "keep_own_sign_in", "somebody else's account", False),
        ("officer and administrator", "see_accounts", "nothing by name", True),
    ],
)
def test_what_a_role_may_do(who: str, act: str, about: str) -> bool:
    return rules.may(_account(who), act, _SUBJECTS[about])


@rule(
    "Why a posting ended early is told to nobody who does not say why they look.",
    columns=("who", "reason", "answer"),
    rows=[
        ("coordinator", "supervision", "may look"),
        ("coordinator", "", refused("Say why you are looking: choose one of the reasons.")),
        ("coordinator", "curious", refused("Say why you are looking: choose one of the reasons.")),
    ],
)
def test_a_reason_to_look(who: str, reason: str) -> str:
    rules.require_reason(_account(who), "see_end_reason", reason)
    return "may look"
