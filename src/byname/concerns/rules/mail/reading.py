"""A raw mail read: whom it is for, whose words it brings, what came with it, and whether a machine wrote it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from byname.concerns.rules.mail.addresses import addresses_in
from byname.concerns.rules.mail.markup import lines_of_html
from byname.concerns.rules.mail.parts import (
    Attachment,
    Head,
    Part,
    attachment_of,
    content_of,
    decoded_words,
    head_of,
    part_of,
    text_of,
)
from byname.concerns.rules.mail.quoting import (
    Cut,
    Line,
    cut,
    is_passed_on,
    lines_of_text,
    looks_automatic,
    own_subject,
)
from byname.vocabulary import Refused

Automatic = Literal["", "answer", "bounce", "list", "bulk"]
Problem = Literal["charset", "encoding", "boundary", "encrypted", "winmail", "spam", "left-out"]

LONGEST_TEXT: Final = 500_000
"""Characters of plain text that are looked through, old letters included; of HTML four times as many."""
_LONGEST_MARKUP: Final = 4 * LONGEST_TEXT
_MOST_TAGS: Final = 150_000
_MOST_ADDRESSES = 200

_SIGNING: Final = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
    }
)
_SEALED: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_MACHINES: Final = ("mailer-daemon@", "postmaster@", "mail-daemon@", "mdaemon@")


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says.

    `to` is every address it was sent or delivered to, `sender` the address it claims to come from (anybody can claim
    any), both in small letters. `text` holds the new words alone; where telling them from old ones is unsure, all
    words, and `cut_unsure`; `headline` is the subject where it is their own words, and `other` the new words of the
    letter's other half, where plain and HTML do not say the same. `automatic` says what kind of machine wrote it; empty
    where a person did. Such mail makes no message. `surely` it did where the head has the mark that is made for it (RFC
    3834, RFC 3464); lists, offices and telephones of persons set the others. `problems` names what could not be read as
    it was meant.
    """

    to: tuple[str, ...]
    sender: str
    message_id: str
    in_reply_to: str
    subject: str
    text: str
    cut_unsure: bool
    attachments: tuple[Attachment, ...]
    automatic: Automatic
    problems: tuple[Problem, ...]
    headline: str = ""
    other: str = ""
    surely: bool = False


def read_mail(raw: bytes, *, most_bytes: int, ours: Collection[str] = ()) -> Mail:
    """The mail in these bytes, whatever state they are in; `ours` are the subjects of the letters it may answer.

    Refused where it is larger than `most_bytes`, has over 100 parts or 20 levels, over 500,000 characters of text, or
    neither words, in the subject or below it, nor a picture. What a machine wrote is never refused, so that no refusal
    is ever answered to one: it comes back with as much as could be read.
    """
    head = head_of(raw)
    automatic = _automatic(head)
    headline = own_subject(_plain(decoded_words(head.first("subject"))), ours)
    try:
        if len(raw) > most_bytes:
            raise Refused(
                "This message is too large. Please send it again with fewer or smaller photos.", code="mail-size"
            )
        body = _Body(raw)
        passes_on = is_passed_on(decoded_words(head.first("subject")))
        found = body.cut(passes_on=passes_on)
        # Words that cannot be read are not passed over for the sake of a subject.
        says_it_above = headline and not (automatic or body.attachments or body.problems)
        if not found.text and not says_it_above and not any(file.is_picture for file in body.attachments):
            raise Refused("This message holds no words that can be read, and no photo.", code="mail-empty")
    except Refused:
        if not automatic:
            raise
        nothing = _mail(head, Cut("", is_unsure=False), (), automatic, ("left-out",))
        return replace(nothing, headline=headline, surely=_surely(head))
    read = _mail(head, found, tuple(body.attachments), automatic, _problems(head, body.problems))
    return replace(read, headline=headline, other=body.other(found, passes_on=passes_on), surely=_surely(head))


def _mail(
    head: Head, found: Cut, attachments: tuple[Attachment, ...], automatic: Automatic, problems: tuple[Problem, ...]
) -> Mail:
    headers = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
    to = [address for name in headers for value in head.all(name) for address in addresses_in(value)]
    return Mail(
        to=tuple(dict.fromkeys(to))[:_MOST_ADDRESSES],
        sender=next(iter(addresses_in(head.first("from"))), ""),
        message_id=_identity(head.first("message-id")),
        in_reply_to=_identity(head.first("in-reply-to")) or _identity(head.first("references").rpartition("<")[2]),
        subject=_plain(" ".join(decoded_words(head.first("subject")).split())),
        text=found.text,
        cut_unsure=found.is_unsure,
        attachments=attachments,
        automatic=automatic,
        problems=problems,
    )


def _identity(value: str) -> str:
    """The first message's name in a header, without its brackets, if it is one."""
    name = value.partition("<")[2] or value
    name = name.partition(">")[0].strip()
    return name if len(name) <= 255 and name.isascii() and name.isprintable() and " " not in name else ""


def _automatic(head: Head) -> Automatic:
    """What kind of machine wrote this, by its head alone (RFC 3834, RFC 3464, RFC 2919, and older customs)."""
    declared = head.first("content-type").partition(";")[0].strip().lower()
    sender = next(iter(addresses_in(head.first("from"))), "")
    returned = [value.strip() for value in head.all("return-path")]
    if declared == "multipart/report" or "<>" in returned or "" in returned or head.has("x-failed-recipients"):
        return "bounce"
    if sender.startswith(_MACHINES):
        return "bounce"
    autoreply = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply")
    if _is_submitted(head) or any(_is_on(head, name) for name in autoreply):
        return "answer"
    precedence = head.first("precedence").strip().lower()
    if precedence in ("auto_reply", "auto-reply") or looks_automatic(decoded_words(head.first("subject"))):
        return "answer"
    if precedence == "list" or head.has("list-id") or head.has("list-unsubscribe") or head.has("mailing-list"):
        return "list"
    return "bulk" if precedence in ("bulk", "junk") else ""


def _surely(head: Head) -> bool:
    """Whether a mark stands there that only machines set: RFC 3834's, or that of a report on a letter (RFC 3464)."""
    declared = head.first("content-type").partition(";")[0].strip().lower()
    sender = next(iter(addresses_in(head.first("from"))), "")
    reports = declared == "multipart/report" or head.has("x-failed-recipients") or sender.startswith(_MACHINES)
    return reports or _is_submitted(head)


def _is_submitted(head: Head) -> bool:
    return head.first("auto-submitted").partition(";")[0].strip().lower() not in ("", "no")


def _is_on(head: Head, name: str) -> bool:
    return head.has(name) and head.first(name).strip().lower() not in ("no", "false", "0")


def _problems(head: Head, met: Sequence[Problem]) -> tuple[Problem, ...]:
    spam = head.first("x-spam-flag").strip().lower() == "yes" or head.first("x-spam-status").lower().startswith("yes")
    found: list[Problem] = [*met, "spam"] if spam else [*met]
    return tuple(dict.fromkeys(found))


class _Body:
    """The words and files of a mail, walked through once."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.problems: list[Problem] = []
        self.attachments: list[Attachment] = []
        self.plain: list[Line] = []
        self.marked: list[Line] = []
        part, is_torn = part_of(raw)
        self._note("boundary", when=is_torn)
        # Words outside of alternatives belong to both ways of reading the letter.
        for plain, marked in self._words(part):
            self.plain += plain
            self.marked += marked

    def cut(self, *, passes_on: bool) -> Cut:
        """The new words: of the plain letter, or of the HTML one where only that says surely which they are."""
        found = cut(self.plain, passes_on=passes_on)
        if self.marked != self.plain and (found.is_unsure or not found.text):
            marked = cut(self.marked, passes_on=passes_on)
            found = marked if marked.text and (not found.text or not marked.is_unsure) else found
        if found.is_unsure and any(file.is_picture for file in self.attachments) and not passes_on:
            return self._only_pictures(found)
        return found

    def other(self, found: Cut, *, passes_on: bool) -> str:
        """The new words of the half that was not taken, where they are others; nothing where old words may be in it."""
        if not found.text or self.marked == self.plain:
            return ""
        for lines in (self.marked, self.plain):
            half = cut(lines, passes_on=passes_on)
            if half.text.split() != found.text.split() and half.is_unsure <= found.is_unsure:
                return half.text
        return ""

    def _only_pictures(self, found: Cut) -> Cut:
        """No words at all, where a picture came and every word with it is surely an old one or a telephone's."""
        for lines in (self.marked, self.plain):
            probe = cut([Line("."), Line(""), *lines], passes_on=False)
            if lines and probe.text == "." and not probe.is_unsure:
                return Cut("", is_unsure=False)
        return found

    def _words(self, part: Part) -> Iterator[tuple[list[Line], list[Line]]]:
        if part.declared == "multipart/alternative":
            yield self._alternatives(part)
        elif part.declared.startswith("multipart/"):
            for child in part.children:
                yield from self._words(child)
        elif self._is_words(part):
            lines = self._lines(part)
            yield lines, lines
        else:
            self._file(part)

    def _alternatives(self, part: Part) -> tuple[list[Line], list[Line]]:
        plain: list[Line] = []
        marked: list[Line] = []
        leaves = [leaf for child in part.children for leaf in child.every() if not leaf.children]
        # The plain words come first: where they are there, HTML that is too long is left out.
        for leaf in sorted(leaves, key=lambda leaf: leaf.declared == "text/html"):
            if leaf.declared.startswith("multipart/"):
                continue
            if not self._is_words(leaf):
                self._file(leaf)
            elif leaf.declared == "text/plain":
                plain += self._lines(leaf)
            else:
                try:
                    marked += self._lines(leaf)
                except Refused:
                    if not any(line.text for line in plain):
                        raise
                    self._note("left-out", when=True)
        return (plain, marked) if any(line.text for line in plain) else (marked, marked)

    def _is_words(self, part: Part) -> bool:
        placed = part.head.first("content-disposition").partition(";")[0].strip().lower()
        named = part.head.parameter("content-disposition", "filename") or part.head.parameter("content-type", "name")
        return part.declared in ("text/plain", "text/html") and placed != "attachment" and not named

    def _lines(self, part: Part) -> list[Line]:
        content, is_whole = content_of(self.raw, part)
        is_markup = part.declared == "text/html"
        longest = _LONGEST_MARKUP if is_markup else LONGEST_TEXT
        text, is_trusted = text_of(content[: 4 * longest + 1], part.head.parameter("content-type", "charset"))
        if len(content) > 4 * longest or len(text) > longest or (is_markup and text.count("<") > _MOST_TAGS):
            raise Refused(
                "This message is too long. Please send your words again, without old letters.", code="mail-long"
            )
        self._note("encoding", when=not is_whole)
        self._note("charset", when=not is_trusted)
        text = _plain(text)
        if is_markup:
            return lines_of_html(text)
        flowed = part.head.parameter("content-type", "format").lower() == "flowed"
        delsp = part.head.parameter("content-type", "delsp").lower() == "yes"
        return lines_of_text(text, flowed=flowed, delsp=delsp)

    def _file(self, part: Part) -> None:
        if part.declared in _SIGNING:
            return
        self._note("encrypted", when=part.declared in _SEALED)
        self._note("winmail", when=part.declared in _TNEF)
        file, is_whole = attachment_of(self.raw, part, len(self.attachments) + 1)
        self._note("encoding", when=not is_whole)
        if file.content:
            self.attachments.append(file)

    def _note(self, problem: Problem, *, when: bool) -> None:
        if when:
            self.problems.append(problem)


def _plain(text: str) -> str:
    return text.replace("\0", "").replace("\u2028", "\n").replace("\u2029", "\n")
