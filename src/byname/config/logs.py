"""The logs: one JSON object a line, with what happened and never what anybody typed, looked for or came from."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request this thread is answering."""

_EVERY_SECONDS: Final = 0.25
_ROTATE_AT_BYTES: Final = 20_000_000
_KEPT_FILES: Final = 5
_FRAMES: Final = 12
# Loggers whose sentences are written in this project or are known to hold no outside value.
_SPEAKING: Final = ("byname", "granian", "_granian")


def now() -> str:
    """This moment in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Journal:
    """Lines gathered in memory and written four times a second, so that answering a request never waits for a disk.

    Several processes may share one file: whole lines are appended at once, and whoever finds the file too long renames
    it while the others notice and open the new one.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.before_writing: list[Callable[[], None]] = []
        self._lines: deque[str] = deque()
        self._writing = threading.Lock()
        self._process = 0
        self._descriptor = -1

    def add(self, line: Mapping[str, object]) -> None:
        """One more line; written within a quarter of a second."""
        self._lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str))
        if self._process != os.getpid():
            self.start()

    def start(self) -> None:
        """The thread that writes, once in each process: a fork does not carry it along."""
        with self._writing:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        threading.Thread(target=self._keep_writing, name="journal", daemon=True).start()

    def flush(self) -> None:
        """Everything gathered so far is in the file."""
        for prepare in self.before_writing:
            prepare()
        with self._writing:
            lines: list[str] = []
            while self._lines:
                lines.append(self._lines.popleft())
            if lines:
                self._write(("\n".join(lines) + "\n").encode())

    def _keep_writing(self) -> None:
        while True:
            time.sleep(_EVERY_SECONDS)
            # A full disk must not end the thread: the lines of that moment are lost, later ones are not.
            with contextlib.suppress(OSError):
                self.flush()

    def _write(self, text: bytes) -> None:
        if self.path is None:
            os.write(2, text)
            return
        if self._descriptor >= 0 and not self._still_there(self.path):
            os.close(self._descriptor)
            self._descriptor = -1
        if self._descriptor < 0:
            self._descriptor = os.open(
                self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640
            )
        os.write(self._descriptor, text)
        if os.fstat(self._descriptor).st_size > _ROTATE_AT_BYTES:
            self._rotate(self.path)

    def _still_there(self, path: Path) -> bool:
        try:
            return os.path.samestat(path.stat(), os.fstat(self._descriptor))
        except FileNotFoundError:
            return False

    def _rotate(self, path: Path) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            if self._still_there(path):  # else another worker did it while this one waited
                for number in range(_KEPT_FILES - 1, 0, -1):
                    older = path.with_name(f"{path.name}.{number}")
                    if older.exists():
                        older.replace(path.with_name(f"{path.name}.{number + 1}"))
                path.replace(path.with_name(f"{path.name}.1"))
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)


class JournalHandler(logging.Handler):
    """Python's logging, written to the journal without the words of errors: those may repeat what somebody typed."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.INFO)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """One line for one record."""
        line: dict[str, object] = {"at": now(), "level": record.levelname.lower(), "logger": record.name}
        if known := request_id.get():
            line["request_id"] = known
        if record.name.split(".")[0] in _SPEAKING and not record.exc_info:
            line["message"] = record.getMessage()
        elif record.args and isinstance(record.msg, str):
            line["message"] = record.msg  # the pattern as it stands in the program, without its values
        else:
            line["place"] = f"{record.module}.{record.funcName}:{record.lineno}"
        if isinstance(fault := getattr(record, "fault", None), str):
            line["fault"] = fault  # the type of an error, given by whoever logs it
        if record.exc_info and record.exc_info[1] is not None:
            line |= described(record.exc_info[1])
        self._journal.add(line)


def described(fault: BaseException) -> dict[str, object]:
    """What may be written of an error: its type, its causes' types and the places it came through; no word of it."""
    causes: list[str] = []
    cause = fault.__cause__ or fault.__context__
    while cause is not None and len(causes) < _FRAMES:
        causes.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(fault.__traceback__)[-_FRAMES:]
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    said: dict[str, object] = {"error": type(fault).__qualname__, "through": places}
    return said | ({"caused_by": causes} if causes else {})


def journal_from_environment() -> Journal:
    """The journal of this process: the file BYNAME_LOG names, or the standard error for `stderr` or nothing."""
    named = os.environ.get("BYNAME_LOG", "stderr")
    return Journal(None if named in ("", "stderr") else Path(named))


def configure(journal: Journal) -> None:
    """Everything Python logs in this process, and every error nobody caught, goes to the journal."""
    root = logging.getLogger()
    root.handlers = [JournalHandler(journal)]
    root.setLevel(logging.INFO)
    # A page that is not there is no news, and Django would name it.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.getLogger("django.security").setLevel(logging.ERROR)

    def uncaught(_kind: type[BaseException], fault: BaseException, _trace: TracebackType | None) -> None:
        journal.add({"at": now(), "level": "critical", "logger": "byname", **described(fault)})
        journal.flush()

    def uncaught_in_thread(about: threading.ExceptHookArgs) -> None:
        if about.exc_value is not None:
            journal.add({"at": now(), "level": "error", "logger": "byname", **described(about.exc_value)})

    sys.excepthook = uncaught
    threading.excepthook = uncaught_in_thread


def _short(filename: str) -> str:
    for mark in ("site-packages/", "src/"):
        if mark in filename:
            return filename.rsplit(mark, 1)[1]
    return Path(filename).name
