"""Published wordings, for the tests: an officer's words about a concern, each of its values changeable."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from byname.concerns.models import Concern, Wording

SPEEDING = "Speeding on the school stretch, weekday mornings"
DONE = "Patrols before eight, and a sign is asked for."


def published(reference: str, at: datetime, **changes: Any) -> Wording:
    """The published wording of a concern."""
    concern = Concern.objects.get(reference=reference)
    given = {
        "area_id": concern.area_id,
        "category": concern.category,
        "words": SPEEDING,
        "done": DONE,
        "month_on": date(at.year, at.month, 1),
        "near": "Mill Street and Bank Street",
        "lat": 43.6155,
        "lon": -79.4945,
        "state": concern.state,
        "published_at": at,
        "changed_at": at,
    }
    return Wording.objects.create(concern=concern, **given | changes)
