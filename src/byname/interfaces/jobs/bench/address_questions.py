"""What people type when they look for an address, in every shape, made from rows of addresses."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

_LONG = {
    "Ave": "Avenue",
    "St": "Street",
    "Rd": "Road",
    "Blvd": "Boulevard",
    "Cres": "Crescent",
    "Dr": "Drive",
    "Crt": "Court",
    "Pl": "Place",
    "E": "East",
    "W": "West",
    "N": "North",
    "S": "South",
}


def questions(rows: Sequence[Mapping[str, str]], count: int = 2400, seed: int = 1) -> Iterator[tuple[str, str]]:
    """So many questions about the rows (of the City's schema), each with the name of its shape, in no order."""
    made = random.Random(seed)
    asked: list[tuple[str, str]] = []
    while len(asked) < count:
        asked += _about(made, made.choice(rows), made.choice(rows)["LINEAR_NAME_FULL"])
    made.shuffle(asked)
    yield from asked[:count]


def _about(made: random.Random, row: Mapping[str, str], other: str) -> Iterator[tuple[str, str]]:
    number, street, place = row["LO_NUM"], row["LINEAR_NAME_FULL"], row["PLACE_NAME"]
    words = street.split()
    name = max(words, key=len)
    yield "as written", f"{number} {street}"
    yield "small letters", f"{number} {street}".lower()
    yield "number last", f"{street} {number}"
    yield "long words", f"{number} {' '.join(_LONG.get(word, word) for word in words)}"
    yield "no type", f"{number} {' '.join(word for word in words if word not in _LONG) or street}"
    yield "one slip", f"{number} {street.replace(name, _slip(made, name))}"
    yield "two slips", f"{number} {street.replace(name, _slip(made, _slip(made, name)))}"
    yield "unit and town", f"5-{number} {street}, Toronto, ON M6J 3E3"
    yield "apartment", f"apt 12, {number} {street} {row['MUNICIPALITY_NAME']}"
    yield "no such number", f"{int(number) + 5000} {street}"
    yield "street", street
    yield "beginning", street[:5]
    yield "place", place if place != "None" else f"{name} library"
    yield "place with a slip", _slip(made, name) + " community centre"
    yield "crossing", f"{street} and {other}"
    yield "nothing like it", f"qzx {name[::-1]} wvk {number}"


def _slip(made: random.Random, word: str) -> str:
    """The word with one letter left out, put in, changed, or swapped with the next."""
    if len(word) < 4:
        return word
    at = made.randrange(1, len(word) - 1)
    letter = made.choice("aeinrst")
    return made.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
