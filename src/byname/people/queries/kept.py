"""Reading all that is kept of one member of staff, for whoever asks for what is kept about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Length

from byname.ledger import actions as ledger
from byname.people import rules
from byname.people.models import Account, Conflict, Invitation, Officer, OfficerPhoto, SpokenCode
from byname.safekeeping import sessions
from byname.vocabulary import Actor, Refused

_GATHER: Final = "gather_kept"


@dataclass(frozen=True, slots=True)
class KeptFactor:
    """One second factor: its kind and name, never what it holds."""

    kind: str
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptOutside:
    """An account elsewhere that signs them in, with what its provider told."""

    provider: str
    known_there_as: str
    first_used_at: datetime
    last_used_at: datetime
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptSession:
    """One browser that is signed in."""

    began_at: datetime | None
    seen_at: datetime | None
    device: str


@dataclass(frozen=True, slots=True)
class KeptInvitation:
    """One invitation, taken up or not."""

    number: int
    email: str
    name: str
    roles: tuple[str, ...]
    divisions: tuple[str, ...]
    invited_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptConflict:
    """That a conflict of interest was declared, and when; about what is for the person alone."""

    declared_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptAddress:
    """An e-mail address as the sign-in knows it."""

    email: str
    verified: bool
    primary: bool


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """One account with all that hangs on it."""

    number: int
    email: str
    name: str
    roles: tuple[str, ...]
    divisions: tuple[str, ...]
    officer: str
    """Its entry on the register, by reference; an account that ended has none."""
    joined_at: datetime
    left_at: datetime | None
    signed_in_at: datetime | None
    password: bool
    """Whether one is set."""
    addresses: tuple[KeptAddress, ...]
    second_factors: tuple[KeptFactor, ...]
    outside_sign_ins: tuple[KeptOutside, ...]
    sessions: tuple[KeptSession, ...]
    conflicts_of_interest: tuple[KeptConflict, ...]


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """One size of the photo."""

    size: str
    format: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """One entry on the register, with its photo."""

    reference: str
    rank: str
    given_name: str
    family_name: str
    shown_as: str
    pronunciation: str
    badge_number: str
    badge_shown: bool
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    words: str
    phone: str
    email: str
    hidden_at: datetime | None
    photo_consented_on: date | None
    photo_withdrawn_on: date | None
    photos: tuple[KeptPhoto, ...]
    home_neighbourhood: bool
    """Whether the neighbourhood they live in is kept; which one is read by a rule alone."""
    spoken_codes_used: int
    last_code_used_at: datetime | None
    """To the minute."""


@dataclass(frozen=True, slots=True)
class KeptOfPerson:
    """What is kept of one member of staff as an account, on the register, and as somebody invited."""

    account: KeptAccount | None
    entry: KeptEntry | None
    invitations: tuple[KeptInvitation, ...]


def kept_of_person(named: str, *, viewer: Actor, at: datetime) -> KeptOfPerson:
    """All that is kept of whoever has this e-mail address, badge number or reference; the look is recorded.

    Raises Refused where nobody is known by it.
    """
    rules.require(viewer, _GATHER)
    address = rules.known_form(named)
    with transaction.atomic():
        accounts = Account.objects.select_related("officer").defer("officer__lives_in")
        account = accounts.filter(email=address).first()
        officers = Officer.objects.defer("lives_in")
        if account is None:
            entry = officers.filter(Q(badge_number=named) | Q(reference=named)).first()
            account = accounts.filter(officer=entry).first() if entry else None
        else:
            entry = account.officer
        invited = Q(email=account.email if account else address)
        if account is not None:
            invited |= Q(account=account)
        if entry is not None:
            invited |= Q(officer=entry)
        invitations = _invitations(invited)
        if account is not None:
            subject: tuple[str, object] = ("account", account.pk)
        elif entry is not None:
            subject = ("officer", entry.reference)
        elif invitations:
            subject = ("invitation", invitations[-1].number)
        else:
            raise Refused(
                f"Nobody has an account as {named}, nor was invited as that. An officer without an account is found "
                "by their badge number.",
                code="nobody",
            )
        facts = {"officer": entry.reference} if account is not None and entry is not None else {}
        ledger.record(
            "read.everything_kept", subject=subject, by=viewer, at=at, reason_code="access_request", facts={**facts}
        )
        return KeptOfPerson(_account(account, at) if account else None, _entry(entry) if entry else None, invitations)


def accounts_known(numbers: set[int], *, viewer: Actor) -> frozenset[int]:
    """Which of these numbers are an account's, ended or not; the others were forgotten."""
    rules.require(viewer, "know_reach")
    return frozenset(Account.objects.filter(pk__in=numbers).values_list("pk", flat=True))


def _account(row: Account, at: datetime) -> KeptAccount:
    addresses = EmailAddress.objects.filter(user_id=row.pk).order_by("pk")
    outside = SocialAccount.objects.filter(user_id=row.pk).order_by("pk")
    conflicts = Conflict.objects.filter(account=row.pk).order_by("declared_at", "pk")
    return KeptAccount(
        number=row.pk,
        email=row.email,
        name=row.name,
        roles=tuple(row.roles),
        divisions=tuple(row.divisions),
        officer=row.officer.reference if row.officer else "",
        joined_at=row.joined_at,
        left_at=row.left_at,
        signed_in_at=row.last_login,
        password=row.has_usable_password(),
        addresses=tuple(KeptAddress(each.email, each.verified, each.primary) for each in addresses),
        second_factors=tuple(map(_factor, Authenticator.objects.filter(user_id=row.pk).order_by("created_at", "pk"))),
        outside_sign_ins=tuple(
            KeptOutside(each.provider, each.uid, each.date_joined, each.last_login, each.extra_data) for each in outside
        ),
        sessions=tuple(
            KeptSession(each.began_at, each.seen_at, each.device) for each in sessions.of_account(row.pk, at=at)
        ),
        conflicts_of_interest=tuple(KeptConflict(*each) for each in conflicts.values_list("declared_at", "ended_at")),
    )


def _factor(row: Authenticator) -> KeptFactor:
    name = row.wrap().name if row.type == Authenticator.Type.WEBAUTHN else ""
    return KeptFactor(row.get_type_display(), name, row.created_at, row.last_used_at)


def _entry(row: Officer) -> KeptEntry:
    photos = OfficerPhoto.objects.filter(officer=row.pk).annotate(bytes=Length("content")).order_by("width", "format")
    codes = SpokenCode.objects.filter(officer=row.pk)
    last = codes.aggregate(last=Max("minute"))["last"]
    return KeptEntry(
        reference=row.reference,
        rank=row.rank,
        given_name=row.given_name,
        family_name=row.family_name,
        shown_as=row.shown_as,
        pronunciation=row.pronunciation,
        badge_number=row.badge_number,
        badge_shown=row.badge_shown,
        languages=tuple(row.languages),
        skills=tuple(row.skills),
        words=row.words,
        phone=row.phone,
        email=row.email,
        hidden_at=row.hidden_at,
        photo_consented_on=row.photo_consented_on,
        photo_withdrawn_on=row.photo_withdrawn_on,
        photos=tuple(KeptPhoto(*each) for each in photos.values_list("size", "format", "width", "height", "bytes")),
        home_neighbourhood=Officer.objects.filter(pk=row.pk).exclude(lives_in="").exists(),
        spoken_codes_used=codes.count(),
        last_code_used_at=datetime.fromtimestamp(last * 60, UTC) if last else None,
    )


def _invitations(which: Q) -> tuple[KeptInvitation, ...]:
    return tuple(
        KeptInvitation(
            number=row.pk,
            email=row.email,
            name=row.name,
            roles=tuple(row.roles),
            divisions=tuple(row.divisions),
            invited_at=row.invited_at,
            expires_at=row.expires_at,
            accepted_at=row.accepted_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in Invitation.objects.filter(which).order_by("invited_at", "pk")
    )
