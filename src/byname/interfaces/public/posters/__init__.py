"""Posters and door cards: an area's officers on one sheet of paper, as a tagged PDF a screen reader can read.

It knows how a sheet is laid out and which typefaces show which language. It promises one page, in nine languages, whose
every character is drawn, with a description for each picture (PDF/UA-1). It never looks anything up, never translates,
and never lets a word it is given act as anything but a word.
"""

import json
from base64 import b64encode
from dataclasses import asdict, dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, Literal
from unicodedata import category, normalize

import segno
import typst

from byname.interfaces.public.posters.typefaces import FOLDER, Language, families_for, missing_glyphs, unprintable
from byname.vocabulary import Refused

__all__ = ["Language", "Paper", "Poster", "PosterOfficer", "PosterWords", "missing_glyphs", "poster_pdf"]

Paper = Literal["a4", "letter", "door"]

LONGEST_NAME = 80
LONGEST_LINE = 160
LONGEST_SENTENCE = 320
MOST_OFFICERS = 12

TEMPLATE = Path(__file__).parent / "poster.typ"
UNSEEN = {"Cc", "Cn", "Co", "Cs", "Zl", "Zp"}
# Urdu and Tamil spell with these; other invisible marks only steer direction, which the template does itself.
JOINERS = "\u200c\u200d"
_one_at_a_time = Lock()


@dataclass(frozen=True)
class PosterOfficer:
    """One officer as the sheet shows them; every word already in the poster's language."""

    name: str
    rank: str
    languages: str = ""
    role: str | None = None
    pronunciation: str | None = None
    leads: bool = False
    picture: bytes | None = None
    picture_format: Literal["svg", "jpeg", "png"] | None = None


@dataclass(frozen=True)
class PosterWords:
    """The sentences on the sheet, already translated.

    `danger_original` and `not_urgent_original` are the English sentences, given while nobody named has approved the
    translation: they are printed beside it, with `unreviewed` saying so.
    """

    headline: str
    reach: str
    danger: str
    not_urgent: str
    scan: str
    demonstration: str
    danger_original: str | None = None
    not_urgent_original: str | None = None
    unreviewed: str | None = None


@dataclass(frozen=True)
class Poster:
    """All that one sheet says about an area; the lead is the officer who `leads`, drawn first and largest."""

    language: Language
    direction: Literal["ltr", "rtl"]
    title: str
    service: str
    division: str
    officers: tuple[PosterOfficer, ...]
    words: PosterWords
    page_url: str
    reference: str
    printed_on: str
    demo: bool = False


def poster_pdf(poster: Poster, *, paper: Paper) -> bytes:
    """The sheet as a one-page tagged PDF (PDF/UA-1); the same poster always gives the same bytes.

    `door` is a card of 105 by 148 mm. Names over 80 characters and sentences over 320 are cut with an ellipsis.
    Refuses a team of none or of more than twelve, an officer without a name, and a character no typeface here can show.
    """
    if not 1 <= len(poster.officers) <= MOST_OFFICERS:
        raise Refused(f"A poster shows from 1 to {MOST_OFFICERS} officers; this team has {len(poster.officers)}.")
    sheet = _sheet(poster)
    if not all(officer["name"] for officer in sheet["officers"]) or not sheet["title"]:
        raise Refused("A poster needs the area's name and a name for each officer.")
    text = _words_of({**sheet, "officers": [{**officer, "picture": ""} for officer in sheet["officers"]]})
    if unknown := unprintable(text):
        raise Refused(f"A poster cannot show these characters: {' '.join(sorted(unknown))}")
    sheet |= {"paper": paper, "fonts": families_for(poster.language, text)}
    sheet["qr"] = _qr(sheet["page_url"])
    with _one_at_a_time:
        pdf = _compiler().compile(format="pdf", pdf_standards=["ua-1"], sys_inputs={"poster": json.dumps(sheet)})
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave pages where one PDF was asked for")
    return pdf


def _sheet(poster: Poster) -> dict[str, Any]:
    """The poster as plain lists and strings for the template: cleaned, cut to length, the lead first."""
    return {
        "language": poster.language,
        "direction": poster.direction,
        "title": _line(poster.title, LONGEST_NAME),
        "service": _line(poster.service, LONGEST_LINE),
        "division": _line(poster.division, LONGEST_LINE),
        "officers": [
            {
                "name": _line(officer.name, LONGEST_NAME),
                "rank": _line(officer.rank, LONGEST_NAME),
                "languages": _line(officer.languages, LONGEST_LINE),
                "role": _line(officer.role or "", LONGEST_NAME),
                "pronunciation": _line(officer.pronunciation or "", LONGEST_NAME),
                "leads": officer.leads,
                "picture": _drawing(officer.picture, officer.picture_format),
            }
            for officer in sorted(poster.officers, key=lambda officer: not officer.leads)
        ],
        "words": {name: _line(words or "", LONGEST_SENTENCE) for name, words in asdict(poster.words).items()},
        "page_url": _line(poster.page_url, LONGEST_SENTENCE),
        "reference": _line(poster.reference, LONGEST_NAME),
        "printed_on": _line(poster.printed_on, LONGEST_NAME),
        "demo": poster.demo,
    }


def _line(text: str, longest: int) -> str:
    """The text on one line: no control or direction marks, composed letters, cut with an ellipsis when too long."""
    text = normalize("NFC", text[: 4 * longest])
    text = "".join(" " if category(character) in UNSEEN else character for character in text)
    text = "".join(character for character in text if category(character) != "Cf" or character in JOINERS)
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    kept = longest - 1
    while kept and category(text[kept])[0] in "MC":
        kept -= 1
    return text[:kept].rstrip() + "…"


def _words_of(value: object) -> str:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return " ".join(map(_words_of, value))
    return value if isinstance(value, str) else ""


def _drawing(picture: bytes | None, picture_format: str | None) -> str | None:
    """The picture as SVG text, a photo carried inside it and filling 6:7: only text passes to the template."""
    if not picture or picture_format is None:
        return None
    if picture_format == "svg":
        return picture.decode()
    carried = f"data:image/{picture_format};base64,{b64encode(picture).decode()}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 700">'
        f'<image width="600" height="700" preserveAspectRatio="xMidYMid slice" href="{carried}"/></svg>'
    )


def _qr(url: str) -> str:
    drawing = BytesIO()
    segno.make(url, error="m", micro=False).save(drawing, kind="svg", border=0, xmldecl=False)
    return drawing.getvalue().decode()


@cache
def _compiler() -> typst.Compiler:
    """The process's one compiler, kept because opening the typefaces costs more than a poster does."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts, ignore_system_fonts=True)
