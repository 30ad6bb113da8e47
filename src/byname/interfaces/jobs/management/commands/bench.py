"""The `bench` command: how fast byname is on this machine, beside the figures it means to reach."""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone

from byname.interfaces import snapshot
from byname.interfaces.jobs.bench import (
    concern_ground,
    concerns,
    desk,
    desk_ground,
    figures,
    land,
    ledger_load,
    load,
    web,
)
from byname.interfaces.jobs.bench.figures import Figure
from byname.interfaces.jobs.bench.ground import Ground

_MEASURES = {
    "team": "who serves at a point, over HTTP",
    "page": "an area's page, over HTTP",
    "start": "./byname up, the first and the second time",
    "poster": "a poster as PDF",
    "bring": "the City's boundaries brought in",
    "points": "five million points placed",
    "addresses": "half a million addresses brought in and searched",
    "desk": "the staff's pages in a large service, and the ledger",
    "concerns": "concerns raised, listed and shown, where there are 100,000",
}


class Command(BaseCommand):
    """Measures, tells, and exits with 1 where a figure is not reached."""

    help = "Measure how fast byname is here, in homes of its own.\n\nmeasures:\n" + "\n".join(
        f"  {name:<12}{what}" for name, what in _MEASURES.items()
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.prog = "./byname bench"
        parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(_MEASURES)} (default: all)")
        parser.add_argument("--quick", action="store_true", help="fewer rounds, points and rows: a try, no record")
        parser.add_argument("--million", action="store_true", help="concerns: once more where there are a million")
        parser.add_argument("--write", type=Path, metavar="FILE", help="write the report of a whole run there")
        parser.add_argument("--alone", action="store_true", help="the part of a measure that has a process to itself")

    def handle(self, *_: Any, **options: Any) -> None:
        """Runs the measures named."""
        if options["alone"]:
            self.stdout.write(json.dumps(_alone(*options["names"])))
            return
        if unknown := [name for name in options["names"] if name not in _MEASURES]:
            self.stderr.write(f"There is no measure {unknown[0]!r}. These exist: {', '.join(_MEASURES)}.")
            sys.exit(2)
        # Whoever ends this process ends its servers: the contexts below are left in good order.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        machine = _machine()  # before the measures keep it busy themselves
        for name, said in machine.items():
            self.stdout.write(f"{name}: {said}")
        chosen = frozenset(options["names"] or _MEASURES)
        found = self._measured(chosen, quick=options["quick"], million=options["million"])
        if options["write"] and not options["names"] and not options["quick"]:
            options["write"].write_text(figures.report(found, machine), encoding="utf-8")
        if any(figure.met is False for lines in found.values() for figure in lines):
            self.stdout.write("Not every figure is reached.")
            sys.exit(1)

    def _measured(self, names: frozenset[str], *, quick: bool, million: bool) -> dict[str, list[Figure]]:
        found: dict[str, list[Figure]] = {}
        with tempfile.TemporaryDirectory(prefix="byname-bench-") as folder:
            work = Ground(Path(folder), quick, lambda words: self.stderr.write(f"  {words}"), million)
            for measure, its in (
                (land.measure, {"bring", "points", "addresses"}),
                (web.measure, _OVER_HTTP),
                (desk.measure, {"desk"}),
                (concerns.measure, {"concerns"}),
            ):
                if not names & its:
                    continue
                for title, lines in measure(names, work):
                    found[title] = lines
                    self.stdout.write(f"\n{title}\n{figures.table(lines)}")
                    self.stdout.flush()
        return found


_OVER_HTTP = {"team", "page", "start", "poster"}


def _alone(name: str, *words: str) -> dict[str, Any]:
    if name == "points":
        return land.place_points(int(words[0]))
    if name == "desk-ground":
        size = desk_ground.QUICK if words[0] == "quick" else desk_ground.WHOLE
        made = desk_ground.make(size, at=timezone.now(), on=snapshot.today())
        if size == desk_ground.WHOLE:
            desk_ground.settle()
        return made
    if name == "concern-ground":
        return concern_ground.make(int(words[0]), at=timezone.now())
    if name == "concern-fill":
        return concern_ground.fill_older(int(words[0]), at=timezone.now())
    if name == "concern-wire":
        return concern_ground.on_the_wire(words[0])
    if name == "ledger":
        return ledger_load.together(words[0], float(words[1]))
    if name == "ledger-fill":
        return ledger_load.fill(int(words[0]))
    if name == "ledger-part":
        return ledger_load.part(words[0], float(words[1]), int(words[2]))
    return land.search(Path(words[0])) if name == "search" else web.pages_anew(words)


def _machine() -> dict[str, str]:
    """What the figures were measured on, and when."""
    processor = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        database = cursor.fetchone()[0].split()[0]
    cores = len(os.sched_getaffinity(0))
    libraries = ("Django", "psycopg", "granian", "numpy", "shapely", "rapidfuzz", "typst")
    return {
        "Day": timezone.localdate().isoformat(),
        "Machine": f"{processor}, {cores} processors, {memory:.0f} GB, Linux {platform.release()}",
        "Busy with other work before the start": f"{os.getloadavg()[0]:.1f} processes on average over a minute",
        "Versions": f"Python {platform.python_version()}, PostgreSQL {database}, "
        + ", ".join(f"{name} {version(name)}" for name in libraries),
        "Load generator": load.generator(),
    }
