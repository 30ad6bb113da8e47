"""Several worker processes over one database: each fresh within a second, each serving on when the database is away."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from byname.people import actions as people
from byname.places import actions as places
from byname.postings import actions as postings
from byname.vocabulary import Actor
from tests import cast as city
from tests.cast import IN_MILL, IN_RING, Cast
from tests.interfaces.worker import Answered, Worker

pytestmark = pytest.mark.slow

BY = Actor("operator", "test")
MILL = f"/api/v1/team?lat={IN_MILL.lat}&lon={IN_MILL.lon}"
RING = f"/api/v1/team?lat={IN_RING.lat}&lon={IN_RING.lon}"


class Line:
    """The way to the database, which can be cut, held (taken up and never answered) and mended."""

    def __init__(self) -> None:
        known = connection.settings_dict
        self._unix = str(known["HOST"]).startswith("/") or not known["HOST"]
        folder = known["HOST"] or "/var/run/postgresql"
        self._behind: object = f"{folder}/.s.PGSQL.{known['PORT'] or 5432}"
        if not self._unix:
            self._behind = (known["HOST"], int(known["PORT"] or 5432))
        self._ends: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self._holding = False
        self.port = 0
        self.mend()

    def mend(self) -> None:
        """Calls go through."""
        self._holding = False
        if self._listener is None:
            listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
            self.port = listener.getsockname()[1]
            self._listener = listener
            threading.Thread(target=self._take_up, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Nobody is there any more, and nobody can be called."""
        if self._listener is not None:
            # Closing alone leaves a thread that waits in accept() holding the port.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self._drop()

    def hold(self) -> None:
        """Calls are taken up and never answered; calls under way are dropped."""
        self._holding = True
        self._drop()

    def _drop(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _take_up(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            self._ends.append(caller)
            if self._holding:
                continue
            behind = socket.socket(socket.AF_UNIX if self._unix else socket.AF_INET)
            behind.connect(self._behind)  # type: ignore[arg-type]
            self._ends.append(behind)
            for source, sink in ((caller, behind), (behind, caller)):
                threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line() -> Iterator[Line]:
    """A way to the database of this test."""
    made = Line()
    yield made
    made.cut()


@pytest.fixture
def worker(committed: Cast, line: Line) -> Iterator[Worker]:
    """A worker whose database hangs on that line."""
    with Worker(port=line.port) as made:
        yield made


def seconds_until(holds: Callable[[], bool], *, limit: float = 10) -> float:
    """How long it took until something held."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > limit:
            raise AssertionError(f"it does not hold after {limit} seconds")
        time.sleep(0.01)
    return time.monotonic() - began


def shows(worker: Worker, path: str, gone: str, come: str) -> bool:
    """Whether a worker's answer lacks what is gone and holds what has come."""
    text = worker.ask(path).text
    return (not gone or gone not in text) and (not come or come in text)


def test_two_workers_show_every_public_act_within_a_second(committed: Cast) -> None:
    cast, at = committed, timezone.now()
    acts: list[tuple[str, Callable[[], object], str, str]] = [
        (MILL, lambda: people.withdraw_photo(cast.chidi.reference, by=BY, at=at), cast.chidi.reference, ""),
        (MILL, lambda: postings.hide_officer(cast.ana.reference, by=BY, at=at), "Albuquerque", ""),
        (MILL, lambda: people.show_officer(cast.ana.reference, by=BY, at=at), "", "Albuquerque"),
        (RING, lambda: postings.post_officer("1012", "ring", "member", first=cast.on, by=BY, at=at), "", "Lindqvist"),
        (
            MILL,
            lambda: postings.end_posting("1002", "old-mill", last=cast.on, reason="leave", by=BY, at=at),
            "B. Bao",
            "",
        ),
        (
            RING,
            lambda: postings.cover("1010", "ring", first=cast.on, last=cast.on + timedelta(1), by=BY, at=at),
            "",
            "Juhl",
        ),
        (
            RING,
            lambda: places.bring_areas(
                city.AREAS_CSV.replace(b"416-555-0116", b"416-555-0199"), file_name="areas.csv", by=BY, at=at
            ),
            "416-555-0116",
            "416-555-0199",
        ),
        (
            RING,
            lambda: places.bring_service(city.service(demo=False), file_name="s.toml", by=BY, at=at),
            '"demo":true',
            '"demo":false',
        ),
    ]
    with Worker() as one, Worker() as other:
        for path, act, gone, come in acts:
            for worker in (one, other):
                answer = worker.ask(path)
                assert answer.headers["x-answered"] == "at the door"
                assert not gone or gone in answer.text
                assert not come or come not in answer.text
            act()
            for worker in (one, other):
                took = seconds_until(partial(shows, worker, path, gone, come))
                assert took < 1


def answers_by_itself(answer: Answered) -> bool:
    """Whether an answer came from memory."""
    return answer.status == 200 and answer.seconds < 1


@pytest.mark.parametrize("trouble", ["cut", "hold"])
def test_with_the_database_away_memory_serves_on_and_the_rest_says_when_to_come_back(
    committed: Cast, line: Line, worker: Worker, trouble: str
) -> None:
    photo = f"/photo/{committed.chidi.reference}/small.webp"
    form = {"method": "POST", "body": "q=12+Millrace+Lane"}
    assert worker.ask(photo).status == 200
    assert worker.ask("/find", **form).status == 303
    getattr(line, trouble)()
    held = [
        MILL,
        "/",
        "/at/old-mill",
        "/fr/at/old-mill",
        "/areas",
        "/embed/ring",
        "/help-now",
        "/check",
        "/sitemap.xml",
    ]
    held += ["/at/ring/posters", "/api/v1/areas", "/api/v1/areas.geojson", "/api/v1/areas/ring"]
    assert {path: answers_by_itself(worker.ask(path)) for path in held} == dict.fromkeys(held, True)
    away = {
        "page": worker.ask("/find", **form),
        "page in French": worker.ask("/fr/find", **form),
        "check": worker.ask("/check", method="POST", body="code=123456"),
        "poster": worker.ask("/at/old-mill/poster-a4.pdf"),
        "photo": worker.ask(photo),
        "api": worker.ask("/api/v1/team?address=12+Millrace+Lane"),
    }
    assert {name: answer.status for name, answer in away.items()} == dict.fromkeys(away, 503)
    assert {answer.headers["retry-after"] for answer in away.values()} == {"5"}
    assert away["api"].headers["content-type"] == "application/problem+json"
    assert '<html lang="fr"' in away["page in French"].text
    assert max(answer.seconds for answer in away.values()) <= 4.5
    line.mend()
    recovered = seconds_until(lambda: worker.ask(photo).status == 200, limit=20)
    assert [worker.ask(photo).status for _ in range(8)] == [200] * 8
    assert worker.ask("/find", **form).status == 303
    people.hide_officer(committed.chidi.reference, by=BY, at=timezone.now())
    assert seconds_until(lambda: "Chukwu" not in worker.ask(MILL).text, limit=20) < 10
    assert recovered < 8


def test_connections_that_broke_while_nobody_asked_are_noticed(committed: Cast, line: Line, worker: Worker) -> None:
    photo = f"/photo/{committed.chidi.reference}/small.webp"
    assert worker.ask(photo).status == 200
    line.cut()
    time.sleep(0.1)
    line.mend()
    seconds_until(lambda: worker.ask(photo).status == 200, limit=20)
    assert [worker.ask(photo).status for _ in range(12)] == [200] * 12
