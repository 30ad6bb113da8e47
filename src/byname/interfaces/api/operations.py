"""Every operation of `/api/v1`."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.params.functions import Path, Query

from byname.interfaces import lookup, snapshot
from byname.interfaces.api import heard, replies, shapes
from byname.interfaces.api.asking import (
    GEOJSON,
    JSON,
    PROBLEM,
    WRONG,
    PageNumber,
    PerPage,
    SlugPath,
    refuse_unknown,
    sent,
)
from byname.interfaces.http import caller, failure
from byname.places.queries import Outline
from byname.postings.queries import Directory
from byname.safekeeping.limits import Limit, wait_for
from byname.vocabulary import Point, Refused

LOOKUPS: Final = Limit("api-look-up", most=120, seconds=60)
_LONGEST_ADDRESS: Final = 200


class _Described(NinjaAPI):
    """ninja's API, described as it answers: by plain names, with the media types it really sends."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the operation alone."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """The description, with problem+json for what went wrong and geo+json for boundaries."""
        described = super().get_openapi_schema(**given)
        for path, methods in described["paths"].items():
            kind = GEOJSON if path.endswith(".geojson") else JSON
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    (content,) = answer["content"].values()
                    answer["content"] = {kind if status == HTTPStatus.OK else PROBLEM: content}
        return described


api = _Described(
    title="byname",
    version="1",
    description=(
        "The officers of each neighbourhood, as the public pages show them. Open to read from any site. Photos must be "
        "asked for each time and not be kept: an officer may withdraw consent at any moment."
    ),
    openapi_url="openapi.json",
    docs=Swagger(settings={"deepLinking": True, "supportedSubmitMethods": ["get"]}),
    urls_namespace="api",
)
api.add_router("", heard.router)

_EXPECTED: Final = {
    "int_parsing": "is a whole number",
    "int_parsing_size": "is a smaller number",
    "int_from_float": "is a whole number",
    "greater_than_equal": "is {ge} or more",
    "less_than_equal": "is {le} or less",
    "string_too_long": "has at most {max_length} letters",
    "string_pattern_mismatch": "holds small letters, digits and hyphens only",
}
"""What was expected, by pydantic's name for the fault."""


@api.exception_handler(ValidationError)
def _misread(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    first = fault.errors[0]
    bounds = first.get("ctx", {})
    expected = _EXPECTED.get(first["type"], "cannot be read").format(**bounds)
    return failure(request, 422, f"{first['loc'][-1]} {expected}.")


@api.exception_handler(Refused)
def _refused(request: HttpRequest, fault: Refused) -> HttpResponse:
    return failure(request, 422, fault.sentence)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, fault: Http404) -> HttpResponse:
    return failure(request, 404, str(fault) or "There is nothing at this address.")


def _shelf() -> replies.Shelf:
    return replies.shelf(snapshot.city(), snapshot.profile())


def _page(items: list[Any], page: int, per_page: int) -> tuple[list[Any], dict[str, int]]:
    return items[(page - 1) * per_page : page * per_page], {"count": len(items), "page": page, "per_page": per_page}


@api.get("/team", response={200: shapes.TeamAnswer | shapes.AddressTeamAnswer, **WRONG}, summary="Who serves here?")
def team(
    request: HttpRequest,
    lat: str | None = Query(None, max_length=40, description="Latitude in degrees, with lon"),
    lon: str | None = Query(None, max_length=40, description="Longitude in degrees, with lat"),
    address: str | None = Query(None, max_length=_LONGEST_ADDRESS, description="A place, instead of lat and lon"),
) -> HttpResponse:
    """The team at a point or an address; `served: false` and the division where there is none yet; 404 outside."""
    refuse_unknown(request, "lat", "lon", "address")
    if address is not None:
        if lat is not None or lon is not None:
            raise Refused("Give either address, or lat and lon.", code="either-or")
        return _team_of_address(request, address)
    if lat is None or lon is None:
        raise Refused("Give lat and lon in degrees, or address.", code="missing")
    directory = snapshot.city()
    point = Point(_degrees("lat", lat), _degrees("lon", lon))
    found = directory.at(point)
    if found is not None:
        return sent(request, _shelf().team(found))
    if abs(point.lon) <= 90 and directory.at(Point(point.lon, point.lat)):
        raise Refused("lat and lon seem to be swapped: lat is the smaller number here.", code="swapped")
    return sent(request, replies.OUTSIDE)


def _degrees(name: str, said: str) -> float:
    try:
        value = float(said) if said.isascii() and "_" not in said else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Refused(f"{name} is a number of degrees, like 43.65.", code="not-a-number", field=name)
    return value


def _team_of_address(request: HttpRequest, address: str) -> HttpResponse:
    wait = wait_for(LOOKUPS, caller(request), at=timezone.now())
    if wait:
        return failure(request, 429, "Too many look-ups from here; wait a little.", headers={"Retry-After": str(wait)})
    directory = snapshot.city()
    looked_up = lookup.look_up(address, directory)
    if not looked_up.sightings:
        raise Http404("No such address or place was found.")
    first, *others = looked_up.sightings
    if first.found is None:
        return sent(request, replies.OUTSIDE)
    matched = {"label": first.label, "sure": looked_up.sure, "others": [other.label for other in others]}
    answer = shapes.team_answer(first.found, directory, snapshot.profile()) | {"matched": matched}
    # Where somebody lives must not be kept on the way: neither by them nor by a cache.
    return sent(request, replies.reply(answer, cache="no-store"))


@api.get("/neighbourhoods", response={200: shapes.NeighbourhoodsAnswer, **WRONG}, summary="All neighbourhoods")
def neighbourhoods(request: HttpRequest, page: int = PageNumber, per_page: int = PerPage) -> HttpResponse:
    """Neighbourhoods of today's edition, by official id."""
    refuse_unknown(request, "page", "per_page")
    kept = _shelf()

    def make() -> dict[str, Any]:
        items, counted = _page(list(kept.directory.territory.neighbourhoods), page, per_page)
        return {
            **shapes.said(kept.directory, kept.profile),
            **counted,
            "neighbourhoods": [shapes.neighbourhood(item) for item in items],
        }

    return sent(request, replies.reply(make()))


@api.get(
    "/neighbourhoods.geojson", response={200: shapes.FeatureCollection, **WRONG}, summary="Neighbourhoods as GeoJSON"
)
def neighbourhood_boundaries(request: HttpRequest) -> HttpResponse:
    """Every neighbourhood's boundary, simplified to about 20 metres."""
    refuse_unknown(request)
    kept = _shelf()
    land = kept.directory.territory

    def make() -> dict[str, Any]:
        return _collection(
            kept.directory,
            [
                (
                    hood.official_id,
                    {"id": hood.official_id, "name": hood.name, "url": f"/at/{hood.slug}"},
                    land.outline_of_neighbourhood(hood.official_id, simplified=True),
                )
                for hood in land.neighbourhoods
            ],
        )

    return sent(request, kept.named("neighbourhoods.geojson", make, kind=GEOJSON, cache=replies.AN_HOUR))


@api.get(
    "/neighbourhoods/{official_id}", response={200: shapes.NeighbourhoodAnswer, **WRONG}, summary="One neighbourhood"
)
def neighbourhood(request: HttpRequest, official_id: int = Path(..., ge=0, le=2_000_000_000)) -> HttpResponse:
    """One neighbourhood by its official id, and the area whose team serves it."""
    refuse_unknown(request)
    kept = _shelf()
    found = kept.directory.of_neighbourhood(official_id)
    if found is None or found.neighbourhood is None:
        raise Http404("There is no neighbourhood with that id.")
    answer = {
        **shapes.said(kept.directory, kept.profile),
        "neighbourhood": shapes.neighbourhood(found.neighbourhood),
        "served_by": found.team.area.slug if found.team else None,
    }
    return sent(request, replies.reply(answer))


@api.get(
    "/neighbourhoods/{official_id}/team", response={200: shapes.TeamAnswer, **WRONG}, summary="Team of a neighbourhood"
)
def neighbourhood_team(request: HttpRequest, official_id: int = Path(..., ge=0, le=2_000_000_000)) -> HttpResponse:
    """Who serves in a neighbourhood."""
    refuse_unknown(request)
    kept = _shelf()
    found = kept.directory.of_neighbourhood(official_id)
    if found is None:
        raise Http404("There is no neighbourhood with that id.")
    return sent(request, kept.team(found))


@api.get("/areas", response={200: shapes.AreasAnswer, **WRONG}, summary="All areas")
def areas(request: HttpRequest, page: int = PageNumber, per_page: int = PerPage) -> HttpResponse:
    """Areas that have a team, by name."""
    refuse_unknown(request, "page", "per_page")
    kept = _shelf()
    items, counted = _page(list(kept.directory.territory.areas), page, per_page)
    answer = {
        **shapes.said(kept.directory, kept.profile),
        **counted,
        "areas": [shapes.area(item) for item in items],
    }
    return sent(request, replies.reply(answer))


@api.get("/areas.geojson", response={200: shapes.FeatureCollection, **WRONG}, summary="Areas as GeoJSON")
def area_boundaries(request: HttpRequest) -> HttpResponse:
    """Every area, and the neighbourhoods that have no team yet, simplified to about 20 metres."""
    refuse_unknown(request)
    kept = _shelf()
    return sent(
        request,
        kept.named("areas.geojson", lambda: _areas_and_rest(kept.directory), kind=GEOJSON, cache=replies.AN_HOUR),
    )


def _areas_and_rest(directory: Directory) -> dict[str, Any]:
    land = directory.territory
    served = {official_id for team in directory.serving for official_id in team.area.official_ids}
    features: list[tuple[str | int, dict[str, Any], Outline]] = [
        (
            hood.slug,
            {"slug": hood.slug, "name": hood.name, "kind": "neighbourhood", "url": f"/at/{hood.slug}", "served": False},
            land.outline_of_neighbourhood(hood.official_id, simplified=True),
        )
        for hood in land.neighbourhoods
        if hood.official_id not in served
    ]
    features += [
        (
            team.area.slug,
            {
                "slug": team.area.slug,
                "name": team.area.name,
                "kind": "area",
                "url": f"/at/{team.area.slug}",
                "served": True,
            },
            land.outline_of_area(team.area.slug, simplified=True),
        )
        for team in directory.serving
    ]
    return _collection(directory, features)


@api.get("/areas/{slug}", response={200: shapes.TeamAnswer, **WRONG}, summary="One area and its team")
def area(request: HttpRequest, slug: str = SlugPath) -> HttpResponse:
    """One area with its team today."""
    refuse_unknown(request)
    kept = _shelf()
    found = kept.directory.of_area(slug)
    if found is None:
        raise Http404("There is no area with that name.")
    return sent(request, kept.team(found))


@api.get("/areas/{slug}/continuity", response={200: shapes.ContinuityAnswer, **WRONG}, summary="How steady is a team?")
def area_continuity(request: HttpRequest, slug: str = SlugPath) -> HttpResponse:
    """Median time served, changes in twelve months and the next announced change of one team."""
    refuse_unknown(request)
    kept = _shelf()
    team = kept.directory.teams.get(slug)
    if team is None:
        raise Http404("There is no area with that name.")
    answer = {
        **shapes.said(kept.directory, kept.profile),
        "areas": [{"area": slug, "continuity": shapes.continuity(team.continuity)}],
    }
    return sent(request, replies.reply(answer))


@api.get("/continuity", response={200: shapes.ContinuityAnswer, **WRONG}, summary="How steady is each team?")
def continuity(request: HttpRequest) -> HttpResponse:
    """Continuity of every team; never of an officer."""
    refuse_unknown(request)
    kept = _shelf()

    def make() -> dict[str, Any]:
        return {
            **shapes.said(kept.directory, kept.profile),
            "areas": [
                {"area": team.area.slug, "continuity": shapes.continuity(team.continuity)}
                for team in kept.directory.serving
            ],
        }

    return sent(request, kept.named("continuity", make))


@api.get("/divisions", response={200: shapes.DivisionsAnswer, **WRONG}, summary="All divisions")
def divisions(request: HttpRequest) -> HttpResponse:
    """The service's divisions, by code."""
    refuse_unknown(request)
    kept = _shelf()

    def make() -> dict[str, Any]:
        return {
            **shapes.said(kept.directory, kept.profile),
            "divisions": [shapes.division(each) for each in kept.directory.territory.divisions],
        }

    return sent(request, kept.named("divisions", make, cache=replies.AN_HOUR))


@api.get("/divisions.geojson", response={200: shapes.FeatureCollection, **WRONG}, summary="Divisions as GeoJSON")
def division_boundaries(request: HttpRequest) -> HttpResponse:
    """Every division's boundary, simplified to about 20 metres."""
    refuse_unknown(request)
    kept = _shelf()
    land = kept.directory.territory

    def make() -> dict[str, Any]:
        return _collection(
            kept.directory,
            [
                (
                    each.code,
                    {"code": each.code, "name": each.name},
                    land.outline_of_division(each.code, simplified=True),
                )
                for each in land.divisions
            ],
        )

    return sent(request, kept.named("divisions.geojson", make, kind=GEOJSON, cache=replies.AN_HOUR))


def _collection(directory: Directory, features: list[tuple[Any, dict[str, Any], Outline]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        **shapes.said(directory, snapshot.profile()),
        "schematic": directory.territory.schematic,
        "features": [
            {
                "type": "Feature",
                "id": key,
                "properties": properties,
                "geometry": {
                    "type": "MultiPolygon",
                    "coordinates": [
                        [[[round(lon, 6), round(lat, 6)] for lon, lat in ring] for ring in polygon]
                        for polygon in outline
                    ],
                },
            }
            for key, properties, outline in features
        ],
    }
