"""The door itself: one port that speaks SMTP and LMTP, for a mail server that relays letters to this machine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import AnyStr, Final

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from django.conf import settings
from django.db import connections

from byname.interfaces.jobs.mail_in import taking

_log = logging.getLogger("byname.mail_in")
# The library writes down whom it speaks with and every line that is said.
logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)
logging.getLogger("mail.debug").setLevel(logging.CRITICAL + 1)

IDENT: Final = "byname takes letters"
PATIENCE: Final = 120.0
"""Seconds between two commands, and for a letter from its first byte to its last."""
MOST_LINES: Final = 8
"""Mail servers that are spoken with at once; the next is asked to come again."""
_AT_ONCE: Final = 2
_MOST_SAID: Final = 100_000
"""Bytes of commands on one line before it is closed."""
_COMMANDS: Final = {"MAIL": 100, "RCPT": 400, "DATA": 100, "*": 50}
_CHUNK: Final = 65_536
_END: Final = b"\r\n.\r\n"
_TRY_AGAIN_SECONDS: Final = 10.0


@asynccontextmanager
async def open_door() -> AsyncIterator[None]:
    """Letters are taken until the block ends, where the service has told at which address; else nothing happens.

    A port that is taken is tried again every ten seconds: the work beside goes on. The doctor tells.
    """
    if not settings.BYNAME_REPLIES_AT:
        yield
        return
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="mail-in") as threads:
        door = asyncio.create_task(_keep_open(*settings.BYNAME_REPLIES_LISTEN, Clerk(threads)))
        try:
            yield
        finally:
            door.cancel()
            with suppress(asyncio.CancelledError):
                await door


async def _keep_open(host: str, port: int, clerk: Clerk) -> None:
    loop = asyncio.get_running_loop()
    told = False
    while True:
        try:
            server = await loop.create_server(lambda: Door(clerk, loop), host, port)
        except OSError as fault:
            if not told:
                _log.warning(
                    "no letters come in: the port cannot be listened on", extra={"fault": type(fault).__name__}
                )
            told = True
            await asyncio.sleep(_TRY_AGAIN_SECONDS)
        else:
            async with server:
                await server.serve_forever()


class Clerk:
    """Says what is answered to each recipient and each letter; what touches the database happens in threads."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self.lines = 0
        self._threads = threads

    async def handle_RCPT(  # noqa: N802  # the library's names
        self, door: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient a letter: each gets an answer of its own, and whoever relays sends the letter once more."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time"
        refusal = await self._asked(taking.answer_to_recipient, address)
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 OK"

    async def answer_to_letter(self, envelope: Envelope, raw: bytes) -> str:
        """The letter is on disk when this says so."""
        return await self._asked(taking.answer_to_letter, envelope.rcpt_tos[0], envelope.mail_from or "", raw)

    async def too_large(self) -> str:
        """What is said of a letter that is too large."""
        return await self._asked(taking.too_large)

    async def handle_exception(self, fault: Exception) -> str:
        """Whatever goes wrong, the letter may come again."""
        _log.error("a letter could not be taken", exc_info=fault)
        return taking.NOT_NOW

    async def _asked(self, answer: Callable[..., str], *said: str | bytes) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _in_thread, answer, said)


def _in_thread(answer: Callable[..., str], said: tuple[str | bytes, ...]) -> str:
    try:
        return answer(*said)
    except Exception as fault:  # noqa: BLE001  # the relay keeps the letter, and brings it again
        _log.warning("a letter could not be taken now", extra={"fault": type(fault).__name__})
        return taking.NOT_NOW
    finally:
        connections.close_all()


class Door(SMTP):
    """One line to a mail server."""

    line_length_limit = _CHUNK

    def __init__(self, clerk: Clerk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            clerk,
            data_size_limit=taking.MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname=settings.BYNAME_REPLIES_AT,
            ident=IDENT,
            timeout=PATIENCE,
            command_call_limit=dict(_COMMANDS),
            loop=loop,
        )
        self._clerk = clerk
        self._may_come = _MOST_SAID
        self._too_large = taking.TOO_LARGE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Another line, where there are not too many."""
        self._clerk.lines += 1
        super().connection_made(transport)
        if self._clerk.lines > MOST_LINES and isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.3.2 Too many lines at once, please come again later\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """One line less."""
        self._clerk.lines -= 1
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Bytes as they come; a line on which more come than anything asked for is closed."""
        self._may_come -= len(data)
        if self._may_come < 0 and isinstance(self.transport, asyncio.WriteTransport):
            self.transport.write(self._too_large.encode() + b"\r\n")
            self.transport.close()
            return
        super().data_received(data)

    async def push(self, status: AnyStr) -> None:
        """An answer; to a letter that tells too large a size beforehand, ours in place of the library's own."""
        if str(status).startswith("552 Error"):
            await super().push(await self._clerk.too_large())
        else:
            await super().push(status)

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802
        """LMTP's greeting: with one recipient a letter, all that follows is the same in both."""
        await self.smtp_EHLO(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """A letter, read in large pieces: the library goes line by line, which ten million empty lines make a minute's
        work for everything that shares the loop."""
        if await self.check_helo_needed():
            return
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        # Found out before the letter comes: a line that never ends one is closed with it in the midst of reading.
        self._too_large = await self._clerk.too_large()
        self._may_come = 2 * taking.MOST_BYTES
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content, is_last = await self._letter()
        self._may_come = _MOST_SAID
        answer = self._too_large if content is None else await self._clerk.answer_to_letter(envelope, content)
        self.envelope = self._create_envelope()
        await self.push(answer)
        if not is_last and self.transport is not None:
            # Whoever goes on before the answer may be hiding a second letter in the first.
            self.transport.close()

    async def _letter(self) -> tuple[bytes | None, bool]:
        """The letter without its doubled dots, None where it is too large, and whether nothing came after its end."""
        whole = bytearray(b"\r\n")
        is_too_large = False
        while True:
            looked_at = max(0, len(whole) - len(_END) + 1)
            whole += await self._reader.read(_CHUNK)
            end = whole.find(_END, looked_at)
            is_too_large = is_too_large or (len(whole) if end < 0 else end) > taking.MOST_BYTES + 2
            if end >= 0:
                is_last = end + len(_END) == len(whole)
                return None if is_too_large else bytes(whole[: end + 2]).replace(b"\r\n.", b"\r\n")[2:], is_last
            if is_too_large:
                del whole[: -len(_END)]
            if self._reader.at_eof():
                raise ConnectionResetError
