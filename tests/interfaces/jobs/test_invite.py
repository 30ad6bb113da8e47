"""The commands that let people in: invite, and the prompts that are told of."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from byname.interfaces.jobs import prompts
from byname.ledger.models import LedgerLine, Letter
from byname.people.models import Account, Invitation
from byname.places import actions as places
from byname.vocabulary import Actor
from tests import cast as city
from tests import staff
from tests.cast import Cast


def command(*words: str) -> str:
    """What `./byname invite` prints."""
    said = StringIO()
    call_command("invite", *words, stdout=said)
    return said.getvalue()


def refused(*words: str) -> str:
    """What it says where it does nothing."""
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("invite", *words, stdout=said, stderr=said)
    assert ended.value.code == 1
    return said.getvalue()


def test_the_first_administrator_is_invited_at_the_server(cast: Cast, settings: Settings) -> None:
    settings.BYNAME_PUBLIC_URL = "https://desk.example"
    said = command("--role", "administrator", "--name", "Noor", "noor@service.example")
    link = re.match(r"https://desk\.example(/desk/sign-in/invitation/[\w-]+/)\nIt works once, until \w+ \d+ ", said)
    assert link
    assert Client().post(link.group(1)).status_code == 303
    account = Account.objects.get()
    assert (account.email, account.name, account.roles) == ("noor@service.example", "Noor", ["administrator"])
    line = LedgerLine.objects.get(event="account.invited")
    assert (line.actor_kind, line.actor_name, line.facts["roles"]) == ("operator", "invite", ["administrator"])
    assert Letter.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "site"),
    [
        ('{"host": "127.0.0.1", "port": 8123}', "http://localhost:8123"),
        ('{"host": "0.0.0.0", "port": 80}', "http://localhost:80"),
        ('{"host": "192.0.2.8", "port": 8123}', "http://192.0.2.8:8123"),
        ('{"host": "2001:db8::8", "port": 8123}', "http://[2001:db8::8]:8123"),
        ("[", "http://localhost:8000"),
        ("", "http://localhost:8000"),
    ],
)
def test_the_link_leads_to_where_the_site_listens(
    cast: Cast, settings: Settings, tmp_path: Path, said: str, site: str
) -> None:
    settings.BYNAME_PUBLIC_URL, settings.BYNAME_HOME = "", tmp_path
    if said:
        (tmp_path / "serving.json").write_text(said)
    assert command("--role", "administrator", "noor@service.example").startswith(f"{site}/desk/sign-in/invitation/")


def test_an_officer_and_a_sergeant_are_invited_with_what_is_theirs(cast: Cast) -> None:
    command("--role", "officer", "--officer", cast.ana.badge, "ana@service.example")
    command("--role", "sergeant", "--division", "D1", "--division", "D2", "elif@service.example")
    kept = {row.email: (row.roles, row.divisions, row.officer) for row in Invitation.objects.select_related("officer")}
    assert kept["elif@service.example"] == (["sergeant"], ["D1", "D2"], None)
    officer = kept["ana@service.example"][2]
    assert officer
    assert officer.reference == cast.ana.reference


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--role", "sergeant", "--division", "D9", "a@b.example"], "There is no division D9. Nothing was changed."),
        (["--role", "officer", "--officer", "9999", "a@b.example"], "There is no officer with this badge"),
        (["--role", "clerk", "nobody"], "That is no e-mail address"),
        (["a@b.example"], "Choose what this person does"),
        (["--again", "a@b.example"], "Nobody has an account as a@b.example."),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(cast: Cast, words: list[str], says: str) -> None:
    assert refused(*words).startswith(says)
    assert Invitation.objects.count() == 0


def test_who_lost_their_passkey_gets_a_new_link_at_the_server(cast: Cast) -> None:
    account = staff.account("administrator")
    client = staff.at_the_desk(account)
    link = re.search(r"/desk/sign-in/invitation/[\w-]+/", command("--again", account.email))
    assert link
    assert client.get("/desk/").status_code == 303
    assert client.post(link.group()).headers["Location"] == "/desk/own/sign-in/first/"
    assert LedgerLine.objects.filter(event="account.second_factor_reset").count() == 1


def test_a_prompt_is_written_down_but_not_in_the_demonstration(cast: Cast, clerk_of_records: Actor) -> None:
    staff.account("overseer")
    prompts.say_it_opens("shell")
    assert (LedgerLine.objects.filter(event="house.shell_opened").count(), Letter.objects.count()) == (0, 0)
    at = LedgerLine.objects.latest("pk").at
    places.bring_service(city.service(demo=False), file_name="service.toml", by=clerk_of_records, at=at)
    prompts.say_it_opens("shell")
    line = LedgerLine.objects.get(event="house.shell_opened")
    assert (line.actor_kind, line.subject_id) == ("operator", "shell")
    letter = Letter.objects.get()
    assert (letter.recipient, "./byname shell" in letter.words) == ("overseer@service.example", True)


@pytest.mark.parametrize("name", ["shell", "dbshell"])
def test_both_prompts_say_it_before_they_open(cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    order: list[str] = []
    module = f"byname.interfaces.jobs.management.commands.{name}"
    monkeypatch.setattr(f"{module}.say_it_opens", lambda said: order.append(f"said {said}"))
    monkeypatch.setattr(f"{module}.Prompt.handle", lambda _self, **_: order.append("opened"))
    call_command(name)
    assert order == [f"said {name}", "opened"]
