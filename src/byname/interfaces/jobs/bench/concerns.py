"""What is measured of concerns: raised over Open311, listed for officers, shown on the city's map, and their pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from byname.interfaces import open311
from byname.interfaces.jobs.bench import concern_ground, ground, load, processes, resident_path
from byname.interfaces.jobs.bench.figures import Figure, median
from byname.interfaces.jobs.bench.ground import Ground, Service

CONNECTIONS: Final = 8
MILLION: Final = 1_000_000
_A_SECOND: Final = 300
_REQUESTS: Final = f"{open311.PATH}requests.json"
_FORMS: Final = 500
_LISTS: Final = (
    ("open, the most pressing first", ""),
    ("of one category, ended ones too", "state=all&category=traffic"),
    ("nobody answered", "state=unanswered"),
    ("a year, ended ones too", "state=all&raised_from=2000-01-01"),
    ("those their officer has", "mine=on&state=all"),
)
_MAP: Final = "/heard/"
_Round = tuple[load.Load, processes.Spent]


def measure(names: frozenset[str], work: Ground) -> Iterator[tuple[str, list[Figure]]]:
    """The figures of `concerns`, if it is among the names."""
    if "concerns" not in names:
        return
    home = work.folder / "concerns"
    rows = concern_ground.KEPT // 10 if work.quick else concern_ground.KEPT
    with ground.service(home) as service:
        work.say(f"{rows:,} concerns …")
        made = ground.alone("concern-ground", str(rows), home=home)
        forms = [
            urlencode(concern_ground.form(made["key"], made["points"][number % len(made["points"])], number))
            for number in range(_FORMS)
        ]
        raised, figures = _raised(service, home, forms, made, work)
        yield (
            f"Concerns raised: `POST {_REQUESTS}` with one key, {CONNECTIONS} connections, {rows:,} concerns before",
            figures,
        )
        yield f"Officers' lists of concerns, {rows:,} of them, two who ask without a pause", _lists(service, made, work)
        yield f"The city's published concerns, {rows:,} of them", _map(service, work)
        yield "A resident's way without JavaScript, page by page", _pages(service)
        if work.million:
            older = (MILLION - rows) // (10 if work.quick else 1)
            work.say(f"{older:,} more …")
            ground.alone("concern-fill", str(older), home=home)
            work.say("concerns raised again …")
            again = _load(service.port, service.process, [_REQUESTS], forms, work)
            yield (
                f"Concerns raised where there are {rows + older:,}, those of the nine years before without their words",
                [
                    *_told(again, least=0.8 * _A_SECOND),
                    Figure("concerns a second, as a share of those before", _rate(again) / raised, "×", least=0.8),
                ],
            )


def _raised(
    service: Service, home: Path, forms: Sequence[str], made: Mapping[str, Any], work: Ground
) -> tuple[float, list[Figure]]:
    """How many a second, and all that is told of it."""
    work.say("concerns raised …")
    with ground.reference("view", "/one-question", work.folder, database=made["address"]) as (port, process):
        rounds = _load(service.port, service.process, [_REQUESTS], forms, work)
        bare = _load(port, process, ["/one-row"], forms, work)
    if wrong := sum(done.refused + done.broken for done, _ in rounds + bare):
        raise RuntimeError(f"{wrong} concerns were not taken in")
    wire = ground.alone("concern-wire", forms[0], home=home)
    if not wire["status"].startswith("201"):
        raise RuntimeError(f"the concern to be looked at was answered with {wire['status']}")
    rate, web = _rate(rounds), _web_ms(rounds)
    return rate, [
        *_told(rounds, least=_A_SECOND),
        Figure(
            "statements of one concern, as they went to PostgreSQL",
            wire["statements"],
            most=6,
            told="the key's, the letter's, the concern's and the ledger line's, BEGIN and COMMIT counted",
        ),
        Figure("a bare Django view that writes one row: rows a second", _rate(bare)),
        Figure("a bare Django view that writes one row: 99th percentile", _p99(bare), "ms"),
        Figure("a bare Django view that writes one row: processor time", _web_ms(bare), "ms"),
        Figure("concerns a second, as a share of the bare view's rows", rate / _rate(bare), "×", least=0.15),
        Figure("processor time, as a multiple of the bare view", web / _web_ms(bare), "×"),
    ]


def _told(rounds: Sequence[_Round], *, least: float) -> list[Figure]:
    return [
        Figure("concerns a second, each with its ledger line and its letter", _rate(rounds), least=least),
        Figure("median", median([done.p50_ms for done, _ in rounds]), "ms"),
        Figure("95th percentile", _p95(rounds), "ms"),
        Figure("99th percentile", _p99(rounds), "ms", most=100),
        Figure("processor time a concern", _web_ms(rounds), "ms"),
        Figure("of the database", median([spent.database / done.requests * 1000 for done, spent in rounds]), "ms"),
        Figure(
            "of the background work",
            median([spent.rest / done.requests * 1000 for done, spent in rounds]),
            "ms",
            told="it writes the letters and seals the ledger meanwhile",
        ),
    ]


def _lists(service: Service, made: Mapping[str, Any], work: Ground) -> list[Figure]:
    figures = []
    for role in ("officer", "sergeant"):
        for title, query in _LISTS:
            work.say(f"the {role}'s list: {title} …")
            paths = [f"/desk/concerns/?{query}"]
            alone, together = (
                _load(service.port, service.process, paths, (), work, cookies=made["cookies"][role], connections=count)
                for count in (2, CONNECTIONS)
            )
            if wrong := sum(done.refused + done.broken for done, _ in alone + together):
                raise RuntimeError(f"{title}: {wrong} lists were refused")
            database = median([spent.database / done.requests * 1000 for done, spent in alone])
            told = (
                f"{_web_ms(alone):.1f} ms of processor time, and {database:.1f} ms of the database; "
                f"{_p95(together):.0f} ms where {CONNECTIONS} ask without a pause"
            )
            figures.append(Figure(f"the {role}'s, {title}: 95th percentile", _p95(alone), "ms", most=100, told=told))
    return figures


def _map(service: Service, work: Ground) -> list[Figure]:
    work.say("the city's published concerns …")
    status, _headers, page = service.get(_MAP)
    if status != 200:
        return [Figure("processor time of the page", None, "ms", most=100, told=f"{_MAP} is answered with {status}")]
    rounds = _load(service.port, service.process, [_MAP], (), work)
    return [
        Figure(
            "processor time of the page, the database's included",
            median([(spent.web + spent.database) / done.requests * 1000 for done, spent in rounds]),
            "ms",
            most=100,
        ),
        Figure("pages a second", _rate(rounds)),
        Figure("99th percentile", _p99(rounds), "ms"),
        Figure("bytes of the page, not compressed", len(page) / 1000, "kB"),
    ]


def _pages(service: Service) -> list[Figure]:
    area = json.loads(service.get("/api/v1/areas")[2])["areas"][0]
    return [
        Figure(
            f"{weighed.name}: page and styles as sent",
            weighed.sent / 1000,
            "kB",
            most=50,
            told=f"{weighed.page / 1000:.1f} kB the page and {weighed.styles / 1000:.1f} kB the styles, not compressed",
        )
        for weighed in resident_path.walk(service, area)
    ]


def _load(
    port: int,
    process: int,
    paths: Sequence[str],
    forms: Sequence[str],
    work: Ground,
    *,
    cookies: Sequence[str] = (),
    connections: int = CONNECTIONS,
) -> list[_Round]:
    load.ask(port, paths, connections=connections, seconds=1, forms=forms, cookies=cookies)
    rounds = []
    for _ in range(work.rounds):
        before = processes.spent(process)
        seconds = work.seconds if forms else work.seconds / 4
        done = load.ask(port, paths, connections=connections, seconds=seconds, forms=forms, cookies=cookies)
        rounds.append((done, processes.spent(process).since(before)))
    return rounds


def _rate(rounds: Sequence[_Round]) -> float:
    return median([done.per_second for done, _ in rounds])


def _p95(rounds: Sequence[_Round]) -> float:
    return median([done.p95_ms for done, _ in rounds])


def _p99(rounds: Sequence[_Round]) -> float:
    return median([done.p99_ms for done, _ in rounds])


def _web_ms(rounds: Sequence[_Round]) -> float:
    return median([spent.web / done.requests * 1000 for done, spent in rounds])
