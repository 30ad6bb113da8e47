"""Officers: how a name is shown, when a photo is, and what the register admits."""

from __future__ import annotations

from datetime import date

from byname.people import rules
from tests.spec.tables import rule

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@rule(
    "Of a name as much is shown as both the officer agreed to and the service allows.",
    columns=("given", "family", "officer agreed to", "service allows", "shown"),
    rows=[
        ("Amara", "Okoye", "full", "full", "Amara Okoye"),
        ("Amara", "Okoye", "full", "initial", "A. Okoye"),
        ("Amara", "Okoye", "initial", "full", "A. Okoye"),
        ("Amara", "Okoye", "initial", "family", "Okoye"),
        ("Amara", "Okoye", "family", "initial", "Okoye"),
        ("Élodie", "Roy", "initial", "full", "É. Roy"),
        ("", "Tenzin", "full", "full", "Tenzin"),
        ("", "Tenzin", "initial", "full", "Tenzin"),
    ],
)
def test_the_name_shown(given: str, family: str, agreed: str, ceiling: str) -> str:
    return rules.name_shown(given, family, agreed=agreed, ceiling=ceiling)


@rule(
    "How a name is said is shown with the whole name only: the hint would give away what is kept back.",
    columns=("hint", "officer agreed to", "service allows", "shown"),
    rows=[
        ("ah-MAH-rah", "full", "full", "ah-MAH-rah"),
        ("ah-MAH-rah", "full", "initial", ""),
        ("ah-MAH-rah", "family", "full", ""),
    ],
)
def test_the_pronunciation_shown(hint: str, agreed: str, ceiling: str) -> str:
    return rules.pronunciation_shown(hint, agreed=agreed, ceiling=ceiling)


@rule(
    "A photo is shown where the officer agreed to it, has not withdrawn that since, and is not hidden.",
    columns=("agreed on", "withdrawn on", "hidden", "shown"),
    rows=[
        (None, None, False, False),
        (MARCH, None, False, True),
        (MARCH, None, True, False),
        (MARCH, APRIL, False, False),
        (MARCH, MARCH, False, False),
        (APRIL, MARCH, False, True),
    ],
)
def test_a_photo_is_shown(agreed_on: date | None, withdrawn_on: date | None, hidden: bool) -> bool:
    return rules.may_show_photo(agreed_on, withdrawn_on, hidden)


@rule(
    "A spoken code opens in its own minute and the one after it.",
    columns=("minute it is typed in", "minutes whose code opens"),
    rows=[(29_900_000, (29_900_000, 29_899_999))],
)
def test_the_minutes_of_a_code(minute: int) -> tuple[int, int]:
    return rules.accepted_minutes(minute)


@rule(
    "What does not fit the register is told, column by column.",
    columns=("column", "what the file says", "what was expected"),
    rows=[
        ("badge_number", "8123", ()),
        ("badge_number", "", ("up to 12 digits or capital letters, such as 8123",)),
        ("badge_number", "81 23", ("up to 12 digits or capital letters, such as 8123",)),
        ("given_name", "Anne-Marie d’Ávila", ()),
        ("given_name", "R2D2", ("a name of letters, up to 60, such as Amara",)),
        ("family_name", "", ("a name of letters, up to 60, such as Okoye",)),
        ("family_name", "<b>", ("a name of letters, up to 60, such as Okoye",)),
        ("shown_as", "nickname", ("one of full, initial, family",)),
        ("words", "Ask me about the chess tables.", ()),
        ("words", "See www.example.org", ("plain text without web addresses, up to 400 characters",)),
        ("phone", "+1 (416) 555-0123 ext 4", ()),
        ("phone", "call me", ("a phone number such as 416-555-0123, or nothing",)),
        ("email", "amara@example.org", ()),
        ("email", "amara@", ("an e-mail address such as amara@example.org, or nothing",)),
        ("languages", ("en", "yue", "ase"), ()),
        ("languages", ("English",), ("language codes such as en;fr;yue (ISO 639)",)),
        ("skills", ("youth", "mental_health"), ()),
        ("photo_consented_on", date(2026, 11, 23), ()),
        ("photo_consented_on", date(2026, 11, 24), ("a day that has come",)),
    ],
)
def test_what_the_register_admits(column: str, value: object) -> tuple[str, ...]:
    row = {"badge_number": "8123", "given_name": "Amara", "family_name": "Okoye", column: value}
    faults = rules.officer_faults(rules.OfficerRow(**row), on=date(2026, 11, 23))  # type: ignore[arg-type]
    return tuple(fault.expected for fault in faults)


@rule(
    "Who keeps the first name back does not give it away in an e-mail address.",
    columns=("name shown", "e-mail", "admitted"),
    rows=[
        ("full", "amara.okoye@example.org", True),
        ("initial", "amara.okoye@example.org", False),
        ("initial", "a.okoye@example.org", True),
    ],
)
def test_an_address_that_gives_a_name_away(shown_as: str, email: str) -> bool:
    row = rules.OfficerRow("8123", "Amara", "Okoye", shown_as=shown_as, email=email)
    return not rules.officer_faults(row, on=date(2026, 11, 23))
