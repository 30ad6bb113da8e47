"""All that is kept about one member of staff, gathered from every package, and as text to hand to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from byname.concerns import queries as concerns
from byname.interfaces.jobs.letters import TEXTS
from byname.ledger import queries as ledger
from byname.people import queries as people
from byname.postings import queries as postings
from byname.vocabulary import Actor

NOT_HERE: Final = (
    "What a conflict of interest is about: the person reads it at the desk, Conflicts of interest; nobody else can.",
    "Which neighbourhood they live in: it stands sealed and only a rule reads it; whoever brought the register has it.",
    "What they wrote in concerns, and on a handover's checklist: that tells of others, and is counted here.",
    "The photo itself: the person sees it at the desk, on My page.",
    "Passkeys, passwords, codes and keys: never shown to anybody, only that there are some.",
    "Who looked at what is kept about them: the overseer's page, Who looked at what, has it.",
    "Backups, and the home's file of what was taken back: they hold what this report holds, as it was on their day.",
)
"""What is kept and does not stand in the report, each with where it is."""
# Letters to staff: any other belongs to a resident, who may well have the same address.
_SIGN_IN: Final = "sign_in."


def gathered(named: str, *, viewer: Actor, at: datetime) -> dict[str, Any]:
    """What is kept about whoever has this e-mail address, badge number or reference, by section; the look is recorded.

    Raises Refused where nobody is known by it.
    """
    with transaction.atomic():
        person = people.kept_of_person(named, viewer=viewer, at=at)
        account = person.account.number if person.account else None
        officer = person.entry.reference if person.entry else ""
        service = postings.kept_of_postings(account, officer, viewer=viewer)
        invited = person.invitations[-1].email if person.invitations else ""
        address = person.account.email if person.account else invited
        subjects = [
            *([("account", str(account))] if account is not None else []),
            *([("officer", officer)] if officer else []),
            *(("invitation", str(each.number)) for each in person.invitations),
            *(("posting", str(each.number)) for each in service.postings),
            *(("proposal", str(each.number)) for each in service.proposals_to_post_them),
            *(("handover", each.reference) for each in service.handovers),
        ]
        return {
            "made_at": at,
            "asked_for": named,
            "account": asdict(person.account) if person.account else None,
            "entry_on_the_register": asdict(person.entry) if person.entry else None,
            "invitations": [asdict(each) for each in person.invitations],
            "service": asdict(service),
            "concerns": asdict(concerns.kept_of_concerns(account, officer, viewer=viewer)),
            "letters_waiting": [
                asdict(letter)
                for letter in (ledger.letters_waiting(address, TEXTS, _SIGN_IN, viewer=viewer) if address else ())
            ],
            "ledger": asdict(ledger.in_the_ledger(account, officer, subjects, viewer=viewer)),
            "not_in_this_report": list(NOT_HERE),
        }


def as_text(report: Mapping[str, Any]) -> str:
    """The report for people: a heading a section, a line a fact; what is not there says so."""
    return "\n".join(_lines(report, depth=0)).strip() + "\n"


def _lines(told: Mapping[str, Any], *, depth: int) -> Iterator[str]:
    before = "  " * max(0, depth - 1)
    for name, value in told.items():
        label = name.replace("_", " ")
        label = f"{label[0].upper()}{label[1:]}"
        if depth == 0 and isinstance(value, Mapping):
            yield from ("", label, "-" * len(label), *_lines(value, depth=1))
        elif isinstance(value, Mapping):
            yield f"{before}{label}: {_record(value)}"
        elif isinstance(value, Sequence) and not isinstance(value, str) and any(_is_record(each) for each in value):
            yield from ([""] if depth == 0 else [])
            yield f"{before}{label}: {len(value)}"
            yield from (f"{before}  - {_record(each)}" for each in value)
        else:
            yield f"{before}{label}: {_word(value)}"


def _is_record(value: object) -> bool:
    # What is left out is a list of sentences: each on a line of its own.
    return isinstance(value, Mapping) or (isinstance(value, str) and value in NOT_HERE)


def _record(value: Any) -> str:
    if not isinstance(value, Mapping):
        return _word(value)
    filled = ((name.replace("_", " "), each) for name, each in value.items() if each not in ("", None, (), [], {}))
    return "; ".join(f"{name} {_record(each)}" for name, each in filled) or "nothing"


def _word(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_word, value)) or "none"
    # A line is a line, whatever somebody typed.
    return " ".join(str(value).split())
