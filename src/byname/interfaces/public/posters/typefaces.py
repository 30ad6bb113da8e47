"""The typefaces posters are set in, and which characters they can show."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from struct import unpack_from
from typing import Literal
from unicodedata import category

Language = Literal["en", "fr", "zh-hans", "zh-hant", "pt", "ta", "ur", "es", "tl"]

FOLDER = Path(__file__).parent / "fonts"


@dataclass(frozen=True)
class Typeface:
    """One typeface: the name typesetting knows it by and the file that says which characters it has."""

    family: str
    file: str


ATKINSON = Typeface("Atkinson Hyperlegible Next", "AtkinsonHyperlegibleNext_400Regular.ttf")
NOTO_SANS = Typeface("Noto Sans", "NotoSans_400Regular.ttf")
TAMIL = Typeface("Noto Sans Tamil", "NotoSansTamil_400Regular.ttf")
NASTALIQ = Typeface("Noto Nastaliq Urdu", "NotoNastaliqUrdu_400Regular.ttf")
SIMPLIFIED = Typeface("Noto Sans SC", "NotoSansSC_500Medium.ttf")
TRADITIONAL = Typeface("Noto Sans TC", "NotoSansTC_500Medium.ttf")

ALL = (ATKINSON, NOTO_SANS, TAMIL, NASTALIQ, SIMPLIFIED, TRADITIONAL)

OWN: dict[Language, tuple[Typeface, ...]] = {
    "en": (ATKINSON, NOTO_SANS),
    "fr": (ATKINSON, NOTO_SANS),
    "pt": (ATKINSON, NOTO_SANS),
    "es": (ATKINSON, NOTO_SANS),
    "tl": (ATKINSON, NOTO_SANS),
    "ta": (ATKINSON, TAMIL, NOTO_SANS),
    "ur": (ATKINSON, NASTALIQ, NOTO_SANS),
    "zh-hans": (ATKINSON, SIMPLIFIED, NOTO_SANS),
    "zh-hant": (ATKINSON, TRADITIONAL, NOTO_SANS),
}


def families_for(language: Language, text: str) -> tuple[str, ...]:
    """The families to set this text in, in the order they are tried.

    The language's own come first, so that Traditional Chinese is never drawn with Simplified shapes; the others follow,
    for a name in another script. Where Atkinson lacks a Latin letter, all Latin is set in Noto Sans: a name such as
    Nguyễn is not patched from two typefaces.
    """
    own = OWN[language]
    order = (*own, *(face for face in ALL if face not in own))
    latin = _characters_in(NOTO_SANS) - _characters_in(ATKINSON)
    if any(ord(character) in latin and category(character).startswith("L") for character in text):
        order = (NOTO_SANS, *(face for face in order if face not in (ATKINSON, NOTO_SANS)))
    return tuple(face.family for face in order)


def missing_glyphs(text: str, language: Language) -> set[str]:
    """The characters of the text that this language's own typefaces cannot show; empty when all can be printed."""
    return _unshown(text, OWN[language])


def unprintable(text: str) -> set[str]:
    """The characters of the text that no typeface here can show, in whatever language."""
    return _unshown(text, ALL)


def _unshown(text: str, faces: tuple[Typeface, ...]) -> set[str]:
    needed = {ord(character) for character in text if not (character.isspace() or category(character) == "Cf")}
    for face in faces:
        needed -= _characters_in(face)
    return {chr(code) for code in needed}


@cache
def _characters_in(face: Typeface) -> frozenset[int]:
    """The code points a font file maps to a real glyph, read from its `cmap` table (OpenType, formats 4 and 12)."""
    data = (FOLDER / face.file).read_bytes()
    tables = {data[at : at + 4]: unpack_from(">I", data, at + 8)[0] for at in range(12, 12 + 16 * _u16(data, 4), 16)}
    cmap = tables[b"cmap"]
    starts = {cmap + unpack_from(">I", data, cmap + 8 + 8 * index)[0] for index in range(_u16(data, cmap + 2))}
    found: set[int] = set()
    for start in starts:
        if _u16(data, start) == 12:
            for group in range(unpack_from(">I", data, start + 12)[0]):
                first, end, glyph = unpack_from(">III", data, start + 16 + 12 * group)
                found.update(range(first if glyph else first + 1, end + 1))
        elif _u16(data, start) == 4:
            found |= _characters_in_format_4(data, start)
    return frozenset(found)


def _characters_in_format_4(data: bytes, start: int) -> set[int]:
    doubled = _u16(data, start + 6)
    found: set[int] = set()
    for offset in range(0, doubled, 2):
        end = _u16(data, start + 14 + offset)
        first = _u16(data, start + 16 + doubled + offset)
        delta = _u16(data, start + 16 + 2 * doubled + offset)
        range_at = start + 16 + 3 * doubled + offset
        reach = _u16(data, range_at)
        for code in range(first, end + 1):
            glyph = _u16(data, range_at + reach + 2 * (code - first)) if reach else code
            if glyph and (glyph + delta) & 0xFFFF:
                found.add(code)
    return found - {0xFFFF}


def _u16(data: bytes, at: int) -> int:
    value: int = unpack_from(">H", data, at)[0]
    return value
