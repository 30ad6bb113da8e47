"""The cache every worker shares: what is added once is added once, and what is over is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from byname.safekeeping.cache import forget_what_is_over
from byname.safekeeping.models import KeptValue


@pytest.fixture
def committed(trial_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is kept is really committed, so that other connections see it; gone again after."""
    with django_db_blocker.unblock():
        KeptValue.objects.all().delete()
        yield
        KeptValue.objects.all().delete()
        connection.close()


def test_a_value_is_kept_replaced_and_forgotten(db: None) -> None:
    cache.set("a", {"x": [1, 2]}, 60)
    assert (cache.get("a"), cache.get("b", "none")) == ({"x": [1, 2]}, "none")
    cache.set("a", None, None)
    assert cache.get("a", "none") is None
    assert (cache.delete("a"), cache.delete("a"), cache.get("a", "none")) == (True, False, "none")


def test_what_is_there_is_not_added_again_until_its_time_is_over(db: None) -> None:
    assert (cache.add("a", 1, 60), cache.add("a", 2, 60), cache.get("a")) == (True, False, 1)
    KeptValue.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert cache.get("a", "none") == "none"
    assert (cache.add("a", 3, 60), cache.get("a")) == (True, 3)


def test_a_time_of_nothing_is_over_at_once_and_a_touch_gives_a_new_one(db: None) -> None:
    cache.set("a", 1, 0)
    assert cache.get("a", "none") == "none"
    cache.set("b", 1, 60)
    assert (cache.touch("b", 3600), cache.touch("nothing")) == (True, False)
    (end,) = KeptValue.objects.filter(expires_at__gt=timezone.now() + timedelta(minutes=30)).values_list("expires_at")
    assert end


def test_the_table_holds_no_key_as_it_was_said(db: None) -> None:
    cache.set("192.0.2.7", 1, 60)
    (row,) = KeptValue.objects.all()
    assert ("192.0.2.7" in row.key, len(row.key)) == (False, 64)


def test_what_is_over_is_swept_away_and_nothing_else(db: None) -> None:
    cache.set("over", 1, 60)
    KeptValue.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    cache.set("under way", 1, 60)
    cache.set("for good", 1, None)
    assert forget_what_is_over(at=timezone.now()) == 1
    assert (cache.get("under way"), cache.get("for good")) == (1, 1)


def test_of_many_who_add_at_once_one_does(committed: None) -> None:
    begin, added = threading.Barrier(8), []

    def add() -> None:
        begin.wait()
        added.append(cache.add("once", threading.get_ident(), 60))
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [False] * 7 + [True]


def test_who_adds_while_another_is_about_to_waits_for_the_outcome(committed: None) -> None:
    added = []

    def add() -> None:
        added.append(cache.add("once", 2, 60))
        connection.close()

    with transaction.atomic():
        cache.add("once", 1, 60)
        thread = threading.Thread(target=add)
        thread.start()
        time.sleep(0.3)
        assert added == []
        transaction.set_rollback(True)
    thread.join()
    assert (added, cache.get("once")) == ([True], 2)
