"""Start everything, say where it is, and stop it again in good order."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psycopg

from byname.config import database, environment, machine, metrics, program, rights, secrets, settling
from byname.config.database import Addresses
from byname.config.machine import Trouble
from byname.interfaces import geocoder

_TABLE_COMMENT = "SELECT obj_description(to_regclass('django_migrations'))"
_READY_SECONDS = 60.0
# A part that ends sooner than this after its start has not recovered.
_STEADY_SECONDS = 60.0
_EARLY_ENDS = 4
_LONGEST_PAUSE = 30.0
_PAUSE_SECONDS = 3.0
_FULL_BYTES = 1_000_000


def up(home: Path, port: int, *, empty: bool) -> int:
    """Run until told to stop; the address is the last line said."""
    environment.refuse_wrong()
    for unknown in environment.unknown():
        say(f"byname knows no setting {unknown}: is it misspelt?")
    geocoder.geocoder(os.environ.get("BYNAME_GEOCODER", ""))
    host = environment.listen()
    if not os.environ.get("DATABASE_URL"):
        database.programs()
    # SIGINT too: a program started in the background of a shell inherits it as ignored.
    for name in machine.ENDINGS:
        signal.signal(name, signal.default_int_handler)
    parts: list[Part] = []
    try:
        with program.alone(home, "up"):
            machine.refuse_taken_port(host, port)
            program.prepare(home)
            in_public = environment.public_url().startswith("https://")
            kept = secrets.kept_in(home, demo=not empty and not in_public)
            environment.data_keys(kept)
            if in_public and secrets.is_for_demo(home):
                raise Trouble(
                    f"The secrets in {home / 'secrets.env'} were made for a demonstration, and BYNAME_PUBLIC_URL says "
                    f"that this is for the public. {machine.called()} keys production makes real ones."
                )
            with database.served(home) as served:
                addresses = served.addresses
                try:
                    bring_up_to_date(home, addresses, empty=empty)
                    web = Part("web server", partial(_web, home, addresses, host, port), vital=True)
                    parts.append(web)
                    _wait_until_ready(web, served.embedded, home, host, port)
                    if importlib.util.find_spec("byname.interfaces.jobs.tasks"):
                        parts.append(Part("background work", partial(_jobs, home, addresses)))
                    _say_where(home, Serving(os.getpid(), host, port, tuple(secrets.marks_of_data_keys(kept))))
                    sys.stdout.write(f"http://{'localhost' if host == '127.0.0.1' else host}:{port}/\n")
                    sys.stdout.flush()
                    _watch(parts, served.embedded, home)
                finally:
                    # Once more Ctrl-C must not break the order: no new requests, then no new work, then the database.
                    for name in machine.ENDINGS:
                        signal.signal(name, signal.SIG_IGN)
                    where_file(home).unlink(missing_ok=True)
                    for part in parts:
                        machine.stop(part.process, signal.SIGTERM, within=12, then=signal.SIGKILL)
                    if parts and (figures := metrics.place(home)).parent != home:
                        shutil.rmtree(figures, ignore_errors=True)
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


@dataclass(frozen=True, slots=True)
class Serving:
    """A running `up`: where it listens, and the marks of the data keys it knows."""

    process: int
    host: str
    port: int
    data_keys: tuple[str, ...]


def serving(home: Path) -> Serving | None:
    """The `up` that runs on a home, once it serves; None where none does."""
    try:
        said = json.loads(where_file(home).read_text(encoding="utf-8"))
        found = Serving(int(said["process"]), said["host"], int(said["port"]), tuple(said["data_keys"]))
        turn = (home / "in-use").read_text(encoding="utf-8")
        os.kill(found.process, 0)
    except PermissionError:
        pass  # it is there, and another user's
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # What a killed one left behind names a process that has not the turn.
    return found if turn == program.turn_of("up", found.process) else None


def where_file(home: Path) -> Path:
    """Where a running `up` says where it listens; written when it begins to serve."""
    return home / "serving.json"


def _say_where(home: Path, where: Serving) -> None:
    fresh = where_file(home).with_suffix(".new")
    fresh.write_text(json.dumps(asdict(where)), encoding="utf-8")
    fresh.replace(where_file(home))


class Part:
    """A process of byname that is started again, after a pause, when it ends by itself."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes]], *, vital: bool = False) -> None:
        """Start it; a `vital` one that ends several times at once cannot serve, and is Trouble."""
        self.process = start()
        self._name, self._start, self._vital = name, start, vital
        self._began = time.monotonic()
        self._again_at: float | None = None
        self._early_ends = 0

    def keep(self, home: Path) -> None:
        """Start it again if it has ended and its pause is over; said once, until it has run for a minute."""
        now = time.monotonic()
        if self._again_at is None:
            if self.process.poll() is None:
                return
            self._early_ends = self._early_ends + 1 if now - self._began < _STEADY_SECONDS else 1
            if self._vital and self._early_ends > _EARLY_ENDS:
                raise Trouble(
                    f"The {self._name} ended by itself {self._early_ends} times in a row; everything is stopped. "
                    f"See {home / 'log'} and {home}/*.console."
                )
            self._again_at = now + min(2.0 ** (self._early_ends - 1), _LONGEST_PAUSE)
            if self._early_ends == 1:
                say(f"The {self._name} had ended by itself; it is started again.")
        if now >= self._again_at:
            self.process = self._start()
            self._began, self._again_at = now, None


def bring_up_to_date(
    home: Path, addresses: Addresses, *, empty: bool, serving: bool = True, restoring: bool = False
) -> None:
    """The tables fit the program and an empty database holds the demo city; `serving`: static files are gathered too.

    Only who serves gathers them: a running server goes on with the files it began with. Where a restore was ended
    before it was settled, `up` settles it first; any other command but the restore itself is Trouble.
    """
    if not ((serving or restoring) and to_replay(home).exists()):
        settling.refuse_open(addresses)
    settling.settle(addresses)
    gathered, static = home / "static-made-from", _mark_of_static_files()
    gathering: subprocess.Popen[bytes] | None = None
    if serving and (not gathered.exists() or gathered.read_text() != static):
        say("Gathering the static files …")
        words = ("collectstatic", "--no-input", "--clear", "--skip-checks", "--verbosity=0")
        gathering = program.begin(home, addresses, words, output=2)  # beside the work on the tables
    with psycopg.connect(addresses.owner, autocommit=True) as connection:
        mark = _mark_of_migrations()
        if mark not in _marks(connection):
            say("Bringing the tables up to date …")
            _must(home, addresses, "migrate", "--no-input", "--skip-checks", "--verbosity=0")
            rights.grant(addresses)
            _set_marks(connection, {mark} | (_marks(connection) & {"demo"}))
        if not empty and "demo" not in _marks(connection):
            say("Loading the demo city …")
            _must(home, addresses, "load_demo")
            _set_marks(connection, _marks(connection) | {"demo"})
            elsewhere = "" if home == program.CHECKOUT / "var" else f" --home {home}"
            say(f"Staff: {machine.called()} invite{elsewhere} --role coordinator you@example.org")
    if gathering is not None:
        _refuse_failure("collectstatic", gathering.wait())
        gathered.write_text(static)
    if serving:
        hold_back_again(home, addresses)


def to_replay(home: Path) -> Path:
    """What `restore` notes before it replaces anything, and removes once it is done again."""
    return home / "ledger" / "to-replay.jsonl"


def hold_back_again(home: Path, addresses: Addresses) -> None:
    """A restored database serves nothing before who was hidden or withdrew a photo since is held back again.

    Only for who has the home's turn: beside a restore at work it would take its note away.
    """
    note = to_replay(home)
    with psycopg.connect(addresses.owner) as connection:
        owed = settling.owed_by(connection)
    if owed is None:
        note.unlink(missing_ok=True)  # of a restore that was ended before it replaced anything
        return
    if program.manage(home, addresses, ("replay", str(note), "--backup-of", owed.backup_of), output=2):
        raise Trouble(
            "A backup was brought back, and what was hidden or withdrawn since could not be held back again (see "
            "above). Nothing is served until it is: the same command tries again."
        )
    settling.paid(addresses)
    note.unlink()


def say(line: str) -> None:
    """One line of progress, at once."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _must(home: Path, addresses: Addresses, *words: str) -> None:
    _refuse_failure(words[0], program.manage(home, addresses, words, output=2))


def _refuse_failure(command: str, code: int) -> None:
    if code:
        raise Trouble(f"That did not work (see above): {command} ended with {code}.")


def _marks(connection: psycopg.Connection) -> set[str]:
    """What was done to this database before, kept as a comment on Django's own table: it moves with the tables."""
    row = connection.execute(_TABLE_COMMENT).fetchone()
    return set(row[0].split()) if row and row[0] else set()


def _set_marks(connection: psycopg.Connection, marks: set[str]) -> None:
    text = psycopg.sql.Literal(" ".join(sorted(marks)))
    connection.execute(psycopg.sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(text))


def _mark_of_migrations() -> str:
    # The lock stands for the migrations of the libraries.
    seen = hashlib.sha256((program.CHECKOUT / "requirements.lock").read_bytes())
    seen.update((program.CHECKOUT / "src/byname/config/settings.py").read_bytes())
    for path in sorted((program.CHECKOUT / "src/byname/migrations").glob("*.py")):
        seen.update(path.name.encode() + path.read_bytes())
    return seen.hexdigest()[:16]


def _mark_of_static_files() -> str:
    seen = hashlib.sha256((program.CHECKOUT / "requirements.lock").read_bytes())
    for path in sorted((program.CHECKOUT / "src/byname/interfaces").glob("*/static/**/*")):
        about = path.stat()
        seen.update(f"{path.relative_to(program.CHECKOUT)} {about.st_size} {about.st_mtime_ns}".encode())
    return seen.hexdigest()


def _web(home: Path, addresses: Addresses, host: str, port: int) -> subprocess.Popen[bytes]:
    metrics.forget(metrics.place(home))
    web = addresses
    if not os.environ.get("DATABASE_URL"):
        # A question that takes longer than the server waits for its answer is not worth asking on.
        web = Addresses(f"{addresses.app}&options={quote('-c statement_timeout=20000')}", addresses.owner)
    return _process(home, web, "web", "byname.config.web", "byname.config.rsgi:application", host, str(port))


def _jobs(home: Path, addresses: Addresses) -> subprocess.Popen[bytes]:
    return _process(home, addresses, "jobs", "byname.config.jobs")


def _process(home: Path, addresses: Addresses, name: str, *words: str) -> subprocess.Popen[bytes]:
    variables = program.variables(home, addresses) | {"PROMETHEUS_MULTIPROC_DIR": str(metrics.place(home))}
    to_console = os.environ.get("BYNAME_LOG") == "stderr"
    if not to_console:
        variables["BYNAME_LOG"] = str(home / "log" / f"{name}.log")
    # What a process says before its log stands, or while it crashes.
    with machine.opened(home / f"{name}.console", fresh=True) as console:
        return machine.launch(
            [sys.executable, "-m", *words],
            user=machine.system_user(machine.PROGRAM_USER),
            variables=variables,
            ends_by=signal.SIGTERM,
            session=True,
            cwd=Path("/"),
            output=None if to_console else console,
        )


def _wait_until_ready(web: Part, embedded: database.Embedded | None, home: Path, host: str, port: int) -> None:
    until = time.monotonic() + _READY_SECONDS
    said = ""
    while web.process.poll() is None and time.monotonic() < until:
        if embedded is not None and (done := embedded.keep()):
            say(done)
        line = http.client.HTTPConnection("127.0.0.1" if host in ("0.0.0.0", "::") else host, port, timeout=6)  # noqa: S104
        try:
            line.request("GET", "/readyz")
            answer = line.getresponse()
            said = answer.read(200).decode(errors="replace").strip()
            if answer.status == http.client.OK:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()
        time.sleep(0.03)
    console = home / "web.console"
    last = [text for text in console.read_text(errors="replace").splitlines() if text.strip()][-1:]
    why = said or (last[0] if last else "it said nothing")
    raise Trouble(f"The web server did not start ({why}); see {console} and {home / 'log'}.")


def _watch(parts: list[Part], embedded: database.Embedded | None, home: Path) -> None:
    """Keep everything running: what is served from memory goes on while the database, the work or the disk is away."""
    told = ""
    next_look = 0.0
    while True:
        time.sleep(0.2)
        if time.monotonic() < next_look:
            continue
        trouble = ""
        try:
            if embedded is not None and (done := embedded.keep()):
                say(done)
        except (Trouble, OSError) as fault:
            trouble = str(fault)
        except psycopg.Error:
            trouble = f"The database does not come back yet; see {home / 'postgres' / 'server.log'}."
        for part in parts:
            try:
                part.keep(home)
            except OSError as fault:
                trouble = trouble or str(fault)
        with contextlib.suppress(OSError):
            if shutil.disk_usage(home).free < _FULL_BYTES:
                trouble = f"The disk that holds {home} is full: make room. Pages served from memory go on."
        if trouble and trouble != told:
            say(trouble)
        told = trouble
        next_look = time.monotonic() + (_PAUSE_SECONDS if trouble else 0)
