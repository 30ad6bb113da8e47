"""What was told in the demo city: every stage and language, nobody's real name or number, and no letter of the past."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, datetime

import pytest
from django.db import connection

from byname.interfaces.jobs.demo import heard
from byname.interfaces.jobs.demo import load as loading
from byname.interfaces.jobs.demo.city import SEED, demo_city
from byname.vocabulary import Actor

TODAY = date(2026, 11, 23)


def quiet(_: str) -> None:
    """Nobody listens."""


@pytest.mark.django_db
def test_probe(noon: datetime, clerk_of_records: Actor) -> None:
    city = demo_city(SEED, TODAY)
    references = loading.load(city, by=clerk_of_records, at=noon, say=quiet)
    began, wall = time.process_time(), time.monotonic()
    import cProfile
    profile = cProfile.Profile()
    heard.load(city, references, by=clerk_of_records, at=noon, say=quiet)
    print("CPU", time.process_time() - began, "WALL", time.monotonic() - wall)
    with connection.cursor() as cursor:
        for q in ("state, outcome, holder, reopened", "channel", "written_in", "needs_interpreter", "answered_at is null, ended_at is null, overdue_told_at is null"):
            cursor.execute(f"SELECT {q}, count(*) FROM byname_concern GROUP BY {q} ORDER BY {q}".replace("GROUP BY "+q, "GROUP BY "+",".join(str(i+1) for i in range(len(q.split(','))))).replace("ORDER BY "+q,"ORDER BY 1"))
            print(cursor.fetchall())
        for t in ("wording","verdict","message","translation","concernphoto","letter","subscription","publishedhearing","person","ledgerline"):
            cursor.execute(f"SELECT count(*) FROM byname_{t}"); print(t, cursor.fetchone())
        cursor.execute("select joined, count(*) from byname_wording group by 1 order by 1"); print(cursor.fetchall())
        cursor.execute("select quarter_on, area_id, figures from byname_publishedhearing"); print(cursor.fetchall()[:40])
        cursor.execute("select kind, way, delivered_at is null, count(*) from byname_letter group by 1,2,3"); print(cursor.fetchall())
