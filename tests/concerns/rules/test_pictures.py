"""Pictures people send: what is let in, what is made of it, and that nothing the camera wrote is left."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from byname.concerns import rules
from byname.vocabulary import Refused

SECRET = b"SECRET-PLACE"


def image(width: int = 400, height: int = 300, colour: object = (200, 120, 40), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), colour)  # type: ignore[arg-type]


def saved(picture: Image.Image, form: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def told_by_the_camera() -> Image.Exif:
    """What a phone writes: where, when, by whom, and the photo once more, small."""
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    exif[0x9286] = "SECRET-PLACE"
    exif[0x0112] = 6
    where = exif.get_ifd(0x8825)
    where[1], where[2], where[3], where[4] = "N", (43.0, 39.0, 10.0), "W", (79.0, 24.0, 2.0)
    return exif


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def with_everything() -> bytes:
    """A JPEG with EXIF and a thumbnail in it, XMP, IPTC, a colour profile, comments, and bytes after its end."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = saved(image(), exif=told_by_the_camera(), icc_profile=profile, comment=SECRET)
    small = saved(image(40, 30), comment=SECRET)
    more = (
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>")
        + segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x11\x1c\x02\x5a\0\x0c" + SECRET)
        + segment(0xEC, b"Ducky" + SECRET)
        + segment(0xE1, b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0" + small)
        + segment(0xFE, SECRET)
    )
    return plain[:2] + more + plain[2:] + SECRET * 3


def segments(jpeg: bytes) -> list[int]:
    """The markers of a JPEG up to its first scan."""
    at, found = 2, []
    while jpeg[at + 1] != 0xDA:
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


def code_of(content: bytes) -> str:
    with pytest.raises(Refused) as no:
        rules.cleaned(content)
    return no.value.code


def tried(content: bytes) -> rules.Picture | str:
    """What is made of a file, or why it was refused."""
    try:
        return rules.cleaned(content)
    except Refused as refused:
        return refused.code


def test_nothing_the_camera_wrote_is_left() -> None:
    given_ = with_everything()
    assert (given_.count(SECRET) > 6, b"Exif" in given_, b"8BIM" in given_) == (True, True, True)
    made = rules.cleaned(given_)
    # The one the format itself needs (JFIF), tables, the frame: no APP1 to APP15, no comment.
    assert {marker for marker in segments(made.content) if 0xE1 <= marker <= 0xEF or marker == 0xFE} == set()
    assert [
        word for word in (b"SECRET", b"Exif", b"xmp", b"8BIM", b"ICC_PROFILE", b"Ducky") if word in made.content
    ] == []
    opened = Image.open(io.BytesIO(made.content))
    assert (dict(opened.getexif()), set(opened.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}) == (
        {},
        {"progressive", "progression"},
    )


def test_the_bytes_after_the_end_of_a_photo_are_gone() -> None:
    made = rules.cleaned(with_everything()).content
    assert (made[:2], made[-2:], made.count(b"\xff\xd9")) == (b"\xff\xd8", b"\xff\xd9", 1)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_png_and_webp_say_of_themselves_is_gone_too(form: str) -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "SECRET-PLACE")
    words.add_itxt("XML:com.adobe.xmp", "SECRET-PLACE")
    more: dict[str, object] = {"pnginfo": words} if form == "PNG" else {"xmp": SECRET}
    content = saved(image(), form, exif=told_by_the_camera(), **more)
    assert SECRET in content
    made = rules.cleaned(content)
    assert (SECRET in made.content, Image.open(io.BytesIO(made.content)).format) == (False, "JPEG")


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((400, 300), (400, 300)),
        ((1, 1), (1, 1)),
        ((1600, 900), (1600, 900)),
        ((4000, 3000), (1600, 1200)),
        ((3000, 4000), (1200, 1600)),
        ((6400, 100), (1600, 25)),
        ((60_000, 20), (1600, 1)),
    ],
)
def test_a_picture_is_kept_at_most_1600_pixels_long(size: tuple[int, int], kept: tuple[int, int]) -> None:
    made = rules.cleaned(saved(image(*size)))
    assert (made.wide, made.high) == kept
    assert Image.open(io.BytesIO(made.content)).size == kept


@pytest.mark.parametrize("side", range(10))
def test_a_photo_stands_upright_however_the_camera_was_held(side: int) -> None:
    picture = image(300, 200, (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, 150, 100))
    exif = Image.Exif()
    exif[0x0112] = side
    content = saved(picture, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    made = rules.cleaned(content)
    assert (made.wide, made.high) == upright.size
    ours = Image.open(io.BytesIO(made.content))
    corners = [(x, y) for x in (20, made.wide - 20) for y in (20, made.high - 20)]
    red = [[seen.getpixel(corner)[0] > 128 for corner in corners] for seen in (ours, upright)]  # type: ignore[index]
    assert (red[0], red[0].count(True)) == (red[1], 1)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_words_of_the_camera_lose_nobody_their_photo() -> None:
    content = saved(image(), exif=told_by_the_camera())
    # A fraction that says it is bytes: where it is read as a fraction, reading fails.
    at = content.index(b"Exif")
    broken = [content[:each] + b"\1" + content[each + 1 :] for each in range(at + 14, at + 120)]
    assert {(made.wide, made.high) for made in map(rules.cleaned, broken)} <= {(400, 300), (300, 400)}


def _png(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and holds next to nothing."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "photo-unread"),
        (b"\xff\xd8\xff", "photo-unread"),
        (b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", "photo-unread"),
        (saved(image(), "GIF"), "photo-unread"),
        (saved(image(), "BMP"), "photo-unread"),
        (saved(image(), "TIFF"), "photo-unread"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "photo-polyglot"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>", "photo-unread"),
        (saved(image()) + _zipped(), "photo-polyglot"),
        (saved(image(), comment=b"<script>alert(1)</script>"), "photo-polyglot"),
        (b"%PDF-1.7\n" + saved(image()), "photo-polyglot"),
        (_png(65535, 65535), "photo-too-many-pixels"),
        (_png(6000, 6000), "photo-too-many-pixels"),
        (_png(400, 300), "photo-damaged"),
        (saved(image(), "PNG")[:-40], "photo-damaged"),
        (saved(image(400, 300), "JPEG")[:900], "photo-damaged"),
        (saved(image()) + bytes(12_000_000), "photo-too-large"),
        (saved(image(), "PNG", save_all=True, append_images=[image(colour=(1, 2, 3))]), "photo-moves"),
    ],
    ids=(
        "nothing beginning gif-js gif bmp tiff svg-js svg jpeg-zip jpeg-html pdf-jpeg bomb large-png png-short png-cut "
        "jpeg-cut long moving"
    ).split(),
)
def test_what_is_no_whole_and_only_picture_is_refused(content: bytes, code: str) -> None:
    assert code_of(content) == code


NOISE = Image.frombytes("RGB", (90, 70), random.Random(7).randbytes(90 * 70 * 3))
DAMAGEABLE = [with_everything(), *(saved(NOISE, form) for form in ("JPEG", "PNG", "WEBP"))]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_file_is_made_anew_or_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(DAMAGEABLE)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(content) // 2, len(content)))
    made = tried(bytes(content[:cut]))
    if isinstance(made, str):
        assert made.startswith("photo-")
    else:
        assert (made.content[:2], made.content[-2:], SECRET in made.content) == (b"\xff\xd8", b"\xff\xd9", False)
        assert max(made.wide, made.high) <= 1600


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_what_a_file_holds_besides_its_pixels_never_comes_through(said: bytes) -> None:
    content = saved(NOISE)
    made = tried(content[:2] + segment(0xFE, said) + segment(0xE4, said) + content[2:] + said)
    assert made in (rules.cleaned(content), "photo-polyglot")


def test_four_photos_of_24_megabytes_together_may_be_sent_at_once() -> None:
    rules.refuse_too_many([6_000_000] * 4)
    for sizes, code in (([1] * 5, "too-many-photos"), ([12_000_000, 12_000_000, 1], "photos-too-large")):
        with pytest.raises(Refused) as no:
            rules.refuse_too_many(sizes)
        assert (no.value.code, no.value.field) == (code, "photos")


def test_a_concern_holds_at_most_forty_pictures() -> None:
    rules.refuse_full(36, 4)
    with pytest.raises(Refused) as no:
        rules.refuse_full(37, 4)
    assert (no.value.code, no.value.field) == ("no-more-photos", "photos")


_MEASURED = """
import io, pathlib, re, sys
from PIL import Image
from byname.concerns import rules
# What the system says in getrusage begins with the most the parent ever had.
most = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
content = sys.stdin.buffer.read()
small = io.BytesIO()
Image.new("RGB", (720, 840)).save(small, "JPEG")
rules.cleaned(small.getvalue())
before = most()
rules.cleaned(content)
print(most() - before)
"""


@pytest.mark.parametrize(
    ("size", "form", "megabytes"),
    [((6324, 6324), "JPEG", 170), ((4000, 4000), "PNG", 200), ((4000, 4000), "WEBP", 320)],
)
def test_a_large_photo_just_under_twice_what_is_kept_takes_little_memory(
    size: tuple[int, int], form: str, megabytes: int
) -> None:
    more: dict[str, object] = {"lossless": True, "method": 0} if form == "WEBP" else {}
    content = saved(image(*size, mode="RGB" if form == "JPEG" else "RGBA", colour=(9, 80, 8)), form, **more)
    said = subprocess.run([sys.executable, "-c", _MEASURED], input=content, capture_output=True, check=True, timeout=60)
    assert int(said.stdout) < megabytes
