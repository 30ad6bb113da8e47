"""What is measured over HTTP: starting, a point's team, an area's page, a poster; each beside a thin reference."""

from __future__ import annotations

import http
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from byname.interfaces import snapshot
from byname.interfaces.jobs.bench import ground, load, processes
from byname.interfaces.jobs.bench.figures import Figure, median, percentile
from byname.interfaces.jobs.bench.ground import Ground, Service

TEAM_CONNECTIONS = 32
PAGE_CONNECTIONS = 16
_POINTS = 20_000
_INSIDE = 2_000
_POSTERS = 20
_KEPT = "made once for each change of the directory, language and worker, then kept"


@dataclass(frozen=True, slots=True)
class _Round:
    """One round of load, and the processor time it took of each part."""

    load: load.Load
    spent: processes.Spent

    @property
    def web_us(self) -> float:
        """Microseconds of the web server's processes for one request."""
        return self.spent.web / self.load.requests * 1e6

    @property
    def database_us(self) -> float:
        """Microseconds of the database's processes for one request."""
        return self.spent.database / self.load.requests * 1e6


def measure(names: frozenset[str], work: Ground) -> Iterator[tuple[str, list[Figure]]]:
    """The figures of `start`, `team`, `page` and `poster`, as far as they are among the names."""
    home = work.folder / "service"
    work.say("starting byname for the first time, in a new home …")
    with ground.service(home) as first:
        first_start, first_processor = first.seconds_to_ready, first.processor_to_ready
    work.say("starting it again …")
    with ground.service(home) as service:
        if "start" in names:
            yield (
                "Starting: `./byname up` until /readyz answers",
                [
                    Figure("first time, the Python environment being there", first_start, "s", most=20),
                    Figure("processor time of it", first_processor, "s"),
                    Figure("second time", service.seconds_to_ready, "s", most=3),
                    Figure("processor time of it", service.processor_to_ready, "s"),
                ],
            )
        if "team" in names:
            yield f"A point's team: `team?lat=&lon=`, {TEAM_CONNECTIONS} connections", _team(service, work)
        if "page" in names:
            yield f"An area's page, logged out, {PAGE_CONNECTIONS} connections", _page(service, home, work)
        if "poster" in names:
            yield "A poster", _poster(service, work)


def _rounds(targets: Sequence[tuple[int, int, Sequence[str], int]], work: Ground) -> list[list[_Round]]:
    """For each (port, process, paths, connections) its rounds; taken in turn, so that a busy moment meets all alike."""
    found: list[list[_Round]] = [[] for _ in targets]
    for port, _process, paths, connections in targets:
        load.ask(port, paths, connections=connections, seconds=1)
    for _ in range(work.rounds):
        for place, (port, process, paths, connections) in enumerate(targets):
            before = processes.spent(process)
            done = load.ask(port, paths, connections=connections, seconds=work.seconds)
            found[place].append(_Round(done, processes.spent(process).since(before)))
    return found


def _team(service: Service, work: Ground) -> list[Figure]:
    work.say("a point's team …")
    anywhere = [_team_path(point) for point in _box(service)]
    inside = _inside(service)
    with ground.reference("server", "/", work.folder) as (port, process):
        everywhere, within, bare = _rounds(
            [
                (service.port, service.process, anywhere, TEAM_CONNECTIONS),
                (service.port, service.process, inside, TEAM_CONNECTIONS),
                (port, process, ["/"], TEAM_CONNECTIONS),
            ],
            work,
        )
    refused = sum(each.load.refused for each in within)
    if refused:
        raise RuntimeError(f"{refused} points inside the city were refused")
    return [
        *_asked("random points over the city's box", everywhere),
        *_asked("random points inside the city", within),
        *_thin("the bare server, a constant answer", bare),
        Figure("processor time, as a multiple of the bare server", _ratio(within, bare), "×"),
        Figure("requests a second, as a share of the bare server", _rate(within) / _rate(bare), "×"),
    ]


def _asked(which: str, rounds: list[_Round]) -> list[Figure]:
    return [
        Figure(f"{which}: requests a second", _rate(rounds), least=8000),
        Figure(f"{which}: median", median([each.load.p50_ms for each in rounds]), "ms"),
        Figure(f"{which}: 99th percentile", median([each.load.p99_ms for each in rounds]), "ms", most=10),
        Figure(f"{which}: processor time a request", median([each.web_us for each in rounds]), "µs", most=120),
        Figure(f"{which}: of the database", median([each.database_us for each in rounds]), "µs"),
        *_broken(which, rounds),
    ]


def _page(service: Service, home: Path, work: Ground) -> list[Figure]:
    work.say("an area's page …")
    paths = [each["url"] for each in json.loads(service.get("/api/v1/areas")[2])["areas"]]
    with ground.reference("view", "/one-question", work.folder) as (port, process):
        pages, view = _rounds(
            [
                (service.port, service.process, paths, PAGE_CONNECTIONS),
                (port, process, ["/one-question"], PAGE_CONNECTIONS),
            ],
            work,
        )
    if refused := sum(each.load.refused for each in pages):
        raise RuntimeError(f"{refused} pages were refused")
    anew = ground.alone("page", *paths, home=home)
    html, whole = max(_weights(service, path) for path in paths[:10])
    return [
        Figure("processor time a page", median([each.web_us for each in pages]) / 1000, "ms", most=4, told=_KEPT),
        Figure("processor time of a page made anew", anew["ms"], "ms", most=4, told="Django alone, the median of all"),
        Figure("of the database, a page", median([each.database_us for each in pages]) / 1000, "ms"),
        Figure("questions to the database, of a page made anew", anew["questions"], most=6),
        Figure("bytes before photos, map and font", whole / 1000, "kB", most=60, told="page, styles and scripts"),
        Figure("of these the page itself", html / 1000, "kB", told="the longest of ten, not compressed"),
        Figure("pages a second", _rate(pages)),
        Figure("median", median([each.load.p50_ms for each in pages]), "ms"),
        Figure("99th percentile", median([each.load.p99_ms for each in pages]), "ms"),
        *_broken("pages", pages),
        *_thin("a bare Django view with one question", view),
        Figure("processor time, as a multiple of the bare view", _ratio(pages, view), "×"),
        Figure("pages a second, as a share of the bare view", _rate(pages) / _rate(view), "×"),
    ]


def _thin(which: str, rounds: list[_Round]) -> list[Figure]:
    return [
        Figure(f"{which}: requests a second", _rate(rounds)),
        Figure(f"{which}: 99th percentile", median([each.load.p99_ms for each in rounds]), "ms"),
        Figure(f"{which}: processor time a request", median([each.web_us for each in rounds]), "µs"),
    ]


def _rate(rounds: list[_Round]) -> float:
    return median([each.load.per_second for each in rounds])


def _ratio(rounds: list[_Round], thin: list[_Round]) -> float:
    return median([one.web_us / other.web_us for one, other in zip(rounds, thin, strict=True)])


def _broken(which: str, rounds: list[_Round]) -> list[Figure]:
    broken = sum(each.load.broken for each in rounds)
    return [Figure(f"{which}: connections broken or silent for ten seconds", broken, most=0)] if broken else []


def _box(service: Service) -> list[tuple[float, float]]:
    """Points at random in the box around the city's land."""
    corners: list[tuple[float, float]] = []
    for feature in json.loads(service.get("/api/v1/areas.geojson")[2])["features"]:
        corners += _corners(feature["geometry"]["coordinates"])
    lons, lats = [lon for lon, _ in corners], [lat for _, lat in corners]
    made = random.Random(1)
    return [(made.uniform(min(lats), max(lats)), made.uniform(min(lons), max(lons))) for _ in range(_POINTS)]


def _corners(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _corners(part)


def _inside(service: Service) -> list[str]:
    found: list[str] = []
    for point in _box(service):
        if service.get(_team_path(point))[0] == 200:
            found.append(_team_path(point))
        if len(found) == _INSIDE:
            break
    return found


def _team_path(point: tuple[float, float]) -> str:
    return f"/api/v1/team?lat={point[0]:.6f}&lon={point[1]:.6f}"


def _weights(service: Service, path: str) -> tuple[int, int]:
    """Bytes of a page, and of it with its styles and scripts as a browser fetches them."""
    page = service.get(path)[2]
    sent = len(service.get(path, **{"Accept-Encoding": "gzip"})[2])
    linked = re.findall(rb'<link rel="stylesheet" href="([^"]+)"|<script[^>]* src="([^"]+)"', page)
    for address in {(style or script).decode() for style, script in linked}:
        sent += len(service.get(address, **{"Accept-Encoding": "gzip"})[2])
    return len(page), sent


def _poster(service: Service, work: Ground) -> list[Figure]:
    work.say("a poster …")
    slug = json.loads(service.get("/api/v1/areas")[2])["areas"][0]["slug"]
    times, size = [], 0
    for _ in range(_POSTERS):
        began = time.perf_counter()
        status, _headers, body = service.get(f"/at/{slug}/poster-a4.pdf")
        times.append(time.perf_counter() - began)
        size = len(body)
        if status != 200 or not body.startswith(b"%PDF"):
            raise RuntimeError(f"the poster was answered with {status}")
    return [
        Figure("the first", times[0] * 1000, "ms"),
        Figure("each after it, median", median(times[1:]) * 1000, "ms"),
        Figure("each after it, slowest", percentile(times[1:], 1) * 1000, "ms"),
        Figure("size", size / 1000, "kB"),
    ]


def pages_anew(paths: Sequence[str]) -> dict[str, Any]:
    """What pages cost that nobody asked for since the directory changed, in this process: time and questions."""
    snapshot.keep_fresh()
    while not snapshot.is_held():
        time.sleep(0.01)
    asked = 0

    def count(execute: Any, sql: str, values: Any, many: bool, about: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(sql, values, many, about)

    browser, questions, times = Client(headers={"host": "localhost"}), [], []
    for path in paths:
        browser.get(f"/fr{path}")  # draws the maps, which outlive a change of the directory
    with connection.execute_wrapper(count):
        for path in paths:
            asked, began = 0, time.thread_time()
            if browser.get(path).status_code != http.HTTPStatus.OK:
                raise RuntimeError(f"{path} was refused")
            times.append((time.thread_time() - began) * 1000)
            questions.append(asked)
    return {"questions": max(questions), "ms": median(times)}
