"""What the measure of concerns writes: as many as it says, by every rule of the tables, older ones without words."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from byname.concerns.models import Concern, Message, Person, Wording
from byname.interfaces.jobs.bench import concern_ground
from tests.cast import Cast


def test_what_is_written_is_what_is_told_and_the_oldest_have_lost_their_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    at: datetime = timezone.now()
    monkeypatch.setattr(concern_ground, "KEPT", 60)
    monkeypatch.setattr(concern_ground, "_SAMPLES", 5)
    monkeypatch.setattr(concern_ground, "_settle", lambda: None)
    made = concern_ground.make(60, at=at)
    assert (made["concerns"], len(made["points"])) == (60, 500)
    assert concern_ground.fill_older(40, at=at) == {"concerns": 40}
    assert [model.objects.count() for model in (Concern, Person, Wording)] == [100, 100, 60]
    assert Concern.objects.filter(told="", likeness__isnull=True, words_gone_at__isnull=False).count() == 40
    assert Message.objects.count() == Concern.objects.exclude(told="").exclude(ended_at__isnull=True).count()
