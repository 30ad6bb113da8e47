"""The forms somebody proves with who they are: the sign-in library's own, in byname's words and under its limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from allauth.account import forms as account
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth import get_user_model, password_validation
from django.contrib.auth.hashers import make_password
from django.core.cache import cache

from byname.interfaces.desk import attempts, signals
from byname.interfaces.desk.adapters import NO_MATCH
from byname.people import rules

_T = TypeVar("_T")
_MALFORMED: Final = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What the sign-in library lets fall when a browser's answer is not what a browser would answer."""
_LONGEST_ANSWER: Final = 32_000
_CODE_USED_FOR: Final = 150
"""Seconds a code of the app is remembered as used: longer than it could be used again."""


def _call(form: forms.Form, **says: str) -> None:
    """Label the fields in byname's words; what the library writes into and below them goes."""
    for name, label in says.items():
        field = form.fields[name]
        field.label, field.help_text = label, ""
        field.widget.attrs.pop("placeholder", None)


def _counted(attempt: attempts.Attempt, check: Callable[[], _T]) -> _T:
    """What a check finds, where nobody has failed too often."""
    if attempt.held:
        raise forms.ValidationError(NO_MATCH)
    found = check()
    attempt.succeeded()
    return found


def _known(what: str, user: Any) -> attempts.Attempt:
    return attempts.begin_known(context.request, what, user.pk)


def _read(check: Callable[[], _T]) -> _T:
    """What a check of a browser's answer finds; an answer that cannot be read does not match."""
    try:
        return check()
    except forms.ValidationError:
        raise
    except _MALFORMED as fault:
        raise forms.ValidationError(NO_MATCH) from fault


class _Answer(forms.JSONField):
    """What a browser's passkeys answered."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """The answer as a dictionary."""
        found = _read(lambda: super(_Answer, self).to_python(value)) if len(str(value)) < _LONGEST_ANSWER else []
        if found is not None and not isinstance(found, dict):
            raise forms.ValidationError(NO_MATCH)
        return found


class PasswordSignIn(account.LoginForm):  # type: ignore[misc]  # the library is untyped
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call(self, login="E-mail", password="Password")  # noqa: S106 - a label
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"


class PasswordAgain(account.ReauthenticateForm):  # type: ignore[misc]  # the library is untyped
    """The password, to prove that it is still the same person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call(self, password="Password")  # noqa: S106 - a label


class PasswordForgotten(account.ResetPasswordForm):  # type: ignore[misc]  # the library is untyped
    """The address to which a link for a new password goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call(self, email="E-mail")

    def save(self, request: Any, **kwargs: Any) -> str:
        """A letter where somebody has the address; to the eye and to the clock the same where nobody has."""
        # What takes long is the same for every address, beside which the letter's own work is not to be measured.
        make_password(str(self.cleaned_data["email"]))
        if attempts.may_write(request, rules.known_form(self.cleaned_data["email"])):
            super().save(request, **kwargs)
        return str(self.cleaned_data["email"])


class PasswordNew(account.ResetPasswordKeyForm):  # type: ignore[misc]  # the library is untyped
    """A new password, by the link of a letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call(self, password1="New password", password2="The same again")


class PasswordChange(account.ChangePasswordForm):  # type: ignore[misc]  # the library is untyped
    """A new password, by who knows the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call(self, oldpassword="Password until now", password1="New password", password2="The same again")

    def clean_oldpassword(self) -> str:
        """The old password, counted like a sign-in."""
        return str(_counted(_known("password", self.user), super().clean_oldpassword))


class _Code(mfa.BaseAuthenticateForm):  # type: ignore[misc]  # the library is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call(self, code="Code")
        self.fields["code"].max_length = 40
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocapitalize": "off", "maxlength": "40"}

    def clean_code(self) -> str:
        """The code: the app's now, or a recovery code nobody used; each opens once."""
        return _counted(_known("code", self.user), self._unused)

    def _unused(self) -> str:
        code = str(super().clean_code())
        if self.authenticator.type == Authenticator.Type.TOTP:
            key = f"code-used {self.user.pk} {normalize_user_code(code)}"
            if not cache.add(key, True, timeout=_CODE_USED_FOR):
                raise forms.ValidationError(NO_MATCH)
        return code


class CodeStep(_Code, mfa.AuthenticateForm):  # type: ignore[misc]  # the library is untyped
    """The second step of a sign-in with a password."""


class CodeAgain(_Code, mfa.ReauthenticateForm):  # type: ignore[misc]  # the library is untyped
    """A code, to prove that it is still the same person."""


class PasskeySignIn(webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # the library is untyped
    """A passkey, both steps in one."""

    credential = _Answer()

    def clean_credential(self) -> Authenticator:
        """The passkey that answered."""
        try:
            attempt = attempts.begin(context.request, "", of=attempts.PASSKEYS)
            return _counted(attempt, lambda: _read(super(PasskeySignIn, self).clean_credential))
        except forms.ValidationError:
            signals.sign_in_failed(None, {}, context.request)
            raise


class PasskeyStep(webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # the library is untyped
    """A passkey as the second step."""

    credential = _Answer()

    def clean_credential(self) -> Authenticator:
        """The passkey that answered."""
        return _counted(_known("code", self.user), lambda: _read(super(PasskeyStep, self).clean_credential))


class PasskeyAgain(webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # the library is untyped
    """A passkey, to prove that it is still the same person."""

    credential = _Answer()

    def clean_credential(self) -> Authenticator:
        """The passkey that answered."""
        return _counted(_known("code", self.user), lambda: _read(super(PasskeyAgain, self).clean_credential))


class PasskeyNew(webauthn.AddWebAuthnForm):  # type: ignore[misc]  # the library is untyped
    """A new passkey; the device checked that it is its person."""

    credential = _Answer()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"].label = "What to call it"
        self.fields["name"].max_length = 60
        self.fields["name"].widget.attrs |= {"maxlength": "60", "autocomplete": "off"}

    def clean_name(self) -> str:
        """A name of at most sixty letters."""
        return " ".join(str(super().clean_name()).split())[:60]

    def clean(self) -> dict[str, Any]:
        """The credential, checked by the library."""
        said: dict[str, Any] = _read(super().clean)
        return said


class PasskeyName(webauthn.EditWebAuthnForm):  # type: ignore[misc]  # the library is untyped
    """What a passkey is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label="What to call it", max_length=60)


class AppSetUp(totp.ActivateTOTPForm):  # type: ignore[misc]  # the library is untyped
    """An authenticator app, together with a password where there is none: neither is a way in alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call(self, code="Code the app shows")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "maxlength": "10"}
        self.sets_password = not self.user.has_usable_password()
        if self.sets_password:
            for name, label in (("password1", "New password"), ("password2", "The same again")):
                widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
                self.fields[name] = forms.CharField(label=label, strip=False, max_length=200, widget=widget)
            self.order_fields(["password1", "password2", "code"])

    def clean_password1(self) -> str:
        """A password that is long enough and nobody's common one."""
        password: str = self.cleaned_data["password1"]
        password_validation.validate_password(password, self.user)
        return password

    def clean_password2(self) -> str:
        """The same once more."""
        again: str = self.cleaned_data["password2"]
        if "password1" in self.cleaned_data and again != self.cleaned_data["password1"]:
            raise forms.ValidationError("The two are not the same.")
        return again

    def clean_code(self) -> str:
        """A code that shows the app holds the secret."""
        return str(_counted(_known("code", self.user), super().clean_code))


def locked(account_id: int) -> None:
    """Nothing, once no other request changes how this account is opened; inside a transaction."""
    get_user_model().objects.select_for_update().get(pk=account_id)
