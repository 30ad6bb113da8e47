"""Pictures people send with a concern: what is let in, and what is made of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

from byname.analysis import photos
from byname.analysis.photos import LARGEST_PHOTO
from byname.concerns.rules.raising import MOST_PHOTOS
from byname.vocabulary import Refused

LONGEST_SIDE: Final = 1600
"""Pixels of the longer side of a picture as it is kept."""
LARGEST_TOGETHER: Final = 24_000_000
"""Bytes of all photos sent at once, as they are given."""
MOST_OF_A_CONCERN: Final = 40
"""Pictures a concern may hold in the end."""
MOST_OF_A_JOINER: Final = 10
"""Of these, what somebody who joined it may send; so many stay free for whoever raised it, however many join."""
_QUALITY: Final = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG made anew of a photo: upright, and without anything the camera wrote into it."""

    content: bytes
    wide: int
    high: int


def cleaned(content: bytes) -> Picture:
    """A photo made anew as one JPEG of at most 1600 pixels on its longer side, with no metadata of any kind.

    Refuses, in one sentence each, what photos.opened refuses. It takes up to a second of the processor: called outside
    any transaction. Each process makes one at a time.
    """
    with photos.ONE_AT_A_TIME:
        picture = photos.opened(content, needed=_needed)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return Picture(out.getvalue(), picture.width, picture.height)


def refuse_too_many(sizes: Sequence[int]) -> None:
    """Nothing, or Refused for more photos at once than may be sent, by the bytes of each."""
    if len(sizes) > MOST_PHOTOS:
        raise Refused(f"At most {MOST_PHOTOS} photos can be sent at once.", code="too-many-photos", field="photos")
    if sum(sizes) > LARGEST_TOGETHER:
        raise Refused("Together these photos are too large.", code="photos-too-large", field="photos")


def refuse_full(held: int, more: int, most: int = MOST_OF_A_CONCERN) -> None:
    """Nothing, or Refused where a concern, or those of a part of its people, hold all the pictures they may."""
    if held + more > most:
        raise Refused("No more photos can be added here.", code="no-more-photos", field="photos")


def _needed(width: int, height: int) -> tuple[int, int]:
    """Twice what is kept, so that the last step down is a fine one."""
    share = 2 * LONGEST_SIDE / max(width, height)
    return max(1, round(width * share)), max(1, round(height * share))


__all__ = [
    "LARGEST_PHOTO",
    "LARGEST_TOGETHER",
    "LONGEST_SIDE",
    "MOST_OF_A_CONCERN",
    "MOST_OF_A_JOINER",
    "Picture",
    "cleaned",
    "refuse_full",
    "refuse_too_many",
]
