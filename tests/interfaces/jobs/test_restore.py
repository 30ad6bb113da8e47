"""A backup brought back holds everything it held, and undoes nothing that was taken back from the public since."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from psycopg import sql

from byname.concerns import actions as concerns
from byname.concerns.models import Person
from byname.config import archive, backup, machine, restore, secrets
from byname.config.machine import Trouble
from byname.interfaces.jobs import heads
from byname.interfaces.jobs.replay import TakenBack, replay, still_to_do, taken_back
from byname.ledger import actions as ledger
from byname.ledger.models import Letter
from byname.people import actions as people
from byname.people.models import Account, Conflict, Invitation
from byname.postings import actions as postings
from byname.safekeeping.models import StaffSession
from byname.vocabulary import PUBLIC, SYSTEM, Actor, operator
from tests import staff
from tests.cast import Cast
from tests.concerns import told as concern
from tests.config.ground import needs_shared_python

_ENDED = {"byname_staffsession", "byname_keptvalue"}


@pytest.fixture
def place() -> Iterator[Path]:
    """A home that other users can enter (pytest's own are closed to them)."""
    made = Path(tempfile.mkdtemp(prefix="byname-test-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def url_of(name: str) -> str:
    about = connection.settings_dict
    host = f"{about['HOST'] or 'localhost'}:{about['PORT'] or 5432}"
    if str(about["HOST"]).startswith("/"):
        return f"postgresql://{about['USER']}:{about['PASSWORD']}@:{about['PORT']}/{name}?host={about['HOST']}"
    return f"postgresql://{about['USER']}:{about['PASSWORD']}@{host}/{name}"


@pytest.fixture
def full(committed: Cast, place: Path, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """A city with everything in it: officers, photos, accounts with second factors, conflicts, letters, a concern."""
    monkeypatch.setenv("DATABASE_URL", url_of(connection.settings_dict["NAME"]))
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    monkeypatch.setenv("BYNAME_DATA_KEYS", ",".join(settings.BYNAME_DATA_KEYS))
    at = timezone.now()
    ana = staff.account("officer", officer=committed.ana)
    receipt = concern.raised(at, concern.ANONYMOUS)
    concerns.write_again(receipt.link, "It was worse today.", by=PUBLIC, at=at)
    concerns.close(receipt.reference, "solved", "The sign stands.", by=staff.acting(ana, areas=["old-mill"]), at=at)
    concerns.say_how_it_went(receipt.link, answered="yes", better="yes", promise=concern.PROMISE, by=PUBLIC, at=at)
    Conflict.objects.create(account=ana, place="neighbourhood:3", code="x" * 64, declared_at=at)
    staff.account("clerk", "administrator", divisions=["D1", "D2"])
    client = Client()
    client.force_login(ana, backend=staff.BACKEND)
    Invitation.objects.create(
        token_digest=b"1" * 32, email="new@service.example", roles=["officer"], invited_at=at,
        expires_at=at + timedelta(days=3),
    )  # fmt: skip
    with transaction.atomic():
        for to in ("sent-before@service.example", "sent-since@service.example", "waits@service.example"):
            words = {"subject": "A letter", "body": "Its words"}
            ledger.write_letter("plain", to=to, words=words, by=SYSTEM, at=at)
        _delivered("sent-before@service.example", at)
    monkeypatch.delenv("BYNAME_LEDGER_KEY", raising=False)  # the home's own key, not that of the tests' process
    key = secrets.kept_in(place)["BYNAME_LEDGER_KEY"]
    monkeypatch.setattr(settings, "BYNAME_LEDGER_KEY", key.encode())
    _sealed(place)
    connection.close()
    return committed


def _sealed(place: Path) -> None:
    with transaction.atomic():
        sealed = ledger.seal(by=SYSTEM, at=timezone.now())
    assert sealed is not None
    heads.note(place / "ledger", sealed.head)
    heads.note_taken_back(place / "ledger", sealed.taken_back)
    if user := machine.system_user(machine.PROGRAM_USER):  # the sealer's own user, where the tests run as root
        for path in ((place / "ledger"), *(place / "ledger").iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)


def _delivered(to: str, at: datetime) -> None:
    for letter in Letter.objects.all():
        if letter.recipient == to:
            letter.delivered_at, letter.recipient, letter.words = at, "", ""
            letter.save()


def _content(url: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of all they hold."""
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(url) as asking:
        names = [row[0] for row in asking.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for name in names:
            asked = sql.SQL("SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t")
            row = asking.execute(asked.format(sql.Identifier(name))).fetchone()
            found[name] = (row[0], row[1]) if row else (0, "")
    return found


@pytest.fixture
def empty_database(full: Cast) -> Iterator[str]:
    """A second database, with nothing in it."""
    name = f"{connection.settings_dict['NAME']}_restored"
    maker = psycopg.connect(url_of("postgres"), autocommit=True)
    maker.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    maker.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield url_of(name)
    maker.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    maker.close()


@pytest.mark.slow
@needs_shared_python
def test_everything_comes_back_into_an_empty_database_and_what_was_taken_back_stays_so(
    full: Cast, place: Path, empty_database: str, monkeypatch: pytest.MonkeyPatch, clerk_of_records: Actor
) -> None:
    identity, public = archive.new_keys()
    (place / "backup.key").write_text(f"{identity}\n")
    before = _content(url_of(connection.settings_dict["NAME"]))
    assert {name for name, (rows, _) in before.items() if not rows} <= {
        *(name for name in before if not name.startswith(("byname_", "mfa_"))),
        *(f"byname_{name}" for name in (
            "allowance", "spokencode", "proposal", "dutyhours", "publishedhours", "handover", "handoveritem",
            "ledgerremark", "keptvalue", "homedivision", "account_groups", "account_user_permissions",
            "concernphoto", "wording", "leaving", "apikey", "subscription", "hearingprofile",
            "savedlist", "translation", "publishedhearing", "homelanguages", "hold",
        )),
    }, "a table that is empty proves nothing"  # fmt: skip
    file = place / "all.tar.gz.age"
    assert backup.back_up(place, file, to=public) == 0
    assert file.read_bytes()[:30].startswith(b"age-encryption.org/v1")

    after = datetime.now(UTC)
    changed = Account.objects.get(roles=["clerk", "administrator"])
    person = Person.objects.select_related("concern").get()
    lines = [
        {"number": 900, "at": after, "event": "officer.hidden", "subject": f"officer:{full.ana.reference}"},
        {"number": 901, "at": after, "event": "officer.photo_withdrawn", "subject": f"officer:{full.chidi.reference}"},
        {"number": 902, "at": after, "event": "officer.hidden", "subject": f"officer:{full.bao.reference}"},
        {"number": 903, "at": after + timedelta(seconds=1), "event": "officer.shown",
         "subject": f"officer:{full.bao.reference}"},
        {"number": 904, "at": after, "event": "officer.hidden", "subject": "officer:O-NEWER9"},
        {"number": 907, "at": after, "event": "account.changed", "subject": ["account", str(changed.pk)],
         "facts": {"roles": ["clerk", "sergeant"], "divisions": ["D2", "D3"], "officer": ""}},
        {"number": 908, "at": after, "event": "concern.erased", "subject": f"concern:{person.concern.reference}",
         "facts": {"person": person.pk}},
    ]  # fmt: skip
    lost = place / "taken-back.jsonl"
    told = "".join(f"{json.dumps(line | {'at': str(line['at'])})}\n" for line in lines)
    lost.write_text(told + '{"number": 905, "at": "2026-')  # the machine was lost in that moment

    monkeypatch.setenv("DATABASE_URL", empty_database)
    with pytest.raises(Trouble, match="This backup is encrypted: name the file that holds its key"):
        restore.restore(place, file, replace=False)
    code = restore.restore(place, file, replace=False, identity=place / "backup.key", taken_back=lost)
    assert code == 0
    assert not (place / "ledger" / "to-replay.jsonl").exists()

    back = _content(empty_database)
    assert set(back) == set(before)
    assert {name for name in before if before[name] != back[name]} == {
        "byname_account",
        "byname_concern",  # without its words
        "byname_person",
        "byname_message",
        "byname_staffsession",  # ended
        "byname_invitation",  # closed
        "byname_letter",  # held
        "byname_officer",
        "byname_officerphoto",  # destroyed
        "byname_ledgerline",
        "byname_publicversion",
    }
    with psycopg.connect(empty_database) as asking:
        shown = asking.execute(
            "SELECT badge_number FROM byname_officer WHERE hidden_at IS NOT NULL ORDER BY 1"
        ).fetchall()
        assert shown == [(full.ana.badge,), (full.grace.badge,)]
        photos = asking.execute(
            "SELECT DISTINCT badge_number FROM byname_officerphoto p JOIN byname_officer o ON o.id = p.officer_id"
            " WHERE p.format = 'webp' ORDER BY 1"
        ).fetchall()
        assert photos == [(full.grace.badge,)]
        added = asking.execute("SELECT event, actor_kind, actor_name FROM byname_ledgerline ORDER BY id").fetchall()
        assert added[before["byname_ledgerline"][0] :] == [
            ("officer.hidden", "operator", "restore"),
            ("officer.photo_withdrawn", "operator", "restore"),
            ("account.changed", "operator", "restore"),
            ("concern.erased", "operator", "restore"),
            ("house.restored", "operator", "restore"),
        ]
        facts = asking.execute("SELECT facts FROM byname_ledgerline ORDER BY id DESC LIMIT 1").fetchone()
        assert facts is not None
        assert facts[0] | {"backup_of": ""} == {
            "backup_of": "", "unknown": 1, "officer_hidden": 1, "officer_photo_withdrawn": 1,
            "account_changed": 1, "concern_erased": 1,
        }  # fmt: skip
        erased = (
            "SELECT told, (SELECT count(*) FROM byname_message), (SELECT link FROM byname_person) FROM byname_concern"
        )
        assert asking.execute(erased).fetchone() == ("", 0, "")
        held = asking.execute("SELECT roles, divisions FROM byname_account WHERE id = %s", [changed.pk]).fetchone()
        assert held == (["clerk"], ["D2"])
        letters = "SELECT count(*), count(delivered_at), count(given_up_at) FROM byname_letter"
        assert asking.execute(letters).fetchone() == (3, 1, 2)
        assert asking.execute("SELECT count(*) FROM byname_invitation WHERE withdrawn_at IS NULL").fetchone() == (0,)
        assert asking.execute("SELECT count(*) FROM byname_staffsession").fetchone() == (0,)


@pytest.mark.slow
@needs_shared_python
def test_the_database_a_backup_replaces_tells_what_was_taken_back_and_sent_since(
    full: Cast, place: Path, clerk_of_records: Actor
) -> None:
    file = place / "all.tar.gz"
    assert backup.back_up(place, file) == 0
    at = timezone.now()
    changed = Account.objects.get(roles=["clerk", "administrator"])
    for roles, divisions in ((["clerk"], ["D1"]), (["clerk", "overseer"], ["D1", "D3"])):
        said: dict[str, Any] = {"roles": roles, "divisions": divisions, "officer": ""}
        assert people.change_account(changed.pk, **said, by=clerk_of_records, at=at)
    postings.hide_officer(full.ana.reference, by=clerk_of_records, at=at)
    people.withdraw_photo(full.chidi.reference, by=clerk_of_records, at=at)
    _delivered("sent-since@service.example", at)
    ended = Account.objects.get(roles=["officer"])
    people.end_account(ended.pk, by=clerk_of_records, at=at)
    _sealed(place)
    connection.close()

    assert restore.restore(place, file, replace=True) == 0

    with psycopg.connect(url_of(connection.settings_dict["NAME"])) as asking:
        hidden = asking.execute("SELECT badge_number FROM byname_officer WHERE hidden_at = %s", [at]).fetchall()
        assert hidden == [(full.ana.badge,)]
        letters = asking.execute(
            "SELECT count(*), count(delivered_at), count(given_up_at) FROM byname_letter WHERE kind = 'plain'"
        ).fetchone()
        assert letters == (3, 2, 0), "what it knows as waiting waits on; what it knows as sent is not sent again"
        assert asking.execute("SELECT is_active FROM byname_account WHERE id = %s", [ended.pk]).fetchone() == (False,)
        held = asking.execute("SELECT roles, divisions FROM byname_account WHERE id = %s", [changed.pk]).fetchone()
        assert held == (["clerk"], ["D1"]), "what was taken since is taken again; what was given since is not given"
        facts = asking.execute("SELECT facts FROM byname_ledgerline WHERE event = 'house.restored'").fetchone()
    assert facts is not None
    assert facts[0] | {"backup_of": ""} == {
        "backup_of": "", "unknown": 0, "notes_set_aside": 1, "newest_note": 2,
        "officer_hidden": 1, "officer_photo_withdrawn": 1, "account_ended": 1, "account_changed": 1,
    }  # fmt: skip
    (aside,) = (place / "ledger").glob("before-a-restore-*/head")
    assert json.loads(aside.read_text())["number"] == 2
    assert StaffSession.objects.count() == 0
    # Once more: nothing changes any more but the line that says so.
    again = _content(url_of(connection.settings_dict["NAME"]))
    connection.close()
    second = place / "second.tar.gz"
    assert backup.back_up(place, second) == 0
    assert restore.restore(place, second, replace=True) == 0
    moved = {name for name, seen in _content(url_of(connection.settings_dict["NAME"])).items() if seen != again[name]}
    assert moved == {"byname_ledgerline", "byname_publicversion"}


@pytest.mark.slow
@needs_shared_python
def test_no_secret_stands_in_a_backup(full: Cast, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYNAME_SMTP_URL", "smtp://post:a-mail-password@localhost:25?tls=off")
    monkeypatch.setenv("BYNAME_OIDC_CLIENT_SECRET", "a-client-secret")
    monkeypatch.setenv("BYNAME_PUBLIC_URL", "https://officers.example.org")
    file = place / "all.tar.gz"
    assert backup.back_up(place, file) == 0
    with tarfile.open(file) as opened:
        names = opened.getnames()
        content = {name: (opened.extractfile(name) or pytest.fail(name)).read() for name in names}
    assert names == ["database.dump.00001", "manifest.json"]
    dump = place / "database.dump"
    dump.write_bytes(content["database.dump.00001"])
    with backup.Tool("pg_restore", None, "--file=-", str(dump)) as reading:
        text = reading.out.read() + content["manifest.json"]
    assert full.ana.family.encode() in text, "the words of the city are there to be found"
    assert b"https://officers.example.org" in text
    hidden = [*secrets.kept_in(place).values(), *settings.BYNAME_DATA_KEYS, settings.SECRET_KEY]
    for secret in (*hidden, "a-mail-password", "a-client-secret", staff.TOTP_SECRET, "sent-since@service.example"):
        assert secret.encode() not in text
    assert Authenticator.objects.count() == 2


_T = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, 10)]


def _act(number: int, day: int, event: str, key: str = "O-1") -> TakenBack:
    return TakenBack(number, _T[day], event, event.partition(".")[0], key)


@pytest.mark.parametrize(
    ("outside", "inside", "left"),
    [
        ([_act(7, 3, "officer.hidden")], [], [7]),
        ([_act(7, 3, "officer.hidden")], [_act(7, 3, "officer.hidden")], []),
        ([_act(7, 3, "officer.hidden"), _act(8, 4, "officer.shown")], [], []),
        ([_act(7, 3, "officer.hidden"), _act(6, 2, "officer.shown")], [], [7]),
        ([_act(7, 3, "officer.hidden")], [_act(9, 4, "officer.shown")], []),
        ([_act(7, 3, "officer.photo_withdrawn"), _act(8, 4, "officer.photo_given")], [], [7]),
        ([_act(7, 3, "officer.photo_withdrawn")], [_act(8, 4, "officer.photo_given")], []),
        ([_act(7, 3, "account.ended", "9")], [_act(12, 4, "account.opened", "9")], []),
        # Done again by an earlier restore: the same act under another number.
        ([_act(7, 3, "account.ended", "9")], [_act(2, 3, "account.ended", "9")], []),
        ([_act(7, 3, "account.ended", "9")], [_act(2, 2, "account.ended", "9")], [7]),
        ([_act(7, 3, "account.ended", "9")], [_act(12, 4, "account.opened_again", "9")], []),
        ([_act(7, 3, "account.second_factor_reset", "9")], [_act(12, 4, "account.link_used", "9")], []),
        ([_act(7, 3, "account.second_factor_reset", "9")], [_act(5, 2, "account.link_used", "9")], [7]),
        ([_act(7, 3, "officer.hidden"), _act(8, 4, "officer.shown", "O-2")], [], [7]),
        ([_act(7, 3, "account.changed", "9"), _act(8, 4, "account.changed", "9")], [], [7, 8]),
        ([_act(7, 3, "account.changed", "9")], [_act(5, 2, "account.changed", "9")], [7]),
        ([_act(7, 3, "account.changed", "9")], [_act(8, 4, "account.changed", "9")], []),
        ([_act(7, 3, "account.changed", "9")], [_act(12, 4, "account.opened", "9")], []),
    ],
)
def test_what_must_be_done_again_is_what_nothing_undid(
    outside: list[TakenBack], inside: list[TakenBack], left: list[int]
) -> None:
    held = {("officer", "O-1"): inside, ("account", "9"): inside}
    assert [act.number for act in still_to_do(outside, held)] == left


def _line(account: Account, event: str, at: datetime) -> str:
    """What taken-back.jsonl says of an act in a database that was lost."""
    said = {"number": 1_000_000, "at": at.isoformat(), "event": event, "subject": ["account", str(account.pk)]}
    return json.dumps(said)


def test_a_second_restore_leaves_alone_what_was_put_right_after_the_first(db: None, noon: datetime) -> None:
    restored, clerk = operator("restore"), operator("test")
    reset, ended = staff.account("coordinator"), staff.account("clerk")
    noted = taken_back([_line(reset, "account.second_factor_reset", noon), _line(ended, "account.ended", noon)])
    assert replay(noted, by=restored) == ({"account.second_factor_reset": 1, "account.ended": 1}, 0)
    assert not Authenticator.objects.exists()

    later = noon + timedelta(days=1)
    for token in (
        people.reset_second_factor(reset.pk, by=clerk, at=later),
        people.invite(ended.email, roles=["clerk"], by=clerk, at=later),
    ):
        assert people.accept_invitation(token, by=PUBLIC, at=later + timedelta(hours=1)) in (reset.pk, ended.pk)
    Authenticator.objects.create(user=reset, type=Authenticator.Type.TOTP, data={"secret": "x"})
    # The lost database's file still stands in the home, and the backup brought back now holds everything above.
    assert replay(noted, by=restored) == ({}, 0)
    assert list(Authenticator.objects.values_list("user_id", flat=True)) == [reset.pk]
    assert Account.objects.get(pk=ended.pk).is_active
