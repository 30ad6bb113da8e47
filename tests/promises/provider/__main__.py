"""Set the provider up and serve it until it is ended: PORT CLIENT SECRET REDIRECT, then NAME=EMAIL for each person."""

from __future__ import annotations

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - its tables are known only now
from oauth2_provider.models import Application  # noqa: E402


class Threads(ThreadingMixIn, WSGIServer):
    """A thread a request."""

    daemon_threads = True


class Silent(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


port, client, secret, redirect, *people = sys.argv[1:]
call_command("migrate", verbosity=0)
for person in people:
    name, _, email = person.partition("=")
    get_user_model().objects.create(username=name, email=email)
Application.objects.create(
    client_id=client,
    client_secret=secret,
    redirect_uris=redirect,
    client_type="confidential",
    authorization_grant_type="authorization-code",
    algorithm="RS256",
    skip_authorization=True,
    name="byname",
)
with make_server("127.0.0.1", int(port), get_wsgi_application(), Threads, Silent) as server:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()
