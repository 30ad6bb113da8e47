"""Exchanging the keys of an installation while it goes on serving, and giving a demonstration real ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg

from byname.config import archive, database, environment, machine, program, secrets, settling, up
from byname.config.machine import Trouble
from byname.config.up import say

_DATA = "BYNAME_DATA_KEYS"


def backup_pair() -> int:
    """Say a new pair of keys for backups, once: nothing of it is kept here."""
    identity, public = archive.new_keys()
    sys.stdout.write(
        "# The key that opens backups of byname. Keep it away from the server: in a safe, on another machine.\n"
        f"# Its public half, for BYNAME_BACKUP_KEY or {machine.called()} backup --to: {public}\n"
        f"{identity}\n"
    )
    return 0


def rotate(home: Path) -> int:
    """Put a new data key in front and seal everything anew under it; its exit code.

    Begun again after a kill it goes on where it was. A running server must know the new key first, for it reads what is
    sealed anew: where it does not, this stops with a sentence before anything is sealed.
    """
    keys = _keys(home)
    if len(keys) == 1:
        if os.environ.get(_DATA):
            raise Trouble(
                f"{_DATA} stands in the environment, so byname cannot change it: put a new key and a comma in front of "
                "it, restart byname, then the same command again. A key: openssl rand -base64 32 | tr '+/' '-_'"
            )
        program.prepare(home)
        with database.served(home) as served_database:
            settling.refuse_open(served_database.addresses)
        secrets.put(home, {_DATA: f"{secrets.made(_DATA)},{keys[0]}"})
        say(f"A new data key stands in {home / 'secrets.env'}, before the old one. Keep a copy of that file.")
    newest = _newest(home)
    served = up.serving(home)
    if served is not None and newest not in served.data_keys:
        raise Trouble(
            f"byname runs without the new key. Restart it ({machine.restart()}), then the same command again: it goes "
            "on serving meanwhile."
        )
    _run(home, "reseal")
    say(f"Now: restart byname at your ease, then {machine.called()} keys rotate --finish takes the old key away.")
    return 0


def finish(home: Path) -> int:
    """Take every data key but the newest away, once nothing is sealed under an older one; its exit code."""
    keys = _keys(home)
    if len(keys) == 1:
        # Whoever keeps the keys in the environment has just left the old one out; whoever was stopped half-way too.
        _run(home, "recode")
        say(f"There is one data key, and nothing to finish: {machine.called()} keys rotate begins.")
        return 0
    served = up.serving(home)
    if served is not None and _newest(home) not in served.data_keys:
        raise Trouble(
            f"byname runs without the new key: restart it first, then {machine.called()} keys rotate once more."
        )
    _run(home, "reseal")
    if os.environ.get(_DATA):
        say(f"Nothing needs the older keys: leave the first one alone in {_DATA}, restart byname,")
        say(f"and then {machine.called()} keys rotate --finish once more: what is known by its digest is coded anew.")
        return 0
    secrets.put(home, {_DATA: keys[0]})
    _run(home, "recode")
    say(f"The old data key is gone from {home / 'secrets.env'}. Keep a copy of that file.")
    say(f"Now: restart byname at once, then {machine.called()} keys rotate --finish once more: what was written in")
    say("between stands under the old key's digests, and is made anew.")
    say("Backups of before can be read with the old key only: keep the old copy as long as you keep those.")
    return 0


def production(home: Path) -> int:
    """Put real secrets in the place of those a demonstration made; its exit code."""
    if not secrets.is_for_demo(home):
        raise Trouble(f"The secrets in {home / 'secrets.env'} were not made for a demonstration: nothing was changed.")
    with program.alone(home, "keys production"):
        keys = _keys(home)
        filled = bool(os.environ.get("DATABASE_URL")) or (home / "postgres" / "data").exists()
        sealed = False
        if filled:
            with database.served(home) as served:
                settling.refuse_open(served.addresses)
            # As in any exchange: nothing that is sealed may be left without its key, also if this is killed half-way.
            if len(keys) == 1 and not os.environ.get(_DATA):
                secrets.put(home, {_DATA: f"{secrets.made(_DATA)},{keys[0]}"})
            _run(home, "reseal")
            with database.served(home) as served, psycopg.connect(served.addresses.owner) as connection:
                sealed = connection.execute("SELECT EXISTS (SELECT FROM byname_ledgerseal)").fetchone() == (True,)
        stay = {_DATA} | ({"BYNAME_LEDGER_KEY"} if sealed else set())
        fresh = {name: secrets.made(name) for name in sorted(set(secrets.kept_in(home)) - stay)}
        fresh[_DATA] = _keys(home)[0] if filled else secrets.made(_DATA)
        secrets.put(home, fresh, for_production=True)
        if filled:
            _run(home, "recode")
    say(f"Real secrets stand in {home / 'secrets.env'}: keep a copy of that file apart from the backups.")
    if sealed:
        say("The ledger's key stayed: the seals that stand were made with it.")
    return 0


def _keys(home: Path) -> list[str]:
    """The data keys; Trouble where this user may not read them."""
    return environment.data_keys(secrets.kept_in(home))


def _newest(home: Path) -> str:
    return secrets.marks_of_data_keys(secrets.kept_in(home))[0]


def _run(home: Path, act: str) -> None:
    program.prepare(home)
    with database.served(home) as served:
        up.bring_up_to_date(home, served.addresses, empty=True, serving=False)
        if program.manage(home, served.addresses, ["keys", act], output=2):
            raise Trouble("Not everything could be sealed anew (see above). The old key stays.")
