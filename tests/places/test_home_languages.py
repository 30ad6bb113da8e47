"""Which languages are spoken at home comes in whole, or with every faulty line named."""

from __future__ import annotations

import pytest

from byname.places import actions, queries
from byname.vocabulary import PUBLIC, FileRefused, NotThere
from tests.places import town

pytestmark = pytest.mark.django_db
GOOD = "neighbourhood,language,people\n1,ta,300\n1,PT,20\n2,zh-hant,5\n"


def test_a_file_takes_the_place_of_the_one_before() -> None:
    town.build()
    done = actions.bring_home_languages(GOOD.encode(), file_name="homes.csv", by=town.BY, at=town.AT)
    assert done.told == ("Brought in homes.csv: 3 languages of 2 neighbourhoods.",)
    homes = queries.home_languages(viewer=PUBLIC)
    assert (homes.people, homes.file_name, homes.brought_at) == (
        {1: {"ta": 300, "pt": 20}, 2: {"zh-hant": 5}},
        "homes.csv",
        town.AT,
    )
    again = actions.bring_home_languages(GOOD.encode(), file_name="homes.csv", by=town.BY, at=town.AT)
    assert again.changed is False
    actions.bring_home_languages("\n".join(GOOD.split("\n")[:2]).encode(), file_name="next.csv", by=town.BY, at=town.AT)
    assert queries.home_languages(viewer=PUBLIC).people == {1: {"ta": 300}}


def test_every_faulty_line_is_named_and_nothing_comes_in() -> None:
    town.build()
    bad = "neighbourhood,language,people\nx,ta,3\n1,Tamil!,3\n1,ta,-3\n1,pt,2\n1,pt,4\n"
    with pytest.raises(FileRefused) as no:
        actions.bring_home_languages(bad.encode(), file_name="homes.csv", by=town.BY, at=town.AT)
    assert [(fault.line, fault.column, fault.found) for fault in no.value.faults] == [
        (2, "neighbourhood", "x"), (3, "language", "Tamil!"), (4, "people", "-3"), (6, "language", "pt"),
    ]  # fmt: skip
    with pytest.raises(FileRefused) as no:
        actions.bring_home_languages(f"{GOOD}99,ta,1\n".encode(), file_name="homes.csv", by=town.BY, at=town.AT)
    assert [(fault.line, fault.column, fault.found) for fault in no.value.faults] == [(5, "neighbourhood", "99")]
    assert queries.home_languages(viewer=PUBLIC) == queries.HomeLanguages()


def test_nobody_brings_it_in_but_the_operator() -> None:
    town.build()
    with pytest.raises(NotThere):
        actions.bring_home_languages(GOOD.encode(), file_name="homes.csv", by=PUBLIC, at=town.AT)
