"""Handovers: the checklist between the officer who leaves and the one who comes, and the word of both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import days, passing_on
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import rules as people_rules
from byname.postings import actions, queries, rules
from byname.vocabulary import Actor, NotThere, Refused

SOURCES: Final[tuple[passing_on.Source, ...]] = (passing_on.open_concerns,)
"""Which parts of the programme have something of their own on the checklist."""

_SOON: Final = timedelta(days=14)
"""From so many days before the change an open handover stands on the sergeant's Today by itself."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One part of the checklist, in words."""

    code: str
    title: str
    asks: str
    """The label of its field."""
    hint: str
    empty: str


KINDS: Final = (
    Kind(
        "open_work",
        "Open work",
        "What is not finished?",
        "Write the role and the place, never a person or a flat: “the school’s vice-principal”, not a name.",
        "No open work is written down.",
    ),
    Kind(
        "contact",
        "Partners’ contacts",
        "Whom should they meet, and how?",
        "Only people who work with you, and only if they agreed: ask them first.",
        "No contact is passed on.",
    ),
    Kind(
        "promise",
        "Promises made",
        "What was promised, to whom, until when?",
        "“The tenants’ group: lights in the lane by June”. The group or the role, never a household.",
        "No promise is open.",
    ),
    Kind("key", "Keys and passes", "What is it, and where does it open?", "", "No key or pass is written down."),
    Kind(
        "note",
        "Good to know",
        "What would you have liked to know on your first day?",
        "Nothing about a person’s health, family, faith or status. Roles, places, times.",
        "Nothing is noted.",
    ),
)
_TITLES: Final = {kind.code: kind.title for kind in KINDS}


class NewItem(forms.Form):
    """One thing for the checklist."""

    kind = forms.ChoiceField(choices=[(kind.code, kind.title) for kind in KINDS])
    words = forms.CharField(max_length=2000, required=False)
    agreed = forms.BooleanField(required=False)
    agreed_on = days.Day(required=False)


class OneItem(forms.Form):
    """Which thing of the checklist, and what is done with it."""

    item = forms.IntegerField(min_value=1, max_value=2**62)
    do = forms.ChoiceField(choices=[(word, word) for word in ("tick", "untick", "remove")])


class Somebody(forms.Form):
    """An officer, by reference."""

    officer = forms.CharField(max_length=12)


class Day(forms.Form):
    """A day."""

    day = days.Day()


@staff("open_handover")
@require_safe
def handovers(request: HttpRequest) -> HttpResponse:
    """The handovers that are not closed, the next change first: how they stand, not what is written in them."""
    on = snapshot.today()
    found = queries.open_handovers(viewer=viewer_of(request))
    shown = [{"state": state, "late": rules.is_late(state.leaves_on, state.closed, on)} for state in found]
    return render(request, "desk/handover/handovers.html", {"handovers": shown})


@staff("open_handover")
@require_safe
def handover(request: HttpRequest, reference: str) -> HttpResponse:
    """One handover: who leaves, who comes, and, for those it concerns, everything that is passed on."""
    return _page(request, reference)


@staff("open_handover")
@require_http_methods(["GET", "HEAD", "POST"])
def open_handover(request: HttpRequest, slug: str) -> HttpResponse:
    """Who of a team leaves and when, and the way to a handover, which a POST opens."""
    viewer, on = viewer_of(request), snapshot.today()
    refusal = ""
    if request.method == "POST":
        form = Somebody(request.POST)
        if not form.is_valid():
            raise NotThere
        try:
            reference = actions.open_handover(form.cleaned_data["officer"], slug, by=viewer, at=timezone.now())
        except NotThere:
            raise
        except Refused as no:
            refusal = no.sentence
        else:
            return see_other(reverse("handover", args=[reference]))
    area = queries.area_to_hand_over(slug, on=on, viewer=viewer)
    return render(
        request, "desk/handover/open.html", {"area": area, "refusal": refusal}, status=422 if refusal else 200
    )


@staff("work_handover")
@require_POST
def add_to_handover(request: HttpRequest, reference: str) -> HttpResponse:
    """One more thing on the checklist."""
    form = NewItem(request.POST)
    kind = form.data.get("kind", "")
    if not form.is_valid():
        return _refused(request, reference, Refused("Choose a day that there is."), kind)
    said = form.cleaned_data
    agreed_on = said["agreed_on"] if said["agreed"] or kind != "contact" else None
    try:
        actions.add_item(
            reference, said["kind"], said["words"], agreed_on=agreed_on, by=viewer_of(request), at=timezone.now()
        )
    except NotThere:
        raise
    except Refused as no:
        return _refused(request, reference, no, kind)
    return _back(reference, kind)


@staff("work_handover")
@require_POST
def handover_item(request: HttpRequest, reference: str) -> HttpResponse:
    """One thing is ticked as passed on, unticked, or off the list."""
    form = OneItem(request.POST)
    if not form.is_valid():
        raise NotThere
    item, do = form.cleaned_data["item"], form.cleaned_data["do"]
    by, at = viewer_of(request), timezone.now()
    try:
        if do == "remove":
            actions.remove_item(reference, item, by=by, at=at)
        else:
            actions.tick_item(reference, item, do == "tick", by=by, at=at)
    except NotThere:
        raise
    except Refused as no:
        return _refused(request, reference, no, request.POST.get("kind", ""))
    return _back(reference, request.POST.get("kind", ""))


@staff("work_handover")
@require_POST
def give_word(request: HttpRequest, reference: str) -> HttpResponse:
    """An officer gives their own word."""
    viewer, at = viewer_of(request), timezone.now()
    state = queries.handover(reference, viewer=viewer, at=at).state
    elsewhere = sum(not held.done for held in _held(state, viewer))
    try:
        actions.give_word(reference, open_elsewhere=elsewhere, by=viewer, at=at)
    except NotThere:
        raise
    except Refused as no:
        return _refused(request, reference, no)
    return _back(reference, "words")


@staff("stand_in_handover")
@require_POST
def stand_in(request: HttpRequest, reference: str) -> HttpResponse:
    """The sergeant speaks for an officer who left the service, or says who takes over."""
    by, at = viewer_of(request), timezone.now()
    try:
        if "officer" in request.POST:
            form = Somebody(request.POST)
            if not form.is_valid():
                raise Refused("Choose who takes over.", field="officer")
            actions.name_follower(reference, form.cleaned_data["officer"], by=by, at=at)
        else:
            actions.stand_in(reference, by=by, at=at)
    except NotThere:
        raise
    except Refused as no:
        return _refused(request, reference, no)
    return _back(reference, "words")


@staff("announce_change")
@require_POST
def tell_from(request: HttpRequest, reference: str) -> HttpResponse:
    """From which day on residents are told."""
    form = Day(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Choose a day.", field="day")
        actions.tell_from(reference, form.cleaned_data["day"], by=viewer_of(request), at=timezone.now())
    except NotThere:
        raise
    except Refused as no:
        return _refused(request, reference, no)
    return _back(reference, "told")


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """An officer's own handovers until their word is given; a sergeant's unfinished ones, pressing once they are late.

    Who only plans is told by Continuity.
    """
    scope = people_rules.reach(viewer, "work_handover")
    if not scope:
        return
    later = []
    # Of those further ahead only how many there are is told.
    for state in queries.open_handovers(viewer=viewer, named_until=on + _SOON):
        side = rules.side_of(viewer.officer, state.outgoing, state.incoming)
        late = rules.is_late(state.leaves_on, state.closed, on)
        url = reverse("handover", args=[state.reference])
        if side == "outgoing" and state.outgoing_word_at is None:
            yield Matter(
                f"Hand over {state.area_name}",
                f"{state.incoming_title} takes over from you." if state.incoming else "Nobody is named to follow you.",
                url, "Open the list", state.leaves_on, late,
            )  # fmt: skip
        elif side == "incoming" and state.incoming_word_at is None:
            sentence = f"{state.outgoing_title} passes on to you what is open there."
            yield Matter(f"Take over {state.area_name}", sentence, url, "Open the list", state.leaves_on, late)
        elif not side and scope == "division" and state.division_code in viewer.divisions:
            if late or state.leaves_on <= on + _SOON:
                yield Matter(
                    f"The handover of {state.area_name} is {'late' if late else 'open'}",
                    _unfinished(state), url, "See what is missing", state.leaves_on, late,
                )  # fmt: skip
            else:
                later.append(state)
    if later:
        many = "One handover is" if len(later) == 1 else f"{len(later)} handovers are"
        yield Matter(
            f"{many} open in your division",
            f"The next change is in {later[0].area_name}.",
            reverse("handovers"),
            "See which",
            later[0].leaves_on,
        )


def _unfinished(state: queries.HandoverState) -> str:
    if not state.incoming:
        return f"{state.outgoing_title} leaves, and nobody is named to take over."
    missing = [
        title
        for title, given in (
            (state.outgoing_title, state.outgoing_word_at),
            (state.incoming_title, state.incoming_word_at),
        )
        if given is None
    ]
    return f"The word of {' and '.join(missing)} is missing."


def _page(
    request: HttpRequest, reference: str, refused: Refused | None = None, kind: str = "", status: int = 200
) -> HttpResponse:
    viewer, at, on = viewer_of(request), timezone.now(), snapshot.today()
    page = queries.handover(reference, viewer=viewer, at=at)
    held = tuple(_held(page.state, viewer)) if page.may_read else ()
    sections = [
        {
            "kind": each,
            "items": [item for item in page.items if item.kind == each.code],
            "held": [thing for thing in held if thing.kind == each.code],
            "ticked": each.code in rules.PASSED_ON,
            "open": each.code == kind,
            "kept": request.POST if refused and each.code == kind else {},
        }
        for each in KINDS
    ]
    still_open = page.still_open + sum(not thing.done for thing in held)
    return render(
        request,
        "desk/handover/handover.html",
        {
            "page": page,
            "state": page.state,
            "on": on,
            "late": rules.is_late(page.state.leaves_on, page.state.closed, on),
            "sections": sections,
            "missing": _missing(page, {thing.kind for thing in held}, still_open, on),
            "still_open": still_open,
            "told": page.told_from is not None and page.told_from <= on,
            "may_tell": bool(people_rules.reach(viewer, "announce_change")) and page.state.leaves_on > on,
            "refusal": refused.sentence if refused else "",
        },
        status=status,
    )


def _missing(page: queries.HandoverPage, held: set[str], still_open: int, on: date) -> list[str]:
    """What stands between this handover and its end, in sentences."""
    state = page.state
    if state.closed:
        return []
    said = []
    if not state.incoming:
        said.append("Nobody is named to take over.")
    if page.may_read:
        if still_open:
            said.append(
                "One thing is not passed on yet." if still_open == 1 else f"{still_open} things are not passed on yet."
            )
        empty = rules.missing_sections({item.kind for item in page.items} | held)
        if empty and state.outgoing_word_at is None:
            names = ", ".join(_TITLES[code].lower() for code in empty)
            said.append(f"Nothing is written under: {names}. If there is nothing, that is fine.")
    if page.told_from is None and state.leaves_on > on:
        said.append("No day is set on which residents are told.")
    if state.outgoing_word_at is None:
        said.append(f"{state.outgoing_title} has not given their word.")
    if state.incoming and state.incoming_word_at is None:
        said.append(f"{state.incoming_title} has not given their word.")
    return said


def _held(state: queries.HandoverState, viewer: Actor) -> Iterable[passing_on.Held]:
    on = snapshot.today()
    return [held for source in SOURCES for held in source(state, viewer, on)]


def _refused(request: HttpRequest, reference: str, no: Refused, kind: str = "") -> HttpResponse:
    return _page(request, reference, no, kind, status=422)


def _back(reference: str, place: str) -> HttpResponse:
    known = place in {*_TITLES, "words", "told"}
    return see_other(reverse("handover", args=[reference]) + (f"#{place}" if known else ""))


urls = [
    path("handovers/", handovers, name="handovers"),
    path("areas/<slug:slug>/handover/", open_handover, name="open-handover"),
    path("handovers/<str:reference>/", handover, name="handover"),
    path("handovers/<str:reference>/add/", add_to_handover, name="add-to-handover"),
    path("handovers/<str:reference>/item/", handover_item, name="handover-item"),
    path("handovers/<str:reference>/word/", give_word, name="handover-word"),
    path("handovers/<str:reference>/stand-in/", stand_in, name="handover-stand-in"),
    path("handovers/<str:reference>/told/", tell_from, name="handover-told"),
]
