"""Django's WSGI application, run by the server's thread pool."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any, Final

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

_CHARSETS: Final = frozenset({"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"})


class Request(WSGIRequest):
    """A request whose query is read when somebody asks for it, inside what answers faults, and never while it is made.

    Django's own reads it at once where a charset is named; one of a thousand fields then ends in no answer at all.
    Charsets that no browser writes a form in, and what Python calls a codec besides, are not taken up.
    """

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        try:
            charset = codecs.lookup(self.content_params.get("charset", "utf-8")).name
        except (LookupError, ValueError):
            return
        if charset in _CHARSETS:
            # Set past the property: that looks whether the query was read, and so reads it.
            self._encoding = charset


class _Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = _Handler()
