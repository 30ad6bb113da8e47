"""The way back: a backup in the place of what is there, without undoing what was taken back from the public since."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final, LiteralString

import psycopg

from byname.config import archive, backup, database, machine, program, secrets, settling, up
from byname.config.backup import DUMP, FORMAT, MANIFEST, Tool
from byname.config.database import Addresses
from byname.config.machine import Trouble
from byname.config.settling import Owed
from byname.config.up import say
from byname.ledger import rules as ledger

# Who may not be shown, in the database about to be replaced: also where no single act said so (a register that dropped
# a consent), a backup from before must not show them again.
_HELD_BACK: Final[dict[str, LiteralString]] = {
    "officer.hidden": "SELECT reference FROM byname_officer WHERE hidden_at IS NOT NULL",
    "officer.photo_withdrawn": (
        "SELECT reference FROM byname_officer WHERE photo_consented_on IS NULL"
        " OR photo_withdrawn_on >= photo_consented_on"
    ),
}
_ACTS: Final = (
    "SELECT id, at, event, subject_kind, subject_id, facts FROM byname_ledgerline WHERE event = ANY(%s) ORDER BY id"
)
_VERSIONS: Final = "SELECT subject, version FROM byname_publicversion"
_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# A newer PostgreSQL writes settings an older one does not know; they change nothing about the data.
_UNKNOWN_TO_OLDER: Final = re.compile(rb"^SET (transaction_timeout|restrict_nonsystem_relation_kind) = .*;$")

_UNCHANGED: Final = "Nothing was changed: the database holds what it held before."
_ALL_OR_NOTHING: Final = "The database holds the backup whole, or what it held before: {up} goes on from there."
_THE_DATA: Final = (
    "The backup stands in the place of what was there. What follows it is not done, and {up} does that before it "
    "serves anybody."
)
_EVERYTHING: Final = (
    "The backup stands, and what follows it is done; only the ledger was not looked at: {ledger} verify."
)


@dataclass(frozen=True, slots=True)
class _Before:
    """What the database about to be replaced knows and a backup cannot."""

    tables: int
    taken_back: tuple[str, ...]
    owed: Owed
    unsettled: bool
    """Whether it is a backup's data itself, of a restore that was ended."""


def restore(
    home: Path,
    file: Path,
    *,
    replace: bool,
    other_keys: bool = False,
    identity: Path | None = None,
    taken_back: Path | None = None,
    send_letters: bool = False,
) -> int:
    """Bring a backup back into an empty database, whole or not at all; its exit code.

    What was hidden, withdrawn or erased since is done again before anything is served: as the replaced database knows
    it, as the sealer noted it in the home, and as the file `taken_back` from another machine says. Sessions end, open
    invitations end, and letters that may have been sent since are held, but for `send_letters`. Refused beside a
    running `up`, and, but for `other_keys`, where this home lacks a key the backup was made with. Ended at any moment,
    it has replaced everything or nothing, and what it owes then is done by the next `up`, before anything is served.
    """
    with machine.interruptible(), _telling() as stands, program.alone(home, "restore"):
        keys = archive.identities(identity) if identity else []
        manifest = _verified(file, keys)
        if not other_keys:
            _refuse_other_keys(home, manifest)
        outside = _lines_of(taken_back) if taken_back else []
        program.prepare(home)
        with database.served(home) as served:
            addresses = served.addresses
            with psycopg.connect(addresses.owner) as connection:
                before = _known_before(connection)
                version = connection.info.server_version // 10000
            if before.tables and not replace:
                raise Trouble(
                    f"The database holds {before.tables} tables already. To put the backup in their place: "
                    f"{machine.called()} restore {file} --replace"
                )
            noted = home / "ledger" / "taken-back.jsonl"
            since = [*outside, *(_lines_of(noted) if noted.exists() else ()), *before.taken_back]
            _note(home, since, beside_former=before.unsettled)
            say(f"Bringing back what was written on {manifest['made_at'][:10]} (PostgreSQL {manifest['postgresql']}) …")
            owed = dataclasses.replace(
                before.owed,
                send_letters=send_letters,
                backup_of=manifest["made_at"],
                begun_at=datetime.now(UTC).isoformat(),
            )
            stands.append(_ALL_OR_NOTHING)
            try:
                _bring(addresses, file, keys, before, owed)
            except KeyboardInterrupt:
                stands.append(_THE_DATA if settling.stands(addresses, owed.begun_at) else _UNCHANGED)
                raise
            stands.append(_THE_DATA)
            settling.settle(addresses)
            with psycopg.connect(addresses.owner) as connection:
                counts = backup.table_counts(connection)
            expected = {name: 0 if name in settling.EMPTIED else rows for name, rows in manifest["rows"].items()}
            for rows in (counts, expected):
                rows.pop(settling.TABLE, None)
            if counts != expected:
                raise Trouble(
                    f"Not everything came back ({version}): the counts differ from the backup's own. Do not use it."
                )
            if "byname_officer" in counts:
                up.bring_up_to_date(home, addresses, empty=True, serving=False, restoring=True)
                up.hold_back_again(home, addresses)
                stands.append(_EVERYTHING)
                if program.manage(home, addresses, ["ledger", "verify"], output=2) and not other_keys:
                    raise Trouble(
                        "Everything came back, but the ledger in this backup is not what was sealed (see above): find "
                        "out why before you start byname."
                    )
            else:
                settling.paid(addresses)
                up.to_replay(home).unlink()
    say(f"{sum(counts.values())} rows of {len(counts)} tables came back; every count is the backup's.")
    return 0


@contextlib.contextmanager
def _telling() -> Iterator[list[str]]:
    """What stands at each step, the last said where the restore is ended by somebody."""
    stands = [_UNCHANGED]
    try:
        yield stands
    except KeyboardInterrupt:
        say(f"Stopped. {stands[-1].format(up=f'{machine.called()} up', ledger=f'{machine.called()} ledger')}")
        raise


def _refuse_other_keys(home: Path, manifest: dict[str, Any]) -> None:
    kept = secrets.kept_in(home)
    missing = []
    if not set(manifest.get("data_keys", ())) <= set(secrets.marks_of_data_keys(kept)):
        missing.append("BYNAME_DATA_KEYS")
    if manifest.get("ledger_key") not in (None, secrets.mark_of_ledger_key(kept)):
        missing.append("BYNAME_LEDGER_KEY")
    if missing:
        lines = f"the {' and '.join(missing)} line{'s' if len(missing) > 1 else ''}"
        raise Trouble(
            "This backup was made with other keys: what is stored encrypted in it could not be read here, or its "
            f"ledger not be verified. Put {lines} of that installation's secrets.env into {home / 'secrets.env'}, then "
            "restore. Nothing was changed. (If those keys are lost: the same command with --other-keys.)"
        )


def _note(home: Path, lines: Iterable[str], *, beside_former: bool) -> None:
    """What is to be done again is on the disk before anything is replaced: a restore that is killed forgets none."""
    note = up.to_replay(home)
    note.parent.mkdir(mode=0o755, exist_ok=True)
    known = dict.fromkeys(line.strip() for line in lines if line.strip())
    if beside_former and note.exists():  # of a restore that replaced everything and did not end
        known = dict.fromkeys(_lines_of(note)) | known
    fresh = note.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as opened:
        opened.write("".join(f"{line}\n" for line in known))
        opened.flush()
        os.fsync(opened.fileno())
    fresh.chmod(0o644)  # references, roles and times; the unprivileged user reads it
    fresh.replace(note)


def _lines_of(file: Path) -> list[str]:
    """The acts a file of taken-back acts lists; Trouble where it is no such file, or cannot be read."""
    try:
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        # The last line may be half written: the machine was lost in that moment.
        whole = [line for line in lines if line.rstrip().endswith("}")]
        if any(not isinstance(json.loads(line), dict) for line in whole) or len(whole) < len(lines) - 1:
            raise ValueError
    except OSError as fault:
        raise machine.unreadable(file, fault) from fault
    except ValueError as fault:
        raise Trouble(f"{file} is no list of acts taken back. Nothing was changed.") from fault
    return whole


def _known_before(connection: psycopg.Connection) -> _Before:
    def there(table: str) -> bool:
        return connection.execute("SELECT to_regclass(%s)", (table,)).fetchone() != (None,)

    tables = len(connection.execute(_TABLES).fetchall())
    taken: list[str] = []
    now = datetime.now(UTC)
    if there("byname_ledgerline"):
        for number, at, event, kind, key, facts in connection.execute(_ACTS, [sorted(ledger.TAKEN_BACK)]):
            kept = {name: facts[name] for name in ledger.TAKEN_BACK[event] if name in facts}
            taken.append(_act(number, at, event, kind, key, kept))
    if there("byname_officer"):
        for event, asked in _HELD_BACK.items():
            taken += [_act(0, now, event, "officer", row[0]) for row in connection.execute(asked)]
    letters: dict[bool, list[str]] = {True: [], False: []}
    if there("byname_letter"):
        for name, sent in connection.execute("SELECT message_id, delivered_at IS NOT NULL FROM byname_letter"):
            letters[sent].append(name)
    versions: dict[str, int] = {}
    if there("byname_publicversion"):
        versions = dict(connection.execute(_VERSIONS).fetchall())
    # Of a restore that was not settled: what the database before it knew, and this one is only a backup of.
    former = settling.owed_by(connection)
    owed = former or Owed(versions, tuple(letters[True]), tuple(letters[False]))
    return _Before(tables, tuple(taken), owed, unsettled=former is not None)


def _act(
    number: int, at: datetime, event: str, kind: str, key: str, facts: Mapping[str, Any] = MappingProxyType({})
) -> str:
    said = {"number": number, "at": at.isoformat(), "event": event, "subject": [kind, key]}
    return json.dumps(said | ({"facts": dict(facts)} if facts else {}))


def _verified(file: Path, keys: Sequence[Any]) -> dict[str, Any]:
    """The manifest of a backup whose dump has the checksum the manifest states; read to its end, kept nowhere."""
    digest = hashlib.sha256()
    text = b""
    with archive.parts(file, list(keys)) as parts:
        for name, opened in parts:
            if name == MANIFEST:
                text = opened.read()
            elif name.startswith(DUMP):
                while content := opened.read(1 << 20):
                    digest.update(content)
    broken = Trouble(f"{file} is not a whole backup of byname: nothing was changed.")
    try:
        manifest: dict[str, Any] = json.loads(text.decode())
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
        raise broken from fault
    if manifest["format"] != FORMAT or digest.hexdigest() != manifest["sha256"].get(DUMP):
        raise Trouble(f"{file} is damaged: its checksum is not the one written with it. Nothing was changed.")
    return manifest


def _bring(addresses: Addresses, file: Path, keys: Sequence[Any], before: _Before, owed: Owed) -> None:
    """The dump, from the file into the database in one transaction, a piece at a time.

    The last word of the transaction is written here, once all that feeds it has ended well: psql takes the end of what
    it reads for the end of the work (--single-transaction would commit there), and an input ends also where this
    process does.
    """
    faults: list[BaseException] = []

    def feed(into: IO[bytes]) -> None:
        try:
            with archive.parts(file, list(keys)) as parts:
                for name, opened in parts:
                    while name.startswith(DUMP) and (content := opened.read(1 << 20)):
                        into.write(content)
            into.close()
        except BaseException as fault:  # noqa: BLE001  # said by the thread that waits
            faults.append(fault)

    words = (
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--file=-",
        "--output=/dev/null",
    )
    with Tool("psql", addresses.owner, *words, fed=True) as writing:
        with Tool("pg_restore", None, "--no-owner", "--no-privileges", "--file=-", fed=True) as reading:
            feeding = threading.Thread(target=feed, args=(reading.into,), name="feeding", daemon=True)
            feeding.start()
            writing.into.write(f"SET lock_timeout = '20s';\nBEGIN;\n{settling.TURN};\n".encode())
            if before.tables:
                writing.into.write(b"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
            for line in _fit_for_older(reading.out):
                writing.into.write(line)
            feeding.join()
            if faults:
                raise faults[0]
        writing.into.write(settling.script(owed) + b"COMMIT;\n")


def _fit_for_older(script: Iterable[bytes]) -> Iterator[bytes]:
    """The script without settings an older server does not know; they stand before the first table, rows after it."""
    heading = True
    for line in script:
        heading = heading and not line.startswith((b"COPY ", b"CREATE "))
        if not (heading and _UNKNOWN_TO_OLDER.match(line.rstrip(b"\n"))):
            yield line
