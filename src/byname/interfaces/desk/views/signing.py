"""Signing in and out: the sign-in library's pages under byname's own addresses."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from byname.interfaces.http import Audience, audience, failure, staff

public = audience(Audience.PUBLIC)
own = staff("keep_own_sign_in")


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What is said where a form's token is missing or too old."""
    return failure(request, 403, "This page was open for too long. Please go back, load it again, and try again.")


urls = [
    path("sign-in/", public(account.login), name="account_login"),
    path("sign-in/passkey/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/second/", public(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/forgotten/", public(account.password_reset), name="account_reset_password"),
    path("sign-in/forgotten/sent/", public(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^sign-in/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "sign-in/forgotten/done/",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("sign-in/closed/", public(account.account_inactive), name="account_inactive"),
    path("sign-in/with/<str:provider_id>/", public(openid.login), name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/back/", public(openid.callback), name="openid_connect_callback"),
    path("sign-in/cancelled/", public(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("sign-in/not-known/", public(social.login_error), name="socialaccount_login_error"),
    path("own/sign-out/", own(account.logout), name="account_logout"),
    path("own/sign-in/", own(mfa.index), name="own-sign-in"),
    path("own/sign-in/first/", own(mfa.index), name="second-factor"),
    path("own/sign-in/again/", own(account.reauthenticate), name="account_reauthenticate"),
    path("own/sign-in/again/code/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("own/sign-in/again/passkey/", own(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("own/sign-in/password/", own(account.password_change), name="account_change_password"),
    path("own/sign-in/password/first/", own(account.password_set), name="account_set_password"),
    path("own/sign-in/factors/", own(mfa.index), name="mfa_index"),
    path("own/sign-in/app/", own(totp.activate_totp), name="mfa_activate_totp"),
    path("own/sign-in/app/off/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("own/sign-in/passkeys/", own(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("own/sign-in/passkeys/add/", own(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("own/sign-in/passkeys/<int:pk>/remove/", own(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("own/sign-in/passkeys/<int:pk>/name/", own(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("own/sign-in/codes/", own(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("own/sign-in/codes/new/", own(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("own/sign-in/codes/file/", own(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
]
