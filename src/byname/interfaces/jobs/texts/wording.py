"""What a text says: one short sentence that tells nobody what it is about, and where to read on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext, override

from byname.interfaces.jobs.letters import residents
from byname.interfaces.jobs.letters.texts import Unwritable

CODE: Final = "phone_code"
"""The kind that carries the code a number is confirmed by."""

_ONE_PART, _OF_MORE = (160, 70), (153, 67)
"""Characters a text has room for, in the alphabet of telephones and in any other; and each part of a longer one."""
_ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38, the basic table; of its extension nothing is written here."""


def words_of_text(kind: str, words: Mapping[str, str]) -> str:
    """A text in its reader's language, or in English where that is not spoken here; Unwritable without its words."""
    language = words.get("language", "")
    try:
        with override(residents.spoken(language)):
            if kind == CODE:
                code = gettext("Your code: {code}. It works for half an hour.").format(code=words["code"])
                return f"{code} {gettext('Answer STOP for no more texts.')}"
            said = [gettext(residents.KINDS[kind].subject), residents.page_of(words["link"], language)]
            if "under_18" in words:
                said.append(gettext("You can also show this letter to a grown-up you trust."))
            return "\n".join(said)
    except KeyError as fault:
        raise Unwritable(f"The text {kind} has not all its words.") from fault


def parts_of(text: str) -> int:
    """How many parts a text travels in: each is paid for."""
    plain = set(text) <= _ALPHABET
    length = len(text) if plain else len(text.encode("utf-16-le")) // 2
    if length <= _ONE_PART[not plain]:
        return 1
    return -(-length // _OF_MORE[not plain])
