"""Searching addresses and the names of places, as people type them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.db import connection

from byname.analysis import geometry
from byname.people import rules as people_rules
from byname.places.models import Area, AreaNeighbourhood, Edition, Landmark, Neighbourhood, Street
from byname.places.rules.addresses import (
    Reading,
    StreetWords,
    admitted_question,
    crossing,
    folded,
    name_readings,
    readings,
)
from byname.places.rules.likeness import Named, NameIndex, StreetGroup, StreetIndex, agreement, nearest_pair
from byname.vocabulary import Actor, Point

MatchKind = Literal["address", "street", "intersection", "landmark", "neighbourhood", "area"]

_MOST_STREETS_ASKED = 14
_MOST_NAMES_TRIED = 6
_GOOD = 90.0
_FAR_BELOW_BEST = 22.0
_LEAST_SCORE = 60.0
_NEAREST_COSTS = 14.0
_EACH_WORD_LEFT_OUT = 6.0
_MOST_POINTS_A_STREET = 250
_APART_AT_A_CROSSING = 250.0


@dataclass(frozen=True, slots=True)
class Match:
    """One place that may be meant."""

    label: str
    kind: MatchKind
    point: Point
    neighbourhood: int | None
    """The official id where the file told it; else None, and the point decides."""
    score: float
    """How well it fits what was typed, from 0 to 100."""
    nearest: bool = False
    """True where the number asked for is not on file and this is the nearest one on that street."""
    slug: str = ""
    """For an area, its stable name in addresses of pages; empty otherwise."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a name stands for."""

    label: str
    point: Point
    neighbourhood: int | None
    slug: str = ""


@dataclass(frozen=True, slots=True)
class _Streets:
    """The streets and landmarks of every file, as one reading of the database found them."""

    version: str
    index: StreetIndex
    names: NameIndex


@dataclass(frozen=True, slots=True)
class _Land:
    """The names of neighbourhoods and areas, as one reading of the database found them."""

    version: str
    names: NameIndex
    places: tuple[_Place, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """An address as the database holds it."""

    street: int
    number: int
    suffix: str
    high_number: int | None
    municipality: str
    point: Point
    neighbourhood: int | None


_Candidate = tuple[Reading, StreetGroup, float]
"""A way to read the question, a street it may mean, and how well that fits."""


class _Memory:
    """What a process keeps of streets and names; read anew, once, when a file of them has been brought in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streets: _Streets | None = None
        self._land: _Land | None = None

    def current(self) -> tuple[_Streets, _Land]:
        """The streets and the names as they are now: one small query where nothing has changed."""
        streets, land = self._streets, self._land
        streets_version, land_version = _versions()
        if streets is None or streets.version != streets_version or land is None or land.version != land_version:
            with self._lock:
                # Whoever waited here finds what the first one read.
                streets_version, land_version = _versions()
                if self._streets is None or self._streets.version != streets_version:
                    self._streets = _read_streets(streets_version)
                if self._land is None or self._land.version != land_version:
                    self._land = _read_land(land_version)
                streets, land = self._streets, self._land
        return streets, land


_memory = _Memory()


def search_addresses(text: str, *, viewer: Actor, most: int = 8) -> tuple[Match, ...]:
    """The places somebody may mean, the best first, at most `most`; none where nothing is like it.

    Reads numbers, streets, crossings, named places, neighbourhoods and areas, with abbreviations, slips and what people
    write around them. Raises Refused for an empty or an over-long question. The question is kept nowhere.
    """
    people_rules.require(viewer, "see_public")
    question = admitted_question(text)
    streets, land = _memory.current()
    found = [
        *_addresses(question, streets.index),
        *_crossings(question, streets.index),
        *_named(question, streets, land),
    ]
    return _ranked(found, most)


def _versions() -> tuple[str, str]:
    """What the streets and the names hang on; digests stand beside the counters, so that no restore fools them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT string_agg(id || ':' || sha256, ' ' ORDER BY id) FROM byname_addressfile),
                   (SELECT string_agg(id || ':' || file_sha256, ' ' ORDER BY id) FROM byname_edition),
                   (SELECT count(*) || ':' || coalesce(max(id), 0) FROM byname_area),
                   (SELECT version FROM byname_publicversion WHERE subject = 'land')
            """
        )
        files, editions, areas, version = cursor.fetchone()
    return str(files), f"{editions}|{areas}|{version}"


def _read_streets(version: str) -> _Streets:
    parts: dict[StreetWords, list[tuple[int, int, str, int]]] = {}
    rows = Street.objects.order_by("id").values_list(
        "addresses", "id", "name", "middle_number", "search_key", "type", "direction"
    )
    for addresses, row, name, middle, key, kind, direction in rows:
        parts.setdefault(StreetWords(key, kind, direction), []).append((addresses, row, name, middle))
    groups = []
    for words, rows_of in parts.items():
        # The file with most addresses on a street decides how its name is written.
        addresses, row, name, middle = max(rows_of, key=lambda part: (part[0], -part[1]))
        ids = tuple(part[1] for part in rows_of)
        groups.append(StreetGroup(words, name, ids, sum(part[0] for part in rows_of), (row, middle)))
    landmarks = Landmark.objects.order_by("id").values_list("id", "name")
    return _Streets(version, StreetIndex(groups), NameIndex([Named("landmark", name, row) for row, name in landmarks]))


def _read_land(version: str) -> _Land:
    newest = Edition.objects.filter(kind="neighbourhoods").order_by("-valid_from").first()
    names: list[Named] = []
    places: list[_Place] = []
    points: dict[int, tuple[float, Point]] = {}
    if newest is not None:
        rows = Neighbourhood.objects.filter(edition=newest).order_by("official_id")
        for official_id, name, lat, lon, km2 in rows.values_list(
            "official_id", "name", "label_lat", "label_lon", "area_km2"
        ):
            points[official_id] = (km2, Point(lat, lon))
            names.append(Named("neighbourhood", name, len(places)))
            places.append(_Place(name, Point(lat, lon), official_id))
    parts: dict[int, list[int]] = {}
    for area, official_id in AreaNeighbourhood.objects.values_list("area_id", "official_id"):
        parts.setdefault(area, []).append(official_id)
    for row, slug, name, boundary in Area.objects.order_by("slug").values_list("id", "slug", "name", "boundary"):
        # An area stands where its largest neighbourhood does.
        largest = max(
            (one for one in parts.get(row, ()) if one in points), default=None, key=lambda one: points[one][0]
        )
        if largest is not None:
            point = points[largest][1]
        elif boundary is not None:
            point = geometry.label_point(geometry.land_of(boundary["coordinates"]))
        else:
            continue
        names.append(Named("area", name, len(places)))
        places.append(_Place(name, point, largest, slug))
    return _Land(version, NameIndex(names), tuple(places))


def _addresses(question: str, index: StreetIndex) -> list[Match]:
    """Addresses and streets: names in memory, then one look-up of all numbers in question."""
    told = readings(question)
    found = _looked_up(_exact(told, index))
    if max((match.score for match in found), default=0.0) < _GOOD:
        # Nothing is named exactly so, or the number is on no such street: a slip in the name may explain it.
        found += _looked_up(_alike(told, index))
    elif told[0].number is None:
        found += _looked_up(_begun(told[0], index))
    return found


def _looked_up(candidates: Sequence[_Candidate]) -> list[Match]:
    """The addresses of the candidates, in one query for all of them."""
    if not candidates:
        return []
    rows = _rows_near([(row, number) for reading, group, _ in candidates for row, number in _asked(reading, group)])
    found: list[Match] = []
    for reading, group, score in candidates:
        on_street = [row for street, number in _asked(reading, group) for row in rows.get((street, number), ())]
        found += _matches(reading, group, score, on_street)
    return found


def _exact(told: Sequence[Reading], index: StreetIndex) -> list[_Candidate]:
    """Streets of exactly the name that was read."""
    return _best((reading, group, 100.0) for reading in told for group in index.exact(reading.street.key))


def _alike(told: Sequence[Reading], index: StreetIndex) -> list[_Candidate]:
    """Streets whose name is like the one that was read; half a dozen names are tried."""
    keys = list(dict.fromkeys(reading.street.key for reading in told))[:_MOST_NAMES_TRIED]
    like = {key: index.like(key) for key in keys}
    return _best((reading, group, alike) for reading in told for group, alike in like.get(reading.street.key, ()))


def _begun(reading: Reading, index: StreetIndex) -> list[_Candidate]:
    """Streets that begin so, for somebody still typing: "dover" may become "Dovercourt" though there is a Dover St."""
    return _best((reading, group, min(alike, 92.0)) for group, alike in index.like(reading.street.key))


def _best(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """The best candidates, each street once for each number."""
    kept: dict[tuple[StreetWords, int | None, str], _Candidate] = {}
    for reading, group, alike in candidates:
        score = alike - agreement(reading.street, group) - min(18.0, _EACH_WORD_LEFT_OUT * reading.left_out)
        key = (group.words, reading.number, reading.suffix)
        if score >= _LEAST_SCORE and (key not in kept or kept[key][2] < score):
            kept[key] = (reading, group, score)
    best = sorted(kept.values(), key=lambda item: (-item[2], -item[1].addresses, item[1].words, item[0].number or 0))
    return best[:_MOST_STREETS_ASKED]


def _asked(reading: Reading, group: StreetGroup) -> list[tuple[int, int]]:
    """The rows and numbers to look up for one street; the middle of it where no number was typed."""
    if reading.number is None:
        return [group.middle]
    return [(row, reading.number) for row in group.ids]


_NEAR = """
    SELECT asked.street, asked.number, near.number, near.suffix, near.high_number, near.municipality,
           near.lat, near.lon, near.neighbourhood_id_told
    FROM unnest(%s::bigint[], %s::integer[]) AS asked (street, number)
    CROSS JOIN LATERAL (
        (SELECT a.* FROM byname_address a WHERE a.street_id = asked.street AND a.number = asked.number
         ORDER BY a.number, a.suffix, a.id LIMIT 12)
        UNION ALL
        (SELECT a.* FROM byname_address a WHERE a.street_id = asked.street AND a.number < asked.number
         ORDER BY a.number DESC LIMIT 4)
        UNION ALL
        (SELECT a.* FROM byname_address a WHERE a.street_id = asked.street AND a.number > asked.number
         ORDER BY a.number LIMIT 4)
    ) AS near
"""


def _rows_near(asked: Iterable[tuple[int, int]]) -> dict[tuple[int, int], list[_Row]]:
    """For each street and number, the addresses of that number and the few below and above it."""
    pairs = list(dict.fromkeys(asked))
    found: dict[tuple[int, int], list[_Row]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [[street for street, _ in pairs], [number for _, number in pairs]])
        for street, wanted, number, suffix, high, municipality, lat, lon, told in cursor.fetchall():
            row = _Row(street, number, suffix, high, municipality, Point(lat, lon), told)
            found.setdefault((street, wanted), []).append(row)
    return found


def _matches(reading: Reading, group: StreetGroup, score: float, rows: Sequence[_Row]) -> list[Match]:
    if not rows:
        return []
    if reading.number is None:
        middle = group.middle[1]
        there = min(rows, key=lambda near: (abs(near.number - middle), near.number, near.suffix))
        return [Match(group.name, "street", there.point, there.neighbourhood, score)]
    number = reading.number
    exact = [row for row in rows if row.number == number]
    if not exact:
        exact = [
            row for row in rows if row.number < number <= (row.high_number or 0) and (number - row.number) % 2 == 0
        ]
    if exact:
        told = []
        for row in exact:
            off = 0.0 if row.suffix == reading.suffix else 1.0 if not reading.suffix else 2.0
            off += 0.0 if not reading.town or _same_town(reading.town, row.municipality) else 2.0
            off += 0.25 if reading.high_number and row.high_number not in (None, reading.high_number) else 0.0
            told.append(Match(_label(row, group), "address", row.point, row.neighbourhood, score - off))
        return told
    # The same side of the street first, then the smaller step.
    there = min(rows, key=lambda row: ((row.number - number) % 2, abs(row.number - number), row.number, row.suffix))
    if abs(there.number - number) > 200:
        there = min(rows, key=lambda row: (abs(row.number - number), row.number, row.suffix))
    label = _label(there, group)
    return [Match(label, "address", there.point, there.neighbourhood, score - _NEAREST_COSTS, nearest=True)]


def _label(row: _Row, group: StreetGroup) -> str:
    suffix = f" {row.suffix}" if "/" in row.suffix else row.suffix
    high = f"-{row.high_number}" if row.high_number else ""
    town = "" if not row.municipality or "toronto" in row.municipality.casefold() else f", {row.municipality}"
    return f"{row.number}{suffix}{high} {group.name}{town}"


def _same_town(asked: str, municipality: str) -> bool:
    # Everybody in the city says Toronto; only the older names tell two streets apart.
    return "toronto" in asked or not municipality or folded(municipality) == asked


def _crossings(question: str, index: StreetIndex) -> list[Match]:
    """Where two streets meet: halfway between the two addresses, one on each, that lie closest together."""
    pair = crossing(question)
    if pair is None:
        return []
    sides = [_crossing_side(words, index) for words in pair]
    if not all(sides):
        return []
    points = _points_of({group.words: group for side in sides for group, _ in side}.values())
    best: tuple[float, float, Match] | None = None
    for one, one_score in sides[0]:
        for other, other_score in sides[1]:
            met = nearest_pair(points.get(one.words, []), points.get(other.words, []))
            if one.words.key == other.words.key or met is None or met[0] > _APART_AT_A_CROSSING:
                continue
            score = min(one_score, other_score)
            if best is None or (-score, met[0]) < best[:2]:
                best = (-score, met[0], Match(f"{one.name} and {other.name}", "intersection", met[1], None, score))
    return [best[2]] if best else []


def _crossing_side(words: StreetWords, index: StreetIndex) -> list[tuple[StreetGroup, float]]:
    alike = [(group, 100.0) for group in index.exact(words.key)] or index.like(words.key)
    scored = [(group, score - agreement(words, group)) for group, score in alike]
    scored.sort(key=lambda item: (-item[1], -item[0].addresses, item[0].words))
    return [item for item in scored[:3] if item[1] >= 80]


def _points_of(groups: Iterable[StreetGroup]) -> dict[StreetWords, list[tuple[float, float]]]:
    """Some hundred addresses along each street: enough to see where two meet, few enough to be quick."""
    # Street by street, each by its index: right after a file was brought the planner knows nothing of the table (the
    # role that brings may not analyse it), and a plain join would read all of it.
    of_row = {row: group for group in groups for row in group.ids}
    steps = [1 + group.addresses // _MOST_POINTS_A_STREET for group in of_row.values()]
    found: dict[StreetWords, list[tuple[float, float]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.street, near.lat, near.lon
            FROM unnest(%s::bigint[], %s::integer[]) AS asked (street, step)
            CROSS JOIN LATERAL (
                SELECT a.lat, a.lon FROM byname_address a
                WHERE a.street_id = asked.street AND a.id %% asked.step = 0
                ORDER BY a.number, a.id
            ) AS near
            """,
            [list(of_row), steps],
        )
        for street, lat, lon in cursor.fetchall():
            found.setdefault(of_row[street].words, []).append((lat, lon))
    return found


def _named(question: str, streets: _Streets, land: _Land) -> list[Match]:
    """Named places, neighbourhoods and areas."""
    landmarks: dict[int, float] = {}
    found: list[Match] = []
    for order, words in enumerate(name_readings(question)):
        # A part between commas says less than the whole question.
        off = 3.0 if order else 0.0
        for named, score in streets.names.like(words):
            landmarks[named.row] = max(landmarks.get(named.row, 0.0), score - off)
        for named, score in land.names.like(words):
            place = land.places[named.row]
            kind: MatchKind = "area" if named.kind == "area" else "neighbourhood"
            found.append(Match(place.label, kind, place.point, place.neighbourhood, score - off, slug=place.slug))
    rows = Landmark.objects.filter(id__in=landmarks).order_by("id") if landmarks else ()
    for row in rows:
        label = f"{row.name}, {row.address_text}" if row.address_text else row.name
        point = Point(row.lat, row.lon)
        found.append(Match(label, "landmark", point, row.neighbourhood_id_told, landmarks[row.pk]))
    return found


_ORDER: dict[MatchKind, int] = {
    "address": 0,
    "area": 1,
    "neighbourhood": 2,
    "landmark": 3,
    "intersection": 4,
    "street": 5,
}


def _ranked(found: Iterable[Match], most: int) -> tuple[Match, ...]:
    """The best, each once, the same ones in the same order for the same question."""
    ordered = sorted(found, key=lambda match: (-match.score, _ORDER[match.kind], match.label, match.point.lat))
    told: list[Match] = []
    for match in ordered:
        if match.score < max(_LEAST_SCORE, ordered[0].score - _FAR_BELOW_BEST) or len(told) >= most:
            break
        name = _name(match)
        if not any(_name(other) == name and _close(match.point, other.point) for other in told):
            told.append(replace(match, score=round(max(0.0, match.score), 1)))
    return tuple(told)


def _name(match: Match) -> str:
    """What tells one match from another close by: two files may write one address two ways."""
    return folded(match.label.partition(",")[0])


def _close(one: Point, other: Point) -> bool:
    """Whether two places are within some two hundred metres."""
    return abs(one.lat - other.lat) < 0.002 and abs(one.lon - other.lon) < 0.0027
