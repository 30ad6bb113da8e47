"""Whether the lines and their seals are what they were: what stands between two copies of the truth."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from byname.ledger import rules
from byname.vocabulary import Actor, Refused

LINE_TEXT: Final = rules.LINE_TEXT
_SEALS = """
    COPY (SELECT number, covers, gaps, highest, line_count, encode(digest, 'hex'), encode(seal, 'hex'),
                 (extract(epoch FROM sealed_at) * 1000000)::bigint
          FROM byname_ledgerseal WHERE number > %s ORDER BY number LIMIT %s) TO STDOUT
"""
# Put together from what stands here alone.
_LINES = f"COPY (SELECT {LINE_TEXT} FROM byname_ledgerline WHERE id > %s AND id <= %s ORDER BY id) TO STDOUT"  # noqa: S608
_UNSEALED = """
    SELECT count(*), min(written_at) FROM (
        SELECT written_at FROM byname_ledgerline WHERE id > %s
        UNION ALL
        SELECT late.written_at FROM unnest(%s::int8multirange) AS gap CROSS JOIN LATERAL
            (SELECT written_at FROM byname_ledgerline WHERE id >= lower(gap) AND id < upper(gap) OFFSET 0) AS late
    ) AS waiting
"""
_SEALS_AT_ONCE: Final = 2000
_MOST_FAULTS: Final = 200
_BEFORE_ALL: Final = -(1 << 63)
_PAST_ALL: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal, as it is noted outside the database."""

    number: int
    seal: str
    """In hexadecimal."""
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Unsealed:
    """The lines no seal covers yet: how many, and since when the oldest waits."""

    lines: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: every fault in a sentence, and what cannot be told yet."""

    seals: int
    lines: int
    """Sealed lines read."""
    unsealed: Unsealed
    head: Head | None
    compared: tuple[str, ...]
    """The notes outside the database it was compared with."""
    faults: tuple[str, ...]


class _Seal:
    """One seal while the lines it covers go by."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.covers: rules.Ranges = ()
        self.line_count = self.seen = 0
        self.digest = b""
        self.hash = hashlib.sha256()
        self.torn = False


class _Findings:
    """Faults, the first two hundred of them, with neighbouring numbers in one sentence."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.more = 0
        self._numbers: dict[str, list[list[int]]] = {}

    def say(self, sentence: str) -> None:
        if len(self.said) < _MOST_FAULTS:
            self.said.append(sentence)
        else:
            self.more += 1

    def number(self, sentence: str, first: int, last: int) -> None:
        """Numbers [first, last) share one fault; `sentence` takes their text."""
        ranges = self._numbers.setdefault(sentence, [])
        if ranges and ranges[-1][1] == first:
            ranges[-1][1] = last
        elif len(ranges) < _MOST_FAULTS:
            ranges.append([first, last])
        else:
            self.more += 1

    def sentences(self) -> tuple[str, ...]:
        found = [*self.said]
        for sentence, ranges in self._numbers.items():
            found += [sentence.format(_named(first, last)) for first, last in ranges]
        if self.more:
            found.append(f"And {self.more} more.")
        return tuple(found)


_MISSING = "{} missing: sealed, and not there any more."
_INSERTED = "{} there without a seal, below the newest sealed one: put in afterwards."


def _named(first: int, last: int) -> str:
    return f"Line {first} is" if last - first == 1 else f"Lines {first} to {last - 1} are"


def head(*, viewer: Actor) -> Head | None:
    """The newest seal; None where nothing has been sealed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, seal, sealed_at FROM byname_ledgerseal ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
    return Head(row[0], bytes(row[1]).hex(), row[2]) if row else None


def seal_numbered(number: int, *, viewer: Actor) -> str:
    """One seal in hexadecimal; empty where there is none of that number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seal FROM byname_ledgerseal WHERE number = %s", [number])
        row = cursor.fetchone()
    return bytes(row[0]).hex() if row else ""


def unsealed(*, viewer: Actor) -> Unsealed:
    """The lines no seal covers yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT highest, gaps FROM byname_ledgerseal ORDER BY number DESC LIMIT 1")
        highest, gaps = cursor.fetchone() or (0, "{}")
        cursor.execute(_UNSEALED, [highest, gaps])
        count, since = cursor.fetchone()
    return Unsealed(count, since)


def verification(heads: Mapping[str, Head], *, viewer: Actor) -> Verification:
    """What is wrong with the ledger, line by line and seal by seal, also where the database's owner did it.

    `heads` are the notes kept outside the database, by their names: without them a tail that was cut off whole cannot
    be seen. Lines and seals are streamed, so that memory stays small. Raises Refused where BYNAME_LEDGER_KEY is not set
    or is not the key the seals were made with.
    """
    key = settings.BYNAME_LEDGER_KEY
    if not key:
        raise Refused("BYNAME_LEDGER_KEY is not set: without the key nobody can tell.", code="ledger-key")
    findings = _Findings()
    waiting = unsealed(viewer=viewer)
    chain = _Chain(key, {noted.number for noted in heads.values()}, findings)
    for row in _rows(_SEALS, 0, None):
        chain.take(row)
    if chain.seals and chain.unfitting == chain.seals:
        raise Refused("None of the seals was made with this BYNAME_LEDGER_KEY.", code="ledger-key")
    for name, noted in sorted(heads.items(), key=lambda pair: (pair[1].number, pair[0])):
        if noted.number > chain.number:
            findings.say(
                f"The end is cut off: {name} knows seal {noted.number}, and the database ends at seal {chain.number}."
            )
        elif chain.wanted.get(noted.number) != noted.seal:
            findings.say(f"Seal {noted.number} is not the one {name} knows: it was made anew, or is gone.")
    lines = _Lines(chain, findings)
    lines.read()
    return Verification(
        seals=chain.seals,
        lines=lines.lines,
        unsealed=waiting,
        head=chain.head,
        compared=tuple(sorted(heads)),
        faults=findings.sentences(),
    )


class _Chain:
    """The seals in their order: each fits its key, its number and the seal before it."""

    def __init__(self, key: bytes, wanted: set[int], findings: _Findings) -> None:
        self.number = self.seals = self.unfitting = self.highest = 0
        self.head: Head | None = None
        self.late: list[tuple[int, int, int]] = []
        """Ranges a seal covers below those of the seal before it: (first, last, number of the seal)."""
        self.open: rules.Ranges = ()
        self.wanted = dict.fromkeys(wanted, "")
        self._key, self._findings, self._before = key, findings, b""

    def take(self, row: list[bytes]) -> None:
        number, highest = int(row[0]), int(row[3])
        if number != self.number + 1:
            missing = (
                f"Seal {self.number + 1} is"
                if number == self.number + 2
                else (f"Seals {self.number + 1} to {number - 1} are")
            )
            self._findings.say(f"{missing} missing.")
        covers, gaps = row[1].decode(), row[2].decode()
        sealed_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(row[7]))
        seal = bytes.fromhex(row[6].decode())
        made = rules.seal_over(
            self._key,
            number,
            self._before,
            covers=covers,
            gaps=gaps,
            highest=highest,
            line_count=int(row[4]),
            digest=bytes.fromhex(row[5].decode()),
            sealed_at=sealed_at,
        )
        if not hmac.compare_digest(made, seal):
            self.unfitting += 1
            if number == self.number + 1:
                self._findings.say(f"Seal {number} does not fit: it or the seal before it was changed or made anew.")
        try:
            parts, self.open = rules.ranges_of(covers), rules.ranges_of(gaps)
        except ValueError:
            parts = ()
        self.late += [(first, last, number) for first, last in parts if first <= self.highest]
        self.highest = max(self.highest, highest)
        self.number, self._before = number, seal
        self.seals += 1
        self.head = Head(number, seal.hex(), sealed_at)
        if number in self.wanted:
            self.wanted[number] = seal.hex()


class _Lines:
    """The lines in their order, each given to the seal that covers it."""

    def __init__(self, chain: _Chain, findings: _Findings) -> None:
        self.lines = 0
        self._chain, self._findings = chain, findings
        # What stands in a seal's text below the seal before it, and what no seal covers yet.
        self._aside = sorted([*chain.late, *((first, last, 0) for first, last in chain.open)])
        self._place = 0
        self._early: dict[int, _Seal] = {}

    def read(self) -> None:
        after, done = _BEFORE_ALL, 0
        while done < self._chain.number:
            chunk = self._seals_after(done)
            if not chunk:
                break
            upto = max([after, *(last - 1 for seal in chunk for _first, last in seal.covers)])
            self._read(chunk, after, upto)
            after, done = upto, chunk[-1].number

    def _seals_after(self, number: int) -> list[_Seal]:
        found = []
        for row in _rows(_SEALS, number, _SEALS_AT_ONCE):
            if int(row[0]) > self._chain.number:
                break
            try:
                covers = rules.ranges_of(row[1].decode())
            except ValueError:
                covers = ()
            seal = self._early.pop(int(row[0]), None) or _Seal(int(row[0]))
            seal.covers, seal.line_count, seal.digest = covers, int(row[4]), bytes.fromhex(row[5].decode())
            found.append(seal)
        return found

    def _read(self, chunk: list[_Seal], after: int, upto: int) -> None:
        """Every line with a number in (after, upto], and the end of every seal in the chunk."""
        steps = self._steps(chunk, after, upto)
        expected, last, seal = next(steps)
        for text in _texts(_LINES, after, upto):
            number = int(text[: text.index(b"\t")])
            while number >= last:
                self._missing(seal, expected, last)
                expected, last, seal = next(steps)
            if number < expected:
                self._findings.number(_INSERTED, number, number + 1)
            elif seal is not None:
                if number > expected:
                    self._missing(seal, expected, number)
                seal.hash.update(text)
                seal.seen += 1
                expected = number + 1
        while last < _PAST_ALL:
            self._missing(seal, expected, last)
            expected, last, seal = next(steps)
        for whole in chunk:
            self.lines += whole.seen
            self._close(whole)

    def _steps(self, chunk: list[_Seal], after: int, upto: int) -> Iterator[tuple[int, int, _Seal | None]]:
        """The ranges in (after, upto] with the seal that covers each, None where none does yet; then one past all."""
        known = {seal.number: seal for seal in chunk}
        plan = {(first, last, seal.number) for seal in chunk for first, last in seal.covers if first > after}
        while self._place < len(self._aside) and self._aside[self._place][0] <= upto:
            plan.add(self._aside[self._place])
            self._place += 1
        for first, last, owner in sorted(plan):
            seal = known.get(owner) or (self._early.setdefault(owner, _Seal(owner)) if owner else None)
            yield first, last, seal
        yield upto + 1, _PAST_ALL, None

    def _missing(self, seal: _Seal | None, first: int, last: int) -> None:
        if seal is not None and first < last:
            seal.torn = True
            self._findings.number(_MISSING, first, last)

    def _close(self, seal: _Seal) -> None:
        if seal.torn or (seal.seen == seal.line_count and seal.hash.digest() == seal.digest):
            return
        named = " and ".join(
            f"line {first}" if last - first == 1 else f"lines {first} to {last - 1}" for first, last in seal.covers[:5]
        )
        if seal.line_count == 1:
            self._findings.say(f"{named.capitalize()} was changed (seal {seal.number}).")
        else:
            self._findings.say(f"Of {named or 'its lines'} at least one was changed (seal {seal.number}).")


def _texts(statement: str, *values: int | None) -> Iterator[bytes]:
    with connection.cursor() as cursor, cursor.copy(statement, values) as copy:
        for text in copy:
            yield bytes(text)


def _rows(statement: str, *values: int | None) -> Iterator[list[bytes]]:
    for text in _texts(statement, *values):
        yield text[:-1].split(b"\t")
