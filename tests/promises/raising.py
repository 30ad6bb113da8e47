"""Many who raise concerns at once, at both doors, until they hold a receipt; and whoever kills meanwhile."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.config.ground import CHECKOUT, PRIVATE, free_port, processes_of, wait_until

SENDERS = 8
PATIENCE_SECONDS = 60
REFERENCE = re.compile(r"C-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}")
STANDING = """
import json
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT reference FROM byname_concern WHERE id > %s", [{after}])
    concerns = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT subject_id FROM byname_ledgerline WHERE event = 'concern.raised' AND id > %s", [{line}])
    lines = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT letter FROM byname_person WHERE letter <> '' AND concern_id > %s", [{after}])
    named = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT message_id FROM byname_letter WHERE kind = 'concern_received'")
    letters = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT max(id) FROM byname_concern")
    newest = cursor.fetchone()[0] or 0
    cursor.execute("SELECT max(id) FROM byname_ledgerline")
    newest_line = cursor.fetchone()[0] or 0
print(json.dumps(dict(concerns=concerns, lines=lines, lost=sorted(set(named) - set(letters)), newest=newest,
                      newest_line=newest_line)))
"""


class Place:
    """A byname with its demo city and a database of its own, whose processes may be killed."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BYNAME_", "DATABASE_", "DJANGO_", "PYTHONPATH"))
        } | {"BYNAME_TRUSTED_PROXIES": "127.0.0.1,::1"}
        if "BYNAME_PG_BIN" in os.environ:
            self._environment["BYNAME_PG_BIN"] = os.environ["BYNAME_PG_BIN"]
        if not PRIVATE:
            self._environment["BYNAME_ENV"] = sys.prefix
        self.start()

    def start(self) -> None:
        """Start it, and wait until it serves."""
        words = [sys.executable, str(CHECKOUT / "byname"), "up", "--home", str(self.home), "--port", str(self.port)]
        with (self.home / "up.said").open("ab") as said:
            self._up = subprocess.Popen(words, env=self._environment, stdout=said, stderr=said)
        wait_until(self._serves, within=120)

    def _serves(self) -> bool:
        assert self._up.poll() is None, (self.home / "up.said").read_text()
        with suppress(OSError, http.client.HTTPException):
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            line.request("GET", "/readyz")
            return line.getresponse().status == http.client.OK
        return False

    def stop(self) -> None:
        """Stop it in good order; nothing of it runs on."""
        self._up.terminate()
        self._up.wait(40)
        wait_until(lambda: processes_of(self.home) == {}, 10)

    def command(self, *words: str) -> str:
        """What another command of byname prints about this home."""
        line = [sys.executable, str(CHECKOUT / "byname"), words[0], "--home", str(self.home), *words[1:]]
        done = subprocess.run(line, env=self._environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def standing(self, *, after: int = 0, line: int = 0) -> dict[str, object]:
        """What stands in the database: the concerns after one, the lines of the ledger, letters that are missing."""
        said = self.command("manage", "shell", "--no-imports", "-c", STANDING.format(after=after, line=line))
        found: dict[str, object] = json.loads(said.strip().rpartition("\n")[2])
        return found

    def faults(self) -> list[str]:
        """What the web server wrote of faults of its own."""
        lines = [line for log in sorted((self.home / "log").glob("web*")) for line in log.read_text().splitlines()]
        return [line for line in lines if '"level":"error"' in line or '"level":"critical"' in line]

    def kill(self, what: str) -> None:
        """Kill, with SIGKILL: a "worker", all "workers", a "backend", the "database", or "everything".

        "shutdown" stops PostgreSQL at once (SIGQUIT), as `pg_ctl stop -m immediate` does.
        """
        if what == "everything":
            self._up.send_signal(signal.SIGKILL)
            self._up.wait(10)
            # PostgreSQL outlives the program that started it; its own processes name no home.
            found = list(processes_of(self.home))
            for each in [*found, *(child for process in found for child in _children(process))]:
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            wait_until(lambda: processes_of(self.home) == {}, 20)
            self.start()
            return
        postmaster = int((self.home / "postgres/data/postmaster.pid").read_text().split("\n")[0])
        if what in ("database", "shutdown"):
            os.kill(postmaster, signal.SIGKILL if what == "database" else signal.SIGQUIT)
            return
        if what == "backend":
            chosen = [each for each in _children(postmaster) if b"byname" in _line(each) and b"[local]" in _line(each)][
                :1
            ]
        else:
            servers = [each for each, line in processes_of(self.home).items() if "byname.config.web" in line]
            workers = [each for each in servers if _parent(each) in servers]
            chosen = workers if what == "workers" else workers[:1]
        for each in chosen:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _children(process: int) -> list[int]:
    return [int(each.name) for each in Path("/proc").glob("[0-9]*") if _parent(int(each.name)) == process]


def _line(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def a_place() -> Iterator[Place]:
    """Such a place, which goes with the test."""
    with tempfile.TemporaryDirectory(prefix="byname-killed-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        place = Place(home)
        try:
            yield place
        finally:
            place.stop()


@dataclass
class Heard:
    """What the senders were told."""

    receipts: dict[str, list[str]] = field(default_factory=dict)
    """For each sending every reference that was given for it."""
    troubles: Counter[str] = field(default_factory=Counter)
    """What else was answered or broke, by its kind: each was tried again."""
    wrong: list[str] = field(default_factory=list)
    """Answers nobody may be given."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def given(self, sending: str, reference: str) -> None:
        with self.lock:
            self.receipts.setdefault(sending, []).append(reference)

    def count(self) -> int:
        with self.lock:
            return len(self.receipts)


class Senders:
    """So many sendings, by eight at once: every third by the form of the pages, its button pressed twice."""

    def __init__(self, place: Place, key: str, points: list[tuple[float, float]], area: str, sendings: int) -> None:
        self.place, self.key, self.points, self.area = place, key, points, area
        self.heard = Heard()
        self._numbers = iter(range(sendings))
        self._lock = threading.Lock()
        self._run = secrets.token_hex(4)
        self._threads = [threading.Thread(target=self._send_all, daemon=True) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> None:
        """Wait until every sending has its receipt; what has none by then is told as wrong."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.1, until - time.monotonic()))
            assert not thread.is_alive(), (self.heard.count(), self.heard.troubles)

    def _send_all(self) -> None:
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            if number % 3:
                self._until_given(f"program {number}", number, self._by_program)
                continue
            clicks = [
                threading.Thread(target=self._until_given, args=(f"page {number}", number, self._by_page))
                for _ in range(2)
            ]
            for click in clicks:
                click.start()
            for click in clicks:
                click.join()

    def _until_given(self, sending: str, number: int, send: object) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                reference = send(number)  # type: ignore[operator]
            except (OSError, http.client.HTTPException) as broken:
                self.heard.troubles[type(broken).__name__] += 1
                reference = ""
            if reference:
                self.heard.given(sending, reference)
                return
            time.sleep(0.05)
        self.heard.wrong.append(f"{sending}: no receipt in {PATIENCE_SECONDS} seconds")

    def _by_program(self, number: int) -> str:
        lat, lon = self.points[number % len(self.points)]
        form = {
            "api_key": self.key,
            "service_code": "traffic",
            "lat": f"{lat:.6f}",
            "long": f"{lon:.6f}",
            "description": f"Cars race past the crossing, told for the {number}th time.",
            "email": f"person-{number}@residents.example",
        }
        status, headers, text = self._post(
            "/api/open311/v2/requests.json", form, {"Idempotency-Key": f"{self._run} {number}"}
        )
        if status in (200, 201):
            return str(json.loads(text)[0]["service_request_id"])
        if status == 503 and headers.get("retry-after") and json.loads(text)[0]["code"] == 503:
            self.heard.troubles["503, in the caller's format"] += 1
        else:
            self.heard.wrong.append(f"program: {status} {text[:200]}")
        return ""

    def _by_page(self, number: int) -> str:
        form = {
            "number": f"{self._run}{number:014}",
            "kind": "area",
            "at": self.area,
            "category": "traffic",
            "what": f"Cars race past the crossing, told for the {number}th time.",
            "whom": "team",
            "who": "anonymous",
            "step": "check",
            "go": "send",
        }
        # Everybody from a network of their own: who shares one is asked to solve a puzzle in time.
        somebody = f"10.{number // 62500 % 250}.{number // 250 % 250}.{number % 250}"
        headers = {"X-Forwarded-For": somebody, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        status, answered, text = self._post("/raise/send", form, headers)
        found = REFERENCE.search(text)
        if status == 200 and found:
            return found[0]
        if status == 503 and answered.get("retry-after") and "<html" in text:
            self.heard.troubles["503, in the caller's format"] += 1
        else:
            self.heard.wrong.append(f"page: {status} {re.findall('<h1[^>]*>(.*?)</h1>', text)} {found}")
        return ""

    def _post(self, path: str, form: dict[str, str], headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        line = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=40)
        try:
            line.request("POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"} | headers)
            answer = line.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        finally:
            line.close()


def kill_while(senders: Senders, sendings: int, kinds: list[str]) -> None:
    """Kill one after another, each once so many more receipts were given."""
    for done, kind in zip(itertools.count(1), kinds, strict=False):
        due = sendings * done // (len(kinds) + 1)
        wait_until(lambda due=due: senders.heard.count() >= due, within=300)  # type: ignore[misc]
        senders.place.kill(kind)
