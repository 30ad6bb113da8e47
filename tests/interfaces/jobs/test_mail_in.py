"""Letters come in over the wire: each is answered with what became of it, and nothing anybody sends ends the door."""

from __future__ import annotations

import io
import logging
import random
import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, example, given
from hypothesis import settings as within
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from byname.concerns import actions, queries
from byname.concerns.models import ConcernPhoto, Message
from byname.interfaces import snapshot
from byname.interfaces.jobs.mail_in import door, taking
from byname.ledger.models import LedgerLine, Letter
from byname.places.queries import ServiceLine, ServiceProfile
from byname.vocabulary import PUBLIC
from tests.cast import Cast
from tests.concerns import told
from tests.config.ground import free_port
from tests.interfaces.jobs.mail_in import DOMAIN, address, answered, greets, letter, opened

SAMPLES = Path(__file__).parents[2] / "concerns" / "rules" / "data" / "mail"


@pytest.fixture(autouse=True)
def replies_at(settings: Settings, tmp_path: Path) -> None:
    settings.BYNAME_REPLIES_AT = DOMAIN
    settings.BYNAME_REPLIES_LISTEN = ("127.0.0.1", free_port())
    settings.BYNAME_MAIL_FROM = "no-reply@service.example"
    settings.BYNAME_HOME = tmp_path


@pytest.fixture
def port(committed: Cast) -> Iterator[int]:
    with opened() as port:
        yield port


def words_in(reference: str) -> list[str]:
    return [row.words for row in Message.objects.filter(concern__reference=reference).order_by("pk")]


@pytest.mark.parametrize("greeting", ["ehlo", "lhlo"])
def test_a_letter_is_in_the_thread_when_it_is_said_to_be_taken(port: int, greeting: str) -> None:
    receipt = told.raised(timezone.now())
    raw = letter(to=address(receipt.link), Message_ID="<1@home.example>").as_bytes()
    first = answered(port, address(receipt.link), raw, greeting=greeting)
    assert (first, words_in(receipt.reference)) == ((250, "2.0.0 Taken"), ["It was louder today."])
    again = answered(port, address(receipt.link).upper(), raw, greeting=greeting)
    assert (again, words_in(receipt.reference)) == ((250, "2.0.0 Taken"), ["It was louder today."])


def test_a_letter_without_a_name_of_its_own_is_one_as_well_when_it_comes_twice(port: int) -> None:
    receipt = told.raised(timezone.now())
    raw = letter().as_bytes()
    for _ in range(2):
        assert answered(port, address(receipt.link), raw)[0] == 250
    assert answered(port, address(receipt.link), letter("Something else.").as_bytes())[0] == 250
    assert words_in(receipt.reference) == ["It was louder today.", "Something else."]


def test_two_letters_that_carry_one_name_both_stand(port: int) -> None:
    receipt = told.raised(timezone.now())
    for words in ("The first.", "The second."):
        assert answered(port, address(receipt.link), letter(words, Message_ID="<same@broken>").as_bytes())[0] == 250
    assert words_in(receipt.reference) == ["The first.", "The second."]


def test_nobody_forges_an_address_and_no_letter_to_nobody_is_read(port: int) -> None:
    receipt = told.raised(timezone.now())
    right = address(receipt.link)
    local, host = right.split("@")
    forged = local[:-1] + ("a" if local[-1] != "a" else "b")
    wrong = [
        f"{forged}@{host}",
        f"{local}@elsewhere.example",
        f"reply@{host}",
        f"postmaster@{host}",
        right.replace("reply+", "reply"),
        f"reply+{'a' * 32}.{'a' * 16}@{host}",
    ]
    actions.stop_letters(receipt.link, by=PUBLIC, at=timezone.now())
    for to in [*wrong, right]:
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as line:
            line.ehlo()
            line.mail("rosalind@home.example")
            assert line.rcpt(to)[0] == 550, to
            assert line.docmd("DATA")[0] == 503
    assert Message.objects.count() == 0


def test_each_recipient_is_a_letter_of_its_own(port: int) -> None:
    first, second = told.raised(timezone.now()), told.raised(timezone.now())
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as line:
        line.ehlo()
        line.mail("rosalind@home.example")
        assert line.rcpt(address(first.link))[0] == 250
        assert line.rcpt(address(second.link))[0] == 452
        assert line.data(letter(Message_ID="<1@x>").as_bytes())[0] == 250
        line.mail("rosalind@home.example")
        assert line.rcpt(address(second.link))[0] == 250
        assert line.data(letter(Message_ID="<1@x>").as_bytes())[0] == 250
    assert [words_in(each.reference) for each in (first, second)] == [["It was louder today."]] * 2


def test_what_a_machine_wrote_is_taken_and_dropped(port: int) -> None:
    receipt = told.raised(timezone.now())
    to = address(receipt.link)
    before = Letter.objects.count()
    said = [
        answered(port, to, letter("I am away.", Auto_Submitted="auto-replied").as_bytes()),
        answered(port, to, letter("I am away.").as_bytes(), sender=""),
        answered(port, to, letter(List_Id="<news.example>").as_bytes(), greeting="lhlo"),
        answered(port, to, (SAMPLES / "bounce_dsn.eml").read_bytes(), sender=""),
    ]
    assert said == [(250, "2.0.0 Taken")] * 4
    counted = LedgerLine.objects.filter(event="mail.automatic").order_by("pk")
    assert [line.facts["kind"] for line in counted] == ["answer", "bounce", "list", "bounce"]
    assert (Message.objects.count(), Letter.objects.count()) == (0, before)


def test_danger_that_looks_like_a_machines_is_sent_back_with_whom_to_call(port: int) -> None:
    receipt = told.raised(timezone.now())
    danger = "Someone is being stabbed right now"
    said = [
        answered(port, address(receipt.link), letter(danger).as_bytes(), sender=""),
        answered(port, address(receipt.link), letter(danger, Precedence="bulk").as_bytes()),
    ]
    why = "5.7.1 This looks like a letter a machine wrote, and nobody reads it. In danger? Call 911 now."
    assert (said, words_in(receipt.reference)) == ([(550, why)] * 2, [])


def test_an_address_nobody_reads_any_more_says_whom_to_call(port: int) -> None:
    receipt = told.raised(timezone.now())
    actions.stop_letters(receipt.link, by=PUBLIC, at=timezone.now())
    assert answered(port, address(receipt.link), letter().as_bytes()) == (
        550,
        "5.1.1 Nobody reads letters to this address; please use the link in your letter. In danger? Call 911 now.",
    )


def test_a_subject_of_their_own_stands_above_the_words_and_ours_does_not(port: int) -> None:
    receipt = told.raised(timezone.now())
    for subject in ("The gate", "Re: There is an answer for you", "RE: [outside] Il y a une réponse pour vous"):
        said = letter(f"It was louder today, {len(subject)}.")
        said.replace_header("Subject", subject)
        assert answered(port, address(receipt.link), said.as_bytes())[0] == 250
    alone = letter("")
    alone.replace_header("Subject", "It is quiet now")
    assert answered(port, address(receipt.link), alone.as_bytes())[0] == 250
    assert words_in(receipt.reference) == [
        "The gate\n\nIt was louder today, 8.",
        "It was louder today, 30.",
        "It was louder today, 42.",
        "It is quiet now",
    ]


def test_a_server_that_says_an_address_takes_no_letters_is_believed(port: int) -> None:
    receipt = told.raised(timezone.now())
    report = (SAMPLES / "bounce_dsn.eml").read_bytes()

    def came_back() -> bool:
        found = actions.mailed.Person.objects.get(link_digest=told.rules.link_digest(receipt.link))
        return found.letters_return_at is not None

    for less in (report.replace(b"Action: failed", b"Action: delayed"), report.replace(b"5.1.1", b"4.2.2")):
        assert answered(port, address(receipt.link), less, sender="")[0] == 250
        assert came_back() is False
    assert answered(port, address(receipt.link), report, sender="")[0] == 250
    assert came_back() is True


TOO_LARGE = "5.3.4 This letter is too large, 10 MB at most. In danger? Call 911 now."


def test_a_letter_too_large_is_refused_when_it_says_so_and_when_it_does_not(port: int) -> None:
    receipt = told.raised(timezone.now())
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as line:
        line.ehlo()
        assert line.esmtp_features["size"] == str(taking.MOST_BYTES)
        assert line.mail("rosalind@home.example", [f"SIZE={taking.MOST_BYTES + 1}"]) == (552, TOO_LARGE.encode())
    too_large = letter().as_bytes() + b"a" * 78 + (b"\r\n" + b"a" * 78) * (taking.MOST_BYTES // 80)
    assert answered(port, address(receipt.link), too_large) == (552, TOO_LARGE)
    assert answered(port, address(receipt.link), letter().as_bytes())[0] == 250
    assert words_in(receipt.reference) == ["It was louder today."]


def test_a_letter_too_large_is_told_the_service_s_own_number_and_911_while_the_database_is_away(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = [f"SIZE={taking.MOST_BYTES + 1}"]

    def refused() -> bytes:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as line:
            line.ehlo()
            return line.mail("rosalind@home.example", size)[1]

    def own(**_: object) -> ServiceProfile:
        return ServiceProfile(lines=(ServiceLine("emergency", "112", "112"),))

    def away(**_: object) -> Any:
        raise OperationalError("the connection is gone")

    for profile, number in ((own, "112"), (away, "911")):
        monkeypatch.setattr(taking.places, "service_profile", profile)
        assert refused().decode() == TOO_LARGE.replace("911", number)


def test_who_never_ends_a_letter_is_cut_off(port: int) -> None:
    receipt = told.raised(timezone.now())
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        file = line.makefile("rb")
        file.readline()
        for said in (b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n", f"RCPT TO:<{address(receipt.link)}>\r\n".encode()):
            line.sendall(said)
            while file.readline()[3:4] == b"-":
                pass
        line.sendall(b"DATA\r\n")
        assert file.readline()[:3] == b"354"
        sent = 0
        with pytest.raises(OSError, match=r"."):  # noqa: PT012  # closed somewhere on the way
            while sent < 10 * taking.MOST_BYTES:
                line.sendall(b"a" * 1_000_000)
                sent += 1_000_000
        assert sent < 4 * taking.MOST_BYTES
    assert greets(port)


def test_too_many_words_come_back_with_a_sentence_that_says_why(port: int) -> None:
    receipt = told.raised(timezone.now())
    code, said = answered(port, address(receipt.link), letter("It goes on.\n" * 2500).as_bytes())
    assert (code, said) == (
        554,
        "5.6.0 This is longer than 20000 characters. Shorten it. In danger? Call 911 now.",
    )
    code, said = answered(port, address(receipt.link), letter("\n").as_bytes())
    assert (code, said) == (
        554,
        "5.6.0 This message holds no words that can be read, and no photo. In danger? Call 911 now.",
    )


def test_a_database_that_is_away_makes_the_letter_wait(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = told.raised(timezone.now())

    def away(*_: object, **__: object) -> Any:
        raise OperationalError("the connection is gone")

    with monkeypatch.context() as patch:
        patch.setattr(actions, "takes_mail", away)
        assert answered(port, address(receipt.link), letter().as_bytes())[0] == 451
    with monkeypatch.context() as patch:
        patch.setattr(actions, "take_mail", away)
        assert answered(port, address(receipt.link), letter().as_bytes())[0] == 451
    assert words_in(receipt.reference) == []
    assert answered(port, address(receipt.link), letter().as_bytes())[0] == 250
    assert words_in(receipt.reference) == ["It was louder today."]


def test_an_hour_has_room_for_sixty_letters_to_one_person(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt, other = told.raised(timezone.now()), told.raised(timezone.now())
    monkeypatch.setattr(taking, "_AN_HOUR", taking.limits.Limit("mail-in", most=2, seconds=3600))
    codes = [answered(port, address(receipt.link), letter(f"Number {n}.").as_bytes())[0] for n in range(3)]
    assert codes == [250, 250, 450]
    assert answered(port, address(other.link), letter().as_bytes())[0] == 250


def test_pictures_are_taken_in_and_other_files_counted(port: int) -> None:
    receipt = told.raised(timezone.now())
    drawn = io.BytesIO()
    Image.effect_noise((400, 300), 40).convert("RGB").save(drawn, "JPEG")
    said = letter("Look at this.")
    said.add_attachment(drawn.getvalue(), maintype="application", subtype="octet-stream", filename="IMG_1.JPG")
    said.add_attachment(b"\xff\xd8\xff torn", maintype="image", subtype="jpeg", filename="torn.jpg")
    said.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="letter.pdf")
    assert answered(port, address(receipt.link), said.as_bytes())[0] == 250
    (entry,) = queries.followed(receipt.link, at=timezone.now(), viewer=PUBLIC).entries
    assert (entry.words, entry.left_out, len(entry.pictures)) == ("Look at this.", 2, 1)
    assert ConcernPhoto.objects.count() == 1


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.eml")))
def test_letters_as_mail_programs_write_them_are_each_answered(port: int, name: str) -> None:
    receipt = told.raised(timezone.now())
    code, said = answered(port, address(receipt.link), (SAMPLES / f"{name}.eml").read_bytes())
    stand = words_in(receipt.reference)
    if code == 554:
        assert (stand, "Call 911" in said) == ([], True)
    else:
        assert code == 250
        machines = LedgerLine.objects.filter(event="mail.automatic").count()
        assert len(stand) + machines == 1


def test_dots_and_long_lines_arrive_as_they_were_written(port: int) -> None:
    receipt = told.raised(timezone.now())
    words = ".\n..\n.hidden\nthe end" + "\nlong " + "x" * 5000
    raw = b"From: rosalind@home.example\r\nContent-Type: text/plain\r\n\r\n" + words.replace("\n", "\r\n").encode()
    assert answered(port, address(receipt.link), raw)[0] == 250
    assert words_in(receipt.reference) == [words]


def test_a_second_letter_hidden_behind_the_end_of_the_first_is_none(port: int) -> None:
    receipt = told.raised(timezone.now())
    to = address(receipt.link)
    smuggled = (
        f"\r\n.\r\nMAIL FROM:<x@x.example>\r\nRCPT TO:<{to}>\r\nDATA\r\nFrom: x@x.example\r\n\r\nHidden.\r\n.\r\n"
    ).encode()
    for end in (b"\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r\n.\n"):
        raw = letter("One letter.").as_bytes() + end + smuggled[5:].replace(b"\r\n.\r\n", end)
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            file = line.makefile("rb")
            file.readline()
            for said in (b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n", f"RCPT TO:<{to}>\r\n".encode(), b"DATA\r\n"):
                line.sendall(said)
                while file.readline()[3:4] == b"-":
                    pass
            line.sendall(raw + b"\r\n.\r\n")
            assert file.readline()[:3] in (b"250", b"554")
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        file = line.makefile("rb")
        file.readline()
        for said in (b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n", f"RCPT TO:<{to}>\r\n".encode(), b"DATA\r\n"):
            line.sendall(said)
            while file.readline()[3:4] == b"-":
                pass
        line.sendall(letter("The only one.").as_bytes() + smuggled)
        assert file.readline()[:3] == b"250"
        assert file.read() == b""
    assert all(not words.startswith("Hidden") for words in words_in(receipt.reference))
    assert Message.objects.exclude(from_elsewhere=False).count() == 0


def test_commands_without_end_close_the_line_and_no_more_than_some_speak_at_once(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.settimeout(30)
        with pytest.raises(OSError, match=r"."):  # noqa: PT012
            for _ in range(10_000):
                line.sendall(b"\n" * 1000)
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as line:
        codes = [line.noop()[0] for _ in range(door._COMMANDS["*"])]
        assert set(codes) == {250}
        assert line.noop()[0] == 421
    held = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(door.MOST_LINES)]
    try:
        assert [line.recv(4) for line in held] == [b"220 "] * door.MOST_LINES
        with socket.create_connection(("127.0.0.1", port), timeout=30) as one_more:
            assert one_more.recv(4) == b"421 "
    finally:
        for line in held:
            line.close()


def test_who_says_nothing_is_let_go(committed: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PATIENCE", 0.5)
    with opened() as port, socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        assert line.recv(4) == b"220 "
        rest = b""
        while chunk := line.recv(1000):
            rest += chunk
        assert rest.endswith(b"\r\n")


def test_no_log_holds_an_address_or_a_word(port: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    receipt = told.raised(timezone.now())
    to = address(receipt.link)
    answered(port, to, letter("The word zanzibar.").as_bytes())
    answered(port, f"x{to}", letter("The word zanzibar.").as_bytes())
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as line:
        line.docmd("ZANZIBAR", to)
    held = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records).lower()
    assert [word for word in (to.split("@")[0], "zanzibar", "rosalind") if word in held] == []


# Whatever is sent ----------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: text/html; charset=utf-7\r\n", b"--b\r\n",
     b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*99999999999*=x\r\n", b"\r\n", b"\r", b"\n",
     b"\0", b"Content-Transfer-Encoding: base64\r\n", b"Subject: a\r\n Bcc: b@b.example\r\n", b".", b"..", b"\xff\xfe",
     b"From: <@@>\r\n", b"Message-ID: \r\n", b"=?utf-8?b?AAAA?=", b"GIF89a<script>", "ہیلو".encode(), b"words "]
)  # fmt: skip


@within(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(raw=st.lists(PIECES | st.binary(max_size=30), max_size=40).map(b"".join))
@example(raw=b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 1000)
@example(raw=b"")
@example(raw=b"\0" * 1000)
@example(raw=b"Subject: " + b"=?utf-8?q?" * 5000 + b"\r\n\r\nwords")
def test_whatever_is_sent_is_answered(hostile: tuple[int, str], raw: bytes) -> None:
    port, to = hostile
    code, _said = answered(port, to, raw)
    assert code in (250, 554)


@pytest.fixture
def hostile(port: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    monkeypatch.setattr(taking, "_AN_HOUR", taking.limits.Limit("mail-in", most=100_000, seconds=3600))
    return port, address(told.raised(timezone.now()).link)


@pytest.mark.slow
def test_ten_megabytes_of_anything_are_answered_and_others_are_served_meanwhile(hostile: tuple[int, str]) -> None:
    port, to = hostile
    drawn = random.Random(4)
    size = taking.MOST_BYTES - 1000
    for raw in (
        b"\r\n" * (size // 2),
        b"a" * size,
        b"." * size,
        bytes(drawn.randrange(256) for _ in range(1000)) * (size // 1000),
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * (size // 5),
        b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n" + b"\0" * size,
    ):
        assert answered(port, to, raw)[0] in (250, 552, 554)
        assert greets(port)


def test_anything_said_on_the_line_is_answered_or_the_line_is_closed(port: int) -> None:
    drawn = random.Random(11)
    words = [b"EHLO x", b"LHLO x", b"HELO", b"MAIL FROM:<>", b"MAIL FROM:<a@b> SIZE=x", b"RCPT TO:<>", b"DATA", b"RSET",
             b"VRFY \xff", b"AUTH PLAIN x", b"STARTTLS", b"HELP", b"EXPN", b"QUIT x", b"\xff\xfe", b"", b"A" * 2000,
             "RCPT TO:<ہ@ہ>".encode(), b"BDAT 99999999 LAST", b"PROXY TCP4 1 2 3 4", b"NOOP " + b"x" * 400]  # fmt: skip
    for _ in range(60):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            assert line.recv(4) == b"220 "
            file = line.makefile("rb")
            file.readline()
            for _ in range(drawn.randrange(1, 12)):
                try:
                    line.sendall(drawn.choice(words) + b"\r\n")
                    said = file.readline()
                except OSError:
                    break
                if not said:
                    break
                assert said[:3].isdigit(), said
                while said[3:4] == b"-":
                    said = file.readline()
    assert greets(port)


def test_what_the_team_does_not_read_waits_for_an_interpreter(port: int) -> None:
    receipt = told.raised(timezone.now())
    read = snapshot.city().teams["old-mill"].languages
    assert ("pt" in read, "ta" in read) == (True, False)
    for words in ("Todas as manhãs os carros passam a correr junto ao moinho.", "ஒவ்வொரு காலையும் கார்கள் வேகமாகச் செல்கின்றன."):
        assert answered(port, address(receipt.link), letter(words).as_bytes())[0] == 250
    found = Message.objects.filter(kind="person").order_by("pk")
    assert [(row.language, row.wanted_in) for row in found] == [("pt", ""), ("ta", "en")]
