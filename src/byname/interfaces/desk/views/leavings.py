"""Words that leave byname for records or enforcement, and those a legal hold keeps: asked, agreed to, taken, held."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.concerns import actions, queries, rules
from byname.interfaces import snapshot
from byname.interfaces.desk import telling
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused

_asked_or_sent = require_http_methods(["GET", "HEAD", "POST"])
STANDS: Final = {
    "asked": "Waits for a sergeant’s yes",
    "agreed": "Agreed to: the words may be taken",
    "declined": "A sergeant said no",
    "taken": "Taken",
    "over": "Agreed to, and not taken in time",
}
_DONE: Final = {
    "asked": "It is asked for. Nothing leaves before another sergeant has agreed.",
    "agreed": "Agreed. Whoever asked has seven days to take the words, once.",
    "declined": "Declined. The words stay.",
    "held": "The hold stands. These words stay until it ends.",
    "ended": "The hold is over.",
}
_TOLD: Final = "Tell the person"


def _reasons(reasons: Mapping[str, rules.Reason]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Why?",
        choices=[("", "Choose …"), *((code, each.says) for code, each in reasons.items())],
        error_messages={"required": "Choose the reason from the list.", "invalid_choice": "Choose from the list."},
    )


class Asked(forms.Form):
    """A request that words leave byname."""

    reason = _reasons(rules.LEAVING)
    with_contact = forms.BooleanField(label="With how to reach them", required=False)
    with_photos = forms.BooleanField(label="With their pictures", required=False)
    tell = forms.BooleanField(label=_TOLD, required=False)


class Holding(forms.Form):
    """A legal hold."""

    reason = _reasons(rules.HOLDING)
    file_number = forms.CharField(
        label="The file’s number", max_length=rules.LONGEST_FILE_NUMBER, required=False,
        help_text="What the matter is called where it is kept. Never a name.",
    )  # fmt: skip
    tell = forms.BooleanField(label=_TOLD, required=False)


@staff("ask_leaving")
@_asked_or_sent
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """That the words of a concern leave byname is asked for."""
    viewer, at = viewer_of(request), timezone.now()
    queries.refuse_out_of_reach(reference, "ask_leaving", viewer=viewer)
    form, refused = Asked(_given(request), initial={"tell": True}), ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            number = actions.ask_to_leave(
                reference,
                said["reason"],
                with_contact=said["with_contact"],
                with_photos=said["with_photos"],
                tell=said["tell"],
                by=viewer,
                at=at,
            )
        except NotThere:
            raise
        except Refused as no:
            refused = no.sentence
        else:
            return see_other(f"{reverse('leaving', args=[number])}?done=asked")
    shown = {"reference": reference, "form": form, "refusal": refused}
    return render(request, "desk/leavings/ask.html", shown, status=_status(request))


@staff("ask_leaving")
@require_safe
def leavings(request: HttpRequest) -> HttpResponse:
    """What was asked for, what waits for a yes, and what became of it."""
    viewer, at = viewer_of(request), timezone.now()
    lines = [_line(each, at) for each in queries.leavings(at=at, viewer=viewer)]
    return render(request, "desk/leavings/list.html", {"lines": lines})


@staff("ask_leaving")
@_asked_or_sent
def leaving(request: HttpRequest, number: int) -> HttpResponse:
    """One request: a sergeant says yes or no, and whoever asked takes the words once."""
    viewer, at = viewer_of(request), timezone.now()
    seen = queries.leaving(number, at=at, viewer=viewer)
    refused = ""
    if request.method == "POST":
        agrees = request.POST.get("do") == "agree"
        try:
            (actions.agree_to_leaving if agrees else actions.decline_leaving)(number, by=viewer, at=at)
        except NotThere:
            raise
        except Refused as no:
            refused = no.sentence
        else:
            return see_other(f"{reverse('leaving', args=[number])}?done={'agreed' if agrees else 'declined'}")
    shown = {
        **_line(seen, at),
        "decides": seen.stands == "asked" and not seen.mine and bool(people_rules.reach(viewer, "agree_leaving")),
        "refusal": refused,
        "done": _DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "desk/leavings/leaving.html", shown, status=_status(request))


@staff("ask_leaving")
@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """The words, once: a page to print, the same for programs, and the pictures, in one file."""
    viewer, at = viewer_of(request), timezone.now()
    try:
        left = actions.take_leaving(number, by=viewer, at=at)
    except NotThere:
        raise
    except Refused:
        return see_other(reverse("leaving", args=[number]))
    answer = HttpResponse(_packed(left, at), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{left.reference}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@staff("hold_concern")
@_asked_or_sent
def hold(request: HttpRequest, reference: str) -> HttpResponse:
    """A legal hold on one concern: it begins, or it ends."""
    viewer, at = viewer_of(request), timezone.now()
    queries.refuse_out_of_reach(reference, "hold_concern", viewer=viewer)
    standing = next((each for each in queries.holds(at=at, viewer=viewer) if each.reference == reference), None)
    form, refused = Holding(_given(request), initial={"tell": True}), ""
    if request.method == "POST" and (request.POST.get("do") == "end" or form.is_valid()):
        done = "held"
        try:
            if request.POST.get("do") == "end":
                done = "ended"
                actions.end_hold(reference, by=viewer, at=at)
            else:
                said = form.cleaned_data
                actions.hold_concern(
                    reference,
                    said["reason"],
                    file_number=said["file_number"],
                    tell=said["tell"],
                    by=viewer,
                    at=at,
                )
        except NotThere:
            raise
        except Refused as no:
            refused = no.sentence
        else:
            return see_other(f"{reverse('hold-concern', args=[reference])}?done={done}")
    shown = {
        "reference": reference,
        "form": form,
        "standing": standing,
        "says": rules.HOLDING[standing.reason].says if standing else "",
        "since": telling.moment(standing.began_at, at) if standing else "",
        "refusal": refused,
        "done": _DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "desk/leavings/hold.html", shown, status=_status(request))


@staff("see_holds")
@require_safe
def holds(request: HttpRequest) -> HttpResponse:
    """The legal holds that stand: by reference and reason, never with a word."""
    viewer, at = viewer_of(request), timezone.now()
    may = bool(people_rules.reach(viewer, "hold_concern"))
    lines = [
        (each, rules.HOLDING[each.reason].says, telling.moment(each.began_at, at))
        for each in queries.holds(at=at, viewer=viewer)
    ]
    return render(request, "desk/leavings/holds.html", {"lines": lines, "may": may})


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """Words that wait for a sergeant's yes, or to be taken by whoever asked; holds that have stood for a year."""
    at = timezone.now()
    if people_rules.reach(viewer, "ask_leaving"):
        found = queries.leavings(at=at, viewer=viewer)
        url = reverse("leavings")
        asks = sum(each.stands == "asked" and not each.mine for each in found)
        if asks and people_rules.reach(viewer, "agree_leaving"):
            yield Matter(
                "Words are to leave byname" if asks == 1 else f"The words of {asks} concerns are to leave byname",
                "For records or enforcement. Nothing leaves before you have said yes or no.",
                url, "Decide", on, pressing=True,
            )  # fmt: skip
        if any(each.stands == "agreed" and each.mine for each in found):
            yield Matter(
                "What you asked for was agreed to", "Take the words within seven days, once.", url, "Take them", on
            )
    if people_rules.reach(viewer, "hold_concern") and viewer.divisions:
        old = sum(each.to_review for each in queries.holds(at=at, viewer=viewer))
        if old:
            yield Matter(
                "A legal hold has stood for a year" if old == 1 else f"{old} legal holds have stood for a year",
                "Ask whether it is still needed, and end it where it is not.", reverse("holds"), "Look at it", on,
            )  # fmt: skip


def _line(seen: queries.Request, at: datetime) -> dict[str, Any]:
    return {
        "seen": seen,
        "says": rules.LEAVING[seen.reason].says,
        "stands": STANDS[seen.stands],
        "asked": telling.moment(seen.asked_at, at),
    }


def _packed(left: actions.Left, at: datetime) -> bytes:
    """One archive: the page, the values, and each picture."""
    page = render_to_string(
        "desk/leavings/page.html",
        {
            "left": left,
            "why": rules.LEAVING[left.reason].says,
            "category": telling.category(left.category, snapshot.hearing()),
            "when": telling.when(left.told),
            "at": timezone.localtime(at),
        },
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{left.reference}.html", page)
        archive.writestr(f"{left.reference}.json", json.dumps(left.kept(), ensure_ascii=False, indent=1))
        for number, picture in enumerate(left.pictures, start=1):
            archive.writestr(f"{left.reference}-{number}.jpg", picture)
    return file.getvalue()


def _given(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


urls = [
    path("concerns/<str:reference>/leave/", ask, name="ask-leaving"),
    path("concerns/<str:reference>/hold/", hold, name="hold-concern"),
    path("leavings/", leavings, name="leavings"),
    path("leavings/<int:number>/", leaving, name="leaving"),
    path("leavings/<int:number>/take/", take, name="take-leaving"),
    path("holds/", holds, name="holds"),
]
