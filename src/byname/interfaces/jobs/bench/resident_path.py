"""A resident's whole way as a browser without JavaScript goes it, and what each of its pages weighs."""

from __future__ import annotations

import gzip
import http.client
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import urlencode

from byname.concerns import rules
from byname.interfaces.jobs.bench.ground import Service

_WORDS: Final = "Cars race past the crossing at the mill every morning. "
_LONGEST: Final = (_WORDS * (rules.LONGEST_WORDS // len(_WORDS) + 1))[: rules.LONGEST_WORDS].strip()
"""As much as one answer may hold: every page after it carries it along."""
_STEPS: Final[Sequence[tuple[str, Mapping[str, str]]]] = (
    ("What it is about", {"go": "whole"}),
    ("What happens", {"go": "next", "category": "traffic"}),
    ("When", {"go": "next", "what": _LONGEST}),
    ("What would help", {"go": "next", "days": "mon", "times": "morning", "since": "month"}),
    ("Who gets it", {"go": "next", "help": "A sign before the bend."}),
    ("Anonymous or not", {"go": "next", "whom": "team"}),
    ("How to reach you", {"go": "next", "who": "reach"}),
    ("Read back", {"go": "next", "email": "maya@residents.example"}),
    ("The receipt", {"go": "send"}),
)
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_STYLES: Final = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_LINK: Final = re.compile(r'href="https?://[^/"]+(/c/[^"]+)"')


@dataclass(frozen=True, slots=True)
class Weighed:
    """One page, in bytes: as it is and its styles, and both as they are sent to a browser that takes gzip."""

    name: str
    page: int
    styles: int
    sent: int


def walk(service: Service, area: Mapping[str, Any]) -> Iterator[Weighed]:
    """Each page from the home page to the private one behind the receipt. RuntimeError where one is not shown."""
    styles: dict[str, bytes] = {}
    for name, path in (("The home page", "/"), ("The area's page", f"/at/{area['slug']}")):
        yield _weighed(service, name, _asked(service, "GET", path), styles)
    page = _asked(service, "GET", f"/raise/?area={area['slug']}")
    yield _weighed(service, "Where it is", page, styles)
    carried: dict[str, str] = {"area": area["slug"]}
    for name, answers in _STEPS:
        form = page.partition('id="tell"')[2].partition("</form>")[0]
        hidden = [(field, unescape(value)) for field, value in _HIDDEN.findall(form)]
        page = _asked(service, "POST", "/raise/", urlencode([*hidden, *carried.items(), *answers.items()]))
        carried = {}
        yield _weighed(service, name, page, styles)
    if not (link := _LINK.search(page)):
        raise RuntimeError("the receipt shows no private link")
    yield _weighed(service, "The private page", _asked(service, "GET", unescape(link[1])), styles)


def _weighed(service: Service, name: str, page: str, styles: dict[str, bytes]) -> Weighed:
    addresses = [unescape(each) for each in _STYLES.findall(page)]
    for address in addresses:
        if address not in styles:
            styles[address] = _asked(service, "GET", address).encode()
    sheets = [styles[address] for address in addresses]
    whole = page.encode()
    sent = sum(len(gzip.compress(part)) for part in (whole, *sheets))
    return Weighed(name, len(whole), sum(map(len, sheets)), sent)


def _asked(service: Service, method: str, path: str, form: str = "") -> str:
    line = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"} if form else {}
        line.request(method, path, body=form or None, headers=headers)
        answer = line.getresponse()
        text = answer.read().decode()
    finally:
        line.close()
    if answer.status != http.client.OK:
        raise RuntimeError(f"{path} is answered with {answer.status}")
    return text
