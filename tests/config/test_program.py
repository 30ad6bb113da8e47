"""What stands between the operator's files and the unprivileged processes that read them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from byname.config import machine, program
from byname.config.machine import Trouble
from tests.config.ground import needs_root


@needs_root
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_private_register_comes_with_the_photos_it_names_and_nothing_else(home: Path, encoding: str) -> None:
    private = home / "private"
    (private / "faces").mkdir(parents=True)
    register = private / "officers.csv"
    register.write_text('badge;photo_file\n1;"faces/a, b.jpg"\n2;good.jpg\n3;../outside.jpg\n', encoding=encoding)
    for name in ("faces/a, b.jpg", "good.jpg", "unnamed.jpg", "../outside.jpg"):
        (private / name).write_bytes(name.encode())
    private.chmod(0o700)
    user = machine.system_user(machine.PROGRAM_USER)
    with program.readable(["bring", "officers", str(register)], home) as words:
        copy = Path(words[2])
        there = {str(path.relative_to(copy.parent)): path for path in copy.parent.rglob("*") if path.is_file()}
        assert sorted(there) == ["faces/a, b.jpg", "good.jpg", "officers.csv"]
        assert there["good.jpg"].read_bytes() == b"good.jpg"
        assert user is not None
        assert {path.stat().st_uid for path in (*there.values(), copy.parent / "faces")} == {user.pw_uid}
    assert not copy.exists()


@needs_root
def test_an_open_register_with_a_private_photo_comes_as_a_copy_and_an_open_one_as_it_is(home: Path) -> None:
    register, photo = home / "officers.csv", home / "good.jpg"
    register.write_text("badge,photo_file\n2,good.jpg\n")
    photo.write_bytes(b"x")
    with program.readable(["bring", "officers", str(register)], home) as words:
        assert words == ["bring", "officers", str(register)]
    photo.chmod(0o600)
    with program.readable(["bring", "officers", str(register)], home) as words:
        assert (Path(words[2]).parent / "good.jpg").read_bytes() == b"x"


@needs_root
def test_a_home_in_a_closed_place_is_refused_before_anything_is_left_there(home: Path) -> None:
    home.chmod(0o700)
    for begin in (program.prepare, lambda place: program.alone(place, "up").__enter__()):
        with pytest.raises(Trouble) as raised:
            begin(home / "inside")
        assert str(raised.value) == (
            f"The web server and PostgreSQL never run as root, and other users may not enter {home}. Choose a --home "
            "elsewhere, such as /srv/byname."
        )
    assert list(home.iterdir()) == []


@needs_root
def test_an_ordinary_user_is_sent_to_root_and_not_to_a_user_nobody_can_be(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = machine.system_user(machine.PROGRAM_USER)
    assert user is not None
    (home / "log").mkdir()
    os.chown(home / "log", user.pw_uid, user.pw_gid)
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    with pytest.raises(Trouble) as raised:
        machine.own_directory(home / "log", None, 0o750)
    assert str(raised.value) == (
        f"{home}/log belongs to the user byname, so byname does not use it. Run byname as root, or choose another "
        "--home."
    )
