"""A pooled connection is looked at before it is given out: a broken one is told, a sound one is asked nothing."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg_pool import ConnectionPool

from byname.config.pooled import Connection


def _connected() -> Connection:
    at = settings.DATABASES["default"]
    wanted = {"dbname": at["NAME"], "user": at["USER"], "password": at["PASSWORD"], "host": at["HOST"]}
    return Connection.connect(**wanted, port=at["PORT"], autocommit=True)


@pytest.fixture
def pooled() -> Iterator[Connection]:
    with _connected() as connection:
        yield connection


def _last_question_at(asked: psycopg.Connection[Any], of: psycopg.Connection[Any]) -> Any:
    question = "SELECT query_start FROM pg_stat_activity WHERE pid = %s"
    return asked.execute(question, [of.info.backend_pid]).fetchone()


@pytest.mark.django_db
def test_a_sound_connection_is_asked_nothing(pooled: Connection) -> None:
    with _connected() as other:
        before = _last_question_at(other, pooled)
        ConnectionPool.check_connection(pooled)
        assert _last_question_at(other, pooled) == before
        pooled.execute("SELECT 1")
        assert _last_question_at(other, pooled) != before


@pytest.mark.django_db
def test_a_connection_the_server_ended_is_not_given_out(pooled: Connection) -> None:
    with _connected() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pooled.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        ConnectionPool.check_connection(pooled)


@pytest.mark.django_db
def test_a_connection_closed_here_is_not_given_out(pooled: Connection) -> None:
    pooled.close()
    with pytest.raises(psycopg.OperationalError):
        ConnectionPool.check_connection(pooled)
