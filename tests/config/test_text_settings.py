"""The provider of texts as the environment names it, and what is said where it is set by half."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from byname.config import environment
from byname.interfaces.texting import TextCarrier
from tests.interfaces.jobs.telephone import ACCOUNT, SENDER, TOKEN

SET = {
    "BYNAME_TEXTS": "twilio",
    "BYNAME_TEXTS_ACCOUNT": ACCOUNT,
    "BYNAME_TEXTS_TOKEN": TOKEN,
    "BYNAME_TEXTS_FROM": SENDER,
}


def test_a_provider_is_four_settings_or_none() -> None:
    assert environment.texts({}) is None
    assert environment.texts(SET) == TextCarrier("twilio", ACCOUNT, TOKEN, SENDER, "https://api.twilio.com")


@pytest.mark.parametrize("sender", ["+14165550100", "266696", "MG" + "0b" * 16])
def test_texts_come_from_a_number_a_short_code_or_a_group(sender: str) -> None:
    found = environment.texts(SET | {"BYNAME_TEXTS_FROM": sender})
    assert found is not None
    assert found.sender == sender


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"BYNAME_TEXTS_TOKEN": ""}, r"^BYNAME_TEXTS=twilio needs BYNAME_TEXTS_TOKEN as well\.$"),
        (
            {"BYNAME_TEXTS_ACCOUNT": "", "BYNAME_TEXTS_FROM": " "},
            r"^BYNAME_TEXTS=twilio needs BYNAME_TEXTS_ACCOUNT, BYNAME_TEXTS_FROM as well\.$",
        ),
        ({"BYNAME_TEXTS": ""}, r"^BYNAME_TEXTS is not set, and BYNAME_TEXTS_ACCOUNT, "),
        ({"BYNAME_TEXTS": "pigeon"}, r"^BYNAME_TEXTS is 'pigeon'; it is twilio, or not set\.$"),
        ({"BYNAME_TEXTS_ACCOUNT": "AC1"}, "^BYNAME_TEXTS_ACCOUNT is the account's SID"),
        ({"BYNAME_TEXTS_FROM": "Police"}, "^BYNAME_TEXTS_FROM is a number written whole"),
        ({"BYNAME_TEXTS_FROM": "416 555 0100"}, "^BYNAME_TEXTS_FROM is a number written whole"),
        ({"BYNAME_TEXTS_URL": "http://provider.example"}, "^BYNAME_TEXTS_URL is "),
        ({"BYNAME_TEXTS_URL": "https://provider.example/v1"}, "^BYNAME_TEXTS_URL is "),
        ({"BYNAME_TEXTS_URL": "https://u:p@provider.example"}, "^BYNAME_TEXTS_URL is "),
    ],
)
def test_what_is_set_by_half_is_one_sentence_without_the_token(changes: dict[str, str], sentence: str) -> None:
    for read in (environment.texts, environment.refuse_wrong):
        with pytest.raises(ImproperlyConfigured, match=sentence) as raised:
            read(SET | changes)
        assert TOKEN not in str(raised.value)


def test_another_address_of_the_provider_is_https_or_this_machine() -> None:
    for address in ("https://api.ie1.twilio.com", "https://localhost:8443/", "http://127.0.0.1:9"):
        found = environment.texts(SET | {"BYNAME_TEXTS_URL": address})
        assert found is not None
        assert found.address == address.rstrip("/")


def test_texts_go_only_where_their_links_and_the_answers_have_an_address() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^BYNAME_PUBLIC_URL is not set: texts hold links"):
        environment.refuse_wrong(SET)
    environment.refuse_wrong(SET | {"BYNAME_PUBLIC_URL": "https://officers.example.org"})


def test_numbers_without_a_calling_code_are_of_one_country() -> None:
    assert [environment.texts_country({"BYNAME_TEXTS_COUNTRY": code}) for code in ("", "44", "+351")] == [
        "1",
        "44",
        "351",
    ]
    for wrong in ("CA", "0", "1234", "044"):
        with pytest.raises(ImproperlyConfigured, match="BYNAME_TEXTS_COUNTRY"):
            environment.refuse_wrong({"BYNAME_TEXTS_COUNTRY": wrong})


def test_every_name_is_known() -> None:
    named = {*SET, "BYNAME_TEXTS_URL", "BYNAME_TEXTS_COUNTRY"}
    assert environment.unknown(dict.fromkeys(named, "x")) == []
