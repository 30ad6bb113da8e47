"""A raw mail taken apart: its head, its parts, their words and files, whatever state they are in."""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import Final

from byname.vocabulary import Refused

MOST_PARTS: Final = 100
DEEPEST: Final = 20
_MOST_TRIED: Final = 100_000
_LONGEST_HEAD: Final = 262_144
_LONGEST_VALUE: Final = 8_192
_LONGEST_NAME: Final = 80

_HEAD_ENDS = re.compile(rb"\n\r?\n")
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

# What a charset is read as: each name that mail carries, and the codec of its widest relative.
_CODECS: Final = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8"),
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be", "utf-32"), ""),
    **dict.fromkeys(
        ("us-ascii", "ascii", "ansi_x3.4-1968", "iso-8859-1", "latin1", "windows-1252", "cp1252"), "cp1252"
    ),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936", "x-gbk", "euc-cn"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cp950"), "big5hkscs"),
    **dict.fromkeys(("ks_c_5601-1987", "euc-kr", "cp949", "windows-949"), "cp949"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "windows-31j", "cp932"), "cp932"),
    **dict.fromkeys(("iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2"), "iso2022_jp_2"),
    **{name: name for name in ("euc-jp", "iso-2022-kr", "hz-gb-2312", "koi8-r", "koi8-u", "tis-620", "macintosh")},
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    **{f"windows-{number}": f"cp{number}" for number in (874, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{f"cp{number}": f"cp{number}" for number in (874, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
}
_CODECS.update({"utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "utf-32": "utf-32"})
_CODECS.update({"hz-gb-2312": "hz", "macintosh": "mac-roman"})

_MAGIC: Final = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
)
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail: its name made harmless, the type it claims, the type its first bytes show."""

    name: str
    declared: str
    found: str | None
    content: bytes

    @property
    def is_picture(self) -> bool:
        """Whether its first bytes are those of a picture, whatever it claims."""
        return self.found is not None and self.found.startswith("image/")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail: its head, what it claims to be, and where its body stands in the raw mail."""

    head: Head
    declared: str
    start: int
    end: int
    children: tuple[Part, ...] = ()

    def every(self) -> Iterator[Part]:
        """This part and all parts below it, in order."""
        yield self
        for child in self.children:
            yield from child.every()


class Head:
    """The headers of a mail or a part, names in small letters; what cannot be read is left out."""

    def __init__(self, block: bytes) -> None:
        self._lines: dict[str, list[str]] = {}
        name = ""
        for line in block.splitlines():
            if line[:1] in (b" ", b"\t"):
                if name and len(self._lines[name][-1]) < _LONGEST_VALUE:
                    self._lines[name][-1] += " " + _loose(line.strip())
                continue
            before, colon, after = line.partition(b":")
            name = _loose(before.strip()).lower() if colon else ""
            if name:
                self._lines.setdefault(name, []).append(_loose(after.strip()))

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, unfolded and cut to 8,192 letters, encoded words as they came."""
        return tuple(value[:_LONGEST_VALUE] for value in self._lines.get(name, ()))

    def first(self, name: str) -> str:
        """The first value of a header, or nothing."""
        return next(iter(self.all(name)), "")

    def has(self, name: str) -> bool:
        """Whether the header stands there at all."""
        return name in self._lines

    def parameter(self, header: str, name: str) -> str:
        """A parameter of a header, RFC 2231 and RFC 2047 decoded; nothing where there is none or it cannot be read."""
        message = Message()
        message[header] = self.first(header)
        try:
            value = message.get_param(name, header=header)
        except (ValueError, LookupError, TypeError, AttributeError):
            return ""
        if isinstance(value, tuple):
            charset, _language, raw = value
            return text_of(raw.encode("latin-1", "replace"), charset or "utf-8")[0]
        return decoded_words(value) if value else ""


def _loose(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def head_of(raw: bytes) -> Head:
    """The head of the whole mail."""
    return Head(raw[: _body_at(raw, 0, len(raw))])


def part_of(raw: bytes) -> tuple[Part, bool]:
    """The whole mail as a tree, and whether a part's boundary was missing; Refused over 100 parts or 20 levels.

    A mail inside a mail is one part, and is not opened.
    """
    reading = _Reading(raw)
    return reading.part(0, len(raw), 0), reading.is_torn


class _Reading:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.count = 0
        self.is_torn = False
        self.tried = 0

    def part(self, start: int, end: int, depth: int, usual: str = "text/plain") -> Part:
        self.count += 1
        if self.count > MOST_PARTS:
            raise Refused("This message has too many parts. Please send your words again.", code="mail-parts")
        if depth > DEEPEST:
            raise Refused("This message is packed too deep. Please send your words again.", code="mail-depth")
        body = _body_at(self.raw, start, end)
        head = Head(self.raw[start:body])
        declared = head.first("content-type").partition(";")[0].strip().lower()
        if not re.fullmatch(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+", declared):
            declared = usual
        if not declared.startswith("multipart/"):
            return Part(head, declared, body, end)
        spans = list(self._spans(body, end, head.parameter("content-type", "boundary")))
        if not spans:
            self.is_torn = True
            return Part(head, "text/plain", body, end)
        usual = "message/rfc822" if declared == "multipart/digest" else "text/plain"
        children = tuple(self.part(first, last, depth + 1, usual) for first, last in spans)
        return Part(head, declared, body, end, children)

    def _spans(self, start: int, end: int, boundary: str) -> Iterator[tuple[int, int]]:
        """Where each part begins and ends; a part that no boundary closes goes to the end."""
        mark = b"--" + boundary.encode("utf-8", "replace")
        opened: int | None = None
        at = self.raw.find(mark, start, end) if boundary.strip() else -1
        while at >= 0:
            self.tried += 1
            if self.tried > _MOST_TRIED:
                raise Refused("This message has too many parts. Please send your words again.", code="mail-parts")
            after = at + len(mark)
            line_ends = self.raw.find(b"\n", after, min(end, after + 128))
            rest = self.raw[after : line_ends if line_ends >= 0 else min(end, after + 128)].strip()
            if (at == start or self.raw[at - 1 : at] == b"\n") and rest in (b"", b"--"):
                if opened is not None:
                    yield opened, max(opened, at - (2 if self.raw[at - 2 : at] == b"\r\n" else 1))
                if rest:
                    return
                opened = line_ends + 1 if line_ends >= 0 else end
                after = opened
            at = self.raw.find(mark, after, end)
        if opened is not None:
            self.is_torn = True
            yield opened, end


def _body_at(raw: bytes, start: int, end: int) -> int:
    for blank in (b"\n", b"\r\n"):
        if raw.startswith(blank, start, end):
            return start + len(blank)
    found = _HEAD_ENDS.search(raw, start, min(end, start + _LONGEST_HEAD))
    return found.end() if found else min(end, start + _LONGEST_HEAD)


def content_of(raw: bytes, part: Part) -> tuple[bytes, bool]:
    """The bytes of a part with their transfer encoding undone, and whether all of it could be."""
    body = raw[part.start : part.end]
    encoding = part.head.first("content-transfer-encoding").partition(";")[0].strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body), True
    if encoding == "base64":
        try:
            return binascii.a2b_base64(body), True
        except binascii.Error:
            letters = re.sub(rb"[^A-Za-z0-9+/]+", b"", body)
            whole = len(letters) - (len(letters) % 4 == 1)
            return binascii.a2b_base64(letters[:whole] + b"=" * (-whole % 4)), False
    return body, encoding in ("", "7bit", "8bit", "binary")


def text_of(content: bytes, charset: str) -> tuple[str, bool]:
    """The words in these bytes, and whether the charset could be trusted.

    UTF-8 wins where a Latin charset is claimed and the bytes are UTF-8; of damaged UTF-8 what is whole stands.
    """
    declared = charset.strip().strip("'\"").lower().partition("*")[0]
    codec = _CODECS.get(declared.replace("_", "-"), _CODECS.get(declared))
    if codec in (None, "cp1252", "utf-8", "iso8859-15"):
        try:
            return content.decode("utf-8-sig"), codec is not None or not declared
        except UnicodeDecodeError:
            pass
    if codec is not None and codec != "utf-8":
        try:
            return content.decode(codec), True
        except (UnicodeDecodeError, LookupError):
            return content.decode(codec, "replace"), False
    damaged = content.decode("utf-8", "replace")
    lost = damaged.count("\ufffd")
    foreign = len(damaged) - len(content.translate(None, bytes(range(128, 256))))
    return (damaged, False) if foreign > 2 * lost else (content.decode("cp1252", "replace"), False)


def decoded_words(value: str) -> str:
    """A header's value with its RFC 2047 words decoded; as it came where they cannot be."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError, LookupError):
        return value
    return "".join(
        piece if isinstance(piece, str) else text_of(piece, charset or "us-ascii")[0] for piece, charset in pieces
    )


def attachment_of(raw: bytes, part: Part, number: int) -> tuple[Attachment, bool]:
    """The part as a file with a harmless name, and whether its transfer encoding could be undone."""
    content, is_whole = content_of(raw, part)
    named = part.head.parameter("content-disposition", "filename") or part.head.parameter("content-type", "name")
    if not named and part.declared == "message/rfc822":
        named = "message.eml"
    return Attachment(tidy_name(named) or f"file-{number}", part.declared, sniffed(content), content), is_whole


def sniffed(content: bytes) -> str | None:
    """The type the first bytes show: a picture's, PDF's, or None for what we do not know."""
    if content[4:8] == b"ftyp":
        brands: Sequence[bytes] = [content[8:12], *(content[at : at + 4] for at in range(16, 40, 4))]
        return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), None)
    return next((kind for at, magic, kind in _MAGIC if content[at : at + len(magic)] == magic), None)


def tidy_name(name: str) -> str:
    """A file's name without folders, controls, directions of writing and leading dots, at most 80 letters."""
    last = name.replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    plain = "".join(
        letter for letter in unicodedata.normalize("NFC", last) if unicodedata.category(letter) not in _CONTROLS
    )
    plain = " ".join(re.sub(r'[<>:"|?*%;&`$]', "_", plain).split()).lstrip(". -")
    if len(plain) <= _LONGEST_NAME:
        return plain
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: _LONGEST_NAME - 1 - len(ending)]}.{ending}" if dot and len(ending) <= 8 else plain[:_LONGEST_NAME]
