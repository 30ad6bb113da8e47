"""A service that has heard for years, for the measure of concerns: a key, signed-in browsers, and rows by COPY."""

from __future__ import annotations

import io
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction

from byname.concerns import actions, rules
from byname.interfaces import open311, snapshot
from byname.interfaces.jobs.bench import desk_ground
from byname.safekeeping import keys
from byname.vocabulary import Point, operator

_BY: Final = operator("bench")
AN_HOUR: Final = 10_000_000
KEPT: Final = 100_000
"""So many concerns still have their words: those of the last year; of all older ones the words are gone."""
_SAMPLES: Final = 1000
_AT_ONCE: Final = 20_000
_YEAR: Final = timedelta(days=365)
_ENDINGS: Final = ("solved", "not_solved", "nothing_we_can_do")
_SENTENCES: Final = (
    "Cars race past the school every weekday morning between eight and nine, and hardly anybody stops at the crossing.",
    "Several people shout in the park behind the library until three at night and leave broken bottles on the path.",
    "The lamp at the corner has been out for weeks, so the whole lane is dark when people come home from the bus.",
    "Delivery vans stand on the cycle track all afternoon, and everybody on a bicycle has to swerve into the traffic.",
    "Somebody tries the doors of parked cars on our street, mostly on Friday and Saturday nights after midnight.",
    "Les voitures roulent beaucoup trop vite devant l'école le matin, et personne ne laisse traverser les enfants.",
    "Por las noches hay mucho ruido en el parque y los vecinos ya no se atreven a pasar por allí con los niños.",
    "اسکول کے سامنے صبح کے وقت گاڑیاں بہت تیز چلتی ہیں اور بچوں کے لیے سڑک پار کرنا مشکل ہو جاتا ہے۔",
)
_HELP: Final = "A sign before the bend, and somebody who stands there now and then."
_CONCERN: Final = """
    COPY byname_concern (
        id, reference, area_id, division_code, category, channel, place_kind, grid_lat, grid_lon, told, written_in,
        danger, needs_interpreter, state, holder, raised_at, promised_at, due_at, answered_at, first_answered_at,
        ended_at, outcome, reopened, stirred_at, held, words_gone_at, likeness
    ) FROM STDIN
"""
_PERSON: Final = """
    COPY byname_person (
        concern_id, raised, link_digest, link, pin, contact, language, under_18, more_letters, words_in_letters,
        joined_at, letter
    ) FROM STDIN
"""
_MESSAGE: Final = """
    COPY byname_message (concern_id, kind, at, signed, account_id, words, language, via) FROM STDIN
"""
_WORDING: Final = """
    COPY byname_wording (
        concern_id, area_id, category, words, done, month_on, near, lat, lon, state, joined, published_at, changed_at
    ) FROM STDIN
"""
_ASKED: Final = re.compile(r"\tF\t[0-9]+\t(?:Query|Parse)\b")
_SETTLED: Final = ("byname_concern", "byname_person", "byname_message", "byname_wording")


@dataclass(frozen=True, slots=True)
class _Area:
    """An area concerns are raised in."""

    number: int
    division: str
    middle: Point


@dataclass(frozen=True, slots=True)
class _Sealed:
    """What one person wrote, as it stands in the database: sealed once, for many rows."""

    told: str
    likeness: list[int]
    link: str
    pin: str
    contact: str
    answer: str


def make(rows: int, *, at: datetime) -> dict[str, Any]:
    """What a load needs: a key, the forms it sends, browsers of an officer and a sergeant, the database's address."""
    areas = _areas()
    filled = _fill(range(rows), at)
    made = actions.make_api_key("bench", an_hour=AN_HOUR, known=tuple(snapshot.hearing().raisable), by=_BY, at=at)
    return {
        **filled,
        "key": made.key,
        "points": [_somewhere(random.Random(number), areas[number % len(areas)].middle) for number in range(500)],
        "cookies": desk_ground.signed_in(_accounts(at), at),
        "address": os.environ["DATABASE_URL"],
    }


def fill_older(rows: int, *, at: datetime) -> dict[str, Any]:
    """How many concerns of the nine years before were written besides, as they are kept: without their words."""
    return _fill(range(KEPT, KEPT + rows), at)


def _fill(numbers: range, at: datetime) -> dict[str, Any]:
    """How many were written: the first KEPT with all they hold and published, those after them without their words."""
    chance, areas, sealed = random.Random(numbers.start), _areas(), _sealed()
    categories = tuple(snapshot.hearing().raisable)
    for first in range(numbers.start, numbers.stop, _AT_ONCE):
        _write(range(first, min(first + _AT_ONCE, numbers.stop)), areas, sealed, categories, at, chance)
    _settle()
    return {"concerns": len(numbers)}


def _settle() -> None:
    """Waits, two minutes at most, until PostgreSQL has counted the tables, as it has in any running service."""
    for _ in range(120):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_user_tables WHERE relname = ANY(%s) "
                "AND n_mod_since_analyze > 0.1 * n_live_tup + 50",
                [list(_SETTLED)],
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(1)


def form(key: str, point: Sequence[float], number: int) -> dict[str, str]:
    """One concern as a program sends it: some three hundred characters, a place, and an address to write to."""
    what = " ".join(_SENTENCES[(number + step) % 5] for step in range(3))[:300]
    return {
        "api_key": key,
        "service_code": "traffic",
        "lat": f"{point[0]:.6f}",
        "long": f"{point[1]:.6f}",
        "description": what,
        "attribute[days][]": "mon",
        "attribute[times][]": "morning",
        "attribute[since]": "month",
        "attribute[help]": _HELP,
        "first_name": "Maya",
        "last_name": "Invented",
        "email": f"person-{number}@residents.example",
    }


def on_the_wire(body: str) -> dict[str, Any]:
    """What one concern more asks of the database, as libpq itself writes it down: BEGIN and COMMIT counted."""
    snapshot.keep_fresh()
    while not snapshot.is_held():
        time.sleep(0.01)
    application = get_wsgi_application()
    _post(application, body)  # what is read once has been read
    connection.ensure_connection()
    with tempfile.TemporaryFile("w+") as trace:
        connection.connection.pgconn.trace(trace.fileno())
        status = _post(application, body)
        connection.ensure_connection()
        connection.connection.pgconn.untrace()
        trace.seek(0)
        said = [line.rstrip() for line in trace]
    # The pool asks with an empty query whether a connection still stands before it lends it.
    asked = [line for line in said if _ASKED.search(line)]
    statements = [line for line in asked if not line.endswith('""')]
    return {"status": status, "statements": len(statements), "asked_if_it_stands": len(asked) - len(statements)}


def _post(application: Any, body: str) -> str:
    """One form through Django as the server hands it over, its connection given back at the end."""
    sent, said = body.encode(), []
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": f"{open311.PATH}requests.json",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(sent)),
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(sent),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    parts = application(environ, lambda status, _headers, _fault=None: said.append(status))
    b"".join(parts)
    parts.close()
    return str(said[0])


def _areas() -> list[_Area]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug, id FROM byname_area")
        numbers = dict(cursor.fetchall())
    serving = snapshot.city().serving
    return [_Area(numbers[each.area.slug], each.area.division_code, each.area.label) for each in serving]


def _somewhere(chance: random.Random, middle: Point) -> tuple[float, float]:
    return middle.lat + chance.uniform(-0.004, 0.004), middle.lon + chance.uniform(-0.004, 0.004)


def _sealed() -> list[_Sealed]:
    """Samples of what people wrote. Sealing costs the same for each, so that a thousand stand for all."""
    made, key = [], keys.keyed_digest("likeness", b"")
    for number in range(_SAMPLES):
        what = " ".join(_SENTENCES[(number + step * 3) % len(_SENTENCES)] for step in range(3))[:300]
        told = rules.Told(what=what, help=_HELP, days=("mon", "tue"), times=("morning",), lat=43.65, lon=-79.4)
        contact = rules.Contact(name="Maya Invented", email=f"person-{number}@residents.example")
        made.append(
            _Sealed(
                told=keys.seal(rules.kept(told)),
                likeness=rules.likeness(f"{what} {number}", key),
                link=keys.seal(f"link-{number:018}"),
                pin=keys.seal(f"{number:06}"),
                contact=keys.seal(rules.kept(contact)),
                answer=keys.seal("I was there on three mornings. The school and I are asking the city for a sign."),
            )
        )
    return made


def _write(
    numbers: range,
    areas: Sequence[_Area],
    sealed: Sequence[_Sealed],
    categories: Sequence[str],
    at: datetime,
    chance: random.Random,
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('byname_concern', 'id')) FROM generate_series(1, %s)",
            [len(numbers)],
        )
        made = []
        for number, (pk,) in zip(numbers, cursor.fetchall(), strict=True):
            within = number < KEPT
            # Of the last year, or of the nine before it.
            raised = at - (_YEAR * chance.random() if within else _YEAR * (1 + 9 * chance.random()))
            ended = not within or chance.random() < 0.95
            made.append((pk, within, raised, ended, chance.choice(areas), chance.choice(sealed)))
        with cursor.copy(_CONCERN) as copy:
            for pk, within, raised, ended, area, words in made:
                lat, lon = _somewhere(chance, area.middle)
                grid = rules.field_of(Point(lat, lon))
                answered = raised + timedelta(hours=20) if ended or chance.random() < 0.5 else None
                end = raised + timedelta(days=3) if ended else None
                state = "closed" if ended else "answered" if answered else "received"
                copy.write_row(
                    (
                        pk, rules.new_reference(chance.randrange), area.number, area.division,
                        chance.choice(categories), "web", "point", grid.lat, grid.lon,
                        words.told if within else "", "en", "", False, state, "team",
                        raised, raised, raised + timedelta(hours=72), answered, answered, end,
                        chance.choice(_ENDINGS) if ended else "", 0, end or answered or raised, False,
                        None if within else raised + 2 * _YEAR, words.likeness if within else None,
                    )
                )  # fmt: skip
        with cursor.copy(_PERSON) as copy:
            for pk, within, raised, _ended, _area, words in made:
                link = sha256(token_bytes(18)).digest()
                kept = (words.link, words.pin, words.contact) if within else ("", "", "")
                copy.write_row((pk, True, link, *kept, "en", False, False, False, raised, ""))
        with cursor.copy(_MESSAGE) as copy:
            for pk, within, raised, ended, _area, words in made:
                if within and ended:
                    said = raised + timedelta(hours=20)
                    copy.write_row((pk, "answer", said, "Constable Invented", 1, words.answer, "en", "desk"))
        with cursor.copy(_WORDING) as copy:
            for pk, within, raised, ended, area, _words in made:
                if within:
                    place = rules.field_of(Point(*_somewhere(chance, area.middle)))
                    copy.write_row(
                        (
                            pk, area.number, chance.choice(categories),
                            "Speeding on the school stretch, weekday mornings",
                            "We stood there on three mornings, and the city is putting up a sign." if ended else "",
                            raised.date().replace(day=1), "Millrace Lane and Ringway", place.lat, place.lon,
                            "closed" if ended else "answered", 1,
                            raised + timedelta(days=1), raised + timedelta(days=3),
                        )
                    )  # fmt: skip


def _accounts(at: datetime) -> list[Any]:
    """An officer who serves in an area, and the sergeant of a division that has several."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT officer_id FROM byname_posting WHERE period @> %s AND role = 'lead' ORDER BY id LIMIT 1",
            [snapshot.today()],
        )
        (officer,) = cursor.fetchone()
        cursor.execute("SELECT division_code FROM byname_area GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
        (division,) = cursor.fetchone()
    account = get_user_model()
    made = [
        account(
            email="bench-officer@service.example", name="Bench", joined_at=at, roles=["officer"], officer_id=officer
        ),
        account(
            email="bench-sergeant@service.example",
            name="Bench",
            joined_at=at,
            roles=["sergeant"],
            divisions=[division],
        ),
    ]
    for each in made:
        each.set_unusable_password()
    # Whoever the demo city gave this officer's account loses it for the measure.
    account.objects.filter(officer_id=officer).update(officer_id=None)
    account.objects.bulk_create(made)
    secret = keys.seal("JBSWY3DPEHPK3PXP")
    Authenticator.objects.bulk_create(
        Authenticator(user=each, type=Authenticator.Type.TOTP, data={"secret": secret}) for each in made
    )
    return made
