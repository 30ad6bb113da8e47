"""What is kept of what a stranger typed: their words as they wrote them, without what only machines see."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BREAKS = re.compile("\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")
_BLANKS = re.compile("[\n\t]")
_MOST_BREAKS: Final = 3
_TOO_MANY_BREAKS = re.compile(rf"\n{{{_MOST_BREAKS + 1},}}")
_JOINERS: Final = "\u200c\u200d"
_RUN = re.compile(f"[{_JOINERS}]+")
_DIRECTION_MARKS: Final = "\u200e\u200f\u061c"
_KEPT_SIGNS: Final = _JOINERS + _DIRECTION_MARKS + "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd"
"""Format characters that carry meaning: joiners, direction marks, and the Arabic signs written over numbers."""
_NO_CHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
# Flags of England, Scotland and Wales are spelt in these, after a black flag.
_TAGS = re.compile("(\U0001f3f4[\U000e0061-\U000e007a]{1,6}\U000e007f)|[\U000e0000-\U000e007f]")
# Scripts whose letters take another shape beside a joiner; emoji are built with one.
_JOINED = re.compile(
    "[\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefc\u0900-\u0dff\u1000-\u109f\u1780-\u17ff"
    "\u200d\u203c-\u3299\ufe0f\U0001f000-\U0001faff]"
)


def tidied(text: str) -> str:
    """A text as it is kept: NFC, line ends LF, at most three in a row, no blanks before them or at the end.

    Control and invisible characters go, and those that turn the direction of what follows; marks of direction stay, and
    joiners stay between letters and emoji that need them. Tidying twice changes nothing more.
    """
    text = _BREAKS.sub("\n", text)
    text = _TAGS.sub(lambda tag: tag[1] or "", text)
    if not _BLANKS.sub("", text).isprintable():
        # Of what can be printed all stays: most texts are spared the look at each character.
        text = "".join(char for char in text if _stays(char))
    text = unicodedata.normalize("NFC", text)
    text = unicodedata.normalize("NFC", _RUN.sub(lambda run: _joiner(run, text), text))
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _TOO_MANY_BREAKS.sub("\n" * _MOST_BREAKS, text).rstrip()


def _stays(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cf":
        return char in _KEPT_SIGNS or "\U000e0061" <= char <= "\U000e007f"
    return (category not in ("Cc", "Cs") and not _NO_CHARACTER.match(char)) or char in "\n\t"


def _joiner(run: re.Match[str], text: str) -> str:
    """One joiner where the letters on both sides take notice of it, nothing elsewhere."""
    first, end = run.span()
    between = first > 0 and end < len(text) and _JOINED.match(text[first - 1]) and _JOINED.match(text[end])
    return run.group()[0] if between else ""
