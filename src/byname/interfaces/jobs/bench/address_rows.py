"""Rows of the City's Address Points schema, made up: the same seed gives the same file."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

COLUMNS = (
    "_id,ADDRESS_POINT_ID,ADDRESS_ID,ADDRESS_STRING_ID,LINEAR_NAME_ID,CENTRELINE_ID,MAINT_STAGE,ADDRESS_NUMBER,"
    "LINEAR_NAME_FULL,LO_NUM,LO_NUM_SUF,HI_NUM,HI_NUM_SUF,LINEAR_NAME,LINEAR_NAME_TYPE,LINEAR_NAME_DIR,LINEAR_NAME_DESC,"
    "CENTRELINE_SIDE,CENTRELINE_MEASURE,CENTRELINE_OFFSET,GENERAL_USE_CODE,GENERAL_USE,CLASS_FAMILY,CLASS_FAMILY_DESC,"
    "ADDRESS_CLASS,ADDRESS_CLASS_DESC,ADDRESS_POINT_ID_LINK,ADDRESS_ID_LINK,PLACE_NAME,PLACE_NAME_ALL,ADDRESS_STATUS,"
    "OBJECTID,MUNICIPALITY,MUNICIPALITY_NAME,WARD,WARD_NAME,ADDRESS_FULL,geometry"
).split(",")

_KNOWN = (
    "Dovercourt Rd,Queen St W,Queen St E,King St W,King St E,Bloor St W,Bloor St E,Dundas St W,Dundas St E,Yonge St,"
    "Bathurst St,Spadina Ave,Spadina Rd,College St,St Clair Ave W,St Clair Ave E,Eglinton Ave W,Eglinton Ave E,"
    "Lawrence Ave W,Lawrence Ave E,Sheppard Ave W,Sheppard Ave E,Finch Ave W,Finch Ave E,Jane St,Keele St,Dufferin St,"
    "Lake Shore Blvd W,Lake Shore Blvd E,Danforth Ave,Danforth Rd,Avenue Rd,The East Mall,The West Mall,The Kingsway,"
    "The Queensway,Queens Quay W,Queens Quay E,O'Connor Dr,Mount Pleasant Rd,Parkway Forest Dr,Park Lawn Rd,First Ave,"
    "Second Ave,Twenty Fifth St,Highway 27,Brentwood Rd N,Brentwood Rd S,Eglinton Sq,Front St W,Front St E,Kingston Rd"
).split(",")
_LONG = 60  # how many of the known streets run for kilometres

_FIRST = (
    "Ash Alder Amber Apple Arden Auburn Bay Beech Bell Birch Black Blue Bram Brent Briar Bridge Brook Burn Cal "
    "Cam Carl Cedar Chal Chester Clay Clear Clif Cold Coop Copper Cran Cross Dal Dan Deer Den Dew Dray Dun East "
    "Eden Elder Elm Ever Fair Fal Farn Fern Fox Gar Glen Gold Gran Green Grey Hal Ham Har Hart Haw Hazel Heath "
    "Hen High Hill Hol Hunt Iron Ivy Kel Ken Kil King Kirk Lan Lark Laurel Leigh Lin Lock Long Lyn Mal Man Maple "
    "Mar May Mead Mill Mon Moor Nor North Oak Old Or Otter Park Pem Pine Pop Port Quarry Rad Raven Red Rich Ridge "
    "River Rock Rose Row Rush Ry Sand Sea Shel Silver Spring Stan Star Stone Strat Sum Sun Swan Syca Tam Thorn "
    "Til Tor Tren Tyn Up Val Ver Wal War Wat Well West Whit Wick Wil Win Wood Wren Wy Yar York"
).split()
_SECOND = (
    "acre bank beck berry borough bourne bridge brook bury by castle cliff combe cote cott court croft dale den "
    "down dene fell field ford gate glen grove hall ham hampton haven hill holm hurst ing land lea leigh ley lock "
    "low mead mere mill minster moor more mount ness port ridge rose shaw side stead stock stone thorpe ton vale "
    "view ville wald water way well wick win wood worth"
).split()
_TYPES = "Ave St Rd Cres Dr Crt Blvd Pl Lane Gdns Trl Sq Ter Gt Cir Pkwy Way".split()
_WEIGHTS = (26, 20, 15, 13, 11, 8, 2, 5, 3, 2, 1, 1, 1, 2, 1, 1, 1)
_TOWNS = ("former Toronto", "Scarborough", "North York", "Etobicoke", "York", "East York")
_PLACES = ("Public School", "Park", "Community Centre", "Library", "Arena", "Plaza", "Church", "Station")
_SOUTH, _NORTH, _WEST, _EAST = 43.60, 43.83, -79.60, -79.14


def street_names(streets: int = 10_000, seed: int = 1) -> tuple[str, ...]:
    """Names of so many streets, some of them Toronto's best known, the rest made up, each once."""
    made = random.Random(seed)
    names = dict.fromkeys(_KNOWN[:streets])
    while len(names) < streets:
        name = made.choice(_FIRST) + made.choice(_SECOND)
        if made.random() < 0.12:
            name = f"{made.choice(_FIRST)} {made.choice(_FIRST)}{made.choice(_SECOND)}"
        elif made.random() < 0.02:
            name = f"St {name}"
        name = f"{name} {made.choices(_TYPES, _WEIGHTS)[0]}"
        if made.random() < 0.05:
            name = f"{name} {made.choice('NSEW')}"
        names.setdefault(name)
    return tuple(names)


def rows(count: int = 525_000, streets: int = 10_000, seed: int = 1) -> Iterator[dict[str, str]]:
    """So many rows by column, street by street, each street a straight line of doors."""
    made = random.Random(seed)
    names = street_names(streets, seed)
    shares = [min(20.0, made.paretovariate(1.3)) * (20.0 if place < _LONG else 1.0) for place in range(len(names))]
    total = sum(shares)
    left = count
    for place, name in enumerate(names):
        after = len(names) - place - 1
        doors = left if not after else max(1, min(left - after, int(count * shares[place] / total)))
        yield from _street(made, name, doors, count - left)
        left -= doors
        if left <= 0:
            return


def _street(made: random.Random, name: str, doors: int, done: int) -> Iterator[dict[str, str]]:
    words = name.split()
    direction = words[-1] if words[-1] in ("N", "S", "E", "W") else "None"
    kind = words[-2] if direction != "None" else words[-1]
    town = made.choice(_TOWNS)
    lat, lon = made.uniform(_SOUTH, _NORTH), made.uniform(_WEST, _EAST)
    along = (0.00006, 0.0) if made.random() < 0.5 else (0.0, 0.00009)
    number = made.choice((1, 2, 3, 10, 100))
    for door in range(doors):
        number += made.choice((1, 2, 2, 2, 4))
        suffix = made.choice("ABC") if made.random() < 0.01 else "None"
        high = str(number + 4) if made.random() < 0.01 else "None"
        place = f"{words[0]} {made.choice(_PLACES)}" if made.random() < 0.008 else "None"
        here = (min(_EAST, lon + along[1] * door), min(_NORTH, lat + along[0] * door))
        shown = f"{number}{suffix if suffix != 'None' else ''}{f'-{high}' if high != 'None' else ''}"
        row = dict.fromkeys(COLUMNS, "None")
        row |= {
            "_id": str(done + door + 1),
            "ADDRESS_POINT_ID": str(5_000_000 + done + door),
            "OBJECTID": str(done + door + 1),
            "MAINT_STAGE": "REGULAR",
            "ADDRESS_NUMBER": shown,
            "LINEAR_NAME_FULL": name,
            "LO_NUM": str(number),
            "LO_NUM_SUF": suffix,
            "HI_NUM": high,
            "LINEAR_NAME": " ".join(words[:-1]),
            "LINEAR_NAME_TYPE": kind,
            "LINEAR_NAME_DIR": direction,
            "PLACE_NAME": place,
            "ADDRESS_STATUS": "Regular",
            "MUNICIPALITY_NAME": town,
            "ADDRESS_FULL": f"{shown} {name}",
            "geometry": json.dumps({"coordinates": [[round(here[0], 12), round(here[1], 12)]], "type": "MultiPoint"}),
        }
        yield row


def write_rows(path: Path, count: int = 525_000, streets: int = 10_000, seed: int = 1) -> None:
    """Write such a file as the City publishes it: CSV with a geometry column."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows(count, streets, seed))
