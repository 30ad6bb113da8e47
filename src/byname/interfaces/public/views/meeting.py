"""The team of one area: its page, its faces, its card for other sites."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from byname.interfaces import snapshot
from byname.interfaces.http import (
    FRAMED,
    Audience,
    audience,
)
from byname.interfaces.public import drawing, kept
from byname.interfaces.public.context import origin_of
from byname.people import queries as people
from byname.postings.queries import Directory, Team
from byname.vocabulary import PUBLIC

_pages = kept.Pages()


@audience(Audience.PUBLIC)
@require_safe
def area(request: HttpRequest, slug: str) -> HttpResponse:
    """The team of an area, or the plain statement that there is none yet."""
    directory = snapshot.city()
    return _pages.answer(request, directory, lambda: _area(request, slug, directory))


def _area(request: HttpRequest, slug: str, directory: Directory) -> HttpResponse:
    team = directory.team_of(slug)
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
            # Said twice each, to readers and to sites that link here: translated once.
            "title": _("Officers of %(name)s") % {"name": team.area.name},
            "description": _(
                "The officers who serve %(name)s, by name and face: since when, for how long, and how to reach them."
            )
            % {"name": team.area.name},
            "lead": next((posting for posting in team.postings if posting.role == "lead"), None),
            "others": [posting for posting in team.postings if posting.role != "lead"],
            # Each reversed address would cost as much as the whole of its line.
            "beside": request.path.removesuffix(slug),
            "neighbours": [near.area for slug in team.area.neighbours if (near := directory.team_of(slug))],
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
    team = snapshot.city().team_of(slug)
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
