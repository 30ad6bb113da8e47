"""Telling the neighbourhood: a public wording of a concern, seen first as strangers will, taken back in one press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.concerns import actions, queries, rules
from byname.interfaces import snapshot
from byname.interfaces.desk import paging, telling
from byname.interfaces.desk.views.concerns import choose
from byname.interfaces.http import see_other, staff, viewer_of
from byname.vocabulary import NotThere, Refused

_asked_or_sent = require_http_methods(["GET", "HEAD", "POST"])
_DONE: Final = {
    "published": "It is public. Everybody who opens the area’s page can read it now.",
    "changed": "The new words are public.",
    "withdrawn": "It is taken back. Nobody finds it any more.",
}


class Worded(forms.Form):
    """A public wording of a concern."""

    words = forms.CharField(
        label="What is it, in your own words?",
        help_text="One line, such as “Speeding on the school stretch, weekday mornings”. Nobody’s name, number, plate "
        "or door, and not the words of the person who wrote.",
        max_length=rules.LONGEST_WORDING,
        widget=forms.Textarea({"rows": 2, "dir": "auto"}),
        error_messages={"required": "Say in a few words of your own what it is."},
    )
    done = forms.CharField(
        label="What was done?",
        help_text="What you and others did about it, or what comes next. You can add to this later.",
        required=False,
        max_length=rules.LONGEST_DONE,
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
    )
    category = forms.ChoiceField(label="What it is about", error_messages={"required": "Choose what it is about."})
    placed = forms.BooleanField(required=False)

    def __init__(self, data: Any, concern: queries.Thread, before: queries.OwnWording | None) -> None:
        hearing = snapshot.hearing()
        first: dict[str, object] = {"category": concern.category, "placed": True}
        if before:
            first = {name: getattr(before, name) for name in ("words", "done", "category", "placed")}
        super().__init__(data, initial=first)
        kinds = {each.code: each.name("en") for each in hearing.raisable.values()}
        kinds.setdefault(concern.category, telling.category(concern.category, hearing))
        choose(self, "category", list(kinds.items()), "Choose …")

    def draft(self) -> rules.Draft:
        """The wording as it was written."""
        said = self.cleaned_data
        return rules.Draft(said["words"], said["done"], said["category"], placed=said["placed"])


@dataclass(frozen=True, slots=True)
class Line:
    """One wording in the list."""

    wording: queries.OwnWording
    category: str
    state: str
    since: str


@staff("publish_wording")
@_asked_or_sent
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """The form; then exactly what strangers will see; then, sent from there, it is public."""
    viewer, at = viewer_of(request), timezone.now()
    before = queries.wording_of(reference, viewer=viewer)
    seen = queries.thread(reference, at=at, viewer=viewer)
    sent = request.method == "POST"
    form = Worded(request.POST if sent else None, seen, before)
    stands = before is not None and before.withdrawn_at is None
    refused: Refused | None = None
    preview: queries.Published | None = None
    if sent and form.is_valid() and request.POST.get("do") != "change":
        categories = snapshot.hearing().raisable
        try:
            if request.POST.get("do") == "publish":
                act = actions.change_wording if stands else actions.publish_wording
                act(reference, form.draft(), categories=categories, known=_known(seen.area), by=viewer, at=at)
                return _back(reference, "changed" if stands else "published")
            preview = queries.wording_to_be(
                reference, form.draft(), categories=categories, known=_known(seen.area), at=at, viewer=viewer
            )
        except NotThere:
            raise
        except Refused as no:
            refused = no
    hearing = snapshot.hearing()
    shown = {
        "form": form,
        "seen": seen,
        "about": telling.category(seen.category, hearing),
        "stands": stands,
        "alarms": telling.alarms(seen.danger),
        "may_be_placed": rules.place_may_be_told(seen.place_kind, " ".join(seen.danger)),
        "at_home": "home" in seen.danger,
        "line": preview,
        "category": hearing.category(preview.category) if preview else None,
        "category_name": telling.category(preview.category, hearing) if preview else "",
        "refusal": refused.sentence if refused else "",
        "refusal_field": refused.field if refused else "",
    }
    wrong = bool(refused) or (sent and not form.is_valid())
    return render(request, "desk/concerns/publish.html", shown, status=422 if wrong else 200)


@staff("publish_wording")
@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """What was published is taken back, in one press."""
    actions.withdraw_wording(reference, by=viewer_of(request), at=timezone.now())
    return _back(reference, "withdrawn")


@staff("publish_wording")
@require_safe
def published(request: HttpRequest, reference: str) -> HttpResponse:
    """What strangers see of a concern now, and the one press that takes it back."""
    viewer = viewer_of(request)
    own = queries.wording_of(reference, viewer=viewer)
    if own is None:
        return see_other(reverse("publish-concern", args=[reference]))
    line = next(iter(queries.published(references=[reference], viewer=viewer)), None)
    hearing = snapshot.hearing()
    shown = {
        "own": own,
        "line": line,
        "category": hearing.category(own.category),
        "category_name": telling.category(own.category, hearing),
        "done": _DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "desk/concerns/published.html", shown)


@staff("publish_wording")
@require_safe
def wordings(request: HttpRequest) -> HttpResponse:
    """What the team has published, the latest first, found by its own public words."""
    viewer, at, hearing = viewer_of(request), timezone.now(), snapshot.hearing()
    words = " ".join(request.GET.get("words", "").split())[: rules.LONGEST_WORDING]
    page = queries.wordings(words, page=paging.asked_for(request), viewer=viewer)
    earlier, later = paging.neighbours(request, more=page.more)
    shown = {
        "lines": [
            Line(
                each,
                telling.category(each.category, hearing),
                telling.STATES[each.state],
                telling.moment(each.withdrawn_at or each.published_at, at),
            )
            for each in page.wordings
        ],
        "words": words,
        "number": paging.asked_for(request),
        "earlier": earlier,
        "later": later,
    }
    return render(request, "desk/concerns/wordings.html", shown)


def _known(area: str) -> list[str]:
    """Names that are public: the team's officers, by which residents know them."""
    team = snapshot.city().team_of(area)
    return [each.officer.name for each in (*team.postings, *team.covers)] if team else []


def _back(reference: str, done: str) -> HttpResponse:
    return see_other(f"{reverse('published-concern', args=[reference])}?done={done}")


urls = [
    path("concerns/public/", wordings, name="desk-wordings"),
    path("concerns/<str:reference>/publish/", publish, name="publish-concern"),
    path("concerns/<str:reference>/public/", published, name="published-concern"),
    path("concerns/<str:reference>/withdraw/", withdraw, name="withdraw-concern"),
]
