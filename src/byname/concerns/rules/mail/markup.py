"""An HTML letter as lines of plain words, each with what the mail program said of it."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Final

from byname.concerns.rules.mail.quoting import Line

_VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_UNSEEN: Final = frozenset("head script style template title object iframe svg math select textarea".split())
_BLOCKS: Final = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "html li main nav ol p pre section table tbody tfoot thead tr ul".split()
)
_SPACED: Final = frozenset("p ul ol pre blockquote h1 h2 h3 h4 h5 h6 table".split())
_QUOTES: Final = ("yahoo_quoted", "protonmail_quote", "olk_src_body_section", "tutanota_quote", "zmail_extra_hr")
_SIGNATURES: Final = (
    "gmail_signature", "moz-signature", "applemailsignature", "ms-outlook-mobile-signature", "protonmail_signature"
)  # fmt: skip
_LETTER_BEGINS: Final = ("divrplyfwdmsg", "x_divrplyfwdmsg", "mail-editor-reference-message-container",
                         "ms-outlook-mobile-reference-message")  # fmt: skip
_UNSEEN_STYLE = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|max-height:0(?:px)?(?:;|$)|font-size:[01](?:px|pt)?(?:;|$)|"
    r"opacity:0(?:\.0*)?(?:;|$)"
)
_LONGEST_LINK: Final = 200


def lines_of_html(markup: str) -> list[Line]:
    """The lines a reader would see: nothing hidden, quotations and signatures told where the program marks them."""
    reader = _Reader()
    reader.feed(_closed(markup))
    reader.close()
    return reader.finished()


def _closed(markup: str) -> str:
    """The same markup, with what is opened and never closed made plain, so that no search runs to the end twice."""
    # A marked section is Word's; the parser knows only SGML's and stops at others.
    markup = markup.replace("\0", "").replace("<![", "<! [")
    for opening, closing in (("<!--", "-->"), ("<", ">")):
        last = markup.rfind(closing) + 1
        markup = markup[:last] + markup[last:].replace(opening, "&lt;" + opening[1:])
    return markup


class _Reader(HTMLParser):
    """Walks the markup once; of open elements it knows what they hide, quote or sign."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, str]] = []
        self._names: Counter[str] = Counter()
        self._traits: Counter[str] = Counter()
        self._words: list[str] = []
        self._lines: list[Line] = []
        self._begins = False
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element, and takes note of what its attributes say."""
        said = {name: (value or "") for name, value in attrs}
        if tag in ("p", "li", "tr", "td", "option") and self._open and self._open[-1][0] == tag:
            self.handle_endtag(tag)
        self._break_for(tag, said)
        if tag == "img" and not self._traits["unseen"]:
            self._picture(said)
        if tag in _VOID:
            return
        trait = _trait(tag, said)
        if trait == "begins" and not self._traits["unseen"]:
            self._begins = True
        self._open.append((tag, trait))
        self._names[tag] += 1
        self._traits[trait] += 1
        if tag == "li":
            self._words.append("- ")
        if tag == "a":
            self._links.append((said.get("href", ""), len(self._words)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element; only a void one is closed by its own slash."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Closes the innermost open element of this name and all inside it; a stray end closes nothing."""
        if not self._names[tag]:
            return
        if tag in _BLOCKS:
            self._finish_line()
        while self._open:
            name, trait = self._open.pop()
            self._names[name] -= 1
            self._traits[trait] -= 1
            if name == "a" and self._links:
                self._end_link()
            if name == tag:
                break
        if tag in _SPACED and tag != "p":
            self._blank()

    def handle_data(self, data: str) -> None:
        """Words, with runs of white space made one outside of what is laid out beforehand."""
        if self._traits["unseen"]:
            return
        if self._names["pre"]:
            first, *others = data.split("\n")
            self._words.append(first)
            for other in others:
                self._finish_line(empty=True)
                self._words.append(other)
            return
        self._words.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def finished(self) -> list[Line]:
        """All lines, the last one included."""
        self._finish_line()
        return self._lines

    def _break_for(self, tag: str, said: dict[str, str]) -> None:
        if self._traits["unseen"]:
            return
        if tag == "br":
            self._finish_line(empty=True)
        elif tag in _BLOCKS:
            self._finish_line()
            if tag in _SPACED and "msonormal" not in said.get("class", "").lower():
                self._blank()
        elif tag in ("td", "th"):
            self._words.append(" ")

    def _picture(self, said: dict[str, str]) -> None:
        # Some programs send each small face as a picture.
        alt = said.get("alt", "")
        if "data-emoji" in said or "emoji" in said.get("class", "").lower() or "goomoji" in said.get("src", ""):
            self._words.append(alt[:16])

    def _end_link(self) -> None:
        href, since = self._links.pop()
        if not href.startswith(("http://", "https://")) or len(href) > _LONGEST_LINK or since > len(self._words):
            return
        shown = "".join(self._words[since:]).strip()
        bare = href.partition("//")[2].rstrip("/")
        if shown and bare not in shown and "." not in shown and not self._traits["unseen"]:
            self._words.append(f" <{href}>")

    def _finish_line(self, *, empty: bool = False) -> None:
        text = re.sub(r" {2,}", " ", "".join(self._words)) if not self._names["pre"] else "".join(self._words)
        self._words = []
        self._links = [(href, 0) for href, _since in self._links]
        text = text.strip(" \t\r\n") if not self._names["pre"] else text.rstrip()
        if text or empty:
            quoted = self._traits["quote"]
            self._lines.append(Line(text, quoted, bool(self._traits["signature"]), self._begins))
            self._begins = False

    def _blank(self) -> None:
        if self._lines and self._lines[-1].text:
            last = self._lines[-1]
            depth = self._traits["quote"]
            self._lines.append(Line("", min(depth, last.depth), bool(self._traits["signature"])))


def _trait(tag: str, said: dict[str, str]) -> str:
    """What an element says of all inside it: unseen, quote, signature, the old letter begins; or nothing."""
    style = re.sub(r"\s+", "", said.get("style", "").lower())
    if tag in _UNSEEN or "hidden" in said or _UNSEEN_STYLE.search(style):
        return "unseen"
    names = f"{said.get('class', '')} {said.get('id', '')} {said.get('name', '')}".lower()
    if tag == "blockquote":
        return "quote"
    if any(name in names for name in _QUOTES):
        return "quote"
    if any(name in names for name in _LETTER_BEGINS):
        return "begins"
    if any(name in names for name in _SIGNATURES) or said.get("id", "").lower() in ("signature", "x_signature"):
        return "signature"
    return ""
