"""`./byname doctor`: what is wrong with an installation, in plain words, and what to do about it.

Knows: what to look at, each look in the module of its subject. Promises: one finding a thing, and an exit code.
Never: changes or starts anything.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import psycopg

from byname.config import database, up
from byname.config.doctor import keeping, outside, replies, running
from byname.config.doctor.findings import Finding, Patient, State, counted
from byname.config.machine import Trouble

__all__ = ["Finding", "doctor", "examine"]


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
        sys.stdout.write(f"\n{counted(wrong, 'thing is', 'things are')} wrong, {look} to look at.\n")
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


_LOOKS: Final[tuple[Callable[[Patient], Iterator[Finding]], ...]] = (
    outside.settings,
    outside.public_address,
    outside.kept_secrets,
    running.answering_database,
    running.open_restore,
    running.workers,
    keeping.ledger,
    keeping.mail,
    keeping.texts,
    replies.replies,
    keeping.backups,
    keeping.disk,
    keeping.translations,
)
