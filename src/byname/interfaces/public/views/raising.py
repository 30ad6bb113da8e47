"""Telling the officers of a place what troubles it: one question a page, nothing kept before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from byname.concerns import rules
from byname.interfaces import lookup, snapshot
from byname.interfaces.http import Audience, audience, caller, failure, held_up, see_other, unlike_a_form
from byname.interfaces.public import draft as drafts
from byname.interfaces.public import hearing
from byname.interfaces.public.context import in_language, offered
from byname.interfaces.public.draft import DIVISION, Draft
from byname.interfaces.public.holding import contact_faults, holder_of, name_of
from byname.interfaces.public.views import sending
from byname.interfaces.public.views.finding import LOOKUPS
from byname.interfaces.public.views.known import known_near
from byname.postings.queries import Directory, Found
from byname.vocabulary import Point, Refused

MOST_BYTES: Final = 512 * 1024
"""Of a form. Far above what may be sent in the end, so that a text that is too long comes back to be shortened."""
STEPS: Final = ("where", "what", "words", "when", "help", "whom", "who", "contact", "check")
"""The questions, in their order."""
_ASKED: Final[Mapping[str, frozenset[str]]] = {
    "where": frozenset({"asked"}),
    "what": frozenset({"category"}),
    "words": frozenset({"what"}),
    "when": frozenset({"days", "times", "since"}),
    "help": frozenset({"help"}),
    "whom": frozenset({"whom"}),
    "who": frozenset({"who", "under_18"}),
    "contact": frozenset(
        "name email phone by_text language safe_hours never_visit never_phone words_in_letters more_letters".split()
    ),
}
"""The answers each page asks for itself; all others it carries along unseen."""
_PAGES: Final = (*STEPS, "found", "door")
_THEN: Final[Mapping[str, str]] = {"receipt": "send", "found": "search"}
"""The buttons that lead on to pages that are not asked for by name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place the words may have meant, as the form sends it back."""

    label: str
    area: str
    value: str


@dataclass(slots=True)
class _Walk:
    """One answer on its way to the next page."""

    request: HttpRequest
    directory: Directory
    profile: rules.Profile
    draft: Draft
    step: str
    faults: dict[str, str]
    candidates: tuple[Candidate, ...] = ()


@audience(Audience.PUBLIC)
def tell(request: HttpRequest) -> HttpResponse:
    """The next question, the read back, or the receipt: what was answered before comes with each form."""
    return _told(request, MOST_BYTES)


@audience(Audience.PUBLIC)
def send(request: HttpRequest) -> HttpResponse:
    """The same, by the button that sends: photos may come with it."""
    if request.method == "GET":
        return see_other(reverse("raise"))
    return _told(request, sending.MOST_BYTES)


def _told(request: HttpRequest, most: int) -> HttpResponse:
    if refusal := unlike_a_form(request) or too_large(request, most):
        return refusal
    directory, profile = snapshot.city(), snapshot.hearing()
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        # Answers another site sends are nobody's: its form number would open the receipt to it.
        at = request.GET.get("area", "") if request.method != "POST" else ""
        known = drafts.found_of(at, directory)
        walk = _Walk(request, directory, profile, drafts.begun(at=at if known else ""), "where", {})
        return _shown(walk, "where")
    step = request.POST.get("step", "")
    walk = _Walk(request, directory, profile, drafts.read(request.POST), step if step in _PAGES else "where", {})
    go = request.POST.get("go", "")
    if (walk.step == "where" or request.POST.get("pick")) and (wait := _place(walk, go)):
        return wait
    target = _target(walk, go)
    return _met(walk, target) or _shown(walk, target)


def too_large(request: HttpRequest, most: int = MOST_BYTES) -> HttpResponse | None:
    """The refusal of a form nobody typed, before it is read; None for all others."""
    said = request.headers.get("Content-Length", "")
    if said.isdecimal() and int(said) > most:
        return failure(request, 413, _("That is more than can be sent here. Shorten what you wrote and try again."))
    return None


# Where it is


def _place(walk: _Walk, go: str) -> HttpResponse | None:
    """Answers where it is, from whichever of the page's ways was taken; the answer to whoever asks too often."""
    said, draft = walk.request.POST, walk.draft
    if pick := said.get("pick", ""):
        spot, _comma, rest = pick.partition(";")
        at, _comma, label = rest.partition(";")
        chosen = replace(draft, kind="address", spot=drafts.line(spot), at=drafts.line(at), place=drafts.line(label))
        if drafts.found_at(chosen, walk.directory):
            walk.draft = chosen
        else:
            walk.faults["where"] = hearing.fault("outside")
    elif said.get("lat") and said.get("lon"):
        _point(walk, said.get("lat", ""), said.get("lon", ""))
    elif go in ("whole", "untold"):
        known = drafts.found_of(drafts.line(said.get("area", "")), walk.directory)
        if known is None:
            walk.faults["area"] = hearing.fault("where")
        else:
            walk.draft = drafts.placed(draft, known, kind="area" if go == "whole" else "untold")
    elif go == "search":
        if wait := held_up(walk.request, LOOKUPS, caller(walk.request)):
            return wait
        _search(walk)
    return None


def _point(walk: _Walk, lat: str, lon: str) -> None:
    try:
        point = Point(float(lat), float(lon))
    except (ValueError, Refused):
        walk.faults["asked"] = hearing.fault("unknown-place")
        return
    found = walk.directory.at(point)
    if found is None:
        walk.faults["asked"] = hearing.fault("outside")
    else:
        walk.draft = drafts.placed(walk.draft, found, kind="point", point=point)


def _search(walk: _Walk) -> None:
    if not walk.draft.asked:
        walk.faults["asked"] = hearing.fault("where")
        return
    try:
        looked_up = lookup.look_up(walk.draft.asked[:200], walk.directory)
    except Refused:
        looked_up = lookup.LookedUp((), sure=False)
    inside = [(each, each.found, each.point) for each in looked_up.sightings]
    served = [(each.label, found, point) for each, found, point in inside if found and point]
    if looked_up.sure and served:
        label, found, point = served[0]
        walk.draft = drafts.placed(walk.draft, found, kind="address", place=label, point=point)
    elif served:
        walk.candidates = tuple(_candidate(walk.draft, *each) for each in served)
    else:
        walk.faults["asked"] = hearing.fault("outside" if looked_up.sightings else "unknown-place")


def _candidate(draft: Draft, label: str, found: Found, point: Point) -> Candidate:
    chosen = drafts.placed(draft, found, kind="address", place=label, point=point)
    name = found.team.area.name if found.team else found.neighbourhood.name if found.neighbourhood else ""
    return Candidate(label, name, f"{chosen.spot};{chosen.at};{label}")


# From one page to the next


def _target(walk: _Walk, go: str) -> str:
    """The page that comes next, by the button pressed: back, on, or to one answer that is to be changed."""
    if walk.faults:
        return "where"
    if walk.candidates:
        return "found"
    if go == "map":
        return "map"
    if go in ("door", "complaint"):
        walk.draft = replace(walk.draft, door="")
        return _aside(walk) or "what"
    if go in STEPS and go != "check":
        return go
    if go == "back":
        return _before(walk)
    if go in ("send", "check"):
        return _first_open(walk) or ("receipt" if go == "send" else "check")
    walk.faults = _faults(walk, walk.step)
    if walk.faults:
        return walk.step
    if walk.step == "what" and (aside := _aside(walk)):
        return aside
    if walk.step == "door":
        walk.draft = replace(walk.draft, door=walk.draft.category)
    if walk.draft.reading and not (walk.step == "who" and walk.draft.who == "reach"):
        return _first_open(walk) or "check"
    return _after(walk)


def _before(walk: _Walk) -> str:
    if walk.draft.reading and walk.step != "check":
        return "check" if not (walk.faults or _first_open(walk, forgiving=True)) else "where"
    walk.draft = replace(walk.draft, reading="")
    if walk.step in ("found", "where", "what"):
        return "where"
    if walk.step in ("door", "words"):
        return "what"
    before = STEPS[STEPS.index(walk.step) - 1]
    return "who" if before == "contact" and walk.draft.who != "reach" else before


def _after(walk: _Walk) -> str:
    if walk.step in ("where", "found"):
        return "what"
    if walk.step == "door":
        return "words"
    following = STEPS[STEPS.index(walk.step) + 1] if walk.step != "check" else "check"
    if following == "contact" and walk.draft.who != "reach":
        following = "check"
    return following if following != "check" else _first_open(walk) or "check"


def _aside(walk: _Walk) -> str:
    """The page a category leads to before anything is typed: its own way out, or the right door."""
    category = walk.profile.category(walk.draft.category)
    if category is None or category.kind == "ours":
        return ""
    if category.kind == "complaint":
        return "complaint"
    return "door" if walk.draft.door != category.code else ""


def _first_open(walk: _Walk, *, forgiving: bool = False) -> str:
    """The first question not answered so that it can be sent, with what to mend; empty where all are."""
    for step in STEPS[:-1]:
        faults = _faults(walk, step)
        if faults:
            if not forgiving:
                walk.faults = faults
            return step
        if step == "what" and (aside := _aside(walk)):
            return aside
    return ""


def _faults(walk: _Walk, step: str) -> dict[str, str]:
    """What is to be mended in the answers of one page, by field."""
    draft = walk.draft
    if step in ("where", "found"):
        found = drafts.found_at(draft, walk.directory) if draft.kind else None
        return {} if found else {"asked": hearing.fault("where")}
    if step == "what":
        known = draft.category in walk.profile.raisable or draft.category == walk.profile.complaint.code
        return {} if known else {"category": hearing.fault("category")}
    if step == "words" and not draft.what.strip():
        return {"what": hearing.fault("no-words")}
    if step == "words" and len(draft.what) > rules.LONGEST_WORDS:
        return {"what": hearing.fault("too-long", most=rules.LONGEST_WORDS)}
    if step == "help" and len(draft.help) > rules.LONGEST_HELP:
        return {"help": hearing.fault("too-long", most=rules.LONGEST_HELP)}
    if step == "who" and not draft.who:
        return {"who": hearing.fault("who")}
    if step == "contact" and draft.who == "reach":
        return contact_faults(draft.contact)
    return {}


# What is met before the next page


def _met(walk: _Walk, target: str) -> HttpResponse | None:
    """Danger the words speak of, before anything else; then, before they are read back, what they tell of others."""
    draft = walk.draft
    danger = rules.danger(draft.texts)
    new = tuple(kind for kind in danger.kinds if kind not in draft.seen) if danger else ()
    if new:
        walk.draft = replace(draft, seen=(*draft.seen, *new))
        return _page(walk, "danger", step=walk.step, kinds=new, first=new[0], then=_THEN.get(target, target))
    if target == "words" and walk.step in ("what", "door"):
        known = known_near(draft, drafts.found_at(draft, walk.directory))
        if known:
            # From here on it is the same page as the next: who goes on presses on to the words.
            return _page(walk, "known", step="words", known=known)
    if target in ("check", "receipt") and draft.hinted != draft.digest and (said := _hints(walk)):
        walk.draft = replace(draft, hinted=draft.digest, reading="1")
        return _page(walk, "hints", step="check", told=said)
    return None


def _hints(walk: _Walk) -> list[tuple[str, str, str]]:
    """What the texts tell of other people: which page, what kind of thing, and the words themselves."""
    draft, found = walk.draft, drafts.found_at(walk.draft, walk.directory)
    known = [draft.place]
    if found and found.team:
        known += [found.team.area.name]
        known += [posting.officer.name for posting in (*found.team.postings, *found.team.covers)]
    told = []
    for step, text in (("words", draft.what), ("help", draft.help)):
        told += [(step, str(hearing.HINTS[kind]), text[start:end]) for kind, start, end in rules.hints(text, known)]
        if rules.appearance_only(text):
            told.append((step, str(hearing.HINTS["appearance"]), ""))
    return list(dict.fromkeys(told))


# The pages


def _shown(walk: _Walk, target: str) -> HttpResponse:
    if target == "receipt":
        return _sent(walk)
    status = 422 if walk.faults and walk.request.method == "POST" else 200
    if target == "check":
        walk.draft = replace(walk.draft, reading="1")
    own = _OWN.get(target)
    step = "where" if target == "map" else target
    return _page(walk, target, step=step, status=status, **(own(walk) if own else {}))


def _page(walk: _Walk, name: str, *, step: str, status: int = 200, **shown: Any) -> HttpResponse:
    """One page of the way, with every answer so far in it."""
    code = translation.get_language() or settings.LANGUAGE_CODE
    here = STEPS.index(step) + 1 if step in STEPS else 0
    page = render(
        walk.request,
        f"public/raise/{name}.html",
        {
            "draft": walk.draft,
            "hidden": tuple(walk.draft.hidden(_ASKED.get(name, frozenset()))),
            "step": step,
            "place_in_order": here if name == step and name != "check" else 0,
            "questions": len(STEPS) - 1,
            "faults": walk.faults,
            "category": walk.profile.category(walk.draft.category),
            "hearing": walk.profile,
            "other_tongues": [
                (other, tongue, in_language(reverse("raise"), other))
                for other, tongue in offered(snapshot.profile())
                if other != code
            ],
            **shown,
        },
        status=status,
    )
    page.headers["Cache-Control"] = "no-store"
    page.headers["X-Robots-Tag"] = "noindex"
    return page


def _where(walk: _Walk) -> dict[str, Any]:
    directory = walk.directory
    served = {official_id for team in directory.serving for official_id in team.area.official_ids}
    hoods = [hood for hood in directory.territory.neighbourhoods if hood.official_id not in served]
    found = drafts.found_of(walk.draft.at, directory)
    return {
        "areas": [team.area for team in directory.serving],
        "hoods": sorted(hoods, key=lambda hood: hood.name.casefold()),
        "divisions": [(f"{DIVISION}{each.code}", each.name) for each in directory.territory.divisions],
        "chosen": name_of(found),
    }


def _map(walk: _Walk) -> dict[str, Any]:
    team = walk.directory.team_of(walk.draft.at)
    return {"directory": walk.directory, "chosen_area": team.area.slug if team else ""}


def _when(walk: _Walk) -> dict[str, Any]:
    return {"days": hearing.DAYS.items(), "times": hearing.TIMES.items(), "sinces": hearing.SINCE.items()}


def _whom(walk: _Walk) -> dict[str, Any]:
    return {"holder": holder_of(drafts.found_at(walk.draft, walk.directory), sergeant=False)}


def _contact(walk: _Walk) -> dict[str, Any]:
    return {
        "languages": offered(snapshot.profile()),
        "chosen_language": walk.draft.language or translation.get_language(),
    }


def _check(walk: _Walk) -> dict[str, Any]:
    draft = walk.draft
    found = drafts.found_at(draft, walk.directory)
    return {
        "named": name_of(found),
        "days": hearing.listed(hearing.DAYS, draft.days),
        "times": hearing.listed(hearing.TIMES, draft.times),
        "since": hearing.SINCE.get(draft.since, ""),
        "tongue": dict(offered(snapshot.profile())).get(draft.language, ""),
        "holder": holder_of(found, sergeant=draft.whom == "sergeant"),
    }


_OWN: Final[Mapping[str, Callable[[_Walk], dict[str, Any]]]] = {
    "where": _where,
    "found": lambda walk: {"candidates": walk.candidates},
    "map": _map,
    "when": _when,
    "whom": _whom,
    "contact": _contact,
    "check": _check,
}
"""What single pages show besides."""


# Sending it


def _sent(walk: _Walk) -> HttpResponse:
    found = drafts.found_at(walk.draft, walk.directory)
    if found is None:
        raise Refused(hearing.fault("where"))

    def again(fault: str) -> HttpResponse:
        walk.faults = {"photos": fault}
        return _shown(walk, "check")

    told = sending.Told(walk.draft, found, walk.profile)
    return sending.sent(walk.request, told, partial(_page, walk), again)
