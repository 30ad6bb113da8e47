"""Who is turned away before Django saw them reads a page like every other, in their language."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from byname.interfaces import refused, snapshot
from tests.cast import Cast

_TOO_LARGE = "A photo may have at most 12 MB: save it smaller and try again."


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused, "_kept", {})


_TOO_MUCH = "That is more than can be sent at once. Go back: what you wrote still stands there."


def _words(page: bytes) -> list[str]:
    main = page.decode().partition("<main")[2].partition("</main>")[0]
    return [part.strip() for part in re.findall(r">([^<]+)", main) if part.strip()]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/desk/me/photo/", 413, ["That did not work", _TOO_LARGE, "Back to Today"]),
        ("/desk/", 503, ["We are away for a moment", "Sentence.", "Back to Today"]),
        ("/at/old-mill", 413, ["That did not work", _TOO_MUCH, "Find your officers"]),
        ("/", 500, [
            "That was our fault", "Something went wrong on our side. It has been noted.", "Find your officers",
        ]),
        ("/fr/at/old-mill", 503, [
            "Nous revenons dans un instant",
            "Cette partie du site ne peut pas répondre en ce moment. Réessayez dans quelques secondes, s’il vous plaît.",  # noqa: E501
            "Trouver votre équipe",
        ]),
    ],
)  # fmt: skip
def test_the_page_says_what_was_wrong_in_the_language_of_its_address(
    cast: Cast, path: str, status: int, said: list[str]
) -> None:
    headers, body = refused.page(path, status, _TOO_LARGE if status == 413 else "Sentence.")
    assert _words(body) == said
    assert (b' style="' in body, b"<script" in body) == (False, False)
    assert dict(headers)["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/nowhere", "/desk/sign-in/", "/ta/nowhere"])
def test_it_carries_the_headers_of_every_other_page(cast: Cast, client: Client, path: str) -> None:
    headers, _ = refused.page(path, 503, "Sentence.")
    other = {name.lower(): value for name, value in client.get(path).headers.items()}
    for name in ("vary", "expires", "content-language", "x-byname-route", "content-length", "cache-control"):
        other.pop(name, None)
    assert dict(headers) == other | {"cache-control": "no-store", "content-type": "text/html; charset=utf-8"}


def test_it_is_made_once_and_again_when_the_service_changes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    before = refused._made

    def counted(here: str, status: int, sentence: str) -> tuple[list[tuple[str, str]], bytes]:
        made.append(here)
        return before(here, status, sentence)

    monkeypatch.setattr(refused, "_made", counted)
    for path in ("/fr/a", "/fr/b", "/a", "/desk/a", "/desk/b"):
        refused.page(path, 503, "Sentence.")
    assert made == ["/fr/", "/", "/desk/"]

    def away() -> None:
        raise snapshot.Away

    monkeypatch.setattr(snapshot, "profile", away)
    refused.page("/fr/a", 503, "Sentence.")
    assert made == ["/fr/", "/", "/desk/", "/fr/"]


def test_it_does_not_keep_more_than_it_may(cast: Cast) -> None:
    for number in range(300):
        refused.page("/desk/", 413, f"Sentence {number}.")
    assert len(refused._kept) <= 200
