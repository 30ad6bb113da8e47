"""Writing officers: bringing the register in, giving and withdrawing photos, hiding, and using a spoken code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import queries, rules
from byname.people.models import Officer, OfficerPhoto, SpokenCode
from byname.safekeeping import keys
from byname.vocabulary import Actor, Refused, RowFault, file_refused

_BROUGHT = (
    "given_name",
    "family_name",
    "shown_as",
    "badge_shown",
    "pronunciation",
    "rank",
    "languages",
    "skills",
    "words",
    "phone",
    "email",
    "lives_in",
    "photo_consented_on",
)
_CODES_KEPT_MINUTES = 10


@dataclass(frozen=True, slots=True)
class OfficersBrought:
    """What a file of officers changed; `references` by badge number."""

    added: int
    changed: int
    unchanged: int
    photos: int
    references: dict[str, str]


def bring_officers(
    rows: Sequence[rules.OfficerRow], *, by: Actor, at: datetime, found: Sequence[RowFault] = ()
) -> OfficersBrought:
    """What bringing a register changed: officers are known by badge number, and added or brought up to date.

    All rows or none: raises FileRefused with every fault, those `found` in reading the file among them. Officers the
    rows do not name stay as they are; nobody is shown again who was hidden, and a photo withdrawn stays withdrawn until
    a later day of consent is brought.
    """
    rules.require(by, "bring_register")
    faults = [*found, *(fault for row in rows for fault in rules.officer_faults(row, on=_day(at)))]
    faults += _twice(rows)
    with transaction.atomic():
        _one_at_a_time()
        known = {
            row.badge_number: row for row in Officer.objects.filter(badge_number__in=[r.badge_number for r in rows])
        }
        faults += _too_old_a_consent(rows, known)
        if faults:
            raise file_refused(faults)
        taken = set(Officer.objects.values_list("reference", flat=True))
        added, changed, unasked = [], [], []
        for row in rows:
            values = _values(row)
            officer = known.get(row.badge_number)
            if officer is None:
                added.append(
                    Officer(reference=_reference(row.badge_number, taken), badge_number=row.badge_number, **values)
                )
            elif any(getattr(officer, name) != values[name] for name in _BROUGHT):
                for name, value in values.items():
                    setattr(officer, name, value)
                changed.append(officer)
                if officer.photo_token and officer.photo_consented_on is None:
                    unasked.append(officer)
        Officer.objects.bulk_create(added)
        Officer.objects.bulk_update(changed, _BROUGHT, batch_size=500)
        _drop_photos(unasked)
        everybody = known | {officer.badge_number: officer for officer in added}
        photos = _keep_pictures({everybody[row.badge_number]: row.photo for row in rows if row.photo})
        if added or changed or photos:
            ledger.record(
                "officers.brought",
                subject=("officers", len(rows)),
                by=by,
                at=at,
                facts={"added": len(added), "changed": len(changed), "photos": photos},
                public=True,
            )
    return OfficersBrought(
        added=len(added),
        changed=len(changed),
        unchanged=len(rows) - len(added) - len(changed),
        photos=photos,
        references={row.badge_number: everybody[row.badge_number].reference for row in rows},
    )


def give_photo(reference: str, content: bytes, *, by: Actor, at: datetime) -> str:
    """The token of an officer's photo, made anew in every size; Refused for what is no photo or was not agreed to."""
    rules.require(by, "give_photo", rules.About(officer=reference))
    return give_made({reference: rules.renditions(content)}, "officer.photo_given", by=by, at=at)[reference]


def draw_face(reference: str, svg: str, *, by: Actor, at: datetime) -> str:
    """The token of an officer's drawn face; Refused for what is not plain shapes, or where no face was agreed to."""
    rules.require(by, "give_photo", rules.About(officer=reference))
    return draw_faces({reference: svg}, by=by, at=at)[reference]


def draw_faces(drawings: Mapping[str, str], *, by: Actor, at: datetime) -> dict[str, str]:
    """The tokens of many drawn faces, by reference, all or none; see `draw_face`."""
    for reference in drawings:
        rules.require(by, "give_photo", rules.About(officer=reference))
    made = {reference: (rules.drawn_face(svg),) for reference, svg in drawings.items()}
    return give_made(made, "officer.face_drawn", by=by, at=at)


def withdraw_photo(reference: str, *, by: Actor, at: datetime, divisions: frozenset[str] = frozenset()) -> bool:
    """Whether a consent was withdrawn: the photo is destroyed, and is gone from every page within a second.

    `divisions` are those the officer serves in, as `postings.actions.withdraw_photo` finds them.
    """
    rules.require(by, "withdraw_photo", rules.About(officer=reference, divisions=divisions))
    with transaction.atomic():
        (officer,) = _locked([reference])
        if not rules.may_show_photo(officer.photo_consented_on, officer.photo_withdrawn_on, hidden=False):
            return False
        officer.photo_withdrawn_on = _day(at)
        officer.save(update_fields=["photo_withdrawn_on"])
        _drop_photos([officer])
        ledger.record("officer.photo_withdrawn", subject=("officer", reference), by=by, at=at, public=True)
    return True


def hide_officer(reference: str, *, by: Actor, at: datetime) -> bool:
    """Whether an officer was hidden by this act: name, face and every entry go within a second; False if they had."""
    rules.require(by, "hide_officer", rules.About(officer=reference))
    return _show(reference, at, "officer.hidden", by=by, at=at)


def show_officer(reference: str, *, by: Actor, at: datetime, divisions: frozenset[str] = frozenset()) -> bool:
    """Whether an officer who was hidden is shown again by this act.

    `divisions` are those the officer serves in, as `postings.actions.show_officer` finds them.
    """
    rules.require(by, "show_officer", rules.About(officer=reference, divisions=divisions))
    return _show(reference, None, "officer.shown", by=by, at=at)


def open_spoken_code(code: str, *, by: Actor, at: datetime, among: Collection[str] | None = None) -> str | None:
    """The officer whose code was spoken, by reference, among those named or among all; None for any other code.

    Each code opens once, in its own minute and the one after.
    """
    rules.require(by, "check_spoken_code")
    match = queries.officer_for_code(code, rules.minute_of(at), viewer=by, among=among)
    if match is None:
        return None
    try:
        with transaction.atomic():
            (officer,) = _locked([match.reference])
            if officer.hidden_at is not None:
                return None
            SpokenCode.objects.filter(minute__lt=match.minute - _CODES_KEPT_MINUTES).delete()
            SpokenCode.objects.create(officer=officer, minute=match.minute)
            ledger.record("officer.code_spoken", subject=("officer", match.reference), by=by, at=at)
    except IntegrityError:
        return None
    return match.reference


def _show(reference: str, hidden_at: datetime | None, event: str, *, by: Actor, at: datetime) -> bool:
    with transaction.atomic():
        (officer,) = _locked([reference])
        if (officer.hidden_at is None) == (hidden_at is None):
            return False
        officer.hidden_at = hidden_at
        officer.save(update_fields=["hidden_at"])
        ledger.record(event, subject=("officer", reference), by=by, at=at, public=True)
    return True


def give_made(
    made: Mapping[str, tuple[rules.Rendition, ...]], event: str, *, by: Actor, at: datetime
) -> dict[str, str]:
    """The tokens of pictures that were made before, by reference, all or none; Refused where no face was agreed to.

    Making a picture takes seconds: nobody does it while holding an officer's row, which may have to be hidden now.
    """
    for reference in made:
        rules.require(by, "give_photo", rules.About(officer=reference))
    with transaction.atomic():
        officers = _locked(made)
        for officer in officers:
            if not rules.may_show_photo(officer.photo_consented_on, officer.photo_withdrawn_on, hidden=False):
                raise Refused(
                    f"The officer with badge {officer.badge_number} has not agreed to show a photo.",
                    code="photo-not-agreed",
                )
        kept = _keep_pictures({officer: made[officer.reference] for officer in officers})
        if kept:
            subject = ("officer", officers[0].reference) if len(officers) == 1 else ("officers", len(officers))
            ledger.record(event, subject=subject, by=by, at=at, facts={"photos": kept}, public=True)
    return {officer.reference: officer.photo_token for officer in officers}


def _locked(references: Iterable[str]) -> list[Officer]:
    wanted = set(references)
    officers = list(Officer.objects.select_for_update().filter(reference__in=wanted).order_by("pk"))
    missing = sorted(wanted - {officer.reference for officer in officers})
    if missing:
        raise Refused(f"There is no officer {missing[0]}.", code="no-such-officer")
    return officers


def _keep_pictures(made: Mapping[Officer, tuple[rules.Rendition, ...]]) -> int:
    """How many officers' pictures are new; the earlier ones are removed."""
    tokens = {officer: rules.token_of(pictures) for officer, pictures in made.items()}
    fresh = [officer for officer, token in tokens.items() if officer.photo_token != token]
    OfficerPhoto.objects.filter(officer__in=fresh).delete()
    for officer in fresh:
        officer.photo_token = tokens[officer]
        officer.photo_formats = sorted({picture.format for picture in made[officer]}, reverse=True)
    Officer.objects.bulk_update(fresh, ["photo_token", "photo_formats"], batch_size=500)
    OfficerPhoto.objects.bulk_create(
        [
            OfficerPhoto(
                officer=officer,
                size=picture.size,
                format=picture.format,
                width=picture.width,
                height=picture.height,
                content=picture.content,
            )
            for officer in fresh
            for picture in made[officer]
        ],
        batch_size=100,
    )
    return len(fresh)


def _drop_photos(officers: Sequence[Officer]) -> None:
    OfficerPhoto.objects.filter(officer__in=officers).delete()
    for officer in officers:
        officer.photo_token, officer.photo_formats = "", []
    Officer.objects.bulk_update(officers, ["photo_token", "photo_formats"])


def _values(row: rules.OfficerRow) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(row, name) for name in _BROUGHT}
    values["languages"], values["skills"] = list(row.languages), list(row.skills)
    values["lives_in"] = "" if row.lives_in is None else str(row.lives_in)
    return values


def _twice(rows: Sequence[rules.OfficerRow]) -> list[RowFault]:
    first: dict[str, rules.OfficerRow] = {}
    return [
        RowFault(
            row.line,
            "badge_number",
            row.badge_number,
            f"each badge number once; line {first[row.badge_number].line} has it too",
        )
        for row in rows
        if first.setdefault(row.badge_number, row) is not row
    ]


def _too_old_a_consent(rows: Sequence[rules.OfficerRow], known: Mapping[str, Officer]) -> list[RowFault]:
    faults = []
    for row in rows:
        officer = known.get(row.badge_number)
        withdrawn_on = officer.photo_withdrawn_on if officer else None
        if row.photo and row.photo_consented_on and withdrawn_on and row.photo_consented_on <= withdrawn_on:
            expected = f"a day after {withdrawn_on}, when the consent was withdrawn"
            faults.append(RowFault(row.line, "photo_consented_on", str(row.photo_consented_on), expected))
    return faults


def _reference(badge: str, taken: set[str]) -> str:
    for attempt in range(1000):
        reference = rules.reference_for(keys.keyed_digest("officer-reference", f"{badge} {attempt}".encode()))
        if reference not in taken:
            taken.add(reference)
            return reference
    raise RuntimeError("no free reference was found in a thousand")


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _one_at_a_time() -> None:
    # Two files at once would each add the officers the other is adding.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('byname bring officers'))")
