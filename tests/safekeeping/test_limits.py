"""Limits are shared by all processes, exact, and forget who asked."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from byname.safekeeping.cache import forget_what_is_over
from byname.safekeeping.limits import Limit, bar, forget_old_callers, is_barred, wait_for
from byname.safekeeping.models import Allowance, KeptValue

FEW = Limit("few", most=3, seconds=60)
MANY = Limit("many", most=100, seconds=600)


@pytest.fixture
def committed(trial_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Counts that other connections see; emptied after."""
    with django_db_blocker.unblock():
        yield
        Allowance.objects.all().delete()
        connection.close()


def test_the_first_uses_are_free_and_the_next_waits_for_the_window_to_end(db: None, noon: datetime) -> None:
    at = noon + timedelta(seconds=20)
    assert [wait_for(FEW, "192.0.2.1", at=at) for _ in range(5)] == [0, 0, 0, 40, 40]
    assert wait_for(FEW, "192.0.2.1", at=noon + timedelta(seconds=59.5)) == 1
    assert wait_for(FEW, "192.0.2.1", at=noon + timedelta(seconds=60)) == 0


def test_callers_and_limits_are_counted_apart(db: None, noon: datetime) -> None:
    for _ in range(4):
        wait_for(FEW, "192.0.2.1", at=noon)
    assert wait_for(FEW, "192.0.2.1", at=noon) == 60
    assert wait_for(FEW, "192.0.2.2", at=noon) == 0
    assert wait_for(MANY, "192.0.2.1", at=noon) == 0


def test_ten_thousand_other_callers_push_nobody_out(db: None, noon: datetime) -> None:
    for _ in range(4):
        wait_for(FEW, "192.0.2.1", at=noon)
    Allowance.objects.bulk_create(
        Allowance(limit="few", caller=number.to_bytes(16, "big"), window_starts_at=noon) for number in range(10_000)
    )
    assert wait_for(FEW, "192.0.2.1", at=noon) == 60


def test_two_hundred_uses_over_four_connections_at_once_are_counted_exactly(committed: None, noon: datetime) -> None:
    def knock(_: int) -> int:
        try:
            return wait_for(MANY, "192.0.2.1", at=noon)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        waits = list(threads.map(knock, range(200)))
    assert sorted(waits) == [0] * 100 + [600] * 100
    assert list(Allowance.objects.values_list("used", flat=True)) == [200]


def test_a_caller_is_kept_as_a_keyed_hash_that_changes_each_day(db: None, noon: datetime) -> None:
    wait_for(FEW, "192.0.2.1", at=noon)
    wait_for(FEW, "192.0.2.1", at=noon + timedelta(days=1))
    one, other = (
        bytes(kept) for kept in Allowance.objects.order_by("window_starts_at").values_list("caller", flat=True)
    )
    assert len(one) == len(other) == 16
    assert one != other
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, ' ') FROM byname_allowance a")
        (everything,) = cursor.fetchone()
    assert "192.0.2.1" not in everything
    assert b"192.0.2.1".hex() not in everything


def test_another_key_gives_another_hash(db: None, noon: datetime, settings: object) -> None:
    wait_for(FEW, "192.0.2.1", at=noon)
    settings.BYNAME_DATA_KEYS = ["MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="]  # type: ignore[attr-defined]
    wait_for(FEW, "192.0.2.1", at=noon)
    assert Allowance.objects.count() == 2


def test_a_caller_is_forgotten_after_a_day(db: None, noon: datetime) -> None:
    wait_for(FEW, "192.0.2.1", at=noon)
    wait_for(FEW, "192.0.2.1", at=noon + timedelta(hours=2))
    assert forget_old_callers(at=noon + timedelta(hours=24)) == 0
    assert forget_old_callers(at=noon + timedelta(hours=24, seconds=1)) == 1
    assert forget_old_callers(at=noon + timedelta(hours=48)) == 1
    assert Allowance.objects.count() == 0


def test_who_is_barred_is_so_until_then_under_that_name_alone_and_forgotten_after(db: None, noon: datetime) -> None:
    until = noon + timedelta(days=60)
    bar("codes", "+14165550199", until=noon)
    bar("codes", "+14165550199", until=until)
    last = until - timedelta(seconds=1)
    assert [is_barred("codes", "+14165550199", at=at) for at in (noon, last, until)] == [True, True, False]
    assert not is_barred("codes", "+14165550188", at=noon)
    assert not is_barred("letters", "+14165550199", at=noon)
    assert "555" not in KeptValue.objects.get().key
    assert (forget_what_is_over(at=last), forget_what_is_over(at=until)) == (0, 1)
