"""Where letters come in: settings that cannot be used are one sentence, and the doctor sees who answers there."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from byname.config import doctor, environment
from byname.interfaces.jobs.mail_in import door
from tests.config.ground import free_port

DOMAIN = "replies.example.org"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine's."""
    for name in os.environ:
        if name.startswith(("BYNAME_", "DATABASE_")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        ("", ""),
        (" Replies.Example.ORG ", DOMAIN),
        ("replies.localhost", "replies.localhost"),
        ("localhost", "localhost"),
    ],
)
def test_letters_come_to_a_mail_domain_or_to_none(value: str, domain: str) -> None:
    assert environment.replies_at({"BYNAME_REPLIES_AT": value}) == domain


@pytest.mark.parametrize(
    "value",
    ["a@b.example", "-x.example", "x..example", ".example", "x y", "é.example", "x.example.", "a." * 99 + "b", "x/y"],
)
def test_what_is_no_mail_domain_is_refused_before_anything_starts(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^BYNAME_REPLIES_AT is "):
        environment.refuse_wrong({"BYNAME_REPLIES_AT": value})


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("", ("127.0.0.1", 8025)),
        ("127.0.0.1:25", ("127.0.0.1", 25)),
        ("[::1]:8025", ("::1", 8025)),
        ("10.0.0.7:1", ("10.0.0.7", 1)),
    ],
)
def test_letters_are_taken_at_one_place(value: str, place: tuple[str, int]) -> None:
    assert environment.replies_listen({"BYNAME_REPLIES_LISTEN": value}) == place


@pytest.mark.parametrize(
    "value", ["8025", "localhost:8025", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", ":25"]
)
def test_what_is_no_place_is_refused_before_anything_starts(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^BYNAME_REPLIES_LISTEN is "):
        environment.refuse_wrong({"BYNAME_REPLIES_LISTEN": value})


def test_both_names_are_known() -> None:
    assert environment.unknown({"BYNAME_REPLIES_AT": "", "BYNAME_REPLIES_LISTEN": "", "BYNAME_REPLYS": ""}) == [
        "BYNAME_REPLYS"
    ]


@contextmanager
def greeting(said: str) -> Iterator[int]:
    """The port of a program that greets so, and says nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                line.sendall(said.encode())
                line.close()

        threading.Thread(target=take, daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)


def test_the_doctor_sees_whether_byname_itself_takes_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[tuple[str, str]]:
        return [(each.state, each.says) for each in doctor.examine(tmp_path) if each.about == "replies"]

    assert found() == []
    port = free_port()
    monkeypatch.setenv("BYNAME_REPLIES_AT", DOMAIN)
    monkeypatch.setenv("BYNAME_REPLIES_LISTEN", f"127.0.0.1:{port}")
    assert found() == [
        (
            "wrong",
            f"nobody takes letters at 127.0.0.1:{port} (ConnectionRefusedError): what residents answer waits",
        )
    ]
    with greeting("220 mx.example.org ESMTP Postfix\r\n") as other:
        monkeypatch.setenv("BYNAME_REPLIES_LISTEN", f"127.0.0.1:{other}")
        assert found() == [
            ("wrong", f"another program listens at 127.0.0.1:{other}: what residents answer does not come in")
        ]
    with greeting(f"220 {DOMAIN} {door.IDENT}\r\n") as ours:
        monkeypatch.setenv("BYNAME_REPLIES_LISTEN", f"127.0.0.1:{ours}")
        assert found() == [("ok", f"letters to {DOMAIN} are taken at 127.0.0.1:{ours}")]
    with greeting(f"220 {DOMAIN} {door.IDENT}\r\n") as ours:
        monkeypatch.setenv("BYNAME_REPLIES_LISTEN", f"0.0.0.0:{ours}")
        assert [state for state, _says in found()] == ["ok", "look"]
