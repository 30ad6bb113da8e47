"""A worker process as the server runs it, fresh from its own poller, told what to ask line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answered:
    """What a worker answered, and how long it took over it."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str
    seconds: float


class Worker:
    """One process of its own over the database of this test, or over another way to it (`port` of a stand-in)."""

    def __init__(self, *, port: int | None = None, poll: bool = True) -> None:
        known = connection.settings_dict
        host, at = ("127.0.0.1", port) if port else (known["HOST"], known["PORT"])
        url = f"postgresql://{known['USER']}:{known['PASSWORD']}@/{known['NAME']}?host={host}"
        if at:
            url = f"postgresql://{known['USER']}:{known['PASSWORD']}@localhost:{at}/{known['NAME']}?host={host}"
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "BYNAME_HOSTS": "testserver,localhost",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "byname.config.settings",
        }
        command = [sys.executable, "-m", "tests.interfaces.worker", "poll" if poll else "ask"]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._read()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._process.stdin.close()  # type: ignore[union-attr]
        self._process.wait(10)
        self._process.stdout.close()  # type: ignore[union-attr]

    def ask(self, path: str, *, method: str = "GET", body: str = "", **headers: str) -> Answered:
        """The worker's answer to one request: by its fast door where that one answers, else by Django."""
        asked = {"method": method, "path": path, "body": body, "headers": headers}
        self._process.stdin.write(json.dumps(asked) + "\n")  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]
        return Answered(**json.loads(self._read()))

    def _read(self) -> str:
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise RuntimeError("the worker ended")
        return line


def _answer(django: Any, doorstep: Any, asked: dict[str, Any]) -> dict[str, Any]:
    path, _, query = asked["path"].partition("?")
    began = time.monotonic()
    fast = doorstep.answer(asked["method"], path, query, {}) if asked["method"] == "GET" else None
    if fast is not None:
        status, headers, content = fast
        headers = [*headers, ("x-answered", "at the door")]
    else:
        said: list[Any] = []
        body = asked["body"].encode()
        environ = {
            "REQUEST_METHOD": asked["method"],
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.7",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            **{f"HTTP_{name.upper()}": value for name, value in asked["headers"].items()},
        }
        parts = django(environ, lambda status, headers, _fault=None: said.extend((status, headers)))
        content = b"".join(parts)
        parts.close()
        status, headers = int(said[0].split(" ")[0]), said[1]
    return {
        "status": status,
        "headers": {name.lower(): value for name, value in headers},
        "cookies": [value.partition(";")[0] for name, value in headers if name.lower() == "set-cookie"],
        "text": content.decode("utf-8", "replace"),
        "seconds": time.monotonic() - began,
    }


def main() -> None:
    """Answer each line of the standard input until it ends."""
    from django.conf import settings  # noqa: PLC0415 - this process sets Django up by itself
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    django: WSGIHandler = get_wsgi_application()
    from byname.interfaces import snapshot  # noqa: PLC0415
    from byname.interfaces.api import doorstep  # noqa: PLC0415

    if sys.argv[1] == "poll":
        snapshot.keep_fresh()
        limit = time.monotonic() + 20
        while not snapshot.is_held() and time.monotonic() < limit:
            time.sleep(0.02)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(django, doorstep, json.loads(line))) + "\n")
        sys.stdout.flush()
    os._exit(0)  # the poller has no end of its own


if __name__ == "__main__":
    main()
