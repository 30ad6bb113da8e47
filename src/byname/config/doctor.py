"""`./byname doctor`: what is wrong with an installation, in plain words, and what to do about it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import ssl
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured

from byname.config import backup, database, environment, machine, meddling, program, secrets, up
from byname.config.machine import Trouble, called, restart, start

State = Literal["ok", "look", "wrong"]

_SOON: Final = timedelta(days=14)
_BACKUP_LATE, _BACKUP_TOO_LATE = timedelta(hours=26), timedelta(hours=74)
_UNSEALED_SECONDS: Final = 10
_BEAT_SECONDS: Final = 60
_LETTER_LATE, _LETTER_TOO_LATE = timedelta(hours=1), timedelta(hours=6)
_LITTLE_ROOM, _NO_ROOM = 2_000_000_000, 500_000_000
_CLOCK_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and what to do where it is not well."""

    state: State
    about: str
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at: the home, the settings byname runs with, the running `up`, and a connection as the app."""

    home: Path
    settings: Mapping[str, str]
    served: up.Serving | None
    connection: psycopg.Connection[Any] | None
    away: str
    """Why there is no connection."""

    def ask(self, question: str, *values: object) -> tuple[Any, ...]:
        """One row; empty where there is no connection, or no such table yet."""
        if self.connection is None:
            return ()
        try:
            row = self.connection.execute(question.encode(), list(values) or None).fetchone()
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.InsufficientPrivilege):
            return ()
        return tuple(row) if row else ()


def doctor(home: Path, *, as_json: bool) -> int:
    """Say what was found; the exit code is 1 where something is wrong."""
    found = examine(home)
    if as_json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in found], indent=2, ensure_ascii=False) + "\n")
    else:
        for finding in found:
            sys.stdout.write(f"{_SHOWN[finding.state]} {finding.about}: {finding.says}\n")
            if finding.do:
                sys.stdout.write(f"        {finding.do}\n")
        wrong = sum(finding.state == "wrong" for finding in found)
        look = sum(finding.state == "look" for finding in found)
        sys.stdout.write(f"\n{_counted(wrong, 'thing is', 'things are')} wrong, {look} to look at.\n")
    return 1 if any(finding.state == "wrong" for finding in found) else 0


def examine(home: Path) -> list[Finding]:
    """Everything that is looked at, in the order an operator would."""
    served = up.serving(home)
    settings = {**_environment_of(served), **os.environ}
    connection, away = _connected(home, settings)
    patient = Patient(home, settings, served, connection, away)
    found: list[Finding] = []
    try:
        for look in _LOOKS:
            found += look(patient)
    finally:
        if connection is not None:
            connection.close()
    return found


_SHOWN: Final[Mapping[State, str]] = {"ok": "ok     ", "look": "LOOK   ", "wrong": "WRONG  "}


def _counted(number: int, one: str, many: str) -> str:
    return f"{number or 'No'} {one if number == 1 else many}"


def _environment_of(served: up.Serving | None) -> dict[str, str]:
    """The settings the running `up` was started with, where this user may see them."""
    if served is None:
        return {}
    try:
        text = Path(f"/proc/{served.process}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.split("\0") if line)
    return {name: value for name, _, value in pairs if name.startswith(("BYNAME_", "DATABASE_"))}


def _connected(home: Path, settings: Mapping[str, str]) -> tuple[psycopg.Connection[Any] | None, str]:
    """A connection to what is there: nothing is started for it."""
    if not settings.get("DATABASE_URL") and not (home / "postgres").exists():
        return None, "there is none yet"
    try:
        address = settings.get("DATABASE_URL") or database.Embedded(home).addresses().app
        return psycopg.connect(address, autocommit=True, connect_timeout=5), ""
    except (Trouble, OSError) as fault:
        return None, str(fault)
    except psycopg.Error as fault:
        return None, (str(fault).strip().splitlines() or ["it said nothing"])[-1]


# ---- one look each ---------------------------------------------------------------------------------------------------


def _settings(patient: Patient) -> Iterator[Finding]:
    try:
        environment.refuse_wrong(patient.settings)
    except ImproperlyConfigured as fault:
        yield Finding("wrong", "settings", str(fault), "Put it right, then start byname again.")
    else:
        yield Finding("ok", "settings", "every value can be used")
    for name in environment.unknown(patient.settings):
        yield Finding("look", "settings", f"byname knows no {name}", "Is it misspelt?")
    named = patient.settings.get("BYNAME_TIME_ZONE")
    if named:
        yield Finding("ok", "time zone", f"today is decided in {named}")
    else:
        yield Finding(
            "look", "time zone", "BYNAME_TIME_ZONE is not set; America/Toronto decides what today is", "Set it."
        )


def _public_address(patient: Patient) -> Iterator[Finding]:
    address = patient.settings.get("BYNAME_PUBLIC_URL", "").strip()
    if not address:
        yield Finding(
            "look",
            "public address",
            "BYNAME_PUBLIC_URL is not set: well for a trial",
            "Before residents come: set it to the https:// address they will see.",
        )
        return
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host not in environment.listed(patient.settings, "BYNAME_HOSTS", "localhost,127.0.0.1,[::1]"):
        yield Finding(
            "wrong", "public address", f"{host} is not among BYNAME_HOSTS: its pages are refused", f"Add {host} there."
        )
    if parts.scheme != "https":
        if host not in ("localhost", "127.0.0.1"):
            yield Finding(
                "wrong",
                "public address",
                f"{address} is not https: passkeys do not work, and anybody on the way can read",
                "Put nginx or Caddy with a certificate before byname (docs/guides/operate.md).",
            )
        return
    if not patient.settings.get("BYNAME_TRUSTED_PROXIES"):
        yield Finding(
            "look",
            "proxy",
            "BYNAME_TRUSTED_PROXIES is not set: all callers look like one, and share their limits",
            "Set it to the proxy's address, such as 127.0.0.1.",
        )
    yield _certificate(host, parts.port or 443)


def _certificate(host: str, port: int) -> Finding:
    try:
        context = ssl.create_default_context()
        with (
            socket.create_connection((host, port), timeout=5) as line,
            context.wrap_socket(line, server_hostname=host) as secured,
        ):
            ends = dict(secured.getpeercert() or {}).get("notAfter")
    except ssl.SSLCertVerificationError as fault:
        return Finding(
            "wrong", "certificate", f"{host} shows one that is not good: {fault.verify_message}", "Renew or replace it."
        )
    except OSError as fault:
        return Finding(
            "look",
            "certificate",
            f"{host}:{port} cannot be reached from this machine ({fault.strerror or type(fault).__name__})",
            "If residents cannot either: look at the proxy and the name's address.",
        )
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) - datetime.now(UTC)
    if left < _SOON:
        return Finding("look", "certificate", f"it ends in {left.days} days", "See that it is renewed by itself.")
    return Finding("ok", "certificate", f"good for {left.days} days")


def _secrets(patient: Patient) -> Iterator[Finding]:
    file = patient.home / "secrets.env"
    in_public = patient.settings.get("BYNAME_PUBLIC_URL", "").startswith("https://")
    try:
        about = file.stat()
    except OSError:
        yield Finding("look", "secrets", f"there is no {file} yet", "The first start makes it.")
        return
    owner = machine.name_of(about.st_uid)
    if stat.S_IMODE(about.st_mode) & 0o077:
        yield Finding("wrong", "secrets", f"others can read {file}", f"chmod 600 {file}")
    elif about.st_uid not in (0, patient.home.stat().st_uid):
        yield Finding("wrong", "secrets", f"{file} belongs to {owner}, not to who runs byname", "Give it to that user.")
    else:
        yield Finding("ok", "secrets", f"only {owner} can read {file}")
    if in_public and secrets.is_for_demo(patient.home):
        yield Finding(
            "wrong",
            "secrets",
            "they were made for a demonstration",
            f"Stop byname, then {called()} keys production.",
        )
    if in_public and patient.ask("SELECT profile->>'demo' FROM byname_serviceprofile") == ("true",):
        yield Finding(
            "wrong",
            "city",
            "the public sees the demonstration's invented officers",
            f"Start on a home of its own with {called()} up --empty, and bring in your own files.",
        )


def _database(patient: Patient) -> Iterator[Finding]:
    if patient.connection is None:
        yield Finding("wrong", "database", f"it does not answer: {patient.away}", f"Is byname running? {start()}")
        return
    version = patient.connection.info.server_version // 10000
    if version < database.OLDEST_MAJOR:
        yield Finding("wrong", "database", f"it is PostgreSQL {version}", f"Use {database.OLDEST_MAJOR} or newer.")
    asked = (
        "SELECT has_table_privilege('byname_ledgerline', 'UPDATE'), rolsuper FROM pg_roles WHERE rolname = current_user"
    )
    may_change, superuser = patient.ask(asked) or (False, False)
    if may_change or superuser:
        yield Finding(
            "wrong",
            "database roles",
            "the role that serves pages may change the ledger",
            "Use two roles, one that owns the tables and one that serves (docs/guides/operate.md).",
        )
    else:
        yield Finding("ok", "database", f"PostgreSQL {version} answers; its role may only add to the ledger")
    names = {path.stem for path in (program.CHECKOUT / "src/byname/migrations").glob("[0-9]*.py")}
    rows = patient.ask("SELECT array_agg(name::text) FROM django_migrations WHERE app = 'byname'")
    pending = names - set((rows[0] if rows else None) or ())
    if pending:
        yield Finding("wrong", "tables", f"{len(pending)} changes are not made yet", f"{restart()} makes them.")
    else:
        yield Finding("ok", "tables", "up to date")
    began = time.time()
    (there,) = patient.ask("SELECT extract(epoch FROM clock_timestamp())") or (began,)
    apart = abs(float(there) - (began + time.time()) / 2)
    if apart > _CLOCK_SECONDS:
        yield Finding(
            "wrong", "clock", f"the database's differs from this machine's by {apart:.0f} s", "Set both by NTP."
        )
    else:
        yield Finding("ok", "clock", "the database's agrees with this machine's")


def _workers(patient: Patient) -> Iterator[Finding]:
    if patient.served is None:
        yield Finding("wrong", "web server", "byname does not run on this home", start())
        return
    host = patient.served.host
    line = http.client.HTTPConnection(
        "127.0.0.1" if host in ("0.0.0.0", "::") else host,  # noqa: S104  # compared, not listened on
        patient.served.port,
        timeout=6,
    )
    try:
        line.request("GET", "/readyz")
        answer = line.getresponse()
        said = answer.read(200).decode(errors="replace").strip()
        if answer.status == http.client.OK:
            yield Finding("ok", "web server", f"answers on port {patient.served.port}")
        else:
            yield Finding("wrong", "web server", said, f"See {patient.home / 'log'}.")
    except (OSError, http.client.HTTPException) as fault:
        yield Finding("wrong", "web server", f"does not answer ({type(fault).__name__})", restart())
    finally:
        line.close()
    if patient.connection is None:
        return
    beat = "SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers"
    (age,) = patient.ask(beat) or (None,)
    if age is None and _began_just_now(patient.home):
        yield Finding("look", "background work", "byname began just now", "Ask again in half a minute.")
    elif age is None or age > _BEAT_SECONDS:
        since = "was never seen" if age is None else f"was last seen {_ago(timedelta(seconds=float(age)))} ago"
        yield Finding(
            "wrong",
            "background work",
            f"{since}: no letters go out, the ledger is not sealed",
            f"{restart()}; see {patient.home / 'log' / 'jobs.log'}",
        )
    else:
        yield Finding("ok", "background work", "alive")
    if set(secrets.marks_of_data_keys(secrets.kept_in(patient.home, patient.settings))) != set(
        patient.served.data_keys
    ):
        yield Finding("look", "data keys", "byname runs with other keys than it would start with now", restart())


def _began_just_now(home: Path) -> bool:
    try:
        return time.time() - up.where_file(home).stat().st_mtime < _BEAT_SECONDS / 2
    except OSError:
        return False


def _mail(patient: Patient) -> Iterator[Finding]:
    (demo,) = patient.ask("SELECT profile->>'demo' FROM byname_serviceprofile") or (None,)
    if not patient.settings.get("BYNAME_SMTP_URL"):
        if demo != "true":
            yield Finding(
                "look", "mail", "no mail server is set: letters wait", "Set BYNAME_SMTP_URL and BYNAME_MAIL_FROM."
            )
        return
    asked = (
        "SELECT max(delivered_at), count(*) FILTER (WHERE given_up_at > now() - interval '7 days'),"
        " min(created_at) FILTER (WHERE delivered_at IS NULL AND given_up_at IS NULL) FROM byname_letter"
    )
    last, given_up, oldest = patient.ask(asked) or (None, 0, None)
    now = datetime.now(UTC)
    if given_up:
        yield Finding(
            "look",
            "mail",
            f"{_counted(given_up, 'letter was', 'letters were')} given up this week",
            "See /desk/, letters.",
        )
    if oldest is not None and now - oldest > _LETTER_LATE:
        state: State = "wrong" if now - oldest > _LETTER_TOO_LATE else "look"
        yield Finding(
            state, "mail", f"a letter has waited for {_ago(now - oldest)}", "Does the mail server take letters?"
        )
    elif last is None:
        yield Finding("look", "mail", "a server is set; no letter was sent yet", "Invite yourself, and see it arrive.")
    else:
        yield Finding("ok", "mail", f"the last letter left {_ago(now - last)} ago")


def _backups(patient: Patient) -> Iterator[Finding]:
    named = patient.settings.get("BYNAME_BACKUP_DIR", "").strip()
    if not named:
        yield Finding(
            "look",
            "backups",
            "BYNAME_BACKUP_DIR is not set, so nobody sees whether there are any",
            "Set it, and enable byname-backup.timer (docs/guides/operate.md).",
        )
        return
    try:
        newest = backup.newest(Path(named))
        about = newest.stat() if newest else None
    except OSError as fault:
        yield Finding("wrong", "backups", f"{named} cannot be read ({fault.strerror})", "Is it mounted?")
        return
    if newest is None or about is None:
        yield Finding("wrong", "backups", f"there is none in {named}", "systemctl start byname-backup, then see why.")
        return
    age = datetime.now(UTC) - datetime.fromtimestamp(about.st_mtime, UTC)
    says = f"the newest is {_ago(age)} old ({about.st_size // 1024} kB)"
    if age > _BACKUP_LATE:
        late: State = "wrong" if age > _BACKUP_TOO_LATE else "look"
        yield Finding(late, "backups", says, "See journalctl -u byname-backup.")
    else:
        yield Finding("ok", "backups", says)
    if not newest.name.endswith(".age"):
        yield Finding(
            "look",
            "backups",
            "they are not encrypted",
            f"{called()} keys backup makes a pair; set BYNAME_BACKUP_KEY.",
        )


def _disk(patient: Patient) -> Iterator[Finding]:
    named = patient.settings.get("BYNAME_BACKUP_DIR", "").strip()
    for place in dict.fromkeys([patient.home, *([Path(named)] if named else [])]):
        try:
            free = shutil.disk_usage(place).free
        except OSError:
            continue
        says = f"{free / 1e9:.1f} GB free for {place}"
        if free < _LITTLE_ROOM:
            yield Finding("wrong" if free < _NO_ROOM else "look", "disk", says, "Make room.")
        else:
            yield Finding("ok", "disk", says)


def _ledger(patient: Patient) -> Iterator[Finding]:
    if patient.connection is None:
        return
    asked = (
        "SELECT count(*), min(written_at) FROM byname_ledgerline WHERE id > coalesce("
        "(SELECT highest FROM byname_ledgerseal ORDER BY number DESC LIMIT 1), 0)"
        " AND written_at < now() - make_interval(secs => %s)"
    )
    row = patient.ask(asked, _UNSEALED_SECONDS)
    if not row:
        return
    lines, since = row
    if lines:
        yield Finding(
            "wrong",
            "ledger",
            f"{_counted(lines, 'line is', 'lines are')} not sealed, the oldest for {_ago(datetime.now(UTC) - since)}",
            "Is the background work alive? Does BYNAME_LEDGER_KEY stand in secrets.env?",
        )
    else:
        yield Finding("ok", "ledger", "every line is sealed")
    (sealed_at,) = patient.ask("SELECT max(sealed_at) FROM byname_ledgerseal") or (None,)
    if sealed_at is None:
        return
    there = (patient.home / "secrets.env").exists()  # a key made now would fit no seal
    key = secrets.kept_in(patient.home, patient.settings)["BYNAME_LEDGER_KEY"] if there else ""
    for sign in meddling.signs(patient.connection, key.encode()):
        yield Finding(
            "wrong",
            "ledger",
            sign,
            f"Somebody meddled with it: {called()} ledger verify, and keep what it says.",
        )
    head = patient.home / "ledger" / "head"
    try:
        written = datetime.fromtimestamp(head.stat().st_mtime, UTC)
    except OSError:
        yield Finding(
            "wrong",
            "ledger",
            f"its head is not in {head}",
            f"{called()} ledger verify, then look at the disk and its rights.",
        )
        return
    if sealed_at - written > timedelta(minutes=5):
        yield Finding("wrong", "ledger", f"its head in {head} is older than the last seal", f"{called()} ledger verify")


def _translations(_patient: Patient) -> Iterator[Finding]:
    folder = program.CHECKOUT / "src/byname/locale"
    approved = json.loads((folder / "reviewed.json").read_text(encoding="utf-8"))
    languages = sorted(path.name for path in folder.iterdir() if path.is_dir())
    missing = [name for name in languages if not approved.get(name.lower().replace("_", "-"))]
    if missing:
        yield Finding(
            "look",
            "translations",
            f"words on safety stand beside the English in {', '.join(missing)}: nobody approved them",
            "Have somebody who speaks the language read them (tools/messages --approve).",
        )
    else:
        yield Finding("ok", "translations", "words on safety are approved in every language")


_LOOKS: Final[tuple[Callable[[Patient], Iterator[Finding]], ...]] = (
    _settings,
    _public_address,
    _secrets,
    _database,
    _workers,
    _ledger,
    _mail,
    _backups,
    _disk,
    _translations,
)


def _ago(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for size, one in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {one}{'' if number == 1 else 's'}"
    return f"{seconds} seconds"
