"""What happens by the clock, with nobody asking."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from byname.safekeeping import limits


@app.periodic(cron="17 * * * *")
@app.task(name="forget-old-callers", queueing_lock="forget-old-callers")
def forget_old_callers(timestamp: int) -> int:
    """How many counts of callers were removed, each hour: network addresses are kept only as keyed hashes for a day."""
    return limits.forget_old_callers(at=timezone.now())
