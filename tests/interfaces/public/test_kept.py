"""A kept page is the page: of its address, language and host, and of the directory in force."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from byname.interfaces import snapshot
from byname.interfaces.public import kept
from byname.postings import actions as postings
from byname.vocabulary import Actor
from tests.cast import Cast

SPOKEN = ("", "/fr", "/zh-hans", "/zh-hant", "/pt", "/ta", "/ur", "/es", "/tl")


def asked(path: str = "/at/ring", host: str = "localhost") -> HttpRequest:
    return RequestFactory(headers={"host": host}).get(path)


class Maker:
    """Makes another page each time, and counts them."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.made = 0

    def __call__(self) -> HttpResponse:
        self.made += 1
        return HttpResponse(f"page {self.made}", status=self.status)


def test_a_page_is_made_once_for_each_address_and_host(cast: Cast) -> None:
    pages, make, directory = kept.Pages(), Maker(), snapshot.city()
    answers = [
        pages.answer(request, directory, make).content
        for request in (
            asked(),
            asked(),
            asked("/at/old-mill"),
            asked(host="127.0.0.1"),
            asked(),
            asked("/at/ring?a=b"),
        )
    ]
    assert answers == [b"page 1", b"page 1", b"page 2", b"page 3", b"page 1", b"page 1"]


def test_a_page_is_made_anew_for_another_directory(cast: Cast, clerk_of_records: Actor) -> None:
    pages, make = kept.Pages(), Maker()
    before = pages.answer(asked(), snapshot.city(), make).content
    postings.hide_officer(cast.ana.reference, by=clerk_of_records, at=timezone.now())
    assert (before, pages.answer(asked(), snapshot.city(), make).content) == (b"page 1", b"page 2")


@pytest.mark.parametrize("status", [302, 404, 503])
def test_what_is_no_page_is_not_kept(cast: Cast, status: int) -> None:
    pages, make, directory = kept.Pages(), Maker(status), snapshot.city()
    assert [pages.answer(asked(), directory, make).status_code for _ in range(2)] == [status, status]
    assert make.made == 2


def test_no_more_are_kept_than_there_is_room_for(cast: Cast) -> None:
    pages, make, directory = kept.Pages(most=3), Maker(), snapshot.city()
    for number in range(4):
        pages.answer(asked(f"/at/{number}"), directory, make)
    assert (pages.answer(asked("/at/3"), directory, make).content, make.made) == (b"page 4", 4)
    assert (pages.answer(asked("/at/0"), directory, make).content, make.made) == (b"page 5", 5)


@pytest.mark.parametrize("path", ["/at/old-mill", "/", "/areas"])
def test_a_page_asked_for_again_is_the_same_in_every_language(cast: Cast, client: Client, path: str) -> None:
    first = [client.get(f"{code}{path}") for code in SPOKEN]
    again = [client.get(f"{code}{path}") for code in SPOKEN]
    assert [answer.status_code for answer in first] == [200] * len(SPOKEN)
    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert [dict(answer.headers) for answer in again] == [dict(answer.headers) for answer in first]
    assert len({answer.content for answer in again}) == len(SPOKEN)
