"""What byname asks of the machine it runs on: users, processes, files others can reach, a free port."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

DATABASE_USER = "byname-pg"
PROGRAM_USER = "byname"
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_libc = ctypes.CDLL(None, use_errno=True)


class Trouble(Exception):
    """Something the operator must put right, in one sentence that says how; the command ends with a non-zero code."""


_IN_THE_WAY = Path("/usr/local/sbin/byname")
_LAUNCHER = Path(__file__).resolve().parents[3] / "byname"


def called() -> str:
    """What the operator types here: `byname` where the guide's installation put it in the way, else `./byname`."""
    try:
        return "byname" if str(_LAUNCHER) in _IN_THE_WAY.read_text(encoding="utf-8") else "./byname"
    except (OSError, ValueError):
        return "./byname"


def start() -> str:
    """How byname is started here."""
    return "systemctl start byname" if called() == "byname" else f"{called()} up"


def restart() -> str:
    """How byname is started anew here."""
    return "systemctl restart byname" if called() == "byname" else f"Ctrl-C, then {called()} up"


def unreadable(file: Path, fault: OSError) -> Trouble:
    """The sentence for a file this user may not read."""
    return Trouble(
        f"{file} cannot be read by the user {name_of(os.geteuid())} ({fault.strerror}). Nothing was changed."
    )


def disk_is_full(place: Path) -> Trouble:
    """The sentence for a full disk."""
    return Trouble(f"The disk that holds {place} is full: make room, then start again.")


def system_user(name: str) -> pwd.struct_passwd | None:
    """The unprivileged user a part of byname runs as, made when it is missing; None where byname is not run by root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(name)
    except KeyError:
        pass
    words = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        done = subprocess.run(
            [*words, "--shell", "/usr/sbin/nologin", name], capture_output=True, text=True, check=False
        )
        why = done.stderr.strip()
    except OSError as fault:
        why = str(fault)
    try:
        return pwd.getpwnam(name)
    except KeyError as fault:
        raise Trouble(
            f"The system user {name} could not be made ({why}). Make it by hand (useradd --system {name}), "
            "or start byname as an ordinary user."
        ) from fault


def dying_with_parent(how: signal.Signals) -> Callable[[], None]:
    """A preparation for a child process: no new rights ever, and signal `how` when this process ends in any way."""
    parent = os.getpid()

    def prepare() -> None:
        # After the change of user: the kernel forgets the death signal when a process changes its user.
        _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        die_with_parent(how, parent)

    return prepare


def die_with_parent(how: signal.Signals, parent: int) -> None:
    """Have the kernel send `how` to this process when its parent ends; end at once if that has happened already."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def launch(
    words: Sequence[str | Path],
    *,
    user: pwd.struct_passwd | None,
    variables: Mapping[str, str],
    ends_by: signal.Signals,
    session: bool = False,
    cwd: Path | None = None,
    output: IO[Any] | int | None = None,
) -> subprocess.Popen[bytes]:
    """A child process as `user` that cannot outlive this one. Call it from the main thread only.

    The kernel's death signal follows the *thread* that started the child, so a child of a side thread dies with that.
    With `session` a Ctrl-C at the terminal does not reach the child: it is stopped in its turn.
    """
    rights: dict[str, Any] = {}
    if user is not None:
        rights = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return subprocess.Popen(
        [str(word) for word in words],
        env=dict(variables),
        stdin=subprocess.DEVNULL if session else None,
        stdout=output,
        stderr=output,
        cwd=cwd,
        start_new_session=session,
        umask=0o027,
        preexec_fn=dying_with_parent(ends_by),
        **rights,
    )


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Being told to end, in whatever way, is a KeyboardInterrupt within the context: what was begun is taken back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {name: signal.signal(name, signal.default_int_handler) for name in ENDINGS}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def stop(child: subprocess.Popen[bytes], by: signal.Signals, *, within: float, then: signal.Signals) -> None:
    """End a child by one signal, or after `within` seconds by a harder one."""
    if child.poll() is not None:
        return
    child.send_signal(by)
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        child.send_signal(then)
        child.wait(10)


def give_way(niceness: int) -> None:
    """Have everything else that wants the processor come first: this process is so much nicer (1 to 19)."""
    os.nice(niceness)
    # Linux shares out among sessions first (sched(7), autogroup): within a session of its own nobody is given way to.
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(niceness), encoding="ascii")


def open_to_others(path: Path) -> bool:
    """Whether a user without rights of their own can get to `path` and read it."""
    real = Path(os.path.realpath(path))
    try:
        if not real.stat().st_mode & stat.S_IROTH:
            return False
        inside = (real,) if real.is_dir() else ()
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in (*inside, *real.parents))
    except OSError:
        return False


def passable(folder: Path) -> Path | None:
    """The first directory on the way to `folder` that other users may not pass through; None where they get there."""
    real = Path(os.path.realpath(folder))
    for part in (*reversed(real.parents), real):
        if part.exists() and not part.stat().st_mode & stat.S_IXOTH:
            return part
    return None


def own_directory(path: Path, user: pwd.struct_passwd | None, mode: int, group: int | None = None) -> Path:
    """The directory `path`, made where missing, with this mode and owner and nobody's link in its place."""
    path.mkdir(parents=True, exist_ok=True)
    found = os.lstat(path)
    expected = {os.geteuid(), user.pw_uid if user else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in expected:
        name = name_of(found.st_uid)
        # A system user's directory was made by root, and nobody can sign in as that user.
        name = "root" if name in (DATABASE_USER, PROGRAM_USER) else name
        raise Trouble(
            f"{path} belongs to the user {name_of(found.st_uid)}, so byname does not use it. Run byname as {name}, or "
            "choose another --home."
        )
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid if group is None else group, follow_symlinks=False)
    if os.geteuid() in (0, found.st_uid):
        path.chmod(mode)
    return path


def name_of(uid: int) -> str:
    """The login name of a user by number."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def refuse_taken_port(host: str, port: int) -> None:
    """Trouble where somebody listens on the port already, or this user may not."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            # Only against connections that are winding down; a second listener is still refused.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise Trouble(
                f"Port {port} is taken by another program. Choose another one: {called()} up --port {port + 1}"
            ) from fault
        if fault.errno in (errno.EACCES, errno.EPERM):
            raise Trouble(f"Port {port} is for the superuser only. Choose one above 1023: --port 8000") from fault
        if fault.errno == errno.EADDRNOTAVAIL:
            raise Trouble(f"This machine has no network address {host}; see BYNAME_LISTEN.") from fault
        raise


def refuse_private_python() -> None:
    """Trouble where byname runs as root and its other users could not run this Python."""
    if os.geteuid() != 0:
        return
    for needed in (Path(sys.executable), Path(os.__file__), Path(__file__)):
        if not open_to_others(needed):
            raise Trouble(
                f"The web server never runs as root, and the user {PROGRAM_USER} cannot read {needed}. Start byname "
                "from a place everybody can read, or as an ordinary user."
            )


def opened(path: Path, *, fresh: bool = False) -> IO[bytes]:
    """The file for writing at its end, never through a link somebody put in its place."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if fresh else os.O_APPEND)
    return os.fdopen(os.open(path, flags, 0o600), "ab")
