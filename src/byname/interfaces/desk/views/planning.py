"""Planning at the desk: proposing a posting, seeing what it would break, adopting it or dropping it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import days, paging, wording
from byname.interfaces.desk.today import Matter
from byname.interfaces.desk.views.areas import about, area_of
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import rules
from byname.postings import actions, queries
from byname.postings import rules as posting_rules
from byname.vocabulary import Actor, NotThere, Refused

_MOST_CHOICES: Final = 12
_USUAL_NOTICE: Final = timedelta(days=30)
_A_PAGE: Final = 50


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """What Today tells of proposals: to who decides, what waits; to who proposed, what was decided lately."""
    if rules.reach(viewer, "adopt_posting"):
        lines = queries.proposals_waiting(on=on, viewer=viewer)
        if len(lines) == 1:
            yield _matter(lines[0], "Decide")
        elif lines:
            yield Matter(
                f"{len(lines)} proposals wait for you",
                f"The first would begin in {lines[0].area_name}.",
                reverse("proposals"),
                "Decide",
                on=lines[0].first_on,
            )
    elif rules.reach(viewer, "propose_posting"):
        since = datetime.combine(on - posting_rules.DECIDED_LATELY, datetime.min.time())
        for line in queries.proposals_decided(since=timezone.make_aware(since), on=on, viewer=viewer):
            yield _matter(line, "See it")


def _matter(line: queries.ProposalLine, act: str) -> Matter:
    title = {
        "waiting": "A proposal waits for you",
        "adopted": "Your proposal was adopted",
        "dropped": "Your proposal was dropped",
    }
    sentence = f"{line.officer_title} for {line.area_name}, from"
    return Matter(title[line.state], sentence, reverse("proposal", args=[line.number]), act, on=line.first_on)


@staff("propose_posting")
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits for a decision."""
    viewer = viewer_of(request)
    lines = queries.proposals_waiting(on=snapshot.today(), viewer=viewer)
    pages = paging.pages(request, len(lines), _A_PAGE)
    shown = {
        "lines": lines[pages.offset : pages.offset + _A_PAGE],
        "pages": pages,
        "decides": bool(rules.reach(viewer, "adopt_posting")),
        "roles": wording.ROLES,
        "dropped": request.GET.get("dropped") == "1",
    }
    return render(request, "desk/planning/proposals.html", shown)


class Proposing(forms.Form):
    """What proposing a posting asks; the area is settled before."""

    officer = forms.CharField(
        label="Which officer?",
        max_length=120,
        help_text="Badge number or name.",
        error_messages={"required": "Say which officer: a badge number or a name."},
    )
    role = forms.ChoiceField(
        label="As what?", choices=[("lead", "Leads the team"), ("member", "Joins the team")], widget=forms.RadioSelect
    )
    succeeds = forms.ChoiceField(required=False)
    first_on = days.Day(
        label="First day",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Choose the first day.", "invalid": "Choose a day, such as 2027-03-01."},
    )
    planned_end_on = days.Day(
        label="Promised until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=f"Leave it empty for a whole term of {posting_rules.TERM_YEARS} years.",
        error_messages={"invalid": "Choose a day, such as 2031-03-01."},
    )
    instead_of = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: queries.AreaDesk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(each.officer.reference, each.officer.title) for each in seen.team if each.officer.reference]
        self.fields["succeeds"] = forms.ChoiceField(
            label="Takes over from", required=False, choices=[("", "Nobody: a new place on the team"), *named]
        )


@staff("propose_posting")
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Proposing a posting: where, then who and from when; nothing is in force yet."""
    viewer, on = viewer_of(request), snapshot.today()
    asked = request.POST if request.method == "POST" else request.GET
    slug = asked.get("area", "")
    if not slug:
        return _where(request, viewer)
    facts = area_of(slug)
    rules.require(viewer, "propose_posting", about(facts))
    seen = queries.area_desk(facts, on=on, viewer=viewer)
    shown: dict[str, Any] = {"area": facts, "seen": seen, "candidates": ()}
    if request.method != "POST":
        shown["form"] = Proposing(initial=_usual(request, seen, on), seen=seen)
        return render(request, "desk/planning/propose.html", shown)
    form = shown["form"] = Proposing(request.POST, seen=seen)
    if form.is_valid():
        said = form.cleaned_data
        candidates = _named(said["officer"], on, viewer)
        if isinstance(candidates, str):
            try:
                number = actions.propose_posting(
                    candidates,
                    slug,
                    said["role"],
                    first=said["first_on"],
                    planned_end_on=said["planned_end_on"],
                    succeeds=said["succeeds"],
                    instead_of=said["instead_of"],
                    by=viewer,
                    at=timezone.now(),
                )
                return see_other(reverse("proposal", args=[number]))
            except NotThere:
                raise
            except Refused as no:
                shown |= {"refusal": no.sentence, "refusal_field": no.field}
        elif candidates.total:
            shown |= {"candidates": candidates.lines, "more": max(0, candidates.total - _MOST_CHOICES)}
        else:
            form.add_error("officer", "Nobody you answer for is called that. A badge number finds everybody.")
    return render(request, "desk/planning/propose.html", shown, status=422)


def _where(request: HttpRequest, viewer: Actor) -> HttpResponse:
    """The first question: which area."""
    text = request.GET.get("q", "")[:120]
    found = queries.areas_in_reach(snapshot.city().territory.areas, "propose_posting", viewer=viewer, text=text)
    kept = {name: value for name in ("officer", "succeeds") if (value := request.GET.get(name, "")[:40])}
    shown = {"areas": found[:_A_PAGE], "more": max(0, len(found) - _A_PAGE), "text": text, "kept": kept}
    return render(request, "desk/planning/where.html", shown)


def _usual(request: HttpRequest, seen: queries.AreaDesk, on: date) -> dict[str, object]:
    """What stands in the form at first: as the link said, else what is likeliest."""
    asked = ("officer", "succeeds", "role", "first_on", "planned_end_on")
    given = {name: request.GET.get(name, "")[:40] for name in asked}
    before = next((each for each in seen.team if each.officer.reference == (given["succeeds"] or None)), None)
    leads = any(each.role == "lead" for each in seen.team)
    leaves = (before.last or before.planned_end_on) if before else None
    usual = {
        "role": before.role if before else "member" if leads else "lead",
        "first_on": leaves if leaves and leaves > on else on + _USUAL_NOTICE,
        "instead_of": number if (number := request.GET.get("instead_of", "")).isdigit() else None,
    }
    return usual | {name: value for name, value in given.items() if value}


def _named(said: str, on: date, viewer: Actor) -> str | queries.OfficersPage:
    """The one officer meant, by reference; else those within reach who may be."""
    said = said.strip().replace("\0", "")
    for name in (said, said.upper()):
        if known := queries.officer_to_propose(name, on=on, viewer=viewer):
            return known.reference
    found = queries.officers_in_reach(on=on, at=timezone.now(), viewer=viewer, text=said, limit=_MOST_CHOICES)
    return found.lines[0].officer.reference if found.total == 1 else found


class Adopting(forms.Form):
    """Why the terms end early that adopting a proposal cuts short."""

    own_reason = forms.ChoiceField(required=False)
    outgoing_reason = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, endings: posting_rules.Endings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, cut, posting in (
            ("own_reason", endings.own_cut, endings.own),
            ("outgoing_reason", endings.outgoing_cut, endings.outgoing),
        ):
            if not cut or posting is None:
                del self.fields[name]
                continue
            self.fields[name] = forms.ChoiceField(
                label=f"Why {posting.officer_title} leaves {posting.area_name} early",
                choices=wording.choices(posting_rules.REASONS, wording.REASONS, "Choose"),
                help_text="Published for the whole service only, never for one area or officer.",
                error_messages={"required": "Say why the term ends early."},
            )


@staff("propose_posting")
@require_safe
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """One proposal: what it would break, and the decision."""
    return _proposal(request, number)


def _proposal(
    request: HttpRequest, number: int, form: Adopting | None = None, refusal: str = "", field: str = ""
) -> HttpResponse:
    viewer, on = viewer_of(request), snapshot.today()
    seen = queries.proposal(number, on=on, at=timezone.now(), viewer=viewer)
    facts = snapshot.city().teams.get(seen.line.area)
    shown = {
        "seen": seen,
        "line": seen.line,
        "no": [each for each in seen.consequences if each.weight == "no"],
        "look": [each for each in seen.consequences if each.weight == "look"],
        "fine": [each for each in seen.consequences if each.weight == "fine"],
        "role": wording.ROLES[seen.line.role],
        "form": form or Adopting(endings=seen.endings),
        "refusal": refusal,
        "refusal_field": field,
        "on": on,
        "public": facts is not None,
    }
    return render(request, "desk/planning/proposal.html", shown, status=422 if form or refusal else 200)


@staff("adopt_posting")
@require_POST
def adopt(request: HttpRequest, number: int) -> HttpResponse:
    """Adopting a proposal: in force from its first day, told to residents when its time comes."""
    viewer, on = viewer_of(request), snapshot.today()
    seen = queries.proposal(number, on=on, at=timezone.now(), viewer=viewer)
    form = Adopting(request.POST, endings=seen.endings)
    if not form.is_valid():
        return _proposal(request, number, form)
    try:
        actions.adopt_proposal(
            number,
            own_reason=form.cleaned_data.get("own_reason", ""),
            outgoing_reason=form.cleaned_data.get("outgoing_reason", ""),
            by=viewer,
            at=timezone.now(),
        )
    except NotThere:
        raise
    except Refused as no:
        return _proposal(request, number, form, no.sentence, no.field or "")
    return see_other(reverse("proposal", args=[number]))


@staff("propose_posting")
@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Dropping a proposal: nothing changes."""
    try:
        actions.drop_proposal(number, by=viewer_of(request), at=timezone.now())
    except NotThere:
        raise
    except Refused as no:
        return _proposal(request, number, None, no.sentence)
    return see_other(reverse("proposals") + "?dropped=1")


urls = [
    path("proposals/", proposals, name="proposals"),
    path("proposals/new/", propose, name="propose"),
    path("proposals/<int:number>/", proposal, name="proposal"),
    path("proposals/<int:number>/adopt/", adopt, name="adopt-proposal"),
    path("proposals/<int:number>/drop/", drop, name="drop-proposal"),
]
