"""Twilio's Programmable Messaging, asked by its REST API (Messages.json, version 2010-04-01)."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from byname.interfaces.jobs.texts.provider import Away, Failed
from byname.interfaces.texting import TextCarrier

PATIENCE: Final = 10.0
"""Seconds the provider may take to connect, and over each answer."""
_MOST_BYTES: Final = 64 * 1024
_GROUP: Final = "MG"
_UNWANTED: Final = 21610
_SENTENCES: Final = {
    21211: "The provider knows no such number.",
    21408: "The provider sends no texts to that country.",
    21610: "Whoever has the number wants no texts.",
    21612: "The provider has no way to that number.",
    21614: "The number takes no texts.",
    21617: "The text is too long for the provider.",
}
_OUR_SENDER: Final = frozenset({21212, 21603, 21606, 21659, 21660, 21701, 21703, 21704})
"""Faults of what BYNAME_TEXTS_FROM names: the text can wait until that is put right."""
_OURS: Final = frozenset({401, 403, 404})
"""Without a code of a text's own, these speak of the account, the token or the address."""


class Twilio:
    """Hands texts to Twilio over TLS; its API takes no name for a text, so that one handed over twice is sent twice."""

    def __init__(self, service: TextCarrier) -> None:
        self._service = service

    def send(self, to: str, words: str, *, once: str) -> Failed | None:
        """Nothing where Twilio has queued the text; Failed where it took it not, Away where it takes none."""
        service = self._service
        sender = "MessagingServiceSid" if service.sender.startswith(_GROUP) else "From"
        form = urlencode({"To": to, sender: service.sender, "Body": words})
        signed = base64.b64encode(f"{service.account}:{service.token}".encode()).decode("ascii")
        headers = {
            "Authorization": f"Basic {signed}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        path = f"/2010-04-01/Accounts/{quote(service.account, safe='')}/Messages.json"
        line = _line_to(service.address)
        try:
            line.connect()
        except OSError as fault:
            line.close()
            raise Away(_why(fault)) from fault
        try:
            line.request("POST", path, form.encode("ascii"), headers)
            answer = line.getresponse()
            return _told(answer.status, answer.read(_MOST_BYTES))
        except (OSError, http.client.HTTPException):
            # Whether it was taken nobody knows: it is handed over again later, and may arrive twice.
            return Failed("The provider broke off.")
        finally:
            line.close()


def _line_to(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "http":  # the settings allow it for this machine alone
        return http.client.HTTPConnection(host, parts.port, timeout=PATIENCE)
    return http.client.HTTPSConnection(host, parts.port, timeout=PATIENCE, context=ssl.create_default_context())


def _told(status: int, body: bytes) -> Failed | None:
    """What an answer means for the text; Away where it means that none would be taken."""
    if status in (HTTPStatus.OK, HTTPStatus.CREATED):
        return None
    code = _code(body)
    if code in _OUR_SENDER:
        return Failed("The provider does not take our sender (BYNAME_TEXTS_FROM).")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Away("The provider takes no more texts for the moment.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # Put off by itself: a text that the provider stumbles over must not hold up the others.
        return Failed("The provider cannot send this text now.")
    if code in _SENTENCES:
        return Failed(_SENTENCES[code], final=True, unwanted=code == _UNWANTED)
    if status in _OURS:
        raise Away("The provider refuses the account or the token.")
    if status < HTTPStatus.BAD_REQUEST:
        raise Away("Where BYNAME_TEXTS_URL leads nobody takes texts.")
    return Failed("The provider does not take this text.", final=True)


def _code(body: bytes) -> int:
    """The number Twilio gives a fault; 0 where there is none to be read."""
    try:
        said = json.loads(body)
    except ValueError:
        return 0
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, int) else 0


def _why(fault: Exception) -> str:
    match fault:
        case ssl.SSLError():
            return "The provider's certificate cannot be trusted."
        case TimeoutError():
            return "The provider does not answer in time."
    return "The provider cannot be reached."
