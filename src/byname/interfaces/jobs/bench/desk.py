"""What is measured of the desk: its pages in a large service, the ledger under load, and its seals looked through."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError
from django.urls import reverse

from byname.interfaces.jobs.bench import ground, ledger_load, load, processes
from byname.interfaces.jobs.bench.figures import Figure, median
from byname.interfaces.jobs.bench.ground import Ground, Service

CONNECTIONS: Final = 8
_SLOWEST_MS: Final = 150
_LINES: Final = 1_000_000
_SAMPLE: Final = 40
"""So many areas and officers each page is asked about, in turn."""


# What a page is called, the name of its address, who asks for it, and what each of its addresses is about.
_PAGES: Final = (
    ("Today, a coordinator's", "today", "coordinator", ""),
    ("Today, a sergeant's", "today", "sergeant", ""),
    ("Today, an officer's", "today", "officer", ""),
    ("All areas", "desk-areas", "coordinator", ""),
    ("An area", "desk-area", "coordinator", "area"),
    ("All officers", "desk-officers", "coordinator", ""),
    ("An officer", "desk-officer", "coordinator", "officer"),
    ("Proposing", "propose", "coordinator", "area asked for"),
    ("What a proposal breaks", "proposal", "coordinator", "proposal"),
    ("Proposals", "proposals", "coordinator", ""),
    ("The calendar", "calendar", "coordinator", ""),
    ("Continuity", "continuity", "coordinator", ""),
    ("My page", "my-page", "officer", ""),
    ("Hours", "my-hours", "officer", ""),
    ("Who looked at what", "readings", "overseer", ""),
    ("Accounts", "accounts", "administrator", ""),
)


def measure(names: frozenset[str], work: Ground) -> Iterator[tuple[str, list[Figure]]]:
    """The figures of `desk`, if it is among the names."""
    if "desk" not in names:
        return
    home = work.folder / "desk"
    work.say("starting byname for the desk, without a city …")
    with ground.service(home, "--empty") as service:
        work.say("making a large service …")
        made = ground.alone("desk-ground", "quick" if work.quick else "whole", home=home)
        title = (
            f"The desk, {CONNECTIONS} connections: {made['officers']:,} officers, {made['areas']:,} areas, "
            f"{made['postings']:,} postings, {made['accounts']:,} accounts, {made['hours']:,} figures of hours, "
            f"{made['handovers']:,} open handovers"
        )
        yield title, _pages(service, made, work)
        yield f"The ledger, {ledger_load.PROCESSES} connections", _ledger(home, work)


def _ledger(home: Path, work: Ground) -> list[Figure]:
    figures = []
    for kind, what, least in (
        ("lines", "lines a second, by bare SQL, each committed by itself", 1500),
        ("acts", "acts a second through the actions: hours recorded, one officer and day at a time", 400),
    ):
        work.say(f"{kind} for the ledger …")
        rounds = [ground.alone("ledger", kind, str(work.seconds), home=home) for _ in range(work.rounds)]
        figures.append(Figure(what, median([each["done"] / each["seconds"] for each in rounds]), least=least))
    lines = _LINES // 10 if work.quick else _LINES
    work.say(f"{lines:,} more lines, to be sealed and verified …")
    sealed = ground.alone("ledger-fill", str(lines), home=home)["seconds"]
    words, variables = ground.launcher(home, "ledger", "verify")
    began = time.perf_counter()
    done = subprocess.run(words, env=variables, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise CommandError(f"The ledger is not whole: {done.stdout} {done.stderr}")
    return [
        *figures,
        Figure(f"{lines:,} lines written at once, until the last is sealed", sealed, "s"),
        Figure(
            "`./byname ledger verify` of those and all before",
            seconds,
            "s",
            most=20,
            told=done.stdout.split(" under")[0],
        ),
    ]


def _pages(service: Service, made: Mapping[str, Any], work: Ground) -> list[Figure]:
    figures: list[Figure] = []
    with ground.reference("view", "/one-question", work.folder) as (port, process):
        bare = _asked(port, process, ["/one-question"], (), work)
        for title, name, role, about in _PAGES:
            work.say(f"{title} …")
            paths, cookies = _addresses(name, about, made), made["cookies"][role]
            figures += _figures(title, _asked(service.port, service.process, paths, cookies, work), bare)
    return [
        *figures,
        Figure(
            "a bare Django view with one question: 95th percentile", median([done.p95_ms for done, _ in bare]), "ms"
        ),
        Figure("a bare Django view with one question: processor time", _web_ms(bare), "ms"),
    ]


_Rounds = list[tuple[load.Load, processes.Spent]]


def _asked(port: int, process: int, paths: Sequence[str], cookies: Sequence[str], work: Ground) -> _Rounds:
    load.ask(port, paths, connections=CONNECTIONS, seconds=1, cookies=cookies)
    rounds = []
    for _ in range(work.rounds):
        before = processes.spent(process)
        done = load.ask(port, paths, connections=CONNECTIONS, seconds=work.seconds / 2, cookies=cookies)
        rounds.append((done, processes.spent(process).since(before)))
    return rounds


def _figures(title: str, rounds: _Rounds, bare: _Rounds) -> Iterator[Figure]:
    if wrong := sum(done.refused + done.broken for done, _ in rounds):
        raise RuntimeError(f"{title}: {wrong} of {sum(done.requests for done, _ in rounds)} answers were refusals")
    database = median([spent.database / done.requests * 1000 for done, spent in rounds])
    times = _web_ms(rounds) / _web_ms(bare)
    told = f"{times:.0f} times the bare view's; and {database:.1f} ms of the database"
    yield Figure(f"{title}: median", median([done.p50_ms for done, _ in rounds]), "ms")
    yield Figure(f"{title}: 95th percentile", _p95_ms(rounds), "ms", most=_SLOWEST_MS)
    yield Figure(f"{title}: processor time", _web_ms(rounds), "ms", told=told)


def _p95_ms(rounds: _Rounds) -> float:
    return median([done.p95_ms for done, _ in rounds])


def _web_ms(rounds: _Rounds) -> float:
    return median([spent.web / done.requests * 1000 for done, spent in rounds])


def _addresses(name: str, about: str, made: Mapping[str, Any]) -> list[str]:
    """The addresses of one page: one, or one for each of some areas, officers or proposals."""
    of_each = {"area": made["slugs"], "officer": made["references"], "proposal": made["proposals"]}
    if about == "area asked for":
        return [f"{reverse(name)}?area={slug}" for slug in _some(made["slugs"])]
    return [reverse(name, args=[each]) for each in _some(of_each[about])] if about else [reverse(name)]


def _some(everything: Sequence[Any]) -> Sequence[Any]:
    return everything[:: max(1, len(everything) // _SAMPLE)]
