"""Accounts: who may sign in and what for; inviting, changing, resetting a second factor, ending."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import paging
from byname.interfaces.desk.adapters import whole_address
from byname.interfaces.desk.door import proven_lately
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.people import rules
from byname.vocabulary import NotThere, Refused

_A_PAGE: Final = 25
ROLES: Final = {
    "officer": "Officer: their own page, hours and handovers",
    "sergeant": "Sergeant: everything in their divisions",
    "coordinator": "Coordinator: postings of the whole service",
    "analyst": "Analyst: figures, no persons",
    "overseer": "Overseer: who looked at what, and why",
    "clerk": "Clerk: helps residents at the counter and on the phone",
    "interpreter": "Interpreter: puts residents' words and answers into another language",
    "administrator": "Administrator: accounts and letters",
}
"""What each role is, in a few words."""
_DONE: Final = {
    "invited": "The invitation is on its way by letter. Its link works for three days.",
    "withdrawn": "That invitation opens nothing any more.",
    "changed": "Changed. What they may do follows from now on.",
    "email": "Their e-mail address is changed, and they are signed out everywhere. Letters go to both addresses.",
    "reset": "Their second factor is gone, they are signed out everywhere, and a letter with a link is on its way.",
    "ended": "The account has ended. They are signed out everywhere.",
}


class Reach(forms.Form):
    """What somebody may do, and how far it reaches."""

    roles = forms.MultipleChoiceField(
        label="What they do", choices=list(ROLES.items()), widget=forms.CheckboxSelectMultiple
    )
    divisions = forms.MultipleChoiceField(
        label="Divisions they answer for",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A sergeant needs one. Whoever works for the whole service needs none.",
    )
    badge = forms.CharField(
        label="Badge number",
        required=False,
        max_length=12,
        help_text="Of an officer on the register, so that their own page is theirs.",
    )

    def __init__(self, *args: Any, divisions: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["divisions"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(divisions)


class Invitation(Reach):
    """Whom to invite."""

    email = forms.EmailField(label="E-mail", max_length=254)
    name = forms.CharField(label="Name", max_length=120, help_text="As colleagues read it at the desk.")
    field_order = ("name", "email", "roles", "divisions", "badge")


class Email(forms.Form):
    """The address an account is to be known by."""

    email = forms.EmailField(label="New e-mail address", max_length=254)


@staff("see_accounts")
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in, or those who left; and the invitations nobody has taken up yet."""
    viewer, ended = viewer_of(request), "ended" in request.GET
    text, role = request.GET.get("q", "")[:120], request.GET.get("role", "")
    role = role if role in ROLES else ""
    offset = (paging.asked_for(request) - 1) * _A_PAGE
    found = people.account_page(viewer=viewer, text=text, role=role, ended=ended, offset=offset, limit=_A_PAGE)
    pages = paging.pages(request, found.total, _A_PAGE)
    alone = bool(text or role or ended or pages.number > 1)
    shown = {
        "accounts": found.accounts,
        "total": found.total,
        "pages": pages,
        "text": text,
        "role": role,
        "roles": [(each, each.capitalize() + "s") for each in ROLES],
        "ended": ended,
        "invitations": () if alone else people.open_invitations(viewer=viewer, at=timezone.now()),
        "done": _DONE.get(request.GET.get("done", "")),
    }
    return render(request, "desk/accounts/list.html", shown)


@staff("invite")
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """A page to invite somebody; the link goes to them by letter and is shown to nobody else."""
    form = Invitation(request.POST or None, divisions=_divisions())
    shown: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            people_actions.invite(
                said["email"],
                name=said["name"],
                roles=said["roles"],
                divisions=said["divisions"],
                officer=said["badge"].strip(),
                link=_link(request),
                by=viewer_of(request),
                at=timezone.now(),
            )
        except NotThere:
            raise
        except Refused as refused:
            shown |= {"refusal": refused.sentence, "refusal_field": _FIELDS.get(refused.field or "", refused.field)}
        else:
            return see_other(reverse("accounts") + "?done=invited")
    return render(request, "desk/accounts/invite.html", shown, status=422 if request.method == "POST" else 200)


@staff("invite")
@require_POST
def withdraw(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """An invitation taken back."""
    people_actions.withdraw_invitation(invitation_id, by=viewer_of(request), at=timezone.now())
    return see_other(reverse("accounts") + "?done=withdrawn")


@staff("see_accounts")
@require_safe
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """One account, and what may be done about it."""
    viewer = viewer_of(request)
    found = people.account(account_id, viewer=viewer)
    shown = {"account": found, "oneself": account_id == viewer.account_id, "roles": _named(found.roles)}
    return render(request, "desk/accounts/account.html", shown | {"done": _DONE.get(request.GET.get("done", ""))})


@staff("change_account")
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, account_id: int) -> HttpResponse:
    """A page to change what somebody may do and how far it reaches."""
    viewer = viewer_of(request)
    found = _of_somebody_else(request, account_id)
    given = {"roles": found.roles, "divisions": found.divisions, "badge": found.badge}
    form = Reach(request.POST or None, initial=given, divisions=_divisions(found.divisions))
    shown: dict[str, Any] = {"form": form, "account": found}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            people_actions.change_account(
                account_id,
                roles=said["roles"],
                divisions=said["divisions"],
                officer=said["badge"].strip(),
                by=viewer,
                at=timezone.now(),
            )
        except NotThere:
            raise
        except Refused as refused:
            shown |= {"refusal": refused.sentence, "refusal_field": _FIELDS.get(refused.field or "", refused.field)}
        else:
            return see_other(reverse("account", args=[account_id]) + "?done=changed")
    return render(request, "desk/accounts/change.html", shown, status=422 if request.method == "POST" else 200)


@staff("change_email")
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def change_email(request: HttpRequest, account_id: int) -> HttpResponse:
    """A page to change the e-mail address somebody signs in with."""
    found = _of_somebody_else(request, account_id)
    form = Email(request.POST or None)
    shown: dict[str, Any] = {"form": form, "account": found}
    if request.method == "POST" and form.is_valid():
        try:
            people_actions.change_email(
                account_id, form.cleaned_data["email"], link=_link(request), by=viewer_of(request), at=timezone.now()
            )
        except NotThere:
            raise
        except Refused as refused:
            shown |= {"refusal": refused.sentence, "refusal_field": refused.field}
        else:
            return see_other(reverse("account", args=[account_id]) + "?done=email")
    return render(request, "desk/accounts/email.html", shown, status=422 if request.method == "POST" else 200)


@staff("reset_second_factor")
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, account_id: int) -> HttpResponse:
    """A page to reset a second factor: never to do without one."""
    found = _of_somebody_else(request, account_id)
    if request.method != "POST":
        return render(request, "desk/accounts/reset.html", {"account": found})
    people_actions.reset_second_factor(account_id, link=_link(request), by=viewer_of(request), at=timezone.now())
    return see_other(reverse("account", args=[account_id]) + "?done=reset")


@staff("end_account")
@proven_lately
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, account_id: int) -> HttpResponse:
    """A page to end the account of somebody who left the service."""
    found = _of_somebody_else(request, account_id)
    if request.method != "POST":
        return render(request, "desk/accounts/end.html", {"account": found})
    people_actions.end_account(account_id, by=viewer_of(request), at=timezone.now())
    return see_other(reverse("accounts") + "?done=ended")


# A rule names the officer; the form asks for the badge.
_FIELDS: Final = {"officer": "badge", "roles": "roles_0", "divisions": "divisions_0"}


def _of_somebody_else(request: HttpRequest, account_id: int) -> people.ListedAccount:
    viewer = viewer_of(request)
    found = people.account(account_id, viewer=viewer)
    rules.refuse_oneself(account_id, viewer.account_id, "Nobody does this to their own account: ask a colleague.")
    if found.left_at is not None:
        raise NotThere
    return found


def _named(roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(ROLES[role] for role in roles)


def _divisions(held: Iterable[str] = ()) -> list[tuple[str, str]]:
    known = {division.code: division.name for division in snapshot.city().territory.divisions}
    return list({**{code: code for code in held}, **known}.items())


def _link(request: HttpRequest) -> str:
    # Braces do not survive in an address: the place for the token is marked by a word that does.
    return whole_address(request, reverse("invitation", args=["TOKEN"])).replace("TOKEN", "{token}")


urls = [
    path("accounts/", accounts, name="accounts"),
    path("accounts/invite/", invite, name="invite"),
    path("accounts/invitations/<int:invitation_id>/withdraw/", withdraw, name="withdraw-invitation"),
    path("accounts/<int:account_id>/", account, name="account"),
    path("accounts/<int:account_id>/change/", change, name="change-account"),
    path("accounts/<int:account_id>/email/", change_email, name="change-email"),
    path("accounts/<int:account_id>/reset/", reset, name="reset-second-factor"),
    path("accounts/<int:account_id>/end/", end, name="end-account"),
]
