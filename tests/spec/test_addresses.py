"""How an address is read."""

from __future__ import annotations

from byname.places.rules.addresses import admitted_question, crossing, numbered, readings, street_words
from tests.spec.tables import refused, rule


@rule(
    "A street is a name, a type and a direction, however each is written.",
    columns=("written", "parted"),
    rows=[
        ("Dovercourt Rd", "dovercourt | rd"),
        ("DOVERCOURT ROAD", "dovercourt | rd"),
        ("Eglinton Avenue West", "eglinton | ave w"),
        ("Eglinton Av. W.", "eglinton | ave w"),
        ("St. Clair Ave E", "stclair | ave e"),
        ("Saint Clair Avenue E", "stclair | ave e"),
        ("Brentwood Road North", "brentwood | rd n"),
        ("O'Connor Dr", "oconnor | dr"),
        ("O’Connor Drive", "oconnor | dr"),
        ("Lakeshore Blvd W", "lakeshore | blvd w"),
        ("Lake Shore Boulevard Ouest", "lakeshore | blvd w"),
        ("The East Mall", "eastmall"),
        ("Avenue Road", "avenue | rd"),
        ("Eleventh St", "11th | st"),
        ("Twenty-Fifth Street", "25th | st"),
        ("Mount Pleasant Rd", "mtpleasant | rd"),
        ("Eglinton Square", "eglinton | sq"),
        ("Highway 27", "highway27"),
        ("Château Crt", "chateau | crt"),
    ],
)
def test_a_street_parted(written: str) -> str:
    words = street_words(written)
    rest = f"{words.type} {words.direction}".strip()
    return f"{words.key} | {rest}" if rest else words.key


@rule(
    "What somebody types is read as a number and a street, the likeliest way first.",
    columns=("typed", "read first as"),
    rows=[
        ("350 dovercourt", "350 dovercourt"),
        ("350 Dovercourt Rd", "350 dovercourt rd"),
        ("Dovercourt Rd 350", "350 dovercourt rd"),
        ("350, dovercourt rd", "350 dovercourt rd"),
        ("350 dovercourt road toronto on m6j 3e3", "350 dovercourt rd"),
        ("350 Dovercourt Rd, Toronto, Ontario, Canada", "350 dovercourt rd"),
        ("5-350 Dovercourt", "350 dovercourt"),
        ("C107-375 Bamburgh Circle", "375 bamburgh cir"),
        ("apt 5, 350 Dovercourt", "350 dovercourt"),
        ("Unit 5 350 Dovercourt Rd", "350 dovercourt rd"),
        ("#5 350 Dovercourt", "350 dovercourt"),
        ("#350 Dovercourt", "350 dovercourt"),
        ("350 Dovercourt Rd unit 5", "350 dovercourt rd"),
        ("5 350 Dovercourt", "350 dovercourt"),
        ("350-356 Dovercourt Rd", "350-356 dovercourt rd"),
        ("350A Dovercourt", "350A dovercourt"),
        ("1081 1/2 Pape Ave (at Torrens)", "1081 1/2 pape ave"),
        ("1081½ Pape Ave", "1081 1/2 pape ave"),
        ("12 First Ave", "12 1st ave"),
        ("12 1st Ave", "12 1st ave"),
        ("1234 Highway 27", "1234 highway27"),
        ("Bridlewood Mall, 157A-2900 Warden Avenue, Toronto, ON, M1W 2S8", "2900 warden ave"),
        ("North York Sheridan Mall 1700 Wilson Avenue", "1700 wilson ave"),
        ("St Clair", "stclair"),
        ("rue Dovercourt", "ruedovercourt"),
        ("350", "350"),
        ("' OR 1=1; --", "or11"),
    ],
)
def test_an_address_typed(typed: str) -> str:
    reading = readings(typed)[0]
    number = "" if reading.number is None else str(reading.number)
    if reading.high_number:
        number += f"-{reading.high_number}"
    suffix = f" {reading.suffix}" if "/" in reading.suffix else reading.suffix
    return " ".join(part for part in (number + suffix, *reading.street) if part)


@rule(
    "A file's address is its first numbered part, in the file's own spelling.",
    columns=("written", "number and street"),
    rows=[
        ("350 Dovercourt Road ", "350 Dovercourt Road"),
        ("Bridlewood Mall, 157A-2900 Warden Avenue, Toronto, ON, M1W 2S8", "2900 Warden Avenue"),
        ("Eglinton Square Shopping Centre, 1 Eglinton Square, Unit 126, Toronto, ON", "1 Eglinton Square"),
        ("123B Rexdale Boulevard, Unit 5, Toronto", "123B Rexdale Boulevard"),
        ("1081 1/2 Pape Ave (at Torrens), Toronto", "10811/2 Pape Ave"),
        ("350-356 Main St", "350-356 Main St"),
        ("Augusta Ave and Nassau St", None),
        ("0 Nowhere St", None),
    ],
)
def test_an_address_in_a_file(written: str) -> str | None:
    told = numbered(written)
    if told is None:
        return None
    return f"{told.number}{told.suffix}{f'-{told.high_number}' if told.high_number else ''} {told.street_name}"


@rule(
    "Two streets named together are a crossing.",
    columns=("typed", "streets"),
    rows=[
        ("Queen and Spadina", ("queen", "spadina")),
        ("Bloor St W & Bathurst", ("bloor", "bathurst")),
        ("corner of King and Bay, Toronto", ("king", "bay")),
        ("Bloor/Gladstone", ("bloor", "gladstone")),
        ("350 Dovercourt", None),
    ],
)
def test_a_crossing(typed: str) -> tuple[str, str] | None:
    pair = crossing(typed)
    return (pair[0].key, pair[1].key) if pair else None


@rule(
    "An empty question and a very long one are refused.",
    columns=("typed", "read"),
    rows=[
        ("  350\u00a0 Dovercourt\n", "350 Dovercourt"),
        ("350\x00Dovercourt", "350 Dovercourt"),
        ("", refused("Type an address or the name of a place.")),
        (" \x00\n\u200b", refused("Type an address or the name of a place.")),
        ("x" * 201, refused("That is too long for an address. Type a number and a street, or the name of a place.")),
    ],
)
def test_a_question(typed: str) -> str:
    return admitted_question(typed)
