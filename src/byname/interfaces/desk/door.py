"""The door of the desk: sessions, sign-in and form tokens for the staff's addresses, and for no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import reverse
from django.utils import timezone

from byname.interfaces import http, snapshot
from byname.people import queries as people
from byname.postings import queries as postings
from byname.safekeeping import sessions
from byname.safekeeping.limits import Limit
from byname.vocabulary import SYSTEM, Actor

_V = TypeVar("_V", bound=Callable[..., Any])

OPEN: Final = f"{http.DESK}sign-in/"
"""What answers before anybody has signed in."""
FIRST_STEPS: Final = f"{http.DESK}own/sign-in/"
"""What answers before there is a second factor."""
LONGEST: Final = timedelta(hours=12)
"""A session ends this long after it began, whatever was done in it: a shift."""
_SEEN_EVERY: Final = timedelta(minutes=1)
UNSIGNED: Final = Limit("unsigned-session", 600, 15 * 60)
"""How many sessions one address may begin without signing in: a whole station comes in from one address."""


class Desk:
    """Lets the staff's addresses through a chain of their own; residents' pages never touch a session."""

    def __init__(self, get_response: http.Handler) -> None:
        self._public = get_response
        self._csrf = CsrfViewMiddleware(SignedIn(get_response))
        self._staff = SessionMiddleware(AuthenticationMiddleware(self._csrf))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer; what is the staff's is kept by nobody and found by no search engine."""
        if not request.path_info.startswith(http.DESK):
            return self._public(request)
        try:
            response = cast(HttpResponse, self._staff(request))
        except Exception as fault:
            # A session that cannot be read, say because the database is away, is answered like a view that cannot.
            known = http.answer_to(request, fault)
            if known is None:
                raise
            response = known
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        # Without any referrer a browser also hides the origin of its own forms, which the token's check needs to see.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """The refusal of a form without its token."""
        if not request.path_info.startswith(http.DESK):
            return None
        refused: HttpResponse | None = self._csrf.process_view(request, view, args, kwargs)
        return refused


class Staff(AuthenticationBackend):  # type: ignore[misc]  # the library is untyped
    """Gives the sign-in library the account of a session, with all that the door asks of it, read at once."""

    def get_user(self, user_id: object) -> AbstractBaseUser | None:
        """The account; None where it has ended."""
        known = people.known(int(str(user_id)), viewer=SYSTEM)
        if known is None:
            return None
        known.account.known = known  # type: ignore[attr-defined]  # read by SignedIn, in the same request
        return known.account


BACKEND: Final = f"{Staff.__module__}.{Staff.__name__}"
"""By this name a session says who gives its account."""


class SignedIn:
    """Says who is at the desk, and leads whoever is not through the steps that are missing."""

    def __init__(self, get_response: http.Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or the way to the sign-in, or to the second factor."""
        if request.user.is_authenticated and not _lasts(request):
            logout(request)
        if not request.user.is_authenticated:
            if request.path_info.startswith(OPEN):
                return self._unsigned(request)
            return _led_to("account_login", request)
        known: people.Known = request.user.known  # type: ignore[attr-defined]  # put there by Staff
        request.actor = _with_areas(known.actor)  # type: ignore[attr-defined]  # read by http.viewer_of
        if not request.path_info.startswith((OPEN, FIRST_STEPS)) and not known.second_factor:
            return _led_to("second-factor", request)
        return self.get_response(request)

    def _unsigned(self, request: HttpRequest) -> HttpResponse:
        """The page; or a refusal where it would begin one session too many in which nobody is signed in."""
        response = self.get_response(request)
        session = request.session
        if session.modified and not session.session_key and not session.is_empty():
            too_often = http.held_up(request, UNSIGNED, http.caller(request))
            if too_often is not None:
                session.modified = False
                return too_often
        return response


def actor_of(account_id: int) -> Actor | None:
    """An account as it may act today; None where it has none of its own any more."""
    actor = people.actor_of(account_id, viewer=SYSTEM)
    return actor and _with_areas(actor)


def _with_areas(actor: Actor) -> Actor:
    if not actor.officer:
        return actor
    return replace(actor, areas=postings.areas_served(actor.officer, on=snapshot.today(), viewer=SYSTEM))


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this account has a passkey or an authenticator app: nobody works at the desk without."""
    return bool(is_mfa_enabled(request.user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def proven_lately(view: _V) -> _V:
    """A view that answers only who has proven in the last ten minutes that it is still the same person.

    Others are led there and back to its page; what was typed into a form is asked again, never kept meanwhile.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if did_recently_reauthenticate(request):
            answer: HttpResponse = view(request, *args, **kwargs)
            return answer
        ways = get_adapter().get_reauthentication_methods(request.user)
        return http.see_other(f"{ways[0]['url']}?{urlencode({'next': request.path})}")

    return guarded  # type: ignore[return-value]  # it takes and gives what the view does


def _lasts(request: HttpRequest) -> bool:
    """Whether the session goes on: neither idle for too long nor older than a shift; notes that it was seen."""
    now = timezone.now().timestamp()
    began = request.session.setdefault(sessions.BEGAN, now)
    seen = request.session.setdefault(sessions.SEEN, now)
    if now - began > LONGEST.total_seconds() or now - seen > settings.BYNAME_SESSION_IDLE_SECONDS:
        return False
    if now - seen > _SEEN_EVERY.total_seconds():
        request.session[sessions.SEEN] = now
    return True


def _led_to(name: str, request: HttpRequest) -> HttpResponse:
    here = f"?{urlencode({'next': request.get_full_path()})}" if request.method in ("GET", "HEAD") else ""
    return http.see_other(reverse(name) + here)
