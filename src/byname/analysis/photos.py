"""A photo a stranger gives: what is let in, and its plain pixels."""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Callable
from typing import Final, NoReturn

from PIL import Image, ImageCms, UnidentifiedImageError

from byname.vocabulary import Refused

LARGEST_PHOTO: Final = 12_000_000
"""Bytes of a photo as it is given."""
ONE_AT_A_TIME: Final = threading.Lock()
"""Held by whoever opens a photo: it takes up to 350 MB while it is decoded (measured: a progressive CMYK JPEG of 40
million pixels), several at once would take all there is."""
_MOST_PIXELS = 40_000_000
_MOST_DECODED_WHOLE = 16_000_000
"""Of PNG and WebP: only JPEG can be decoded at a fraction of its size."""
_LARGE = 13_000_000
"""Pixels from which a copy at full size costs more than the last fine step down is worth."""

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By what the camera wrote of how it was held (EXIF, tag 0x0112). Written out: ImageOps.exif_transpose writes the EXIF
anew besides, which fails where any of it is broken."""

# What makes a file something besides a picture for some reader of it.
_SECOND_NATURE = re.compile(rb"<script|<!doctype|<html|<\?php|%PDF-1", re.IGNORECASE)
_ARCHIVE_END = b"PK\x05\x06"


def opened(
    content: bytes,
    *,
    needed: Callable[[int, int], tuple[int, int]],
    least: tuple[int, int] = (1, 1),
    cut: Callable[[Image.Image], Image.Image] = lambda picture: picture,
) -> Image.Image:
    """A photo upright, in sRGB on white, without anything but its pixels; to be called under ONE_AT_A_TIME.

    Refuses, in one sentence each, what is too large a file, no JPEG, PNG or WebP, a picture and something else at once,
    animated, of more than 40 million pixels (of PNG and WebP 16; told before it is decoded), smaller than `least` (its
    short and its long side), or not whole. `needed` tells, of a width and a height, how much of them must be left: the
    decoder may halve what is far larger. `cut` takes the part that is wanted out of the upright picture.
    """
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
    _check(picture, least)
    picture.draft("RGB", _enough(picture, needed))
    try:
        picture.load()
        turn = _turn(picture)
        picture = _smaller(picture, needed)
        profile = picture.info.get("icc_profile")
        picture = cut(picture.transpose(turn) if turn is not None else picture)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as fault:
        raise Refused(
            "The photo is not whole: part of the file is missing or damaged.", code="photo-damaged"
        ) from fault
    return _plain(picture, profile)


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """How the picture is turned upright; None where it stands so, or what the camera wrote of it is broken."""
    try:
        return _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  # of what else the camera wrote, nothing may stand in the way of the photo
        return None


def _enough(picture: Image.Image, needed: Callable[[int, int], tuple[int, int]]) -> tuple[int, int]:
    """What must be left of a picture: all that is needed, of a large one no more than its half where that will do."""
    width, height = needed(*picture.size)
    if picture.width * picture.height <= _LARGE or picture.width < width or picture.height < height:
        return width, height
    return min(width, max(1, picture.width // 2)), min(height, max(1, picture.height // 2))


def _smaller(picture: Image.Image, needed: Callable[[int, int], tuple[int, int]]) -> Image.Image:
    """The picture at still all that is needed, before anything else makes a copy of all its pixels."""
    width, height = _enough(picture, needed)
    factor = min(picture.width // width, picture.height // height)
    if factor < 2:
        return picture
    if picture.mode not in ("L", "LA", "RGB", "RGBA", "CMYK") or "transparency" in picture.info:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.reduce(factor)


def _check(picture: Image.Image, least: tuple[int, int]) -> None:
    _check_pixels(picture.width * picture.height, whole=picture.format in ("PNG", "WEBP"))
    # A JPEG of many frames holds the same photo again, as phones write it: only the first is read.
    if picture.format in ("PNG", "WEBP") and getattr(picture, "n_frames", 1) > 1:
        _moving()
    short, long = sorted(picture.size)
    if short < least[0] or long < least[1]:
        raise Refused(
            f"The photo is too small: it needs at least {least[0]} × {least[1]} pixels.", code="photo-too-small"
        )


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
