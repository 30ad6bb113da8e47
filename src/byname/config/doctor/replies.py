"""What the doctor sees of letters that come in: whether byname itself takes them where the mail server brings them."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Final

from django.core.exceptions import ImproperlyConfigured

from byname.config import environment
from byname.config.doctor.findings import ASK_AGAIN, Finding, Patient, State
from byname.config.machine import restart

_PATIENCE: Final = 5.0
_LONGEST_GREETING: Final = 200


def replies(patient: Patient) -> Iterator[Finding]:
    """Whether letters come in, where they are to."""
    try:
        domain = environment.replies_at(patient.settings)
        host, port = environment.replies_listen(patient.settings)
    except ImproperlyConfigured:
        return  # told among the settings
    if not domain:
        return
    where = f"{host}:{port}"
    address = ipaddress.ip_address(host)
    try:
        greeting = _greeting(("::1" if address.version == 6 else "127.0.0.1") if address.is_unspecified else host, port)
    except OSError as fault:
        state: State = "look" if patient.began_just_now() else "wrong"
        says = f"nobody takes letters at {where} ({type(fault).__name__}): what residents answer waits"
        yield Finding(state, "replies", says, ASK_AGAIN if state == "look" else f"{restart()}; see log/jobs.log.")
        return
    if not greeting.startswith(f"220 {domain} byname"):
        says = f"another program listens at {where}: what residents answer does not come in"
        yield Finding("wrong", "replies", says, "Give BYNAME_REPLIES_LISTEN a free port, and tell the mail server.")
        return
    yield Finding("ok", "replies", f"letters to {domain} are taken at {where}")
    if not address.is_loopback:
        yield Finding(
            "look",
            "replies",
            f"letters come to {where} over the network, not encrypted",
            "Let only the mail server reach that port, over a network of your own.",
        )


def _greeting(host: str, port: int) -> str:
    with socket.create_connection((host, port), timeout=_PATIENCE) as line:
        line.settimeout(_PATIENCE)
        return line.recv(_LONGEST_GREETING).decode("ascii", "replace")
