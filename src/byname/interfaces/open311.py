"""How Open311 GeoReport v2 is written, in XML and in JSON; its errors too, which the server's own refusals keep to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

PATH: Final = "/api/open311/v2/"
"""Where it stands."""
KINDS: Final[Mapping[str, str]] = {
    "xml": "text/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
"""The forms it is written in, by the end of the address."""

# XML has no way at all to write these; a stranger's word must not break the document it stands in.
_NEVER_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ITEMS: Final[Mapping[str, str]] = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "service_requests": "request",
    "services": "service",
    "values": "value",
}
"""What the members of a list are called in XML; in JSON they have no name."""


def form_of(path: str, accept: str = "") -> str:
    """The form an address asks for by its end; where it names none, JSON for whoever speaks of JSON, else XML."""
    ending = path.rpartition(".")[2]
    if ending in KINDS:
        return ending
    return "json" if "json" in accept else "xml"


def written(root: str, value: object, form: str) -> bytes:
    """A value as a document; `root` is its name in XML."""
    if form == "json":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    top = Element(root)
    _fill(top, root, value)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(top, encoding="unicode").encode() + b"\n"


def errors(status: int, sentence: str, form: str) -> bytes:
    """One refusal or failure, as an array of one."""
    return written("errors", [{"code": status, "description": sentence}], form)


def _fill(element: Element, name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _fill(SubElement(element, key), key, inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            _fill(SubElement(element, _ITEMS[name]), _ITEMS[name], inner)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _NEVER_IN_XML.sub("\ufffd", str(value))
