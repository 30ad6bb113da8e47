"""The command that gives another program a key, shows the keys, and takes one back."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from byname.concerns import actions
from byname.vocabulary import PUBLIC, NotThere
from tests.cast import Cast


def key(*words: str) -> list[str]:
    """What the command says, line by line."""
    said = StringIO()
    call_command("key", *words, stdout=said)
    return said.getvalue().splitlines()


def refused(*words: str) -> str:
    """The sentence with which the command ends in exit code 1."""
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("key", *words, stdout=said, stderr=said)
    assert ended.value.code == 1
    return said.getvalue().strip()


def test_a_key_is_made_shown_and_taken_back(cast: Cast) -> None:
    made, number, where = key("make", "City 311", "--an-hour", "600", "--category", "noise", "--category", "street")
    assert actions.use_api_key(made, by=PUBLIC, at=timezone.now()).categories == {"noise", "street"}
    count = number.split()[3].rstrip(".")
    assert where == "http://localhost:8000/api/open311/v2/requests.xml"
    today = f"{timezone.localdate():%Y-%m-%d}"
    line = f"{count}  City 311: 600 an hour, noise, street; made {today}"
    assert key("list") == [line]
    assert key("revoke", count) == [f"Key {count} is revoked: it opens nothing."]
    assert key("revoke", count) == [f"Key {count} was revoked before: it opens nothing."]
    assert key("list") == [f"{line}, revoked {today}"]
    with pytest.raises(NotThere):
        actions.use_api_key(made, by=PUBLIC, at=timezone.now())


def test_what_cannot_be_done_is_told_in_a_sentence(cast: Cast) -> None:
    assert refused("make", "City 311") == "A key raises 1 to 10000000 concerns an hour."
    assert refused("make", "City 311", "--an-hour", "5", "--category", "potholes").startswith("There is no category")
    assert refused("revoke", "one") == "Give the key's number: ./byname key list shows it."
    assert refused("revoke", "99999999") == "There is no key 99999999."
    assert refused("make").startswith("Keys by which other programs raise concerns over Open311")
    assert refused("list", "all").startswith("Keys by which")
