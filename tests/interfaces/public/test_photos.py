"""Photos with a concern, sent without JavaScript: let in, refused by name, and seen by whoever sent them."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from byname.concerns import actions, rules
from byname.concerns.models import Concern, ConcernPhoto, Message
from byname.interfaces.public.views import sending
from byname.vocabulary import SYSTEM
from tests.cast import Cast
from tests.concerns.rules.test_pictures import with_everything
from tests.interfaces.public.telling import ANSWERS, Teller

pytestmark = pytest.mark.django_db
AGAIN = "If you chose photos, choose them again: none was kept."


def photo(name: str = "IMG_1.jpg", colour: tuple[int, int, int] = (9, 80, 160)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


JPEG = photo().read()


def sent(client: Client, *files: SimpleUploadedFile, prefix: str = "") -> Teller:
    """The page after everything was answered and sent with these photos."""
    teller = Teller(client, prefix).begin()
    answers = {**ANSWERS, "number": teller.carried["number"], "step": "check", "go": "send", "photos": list(files)}
    return teller.take(client.post(f"{prefix}/raise/send", answers))


def faults(teller: Teller) -> list[str]:
    told = teller.text.partition('id="faults"')[2].partition("</div>")[0]
    return [unescape(sentence) for sentence in re.findall(r'<a href="#photos">(.*?)</a>', told)]


def test_photos_are_chosen_on_the_last_page_and_come_with_what_is_sent(client: Client, cast: Cast) -> None:
    teller = Teller(client).begin()
    answers = {**ANSWERS, "number": teller.carried["number"], "step": "contact", "go": "check"}
    teller.take(client.post("/raise/", answers))
    assert teller.asks == "Is this right?"
    field = '<input type="file" id="photos" name="photos" accept="image/jpeg,image/png,image/webp" multiple'
    button = 'value="send" formaction="/raise/send" formenctype="multipart/form-data"'
    assert (field in teller.text, button in teller.text, len(teller.shown.content) < 50_000) == (True, True, True)
    teller.take(client.post("/raise/send", {**teller.carried, "go": "send", "photos": [photo(), photo("b.jpg")]}))
    assert teller.asks == "Constable Ana Albuquerque has your concern."
    rows = list(ConcernPhoto.objects.values_list("concern__area__slug", "message", "number", "wide", "high"))
    assert rows == [("old-mill", None, 1, 80, 60), ("old-mill", None, 2, 80, 60)]


def test_without_photos_the_same_button_sends_the_same(client: Client, cast: Cast) -> None:
    # As a browser sends a field for files in which none was chosen.
    teller = Teller(client).begin()
    kind = "application/octet-stream"
    empty = f'--b\r\nContent-Disposition: form-data; name="photos"; filename=""\r\nContent-Type: {kind}\r\n\r\n\r\n'
    answers = [("number", teller.carried["number"][0]), ("go", "send")]
    for name, value in ANSWERS.items():
        answers += [(name, each) for each in (value if isinstance(value, list) else [value])]
    said = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in answers
    )
    teller.take(client.post("/raise/send", f"{said}{empty}--b--\r\n", content_type="multipart/form-data; boundary=b"))
    assert teller.asks == "Constable Ana Albuquerque has your concern."
    assert (Concern.objects.count(), ConcernPhoto.objects.count()) == (1, 0)


def test_nothing_the_camera_wrote_reaches_whoever_looks(client: Client, cast: Cast) -> None:
    teller = sent(client, SimpleUploadedFile("a.jpg", with_everything(), "image/jpeg"))
    answer = client.get(f"{teller.link}photo-1.jpg")
    assert (answer.status_code, b"SECRET" in answer.content, b"Exif" in answer.content) == (200, False, False)


def unread(name: str) -> str:
    return f"\u2068{name}\u2069 is no photo we can read. Take a JPEG, PNG or WebP."


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("good.jpg", JPEG), ("house.gif", b"GIF89a")], unread("house.gif")),
        ([("empty.jpg", b"")], unread("empty.jpg")),
        ([("x.svg.jpg", b"<svg onload='a()'/>")], unread("x.svg.jpg")),
        ([("\u202egpj.<b>evil.jpg", b"nothing")], unread("gpj.<b>evil.jpg")),
        (
            [("big.jpg", JPEG + bytes(12_000_000))],
            "\u2068big.jpg\u2069 is too large. A photo may have at most 12 MB.",
        ),
        ([("a.jpg", JPEG)] * 5, "At most 4 photos can be sent at once."),
        (
            [("a.jpg", bytes(11_000_000)), ("b.jpg", bytes(11_000_000)), ("c.jpg", bytes(3_000_000))],
            "Together these photos are too large. Take fewer, or smaller ones.",
        ),
    ],
    ids=["gif", "empty", "svg", "trick", "large", "five", "together"],
)
def test_a_photo_that_is_refused_brings_the_last_page_back_with_everything_else_in_it(
    client: Client, cast: Cast, files: list[tuple[str, bytes]], said: str
) -> None:
    given = [SimpleUploadedFile(name, content, "image/jpeg") for name, content in files]
    teller = sent(client, *given)
    assert (teller.status, teller.asks, faults(teller)) == (422, "Is this right?", [said])
    assert AGAIN in teller.text
    assert {name: teller.carried[name] for name in ("what", "days", "spot", "who")} == {
        "what": [ANSWERS["what"]],
        "days": ["mon", "tue"],
        "spot": [ANSWERS["spot"]],
        "who": ["anonymous"],
    }
    assert (Concern.objects.count(), ConcernPhoto.objects.count()) == (0, 0)
    teller.take(client.post("/raise/send", {**teller.carried, "go": "send", "photos": [photo()]}))
    assert (teller.status, ConcernPhoto.objects.count()) == (200, 1)


def test_what_another_button_sends_holds_no_photo(client: Client, cast: Cast) -> None:
    teller = Teller(client).begin()
    carried = {**ANSWERS, "number": teller.carried["number"], "step": "check"}
    assert teller.take(client.post("/raise/", {**carried, "go": "what", "photos": "IMG_1.jpg"})).status == 200
    assert teller.take(client.post("/raise/", {**carried, "go": "send", "photos": "IMG_1.jpg"})).status == 200
    assert (Concern.objects.count(), ConcernPhoto.objects.count()) == (1, 0)


def test_the_address_that_takes_photos_is_no_page_and_takes_no_more_than_it_may(client: Client, cast: Cast) -> None:
    answer = client.get("/fr/raise/send")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/fr/raise/")
    long = str(sending.MOST_BYTES + 1)
    for address in ("/raise/send", f"{sent(client).link}send"):
        assert client.post(address, {"go": "send"}, headers={"Content-Length": long}).status_code == 413
        assert client.post(address, b"x", content_type="image/jpeg").status_code == 415
        assert client.put(address).status_code == 405


def test_a_body_of_parts_that_is_none_and_too_much_text_in_it_is_answered_clearly(client: Client, cast: Cast) -> None:
    kind = "multipart/form-data; boundary=b"
    text = b'--b\r\nContent-Disposition: form-data; name="what"\r\n\r\n' + b"x" * 2_000_000 + b"\r\n--b--\r\n"
    answers = [
        client.post("/raise/send", b"--b\r\nnothing of the kind", content_type=kind),
        client.post("/raise/send", text, content_type=kind),
        client.post("/raise/send", {"photos": [photo() for _ in range(21)]}),
    ]
    assert [answer.status_code for answer in answers] == [422, 400, 400]
    assert Concern.objects.count() == 0


def test_who_is_held_up_is_told_to_choose_the_photos_again(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = sending.RAISED
    monkeypatch.setattr(sending, "RAISED", replace(usual, most=1))
    assert sent(client, photo()).status == 200
    later = sent(client, photo())
    assert (later.status, later.asks, AGAIN in later.text) == (429, "It has not been sent yet", True)
    monkeypatch.setattr(sending, "RAISED", usual)
    later.take(client.post("/raise/send", {**later.carried, "go": "send", "photos": [photo()]}))
    assert (later.status, ConcernPhoto.objects.count()) == (200, 2)


def test_their_sender_sees_them_on_their_page_as_nothing_but_pictures(client: Client, cast: Cast) -> None:
    link = sent(client, photo()).link
    answer = client.post(f"{link}send", {"act": "write", "words": "And here.", "photos": [photo("b.jpg", (200, 0, 0))]})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{link}#last")
    page = client.get(link).content.decode()
    shown = re.findall(r'<img src="([^"]+)" width="(\d+)" height="(\d+)" loading="lazy" alt="([^"]+)"', page)
    assert shown == [(f"{link}photo-1.jpg", "80", "60", "Photo 1"), (f"{link}photo-2.jpg", "80", "60", "Photo 1")]
    assert len(page.encode()) < 50_000
    seen = client.get(f"{link}photo-2.jpg")
    headers = ("Content-Type", "Content-Disposition", "Cache-Control", "X-Content-Type-Options", "X-Robots-Tag")
    assert tuple(seen.headers[name] for name in headers) == (
        "image/jpeg",
        'inline; filename="2.jpg"',
        "no-store",
        "nosniff",
        "noindex, nofollow, noarchive, noimageindex",
    )
    assert seen.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert seen.headers["Referrer-Policy"] == "no-referrer"
    for nowhere in (f"{link}photo-3.jpg", f"{link}photo-99999999999.jpg", "/c/nobody-has-this/photo-1.jpg"):
        assert client.get(nowhere).status_code == 404
    assert client.get(f"{link}send").headers["Location"] == link


def test_a_photo_refused_with_a_message_keeps_the_message(client: Client, cast: Cast) -> None:
    link = sent(client).link
    answer = client.post(f"{link}send", {"act": "write", "words": "Look <here>.", "photos": [photo()]})
    assert answer.status_code == 303
    bad = SimpleUploadedFile("bad.png", b"\x89PNG\r\n\x1a\n", "image/png")
    answer = client.post(f"{link}send", {"act": "write", "words": "Look <again>.", "photos": [photo(), bad]})
    page = unescape(answer.content.decode())
    assert (answer.status_code, "Look <again>.</textarea>" in page, AGAIN in page) == (422, True, True)
    assert "\u2068bad.png\u2069 is no photo we can read." in page
    assert (Message.objects.count(), ConcernPhoto.objects.count()) == (1, 1)


def test_a_concern_that_is_full_says_so_and_keeps_the_message_in_the_page(client: Client, cast: Cast) -> None:
    link = sent(client, *(photo() for _ in range(4))).link
    ConcernPhoto.objects.filter(number=4).update(number=99)
    row = ConcernPhoto.objects.get(number=99)
    for number in range(100, 136):
        row.pk, row.number = None, number
        row.save()
    answer = client.post(f"{link}send", {"act": "write", "words": "One more.", "photos": [photo()]})
    page = answer.content.decode()
    assert (answer.status_code, "No more photos can be added here." in page, "One more." in page) == (422, True, True)
    assert Message.objects.count() == 0


def test_danger_in_a_message_is_met_first_and_asks_for_the_photos_again(client: Client, cast: Cast) -> None:
    link = sent(client).link
    words = {"act": "write", "words": "There is a man with a knife right now"}
    answer = client.post(f"{link}send", {**words, "photos": [photo()]})
    page = unescape(answer.content.decode())
    assert (answer.status_code, Teller(client).take(answer).asks == "Call 911 now", AGAIN in page) == (200, True, True)
    assert 'action="' + f'{link}send" enctype="multipart/form-data"' in page
    assert (Message.objects.count(), ConcernPhoto.objects.count()) == (0, 0)
    assert client.post(f"{link}send", {**words, "seen": "now", "photos": [photo()]}).status_code == 303
    assert (Message.objects.count(), ConcernPhoto.objects.count()) == (1, 1)


def test_a_photo_set_apart_is_gone_from_its_senders_page_without_a_word(client: Client, cast: Cast) -> None:
    link = sent(client, photo()).link
    reference = Concern.objects.get().reference
    actions.set_picture_apart_again(reference, 1, by=SYSTEM, at=Concern.objects.get().raised_at)
    assert client.get(f"{link}photo-1.jpg").status_code == 404
    assert "photo-1.jpg" not in client.get(link).content.decode()


def test_what_is_taken_along_as_a_file_holds_the_photos_and_what_is_removed_takes_them_away(
    client: Client, cast: Cast
) -> None:
    teller = sent(client, photo())
    mine = f"{teller.link}mine"
    pin = teller.pin.replace(" ", "")
    told = json.loads(client.post(mine, {"act": "file", "pin": pin}).content)
    (one,) = told["pictures"]
    kept = ConcernPhoto.objects.get()
    assert (base64.b64decode(one["jpeg_base64"]), one["sent_at"]) == (bytes(kept.picture), kept.sent_at.isoformat())
    opened = client.post(mine, {"act": "open", "pin": pin}).content.decode()
    assert f'<img src="{teller.link}photo-1.jpg"' in opened
    client.post(mine, {"act": "remove", "sure": "1", "pin": pin})
    assert ConcernPhoto.objects.count() == 0
    assert client.get(f"{teller.link}photo-1.jpg").status_code == 404


def test_a_photo_is_cleaned_before_the_first_row_is_written(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []
    clean, write = rules.cleaned, actions.raise_concern

    def cleaning(content: bytes) -> rules.Picture:
        order.append("cleaned")
        return clean(content)

    def writing(*given: object, **named: object) -> actions.Receipt:
        order.append("written")
        return write(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(rules, "cleaned", cleaning)
    monkeypatch.setattr(actions, "raise_concern", writing)
    sent(client, photo(), photo())
    assert order == ["cleaned", "cleaned", "written"]
