"""Where very much is sent from one network: a puzzle or a minute's patience, and nobody is turned away for good."""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from byname.concerns.models import Concern, Message, Person
from byname.interfaces.public import proof
from byname.interfaces.public.views import following, joining, sending
from byname.safekeeping.limits import Limit
from byname.safekeeping.models import Allowance
from tests.cast import Cast
from tests.concerns import told, wordings
from tests.interfaces.public.telling import Teller
from tests.interfaces.public.test_joining import joins, number_of

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


def test_one_form_counts_once_against_its_network_however_often_it_is_pressed(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "RAISED", replace(sending.RAISED, most=3))
    number = Teller(client).begin().carried["number"]
    assert Teller(client).sends(number=number).status == 200
    for _ in range(10):
        again = Teller(client).sends(number=number)
        assert (again.status, "This was sent before" in again.text) == (200, True)
    reference = Concern.objects.get().reference
    wordings.published(reference, sending.timezone.now())
    joining_number = number_of(client.get(f"/join/{reference}").content.decode())
    assert [joins(client, reference, number=joining_number).status for _ in range(10)] == [200] * 10
    assert [Teller(client).sends().status for _ in range(2)] == [200, 429]


def test_a_form_that_was_taken_in_has_its_receipt_also_where_very_much_is_sent(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for door in (sending, joining):
        monkeypatch.setattr(door, "RAISED", replace(sending.RAISED, most=2))
    first = Teller(client).begin()
    number = first.carried["number"]
    receipt = Teller(client).sends(number=number)
    reference = Concern.objects.get().reference
    wordings.published(reference, sending.timezone.now())
    joining_number = number_of(client.get(f"/join/{reference}").content.decode())
    joined = joins(client, reference, number=joining_number)
    # As many as come freely have come: whoever is new solves a puzzle, whoever has a receipt has it again.
    assert [Teller(client).sends().status, joins(client, reference).status] == [429, 429]
    pressed_again = [Teller(client).sends(number=number), joins(client, reference, number=joining_number)]
    assert [(each.status, each.link) for each in pressed_again] == [(200, receipt.link), (200, joined.link)]
    assert (Concern.objects.count(), Person.objects.count()) == (1, 2)
    assert Allowance.objects.get(limit=sending.RAISED.name).used == 4


def test_pictures_of_a_form_that_was_taken_in_are_no_work_again(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = Teller(client).begin().carried["number"]
    receipt = Teller(client).sends(number=number)

    def no_work(_request: object) -> None:
        raise AssertionError

    monkeypatch.setattr(sending, "taken_in", no_work)
    assert Teller(client).sends(number=number).link == receipt.link


def test_pressing_on_the_puzzle_s_page_makes_it_no_harder_for_others(pressed: Teller, client: Client) -> None:
    token = pressed.carried["proof"]
    for _ in range(10):
        assert (pressed.press("send").status, pressed.carried["proof"]) == (429, token)
    assert Allowance.objects.get(limit=sending.RAISED.name).used == 2


def test_a_solution_joins_what_it_was_given_for_and_nothing_else(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "RAISED", replace(sending.RAISED, most=1))
    monkeypatch.setattr(joining, "RAISED", sending.RAISED)
    monkeypatch.setattr(proof, "EASIEST", 4)
    at = sending.timezone.now()
    one, other = (told.raised(at, told.ANONYMOUS).reference for _ in range(2))
    for reference in (one, other):
        wordings.published(reference, at)
    assert joins(client, one).status == 200
    held = joins(client, one)
    number, token = number_of(held.text), token_of(held.text)
    puzzle = proof.read(token, sending.RAISED, f"{one} {number}", at=sending.timezone.now())
    assert (held.status, puzzle is None) == (429, False)
    assert puzzle
    spent = {"number": number, "proof": token, "solved": solution_of(puzzle)}
    assert [joins(client, reference, **spent).status for reference in (other, one, one)] == [429, 200, 200]
    raised = Teller(client).sends(**spent)
    assert raised.status == 429
    assert Person.objects.filter(raised=False).count() == 2


@pytest.fixture
def crowded(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> str:
    """The private page of somebody on whose network as many messages were written as come freely."""
    monkeypatch.setattr(following, "WRITTEN", replace(following.WRITTEN, most=1))
    monkeypatch.setattr(proof, "EASIEST", 4)
    link = f"/c/{told.raised(following.timezone.now()).link}/"
    assert writes(client, link, "Cars again today.").status_code == 303
    return link


def writes(client: Client, link: str, words: str, **besides: Any) -> Any:
    return client.post(f"{link}send", {"act": "write", "words": words, **besides})


def token_of(page: str) -> str:
    found = re.search(r'name="proof" value="([^"]+)"', page)
    assert found
    return found[1]


def test_who_writes_again_after_many_others_loses_nothing_and_solves_a_puzzle_for_those_words(
    client: Client, crowded: str
) -> None:
    words = 'They came at eight,\r\nand "again" at nine.'
    held = writes(client, crowded, words)
    page = held.content.decode()
    assert (held.status_code, held.headers["Retry-After"], held.headers["Cache-Control"]) == (429, "60", "no-store")
    kept = re.search(r'name="words" value="([^"]+)"', page)
    assert kept
    assert unescape(kept[1]) == words.replace("\r\n", "\n")
    assert ("It has not been sent yet" in page, "One minute is enough." in page, len(held.content) < 50_000) == (
        True,
        True,
        True,
    )
    token, named = token_of(page), f"{crowded.split('/')[2]} {unescape(kept[1])}"
    puzzle = proof.read(token, following.WRITTEN, named, at=following.timezone.now())
    assert puzzle
    solved = {"proof": token, "solved": solution_of(puzzle)}
    assert writes(client, crowded, "Other words.", **solved).status_code == 429
    assert writes(client, crowded, words, **solved).status_code == 303
    assert [each.words for each in Message.objects.order_by("pk")] == ["Cars again today.", unescape(kept[1])]


def test_who_has_no_script_writes_again_after_a_minute(
    client: Client, crowded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(writes(client, crowded, "They came at eight.").content.decode())
    later(monkeypatch, MINUTE)
    assert writes(client, crowded, "They came at eight.", proof=token).status_code == 303
    assert Message.objects.count() == 2


def test_words_of_danger_are_never_held_up(client: Client, crowded: str) -> None:
    words = "He has a gun, he is here."
    met = writes(client, crowded, words)
    assert (met.status_code, 'href="tel:911"' in met.content.decode()) == (200, True)
    seen = re.findall(r'name="seen" value="(\w+)"', met.content.decode())
    assert writes(client, crowded, words, seen=seen).status_code == 303
    assert Message.objects.order_by("-pk")[0].words == words


def test_words_of_danger_come_through_while_very_much_is_sent_and_a_flood_of_them_does_not(
    pressed: Teller, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "IN_DANGER", replace(sending.IN_DANGER, most=2))
    gun = {"what": "There is a man with a gun in front of my door", "seen": ["now"]}
    assert [Teller(client).sends(**gun).status for _ in range(3)] == [200, 200, 429]
    # What speaks of none waits as before.
    assert Teller(client).sends().status == 429
    assert Concern.objects.filter(danger="now").count() == 2
    # Another day.
    later(monkeypatch, timedelta(days=1))
    assert [Teller(client).sends(**gun).status for _ in range(4)] == [200, 200, 200, 429]


def test_danger_takes_nothing_from_its_share_while_all_come_freely(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    gun = {"what": "There is a man with a gun in front of my door", "seen": ["now"]}
    assert Teller(client).sends(**gun).status == 200
    assert not Allowance.objects.filter(limit=sending.IN_DANGER.name).exists()
