"""Pictures at the desk: shown after the words, set apart at once, handed over by the sergeant and the operator."""

from __future__ import annotations

import io
import re
import stat
from html import unescape
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from byname.concerns import actions, rules
from byname.concerns.models import ConcernPhoto
from byname.interfaces.desk.views import pictures
from byname.ledger.models import LedgerLine
from byname.vocabulary import PUBLIC, Actor, operator
from tests import staff
from tests.cast import Cast
from tests.concerns.told import PROMISE
from tests.interfaces.desk import pages

pytestmark = pytest.mark.django_db
RED, BLUE = rules.Picture(b"\xff\xd8 red", 1600, 1200), rules.Picture(b"\xff\xd8 blue", 30, 40)


@pytest.fixture
def ana(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=cast.ana))


@pytest.fixture
def sergeant(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))


@pytest.fixture
def raised(cast: Cast) -> str:
    """The reference of a concern with a picture, and another in a message."""
    receipt = actions.raise_concern(
        rules.Raised("traffic", rules.Told("Cars race here."), "area", "web", "en"),
        actions.Where("D1", "old-mill", 1),
        on=timezone.localdate(),
        promise=PROMISE,
        pictures=[RED],
        by=PUBLIC,
        at=timezone.now(),
    )
    actions.write_again(receipt.link, "And here.", pictures=[BLUE], by=PUBLIC, at=timezone.now())
    return receipt.reference


def words(answer: Any) -> str:
    """What a page says."""
    return pages.words(answer.content)


def looks() -> int:
    return LedgerLine.objects.filter(event="read.concern").count()


def shown(client: Client, reference: str) -> list[tuple[str, str, str]]:
    page = client.get(f"/desk/concerns/{reference}/").content.decode()
    return [
        (unescape(url), wide, high)
        for url, wide, high in re.findall(r'<img src="([^"]+\.jpg[^"]*)" width="(\d+)" height="(\d+)"', page)
    ]


def test_the_team_sees_them_where_they_belong_and_one_look_is_one_line(ana: Client, raised: str) -> None:
    (one, *size), (two, *_) = shown(ana, raised)
    assert (size, looks()) == (["1600", "1200"], 1)
    answers = [ana.get(url) for url in (one, two)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, RED.content), (200, BLUE.content)]
    assert (answers[0].headers["Content-Type"], answers[0].headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert answers[0].headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answers[0].headers["Content-Disposition"] == f'inline; filename="{raised}-1.jpg"'
    assert looks() == 1


def test_a_picture_opened_without_its_page_is_recorded_by_itself(
    ana: Client, sergeant: Client, raised: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, *_), _ = shown(ana, raised)
    plain, _, given = one.partition("?read=")
    for number, (who, url) in enumerate([(ana, plain), (ana, f"{plain}?read=x"), (sergeant, one)], 2):
        assert (who.get(url).status_code, looks()) == (200, number)
    assert ana.get(f"/desk/concerns/{raised}/pictures/2.jpg?read={given}").status_code == 200
    assert looks() == 4
    monkeypatch.setattr(pictures, "_PASS_SECONDS", -1)
    assert (ana.get(one).status_code, looks()) == (200, 5)


def test_what_may_show_harm_to_a_child_is_explained_first_and_set_apart_by_one_button(
    ana: Client, sergeant: Client, raised: str
) -> None:
    concern = ana.get(f"/desk/concerns/{raised}/").content.decode()
    address = f"/desk/concerns/{raised}/pictures/1/set-apart/"
    assert f'href="{address}"' in concern
    page = words(ana.get(address))
    for said in ("Does photo 1 show harm to a child?", "s. 125", "S.C. 2011, c. 4", "Set it apart now"):
        assert said in page
    assert ConcernPhoto.objects.filter(quarantined_at__isnull=False).count() == 0
    done = words(ana.post(address))
    assert ("It is set apart" in done, "Set it apart now" in done) == (True, False)
    assert [url.partition("?")[0] for url, *_ in shown(ana, raised)] == [f"/desk/concerns/{raised}/pictures/2.jpg"]
    assert "Nobody sees it here any more." in words(ana.get(f"/desk/concerns/{raised}/"))
    for who in (ana, sergeant):
        for gone in (f"/desk/concerns/{raised}/pictures/1.jpg", address):
            assert who.get(gone).status_code == 404
    assert LedgerLine.objects.filter(event="concern.picture_set_apart").count() == 1
    assert ana.post(address).status_code == 200
    assert LedgerLine.objects.filter(event="concern.picture_set_apart").count() == 1


def test_the_sergeant_is_told_on_today_and_hands_it_over_without_seeing_it(
    ana: Client, sergeant: Client, raised: str
) -> None:
    assert "set apart" not in words(sergeant.get("/desk/"))
    ana.post(f"/desk/concerns/{raised}/pictures/1/set-apart/")
    assert "A picture was set apart" in words(sergeant.get("/desk/"))
    assert "set apart" not in words(ana.get("/desk/"))
    page = sergeant.get("/desk/pictures-set-apart/").content.decode()
    assert (f"./byname picture {raised} 1 --to age1…" in page, "<img" in page) == (True, False)
    assert ana.get("/desk/pictures-set-apart/").status_code == 404
    over = f"/desk/pictures-set-apart/{raised}/1/"
    assert [ana.post(over).status_code, sergeant.get(over).status_code] == [404, 405]
    too_soon = sergeant.post(over)
    assert (too_soon.status_code, "the operator never wrote it into a file" in words(too_soon)) == (422, True)
    actions.write_picture_out(raised, 1, by=operator("picture"), at=timezone.now())
    assert sergeant.post(over).headers["Location"] == "/desk/pictures-set-apart/?done=over"
    page = words(sergeant.get("/desk/pictures-set-apart/?done=over"))
    assert ("Here it is gone." in page, "No photo waits to be handed over." in page) == (True, True)
    assert bytes(ConcernPhoto.objects.get(number=1).picture) == b""
    assert sergeant.post(over).status_code == 404
    assert "set apart" not in words(sergeant.get("/desk/"))


def test_a_sergeant_elsewhere_knows_nothing_of_it(ana: Client, cast: Cast, raised: str) -> None:
    elsewhere = staff.at_the_desk(staff.account("sergeant", divisions=["D2"]))
    ana.post(f"/desk/concerns/{raised}/pictures/1/set-apart/")
    assert "set apart" not in words(elsewhere.get("/desk/"))
    assert raised not in words(elsewhere.get("/desk/pictures-set-apart/"))
    assert elsewhere.post(f"/desk/pictures-set-apart/{raised}/1/").status_code == 404


def _command(*said: str) -> tuple[int, str]:
    """How the command ended, and what it said."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("picture", *said, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(str(ended.code)), err.getvalue()
    return 0, out.getvalue()


def test_the_operator_writes_it_into_a_file_only_the_unit_can_open(ana: Client, raised: str, tmp_path: Path) -> None:
    unit, file = pyrage.x25519.Identity.generate(), tmp_path / "a.age"
    given = ("--to", str(unit.to_public()), "--file", str(file))
    nothing = (1, "There is no such picture that was set apart and not handed over.\n")
    assert [_command(raised, "1", *given), _command("C-0000-0000-000", "1", *given)] == [nothing, nothing]
    assert list(tmp_path.iterdir()) == []
    ana.post(f"/desk/concerns/{raised}/pictures/1/set-apart/")
    assert _command(raised, "2", *given) == nothing
    code, said = _command(raised.lower(), "1", *given)
    assert (code, "Only the unit can open it." in said) == (0, True)
    assert (stat.S_IMODE(file.stat().st_mode), RED.content in file.read_bytes()) == (0o600, False)
    assert pyrage.decrypt(file.read_bytes(), [unit]) == RED.content
    line = LedgerLine.objects.get(event="concern.picture_written_out")
    assert (line.subject_id, line.actor_kind, line.facts) == (raised, "operator", {"number": 1})
    assert _command(raised, "1", *given) == (1, f"{file} is there already: name a new file.\n")
    wrong = _command(raised, "1", "--to", "age1nothing", "--file", str(tmp_path / "b.age"))
    assert wrong == (1, "That is no public key: it begins with age1. The unit gives it to you.\n")
    away = _command(raised, "1", *given[:3], str(tmp_path / "no" / "b.age"))
    assert away == (1, f"{tmp_path / 'no' / 'b.age'} cannot be written: No such file or directory.\n")
    assert [each.name for each in tmp_path.iterdir()] == ["a.age"]
    assert LedgerLine.objects.filter(event="concern.picture_written_out").count() == 1


def test_a_pass_is_for_one_reader_and_one_concern(cast: Cast) -> None:
    viewer, other = (Actor("account", account_id=number) for number in (7, 77))
    given = pictures.pass_for("C-2222-2222-222", viewer)
    assert [
        pictures._was_read("C-2222-2222-222", viewer, given),
        pictures._was_read("C-2222-2222-222", other, given),
        pictures._was_read("C-3333-3333-333", viewer, given),
        pictures._was_read("C-2222-2222-222", viewer, given[:-1]),
        pictures._was_read("C-2222-2222-222", viewer, ""),
    ] == [True, False, False, False, False]
