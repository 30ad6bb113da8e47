"""Mail that comes in: whose words they are, which concern they answer, and that nothing stops the reading."""

from __future__ import annotations

import tomllib
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from byname.concerns.rules.mail import (
    LONGEST_TEXT,
    MOST_PARTS,
    Mail,
    concern_of,
    header_safe,
    marker_line,
    read_mail,
    reply_address,
)
from byname.concerns.rules.mail.addresses import addresses_in
from byname.concerns.rules.mail.parts import sniffed, tidy_name
from byname.vocabulary import Refused

LETTERS = Path(__file__).parent / "data" / "mail"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((LETTERS / "expected.toml").read_text("utf-8"))
FILES = {path.stem: path.read_bytes() for path in sorted(LETTERS.glob("*.eml"))}
SECRET, OLDER = b"the secret of this year", b"the secret of last year"
HEAD = b"From: rosa@example.com\nIn-Reply-To: <letter-1@reply.example.org>\nSubject: Re: An answer\n"

SUBJECTS = ("An answer", "There is an answer", "通知：有答复")
"""The subjects of the letters these answer."""


def read(raw: bytes) -> Mail:
    return read_mail(raw, most_bytes=25_000_000, ours=SUBJECTS)


def refusal(raw: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read(raw)
    return refused.value.code


# The letters in the folder --------------------------------------------------------------------------------------------


def test_every_letter_in_the_folder_has_its_expectation() -> None:
    assert sorted(FILES) == sorted(EXPECTED)


@pytest.mark.parametrize("name", sorted(name for name in EXPECTED if "refused" not in EXPECTED[name]))
def test_a_letter_is_read_as_its_expectation_says(name: str) -> None:
    mail, said = read(FILES[name]), EXPECTED[name]
    files = [[file.name, file.declared, file.found or ""] for file in mail.attachments]
    assert (mail.text, mail.cut_unsure, mail.automatic, list(mail.problems), files) == (
        said["text"],
        said.get("cut_unsure", False),
        said.get("automatic", ""),
        said.get("problems", []),
        said.get("attachments", []),
    )


@pytest.mark.parametrize("name", sorted(name for name in EXPECTED if "refused" in EXPECTED[name]))
def test_a_letter_without_words_or_a_picture_is_refused(name: str) -> None:
    assert refusal(FILES[name]) == EXPECTED[name]["refused"]


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_letter_reads_the_same_with_either_line_end(name: str) -> None:
    lines = FILES[name].replace(b"\r\n", b"\n")
    if "refused" in EXPECTED[name]:
        assert refusal(lines) == refusal(lines.replace(b"\n", b"\r\n"))
    else:
        one, other = read(lines), read(lines.replace(b"\n", b"\r\n"))
        assert (one.text, one.cut_unsure, one.to, one.automatic) == (
            other.text,
            other.cut_unsure,
            other.to,
            other.automatic,
        )


def test_the_head_is_read() -> None:
    mail = read(
        b"From: =?utf-8?q?Rosa?= <Rosa@Example.COM>\n"
        b'To: "Officers, reply@bad.example" <reply+a.b@reply.example.org>,\n other@example.net\n'
        b"Cc: Group: one@example.org, two@example.org;\nDelivered-To: third@example.org\n"
        b"X-Original-To: reply+a.b@reply.example.org\n"
        b"Message-ID: <m1@x>\nReferences: <m0@x> <letter-1@y>\nSubject: =?iso-8859-1?q?D=E9j=E0_vu?=\n\nYes.\n"
    )
    assert (mail.sender, mail.message_id, mail.in_reply_to, mail.subject, mail.text) == (
        "rosa@example.com",
        "m1@x",
        "letter-1@y",
        "Déjà vu",
        "Yes.",
    )
    assert mail.to == (
        "reply+a.b@reply.example.org",
        "other@example.net",
        "one@example.org",
        "two@example.org",
        "third@example.org",
    )


# Whose words they are -------------------------------------------------------------------------------------------------

OURS = f"> {marker_line('Write above')}\n> Hello\n> there is an answer\n"
WORDS = st.text(alphabet="abc ,.?!éñ中文اردو\n", min_size=1, max_size=200).filter(lambda words: words.strip() != "")


@given(words=WORDS)
@settings(deadline=None)
def test_whatever_words_stand_above_our_letter_are_the_new_words(words: str) -> None:
    raw = f"{words}\n\nOn Mon, Nov 23, 2026 at 10:05 X <x@example.org> wrote:\n{OURS}"
    mail = read(HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + raw.encode())
    assert ("".join(mail.text.split()), mail.cut_unsure) == ("".join(words.split()), False)


@given(words=WORDS)
@settings(deadline=None)
def test_where_no_letter_is_quoted_nothing_is_cut(words: str) -> None:
    mail = read(HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + words.encode())
    assert "".join(mail.text.split()) == "".join(words.split())


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        ("-- \nRosa\nTenants' table", "Yes."),
        ("-- \n" + "a line that matters\n" * 9, "Yes.\n\n-- \n" + "a line that matters\n" * 9),
        ("--\nAlso: the lamp is out", "Yes.\n\n--\nAlso: the lamp is out"),
        ("Sent from my iPhone", "Yes."),
        ("Sent from my balcony, as I could not sleep: " + "noise " * 20, None),
        ("ارسلت من\n\nمیرے iPhone سے بھیجا گیا", "Yes.\n\nارسلت من"),
        ("எனது iPhone-இலிருந்து அனுப்பப்பட்டது", "Yes."),
        ("Ipinadala mula sa aking iPhone", "Yes."),
        ("從我的 iPhone 傳送", "Yes."),
        ("Télécharger Outlook pour iOS", "Yes."),
    ],
)
def test_a_signature_goes_and_words_stay(below: str, kept: str | None) -> None:
    whole = f"Yes.\n\n{below}"
    mail = read(HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + whole.encode())
    said = whole if kept is None else kept
    assert mail.text.split() == said.split()


@pytest.mark.parametrize(
    "style",
    ["display:none", "DISPLAY : none", "max-height:0px;overflow:hidden", "font-size:0", "mso-hide:all", "opacity:0"],
)
def test_what_a_reader_cannot_see_is_no_word(style: str) -> None:
    markup = f'<div style="{style}">hidden</div><title>no</title><style>p{{}}</style><p>seen</p><!-- no --><script>no'
    assert read(HEAD + b"Content-Type: text/html\n\n" + markup.encode()).text == "seen"


def test_a_mail_without_words_brings_its_picture() -> None:
    mail = read(FILES["photo_and_no_words"])
    assert (mail.text, [file.is_picture for file in mail.attachments]) == ("", [True])


# Which concern it answers ---------------------------------------------------------------------------------------------

KEYS = st.from_regex(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,39}[a-zA-Z0-9])?", fullmatch=True)


@given(key=KEYS)
def test_an_address_in_any_case_leads_back_to_its_concern(key: str) -> None:
    address = reply_address(key, SECRET, "reply.example.org")
    assert len(address.partition("@")[0]) <= 64
    assert address == address.lower()
    assert [concern_of(form, [SECRET]) for form in (address, address.upper(), address.title())] == [key.lower()] * 3


def test_an_older_secret_still_opens_and_a_strange_one_never() -> None:
    address = reply_address("C-7K3M-9QXT-4BP", OLDER, "reply.example.org")
    assert concern_of(address, [SECRET, OLDER]) == "c-7k3m-9qxt-4bp"
    assert concern_of(address, [SECRET]) is None
    assert concern_of(address, []) is None


@given(at=st.integers(0, 40), letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567-.+@ \u212a"))
def test_an_address_with_one_letter_changed_leads_nowhere(at: int, letter: str) -> None:
    address = reply_address("7k3m9qxt4bp", SECRET, "reply.example.org")
    local = len(address.partition("@")[0])
    changed = address[: at % local] + letter + address[at % local + 1 :]
    assert concern_of(changed, [SECRET]) == ("7k3m9qxt4bp" if changed == address else None)


@given(address=st.text())
def test_no_text_stops_the_reading_of_an_address(address: str) -> None:
    assert concern_of(address, [SECRET]) is None
    assert all("@" in found for found in addresses_in(address))


@pytest.mark.parametrize("key", ["", "-a", "a-", "a.b", "a b", "é", "\u212a", "a" * 42, "a\n"])
def test_a_key_that_no_address_can_carry_is_a_mistake(key: str) -> None:
    with pytest.raises(ValueError, match="reference key"):
        reply_address(key, SECRET, "reply.example.org")


def test_a_short_secret_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="secret"):
        reply_address("7k3m", b"short", "reply.example.org")


# No stranger's words in the head --------------------------------------------------------------------------------------


@given(value=st.text() | st.text(alphabet="ab:\r\n\0\x0b\x0c\x1c\x85\u2028 =?utf-8q0A_\ud800"))
@example(value="a\r\nBcc: all@example.org")
@example(value="=?utf-8?q?a=0ABcc:_all=40example.org?=")
@example(value="=?utf-8?q?a=0D=0A=0D=0Abody?=")
@settings(max_examples=400, deadline=None)
def test_words_in_a_header_add_no_header_and_come_back_as_they_are(value: str) -> None:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = header_safe(value)
    message["To"] = "rosa@example.com"
    message.set_content("words")
    back = message_from_bytes(message.as_bytes(), policy=default)
    assert [name.lower() for name in back] == [name.lower() for name in message]
    assert str(back["Subject"]).split() == header_safe(value).split()
    assert back.get_content().splitlines() == ["words"]


def test_a_safe_value_is_left_as_it_is() -> None:
    assert header_safe("Réponse: ہیلو 中文 (1/2)") == "Réponse: ہیلو 中文 (1/2)"


# Files ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "tidy"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\rosa\\a.jpg", "a.jpg"),
        (".htaccess", "htaccess"),
        ("gpj.\u202eexe.jpg", "gpj.exe.jpg"),
        ("a\0\r\nb.jpg", "ab.jpg"),
        ("x" * 300 + ".jpeg", "x" * 75 + ".jpeg"),
        ("...", ""),
        ("照片 1.png", "照片 1.png"),
    ],
)
def test_a_file_gets_a_harmless_name(given_name: str, tidy: str) -> None:
    assert tidy_name(given_name) == tidy


def test_a_file_is_what_its_first_bytes_say() -> None:
    assert [
        sniffed(content)
        for content in (b"GIF89a..", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x1cftypavif", b"\0\0\0\x1cftypmp42", b"<svg>", b"")
    ] == ["image/gif", "image/webp", "image/avif", None, None, None]


# The subject ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "own"),
    [
        ("Re: There is an answer", ""),
        ("AW: Re: [EXTERNAL] there is  an ANSWER", ""),
        ("There is an answer", ""),
        ("回复：通知：有答复", ""),
        ("Re:", ""),
        ("", ""),
        ("Noise at the gate", "Noise at the gate"),
        ("Re: Noise at  the gate", "Re: Noise at the gate"),
        ("He has a gun. There is an answer", "He has a gun. There is an answer"),
        (
            "He has a gun and my son is in there with him: An answer",
            "He has a gun and my son is in there with him: An answer",
        ),
    ],
)
def test_a_subject_is_somebodys_own_unless_it_answers_ours(subject: str, own: str) -> None:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message.set_content("Words.")
    assert read(message.as_bytes()).headline == own


def test_words_in_the_subject_alone_are_words_and_no_excuse_for_what_cannot_be_read() -> None:
    own = b"Subject: Noise at the gate\n"
    alone = read(own + b"\n")
    assert (alone.headline, alone.text) == ("Noise at the gate", "")
    assert refusal(own + b"Content-Type: application/pkcs7-mime\n\nabc") == "mail-empty"
    assert refusal(HEAD + b"\n") == "mail-empty"


@pytest.mark.parametrize(
    ("plain", "html", "other"),
    [
        ("Thank you.", "<p>Thank  you.</p>", ""),
        ("Thank you.", "<p>He is here.</p>", "He is here."),
        ("Thank you.", "<p>He is here.</p><blockquote>Somebody else's words.</blockquote>", ""),
        ("", "<p>He is here.</p>", ""),
    ],
)
def test_what_the_other_half_says_is_told_where_it_surely_is_new(plain: str, html: str, other: str) -> None:
    message = EmailMessage(policy=SMTP)
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    assert read(message.as_bytes()).other == other


@pytest.mark.parametrize(
    ("head", "kind", "surely"),
    [
        (b"Auto-Submitted: auto-replied\n", "answer", True),
        (b"Content-Type: multipart/report; boundary=b\n", "bounce", True),
        (b"Return-Path: <>\n", "bounce", False),
        (b"Return-Path: <>\nAuto-Submitted: auto-replied\n", "bounce", True),
        (b"Subject: Out of office: noise\n", "answer", False),
        (b"List-Id: <a.example>\n", "list", False),
        (b"Precedence: bulk\n", "bulk", False),
        (b"Auto-Submitted: no\n", "", False),
    ],
)
def test_a_machine_is_sure_by_the_marks_that_only_machines_set(head: bytes, kind: str, surely: bool) -> None:
    mail = read(head + b"\nwords\n")
    assert (mail.automatic, mail.surely) == (kind, surely)


# Limits ---------------------------------------------------------------------------------------------------------------


def boxes(depth: int) -> bytes:
    heads = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(depth))
    return HEAD + heads + b"\nwords\n"


def test_the_limits_stand_where_they_say() -> None:
    many = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nword\n" * (MOST_PARTS - 1)
    assert read(many).text.split() == ["word"] * (MOST_PARTS - 1)
    assert refusal(many + b"--b\n\nword\n") == "mail-parts"
    assert read(boxes(20)).text == "words"
    assert refusal(boxes(21)) == "mail-depth"
    assert len(read(HEAD + b"\n" + b"a" * LONGEST_TEXT).text) == LONGEST_TEXT
    assert refusal(HEAD + b"\n" + b"a" * (LONGEST_TEXT + 1)) == "mail-long"
    with pytest.raises(Refused) as refused:
        read_mail(HEAD + b"\nwords", most_bytes=20)
    assert refused.value.code == "mail-size"


def test_what_a_machine_wrote_is_never_refused() -> None:
    machine = b"Auto-Submitted: auto-generated\n"
    mails = [read_mail(machine + boxes(3), most_bytes=20), *(read(machine + raw) for raw in (boxes(30), HEAD))]
    assert [(mail.automatic, mail.text, mail.problems) for mail in mails] == [("answer", "", ("left-out",))] * 3


def test_html_that_is_too_long_is_left_out_where_plain_words_are() -> None:
    head = b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n"
    mail = read(HEAD + head + b"<p>" * 200_000 + b"\n--b\n\nplain words\n--b--\n")
    assert (mail.text, mail.problems) == ("plain words", ("left-out",))


PLAIN, HTML = HEAD + b"Content-Type: text/plain; charset=utf-8\n\n", HEAD + b"Content-Type: text/html\n\n"
MANY = LONGEST_TEXT


@pytest.mark.slow
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(PLAIN + b">\n" * 5_000_000, id="ten million letters of quotation"),
        pytest.param(PLAIN + b">\n" * (MANY // 2 - 1), id="quotation as long as is read"),
        pytest.param(PLAIN + b">" * (MANY - 1), id="one deep line"),
        pytest.param(PLAIN + b"On 1 I wrote:\n" * (MANY // 15), id="attributions"),
        pytest.param(PLAIN + b"From: a@b\n" * (MANY // 11), id="heads"),
        pytest.param(PLAIN + b"-- \n" * (MANY // 5), id="signatures"),
        pytest.param(PLAIN + ("a" + "\u0301\u0316" * (MANY // 3)).encode(), id="accents in the wrong order"),
        pytest.param(HTML + b"<!--" * MANY, id="comments never closed"),
        pytest.param(HTML + b"<a x='" * 100_000, id="attributes never closed"),
        pytest.param(HTML + b"<![x" * 140_000, id="marked sections"),
        pytest.param(HTML + b"<div>" * 70_000 + b"</p>" * 70_000, id="stray ends"),
        pytest.param(HTML + b"<blockquote>" * 70_000 + b"<br>a" * 70_000, id="deep quotations"),
        pytest.param(HEAD + b'Content-Type: multipart/mixed; boundary="-"\n\n' + b"-" * 10_000_000, id="dashes"),
        pytest.param(b"To: " + b'(,<a@b"' * 400_000 + b"\n\nwords", id="comments in a head"),
        pytest.param(b"Subject: " + b"=?utf-8?q?" * 80_000 + b"\n\nwords", id="encoded words"),
    ],
)
def test_a_hostile_mail_is_read_or_refused_and_holds_nobody_up(raw: bytes) -> None:
    # Each of these took minutes, or all memory, by a plainer way of reading.
    try:
        outcome = read(raw).text
    except Refused as no:
        outcome = no.sentence
    assert outcome


# Nothing stops the reading --------------------------------------------------------------------------------------------


def read_or_refused(raw: bytes) -> None:
    try:
        mail = read(raw)
    except Refused:
        return
    assert "\0" not in mail.text + mail.subject
    mail.text.encode()
    assert all(address == address.lower() and "@" in address for address in mail.to)


@given(raw=st.binary(max_size=2_000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    read_or_refused(raw)


HEADERS = st.sampled_from(
    [b"Content-Type: ", b"Content-Transfer-Encoding: ", b"Content-Disposition: ", b"From: ", b"To: ", b"Subject: ",
     b"Message-ID: ", b"Return-Path: ", b"Auto-Submitted: "]
)  # fmt: skip
PIECES = st.sampled_from(
    [b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=b", b"text/html; charset=", b"text/plain",
     b"base64", b"quoted-printable", b"attachment; filename*0*=", b"filename*=utf-8''%e4", b"=?utf-8?b?", b"?=", b";",
     b'"', b"<", b">", b"@", b"(", b"utf-7", b"zip", b"idna", b"punycode", b"undefined", b"*99999999999", b"\xff",
     b"=", b"--b", b"--b--", b"<div style='display:none'>", b"<blockquote>", b"<![", b"&#xD800;", b"\n", b"\r"]
)  # fmt: skip


@given(
    head=st.lists(st.tuples(HEADERS, st.lists(PIECES | st.binary(max_size=6), max_size=8).map(b"".join)), max_size=8),
    body=st.lists(PIECES | st.just(b"\n") | st.binary(max_size=20), max_size=30).map(b"".join),
)
@settings(max_examples=600, deadline=None)
def test_any_pieces_of_mail_are_read_or_refused(head: list[tuple[bytes, bytes]], body: bytes) -> None:
    read_or_refused(b"".join(name + value + b"\n" for name, value in head) + b"\n" + body)


@given(data=st.data(), name=st.sampled_from(sorted(FILES)), other=st.sampled_from(sorted(FILES)))
@settings(max_examples=600, deadline=None)
def test_a_damaged_letter_is_read_or_refused(data: st.DataObject, name: str, other: str) -> None:
    raw = bytearray(FILES[name])
    for _again in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw)))
        match data.draw(st.sampled_from(["cut", "flip", "put", "splice"])):
            case "cut":
                del raw[at : at + data.draw(st.integers(1, 200))]
            case "flip":
                raw[at : at + 1] = data.draw(st.binary(min_size=1, max_size=1))
            case "put":
                raw[at:at] = data.draw(PIECES)
            case _:
                raw[at:] = FILES[other][at:]
    read_or_refused(bytes(raw))
