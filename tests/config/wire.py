"""What goes over the wire to a web server and comes back, and one request as granian offers it."""

from __future__ import annotations


def head(answer: bytes) -> tuple[int, dict[str, str]]:
    """The status of an answer and its headers, by their names in small letters."""
    said, _, _body = answer.partition(b"\r\n\r\n")
    first, *lines = said.decode().split("\r\n")
    return int(first.split(" ")[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}


def post(body: bytes, *lines: str, path: str = "/echo") -> bytes:
    """A form's body as it is sent, with its headers."""
    sent = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join(sent).encode() + b"\r\n\r\n" + body


class Request:
    """What granian says of one request."""

    def __init__(self, client: str = "198.51.100.7:4000", **headers: str) -> None:
        self.client, self.headers = client, {name.replace("_", "-"): value for name, value in headers.items()}
        self.proto, self.scheme, self.method, self.path = "http", "http", "GET", "/café"
        self.query_string, self.authority, self.http_version = "a=1", None, "1.1"
