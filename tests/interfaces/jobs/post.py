"""A mail server for the tests: it keeps what it took, and says no where it is told to."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.config.ground import free_port

Step = Callable[[], str]
"""What happens, and the answer given for it; empty for the usual one."""


@dataclass
class Post:
    """What arrived, what is answered for whom, and what else happens at each step of the conversation."""

    taken: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    data_answers: dict[str, str] = field(default_factory=dict)
    on_greeting: Step | None = None
    on_data: Step | None = None
    port: int = 0

    async def handle_EHLO(  # noqa: N802 - the library's names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if self.on_greeting:
            self.on_greeting()
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = self.on_data() if self.on_data else ""
        if answer := said or self.data_answers.get(envelope.rcpt_tos[0]):
            return answer
        content = bytes(envelope.content or b"")
        self.raw.append(content)
        self.to += envelope.rcpt_tos
        self.taken.append(email.message_from_bytes(content, EmailMessage, policy=email.policy.default))
        return "250 OK"


@contextmanager
def mail_server(post: Post | None = None, **options: Any) -> Iterator[Post]:
    """A server on a free port of this machine, until the block ends."""
    post = post or Post()
    post.port = post.port or free_port()
    controller = Controller(post, hostname="127.0.0.1", port=post.port, ready_timeout=20, **options)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


@contextmanager
def deaf_server() -> Iterator[int]:
    """The port of a server that takes the line and never says a word."""

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        held: list[socket.socket] = []
        ended = threading.Event()

        def take() -> None:
            while not ended.is_set():
                try:
                    held.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            ended.set()
            listening.shutdown(socket.SHUT_RDWR)
            for line in held:
                line.close()
            thread.join(5)
