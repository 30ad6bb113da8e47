"""What the sign-in library asks byname: who may sign up, where letters go, how its secrets are kept."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from byname.interfaces import http
from byname.safekeeping import keys


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # the library is untyped
    """Accounts come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs themselves up."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Who asks, as every limit of byname counts them."""
        return http.caller(request)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # the library is untyped
    """Secrets of second factors are sealed like every other personal value."""

    def encrypt(self, text: str) -> str:
        """The sealed token for the database."""
        return keys.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret a sealed token holds."""
        return keys.unseal(encrypted_text)


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library is untyped
    """Single sign-on opens an account that was invited; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Nobody signs themselves up."""
        return False
