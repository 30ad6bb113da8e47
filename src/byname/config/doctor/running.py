"""What the doctor sees of what runs: the database, the web server, the background work."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from byname.config import database, program, secrets, settling
from byname.config.doctor.findings import ASK_AGAIN, BEAT_SECONDS, Finding, Patient, ago
from byname.config.machine import restart, start

_CLOCK_SECONDS: Final = 2.0


def answering_database(patient: Patient) -> Iterator[Finding]:
    """The database: its version, its roles, its tables, its clock."""
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


def open_restore(patient: Patient) -> Iterator[Finding]:
    """A restore that was ended before everything that follows it was done."""
    asked = "SELECT true FROM pg_tables WHERE schemaname = 'public' AND tablename = %s"
    if patient.ask(asked, settling.TABLE):
        yield Finding(
            "wrong",
            "restore",
            "a backup was brought back, and what follows it was not done: nothing is served, and no command works",
            f"{start()} does it, on the home it was restored from; or restore again.",
        )


def workers(patient: Patient) -> Iterator[Finding]:
    """The web server and the background work."""
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
    alive = age is not None and age <= BEAT_SECONDS
    if not alive and patient.began_just_now():
        yield Finding("look", "background work", "byname began just now", ASK_AGAIN)
    elif not alive:
        since = "was never seen" if age is None else f"was last seen {ago(timedelta(seconds=float(age)))} ago"
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
