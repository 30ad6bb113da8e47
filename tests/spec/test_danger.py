"""Danger: what is met with 911 first, what with a helpline, and what is an ordinary concern."""

from __future__ import annotations

from byname.concerns import rules
from tests.spec.tables import rule


@rule(
    "What signals danger is met at whichever door, in whichever language: harm happening now first, then violence at "
    "home, then a crisis. What lies in the past, in a film, or is only a figure of speech is an ordinary concern.",
    columns=("written", "met as"),
    rows=[
        ("he has a knife and he is yelling at people", ("now",)),
        ("HE HAS A KNIIIFE", ("now",)),
        ("il a un couteau et il crie", ("now",)),
        ("他手里有刀", ("now",)),
        ("my husband beats me", ("home",)),
        ("My neighbour is hitting his wife right now", ("now", "home")),
        ("I want to kill myself", ("crisis",)),
        ("he has a gun and says he wants to die", ("now", "crisis")),
        ("Someone got shot here last summer", ()),
        ("Someone got stabbed last summer. He is back with a knife", ("now",)),
        ("the fire hydrant leaks", ()),
        ("fireworks that sound like gunshots", ()),
        ("drivers here will kill someone one day", ()),
    ],
)
def test_danger_met(written: str) -> tuple[str, ...]:
    found = rules.danger(written)
    return found.kinds if found else ()


@rule(
    "Before sending, a person is shown what in their words tells of somebody; they decide.",
    columns=("written", "shown"),
    rows=[
        ("Call me at 416-555-0199", ("phone: 416-555-0199",)),
        ("plate CABC 123", ("plate: CABC 123",)),
        ("his name is Kevin Marsh", ("name: Kevin Marsh",)),
        ("he is a drug dealer", ("accusation: he is a drug dealer",)),
        ("the family in apt 1204", ("address: apt 1204",)),
        ("Speeding on Dundas Street West, M5V 2T6, 10:30", ()),
    ],
)
def test_hints_shown(written: str) -> tuple[str, ...]:
    return tuple(f"{hint.kind}: {written[hint.start : hint.end]}" for hint in rules.hints(written))


@rule(
    "A report of appearance only joins no problem: people are told of by what they do.",
    columns=("written", "appearance only"),
    rows=[
        ("two black males near the school", True),
        ("two men throwing bottles near the school", False),
    ],
)
def test_appearance_only(written: str) -> bool:
    return rules.appearance_only(written)
