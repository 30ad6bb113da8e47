"""Somebody who tells their officers of a problem, page by page, as a browser without JavaScript does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.test import Client

ANSWERS: dict[str, Any] = {
    "kind": "address",
    "at": "old-mill",
    "place": "12 Millrace Lane",
    "spot": "43.61500,-79.49500",
    "category": "traffic",
    "what": "Cars race past the crossing at the mill.",
    "days": ["mon", "tue"],
    "times": ["morning"],
    "since": "month",
    "help": "A sign before the bend.",
    "whom": "team",
    "who": "anonymous",
}
"""Everything that is needed, as the last page carries it."""


@dataclass
class Teller:
    """One browser on the way: each press sends what the page carries and what is answered."""

    client: Client
    prefix: str = ""
    shown: Any = None
    text: str = ""
    every: list[str] = field(default_factory=list)
    """Each page so far."""

    def begin(self, query: str = "") -> Teller:
        return self.take(self.client.get(f"{self.prefix}/raise/{query}"))

    def take(self, answer: Any) -> Teller:
        self.shown, self.text = answer, answer.content.decode()
        self.every.append(self.text)
        return self

    @property
    def carried(self) -> dict[str, list[str]]:
        """The unseen answers of the page."""
        found: dict[str, list[str]] = {}
        form = self.text.partition('id="tell"')[2].partition("</form>")[0]
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
            found.setdefault(name, []).append(unescape(value))
        return found

    def press(self, go: str, **answers: Any) -> Teller:
        """The page after a button, with these answers besides what the page carried."""
        return self.take(self.client.post(f"{self.prefix}/raise/", {**self.carried, "go": go, **answers}))

    def sends(self, **changes: Any) -> Teller:
        """The page after everything was answered and sent at once, with these answers changed."""
        self.begin()
        number = self.carried["number"]
        return self.take(
            self.client.post(
                f"{self.prefix}/raise/", {**ANSWERS, "number": number, "step": "check", "go": "send", **changes}
            )
        )

    @property
    def asks(self) -> str:
        """The page's heading, in plain words."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""

    @property
    def status(self) -> int:
        return int(self.shown.status_code)

    @property
    def link(self) -> str:
        """The private page's path, off the receipt."""
        found = re.search(r'class="link" dir="ltr" href="http://testserver([^"]+)"', self.text)
        assert found, self.asks
        return found[1]

    @property
    def pin(self) -> str:
        found = re.search(r'<bdi dir="ltr">(\d{3} \d{3})</bdi>', self.text)
        assert found, self.asks
        return found[1]


def headers_of(answer: Any) -> tuple[str, str, str]:
    """Who may keep a page, find it, and be told of it."""
    return answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"], answer.headers["Referrer-Policy"]
