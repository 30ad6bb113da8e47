"""Who may do what: one table, a row an act, a column a role. docs/rules.md is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from byname.vocabulary import Actor, NotThere, Refused

ROLES: Final = ("officer", "sergeant", "coordinator", "analyst", "overseer", "clerk", "interpreter", "administrator")
"""What an account may be; it may be several."""

Scope = Literal["", "own", "areas", "division", "service"]
SCOPES: Final[tuple[Scope, ...]] = ("", "own", "areas", "division", "service")
"""How far a grant reaches, from nothing to everything; each holds what stands before it."""

# "own": oneself and one's own entry on the register.   "areas": the areas one serves today.
# "division": the divisions one answers for.            "service": everything.   A dot: not at all.
# A star: who looks must say why, by a code of REASONS_TO_LOOK.
# fmt: off
_TABLE: Final = """
act                  | public  officer sergeant  coordinator analyst overseer clerk   interpreter administrator operator byname
see_public           | service service service   service     service service  service service     service       service  service
check_spoken_code    | service service service   service     service service  service service     service       service  service
see_today            | .       own     own       own         own     own      own     own         own           .        .
sign_in              | service service service   service     service service  service service     service       .        .
keep_own_sign_in     | .       own     own       own         own     own      own     own         own           .        .
know_reach           | .       .       .         .           .       .        .       .           .             .        service
declare_conflict     | .       own     own       own         .       .        .       .           .             .        .
count_conflicts      | .       .       division  .           .       .        .       .           .             .        .
see_own_readings     | .       own     own       own         own     own      own     own         own           .        .
see_team             | .       areas   division  service     .       .        service .           .             service  service
see_officer          | .       own     division  service     .       .        .       .           .             service  service
edit_officer         | .       own     .         service     .       .        .       .           .             service  .
give_photo           | .       own     .         .           .       .        .       .           .             service  .
withdraw_photo       | .       own     division  service     .       .        .       .           .             service  .
hide_officer         | .       own     service   service     .       .        .       .           service       service  .
show_officer         | .       own     division  service     .       .        .       .           .             service  .
see_spoken_code      | .       own     .         .           .       .        .       .           .             .        service
bring_register       | .       .       .         .           .       .        .       .           .             service  .
bring_land           | .       .       .         .           .       .        .       .           .             service  .
see_postings         | .       areas   division  service     .       .        .       .           .             service  service
weigh_posting        | .       .       division  service     .       .        .       .           .             service  service
propose_posting      | .       .       division  service     .       .        .       .           .             .        .
adopt_posting        | .       .       .         service     .       .        .       .           .             service  .
end_posting          | .       .       .         service     .       .        .       .           .             service  .
announce_change      | .       .       .         service     .       .        .       .           .             service  service
see_end_reason       | .       .       .         service*    .       .        .       .           .             .        .
cover_area           | .       .       division  service     .       .        .       .           .             service  .
record_hours         | .       own     division  .           .       .        .       .           .             service  .
see_hours_of_officer | .       own     division  .           .       .        .       .           .             .        .
publish_hours        | .       .       .         .           .       .        .       .           .             service  service
see_continuity       | .       .       division  service     service service  .       .           .             service  .
open_handover        | .       areas   division  service     .       .        .       .           .             .        service
see_handover         | .       areas   division  .           .       .        .       .           .             .        .
work_handover        | .       areas   division  .           .       .        .       .           .             .        .
stand_in_handover    | .       .       division  .           .       .        .       .           .             .        .
raise_concern        | service service service   service     service service  service service     service       service  service
record_concern       | .       service service   .           .       .        service .           .             .        .
follow_concern       | service .       .         .           .       .        .       .           .             .        service
subscribe            | service .       .         .           .       .        .       .           .             .        .
see_concern          | .       areas   division  .           .       .        .       .           .             .        service
answer_concern       | .       areas   division  .           .       .        .       .           .             .        .
pass_on_concern      | .       areas   division  .           .       .        .       .           .             .        .
close_concern        | .       areas   division  .           .       .        .       .           .             .        .
see_contact          | .       areas   division* .           .       .        .       .           .             .        .
take_child_image     | .       .       division  .           .       .        .       .           .             .        .
write_picture_out    | .       .       .         .           .       .        .       .           .             service  .
publish_wording      | .       areas   division  .           .       .        .       .           .             .        .
publish_hearing      | .       .       .         .           .       .        .       .           .             service  service
interpret            | .       areas   .         .           .       .        .       service     .             .        .
ask_leaving          | .       areas   division  .           .       .        .       .           .             .        .
agree_leaving        | .       .       division  .           .       .        .       .           .             .        .
hold_concern         | .       .       division  .           .       .        .       .           .             .        .
see_holds            | .       .       division  service     .       service  .       .           .             .        .
see_unheard          | .       .       division  service     .       .        .       .           .             .        .
keep_lists           | .       own     own       .           .       .        .       .           .             .        .
bring_hearing        | .       .       .         .           .       .        .       .           .             service  .
make_api_key         | .       .       .         .           .       .        .       .           service       service  .
see_readings         | .       .       .         .           .       service  .       .           .             .        .
see_accounts         | .       .       .         .           .       .        .       .           service       service  .
invite               | .       .       .         .           .       .        .       .           service       service  .
change_account       | .       .       .         .           .       .        .       .           service       service  .
change_email         | .       .       .         .           .       .        .       .           service       service  .
reset_second_factor  | .       .       .         .           .       .        .       .           service       service  .
end_account          | .       .       .         .           .       .        .       .           service       service  .
see_delivery         | .       .       .         .           .       .        .       .           service       service  service
open_prompt          | .       .       .         .           .       .        .       .           .             service  .
gather_kept          | .       .       .         .           .       .        .       .           .             service  .
keep_house           | .       .       .         .           .       .        .       .           .             service  service
"""  # noqa: E501  # one row an act, however wide
# fmt: on

MEANINGS: Final[Mapping[str, str]] = {
    "see_public": "read what is public",
    "check_spoken_code": "check the code an officer speaks",
    "see_today": "see what needs them today",
    "sign_in": "sign in and out, or take up an invitation",
    "keep_own_sign_in": "keep their own passkeys, password, codes and sessions",
    "know_reach": "work out how far somebody reaches: who acts, and whose officer it is",
    "declare_conflict": "declare a conflict of interest",
    "count_conflicts": "see how many conflicts of interest are declared, never by whom or about what",
    "see_own_readings": "see what is recorded of their own reading",
    "see_team": "see a team as it stands on the public page",
    "see_officer": "see an officer's entry on the register",
    "edit_officer": "change an officer's words, languages and ways to be reached",
    "give_photo": "give a photo, with consent",
    "withdraw_photo": "take a photo away",
    "hide_officer": "hide an officer now",
    "show_officer": "show a hidden officer again",
    "see_spoken_code": "see the code an officer speaks this minute",
    "bring_register": "bring officers, postings and hours by file",
    "bring_land": "bring boundaries, divisions, areas, addresses and the service's settings by file",
    "see_postings": "see who serves where over the years",
    "weigh_posting": "have an officer weighed for an area: who they are, and whether they live there",
    "propose_posting": "propose a posting, a successor among them",
    "adopt_posting": "adopt a posting",
    "end_posting": "end a posting",
    "announce_change": "announce a change on the public page",
    "see_end_reason": "see why one posting ended early",
    "cover_area": "say who covers an area",
    "record_hours": "record hours in the area and hours pulled away",
    "see_hours_of_officer": "see one officer's hours",
    "publish_hours": "publish a month's hours",
    "see_continuity": "see churn and abstraction",
    "open_handover": "open a handover",
    "see_handover": "read a handover's checklist",
    "work_handover": "work a handover's checklist and give their word",
    "stand_in_handover": "speak for an officer who has left the service, and say who takes over",
    "raise_concern": "raise a concern or join a published one, for themselves or for somebody else",
    "record_concern": "have the page on which a concern is written down for somebody else",
    "follow_concern": "read and write in their own concern, by its private link",
    "subscribe": "have what is published of an area sent each week, and end it",
    "see_concern": "read what somebody raised",
    "answer_concern": "answer a concern, and write notes that stay inside",
    "pass_on_concern": "give a concern to another team",
    "close_concern": "end a concern, or hand it on to somebody outside the service",
    "see_contact": "see how to reach the person who raised a concern",
    "take_child_image": "hand a picture that may be evidence of harm to a child to those who may hold it",
    "write_picture_out": "write a picture that was set apart into a file encrypted to those who may hold it",
    "publish_wording": "publish a wording of their own of a concern, change it, and take it back",
    "publish_hearing": "publish a quarter's figures on how concerns were answered",
    "interpret": "put what was written in one language into another",
    "ask_leaving": "ask that the words of a concern leave byname for records or enforcement",
    "agree_leaving": "agree that the words of a concern leave byname",
    "hold_concern": "put a legal hold on a concern, and end it",
    "see_holds": "see which concerns a legal hold keeps",
    "see_unheard": "see by which ways, in which languages and from which places nothing is heard",
    "keep_lists": "keep lists of concerns under names of their own",
    "bring_hearing": "bring, by file, how the service hears concerns: categories, promise, complaints",
    "make_api_key": "give a program a key to raise concerns with, see the keys, and revoke one",
    "see_readings": "see who looked at what, and why",
    "see_accounts": "see the accounts",
    "invite": "invite somebody",
    "change_account": "change an account's roles and reach",
    "change_email": "change the e-mail address an account is known by",
    "reset_second_factor": "reset a second factor, never waive it",
    "end_account": "end an account and its sessions",
    "see_delivery": "see whether letters were delivered",
    "open_prompt": "open a prompt inside byname on the server",
    "gather_kept": "gather all that is kept about one member of staff, for whoever asks for what is kept about them",
    "keep_house": "keep time limits, seal the ledger, deliver letters",
}
"""Each act in words, for people."""

REASONS_TO_LOOK: Final = ("supervision", "planning", "complaint", "access_request", "audit", "court_order")
"""Why somebody looks at what the table marks with a star."""


@dataclass(frozen=True, slots=True)
class Grant:
    """How far one role reaches in one act, and whether it must say why."""

    scope: Scope
    reason_needed: bool = False


def _read(text: str) -> tuple[tuple[str, ...], dict[str, dict[str, Grant]]]:
    head, *rows = (line.replace("|", " ").split() for line in text.strip().splitlines())
    columns = tuple(head[1:])
    known: dict[str, Scope] = {scope or ".": scope for scope in SCOPES}
    return columns, {
        act: {
            column: Grant(known[cell.removesuffix("*")], cell.endswith("*"))
            for column, cell in zip(columns, cells, strict=True)
        }
        for act, *cells in rows
    }


COLUMNS, TABLE = _read(_TABLE)
"""The table's columns: the public, each role, the operator at the server's own command line, and byname itself."""

_LEAST: Final[Mapping[str, Scope]] = {
    act: min((row[role].scope for role in ROLES), key=SCOPES.index) for act, row in TABLE.items()
}
"""How far every role reaches in an act, and so every account: also one that lost the last of its roles."""


@dataclass(frozen=True, slots=True)
class About:
    """What an act is about, as far as reach depends on it: a field left empty is not asked about."""

    officer: str = ""
    """An officer's reference."""
    area: str = ""
    """An area's slug."""
    divisions: frozenset[str] = field(default_factory=frozenset)
    """The codes of the divisions it belongs to."""
    account_id: int | None = None
    places: frozenset[str] = field(default_factory=frozenset)
    """Codes of the places it tells of: closed to whoever declared a conflict about one."""


NOTHING: Final = About()


def _columns_of(actor: Actor) -> tuple[str, ...]:
    own = {"public": ("public",), "operator": ("operator",), "system": ("byname",)}
    return own.get(actor.kind) or tuple(role for role in ROLES if role in actor.roles)


def reach(actor: Actor, act: str) -> Scope:
    """How far somebody reaches in an act: the widest of their roles' scopes, empty where not at all.

    Raises KeyError for an act the table does not have: that is a bug.
    """
    row = TABLE[act]
    least = _LEAST[act] if actor.kind == "account" else ""
    return max((row[column].scope for column in _columns_of(actor)), key=SCOPES.index, default=least)


def may(actor: Actor, act: str, about: About = NOTHING) -> bool:
    """Whether somebody may do an act to what it is about; a conflict of interest closes what it covers."""
    if about.places & actor.conflicts:
        return False
    scope = reach(actor, act)
    if scope == "service":
        return True
    inside = (
        (bool(about.officer) and about.officer == actor.officer)
        or (about.account_id is not None and about.account_id == actor.account_id),
        bool(about.area) and about.area in actor.areas,
        bool(about.divisions & actor.divisions),
    )
    return any(inside[: SCOPES.index(scope)])


def require(actor: Actor, act: str, about: About = NOTHING) -> None:
    """Nothing, or NotThere: what is not yours looks like what is not there."""
    if not may(actor, act, about):
        raise NotThere


def require_reach(actor: Actor, act: str) -> Scope:
    """How far somebody reaches, for a list that is cut to it; NotThere where not at all."""
    scope = reach(actor, act)
    if not scope:
        raise NotThere
    return scope


def require_reason(actor: Actor, act: str, reason: str) -> None:
    """Nothing, or Refused where the table says that who looks must say why and no known reason was given."""
    needed = any(TABLE[act][column].reason_needed for column in _columns_of(actor))
    if (needed or reason) and reason not in REASONS_TO_LOOK:
        raise Refused("Say why you are looking: choose one of the reasons.", code="reason-needed", field="reason")
