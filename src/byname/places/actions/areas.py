"""Bringing in what each team serves, and taking an area out."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from byname.analysis import geometry
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.places.actions.boundaries import ONE_AT_A_TIME, Receipt
from byname.places.models import Area, AreaNeighbourhood, Division, Neighbourhood
from byname.places.queries.land import edition_in_force
from byname.places.rules import areas as rules
from byname.places.sources import areas_file
from byname.vocabulary import Actor, FileRefused, Refused


def bring_areas(content: bytes, *, file_name: str, by: Actor, at: datetime) -> Receipt:
    """Brings areas in, all or none: new ones, and changes to those whose slug is known; others stay as they are.

    Raises Refused, or FileRefused with each faulty line.
    """
    people_rules.require(by, "bring_land")
    found, counted, repairs = areas_file.areas(content)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ONE_AT_A_TIME)
        neighbourhoods, divisions = _known(by, at)
        faults = rules.faults_among([row for row, _ in found], neighbourhoods=neighbourhoods, divisions=divisions)
        if faults:
            raise FileRefused("Some areas cannot be used.", tuple(faults), counted=counted)
        created, changed = _write(found)
        if not created and not changed:
            return Receipt(False, (f"Nothing changed: all {len(found)} areas are so already.",))
        ledger.record(
            "areas.brought",
            subject=("areas", "file"),
            by=by,
            at=at,
            facts={"created": created, "changed": changed, "sha256": hashlib.sha256(content).hexdigest()},
            public=True,
            renews=("land",),
        )
    unchanged = len(found) - created - changed
    return Receipt(
        True, (f"Brought in {file_name}: {created} new areas, {changed} changed, {unchanged} as they were.", *repairs)
    )


def remove_area(slug: str, *, by: Actor, at: datetime) -> Receipt:
    """Takes an area out that no officer was ever posted to. Raises Refused where there is none, or somebody was."""
    people_rules.require(by, "bring_land")
    with transaction.atomic():
        area = Area.objects.filter(slug=slug).first()
        if area is None:
            raise Refused(f"There is no area called {slug}.", code="no-area")
        pk, name = area.pk, area.name
        try:
            area.delete()
        except ProtectedError:
            raise Refused(
                f"Officers were posted to “{name}”: it stays, so that its history does.", code="area-needed"
            ) from None
        ledger.record("area.removed", subject=("area", pk), by=by, at=at, public=True, renews=("land",))
    return Receipt(True, (f"{name} is taken out.",))


def _known(by: Actor, at: datetime) -> tuple[dict[int, str], frozenset[str]]:
    """Each neighbourhood's slug by official id, and the divisions' codes, in the editions in force."""
    on = timezone.localtime(at).date()
    official = edition_in_force("neighbourhoods", on, viewer=by)
    command = edition_in_force("divisions", on, viewer=by)
    if official is None or command is None:
        missing = "neighbourhoods" if official is None else "divisions"
        raise Refused(f"Bring the {missing} in first: areas are made of them.", code="no-edition")
    return (
        dict(Neighbourhood.objects.filter(edition_id=official.id).values_list("official_id", "slug")),
        frozenset(Division.objects.filter(edition_id=command.id).values_list("code", flat=True)),
    )


def _write(found: list[tuple[rules.AreaRow, BaseGeometry | None]]) -> tuple[int, int]:
    """How many areas are new and how many changed."""
    before = {area.slug: area for area in Area.objects.filter(slug__in=[row.slug for row, _ in found])}
    made_of: dict[int, set[int]] = {}
    pairs = AreaNeighbourhood.objects.filter(area_id__in=[area.pk for area in before.values()])
    for area_id, official_id in pairs.values_list("area_id", "official_id"):
        made_of.setdefault(area_id, set()).add(official_id)
    fresh: list[Area] = []
    changed: list[Area] = []
    remade: list[tuple[Area, tuple[int, ...]]] = []
    for row, land in found:
        boundary = {"type": "MultiPolygon", "coordinates": geometry.coordinates_of(land)} if land is not None else None
        told = {
            "name": row.name,
            "division_code": row.division_code,
            "served_since": row.served_since,
            "phone": row.phone,
            "email": row.email,
            "boundary": boundary,
        }
        area = before.get(row.slug)
        if area is None:
            area = Area(slug=row.slug, **told)
            fresh.append(area)
            remade.append((area, row.official_ids))
            continue
        same_ids = made_of.get(area.pk, set()) == set(row.official_ids)
        if same_ids and all(getattr(area, column) == value for column, value in told.items()):
            continue
        for column, value in told.items():
            setattr(area, column, value)
        changed.append(area)
        if not same_ids:
            remade.append((area, row.official_ids))
    Area.objects.bulk_create(fresh)
    Area.objects.bulk_update(changed, ["name", "division_code", "served_since", "phone", "email", "boundary"])
    AreaNeighbourhood.objects.filter(area__in=[area for area, _ in remade]).delete()
    AreaNeighbourhood.objects.bulk_create(
        [AreaNeighbourhood(area=area, official_id=official_id) for area, ids in remade for official_id in ids]
    )
    return len(fresh), len(changed)
