"""What may be said of places."""

from __future__ import annotations

from datetime import date

from byname.places.rules import areas, boundaries, service
from tests.spec.tables import refused, rule


@rule(
    "A neighbourhood is known by its official number, however the file spells it.",
    columns=("written", "number"),
    rows=[
        ("094", 94),
        ("94", 94),
        (94, 94),
        (94.0, 94),
        ("94.0", 94),
        ("0", None),
        (-3, None),
        (9.5, None),
        ("ninety", None),
        (True, None),
        (None, None),
        ("99999999999", None),
    ],
)
def test_the_official_number(written: object) -> int | None:
    return boundaries.official_id(written)


@rule(
    "A name is shown as people say it, without the number older files put behind it; another number stays.",
    columns=("written", "number", "name"),
    rows=[
        ("Wychwood (94)", 94, "Wychwood"),
        ("Wychwood", 94, "Wychwood"),
        ("Mimico (includes Humber Bay Shores) (17)", 17, "Mimico (includes Humber Bay Shores)"),
        ("Ward (7)", 94, "Ward (7)"),
    ],
)
def test_the_name_without_its_number(written: str, number: int) -> str:
    return boundaries.name_without_its_id(written, number)


@rule(
    "A name has no < or >, and no hidden letters, which could turn or hide what stands beside it; the joiners some "
    "scripts are spelled with stay.",
    columns=("written", "name"),
    rows=[
        ("  Old   Mill ", "Old Mill"),
        ("Île-Bizard", "Île-Bizard"),
        ("Old <b>Mill</b>", None),
        ("Old \u202eMill", None),
        ("Old \x07Mill", None),
        ("Rose\u200cdale", "Rose\u200cdale"),
        ("A" * 13, None),
    ],
)
def test_plain_letters(written: str) -> str | None:
    return boundaries.plain_text(written, 12)


@rule(
    "An edition of official boundaries keeps its first day when its file is replaced.",
    columns=("begins on", "brought for", "answer"),
    rows=[
        (date(2022, 4, 12), date(2022, 4, 12), "replaced"),
        (
            date(2022, 4, 12),
            date(1822, 4, 12),
            refused(
                "Edition “2022” begins on 2022-04-12, not on 1822-04-12. To replace it, bring the file with "
                "--valid-from 2022-04-12; for another edition, choose another name."
            ),
        ),
    ],
)
def test_the_first_day_of_an_edition(began_on: date, valid_from: date) -> str:
    boundaries.refuse_moved_first_day("2022", began_on, valid_from)
    return "replaced"


@rule(
    "A file whose land together is smaller than a few houses or larger than a large country was read wrongly.",
    columns=("km² together", "answer"),
    rows=[
        (
            0.0999,
            refused("All of the land together would be 0.0999 km². Does the file name its own coordinate system?"),
        ),
        (0.1, "a city"),
        (630.2, "a city"),
        (1_000_000.0, "a city"),
        (
            2.5e7,
            refused("All of the land together would be 2.5e+07 km². Does the file name its own coordinate system?"),
        ),
    ],
)
def test_the_size_of_a_city(km2: float) -> str:
    boundaries.refuse_absurd_size(km2)
    return "a city"


@rule(
    "A file of boundaries is refused where less than half of what lay together still would.",
    columns=("neighbourhoods in a division", "of", "answer"),
    rows=[
        (158, 158, "brought in"),
        (79, 158, "brought in"),
        (
            78,
            158,
            refused(
                "Only 78 of 158 neighbourhoods would lie in a division: the land would lie somewhere else. Does the "
                "file name its own coordinate system, and is it this city's?"
            ),
        ),
        (0, 0, "brought in"),
    ],
)
def test_land_that_would_lie_elsewhere(together: int, of: int) -> str:
    boundaries.refuse_misplaced([("neighbourhoods would lie in a division", together, of)])
    return "brought in"


@rule(
    "The name of a place in an address line: Latin letters and digits, hyphens between, its number where it is taken.",
    columns=("name", "number", "taken", "in the address line"),
    rows=[
        ("Kensington-Chinatown", "78", (), "kensington-chinatown"),
        ("St.Andrew-Windfields", "40", (), "st-andrew-windfields"),
        ("O'Connor-Parkview", "54", (), "oconnor-parkview"),
        ("Île-Bizard", "3", (), "ile-bizard"),
        ("Park", "5", ("park",), "park-5"),
        ("公園", "6", (), "6"),
    ],
)
def test_the_name_in_an_address_line(name: str, number: str, taken: tuple[str, ...]) -> str:
    return boundaries.slug_of(name, number, taken)


@rule(
    "A division's code is written in capitals.",
    columns=("written", "code"),
    rows=[("d14", "D14"), (" D14 ", "D14"), (14, "14"), ("D 14", None), ("", None), (None, None), ("D14<b>", None)],
)
def test_the_code_of_a_division(written: object) -> str | None:
    return boundaries.division_code(written)


@rule(
    "Latitude before longitude is noticed where the land would lie in Antarctica, or off all the land that is known.",
    columns=("west, south, east, north", "known land", "swapped"),
    rows=[
        ((43.6, -79.6, 43.8, -79.1), (), True),
        ((-79.6, 43.6, -79.1, 43.8), (), False),
        ((52.4, 13.3, 52.5, 13.4), (), False),
        ((52.4, 13.3, 52.5, 13.4), ((13.0, 52.0, 14.0, 53.0),), True),
        ((2.2, 48.8, 2.4, 48.9), ((13.0, 52.0, 14.0, 53.0),), False),
    ],
)
def test_swapped_coordinates(bounds: boundaries.Bounds, known: tuple[boundaries.Bounds, ...]) -> bool:
    return boundaries.looks_swapped(bounds, known)


@rule(
    "A row of areas is either right or told everything that is wrong in it.",
    columns=("slug", "name", "division", "neighbourhoods", "wrong"),
    rows=[
        ("little-portugal", "Little Portugal", "D14", "84", ()),
        ("west", "West", "D14", "84; 078", ()),
        ("West End", "West", "D14", "84", ("slug",)),
        ("-west", "West", "D14", "84", ("slug",)),
        ("west", "", "", "84", ("division", "name")),
        ("west", "West", "D14", "", ("neighbourhoods",)),
        ("west", "West", "D14", "84;84", ("neighbourhoods",)),
    ],
)
def test_a_row_of_areas(slug: str, name: str, division: str, neighbourhoods: str) -> tuple[str, ...]:
    said = {"slug": slug, "name": name, "division": division, "neighbourhoods": neighbourhoods}
    row = areas.area_row(2, said, drawn=False)
    return () if isinstance(row, areas.AreaRow) else tuple(sorted(fault.column for fault in row))


@rule(
    "A service's colour is taken where text in it can be read: a contrast of 4.5 or more on the page.",
    columns=("colour", "page", "contrast"),
    rows=[
        ("#1f4e79", "#fbf9f5", 8.2),
        ("#8fc1ee", "#14181f", 9.3),
        ("#1f4e79", "#14181f", 2.1),
        ("#ffcc00", "#fbf9f5", 1.4),
    ],
)
def test_the_contrast_of_a_colour(colour: str, page: str) -> float:
    return round(service.contrast(colour, page), 1)
