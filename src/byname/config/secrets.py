"""The secrets of one installation: made at first start, kept in one file only its owner can read."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from byname.config.machine import Trouble

FOR_THE_PROGRAM = ("BYNAME_SECRET_KEY", "BYNAME_DATA_KEYS", "BYNAME_LEDGER_KEY", "BYNAME_METRICS_TOKEN")
OWNER_PASSWORD = "BYNAME_DATABASE_OWNER_PASSWORD"
APP_PASSWORD = "BYNAME_DATABASE_APP_PASSWORD"

_MAKERS = {
    "BYNAME_SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "BYNAME_DATA_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "BYNAME_LEDGER_KEY": lambda: secrets.token_urlsafe(48),
    "BYNAME_METRICS_TOKEN": lambda: secrets.token_urlsafe(32),
    OWNER_PASSWORD: lambda: secrets.token_hex(24),
    APP_PASSWORD: lambda: secrets.token_hex(24),
}
_HEADING = """\
# The secrets of this installation of byname, made at its first start. Keep a copy in a safe place, apart from the
# backups: without BYNAME_DATA_KEYS what is stored encrypted cannot be read again, and without BYNAME_LEDGER_KEY nobody
# can tell whether the ledger was changed. A variable of the same name in the environment wins over this file.
"""
_DEMO_MARK = "# made for the demonstration"


def kept_in(home: Path, environment: Mapping[str, str] = os.environ, *, demo: bool = False) -> dict[str, str]:
    """Every secret of the installation at `home`; missing ones are made and written first.

    A first start with `demo` marks them: production refuses to start on secrets somebody may have shown around.
    """
    path = home / "secrets.env"
    kept = _read(path)
    if missing := [name for name in _MAKERS if name not in kept]:
        made = kept | {name: _MAKERS[name]() for name in missing}
        _write(path, made, replace=bool(kept), demo=is_for_demo(home) if kept else demo)
        kept = _read(path)
    return {name: environment.get(name) or value for name, value in kept.items()}


def is_for_demo(home: Path) -> bool:
    """Whether the secrets of `home` were made by the first start of a demonstration."""
    try:
        return _DEMO_MARK in (home / "secrets.env").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False


def marks_of_data_keys(kept: Mapping[str, str]) -> list[str]:
    """What tells these data keys from others, the newest first, and nothing else about them."""
    return [_mark("data", key.strip()) for key in kept["BYNAME_DATA_KEYS"].split(",") if key.strip()]


def mark_of_ledger_key(kept: Mapping[str, str]) -> str:
    """What tells this ledger's key from another, and nothing else about it."""
    return _mark("ledger", kept["BYNAME_LEDGER_KEY"])


def _mark(kind: str, key: str) -> str:
    return hashlib.sha256(f"byname {kind} key {key}".encode()).hexdigest()[:16]


def made(name: str) -> str:
    """A new value for one secret."""
    return _MAKERS[name]()


def put(home: Path, values: Mapping[str, str], *, for_production: bool = False) -> None:
    """Put these in the place of the secrets of the same names; `for_production` also takes the demonstration's mark."""
    path = home / "secrets.env"
    _write(path, _read(path) | dict(values), replace=True, demo=is_for_demo(home) and not for_production)


def _read(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except PermissionError as fault:
        raise Trouble(
            f"{path} can be read by its owner only: run this command as the user that runs byname."
        ) from fault
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _write(path: Path, values: Mapping[str, str], *, replace: bool, demo: bool) -> None:
    """Whole or not at all; where two first starts meet, the one that comes second reads what the first wrote."""
    heading = _HEADING + (f"{_DEMO_MARK}\n" if demo else "")
    fresh = path.with_name(f"secrets.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(heading + "".join(f"{name}={value}\n" for name, value in values.items()))
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            fresh.replace(path)
        else:
            os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)
