"""The resident's pages."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from byname.interfaces import lookup, snapshot
from byname.interfaces.http import FRAMED, LANGUAGE_COOKIE, Audience, audience, failure
from byname.interfaces.public import drawing, sheets
from byname.interfaces.public.context import in_language, offered, origin_of
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.postings.queries import Directory, Found, Team
from byname.safekeeping.limits import Limit, wait_for
from byname.vocabulary import PUBLIC, Point, Refused

_COLOUR: Final = re.compile("[0-9a-f]{6}", re.ASCII).fullmatch
_YEAR: Final = 365 * 24 * 3600
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
LOOKUPS: Final = Limit("look-up", most=120, seconds=60)
CHECKS: Final = Limit("spoken-code", most=10, seconds=600)
CHECKS_OF_ONE_AREA: Final = Limit("spoken-code-area", most=200, seconds=600)
POSTERS: Final = Limit("poster", most=60, seconds=60)


def caller(request: HttpRequest) -> str:
    """The network address that asks: named proxies have been looked through by the server."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _held_up(request: HttpRequest, limit: Limit, who: str) -> HttpResponse | None:
    """The 429 answer where this use is one too many; None where it is allowed."""
    seconds = wait_for(limit, who, at=timezone.now())
    if not seconds:
        return None
    sentence = _("That was asked very often from here. Please try again in a little while.")
    return failure(request, 429, sentence, headers={"Retry-After": str(seconds)})


def _unlike_a_form(request: HttpRequest) -> HttpResponse | None:
    """The refusal of what is neither a question nor a form; None for both."""
    if request.method not in ("GET", "HEAD", "POST"):
        return failure(request, 405, _("That may not be done from here."), headers={"Allow": "GET, HEAD, POST"})
    if request.method == "POST" and request.content_type not in ("", *_FORMS):
        return failure(request, 415, _("That request could not be read."))
    return None


# --- finding -----------------------------------------------------------------------------------------------------


@audience(Audience.PUBLIC)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One box, some faces, the map and the list."""
    directory = snapshot.city()
    leads = [
        posting.officer
        for team in directory.serving
        for posting in team.postings
        if posting.role == "lead" and posting.officer.photo
    ]
    # Another eight each day, the same for everybody: no order of merit.
    turn = directory.on.toordinal() * 8 % len(leads) if leads else 0
    faces = (leads + leads)[turn : turn + 8] if len(leads) >= 8 else leads
    return render(
        request,
        "public/home.html",
        {
            "faces": faces,
            "whole": drawing.whole(directory),
            "directory": directory,
            "groups": _groups(directory),
        },
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing the words may have meant, and the page it leads to."""

    label: str
    area: str
    slug: str


@audience(Audience.PUBLIC)
def find(request: HttpRequest) -> HttpResponse:
    """The way from an address, a place or a point to its page.

    Asked by POST, so that no address stands in a web address, a history or a proxy's log; GET works as well, for links.
    """
    if refusal := _unlike_a_form(request):
        return refusal
    asked = request.POST if request.method == "POST" else request.GET
    if held_up := _held_up(request, LOOKUPS, caller(request)):
        return held_up
    directory = snapshot.city()
    words = asked.get("q", "").strip()
    shown: dict[str, object] = {"words": words[:200]}
    try:
        if asked.get("lat") or asked.get("lon"):
            slug = lookup.page_of(directory.at(_point(asked.get("lat", ""), asked.get("lon", ""))))
            if slug is None:
                return _found(request, shown | {"outside": True})
            return _see_other(reverse("area", args=[slug]))
        if not words:
            return _found(request, shown | {"empty": True})
        looked_up = lookup.look_up(words, directory)
    except Refused as refused:
        return _found(request, shown | {"refused": refused.sentence}, status=422)
    candidates = [
        Candidate(sighting.label, _served_by(sighting.found), slug)
        for sighting in looked_up.sightings
        if sighting.found and (slug := lookup.page_of(sighting.found))
    ]
    if looked_up.sure and candidates and looked_up.sightings[0].found:
        return _see_other(reverse("area", args=[candidates[0].slug]))
    outside = bool(looked_up.sightings) and not candidates
    return _found(request, shown | {"candidates": candidates, "outside": outside})


def _found(request: HttpRequest, shown: dict[str, object], *, status: int = 200) -> HttpResponse:
    """The page that says what was found; kept by nobody, for it repeats what was typed."""
    page = render(request, "public/found.html", shown, status=status)
    page.headers["Cache-Control"] = "no-store"
    return page


def _served_by(found: Found) -> str:
    if found.team:
        return found.team.area.name
    return found.neighbourhood.name if found.neighbourhood else ""


def _point(lat: str, lon: str) -> Point:
    try:
        return Point(float(lat), float(lon))
    except ValueError:
        raise Refused(_("A place is given by two numbers, latitude and longitude.")) from None


def _see_other(url: str) -> HttpResponse:
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _groups(directory: Directory) -> list[tuple[str, list[Team]]]:
    """Teams by division, divisions by name."""
    names = {division.code: division.name for division in directory.territory.divisions}
    grouped: dict[str, list[Team]] = {}
    for team in directory.serving:
        grouped.setdefault(team.area.division_code, []).append(team)
    return [(names.get(code, code), teams) for code, teams in sorted(grouped.items())]


@audience(Audience.PUBLIC)
@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """Every area by division, then every neighbourhood by name; those without a team say so."""
    directory = snapshot.city()
    hoods = [
        (hood, directory.of_neighbourhood(hood.official_id))
        for hood in sorted(directory.territory.neighbourhoods, key=lambda hood: hood.name.casefold())
    ]
    return render(request, "public/areas.html", {"groups": _groups(directory), "hoods": hoods, "directory": directory})


def _serving_in(directory: Directory, slug: str) -> Team | None:
    """The team of an area, where the programme is there today."""
    team = directory.teams.get(slug)
    return team if team is not None and team.serves(directory.on) else None


# --- one area ----------------------------------------------------------------------------------------------------


@audience(Audience.PUBLIC)
@require_safe
def area(request: HttpRequest, slug: str) -> HttpResponse:
    """The team of an area, or the plain statement that there is none yet."""
    directory = snapshot.city()
    team = _serving_in(directory, slug)
    territory = directory.territory
    if team is None:
        hood = next((hood for hood in territory.neighbourhoods if hood.slug == slug), None)
        found = directory.of_neighbourhood(hood.official_id) if hood else directory.of_area(slug)
        if found is None:
            raise Http404
        if found.team is not None:
            return HttpResponseRedirect(reverse("area", args=[found.team.area.slug]))
        name = hood.name if hood else directory.teams[slug].area.name
        return render(
            request,
            "public/not_yet.html",
            {"name": name, "found": found, "drawing": drawing.around(territory, slug), "directory": directory},
        )
    codes = {
        code
        for hood in territory.neighbourhoods
        if hood.official_id in team.area.official_ids
        for code, _share in hood.division_shares
    }
    return render(
        request,
        "public/area.html",
        {
            "team": team,
            "lead": next((posting for posting in team.postings if posting.role == "lead"), None),
            "others": [posting for posting in team.postings if posting.role != "lead"],
            "neighbours": [near.area for slug in team.area.neighbours if (near := _serving_in(directory, slug))],
            "drawing": drawing.around(territory, slug),
            "directory": directory,
            "also_divisions": [d for d in territory.divisions if d.code in codes and d.code != team.area.division_code],
            "markup": json.dumps(_markup(request, team), ensure_ascii=False).replace("<", "\\u003c"),
        },
    )


def _markup(request: HttpRequest, team: Team) -> dict[str, object]:
    """The team as schema.org describes a government office: what the page shows, for machines."""
    service = snapshot.profile()
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentOffice",
        "name": f"{team.area.name}: neighbourhood officers",
        "url": origin_of(request) + request.path,
        "areaServed": team.area.name,
        "parentOrganization": {"@type": "GovernmentOrganization", "name": service.name},
        **({"telephone": team.area.phone} if team.area.phone else {}),
        **({"email": team.area.email} if team.area.email else {}),
        "employee": [
            {"@type": "Person", "name": posting.officer.name, "jobTitle": posting.officer.rank}
            for posting in team.postings
        ],
    }


@audience(Audience.PUBLIC)
@require_safe
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The team as a card that other sites may frame."""
    team = _serving_in(snapshot.city(), slug)
    if team is None:
        raise Http404
    page = render(request, "public/embed.html", {"team": team})
    page.headers["Content-Security-Policy"] = FRAMED
    page.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return page


@audience(Audience.PUBLIC)
@require_safe
def photo(request: HttpRequest, reference: str, size: str, form: str) -> HttpResponse:
    """An officer's photo, where they consent to it today: asked of the database each time, kept by nobody."""
    serving = reference in snapshot.city().references
    found = people.photo(reference, size, form, viewer=PUBLIC) if serving else None
    if found is None:
        raise Http404
    types = {"webp": "image/webp", "jpeg": "image/jpeg", "svg": "image/svg+xml"}
    return HttpResponse(
        found.content,
        content_type=types[form],
        headers={
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, noimageindex",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            # The card that other sites frame shows faces; as images on their own pages they stay here.
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


# --- is this really my officer? ------------------------------------------------------------------------------------


@audience(Audience.PUBLIC)
def check(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The face behind a spoken code, or the number to ring: never a bare yes."""
    if refusal := _unlike_a_form(request):
        return refusal
    directory = snapshot.city()
    team = _serving_in(directory, slug)
    if slug and team is None:
        raise Http404
    shown: dict[str, object] = {"team": team, "teams": directory.serving}
    if request.method == "POST":
        at = timezone.now()
        if held_up := _held_up(request, CHECKS, caller(request)):
            return held_up
        if held_up := _held_up(request, CHECKS_OF_ONE_AREA, slug or "everywhere"):
            return held_up
        # Digits of any script: somebody may type the code in Urdu or Arabic ones.
        code = "".join(str(unicodedata.digit(mark)) for mark in request.POST.get("code", "") if mark.isdecimal())
        among = directory.references if team is None else _shown_on(team)
        reference = people_actions.open_spoken_code(code, by=PUBLIC, at=at, among=among) if len(code) == 6 else None
        posting, serves = _serving(directory, reference)
        shown |= {"asked": True, "posting": posting, "serves": serves, "malformed": len(code) != 6}
    page = render(request, "public/check.html", shown)
    page.headers["Cache-Control"] = "no-store"
    return page


def _shown_on(team: Team) -> frozenset[str]:
    return frozenset(posting.officer.reference for posting in (*team.postings, *team.covers))


def _serving(directory: Directory, reference: str | None) -> tuple[object, Team | None]:
    """The officer's place on a team today; nothing where they serve nowhere or are hidden."""
    for team in directory.serving:
        for posting in (*team.postings, *team.covers):
            if posting.officer.reference == reference:
                return posting, team
    return None, None


@audience(Audience.PUBLIC)
@require_safe
def spoken_code(request: HttpRequest, reference: str) -> HttpResponse:
    """The officer's side of the check, shown by the demonstration only."""
    if not snapshot.profile().demo:
        raise Http404
    minute = int(timezone.now().timestamp()) // 60
    code = people.spoken_code_of(reference, minute, viewer=PUBLIC)
    if code is None:
        raise Http404
    left = 60 - int(timezone.now().timestamp()) % 60
    page = render(request, "public/spoken_code.html", {"spoken": code, "left": left})
    page.headers["Cache-Control"] = "no-store"
    return page


# --- on paper --------------------------------------------------------------------------------------------------------


@audience(Audience.PUBLIC)
@require_safe
def posters(request: HttpRequest, slug: str) -> HttpResponse:
    """The posters and cards of an area, in each language."""
    team = _serving_in(snapshot.city(), slug)
    if team is None:
        raise Http404
    sheets_in = [
        (code, name, [(paper, in_language(reverse("poster", args=[slug, paper]), code)) for paper in sheets.PAPERS])
        for code, name in offered(snapshot.profile())
    ]
    return render(request, "public/posters.html", {"team": team, "sheets": sheets_in})


@audience(Audience.PUBLIC)
@require_safe
def poster(request: HttpRequest, slug: str, paper: str) -> HttpResponse:
    """One sheet as PDF, made anew each time, so that nobody hidden is printed."""
    team = _serving_in(snapshot.city(), slug)
    if team is None or paper not in sheets.PAPERS:
        raise Http404
    if held_up := _held_up(request, POSTERS, caller(request)):
        return held_up
    content = sheets.sheet(team, snapshot.profile(), paper, origin=origin_of(request), on=snapshot.today())
    name = f"{slug}-{paper}-{translation.get_language()}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'inline; filename="{name}"',
            "X-Robots-Tag": "noindex",
        },
    )


# --- standing pages --------------------------------------------------------------------------------------------------


@audience(Audience.PUBLIC)
@require_safe
def counting(request: HttpRequest) -> HttpResponse:
    """How each published figure is counted."""
    return render(request, "public/counting.html")


@audience(Audience.PUBLIC)
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Whom to call, for what, in which languages."""
    return render(request, "public/help_now.html")


@audience(Audience.PUBLIC)
@require_safe
def languages(request: HttpRequest) -> HttpResponse:
    """The page in each language."""
    return render(request, "public/languages.html", {"before": request.GET.get("page") or "/"})


@audience(Audience.PUBLIC)
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who runs this, what it keeps, where the data comes from."""
    return render(request, "public/about.html", {"directory": snapshot.city()})


@audience(Audience.PUBLIC)
@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """Every part of a page in every state, for developers only."""
    if not settings.BYNAME_DEVELOPER:
        raise Http404
    teams = snapshot.city().serving
    return render(request, "public/parts.html", {"teams": teams[:2]})


@audience(Audience.PUBLIC)
@require_safe
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remembers a language on this device and goes to the page in it."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    page = request.GET.get("page", "/")
    if not page.startswith("/") or page.startswith(("//", "/\\")) or any(mark in page for mark in "\r\n\\"):
        page = "/"
    answer = _see_other(in_language(page, code))
    answer.set_cookie(
        LANGUAGE_COOKIE, code, max_age=_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return answer


@audience(Audience.MACHINE)
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page in every language, for search engines."""
    directory = snapshot.city()
    unserved = (h.slug for h in directory.territory.neighbourhoods if _unserved(directory, h.official_id))
    slugs = sorted({*(team.area.slug for team in directory.serving), *unserved})
    pages = [reverse(name) for name in ("home", "areas", "counting", "help", "about")]
    pages += [reverse("area", args=[slug]) for slug in slugs]
    entries = [[(code, in_language(page, code)) for code, _name in offered(snapshot.profile())] for page in pages]
    return render(
        request,
        "public/sitemap.xml",
        {"entries": entries, "origin": origin_of(request)},
        content_type="application/xml",
    )


def _unserved(directory: Directory, official_id: int) -> bool:
    found = directory.of_neighbourhood(official_id)
    return found is not None and found.team is None


@audience(Audience.MACHINE)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: everything but faces and look-ups."""
    kept_out = ("/photo/", "/find", "/demo/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in kept_out), f"Sitemap: {origin_of(request)}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@audience(Audience.MACHINE)
@require_safe
def colours(request: HttpRequest, light: str, dark: str) -> HttpResponse:
    """The service's own colours as a style sheet: the address says them, so it may be kept for ever."""
    if not (_COLOUR(light) and _COLOUR(dark)):
        raise Http404
    sheet = f"@layer tokens{{:root{{--brand:#{light}}}@media(prefers-color-scheme:dark){{:root{{--brand:#{dark}}}}}}}"
    return HttpResponse(
        sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


# --- when there is no page -------------------------------------------------------------------------------------------


def not_here(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is not there, and what is not yours: the same answer."""
    return failure(request, 404, _("There is no page at this address."))


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not be read."""
    return failure(request, 400, _("That request could not be read."))


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What may not be done."""
    return failure(request, 403, _("That may not be done from here."))


def our_fault(request: HttpRequest) -> HttpResponse:
    """A fault of ours, said so."""
    return failure(request, 500, _("Something went wrong on our side. It has been noted."))
