"""One file with everything the database holds, and the way back."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

from byname.config import database, environment, program, rights, secrets
from byname.config.machine import Trouble
from byname.config.up import say

_FORMAT = 1
_DUMP, _MANIFEST = "database.dump", "manifest.json"
# Who may not be shown, in the database about to be replaced: a backup from before must not show them again.
_HELD_BACK: Final[dict[str, LiteralString]] = {
    "hide": "SELECT reference FROM byname_officer WHERE hidden_at IS NOT NULL ORDER BY reference",
    "withdraw-photo": (
        "SELECT reference FROM byname_officer WHERE photo_withdrawn_on IS NOT NULL"
        " AND (photo_consented_on IS NULL OR photo_withdrawn_on >= photo_consented_on) ORDER BY reference"
    ),
}
_VERSIONS: Final = "SELECT subject, version FROM byname_publicversion"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# A newer PostgreSQL writes settings an older one does not know; they change nothing about the data.
_UNKNOWN_TO_OLDER = re.compile(rb"^SET (transaction_timeout|restrict_nonsystem_relation_kind) = .*;$")


def back_up(home: Path, file: Path | None) -> int:
    """Write the database and a manifest (counts, checksums, settings without secrets) into one file; its exit code."""
    file = (file or Path(f"byname-{datetime.now(UTC):%Y-%m-%d-%H%M}.tar.gz")).absolute()
    if file.exists():
        raise Trouble(f"{file} exists already: name another file.")
    if not file.parent.is_dir():
        raise Trouble(f"There is no directory {file.parent}: make it, or name another file.")
    if not os.access(file.parent, os.W_OK):
        raise Trouble(f"This user may not write to {file.parent}: name a file elsewhere, ./byname backup FILE")
    program.prepare(home)
    with database.served(home) as served, tempfile.TemporaryDirectory(dir=file.parent, prefix=".byname-") as folder:
        addresses = served.addresses
        dump = Path(folder) / _DUMP
        say("Writing the database …")
        # One snapshot for the counts and the dump: what is counted is what is kept.
        with psycopg.connect(addresses.owner) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            counts = _counts(connection)
            (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
            server = connection.info.server_version // 10000
            words = ("--format=custom", f"--snapshot={snapshot}", f"--file={dump}")
            _call("pg_dump", addresses.owner, *words, writes_to=file.parent)
        manifest = {
            "format": _FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "byname": metadata_version(),
            "postgresql": server,
            "rows": counts,
            "sha256": {_DUMP: _digest(dump)},
            "data_keys": _marks_of_keys(home),
            "settings": _settings(),
        }
        # The archive counts only when it is whole: it is made beside its place and moved there last.
        fresh = Path(folder) / "whole.tar.gz"
        with tarfile.open(fresh, "w:gz", compresslevel=1) as archive:
            _add(archive, _MANIFEST, json.dumps(manifest, indent=2, sort_keys=True).encode())
            archive.add(dump, _DUMP, filter=_anonymous)
        fresh.chmod(0o600)
        fresh.replace(file)
    say(f"{sum(counts.values())} rows of {len(counts)} tables are in {file}.")
    say(f"Keep a copy of {home / 'secrets.env'} apart from it: without it, what is stored encrypted cannot be read.")
    return 0


def restore(home: Path, file: Path, *, replace: bool, other_keys: bool = False) -> int:
    """Bring a backup back into an empty database, whole or not at all; its exit code.

    Refused beside a running `up`, and, but for `other_keys`, where this home lacks a key the backup was made with.
    """
    with program.alone(home, "restore"), tempfile.TemporaryDirectory(prefix="byname-") as folder:
        manifest = _unpacked(file, Path(folder))
        if not other_keys and not set(manifest.get("data_keys", ())) <= set(_marks_of_keys(home)):
            raise Trouble(
                "This backup was made with other data keys, and what is stored encrypted in it could not be read here: "
                f"put the BYNAME_DATA_KEYS line of that installation's secrets.env into {home / 'secrets.env'}, then "
                "restore. Nothing was changed. (If those keys are lost: the same command with --other-keys.)"
            )
        dump = Path(folder) / _DUMP
        program.prepare(home)
        with database.served(home) as served:
            addresses = served.addresses
            with psycopg.connect(addresses.owner) as connection:
                tables = connection.execute(_TABLES).fetchall()
                version = connection.info.server_version // 10000
                held_back, versions = _held_back(connection), _versions(connection)
            if tables and not replace:
                raise Trouble(
                    f"The database holds {len(tables)} tables already. To put the backup in their place: "
                    f"./byname restore {file} --replace"
                )
            say(f"Bringing back what was written on {manifest['made_at'][:10]} (PostgreSQL {manifest['postgresql']}) …")
            script = _call("pg_restore", None, "--no-owner", "--no-privileges", "--file=-", str(dump))
            lines = [line for line in script.split(b"\n") if not _UNKNOWN_TO_OLDER.match(line)]
            clearing = b"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n" if tables else b""
            _call(
                "psql",
                addresses.owner,
                "--no-psqlrc",
                "--quiet",
                "--single-transaction",
                "--set=ON_ERROR_STOP=1",
                "--file=-",
                given=b"SET lock_timeout = '20s';\n" + clearing + b"\n".join(lines),
            )
            rights.grant(addresses)
            with psycopg.connect(addresses.owner) as connection:
                counts = _counts(connection)
                known = {act: _still_known(connection, held_back[act]) for act in held_back}
                # Whoever holds pages of before must see that these are others, whatever number the backup carried.
                for subject, before in versions.items():
                    connection.execute(
                        "UPDATE byname_publicversion SET version = greatest(version, %s) + 1 WHERE subject = %s",
                        (before, subject),
                    )
            for act, references in known.items():
                if references and program.manage(home, addresses, ["officer", act, *references]):
                    raise Trouble(
                        "The backup is back, but those who are hidden or withdrew their photo could not be held back "
                        f"again: do it by hand before you start byname: ./byname officer {act} {' '.join(references)}"
                    )
    if not tables:
        say("Officers hidden and photos withdrawn after the backup was made are not in it: do those again now, before")
        say("you start byname, with ./byname officer.")
    if counts != manifest["rows"]:
        raise Trouble(f"Not everything came back ({version}): the counts differ from the backup's own. Do not use it.")
    say(f"{sum(counts.values())} rows of {len(counts)} tables came back; every count is the backup's.")
    return 0


def _exists(connection: psycopg.Connection, table: str) -> bool:
    return connection.execute("SELECT to_regclass(%s)", (table,)).fetchone() != (None,)


def _held_back(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Who is hidden, and who withdrew their photo, by what must be done again."""
    if not _exists(connection, "byname_officer"):
        return {}
    return {act: [row[0] for row in connection.execute(asked).fetchall()] for act, asked in _HELD_BACK.items()}


def _still_known(connection: psycopg.Connection, references: list[str]) -> list[str]:
    if not references:
        return []
    asked = "SELECT reference FROM byname_officer WHERE reference = ANY(%s) ORDER BY reference"
    return [row[0] for row in connection.execute(asked, (references,)).fetchall()]


def _versions(connection: psycopg.Connection) -> dict[str, int]:
    if not _exists(connection, "byname_publicversion"):
        return {}
    return dict(connection.execute(_VERSIONS).fetchall())


def metadata_version() -> str:
    """The version of byname as it stands in pyproject.toml."""
    found = re.search(r'^version = "([^"]+)"', (program.CHECKOUT / "pyproject.toml").read_text(), re.MULTILINE)
    return found[1] if found else metadata.version("byname")


def _unpacked(file: Path, folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose dump, now in `folder`, has the checksum the manifest states."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            for name in (_MANIFEST, _DUMP):
                packed = archive.extractfile(name)
                if packed is None:
                    raise KeyError(name)
                with packed, (folder / name).open("wb") as written:
                    shutil.copyfileobj(packed, written)
    except FileNotFoundError as fault:
        raise Trouble(f"There is no file {file}.") from fault
    except (KeyError, tarfile.TarError, EOFError, OSError) as fault:
        raise Trouble(f"{file} is not a whole backup of byname: nothing was changed.") from fault
    try:
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if not set(manifest) >= {"format", "made_at", "postgresql", "rows", "sha256"} or not all(
            (
                isinstance(manifest["made_at"], str),
                isinstance(manifest["rows"], dict),
                isinstance(manifest["sha256"], dict),
                isinstance(manifest.get("data_keys", []), list),
            )
        ):
            raise ValueError
    except (ValueError, TypeError, RecursionError) as fault:
        raise Trouble(f"{file} is not a whole backup of byname: nothing was changed.") from fault
    if manifest.get("format") != _FORMAT or _digest(folder / _DUMP) != manifest["sha256"].get(_DUMP):
        raise Trouble(f"{file} is damaged: its checksum is not the one written with it. Nothing was changed.")
    return manifest


def _counts(connection: psycopg.Connection) -> dict[str, int]:
    names = [row[0] for row in connection.execute(_TABLES).fetchall()]
    counts: dict[str, int] = {}
    for name in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counts[name] = row[0] if row else 0
    return counts


def _marks_of_keys(home: Path) -> list[str]:
    """What tells the data keys of an installation from another's, and nothing else about them."""
    keys = environment.listed(secrets.kept_in(home), "BYNAME_DATA_KEYS")
    return [hashlib.sha256(b"byname data key " + key.encode()).hexdigest()[:16] for key in keys]


def _settings() -> dict[str, str]:
    """What the environment sets for byname, without anything secret."""
    hidden = ("KEY", "TOKEN", "PASSWORD", "SECRET", "URL")
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith("BYNAME_")
        and name not in secrets.FOR_THE_PROGRAM
        and not any(part in name for part in hidden)
    }


def _call(name: str, url: str | None, *words: str, given: bytes | None = None, writes_to: Path | None = None) -> bytes:
    """What one of PostgreSQL's programs wrote; the password goes by the environment, where `ps` does not show it."""
    variables = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
    if url is not None:
        known = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
        known |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
        for key, value in psycopg.conninfo.conninfo_to_dict(url).items():
            if key in known and value is not None:
                variables[known[key]] = str(value)
    done = subprocess.run(
        [str(database.programs() / name), *words], env=variables, input=given, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace")
        if "No space left on device" in said:
            full = writes_to or "the database"
            raise Trouble(f"The disk that holds {full} is full, and nothing was changed: make room, then start again.")
        raise Trouble(f"{name} could not do it, and nothing was changed: {_first_error(said)}")
    return done.stdout


def _first_error(said: str) -> str:
    found = re.search(r"(?:ERROR|FATAL|error):\s*(.+)", said)
    return found[1] if found else said.strip().splitlines()[-1] if said.strip() else "it said nothing"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _anonymous(about: tarfile.TarInfo) -> tarfile.TarInfo:
    about.uid = about.gid = 0
    about.uname = about.gname = ""
    about.mode = 0o600
    return about


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    about = _anonymous(tarfile.TarInfo(name))
    about.size = len(content)
    about.mtime = int(datetime.now(UTC).timestamp())
    archive.addfile(about, io.BytesIO(content))
