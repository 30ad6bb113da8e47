"""What is measured without a web server: boundaries brought in, millions of points placed, addresses searched."""

from __future__ import annotations

import csv
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from byname.analysis import sampling
from byname.interfaces import snapshot
from byname.interfaces.jobs.bench import address_questions, address_rows, ground, processes
from byname.interfaces.jobs.bench.figures import Figure, percentile
from byname.interfaces.jobs.bench.ground import REAL_DIVISIONS, REAL_NEIGHBOURHOODS, Ground
from byname.places import queries as places
from byname.vocabulary import PUBLIC, Refused

_POINTS = 5_000_000
_ROWS = 525_000
_EDITION = ("--edition", "2022", "--valid-from", "2022-04-12")


def measure(names: frozenset[str], work: Ground) -> Iterator[tuple[str, list[Figure]]]:
    """The figures of `bring`, `points` and `addresses`, as far as they are among the names."""
    if "bring" in names or "points" in names:
        brought = _bring(work)
        if "bring" in names:
            yield "Boundaries: 158 neighbourhoods and 16 divisions brought in", brought
    if "points" in names:
        yield "Many points placed in neighbourhoods", _points(work)
    if "addresses" in names:
        yield "Addresses searched", _addresses(work)


def _bring(work: Ground) -> list[Figure]:
    if not (REAL_NEIGHBOURHOODS.exists() and REAL_DIVISIONS.exists()):
        work.say("the City's boundary files are not here: the demo's are used for what needs land …")
        ground.command("load_demo")
        missing = f"needs {REAL_NEIGHBOURHOODS.name} and {REAL_DIVISIONS.name}"
        return [Figure("both files", None, "s", most=5, told=missing)]
    work.say("bringing the City's boundaries in …")
    hoods, hoods_processor = ground.command("bring", "neighbourhoods", str(REAL_NEIGHBOURHOODS), *_EDITION)
    divisions, divisions_processor = ground.command("bring", "divisions", str(REAL_DIVISIONS), *_EDITION)
    return [
        Figure("both files, each by its own command from start to end", hoods + divisions, "s", most=5),
        Figure("of these the neighbourhoods", hoods, "s"),
        Figure("of these the divisions", divisions, "s"),
        Figure("processor time of both", hoods_processor + divisions_processor, "s"),
    ]


def _points(work: Ground) -> list[Figure]:
    count = _POINTS // 10 if work.quick else _POINTS
    work.say(f"placing {count:,} points …")
    told = ground.alone("points", str(count))
    where = f"{told['neighbourhoods']} {'schematic' if told['schematic'] else 'real'} polygons"
    return [
        Figure(f"{count:,} points in {where}, reading the polygons included", told["seconds"], "s", most=10),
        Figure("the most memory of that process", told["megabytes"], "MB", most=700),
        Figure("once more, with the polygons in memory", told["again"], "s"),
        Figure("points that lie in the city", told["inside"]),
    ]


def _addresses(work: Ground) -> list[Figure]:
    count = _ROWS // 10 if work.quick else _ROWS
    path = work.folder / "addresses.csv"
    work.say(f"making {count:,} addresses …")
    address_rows.write_rows(path, count)
    work.say("bringing them in …")
    seconds, _processor = ground.command("bring", "addresses", str(path))
    work.say("searching them …")
    told = ground.alone("search", str(path))
    return [
        Figure(f"{count:,} rows of the City's schema brought in", seconds, "s"),
        Figure(f"{told['asked']:,} questions in all shapes: median", told["p50_ms"], "ms"),
        Figure("99th percentile", told["p99_ms"], "ms", most=30),
        Figure("99th percentile of processor time, the database's aside", told["p99_processor_ms"], "ms"),
        Figure("slowest", told["slowest_ms"], "ms"),
        Figure("the first question of a process", told["first_ms"], "ms", told="it reads the names of all streets"),
        Figure("the most memory of that process", told["megabytes"], "MB"),
    ]


def place_points(count: int) -> dict[str, Any]:
    """How long this process takes to place so many points, and the most memory it held."""
    today = snapshot.today()
    lats, lons = sampling.points_in_box(43.58, -79.64, 43.86, -79.11, count=count, seed=1)
    began = time.perf_counter()
    found = places.neighbourhoods_at(lats, lons, on=today, viewer=PUBLIC)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    places.neighbourhoods_at(lats, lons, on=today, viewer=PUBLIC)
    again = time.perf_counter() - began
    peak = processes.memory_peak()  # before the territory is read, which placing points does not need
    territory = places.territory(on=today, viewer=PUBLIC)
    return {
        "seconds": seconds,
        "again": again,
        "megabytes": peak,
        "inside": int((found > 0).sum()),
        "neighbourhoods": len(territory.neighbourhoods),
        "schematic": territory.schematic,
    }


def search(path: Path) -> dict[str, Any]:
    """How long this process takes over questions about the addresses of a file that was brought in."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(itertools.islice(csv.DictReader(file), 0, None, 211))
    times, processor = [], []
    for _shape, words in address_questions.questions(rows):
        began, before = time.perf_counter(), time.thread_time()
        try:
            places.search_addresses(words, viewer=PUBLIC)
        except Refused:
            continue
        times.append((time.perf_counter() - began) * 1000)
        processor.append((time.thread_time() - before) * 1000)
    return {
        "asked": len(times) - 1,
        "first_ms": times[0],
        "p50_ms": percentile(times[1:], 0.5),
        "p99_ms": percentile(times[1:], 0.99),
        "p99_processor_ms": percentile(processor[1:], 0.99),
        "slowest_ms": max(times[1:]),
        "megabytes": processes.memory_peak(),
    }
