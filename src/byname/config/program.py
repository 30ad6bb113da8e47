"""byname's own processes: the directories, the environment and the user they run with."""

from __future__ import annotations

import compileall
import contextlib
import csv
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from byname.config import machine, secrets
from byname.config.database import Addresses
from byname.config.machine import Trouble

CHECKOUT = Path(__file__).resolve().parents[3]
_UNATTENDED = {"bring", "invite", "key", "officer"}
_FOR_THE_OWNER = {"migrate", "makemigrations", "showmigrations", "sqlmigrate"}


def prepare(home: Path) -> None:
    """The directories of the home exist, and belong to the user that writes there."""
    user = machine.system_user(machine.PROGRAM_USER)
    _make(home)
    for name, mode in (("log", 0o750), ("static", 0o755), ("ledger", 0o750), ("letters", 0o750)):
        machine.own_directory(home / name, user, mode)
    if user is not None:
        machine.refuse_private_python()
        # Its user may not write beside the source, and would compile everything again at each start.
        compileall.compile_dir(CHECKOUT / "src", quiet=2, workers=1)


def variables(
    home: Path, addresses: Addresses, *, owner: bool = False, environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment of a process of byname. Only what migrates is told how the owner of the tables signs in."""
    passed = {name: value for name, value in environment.items() if not name.startswith(("PG", "DATABASE_"))}
    kept = secrets.kept_in(home, environment)
    return (
        passed
        | {name: kept[name] for name in secrets.FOR_THE_PROGRAM}
        | {"DJANGO_SETTINGS_MODULE": "byname.config.settings", "BYNAME_HOME": str(home), "HOME": str(home)}
        | {"DATABASE_URL": addresses.app}
        | ({"DATABASE_OWNER_URL": addresses.owner} if owner else {})
    )


def _make(home: Path) -> None:
    """The home exists; as root, nothing is left behind in a place its other users could not enter."""
    if os.geteuid() == 0 and (closed := machine.passable(home)):
        raise Trouble(
            f"The web server and PostgreSQL never run as root, and other users may not enter {closed}. Choose a --home "
            "elsewhere, such as /srv/byname."
        )
    home.mkdir(parents=True, exist_ok=True)


def turn_of(what: str, process: int) -> str:
    """What the file of a home's turn says of who has it."""
    return f"./byname {what} (process {process})"


@contextlib.contextmanager
def alone(home: Path, what: str) -> Iterator[None]:
    """The turn to run or replace everything in a home; Trouble, before anything is touched, where another has it."""
    _make(home)
    with machine.opened(home / "in-use") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            told = (home / "in-use").read_text(errors="replace").strip() or "another command"
            raise Trouble(f"{told} runs on {home} already: stop it first, or choose another --home.") from fault
        turn.truncate(0)
        turn.write(turn_of(what, os.getpid()).encode())
        turn.flush()
        yield


def begin(
    home: Path, addresses: Addresses, words: Sequence[str], *, output: int | None = None, attended: bool = False
) -> subprocess.Popen[bytes]:
    """One of Django's commands, started, never as root. What it says goes to `output`.

    One that is `attended` hears the keyboard, Ctrl-C too; any other is ended by this process.
    """
    user = machine.system_user(machine.PROGRAM_USER)
    return machine.launch(
        [sys.executable, "-m", "byname.config.manage", *words],
        user=user,
        variables=variables(home, addresses, owner=words[0] in _FOR_THE_OWNER),
        ends_by=signal.SIGTERM,
        session=not attended,
        cwd=Path("/") if user is not None else None,
        output=output,
    )


def manage(home: Path, addresses: Addresses, words: Sequence[str], *, output: int | None = None) -> int:
    """Run one of Django's commands to its end; its exit code. A Ctrl-C ends it and goes on as KeyboardInterrupt."""
    attended = output is None and words[0] not in _UNATTENDED
    with readable(words, home) as found:
        child = begin(home, addresses, found, output=output, attended=attended)
        # What is attended hears a Ctrl-C itself, and a Python prompt goes on after it: this process waits for the end.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN) if attended else None
        try:
            return child.wait()
        finally:
            if attended:
                signal.signal(signal.SIGINT, before)
            machine.stop(child, signal.SIGTERM, within=10, then=signal.SIGKILL)


@contextlib.contextmanager
def readable(words: Sequence[str], home: Path) -> Iterator[list[str]]:
    """The words with each file's full path; as root, a private copy of a file the unprivileged user could not open."""
    user = machine.system_user(machine.PROGRAM_USER)
    if user is None or words[0] != "bring":
        yield list(words)
        return
    with tempfile.TemporaryDirectory(dir=home, prefix="incoming-") as folder:
        found = list(words[:2])
        for number, word in enumerate(words[2:]):
            option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
            path = Path(value).absolute()
            if not value or not path.exists():
                found.append(word)
                continue
            beside = _named_beside(path) if words[1] == "officers" and path.is_file() else []
            if not all(machine.open_to_others(needed) for needed in (path, *beside)):
                copy = Path(folder, str(number), path.name)
                copy.parent.mkdir()
                if path.is_dir():
                    shutil.copytree(path, copy)
                else:
                    shutil.copy2(path, copy)
                for photo in beside:
                    place = copy.parent / photo.relative_to(path.parent)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(photo, place)
                path = copy
            found.append(f"{option}{equals}{path}")
        for folder_path, _folders, files in os.walk(folder):
            for name in (".", *files):
                os.chown(Path(folder_path, name), user.pw_uid, user.pw_gid)
        yield found


def _named_beside(register: Path) -> list[Path]:
    """The files a register of officers names in any cell: its photos, which stand beside it or below."""
    raw = register.read_bytes()
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = raw.decode(encoding, errors="replace").splitlines()
    folder, found = register.parent.resolve(), set[Path]()
    for delimiter in ",;\t":
        with contextlib.suppress(csv.Error):  # the command itself says what is wrong with the file
            for cell in {cell.strip() for row in csv.reader(lines, delimiter=delimiter) for cell in row}:
                photo = register.parent / cell
                with contextlib.suppress(OSError, ValueError):  # a cell that is no path
                    if cell and ".." not in photo.parts and photo.is_file() and photo.resolve().is_relative_to(folder):
                        found.add(photo)
    return sorted(found - {register})
