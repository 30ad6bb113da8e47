"""A wrong value in the environment is one sentence at the start, and never a fault in front of a resident."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from byname.config import command, environment, up
from tests.config.ground import free_port

_WRONG = [
    ("BYNAME_LISTEN", "nonsense", "is 'nonsense', which is no network address; it looks like 127.0.0.1 or 0.0.0.0."),
    ("BYNAME_WORKERS", "abc", "is 'abc'; it is a whole number from 1 to 64."),
    ("BYNAME_WORKERS", "0", "is '0'; it is a whole number from 1 to 64."),
    ("BYNAME_BODY_CAP", "1MB", "is '1MB'; it is a number of bytes, such as 1048576."),
    (
        "BYNAME_TRUSTED_PROXIES",
        "10.0.0.0/8, proxy.local",
        "holds 'proxy.local', which is no network; it looks like 10.0.0.0/8, with commas.",
    ),
    (
        "BYNAME_PUBLIC_URL",
        "officers.example.org",
        "is 'officers.example.org', which is no whole address; it looks like https://officers.example.org.",
    ),
    ("BYNAME_TIME_ZONE", "Mars/North", "is 'Mars/North', which is no time zone; it looks like America/Toronto."),
    ("BYNAME_NAME_SHOWN", "half", "is one of full, initial, family."),
    ("BYNAME_SECRET_KEY", "x" * 31, "is too short: put 50 random characters, and never fewer than 32."),
    ("BYNAME_HOSTS", "localhost, *", "holds '*', which is every name: list the names callers use."),
    (
        "BYNAME_PUBLIC_URL",
        "https://officers.example.org/byname",
        (
            "is 'https://officers.example.org/byname', which is no whole address; it looks like "
            "https://officers.example.org."
        ),
    ),
    (
        "BYNAME_BACKUP_KEY",
        "foo",
        "is no public key for backups: it begins with age1. ./byname keys backup makes a pair.",
    ),
    ("BYNAME_LOG", "foo", "is 'foo'; it is stderr, or the full path of a file."),
    ("BYNAME_TRUSTED_PROXIES", "0.0.0.0/0", "holds '0.0.0.0/0', which is everybody: name the proxy's own address."),
    ("BYNAME_BODY_CAP", "10", "is '10'; forms need 65536 bytes or more."),
]
_KEY = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="


@pytest.mark.parametrize(("name", "value", "told"), _WRONG)
def test_a_wrong_value_stops_the_start_with_its_name_and_leaves_nothing_behind(
    name: str,
    value: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    home = tmp_path / "home"
    assert command.main(["up", "--home", str(home), "--port", str(free_port())]) == 1
    assert capsys.readouterr().err == f"{name} {told}\n"
    assert not home.exists()


def test_a_key_that_is_none_is_told_by_its_place_and_never_shown() -> None:
    with pytest.raises(ImproperlyConfigured) as raised:
        environment.refuse_wrong({"BYNAME_DATA_KEYS": f"{_KEY},notakey"})
    assert str(raised.value) == (
        "BYNAME_DATA_KEYS: key 2 of 2 is no Fernet key (44 characters that stand for 32 bytes). It stands in the "
        "environment or in secrets.env."
    )


def test_an_unknown_geocoder_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYNAME_GEOCODER", "google")
    with pytest.raises(ImproperlyConfigured, match=r"^BYNAME_GEOCODER is "):
        up.up(tmp_path / "home", free_port(), empty=True)
    assert not (tmp_path / "home").exists()


def test_a_variable_nothing_reads_is_told_and_every_one_in_the_guide_is_known() -> None:
    assert environment.unknown({"BYNAME_PUBLIC_ULR": "", "BYNAME_HOSTS": "", "PATH": ""}) == ["BYNAME_PUBLIC_ULR"]
    guide = (Path(__file__).parents[2] / "docs/guides/operate.md").read_text(encoding="utf-8")
    assert environment.unknown(dict.fromkeys(re.findall(r"BYNAME_[A-Z_]+", guide), "")) == []


def test_right_values_are_read_as_they_are_meant() -> None:
    given = {
        "BYNAME_LISTEN": "::",
        "BYNAME_WORKERS": "4",
        "BYNAME_BODY_CAP": "70000",
        "BYNAME_TRUSTED_PROXIES": "10.0.0.1/8, ::1",
        "BYNAME_PUBLIC_URL": "https://officers.example.org/",
        "BYNAME_DATA_KEYS": _KEY,
    }
    environment.refuse_wrong(given)
    environment.refuse_wrong({})
    assert environment.listen(given) == "::"
    assert environment.workers(given) == 4
    assert environment.body_cap(given) == 70000
    assert [str(network) for network in environment.trusted_proxies(given)] == ["10.0.0.0/8", "::1/128"]
    assert environment.public_url(given) == "https://officers.example.org"
    assert environment.data_keys(given) == [_KEY]


def test_a_place_this_user_may_not_write_to_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def closed(*_words: object, **_more: object) -> int:
        raise OSError(30, "Read-only file system", "/srv/closed/log")

    monkeypatch.setattr(up, "up", closed)
    assert command.main(["up", "--home", "/srv/closed"]) == 1
    assert capsys.readouterr().err == (
        "This user may not write to /srv/closed/log (Read-only file system): run as its owner, or choose another "
        "--home.\n"
    )
