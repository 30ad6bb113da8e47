"""What the sign-in library does, as lines of the ledger: the one place where byname listens to signals.

The library signs people in and changes their second factors without asking byname; it only tells of it afterwards.
Everything else is written down by the action that does it. Lines hold numbers and kinds, never an address.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone

from byname.interfaces import http
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.people import rules
from byname.people.actions import SignInEvent
from byname.safekeeping import sessions
from byname.vocabulary import PUBLIC, SYSTEM, Actor


def connect() -> None:
    """Listen, once for each process."""
    account.user_logged_in.connect(_signed_in, dispatch_uid="byname")
    auth.user_logged_out.connect(_signed_out, dispatch_uid="byname")
    auth.user_login_failed.connect(sign_in_failed, dispatch_uid="byname")
    mfa.authenticator_added.connect(_added, dispatch_uid="byname")
    mfa.authenticator_removed.connect(_removed, dispatch_uid="byname")
    mfa.authenticator_reset.connect(_renewed, dispatch_uid="byname")
    mfa.authenticator_used.connect(_used, dispatch_uid="byname")
    mfa.authentication_failed.connect(_failed, dispatch_uid="byname")
    account.password_set.connect(_password_set, dispatch_uid="byname")
    account.password_changed.connect(_password_changed, dispatch_uid="byname")
    account.password_reset.connect(_password_reset, dispatch_uid="byname")


def begin_session(request: HttpRequest) -> None:
    """A session that was just opened knows since when, and in which browser."""
    now = timezone.now().timestamp()
    request.session[sessions.BEGAN] = request.session[sessions.SEEN] = now
    request.session[sessions.DEVICE] = rules.device_of(request.headers.get("User-Agent", ""))


def sign_in_failed(sender: object, credentials: dict[str, Any], request: HttpRequest | None, **_: object) -> None:
    """A line for a password that opened nothing; whose it would have been, where the address is somebody's."""
    known = people.account_known_as(str(credentials.get("email", "")), viewer=PUBLIC)
    people_actions.note_sign_in("sign_in_failed", known, by=PUBLIC, at=timezone.now())


def _signed_in(request: HttpRequest, user: AbstractBaseUser, **_: object) -> None:
    begin_session(request)
    _note("signed_in", request, user, ways=_ways(request, user))


def _ways(request: HttpRequest, user: AbstractBaseUser) -> str:
    words = {"socialaccount": "single_sign_on", "password": "password"}
    records = get_authentication_records(request, user)
    return "+".join(words.get(record["method"], str(record.get("type", ""))) for record in records)[:60]


def _signed_out(request: HttpRequest, user: AbstractBaseUser | None, **_: object) -> None:
    if user is not None:
        _note("signed_out", request, user)


def _added(request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **_: object) -> None:
    _note("second_factor_added", request, user, kind=str(authenticator.type))


def _removed(request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **_: object) -> None:
    _note("second_factor_removed", request, user, kind=str(authenticator.type))


def _renewed(request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **_: object) -> None:
    _note("second_factor_renewed", request, user, kind=str(authenticator.type))


def _used(
    request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, reauthenticated: bool, **_: object
) -> None:
    _note("second_factor_used", request, user, kind=str(authenticator.type), again=reauthenticated)


def _failed(request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **_: object) -> None:
    _note("second_factor_failed", request, user, kind=str(authenticator.type))


def _password_set(request: HttpRequest, user: AbstractBaseUser, **_: object) -> None:
    _note("password_set", request, user)


def _password_changed(request: HttpRequest, user: AbstractBaseUser, **_: object) -> None:
    # A password is changed because somebody else may know it: where they are signed in, they are out.
    sessions.end(user.pk, but=sessions.key_of(request.session.session_key or ""))
    _note("password_changed", request, user)


def _password_reset(request: HttpRequest, user: AbstractBaseUser, **_: object) -> None:
    sessions.end(user.pk)
    _note("password_reset", request, user)


def _note(event: SignInEvent, request: HttpRequest, user: AbstractBaseUser, **facts: str | int | bool) -> None:
    people_actions.note_sign_in(event, user.pk, by=_actor(request, user), at=timezone.now(), facts=facts)


def _actor(request: HttpRequest, user: AbstractBaseUser) -> Actor:
    viewer = http.viewer_of(request)
    if viewer.account_id == user.pk:
        return viewer
    return people.actor_of(user.pk, viewer=SYSTEM) or PUBLIC
