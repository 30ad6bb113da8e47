"""Handovers, covers and continuity: when one opens, what may be written, whose word closes it, who follows a lead."""

from __future__ import annotations

from datetime import date

from byname.postings import rules
from byname.vocabulary import Period
from tests.spec.tables import refused, rule

TODAY = date(2026, 11, 23)
GONE = "Each officer gives their own word. You can stand in for the one who left only when they have left the service "


def day(text: str) -> date:
    return date.fromisoformat(text)


def periods(text: str) -> list[Period]:
    """Periods written "2026-11-01 to 2026-12-14, 2026-12-20"."""
    found = []
    for part in filter(None, map(str.strip, text.split(","))):
        first, *rest = part.split(" to ")
        found.append(Period(day(first), day(rest[0]) if rest else None))
    return found


@rule(
    "A handover opens once a last day is known, set or promised, and at most 180 days before it; ninety days before it "
    "opens by itself.",
    columns=("leaves on", "answer"),
    rows=[
        (day("2026-12-14"), "opens"),
        (day("2027-05-22"), "opens"),
        (
            day("2027-05-23"),
            refused(
                "A handover opens at most 180 days before the change, as what is written in it is not kept for longer "
                "than it is needed."
            ),
        ),
        (
            day("2026-11-23"),
            refused("Nobody has said when this posting ends. Set its last day first; then the handover can open."),
        ),
        (None, refused("Nobody has said when this posting ends. Set its last day first; then the handover can open.")),
    ],
)
def test_when_a_handover_opens(leaving: date | None) -> str:
    rules.known_day(leaving, TODAY)
    return "opens"


@rule(
    "Who takes over is whoever begins in the same role nearest to the day, at most sixty days from it.",
    columns=("role", "leaves on", "who begins", "takes over"),
    rows=[
        ("lead", day("2026-12-14"), "Ben lead 2026-12-14", "Ben"),
        ("lead", day("2026-12-14"), "Ben lead 2027-02-12", "Ben"),
        ("lead", day("2026-12-14"), "Ben lead 2027-02-13", None),
        ("member", day("2026-12-14"), "Ben lead 2026-12-14", None),
        ("member", day("2026-12-14"), "Ben member 2026-12-01; Cy member 2026-12-20", "Cy"),
        ("member", day("2026-12-14"), "Cy member 2026-12-12; Ben member 2026-12-16", "Cy"),
        ("member", day("2026-12-14"), "Cy member 2026-12-14; Ben member 2026-12-14", "Ben"),
        ("lead", day("2026-12-14"), "", None),
    ],
)
def test_who_takes_over(role: str, leaving: date, begins: str) -> str | None:
    coming = [
        rules.Coming(name, each, day(first))
        for name, each, first in (part.split() for part in filter(None, begins.split(";")))
    ]
    found = rules.follower(role, leaving, coming)
    return found.officer if found else None


@rule(
    "The overlap counts the days before the change on which both serve the area, in whatever role; no day twice.",
    columns=("the one who leaves serves", "the one who comes serves", "changes on", "days side by side"),
    rows=[
        ("2024-01-01 to 2026-12-14", "2026-12-14", day("2026-12-14"), 0),
        ("2024-01-01 to 2026-12-14", "2026-12-01", day("2026-12-14"), 13),
        ("2024-01-01 to 2026-12-14", "2026-12-01 to 2026-12-06, 2026-12-14", day("2026-12-14"), 5),
        ("2024-01-01 to 2026-12-14", "2026-12-01 to 2026-12-06, 2026-12-03 to 2026-12-08", day("2026-12-14"), 7),
        ("2024-01-01", "2026-12-01", day("2026-12-14"), 13),
        ("2024-01-01 to 2026-12-01", "2026-12-14", day("2026-12-14"), 0),
        ("2024-01-01 to 2026-12-14", "", day("2026-12-14"), 0),
    ],
)
def test_days_side_by_side(leaves: str, comes: str, change: date) -> int:
    return rules.days_side_by_side(periods(leaves), periods(comes), change)


@rule(
    "Residents are told that somebody leaves thirty days before, at once where it is nearer, and never before the day "
    "after their own first day.",
    columns=("serves since", "leaves on", "told from"),
    rows=[
        (day("2024-01-01"), day("2027-02-01"), day("2027-01-02")),
        (day("2024-01-01"), day("2026-12-14"), TODAY),
        (day("2026-11-23"), day("2026-12-14"), day("2026-11-24")),
    ],
)
def test_when_residents_are_told(first: date, leaving: date) -> date:
    return rules.announced_from(first, leaving, TODAY)


@rule(
    "What was written for a handover goes ninety days after both gave their word; where they never do, ninety days "
    "after the change, or after it was written where that was later. That it stood there stays.",
    columns=("changes on", "written on", "closed on", "the words go on"),
    rows=[
        (day("2026-12-14"), day("2026-11-23"), None, day("2027-03-14")),
        (day("2026-12-14"), day("2026-12-20"), None, day("2027-03-20")),
        (day("2026-12-14"), day("2026-11-23"), day("2026-12-10"), day("2027-03-10")),
    ],
)
def test_when_words_go(leaving: date, written: date, closed: date | None) -> date:
    return rules.words_expire_on(leaving, written, closed)


@rule(
    "A partner's contact is written down only if they agreed to be passed on, on a day that has come.",
    columns=("kind", "words", "agreed on", "kept as"),
    rows=[
        ("note", "  The ferry’s  master ", None, "The ferry’s master"),
        ("contact", "The school’s vice-principal", day("2026-11-23"), "The school’s vice-principal"),
        (
            "contact",
            "The school’s vice-principal",
            None,
            refused(
                "Ask them first. A partner's contact is passed on only when they agreed to it: say on which day they "
                "did."
            ),
        ),
        ("contact", "The school", day("2026-11-24"), refused("The day they agreed has not come yet.")),
        ("note", " ", None, refused("Write in a few words what is passed on.")),
        ("note", "x" * 600, None, "x" * 600),
        ("note", "x" * 601, None, refused("Plain text of up to 600 characters, please: one thing at a time.")),
        (
            "gossip",
            "x",
            None,
            refused("Choose what it is: open work, a contact, a promise, a key, or a note."),
        ),
    ],
)
def test_what_may_be_written(kind: str, words: str, agreed_on: date | None) -> str:
    return rules.admitted_words(kind, words, agreed_on, TODAY)


@rule(
    "Each of the two officers gives their own word, once: the one who leaves that everything is here, the one who "
    "comes that it is taken over, when open work, promises and keys are passed on.",
    columns=("who", "gave it already", "not passed on yet", "answer"),
    rows=[
        ("outgoing", False, 3, "given"),
        ("incoming", False, 0, "given"),
        (
            "incoming",
            False,
            1,
            refused(
                "One thing is not passed on yet. Open work, promises and keys are ticked one by one, together; then "
                "you can say that you have taken over."
            ),
        ),
        ("incoming", True, 0, refused("You have given your word already.")),
        (
            "",
            False,
            0,
            refused("Only the two officers give their word: the one who leaves, and the one who takes over."),
        ),
    ],
)
def test_whose_word_it_takes(side: str, already: bool, still_open: int) -> str:
    rules.refuse_word(side, already=already, still_open=still_open)
    return "given"


@rule(
    "A sergeant speaks for an officer who left only after the last day, and only if that officer can no longer sign "
    "in.",
    columns=("left on", "can sign in", "gave it already", "answer"),
    rows=[
        (day("2026-11-23"), False, False, "given"),
        (day("2026-11-24"), False, False, refused(GONE + "and can no longer sign in.")),
        (day("2026-11-01"), True, False, refused(GONE + "and can no longer sign in.")),
        (day("2026-11-01"), False, True, refused("Their word is given already.")),
    ],
)
def test_standing_in(leaving: date, has_account: bool, already: bool) -> str:
    rules.refuse_standing_in(leaving, TODAY, has_account=has_account, already=already)
    return "given"


@rule(
    "A cover is asked for by its first and its last day, both served: at most 120 days, and not only days that passed.",
    columns=("first day", "last day", "answer"),
    rows=[
        (TODAY, TODAY, "on 23 November"),
        (TODAY, day("2027-03-22"), "from 23 November to 22 March"),
        (
            TODAY,
            day("2027-03-23"),
            refused("A cover lasts at most 120 days. Whoever stays longer is posted, with a promised term."),
        ),
        (day("2026-11-25"), day("2026-11-24"), refused("The last day is before the first.")),
        (day("2026-11-01"), day("2026-11-22"), refused("These days have passed.")),
        (day("2026-11-01"), TODAY, "from 1 November to 23 November"),
        (day("9999-12-30"), day("9999-12-31"), refused("Choose a day between 1950 and 2150.")),
        (TODAY, day("9999-12-31"), refused("Choose a day between 1950 and 2150.")),
    ],
)
def test_the_days_of_a_cover(first: date, last: date) -> str:
    return rules.spoken_days(rules.cover_period(first, last, TODAY))


@rule(
    "A lead who leaves is followed by whoever begins to lead at most thirty days after: adopted, else proposed, else "
    "nobody.",
    columns=("leaves on", "adopted", "proposed", "followed by"),
    rows=[
        (day("2026-12-14"), "Ben 2026-12-14", "", "adopted Ben"),
        (day("2026-12-14"), "Ben 2026-12-14", "Cy 2026-12-14", "adopted Ben"),
        (day("2026-12-14"), "", "Cy 2026-12-10", "proposed Cy"),
        (day("2026-12-14"), "Ben 2027-01-13", "", "adopted Ben"),
        (day("2026-12-14"), "Ben 2027-01-14", "", "none"),
        (day("2026-12-14"), "Ada 2027-01-14", "", "none"),
        (day("2026-12-14"), "", "", "none"),
    ],
)
def test_who_follows_a_lead(ends: date, adopted: str, proposed: str) -> str:
    def followers(text: str) -> list[rules.Follower]:
        return [rules.Follower(name, day(first)) for name, first in [text.split()]] if text else []

    state, who = rules.succession("Ada", ends, followers(adopted), followers(proposed))
    return f"{state} {who.officer}" if who else state


@rule(
    "A last day set at the desk on 2026-11-23, of a posting since 2024-03-01 promised until 2028-03-01, is no slip of "
    "a year: at most seven days past, and at most a year after the promise, or after today where that has passed.",
    columns=("last day", "promised until", "answer"),
    rows=[
        (day("2026-11-16"), day("2028-03-01"), "set"),
        (day("2026-11-15"), day("2028-03-01"), refused("That day is more than 7 days ago: look at the year.")),
        (day("2029-03-02"), day("2028-03-01"), "set"),
        (
            day("2029-03-03"),
            day("2028-03-01"),
            refused("That is more than a year after the promised Wednesday 1 March 2028: look at the year."),
        ),
        (day("2027-11-24"), day("2026-01-01"), "set"),
        (
            day("2027-11-25"),
            day("2026-01-01"),
            refused("That is more than a year after today: look at the year."),
        ),
        (day("2024-02-29"), day("2028-03-01"), refused("They begin on Friday 1 March 2024: choose a later day.")),
    ],
)
def test_a_last_day_at_the_desk(last: date, promised: date) -> str:
    rules.refuse_last_day(last, day("2024-03-01"), promised, TODAY)
    return "set"


@rule(
    "What stood on the checklist when the one who leaves gave their word, nobody else takes off it.",
    columns=("side", "stood there then", "answer"),
    rows=[
        ("outgoing", True, "off"),
        ("incoming", False, "off"),
        (
            "incoming",
            True,
            refused("The one who leaves gave their word that everything is here: only they can take this off."),
        ),
        (
            "",
            True,
            refused("The one who leaves gave their word that everything is here: only they can take this off."),
        ),
    ],
)
def test_taking_off_the_checklist(side: str, stood: bool) -> str:
    rules.refuse_removal(side, vouched=stood)
    return "off"
