"""Published concerns for programs: what the areas' pages show, as JSON and as points on a map."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.params.functions import Query

from byname.concerns import queries as concerns
from byname.interfaces import snapshot
from byname.interfaces.api import replies, shapes
from byname.interfaces.api.asking import GEOJSON, WRONG, PageNumber, PerPage, refuse_unknown, sent
from byname.vocabulary import PUBLIC

router: Final = Router()
Slug: Final = Query(None, max_length=120, pattern=r"^[-a-z0-9]+$", description="An area's slug")
Code: Final = Query(None, max_length=40, pattern=r"^[-a-z0-9]+$", description="A category's code")


class HeardConcern(Schema):
    """One published concern: words, place and what was done are an officer's own."""

    reference: str
    area: str
    url: str
    category: str
    words: str
    done: str
    month: str
    """Year and month."""
    near: str
    lat: float | None
    lon: float | None
    state: str
    others_joined: int | None
    """From five on; null where they are fewer."""
    published_at: datetime
    changed_at: datetime


class HeardAnswer(Schema):
    """Published concerns, the latest month first."""

    demo: bool
    on: date
    page: int
    per_page: int
    heard: list[HeardConcern]


@router.get("/heard", response={200: HeardAnswer, **WRONG}, summary="What was heard, as published")
def heard(
    request: HttpRequest,
    area: str | None = Slug,
    category: str | None = Code,
    page: int = PageNumber,
    per_page: int = PerPage,
) -> HttpResponse:
    """Concerns that officers published, in their own words; page until one is empty."""
    refuse_unknown(request, "area", "category", "page", "per_page")
    answer = {
        **shapes.said(snapshot.city(), snapshot.profile()),
        "page": page,
        "per_page": per_page,
        "heard": [_said(line) for line in _lines(area, category, page, per_page)],
    }
    return sent(request, replies.reply(answer))


@router.get(
    "/heard.geojson", response={200: shapes.FeatureCollection, **WRONG}, summary="What was heard, as points on a map"
)
def heard_points(
    request: HttpRequest,
    area: str | None = Slug,
    category: str | None = Code,
    page: int = PageNumber,
    per_page: int = PerPage,
) -> HttpResponse:
    """The same as GeoJSON, without those published without a place; a place is a crossing or a field of 100 m."""
    refuse_unknown(request, "area", "category", "page", "per_page")
    directory = snapshot.city()
    answer = {
        "type": "FeatureCollection",
        **shapes.said(directory, snapshot.profile()),
        "schematic": directory.territory.schematic,
        "features": [
            {
                "type": "Feature",
                "id": line.reference,
                "properties": {name: value for name, value in _said(line).items() if name not in ("lat", "lon")},
                "geometry": {"type": "Point", "coordinates": [line.lon, line.lat]},
            }
            for line in _lines(area, category, page, per_page)
            if line.lat is not None
        ],
    }
    return sent(request, replies.reply(answer, kind=GEOJSON))


def _lines(area: str | None, category: str | None, page: int, size: int) -> tuple[concerns.Published, ...]:
    return concerns.published(
        areas=None if area is None else [area],
        categories=None if category is None else [category],
        page=page,
        page_size=size,
        viewer=PUBLIC,
    )


def _said(line: concerns.Published) -> dict[str, Any]:
    return {
        "reference": line.reference,
        "area": line.area,
        "url": f"/at/{line.area}/heard",
        "category": line.category,
        "words": line.words,
        "done": line.done,
        "month": f"{line.month_on:%Y-%m}",
        "near": line.near,
        "lat": line.lat,
        "lon": line.lon,
        "state": line.state,
        "others_joined": line.others,
        "published_at": line.published_at.isoformat(),
        "changed_at": line.changed_at.isoformat(),
    }
