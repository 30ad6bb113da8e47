"""The file a backup is: a tar of parts written and read as a stream, encrypted to a public key where one is named.

backup ──▶ tar.gz ──▶ age, in a thread ──▶ FILE        the manifest stands last: it knows what came before it
FILE ──▶ age, in a thread ──▶ tar.gz ──▶ restore       nothing is ever on a disk in the clear, and nothing large
                                                       in memory
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import tarfile
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import pyrage

from byname.config import machine
from byname.config.machine import Trouble

PART_BYTES: Final = 8 * 1024 * 1024
_AGE: Final = b"age-encryption.org/"


def new_keys() -> tuple[str, str]:
    """A new pair: the identity that opens backups, and the public key they are encrypted to."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient(text: str) -> pyrage.x25519.Recipient:
    """The public key a backup is encrypted to; Trouble where it is none."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as fault:
        raise Trouble(
            f"That is no public key for backups: it begins with age1. {machine.called()} keys backup makes a pair."
        ) from fault


def identities(file: Path) -> list[pyrage.x25519.Identity]:
    """The identities a key file holds, one a line; Trouble where there is none."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as fault:
        raise machine.unreadable(file, fault) from fault
    try:
        found = [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.strip() and line[0] != "#"]
    except pyrage.IdentityError as fault:
        raise Trouble(f"{file} is no key file for backups: its key begins with AGE-SECRET-KEY-1.") from fault
    if not found:
        raise Trouble(f"{file} holds no key.")
    return found


def is_encrypted(file: Path) -> bool:
    """Whether a file is encrypted; Trouble where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(_AGE)) == _AGE
    except FileNotFoundError as fault:
        raise Trouble(f"There is no file {file}.") from fault
    except OSError as fault:
        raise machine.unreadable(file, fault) from fault


class Packer:
    """What is written into an archive, part by part."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, content: bytes) -> None:
        """One part with nobody's name on it."""
        about = tarfile.TarInfo(name)
        about.size, about.mode = len(content), 0o600
        about.mtime = int(datetime.now(UTC).timestamp())
        self._tar.addfile(about, io.BytesIO(content))


@contextlib.contextmanager
def written(file: Path, to: pyrage.x25519.Recipient | None) -> Iterator[Packer]:
    """A packer whose archive stands at `file` once it is whole, for its owner only; nothing is left where it fails."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(fresh, flags, 0o600), "wb") as opened:
            with (
                _encrypting(opened, to) as sink,
                gzip.GzipFile("", "wb", compresslevel=1, fileobj=sink) as packed,
                tarfile.open(fileobj=packed, mode="w|") as tar,
            ):
                yield Packer(tar)
            opened.flush()
            os.fsync(opened.fileno())
        os.link(fresh, file)  # never over a file that appeared meanwhile
    except FileExistsError as fault:
        raise Trouble(f"{file} exists already: name another file.") from fault
    finally:
        fresh.unlink(missing_ok=True)


@contextlib.contextmanager
def parts(file: Path, keys: list[pyrage.x25519.Identity]) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The parts of an archive in their order; Trouble where it is damaged, or encrypted to another key."""
    broken = Trouble(f"{file} is not a whole backup of byname: nothing was changed.")
    with contextlib.ExitStack() as stack:
        encrypted = is_encrypted(file)
        source = stack.enter_context(file.open("rb"))
        opened: IO[bytes] = source
        failed: list[BaseException] = []
        if encrypted:
            opened = stack.enter_context(_decrypting(source, keys, failed))
        try:
            packed = stack.enter_context(gzip.GzipFile(fileobj=opened))
            tar = stack.enter_context(tarfile.open(fileobj=packed, mode="r|"))
            yield _each(tar)
            if failed:
                raise failed[0]
        except (tarfile.TarError, EOFError, OSError, zlib.error, pyrage.DecryptError) as fault:
            cause = failed[0] if failed else fault
            if isinstance(cause, pyrage.DecryptError) and "matching" in str(cause).lower():
                raise Trouble(f"{file} is encrypted to another key than the one given: nothing was changed.") from fault
            raise broken from fault


def _each(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for about in tar:
        if about.isfile() and (opened := tar.extractfile(about)) is not None:
            yield about.name, opened


class _Sink:
    """The end of a pipe of ours: it keeps the operating system's own word for what went wrong."""

    def __init__(self, opened: IO[bytes], failed: list[BaseException]) -> None:
        self._opened, self._failed = opened, failed

    def write(self, content: bytes) -> int:
        try:
            return self._opened.write(content)
        except BaseException as fault:
            self._failed.append(fault)
            raise

    def flush(self) -> None:
        self._opened.flush()


@contextlib.contextmanager
def _encrypting(opened: IO[bytes], to: pyrage.x25519.Recipient | None) -> Iterator[Any]:
    if to is None:
        yield opened
        return
    failed: list[BaseException] = []
    inward, outward = os.pipe()
    reading, writing = os.fdopen(inward, "rb"), os.fdopen(outward, "wb")

    def work() -> None:
        try:
            pyrage.encrypt_io(reading, _Sink(opened, failed), [to])
        except BaseException as fault:  # noqa: BLE001  # said by the thread that waits
            failed.append(fault)
        finally:
            reading.close()  # whoever still writes hears of it

    thread = threading.Thread(target=work, name="encrypting", daemon=True)
    thread.start()
    try:
        yield writing
    except BrokenPipeError as fault:
        thread.join()
        raise (failed[0] if failed else fault) from fault
    finally:
        with contextlib.suppress(BrokenPipeError):
            writing.close()
        thread.join()
    if failed:
        raise failed[0]


@contextlib.contextmanager
def _decrypting(
    source: IO[bytes], keys: list[pyrage.x25519.Identity], failed: list[BaseException]
) -> Iterator[IO[bytes]]:
    if not keys:
        raise Trouble(
            "This backup is encrypted: name the file that holds its key, "
            f"{machine.called()} restore FILE --identity KEYFILE"
        )
    inward, outward = os.pipe()
    reading, writing = os.fdopen(inward, "rb"), os.fdopen(outward, "wb")

    def work() -> None:
        try:
            pyrage.decrypt_io(source, writing, keys)
        except BaseException as fault:  # noqa: BLE001  # said by the thread that waits
            failed.append(fault)
        finally:
            with contextlib.suppress(BrokenPipeError):
                writing.close()

    thread = threading.Thread(target=work, name="decrypting", daemon=True)
    thread.start()
    try:
        yield reading
    finally:
        reading.close()
        thread.join()
