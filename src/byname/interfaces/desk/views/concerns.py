"""Concerns at the desk: the list by what presses, its file, and what waits for an answer today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
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

_NOT_ENDED: Final = (
    ("open", "Everything open"),
    ("unanswered", "Nobody has answered"),
    ("wrote_again", "They wrote again"),
)
_AGES: Final = (
    ("within-1", "In the last 24 hours"),
    ("within-7", "In the last 7 days"),
    ("within-30", "In the last 30 days"),
    ("over-7", "More than 7 days ago"),
    ("over-30", "More than 30 days ago"),
    ("over-90", "More than 90 days ago"),
)
_DONE: Final = {
    "kept": "The list is kept. It stands above, whenever you come back.",
    "dropped": "The list is gone. Nothing that stood in it is.",
}


class Which(forms.Form):
    """What the list is cut by: never words, names or contacts."""

    reference = forms.CharField(label="Reference", required=False, max_length=40)
    state = forms.ChoiceField(label="Where it stands", required=False)
    area = forms.ChoiceField(label="Area", required=False)
    neighbourhood = forms.TypedChoiceField(label="Neighbourhood", required=False, coerce=int, empty_value=None)
    near = forms.CharField(label="Near the place of another, by its reference", required=False, max_length=40)
    category = forms.ChoiceField(label="What it is about", required=False)
    channel = forms.ChoiceField(label="How it came in", required=False)
    age = forms.ChoiceField(label="Raised", required=False)
    language = forms.ChoiceField(label="Written in", required=False)
    raised_from = days.Day(label="Raised from", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    raised_until = days.Day(label="Raised until", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    danger = forms.BooleanField(label="Only what may be danger", required=False)
    mine = forms.BooleanField(label="Only those I have", required=False)
    sergeant = forms.BooleanField(label="Only those with the sergeant", required=False)

    def __init__(self, data: Any, viewer: Actor) -> None:
        super().__init__(data)
        territory = snapshot.city().territory
        areas = postings.areas_in_reach(territory.areas, "see_concern", viewer=viewer)
        ids = {official_id for area in areas for official_id in area.official_ids}
        here = [
            (str(each.official_id), each.name)
            for each in territory.neighbourhoods
            if each.official_id in ids or each.home_division_code in viewer.divisions
        ]
        choose(self, "area", [(each.slug, each.name) for each in areas], "Every area")
        choose(self, "category", [(each.code, each.name("en")) for each in snapshot.hearing().raisable.values()], "Any")
        choose(self, "neighbourhood", sorted(here, key=lambda each: each[1]), "Every neighbourhood")
        choose(self, "channel", [(code, says.capitalize()) for code, says in telling.CHANNELS.items()], "Any way")
        choose(self, "age", list(_AGES), "At any time")
        others = [pair for pair in rules.INTERPRETED.items() if pair[0] not in dict(telling.languages())]
        choose(self, "language", telling.languages() + others, "Any language")
        states = [*_NOT_ENDED, *telling.STATES.items(), ("all", "Ended ones too")]
        choose(self, "state", states[1:], states[0][1])


@staff("see_concern")
@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    """The concerns within reach, the most pressing first."""
    viewer, at, hearing = viewer_of(request), timezone.now(), snapshot.hearing()
    form, asked = asked_for(request.GET, viewer)
    page = queries.inbox(asked, page=paging.asked_for(request), at=at, viewer=viewer)
    earlier, later = paging.neighbours(request, more=page.more)
    plain = {name: value for name, value in request.GET.items() if name in form.fields and value}
    shown: dict[str, object] = {
        "form": form,
        "lines": [_line(line, hearing, at) for line in page.lines],
        "number": paging.asked_for(request),
        "earlier": earlier,
        "later": later,
        "narrowed": bool(plain),
        "query": urlencode(plain),
        "open": asked.state == "open" and not asked.reference,
        "kept": [
            {"name": each.name, "number": each.number, "url": url_of(each.asked)}
            for each in (queries.kept_lists(viewer=viewer) if people_rules.reach(viewer, "keep_lists") else ())
        ],
        "plain": plain,
        "only": [_only(form, name) for name in plain] if form.is_valid() else [],
        "keeps": bool(people_rules.reach(viewer, "keep_lists")),
        "done": _DONE.get(request.GET.get("done", ""), ""),
        "records": bool(people_rules.reach(viewer, "record_concern")),
    }
    return render(request, "desk/concerns/list.html", shown, status=422 if form.errors else 200)


@staff("see_concern")
@require_safe
def concerns_file(request: HttpRequest) -> HttpResponse:
    """The same as a CSV file, one concern a line: without what anybody wrote, and without how to reach them.

    Who has a concern stands in nobody's file but their own: beside how the promise stands, officers could be ranked.
    """
    _, asked = asked_for(request.GET, viewer_of(request))
    page = queries.inbox_file(asked, at=timezone.now(), viewer=viewer_of(request))
    head = (
        "reference", "area", "division", "category", "state", "outcome", "raised_at", "due_at", "answered_at",
        "standing", "with", *(("officer",) if asked.mine else ()), "channel", "written_in", "danger", "opened_again",
    )  # fmt: skip
    rows = [
        (
            line.reference, line.area, line.division, line.category, line.state, line.outcome, _stamp(line.raised_at),
            _stamp(line.due_at), _stamp(line.answered_at), line.standing, line.holder,
            *((telling.title(line.officer) if line.officer else "",) if asked.mine else ()), line.channel,
            line.written_in, " ".join(line.danger), line.reopened,
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
    if found.wrote_again and (not sergeant or found.alarming_after_end):
        yield Matter(
            f"{_people(found.wrote_again)} wrote again",
            "You or your team answered, and they have written since."
            + (" What one of them says may be danger." if found.alarming_after_end else ""),
            f"{url}?state=wrote_again",
            "Read",
            on,
            pressing=bool(found.alarming_after_end),
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


def asked_for(given: Mapping[str, str], viewer: Actor) -> tuple[Which, queries.Asked]:
    """The form as it was sent, and what it asks for: everything open where it cannot be read."""
    said = {name: given[name].replace("\0", "") for name in Which.base_fields if name in given}
    form = Which(said, viewer)
    if not form.is_valid():
        return form, queries.Asked(state="open")
    values = dict(form.cleaned_data)
    with_sergeant, until = values.pop("sergeant"), values.pop("raised_until")
    values["state"] = "" if values["state"] == "all" or values["reference"] else values["state"] or "open"
    after = until + timedelta(days=1) if until else None
    return form, queries.Asked(**values, with_sergeant=with_sergeant, raised_until=after)


def url_of(asked: queries.Asked) -> str:
    """The address of a list that is cut so."""
    until = asked.raised_until - timedelta(days=1) if asked.raised_until else None
    # Everything open is what the page shows by itself.
    state = "" if asked.state == "open" else asked.state or "all"
    said = asdict(asked) | {"state": state, "sergeant": asked.with_sergeant, "raised_until": until}
    filled = {name: "on" if said[name] is True else said[name] for name in Which.base_fields if said[name]}
    return f"{reverse('desk-concerns')}?{urlencode(filled)}" if filled else reverse("desk-concerns")


def _only(form: Which, name: str) -> str:
    """What one filled field cuts the list to: "Written in: Urdu", or what stands beside its box."""
    field, value = form.fields[name], form.data[name]
    if isinstance(field, forms.BooleanField):
        return str(field.label).removeprefix("Only ")
    said = dict(field.choices).get(value, value) if isinstance(field, forms.ChoiceField) else value  # type: ignore[arg-type]  # choices are pairs
    return f"{field.label}: {said}"


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
