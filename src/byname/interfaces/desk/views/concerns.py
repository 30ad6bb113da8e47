"""Concerns at the desk: the list by what presses, its file, and what waits for an answer today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from byname.concerns import queries, rules
from byname.interfaces import snapshot
from byname.interfaces.desk import days, paging, sheets, telling
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import staff, viewer_of
from byname.people import rules as people_rules
from byname.postings import queries as postings
from byname.vocabulary import Actor

IN_A_FILE: Final = 5_000
_NOT_ENDED: Final = (
    ("open", "Everything open"),
    ("unanswered", "Nobody has answered"),
    ("wrote_again", "They wrote again"),
)


class Which(forms.Form):
    """What the list is cut by: never words, names or contacts."""

    reference = forms.CharField(label="Reference", required=False, max_length=40)
    state = forms.ChoiceField(label="Where it stands", required=False)
    area = forms.ChoiceField(label="Area", required=False)
    category = forms.ChoiceField(label="What it is about", required=False)
    language = forms.ChoiceField(label="Written in", required=False)
    raised_from = days.Day(label="Raised from", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    raised_until = days.Day(label="Raised until", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    mine = forms.BooleanField(label="Only those I have", required=False)
    sergeant = forms.BooleanField(label="Only those with the sergeant", required=False)

    def __init__(self, data: Any, viewer: Actor) -> None:
        super().__init__(data)
        areas = postings.areas_in_reach(snapshot.city().territory.areas, "see_concern", viewer=viewer)
        choose(self, "area", [(each.slug, each.name) for each in areas], "Every area")
        choose(self, "category", [(each.code, each.name("en")) for each in snapshot.hearing().raisable.values()], "Any")
        choose(self, "language", telling.languages(), "Any language")
        states = [*_NOT_ENDED, *telling.STATES.items(), ("all", "Ended ones too")]
        choose(self, "state", states[1:], states[0][1])


@staff("see_concern")
@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    """The concerns within reach, the most pressing first."""
    viewer, at, hearing = viewer_of(request), timezone.now(), snapshot.hearing()
    form, asked = _asked(request)
    page = queries.inbox(asked, page=paging.asked_for(request), at=at, viewer=viewer)
    earlier, later = paging.neighbours(request, more=page.more)
    plain = {name: value for name, value in request.GET.items() if name in form.fields and value}
    shown = {
        "form": form,
        "lines": [_line(line, hearing, at) for line in page.lines],
        "number": paging.asked_for(request),
        "earlier": earlier,
        "later": later,
        "narrowed": bool(plain),
        "query": urlencode(plain),
        "open": asked.state == "open" and not asked.reference,
        "records": bool(people_rules.reach(viewer, "record_concern")),
    }
    return render(request, "desk/concerns/list.html", shown, status=422 if form.errors else 200)


@staff("see_concern")
@require_safe
def concerns_file(request: HttpRequest) -> HttpResponse:
    """The same as a CSV file, one concern a line: without what anybody wrote, and without how to reach them."""
    _, asked = _asked(request)
    page = queries.inbox(asked, page=1, at=timezone.now(), viewer=viewer_of(request), size=IN_A_FILE)
    head = (
        "reference", "area", "division", "category", "state", "outcome", "raised_at", "due_at", "answered_at",
        "standing", "with", "officer", "channel", "written_in", "danger", "opened_again",
    )  # fmt: skip
    rows = [
        (
            line.reference, line.area, line.division, line.category, line.state, line.outcome, _stamp(line.raised_at),
            _stamp(line.due_at), _stamp(line.answered_at), line.standing, line.holder,
            telling.title(line.officer) if line.officer else "", line.channel, line.written_in,
            " ".join(line.danger), line.reopened,
        )
        for line in page.lines
    ]  # fmt: skip
    return sheets.sheet(f"concerns-{snapshot.today()}", head, rows)


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """What waits for an answer: the sergeant is told what is late, alarming or past the team, an officer all of it."""
    scope = people_rules.reach(viewer, "see_concern")
    if scope not in ("areas", "division") or not (viewer.areas or viewer.divisions):
        return
    found = queries.waiting_for(at=timezone.now(), viewer=viewer)
    url, sergeant = reverse("desk-concerns"), scope == "division"
    if found.danger:
        yield Matter(
            f"{_many(found.danger)} may speak of danger",
            "Words in it sound like harm, violence at home or a crisis. Read it before anything else."
            if found.danger == 1
            else "Words in them sound like harm, violence at home or a crisis. Read them before anything else.",
            url, "Read now", on, pressing=True,
        )  # fmt: skip
    if found.overdue:
        yield Matter(
            f"{_many(found.overdue)} {'is' if found.overdue == 1 else 'are'} late",
            "Nobody has answered within the promised time. Whoever raised it was told so.",
            f"{url}?state=unanswered", "Answer" if not sergeant else "See which", on, pressing=True,
        )  # fmt: skip
    if sergeant and found.with_sergeant:
        yield Matter(
            f"{_many(found.with_sergeant)} came to the sergeant",
            "Past the team, or opened again a second time. Only you can answer.",
            f"{url}?state=unanswered&sergeant=on", "Answer", on,
        )  # fmt: skip
    if not sergeant and found.near:
        yield Matter(
            f"{_many(found.near)} wait{'s' if found.near == 1 else ''} for an answer soon",
            "A third of the promised time is left, or less.", f"{url}?state=unanswered", "Answer", on,
        )  # fmt: skip
    if not sergeant and found.wrote_again:
        yield Matter(
            f"{_people(found.wrote_again)} wrote again",
            "You or your team answered, and they have written since.",
            f"{url}?state=wrote_again",
            "Read",
            on,
        )
    calm = found.unanswered - found.overdue - found.near
    if not sergeant and calm > 0:
        yield Matter(
            f"{_many(calm)} {'has' if calm == 1 else 'have'} no answer yet",
            "There is time, and somebody waits.", f"{url}?state=unanswered", "See which",
        )  # fmt: skip


def _many(count: int) -> str:
    return "One concern" if count == 1 else f"{count} concerns"


def _people(count: int) -> str:
    return "One person" if count == 1 else f"{count} people"


def _asked(request: HttpRequest) -> tuple[Which, queries.Asked]:
    """The form as it was sent, and what it asks for: everything open where it cannot be read."""
    given = {name: request.GET[name].replace("\0", "") for name in Which.base_fields if name in request.GET}
    form = Which(given, viewer_of(request))
    if not form.is_valid():
        return form, queries.Asked(state="open")
    said = form.cleaned_data
    state = "" if said["state"] == "all" or said["reference"] else said["state"] or "open"
    until = said["raised_until"]
    asked = queries.Asked(
        reference=said["reference"],
        area=said["area"],
        category=said["category"],
        state=state,
        language=said["language"],
        mine=said["mine"],
        with_sergeant=said["sergeant"],
        raised_from=said["raised_from"],
        raised_until=until + timedelta(days=1) if until else None,
    )
    return form, asked


def _line(line: queries.Line, hearing: rules.Profile, at: datetime) -> dict[str, object]:
    ended = line.state in ("closed", "handed_on")
    return {
        "line": line,
        "category": telling.category(line.category, hearing),
        # That it was answered stands there already.
        "state": rules.OUTCOMES[line.outcome] if line.outcome else telling.STATES[line.state].replace("Answered", ""),
        "standing": telling.stands(line.due_at, line.answered_at, line.standing, at, ended=ended),
        "officer": telling.title(line.officer) if line.officer else "",
        "raised": telling.moment(line.raised_at, at),
        "written_in": telling.language(line.written_in) if line.written_in not in ("", "en") else "",
    }


def _stamp(when: datetime | None) -> str:
    return timezone.localtime(when).isoformat(timespec="minutes") if when else ""


def choose(form: forms.Form, name: str, choices: list[tuple[str, str]], empty: str) -> None:
    """Gives a form's field its choices, what stands for none of them first."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = [("", empty), *choices]


urls = [
    path("concerns/", concerns, name="desk-concerns"),
    path("concerns.csv", concerns_file, name="desk-concerns-file"),
]
