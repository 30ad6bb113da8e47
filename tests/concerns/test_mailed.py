"""Letters that come in: words join their thread once, machines leave a count, danger is met, a stranger's go."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from django.utils import timezone

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Message, Person
from byname.concerns.rules import mail
from byname.ledger.models import LedgerLine, Letter
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused
from tests.cast import Cast
from tests.concerns import told

DAY = timedelta(days=1)


def letter(words: str = "It was louder today.", sender: str = "rosalind@home.example", **headers: str) -> mail.Mail:
    """A letter as it was read."""
    message = EmailMessage()
    message["From"] = sender
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    return mail.read_mail(message.as_bytes(), most_bytes=1_000_000)


def key_of(link: str) -> str:
    return mail.reply_key(rules.link_digest(link))


def came(link: str, how: mail.Mail, at: datetime, name: str = "one", **more: bool) -> actions.Came:
    """What became of a letter to somebody's reply address."""
    return actions.take_mail(key_of(link), how, mail_id=name, by=PUBLIC, at=at, **more)


def entries(reference: str) -> list[Message]:
    return list(Message.objects.filter(concern__reference=reference).order_by("pk"))


def test_the_words_stand_in_the_thread_of_whoever_was_written_to(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt, other = told.raised(noon), told.raised(noon)
    assert came(receipt.link, letter(), noon).message == Message.objects.get().pk
    (entry,) = entries(receipt.reference)
    assert (entry.kind, entry.words, entry.via, entry.from_elsewhere, entry.left_out) == (
        "person",
        "It was louder today.",
        "mail",
        False,
        0,
    )
    assert entries(other.reference) == []
    seen = queries.thread(receipt.reference, at=noon, viewer=ana).entries
    assert [(each.words, each.via) for each in seen] == [("It was louder today.", "mail")]
    mine = queries.followed(receipt.link, at=noon, viewer=PUBLIC).entries
    assert [(each.words, each.mine) for each in mine] == [("It was louder today.", True)]
    assert told.lines("concern.written_to") == [("concern.written_to", receipt.reference)]


def test_the_same_letter_twice_is_one_entry_and_one_danger_letter(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon)
    words = letter("He has a gun and he is shooting right now")
    first = came(receipt.link, words, noon)
    assert first.message is not None
    assert came(receipt.link, words, noon) == actions.Came(None, "")
    assert Letter.objects.filter(kind="concern_danger").count() == 1
    assert len(entries(receipt.reference)) == 1


def test_a_letter_to_two_concerns_stands_in_both(cast: Cast, noon: datetime) -> None:
    first, second = told.raised(noon), told.raised(noon)
    came(first.link, letter(), noon, "first one")
    came(second.link, letter(), noon, "second one")
    assert [len(entries(each.reference)) for each in (first, second)] == [1, 1]


def test_who_joined_writes_in_their_own_name(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon)
    link = told.joined(receipt.reference, noon)
    came(link, letter(sender="joined-1@home.example"), noon)
    (entry,) = entries(receipt.reference)
    assert (entry.person.raised if entry.person else None, entry.from_elsewhere) == (False, False)
    assert queries.followed(receipt.link, at=noon, viewer=PUBLIC).entries == ()


@pytest.mark.parametrize(
    ("sender", "elsewhere"),
    [("Rosalind@Home.Example", False), ("rosalind@work.example", True), ("rosalind@home.example.net", True)],
)
def test_a_letter_from_another_address_is_taken_and_said_to_be(
    cast: Cast, noon: datetime, ana: Actor, sender: str, elsewhere: bool
) -> None:
    receipt = told.raised(noon)
    came(receipt.link, letter(sender=sender), noon)
    (entry,) = queries.thread(receipt.reference, at=noon, viewer=ana).entries
    assert (entry.words, entry.from_elsewhere) == ("It was louder today.", elsewhere)


def test_words_of_danger_are_met_at_once_whatever_was_written_today(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon, language="ur")
    came(receipt.link, letter("My husband hits me, and someone is being stabbed right now"), noon)
    found = Letter.objects.get(kind="concern_danger")
    assert (found.recipient, found.due_at) == ("rosalind@home.example", noon)
    assert '"danger": "now home"' in found.words
    assert '"language": "ur"' in found.words
    assert Concern.objects.get().danger == "now home"


def test_too_many_words_are_refused_and_their_danger_is_met_all_the_same(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon)
    long = "Someone is being stabbed right now. " + "It goes on. " * 2000
    with pytest.raises(Refused) as refused:
        came(receipt.link, letter(long), noon)
    assert refused.value.code == "too-long"
    assert Letter.objects.filter(kind="concern_danger").count() == 1
    assert entries(receipt.reference) == []
    almost = "It goes on. " * 1600
    assert came(receipt.link, letter(almost), noon).message is not None
    assert entries(receipt.reference)[0].words == rules.tidied(almost)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto_Submitted": "auto-replied"}, "answer"),
        ({"Precedence": "bulk"}, "bulk"),
        ({"List_Id": "<news.example.org>"}, "list"),
        ({"Return_Path": "<>"}, "bounce"),
    ],
)
def test_what_a_machine_wrote_leaves_a_count_and_nothing_else(
    cast: Cast, noon: datetime, headers: dict[str, str], kind: str
) -> None:
    receipt = told.raised(noon)
    before = LedgerLine.objects.count(), Letter.objects.count()
    assert came(receipt.link, letter("I am away until Monday.", **headers), noon) == actions.Came(None, kind)
    assert (LedgerLine.objects.count(), Letter.objects.count()) == (before[0] + 1, before[1])
    line = LedgerLine.objects.order_by("-pk")[0]
    assert (line.event, line.subject_kind, line.subject_id, line.facts) == (
        "mail.automatic",
        "mail",
        "automatic",
        {"kind": kind},
    )
    assert (entries(receipt.reference), Concern.objects.get().danger) == ([], "")


STABBED = "Someone is being stabbed right now"


@pytest.mark.parametrize(
    "headers",
    [
        {"Precedence": "bulk"},
        {"Precedence": "list"},
        {"List_Unsubscribe": "<mailto:off@lists.example>"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
        {"Subject": "Fuera de la oficina: ruido"},
    ],
)
def test_words_of_danger_that_look_like_a_machines_are_refused_and_not_passed_over_in_silence(
    cast: Cast, noon: datetime, headers: dict[str, str]
) -> None:
    receipt = told.raised(noon)
    with pytest.raises(Refused) as refused:
        came(receipt.link, letter(STABBED, **headers), noon)
    assert refused.value.code == "mail-automatic"
    assert (entries(receipt.reference), told.lines("mail.automatic")) == ([], [("mail.automatic", "automatic")])


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {"sender": "MAILER-DAEMON@mx.example"}])
def test_what_surely_is_a_machines_is_dropped_whatever_its_words(
    cast: Cast, noon: datetime, headers: dict[str, str]
) -> None:
    receipt = told.raised(noon)
    assert came(receipt.link, letter(STABBED, **headers), noon).message is None
    assert (entries(receipt.reference), Concern.objects.get().danger) == ([], "")


def test_danger_in_the_subject_is_met_and_the_subject_stands_above_the_words(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon)
    came(receipt.link, letter("Please come.", Subject=STABBED), noon)
    assert [entry.words for entry in entries(receipt.reference)] == [f"{STABBED}\n\nPlease come."]
    assert Concern.objects.get().danger == "now"
    assert Letter.objects.filter(kind="concern_danger").count() == 1


def test_danger_that_only_the_html_half_speaks_of_is_met_and_stands_below_the_words(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon)
    for name, html in (("one", f"<p>{STABBED}</p>"), ("two", "<p>Thank you <b>so much</b>.</p>")):
        message = EmailMessage()
        message["From"] = "rosalind@home.example"
        message.set_content("Thank you.")
        message.add_alternative(html, subtype="html")
        came(receipt.link, mail.read_mail(message.as_bytes(), most_bytes=1_000_000), noon, name)
    assert [entry.words for entry in entries(receipt.reference)] == [f"Thank you.\n\n{STABBED}", "Thank you."]
    assert Concern.objects.get().danger == "now"
    assert Letter.objects.filter(kind="concern_danger").count() == 1


def test_who_stopped_the_letters_while_one_was_read_gets_none(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = told.raised(noon)
    found = actions.mailed._of

    def found_and_stopped(key: str) -> Person | None:
        person = found(key)
        actions.stop_letters(receipt.link, by=PUBLIC, at=noon)
        return person

    monkeypatch.setattr(actions.mailed, "_of", found_and_stopped)
    with pytest.raises(NotThere):
        came(receipt.link, letter(STABBED), noon)
    assert Letter.objects.filter(kind="concern_danger").count() == 0


def test_a_letter_that_comes_back_is_told_to_the_team_until_the_address_changes(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    receipt = told.raised(noon)

    def returns() -> bool:
        return queries.thread(receipt.reference, at=noon, viewer=ana).letters_return

    came(receipt.link, letter(Return_Path="<>"), noon)
    assert returns() is False
    came(receipt.link, letter(Return_Path="<>"), noon, returned=True)
    assert returns() is True
    same = rules.Contact(email="rosalind@home.example", phone="416 555 0100")
    actions.change_contact(receipt.link, receipt.pin, same, "en", by=PUBLIC, at=noon)
    assert returns() is True
    other = rules.Contact(email="rosalind@new.example")
    actions.change_contact(receipt.link, receipt.pin, other, "en", by=PUBLIC, at=noon)
    assert returns() is False


def test_nobody_who_stopped_the_letters_was_erased_or_forgotten_is_written_to(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    stopped, erased, forgotten = told.raised(noon), told.raised(noon), told.raised(noon)
    assert [actions.takes_mail(key_of(each.link), by=PUBLIC, at=noon) for each in (stopped, erased, forgotten)] == [
        True,
        True,
        True,
    ]
    actions.stop_letters(stopped.link, by=PUBLIC, at=noon)
    actions.erase(erased.link, erased.pin, by=PUBLIC, at=timezone.now())
    actions.close(forgotten.reference, "solved", "Done.", by=ana, at=noon)
    Concern.objects.filter(reference=forgotten.reference).update(ended_at=noon - 400 * DAY)
    actions.forget_old_words(by=SYSTEM, at=noon)
    for receipt in (stopped, erased, forgotten):
        assert actions.takes_mail(key_of(receipt.link), by=PUBLIC, at=noon) is False
        with pytest.raises(NotThere):
            came(receipt.link, letter(), noon)
    assert Message.objects.filter(via="mail").count() == 0


@pytest.mark.parametrize("key", ["", "a", "z" * 32, "a" * 31, "A" * 32, "a" * 33, "é" * 32, "1" * 32])
def test_a_key_that_is_nobodys_finds_nobody(cast: Cast, noon: datetime, key: str) -> None:
    told.raised(noon)
    assert actions.takes_mail(key, by=PUBLIC, at=noon) is False


def test_an_ended_concern_takes_the_words_and_says_that_it_ended_once_a_day(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    receipt = told.raised(noon - 2 * DAY)
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=noon - 2 * DAY)
    assert queries.waiting_for(at=noon, viewer=ana).wrote_again == 0
    came(receipt.link, letter("It is not solved."), noon, "one")
    came(receipt.link, letter("It is not solved!"), noon, "two")
    came(receipt.link, letter("Not at all."), noon + timedelta(hours=1), "three")
    ended = Letter.objects.filter(kind="concern_ended").order_by("pk")
    assert [each.due_at for each in ended] == [noon - 2 * DAY, noon, noon + DAY]
    assert Concern.objects.get().state == "closed"
    assert queries.waiting_for(at=noon, viewer=ana).wrote_again == 1
    (line,) = queries.inbox(queries.Asked(state="wrote_again"), page=1, at=noon, viewer=ana).lines
    assert (line.reference, line.wrote_again) == (receipt.reference, True)
    actions.note(receipt.reference, "Rang her: she will say so on her page.", by=ana, at=noon)
    assert queries.waiting_for(at=noon, viewer=ana).wrote_again == 0


def test_a_picture_without_words_is_a_message_and_other_files_are_counted(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    receipt = told.raised(noon)
    files = tuple(mail.Attachment(f"{n}.pdf", "application/pdf", None, b"%PDF-") for n in range(3))
    empty = mail.Mail((), "rosalind@home.example", "m", "", "", "", False, files, "", ())
    came(receipt.link, empty, noon)
    (entry,) = entries(receipt.reference)
    assert (entry.words, entry.left_out) == ("", 3)
    nothing = mail.Mail((), "rosalind@home.example", "n", "", "", "", False, (), "", ())
    with pytest.raises(Refused):
        came(receipt.link, nothing, noon, "two")
    assert queries.followed(receipt.link, at=noon, viewer=PUBLIC).entries[0].left_out == 3


def test_pictures_that_do_not_fit_any_more_are_left_out_and_the_words_stay(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon)
    picture = rules.Picture(b"\xff\xd8\xff", 1, 1)
    files = tuple(mail.Attachment(f"{n}.jpg", "image/jpeg", "image/jpeg", b"\xff\xd8\xff") for n in range(4))
    for number in range(11):
        said = mail.Mail((), "rosalind@home.example", "", "", "", f"Look, {number}", False, files, "", ())
        actions.take_mail(key_of(receipt.link), said, pictures=[picture] * 4, mail_id=str(number), by=PUBLIC, at=noon)
    assert [entry.left_out for entry in entries(receipt.reference)] == [0] * 10 + [4]
    assert entries(receipt.reference)[-1].words == "Look, 10"


def test_the_person_row_is_found_by_the_key_of_their_link_alone(cast: Cast, noon: datetime) -> None:
    links = [told.raised(noon).link for _ in range(5)]
    keys = [key_of(link) for link in links]
    assert len(set(keys)) == 5
    for key, link in zip(keys, links, strict=True):
        first, last = mail.digests_of(key) or (b"", b"")
        found = Person.objects.filter(link_digest__gte=first, link_digest__lte=last)
        assert [person.link for person in found] == [link]
