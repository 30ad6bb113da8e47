"""Areas at the desk: the list, one area with its team, ending a posting and undoing it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import days, paging, wording
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import rules
from byname.places.queries import AreaFacts
from byname.postings import actions, queries
from byname.postings import rules as posting_rules
from byname.vocabulary import Actor, NotThere, Period, Refused

_A_PAGE: Final = 30


def area_of(slug: str) -> AreaFacts:
    """An area by its slug, as this process holds it; NotThere for an unknown one."""
    team = snapshot.city().teams.get(slug)
    if team is None:
        raise NotThere
    return team.area


def about(area: AreaFacts) -> rules.About:
    """An area as the table of permissions is asked about it."""
    return rules.About(area=area.slug, divisions=frozenset({area.division_code}) - {""})


def divisions_offered(viewer: Actor, act: str) -> list[tuple[str, str]]:
    """The divisions somebody may choose among in an act: code and name; none where there is but one."""
    scope = rules.reach(viewer, act)
    known = snapshot.city().territory.divisions
    found = [(each.code, each.name) for each in known if scope == "service" or each.code in viewer.divisions]
    return found if len(found) > 1 and scope in ("service", "division") else []


@staff("see_team")
@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """The areas within reach: who leads, how many serve, what changes next."""
    viewer, on = viewer_of(request), snapshot.today()
    text, division = request.GET.get("q", "")[:120], request.GET.get("division", "")[:12]
    found = queries.areas_in_reach(
        snapshot.city().territory.areas, "see_team", viewer=viewer, division=division, text=text
    )
    pages = paging.pages(request, len(found), _A_PAGE)
    lines = queries.area_lines(found[pages.offset : pages.offset + _A_PAGE], on=on, viewer=viewer)
    shown = {
        "lines": lines,
        "total": len(found),
        "pages": pages,
        "text": text,
        "division": division,
        "divisions": divisions_offered(viewer, "see_team"),
    }
    return render(request, "desk/areas/areas.html", shown)


@staff("see_team")
@require_safe
def area(request: HttpRequest, slug: str) -> HttpResponse:
    """One area: the team today, what is to come, and what may be done about it."""
    viewer, on = viewer_of(request), snapshot.today()
    city, facts = snapshot.city(), area_of(slug)
    seen = queries.area_desk(facts, on=on, viewer=viewer)
    proposes = rules.may(viewer, "propose_posting", about(facts))
    hands_over = rules.may(viewer, "open_handover", about(facts))
    shown = {
        "area": facts,
        "seen": seen,
        "coming": sorted(
            [(each.last or on, True, each) for each in seen.leaving]
            + [(each.first, False, each) for each in seen.arriving],
            # On the day itself, who leaves before who comes.
            key=lambda change: (change[0], not change[1]),
        ),
        "on": on,
        "leads": any(each.role == "lead" for each in seen.team),
        "division": next((each for each in city.territory.divisions if each.code == facts.division_code), None),
        "public": city.team_of(slug) is not None,
        "proposes": proposes,
        "proposals": queries.proposals_waiting(area=slug, on=on, viewer=viewer) if proposes else (),
        "ends": rules.may(viewer, "end_posting", about(facts)),
        "covering": rules.may(viewer, "cover_area", about(facts)),
        "hands_over": hands_over,
        # Who declared a conflict about the place opens none there.
        "opens": not viewer.conflicts or not viewer.conflicts & queries.places_told_of(slug, viewer=viewer),
        "handovers": queries.open_handovers(area=slug, viewer=viewer) if hands_over else (),
        "calendars": rules.may(viewer, "see_postings", about(facts)),
        "roles": wording.ROLES,
        "ended": request.GET.get("ended", ""),
    }
    return render(request, "desk/areas/area.html", shown)


class Ending(forms.Form):
    """What ending a posting asks."""

    last_day = days.Day(
        label="Last day on the team",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the last day.", "invalid": "Choose a day, such as 2027-03-01."},
    )
    reason = forms.ChoiceField(
        label="Why it ends before the promised day",
        choices=wording.choices(posting_rules.REASONS, wording.REASONS, "It ends as promised"),
        required=False,
    )
    was = days.Day(required=False, label="The end as it was seen")

    def __init__(self, *args: object, seen: queries.EndingSeen, on: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through to Django as they came
        self.seen, self.on = seen, on
        if seen.last is not None:
            self.fields["last_day"].initial = seen.last - timedelta(days=1)
        self.fields["reason"].help_text = (
            "Published for the whole service only, never for one area or officer."
            if seen.planned_end_on is None
            else f"Needed when it ends before {posting_rules.spoken_day(seen.planned_end_on)}. Published for the whole "
            "service only, never for one area or officer."
        )

    def clean(self) -> dict[str, object]:
        """The answers, the reason checked against the day."""
        said = self.cleaned_data
        last = said.get("last_day")
        if last is None:
            return said
        try:
            posting_rules.refuse_last_day(last, self.seen.first, self.seen.planned_end_on, self.on)
        except Refused as no:
            self.add_error("last_day", no.sentence)
            return said
        if posting_rules.ends_early(last + timedelta(days=1), self.seen.planned_end_on):
            if not said.get("reason"):
                self.add_error("reason", "Say why it ends before the promised day.")
        else:
            said["reason"] = ""
        return said


@staff("end_posting")
@require_http_methods(["GET", "HEAD", "POST"])
def end_posting(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """Ending a posting: the last day, why, and what is left of the team."""
    viewer, on = viewer_of(request), snapshot.today()
    facts = area_of(slug)
    seen = queries.ending(reference, slug, on=on, viewer=viewer)
    asked = Ending(request.POST or None, seen=seen, on=on)
    refusal = ""
    if request.method == "POST" and asked.is_valid():
        last = asked.cleaned_data["last_day"] + timedelta(days=1)
        try:
            actions.end_posting(
                reference,
                slug,
                last=last,
                reason=asked.cleaned_data["reason"],
                seen=Period(seen.first, asked.cleaned_data["was"]),
                by=viewer,
                at=timezone.now(),
            )
            return see_other(reverse("desk-area", args=[slug]) + ("?ended=past" if last <= on else "?ended=1"))
        except Refused as no:
            refusal = no.sentence
    shown = {"area": facts, "seen": seen, "form": asked, "refusal": refusal, "on": on, "role": wording.ROLES[seen.role]}
    return render(request, "desk/areas/end.html", shown, status=422 if request.method == "POST" else 200)


class Undoing(forms.Form):
    """Why an end is undone."""

    reason = forms.ChoiceField(
        label="Why the end was a mistake",
        choices=wording.choices(posting_rules.MISTAKES, wording.MISTAKES, "Choose"),
        error_messages={"required": "Say why the end was a mistake."},
    )
    first = days.Day()
    last = days.Day()


@staff("end_posting")
@require_http_methods(["GET", "HEAD", "POST"])
def undo_end(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """Undoing an end that was set by mistake and has come: the posting goes on as it was promised."""
    viewer, on = viewer_of(request), snapshot.today()
    facts = area_of(slug)
    seen = queries.ended_lately(reference, slug, on=on, viewer=viewer)
    asked = Undoing(request.POST or None)
    refusal = ""
    if request.method == "POST" and asked.is_valid():
        said = asked.cleaned_data
        try:
            was = Period(said["first"], said["last"])
            actions.undo_end(reference, slug, seen=was, reason=said["reason"], by=viewer, at=timezone.now())
            return see_other(reverse("desk-area", args=[slug]) + "?ended=undone")
        except NotThere:
            raise
        except Refused as no:
            refusal = no.sentence
    shown = {"area": facts, "seen": seen, "form": asked, "refusal": refusal, "reference": reference}
    return render(request, "desk/areas/undo_end.html", shown, status=422 if request.method == "POST" else 200)


urls = [
    path("areas/", areas, name="desk-areas"),
    path("areas/<slug:slug>/", area, name="desk-area"),
    path("areas/<slug:slug>/end/<slug:reference>/", end_posting, name="end-posting"),
    path("areas/<slug:slug>/end/<slug:reference>/undo/", undo_end, name="undo-end"),
]
