"""What the sign-in library asks byname: who may sign in, where letters go, how its secrets are kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from byname.interfaces import http, site, snapshot
from byname.interfaces.desk import attempts, signals
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.people import rules
from byname.safekeeping import keys
from byname.vocabulary import PUBLIC, SYSTEM

NO_MATCH = (
    "That did not match. After several wrong tries nothing opens for a quarter of an hour, not even what is right."
)
"""One sentence for a wrong word, an unknown address and a locked account: it tells nobody which."""


_BEGAN_WITH: Final = "began_with"
_NONCE: Final = "nonce"


def whole_address(request: HttpRequest, path: str) -> str:
    """An address of this site that can be sent to somebody; the port is never the one a caller names."""
    return f"{site.address(split_domain_port(request.get_host())[0])}{path}"


def still_begun(request: HttpRequest, user: AbstractBaseUser) -> bool:
    """Whether nothing changed since the first step of this sign-in: a changed password takes it back."""
    return constant_time_compare(request.session.get(_BEGAN_WITH, ""), user.get_session_auth_hash())


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # the library is untyped
    """Accounts come by invitation only; letters go through the outbox; failures are counted for all workers."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": NO_MATCH,
        "incorrect_password": NO_MATCH,
        "incorrect_code": NO_MATCH,
        "too_many_login_attempts": NO_MATCH,
        "enter_current_password": NO_MATCH,
        "invalid_password_reset": "This link does not open any more. Ask for a new one.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs themselves up."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Who asks, as every limit of byname counts them."""
        return http.caller(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The account these words open; None for wrong words, an unknown address, a locked account, all alike.

        Each costs one hash of a password. Without a second factor a password opens nothing: an invitation does.
        """
        email = rules.known_form(str(credentials.get("email", "")))
        attempt = attempts.begin(request, f"password {email}", of=attempts.OF_ADDRESS)
        return self._matching(request, attempt, {**credentials, "email": email})

    def _matching(
        self, request: HttpRequest, attempt: attempts.Attempt, credentials: Mapping[str, Any]
    ) -> AbstractBaseUser | None:
        email = str(credentials.get("email", ""))
        if attempt.address_held:
            return None
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        known = people.account_known_as(email, viewer=PUBLIC)
        if user is None or attempt.held or user.pk != known:
            if user is not None:
                signals.sign_in_failed(None, {"email": email}, request)
            return None
        attempt.succeeded()
        return user

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether it is their password; as many tries as at a sign-in, which others cannot use up."""
        attempt = attempts.begin_known(context.request, "password", user.pk)
        words = {"email": getattr(user, "email", ""), "password": password}
        found = self._matching(context.request, attempt, words)
        return found is not None and found.pk == user.pk

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **about: Any) -> HttpResponse | None:
        """The refusal of an account that ended, or that only the link of an invitation opens."""
        if people.account_known_as(getattr(user, "email", ""), viewer=PUBLIC) == user.pk:
            request.session[_BEGAN_WITH] = user.get_session_auth_hash()
            return None
        return http.see_other(reverse("account_inactive"))

    def is_safe_url(self, url: str) -> bool:
        """Whether somebody may be led there: to a page of the desk, and nowhere else."""
        return url.startswith(http.DESK) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Where a changed password leads."""
        return reverse("own-sign-in")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of a letter about a forgotten password."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return whole_address(context.request, path.replace("UID-KEY", key))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways to prove it is still the same person, the strongest first."""
        said = {
            "mfa_reauthenticate:webauthn": (0, "Use a passkey"),
            "mfa_reauthenticate": (1, "Use a code"),
            "reauthenticate": (2, "Use the password"),
        }
        found = [
            method | {"description": said[method["id"]][1]} for method in super().get_reauthentication_methods(user)
        ]
        return sorted(found, key=lambda method: said[method["id"]][0])

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """A letter to whoever forgot a password; to somebody with a passkey alone, a letter that says so."""
        if people.account_known_as(email, viewer=PUBLIC) != user.pk:
            return
        kind = "password_reset_key" if user.has_usable_password() else "no_password"
        _write(kind, user, {"link": context["password_reset_url"]})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """A letter to somebody whose way in was changed."""
        _write(template_prefix.rpartition("/")[2], user, {})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing: every letter goes to an account, by the two ways above."""


def _write(kind: str, user: AbstractBaseUser, about: Mapping[str, str]) -> None:
    request = context.request
    device = rules.device_of(request.headers.get("User-Agent", ""))
    told = {**about, "name": getattr(user, "name", ""), "device": device, "at": timezone.localtime()}
    subject, _, body = render_to_string(f"desk/letters/{kind}.txt", told).partition("\n")
    words = {"subject": subject.strip(), "body": body.strip() + "\n"}
    people_actions.write_about_sign_in(user.pk, kind, words, by=PUBLIC, at=timezone.now())


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # the library is untyped
    """Secrets of second factors are sealed like every other personal value, and the last way in stays."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": NO_MATCH,
        "cannot_delete_authenticator": "This is your last way in. Add another first.",
    }

    def encrypt(self, text: str) -> str:
        """The sealed token for the database."""
        return keys.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret a sealed token holds."""
        return keys.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        """What an authenticator app calls this site."""
        return self._get_site_name()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether its person could still sign in without it."""
        viewer = people.actor_of(authenticator.user_id, viewer=SYSTEM)
        if viewer is None:
            return False
        ways = people.sign_in_ways(authenticator.user_id, viewer=viewer)
        if authenticator.type == Authenticator.Type.WEBAUTHN:
            return ways.opens_without(passkeys=1)
        return ways.opens_without(app=True)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        """What a new passkey is called until its person calls it something else."""
        return rules.device_of(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """Whose passkey it is, as the browser shows it."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": getattr(user, "name", "") or entity["name"]}

    def _get_site_name(self) -> str:
        try:
            return snapshot.profile().name or "byname"
        except snapshot.Away:
            return "byname"


class Provider(OpenIDConnectProvider):  # type: ignore[misc]  # the library is untyped
    """The service's provider, asked each time to sign a word of ours: a token made for another sign-in lacks it."""

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """What goes to the provider, and what is remembered of it until somebody comes back.

        Of what the caller asks, nothing but the page of the desk to go on to: the library would let them say the rest.
        """
        nonce = secrets.token_urlsafe(16)
        return {
            "process": AuthProcess.LOGIN,
            "next_url": get_next_redirect_url(request),
            "scope": self.get_scope(),
            "auth_params": self.get_auth_params() | {_NONCE: nonce},
            _NONCE: nonce,
        }


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library is untyped
    """Single sign-on opens an account that was invited; it makes none, keeps nothing, and replaces no second factor."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Nobody signs themselves up."""
        return False

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> OpenIDConnectProvider:
        """The one provider there is."""
        return Provider(request, app=super().get_provider(request, provider, client_id=client_id).app)

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The account whose address the provider says it has verified; a refusal where there is none."""
        told = sociallogin.account.extra_data
        signed, asked = told.get("id_token") or {}, told.get("userinfo") or {}
        # What the provider answers beside its signed word counts only where it speaks of the same person.
        about = asked if asked.get("sub") == signed.get("sub") else {}
        known = None
        asked_to_sign = str(sociallogin.state.get(_NONCE, ""))
        ours = bool(asked_to_sign) and constant_time_compare(str(signed.get(_NONCE, "")), asked_to_sign)
        email = str(about.get("email", "")).strip().lower()
        # In letters other than ours it may be somebody else's there.
        if about.get("email_verified") is True and ours and rules.known_form(email) == email:
            known = people.account_known_as(email, viewer=PUBLIC)
        user = AuthenticationBackend().get_user(known) if known is not None else None
        if user is None:
            raise ImmediateHttpResponse(http.see_other(reverse("socialaccount_login_error")))
        sociallogin.user = user
