"""The staff of the cast's city: an account for each role, with a second factor, and a browser that is signed in."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from byname.interfaces.desk import door
from byname.people.models import Account, Officer
from byname.safekeeping import keys
from byname.vocabulary import Actor
from tests.cast import Person

TOTP_SECRET = "JBSWY3DPEHPK3PXP"
BACKEND = door.BACKEND


def account(
    *roles: str,
    officer: Person | None = None,
    divisions: Iterable[str] = (),
    email: str = "",
    second_factor: bool = True,
) -> Account:
    """An account with these roles; with `officer`, that officer's own."""
    made = Account.objects.create(
        email=email or f"{'-'.join(roles) or 'nobody'}{'-' + officer.badge if officer else ''}@service.example",
        name=f"The {' and '.join(roles)}",
        joined_at=timezone.now(),
        roles=list(roles),
        divisions=list(divisions),
        officer=Officer.objects.get(reference=officer.reference) if officer else None,
    )
    made.set_unusable_password()
    made.save(update_fields=["password"])
    if second_factor:
        secret = keys.seal(TOTP_SECRET)
        Authenticator.objects.create(user=made, type=Authenticator.Type.TOTP, data={"secret": secret})
    return made


def at_the_desk(someone: Account) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(someone, backend=BACKEND)
    return client


def acting(someone: Account, *, areas: Iterable[str] = ()) -> Actor:
    """An account as the actions and queries are told of it."""
    return Actor(
        "account",
        name=someone.name,
        account_id=someone.pk,
        roles=frozenset(someone.roles),
        officer=someone.officer.reference if someone.officer else "",
        areas=frozenset(areas),
        divisions=frozenset(someone.divisions),
    )
