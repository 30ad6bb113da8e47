"""What the doctor sees of what is kept: the ledger and its seals, letters, backups, room, approved words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from byname.config import backup, meddling, program, secrets
from byname.config.doctor.findings import ASK_AGAIN, Finding, Patient, State, ago, counted
from byname.config.machine import called

_BACKUP_LATE, _BACKUP_TOO_LATE = timedelta(hours=26), timedelta(hours=74)
_UNSEALED_SECONDS: Final = 10
_LETTER_LATE, _LETTER_TOO_LATE = timedelta(hours=1), timedelta(hours=6)
_LITTLE_ROOM, _NO_ROOM = 2_000_000_000, 500_000_000


def ledger(patient: Patient) -> Iterator[Finding]:
    """Whether every line is sealed, and nobody meddled with what is."""
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
    if lines and patient.began_just_now():
        waits = counted(lines, "line is", "lines are")
        yield Finding("look", "ledger", f"{waits} not sealed yet: byname began just now", ASK_AGAIN)
    elif lines:
        yield Finding(
            "wrong",
            "ledger",
            f"{counted(lines, 'line is', 'lines are')} not sealed, the oldest for {ago(datetime.now(UTC) - since)}",
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


def mail(patient: Patient) -> Iterator[Finding]:
    """Whether letters leave."""
    (demo,) = patient.ask("SELECT profile->>'demo' FROM byname_serviceprofile") or (None,)
    if not patient.settings.get("BYNAME_SMTP_URL"):
        if demo != "true":
            yield Finding(
                "look", "mail", "no mail server is set: letters wait", "Set BYNAME_SMTP_URL and BYNAME_MAIL_FROM."
            )
        return
    asked = (
        "SELECT max(delivered_at), count(*) FILTER (WHERE given_up_at > now() - interval '7 days'),"
        # From when it was due: one letter a day goes to a resident, and the next waits its turn.
        " min(first_due_at) FILTER (WHERE delivered_at IS NULL AND given_up_at IS NULL AND first_due_at < now())"
        " FROM byname_letter WHERE way = 'mail'"
    )
    last, given_up, oldest = patient.ask(asked) or (None, 0, None)
    now = datetime.now(UTC)
    if given_up:
        yield Finding(
            "look",
            "mail",
            f"{counted(given_up, 'letter was', 'letters were')} given up this week",
            "See /desk/, letters.",
        )
    if oldest is not None and now - oldest > _LETTER_LATE:
        state: State = "wrong" if now - oldest > _LETTER_TOO_LATE and not patient.began_just_now() else "look"
        yield Finding(
            state, "mail", f"a letter has waited for {ago(now - oldest)}", "Does the mail server take letters?"
        )
    elif last is None:
        yield Finding("look", "mail", "a server is set; no letter was sent yet", "Invite yourself, and see it arrive.")
    else:
        yield Finding("ok", "mail", f"the last letter left {ago(now - last)} ago")


def texts(patient: Patient) -> Iterator[Finding]:
    """Whether texts to phones leave, where they are to."""
    asked = (
        "SELECT max(delivered_at), count(*) FILTER (WHERE given_up_at > now() - interval '7 days'),"
        " min(first_due_at) FILTER (WHERE delivered_at IS NULL AND given_up_at IS NULL AND first_due_at < now())"
        " FROM byname_letter WHERE way = 'text'"
    )
    last, given_up, oldest = patient.ask(asked) or (None, 0, None)
    (demo,) = patient.ask("SELECT profile->>'demo' FROM byname_serviceprofile") or (None,)
    now = datetime.now(UTC)
    if not patient.settings.get("BYNAME_TEXTS"):
        if oldest is not None and demo != "true":
            yield Finding("look", "texts", "no provider is set, and texts wait", "Set BYNAME_TEXTS again.")
        return
    if given_up:
        says = f"{counted(given_up, 'text was', 'texts were')} given up this week"
        yield Finding("look", "texts", says, "See /desk/, letters.")
    if oldest is not None and now - oldest > _LETTER_LATE:
        state: State = "wrong" if now - oldest > _LETTER_TOO_LATE and not patient.began_just_now() else "look"
        yield Finding(state, "texts", f"a text has waited for {ago(now - oldest)}", "Does the provider take texts?")
    elif last is None:
        yield Finding("look", "texts", "a provider is set; no text was sent yet", "Confirm a number of your own.")
    else:
        yield Finding("ok", "texts", f"the last text left {ago(now - last)} ago")


def backups(patient: Patient) -> Iterator[Finding]:
    """Whether there is a backup, new enough and encrypted."""
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
    says = f"the newest is {ago(age)} old ({about.st_size // 1024} kB)"
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


def disk(patient: Patient) -> Iterator[Finding]:
    """Whether there is room."""
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


def translations(_patient: Patient) -> Iterator[Finding]:
    """Whether somebody approved the words on safety in each language."""
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
