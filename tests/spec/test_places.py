"""What may be said of places."""

from __future__ import annotations

from byname.places.rules import areas, boundaries, service
from tests.spec.tables import rule


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
