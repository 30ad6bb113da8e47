"""Drawings that stand for photos people send: a lamp, a mattress, a bicycle rack, a dark bridge; never a face."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from byname.concerns import rules

_WIDE, _HIGH = 800, 600


def drawings() -> tuple[rules.Picture, ...]:
    """The four, made as every photo is that comes in."""
    return tuple(rules.cleaned(_jpeg(each)) for each in (_lamp(), _mattress(), _rack(), _bridge()))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _street(sky: str, ground: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", (_WIDE, _HIGH), sky)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 420, _WIDE, _HIGH), fill=ground)
    pen.line((0, 420, _WIDE, 420), fill="#444444", width=4)
    return picture, pen


def _lamp() -> Image.Image:
    picture, pen = _street("#202a3c", "#2d2f33")
    pen.rectangle((390, 120, 402, 520), fill="#14171c")
    pen.line((396, 122, 500, 100), fill="#14171c", width=10)
    pen.ellipse((480, 88, 540, 112), fill="#3a3f49", outline="#14171c", width=3)
    for left in (60, 190, 620):
        pen.rectangle((left, 220, left + 110, 420), fill="#2a3346", outline="#171d29", width=3)
    return picture


def _mattress() -> Image.Image:
    picture, pen = _street("#b9c6cf", "#8d8a84")
    pen.rectangle((40, 120, 330, 430), fill="#9a6b52", outline="#6d4a38", width=4)
    pen.polygon(((360, 470), (660, 380), (720, 470), (420, 560)), fill="#e8e2d5", outline="#9c9686")
    for step in range(5):
        pen.line((390 + 60 * step, 462 - 18 * step, 450 + 60 * step, 552 - 18 * step), fill="#c9c2b1", width=3)
    pen.rectangle((560, 300, 700, 420), fill="#7b5a3c", outline="#503a26", width=4)
    return picture


def _rack() -> Image.Image:
    picture, pen = _street("#cfd9df", "#9b9b97")
    for left in range(120, 640, 130):
        pen.arc((left, 300, left + 90, 520), 180, 360, fill="#555b60", width=10)
        pen.line((left + 5, 410, left + 5, 520), fill="#555b60", width=10)
        pen.line((left + 85, 410, left + 85, 520), fill="#555b60", width=10)
    pen.ellipse((250, 430, 360, 540), outline="#20242a", width=8)
    pen.line((300, 420, 330, 395), fill="#20242a", width=8)
    return picture


def _bridge() -> Image.Image:
    picture, pen = _street("#8fa0ab", "#4a4b4d")
    pen.rectangle((0, 90, _WIDE, 190), fill="#5b5f60", outline="#3a3d3e", width=5)
    pen.pieslice((170, 200, 630, 660), 180, 360, fill="#101214")
    pen.rectangle((0, 190, 170, 430), fill="#6c6a66")
    pen.rectangle((630, 190, _WIDE, 430), fill="#6c6a66")
    return picture
