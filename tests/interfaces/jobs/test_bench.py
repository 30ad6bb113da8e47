"""What can be said of the measures without a clock: their arithmetic, their tables, what they count and ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from django.core.management import call_command

from byname.analysis import sampling
from byname.interfaces.jobs.bench import address_questions, address_rows, ground, land, load, processes
from byname.interfaces.jobs.bench.figures import Figure, median, percentile, report, table, written
from byname.vocabulary import Actor


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 1), (0.01, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.991, 100), (1, 100)]
)
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert [percentile([7.5], share) for share in (0, 0.5, 0.99, 1)] == [7.5, 7.5, 7.5, 7.5]


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_one_busy_round_of_three_does_not_move_the_figure() -> None:
    assert median([900.0, 1.0, 2.0]) == 2.0


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (12345.6, "", "12,346"),
        (123.4, "ms", "123 ms"),
        (12.34, "ms", "12.3 ms"),
        (1.234, "s", "1.23 s"),
        (0.0456, "s", "0.05 s"),
        (4, "ms", "4 ms"),
        (0, "µs", "0 µs"),
        (8000, "", "8,000"),
    ],
)
def test_figures_are_written_with_the_digits_that_mean_something(value: float, unit: str, expected: str) -> None:
    assert written(value, unit) == expected


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("", 4.0, most=4), True),
        (Figure("", 4.01, most=4), False),
        (Figure("", 8000.0, least=8000), True),
        (Figure("", 7999.9, least=8000), False),
        (Figure("", 1.0), None),
        (Figure("", None, most=4), None),
    ],
)
def test_a_figure_is_reached_up_to_and_with_its_limit(figure: Figure, met: bool | None) -> None:
    assert figure.met is met


def test_the_table_says_what_was_measured_what_to_reach_and_whether_it_is_reached() -> None:
    assert table(
        [
            Figure("quick", 3.5, "ms", most=10),
            Figure("many", 7000, least=8000, told="alone"),
            Figure("absent", None, "s", most=5, told="needs a file"),
            Figure("aside", 1.5, "×"),
        ]
    ) == (
        "| What                  | Measured     | To reach | Reached |\n"
        "|-----------------------|--------------|----------|---------|\n"
        "| quick                 | 3.50 ms      | ≤ 10 ms  | yes     |\n"
        "| many (alone)          | 7,000        | ≥ 8,000  | NO      |\n"
        "| absent (needs a file) | not measured | ≤ 5 s    |         |\n"
        "| aside                 | 1.50 ×       |          |         |\n"
    )


def test_the_report_names_the_machine_before_the_figures() -> None:
    written_down = report({"Starting": [Figure("again", 2.0, "s", most=3)]}, {"Day": "2026-11-23"})
    assert written_down.splitlines()[4:9] == [
        "- Day: 2026-11-23",
        "",
        "## Starting",
        "",
        "| What  | Measured | To reach | Reached |",
    ]


def test_points_are_the_same_for_the_same_seed_and_lie_in_the_box() -> None:
    lats, lons = sampling.points_in_box(43.0, -80.0, 44.0, -79.0, count=1000, seed=3)
    again, _ = sampling.points_in_box(43.0, -80.0, 44.0, -79.0, count=1000, seed=3)
    other, _ = sampling.points_in_box(43.0, -80.0, 44.0, -79.0, count=1000, seed=4)
    assert (lats == again).all()
    assert not (lats == other).any()
    assert (lats.min() >= 43.0, lats.max() < 44.0, lons.min() >= -80.0, lons.max() < -79.0) == (True,) * 4


def test_nothing_of_the_operators_own_service_reaches_the_measured_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "BYNAME_DATA_KEYS", "BYNAME_PUBLIC_URL", "PGHOST"):
        monkeypatch.setenv(name, "the operator's")
    line, variables = ground.launcher(Path("/srv/measured"), "up", "--port", "1234")
    assert line[2:] == ["up", "--home", "/srv/measured", "--port", "1234"]
    assert "the operator's" not in variables.values()
    assert variables["BYNAME_ENV"] == sys.prefix


def test_the_time_of_children_that_have_ended_is_counted() -> None:
    burning = "import time\nuntil = time.process_time() + 0.35\nwhile time.process_time() < until: pass"
    before = processes.spent(os.getpid())
    subprocess.run([sys.executable, "-c", burning], check=True)
    spent = processes.spent(os.getpid()).since(before)
    assert (spent.rest >= 0.3, spent.web, spent.database) == (True, 0.0, 0.0)


def test_addresses_are_searched_by_what_people_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(words: str, *, viewer: Actor) -> tuple[object, ...]:
        typed.append(words)
        return ()

    typed: list[str] = []
    monkeypatch.setattr(land.places, "search_addresses", asked)
    address_rows.write_rows(tmp_path / "rows.csv", 2000, streets=50)
    told = land.search(tmp_path / "rows.csv")
    sampled = list(address_rows.rows(2000, streets=50))[::211]
    assert typed == [words for _shape, words in address_questions.questions(sampled)]
    assert told["asked"] == len(typed) - 1


def test_an_unknown_measure_is_told_which_exist(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        call_command("bench", "fly")
    assert capsys.readouterr().err == (
        "There is no measure 'fly'. These exist: team, page, start, poster, bring, points, addresses, desk, concerns.\n"
    )


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Cookie"]))
        body = b"x" * 70_000
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence: the lines would stand in the tests' own output."""


@pytest.fixture
def answering() -> Iterator[int]:
    """The port of a small server that answers every path but one."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("wrk", [None, "as found"])
def test_either_generator_counts_answers_and_refusals(
    answering: int, wrk: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if wrk is None:
        monkeypatch.setattr(load.shutil, "which", lambda _name: None)
    elif load.shutil.which("wrk") is None:
        pytest.skip("needs the program wrk, which is not installed")
    done = load.ask(answering, ["/there", "/missing"], connections=4, seconds=1)
    assert done.broken == 0
    assert done.requests > 10
    # Each connection asks for both in turn, so that only the last question of each can stand alone.
    assert abs(done.refused * 2 - done.requests) <= 4 + 1
    assert 0 < done.p50_ms <= done.p99_ms


@pytest.mark.parametrize("wrk", [None, "as found"])
def test_either_generator_asks_as_each_browser_in_turn(
    answering: int, wrk: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if wrk is None:
        monkeypatch.setattr(load.shutil, "which", lambda _name: None)
    elif load.shutil.which("wrk") is None:
        pytest.skip("needs the program wrk, which is not installed")
    _Answers.asked.clear()
    load.ask(answering, ["/one", "/two"], connections=4, seconds=1, cookies=["desk=a", "desk=b", "desk=c"])
    assert set(_Answers.asked) == {(path, f"desk={who}") for path in ("/one", "/two") for who in "abc"}
    _Answers.asked.clear()
    load.ask(answering, ["/one"], connections=4, seconds=1)
    assert set(_Answers.asked) == {("/one", None)}


def test_the_own_generator_reports_a_server_that_hangs_up() -> None:
    class HangsUp(_Answers):
        def do_GET(self) -> None:
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), HangsUp)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    order = {"port": server.server_address[1], "paths": ["/"], "connections": 3, "seconds": 0.5}
    words = [sys.executable, "-m", load.__name__]
    done = subprocess.run(words, input=json.dumps(order), capture_output=True, text=True, check=True)
    server.shutdown()
    server.server_close()
    assert json.loads(done.stdout) == {"times": [], "refused": 0, "broken": 3}
