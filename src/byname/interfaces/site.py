"""Where this site is, for what leads to it from outside: letters, and links at the command line."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Final

from django.conf import settings

_USUAL: Final = ("127.0.0.1", 8000)


def address(name: str = "") -> str:
    """Its whole address without a slash at the end: the public one, else where `up` listens on this home.

    `name` is what it was asked under; else it is named as somebody at this machine may write it.
    """
    if settings.BYNAME_PUBLIC_URL:
        return settings.BYNAME_PUBLIC_URL
    host, port = _listens()
    return f"http://{name or _named(host)}:{port}"


def _listens() -> tuple[str, int]:
    try:
        said = json.loads((Path(settings.BYNAME_HOME) / "serving.json").read_text(encoding="utf-8"))
        return str(ipaddress.ip_address(said["host"])), int(said["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return _USUAL


def _named(host: str) -> str:
    found = ipaddress.ip_address(host)
    if found.is_loopback or found.is_unspecified:
        return "localhost"
    return f"[{host}]" if found.version == 6 else host
