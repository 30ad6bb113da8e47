"""Who is not heard, in words: pictures with their tables, and the questions they leave."""

from __future__ import annotations

from typing import Final

from byname.concerns import queries, rules
from byname.interfaces.desk import charts, telling
from byname.interfaces.desk.findings import Figure, Table

_SHOWN: Final = 12
_ASKED_OF_EACH: Final = 3
_FEW: Final = f"fewer than {rules.FEWEST}"
_ENOUGH: Final = 50
"""Below this many concerns in a year, that a way is hardly used says nothing."""
_NAMES: Final = {
    "ar": "Arabic", "el": "Greek", "fil": "Tagalog", "gu": "Gujarati", "hi": "Hindi", "pa": "Punjabi",
    "sr": "Serbian", "so": "Somali", "ti": "Tigrinya", "zh": "Chinese",
}  # fmt: skip


def figures(found: queries.Unheard) -> list[Figure]:
    """The findings: by neighbourhood, by language, by the way concerns came in."""
    return [_places(found), _tongues(found), _ways(found)]


def questions(found: queries.Unheard) -> list[str]:
    """What is worth asking after such a year, in plain questions; none where nothing stands out."""
    asked = [
        f"{_nobody(tongue.count)} wrote in {name(tongue.language)}"
        + (f", and {one_in(tongue.share_there)} in {tongue.most_in} speaks it at home" if tongue.most_in else "")
        + ": which door is missing?"
        for tongue in found.tongues
        if tongue.less
    ][:_ASKED_OF_EACH]
    asked += [
        f"From {place.name} came {many(place.count)}. As many people elsewhere raised about {place.expected:.0f}: "
        "who could ask there why?"
        for place in found.neighbourhoods
        if place.quieter
    ][:_ASKED_OF_EACH]
    # A program is no way for a person.
    unused = [telling.CHANNELS[way.channel] for way in found.ways if way.channel != "program" and not way.count]
    if unused and found.heard >= _ENOUGH:
        asked.append(
            f"Nobody, or {_FEW}, raised one {' or '.join(filter(None, (', '.join(unused[:-1]), unused[-1])))}: "
            f"{'are these ways' if len(unused) > 1 else 'is this way'} open, and known?"
        )
    return asked


def name(language: str) -> str:
    """A language by its name in English, of whichever script."""
    return _NAMES.get(language) or telling.language(language)


def many(count: int | None) -> str:
    """How many concerns: "none", "fewer than 5", "12"."""
    return _FEW if count is None else str(count or "none")


def one_in(share: float) -> str:
    """A share as neighbours say it: "1 in 9"; "most" from half on."""
    return "every second person" if share >= 0.5 else f"1 in {round(1 / share)}" if share > 0 else "nobody"


def _nobody(count: int | None) -> str:
    return f"{_FEW.capitalize()} people" if count is None else f"Only {count} people" if count else "Nobody"


def _places(found: queries.Unheard) -> Figure:
    quiet = [each for each in found.neighbourhoods if each.quieter]
    if not found.neighbourhoods:
        empty = "Nothing is known of how many people live where: bring the neighbourhoods with their population."
        return Figure("places", "From which places?", None, None, "", empty)
    if quiet:
        title = f"{_neighbourhoods(len(quiet))} raised less than others, beyond chance"
    else:
        title = "No neighbourhood raised less than others, beyond chance"
    rows = [
        charts.Bar(each.name, _rate(each), f"{many(each.count)}, elsewhere {each.expected:.0f}", _kind(each))
        for each in found.neighbourhoods[:_SHOWN]
    ]
    usual = (found.for_1000, f"everywhere: {found.for_1000:.2g} for 1,000 people")
    picture = charts.bars("places-picture", "Concerns for 1,000 people, the least heard first", rows, line_at=usual)
    table = Table(
        ("Neighbourhood", "People", "Concerns", "For 1,000 people", "Likely between", "If as elsewhere"),
        tuple(
            (
                each.name, f"{each.people:,}", many(each.count), _rate_says(each),
                f"{each.between[0]:.2g} and {each.between[1]:.2g}", f"{each.expected:.0f}",
            )
            for each in found.neighbourhoods
        ),
    )  # fmt: skip
    counted = (
        "Concerns of twelve months for 1,000 people who live there; the line is all neighbourhoods together. A "
        "neighbourhood that lies in two divisions is counted whole. “Likely between” holds what chance alone would do "
        "in 95 of 100 years (Byar’s interval); less than others means that even its upper end lies below the line. "
        f"Counts are rounded to five; those below {rules.FEWEST} are not told, and taken as {rules.FEWEST - 1}."
    )
    return Figure("places", title, picture, table, counted)


def _tongues(found: queries.Unheard) -> Figure:
    known = [each for each in found.tongues if each.speakers]
    head = ("Language", "Concerns", "Their share, likely between", "Speak it at home", "Their share")
    table = Table(
        head,
        tuple(
            (
                name(each.language), many(each.count), f"{each.between[0]:.1%} and {each.between[1]:.1%}",
                f"{each.speakers:,}" if each.speakers else "not known",
                f"{each.at_home:.1%}" if each.at_home is not None else "not known",
            )
            for each in found.tongues
        ),
    )  # fmt: skip
    if not known:
        empty = "Nothing is known of which languages are spoken at home: bring them (home-languages)."
        return Figure("languages", "In which languages?", None, table if found.tongues else None, "", empty)
    less = [each for each in known if each.less]
    title = (
        f"{len(less)} language{'s' if len(less) > 1 else ''} {'are' if len(less) > 1 else 'is'} written less than "
        "spoken at home"
        if less
        else "No language is written less than it is spoken at home, beyond chance"
    )
    rows = [
        charts.Bar(
            name(each.language),
            each.at_home or 0.0,
            f"{one_in(each.at_home or 0.0)} at home, wrote: {many(each.count)}",
            "late" if each.less else "calm",
        )
        for each in known[:_SHOWN]
    ]
    picture = charts.bars("languages-picture", "How many speak it at home, and how many concerns came in it", rows)
    brought = found.languages_from.brought_at
    counted = (
        "The language of a concern is the one recognised in its words, else the one its person is written to in. "
        "Somebody who speaks another language at home may well write in English: this is a question, never a finding. "
        "Less than spoken means that even the upper end of its likely share (Wilson’s interval, 95 of 100) lies below "
        "the share of people who speak it most often at home"
        + (f", by {found.languages_from.file_name}, brought {brought:%-d %B %Y}." if brought else ".")
    )
    return Figure("languages", title, picture, table, counted)


def _ways(found: queries.Unheard) -> Figure:
    rows = [
        charts.Bar(
            telling.CHANNELS[way.channel].capitalize(),
            rules.FEWEST - 1 if way.count is None else way.count,
            many(way.count),
            "late" if way.count == 0 else "calm",
        )
        for way in found.ways
    ]
    unused = sum(way.count == 0 for way in found.ways)
    title = f"{unused} of {len(rows)} ways brought nothing" if unused else "Something came in by every way"
    picture = charts.bars("ways-picture", "How concerns came in, the least used way first", rows)
    table = Table(("How it came in", "Concerns"), tuple((row.label, row.says) for row in rows))
    counted = f"Concerns of twelve months, rounded to five; counts below {rules.FEWEST} are not told."
    return Figure("ways", title, picture, table, counted)


def _neighbourhoods(count: int) -> str:
    return "One neighbourhood" if count == 1 else f"{count} neighbourhoods"


def _kind(place: queries.Place) -> str:
    return "late" if place.quieter else "calm"


def _rate(place: queries.Place) -> float:
    return (rules.FEWEST - 1 if place.count is None else place.count) / place.people * 1000


def _rate_says(place: queries.Place) -> str:
    rate = _rate(place)
    return f"less than {rate + 1000 / place.people:.2g}" if place.count is None else f"{rate:.2g}"
