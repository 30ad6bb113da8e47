"""The headers every answer carries: what may run, who may frame, what a browser may use, and never without TLS."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.cast import Cast

_PATHS = (
    "/",
    "/at/old-mill",
    "/embed/ring",
    "/check",
    "/desk/",
    "/desk/sign-in/",
    "/api/v1/areas",
    "/api/open311/v2/services.xml",
    "/nowhere",
    "/fr/",
)
_FRAMED = "/embed/ring"


@pytest.mark.parametrize("path", _PATHS)
def test_every_answer_carries_them(path: str, client: Client, cast: Cast) -> None:
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in _EXPECTED} == _EXPECTED
    # The desk's forms are checked by where they come from, which is said to byname itself and to nobody else.
    assert answer.headers["Referrer-Policy"] == ("same-origin" if path.startswith("/desk/") else "no-referrer")
    shared = "cross-origin" if path.startswith("/api/") or path == _FRAMED else "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == shared
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] in ("'self'", "'none'")
    assert policy["frame-ancestors"] == ("*" if path == _FRAMED else "'none'")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers
    assert "X-Frame-Options" not in answer.headers


@pytest.mark.parametrize("path", _PATHS)
def test_behind_tls_a_browser_is_told_to_ask_by_tls_only(
    path: str, client: Client, cast: Cast, settings: Settings
) -> None:
    settings.BYNAME_BEHIND_TLS = True
    assert client.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"


_EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": (
        "geolocation=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), "
        "microphone=(), payment=(), interest-cohort=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}
