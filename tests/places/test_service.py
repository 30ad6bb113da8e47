"""The service's own facts come in a file: checked, replaced, legible."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from byname.ledger import queries as ledger
from byname.places import actions
from byname.places import queries as places
from byname.places.rules import service as rules
from byname.places.sources import service_toml
from byname.vocabulary import PUBLIC, Refused
from tests.conftest import ROOT
from tests.places import town

SMALL = """
[service]
name = "Example Police Service"
city = "Example"
brand = "#1F4E79"
brand_dark = "#8fc1ee"
languages = ["en", "fr"]

[[line]]
key = "emergency"
number = "911"
shown = "911"
answers_in = "many"
facts = { always_open = true }

[[line]]
key = "non_emergency"
number = "+14165550100"
shown = "416-555-0100"
answers_in = ["en", "fr"]
"""


def bring(text: str = SMALL) -> actions.Receipt:
    return actions.bring_service(text.encode(), file_name="service.toml", by=town.BY, at=town.AT)


def refusal(text: str) -> str:
    with pytest.raises(Refused) as no:
        rules.profile(tomllib.loads(text))
    return no.value.sentence


@pytest.mark.django_db
def test_before_a_service_is_brought_everything_is_empty() -> None:
    assert places.service_profile(viewer=PUBLIC) == places.ServiceProfile()


@pytest.mark.django_db
def test_a_service_is_brought_in_with_its_lines() -> None:
    assert bring().told == ("Brought in service.toml: Example Police Service, 2 lines.",)
    assert places.service_profile(viewer=PUBLIC) == places.ServiceProfile(
        name="Example Police Service",
        city="Example",
        demo=False,
        brand="#1f4e79",
        brand_dark="#8fc1ee",
        languages=("en", "fr"),
        lines=(
            places.ServiceLine("emergency", "911", "911", "many", {"always_open": True}),
            places.ServiceLine("non_emergency", "+14165550100", "416-555-0100", ("en", "fr"), {}),
        ),
    )


@pytest.mark.django_db
def test_the_same_service_again_changes_nothing_and_another_replaces_it() -> None:
    bring()
    before = ledger.public_versions(viewer=PUBLIC)
    assert (bring().changed, ledger.public_versions(viewer=PUBLIC)) == (False, before)
    assert bring(SMALL.replace("416-555-0100", "416 555 0100")).changed is True
    assert places.service_profile(viewer=PUBLIC).lines[1].shown == "416 555 0100"
    assert ledger.public_versions(viewer=PUBLIC)["everything"] == before["everything"] + 1


@pytest.mark.django_db
def test_another_time_zone_than_the_one_in_force_is_told() -> None:
    receipt = bring(SMALL.replace('city = "Example"', 'city = "Example"\ntime_zone = "Europe/Paris"'))
    assert receipt.told[1].startswith("Look at this: the file says Europe/Paris, but byname runs in ")


@pytest.mark.django_db
def test_the_demonstrations_service_is_one() -> None:
    actions.bring_service(
        (ROOT / "data/demo/service.toml").read_bytes(), file_name="service.toml", by=town.BY, at=town.AT
    )
    found = places.service_profile(viewer=PUBLIC)
    assert (found.demo, [line.key for line in found.lines]) == (True, list(rules.LINES))


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"\xff", b"= 3", b"a = " + b"[" * 5000, b"x" * (1 << 20) + b"xx"])
def test_what_is_no_toml_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        actions.bring_service(content, file_name="service.toml", by=town.BY, at=town.AT)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[service]", "[Service]", "The file has a part called 'Service'; byname knows [service] and [[line]]."),
        ('name = "Example Police Service"', "name = 3", "name of [service] is a text in quotes of up to 120 letters."),
        ('city = "Example"', 'city = " "', "city of [service] is a text in quotes of up to 80 letters."),
        ('city = "Example"', 'city = "Example"\nmotto = "x"',
         ("byname does not know 'motto' in [service]; it knows brand, brand_dark, city, demo, languages, name, "
         "time_zone.")),
        ('city = "Example"', 'city = "Example"\ndemo = "yes"', "demo is true or false."),
        ('"#1F4E79"', '"blue"', 'brand is a colour such as "#1f4e79".'),
        ('"#1F4E79"', '"#8fc1ee"',
         ("brand #8fc1ee is hard to read on the light page: its contrast is 1.8, and at least 4.5 is needed. Choose a "
         "darker colour.")),
        ('"#8fc1ee"', '"#1f4e79"',
         ("brand_dark #1f4e79 is hard to read on the dark page: its contrast is 2.1, and at least 4.5 is needed. "
         "Choose a lighter colour.")),
        ('["en", "fr"]\n\n', '"en"\n\n', 'languages is a list of language codes such as ["en", "fr"].'),
        ('"emergency"', '"urgent"',
         ("Line 1 has the key 'urgent'; it is one of emergency, non_emergency, city, community_help, community_crisis, "
         "suicide_crisis, violence_at_home, crime_stoppers.")),
        ('"non_emergency"', '"emergency"', "The line emergency stands there twice."),
        ('key = "emergency"', 'key = "city"', "There is no emergency line: nobody may be left without one."),
        ('number = "911"', "number = 911",
         'The number of the line emergency is written in quotes, digits only, such as "911" or "+14165550100".'),
        ('shown = "911"', "", "shown of the line emergency is a text in quotes of up to 40 letters."),
        ('answers_in = "many"', 'answers_in = "all"',
         'answers_in is a list of language codes such as ["en", "fr"], or the word "many".'),
        ("{ always_open = true }", "{ always_open = [1] }",
         "The fact always_open of the line emergency is a short word with true, a number or a short text."),
        ("[[line]]", "[line]", None),
    ],
)  # fmt: skip
def test_each_fact_of_a_service_is_checked(old: str, new: str, sentence: str | None) -> None:
    changed = SMALL.replace(old, new, 1)
    assert changed != SMALL
    if sentence is None:
        with pytest.raises(tomllib.TOMLDecodeError):
            tomllib.loads(changed)
    else:
        assert refusal(changed) == sentence


def test_a_number_of_thousands_of_digits_is_no_toml() -> None:
    with pytest.raises(Refused, match="The file is not TOML: "):
        service_toml.profile(f"demo = {'9' * 5000}\n{SMALL}".encode())


def test_contrast_is_reckoned_as_wcag_does() -> None:
    # The ends of the scale, and the grey whose contrast on white is published as the first to pass: #767676, 4.54.
    found = [round(rules.contrast(colour, "#ffffff"), 2) for colour in ("#000000", "#ffffff", "#767676")]
    assert found == [21.0, 1.0, 4.54]


def test_the_papers_are_those_of_the_pages() -> None:
    tokens = (ROOT / "src/byname/interfaces/public/static/public/css/tokens.css").read_text()
    assert re.findall(r"--paper: (#\w+);", tokens) == [rules.PAPERS["brand"], rules.PAPERS["brand_dark"]]


def test_a_profile_is_kept_as_plain_values() -> None:
    kept: dict[str, Any] = rules.profile(tomllib.loads(SMALL)).kept()
    assert (kept["name"], kept["languages"], kept["lines"][1]["answers_in"]) == (
        "Example Police Service", ["en", "fr"], ["en", "fr"],
    )  # fmt: skip
