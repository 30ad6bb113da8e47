"""Two proposals adopted in the same moment: the database has the last word."""

from __future__ import annotations

import threading
from datetime import date, datetime

import pytest
from django.db import connection

from byname.postings import actions
from byname.postings.models import Posting
from byname.vocabulary import Actor, Refused
from tests.postings import town
from tests.postings.town import ELM, enlist, officer

SOON = date(2027, 3, 1)
COORDINATOR = Actor("account", account_id=1, roles=frozenset({"coordinator"}))


@pytest.mark.slow
def test_of_two_proposals_adopted_at_once_that_clash_one_stands(
    committed: None, noon: datetime, clerk_of_records: Actor
) -> None:
    town.build(by=clerk_of_records, at=noon)
    enlist(officer("7"), officer("8"), by=clerk_of_records, at=noon)
    numbers = [actions.propose_posting(badge, ELM, "lead", first=SOON, by=COORDINATOR, at=noon) for badge in "78"]
    told: list[str] = []

    def adopt(number: int) -> None:
        try:
            actions.adopt_proposal(number, by=COORDINATOR, at=noon)
            told.append("adopted")
        except Refused as no:
            told.append(no.sentence.split("(")[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=adopt, args=[number]) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 2
    assert told.count("adopted") == 1
    assert Posting.objects.filter(role="lead").count() == 1
