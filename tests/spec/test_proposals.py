"""Proposals: what adopting one would break, what it ends, and when residents are told."""

from __future__ import annotations

from datetime import date

from byname.postings import rules
from byname.postings.rules.proposals import Weight
from byname.vocabulary import Period
from tests.spec.tables import rule

TODAY = date(2026, 11, 23)


def day(text: str) -> date:
    return date.fromisoformat(text)


def on_record(text: str) -> list[rules.OnRecord]:
    """Postings, written "Ada lead Oak 2024-03-01 to 2027-01-01 promised 2028-03-01 speaks pt; …", numbered from 1."""
    found = []
    for number, part in enumerate(filter(None, map(str.strip, text.split(";"))), 1):
        said = part.split()

        def after(word: str, said: list[str] = said) -> str:
            return said[said.index(word) + 1] if word in said else ""

        found.append(
            rules.OnRecord(
                number=number,
                officer=said[0],
                officer_title=said[0],
                area=said[2],
                area_name=said[2],
                role=said[1],
                period=Period(day(said[3]), day(after("to")) if after("to") else None),
                planned_end_on=day(after("promised")) if after("promised") else None,
                languages=frozenset(filter(None, after("speaks").split(","))),
            )
        )
    return found


def planned(text: str) -> rules.Plan:
    """A proposal, written "Eve lead Oak 2027-03-01 after 1 speaks ta": after the posting with that number."""
    said = text.split()
    first = day(said[3])
    return rules.Plan(
        officer=said[0],
        officer_title=said[0],
        area=said[2],
        area_name=said[2],
        role=said[1],
        first=first,
        planned_end_on=rules.term_ends_on(first),
        languages=frozenset(said[said.index("speaks") + 1].split(",")) if "speaks" in said else frozenset(),
        lives_in=1 if "lives" in said else None,
        official_ids=frozenset({1}),
        succeeds=int(said[said.index("after") + 1]) if "after" in said else None,
    )


TEAM = (
    "Ada lead Oak 2024-03-01 promised 2028-03-01 speaks pt,en; Bo member Oak 2025-06-01 promised 2029-06-01 speaks en"
)
SECOND_LEAD = (
    "Ada leads Oak with no end set. An area has one lead at a time: say that this takes over from them, or end their "
    "posting first."
)
AT_ONCE = "it is announced at once, the moment it is adopted."


@rule(
    "A proposal says in sentences what adopting it would break: what refuses it, what to think about, then the rest.",
    columns=("proposed", "on record", "what it would do"),
    rows=[
        ("Eve member Oak 2027-03-01", TEAM, ()),
        ("Eve lead Elm 2027-03-01", TEAM, ("fine: Elm has nobody that day: this is its only officer.",)),
        (
            "Bo member Elm 2027-06-01", TEAM,
            (
                "look: Bo leaves Oak 24 months early: residents were promised Friday 1 June 2029.",
                "fine: Oak keeps 1 officer.",
                "fine: Elm has nobody that day: this is its only officer.",
            ),
        ),
        (
            "Ada lead Elm 2028-02-20", "Ada lead Oak 2024-03-01 promised 2028-03-01 speaks pt",
            (
                "look: Ada leaves Oak 10 days early: residents were promised Wednesday 1 March 2028.",
                "look: Oak is left with nobody from Sunday 20 February 2028.",
                "fine: Elm has nobody that day: this is its only officer.",
            ),
        ),
        (
            "Ada member Elm 2028-03-01", TEAM,
            (
                "look: Oak loses its lead and keeps 1 officer.",
                "look: Nobody left on Oak's team would speak pt",
                "fine: Elm has nobody that day: this is its only officer.",
            ),
        ),
        (
            "Eve lead Oak 2028-03-01 after 1 speaks pt", TEAM,
            ("look: Ada and Eve never serve side by side: plan the introductions before the change.",),
        ),
        (
            "Eve lead Oak 2027-01-01 after 1", "Ada lead Oak 2024-03-01 to 2026-12-24 speaks pt",
            (
                "look: Nobody holds the place for 8 days, from Thursday 24 December 2026 to Friday 1 January 2027.",
                "fine: Oak has nobody that day: this is its only officer.",
            ),
        ),
        (
            "Eve member Oak 2027-01-01 after 2", f"{TEAM} to 2027-01-15",
            ("fine: Bo and Eve serve side by side for 14 days.",),
        ),
        (
            "Bo lead Oak 2028-03-01 after 1", TEAM,
            (
                "look: Nobody left on Oak's team would speak pt",
                "look: Ada and Bo never serve side by side: plan the introductions before the change.",
                "fine: Bo stays in Oak in another role: no term is cut short.",
            ),
        ),
        (
            "Eve lead Oak 2027-03-01", TEAM,
            (f"no: {SECOND_LEAD}",),
        ),
        (
            "Bo member Elm 2027-03-01", "Bo lead Ash 2027-05-01",
            (
                "no: Bo has a posting in Ash from Saturday 1 May 2027. An officer holds one posting at a time.",
                "fine: Elm has nobody that day: this is its only officer.",
            ),
        ),
        ("Bo member Oak 2027-03-01", TEAM, ("no: Bo is on the team of Oak already.",)),
        (
            "Eve member Oak 2027-03-01 lives", TEAM,
            ("no: Eve cannot be posted to Oak: nobody is posted where they live.",),
        ),
        ("Eve member Oak 2026-11-22", TEAM, ("no: The first day, Sunday 22 November 2026, has passed.",)),
        (
            "Eve member Oak 2026-12-03", TEAM,
            (f"look: Residents hear of it 10 days before instead of 30: {AT_ONCE}",),
        ),
        (
            "Eve member Oak 2026-11-23", TEAM,
            ("look: Residents hear of it on the day itself: nobody can be told beforehand.",),
        ),
    ],
)  # fmt: skip
def test_what_a_proposal_would_break(proposed: str, record: str) -> tuple[str, ...]:
    found = rules.consequences(planned(proposed), on_record(record), on=TODAY)
    return tuple(f"{each.weight}: {' '.join((each.sentence, *each.languages))}" for each in found)


@rule(
    "Adopting ends the officer's own posting and, where nobody set its end or both would lead, that of who makes way; "
    "a term cut short needs a reason.",
    columns=("proposed", "on record", "ended on the first day"),
    rows=[
        ("Eve member Oak 2027-03-01", TEAM, ()),
        ("Bo lead Elm 2027-03-01", TEAM, ("Bo in Oak, with a reason",)),
        ("Bo lead Elm 2029-06-01", TEAM, ("Bo in Oak",)),
        ("Bo lead Oak 2027-03-01 after 1", TEAM, ("Bo in Oak", "Ada in Oak, with a reason")),
        ("Eve member Oak 2027-01-01 after 2", f"{TEAM} to 2027-01-15", ()),
        ("Eve lead Oak 2027-01-01 after 1", "Ada lead Oak 2024-03-01 to 2027-02-01", ("Ada in Oak",)),
        ("Eve lead Oak 2027-01-01 after 1", "Ada lead Oak 2024-03-01 to 2026-12-01", ()),
    ],
)
def test_what_adopting_ends(proposed: str, record: str) -> tuple[str, ...]:
    ended = rules.endings(planned(proposed), on_record(record))
    parts = ((ended.own, ended.own_cut), (ended.outgoing, ended.outgoing_cut))
    return tuple(f"{each.officer} in {each.area}{', with a reason' if cut else ''}" for each, cut in parts if each)


@rule(
    "Residents are told of an arrival thirty days before its first day, or at once where it is nearer.",
    columns=("first day", "adopted on", "told from"),
    rows=[
        (day("2027-03-01"), TODAY, day("2027-01-30")),
        (day("2026-12-23"), TODAY, TODAY),
        (day("2026-12-24"), TODAY, day("2026-11-24")),
        (TODAY, TODAY, TODAY),
    ],
)
def test_when_an_arrival_is_told(first: date, on: date) -> date:
    return rules.first_told_on(first, on)


@rule(
    "How much of a term is lost is said in whole months, and in days where it is less than one.",
    columns=("ends on", "promised until", "lost"),
    rows=[
        (day("2027-03-01"), day("2028-03-01"), "12 months"),
        (day("2027-03-02"), day("2028-03-01"), "11 months"),
        (day("2028-01-31"), day("2028-02-29"), "29 days"),
        (day("2028-02-29"), day("2028-03-01"), "1 day"),
    ],
)
def test_how_much_of_a_term_is_lost(last: date, promised: date) -> str:
    return rules.cut_by(last, promised)


@rule(
    "The calendar shows three years back and four ahead unless asked otherwise, and never more than fifteen at once.",
    columns=("from", "to", "years"),
    rows=[
        (0, 0, (2023, 2030)),
        (2020, 0, (2020, 2030)),
        (2000, 2030, (2000, 2014)),
        (2035, 0, (2035, 2035)),
        (2030, 2020, (2030, 2030)),
    ],
)
def test_the_years_of_the_calendar(first: int, last: int) -> tuple[int, int]:
    return rules.year_span(TODAY, first, last)


@rule(
    "A gap is every day of a span in which nobody serves; one who ends and one who begins on the same day leave none.",
    columns=("served", "gaps in 2026"),
    rows=[
        ("", ("2026-01-01 to 2027-01-01",)),
        ("2025-01-01 to 2026-03-01; 2026-03-01", ()),
        (
            "2026-02-01 to 2026-03-01; 2026-02-15 to 2026-05-01",
            ("2026-01-01 to 2026-02-01", "2026-05-01 to 2027-01-01"),
        ),
        ("2028-01-01", ("2026-01-01 to 2027-01-01",)),
    ],
)
def test_the_gaps_of_a_team(served: str) -> tuple[str, ...]:
    periods = []
    for part in filter(None, map(str.strip, served.split(";"))):
        first, *rest = part.split()
        periods.append(Period(day(first), day(rest[1]) if rest else None))
    found = rules.gaps(periods, day("2026-01-01"), day("2027-01-01"))
    return tuple(f"{gap.first} to {gap.last}" for gap in found)


@rule(
    "That an officer lives in an area is told to who adopts; who proposes hears that it cannot be, and whom to ask.",
    columns=("what adopting would do", "told to who only proposes"),
    rows=[
        (
            (("no", "home", "Ada cannot be posted to Oak: nobody is posted where they live."),),
            (("not_here", "Ada cannot be posted to Oak: ask the coordinator."),),
        ),
        ((("no", "too_late", "The first day has passed."),), (("too_late", "The first day has passed."),)),
    ],
)
def test_what_is_told_of_a_home(found: tuple[tuple[Weight, str, str], ...]) -> tuple[tuple[str, str], ...]:
    plan = rules.Plan("Ada", "Ada", "Oak", "Oak", "lead", TODAY, TODAY)
    told = rules.home_untold(plan, [rules.Consequence(*each) for each in found])
    return tuple((each.kind, each.sentence) for each in told)
