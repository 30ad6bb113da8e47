"""References a person can read out on the phone, and mistakes in them that are heard at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

SYMBOLS: Final = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
"""No 0, 1, I, O or U. There are 31: as that is a prime, the last symbol tells of any one wrong and any two swapped."""
DRAWN: Final = 10
"""So many symbols are drawn: 31 to the tenth, about 50 bits."""

_HEARD: Final = str.maketrans({"1": "L", "I": "L", "U": "V", "0": "Q", "O": "Q"})


def new_reference(below: Callable[[int], int]) -> str:
    """A reference such as C-7K3M-9QXT-4BP; `below(n)` draws a number from 0 up to, not including, n."""
    drawn = "".join(SYMBOLS[below(len(SYMBOLS))] for _ in range(DRAWN))
    return _written(drawn + _check(drawn))


def reference_of(text: str) -> str | None:
    """The reference somebody wrote or read out, however they spaced it; None where there can be no such one."""
    letters = "".join(sign for sign in text.strip().upper() if sign.isalnum())
    symbols = letters.removeprefix("C") if len(letters) == DRAWN + 2 else letters
    symbols = symbols.translate(_HEARD)
    if len(symbols) != DRAWN + 1 or set(symbols) - set(SYMBOLS) or _check(symbols[:DRAWN]) != symbols[DRAWN]:
        return None
    return _written(symbols)


def _written(symbols: str) -> str:
    return f"C-{symbols[:4]}-{symbols[4:8]}-{symbols[8:]}"


def _check(symbols: str) -> str:
    total = sum(place * SYMBOLS.index(symbol) for place, symbol in enumerate(symbols, start=2))
    return SYMBOLS[-total % len(SYMBOLS)]
