"""A process that is killed in the middle leaves whole slices or none, and the next turn does the rest once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from django.db import connection

from byname.concerns import actions
from byname.concerns.models import Concern, Message
from byname.ledger.models import LedgerLine, Letter
from byname.vocabulary import SYSTEM, Actor
from tests import cast as city
from tests import staff
from tests.concerns import told
from tests.config.ground import CHECKOUT

DAY = timedelta(days=1)
_DIES = """
import os, signal, sys
from datetime import datetime
import django
django.setup()
from byname.concerns import actions
from byname.concerns.actions import keeping
from byname.ledger import actions as ledger
from byname.vocabulary import SYSTEM
keeping._AT_ONCE = 2
record, left = ledger.record, [int(sys.argv[3])]
def dying(*said, **more):
    number = record(*said, **more)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return number
ledger.record = dying
getattr(actions, sys.argv[1])(by=SYSTEM, at=datetime.fromisoformat(sys.argv[2]))
"""


def killed_in(act: str, at: datetime, after: int) -> None:
    """Another process does the act and is killed once it has written so many lines of the ledger."""
    known = connection.settings_dict
    place = f"{known['HOST']}:{known['PORT']}" if not known["HOST"].startswith("/") else ""
    host = f"?host={known['HOST']}" if known["HOST"].startswith("/") else ""
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{known['USER']}:{known['PASSWORD']}@{place}/{known['NAME']}{host}",
        "DJANGO_SETTINGS_MODULE": "byname.config.settings",
        "PYTHONPATH": str(CHECKOUT / "src"),
    }
    command = [sys.executable, "-c", _DIES, act, at.isoformat(), str(after)]
    assert subprocess.run(command, env=environment, timeout=60, check=False).returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize(("after", "stand"), [(1, 0), (2, 0), (3, 2), (5, 4)])
def test_killed_while_it_tells_what_is_overdue(
    committed: None, noon: datetime, clerk_of_records: Actor, after: int, stand: int
) -> None:
    city.build_land(by=clerk_of_records, at=noon)
    for _ in range(5):
        told.raised(noon)
    at = noon + 4 * DAY
    killed_in("tell_overdue", at, after)
    assert Concern.objects.filter(overdue_told_at__isnull=False).count() == stand
    assert Letter.objects.filter(kind="concern_overdue").count() == stand
    assert len(told.lines("concern.overdue")) == stand
    assert actions.tell_overdue(by=SYSTEM, at=at) == 5 - stand
    assert Letter.objects.filter(kind="concern_overdue").count() == 5
    assert len(told.lines("concern.overdue")) == 5


@pytest.mark.slow
@pytest.mark.parametrize(("after", "stand"), [(1, 0), (2, 2)])
def test_killed_while_words_go(
    committed: None, noon: datetime, clerk_of_records: Actor, after: int, stand: int
) -> None:
    cast = city.build(by=clerk_of_records, at=noon)
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    for _ in range(5):
        actions.close(told.raised(noon).reference, "solved", "Done.", by=ana, at=noon)
    at = noon + 400 * DAY
    killed_in("forget_old_words", at, after)
    assert (Concern.objects.filter(told="").count(), Message.objects.count()) == (stand, 5 - stand)
    assert actions.forget_old_words(by=SYSTEM, at=at) == 5 - stand
    assert (Concern.objects.filter(told="").count(), Message.objects.count()) == (5, 0)
    forgotten = LedgerLine.objects.filter(event="concern.words_forgotten").values_list("facts__concerns", flat=True)
    assert sum(forgotten) == 5
