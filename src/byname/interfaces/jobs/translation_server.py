"""Speaking to a translation server of the service's own, as LibreTranslate is spoken to."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final

_SECONDS: Final = 20.0
_LONGEST_ANSWER: Final = 256 * 1024
_ITS_OWN_CODES: Final = ("", "zh-hans", "zh-hant")
"""Chinese has another code in each version of the server: that, as what nobody knows, it finds out itself."""
TROUBLE: Final = (OSError, ValueError, HTTPException, LookupError, TypeError, AttributeError)
"""What may go wrong on the way."""


@dataclass(frozen=True, slots=True)
class Translator:
    """Where the server is."""

    address: str
    key: str = field(default="", repr=False)

    def translated(self, words: str, source: str, target: str) -> str:
        """The words in the target language; one of TROUBLE where the server does not answer as it should."""
        asked = {"q": words, "source": "auto" if source in _ITS_OWN_CODES else source, "target": target}
        asked |= {"format": "text"} | ({"api_key": self.key} if self.key else {})
        request = urllib.request.Request(  # noqa: S310 - the setting admits http and https alone
            f"{self.address}/translate",
            json.dumps(asked).encode(),
            {"Content-Type": "application/json", "Accept": "application/json"},
        )
        with _OPENER.open(request, timeout=_SECONDS) as answer:
            said = json.loads(answer.read(_LONGEST_ANSWER))["translatedText"]
        if not isinstance(said, str):
            raise TypeError
        return said


class _Here(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """No other request: residents' words go to the server that was named, and nowhere it may point to."""


# Not through a proxy either: the server is the service's own.
_OPENER: Final = urllib.request.build_opener(_Here, urllib.request.ProxyHandler({}))
