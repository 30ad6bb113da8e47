"""`./byname test` and `./byname check`: everything that must hold before a change is shared."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from byname.config import machine, program, secrets
from byname.config.database import Addresses, Embedded, refuse_older_server
from byname.config.up import say

_BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


def test(home: Path, words: Sequence[str]) -> int:
    """Run the tests; more words go to pytest."""
    _find_browser()
    with _test_environment(home) as variables:
        return _run(_pytest(words), variables)


def check(home: Path, words: Sequence[str]) -> int:
    """Run every check to its end, also after one failed, and say which failed."""
    _find_browser()
    bin_ = Path(sys.executable).parent
    failed: list[str] = []
    with _test_environment(home) as variables:
        steps: dict[str, list[str | Path]] = {
            "lint (ruff)": [bin_ / "ruff", "check"],
            "layout (ruff format)": [bin_ / "ruff", "format", "--check"],
            "types (mypy)": [bin_ / "mypy"],
            "contracts (import-linter)": [bin_ / "lint-imports"],
            "migrations": [
                sys.executable,
                "-m",
                "byname.config.manage",
                "makemigrations",
                "--check",
                "--dry-run",
                "byname",
            ],
            "tests and documents (pytest)": _pytest(words),
        }
        for name, step in steps.items():
            say(f"── {name}")
            began = time.monotonic()
            if code := _run(step, variables):
                failed.append(name)
            say(f"── {name}: {f'FAILED ({code})' if code else 'ok'} in {time.monotonic() - began:.0f} s")
    say(f"Failed: {', '.join(failed)}." if failed else "Everything holds.")
    return 1 if failed else 0


def _pytest(words: Sequence[str]) -> list[str | Path]:
    """The tests named, in one process; all of them, file by file, in as many as there are processors up to four."""
    everything = not any(word.startswith("-n") or Path(word.split("::")[0]).exists() for word in words)
    side_by_side = ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile"] if everything else []
    return [sys.executable, "-m", "pytest", *side_by_side, *words]


@contextlib.contextmanager
def _test_environment(home: Path) -> Iterator[dict[str, str]]:
    """The environment of the tests: a PostgreSQL of their own, or the one BYNAME_TEST_DATABASE_URL names."""
    place = home / "test"
    place.mkdir(parents=True, exist_ok=True)
    named = os.environ.get("BYNAME_TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")
    with contextlib.ExitStack() as stack:
        if named:
            refuse_older_server(named)
            addresses = Addresses(app=named, owner=named)
        else:
            embedded = Embedded(place, for_tests=True)
            addresses = embedded.start()
            stack.callback(embedded.stop)
        kept = secrets.kept_in(place)
        variables = {**os.environ, **{name: kept[name] for name in secrets.FOR_THE_PROGRAM}}
        variables |= {
            "DJANGO_SETTINGS_MODULE": "byname.config.settings",
            "BYNAME_HOME": str(place),
            "DATABASE_URL": addresses.owner,
            "DATABASE_OWNER_URL": addresses.owner,
            "BYNAME_TEST_DATABASE_URL": addresses.owner,
            "PYTHONPATH": str(program.CHECKOUT / "src"),
        }
        yield variables


def _find_browser() -> None:
    """Chromium from the distribution where it is missing and this user may install it; else the command to run."""
    if any(map(os.path.exists, _BROWSERS)) or shutil.which("chromium"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium for the browser tests …")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium"]):
            if _run(["apt-get", *words], quiet, cwd=Path("/")):
                break
    if not any(map(os.path.exists, _BROWSERS)) and not shutil.which("chromium"):
        raise machine.Trouble("The browser tests need Chromium. Install it with: sudo apt-get install chromium")


def _run(words: Sequence[str | Path], variables: Mapping[str, str], cwd: Path = program.CHECKOUT) -> int:
    return subprocess.run([str(word) for word in words], env=dict(variables), cwd=cwd, check=False).returncode
