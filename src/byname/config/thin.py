"""What `./byname bench` compares byname with: the server alone, and Django with one question or one row written."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from byname.config.server import Application
from byname.config.wsgi import application as django

# Django is set up by the import above; what stands on its tables is imported after it.
from byname.interfaces.http import Audience, audience  # isort: skip
from byname.ledger import queries as ledger  # isort: skip
from byname.vocabulary import PUBLIC  # isort: skip

_ROW: Final = "INSERT INTO byname_keptvalue (key, value, expires_at) VALUES (%s, %s, now() + interval '1 hour')"
_HEADERS: Final = [("content-type", "text/plain; charset=utf-8")]


class _Constant:
    """The least an application can do behind the server."""

    async def __rsgi__(self, _scope: Any, protocol: Any) -> None:
        protocol.response_bytes(200, _HEADERS, b"constant\n")


@audience(Audience.MACHINE)
def one_question(_request: HttpRequest) -> HttpResponse:
    """The public versions, asked of the database."""
    return HttpResponse(str(ledger.public_versions(viewer=PUBLIC)), content_type="text/plain; charset=utf-8")


@audience(Audience.MACHINE)
def one_row(request: HttpRequest) -> HttpResponse:
    """What was sent, written as one row and committed: the least that is on disk."""
    with connection.cursor() as cursor:
        cursor.execute(_ROW, [uuid4().hex, request.body])
    return HttpResponse("written\n", status=201, content_type="text/plain; charset=utf-8")


urlpatterns = [path("one-question", one_question), path("one-row", one_row)]
# This program's alone: no page of byname is served from here.
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
django.load_middleware()

server = _Constant()
view = Application(django)
