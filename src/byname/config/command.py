"""The commands of `./byname`, after the launcher has made the environment."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from byname.config import (
    backup,
    database,
    doctor,
    environment,
    machine,
    program,
    proving,
    restore,
    rights,
    rotation,
    settling,
    up,
)

# The options of `bring` that a word follows which is no file.
_VALUED_BY_BRING = ("--edition", "--valid-from")
_CONTINUE = {name: name for name in ("about", "bring", "invite", "key", "ledger", "officer", "picture", "shell")}


def main(words: list[str]) -> int:
    """Run one command line; what the operator must put right is one sentence and exit code 1."""
    try:
        return _run(words)
    except machine.Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
    except KeyboardInterrupt:
        return 130
    except ImproperlyConfigured as wrong:
        sys.stderr.write(f"{wrong}\n")
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.stderr.write(f"{machine.disk_is_full(Path(fault.filename or '.'))}\n")
        elif fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and fault.filename:
            sys.stderr.write(
                f"This user may not write to {fault.filename} ({fault.strerror}): run as its owner, or choose another "
                "--home.\n"
            )
        else:
            raise
    return 1


def _run(words: list[str]) -> int:
    command, given = words[0], words[1:]
    home = Path(os.environ.get("BYNAME_HOME") or program.CHECKOUT / "var")
    if command in _SAID_HERE and {"-h", "--help"} & set(given):
        sys.stdout.write(_SAID_HERE[command])
        return 0
    if command in ("test", "check"):
        return _with_home(given, home, proving.test if command == "test" else proving.check)
    if command == "bench":
        return _with_home(given, home, _bench)
    if command in _CONTINUE or command == "manage":
        before = [_CONTINUE[command]] if command in _CONTINUE else []
        return _with_home(given, home, lambda place, rest: _manage(place, before + rest))
    parser = argparse.ArgumentParser(
        prog=f"{machine.called()} {command}", description=_ABOUT[command], allow_abbrev=False
    )
    parser.add_argument("--home", type=Path, default=home, metavar="DIR", help="where everything is kept")
    if command == "up":
        parser.add_argument("--port", type=_port, default=8000, metavar="N", help="the port to listen on")
        parser.add_argument("--empty", action="store_true", help="without the demo city")
        chosen = parser.parse_args(given)
        return up.up(chosen.home.resolve(), chosen.port, empty=chosen.empty)
    if command == "backup":
        parser.add_argument("file", type=Path, nargs="?", help="the file, or the directory for one named by its day")
        parser.add_argument("--to", default="", metavar="KEY", help="encrypt it to this public key (age1…)")
        parser.add_argument("--keep", type=_count, default=0, metavar="N", help="remove all but the newest N there")
        chosen = parser.parse_args(given)
        return backup.back_up(chosen.home.resolve(), chosen.file, to=chosen.to, keep=chosen.keep)
    if command == "keys":
        parser.add_argument("act", choices=("rotate", "production", "backup"), help="what to do")
        parser.add_argument("--finish", action="store_true", help="rotate: take the old key away")
        chosen = parser.parse_args(given)
        acts = {"rotate": rotation.finish if chosen.finish else rotation.rotate, "production": rotation.production}
        return acts[chosen.act](chosen.home.resolve()) if chosen.act in acts else rotation.backup_pair()
    if command == "doctor":
        parser.add_argument("--json", action="store_true", help="for a program that watches")
        chosen = parser.parse_args(given)
        return doctor.doctor(chosen.home.resolve(), as_json=chosen.json)
    return _restore(parser, given)


def _restore(parser: argparse.ArgumentParser, given: list[str]) -> int:
    parser.add_argument("file", type=Path, help="a file that the command backup wrote")
    parser.add_argument("--replace", action="store_true", help="put it in the place of what is there now")
    parser.add_argument("--identity", type=Path, metavar="KEYFILE", help="the key that opens an encrypted one")
    parser.add_argument("--taken-back", type=Path, metavar="FILE", help="taken-back.jsonl of the machine that was lost")
    parser.add_argument("--send-letters", action="store_true", help="letters that waited then are sent, not held")
    parser.add_argument("--other-keys", action="store_true", help="even if what is encrypted cannot be read here")
    chosen = parser.parse_args(given)
    return restore.restore(
        chosen.home.resolve(),
        chosen.file,
        replace=chosen.replace,
        other_keys=chosen.other_keys,
        identity=chosen.identity,
        taken_back=chosen.taken_back,
        send_letters=chosen.send_letters,
    )


_SAID_HERE = {
    "test": "usage: ./byname test [--home DIR] [words for pytest]\n\nRun the tests.\n",
    "check": "usage: ./byname check [--home DIR] [words for pytest]\n\nLint, types, contracts, migrations, tests.\n",
    "bench": "usage: ./byname bench [words]\n\nMeasure the speed, in a home made for it; the report goes to docs.\n",
}
_ABOUT = {
    "up": "Start the database, the web server and the background work; Ctrl-C stops them.",
    "backup": "Write everything the database holds into one file.",
    "restore": "Bring back what a backup holds; whoever was hidden or withdrew a photo since stays so.",
    "keys": "rotate: exchange the data key. production: real secrets after a demo. backup: a pair for backups.",
    "doctor": "Say in plain words what is wrong with this installation; exit code 1 where something is.",
}


def _with_home(given: list[str], home: Path, do: Callable[[Path, list[str]], int]) -> int:
    """Take --home out of the words; the others are for the command behind."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--home", type=Path, default=home)
    chosen, rest = parser.parse_known_args(given)
    return do(chosen.home.resolve(), rest)


def _manage(home: Path, words: list[str]) -> int:
    if not words:
        raise machine.Trouble(f"Say which of Django's commands to run: {machine.called()} manage showmigrations")
    if {"-h", "--help"} & set(words[1:]) or (words[0] == "bring" and "--template" in words):
        return _explain(words)
    if words[0] == "bring":
        _refuse_missing(words)
    environment.refuse_wrong()
    program.prepare(home)
    with database.served(home) as served:
        addresses = served.addresses
        if words[0] in ("migrate", "makemigrations"):
            settling.refuse_open(addresses)
        else:
            up.bring_up_to_date(home, addresses, empty=True, serving=False)
        code = program.manage(home, addresses, words)
        if words[0] == "migrate" and code == 0:
            rights.grant(addresses)
        return code


def _refuse_missing(words: list[str]) -> None:
    """Nothing, or Trouble where the file to bring is not there: no home is made, nor a database started, for that."""
    rest = iter(words[2:])
    for word in rest:
        if word in _VALUED_BY_BRING:
            next(rest, None)
        elif not word.startswith("-") and not Path(word).exists():
            raise machine.Trouble(f"Not brought in. There is no file {word}.")


def _explain(words: list[str]) -> int:
    """The help of one of Django's commands, or a file to start from: that needs no database and leaves no home."""
    if words[0] == "shell":
        sys.stdout.write("usage: ./byname shell [--home DIR] [-c CODE]\n\nA Python prompt inside byname.\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="byname-help-") as folder:
        nobodys = "postgresql://nobody@localhost/none"
        return program.manage(Path(folder), database.Addresses(nobodys, nobodys), words)


def _bench(_home: Path, words: list[str]) -> int:
    """Measure in a home that is made for it and goes again, never on anybody's data; a whole run leaves its report."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="byname-bench-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        written = place / "log" / "benchmarks.md"  # where the unprivileged user who measures may write
        code = _manage(place, ["bench", *words, "--write", str(written)])
        if written.exists():
            kept = program.CHECKOUT / "docs" / "benchmarks.md"
            kept.write_bytes(written.read_bytes())
            sys.stdout.write(f"The report is in {kept}.\n")
    return code


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("how many are kept is a whole number from 1")
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
