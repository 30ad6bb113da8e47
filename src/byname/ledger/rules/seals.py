"""How lines are linked by seals, and what of them is noted outside the database as well."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

Ranges = tuple[tuple[int, int], ...]
"""Numbers as half-open ranges, ascending: ((1, 51), (52, 61))."""

TAKEN_BACK: Final[Mapping[str, tuple[str, ...]]] = {
    "account.changed": ("roles", "divisions", "officer"),
    "account.ended": (),
    "account.link_used": (),
    "account.opened": (),
    "account.opened_again": (),
    "account.second_factor_reset": (),
    "concern.contact_changed": ("person",),
    "concern.erased": ("person",),
    "concern.held": ("reason", "told"),
    "concern.hold_ended": (),
    "concern.letters_stopped": ("person",),
    "concern.place_to_withdraw": (),
    "concern.place_withdrawn": (),
    "concern.wording_changed": (),
    "concern.wording_published": (),
    "concern.wording_withdrawn": (),
    "concern.picture_handed_over": ("number",),
    "concern.picture_set_apart": ("number",),
    "leaving.declined": ("number",),
    "leaving.taken": ("number",),
    "officer.hidden": (),
    "officer.photo_given": (),
    "officer.photo_withdrawn": (),
    "officer.shown": (),
    "program.key_revoked": (),
    "weekly.stopped": (),
    "weekly.written": ("until",),
}
"""Acts that take something back, or give it back, and which of their facts say how much: noted outside the database, so
that a backup brought back from before them cannot undo them."""

# Every column by an expression whose text no setting and no version of PostgreSQL changes: whole microseconds for
# moments, jsonb in its own order.
LINE_TEXT: Final = """
    id, (extract(epoch FROM at) * 1000000)::bigint, (extract(epoch FROM written_at) * 1000000)::bigint, event,
    actor_kind, actor_name, actor_account_id, subject_kind, subject_id, reason_code, facts::text
"""
"""What of a line is sealed, for COPY."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RANGES = re.compile(r"\{(\[\d+,\d+\)(,\[\d+,\d+\))*)?\}\Z")
_RANGE = re.compile(r"\[(\d+),(\d+)\)")


def ranges_of(text: str) -> Ranges:
    """The ranges a seal's text holds, as PostgreSQL writes an int8multirange; ValueError where it holds none."""
    if not _RANGES.match(text):
        raise ValueError("no ranges")
    return tuple((int(first), int(last)) for first, last in _RANGE.findall(text))


def text_of(ranges: Ranges) -> str:
    """The text of the ranges."""
    return "{" + ",".join(f"[{first},{last})" for first, last in ranges) + "}"


def gathered(numbers: Iterable[int]) -> Ranges:
    """The ranges that hold exactly these ascending numbers."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return tuple(found)


def without(ranges: Ranges, taken: Ranges) -> Ranges:
    """What is left of the ranges once others are taken out of them."""
    left: list[tuple[int, int]] = []
    place = 0
    for first, last in ranges:
        while place < len(taken) and taken[place][1] <= first:
            place += 1
        here = place
        while here < len(taken) and taken[here][0] < last:
            if taken[here][0] > first:
                left.append((first, taken[here][0]))
            first = max(first, taken[here][1])
            here += 1
        if first < last:
            left.append((first, last))
    return tuple(left)


def seal_over(
    key: bytes,
    number: int,
    before: bytes,
    *,
    covers: str,
    gaps: str,
    highest: int,
    line_count: int,
    digest: bytes,
    sealed_at: datetime,
) -> bytes:
    """The 32 bytes that link a batch of lines to the seal before it: nobody without the key can make them.

    `digest` is the SHA-256 of the lines' text, in the order of their numbers.
    """
    microseconds = (sealed_at - _EPOCH) // timedelta(microseconds=1)
    parts = ("byname-seal-1", number, before.hex(), covers, gaps, highest, line_count, digest.hex(), microseconds)
    return hmac.new(key, "\n".join(map(str, parts)).encode(), hashlib.sha256).digest()
