"""What the journeys stand on: a byname that was really started, and browsers whose every complaint counts."""

from __future__ import annotations

import itertools
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, WebError
from pypdf import PdfReader

from tests.config.ground import CHECKOUT, PRIVATE, free_port, processes_of, wait_until
from tests.interfaces.jobs.post import Post, mail_server
from tests.interfaces.jobs.telephone import ACCOUNT, SENDER, TOKEN, Telephone, telephone

LANGUAGES = ("en", "fr", "zh-hans", "zh-hant", "pt", "ta", "ur", "es", "tl")
HERE = "little-portugal"
THERE = "kensington-chinatown"
NAMED = "Sarah Thompson"
PAGES = {
    "home": "/",
    "found": "/find?q=500+bloor",
    "not found": "/find?q=Nowhereville",
    "areas": "/areas",
    "area": f"/at/{HERE}",
    "not yet": "/at/alderwood",
    "check": "/check",
    "check here": f"/at/{HERE}/check",
    "posters": f"/at/{HERE}/posters",
    "embed": f"/embed/{HERE}",
    "counting": "/how-we-count",
    "help": "/help-now",
    "languages": "/languages",
    "about": "/about",
}
MISSING = "/no-such-page"
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_numbers = itertools.count(1)


def somebody() -> str:
    """A network address nobody had before: limits count each visitor apart."""
    number = next(_numbers)
    return f"198.51.{number // 250}.{number % 250 + 1}"


def spoken(path: str, language: str) -> str:
    return path if language == "en" else f"/{language}{path}"


# --- the town --------------------------------------------------------------------------------------------------------


@dataclass
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes
    url: str

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Town:
    """A running byname with its demo city."""

    home: Path
    port: int
    environment: dict[str, str]
    post: Post
    """The mail server its letters go to."""
    replies_port: int
    """Where it takes letters itself."""
    phone: Telephone
    """The provider its texts go to."""

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        """One request on a connection of its own, redirects followed, as curl would."""
        asked = urllib.request.Request(
            self.origin + path,
            data=urllib.parse.urlencode(form).encode() if form is not None else None,
            headers={"X-Forwarded-For": somebody(), **headers},
        )
        try:
            answer = urllib.request.urlopen(asked, timeout=20)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return Answer(answer.status, answer.headers, answer.read(), answer.url)

    def command(self, *words: str) -> str:
        """What another process of byname says, run beside the server."""
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "byname"), *words, "--home", str(self.home)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def running_town() -> Iterator[Town]:
    """`./byname up` in an empty home; nothing of it remains afterwards."""
    home = Path(tempfile.mkdtemp(prefix="byname-town-", dir="/tmp"))
    home.chmod(0o755)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BYNAME_", "DATABASE_", "DJANGO_", "PYTHONPATH"))
    }
    environment["BYNAME_TRUSTED_PROXIES"] = "127.0.0.1,::1"
    if not PRIVATE:
        # Else the launcher makes an environment that the server's own user can read.
        environment["BYNAME_ENV"] = sys.prefix
    with _database(environment), mail_server() as post, telephone() as phone:
        town = Town(home, free_port(), environment, post, free_port(), phone)
        environment |= {
            "BYNAME_PUBLIC_URL": town.origin,
            "BYNAME_SMTP_URL": f"smtp://127.0.0.1:{post.port}?tls=off",
            "BYNAME_MAIL_FROM": "no-reply@service.example",
            "BYNAME_REPLIES_AT": "replies.service.example",
            "BYNAME_REPLIES_LISTEN": f"127.0.0.1:{town.replies_port}",
            "BYNAME_TEXTS": "twilio",
            "BYNAME_TEXTS_ACCOUNT": ACCOUNT,
            "BYNAME_TEXTS_TOKEN": TOKEN,
            "BYNAME_TEXTS_FROM": SENDER,
            "BYNAME_TEXTS_URL": phone.service.address,
        }
        with (home / "up.said").open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, str(CHECKOUT / "byname"), "up", "--home", str(home), "--port", str(town.port)],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        try:
            assert process.stdout
            lines = list(iter(process.stdout.readline, f"{town.origin}/\n"))
            assert process.poll() is None, "".join(lines) + (home / "up.said").read_text()
            yield town
        finally:
            process.terminate()
            process.wait(40)
            if process.stdout:
                process.stdout.close()
    wait_until(lambda: processes_of(home) == {}, 5)
    shutil.rmtree(home)


@contextmanager
def _database(environment: dict[str, str]) -> Iterator[None]:
    """A new database on the server the tests were pointed at; where none was named, `up` starts its own."""
    named = os.environ.get("DATABASE_URL", "")
    if not urllib.parse.urlsplit(named).hostname:
        yield
        return
    name = f"journey_{secrets.token_hex(4)}"
    with psycopg.connect(named, autocommit=True) as server:
        server.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        environment["DATABASE_URL"] = urllib.parse.urlsplit(named)._replace(path=f"/{name}").geturl()
        try:
            yield
        finally:
            server.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(name)))


CONNECTIONS = 40


def asked_everywhere(town: Town, path: str) -> list[str]:
    """What forty fresh connections hear; both workers were among those who answered."""
    answers = [town.ask(path) for _ in range(CONNECTIONS)]
    assert {answer.status for answer in answers} == {200}
    workers = {answer.headers["X-Request-Id"].partition("-")[0] for answer in answers}
    assert len(workers) == 2, workers
    return [answer.text for answer in answers]


# --- the visitors ----------------------------------------------------------------------------------------------------


@dataclass
class Visit:
    """Somebody's browser at the town: one page, and all that went wrong in it."""

    town: Town
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)
    """Paths that are meant to answer 4xx."""

    def go(self, path: str) -> None:
        self.page.goto(self.town.origin + path)

    @property
    def path(self) -> str:
        return urllib.parse.urlsplit(self.page.url).path

    def find(self, words: str) -> None:
        self.page.locator("#q").fill(words)
        self.page.locator("#find .button").click()

    def lands_on(self, path: str) -> None:
        self.page.wait_for_url(self.town.origin + path)

    def listen(self) -> None:
        self.context.on("console", self._said)
        self.context.on("weberror", self._failed)
        self.context.on("request", self._asked)
        self.context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        path = urllib.parse.urlsplit(message.location["url"]).path
        if message.type == "error" and not ("status of 4" in message.text and path in self.expected):
            self.faults.append(f"{message.text} ({message.location['url']})")

    def _failed(self, error: WebError) -> None:
        self.faults.append(str(error.error))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.town.origin + "/", "data:", "blob:" + self.town.origin)):
            self.faults.append(f"left the origin: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")


Visitor = Callable[..., Visit]


def drawn(faces: Locator) -> list[str]:
    """What the pictures are called, in order; each is really drawn."""
    faces.first.wait_for()
    for face in faces.all():
        face.scroll_into_view_if_needed()
        face.evaluate("image => image.decode()")
        assert face.evaluate("image => image.naturalWidth") > 0
    return [face.get_attribute("alt") or "" for face in faces.all()]


def code_of(officer: Visit, place: int, area: str = HERE) -> tuple[str, str]:
    """The code an officer of the team sees now, in a browser of their own, and their name.

    Each code works once in its minute: journeys that may run in the same minute ask different officers.
    """
    officer.go(f"/at/{area}/check")
    link = officer.page.locator('a[href*="/spoken-code/"]').nth(place)
    name = link.locator("bdi").inner_text()
    link.click()
    digits = re.sub(r"\D", "", officer.page.locator(".code").inner_text())
    assert len(digits) == 6
    return digits, name


def pdf_text(content: bytes) -> tuple[int, str]:
    """How many pages a PDF has, and its words."""
    sheets = PdfReader(BytesIO(content)).pages
    return len(sheets), " ".join(" ".join(sheet.extract_text().split()) for sheet in sheets)


def sideways(page: Page) -> Any:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
