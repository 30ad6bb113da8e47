"""What may be about the same as a concern: in reach, open, near, and never a word of it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test.utils import CaptureQueriesContext

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern
from byname.people import queries as people
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.told import ANONYMOUS, TOLD

DAY = timedelta(days=1)
OTHERS = replace(TOLD, what="Cars race every weekday past the crossing by the mill, around eight.")
UNLIKE = replace(TOLD, what="Somebody sleeps in the stairwell without a coat.")
RING = actions.Where("D2", "ring", 3)


def found(reference: str, at: datetime, viewer: Actor) -> list[str]:
    return [each.reference for each in queries.alike(reference, at=at, viewer=viewer)]


def test_what_shares_words_nearby_is_told_and_what_does_not_is_not(cast: Cast, noon: datetime, ana: Actor) -> None:
    one = told.raised(noon, ANONYMOUS).reference
    like = told.raised(noon + DAY, ANONYMOUS, told=OTHERS, category="other").reference
    told.raised(noon, ANONYMOUS, told=UNLIKE)
    (each,) = queries.alike(one, at=noon + DAY, viewer=ana)
    assert (each.reference, each.category, each.metres, each.state) == (like, "other", 0, "received")
    assert found(like, noon + DAY, ana) == [one]
    assert not {"told", "words", "what", "likeness", "contact"} & {field.name for field in fields(each)}


def test_the_likest_stands_first_and_at_most_five(cast: Cast, noon: datetime, ana: Actor) -> None:
    one = told.raised(noon, ANONYMOUS).reference
    for _ in range(queries.MOST_ALIKE):
        told.raised(noon, ANONYMOUS, told=OTHERS)
    same = told.raised(noon, ANONYMOUS).reference
    told_of = found(one, noon, ana)
    assert (len(told_of), told_of[0]) == (queries.MOST_ALIKE, same)


def test_what_ended_is_too_old_or_far_off_is_left_out(cast: Cast, noon: datetime, ana: Actor, sergeant: Actor) -> None:
    one = told.raised(noon, ANONYMOUS).reference
    ended = told.raised(noon, ANONYMOUS).reference
    actions.close(ended, "solved", "It is quiet.", by=ana, at=noon)
    told.raised(noon - 366 * DAY, ANONYMOUS)
    far = replace(TOLD, lat=43.6171, lon=-79.4851)
    elsewhere = actions.Where("D1", "chapel-hill", 2)
    beside = replace(TOLD, lat=43.6171, lon=-79.4947)
    told.raised(noon, ANONYMOUS, where=elsewhere, told=far)
    near = told.raised(noon, ANONYMOUS, where=elsewhere, told=beside).reference
    (each,) = queries.alike(one, at=noon, viewer=sergeant)
    assert (each.reference, each.metres) == (near, 200)
    assert found(one, noon, ana) == []


def test_only_what_somebody_reaches_is_compared(cast: Cast, noon: datetime, ana: Actor, ines: Actor) -> None:
    one = told.raised(noon, ANONYMOUS).reference
    past = told.raised(noon, ANONYMOUS, to_sergeant=True).reference
    told.raised(noon, ANONYMOUS, where=RING)
    assert found(one, noon, ana) == []
    for reference, viewer in ((past, ana), (one, ines), ("C-2222-2222-222", ana), (one, PUBLIC)):
        with pytest.raises(NotThere):
            queries.alike(reference, at=noon, viewer=viewer)


def test_what_a_conflict_of_interest_closes_is_not_told(cast: Cast, noon: datetime, sergeant: Actor) -> None:
    one = told.raised(noon, ANONYMOUS, where=actions.Where("D1", "chapel-hill", 2)).reference
    told.raised(noon, ANONYMOUS)
    closed = replace(sergeant, conflicts=people.area_codes("old-mill", [4], viewer=PUBLIC))
    assert (len(found(one, noon, sergeant)), found(one, noon, closed)) == (1, [])


def test_every_door_writes_the_numbers_and_they_go_with_the_words(cast: Cast, noon: datetime, ana: Actor) -> None:
    kept, gone = told.raised(noon, ANONYMOUS), told.raised(noon, ANONYMOUS)
    assert [len(row.likeness or []) > 10 for row in Concern.objects.all()] == [True, True]
    assert Concern.objects.filter(likeness__overlap=rules.likeness(TOLD.what, b"k" * 32)).count() == 0
    actions.erase(gone.link, gone.pin, by=PUBLIC, at=noon)
    assert Concern.objects.get(reference=gone.reference).likeness is None
    assert (found(kept.reference, noon, ana), found(gone.reference, noon, ana)) == ([], [])


def test_after_the_data_keys_were_exchanged_old_and_new_are_told_by_the_same_numbers(
    cast: Cast, noon: datetime, ana: Actor, settings: Any
) -> None:
    one = told.raised(noon, ANONYMOUS).reference
    gone = told.raised(noon, ANONYMOUS)
    actions.erase(gone.link, gone.pin, by=PUBLIC, at=noon)
    assert actions.recode_likeness(by=SYSTEM, at=noon) == 0
    settings.BYNAME_DATA_KEYS = [*settings.BYNAME_DATA_KEYS, Fernet.generate_key().decode()]
    two = told.raised(noon, ANONYMOUS).reference
    assert found(two, noon, ana) == []
    assert actions.recode_likeness(by=SYSTEM, at=noon) == 1
    assert (found(two, noon, ana), found(one, noon, ana)) == ([one], [two])
    assert actions.recode_likeness(by=SYSTEM, at=noon) == 0
    settings.BYNAME_DATA_KEYS = [Fernet.generate_key().decode()]
    assert actions.recode_likeness(by=SYSTEM, at=noon) == 0  # nothing opens the words: the numbers stay
    with pytest.raises(NotThere):
        actions.recode_likeness(by=ana, at=noon)


def test_it_takes_as_many_statements_whatever_there_is_to_compare(cast: Cast, noon: datetime, ana: Actor) -> None:
    counts = []
    one = told.raised(noon, ANONYMOUS).reference
    for _ in range(2):
        told.raised(noon, ANONYMOUS)
        with CaptureQueriesContext(connection) as asked:
            queries.alike(one, at=noon, viewer=ana)
        counts.append(len(asked))
        assert [query["sql"] for query in asked if '"told"' in query["sql"]] == []
    assert counts == [2, 2]
