"""What a person does by their private link, what needs the PIN, and how a concern opens again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, ConcernPhoto, Message, Person, Verdict
from byname.concerns.rules import mail
from byname.ledger.models import LedgerLine, Letter
from byname.vocabulary import PUBLIC, Actor, NotThere, Refused
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.told import PROMISE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def receipt(cast: Cast, noon: datetime) -> actions.Receipt:
    """What somebody holds who raised a concern in old-mill at noon."""
    return told.raised(noon)


def judged(link: str, at: datetime, answered: str = "no", better: str = "") -> actions.VerdictTaken:
    return actions.say_how_it_went(link, answered=answered, better=better, promise=PROMISE, by=PUBLIC, at=at)


def test_what_somebody_writes_again_joins_the_thread(receipt: actions.Receipt, noon: datetime, ana: Actor) -> None:
    actions.write_again(receipt.link, "It was worse today.\r\n", by=PUBLIC, at=noon + HOUR)
    (entry,) = queries.followed(receipt.link, at=noon + HOUR, viewer=PUBLIC).entries
    assert (entry.kind, entry.words, entry.mine, entry.via) == ("person", "It was worse today.", True, "web")
    assert told.lines("concern.written_to") == [("concern.written_to", receipt.reference)]
    assert Concern.objects.get().stirred_at == noon + HOUR
    for words in ("\u200b ", "x" * 4001):
        with pytest.raises(Refused):
            actions.write_again(receipt.link, words, by=PUBLIC, at=noon)
    with pytest.raises(NotThere):
        actions.write_again("no such link", "Words.", by=PUBLIC, at=noon)


def test_danger_in_what_is_written_again_is_marked_beside_what_was_marked_before(
    receipt: actions.Receipt, noon: datetime
) -> None:
    actions.write_again(receipt.link, "He has a gun and says he will shoot somebody.", by=PUBLIC, at=noon)
    actions.write_again(receipt.link, "Thank you.", by=PUBLIC, at=noon)
    assert Concern.objects.get().danger == "now"


def test_a_letter_delivered_twice_is_one_message(receipt: actions.Receipt, noon: datetime) -> None:
    told_once = [
        actions.write_again(receipt.link, "By mail.", via="mail", mail_id="<1@home.example>", by=PUBLIC, at=noon)
        for _ in range(2)
    ]
    message = Message.objects.get()
    assert (told_once, message.via) == ([message.pk, None], "mail")
    assert len(told.lines("concern.written_to")) == 1


def test_who_joined_reads_the_answers_and_their_own_words_and_nobody_elses(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    link = told.joined(receipt.reference, noon)
    actions.write_again(receipt.link, "From the one.", by=PUBLIC, at=noon)
    actions.write_again(link, "From the other.", by=PUBLIC, at=noon)
    actions.note(receipt.reference, "Inside.", by=ana, at=noon)
    actions.answer(receipt.reference, "To both.", by=ana, at=noon)
    one, other = (queries.followed(each, at=noon, viewer=PUBLIC) for each in (receipt.link, link))
    assert [(entry.words, entry.mine) for entry in one.entries] == [("From the one.", True), ("To both.", False)]
    assert [(entry.words, entry.mine) for entry in other.entries] == [("From the other.", True), ("To both.", False)]
    assert (one.raised, other.raised, other.told) == (True, False, None)


def test_letters_stop_at_once_also_the_one_under_way(receipt: actions.Receipt, noon: datetime, ana: Actor) -> None:
    actions.answer(receipt.reference, "One.", by=ana, at=noon + HOUR)
    actions.answer(receipt.reference, "Two.", by=ana, at=noon + 2 * HOUR)
    Letter.objects.filter(due_at__lte=noon + HOUR).update(delivered_at=noon + HOUR)
    assert Letter.objects.filter(delivered_at__isnull=True).count() == 1
    for hours in (3, 4):
        actions.stop_letters(receipt.link, by=PUBLIC, at=noon + hours * HOUR)
    assert Letter.objects.filter(delivered_at__isnull=True).count() == 0
    assert Person.objects.get().stopped_at == noon + 3 * HOUR
    assert told.lines("concern.letters") == [("concern.letters_stopped", receipt.reference)]
    assert not queries.followed(receipt.link, at=noon, viewer=PUBLIC).gives_letters


def test_a_no_opens_it_again_for_the_team_then_for_the_sergeant_and_then_it_stays_closed(
    receipt: actions.Receipt, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    def seen() -> tuple[object, ...]:
        row = Concern.objects.get()
        return row.state, row.holder, row.reopened, row.promised_at, row.due_at, row.answered_at, row.outcome

    with pytest.raises(Refused, match="has not ended yet"):
        judged(receipt.link, noon)
    actions.close(receipt.reference, "solved", "The sign stands.", by=ana, at=noon)
    assert judged(receipt.link, noon + DAY) == actions.VerdictTaken(True, "team")
    assert seen() == ("reopened", "team", 1, noon + DAY, noon + 4 * DAY, None, "")

    actions.close(receipt.reference, "not_solved", "We cannot mend it.", by=ana, at=noon + 2 * DAY)
    second = judged(receipt.link, noon + 3 * DAY, answered="yes", better="no")
    assert second == actions.VerdictTaken(True, "sergeant")
    assert seen() == ("reopened", "sergeant", 2, noon + 3 * DAY, noon + 6 * DAY, None, "")
    with pytest.raises(NotThere):
        actions.answer(receipt.reference, "Again.", by=ana, at=noon + 3 * DAY)

    actions.close(receipt.reference, "nothing_we_can_do", "It is the owner's.", by=sergeant, at=noon + 4 * DAY)
    assert judged(receipt.link, noon + 5 * DAY) == actions.VerdictTaken(False, "sergeant")
    row = Concern.objects.get()
    assert (row.state, row.outcome, row.first_answered_at) == ("closed", "nothing_we_can_do", noon)
    assert list(Verdict.objects.order_by("pk").values_list("ending", "answered", "better")) == [
        (1, "no", ""),
        (2, "yes", "no"),
        (3, "no", ""),
    ]
    events = [event for event, _ in told.lines() if event in ("concern.reopened", "concern.judged")]
    assert events == ["concern.reopened", "concern.reopened", "concern.judged"]


def test_what_went_past_the_team_comes_back_to_the_sergeant(cast: Cast, noon: datetime, sergeant: Actor) -> None:
    receipt = told.raised(noon, to_sergeant=True)
    actions.close(receipt.reference, "solved", "Done.", by=sergeant, at=noon)
    assert judged(receipt.link, noon + DAY) == actions.VerdictTaken(True, "sergeant")
    assert Concern.objects.get().holder == "sergeant"


def test_after_thirty_days_a_no_is_counted_and_opens_nothing(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=noon)
    assert judged(receipt.link, noon + 30 * DAY) == actions.VerdictTaken(False, "team")
    assert (Concern.objects.get().state, Verdict.objects.get().answered) == ("closed", "no")


def test_an_answer_may_be_changed_and_is_one(receipt: actions.Receipt, noon: datetime, ana: Actor) -> None:
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=noon)
    judged(receipt.link, noon, answered="partly", better="yes")
    judged(receipt.link, noon + HOUR, answered="yes", better="yes")
    verdict = Verdict.objects.get()
    assert (verdict.answered, verdict.better, verdict.given_at) == ("yes", "yes", noon + HOUR)
    assert queries.followed(receipt.link, at=noon, viewer=PUBLIC).verdict == ("yes", "yes")
    for given in (("", ""), ("maybe", "yes")):
        with pytest.raises(Refused, match="Choose yes, partly or no"):
            judged(receipt.link, noon, *given)


def test_a_wrong_pin_is_taken_ten_times_a_day_and_then_not_even_the_right_one(
    receipt: actions.Receipt, noon: datetime
) -> None:
    wrong = "000000" if receipt.pin != "000000" else "000001"
    for _ in range(10):
        with pytest.raises(Refused, match="This PIN is not right"):
            actions.prove(receipt.link, wrong, by=PUBLIC, at=noon)
    for pin in (wrong, receipt.pin):
        with pytest.raises(Refused, match="Too many wrong PINs"):
            actions.prove(receipt.link, pin, by=PUBLIC, at=noon)
    actions.prove(receipt.link, receipt.pin, by=PUBLIC, at=noon + DAY)


def test_the_right_pin_is_not_counted_however_it_is_spaced(receipt: actions.Receipt, noon: datetime) -> None:
    spaced = f" {receipt.pin[:3]} {receipt.pin[3:]}"
    for _ in range(30):
        actions.prove(receipt.link, spaced, by=PUBLIC, at=noon)
    with pytest.raises(NotThere):
        actions.prove("no such link", receipt.pin, by=PUBLIC, at=noon)


def test_with_the_pin_contacts_change_and_the_letter_under_way_follows(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    new = rules.Contact(email="new@home.example", never_visit=True)
    with pytest.raises(Refused, match="This PIN is not right"):
        actions.change_contact(receipt.link, "", new, "fr", by=PUBLIC, at=noon)
    actions.answer(receipt.reference, "One.", by=ana, at=noon + HOUR)
    Letter.objects.update(delivered_at=noon + HOUR, recipient="", words="")
    actions.answer(receipt.reference, "Two.", by=ana, at=noon + 2 * HOUR)
    actions.change_contact(receipt.link, receipt.pin, new, "fr", by=PUBLIC, at=noon + 3 * HOUR)
    person = Person.objects.get()
    assert (rules.contact_of(person.contact), person.language) == (new, "fr")
    letter = Letter.objects.get(delivered_at__isnull=True)
    assert (letter.recipient, letter.kind, letter.due_at, letter.message_id) == (
        "new@home.example",
        "concern_news",
        noon + HOUR + DAY,
        person.letter,
    )
    actions.change_contact(receipt.link, receipt.pin, rules.Contact(), "fr", by=PUBLIC, at=noon + 4 * HOUR)
    assert (Person.objects.get().contact, Letter.objects.filter(delivered_at__isnull=True).count()) == ("", 0)
    with pytest.raises(Refused):
        actions.change_contact(receipt.link, receipt.pin, rules.Contact(email="x"), "fr", by=PUBLIC, at=noon)


def test_with_the_pin_everything_they_wrote_is_gone_and_that_it_was_raised_is_counted(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    actions.write_again(receipt.link, "More.", by=PUBLIC, at=noon)
    Letter.objects.update(delivered_at=noon, recipient="", words="")
    actions.answer(receipt.reference, "An answer.", by=ana, at=noon)
    actions.note(receipt.reference, "A note.", by=ana, at=noon)
    ConcernPhoto.objects.create(
        concern=Concern.objects.get(), number=1, picture=b"sealed", wide=1, high=1, sent_at=noon
    )
    with pytest.raises(Refused, match="This PIN is not right"):
        actions.erase(receipt.link, "", by=PUBLIC, at=noon)
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon + HOUR)
    row, person = Concern.objects.get(), Person.objects.get()
    assert (row.told, row.grid_lat, row.likeness, row.words_gone_at) == ("", None, None, noon + HOUR)
    assert (row.state, row.category, row.raised_at) == ("answered", "traffic", noon)
    assert (person.contact, person.link, person.pin) == ("", "", "")
    assert (Message.objects.count(), ConcernPhoto.objects.count(), Letter.objects.exclude(words="").count()) == (
        0,
        0,
        0,
    )
    assert told.lines("concern.erased") == [("concern.erased", receipt.reference)]
    for act in (
        lambda: queries.followed(receipt.link, at=noon, viewer=PUBLIC),
        lambda: actions.write_again(receipt.link, "Words.", by=PUBLIC, at=noon),
        lambda: actions.erase(receipt.link, "", by=PUBLIC, at=noon),
        lambda: actions.prove(receipt.link, "", by=PUBLIC, at=noon),
    ):
        with pytest.raises(NotThere):
            act()
    seen = queries.thread(receipt.reference, at=noon, viewer=ana)
    assert (seen.words_gone, seen.told.what, seen.reachable) == (True, "", frozenset())


def test_the_letter_that_confirms_it_is_taken_back_too_where_it_had_not_gone(
    receipt: actions.Receipt, noon: datetime
) -> None:
    assert Letter.objects.get().kind == "concern_received"
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    assert Letter.objects.count() == 0


def under_way(link: str) -> list[tuple[str, str]]:
    """The kinds and the recipients of the letters to somebody that have not gone yet."""
    waiting = Letter.objects.filter(whose=rules.link_digest(link), delivered_at__isnull=True).order_by("pk")
    return [(letter.kind, letter.recipient) for letter in waiting]


def many_under_way(link: str, reference: str, noon: datetime, ana: Actor) -> None:
    """A letter that confirms, one with whom to call, two days' news; what was given up waits as well."""
    digest = rules.link_digest(link)
    said = mail.Mail((), "", "", "", "", "He has a gun and he is shooting right now", False, (), "", ())
    actions.take_mail(mail.reply_key(digest), said, mail_id=link, by=PUBLIC, at=noon)
    for days in (1, 3):
        actions.answer(reference, "An answer.", by=ana, at=noon + days * DAY)
    Letter.objects.filter(whose=digest, kind="concern_received").update(given_up_at=noon + 2 * DAY)


KINDS = ["concern_received", "concern_danger", "concern_news", "concern_news"]


@pytest.mark.parametrize("act", ["erase", "stop", "change"])
def test_every_letter_under_way_is_taken_back_from_whoever_leaves_stops_or_is_reached_elsewhere(
    receipt: actions.Receipt, noon: datetime, ana: Actor, act: str
) -> None:
    many_under_way(receipt.link, receipt.reference, noon, ana)
    other = told.raised(noon)
    assert [kind for kind, _to in under_way(receipt.link)] == KINDS
    gone = Letter.objects.create(
        message_id="<gone@x>", kind="concern_news", created_at=noon, due_at=noon, first_due_at=noon, delivered_at=noon
    )
    if act == "erase":
        actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon + 4 * DAY)
    elif act == "stop":
        actions.stop_letters(receipt.link, by=PUBLIC, at=noon + 4 * DAY)
    else:
        safe = rules.Contact(email="safe@new.example")
        actions.change_contact(receipt.link, receipt.pin, safe, "en", by=PUBLIC, at=noon + 4 * DAY)
    # The day's letter alone follows to the new address.
    assert under_way(receipt.link) == ([("concern_news", "safe@new.example")] if act == "change" else [])
    assert under_way(other.link) == [("concern_received", "rosalind@home.example")]
    assert Letter.objects.filter(pk=gone.pk).count() == 1


def test_who_leaves_no_address_any_more_gets_no_letter_that_was_under_way(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    many_under_way(receipt.link, receipt.reference, noon, ana)
    actions.change_contact(receipt.link, receipt.pin, rules.Contact(), "en", by=PUBLIC, at=noon + 4 * DAY)
    assert under_way(receipt.link) == []


def test_who_joined_and_leaves_takes_every_letter_under_way_along(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    link = told.joined(receipt.reference, noon)
    many_under_way(link, receipt.reference, noon, ana)
    assert [kind for kind, _to in under_way(link)] == KINDS[1:]
    actions.erase(link, "123456", by=PUBLIC, at=noon + 4 * DAY)
    assert under_way(link) == []
    assert [kind for kind, _to in under_way(receipt.link)] == ["concern_received", "concern_news", "concern_news"]


def test_while_a_legal_hold_stands_nothing_is_removed_and_they_are_told(
    receipt: actions.Receipt, noon: datetime
) -> None:
    Concern.objects.update(held=True)
    with pytest.raises(Refused, match="the law asks the service to keep it"):
        actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    assert rules.told_of(Concern.objects.get().told).what == told.WORDS


def test_the_desk_follows_no_private_link(receipt: actions.Receipt, noon: datetime, ana: Actor) -> None:
    with pytest.raises(NotThere):
        queries.followed(receipt.link, at=noon, viewer=ana)
    with pytest.raises(NotThere):
        actions.write_again(receipt.link, "Words.", by=ana, at=noon)


def test_no_line_of_the_ledger_tells_a_word_a_name_a_place_or_the_link(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    actions.write_again(receipt.link, "Secret words.", by=PUBLIC, at=noon)
    actions.close(receipt.reference, "solved", "Secret answer.", by=ana, at=noon)
    judged(receipt.link, noon)
    changed = replace(told.SPOKEN, name="Secret name")
    actions.change_contact(receipt.link, receipt.pin, changed, "en", by=PUBLIC, at=noon)
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    said = " ".join(str(row) for row in LedgerLine.objects.filter(subject_kind="concern").values_list())
    secrets = ("Secret", "Rosalind", "home.example", "43.615", "Millrace", receipt.link)
    assert [secret for secret in secrets if secret in said] == []


@pytest.mark.parametrize(
    ("words", "later", "entries"),
    [
        (" It was worse today. ", timedelta(minutes=9), 1),
        ("It was worse today!", timedelta(minutes=9), 2),
        (" It was worse today. ", timedelta(minutes=10), 2),
    ],
)
def test_the_same_words_pressed_twice_within_ten_minutes_are_one_entry(
    words: str, later: timedelta, entries: int, receipt: actions.Receipt, noon: datetime
) -> None:
    first = actions.write_again(receipt.link, " It was worse today. ", by=PUBLIC, at=noon)
    again = actions.write_again(receipt.link, words, by=PUBLIC, at=noon + later)
    assert (Message.objects.count(), again == first) == (entries, entries == 1)
    assert len(told.lines("concern.written_to")) == entries


def test_the_same_words_of_somebody_else_or_after_an_answer_are_another_entry(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    joiner = told.joined(receipt.reference, noon)
    for link in (receipt.link, joiner, receipt.link):
        actions.write_again(link, "Yes.", by=PUBLIC, at=noon)
    assert Message.objects.count() == 2
    actions.answer(receipt.reference, "Is it at night too?", by=ana, at=noon)
    actions.write_again(receipt.link, "Yes.", by=PUBLIC, at=noon)
    assert Message.objects.filter(kind="person").count() == 3
