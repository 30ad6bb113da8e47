"""Reading accounts: who may sign in, how, and as whom they act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Q

from byname.people import rules
from byname.people.models import Account, Invitation
from byname.people.queries.conflicts import codes_now
from byname.vocabulary import Actor, NotThere


@dataclass(frozen=True, slots=True)
class Known:
    """Who is signed in, as far as every page of the desk asks."""

    account: Account
    """For the sign-in library, which knows nobody otherwise."""
    actor: Actor
    second_factor: bool
    """Whether there is a passkey or an authenticator app."""


# Every page of the desk asks this: in one question, and not through the ORM's building of it.
_KNOWN = """
    SELECT account.*, officer.reference AS officer_reference,
        EXISTS (SELECT FROM mfa_authenticator WHERE user_id = account.id AND type = ANY(%s)) AS second_factor,
        ARRAY(
            SELECT ARRAY[place, code] FROM byname_conflict WHERE account_id = account.id AND ended_at IS NULL
        ) AS closed
    FROM byname_account account LEFT JOIN byname_officer officer ON officer.id = account.officer_id
    WHERE account.id = %s AND account.is_active
"""
_FACTORS = [Authenticator.Type.TOTP.value, Authenticator.Type.WEBAUTHN.value]


def known(account_id: int, *, viewer: Actor) -> Known | None:
    """An account with whom it acts as: its roles, officer, divisions, conflicts; None where it has ended; one query."""
    rules.require(viewer, "know_reach")
    row: Any = next(iter(Account.objects.raw(_KNOWN, [_FACTORS, account_id])), None)
    if row is None:
        return None
    actor = Actor(
        "account",
        name=row.name or row.email,
        account_id=account_id,
        roles=frozenset(row.roles),
        officer=row.officer_reference or "",
        divisions=frozenset(row.divisions),
        conflicts=frozenset(codes_now(row.closed, viewer=viewer)),
    )
    return Known(row, actor, row.second_factor)


def actor_of(account_id: int, *, viewer: Actor) -> Actor | None:
    """An account as somebody who acts; None where it has ended."""
    found = known(account_id, viewer=viewer)
    return found.actor if found else None


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """One account as administrators see it."""

    account_id: int
    name: str
    email: str
    roles: tuple[str, ...]
    divisions: tuple[str, ...]
    officer: str
    """A reference on the register; empty for who is no officer."""
    badge: str
    officer_title: str
    second_factor: bool
    joined_at: datetime
    signed_in_at: datetime | None
    left_at: datetime | None

    @property
    def administers_beside(self) -> bool:
        """Whether an administrator does something else as well: allowed, and to be seen."""
        return "administrator" in self.roles and len(self.roles) > 1


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of the accounts, by name; `total` is how many there are in all."""

    accounts: tuple[ListedAccount, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ListedInvitation:
    """An invitation nobody has taken up yet."""

    invitation_id: int
    name: str
    email: str
    roles: tuple[str, ...]
    expires_at: datetime
    again: bool
    """Whether it lets somebody set up their sign-in anew."""


def accounts(*, viewer: Actor, ended: bool = False) -> tuple[ListedAccount, ...]:
    """Every account that has not ended, or every one that has, by name; two queries."""
    rules.require(viewer, "see_accounts")
    rows = Account.objects.filter(is_active=not ended).select_related("officer").order_by("name", "email")
    return _listed(rows)


def account_page(
    *, viewer: Actor, text: str = "", role: str = "", ended: bool = False, offset: int = 0, limit: int = 25
) -> AccountPage:
    """A page of the accounts, of those that have ended or that have not; three queries.

    Of a text, every word stands in the name, the e-mail address or the badge number; with a role, only who has it.
    """
    rules.require(viewer, "see_accounts")
    wanted = Q(is_active=not ended)
    if role:
        wanted &= Q(roles__contains=[role])
    for word in text.replace("\0", "").split():
        wanted &= Q(name__icontains=word) | Q(email__icontains=word) | Q(officer__badge_number__istartswith=word)
    found = Account.objects.filter(wanted)
    total = found.count()
    rows = found.select_related("officer").order_by("name", "email")
    # The last page where a later one is asked for than there is.
    first = min(offset, max(0, total - 1) // limit * limit)
    return AccountPage(_listed(rows[first : first + limit]), total)


def account(account_id: int, *, viewer: Actor) -> ListedAccount:
    """One account; NotThere where there is none."""
    rules.require(viewer, "see_accounts")
    found = _listed(Account.objects.filter(pk=account_id).select_related("officer"))
    if not found:
        raise NotThere
    return found[0]


def _listed(rows: Iterable[Account]) -> tuple[ListedAccount, ...]:
    kept = list(rows)
    second = set(
        Authenticator.objects.filter(user_id__in=[row.pk for row in kept])
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .values_list("user_id", flat=True)
    )
    return tuple(
        ListedAccount(
            account_id=row.pk,
            name=row.name,
            email=row.email,
            roles=tuple(row.roles),
            divisions=tuple(row.divisions),
            officer=row.officer.reference if row.officer else "",
            badge=row.officer.badge_number if row.officer else "",
            officer_title=f"{row.officer.rank} {row.officer.family_name} ({row.officer.badge_number})"
            if row.officer
            else "",
            second_factor=row.pk in second,
            joined_at=row.joined_at,
            signed_in_at=row.last_login,
            left_at=row.left_at,
        )
        for row in kept
    )


def open_invitations(*, viewer: Actor, at: datetime) -> tuple[ListedInvitation, ...]:
    """The invitations whose link still opens, the newest first."""
    rules.require(viewer, "see_accounts")
    rows = Invitation.objects.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)
    return tuple(
        ListedInvitation(row.pk, row.name, row.email, tuple(row.roles), row.expires_at, row.account_id is not None)
        for row in rows.order_by("-invited_at", "-pk")
    )


@dataclass(frozen=True, slots=True)
class ShownInvitation:
    """What somebody who holds an invitation's link is told before they take it up."""

    name: str
    roles: tuple[str, ...]
    again: bool


def invitation(token: str, *, viewer: Actor, at: datetime) -> ShownInvitation | None:
    """The invitation a one-time word opens; None where it opens nothing (any more). Looking uses nothing up."""
    rules.require(viewer, "sign_in")
    row = Invitation.objects.filter(
        token_digest=rules.token_digest(token), accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
    ).first()
    return ShownInvitation(row.name, tuple(row.roles), row.account_id is not None) if row else None


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey, as the person called it."""

    passkey_id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignInWays:
    """How somebody can sign in."""

    passkeys: tuple[Passkey, ...]
    password: bool
    app: bool
    codes_left: int

    @property
    def second_factor(self) -> bool:
        """Whether there is any second factor."""
        return self.app or bool(self.passkeys)

    def opens_without(self, *, passkeys: int = 0, app: bool = False) -> bool:
        """Whether they could still sign in after so many passkeys, or the app, are taken away."""
        return rules.may_be_opened(
            passkeys=len(self.passkeys) - passkeys, app=self.app and not app, password=self.password
        )


def sign_in_ways(account_id: int, *, viewer: Actor) -> SignInWays:
    """How an account's own person can sign in; NotThere for anybody else's, or one that ended."""
    rules.require(viewer, "keep_own_sign_in", rules.About(account_id=account_id))
    person = Account.objects.filter(pk=account_id, is_active=True).first()
    if person is None:
        raise NotThere
    passkeys, app, codes = [], False, 0
    for row in Authenticator.objects.filter(user_id=account_id).order_by("created_at", "pk"):
        if row.type == Authenticator.Type.WEBAUTHN:
            passkeys.append(Passkey(row.pk, row.wrap().name, row.created_at, row.last_used_at))
        elif row.type == Authenticator.Type.TOTP:
            app = True
        else:
            codes = len(row.wrap().get_unused_codes())
    return SignInWays(tuple(passkeys), person.has_usable_password(), app, codes)


def account_known_as(email: str, *, viewer: Actor) -> int | None:
    """The number of the account with an e-mail address that can be signed in to; None for everybody else.

    An account without a second factor is opened by the link of an invitation and by nothing else.
    """
    rules.require(viewer, "sign_in")
    with_factor = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values("user_id")
    known: int | None = (
        Account.objects.filter(email=rules.known_form(email).replace("\0", ""), is_active=True, pk__in=with_factor)
        .values_list("pk", flat=True)
        .first()
    )
    return known
