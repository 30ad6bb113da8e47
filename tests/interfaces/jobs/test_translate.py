"""The service's own translation server, played by a small peer on this machine."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from byname.concerns import actions, queries, rules
from byname.concerns.models import Translation
from byname.config import environment
from byname.interfaces.jobs import translate
from byname.interfaces.jobs.translation_server import Translator
from byname.vocabulary import SYSTEM, Actor
from tests import staff
from tests.cast import Cast
from tests.concerns import told

URDU = "ہر صبح اسکول کے سامنے گاڑیاں بہت تیز چلتی ہیں۔"


class Peer(ThreadingHTTPServer):
    """A translation server that answers as it is told to, and keeps what it was asked."""

    daemon_threads = True
    status = 200
    answer = json.dumps({"translatedText": "Every morning fast cars."}).encode()
    to = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[dict[str, Any]] = []


class Answering(BaseHTTPRequestHandler):
    """One request to the peer."""

    server: Peer

    def do_POST(self) -> None:
        """Translate."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append({"path": self.path, **json.loads(body)})
        self.send_response(self.server.status)
        if self.server.to:
            self.send_header("Location", self.server.to)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def do_GET(self) -> None:
        """What a redirect would lead to."""
        self.server.asked.append({"path": self.path})
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the library gives it
        """Nothing."""


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    server = Peer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.BYNAME_TRANSLATOR = Translator(f"http://127.0.0.1:{server.server_port}", "a-key")
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def ana(cast: Cast) -> Actor:
    return staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])


@pytest.fixture
def reference(cast: Cast, noon: datetime) -> str:
    how = rules.Raised("traffic", rules.Told(URDU), "area", "web", "ur", contact=told.SPOKEN)
    return told.raised(noon, how).reference


def test_nothing_is_sent_that_nobody_asked_for(reference: str, peer: Peer) -> None:
    assert translate.translate_what_waits() == 0
    assert peer.asked == []


def test_the_server_gets_the_words_alone_and_its_own_are_kept_as_a_machine_s(
    reference: str, peer: Peer, ana: Actor, noon: datetime
) -> None:
    actions.ask_machine(reference, 0, by=ana, at=noon)
    assert translate.translate_what_waits() == 1
    assert peer.asked == [
        {"path": "/translate", "q": URDU, "source": "ur", "target": "en", "format": "text", "api_key": "a-key"}
    ]
    row = Translation.objects.get()
    assert (row.words, row.made_by, row.language) == ("Every morning fast cars.", "machine", "en")
    assert translate.translate_what_waits() == 0


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, b"{}"),
        (200, b"not json"),
        (200, b"{}"),
        (200, b"[]"),
        (200, b'{"translatedText": 7}'),
        (200, b'{"translatedText": "  "}'),
        (200, b"\xff\xfe"),
    ],
)
def test_what_it_answers_wrongly_counts_as_a_try_and_stands_in_no_log(
    reference: str, peer: Peer, ana: Actor, noon: datetime, caplog: pytest.LogCaptureFixture, status: int, answer: bytes
) -> None:
    peer.status, peer.answer = status, answer
    actions.ask_machine(reference, 0, by=ana, at=noon)
    with caplog.at_level(logging.DEBUG):
        assert translate.translate_what_waits() == 0
    assert (Translation.objects.get().words, Translation.objects.get().tries) == ("", 1)
    assert URDU not in caplog.text
    peer.status, peer.answer = 200, Peer.answer
    assert translate.translate_what_waits() == 1


def test_a_server_that_points_elsewhere_is_not_followed(reference: str, peer: Peer, ana: Actor, noon: datetime) -> None:
    peer.status, peer.to = 302, f"http://127.0.0.1:{peer.server_port}/elsewhere"
    actions.ask_machine(reference, 0, by=ana, at=noon)
    assert translate.translate_what_waits() == 0
    assert [each["path"] for each in peer.asked] == ["/translate"]


def test_a_server_that_is_away_is_tried_four_times(reference: str, ana: Actor, noon: datetime, settings: Any) -> None:
    settings.BYNAME_TRANSLATOR = Translator("http://127.0.0.1:1")
    actions.ask_machine(reference, 0, by=ana, at=noon)
    for _ in range(rules.MOST_TRIES + 2):
        assert translate.translate_what_waits() == 0
    assert Translation.objects.get().tries == rules.MOST_TRIES
    assert queries.texts_for_a_machine(9, viewer=SYSTEM) == ()


def test_without_a_server_nothing_is_asked(reference: str, ana: Actor, noon: datetime, settings: Any) -> None:
    settings.BYNAME_TRANSLATOR = Translator("http://127.0.0.1:1")
    actions.ask_machine(reference, 0, by=ana, at=noon)
    settings.BYNAME_TRANSLATOR = None
    assert translate.translate_what_waits() == 0
    assert Translation.objects.get().tries == 0


@pytest.mark.parametrize("address", ["", " "])
def test_no_address_is_no_server(address: str) -> None:
    assert environment.translator({"BYNAME_TRANSLATOR": address}) is None


def test_an_address_of_one_s_own_is_taken_and_its_key_is_never_shown() -> None:
    found = environment.translator(
        {"BYNAME_TRANSLATOR": "https://translate.example.org/api/", "BYNAME_TRANSLATOR_KEY": "hidden"}
    )
    assert found == Translator("https://translate.example.org/api", "hidden")
    assert "hidden" not in repr(found)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("http://translate.example.org", ""),
        ("ftp://translate.example.org", ""),
        ("file:///etc/passwd", ""),
        ("https://user:secret@translate.example.org", ""),
        ("https://translate.example.org/?q=1", ""),
        ("translate.example.org", ""),
        ("", "hidden"),
    ],
)
def test_what_is_no_such_address_is_refused(address: str, key: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.translator({"BYNAME_TRANSLATOR": address, "BYNAME_TRANSLATOR_KEY": key})
    assert "hidden" not in str(refused.value)
