"""Letters reach a real mail server, once; what cannot be sent waits, or is given up and said to be."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography.fernet import Fernet
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from byname.interfaces.jobs import deliver, letters
from byname.interfaces.jobs.deliver import Deliverer
from byname.interfaces.jobs.landing import forget_old_files
from byname.interfaces.jobs.letters import weekly
from byname.interfaces.jobs.mail_server import MailServer
from byname.interfaces.jobs.texts import CODE
from byname.ledger import actions, queries, rules
from byname.ledger.models import LedgerLine, Letter
from byname.places.models import ServiceProfile
from byname.vocabulary import SYSTEM, Actor, Refused
from tests.cast import Cast
from tests.config.ground import free_port
from tests.interfaces.jobs.certificates import certificate
from tests.interfaces.jobs.post import Post, mail_server

pytestmark = pytest.mark.django_db
WORDS = {"subject": "A passkey was added", "body": "Hello Ana,\n\nIf this was not you, ring us: ünïcödé ✓.\n"}


@pytest.fixture(autouse=True)
def sender(settings: Settings, tmp_path: Path) -> None:
    settings.BYNAME_MAIL_FROM = "no-reply@service.example"
    settings.BYNAME_HOME = tmp_path


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with mail_server() as running:
        settings.BYNAME_MAIL_SERVER = MailServer("127.0.0.1", running.port, "off")
        yield running


def written(
    to: str = "ana@service.example", kind: str = "plain", words: dict[str, str] | None = None, *, days_ago: float = 0
) -> int:
    """One letter in the outbox; its number."""
    at = timezone.now() - timedelta(days=days_ago)
    with transaction.atomic():
        name = actions.write_letter(kind, to=to, words=WORDS if words is None else words, by=SYSTEM, at=at)
    return Letter.objects.get(message_id=name).pk


def test_a_letter_arrives_once_and_then_only_that_it_was_sent_is_known(post: Post) -> None:
    number = written()
    stored = Letter.objects.get()
    assert (Deliverer().round(), Deliverer().round()) == (1, 0)
    (message,) = post.taken
    row = Letter.objects.get(pk=number)
    assert message["Message-ID"] == stored.message_id
    assert row.delivered_at is not None
    assert (row.recipient, row.words, row.attempts, row.message_id) == ("", "", 1, stored.message_id)


def test_after_each_letter_it_rests_twice_as_long_as_the_letter_took(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, rests = iter((0.0, 0.25, 1.0, 1.5, 2.0)), list[float]()
    monkeypatch.setattr(
        deliver,
        "time",
        SimpleNamespace(
            monotonic=time.monotonic,
            thread_time=lambda: next(seconds),
            sleep=rests.append,
        ),
    )
    written()
    written()
    assert Deliverer().round() == 2
    assert rests == [0.5, 1.0]


def test_a_letter_taken_back_is_never_sent_and_one_that_went_cannot_be(post: Post) -> None:
    gone = Letter.objects.get(pk=written())
    Deliverer().round()
    waits = Letter.objects.get(pk=written("bob@service.example"))
    with transaction.atomic():
        back = actions.take_letter_back(waits.message_id, by=SYSTEM, at=timezone.now())
        assert (back.to, back.words) == ("bob@service.example", WORDS) if back else False
        for none in (waits.message_id, gone.message_id, ""):
            assert actions.take_letter_back(none, by=SYSTEM, at=timezone.now()) is None
    assert (Deliverer().round(), post.to, Letter.objects.get().pk) == (0, ["ana@service.example"], gone.pk)


def test_a_letter_is_plain_neutral_and_says_that_a_machine_sent_it(post: Post) -> None:
    written()
    Deliverer().round()
    (message,) = post.taken
    assert {name: str(value) for name, value in message.items() if name not in ("Message-ID", "Date")} == {
        "Subject": "A passkey was added",
        "From": "no-reply@service.example",
        "To": "ana@service.example",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert message.get_content().replace("\r\n", "\n") == WORDS["body"]
    assert abs(message["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)


def test_nothing_written_becomes_a_header_or_ends_the_letter(post: Post) -> None:
    body = "First.\r\n.\r\nMAIL FROM:<x@x.example>\r\n\r\n..\r\nLast.\r\n"
    written(words={"subject": "Hello\r\nBcc: everybody@service.example\n\nX", "body": body})
    Deliverer().round()
    (message,) = post.taken
    assert message["Subject"] == "Hello Bcc: everybody@service.example X"
    assert (message["Bcc"], post.to) == (None, ["ana@service.example"])
    assert message.get_content().splitlines() == body.splitlines()


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ana",
        "ana@",
        "@service.example",
        "ana@service.example\nBcc: x@x.example",
        "ana@service.example, bob@service.example",
        "Ana <ana@service.example>",
        "ana@b@service.example",
        "ana\0@service.example",
        "a" * 250 + "@service.example",
    ],
)
def test_a_letter_has_exactly_one_address(to: str) -> None:
    with pytest.raises(Refused, match="That is no e-mail address"):
        rules.letter_address(to)


def test_a_name_in_another_script_is_asked_for_by_its_ascii_name(post: Post) -> None:
    written("ana@bücher.example")
    Deliverer().round()
    assert post.to == ["ana@xn--bcher-kva.example"]


def test_a_refused_recipient_is_given_up_at_once_and_holds_up_nobody(post: Post) -> None:
    post.answers["gone@service.example"] = "550 no such mailbox"
    gone = written("gone@service.example")
    written("ana@service.example")
    assert Deliverer().round() == 1
    row = Letter.objects.get(pk=gone)
    assert (post.to, row.delivered_at, row.problem) == (
        ["ana@service.example"],
        None,
        "The mail server does not take this recipient.",
    )
    line = LedgerLine.objects.get()
    assert (line.event, line.subject_id, line.facts) == ("letter.given_up", str(gone), {"kind": "plain", "attempts": 1})
    assert row.given_up_at is not None


def test_a_letter_put_off_by_the_server_is_tried_again_later_and_the_others_go(post: Post) -> None:
    post.data_answers["slow@service.example"] = "451 try later"
    later = written("slow@service.example")
    written("ana@service.example")
    before = timezone.now()
    assert (Deliverer().round(), Deliverer().round()) == (1, 0)
    row = Letter.objects.get(pk=later)
    assert (row.attempts, row.given_up_at, row.recipient) == (1, None, "slow@service.example")
    assert timedelta(seconds=50) < row.due_at - before < timedelta(seconds=70)
    Letter.objects.filter(pk=later).update(due_at=before)
    del post.data_answers["slow@service.example"]
    assert Deliverer().round() == 1
    assert Letter.objects.get(pk=later).attempts == 2


def test_after_two_days_a_letter_is_given_up(post: Post) -> None:
    post.answers["full@service.example"] = "452 mailbox full"
    number = written("full@service.example", days_ago=1.99)
    Letter.objects.filter(pk=number).update(attempts=9)
    Deliverer().round()
    assert Letter.objects.get(pk=number).given_up_at is not None


def test_waits_grow_from_a_minute_to_six_hours_and_end_after_two_days(noon: datetime) -> None:
    waits, at = [], noon
    for attempt in range(1, 30):
        again = rules.next_try_at(attempt, first_due_at=noon, at=at)
        if again is None:
            break
        waits.append((again - at).total_seconds() / 60)
        at = again
    assert waits == [1, 5, 15, 60, 180, *[360] * 7]


def test_a_server_that_hangs_up_on_one_letter_gets_the_others(post: Post) -> None:
    """The bad letter is put off and the round ends; the next round, on a new line, sends the rest."""
    post.data_answers["poison@service.example"] = "421 going away"
    poison = written("poison@service.example")
    written("ana@service.example")
    deliverer = Deliverer()
    assert [deliverer.round() for _ in range(2)] == [0, 1]
    assert (post.to, Letter.objects.get(pk=poison).attempts) == (["ana@service.example"], 1)


def test_while_the_server_is_away_letters_wait_and_none_is_the_worse_for_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    settings.BYNAME_MAIL_SERVER = MailServer("127.0.0.1", port, "off")
    written()
    written("bob@service.example")
    deliverer = Deliverer()
    assert deliverer.round() == 0
    state = queries.delivery_of_letters(since=timezone.now(), at=timezone.now(), viewer=SYSTEM)
    assert (state.waiting, state.problem, set(Letter.objects.values_list("attempts"))) == (
        2,
        "The mail server cannot be reached.",
        {(0,)},
    )
    post = Post(port=port)
    with mail_server(post):
        assert deliverer.round() == 0  # it is left in peace for a few seconds
        monkeypatch.setattr("time.monotonic", lambda: float("inf"))
        deliverer._quiet_until = 0.0
        monkeypatch.undo()
        assert deliverer.round() == 2
    assert sorted(post.to) == ["ana@service.example", "bob@service.example"]


def test_a_letter_that_cannot_be_read_or_written_holds_up_nobody(post: Post, settings: Settings) -> None:
    keys = settings.BYNAME_DATA_KEYS
    settings.BYNAME_DATA_KEYS = [Fernet.generate_key().decode()]
    unreadable = written("lost@service.example")
    settings.BYNAME_DATA_KEYS = keys
    unwritable = written(kind="posting_adopted", words={"area": "Kensington"})
    wordless = written(kind="no_such_kind", words={"subject": "Only that"})
    written()
    assert Deliverer().round() == 1
    said = {
        pk: Letter.objects.defer("recipient", "words").get(pk=pk).problem for pk in (unreadable, unwritable, wordless)
    }
    assert said == {
        unreadable: "The letter cannot be read with the data keys of this installation.",
        unwritable: "The letter posting_adopted has not all its words.",
        wordless: "The letter no_such_kind has not all its words.",
    }


def test_a_letter_stands_and_falls_with_the_act_it_tells_of() -> None:
    with transaction.atomic():
        actions.write_letter("plain", to="ana@service.example", words=WORDS, by=SYSTEM, at=timezone.now())
        transaction.set_rollback(True)
    assert Letter.objects.count() == 0


def test_a_letter_is_refused_outside_an_act(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byname.ledger.actions.outbox.connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(transaction.TransactionManagementError, match="belongs to the transaction"):
        actions.write_letter("plain", to="ana@service.example", words=WORDS, by=SYSTEM, at=timezone.now())


def test_who_reads_the_table_reads_no_letter() -> None:
    written()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(l)::text FROM byname_letter l")
        ((text,),) = cursor.fetchall()
    assert [word for word in ("ana", "passkey", "Hello") if word in text] == []


def test_a_letter_due_later_waits_until_then(post: Post) -> None:
    soon = timezone.now() + timedelta(hours=1)
    with transaction.atomic():
        actions.write_letter("plain", to="a@b.example", words=WORDS, by=SYSTEM, at=timezone.now(), due_at=soon)
    assert Deliverer().round() == 0
    Letter.objects.update(due_at=timezone.now())
    assert Deliverer().round() == 1


def test_a_letter_given_up_can_be_tried_again_or_let_go_on_the_record(post: Post, clerk_of_records: Actor) -> None:
    post.answers["ana@service.example"] = "550 no such mailbox"
    first, second = written(), written()
    Deliverer().round()
    post.answers.clear()
    now = timezone.now()
    actions.try_letter_again(first, by=clerk_of_records, at=now)
    actions.let_letter_go(second, by=clerk_of_records, at=now)
    assert Deliverer().round() == 1
    assert list(Letter.objects.values_list("pk")) == [(first,)]
    assert list(LedgerLine.objects.order_by("id").values_list("event", "subject_id"))[2:] == [
        ("letter.tried_again", str(first)),
        ("letter.let_go", str(second)),
    ]
    with pytest.raises(Refused):
        actions.try_letter_again(first, by=clerk_of_records, at=now)


def test_sent_letters_are_forgotten_after_ninety_days_and_given_up_ones_after_thirty(noon: datetime) -> None:
    for delivered, given_up in ((91, None), (89, None), (None, 31), (None, 29), (None, None)):
        number = written()
        Letter.objects.filter(pk=number).update(
            delivered_at=noon - timedelta(days=delivered) if delivered else None,
            given_up_at=noon - timedelta(days=given_up) if given_up else None,
        )
    assert (actions.forget_letters(by=SYSTEM, at=noon), Letter.objects.count()) == (2, 3)


# -- encryption and signing in ---------------------------------------------------------------------------------------


def _signs_in(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    good = (getattr(data, "login", b""), getattr(data, "password", b"")) == (b"byname", b"s:cr/t @1")
    return AuthResult(success=good, handled=False)


def test_letters_travel_encrypted_and_signed_in(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, context = certificate(tmp_path)
    options = {"tls_context": context, "authenticator": _signs_in, "auth_required": True, "require_starttls": True}
    with mail_server(**options) as post:
        server = MailServer("localhost", post.port, "starttls", "byname", "s:cr/t @1")
        wrong = replace(server, password="no")
        told = []
        for known, trust in ((server, False), (wrong, True), (server, True)):
            if trust:
                monkeypatch.setenv("SSL_CERT_FILE", str(public))
            settings.BYNAME_MAIL_SERVER = known
            written()
            sent = Deliverer().round()
            state = queries.delivery_of_letters(since=timezone.now(), at=timezone.now(), viewer=SYSTEM)
            told.append((sent, state.problem))
    assert told == [
        (0, "The mail server's certificate cannot be trusted."),
        (0, "The mail server refuses the name or the password."),
        (3, ""),
    ]


def test_a_server_without_encryption_is_sent_nothing(settings: Settings) -> None:
    with mail_server() as post:
        settings.BYNAME_MAIL_SERVER = MailServer("127.0.0.1", post.port, "starttls")
        written()
        assert Deliverer().round() == 0
    assert (post.taken, Letter.objects.get().problem) == (
        [],
        "The mail server offers no encryption, or no way to sign in.",
    )


# -- without a mail server -------------------------------------------------------------------------------------------


def test_in_the_demo_letters_land_in_a_folder(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    profile = ServiceProfile.objects.get()
    ServiceProfile.objects.update(profile=profile.profile | {"demo": True})
    settings.BYNAME_MAIL_SERVER = None
    written()
    assert Deliverer().round() == 1
    (file,) = (tmp_path / "letters").iterdir()
    assert (file.suffix, file.stat().st_mode & 0o007) == (".eml", 0)
    assert "Subject: A passkey was added" in file.read_text()
    assert forget_old_files(timezone.now()) == 0
    assert (forget_old_files(timezone.now() + timedelta(days=91)), file.exists()) == (1, False)


def test_without_a_demo_and_a_mail_server_letters_wait(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    settings.BYNAME_MAIL_SERVER = None
    ServiceProfile.objects.update(profile=ServiceProfile.objects.get().profile | {"demo": False})
    written()
    assert (Deliverer().round(), (tmp_path / "letters").exists(), Letter.objects.get().delivered_at) == (0, False, None)


# -- the kinds -------------------------------------------------------------------------------------------------------


def test_every_kind_of_letter_that_is_written_has_a_text_or_brings_its_own() -> None:
    """A kind without a text of its own is one whose words hold the subject and the body: those of signing in."""
    source = Path(letters.__file__).parents[3]
    named = set[str]()
    for file in sorted(source.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
                "write_letter",
                "write_to_officer",
                "write_to_followers",
            ):
                named |= {
                    arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    texts = {*letters.TEXTS, *letters.TO_RESIDENTS, *weekly.KINDS, CODE}
    assert {kind for kind in named if not kind.startswith(("sign_in.", "plain"))} == texts
