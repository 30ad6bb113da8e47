"""Writing one's own entry: an officer's words, languages, ways to be reached, and photo."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import rules
from byname.people.actions.officers import give_made
from byname.people.models import Officer
from byname.vocabulary import Actor, NotThere, Refused, file_refused


def change_entry(officer: str, own: rules.OwnWords, *, by: Actor, at: datetime) -> tuple[str, ...]:
    """The names of what was changed in an officer's entry, by reference; nothing where it stood there already.

    Raises FileRefused with a fault for each answer the register does not admit.
    """
    rules.require(by, "edit_officer", rules.About(officer=officer))
    with transaction.atomic():
        row = _locked(officer)
        stands = rules.OfficerRow(
            row.badge_number, row.given_name, row.family_name, rank=row.rank, languages=tuple(row.languages)
        )
        if faults := rules.own_faults(stands, own, on=_day(at)):
            raise file_refused(faults)
        values = {name: getattr(own, name) for name in own.__slots__} | {"languages": list(own.languages)}
        changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
        for name in changed:
            setattr(row, name, values[name])
        if changed:
            row.save(update_fields=changed)
            ledger.record(
                "officer.entry_changed",
                subject=("officer", officer),
                by=by,
                at=at,
                facts={"changed": changed},
                public=True,
            )
    return tuple(changed)


def give_own_photo(officer: str, content: bytes, *, agreed: str, by: Actor, at: datetime) -> str:
    """The token of a photo an officer gave, with their consent of today, made anew in every size.

    `agreed` names the words they agreed to (`rules.PHOTO_AGREEMENT`). Raises Refused where that is missing, and for
    what is no photo; the one before then stays.
    """
    rules.require(by, "give_photo", rules.About(officer=officer))
    if agreed != rules.PHOTO_AGREEMENT[0]:
        raise Refused(
            "Tick the box if you agree: without that no photo is shown.", code="photo-not-agreed", field="agreed"
        )
    if len(content) > rules.LARGEST_PHOTO:
        raise Refused(
            "The photo is larger than 12 MB; save it smaller and try again.", code="photo-too-large", field="photo"
        )
    made = {officer: rules.renditions(content)}
    with transaction.atomic():
        row = _locked(officer)
        # A consent given now is later than one withdrawn earlier today, which no two dates could tell.
        row.photo_consented_on, row.photo_withdrawn_on = _day(at), None
        row.save(update_fields=["photo_consented_on", "photo_withdrawn_on"])
        ledger.record("officer.photo_agreed", subject=("officer", officer), by=by, at=at, facts={"agreed": agreed})
        return give_made(made, "officer.photo_given", by=by, at=at)[officer]


def _locked(officer: str) -> Officer:
    row = Officer.objects.select_for_update().filter(reference=officer).first()
    if row is None:
        raise NotThere
    return row


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
