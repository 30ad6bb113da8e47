"""The mail server letters are handed to, and the line to it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

PATIENCE: Final = 10.0
"""Seconds the server may take over each answer."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes the letters; `tls` is "starttls" (never without), "implicit" or "off"."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)


class Unreachable(Exception):
    """The mail server cannot be used now, whatever the letter; the words say why, and name nobody."""


@contextmanager
def line_to(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A line to the server, greeted, encrypted and signed in; Unreachable where it does not come about."""
    line = _opened(server)
    try:
        yield line
    finally:
        # What was handed over stands, whether or not the server hears the goodbye.
        with suppress(smtplib.SMTPException, OSError):
            line.quit()
        line.close()


def _opened(server: MailServer) -> smtplib.SMTP:
    line: smtplib.SMTP | None = None
    try:
        if server.tls == "implicit":
            line = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=ssl.create_default_context())
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
        line.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            line.starttls(context=ssl.create_default_context())
            line.ehlo()
        if server.user:
            line.login(server.user, server.password)
    except (smtplib.SMTPException, OSError) as fault:
        if line is not None:
            line.close()
        raise Unreachable(_why(fault)) from fault
    return line


def _why(fault: Exception) -> str:
    match fault:
        case smtplib.SMTPAuthenticationError():
            return "The mail server refuses the name or the password."
        case smtplib.SMTPNotSupportedError():
            return "The mail server offers no encryption, or no way to sign in."
        case ssl.SSLError():
            return "The mail server's certificate cannot be trusted."
        case TimeoutError():
            return "The mail server does not answer in time."
    return "The mail server cannot be reached."
