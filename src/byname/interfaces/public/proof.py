"""Where very much is sent from one network: a puzzle the browser solves, or a minute's patience, in place of a captcha.

Nothing is kept of a puzzle. It is signed for one form: for its own number, where something is raised; for the number
and what is joined; for a private page and the words, where somebody writes again. Sent again, the same form is the same
concern: a solution that is used again raises nothing more, and opens no other form.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest

from byname.interfaces.http import caller
from byname.safekeeping import limits
from byname.safekeeping.keys import keyed_digest
from byname.safekeeping.limits import Limit

WAITED: Final = Limit("waited-instead", most=30, seconds=3600)
"""So many forms an hour and network come through by patience alone: whoever has no script is not locked out, and no
program gets through in masses."""
PATIENCE: Final = timedelta(seconds=60)
LASTS: Final = timedelta(hours=1)
PARTS: Final = 8
"""Of one puzzle: together they take about as long each time, where a single one takes now a moment, now minutes."""
EASIEST: Final = 12
"""Leading zero bits of each part: 33,000 tries in all, 0.8 to 1.7 s in Chromium on a busy machine of two cores."""
HARDEST: Final = 15
"""260,000 tries, some twelve seconds there."""
_TOKEN: Final = re.compile(r"([0-9]{1,12})\.([0-9]{1,2})\.[0-9a-f]{32}\Z", re.ASCII)
_SOLVED: Final = re.compile(rf"[0-9]{{1,12}}(\.[0-9]{{1,12}}){{{PARTS - 1}}}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Puzzle:
    """For each part a number is to be found with which the part's SHA-256 begins with so many zero bits."""

    token: str
    bits: int
    given_at: datetime

    @property
    def parts(self) -> int:
        """How many parts it has."""
        return PARTS

    def wait(self, at: datetime) -> int:
        """Seconds until patience alone is enough; 0 from then on."""
        return max(0, math.ceil((self.given_at + PATIENCE - at).total_seconds()))


def asked(request: HttpRequest, limit: Limit, number: str, *, at: datetime) -> Puzzle | None:
    """The puzzle to be solved before a form with this number is taken in; None where it may be taken in now.

    Counts the form, once however often it is pressed on its puzzle's page. Up to the limit nobody is asked; beyond it
    whoever solved the puzzle passes, and whoever waited.
    """
    who = caller(request)
    used = limits.count(limit, who, at=at)
    if used <= limit.most:
        return None
    given = read(request.POST.get("proof", ""), limit, number, at=at)
    if given is None:
        return made(limit, number, bits_for(used, limit.most), at=at)
    # It was counted when it was given its puzzle.
    limits.give_back(limit, who, at=at)
    if solves(given, request.POST.get("solved", "")):
        return None
    if not given.wait(at) and not limits.wait_for(WAITED, who, at=at):
        return None
    return given


def was_nothing(request: HttpRequest, limit: Limit, *, at: datetime) -> None:
    """What `asked` counted at that moment is not counted: the form made nothing new."""
    limits.give_back(limit, caller(request), at=at)


def made(limit: Limit, number: str, bits: int, *, at: datetime) -> Puzzle:
    """A puzzle for the form with this number."""
    return _signed(limit, number, int(at.timestamp()), bits, at)


def read(token: str, limit: Limit, number: str, *, at: datetime) -> Puzzle | None:
    """The puzzle that was given for this form; None for one that was not, or whose time is over."""
    said = _TOKEN.match(token)
    if said is None:
        return None
    second, bits = int(said[1]), int(said[2])
    age = at.timestamp() - second
    if not 0 <= age <= LASTS.total_seconds():
        return None
    given = _signed(limit, number, second, bits, at - timedelta(seconds=age))
    return given if hmac.compare_digest(given.token, token) else None


def solves(puzzle: Puzzle, solution: str) -> bool:
    """Whether a solution fits: one number for each part, with dots between."""
    if not _SOLVED.match(solution):
        return False
    return all(
        _zero_bits(hashlib.sha256(f"{puzzle.token}:{part}:{number}".encode()).digest()) >= puzzle.bits
        for part, number in enumerate(solution.split("."))
    )


def bits_for(used: int, most: int) -> int:
    """How hard it is for the one who comes as the `used`-th where `most` come freely: each doubling is a bit more."""
    return min(HARDEST, EASIEST + max(0, int(math.log2(max(1, (used - 1) / most)))))


def _signed(limit: Limit, number: str, second: int, bits: int, given_at: datetime) -> Puzzle:
    said = f"{second}.{bits}"
    tag = keyed_digest("proof", f"{limit.name}\0{number}\0{said}".encode())[:16].hex()
    return Puzzle(f"{said}.{tag}", bits, given_at)


def _zero_bits(digest: bytes) -> int:
    return len(digest) * 8 - int.from_bytes(digest).bit_length()
