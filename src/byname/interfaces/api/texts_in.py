"""Texts that come in: the provider hands each over, signed, and what is answered goes back with its reply."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit, urlunsplit
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext
from psycopg_pool import PoolTimeout

from byname.concerns import actions, rules
from byname.interfaces import site, snapshot, texting
from byname.interfaces.api.open311 import notices
from byname.interfaces.http import RETRY_SECONDS, Audience, audience
from byname.safekeeping.limits import Limit, wait_for
from byname.vocabulary import PUBLIC

ANSWERED: Final = Limit("text-answered", most=1, seconds=24 * 3600)
"""Whoever nobody knows is told no more often that this is not the place: machines would else answer each other."""
LED: Final = Limit("text-led", most=60, seconds=3600)
"""Whoever is known is told each time that a text was not kept, but for a machine that answers whatever it is told."""
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{7,14}\Z")
_AWAY: Final = (snapshot.Away, OperationalError, InterfaceError, PoolTimeout)
_UNREAD: Final = (BadRequest, RequestDataTooBig, SuspiciousOperation, UnreadablePostError)
_NAMED: Final = re.compile(r"[A-Za-z0-9]{8,64}\Z")
_log = logging.getLogger("byname.texts")


@audience(Audience.MACHINE)
def texts_in(request: HttpRequest) -> HttpResponse:
    """The reply to a text, as the provider wants it; 403 for what it did not sign, 503 while the database is away.

    Whoever writes of danger is answered before anything else, also while the database is away.
    """
    service: texting.TextCarrier | None = settings.BYNAME_TEXTS
    if service is None:
        return _plain(404, "Nobody hands texts over here.")
    if request.method != "POST":
        return _plain(405, "Texts are handed over by POST.", Allow="POST")
    try:
        form = request.POST
        # All of it is read before it is believed: what is signed is the whole form.
        signed = signed_by(service.token, form, request.headers.get("X-Twilio-Signature", ""))
    except _UNREAD:
        return _plain(400, "That could not be read.")
    if not signed:
        return _plain(403, "The provider did not sign this.")
    number, name, words = form.get("From", ""), form.get("MessageSid", ""), form.get("Body", "")
    if not _NAMED.match(name):
        return _plain(400, "This text has no name.")
    try:
        return _answered(number, name, words, left_out=_count(form.get("NumMedia", "")))
    except _AWAY as fault:
        _log.warning("a text could not be taken in", extra={"fault": type(fault).__name__})
        if said := _of_danger(rules.danger(words), "", unread=True):
            return _reply(said)
        return _plain(503, "Try again in a few seconds.", **{"Retry-After": str(RETRY_SECONDS)})


def signed_by(token: str, form: QueryDict, signature: str) -> bool:
    """Whether Twilio, which alone knows the token besides us, signed this form for our address.

    HMAC-SHA1 over the address and every name and value in the order of the names, as its documentation sets out.
    """
    wanted = signature.encode()
    fields = {name: form.getlist(name) for name in form}
    return any(hmac.compare_digest(signature_of(token, url, fields).encode(), wanted) for url in _addresses())


def signature_of(token: str, address: str, fields: Mapping[str, Sequence[str]]) -> str:
    """What Twilio signs a form with that it sends to an address."""
    said = "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    # As its provider does it: the key is a secret of the two, and SHA-1 stands firm in an HMAC.
    digest = hmac.new(token.encode(), (address + said).encode(errors="surrogatepass"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")


def _addresses() -> tuple[str, ...]:
    """Our address as it may have been signed: some name the port that everybody leaves out, or leave out one."""
    whole = site.address() + texting.IN_PATH
    parts = urlsplit(whole)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    usual = 443 if parts.scheme == "https" else 80
    named = urlunsplit(parts._replace(netloc=f"{host}:{parts.port or usual}"))
    return tuple(dict.fromkeys((whole, named, urlunsplit(parts._replace(netloc=host)))))


def _answered(number: str, name: str, words: str, *, left_out: int) -> HttpResponse:
    at = timezone.now()
    if not _NUMBER.match(number):
        # A short code, or a number withheld: nobody can be known by it, and nobody can be answered twice.
        return _reply(_of_danger(rules.danger(words), "", unread=True))
    taken = actions.take_text(
        number, words, text_id=name, left_out=left_out, read_by=snapshot.languages_read, by=PUBLIC, at=at
    )
    language = taken.language or rules.language_of(words)
    # Whatever the hours at which the service reads: what was not kept nobody reads.
    if said := _of_danger(taken.danger, language, unread=taken.became != "joined"):
        return _reply(said)
    if taken.became in ("joined", "stopped"):
        return _reply("")
    if wait_for(ANSWERED if taken.became == "unknown" else LED, number, at=at):
        return _reply("")
    if taken.became in ("unknown", "shared"):
        return _reply(_not_here(rules.language_of(words)))
    with translation.override(_spoken(taken.language)):
        return _reply(
            f"{gettext('Read and write on your own page:')}\n{notices.page_of(taken.link, _spoken(taken.language))}"
        )


def _of_danger(danger: rules.Danger | None, language: str, *, unread: bool = False) -> str:
    """Whom to call, where words speak of danger, in a language and in English; empty where they do not."""
    if danger is None:
        return ""
    try:
        said = notices.of_danger(danger, snapshot.profile(), snapshot.hearing(), _spoken(language))
    except snapshot.Away:
        return "Call 911 now. Nobody is reading this now."
    last = notices.UNREAD
    return " ".join([*said, last] if unread and last not in " ".join(said) else said)


def _not_here(language: str) -> str:
    """What whoever nobody knows by the number is told: a number where somebody answers."""
    line = next((each for each in snapshot.profile().lines if each.key == "non_emergency"), None)
    with translation.override(_spoken(language)):
        said = gettext("Nobody can read your text here.")
        if line is not None:
            said = f"{said} {gettext('Call %(number)s.') % {'number': line.shown}}"
    return said


def _spoken(language: str) -> str:
    code = language.lower().replace("_", "-")
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _count(text: str) -> int:
    return min(int(text), 100) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _reply(words: str) -> HttpResponse:
    """What the provider sends back as a text (TwiML); nothing where there are no words."""
    message = f"<Message>{escape(words)}</Message>" if words else ""
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return _closed(HttpResponse(body, content_type="text/xml; charset=utf-8"))


def _plain(status: int, sentence: str, **headers: str) -> HttpResponse:
    answer = HttpResponse(f"{sentence}\n", status=HTTPStatus(status), content_type="text/plain; charset=utf-8")
    for header, value in headers.items():
        answer.headers[header] = value
    return _closed(answer)


def _closed(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "no-store"
    return answer


urlpatterns = [path(texting.IN_PATH.lstrip("/"), texts_in, name="texts-in")]
