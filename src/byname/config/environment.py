"""What the operator sets in the environment: a wrong value is one sentence that names its variable."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from byname.interfaces.jobs.mail_server import MailServer
from byname.interfaces.jobs.translation_server import Translator
from byname.interfaces.texting import TextCarrier

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DESK_COOKIES: Final = ("desk", "__Secure-desk")
"""The session's cookie at the desk: without TLS, and behind it."""
_NAMES_SHOWN: Final = ("full", "initial", "family")
_MOST_WORKERS: Final = 64
_SHORTEST_LEDGER_KEY: Final = 32
_SHORTEST_SECRET_KEY: Final = 32
_SMALLEST_BODY_CAP: Final = 64 * 1024
_BACKUP_KEY: Final = re.compile(r"age1[02-9ac-hj-np-z]{58}\Z")
_KNOWN: Final = frozenset(
    f"BYNAME_{name}"
    for name in (
        "BACKUP_DIR BACKUP_KEY BODY_CAP DATABASE_APP_PASSWORD DATABASE_OWNER_PASSWORD DATA_KEYS DEVELOPER ENV "
        "GEOCODER HOME HOSTS LEDGER_KEY LISTEN LOG MAIL_FROM METRICS_TOKEN NAME_SHOWN OIDC_CLIENT_ID "
        "OIDC_CLIENT_SECRET OIDC_ISSUER OIDC_NAME PG_BIN PUBLIC_URL RENEW_PROMISES REPLIES_AT REPLIES_LISTEN "
        "SECRET_KEY SMTP_URL TEST_DATABASE_URL TEXTS TEXTS_ACCOUNT TEXTS_COUNTRY TEXTS_FROM TEXTS_TOKEN TEXTS_URL "
        "TIME_ZONE TRANSLATOR TRANSLATOR_KEY TRUSTED_PROXIES WORKERS"
    ).split()
)
_TWILIO: Final = "https://api.twilio.com"
_TEXT_ACCOUNT: Final = re.compile(r"AC[0-9a-fA-F]{32}\Z")
_TEXT_SENDER: Final = re.compile(r"(\+[1-9][0-9]{7,14}|[0-9]{3,8}|MG[0-9a-fA-F]{32})\Z")
_TRANSLATOR_ADDRESS: Final = re.compile(
    r"(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?\Z"
)
_TEXT_ADDRESS: Final = re.compile(r"(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?\Z")
_COUNTRY: Final = re.compile(r"[1-9][0-9]{0,2}\Z")
_DOMAIN: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*\Z")
_LONGEST_DOMAIN: Final = 190
"""So that an address of 64 characters before the @ stays one mail can carry."""
_HIGHEST_PORT: Final = 65535
_MAIL_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\Z")


def listed(environment: Mapping[str, str], name: str, default: str = "") -> list[str]:
    """The parts of a setting that is a list with commas."""
    return [part.strip() for part in environment.get(name, default).split(",") if part.strip()]


def listen(environment: Mapping[str, str] = os.environ) -> str:
    """The network address to listen on."""
    value = environment.get("BYNAME_LISTEN") or "127.0.0.1"
    try:
        return str(ipaddress.ip_address(value))
    except ValueError as fault:
        raise ImproperlyConfigured(
            f"BYNAME_LISTEN is {value!r}, which is no network address; it looks like 127.0.0.1 or 0.0.0.0."
        ) from fault


def workers(environment: Mapping[str, str] = os.environ) -> int:
    """How many web processes there are."""
    value = environment.get("BYNAME_WORKERS") or "2"
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= _MOST_WORKERS):
        raise ImproperlyConfigured(f"BYNAME_WORKERS is {value!r}; it is a whole number from 1 to {_MOST_WORKERS}.")
    return int(value)


def body_cap(environment: Mapping[str, str] = os.environ) -> int:
    """The longest request body, in bytes."""
    value = environment.get("BYNAME_BODY_CAP") or str(1024 * 1024)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise ImproperlyConfigured(f"BYNAME_BODY_CAP is {value!r}; it is a number of bytes, such as 1048576.")
    return int(value)


def trusted_proxies(environment: Mapping[str, str] = os.environ) -> list[Network]:
    """The networks whose word about the caller is believed."""
    networks: list[Network] = []
    for part in listed(environment, "BYNAME_TRUSTED_PROXIES"):
        try:
            network = ipaddress.ip_network(part, strict=False)
        except ValueError as fault:
            raise ImproperlyConfigured(
                f"BYNAME_TRUSTED_PROXIES holds {part!r}, which is no network; it looks like 10.0.0.0/8, with commas."
            ) from fault
        if network.prefixlen == 0:
            raise ImproperlyConfigured(
                f"BYNAME_TRUSTED_PROXIES holds {part!r}, which is everybody: name the proxy's own address."
            )
        networks.append(network)
    return networks


def public_url(environment: Mapping[str, str] = os.environ) -> str:
    """The address residents see, without a slash at its end; empty where none is set."""
    value = environment.get("BYNAME_PUBLIC_URL", "").strip().rstrip("/")
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and parts.hostname and value == f"{parts.scheme}://{parts.netloc}"
        whole = whole and "@" not in parts.netloc
    except ValueError:
        whole = False
    if value and not whole:
        raise ImproperlyConfigured(
            f"BYNAME_PUBLIC_URL is {value!r}, which is no whole address; it looks like https://officers.example.org."
        )
    return value


def time_zone(environment: Mapping[str, str] = os.environ) -> str:
    """The time zone that decides what "today" is."""
    value = environment.get("BYNAME_TIME_ZONE") or "America/Toronto"
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ImproperlyConfigured(
            f"BYNAME_TIME_ZONE is {value!r}, which is no time zone; it looks like America/Toronto."
        ) from fault
    return value


def name_shown(environment: Mapping[str, str] = os.environ) -> str:
    """How much of an officer's given name is shown."""
    value = environment.get("BYNAME_NAME_SHOWN") or "full"
    if value not in _NAMES_SHOWN:
        raise ImproperlyConfigured(f"BYNAME_NAME_SHOWN is one of {', '.join(_NAMES_SHOWN)}.")
    return value


def data_keys(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The Fernet keys, the newest first; the sentence never holds a key."""
    keys = listed(environment, "BYNAME_DATA_KEYS")
    if not keys:
        raise ImproperlyConfigured(
            "BYNAME_DATA_KEYS is not set. It is a comma-separated list of Fernet keys, the newest first; ./byname "
            "makes one at first start."
        )
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError as fault:
            raise ImproperlyConfigured(
                f"BYNAME_DATA_KEYS: key {number} of {len(keys)} is no Fernet key (44 characters that stand for 32 "
                "bytes). It stands in the environment or in secrets.env."
            ) from fault
    return keys


def single_sign_on(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The service's own OpenID Connect provider, as allauth is told of it; empty where none is set."""
    names = ("BYNAME_OIDC_ISSUER", "BYNAME_OIDC_CLIENT_ID", "BYNAME_OIDC_CLIENT_SECRET")
    values = [environment.get(name, "").strip() for name in names]
    if not any(values):
        return {}
    if not all(values):
        raise ImproperlyConfigured(f"Single sign-on needs all three of {', '.join(names)}, or none.")
    issuer, client, secret = values
    if not issuer.startswith(("https://", "http://localhost", "http://127.0.0.1")):
        raise ImproperlyConfigured("BYNAME_OIDC_ISSUER is the https:// address of the provider.")
    app = {
        "provider_id": "service",
        "name": environment.get("BYNAME_OIDC_NAME", "").strip() or "Single sign-on",
        "client_id": client,
        "secret": secret,
        # The provider's word must name the issuer set here, whatever its own description says it is called.
        "settings": {
            "server_url": issuer,
            "oauth_pkce_enabled": True,
            "openid_configuration_overrides": {"issuer": issuer},
        },
    }
    return {"openid_connect": {"APPS": [app]}}


def mail_server(environment: Mapping[str, str] = os.environ) -> MailServer | None:
    """The server BYNAME_SMTP_URL names; None where none is set. The sentence never holds a password."""
    value = environment.get("BYNAME_SMTP_URL", "").strip()
    if not value:
        return None
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    else:
        if parts.path not in ("", "/") or parts.fragment or parts.query not in ("", "tls=off"):
            host = ""
        if parts.scheme not in ("smtp", "smtps") or (parts.scheme == "smtps" and parts.query):
            host = ""
    if not host or port == 0:
        raise ImproperlyConfigured(
            "BYNAME_SMTP_URL is no address of a mail server; it looks like smtp://user:password@mail.example.org:587, "
            "or smtps://…:465, or smtp://localhost:25?tls=off."
        )
    tls = "implicit" if parts.scheme == "smtps" else "off" if parts.query else "starttls"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and tls == "off" and host not in ("localhost", "127.0.0.1", "::1"):
        raise ImproperlyConfigured("BYNAME_SMTP_URL would send a password in the clear: leave out tls=off.")
    return MailServer(host, port or (465 if tls == "implicit" else 587), tls, user, password)


def mail_from(environment: Mapping[str, str] = os.environ) -> str:
    """The address letters come from."""
    value = environment.get("BYNAME_MAIL_FROM", "").strip()
    if value and not _MAIL_ADDRESS.match(value):
        raise ImproperlyConfigured(
            f"BYNAME_MAIL_FROM is {value!r}, which is no e-mail address; it looks like no-reply@example.org."
        )
    if not value and environment.get("BYNAME_SMTP_URL", "").strip():
        raise ImproperlyConfigured(
            "BYNAME_MAIL_FROM is not set: say which address letters come from, such as no-reply@example.org."
        )
    return value or "byname@localhost"


def texts(environment: Mapping[str, str] = os.environ) -> TextCarrier | None:
    """The provider of texts that BYNAME_TEXTS names; None where none is set. The sentence never holds the token."""
    names = ("BYNAME_TEXTS_ACCOUNT", "BYNAME_TEXTS_TOKEN", "BYNAME_TEXTS_FROM")
    chosen, *values = (environment.get(name, "").strip() for name in ("BYNAME_TEXTS", *names))
    address = environment.get("BYNAME_TEXTS_URL", "").strip().rstrip("/")
    if chosen not in ("", "twilio"):
        raise ImproperlyConfigured(f"BYNAME_TEXTS is {chosen!r}; it is twilio, or not set.")
    if not chosen:
        if any((*values, address)):
            raise ImproperlyConfigured(f"BYNAME_TEXTS is not set, and {', '.join(names)} are for nothing without it.")
        return None
    if not all(values):
        missing = ", ".join(name for name, value in zip(names, values, strict=True) if not value)
        raise ImproperlyConfigured(f"BYNAME_TEXTS=twilio needs {missing} as well.")
    if not _TEXT_ACCOUNT.match(values[0]):
        raise ImproperlyConfigured("BYNAME_TEXTS_ACCOUNT is the account's SID: AC and 32 more characters.")
    if not _TEXT_SENDER.match(values[2]):
        raise ImproperlyConfigured(
            "BYNAME_TEXTS_FROM is a number written whole, such as +14165550100, a short code, or a Messaging "
            "Service's SID: MG and 32 more characters."
        )
    address = address or _TWILIO
    if not _TEXT_ADDRESS.match(address):
        raise ImproperlyConfigured(
            f"BYNAME_TEXTS_URL is {address!r}; it is an https:// address without a path, or leave it out."
        )
    account, token, sender = values
    return TextCarrier(chosen, account, token, sender, address)


def texts_country(environment: Mapping[str, str] = os.environ) -> str:
    """The calling code of phone numbers that are written without one."""
    value = environment.get("BYNAME_TEXTS_COUNTRY", "").strip().removeprefix("+") or "1"
    if not _COUNTRY.match(value):
        raise ImproperlyConfigured(f"BYNAME_TEXTS_COUNTRY is {value!r}; it is a calling code such as 1 or 44.")
    return value


def translator(environment: Mapping[str, str] = os.environ) -> Translator | None:
    """The translation server the service runs itself; None where there is none. The sentence never holds the key."""
    address = environment.get("BYNAME_TRANSLATOR", "").strip().rstrip("/")
    key = environment.get("BYNAME_TRANSLATOR_KEY", "").strip()
    if not address:
        if key:
            raise ImproperlyConfigured("BYNAME_TRANSLATOR_KEY is for nothing without BYNAME_TRANSLATOR.")
        return None
    if not _TRANSLATOR_ADDRESS.match(address):
        raise ImproperlyConfigured(
            f"BYNAME_TRANSLATOR is {address!r}; it is the address of a LibreTranslate server of your own, such as "
            "https://translate.example.org, or http:// on this machine alone."
        )
    return Translator(address, key)


def replies_at(environment: Mapping[str, str] = os.environ) -> str:
    """The domain residents' answers to letters are sent to; empty where none come in."""
    value = environment.get("BYNAME_REPLIES_AT", "").strip().lower()
    if value and (len(value) > _LONGEST_DOMAIN or not _DOMAIN.match(value)):
        raise ImproperlyConfigured(
            f"BYNAME_REPLIES_AT is {value!r}, which is no mail domain; it looks like replies.example.org."
        )
    return value


def replies_listen(environment: Mapping[str, str] = os.environ) -> tuple[str, int]:
    """The network address and the port at which letters are taken from the mail server that relays them."""
    value = environment.get("BYNAME_REPLIES_LISTEN", "").strip() or "127.0.0.1:8025"
    host, _, port = value.rpartition(":")
    try:
        found = str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        found = ""
    if not found or not (port.isascii() and port.isdigit() and 0 < int(port) <= _HIGHEST_PORT):
        raise ImproperlyConfigured(
            f"BYNAME_REPLIES_LISTEN is {value!r}; it is a network address and a port, such as 127.0.0.1:8025."
        )
    return found, int(port)


def ledger_key(environment: Mapping[str, str] = os.environ) -> bytes:
    """The key the ledger is sealed with; empty where none is set, and then nothing is sealed."""
    value = environment.get("BYNAME_LEDGER_KEY", "").strip()
    if value and len(value) < _SHORTEST_LEDGER_KEY:
        raise ImproperlyConfigured(
            f"BYNAME_LEDGER_KEY is too short: put {_SHORTEST_LEDGER_KEY} random characters or more; ./byname makes one "
            "at first start."
        )
    return value.encode()


def unknown(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The BYNAME_ variables that nothing reads: most likely misspelt."""
    return sorted(name for name in environment if name.startswith("BYNAME_") and name not in _KNOWN)


def _refuse_unusable(environment: Mapping[str, str]) -> None:
    """ImproperlyConfigured for a value that could be used, and should not."""
    secret = environment.get("BYNAME_SECRET_KEY", "")
    if secret and len(secret) < _SHORTEST_SECRET_KEY:
        raise ImproperlyConfigured(
            f"BYNAME_SECRET_KEY is too short: put 50 random characters, and never fewer than {_SHORTEST_SECRET_KEY}."
        )
    if "*" in listed(environment, "BYNAME_HOSTS"):
        raise ImproperlyConfigured("BYNAME_HOSTS holds '*', which is every name: list the names callers use.")
    if body_cap(environment) < _SMALLEST_BODY_CAP:
        raise ImproperlyConfigured(
            f"BYNAME_BODY_CAP is {environment['BYNAME_BODY_CAP']!r}; forms need {_SMALLEST_BODY_CAP} bytes or more."
        )
    if (key := environment.get("BYNAME_BACKUP_KEY", "").strip()) and not _BACKUP_KEY.match(key):
        raise ImproperlyConfigured(
            "BYNAME_BACKUP_KEY is no public key for backups: it begins with age1. ./byname keys backup makes a pair."
        )
    if (log := environment.get("BYNAME_LOG", "")) and log != "stderr" and not log.startswith("/"):
        raise ImproperlyConfigured(f"BYNAME_LOG is {log!r}; it is stderr, or the full path of a file.")


def refuse_wrong(environment: Mapping[str, str] = os.environ) -> None:
    """ImproperlyConfigured, with one sentence, for the first value of a BYNAME_ variable that cannot be used."""
    for read in (listen, workers, body_cap, trusted_proxies, public_url, time_zone, name_shown, single_sign_on):
        read(environment)
    if mail_server(environment) and not public_url(environment):
        raise ImproperlyConfigured(
            "BYNAME_PUBLIC_URL is not set: letters to staff hold links, so say where those lead, such as "
            "https://officers.example.org."
        )
    mail_from(environment)
    if texts(environment) and not public_url(environment):
        raise ImproperlyConfigured(
            "BYNAME_PUBLIC_URL is not set: texts hold links, and what people answer comes to it; it looks like "
            "https://officers.example.org."
        )
    texts_country(environment)
    translator(environment)
    replies_at(environment)
    replies_listen(environment)
    ledger_key(environment)
    _refuse_unusable(environment)
    if environment.get("BYNAME_DATA_KEYS"):
        data_keys(environment)
