"""Limits on guessing hold across worker processes: never one try too many, and a code opens once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from byname.interfaces.desk import attempts
from byname.people.models import Account
from byname.safekeeping.models import Allowance
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.authenticator import app_code
from tests.interfaces.desk.sign_in import PASSWORD
from tests.interfaces.worker import Answered, Worker

pytestmark = pytest.mark.slow


class Visitor:
    """A browser at one worker: keeps its cookies and sends each form's token."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Answered:
        return self._kept(self._worker.ask(path, cookie=self._cookie()))

    def post(self, path: str, **form: str) -> Answered:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path).text)
        assert token
        body = urlencode({"csrfmiddlewaretoken": token.group(1), **form})
        return self._kept(self._worker.ask(path, method="POST", body=body, cookie=self._cookie()))

    def _kept(self, answer: Answered) -> Answered:
        self._cookies |= dict(cookie.split("=", 1) for cookie in answer.cookies)
        return answer

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def sign_in(self, account: Account, password: str = PASSWORD) -> Answered:
        return self.post("/desk/sign-in/", login=account.email, password=password)


@pytest.fixture
def somebody(committed: Cast, django_db_blocker: DjangoDbBlocker) -> Iterator[Account]:
    """An account with a password and an app, really committed."""
    account = staff.account("coordinator")
    account.set_password(PASSWORD)
    account.save()
    yield account
    connection.close()


def at_once(workers: tuple[Worker, Worker], tries: int, account: Account) -> list[int]:
    """The answers to so many wrong passwords, half of them at each worker, at the same time."""
    told: list[int] = []

    def guess(worker: Worker, number: int) -> None:
        told.extend(Visitor(worker).sign_in(account, f"wrong {number} {turn}").status for turn in range(number))

    shares = (tries // 2, tries - tries // 2)
    threads = [threading.Thread(target=guess, args=pair) for pair in zip(workers, shares, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_wrong_tries_at_two_workers_at_once_are_all_counted(somebody: Account) -> None:
    with Worker() as one, Worker() as other:
        assert at_once((one, other), attempts.OF_ACCOUNT.most - 1, somebody) == [200] * (attempts.OF_ACCOUNT.most - 1)
        assert Visitor(one).sign_in(somebody).status == 302
        assert at_once((one, other), 6, somebody) == [200] * 6
        assert [Visitor(worker).sign_in(somebody).status for worker in (one, other)] == [200, 200]
    with Worker() as after_a_restart:
        assert Visitor(after_a_restart).sign_in(somebody).status == 200
    (counted,) = Allowance.objects.filter(limit=attempts.OF_ACCOUNT.name).values_list("used", flat=True)
    assert counted == attempts.OF_ACCOUNT.most - 1 + 6 + 3


def test_a_code_given_to_two_workers_at_once_opens_one_of_them(somebody: Account) -> None:
    with Worker() as one, Worker() as other:
        for late in (1, 0):
            visitors = [Visitor(one), Visitor(other)]
            assert [visitor.sign_in(somebody).headers["location"] for visitor in visitors] == [
                "/desk/sign-in/second/"
            ] * 2
            code, told = app_code(staff.TOTP_SECRET, late=late), []
            begin = threading.Barrier(2)

            def give(
                visitor: Visitor, code: str = code, told: list[int] = told, begin: threading.Barrier = begin
            ) -> None:
                begin.wait()
                told.append(visitor.post("/desk/sign-in/second/", code=code).status)

            threads = [threading.Thread(target=give, args=(visitor,)) for visitor in visitors]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(told) == [200, 302]
