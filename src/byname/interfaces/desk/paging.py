"""Long lists, a page at a time: which page was asked for, and the way to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

_FURTHEST = 100_000


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a list stands: the page shown, how many there are, and the questions that lead to its neighbours."""

    number: int
    count: int
    size: int
    earlier: str
    """The query string of the page before; empty on the first."""
    later: str

    @property
    def offset(self) -> int:
        """How many entries stand before this page."""
        return (self.number - 1) * self.size


def asked_for(request: HttpRequest) -> int:
    """The number of the page asked for, from 1; 1 for what is no number."""
    said = request.GET.get("page", "")
    return max(1, min(int(said), _FURTHEST)) if said.isascii() and said.isdigit() and len(said) < 9 else 1


def pages(request: HttpRequest, total: int, size: int) -> Pages:
    """The page asked for of a list of `total` entries, the last one where it asks for more than there are."""
    count = max(1, -(-total // size))
    number = min(asked_for(request), count)
    return Pages(
        number=number,
        count=count,
        size=size,
        earlier=_question(request.GET, number - 1) if number > 1 else "",
        later=_question(request.GET, number + 1) if number < count else "",
    )


def neighbours(request: HttpRequest, *, more: bool) -> tuple[str, str]:
    """The questions that lead to the pages before and after the one asked for, of a list nobody counted.

    `more` says that another page follows; where there is no such page, the question is empty.
    """
    number = asked_for(request)
    return (
        _question(request.GET, number - 1) if number > 1 else "",
        _question(request.GET, number + 1) if more else "",
    )


def _question(asked: QueryDict, number: int) -> str:
    copy = asked.copy()
    copy["page"] = str(number)
    return "?" + copy.urlencode()
