"""What the doctor sees from outside: the settings, the address residents come to, its certificate, the secrets."""

from __future__ import annotations

import socket
import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from byname.config import environment, machine, secrets
from byname.config.doctor.findings import Finding, Patient
from byname.config.machine import called

_SOON: Final = timedelta(days=14)


def settings(patient: Patient) -> Iterator[Finding]:
    """Whether every value can be used, and each name is known."""
    try:
        environment.refuse_wrong(patient.settings)
    except ImproperlyConfigured as fault:
        yield Finding("wrong", "settings", str(fault), "Put it right, then start byname again.")
    else:
        yield Finding("ok", "settings", "every value can be used")
    for name in environment.unknown(patient.settings):
        yield Finding("look", "settings", f"byname knows no {name}", "Is it misspelt?")
    named = patient.settings.get("BYNAME_TIME_ZONE")
    if named:
        yield Finding("ok", "time zone", f"today is decided in {named}")
    else:
        yield Finding(
            "look", "time zone", "BYNAME_TIME_ZONE is not set; America/Toronto decides what today is", "Set it."
        )


def public_address(patient: Patient) -> Iterator[Finding]:
    """Where residents come in."""
    address = patient.settings.get("BYNAME_PUBLIC_URL", "").strip()
    if not address:
        yield Finding(
            "look",
            "public address",
            "BYNAME_PUBLIC_URL is not set: well for a trial",
            "Before residents come: set it to the https:// address they will see.",
        )
        return
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host not in environment.listed(patient.settings, "BYNAME_HOSTS", "localhost,127.0.0.1,[::1]"):
        yield Finding(
            "wrong", "public address", f"{host} is not among BYNAME_HOSTS: its pages are refused", f"Add {host} there."
        )
    if parts.scheme != "https":
        if host not in ("localhost", "127.0.0.1"):
            yield Finding(
                "wrong",
                "public address",
                f"{address} is not https: passkeys do not work, and anybody on the way can read",
                "Put nginx or Caddy with a certificate before byname (docs/guides/operate.md).",
            )
        return
    if not patient.settings.get("BYNAME_TRUSTED_PROXIES"):
        yield Finding(
            "look",
            "proxy",
            "BYNAME_TRUSTED_PROXIES is not set: all callers look like one, and share their limits",
            "Set it to the proxy's address, such as 127.0.0.1.",
        )
    yield _certificate(host, parts.port or 443)


def _certificate(host: str, port: int) -> Finding:
    try:
        context = ssl.create_default_context()
        with (
            socket.create_connection((host, port), timeout=5) as line,
            context.wrap_socket(line, server_hostname=host) as secured,
        ):
            ends = dict(secured.getpeercert() or {}).get("notAfter")
    except ssl.SSLCertVerificationError as fault:
        return Finding(
            "wrong", "certificate", f"{host} shows one that is not good: {fault.verify_message}", "Renew or replace it."
        )
    except OSError as fault:
        return Finding(
            "look",
            "certificate",
            f"{host}:{port} cannot be reached from this machine ({fault.strerror or type(fault).__name__})",
            "If residents cannot either: look at the proxy and the name's address.",
        )
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) - datetime.now(UTC)
    if left < _SOON:
        return Finding("look", "certificate", f"it ends in {left.days} days", "See that it is renewed by itself.")
    return Finding("ok", "certificate", f"good for {left.days} days")


def kept_secrets(patient: Patient) -> Iterator[Finding]:
    """Who can read the secrets, and whether they were made for a demonstration."""
    file = patient.home / "secrets.env"
    in_public = patient.settings.get("BYNAME_PUBLIC_URL", "").startswith("https://")
    try:
        about = file.stat()
    except OSError:
        yield Finding("look", "secrets", f"there is no {file} yet", "The first start makes it.")
        return
    owner = machine.name_of(about.st_uid)
    if stat.S_IMODE(about.st_mode) & 0o077:
        yield Finding("wrong", "secrets", f"others can read {file}", f"chmod 600 {file}")
    elif about.st_uid not in (0, patient.home.stat().st_uid):
        yield Finding("wrong", "secrets", f"{file} belongs to {owner}, not to who runs byname", "Give it to that user.")
    else:
        yield Finding("ok", "secrets", f"only {owner} can read {file}")
    if in_public and secrets.is_for_demo(patient.home):
        yield Finding(
            "wrong",
            "secrets",
            "they were made for a demonstration",
            f"Stop byname, then {called()} keys production.",
        )
    if in_public and patient.ask("SELECT profile->>'demo' FROM byname_serviceprofile") == ("true",):
        yield Finding(
            "wrong",
            "city",
            "the public sees the demonstration's invented officers",
            f"Start on a home of its own with {called()} up --empty, and bring in your own files.",
        )
