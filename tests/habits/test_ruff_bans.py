"""ruff's bans hold where they should, are lifted only where they may be, and each says what to do instead."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.habits.checkout import ROOT, copy_of_the_source, plant

CLOCK = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "django.utils.timezone.now",
    "django.utils.timezone.localdate",
}
SPEAKING_HTTP = {"django.http", "django.shortcuts"}

PLANTED = """

import datetime
import time

import allauth.account.signals
import allauth.mfa.signals
import allauth.socialaccount.signals
import django.contrib.auth.signals
import django.contrib.contenttypes.fields
import django.core.signals
import django.db.models.signals
import django.dispatch
import django.forms
import django.forms.models
import django.http
import django.shortcuts
import django.test.signals
import django.utils.timezone

PLANTED = [
    datetime.datetime.now,
    datetime.datetime.today,
    datetime.datetime.utcnow,
    datetime.date.today,
    time.time,
    time.time_ns,
    django.utils.timezone.now,
    django.utils.timezone.localdate,
    django.http.HttpResponse,
    django.shortcuts.render,
    django.forms.ModelForm,
    django.forms.models.ModelForm,
    django.forms.modelform_factory,
]


def planted(answer):
    import json
    print(json)
    assert answer
"""


def bans(settings: Path) -> dict[str, str]:
    """Each banned name of one ruff settings file with what it tells the author."""
    read: dict[str, Any] = tomllib.loads(settings.read_text(encoding="utf-8"))
    lint = read["tool"]["ruff"]["lint"] if settings.name == "pyproject.toml" else read["lint"]
    return {name: ban["msg"] for name, ban in lint["flake8-tidy-imports"]["banned-api"].items()}


def ruff(root: Path, path: str) -> set[str]:
    """What ruff finds in one file: codes, and for a ban the banned name."""
    command = [str(Path(sys.executable).parent / "ruff"), "check", "--no-cache", "--output-format", "json", path]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    found = json.loads(answer.stdout)
    return {finding["message"].split("`")[1] if finding["code"] == "TID251" else finding["code"] for finding in found}


def test_the_doors_lift_the_bans_on_the_clock_and_on_http_and_no_other() -> None:
    below = bans(ROOT / "pyproject.toml")
    doors = bans(ROOT / "src/byname/interfaces/ruff.toml")
    assert doors == {name: says for name, says in below.items() if name not in CLOCK | SPEAKING_HTTP}


def test_configuration_lives_under_the_bans_of_the_doors() -> None:
    settings = tomllib.loads((ROOT / "src/byname/config/ruff.toml").read_text(encoding="utf-8"))
    assert settings == {"extend": "../interfaces/ruff.toml"}


@pytest.mark.slow
def test_every_ban_is_seen_below_the_doors(tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    plant(copy, "src/byname/people/planted.py", PLANTED)
    found = ruff(copy, "src/byname/people/planted.py")
    assert set(bans(ROOT / "pyproject.toml")) | {"PLC0415", "T201", "S101"} <= found


@pytest.mark.slow
@pytest.mark.parametrize("place", ["interfaces/public", "interfaces/jobs/demo", "config"])
def test_a_door_may_read_the_clock_and_speak_http_and_nothing_else(place: str, tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    plant(copy, f"src/byname/{place}/planted.py", PLANTED)
    found = ruff(copy, f"src/byname/{place}/planted.py")
    assert found & (CLOCK | SPEAKING_HTTP) == set()
    assert set(bans(ROOT / "src/byname/interfaces/ruff.toml")) | {"PLC0415", "T201", "S101"} <= found
