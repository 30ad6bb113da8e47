"""Photos and drawn faces: what is let in, and what is made of it."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NoReturn
from xml.parsers import expat

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from byname.vocabulary import Refused

SIZES: Final = {"small": (120, 140), "medium": (360, 420), "large": (720, 840)}
"""Width and height in pixels, six to seven."""

LARGEST_PHOTO: Final = 12_000_000
"""Bytes of a photo as it is given."""
_MOST_PIXELS = 40_000_000
_MOST_DECODED_WHOLE = 16_000_000
"""Of PNG and WebP: only JPEG can be decoded at a fraction of its size."""
_LARGEST_DRAWING = 16 * 1024
_FACE_STANDS_AT = (0.5, 0.3)
_QUALITY = {"webp": 80, "jpeg": 84}

# What makes a file something besides a picture for some reader of it.
_SECOND_NATURE = re.compile(rb"<script|<!doctype|<html|<\?php|%PDF-1", re.IGNORECASE)
_ARCHIVE_END = b"PK\x05\x06"

# A photo takes up to 340 MB while it is decoded: several at once would take all there is.
_ONE_AT_A_TIME = threading.Lock()


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
    with _ONE_AT_A_TIME:
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
    if len(content) > LARGEST_PHOTO:
        raise Refused("The photo is larger than 12 MB; save it smaller and try again.", code="photo-too-large")
    if _SECOND_NATURE.search(content) or _ARCHIVE_END in content[-66_000:]:
        raise Refused("This file is not only a picture; save the photo as a plain JPEG.", code="photo-polyglot")
    _check_webp(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
    except Image.DecompressionBombError:
        _too_many_pixels()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as fault:
        raise Refused(
            "This is not a photo byname can read; it takes JPEG, PNG and WebP.", code="photo-unread"
        ) from fault
    _check(picture)
    # Lets the decoder of JPEG work at a fraction of the size, still at least twice what is kept.
    picture.draft("RGB", (2 * SIZES["large"][0], 2 * SIZES["large"][1]))
    try:
        picture.load()
        picture = _smaller(picture)
        profile = picture.info.get("icc_profile")
        ImageOps.exif_transpose(picture, in_place=True)
        picture = _cropped(picture)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as fault:
        raise Refused(
            "The photo is not whole: part of the file is missing or damaged.", code="photo-damaged"
        ) from fault
    return _plain(picture, profile)


def _smaller(picture: Image.Image) -> Image.Image:
    """The picture at still at least twice what is kept, before anything else makes a copy of all its pixels."""
    # Either side may become the height: the photo may lie on its side.
    factor = min(picture.size) // (2 * SIZES["large"][1])
    if factor < 2:
        return picture
    if picture.mode not in ("L", "LA", "RGB", "RGBA", "CMYK") or "transparency" in picture.info:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.reduce(factor)


def _cropped(picture: Image.Image) -> Image.Image:
    width = min(picture.width, round(picture.height * 6 / 7))
    height = min(picture.height, round(picture.width * 7 / 6))
    left, top = (
        round(room * share)
        for room, share in zip((picture.width - width, picture.height - height), _FACE_STANDS_AT, strict=True)
    )
    return picture.crop((left, top, left + width, top + height))


def _check(picture: Image.Image) -> None:
    _check_pixels(picture.width * picture.height, whole=picture.format in ("PNG", "WEBP"))
    # A JPEG of many frames holds the same photo again, as phones write it: only the first is read.
    if picture.format in ("PNG", "WEBP") and getattr(picture, "n_frames", 1) > 1:
        _moving()
    short, long = sorted(picture.size)
    if short < SIZES["medium"][0] or long < SIZES["medium"][1]:
        raise Refused("The photo is too small: it needs at least 360 × 420 pixels.", code="photo-too-small")


def _check_pixels(pixels: int, *, whole: bool) -> None:
    if pixels > _MOST_PIXELS:
        _too_many_pixels()
    if whole and pixels > _MOST_DECODED_WHOLE:
        raise Refused(
            "A PNG or WebP may have at most 16 million pixels; save the photo as a JPEG and try again.",
            code="photo-too-many-pixels",
        )


def _too_many_pixels() -> NoReturn:
    raise Refused(
        "The photo has more than 40 million pixels; save it smaller and try again.", code="photo-too-many-pixels"
    )


def _moving() -> NoReturn:
    raise Refused("The picture moves; byname takes a still photo.", code="photo-moves")


def _check_webp(content: bytes) -> None:
    # Opening a WebP already sets the canvas aside, so its header is read first.
    if content[:4] != b"RIFF" or content[8:16] != b"WEBPVP8X":
        return
    if content[20:21] and content[20] & 0x02:
        _moving()
    width, height = (int.from_bytes(content[start : start + 3], "little") + 1 for start in (24, 27))
    _check_pixels(width * height, whole=True)


def _plain(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB on white, without anything but its pixels."""
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        picture = Image.new("RGB", seen.size, "white")
        picture.paste(seen, mask=seen.getchannel("A"))
    elif profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            picture = (
                ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
            )
        except (ImageCms.PyCMSError, OSError):
            pass  # A broken profile shifts colours a little; the photo itself is whole.
    pixels = picture.convert("RGB")
    return Image.frombytes("RGB", pixels.size, pixels.tobytes())


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
