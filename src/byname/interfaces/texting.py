"""By whom texts to phones go: the provider the operator chose, as settings, desk, pages and jobs know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

IN_PATH: Final = "/texts/in"
"""Where the provider hands over what people answer."""


@dataclass(frozen=True, slots=True)
class TextCarrier:
    """A provider: "local" (a folder, in the demo) or "twilio", with what it needs to know us by."""

    name: str
    account: str = ""
    token: str = field(default="", repr=False)
    sender: str = ""
    """A number of ours, or the provider's name for a group of them."""
    address: str = ""
    """Where the provider is asked, without a slash at the end."""


def carrier(chosen: TextCarrier | None, *, demo: bool) -> TextCarrier | None:
    """The provider texts go by; None where nobody is texted. The demo has one of its own where none is set."""
    return chosen or (TextCarrier("local") if demo else None)
