"""Whatever a stranger writes into any field of a resident's pages: taken tidied, or answered clearly; never a fault."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote_from_bytes

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.concerns import rules
from byname.concerns.models import Concern, Message, Person
from byname.interfaces.public.views import following, sending, weekly
from tests.cast import Cast
from tests.interfaces.public.telling import ANSWERS, Teller

MANY = 1_000_000
HOSTILE = (
    "\x00", "a\x00b", "\u202e\u2066reversed", "\u200b\u200b", "\ufeff", "\ufffe", "\ud800", "\udfff\ud83d",
    "\U000e0041",
    "e\u0301" * 400, "Z\u0335" * 900, "a" * 4001, "ا" * 4000, "👮🏽‍♀️" * 300, "\r\n" * 3000, "\r\nBcc: all@example.org",
    "x@y.z\nSubject: hi", "<svg onload=alert(1)>", "</textarea><script>alert(1)</script>", "{{ 7*7 }}", "%s%n%(x)s",
    "'; DROP TABLE byname_concern; --", "../../etc/passwd", "٤٣", "9" * 400, "-1", "nan,nan", "1e999,0", "43.6,-79.4",
    "division:", "division:D1", "&#0;", "=cmd|' /C calc'!A0", "javascript:alert(1)",
)  # fmt: skip
WORD = st.one_of(
    st.sampled_from(HOSTILE),
    # Lone surrogates too: no browser sends them, and nobody keeps a program from it.
    st.text(st.characters(exclude_categories=()), max_size=60),
)
FIELDS = tuple(ANSWERS)
CONTACT = "name email phone language safe_hours never_visit never_phone under_18 more_letters texts".split()
ROUNDS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def sent(client: Client, path: str, fields: list[tuple[str, str]]) -> int:
    """The status of the answer to a form, its bytes as a program would write them."""
    body = "&".join(f"{quote_from_bytes(name.encode())}={_raw(value)}" for name, value in fields)
    answer = client.generic("POST", path, body.encode(), "application/x-www-form-urlencoded")
    return int(answer.status_code)


def _raw(value: str) -> str:
    return quote_from_bytes(value.encode("utf-8", "surrogatepass"))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that nobody reaches, so that every form is really read."""
    for module in (sending, following, weekly):
        for name in dir(module):
            if type(getattr(module, name)).__name__ == "Limit":
                monkeypatch.setattr(module, name, replace(getattr(module, name), most=MANY))


def stands_tidied() -> None:
    """Fails where anything that was kept is not as it is kept: tidied, in one line where one was asked for."""
    for concern in Concern.objects.all():
        told = rules.told_of(concern.told)
        assert (told.what, told.help) == (rules.tidied(told.what), rules.tidied(told.help))
        assert "\n" not in told.place
    for person in Person.objects.all():
        contact = rules.contact_of(person.contact)
        assert not set("\r\n\x00") & set(contact.name + contact.email + contact.phone + contact.safe_hours)
    for message in Message.objects.all():
        assert message.words == rules.tidied(message.words)


@ROUNDS
@given(changed=st.dictionaries(st.sampled_from([*FIELDS, *CONTACT, "number", "step", "go", "pick", "lat"]), WORD))
def test_any_words_in_any_field_on_the_way_to_raising_a_concern(
    client: Client, cast: Cast, changed: dict[str, str]
) -> None:
    fields = {**ANSWERS, "number": "n" * 22, "step": "check", "go": "send", **changed}
    pairs = [(name, each) for name, said in fields.items() for each in (said if isinstance(said, list) else [said])]
    for path in ("/raise/", "/raise/send"):
        assert sent(client, path, pairs) in (200, 413, 422)
    stands_tidied()


@ROUNDS
@given(
    door=st.sampled_from(["", "send", "letters", "mine", "phone"]),
    act=st.sampled_from(["write", "judge", "out", "remove", "change", "send", "stop", ""]),
    said=st.dictionaries(
        st.sampled_from(["words", "answered", "better", "pin", "sure", "code", "seen", "way", *CONTACT]), WORD
    ),
)
def test_any_words_in_any_field_of_the_private_page(
    client: Client, cast: Cast, door: str, act: str, said: dict[str, str]
) -> None:
    told = Teller(client).sends(who="reach", email="rosa@home.example", language="en")
    assert sent(client, told.link + door, [("act", act), *said.items()]) in (200, 303, 404, 413, 422)
    stands_tidied()


@ROUNDS
@given(said=st.dictionaries(st.sampled_from(["email", "language", "number", "area"]), WORD))
def test_any_words_where_an_areas_weekly_letter_is_asked_for(client: Client, cast: Cast, said: dict[str, str]) -> None:
    assert sent(client, "/at/old-mill/weekly", list(said.items())) in (200, 303, 413, 422)
