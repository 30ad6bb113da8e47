"""How a service hears concerns is read from a file: each part checked, and nothing ever but a profile or a refusal."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.concerns import rules
from byname.concerns.rules.profile import KINDS
from byname.interfaces.jobs.bring import KINDS as BROUGHT
from byname.places.rules.service import LINES
from byname.vocabulary import Refused
from tests.conftest import ROOT

LANGUAGES: Final = {"en", "fr", "zh-hans", "zh-hant", "pt", "ta", "ur", "es", "tl"}
OWN: Final = rules.default_profile()
DEMO: Final = rules.read_profile((ROOT / "data/demo/concerns.toml").read_bytes())

PARTS: Final = "[promise], [danger], [[complaint]], [[category]] and [[template]]"
SMALL: Final = """
[promise]
hours = 48
open_days = ["mon", "tue"]
closed_on = [2026-12-25]

[danger]
read_at_all_hours = true

[[complaint]]
names = { en = "Complaints Office", fr = "Bureau des plaintes" }
advice = { en = "How an officer behaved." }
url = "https://example.org/complaints"
phone = "416-555-0100"

[[category]]
code = "about-us"
kind = "complaint"
names = { en = "About us" }

[[category]]
code = "beach"
kind = "ours"
names = { en = "The beach", fr = "La plage" }
advice = { en = "Which end of it?" }
lines = ["city"]
"""


def read(text: str) -> rules.Profile:
    return rules.read_profile(text.encode())


def refusal(text: str) -> str:
    with pytest.raises(Refused) as no:
        read(text)
    return no.value.sentence


def test_a_file_is_read_whole() -> None:
    assert read(SMALL) == rules.Profile(
        categories=(
            rules.Category("about-us", "complaint", {"en": "About us"}, {}),
            rules.Category(
                "beach", "ours", {"en": "The beach", "fr": "La plage"}, {"en": "Which end of it?"}, ("city",)
            ),
        ),
        hours=48,
        open_days=frozenset({0, 1}),
        closed_on=frozenset({date(2026, 12, 25)}),
        read_at_all_hours=True,
        offices=(
            rules.Office(
                {"en": "Complaints Office", "fr": "Bureau des plaintes"},
                {"en": "How an officer behaved."},
                "https://example.org/complaints",
                "416-555-0100",
            ),
        ),
    )


def test_words_without_a_translation_are_the_original() -> None:
    profile = read(SMALL)
    beach, office = profile.raisable["beach"], profile.offices[0]
    assert (beach.name("fr"), beach.name("ur"), beach.advised("fr")) == ("La plage", "The beach", "Which end of it?")
    assert (office.name("fr"), office.name("ta"), office.advised("ta"), office.number) == (
        "Bureau des plaintes", "Complaints Office", "How an officer behaved.", "4165550100",
    )  # fmt: skip
    assert profile.complaint.advised("fr") == ""


def test_blanks_are_made_plain_but_for_those_that_hold_words_together() -> None:
    profile = read(SMALL.replace("La plage", " La\\n  plage\\u00a0:\\u001f ici\\u2028"))
    assert profile.raisable["beach"].name("fr") == "La plage\u00a0: ici"


def test_an_empty_file_has_all_of_byname_s_own() -> None:
    assert read("") == OWN


def test_a_known_category_without_names_stands_in_byname_s_own_words() -> None:
    found = read('[[category]]\ncode = "about-an-officer"\n[[category]]\ncode = "traffic"\nlines = ["city"]\n').raisable
    assert (found["traffic"].names, found["traffic"].lines) == (OWN.raisable["traffic"].names, ("city",))


def test_a_known_category_with_names_stands_alone() -> None:
    found = read(SMALL.replace('code = "beach"', 'code = "noise"').replace('lines = ["city"]', "")).raisable["noise"]
    assert (found.kind, found.names, found.lines) == ("ours", {"en": "The beach", "fr": "La plage"}, ())


def test_the_complaint_cannot_be_raised() -> None:
    assert list(read(SMALL).raisable) == ["beach"]


def test_what_could_be_raised_before_keeps_its_name() -> None:
    first, second = read(SMALL), read(SMALL.replace('"beach"', '"harbour"').replace("The beach", "The harbour"))
    now = rules.in_place_of(first, second)
    assert (list(now.raisable), [each.code for each in now.retired]) == (["harbour"], ["beach"])
    kept = now.category("beach")
    assert kept is not None
    assert kept.name("fr") == "La plage"
    back = rules.in_place_of(now, first)
    assert (list(back.raisable), [each.code for each in back.retired]) == (["beach"], ["harbour"])
    assert now.category("lake") is None


@pytest.mark.parametrize("profile", [OWN, DEMO, read(SMALL), rules.in_place_of(OWN, read(SMALL))])
def test_what_is_kept_is_read_back(profile: rules.Profile) -> None:
    assert rules.profile_from_kept(rules.profile_to_keep(profile)) == profile


@pytest.mark.parametrize("profile", [OWN, DEMO])
def test_byname_s_own_words_stand_in_every_language(profile: rules.Profile) -> None:
    told = [("names", each.code, each.names) for each in profile.categories]
    told += [("advice", each.code, each.advice) for each in profile.categories[1:-1]]
    told += [(name, "office", words) for each in profile.offices for name, words in
             (("names", each.names), ("advice", each.advice))]  # fmt: skip
    assert {(name, code): set(words) for name, code, words in told} == {
        (name, code): LANGUAGES for name, code, _ in told
    }


def test_a_number_to_call_stands_in_every_translation() -> None:
    for profile in (OWN, DEMO):
        for each in profile.categories:
            numbers = {language: re.findall("[0-9]+", text) for language, text in each.advice.items()}
            assert numbers == dict.fromkeys(numbers, numbers.get("en", []))


def test_the_demonstration_s_service_tells_where_complaints_go() -> None:
    assert [(each.url, each.number) for each in DEMO.offices] == [
        ("https://leca.ca", "18774114773"), ("https://www.iopontario.ca", ""),
    ]  # fmt: skip
    assert (DEMO.complaint.lines, OWN.complaint.lines) == ((), ("non_emergency",))
    assert DEMO.categories[1:] == OWN.categories[1:]


def test_the_template_can_be_brought() -> None:
    found = read(BROUGHT["concerns"].template)
    assert list(found.raisable) == ["traffic", "beach", "other"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[promise]", "[promises]",
         f"The file has a part called 'promises'; byname knows {PARTS}."),
        ("hours = 48", "days = 2",
         "byname does not know 'days' in [promise]; it knows closed_on, hours, open_days."),
        ("hours = 48", "hours = 48.5", "[promise] hours is a whole number."),
        ("hours = 48", "hours = true", "[promise] hours is a whole number."),
        ("hours = 48", "hours = 0", "An answer is promised within 1 to 720 hours."),
        ('["mon", "tue"]', '["Monday"]', "[promise] open_days is a list of mon, tue, wed, thu, fri, sat, sun."),
        ('["mon", "tue"]', '[["mon"]]', "[promise] open_days is a list of mon, tue, wed, thu, fri, sat, sun."),
        ('["mon", "tue"]', "[]", "At least one day of the week counts."),
        ("[2026-12-25]", '["2026-12-25"]',
         "[promise] closed_on is a list of days, such as 2026-12-25, without quotes."),
        ("[2026-12-25]", "[2026-12-25T00:00:00]",
         "[promise] closed_on is a list of days, such as 2026-12-25, without quotes."),
        ("[2026-12-25]", str(["2026-12-25"] * 61).replace("'", ""),
         "[promise] closed_on has at most 60 days: the holidays of some years to come."),
        ("read_at_all_hours = true", 'read_at_all_hours = "yes"', "[danger] read_at_all_hours is true or false."),
        ("https://example.org/complaints", "http://example.org",
         "The url of complaint 1 is an address such as https://example.org/complaints."),
        ("https://example.org/complaints", "javascript:alert(1)",
         "The url of complaint 1 is an address such as https://example.org/complaints."),
        ("416-555-0100", "1-800-222-TIPS", 'The phone of complaint 1 is written in quotes, such as "416-555-0100".'),
        ('url = "https://example.org/complaints"\nphone = "416-555-0100"', "",
         "Complaint 1 has neither url nor phone: nobody could reach it."),
        ('{ en = "How an officer behaved." }', "{}",
         "Complaint 1 says in English, at least, what the office is called and what it is for."),
        ('kind = "ours"', 'kind = "mine"', "The kind of the category beach is one of ours, door, complaint."),
        ('kind = "ours"', 'kind = "door"', "No category is the team's own."),
        ('kind = "ours"', 'kind = "complaint"', "The first category, and no other, is the complaint about an officer."),
        ('kind = "complaint"', "", "The first category, and no other, is the complaint about an officer."),
        ('code = "beach"', 'code = "about-us"', "The category about-us stands there twice."),
        ('code = "beach"', 'code = "The Beach"',
         "The code of a category is a short word of small letters, digits and hyphens."),
        ('en = "The beach", ', "",
         "The category beach needs its words in English, which stand wherever a translation is missing."),
        ("The beach", "x" * 81, "Write the names of the category beach in en as plain text of 1 to 80 characters."),
        ("The beach", "<b>", "Write the names of the category beach in en as plain text of 1 to 80 characters."),
        ("The beach", "\\u202ehcaeb",
         "Write the names of the category beach in en as plain text of 1 to 80 characters."),
        ("The beach", "\\u0000", "Write the names of the category beach in en as plain text of 1 to 80 characters."),
        ("fr = \"La plage\"", "French = \"La plage\"",
         "Write the names of the category beach by language, with codes such as en, fr or zh-hans."),
        ('{ en = "Which end of it?" }', '"Which end?"',
         'Write the advice of the category beach by language: { en = "…" }.'),
        ('lines = ["city"]', 'lines = ["town"]',
         f'The lines of the category beach are a list such as ["city"], of {", ".join(LINES)}.'),
        ('lines = ["city"]', 'colour = "blue"',
         "The category beach has 'colour'; byname knows code, kind, names, advice and lines."),
    ],
)  # fmt: skip
def test_each_part_is_checked(old: str, new: str, sentence: str) -> None:
    changed = SMALL.replace(old, new)
    assert changed != SMALL
    assert refusal(changed) == sentence


def test_more_categories_than_anybody_reads_are_refused() -> None:
    many = "".join(f'[[category]]\ncode = "c{number}"\nnames.en = "x"\n' for number in range(41))
    assert refusal(many) == "There are more than 40 [[category]]."


@pytest.mark.parametrize(
    "content",
    [b"\xff", b"= 3", b"a = " + b"[" * 5000, b"x" * (1 << 20) + b"xx", b"a = " + b"9" * 5000, b"a = 2026-02-30"],
)
def test_what_is_no_toml_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        rules.read_profile(content)


VALUES = st.recursive(
    st.one_of(
        st.text(max_size=6),
        st.integers(-(10**20), 10**20),
        st.booleans(),
        st.floats(allow_nan=True),
        st.sampled_from(["mon", "en", "city", "complaint", "ours", "beach", "https://a.bc", "about-an-officer"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["en", "code", "kind", "names", "hours"]) | st.text(max_size=4), inner),
    ),
    max_leaves=6,
)
KNOWN = st.sampled_from(["code", "kind", "names", "advice", "lines", "url", "phone", "hours", "open_days", "closed_on"])
TABLES = st.dictionaries(KNOWN, VALUES, max_size=5)
FILES = st.dictionaries(
    st.sampled_from(["promise", "danger", "complaint", "category"]), st.one_of(VALUES, TABLES, st.lists(TABLES))
)


def toml(value: Any) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(sign):08x}" for sign in value) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(name)} = {toml(inner)}" for name, inner in value.items()) + "}"
    return repr(value)


@given(FILES)
def test_a_file_of_anything_is_a_profile_or_a_refusal(said: dict[str, Any]) -> None:
    text = "\n".join(f"{toml(name)} = {toml(value)}" for name, value in said.items())
    try:
        found = read(text)
    except Refused:
        return
    assert tomllib.loads(text) is not None
    assert rules.profile_from_kept(rules.profile_to_keep(found)) == found


@given(st.binary(max_size=200))
def test_any_bytes_are_a_profile_or_a_refusal(content: bytes) -> None:
    try:
        rules.read_profile(content)
    except Refused:
        return


@given(
    hours=st.integers(600, 720),
    on=st.dates(date(2020, 1, 1), date(2090, 1, 1)),
    others=st.sets(st.integers(1, 6), max_size=1),
    zone=st.sampled_from(["America/Toronto", "UTC", "Australia/Lord_Howe"]),
)
def test_every_promise_a_file_can_make_falls_due(hours: int, on: date, others: set[int], zone: str) -> None:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    open_days = [days[(on.weekday() + after) % 7] for after in sorted({0} | others)]
    closed = ", ".join((on + timedelta(days=7 * number)).isoformat() for number in range(60))
    profile = read(f"[promise]\nhours = {hours}\nopen_days = {toml(open_days)}\nclosed_on = [{closed}]")
    raised = datetime.combine(on, time(12), UTC)
    assert timedelta(hours=hours) < rules.due_at(raised, profile.promise(ZoneInfo(zone))) - raised


def test_the_kinds_are_those_the_pages_know() -> None:
    assert KINDS == ("ours", "door", "complaint")


TEMPLATED: Final = (
    SMALL
    + """
[[template]]
code = "radar"
category = "beach"
names = { en = "The radar", fr = "Le radar" }
words = { en = "The radar stood at «…».", fr = "Le radar était à «…»." }
"""
)


def test_a_service_s_templates_are_kept_as_they_were_brought_and_stand_once() -> None:
    (template,) = read(TEMPLATED).templates
    assert template == rules.Template(
        "radar",
        {"en": "The radar", "fr": "Le radar"},
        {"en": "The radar stood at «…».", "fr": "Le radar était à «…»."},
        "beach",
    )
    assert rules.profile_from_kept(rules.profile_to_keep(read(TEMPLATED))).templates == (template,)
    twice = TEMPLATED + '\n[[template]]\ncode = "radar"\nnames = { en = "A" }\nwords = { en = "B «…»" }\n'
    assert refusal(twice) == "The template radar stands there twice."
    assert rules.default_profile().templates == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('code = "radar"', 'code = "The radar"',
         "The code of a template is a short word of small letters, digits and hyphens."),
        ('category = "beach"', 'category = "moon"', "The template radar is for a category that is not in the file."),
        ('category = "beach"', "category = [1]", "The template radar is for a category that is not in the file."),
        ('category = "beach"', 'colour = "blue"',
         "The template radar has 'colour'; byname knows code, category, names and words."),
        ('{ en = "The radar", fr', '{ es = "El radar", fr',
         "The template radar needs its name and its words in English, at least."),
        ("The radar stood at «…».", "x" * 1501,
         "Write the words of the template radar in en as plain text of 1 to 1500 characters."),
        ("[[template]]", "[template]", "Each template is written as [[template]], in double brackets."),
    ],
)  # fmt: skip
def test_each_part_of_a_template_is_checked(old: str, new: str, sentence: str) -> None:
    changed = TEMPLATED.replace(old, new)
    assert changed != TEMPLATED
    assert refusal(changed) == sentence
