"""Whoever was given a reference finds their concern, once, whatever was killed while it was written."""

from __future__ import annotations

import itertools
import json
import os
import urllib.request

import pytest

from tests.promises import raising

SENDINGS, KILLS = int(os.environ.get("RAISED_SENDINGS", "240")), int(os.environ.get("RAISED_KILLS", "4"))
"""The whole promise: RAISED_SENDINGS=10000 RAISED_KILLS=50."""
KINDS = ("worker", "shutdown", "workers", "backend", "worker", "database", "workers", "worker", "everything", "worker")


@pytest.mark.slow
def test_every_receipt_given_is_on_disk_and_none_twice_whatever_is_killed() -> None:
    with raising.a_place() as place:
        made = place.command("key", "make", "killed", "--an-hour", "1000000").split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{place.port}/api/v1/areas") as answer:
            areas = json.load(answer)["areas"]
        before = place.standing()
        points = [(area["lat"], area["lon"]) for area in areas]
        senders = raising.Senders(place, made, points, areas[0]["slug"], SENDINGS)
        raising.kill_while(senders, SENDINGS, list(itertools.islice(itertools.cycle(KINDS), KILLS)))
        senders.join(120)
        after = place.standing(after=int(str(before["newest"])), line=int(str(before["newest_line"])))
        faults = place.faults() if senders.heard.wrong else []
    heard = senders.heard
    # A second press, and each time it was tried again, was answered with the very same reference.
    assert {sending: given for sending, given in heard.receipts.items() if len(set(given)) != 1} == {}
    given = sorted(references[0] for references in heard.receipts.values())
    assert len(given) == SENDINGS
    assert sorted(map(str, after["concerns"])) == given  # type: ignore[call-overload]
    assert sorted(map(str, after["lines"])) == given  # type: ignore[call-overload]
    assert after["lost"] == []
    assert heard.wrong == [], faults
    # Killed in earnest: somebody met it.
    assert sum(heard.troubles.values()) > 0
    print(f"\n{SENDINGS} sendings, {KILLS} kills: {dict(heard.troubles)}")  # noqa: T201
