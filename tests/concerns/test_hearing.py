"""How the service hears concerns is brought by file: whole, once, on the ledger, and seen at once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from byname.concerns import actions, queries, rules
from byname.concerns.models import HearingProfile
from byname.interfaces import snapshot
from byname.ledger import queries as ledger
from byname.ledger.models import LedgerLine
from byname.places import actions as places
from byname.vocabulary import PUBLIC, Actor, NotThere, Refused
from tests import cast as city

pytestmark = pytest.mark.django_db

SMALL: Final = """
[promise]
hours = 48

[[category]]
code = "about-an-officer"

[[category]]
code = "beach"
names = { en = "The beach", fr = "La plage" }
lines = ["city"]
"""


def bring(by: Actor, at: datetime, text: str = SMALL) -> actions.Brought:
    return actions.bring_hearing(text.encode(), file_name="ours.toml", by=by, at=at)


def test_before_anything_is_brought_byname_s_own_way_stands() -> None:
    assert queries.hearing(viewer=PUBLIC) == rules.default_profile()


def test_what_was_brought_stands_in_its_place(clerk_of_records: Actor, noon: datetime) -> None:
    places.bring_service(city.service(demo=False), file_name="service.toml", by=clerk_of_records, at=noon)
    told = bring(clerk_of_records, noon)
    assert (told.changed, told.told[:1]) == (
        True,
        ("Brought in ours.toml: 2 categories, an answer within 48 hours.",),
    )
    found = queries.hearing(viewer=PUBLIC)
    assert (found.hours, list(found.raisable)) == (48, ["beach"])


def test_a_category_that_is_gone_is_told_and_keeps_its_name(clerk_of_records: Actor, noon: datetime) -> None:
    told = bring(clerk_of_records, noon).told
    gone = [code for code in rules.default_profile().raisable if code != "beach"]
    assert f"No longer to be raised, kept by name for what was: {', '.join(gone)}." in told
    again = bring(clerk_of_records, noon, SMALL.replace("beach", "harbour")).told
    assert "No longer to be raised, kept by name for what was: beach." in again
    found = queries.hearing(viewer=PUBLIC)
    assert list(found.raisable) == ["harbour"]
    names = [kept.name("fr") for code in ("beach", "noise") if (kept := found.category(code))]
    assert names == ["La plage", "Bruit"]


def test_the_same_file_again_changes_nothing(clerk_of_records: Actor, noon: datetime) -> None:
    bring(clerk_of_records, noon)
    before = (ledger.public_versions(viewer=PUBLIC), LedgerLine.objects.count())
    assert bring(clerk_of_records, noon) == actions.Brought(
        False, ("Nothing changed: the service hears concerns so already.",)
    )
    assert (ledger.public_versions(viewer=PUBLIC), LedgerLine.objects.count()) == before


def test_one_public_line_tells_what_was_brought(clerk_of_records: Actor, noon: datetime) -> None:
    before = ledger.public_versions(viewer=PUBLIC).get("everything", 0)
    bring(clerk_of_records, noon)
    line = LedgerLine.objects.get(event="hearing.brought")
    assert (line.subject_kind, line.subject_id, line.facts["categories"], len(line.facts["sha256"])) == (
        "hearing", "1", ["about-an-officer", "beach"], 64,
    )  # fmt: skip
    assert ledger.public_versions(viewer=PUBLIC)["everything"] == before + 1


def test_a_line_the_service_has_not_brought_is_told(clerk_of_records: Actor, noon: datetime) -> None:
    assert bring(clerk_of_records, noon).told[-1] == (
        "Look at this: categories name lines the service has not brought: city, non_emergency."
    )


def test_a_faulty_file_changes_nothing(clerk_of_records: Actor, noon: datetime) -> None:
    bring(clerk_of_records, noon)
    with pytest.raises(Refused):
        bring(clerk_of_records, noon, SMALL.replace("48", "0"))
    assert (queries.hearing(viewer=PUBLIC).hours, HearingProfile.objects.count()) == (48, 1)


@pytest.mark.parametrize("kind", ["public", "system", "account"])
def test_nobody_but_the_operator_brings_it(kind: str, noon: datetime) -> None:
    roles = frozenset({"administrator", "coordinator", "sergeant", "officer"}) if kind == "account" else frozenset()
    with pytest.raises(NotThere):
        bring(Actor(kind, "somebody", roles=roles), noon)  # type: ignore[arg-type]


def test_the_pages_hear_of_it_at_once_and_then_ask_nothing_more(clerk_of_records: Actor, noon: datetime) -> None:
    assert snapshot.hearing() == rules.default_profile()
    bring(clerk_of_records, noon)
    assert snapshot.hearing() == queries.hearing(viewer=PUBLIC)
    with CaptureQueriesContext(connection) as asked:
        snapshot.hearing()
    assert [one["sql"] for one in asked if "hearingprofile" in one["sql"]] == []
