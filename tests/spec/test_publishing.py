"""What may be published of a concern, and what a quarter's figures tell: nobody, and no count under five."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.concerns import rules
from byname.vocabulary import Refused
from tests.spec.tables import refused, rule

WROTE = "Every weekday at eight cars race past the crossing at the mill. I am afraid for my two children."
THEIRS = rules.Theirs(written=(WROTE,), names=("Rosalind Quennell",), place="12 Millrace Lane")


def taken_out(found: str, kind: str) -> Refused:
    return refused(f"Take out “{found}”: it looks like {kind}. Everybody will be able to read this.")


def not_own(words: str) -> Refused:
    return refused(f"“{words}” stands so in what the person wrote. Say it in your own words.")


@rule(
    "A public wording is an officer's own words. It holds no name, plate, phone, e-mail address, link, door, "
    "accusation or looks of anybody, and no five words in a row of what the person wrote. Officers of the team, places "
    f"and streets may be named. (Here the person is Rosalind Quennell of 12 Millrace Lane, who wrote: “{WROTE}”)",
    columns=("the officer writes", "answer"),
    rows=[
        ("Speeding on the school stretch, weekday mornings", "may be published"),
        ("Cars go too fast at the crossing by the mill", "may be published"),
        ("Constable Ana Duarte measured 30 cars an hour on Mill Lane", "may be published"),
        ("Two bikes stolen at Grace Street and College", "may be published"),
        (" ", refused("Say in a few words of your own what it is.")),
        ("Cars race past the crossing", not_own("Cars race past the crossing")),
        ("CARS race, past the... crossing!", not_own("CARS race, past the... crossing")),
        ("Somebody is afraid for my two children", not_own("afraid for my two children")),
        ("Asked for by Rosalind", taken_out("Rosalind", "somebody’s name")),
        ("thanks to rosalind for counting", taken_out("rosalind", "somebody’s name")),
        ("Mr. Khan parks on the sidewalk", taken_out("Khan", "somebody’s name")),
        ("Write to mill@home.example", taken_out("mill@home.example", "an e-mail address")),
        ("Ring 416 555 0199", taken_out("416 555 0199", "a phone number")),
        ("Ring 4165550199", taken_out("4165550199", "a phone number")),
        ("A blue van, plate ABCD 123", taken_out("ABCD 123", "a plate")),
        ("See www.mill.example/speed", taken_out("www.mill.example/speed", "a link")),
        ("See bit.ly/speed", taken_out("bit.ly/speed", "a link")),
        ("Noise at 7 Mill Lane", taken_out("7 Mill Lane", "where somebody lives")),
        ("Noise at 12 Millrace", taken_out("12 Millrace", "where somebody lives")),
        ("Noise at forty-two Elm Street", taken_out("forty-two Elm Street", "where somebody lives")),
        ("Thirty broken street lights on Mill Lane", "may be published"),
        ("Noise from apartment 12", taken_out("apartment 12", "where somebody lives")),
        ("Bruit au 12, rue du Moulin", taken_out("12, rue d", "where somebody lives")),
        ("Bruit au quarante-deux rue du Moulin", taken_out("quarante-deux rue d", "where somebody lives")),
        ("Ruido en calle Mayor cuarenta y dos", taken_out("calle Mayor cuarenta y dos", "where somebody lives")),
        ("The neighbour sells drugs", taken_out("neighbour sells drugs", "that somebody did wrong")),
        ("Young black men at the corner", taken_out("black men", "what somebody looks like")),
    ],
)
def test_what_a_public_wording_may_say(words: str) -> str:
    rules.worded(rules.Draft(words, "", "traffic", placed=True), theirs=THEIRS, known=["Ana Duarte", "Mill"])
    return "may be published"


@rule(
    "A wording has a place only where the person told one, and never where the words speak of violence at home.",
    columns=("how the place was told", "dangers its words speak of", "it may have a place"),
    rows=[
        ("address", "", True),
        ("point", "now crisis", True),
        ("area", "", False),
        ("untold", "", False),
        ("address", "home", False),
        ("point", "now home", False),
    ],
)
def test_whether_a_wording_has_a_place(place_kind: str, danger: str) -> bool:
    return rules.place_may_be_told(place_kind, danger)


@rule(
    "A quarter is published 35 days after it ended.",
    columns=("on", "the quarter that is due begins"),
    rows=[
        (date(2026, 11, 4), date(2026, 4, 1)),
        (date(2026, 11, 5), date(2026, 7, 1)),
        (date(2027, 2, 4), date(2026, 7, 1)),
        (date(2027, 2, 5), date(2026, 10, 1)),
    ],
)
def test_the_quarter_that_is_due(on: date) -> date:
    return rules.due_quarter(on)


def counted(text: str) -> dict[str, rules.Counted]:
    """Areas, written "mill 20 3 0 asked 9 4 1 silent 7; ring …": in time, late, unanswered; yes, partly, no; silent."""
    found = {}
    for part in text.split(";"):
        area, *rest = part.split()
        numbers = [int(word) for word in rest if word.isdecimal()] + [0] * 7
        said = rules.Verdicts(*numbers[3:6])
        found[area] = rules.Counted(*numbers[:3], numbers[6], said, said)
    return found


def told(figures: rules.Figures) -> str:
    said = [f"{figures.raised} raised"]
    said += [] if figures.in_time is None else [f"{figures.in_time} in time"]
    said += ["all but a few in time"] if figures.all_but_few_in_time else []
    said += [] if figures.answered is None else [f"{figures.answered} answered"]
    said += [] if figures.asked is None else [f"{figures.asked} asked"]
    said += [] if figures.replied is None else [f"{figures.replied} replied"]
    answers = (("yes", figures.answered_yes), ("partly", figures.answered_partly), ("no", figures.answered_no))
    return ", ".join(said + [f"{count} {word}" for word, count in answers if count is not None])


@rule(
    "A quarter's figures hold no count under five, and none can be worked out by subtraction, also by somebody who "
    "knows this rule. Areas with fewer than five concerns are told in one sum. Areas are written: in time, late, "
    "unanswered; then who said yes, partly, no; then who said nothing.",
    columns=("counted in a quarter", "published"),
    rows=[
        (
            "mill 20 6 5 asked 9 5 6 silent 20",
            ("mill: 31 raised, 20 in time, 26 answered, 40 asked, 20 replied, 9 yes, 5 partly, 6 no",),
        ),
        # Two late ones and none unanswered: that they are few may be said, how many may not.
        ("mill 38 2 0", ("mill: 40 raised, all but a few in time",)),
        ("mill 9 0 0", ("mill: 9 raised",)),
        ("mill 10 0 0", ("mill: 10 raised, all but a few in time",)),
        ("mill 20 9 1", ("mill: 30 raised, 20 in time",)),
        ("mill 9 9 9 asked 9 1 0 silent 20", ("mill: 27 raised, 9 in time, 18 answered, 30 asked, 10 replied",)),
        ("mill 9 9 9 asked 9 2 3 silent 20", ("mill: 27 raised, 9 in time, 18 answered, 34 asked, 14 replied, 9 yes",)),
        # Four did not reply: nothing of what the others said, or forty less thirty-six would tell of them.
        ("mill 9 9 9 asked 12 12 12 silent 4", ("mill: 27 raised, 9 in time, 18 answered, 40 asked",)),
        ("mill 4 0 0", ()),
        ("mill 3 0 0; ring 2 0 0", ("together: 5 raised",)),
        ("mill 3 0 0; ring 20 6 5", ("together: 34 raised, 23 in time, 29 answered",)),
        ("mill 3 0 0; quay 2 0 0; ring 9 9 9", ("ring: 27 raised, 9 in time, 18 answered", "together: 5 raised")),
        # Of two that are alike neither may be chosen: that would tell that the other is no smaller.
        ("mill 4 0 0; quay 6 0 0; ring 6 0 0", ("together: 16 raised, all but a few in time",)),
    ],
)
def test_what_a_quarter_tells(text: str) -> tuple[str, ...]:
    found = rules.published_figures(counted(text))
    return tuple(
        f"{area or 'together'}: {told(row)}"
        for area, row in sorted(found.items(), key=lambda pair: pair[0] or "together")
    )


EMAILS = st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{2,9}\.(com|ca|org)", fullmatch=True)
PHONES = st.from_regex(
    r"(416|647|905)[-. ]?[2-9][0-9]{2}[-. ]?[0-9]{4}|\+1 416[ -]?[0-9]{3}[ -]?[0-9]{4}", fullmatch=True
)
PLATES = st.from_regex(r"[A-Z]{4}[ -]?[0-9]{3}", fullmatch=True)
LINKS = st.from_regex(r"https?://[a-z]{2,9}\.(com|ca)/[a-z]{1,5}|www\.[a-z]{2,9}\.[a-z]{2,3}", fullmatch=True)
AROUND = st.text(st.characters(codec="utf-8", categories=("L", "Nd", "P", "Zs", "Cf")), max_size=40)


@given(AROUND, st.one_of(EMAILS, PHONES, PLATES.map(lambda plate: f"plate {plate}"), LINKS), AROUND, st.booleans())
def test_no_wording_passes_with_an_address_a_number_a_plate_or_a_link_in_it(
    before: str, planted: str, after: str, in_done: bool
) -> None:
    text = f"{before} {planted} {after}"
    draft = (
        rules.Draft("Speeding", text, "traffic", placed=True)
        if in_done
        else rules.Draft(text, "", "traffic", placed=True)
    )
    with pytest.raises(Refused) as no:
        rules.worded(draft, theirs=rules.Theirs())
    assert no.value.field == ("done" if in_done else "words")


@given(st.lists(st.from_regex(r"[a-z]{2,9}", fullmatch=True), min_size=5, max_size=12), st.data())
def test_no_wording_passes_with_five_words_in_a_row_of_theirs(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words) - 5))
    copied = data.draw(st.sampled_from([str.upper, str.title, str.lower]))(" ".join(words[first : first + 5]))
    theirs = rules.Theirs(written=(". ".join(words),))
    for text in (copied, f"So it is: {copied} again"):
        with pytest.raises(Refused):
            rules.worded(rules.Draft(text, "", "noise", placed=False), theirs=theirs)


@given(st.text(max_size=220), st.text(max_size=620))
def test_what_passes_is_shown_as_it_was_read_and_any_text_gets_an_answer(words: str, done: str) -> None:
    draft = rules.Draft(words, done, "noise", placed=False)
    try:
        passed = rules.worded(draft, theirs=THEIRS)
    except Refused:
        return
    assert rules.worded(rules.Draft(*passed, "noise", placed=False), theirs=THEIRS) == passed
    assert "\n" not in passed[0]
