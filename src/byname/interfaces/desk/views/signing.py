"""Signing in and out: the sign-in library's pages under byname's own addresses, in its words and limits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from allauth.account import views as account
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows import password_change
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth as passkeys
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import TemplateView
from requests import RequestException

from byname.interfaces.desk import attempts, door, proofs, signals
from byname.interfaces.desk.adapters import NO_MATCH, still_begun
from byname.interfaces.http import Audience, audience, caller, failure, held_up, see_other, staff, viewer_of
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.safekeeping import sessions
from byname.safekeeping.limits import Limit
from byname.vocabulary import PUBLIC, NotThere, Refused

public = audience(Audience.PUBLIC)
own = staff("keep_own_sign_in")
_log = logging.getLogger("byname.desk")
_SINGLE_SIGN_ONS: Final = Limit("single-sign-on", 60, 15 * 60)
_APP_BEGUN: Final = "byname.app-begun"
_SECRET_KEPT: Final = 15 * 60
"""So many seconds a new app's secret stays the same while its page is loaded again."""
_TOO_OFTEN: Final = "That was tried very often from here. Please wait a quarter of an hour."


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What is said where a form's token is missing or too old."""
    return failure(request, 403, "This page was open for too long. Please go back, load it again, and try again.")


def single_sign_on() -> dict[str, str]:
    """The name and address of the service's own sign-in; nothing where none is set."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return {app["name"]: reverse("openid_connect_login", args=[app["provider_id"]]) for app in apps}


# --- coming in -------------------------------------------------------------------------------------------------------


class SignIn(account.LoginView):  # type: ignore[misc]  # the library is untyped
    """The page to sign in: a passkey first, a password below."""

    template_name = "desk/signing/sign_in.html"

    def get_context_data(self, **about: Any) -> dict[str, Any]:
        """What the page shows."""
        shown: dict[str, Any] = super().get_context_data(**about)
        return shown | {"single_sign_on": single_sign_on()}


class PasskeySignIn(webauthn.LoginWebAuthnView):  # type: ignore[misc]  # the library is untyped
    """A passkey's answer; asked by the page's script, its question."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The sign-in page, saying that it did not match."""
        shown = {"form": proofs.PasswordSignIn(request=self.request), "single_sign_on": single_sign_on()}
        return render(self.request, "desk/signing/sign_in.html", shown | {"refusal": NO_MATCH})


class PasskeyAgain(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]  # the library is untyped
    """A passkey, to prove that it is still the same person."""

    template_name = "desk/signing/again.html"
    extra_context = {"way": "passkey"}

    def form_invalid(self, form: Any) -> HttpResponse:
        """The same page, saying that it did not match."""
        return _shown(self, form=form)

    def get_context_data(self, **about: Any) -> dict[str, Any]:
        """What the page shows; the library forgets what it was given."""
        shown: dict[str, Any] = super().get_context_data(**about)
        return shown | about | {"way": "passkey"}


class SecondStep(mfa.AuthenticateView):  # type: ignore[misc]  # the library is untyped
    """The second step of a sign-in: a code or a passkey."""

    template_name = "desk/signing/second_step.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; back to the start where the password was changed since the first step."""
        begun = unstash_login(request, peek=True)
        if begun is not None and begun.user is not None and not still_begun(request, begun.user):
            return start_over(request)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


def start_over(request: HttpRequest) -> HttpResponse:
    """A sign-in that stands at its second step, given up."""
    clear_login(request)
    return see_other(reverse("account_login"))


def by_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The way to the service's own provider of identities."""
    return _asking_the_provider(request, lambda: openid.login(request, provider_id))


def from_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The way back from it."""
    return _asking_the_provider(request, lambda: openid.callback(request, provider_id))


def _asking_the_provider(request: HttpRequest, ask: Callable[[], HttpResponse]) -> HttpResponse:
    too_often = held_up(request, _SINGLE_SIGN_ONS, caller(request))
    if too_often is not None:
        return too_often
    try:
        return ask()
    except (RequestException, LookupError, ValueError, TypeError) as fault:
        _log.warning("the provider of single sign-on cannot be asked", extra={"fault": type(fault).__name__})
        return failure(request, 503, "Single sign-on does not answer just now. Please use a passkey.")


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: a page that says what it is, and on POST a session that may only make its second factor."""
    attempt = attempts.begin(request, "", of=attempts.INVITATIONS)
    if attempt.held:
        return failure(request, 429, _TOO_OFTEN)
    at = timezone.now()
    shown = people.invitation(token, viewer=PUBLIC, at=at)
    if shown is not None:
        attempt.succeeded()
    if shown is None or request.method not in ("GET", "HEAD", "POST"):
        return render(request, "desk/signing/invitation.html", {"invitation": None}, status=404)
    if request.method != "POST":
        return render(request, "desk/signing/invitation.html", {"invitation": shown})
    try:
        account_id = people_actions.accept_invitation(token, by=PUBLIC, at=at)
    except Refused:
        return render(request, "desk/signing/invitation.html", {"invitation": None}, status=404)
    user = AuthenticationBackend().get_user(account_id)
    request.session.flush()
    login(request, user, backend=door.BACKEND)
    signals.begin_session(request)
    return see_other(reverse("second-factor"))


# --- one's own sign-in -----------------------------------------------------------------------------------------------


class PasskeyAdded(webauthn.AddWebAuthnView):  # type: ignore[misc]  # the library is untyped
    """A page to add a passkey; the first one opens the desk."""

    template_name = "desk/signing/passkey_new.html"

    def get_context_data(self, **about: Any) -> dict[str, Any]:
        """What the page shows: a passkey that is kept in the device and checks its person is asked for."""
        shown: dict[str, Any] = super().get_context_data(**about)
        # After the library's own question, whose place in the session this one takes.
        options = passkeys.begin_registration(self.request.user, passwordless=True)
        return shown | about | {"js_data": {"creation_options": options}}

    def form_valid(self, form: Any) -> HttpResponse:
        """To the recovery codes, or back to one's own sign-in."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
        added = Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.WEBAUTHN).latest("pk")
        _proved(self.request, added)
        return response


class FirstFactor(PasskeyAdded):
    """The page of somebody who has no second factor yet: nothing else opens before."""

    template_name = "desk/signing/first.html"
    extra_context = {"tabs": ()}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or Today for who has one."""
        if door.has_second_factor(request):
            return see_other(reverse("today"))
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **about: Any) -> dict[str, Any]:
        """What the page shows; no tabs, since none of them opens yet."""
        return super().get_context_data(**about) | self.extra_context


class PasskeyRemoved(webauthn.RemoveWebAuthnView):  # type: ignore[misc]  # the library is untyped
    """A page to remove a passkey; the last way in stays."""

    template_name = "desk/signing/passkey_remove.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Removed, where another way in is left."""
        with transaction.atomic():
            proofs.locked(self.request.user.pk)
            if not _may_go(self.get_object()):
                return _shown(self, status=422, form=form)
            response: HttpResponse = super().form_valid(form)
        return response

    def get_context_data(self, **about: Any) -> dict[str, Any]:
        """What the page shows."""
        shown: dict[str, Any] = super().get_context_data(**about)
        return shown | {"may_go": _may_go(self.object)}


class AppAdded(totp.ActivateTOTPView):  # type: ignore[misc]  # the library is untyped
    """A page to set up an authenticator app, with a password where there is none."""

    template_name = "desk/signing/app.html"

    def get_form(self, form_class: Any = None) -> Any:
        """The form; for some minutes with the same secret, so that a page loaded again fits the code just scanned."""
        session, now = self.request.session, timezone.now().timestamp()
        kept = session.get(SECRET_SESSION_KEY)
        form = super().get_form(form_class)
        if not form.is_bound:
            if kept and now - session.get(_APP_BEGUN, 0) < _SECRET_KEPT:
                session[SECRET_SESSION_KEY] = form.secret = kept
            else:
                session[_APP_BEGUN] = now
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        """Both or neither; then to the recovery codes, or back to one's own sign-in."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            if form.sets_password:
                password_change.change_password(form.user, form.cleaned_data["password1"])
                password_change.finalize_password_set(self.request, form.user)
        _proved(self.request, Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP))
        return response

    def get_context_data(self, **about: Any) -> dict[str, Any]:
        """What the page shows; no tabs before any of them opens."""
        shown: dict[str, Any] = super().get_context_data(**about)
        return shown if door.has_second_factor(self.request) else shown | {"tabs": ()}


class AppRemoved(totp.DeactivateTOTPView):  # type: ignore[misc]  # the library is untyped
    """A page to take the authenticator app away; the last way in stays."""

    template_name = "desk/signing/app_remove.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Taken away, where another way in is left."""
        with transaction.atomic():
            proofs.locked(self.request.user.pk)
            if not _may_go(self.authenticator):
                return _shown(self, status=422, form=form)
            response: HttpResponse = super().form_valid(form)
        return response


def _shown(page: Any, *, status: int = 200, **about: Any) -> HttpResponse:
    answer: HttpResponse = page.render_to_response(page.get_context_data(**about), status=status)
    return answer


def _may_go(authenticator: Authenticator) -> bool:
    allowed: bool = get_adapter().can_delete_authenticator(authenticator)
    return allowed


def _proved(request: HttpRequest, authenticator: Authenticator) -> None:
    """Who has just used a new factor need not use it again at once; the session of before opens nothing."""
    request.session.cycle_key()
    kind = str(authenticator.type)
    record_authentication(request, request.user, "mfa", id=authenticator.pk, type=kind, reauthenticated=True)


def own_sign_in(request: HttpRequest) -> HttpResponse:
    """How I sign in, and where I am signed in."""
    viewer = viewer_of(request)
    here = sessions.key_of(request.session.session_key or "")
    if viewer.account_id is None:
        raise NotThere
    shown = {
        "ways": people.sign_in_ways(viewer.account_id, viewer=viewer),
        "browsers": sessions.of_account(viewer.account_id, at=timezone.now()),
        "here": here,
    }
    return render(request, "desk/signing/own.html", shown)


def end_browsers(request: HttpRequest) -> HttpResponse:
    """One browser signed out, or every one but this."""
    viewer = viewer_of(request)
    if viewer.account_id is None:
        raise NotThere
    key = request.POST.get("key") or None
    here = sessions.key_of(request.session.session_key or "")
    people_actions.end_sessions(viewer.account_id, key=key, but=here, by=viewer, at=timezone.now())
    return see_other(reverse("own-sign-in"))


def to_own_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to the one page about one's own sign-in."""
    return see_other(reverse("own-sign-in"))


def to_app(request: HttpRequest) -> HttpResponse:
    """The way to the page that sets a password and an app together."""
    return see_other(reverse("mfa_activate_totp"))


def _again(view: Any, way: str) -> Any:
    return own(view.as_view(template_name="desk/signing/again.html", extra_context={"way": way}))


def _page(view: Any, name: str, **about: Any) -> Any:
    return view.as_view(template_name=f"desk/signing/{name}.html", **about)


def _plain(name: str) -> Any:
    return public(_page(TemplateView, name))


def _proven(view: Any) -> Any:
    return own(door.proven_lately(view))


_OWN = "own/sign-in/"
urls = [
    path("sign-in/", public(SignIn.as_view()), name="account_login"),
    path("sign-in/passkey/", public(PasskeySignIn.as_view()), name="mfa_login_webauthn"),
    path("sign-in/second/", public(SecondStep.as_view()), name="mfa_authenticate"),
    path("sign-in/over/", public(require_POST(start_over)), name="start-over"),
    path("sign-in/forgotten/", public(_page(account.PasswordResetView, "forgotten")), name="account_reset_password"),
    path("sign-in/forgotten/sent/", _plain("forgotten_sent"), name="account_reset_password_done"),
    path("sign-in/forgotten/done/", _plain("password_done"), name="account_reset_password_from_key_done"),
    re_path(
        r"^sign-in/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(_page(account.PasswordResetFromKeyView, "password_new")),
        name="account_reset_password_from_key",
    ),
    path("sign-in/invitation/<str:token>/", public(invitation), name="invitation"),
    path("sign-in/closed/", _plain("closed"), name="account_inactive"),
    path("sign-in/with/<str:provider_id>/", public(require_safe(by_provider)), name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/back/", public(require_safe(from_provider)), name="openid_connect_callback"),
    path("sign-in/cancelled/", _plain("not_known"), name="socialaccount_login_cancelled"),
    path("sign-in/not-known/", _plain("not_known"), name="socialaccount_login_error"),
    path("own/sign-out/", own(_page(account.LogoutView, "sign_out")), name="account_logout"),
    path(_OWN, own(require_safe(own_sign_in)), name="own-sign-in"),
    path(f"{_OWN}first/", own(FirstFactor.as_view()), name="second-factor"),
    path(f"{_OWN}browsers/", own(require_POST(end_browsers)), name="end-browsers"),
    path(f"{_OWN}again/", _again(account.ReauthenticateView, "password"), name="account_reauthenticate"),
    path(f"{_OWN}again/code/", _again(mfa.ReauthenticateView, "code"), name="mfa_reauthenticate"),
    path(f"{_OWN}again/passkey/", own(PasskeyAgain.as_view()), name="mfa_reauthenticate_webauthn"),
    path(f"{_OWN}password/", own(_page(account.PasswordChangeView, "password")), name="account_change_password"),
    path(f"{_OWN}password/first/", own(require_safe(to_app)), name="account_set_password"),
    path(f"{_OWN}factors/", own(require_safe(to_own_sign_in)), name="mfa_index"),
    path(f"{_OWN}app/", _proven(AppAdded.as_view()), name="mfa_activate_totp"),
    path(f"{_OWN}app/off/", _proven(AppRemoved.as_view()), name="mfa_deactivate_totp"),
    path(f"{_OWN}passkeys/", own(require_safe(to_own_sign_in)), name="mfa_list_webauthn"),
    path(f"{_OWN}passkeys/add/", _proven(PasskeyAdded.as_view()), name="mfa_add_webauthn"),
    path(f"{_OWN}passkeys/<int:pk>/remove/", _proven(PasskeyRemoved.as_view()), name="mfa_remove_webauthn"),
    path(
        f"{_OWN}passkeys/<int:pk>/name/",
        _proven(_page(webauthn.EditWebAuthnView, "passkey_name")),
        name="mfa_edit_webauthn",
    ),
    path(f"{_OWN}codes/", _proven(_page(recovery.ViewRecoveryCodesView, "codes")), name="mfa_view_recovery_codes"),
    path(
        f"{_OWN}codes/new/",
        _proven(_page(recovery.GenerateRecoveryCodesView, "codes_new")),
        name="mfa_generate_recovery_codes",
    ),
]
