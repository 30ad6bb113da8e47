"""Home divisions set by hand: a CSV with the columns neighbourhood and division."""

from __future__ import annotations

from byname.places.rules import boundaries as rules
from byname.places.sources.table import table
from byname.vocabulary import FileRefused, RowFault


def rows(content: bytes) -> list[tuple[int, int, str]]:
    """(line, official id, division code or "" for the larger share) of each row.

    Raises Refused, or FileRefused with each faulty line.
    """
    found: list[tuple[int, int, str]] = []
    faults: list[RowFault] = []
    first_with: dict[int, int] = {}
    for line, cells in table(content, ("neighbourhood", "division")):
        official_id = rules.official_id(cells["neighbourhood"])
        code = rules.division_code(cells["division"]) if cells["division"] else ""
        if official_id is None:
            faults.append(
                RowFault(line, "neighbourhood", cells["neighbourhood"], "a neighbourhood's number, such as 94")
            )
        elif first_with.setdefault(official_id, line) != line:
            earlier = first_with[official_id]
            faults.append(RowFault(line, "neighbourhood", str(official_id), f"each one once: line {earlier} has it"))
        if code is None:
            faults.append(RowFault(line, "division", cells["division"], "a division's code such as D14, or nothing"))
        if official_id is not None and code is not None:
            found.append((line, official_id, code))
    if faults:
        raise FileRefused("Some lines cannot be used.", tuple(faults))
    return found
