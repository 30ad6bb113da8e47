"""Photos and drawn faces: what is let in, and what is made of it."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from PIL import Image, ImageOps

from byname.analysis import photos
from byname.analysis.photos import LARGEST_PHOTO
from byname.vocabulary import Refused

__all__ = ["LARGEST_PHOTO", "SIZES", "Rendition", "drawn_face", "renditions", "token_of"]

SIZES: Final = {"small": (120, 140), "medium": (360, 420), "large": (720, 840)}
"""Width and height in pixels, six to seven."""

_LARGEST_DRAWING = 16 * 1024
_FACE_STANDS_AT = (0.5, 0.3)
_QUALITY = {"webp": 80, "jpeg": 84}


@dataclass(frozen=True, slots=True)
class Rendition:
    """One picture made for one size and format."""

    size: str
    format: str
    width: int
    height: int
    content: bytes


def token_of(pictures: Iterable[Rendition]) -> str:
    """A short digest of all renditions: it changes whenever what is seen changes."""
    digest = hashlib.sha256()
    for picture in pictures:
        digest.update(hashlib.sha256(picture.content).digest())
    return digest.hexdigest()[:12]


def renditions(content: bytes) -> tuple[Rendition, ...]:
    """A photo made anew in three sizes, each as WebP and JPEG: upright, cropped to 6:7, and with no metadata.

    Refuses, in one sentence each, what is too large a file, no JPEG, PNG or WebP, a picture and something else at once,
    animated, of more than 40 million pixels (of PNG and WebP 16; told before it is decoded), smaller than 360 × 420,
    or not whole. The large size is never made larger than the photo itself. Each process makes one photo at a time.
    """
    with photos.ONE_AT_A_TIME:
        return _made_of(_photo(content))


def _made_of(photo: Image.Image) -> tuple[Rendition, ...]:
    made = []
    for size, (width, height) in SIZES.items():
        scale = min(1.0, photo.width / width, photo.height / height)
        fitted = ImageOps.fit(
            photo, (round(width * scale), round(height * scale)), Image.Resampling.LANCZOS, centering=_FACE_STANDS_AT
        )
        for form, quality in _QUALITY.items():
            out = io.BytesIO()
            if form == "webp":
                fitted.save(out, "WEBP", quality=quality, method=4, exif=b"", icc_profile=b"", xmp=b"")
            else:
                fitted.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
            made.append(Rendition(size, form, fitted.width, fitted.height, out.getvalue()))
    return tuple(made)


def _photo(content: bytes) -> Image.Image:
    short, long = SIZES["medium"]
    # Either side may become the height: the photo may lie on its side.
    twice = 2 * SIZES["large"][1]
    return photos.opened(content, least=(short, long), needed=lambda width, height: (twice, twice), cut=_cropped)


def _cropped(picture: Image.Image) -> Image.Image:
    width = min(picture.width, round(picture.height * 6 / 7))
    height = min(picture.height, round(picture.width * 7 / 6))
    left, top = (
        round(room * share)
        for room, share in zip((picture.width - width, picture.height - height), _FACE_STANDS_AT, strict=True)
    )
    return picture.crop((left, top, left + width, top + height))


_ELEMENTS = frozenset(
    (
        "svg g path circle ellipse rect line polyline polygon title desc defs linearGradient radialGradient stop "
        "clipPath"
    ).split()
)
_ATTRIBUTES = frozenset(
    (
        "xmlns viewBox width height preserveAspectRatio role aria-label aria-hidden focusable id class d cx cy r rx ry "
        "x y x1 y1 x2 y2 fx fy points transform fill fill-opacity fill-rule stroke stroke-width stroke-linecap "
        "stroke-linejoin stroke-opacity stroke-dasharray opacity offset stop-color stop-opacity gradientUnits "
        "gradientTransform clip-path clip-rule clipPathUnits color"
    ).split()
)
_LOCAL = re.compile(r"url\(#[A-Za-z0-9_-]+\)\Z")
_NAMESPACE = "http://www.w3.org/2000/svg"
_NO_DRAWING = "This drawing cannot be used: {}."


def drawn_face(svg: str) -> Rendition:
    """A drawn face, let in unchanged where it is shapes and nothing else.

    Refuses what is no SVG of six to seven, is larger than 16 kB, or holds a script, a link, an event, a style sheet, an
    entity, a foreign element or a reference to anything outside itself.
    """
    if len(svg.encode("utf-8", "replace")) > _LARGEST_DRAWING:
        raise Refused(_NO_DRAWING.format("it is larger than 16 kB"), code="drawing-too-large")
    opened: list[str] = []
    root: dict[str, str] = {}

    def begin(name: str, given: dict[str, str]) -> None:
        if name not in _ELEMENTS or (not opened and name != "svg"):
            raise Refused(_NO_DRAWING.format(f"it holds the element {name[:30]}"), code="drawing-element")
        for key, value in given.items():
            harmless = key in _ATTRIBUTES and ("url(" not in value or _LOCAL.match(value)) and "\\" not in value
            if not harmless or (key == "xmlns" and value != _NAMESPACE):
                raise Refused(_NO_DRAWING.format(f"it holds the attribute {key[:30]}"), code="drawing-attribute")
        if not opened:
            root.update(given)
        opened.append(name)

    def no_document_type(*_: object) -> None:
        raise Refused(_NO_DRAWING.format("it declares a document type"), code="drawing-doctype")

    def no_instruction(*_: object) -> None:
        raise Refused(_NO_DRAWING.format("it holds a processing instruction"), code="drawing-instruction")

    reader = expat.ParserCreate()
    reader.StartElementHandler = begin
    reader.StartDoctypeDeclHandler = no_document_type
    reader.ProcessingInstructionHandler = no_instruction
    try:
        reader.Parse(svg, True)
    except (expat.ExpatError, ValueError) as fault:
        raise Refused(_NO_DRAWING.format("it is not a well-formed SVG"), code="drawing-unread") from fault
    box = re.fullmatch(r"-?\d{1,4} -?\d{1,4} ([1-9]\d{0,4}) ([1-9]\d{0,4})", root.get("viewBox", ""))
    if root.get("xmlns") != _NAMESPACE or not box or int(box[1]) * 7 != int(box[2]) * 6:
        raise Refused(_NO_DRAWING.format("it is not an SVG six wide to seven high"), code="drawing-shape")
    return Rendition("large", "svg", *SIZES["large"], svg.encode())
