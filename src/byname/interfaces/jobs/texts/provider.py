"""What byname asks of whoever carries its texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Failed:
    """One text that was not taken: a sentence that names nobody, and whether trying again would not help."""

    sentence: str
    final: bool = False
    unwanted: bool = False
    """Whether whoever has the number told the provider that they want no texts."""


class Away(Exception):
    """The provider cannot be used now, whatever the text; the words say why, and name nobody."""


class TextProvider(Protocol):
    """Whoever carries texts. Another one is a module here, a line in `provider_of` and one in the settings."""

    def send(self, to: str, words: str, *, once: str) -> Failed | None:
        """Nothing where the text was taken; raises Away where none would be.

        `to` is a whole number (+14165550199). `once` names the text: a provider that knows such names sends a text that
        is handed over twice, after a crash, once.
        """
