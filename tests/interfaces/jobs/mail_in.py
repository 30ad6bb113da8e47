"""The door for letters, opened inside a test, and letters handed to it as a mail server would."""

from __future__ import annotations

import asyncio
import os
import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from byname.interfaces.jobs import mail_in
from byname.interfaces.jobs.letters import replies
from tests.config.ground import CHECKOUT, wait_until

DOMAIN = "replies.service.example"


@contextmanager
def opened() -> Iterator[int]:
    """The port at which the door stands open, on a loop of its own."""
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def stand_open() -> None:
        async with mail_in.open_door():
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(stand_open()), daemon=True)
    thread.start()
    port: int = settings.BYNAME_REPLIES_LISTEN[1]
    try:
        wait_until(lambda: greets(port))
        yield port
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(15)
        loop.close()


def greets(port: int) -> bool:
    """Whether somebody at this port says that they take letters."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20):
            return True
    except (OSError, smtplib.SMTPException):
        return False


def letter(words: str = "It was louder today.", *, to: str = "", **headers: str) -> EmailMessage:
    """A letter as somebody's mail program writes it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = headers.pop("sender", "Rosalind <rosalind@home.example>")
    message["To"] = to
    message["Subject"] = "Re: There is an answer for you"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    return message


def answered(port: int, to: str, raw: bytes, *, sender: str = "rosalind@home.example", greeting: str = "ehlo") -> Any:
    """The code and the words a letter is answered with, by SMTP (ehlo) or by LMTP (lhlo)."""
    kind = smtplib.LMTP if greeting == "lhlo" else smtplib.SMTP
    with kind("127.0.0.1", port, timeout=60) as line:
        line.ehlo_or_helo_if_needed()
        for code, said in (line.mail(sender), line.rcpt(to)):
            if code >= 300:
                return code, said.decode()
        code, said = line.data(raw)
        return code, said.decode()


@contextmanager
def worker(
    home: Path, *, to: int, step: str = "none", at: int = 0, database: int = 0
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process that sends letters to the port `to` and takes them at another.

    It reaches the database at the port `database` of this machine, or as the test does.
    """
    known = connection.settings_dict
    place = f"{known['HOST']}:{known['PORT']}" if not known["HOST"].startswith("/") else ""
    host = f"?host={known['HOST']}" if known["HOST"].startswith("/") else ""
    if database:
        place, host = f"127.0.0.1:{database}", ""
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{known['USER']}:{known['PASSWORD']}@{place}/{known['NAME']}{host}",
        "DJANGO_SETTINGS_MODULE": "byname.config.settings",
        "PYTHONPATH": f"{CHECKOUT / 'src'}{os.pathsep}{CHECKOUT}",
        "BYNAME_HOME": str(home),
        "BYNAME_LOG": str(home / "jobs.log"),
        "BYNAME_SMTP_URL": f"smtp://127.0.0.1:{to}?tls=off",
        "BYNAME_MAIL_FROM": "no-reply@service.example",
        "BYNAME_PUBLIC_URL": "http://testserver",
        "BYNAME_REPLIES_AT": DOMAIN,
        "BYNAME_REPLIES_LISTEN": f"127.0.0.1:{at or settings.BYNAME_REPLIES_LISTEN[1]}",
    }
    process = subprocess.Popen([sys.executable, "-m", "tests.interfaces.jobs.dying_worker", step], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def address(link: str) -> str:
    """The address somebody's letters are answered to."""
    return replies.reply_address_of(link)
