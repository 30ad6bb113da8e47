"""The folder of the home in which the letters of the demo land, each whole or not at all."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from django.conf import settings

from byname.ledger import rules


def letters_folder() -> Path:
    """Where the letters of the demo land."""
    return Path(settings.BYNAME_HOME) / "letters"


def land(message: bytes, *, at: datetime) -> None:
    """One message is a file of its own, named by the moment."""
    folder = letters_folder()
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    name = f"{at:%Y%m%d-%H%M%S-%f}"
    fresh = folder / f"{name}.{os.getpid()}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message)
    fresh.replace(folder / f"{name}.eml")


def forget_old_files(at: datetime) -> int:
    """How many letters in the demo's folder were removed: they are older than the outbox itself would remember."""
    old = [file for file in letters_folder().glob("*.*") if file.stat().st_mtime < (at - rules.KEPT_FOR).timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
