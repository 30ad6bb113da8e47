"""A provider of texts for the tests: it speaks as Twilio does, keeps what it took, and says no where it is told to."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from byname.interfaces.texting import TextCarrier

ACCOUNT = "AC" + "0a" * 16
TOKEN = "1c892n40nd03kdnc0112slzkl3091j20"
SENDER = "+14165550100"


@dataclass
class Telephone:
    """What arrived, and what is answered to whom: a status and the number of a fault."""

    taken: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, tuple[int, int]] = field(default_factory=dict)
    raw: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Answers that are none."""
    on_text: Callable[[], None] | None = None
    refuses: bool = False
    """Whether it knows neither the account nor the token any more."""
    port: int = 0
    scheme: str = "http"
    host: str = "127.0.0.1"

    @property
    def service(self) -> TextCarrier:
        """The setting that leads here."""
        return TextCarrier("twilio", ACCOUNT, TOKEN, SENDER, f"{self.scheme}://{self.host}:{self.port}")

    def answer(self, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        """What Twilio answers to a request for a text."""
        signed = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.refuses or headers["Authorization"] != f"Basic {signed}":
            return 401, _fault(401, 20003)
        if path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return 404, _fault(404, 20404)
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        read = parse_qs(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        form = {name: values[0] for name, values in read.items()}
        if self.on_text:
            self.on_text()
        if raw := self.raw.get(form["To"]):
            return raw
        if refused := self.answers.get(form["To"]):
            return refused[0], _fault(*refused)
        self.taken.append(form)
        said = {"sid": f"SM{len(self.taken):032x}", "status": "queued", "to": form["To"], "body": form["Body"]}
        return 201, json.dumps(said | {"error_code": None, "num_segments": "1"}).encode()


def _fault(status: int, code: int) -> bytes:
    return json.dumps({"code": code, "message": "No.", "more_info": "", "status": status}).encode()


@contextmanager
def telephone(phone: Telephone | None = None, context: ssl.SSLContext | None = None) -> Iterator[Telephone]:
    """A provider on this machine, by TLS where a certificate is given."""
    served = phone or Telephone()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = served.answer(self.path, self.headers, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://127.0.0.1:{served.port}/elsewhere")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", served.port), Door)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        served.scheme, served.host = "https", "localhost"
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
