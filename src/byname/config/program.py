"""byname's own processes: the directories, the environment and the user they run with."""

from __future__ import annotations

import compileall
import contextlib
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

CHECKOUT = Path(__file__).resolve().parents[3]
_FOR_THE_OWNER = {"migrate", "makemigrations", "showmigrations", "sqlmigrate"}


def prepare(home: Path) -> None:
    """The directories of the home exist, and belong to the user that writes there."""
    user = machine.system_user(machine.PROGRAM_USER)
    home.mkdir(parents=True, exist_ok=True)
    for name, mode in (("log", 0o750), ("static", 0o755), ("metrics", 0o750)):
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


def begin(
    home: Path, addresses: Addresses, words: Sequence[str], *, output: int | None = None
) -> subprocess.Popen[bytes]:
    """One of Django's commands, started, never as root. What it says goes to `output`."""
    user = machine.system_user(machine.PROGRAM_USER)
    return machine.launch(
        [sys.executable, "-m", "byname.config.manage", *words],
        user=user,
        variables=variables(home, addresses, owner=words[0] in _FOR_THE_OWNER),
        ends_by=signal.SIGTERM,
        cwd=Path("/") if user is not None else None,
        output=output,
    )


def manage(home: Path, addresses: Addresses, words: Sequence[str], *, output: int | None = None) -> int:
    """Run one of Django's commands to its end; its exit code."""
    with _readable(words, home) as readable:
        child = begin(home, addresses, readable, output=output)
        # A Ctrl-C at the terminal reaches the child too: it ends, and this process waits for that.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return child.wait()
        finally:
            signal.signal(signal.SIGINT, before)
            machine.stop(child, signal.SIGTERM, within=10, then=signal.SIGKILL)


@contextlib.contextmanager
def _readable(words: Sequence[str], home: Path) -> Iterator[list[str]]:
    """The words with each file's full path; as root, a private copy of a file the unprivileged user could not open."""
    user = machine.system_user(machine.PROGRAM_USER)
    if user is None or words[0] != "bring":
        yield list(words)
        return
    with tempfile.TemporaryDirectory(dir=home, prefix="incoming-") as folder:
        readable = list(words[:2])
        for number, word in enumerate(words[2:]):
            option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
            path = Path(value).absolute()
            if not value or not path.exists():
                readable.append(word)
                continue
            if not machine.open_to_others(path):
                copy = Path(folder, str(number), path.name)
                copy.parent.mkdir()
                if path.is_dir():
                    shutil.copytree(path, copy)
                else:
                    shutil.copy2(path, copy)
                path = copy
            readable.append(f"{option}{equals}{path}")
        for folder_path, _folders, files in os.walk(folder):
            for name in (".", *files):
                os.chown(Path(folder_path, name), user.pw_uid, user.pw_gid)
        yield readable
