"""The launcher makes an environment that counts only when it is whole, and says plainly what it cannot do."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.config.ground import CHECKOUT, byname, needs_root


@pytest.fixture
def launcher() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("launcher", str(CHECKOUT / "byname"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


@pytest.fixture
def made(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs the launcher would run, instead of running them; `uv venv` makes an empty environment."""
    asked: list[list[str]] = []

    def pretend(words: list[object]) -> None:
        asked.append([str(word) for word in words])
        if "venv" in asked[-1]:
            env = Path(asked[-1][-1])
            (env / "bin").mkdir(parents=True)
            (env / "bin" / "python").touch()
            (env / "lib" / "python3.11" / "site-packages").mkdir(parents=True)

    monkeypatch.setattr(launcher, "run", pretend)
    monkeypatch.setattr(launcher, "installer", lambda _checkout, _home: Path("uv"))
    monkeypatch.setattr(launcher, "interpreter", lambda: sys.executable)
    return asked


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    place = tmp_path / "checkout"
    (place / "src").mkdir(parents=True)
    (place / "requirements.lock").write_text("a\n")
    (place / "requirements-test.lock").write_text("a\nb\n")
    return place


def test_help_needs_no_environment() -> None:
    for words in ([], ["--help"], ["help"]):
        done = subprocess.run([CHECKOUT / "byname", *words], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("byname: the officers of your neighbourhood, by name and face.\n")


def test_an_unknown_command_is_told() -> None:
    done = byname(["fly"])
    assert done.returncode == 2
    assert done.stderr == (
        "byname has no command 'fly'. These exist: up, bring, officer, about, invite, key, ledger, picture, backup, "
        "restore, keys, doctor, test, check, bench, shell.\n"
    )


def test_a_home_this_user_may_not_write_to_and_a_missing_command_are_told() -> None:
    done = byname(["--home", "/srv/x", "up"])
    assert (done.returncode, done.stderr) == (1, "The command comes first: ./byname up --home DIR\n")
    done = byname(["up", "--home", "/sys/nowhere"], variables={"BYNAME_ENV": ""})
    assert (done.returncode, done.stderr.count("\n")) == (1 if os.geteuid() == 0 else 2, 1)


_EVERY = (
    "up",
    "bring",
    "officer",
    "invite",
    "key",
    "ledger",
    "backup",
    "restore",
    "keys",
    "doctor",
    "shell",
    "manage",
    "test",
)


@pytest.mark.parametrize("command", _EVERY)
def test_what_can_be_no_home_is_told_in_one_sentence_and_nothing_is_left_there(home: Path, command: str) -> None:
    file = home / "a-file"
    file.touch()
    (home / "full" / "Documents").mkdir(parents=True)
    (home / "full" / ".cache").mkdir()
    for place, said in (
        (file, f"{file} is a file, and --home names a directory.\n"),
        (file / "below", f"{file} is a file, and --home names a directory.\n"),
        (
            home / "full",
            f"{home / 'full'} holds other things (Documents): name an empty directory, or a new one.\n",
        ),
    ):
        done = byname([command], home=place)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    done = byname([command, "--home="])
    assert (done.returncode, done.stderr) == (2, "--home needs a directory: ./byname up --home /srv/byname\n")
    assert sorted(path.name for path in home.rglob("*")) == [".cache", "Documents", "a-file", "full"]


@pytest.mark.parametrize(
    "words", ["officer", "invite", "key list", "ledger", "backup", "keys rotate", "keys production", "doctor"]
)
def test_a_command_of_a_home_makes_none_where_its_name_is_misspelt(home: Path, words: str) -> None:
    done = byname(words.split(), home=home / "none")
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"There is no home of byname in {home / 'none'}: name another with --home DIR; the command up makes one.\n",
    )
    assert list(home.iterdir()) == []


@needs_root
def test_a_directory_this_user_may_not_enter_or_write_to_is_told(home: Path, launcher: ModuleType) -> None:
    closed, open_ = home / "closed", home / "open"
    closed.mkdir(mode=0o700)
    open_.mkdir(mode=0o755)
    for place, said in (
        (closed, f"This user may not enter {closed}: run as its owner, or choose another place with --home DIR.\n"),
        (open_, f"This user may not write to {open_}: run as its owner, or choose another place with --home DIR.\n"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY.format(launcher=launcher.__file__, place=str(place))],
            capture_output=True,
            text=True,
            cwd="/",
        )
        assert (done.returncode, done.stderr) == (2, said)


_AS_NOBODY = """
import importlib.machinery, os, pathlib
launcher = importlib.machinery.SourceFileLoader("launcher", {launcher!r}).load_module()
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
launcher.refuse_no_home(pathlib.Path({place!r}), ["up"])
"""


def test_what_is_only_asked_takes_an_environment_that_stands_or_one_that_goes_again(
    launcher: ModuleType, made: list[list[str]], checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class _Left(Exception):
        """This process would be another one now."""

    def leave(python: Path, _words: list[str], _variables: dict[str, str]) -> None:
        asked.append(str(python))
        raise _Left

    def run(words: list[object], **_more: object) -> subprocess.CompletedProcess[str]:
        asked.append(str(words[0]))
        assert Path(str(words[0])).exists()
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(os, "execve", leave)
    monkeypatch.setattr(subprocess, "run", run)
    words = ["invite", "--help"]
    assert launcher.answered(checkout, tmp_path / "none", words, {}) == 0
    assert not Path(asked[-1]).exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkout"]
    assert not (checkout / "var").exists()
    launcher.environment(checkout, tmp_path / "home", with_tests=False)
    with pytest.raises(_Left):
        launcher.answered(checkout, tmp_path / "home", words, {})
    assert asked[-1] == str(tmp_path / "home/env/bin/python")


def test_an_environment_that_is_not_there_is_told(home: Path) -> None:
    done = byname(["up"], home=home, variables={"BYNAME_ENV": "/nowhere"})
    assert (done.returncode, done.stderr) == (
        1,
        "BYNAME_ENV names /nowhere, and there is no Python environment there. Unset it, or name one.\n",
    )


def test_the_home_is_found_in_both_ways_of_writing_it(launcher: ModuleType) -> None:
    assert launcher.named_home(["up", "--home", "/a"]) == "/a"
    assert launcher.named_home(["up", "--home=/b", "--empty"]) == "/b"
    assert launcher.named_home(["up"]) is None
    assert launcher.named_home(["up", "--home", "/a", "--home", "/c"]) == "/c"


def test_an_environment_is_made_once_and_again_only_when_the_lock_changes(
    launcher: ModuleType, made: list[list[str]], checkout: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"

    def steps(*, with_tests: bool = False) -> list[str]:
        made.clear()
        launcher.environment(checkout, home, with_tests=with_tests)
        return [f"{words[1]} {Path(words[-1]).name}" for words in made]

    assert steps() == ["venv env", "pip requirements.lock"]
    assert steps() == []
    assert steps(with_tests=True) == ["pip requirements-test.lock"]
    assert steps() == []
    assert steps(with_tests=True) == []
    (checkout / "requirements.lock").write_text("c\n")
    assert steps() == ["venv env", "pip requirements.lock"]
    assert all("--require-hashes" in words for words in made if words[1] == "pip")
    path_file = home / "env/lib/python3.11/site-packages/byname.pth"
    assert path_file.read_text() == f"{checkout / 'src'}\n"


def test_half_an_environment_never_counts(
    launcher: ModuleType, made: list[list[str]], checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    launcher.environment(checkout, home, with_tests=False)
    pretend = launcher.run

    def broken(words: list[object]) -> None:
        if "pip" in words:
            sys.exit("the line was cut")
        pretend(words)

    (checkout / "requirements.lock").write_text("c\n")
    monkeypatch.setattr(launcher, "run", broken)
    with pytest.raises(SystemExit):
        launcher.environment(checkout, home, with_tests=False)
    monkeypatch.setattr(launcher, "run", pretend)
    made.clear()
    launcher.environment(checkout, home, with_tests=False)
    assert [words[1] for words in made] == ["venv", "pip"]


def test_every_line_of_every_lock_is_hashed_and_names_no_address() -> None:
    for name in ("requirements.lock", "requirements-test.lock", "requirements-boot.lock"):
        text = (CHECKOUT / name).read_text()
        assert "://" not in text
        named = [part for part in text.replace("\\\n", " ").splitlines() if "==" in part]
        assert [line for line in named if "--hash=sha256:" not in line] == []
        assert len(named) >= 1


@needs_root
def test_a_checkout_other_users_cannot_read_is_copied_and_copied_again_when_it_changes(
    launcher: ModuleType, checkout: Path
) -> None:
    private = checkout.parent
    private.chmod(0o700)
    assert not launcher.open_to_others(checkout)
    (checkout / "var").mkdir()
    (checkout / "var" / "secret").write_text("stays")
    (checkout / "src" / "one.py").write_text("1")
    (checkout / "src" / "one.py").chmod(0o600)
    place = Path("/var/lib/byname") / hashlib.sha256(str(checkout).encode()).hexdigest()[:12]
    try:
        copy = launcher.copied(checkout)
        assert copy == place / "checkout"
        assert launcher.open_to_others(copy / "src" / "one.py")
        assert not (copy / "var").exists()
        first = copy.stat().st_ino
        assert launcher.copied(checkout).stat().st_ino == first
        (checkout / "src" / "two.py").write_text("2")
        launcher.copied(checkout)
        assert (copy / "src" / "two.py").read_text() == "2"
    finally:
        subprocess.run(["rm", "-rf", place], check=True)


@needs_root
def test_the_state_of_a_copied_checkout_stands_beside_the_copy(
    launcher: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    class _Left(Exception):
        """This process would be another one now."""

    def leave(_program: str, words: list[str]) -> None:
        asked.append(words[2:])
        raise _Left

    monkeypatch.setattr(os, "execv", leave)
    monkeypatch.setattr(launcher, "open_to_others", lambda _path: False)
    monkeypatch.setattr(launcher, "copied", lambda _checkout: Path("/var/lib/byname/0/checkout"))
    for given in (["up"], ["up", "--home", "/srv/mine"]):
        monkeypatch.setattr(sys, "argv", ["byname", *given])
        with pytest.raises(_Left):
            launcher.main()
    assert asked == [["up", "--home", "/var/lib/byname/0/var"], ["up", "--home", "/srv/mine"]]


@needs_root
def test_as_root_a_python_only_root_can_run_is_not_chosen(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(sys, "base_prefix", str(closed))
    monkeypatch.setattr(launcher, "OTHER_PYTHONS", ())
    with pytest.raises(SystemExit) as raised:
        launcher.interpreter()
    assert str(raised.value) == (
        f"The web server never runs as root, and other users cannot run the Python in {closed}. Install one for "
        "everybody (Debian, Ubuntu: sudo apt install python3), or start byname as an ordinary user."
    )
