"""One file with everything the database holds: rows, photos and settings, and never a key."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg import sql

from byname.config import archive, database, machine, program, secrets, settling
from byname.config.machine import Trouble
from byname.config.up import say

FORMAT: Final = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
NAMED: Final = re.compile(r"byname-\d{4}-\d\d-\d\d-\d{4,6}\.tar\.gz(\.age)?")
"""What backups without a name of their own are called: the day and the time in UTC."""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def back_up(home: Path, file: Path | None, *, to: str = "", keep: int = 0) -> int:
    """Write the database and a manifest (counts, checksums, settings without secrets) into one file; its exit code.

    `to` is the public key it is encrypted to, else BYNAME_BACKUP_KEY where that is set. `file` may be a directory;
    there `keep` leaves that many backups, the newest, and removes the older ones.
    """
    key = to or os.environ.get("BYNAME_BACKUP_KEY", "").strip()
    recipient = archive.recipient(key) if key else None
    file = _chosen(file, encrypted=bool(key))
    program.prepare(home)
    digest = hashlib.sha256()
    with database.served(home) as served, archive.written(file, recipient) as packer:
        addresses = served.addresses
        settling.refuse_open(addresses)
        say("Writing the database …")
        # One snapshot for the counts and the dump: what is counted is what is kept.
        with psycopg.connect(addresses.owner) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            counts = table_counts(connection)
            (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
            server = connection.info.server_version // 10000
            number = 0
            with Tool("pg_dump", addresses.owner, "--format=custom", f"--snapshot={snapshot}") as dumping:
                while content := dumping.out.read(archive.PART_BYTES):
                    number += 1
                    digest.update(content)
                    packer.add(f"{DUMP}.{number:05d}", content)
        kept = secrets.kept_in(home)
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "byname": metadata_version(),
            "postgresql": server,
            "rows": counts,
            "sha256": {DUMP: digest.hexdigest()},
            "data_keys": secrets.marks_of_data_keys(kept),
            "ledger_key": secrets.mark_of_ledger_key(kept),
            "settings": _settings(),
        }
        packer.add(MANIFEST, json.dumps(manifest, indent=2, sort_keys=True).encode())
    about = "" if key else ", not encrypted"
    say(f"{sum(counts.values())} rows of {len(counts)} tables are in {file} ({file.stat().st_size} bytes{about}).")
    for old in _older(file, keep):
        old.unlink()
        say(f"Removed {old.name}: {keep} are kept.")
    say(f"Keep a copy of {home / 'secrets.env'} apart from it: without it, what is stored encrypted cannot be read.")
    return 0


def newest(folder: Path) -> Path | None:
    """The newest backup of a directory, by the day in its name; None where there is none."""
    found = sorted(path for path in folder.glob("byname-*") if NAMED.fullmatch(path.name))
    return found[-1] if found else None


def table_counts(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows each table holds."""
    names = [row[0] for row in connection.execute(_TABLES).fetchall()]
    counts: dict[str, int] = {}
    for name in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counts[name] = row[0] if row else 0
    return counts


def metadata_version() -> str:
    """The version of byname as it stands in pyproject.toml."""
    found = re.search(r'^version = "([^"]+)"', (program.CHECKOUT / "pyproject.toml").read_text(), re.MULTILINE)
    return found[1] if found else metadata.version("byname")


class Tool:
    """One of PostgreSQL's programs at work; leaving the context waits for it and is Trouble where it failed.

    It dies with this process; call it from the main thread only. The password goes by the environment, where `ps` does
    not show it.
    """

    def __init__(self, name: str, url: str | None, *words: str, fed: bool = False) -> None:
        variables = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
        if url is not None:
            known = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
            known |= {"dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
            for key, value in psycopg.conninfo.conninfo_to_dict(url).items():
                if key in known and value is not None:
                    variables[known[key]] = str(value)
        self._name = name
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # closed where the context ends
        self._process = subprocess.Popen(
            [str(database.programs() / name), *words],
            env=variables,
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._said,
            # Killed with this process, and before it could take the end of its input for the end of the work.
            preexec_fn=machine.dying_with_parent(signal.SIGKILL),  # noqa: PLW1509  # two system calls, no lock of ours
        )

    @property
    def out(self) -> IO[bytes]:
        """What it writes."""
        if self._process.stdout is None:
            raise RuntimeError("the program has no output")
        return self._process.stdout

    @property
    def into(self) -> IO[bytes]:
        """What it reads."""
        if self._process.stdin is None:
            raise RuntimeError("the program has no input")
        return self._process.stdin

    def __enter__(self) -> Tool:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _trace: object) -> None:
        if fault is not None and not isinstance(fault, BrokenPipeError):
            self._process.kill()  # before its input ends: half of a script is not a script
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it ended early, and says why below
                self._process.stdin.close()
        if self._process.stdout is not None:
            while fault is None and self._process.stdout.read(1 << 16):
                pass  # left to itself it would end by what it could not say
            self._process.stdout.close()
        code = self._process.wait()
        self._said.seek(0)
        said = self._said.read().decode(errors="replace")
        self._said.close()
        if code and (fault is None or isinstance(fault, BrokenPipeError)):
            if "No space left on device" in said:
                raise machine.disk_is_full(Path("the database")) from fault
            raise Trouble(f"{self._name} could not do it, and nothing was changed: {_first_error(said)}") from fault


def _chosen(file: Path | None, *, encrypted: bool) -> Path:
    """The file to write; Trouble where it cannot be."""
    place = (file or Path(os.environ.get("BYNAME_BACKUP_DIR") or ".")).absolute()
    if place.is_dir() or (file is None and not place.exists()):
        place /= f"byname-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.tar.gz{'.age' if encrypted else ''}"
    if place.exists():
        raise Trouble(f"{place} exists already: name another file.")
    if not place.parent.is_dir():
        raise Trouble(f"There is no directory {place.parent}: make it, or name another file.")
    if not os.access(place.parent, os.W_OK):
        raise Trouble(
            f"This user may not write to {place.parent}: name a file elsewhere, {machine.called()} backup FILE"
        )
    return place


def _older(file: Path, keep: int) -> list[Path]:
    if keep < 1 or not NAMED.fullmatch(file.name):
        return []
    return sorted(path for path in file.parent.glob("byname-*") if NAMED.fullmatch(path.name))[:-keep]


def _settings() -> dict[str, str]:
    """What the environment sets for byname, without anything secret."""
    hidden = ("KEY", "TOKEN", "PASSWORD", "SECRET", "URL")
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith("BYNAME_")
        and name not in secrets.FOR_THE_PROGRAM
        and (name == "BYNAME_PUBLIC_URL" or not any(part in name for part in hidden))
    }


def _first_error(said: str) -> str:
    found = re.search(r"(?:ERROR|FATAL|error):\s*(.+)", said)
    return found[1] if found else said.strip().splitlines()[-1] if said.strip() else "it said nothing"
