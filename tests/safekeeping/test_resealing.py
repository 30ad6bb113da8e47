"""Every sealed value is found by its field and sealed anew under the newest key, whatever ended half-way before."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from byname.concerns.models import Concern, ConcernPhoto, Hold, Message, Person, Subscription, Translation
from byname.ledger import actions as ledger
from byname.ledger.models import LedgerRemark, Letter
from byname.people import actions as people
from byname.people import queries as people_queries
from byname.people.models import Conflict, Officer
from byname.postings.models import Handover, HandoverItem, Posting
from byname.safekeeping import keys, resealing
from byname.vocabulary import SYSTEM, Actor, operator
from tests import cast as city
from tests import staff
from tests.cast import Cast
from tests.habits.checkout import ROOT

_OLD, _NEW = (base64.urlsafe_b64encode(letter * 32).decode() for letter in (b"o", b"n"))


def _sealed_texts() -> dict[str, list[str]]:
    """Every token as it stands in the tables, by column."""
    found: dict[str, list[str]] = {}
    for column in resealing.sealed_columns():
        with connection.cursor() as cursor:
            text = f"convert_from({column.column}, 'UTF8')" if column.binary else f"{column.column}::text"
            cursor.execute(f"SELECT {text} FROM {column.table} ORDER BY {column.key}")
            tokens = [part for (text,) in cursor.fetchall() for part in text.split('"') if part.startswith("gAAAA")]
        found[f"{column.table}.{column.column}"] = tokens
    return found


def _opens(token: str, key: str) -> bool:
    try:
        Fernet(key).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


@pytest.fixture
def sealed(db: None, clerk_of_records: Actor, settings: Settings) -> Cast:
    """Something in every sealed column, all of it under the old key."""
    settings.BYNAME_DATA_KEYS = [_OLD]
    at = timezone.now()
    cast = city.build(by=clerk_of_records, at=at)
    for officer in Officer.objects.all():
        officer.lives_in = "6"
        officer.save()
    account = staff.account("officer", officer=cast.ana)
    RecoveryCodes.activate(account)
    code = people_queries.codes_of(["neighbourhood:3"], viewer=SYSTEM)["neighbourhood:3"]
    Conflict.objects.create(account=account, place="neighbourhood:3", code=code, declared_at=at)
    with transaction.atomic():
        for number in range(12):
            ledger.write_letter("plain", to=f"a{number}@example.org", words={"body": "w"}, by=SYSTEM, at=at)
    LedgerRemark.objects.create(line_id=1, words="A reason.", expires_at=at + timedelta(days=9))
    _fill_handovers()
    _fill_concerns()
    return cast


def _fill_concerns() -> None:
    now = timezone.now()
    concern = Concern.objects.create(
        reference="C-7K3M-9QXT-4B8", division_code="D1", category="traffic", channel="web", place_kind="untold",
        told='{"what":"Cars race."}', raised_at=now, promised_at=now, due_at=now + timedelta(days=3), stirred_at=now,
    )  # fmt: skip
    person = Person.objects.create(
        concern=concern, raised=True, link_digest=b"digest", link="link", pin="123456", language="en", joined_at=now,
        contact='{"email":"r@home.example"}', phone_code="4711",
    )  # fmt: skip
    Message.objects.create(concern=concern, kind="person", at=now, person=person, words="It is worse.", via="web")
    Subscription.objects.create(
        area_id=Posting.objects.values_list("area", flat=True)[0], address="r@home.example", address_digest=b"address",
        key_digest=b"key", key="key", language="en", asked_at=now,
    )  # fmt: skip
    ConcernPhoto.objects.create(concern=concern, number=1, picture=b"\xff\xd8\0picture", wide=1, high=1, sent_at=now)
    Hold.objects.create(concern=concern, reason="claim", file_number="CV-26-1", told=True, began_at=now)
    Translation.objects.create(concern=concern, language="fr", words="Ils roulent.", made_by="machine", made_at=now)


def _fill_handovers() -> None:
    now = timezone.now()
    handover = Handover.objects.create(
        reference="H-1", role="lead", leaves_on=date(2027, 1, 1), opened_at=now,
        area_id=Posting.objects.values_list("area", flat=True)[0], outgoing=Officer.objects.get(badge_number="1001"),
    )  # fmt: skip
    words = "The key of the hall."
    HandoverItem.objects.create(handover=handover, kind="key", words=words, added_at=now, expires_on=date(2027, 3, 1))


def test_every_sealed_value_is_sealed_anew_and_says_the_same(sealed: Cast, settings: Settings) -> None:
    before = _sealed_texts()
    assert [name for name, tokens in before.items() if not tokens] == [], "a column without a value proves nothing"
    assert all(_opens(token, _OLD) for tokens in before.values() for token in tokens)
    settings.BYNAME_DATA_KEYS = [_NEW, _OLD]
    found = resealing.reseal_everything(lambda _column, _done: None)
    after = _sealed_texts()
    assert found.unreadable == 0
    assert {name: len(tokens) for name, tokens in after.items()} == {name: len(t) for name, t in before.items()}
    assert all(_opens(token, _NEW) for tokens in after.values() for token in tokens)
    settings.BYNAME_DATA_KEYS = [_NEW]
    assert set(Officer.objects.values_list("lives_in", flat=True)) == {"6"}
    assert Letter.objects.filter(recipient="").count() == 0
    assert sorted(letter.recipient for letter in Letter.objects.all())[0] == "a0@example.org"
    assert LedgerRemark.objects.get().words == "A reason."
    totp = Authenticator.objects.get(type="totp")
    assert keys.unseal(totp.data["secret"]) == staff.TOTP_SECRET
    codes = Authenticator.objects.get(type="recovery_codes")
    assert len(RecoveryCodes(codes).get_unused_codes()) == 10
    assert resealing.reseal_everything(lambda _column, _done: None).anew == 0


def test_what_was_ended_half_way_is_readable_and_goes_on_where_it_was(sealed: Cast, settings: Settings) -> None:
    settings.BYNAME_DATA_KEYS = [_NEW, _OLD]
    letters = next(column for column in resealing.sealed_columns() if column.column == "recipient")
    first = next(resealing.reseal(letters, batch=5))
    assert (first.seen, first.anew) == (5, 5)
    under_new = [_opens(token, _NEW) for token in _sealed_texts()["byname_letter.recipient"]]
    assert under_new == [True] * 5 + [False] * 7
    assert len({letter.recipient for letter in Letter.objects.all()}) == 12, "both kinds are read"
    rest = [(done.seen, done.anew) for done in resealing.reseal(letters, batch=5)]
    assert rest == [(5, 0), (5, 5), (2, 2)]


def test_a_value_no_key_fits_is_counted_and_left(sealed: Cast, settings: Settings) -> None:
    settings.BYNAME_DATA_KEYS = [_NEW]
    letters = next(column for column in resealing.sealed_columns() if column.column == "recipient")
    before = _sealed_texts()["byname_letter.recipient"]
    assert [(done.seen, done.anew, done.unreadable) for done in resealing.reseal(letters)] == [(12, 0, 12)]
    assert _sealed_texts()["byname_letter.recipient"] == before


def test_a_conflict_stays_closed_while_the_keys_are_exchanged(sealed: Cast, settings: Settings) -> None:
    account = Conflict.objects.get().account_id
    by, at = operator("keys"), timezone.now()
    for listed in ([_OLD], [_NEW, _OLD], [_NEW]):
        settings.BYNAME_DATA_KEYS = listed
        if len(listed) == 2:
            resealing.reseal_everything(lambda _column, _done: None)
        actor = people_queries.actor_of(account, viewer=SYSTEM)
        codes = people_queries.place_codes([3, 4], viewer=SYSTEM)
        assert actor is not None
        assert (codes[3] in actor.conflicts, codes[4] in actor.conflicts) == (True, False)
    assert Conflict.objects.get().code not in codes.values()
    assert people.recode_conflicts(by=by, at=at) == 1
    assert Conflict.objects.get().code == codes[3]
    assert people.recode_conflicts(by=by, at=at) == 0


def test_all_that_is_known_by_its_digest_is_coded_anew_at_once(sealed: Cast, settings: Settings) -> None:
    Person.objects.update(phone_digest=b"number")
    Concern.objects.update(likeness=[1])
    settings.BYNAME_DATA_KEYS = [_NEW, _OLD]
    resealing.reseal_everything(lambda _column, _done: None)
    settings.BYNAME_DATA_KEYS = [_NEW]
    said = StringIO()
    for _ in range(2):
        call_command("keys", "recode", stdout=said)
    # A conflict's code, a phone's and a mailbox's digest, the numbers of a concern's words.
    assert said.getvalue() == "4 codes were made anew.\n0 codes were made anew.\n"


def test_nothing_is_sealed_where_an_exchange_of_keys_does_not_look() -> None:
    sealing = {
        path.relative_to(ROOT / "src/byname").as_posix()
        for path in (ROOT / "src/byname").rglob("*.py")
        if "keys.seal(" in path.read_text(encoding="utf-8") and "bench" not in path.parts
    }
    # The fields, and the secrets the sign-in library keeps in the column `resealing` names beside them.
    # Raising a concern, and its letter, are one statement each, which fill such fields by their columns.
    assert sealing == {
        "concerns/actions/raising.py",
        "interfaces/desk/adapters.py",
        "ledger/actions/outbox.py",
        "safekeeping/fields.py",
    }
