"""The geocoder outside, played by a small peer on this machine."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ImproperlyConfigured

from byname.interfaces.geocoder import Elsewhere, found_elsewhere, geocoder
from byname.vocabulary import Point

PLACE = {"display_name": "1 Yonge St, Toronto", "lat": "43.6426", "lon": "-79.3741"}


class Peer(ThreadingHTTPServer):
    """A geocoder that answers as it is told to, and counts who asks."""

    daemon_threads = True
    answer = b"[]"
    status = 200
    wait = 0.0
    drip = False
    asked: int = 0


class Answering(BaseHTTPRequestHandler):
    """One request to the peer."""

    server: Peer

    def do_GET(self) -> None:
        """Answer a search."""
        self.server.asked += 1
        time.sleep(self.server.wait)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        if self.server.drip:
            for letter in self.server.answer:
                self.wfile.write(bytes([letter]))
                self.wfile.flush()
                time.sleep(0.5)
        else:
            self.wfile.write(self.server.answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def peer(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """A peer byname is told to ask."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Peer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    geocoder.cache_clear()
    settings.BYNAME_GEOCODER = f"nominatim:http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    yield server
    server.shutdown()
    server.server_close()
    geocoder.cache_clear()


def test_nobody_is_asked_where_no_geocoder_is_named(settings: object) -> None:
    settings.BYNAME_GEOCODER = ""  # type: ignore[attr-defined]
    assert found_elsewhere("1 Yonge St") == ()


def test_a_place_the_geocoder_knows_is_told_with_its_point(peer: Peer) -> None:
    peer.answer = json.dumps([PLACE]).encode()
    assert found_elsewhere("1 Yonge St") == (Elsewhere("1 Yonge St, Toronto", Point(43.6426, -79.3741)),)
    assert peer.asked == 1


def test_at_most_five_places_are_told(peer: Peer) -> None:
    peer.answer = json.dumps([PLACE] * 9).encode()
    assert len(found_elsewhere("1 Yonge St")) == 5


@pytest.mark.filterwarnings("ignore:Latitude normalization")
@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, b"[]"),
        (200, b"not json"),
        (200, b'{"no": "list"}'),
        (200, b'[{"display_name": "x", "lat": "999", "lon": "0"}]'),
        (200, b'[{"display_name": "x", "lat": "nan", "lon": "0"}]'),
        (200, b'[{"display_name": "x"}]'),
        (429, b"slow down"),
        (500, b"broken"),
    ],
)
def test_an_answer_that_is_none_is_silence(status: int, answer: bytes, peer: Peer) -> None:
    peer.status, peer.answer = status, answer
    assert found_elsewhere("1 Yonge St") == ()


@pytest.mark.slow
@pytest.mark.parametrize("drip", [False, True])
def test_a_slow_geocoder_is_left_after_two_seconds(drip: bool, peer: Peer) -> None:
    peer.answer = json.dumps([PLACE]).encode()
    peer.drip, peer.wait = drip, 0.0 if drip else 4.0
    began = time.monotonic()
    assert found_elsewhere("1 Yonge St") == ()
    assert 1.5 < time.monotonic() - began < 2.6


def test_a_geocoder_that_is_not_there_is_silence(settings: object) -> None:
    settings.BYNAME_GEOCODER = "nominatim:http://127.0.0.1:9"  # type: ignore[attr-defined]
    assert found_elsewhere("1 Yonge St") == ()


def test_the_question_stands_in_no_log(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    peer.status, peer.answer = 500, b"1 Planted St is unknown"
    found_elsewhere("1 Planted St")
    assert "lanted" not in caplog.text
    assert peer.asked == 1


@pytest.mark.parametrize("setting", ["google", "nominatim", "nominatim:", "nominatim:ftp://x", "arcgis:x"])
def test_a_setting_that_names_no_geocoder_is_told_at_once(setting: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BYNAME_GEOCODER is empty"):
        geocoder(setting)


def test_arcgis_can_be_named() -> None:
    assert type(geocoder("arcgis")).__name__ == "ArcGIS"
