"""Which words an alarm speaks of: the first ones, or a message that came since."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from byname.concerns import actions
from byname.vocabulary import PUBLIC
from tests import staff
from tests.cast import Cast
from tests.concerns import told
from tests.interfaces.desk.test_concerns import raised, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=cast.ana))


def test_an_alarm_leads_to_the_message_that_speaks_of_danger(ana: Client) -> None:
    receipt = told.raised(timezone.now())
    for said in ("It was loud again.", "A man with a knife stands at the gate right now."):
        actions.write_again(receipt.link, said, by=PUBLIC, at=timezone.now())
    page = ana.get(url("desk-concern", receipt.reference)).content.decode()
    assert page.index('href="#said-2"') < page.index("What they told us")
    assert page.count("May be danger.") == 1
    assert page.index('id="said-2"') < page.index("May be danger.") < page.index("A man with a knife")


def test_first_words_that_speak_of_danger_need_no_way_to_them(ana: Client) -> None:
    page = ana.get(url("desk-concern", raised(what="Somebody is being stabbed right now"))).content.decode()
    assert "harm that is happening now" in page
    assert "#said-" not in page
