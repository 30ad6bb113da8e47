"""Which number a text goes to, at which hours, and what asks for no more of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.concerns import rules
from byname.concerns.rules import Contact, Hours

TORONTO = ZoneInfo("America/Toronto")
EVERY, WEEK, END = frozenset(range(7)), frozenset(range(5)), frozenset({5, 6})


@pytest.mark.parametrize(
    ("phone", "country", "number"),
    [
        ("416 555 0199", "1", "+14165550199"),
        ("(416) 555-0199", "1", "+14165550199"),
        ("1 416 555 0199", "1", "+14165550199"),
        ("+1 416 555 0199", "1", "+14165550199"),
        ("٤١٦ ٥٥٥ ٠١٩٩", "1", "+14165550199"),
        ("555 0199", "1", ""),
        ("011 44 20 7946 0018", "1", "+442079460018"),
        ("+44 20 7946 0018", "1", "+442079460018"),
        ("020 7946 0018", "44", "+442079460018"),
        ("0044 20 7946 0018", "44", "+442079460018"),
        ("", "1", ""),
        ("+", "44", ""),
        ("+0416555019", "1", ""),
    ],
)
def test_a_number_is_written_as_telephone_companies_do(phone: str, country: str, number: str) -> None:
    assert rules.number_to_text(phone, country) == number


@pytest.mark.parametrize(
    ("number", "country", "takes"),
    [
        ("+14165550199", "1", True),
        ("+14169550976", "1", True),
        ("+442079460018", "44", True),
        ("+449760000000", "44", True),
        ("+442079460018", "1", False),
        ("+14165550199", "44", False),
        ("+88213000000", "1", False),
        ("+19005550123", "1", False),
        ("+19765550123", "1", False),
        ("+14169760123", "1", False),
        ("", "1", False),
    ],
)
def test_a_code_goes_to_numbers_of_the_own_country_that_charge_nobody(number: str, country: str, takes: bool) -> None:
    assert rules.takes_codes(number, country) is takes


@pytest.mark.parametrize(
    ("name", "email", "one"),
    [
        ("Rosalind Quennell", "", True),
        ("rosalind  quennéll.", "", True),
        ("Ransome Quennell", "", False),
        ("", "", False),
        ("Rosalind Quennell", "r@home.example", False),
    ],
)
def test_one_number_is_one_persons_where_name_and_address_are_the_same(name: str, email: str, one: bool) -> None:
    first = Contact(name="Rosalind Quennell", phone="416 555 0199")
    assert rules.one_person([first, Contact(name=name, email=email, phone="1 416 555 0199")]) is one
    assert rules.one_person([first])


@given(st.text(max_size=40), st.sampled_from(["1", "44", "351"]))
def test_whatever_is_written_is_one_whole_number_or_none(phone: str, country: str) -> None:
    number = rules.number_to_text(phone, country)
    assert number == "" or (
        number[0] == "+" and number[1:].isascii() and number[1:].isdigit() and 9 <= len(number) <= 16
    )
    assert number == "" or rules.number_to_text(number, country) == number


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("weekdays until noon", Hours(WEEK, 480, 720)),
        ("Weekday mornings.", Hours(WEEK, 480, 720)),
        ("9-17", Hours(EVERY, 540, 1020)),
        ("9:30 – 17:15", Hours(EVERY, 570, 1035)),
        ("9am to 5pm", Hours(EVERY, 540, 1020)),
        ("9 to 5", Hours(EVERY, 540, 1020)),
        ("2-6 pm", Hours(EVERY, 840, 1080)),
        ("10 to 12", Hours(EVERY, 600, 720)),
        ("Sat 2pm to 6pm", Hours(frozenset({5}), 840, 1080)),
        ("Mon-Fri 9:30-12:00", Hours(WEEK, 570, 720)),
        ("on weekends after 6 p.m.", Hours(END, 1080, 1260)),
        ("evenings", Hours(EVERY, 1020, 1260)),
        ("Saturdays", Hours(frozenset({5}), 480, 1260)),
        ("9h-17h", Hours(EVERY, 540, 1020)),
        ("until midnight", Hours(EVERY, 480, 1440)),
        ("Friday to Sunday", Hours(frozenset({4, 5, 6}), 480, 1260)),
    ],
)
def test_plain_words_are_read_as_hours(text: str, hours: Hours) -> None:
    assert (rules.hours_of(text), rules.hours_for_texts(text)) == (hours, hours)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not on weekends",
        "when he is at work",
        "weekdays but not Tuesday",
        "9-11 and 14-16",
        "22-2",
        "25-26",
        "before 13:61",
        "13 pm to 15 pm",
        "13",
        "after 9 pm",
        "ask my sister",
        "أيام الأسبوع",
        "工作日中午之前",
    ],
)
def test_what_is_not_plain_is_read_as_nothing_and_the_day_stands_for_it(text: str) -> None:
    assert (rules.hours_of(text), rules.hours_for_texts(text)) == (None, rules.DAY_HOURS)


@given(st.text(max_size=200))
def test_whatever_is_written_has_hours_of_some_day(text: str) -> None:
    hours = rules.hours_for_texts(text)
    assert hours.days
    assert 0 <= hours.first < hours.end <= 24 * 60


@pytest.mark.parametrize(
    ("due", "safe_hours", "goes"),
    [
        ((2026, 11, 23, 12, 0), "", (2026, 11, 23, 12, 0)),
        ((2026, 11, 23, 7, 59), "", (2026, 11, 23, 8, 0)),
        ((2026, 11, 23, 20, 59), "", (2026, 11, 23, 20, 59)),
        ((2026, 11, 23, 21, 0), "", (2026, 11, 24, 8, 0)),
        ((2026, 11, 23, 12, 0), "weekdays until noon", (2026, 11, 24, 8, 0)),
        ((2026, 11, 27, 12, 0), "weekdays until noon", (2026, 11, 30, 8, 0)),
        ((2026, 11, 27, 12, 0), "Fri 9-12", (2026, 12, 4, 9, 0)),
        # The night the clocks go back: eight by the clock is eight by the clock.
        ((2026, 10, 31, 23, 0), "", (2026, 11, 1, 8, 0)),
    ],
)
def test_a_text_waits_for_an_hour_that_is_safe(due: tuple[int, ...], safe_hours: str, goes: tuple[int, ...]) -> None:
    moment = datetime(*due, tzinfo=TORONTO).astimezone(UTC)  # type: ignore[arg-type,misc]
    said = rules.text_due(moment, safe_hours, TORONTO).astimezone(TORONTO)
    assert (said.year, said.month, said.day, said.hour, said.minute) == goes


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.sampled_from(["", "9-17", "weekdays until noon", "Sat 2pm to 6pm", "until midnight", "nobody knows"]),
)
def test_no_text_is_early_or_at_an_hour_that_is_not_safe(due: datetime, safe_hours: str) -> None:
    moment = due.replace(tzinfo=UTC)
    said = rules.text_due(moment, safe_hours, TORONTO)
    local, hours = said.astimezone(TORONTO), rules.hours_for_texts(safe_hours)
    assert moment <= said <= moment + timedelta(days=8)
    assert local.weekday() in hours.days
    assert hours.first <= local.hour * 60 + local.minute < hours.end


@pytest.mark.parametrize(
    "words",
    [
        "STOP",
        " stop. ",
        "Stop all",
        "ARRET",
        "Arrêt!",
        "PARAR",
        "停止",
        "退订",
        "退訂",
        "بند کرو",
        "நிறுத்து",
        "Ihinto",
        "ＳＴＯＰ",
    ],
)
def test_no_more_is_understood_in_every_language(words: str) -> None:
    assert rules.stops(words) is True


@pytest.mark.parametrize("words", ["", "please stop the cars", "they do not stop", "STOP STOP", "no", "ok", "the end"])
def test_what_says_more_than_that_is_a_message(words: str) -> None:
    assert rules.stops(words) is False


def test_a_confirmation_holds_sixty_days_and_not_a_moment_longer(noon: datetime) -> None:
    days = timedelta(days=60)
    assert rules.phone_standing(None, noon) == "unconfirmed"
    assert rules.phone_standing(noon, noon + days - timedelta(seconds=1)) == "confirmed"
    assert rules.phone_standing(noon, noon + days) == "lapsed"


@pytest.mark.parametrize(
    ("contact", "way"),
    [
        (Contact(phone="416 555 0199", by_text=True), ("text", "+14165550199")),
        (Contact(phone="416 555 0199"), ("mail", "")),
        (Contact(phone="416 555 0199", by_text=True, never_phone=True), ("mail", "")),
        (Contact(phone="416 555 0199", by_text=True, email="r@home.example"), ("mail", "r@home.example")),
        (Contact(phone="555 0199", by_text=True), ("text", "")),
        (Contact(), ("mail", "")),
    ],
)
def test_a_text_goes_to_whoever_asked_for_it_and_no_letter_can_go(
    contact: Contact, way: tuple[str, str], noon: datetime
) -> None:
    assert rules.way_to(contact, confirmed_at=noon, country="1", at=noon) == way
    late = noon + timedelta(days=61)
    assert rules.way_to(contact, confirmed_at=noon, country="1", at=late) == ("mail", contact.email)
    assert rules.way_to(contact, confirmed_at=None, country="1", at=noon) == ("mail", contact.email)
