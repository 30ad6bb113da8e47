"""Languages people speak most often at home: a CSV with the columns neighbourhood, language and people."""

from __future__ import annotations

import re
from typing import Final

from byname.places.rules import boundaries as rules
from byname.places.sources.table import table
from byname.vocabulary import FileRefused, RowFault

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*\Z")
_PEOPLE: Final = re.compile(r"[0-9]{1,8}\Z")


def rows(content: bytes) -> list[tuple[int, int, str, int]]:
    """(line, official id, language code, people) of each row. Raises Refused, or FileRefused with each faulty line."""
    found: list[tuple[int, int, str, int]] = []
    faults: list[RowFault] = []
    first_with: dict[tuple[int, str], int] = {}
    for line, cells in table(content, ("neighbourhood", "language", "people")):
        official_id, language = rules.official_id(cells["neighbourhood"]), cells["language"].lower()
        known = {
            "neighbourhood": (official_id is not None, "a neighbourhood's number, such as 94"),
            "language": (bool(_LANGUAGE.match(language)), "a language's code, such as ta or zh"),
            "people": (bool(_PEOPLE.match(cells["people"])), "a whole number of people"),
        }
        wrong = [RowFault(line, name, cells[name], expected) for name, (right, expected) in known.items() if not right]
        if official_id is not None and not wrong:
            earlier = first_with.setdefault((official_id, language), line)
            if earlier != line:
                wrong.append(RowFault(line, "language", language, f"each one once a neighbourhood: line {earlier}"))
            found.append((line, official_id, language, int(cells["people"])))
        faults += wrong
    if faults:
        raise FileRefused("Some lines cannot be used.", tuple(faults))
    return found
