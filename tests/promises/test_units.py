"""What stands in deploy/ is what systemd, nginx and the guide can use."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.habits.checkout import ROOT

DEPLOY = ROOT / "deploy"
GUIDE = ROOT / "docs/guides/operate.md"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they are installed, with programs that exist here in the place of byname's."""
    for path in UNITS:
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    return tmp_path


def test_systemd_can_use_every_unit(installed: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing on this machine (apt install systemd)")
    files = [str(installed / path.name.replace("@.", "@byname-backup.")) for path in UNITS]
    for path in UNITS:
        if "@." in path.name:
            shutil.copy(installed / path.name, installed / path.name.replace("@.", "@byname-backup."))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_unit_that_is_wrong_is_seen(installed: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing on this machine (apt install systemd)")
    unit = installed / "byname.service"
    unit.write_text(unit.read_text().replace("KillMode=mixed", "KillMode=gently"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True)
    assert "gently" in done.stderr


def test_every_unit_runs_a_command_byname_has_as_its_own_user() -> None:
    commands = re.findall(r'"([a-z]+)"', (ROOT / "byname").read_text().split("COMMANDS = (")[1].split(")")[0])
    for path in UNITS:
        lines = dict(line.split("=", 1) for line in path.read_text().splitlines() if line.startswith(("User", "Exec")))
        if path.name.startswith("byname-tell"):
            assert (ROOT / lines["ExecStart"].split()[0].removeprefix("/opt/byname/")).stat().st_mode & 0o111
        elif path.suffix == ".service":
            assert lines["User"] == "byname"
            assert lines["ExecStart"].split()[0] == "/opt/byname/byname"
            assert lines["ExecStart"].split()[1] in commands
            assert "--home /srv/byname" in lines["ExecStart"]


def test_what_failed_is_told_and_each_timer_has_its_unit() -> None:
    for path in DEPLOY.glob("*.timer"):
        assert path.with_suffix(".service").exists()
        assert "OnFailure=byname-tell@%n.service" in path.with_suffix(".service").read_text()


@pytest.mark.parametrize("proxy", ["nginx.conf", "Caddyfile"])
def test_no_proxy_writes_down_who_asked_for_what(proxy: str) -> None:
    text = (DEPLOY / proxy).read_text()
    assert text.count("access_log off;") == text.count("server {")
    assert re.search(r"^\s*log\b", text, re.MULTILINE) is None
    assert "8000" in text
    assert re.search(r"\b26 ?m", text, re.IGNORECASE), "four photos with a concern get through"


def test_nginx_writes_no_photo_to_a_disk_on_its_way() -> None:
    assert "proxy_request_buffering off;" in (DEPLOY / "nginx.conf").read_text()


def test_nginx_believes_no_caller_about_who_they_are() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert "$proxy_add_x_forwarded_for" not in text


def test_the_settings_file_names_only_what_is_read_and_holds_no_secret() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "src/byname/config").glob("*.py"))
    for line in (DEPLOY / "byname.env").read_text().splitlines():
        name, equals, _ = line.lstrip("#").partition("=")
        if equals and name.isupper():
            assert f'"{name}"' in code, name
            assert "SECRET" not in name


def test_the_guide_is_typed_by_the_rehearsal_word_for_word() -> None:
    """Every marked block of the guide is one the rehearsal types, and the other way round."""
    marked = set(re.findall(r"^```sh ([a-z-]+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    rehearsal = (ROOT / "tools/rehearse-installation").read_text(encoding="utf-8")
    typed = set(re.findall(r'self\.type\("([a-z-]+)"', rehearsal))
    typed |= set(re.findall(r'"([a-z-]+)"', rehearsal.split("for name in (")[1].split(")")[0]))
    assert marked - {"settings"} == typed
