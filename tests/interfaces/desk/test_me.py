"""An officer's own page, photo and code; and hiding somebody now."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from byname.interfaces import snapshot
from byname.interfaces.desk.views import me
from byname.ledger.models import LedgerLine
from byname.people import queries as people
from byname.people import rules
from byname.people.models import Officer, OfficerPhoto
from byname.safekeeping.limits import Limit
from byname.vocabulary import PUBLIC
from tests import staff
from tests.cast import Cast, Person, photograph

CODE, _SENTENCES = rules.PHOTO_AGREEMENT


def desk_of(officer: Person) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=officer))


def card(page: str) -> str:
    """The officer's card on a page, without what stands around it."""
    found = re.search(r'<li class="officer.*?</li>', page, re.DOTALL)
    return found.group() if found else ""


def text(client: Client, address: str, **more: object) -> str:
    answer = client.get(address, **more)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def ledger() -> list[tuple[str, dict[str, object]]]:
    return list(LedgerLine.objects.filter(actor_kind="account").order_by("id").values_list("event", "facts"))


def words(**changed: object) -> dict[str, object]:
    """A whole form, as Ana's page has it, with some answers changed."""
    return {
        "words": "I walk Millrace Lane every week.",
        "languages": ["pt", "en", ""],
        "shown_as": "full",
        "pronunciation": "AH-na al-boo-KER-kee",
        "phone": "416-555-0141",
        "email": "ana.albuquerque@example.org",
    } | changed


# -- my page -----------------------------------------------------------------------------------------------------------


def test_my_card_is_the_very_card_residents_see(cast: Cast, client: Client) -> None:
    for person, area in ((cast.ana, "old-mill"), (cast.jonas, "night-market")):
        assert card(text(desk_of(person), "/desk/me/")) == card(text(client, f"/at/{area}"))


def test_what_i_change_stands_on_the_public_page_and_on_the_ledger_without_the_words(
    cast: Cast, client: Client
) -> None:
    before = text(client, "/at/old-mill")
    changed = words(words="Ask me\n\nabout the mill.", languages=["en", "pt", "en", ""], shown_as="initial", email="")
    answer = desk_of(cast.ana).post("/desk/me/words/", changed)
    assert (answer.status_code, answer["Location"]) == (303, "/desk/me/?done=words")
    after = text(client, "/at/old-mill")
    told = ("Ask me about the mill.", "English, Portuguese", "A. Albuquerque", "AH-na", "ana.albuquerque@", "Millrace")
    assert [(said in before, said in after) for said in told] == [
        (False, True),
        (False, True),
        (False, True),
        (True, False),
        (True, False),
        (True, False),
    ]
    assert ledger()[-1] == ("officer.entry_changed", {"changed": ["email", "languages", "shown_as", "words"]})


def test_saving_what_stands_there_already_writes_nothing(cast: Cast) -> None:
    before = ledger()
    assert desk_of(cast.ana).post("/desk/me/words/", words()).status_code == 303
    assert ledger() == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"words": "See www.example.org"}, "This should be plain text without web addresses, up to 400 characters."),
        ({"words": "<b>me</b>"}, "This should be plain text without web addresses, up to 400 characters."),
        ({"words": "x" * 401}, "This should be plain text without web addresses, up to 400 characters."),
        ({"phone": "ring me"}, "This should be a phone number such as 416-555-0123, or nothing."),
        ({"email": "a@b"}, "This should be an e-mail address such as amara@example.org, or nothing."),
        (
            {"shown_as": "family"},
            "This should be an address without the first name, which this officer keeps back.",
        ),
        ({"shown_as": "nickname"}, "Select a valid choice. nickname is not one of the available choices."),
        ({"languages": ["elvish"]}, "This should be language codes such as en;fr;yue (ISO 639)."),
        ({"pronunciation": "a\u202eb"}, "This should be plain text, up to 120 characters."),
    ],
)
def test_what_the_register_does_not_admit_is_said_beside_the_question_and_nothing_changes(
    cast: Cast, changed: dict[str, object], said: str
) -> None:
    before = Officer.objects.filter(reference=cast.ana.reference).values().get()
    answer = desk_of(cast.ana).post("/desk/me/words/", words(**changed))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Officer.objects.filter(reference=cast.ana.reference).values().get() == before


def test_who_is_on_no_team_is_told_that_nobody_sees_them(cast: Cast) -> None:
    assert "You are on no team today" in text(desk_of(cast.lena), "/desk/me/")


@pytest.mark.parametrize("path", ["/desk/me/", "/desk/me/words/", "/desk/me/photo/", "/desk/me/code/"])
def test_who_has_no_entry_of_their_own_has_no_such_page(cast: Cast, path: str) -> None:
    for roles in (("officer",), ("coordinator",), ("sergeant",), ("clerk",)):
        assert staff.at_the_desk(staff.account(*roles)).get(path).status_code == 404


def test_my_page_asks_few_questions(cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = desk_of(cast.ana)
    client.get("/desk/me/")
    with django_assert_max_num_queries(16):
        client.get("/desk/me/")


# -- my photo ----------------------------------------------------------------------------------------------------------


def give(client: Client, content: bytes, agreed: str = CODE, name: str = "me.jpg") -> tuple[int, str]:
    file = SimpleUploadedFile(name, content, content_type="image/jpeg")
    answer = client.post("/desk/me/photo/", {"photo": file, "agreed": agreed})
    said = re.search(r'<li><a href="#id_\w+">(.*?)</a></li>', answer.content.decode())
    return answer.status_code, said.group(1) if said else ""


def with_exif() -> bytes:
    picture, kept = Image.new("RGB", (600, 700), (50, 90, 70)), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secretcamera"
    exif.get_ifd(0x8825)[1] = "N"
    picture.save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def test_a_photo_given_with_consent_is_up_at_once_without_what_the_camera_wrote(cast: Cast, client: Client) -> None:
    assert b"Secretcamera" in with_exif()
    assert give(desk_of(cast.bao), with_exif()) == (303, "")
    kept = list(OfficerPhoto.objects.filter(officer__reference=cast.bao.reference).values_list("size", "format"))
    assert sorted(kept) == [(size, form) for size in ("large", "medium", "small") for form in ("jpeg", "webp")]
    for content in OfficerPhoto.objects.filter(officer__reference=cast.bao.reference).values_list("content", flat=True):
        assert b"Secretcamera" not in bytes(content)
        assert dict(Image.open(io.BytesIO(bytes(content))).getexif()) == {}
    assert client.get(f"/photo/{cast.bao.reference}/large.jpeg").status_code == 200
    assert ledger()[-2:] == [("officer.photo_agreed", {"agreed": "photo-1"}), ("officer.photo_given", {"photos": 1})]


def test_a_photo_taken_away_is_destroyed_in_every_size_and_may_be_given_again_the_same_day(
    cast: Cast, client: Client
) -> None:
    mine = desk_of(cast.chidi)
    addresses = [f"/photo/{cast.chidi.reference}/{size}.{form}" for size in rules.SIZES for form in ("jpeg", "webp")]
    assert {client.get(address).status_code for address in addresses} == {200}
    assert mine.post("/desk/me/photo/away/")["Location"] == "/desk/me/?done=no-photo"
    assert {client.get(address).status_code for address in addresses} == {404}
    assert not OfficerPhoto.objects.filter(officer__reference=cast.chidi.reference).exists()
    assert ledger()[-1] == ("officer.photo_withdrawn", {})
    assert give(mine, photograph())[0] == 303
    assert {client.get(address).status_code for address in addresses} == {200}


def test_nobodys_row_is_held_while_a_photo_is_made(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, make, held = desk_of(cast.bao), rules.renditions, []
    with CaptureQueriesContext(connection) as asked:

        def making(content: bytes) -> tuple[rules.Rendition, ...]:
            held.append([query["sql"] for query in asked.captured_queries if "FOR UPDATE" in query["sql"]])
            return make(content)

        monkeypatch.setattr(rules, "renditions", making)
        assert give(mine, photograph())[0] == 303
    assert held == [[]]
    assert [query for query in asked.captured_queries if "FOR UPDATE" in query["sql"]]


def test_who_sends_photo_after_photo_is_told_to_wait_and_others_are_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(me, "PHOTOS", Limit("own-photo", 2, 24 * 60 * 60))
    mine = desk_of(cast.bao)
    assert [give(mine, b"no photo")[0] for _ in range(3)] == [422, 422, 429]
    assert give(desk_of(cast.chidi), b"no photo")[0] == 422


def of_pixels(width: int, height: int) -> bytes:
    kept = io.BytesIO()
    Image.new("1", (width, height)).save(kept, "PNG")
    return kept.getvalue()


def moving() -> bytes:
    kept = io.BytesIO()
    frames = [Image.new("RGB", (400, 480), (shade, 0, 0)) for shade in (0, 90)]
    frames[0].save(kept, "WEBP", save_all=True, append_images=frames[1:])
    return kept.getvalue()


BOMB = b'<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000"><g/></svg>'
UNREAD = "This is not a photo byname can read; it takes JPEG, PNG and WebP."
POLYGLOT = "This file is not only a picture; save the photo as a plain JPEG."


@pytest.mark.parametrize(
    ("content", "agreed", "said"),
    [
        (BOMB, CODE, UNREAD),
        (b"<!DOCTYPE svg>" + BOMB, CODE, POLYGLOT),
        (
            b"\0\0\0\x18ftypheic" + b"\0" * 500,
            CODE,
            "This is not a photo byname can read; it takes JPEG, PNG and WebP.",
        ),
        (photograph() + b"<script>alert(1)</script>", CODE, POLYGLOT),
        (of_pixels(10_000, 10_000), CODE, "The photo has more than 40 million pixels; save it smaller and try again."),
        (moving(), CODE, "The picture moves; byname takes a still photo."),
        (photograph()[:2000], CODE, "The photo is not whole: part of the file is missing or damaged."),
        (of_pixels(100, 100), CODE, "The photo is too small: it needs at least 360 × 420 pixels."),
        (b"\0" * 12_000_001, CODE, "The photo is larger than 12 MB; save it smaller and try again."),
        (photograph(), "", "Tick the box if you agree: without that no photo is shown."),
        (photograph(), "photo-0", "Tick the box if you agree: without that no photo is shown."),
    ],
)
def test_an_odd_upload_is_refused_in_a_sentence_and_changes_nothing(
    cast: Cast, content: bytes, agreed: str, said: str
) -> None:
    before = Officer.objects.filter(reference=cast.bao.reference).values().get()
    assert give(desk_of(cast.bao), content, agreed) == (422, said)
    assert Officer.objects.filter(reference=cast.bao.reference).values().get() == before
    assert not OfficerPhoto.objects.filter(officer__reference=cast.bao.reference).exists()


def test_a_form_without_a_photo_says_so(cast: Cast) -> None:
    answer = desk_of(cast.bao).post("/desk/me/photo/", {"agreed": CODE})
    assert (answer.status_code, "Choose a photo first." in answer.content.decode()) == (422, True)


# -- my code -----------------------------------------------------------------------------------------------------------


def test_the_code_i_read_opens_my_face_on_a_residents_screen(cast: Cast, client: Client) -> None:
    page = text(desk_of(cast.ana), "/desk/me/code/")
    code = re.search(r'class="code"[^>]*>(\d{3}) (\d{3})<', page)
    assert code is not None
    answer = client.post("/at/old-mill/check", {"code": "".join(code.groups())})
    assert "Ana Albuquerque" in answer.content.decode()


def test_the_code_renews_itself_for_a_quarter_of_an_hour_and_then_waits_to_be_asked(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat("2026-11-23T17:00:47+00:00"))
    account = staff.account("officer", officer=cast.ana)
    client = staff.at_the_desk(account)
    page = text(client, "/desk/me/code/?turn=14")
    assert '<meta http-equiv="refresh" content="13;url=/desk/me/code/?turn=15">' in page
    page = text(client, f"/desk/me/code/?turn={me.MOST_TURNS}")
    assert ("refresh" in page, "Show the next code" in page) == (False, True)
    for odd in ("x", "-1", "9" * 30, "%D9%A3"):
        text(client, "/desk/me/code/", QUERY_STRING=f"turn={odd}")


def test_who_is_hidden_has_no_code(cast: Cast) -> None:
    assert "You are hidden, so no code opens your face" in text(desk_of(cast.grace), "/desk/me/code/")


# -- hide now ----------------------------------------------------------------------------------------------------------


def traces(client: Client, person: Person) -> list[bool]:
    """Whether somebody stands on their area's page, in the API, and on a photo's address."""
    name = person.name
    return [
        name in client.get("/at/old-mill").content.decode(),
        name in client.get("/api/v1/areas/old-mill").content.decode(),
        client.get(f"/photo/{person.reference}/large.jpeg").status_code == 200,
        person.reference in people.public_officers([person.reference], viewer=PUBLIC),
    ]


def test_one_tap_hides_me_and_one_brings_me_back(cast: Cast, client: Client) -> None:
    mine = desk_of(cast.chidi)
    for page in ("/desk/", "/desk/me/"):
        assert f'action="/desk/hide/{cast.chidi.reference}/"' in text(mine, page)
    assert traces(client, cast.chidi) == [True] * 4
    answer = mine.post(f"/desk/hide/{cast.chidi.reference}/")
    assert (answer.status_code, answer["Location"]) == (303, f"/desk/hide/{cast.chidi.reference}/")
    assert traces(client, cast.chidi) == [False] * 4
    page = text(mine, answer["Location"])
    assert ("You are hidden" in page, 'href="/at/old-mill/poster-a4.pdf"' in page, "Show me again" in page) == (
        True,
        True,
        True,
    )
    assert "You are hidden." in text(mine, "/desk/me/")
    answer = mine.post(f"/desk/hide/{cast.chidi.reference}/", {"do": "show"})
    assert answer["Location"] == "/desk/me/?done=shown"
    assert traces(client, cast.chidi) == [True] * 4
    assert [event for event, _ in ledger()] == ["officer.hidden", "officer.shown"]


def test_any_sergeant_hides_anybody_by_badge_and_only_the_own_one_brings_them_back(cast: Cast, client: Client) -> None:
    other = staff.at_the_desk(staff.account("sergeant", divisions=["D2"], email="other@service.example"))
    own = staff.at_the_desk(staff.account("sergeant", divisions=["D1"], email="own@service.example"))
    answer = other.post("/desk/hide/", {"officer": " 1003 "})
    assert (answer.status_code, answer["Location"]) == (303, f"/desk/hide/{cast.chidi.reference}/")
    assert traces(client, cast.chidi) == [False] * 4
    here = answer["Location"]
    assert ["Show again" in text(each, here) for each in (other, own)] == [False, True]
    assert [each.post(here, {"do": "show"}).status_code for each in (other, own)] == [404, 303]
    assert traces(client, cast.chidi) == [True] * 4


def test_an_unknown_badge_hides_nobody_and_says_so(cast: Cast) -> None:
    answer = staff.at_the_desk(staff.account("sergeant")).post("/desk/hide/", {"officer": "9999"})
    assert (answer.status_code, "Nobody was hidden." in answer.content.decode()) == (422, True)
    assert staff.at_the_desk(staff.account("coordinator")).post("/desk/hide/", {"officer": "1\0"}).status_code == 422


def test_an_officer_hides_nobody_else_and_a_clerk_nobody(cast: Cast) -> None:
    ana, clerk = desk_of(cast.ana), staff.at_the_desk(staff.account("clerk"))
    there, not_there = f"/desk/hide/{cast.chidi.reference}/", "/desk/hide/O-222222/"
    told = {
        (client.get(path).status_code, client.post(path).status_code)
        for client in (ana, clerk)
        for path in (there, not_there)
    }
    assert told == {(404, 404)}
    assert ana.get("/desk/hide/")["Location"] == "/desk/me/"
    assert Officer.objects.get(reference=cast.chidi.reference).hidden_at is None


def test_nothing_of_mine_acts_on_a_question_or_without_the_pages_token(cast: Cast) -> None:
    account = staff.account("officer", officer=cast.chidi)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(account, backend=staff.BACKEND)
    paths = (f"/desk/hide/{cast.chidi.reference}/", "/desk/me/photo/away/", "/desk/me/words/", "/desk/me/photo/")
    assert {strict.post(path).status_code for path in paths} == {403}
    assert strict.get("/desk/me/photo/away/").status_code == 405
    assert Officer.objects.get(reference=cast.chidi.reference).hidden_at is None


def test_a_hidden_officer_is_gone_within_the_second_the_directory_takes(cast: Cast) -> None:
    before = snapshot.city().version
    desk_of(cast.chidi).post(f"/desk/hide/{cast.chidi.reference}/")
    assert snapshot.city().version > before
    assert cast.chidi.reference not in snapshot.city().references


def test_who_may_hide_somebody_but_not_open_their_entry_is_told_the_badge_alone(cast: Cast) -> None:
    told = {}
    for name, account in {
        "administrator": staff.account("administrator"),
        "sergeant of D1": staff.account("sergeant", divisions=["D1"]),
        "sergeant of D2": staff.account("sergeant", divisions=["D2"], email="other@service.example"),
        "coordinator": staff.account("coordinator"),
    }.items():
        page = text(staff.at_the_desk(account), f"/desk/hide/{cast.chidi.badge}/")
        told[name] = ("Chukwu" in page, "Badge 1003 is shown" in page)
    assert told == {
        "administrator": (False, True),
        "sergeant of D1": (True, False),
        "sergeant of D2": (False, True),
        "coordinator": (True, False),
    }
