"""Photos: what is let in, what is made of it, and what is left out."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import threading
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from byname.people import rules
from byname.people.rules import pictures
from byname.vocabulary import Refused

UNREAD = "This is not a photo byname can read; it takes JPEG, PNG and WebP."
DAMAGED = "The photo is not whole: part of the file is missing or damaged."
SECOND = "This file is not only a picture; save the photo as a plain JPEG."
MANY = "The photo has more than 40 million pixels; save it smaller and try again."
WHOLE = "A PNG or WebP may have at most 16 million pixels; save the photo as a JPEG and try again."
MOVES = "The picture moves; byname takes a still photo."
SMALL = "The photo is too small: it needs at least 360 × 420 pixels."


def picture(width: int = 720, height: int = 840, mode: str = "RGB", colour: object = (200, 120, 40)) -> Image.Image:
    return Image.new(mode, (width, height), colour)  # type: ignore[arg-type]


def noise(width: int = 800, height: int = 900) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))


def saved(image: Image.Image, form: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as no:
        rules.renditions(content)
    return no.value.sentence


def by_size(content: bytes) -> dict[tuple[str, str], Image.Image]:
    return {(made.size, made.format): Image.open(io.BytesIO(made.content)) for made in rules.renditions(content)}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_made_in_three_sizes_and_two_formats(form: str) -> None:
    made = rules.renditions(saved(picture(1000, 1000), form))
    assert [(each.size, each.format, each.width, each.height) for each in made] == [
        ("small", "webp", 120, 140),
        ("small", "jpeg", 120, 140),
        ("medium", "webp", 360, 420),
        ("medium", "jpeg", 360, 420),
        ("large", "webp", 720, 840),
        ("large", "jpeg", 720, 840),
    ]
    opened = [Image.open(io.BytesIO(each.content)) for each in made]
    assert [(image.format, image.size) for image in opened] == [
        (each.format.upper(), (each.width, each.height)) for each in made
    ]


def test_a_photo_is_never_made_larger_than_it_is() -> None:
    assert [(made.width, made.height) for made in rules.renditions(saved(picture(400, 500)))][-1] == (400, 467)


def test_metadata_is_left_out_of_every_rendition() -> None:
    image = picture(1000, 1200)
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    exif.get_ifd(0x8825)[2] = (43.0, 39.0, 10.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = saved(image, exif=exif, icc_profile=profile, comment=b"SECRET-PLACE")
    assert b"SECRET-PLACE" in content
    made = rules.renditions(content)
    assert [each.format for each in made if b"SECRET" in each.content or b"Exif" in each.content] == []
    infos = [set(Image.open(io.BytesIO(each.content)).info) for each in made]
    assert [info & {"exif", "icc_profile", "xmp", "comment"} for info in infos] == [set()] * 6


def test_a_photo_stored_on_its_side_stands_upright() -> None:
    image = picture(1200, 1000, colour=(0, 0, 255))
    image.paste((255, 0, 0), (0, 0, 600, 1000))
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was turned: the left side is the top.
    large = by_size(saved(image, "PNG", exif=exif))["large", "jpeg"]
    top, bottom = large.getpixel((360, 60)), large.getpixel((360, 780))
    assert (top[0] > 200, bottom[2] > 200) == (True, True)  # type: ignore[index]


@pytest.mark.parametrize(
    ("mode", "form", "colour"),
    [
        ("L", "JPEG", 90),
        ("CMYK", "JPEG", (0, 90, 90, 0)),
        ("P", "PNG", 3),
        ("I;16", "PNG", 4000),
        ("LA", "PNG", (9, 9)),
    ],
)
def test_every_kind_of_pixel_becomes_plain_colour(mode: str, form: str, colour: object) -> None:
    assert {image.mode for image in by_size(saved(picture(mode=mode, colour=colour), form)).values()} == {"RGB"}


def test_what_is_transparent_becomes_white() -> None:
    image = picture(mode="RGBA", colour=(0, 0, 0, 0))
    assert by_size(saved(image, "PNG"))["large", "webp"].getpixel((360, 420)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        saved(picture(), "GIF"),
        saved(picture(), "BMP"),
        saved(picture(), "TIFF"),
    ],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    assert refusal(content) == UNREAD


@pytest.mark.parametrize(("form", "sentence"), [("JPEG", DAMAGED), ("PNG", DAMAGED), ("WEBP", UNREAD)])
def test_half_a_photo_is_refused(form: str, sentence: str) -> None:
    whole = saved(noise(), form)
    assert refusal(whole[: len(whole) // 2]) == sentence


@pytest.mark.parametrize(
    "second",
    [
        b"<script>alert(1)</script>",
        b"<!DOCTYPE html>",
        b"<HTML>",
        b"<?php echo 1;",
        b"%PDF-1.7",
        b"PK\x05\x06" + b"\0" * 18,
    ],
)
def test_a_picture_that_is_something_else_too_is_refused(second: bytes) -> None:
    assert refusal(saved(picture()) + second) == SECOND


def test_a_page_or_a_drawing_that_calls_itself_a_photo_is_refused() -> None:
    assert refusal(b"<!doctype html><script>1</script>") == SECOND
    assert refusal(b"\xff\xd8\xff\xe0<svg onload=alert(1)>") == UNREAD


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it holds 30,000 × 30,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = (30_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
        + chunk(b"IEND", b"")
    )


def test_a_decompression_bomb_is_refused_before_it_is_decoded() -> None:
    begun = time.perf_counter()
    assert refusal(bomb()) == MANY
    assert time.perf_counter() - begun < 5


def test_a_photo_of_just_too_many_pixels_is_refused() -> None:
    assert refusal(saved(picture(8001, 5000, mode="1", colour=1), "PNG")) == MANY
    vast = b"WEBPVP8X" + (10).to_bytes(4, "little") + bytes([0, 0, 0, 0]) + (16_383).to_bytes(3, "little") * 2
    assert refusal(b"RIFF" + len(vast).to_bytes(4, "little") + vast) == MANY


def test_only_a_jpeg_may_have_more_than_sixteen_million_pixels() -> None:
    assert refusal(saved(picture(4001, 4000, mode="1", colour=1), "PNG")) == WHOLE
    assert refusal(saved(picture(4001, 4000), "WEBP", lossless=True, method=0)) == WHOLE
    wide = b"WEBPVP8X" + (10).to_bytes(4, "little") + bytes([0, 0, 0, 0]) + (4000).to_bytes(3, "little") * 2
    assert refusal(b"RIFF" + len(wide).to_bytes(4, "little") + wide) == WHOLE
    assert rules.renditions(saved(picture(6000, 5000)))[-1].width == 720
    # As phones write it: a JPEG that holds the photo again.
    twice = saved(picture(6000, 5000), "MPO", save_all=True, append_images=[picture(600, 500)])
    assert rules.renditions(twice)[-1].width == 720


def test_a_large_photo_is_made_smaller_and_stands_upright_on_white() -> None:
    image = picture(3600, 3400, mode="RGBA", colour=(0, 0, 255, 255))
    image.paste((255, 0, 0, 255), (0, 0, 1800, 3400))
    image.paste((0, 0, 0, 0), (1700, 1600, 1900, 1800))
    exif = Image.Exif()
    exif[0x0112] = 6
    large = by_size(saved(image, "PNG", exif=exif, compress_level=1))["large", "jpeg"]
    top, bottom = large.getpixel((360, 60)), large.getpixel((360, 780))
    assert (top[0] > 200, bottom[2] > 200) == (True, True)  # type: ignore[index]
    seen = {large.getpixel((360, row)) for row in range(400, 460)}
    assert any(min(colour) > 240 for colour in seen)  # type: ignore[type-var, arg-type]


_MEASURED = """
import io, pathlib, re, sys
from PIL import Image
from byname.people import rules
# What the system says in getrusage begins with the most the parent ever had.
most = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
content = sys.stdin.buffer.read()
small = io.BytesIO()
Image.new("RGB", (720, 840)).save(small, "JPEG")
rules.renditions(small.getvalue())
before = most()
rules.renditions(content)
print(most() - before)
"""


@pytest.mark.parametrize(
    ("image", "form", "megabytes"),
    [
        (Image.new("RGBA", (4000, 4000), (1, 2, 3, 99)), "PNG", 200),
        (Image.new("RGBA", (4000, 4000), (1, 2, 3, 99)), "WEBP", 320),
        (Image.new("RGB", (620, 64_000), (9, 80, 8)), "JPEG", 320),
    ],
    ids=["see-through", "webp", "very-tall"],
)
def test_the_largest_photos_take_little_memory(image: Image.Image, form: str, megabytes: int) -> None:
    more: dict[str, object] = {"lossless": True, "method": 0} if form == "WEBP" else {}
    said = subprocess.run(
        [sys.executable, "-c", _MEASURED], input=saved(image, form, **more), capture_output=True, check=True, timeout=60
    )
    assert int(said.stdout) < megabytes


def test_one_photo_is_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most = 0, 0
    one = pictures._photo

    def counted(content: bytes) -> Image.Image:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        time.sleep(0.02)
        made = one(content)
        at_work -= 1
        return made

    monkeypatch.setattr(pictures, "_photo", counted)
    content = saved(picture())
    threads = [threading.Thread(target=rules.renditions, args=(content,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused(form: str) -> None:
    frames = [picture(colour=(step * 80, 0, 0)) for step in range(3)]
    assert refusal(saved(frames[0], form, save_all=True, append_images=frames[1:])) == MOVES


def test_a_photo_too_small_or_too_large_a_file_is_refused() -> None:
    assert refusal(saved(picture(359, 420))) == SMALL
    assert (
        refusal(saved(picture()) + bytes(12_000_000))
        == "The photo is larger than 12 MB; save it smaller and try again."
    )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_made_anew_or_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(DAMAGEABLE)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        made = rules.renditions(bytes(content[: data.draw(st.integers(1, len(content)))]))
    except Refused:
        return
    assert len(made) == 6


DAMAGEABLE = [saved(noise(420, 500), form) for form in ("JPEG", "PNG", "WEBP")]

FACE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="6 4 108 126"><title>A face</title>'
    '<g fill="#c96"><circle cx="60" cy="70" r="30"/></g></svg>'
)


def test_a_drawn_face_is_kept_as_it_is() -> None:
    made = rules.drawn_face(FACE)
    assert (made.format, made.content) == ("svg", FACE.encode())


@pytest.mark.parametrize(
    ("svg", "why"),
    [
        (FACE.replace("<g", "<script>1</script><g", 1), "it holds the element script"),
        (FACE.replace("<g", "<foreignObject/><g", 1), "it holds the element foreignObject"),
        (FACE.replace("<g", '<image href="x.png"/><g', 1), "it holds the element image"),
        (FACE.replace("<g", '<a href="https://x.example"/><g', 1), "it holds the element a"),
        (FACE.replace("<g", "<style>*{}</style><g", 1), "it holds the element style"),
        (FACE.replace("<g", "<use/><g", 1), "it holds the element use"),
        (FACE.replace("<g", '<g onload="alert(1)"', 1), "it holds the attribute onload"),
        (FACE.replace("<g", '<g style="fill:url(https://x.example)"', 1), "it holds the attribute style"),
        (FACE.replace("#c96", "url(https://x.example/a.svg#b)"), "it holds the attribute fill"),
        (FACE.replace("<g", '<g xlink:href="#a"', 1), "it holds the attribute xlink:href"),
        (FACE.replace("<g", "<x:script xmlns:x='http://www.w3.org/2000/svg'/><g", 1), "it holds the element x:script"),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]>" + FACE, "it declares a document type"),
        ("<?xml-stylesheet href='x.css'?>" + FACE, "it holds a processing instruction"),
        ("<html/>", "it holds the element html"),
        (FACE[:-6], "it is not a well-formed SVG"),
        (FACE.replace("108 126", "126 108"), "it is not an SVG six wide to seven high"),
        (FACE.replace("A face", "A" * 17_000), "it is larger than 16 kB"),
        ("", "it is not a well-formed SVG"),
        ("\ud800", "it is not a well-formed SVG"),
    ],
)
def test_a_drawing_that_is_more_than_shapes_is_refused(svg: str, why: str) -> None:
    with pytest.raises(Refused) as no:
        rules.drawn_face(svg)
    assert no.value.sentence == f"This drawing cannot be used: {why}."
