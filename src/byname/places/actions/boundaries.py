"""Bringing official boundaries in, an edition at a time, and setting a home division by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from django.db import connection, transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from byname.analysis import geometry
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.places.models import Area, AreaNeighbourhood, Division, DivisionShare, Edition, Neighbourhood
from byname.places.queries.land import edition_in_force
from byname.places.queries.placement import placement
from byname.places.queries.territory import SHARE_WORTH_SAYING
from byname.places.rules import boundaries as rules
from byname.places.sources import city_geojson, geojson, home_divisions_csv
from byname.vocabulary import Actor, FileRefused, Refused, RowFault

Kind = Literal["neighbourhoods", "divisions"]
Write = Callable[[Edition], tuple[int, int, int]]
"""Writes rows into an edition: how many are new, how many kept their id, how many are gone."""

# One file of places at a time: two at once would work out shares from each other's half-written rows.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4162023)"


@dataclass(frozen=True, slots=True)
class BoundaryReceipt:
    """What became of a file of boundaries."""

    changed: bool
    features: int
    created: int
    updated: int
    removed: int
    repairs: tuple[tuple[int, str], ...]
    """(number of the feature, what was mended)."""
    warnings: tuple[str, ...]
    told: tuple[str, ...]
    """All of it in sentences, a line each."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an act: whether it changed anything, and that in sentences."""

    changed: bool
    told: tuple[str, ...]


def bring_boundaries(
    kind: Kind,
    content: bytes,
    *,
    file_name: str,
    edition: str,
    valid_from: date,
    by: Actor,
    at: datetime,
    schematic: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> BoundaryReceipt:
    """Brings one edition of official boundaries in, whole or not at all; the same file again changes nothing.

    Another file under an edition's name replaces its boundaries: what keeps its official id keeps its row, its
    page's address, its population and its hand-set home division where the new file says nothing of them.
    Raises Refused, or FileRefused with each feature that cannot be used.
    """
    people_rules.require(by, "bring_land")
    edition = rules.edition_name(edition)
    digest = hashlib.sha256(content).hexdigest()
    same = Edition.objects.filter(
        kind=kind, name=edition, valid_from=valid_from, schematic=schematic, file_sha256=digest
    ).first()
    if same is not None:
        count = int(same.report["features"])
        told = f"Nothing changed: edition “{edition}” holds this very file already ({count} {kind})."
        return BoundaryReceipt(False, count, 0, 0, 0, (), (), (told,))
    say(f"reading {file_name}")
    write, named = _read(kind, content)
    features = [feature for _, feature in named]
    say(f"comparing {len(named)} neighbours")
    rules.refuse_absurd_size(sum(geometry.km2([feature.land for feature in features])))
    clashes, slivers = _clashes([(name, feature.land) for name, feature in named])
    repairs = tuple((feature.number, repair) for feature in features for repair in feature.repairs)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ONE_AT_A_TIME)
        _refuse_swapped(features)
        kept, new = _edition(kind, edition, valid_from, schematic)
        earlier = _earlier(kept, new)
        before = placement(earlier, viewer=by) if earlier else None
        kept.name, kept.valid_from, kept.schematic = edition, valid_from, schematic
        kept.file_name, kept.file_sha256, kept.brought_at = file_name[:200], digest, at
        kept.report = {"features": len(named), "repairs": repairs, "warnings": clashes, "slivers": slivers}
        kept.save()
        created, updated, removed = write(kept)
        say("working out what each division holds")
        _share_out(kept)
        rules.refuse_misplaced(placement(kept, viewer=by).compared(before))
        warnings = (*clashes, *_second_thoughts(kept))
        ledger.record(
            "boundaries.brought",
            subject=("edition", kept.pk),
            by=by,
            at=at,
            facts={
                "kind": kind,
                "edition": edition,
                "valid_from": valid_from.isoformat(),
                "schematic": schematic,
                "features": len(named),
                "sha256": digest,
            },
            public=True,
            renews=("land",),
        )
        straddling = _straddling(kept)
    what = (
        f"{'Brought in' if new else 'Replaced'}: {len(named)} {kind}, edition “{edition}” from {valid_from}"
        f"{', schematic' if schematic else ''}: {created} new, {updated} kept under their id, {removed} gone."
    )
    told_all = [
        what,
        *(f"Feature {number}: {repair}." for number, repair in repairs),
        *([f"{slivers} hairline overlaps and gaps between neighbours: left as they are."] if slivers else []),
        *straddling,
        *(f"Look at this: {warning}" for warning in warnings),
    ]
    return BoundaryReceipt(True, len(named), created, updated, removed, repairs, warnings, tuple(told_all))


def set_home_division(official_id: int, code: str, *, by: Actor, at: datetime) -> Receipt:
    """Sets which division a neighbourhood belongs to in the edition in force; "" leaves it to the larger share again.

    Raises Refused where there is no such neighbourhood or division.
    """
    people_rules.require(by, "bring_land")
    with transaction.atomic():
        return _set_home_divisions({official_id: code}, by=by, at=at)


def bring_home_divisions(content: bytes, *, file_name: str, by: Actor, at: datetime) -> Receipt:
    """Sets home divisions from a CSV (neighbourhood, division), all rows or none.

    Raises Refused, or FileRefused with each faulty line.
    """
    people_rules.require(by, "bring_land")
    rows = home_divisions_csv.rows(content)
    with transaction.atomic():
        known, codes = _known(by, at)
        faults = []
        for line, official_id, code in rows:
            if official_id not in known:
                faults.append(RowFault(line, "neighbourhood", str(official_id), "the number of a neighbourhood here"))
            if code and code not in codes:
                faults.append(RowFault(line, "division", code, "one of " + ", ".join(sorted(codes))))
        if faults:
            raise FileRefused(f"{file_name} was not brought in: some lines cannot be used.", tuple(faults))
        return _set_home_divisions({official_id: code for _, official_id, code in rows}, by=by, at=at)


def _set_home_divisions(wanted: dict[int, str], *, by: Actor, at: datetime) -> Receipt:
    known, codes = _known(by, at)
    changed = []
    for official_id, code in wanted.items():
        if official_id not in known:
            raise Refused(f"There is no neighbourhood {official_id}.", code="no-neighbourhood")
        if code and code not in codes:
            raise Refused(f"There is no division {code}. There are {', '.join(sorted(codes))}.", code="no-division")
        row = known[official_id]
        if row.home_division_code != code:
            row.home_division_code = code
            row.save(update_fields=["home_division_code"])
            changed.append(official_id)
    if not changed:
        return Receipt(False, ("Nothing changed: the home divisions are set so already.",))
    ledger.record(
        "neighbourhood.home_division_set",
        subject=("neighbourhood", changed[0] if len(changed) == 1 else "several"),
        by=by,
        at=at,
        facts={"neighbourhoods": changed, "divisions": [wanted[official_id] for official_id in changed]},
        public=True,
        renews=("land",),
    )
    return Receipt(True, (f"The home division of {len(changed)} neighbourhood(s) is set.",))


def _known(by: Actor, at: datetime) -> tuple[dict[int, Neighbourhood], set[str]]:
    """Neighbourhoods by official id, and division codes, in force on the day."""
    on = timezone.localtime(at).date()
    official = edition_in_force("neighbourhoods", on, viewer=by)
    command = edition_in_force("divisions", on, viewer=by)
    if official is None or command is None:
        raise Refused("Bring the neighbourhoods and the divisions first.", code="no-edition")
    rows = Neighbourhood.objects.filter(edition_id=official.id).defer("boundary").select_for_update()
    return {row.official_id: row for row in rows}, set(
        Division.objects.filter(edition_id=command.id).values_list("code", flat=True)
    )


def _edition(kind: Kind, name: str, valid_from: date, schematic: bool) -> tuple[Edition, bool]:
    """The edition to write into, and whether it is new. A stand-in of the same name or first day gives way."""
    same_name = Edition.objects.filter(kind=kind, name=name).first()
    same_day = Edition.objects.filter(kind=kind, valid_from=valid_from).first()
    if same_day and same_name and same_day.pk != same_name.pk:
        raise Refused(f"Edition “{same_day.name}” already begins on {valid_from}.", code="same-day")
    if same_day and not same_name and not (same_day.schematic and not schematic):
        raise Refused(
            f"Edition “{same_day.name}” already begins on {valid_from}: bring the file under that name to replace it.",
            code="same-day",
        )
    found = same_name or same_day
    if found is None:
        return Edition(kind=kind), True
    rules.may_replace(found.name, official=not found.schematic, with_schematic=schematic)
    if not found.schematic:
        rules.refuse_moved_first_day(found.name, found.valid_from, valid_from)
    return found, False


def _earlier(edition: Edition, new: bool) -> Edition | None:
    """What an edition follows: the earlier file of its own name, else the newest of its kind."""
    return Edition.objects.filter(kind=edition.kind).order_by("-valid_from").first() if new else edition


def _refuse_swapped(features: list[geojson.Feature]) -> None:
    known = [
        (label[1] - 0.5, label[0] - 0.5, label[1] + 0.5, label[0] + 0.5)
        for label in Neighbourhood.objects.values_list("label_lat", "label_lon").order_by("pk")[:200]
    ]
    if rules.looks_swapped(geojson.bounds_of(features), known):
        raise Refused(
            "Latitude and longitude are swapped: GeoJSON writes longitude before latitude, such as -79.42, 43.65.",
            code="swapped",
        )


def _read(
    kind: Kind, content: bytes
) -> tuple[Callable[[Edition], tuple[int, int, int]], list[tuple[str, geojson.Feature]]]:
    """What writes the file's rows into an edition, and each row's name and feature."""
    if kind == "neighbourhoods":
        neighbourhoods = city_geojson.neighbourhoods(content)
        return partial(_write_neighbourhoods, neighbourhoods), [(row.name, feature) for row, feature in neighbourhoods]
    divisions = city_geojson.divisions(content)
    return partial(_write_divisions, divisions), [(row.name, feature) for row, feature in divisions]


def _write_neighbourhoods(
    rows: Sequence[tuple[rules.NeighbourhoodRow, geojson.Feature]], edition: Edition
) -> tuple[int, int, int]:
    before = {row.official_id: row for row in Neighbourhood.objects.filter(edition=edition).defer("boundary")}
    gone = set(before) - {row.official_id for row, _ in rows}
    if gone and _is_newest(edition):
        _refuse_if_an_area_needs(gone)
    Neighbourhood.objects.filter(edition=edition, official_id__in=gone).delete()
    made_of: dict[int, set[int]] = {}
    for area_id, official_id in AreaNeighbourhood.objects.values_list("area_id", "official_id"):
        made_of.setdefault(area_id, set()).add(official_id)
    areas = {slug: made_of.get(pk, set()) for pk, slug in Area.objects.values_list("pk", "slug")}
    taken = {row.slug for official_id, row in before.items() if official_id not in gone}
    sizes = geometry.km2([feature.land for _, feature in rows])
    fresh = []
    for (row, feature), size in zip(rows, sizes, strict=True):
        old = before.get(row.official_id)
        if old:
            slug = old.slug
        else:
            # An area's address belongs to a neighbourhood only where the area is that very neighbourhood.
            others = {slug for slug, ids in areas.items() if ids != {row.official_id}}
            slug = rules.slug_of(row.name, str(row.official_id), taken | others)
            taken.add(slug)
        label = geometry.label_point(feature.land)
        fresh.append(
            Neighbourhood(
                edition=edition,
                official_id=row.official_id,
                name=row.name,
                slug=slug,
                classification=row.classification,
                population=row.population if row.population is not None or not old else old.population,
                boundary=_boundary(feature.land),
                area_km2=size,
                label_lat=label.lat,
                label_lon=label.lon,
                home_division_code=row.home_division_code or (old.home_division_code if old else ""),
            )
        )
    _upsert(Neighbourhood, fresh, "official_id")
    return len(fresh) - (len(before) - len(gone)), len(before) - len(gone), len(gone)


def _write_divisions(
    rows: Sequence[tuple[rules.DivisionRow, geojson.Feature]], edition: Edition
) -> tuple[int, int, int]:
    before = {row.code: row for row in Division.objects.filter(edition=edition).defer("boundary")}
    gone = set(before) - {row.code for row, _ in rows}
    if gone and _is_newest(edition):
        needed = Area.objects.filter(division_code__in=gone).order_by("slug").first()
        if needed:
            raise Refused(
                f"The file has no division {needed.division_code}, but the area “{needed.name}” belongs to it. Bring "
                "the areas with another division first.",
                code="division-needed",
            )
    Division.objects.filter(edition=edition, code__in=gone).delete()
    taken = {row.slug for code, row in before.items() if code not in gone}
    fresh = []
    for row, feature in rows:
        old = before.get(row.code)
        slug = old.slug if old else rules.slug_of(row.name, rules.slug_of(row.code, "division"), taken)
        taken.add(slug)
        fresh.append(
            Division(
                edition=edition,
                code=row.code,
                name=row.name,
                slug=slug[:80],
                address=row.address or (old.address if old else ""),
                phone=row.phone or (old.phone if old else ""),
                boundary=_boundary(feature.land),
            )
        )
    _upsert(Division, fresh, "code")
    return len(fresh) - (len(before) - len(gone)), len(before) - len(gone), len(gone)


def _upsert(model: type[Neighbourhood] | type[Division], fresh: list[Any], key: str) -> None:
    columns = [field.name for field in model._meta.concrete_fields if field.name not in ("id", "edition", key)]
    model.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["edition", key], update_fields=columns, batch_size=500
    )


def _boundary(land: BaseGeometry) -> dict[str, object]:
    return {"type": "MultiPolygon", "coordinates": geometry.coordinates_of(land)}


def _is_newest(edition: Edition) -> bool:
    return not Edition.objects.filter(kind=edition.kind, valid_from__gt=edition.valid_from).exists()


def _refuse_if_an_area_needs(gone: set[int]) -> None:
    needed = AreaNeighbourhood.objects.filter(official_id__in=gone).order_by("official_id", "area_id").first()
    if needed:
        area = Area.objects.get(pk=needed.area_id)
        raise Refused(
            f"The file has no neighbourhood {needed.official_id}, but the area “{area.name}” is made of it. Bring the "
            "areas without it first.",
            code="neighbourhood-needed",
        )


def _share_out(edition: Edition) -> None:
    """What each division holds of each neighbourhood, for this edition against every edition of the other kind."""
    if edition.kind == "neighbourhoods":
        pairs = [(edition.pk, other) for other in _editions("divisions")]
    else:
        pairs = [(other, edition.pk) for other in _editions("neighbourhoods")]
    for official, command in pairs:
        DivisionShare.objects.filter(neighbourhood__edition_id=official, division__edition_id=command).delete()
        DivisionShare.objects.bulk_create(
            [
                DivisionShare(neighbourhood_id=neighbourhood, division_id=division, share=share)
                for neighbourhood, held in geometry.shares(
                    _lands(Neighbourhood, official), _lands(Division, command)
                ).items()
                for division, share in held.items()
            ]
        )


def _editions(kind: Kind) -> list[int]:
    return list(Edition.objects.filter(kind=kind).order_by("pk").values_list("pk", flat=True))


def _lands(model: type[Neighbourhood] | type[Division], edition_id: int) -> dict[int, BaseGeometry]:
    rows = model.objects.filter(edition_id=edition_id).order_by("pk").values_list("pk", "boundary")
    return {pk: geometry.land_of(boundary["coordinates"]) for pk, boundary in rows}


def _clashes(lands: list[tuple[str, BaseGeometry]]) -> tuple[list[str], int]:
    """Overlaps and gaps worth naming, and how many are too small for that."""
    shapes = [land for _, land in lands]
    found = [("share", clash) for clash in geometry.overlaps(shapes)] + [
        ("gap", clash) for clash in geometry.gaps(shapes)
    ]
    named = []
    for kind, clash in found:
        if clash.share < rules.NAMED_FROM:
            continue
        names = " and ".join(lands[position][0] for position in clash.between[:4])
        if kind == "share":
            named.append(f"{names} share {clash.km2:.3f} km², {clash.share:.0%} of the smaller.")
        else:
            named.append(f"a gap of {clash.km2:.3f} km² beside {names} belongs to none.")
    return named, len(found) - len(named)


def _second_thoughts(edition: Edition) -> list[str]:
    """What somebody who brings this edition may not expect."""
    warnings = []
    stand_in = Edition.objects.filter(kind=edition.kind, schematic=True, valid_from__gt=edition.valid_from).first()
    if stand_in and not edition.schematic:
        warnings.append(
            f"the schematic edition “{stand_in.name}” begins later, on {stand_in.valid_from}, and stays in force "
            f"from then. To replace it, bring this file with --valid-from {stand_in.valid_from}."
        )
    if edition.kind == "neighbourhoods" and _is_newest(edition):
        held = Neighbourhood.objects.filter(edition=edition).values_list("official_id", flat=True)
        lost = AreaNeighbourhood.objects.exclude(official_id__in=list(held)).order_by("official_id")
        if ids := sorted(set(lost.values_list("official_id", flat=True))):
            numbers = ", ".join(map(str, ids[:10]))
            warnings.append(f"areas are made of neighbourhoods this edition does not hold: {numbers}.")
    return warnings


def _straddling(edition: Edition) -> list[str]:
    """How many neighbourhoods lie in two or more divisions, by the newest edition alike of the other kind."""
    other = "divisions" if edition.kind == "neighbourhoods" else "neighbourhoods"
    # Official boundaries against drawn ones would count the drawing's mistakes.
    alike = Edition.objects.filter(kind=other, schematic=edition.schematic).order_by("-valid_from")
    newest = alike.values_list("pk", flat=True).first()
    if newest is None:
        return []
    official, command = (edition.pk, newest) if edition.kind == "neighbourhoods" else (newest, edition.pk)
    rows = DivisionShare.objects.filter(
        neighbourhood__edition_id=official, division__edition_id=command, share__gte=SHARE_WORTH_SAYING
    ).values_list("neighbourhood_id", flat=True)
    seen: dict[int, int] = {}
    for neighbourhood in rows:
        seen[neighbourhood] = seen.get(neighbourhood, 0) + 1
    several = sum(count > 1 for count in seen.values())
    return [f"{several} of {len(seen)} neighbourhoods lie in two or more divisions (2 % of the land or more in each)."]
