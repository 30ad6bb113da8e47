"""Where very much is sent from one network: a puzzle or a minute's patience, and nobody is turned away for good."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from byname.concerns.models import Concern
from byname.interfaces.public import proof
from byname.interfaces.public.views import sending
from byname.safekeeping.limits import Limit
from tests.cast import Cast
from tests.interfaces.public.telling import Teller

LIMIT = Limit("some", most=30, seconds=3600)
NUMBER, OTHER = "a" * 22, "b" * 22
MINUTE = timedelta(minutes=1)


def solution_of(puzzle: proof.Puzzle) -> str:
    """Found as the browser finds it: from 0 up, each part by itself."""

    def number(part: int) -> int:
        for tried in itertools.count():
            digest = hashlib.sha256(f"{puzzle.token}:{part}:{tried}".encode()).hexdigest()
            if f"{int(digest, 16):0256b}".startswith("0" * puzzle.bits):
                return tried
        raise AssertionError

    return ".".join(str(number(part)) for part in range(puzzle.parts))


@pytest.mark.parametrize(
    ("used", "bits"), [(31, 12), (60, 12), (61, 13), (120, 13), (121, 14), (240, 14), (241, 15), (10_000, 15)]
)
def test_each_doubling_of_the_pressure_makes_it_twice_as_hard_up_to_a_bound(used: int, bits: int) -> None:
    assert proof.bits_for(used, 30) == bits


def test_a_solution_counts_when_every_part_begins_with_its_zero_bits() -> None:
    # Found with the shell: `printf known:0:30 | sha256sum`, and so on, each beginning with four zero bits.
    puzzle, whole = proof.Puzzle("known", 4, datetime.fromtimestamp(0)), "30.2.8.35.15.9.7.8"
    assert proof.solves(puzzle, whole)
    assert solution_of(puzzle) == whole
    assert not proof.solves(replace(puzzle, bits=40), whole)
    assert not proof.solves(replace(puzzle, token="other"), whole)
    assert not proof.solves(puzzle, whole.rpartition(".")[0])
    assert not proof.solves(puzzle, f"{whole}.1")


def test_the_first_bits_of_a_digest_are_counted_as_they_stand() -> None:
    assert proof._zero_bits(bytes.fromhex("ba7816bf")) == 0
    assert proof._zero_bits(bytes.fromhex("5f000000")) == 1
    assert proof._zero_bits(bytes.fromhex("000f0000")) == 12
    assert proof._zero_bits(bytes(32)) == 256


def test_a_puzzle_is_for_one_form_one_limit_and_one_hour(noon: datetime) -> None:
    puzzle = proof.made(LIMIT, NUMBER, 12, at=noon)
    assert proof.read(puzzle.token, LIMIT, NUMBER, at=noon + MINUTE) == puzzle
    assert proof.read(puzzle.token, LIMIT, NUMBER, at=noon + proof.LASTS) == puzzle
    assert proof.read(puzzle.token, LIMIT, NUMBER, at=noon + proof.LASTS + MINUTE) is None
    assert proof.read(puzzle.token, LIMIT, NUMBER, at=noon - MINUTE) is None
    assert proof.read(puzzle.token, LIMIT, OTHER, at=noon + MINUTE) is None
    assert proof.read(puzzle.token, replace(LIMIT, name="other"), NUMBER, at=noon + MINUTE) is None
    easier = puzzle.token.replace(".12.", ".1.")
    assert proof.read(easier, LIMIT, NUMBER, at=noon + MINUTE) is None


def test_patience_is_enough_after_a_minute(noon: datetime) -> None:
    puzzle = proof.made(LIMIT, NUMBER, 12, at=noon)
    assert [puzzle.wait(noon + timedelta(seconds=passed)) for passed in (0, 1, 59, 60, 600)] == [60, 59, 1, 0, 0]


@given(token=st.text(max_size=60), solution=st.text(max_size=60))
def test_whatever_is_sent_for_a_puzzle_or_a_solution_is_simply_none(token: str, solution: str) -> None:
    noon = datetime.fromisoformat("2026-11-23T17:00:00+00:00")
    assert proof.read(token, LIMIT, NUMBER, at=noon) is None
    assert not proof.solves(proof.made(LIMIT, NUMBER, 12, at=noon), solution)


@pytest.fixture
def pressed(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Teller:
    """The page of whoever comes second where one an hour comes freely."""
    monkeypatch.setattr(sending, "RAISED", replace(sending.RAISED, most=1))
    monkeypatch.setattr(proof, "EASIEST", 4)
    assert Teller(client).sends().status == 200
    late = Teller(client).sends()
    assert (late.status, late.asks, late.shown.headers["Retry-After"]) == (429, "It has not been sent yet", "60")
    return late


def later(monkeypatch: pytest.MonkeyPatch, passed: timedelta) -> None:
    """So much later by the clock of the door."""
    now = sending.timezone.now() + passed
    monkeypatch.setattr(sending.timezone, "now", lambda: now)


def solved(teller: Teller) -> str:
    number, token = teller.carried["number"][0], teller.carried["proof"][0]
    puzzle = proof.read(token, sending.RAISED, number, at=sending.timezone.now())
    assert puzzle
    return solution_of(puzzle)


def test_who_solves_the_puzzle_is_taken_in_and_pressing_twice_makes_one(pressed: Teller) -> None:
    carried = pressed.carried
    solution = solved(pressed)
    pressed.press("send", solved=solution)
    assert (pressed.status, pressed.asks) == (200, "Constable Ana Albuquerque has your concern.")
    link = pressed.link
    pressed.take(pressed.client.post("/raise/send", {**carried, "go": "send", "solved": solution}))
    assert (pressed.status, pressed.link) == (200, link)
    assert Concern.objects.count() == 2


def test_a_solution_opens_no_other_form_and_not_for_ever(
    pressed: Teller, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent = {"proof": pressed.carried["proof"][0], "solved": solved(pressed)}
    assert Teller(client).sends(**spent).status == 429
    later(monkeypatch, proof.LASTS + MINUTE)
    # Another window of the limit: the first comes freely.
    assert Teller(client).sends().status == 200
    fresh = pressed.press("send", **spent)
    assert (fresh.status, fresh.carried["proof"][0] == spent["proof"]) == (429, False)
    assert Concern.objects.count() == 2


def test_who_has_no_script_waits_a_minute_and_loses_nothing(pressed: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "One minute is enough." in pressed.text
    token, words = pressed.carried["proof"], pressed.carried["what"]
    later(monkeypatch, timedelta(seconds=30))
    pressed.press("send")
    assert (pressed.status, pressed.carried["proof"], pressed.carried["what"]) == (429, token, words)
    later(monkeypatch, timedelta(seconds=31))
    assert pressed.press("send").status == 200
    assert Concern.objects.count() == 2


def test_patience_alone_lets_no_program_send_in_masses(
    pressed: Teller, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "WAITED", replace(proof.WAITED, most=1))
    second = Teller(client).sends()
    later(monkeypatch, MINUTE)
    assert [pressed.press("send").status, second.press("send").status] == [200, 429]
    assert second.press("send", solved=solved(second)).status == 200
