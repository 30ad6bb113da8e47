"""A large invented service for the desk's measure: brought in through the actions, as files are."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import sleep
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.db import connection, transaction
from django.utils import timezone

from byname.interfaces.jobs.demo import facts, names
from byname.interfaces.jobs.demo.duty import published_month
from byname.people import actions as people
from byname.people.rules import OfficerRow
from byname.places import actions as places
from byname.postings import actions as postings
from byname.postings import rules
from byname.postings.rules import PostingRow
from byname.safekeeping import keys, sessions
from byname.vocabulary import SYSTEM, Actor, operator

_BY: Final = operator("bench")
_CORNER: Final = (-79.9, 43.2)
_SIDE: Final = 0.008
_BLOCK: Final = 10
"""So many neighbourhoods a division is long and broad."""
_YEARS: Final = 15
_FIRST_BADGE: Final = 100_001
_REASONS: Final = ("promotion", "transfer_requested", "operational_need", "leave", "left_service", "other")
_DAYS_OF_HOURS: Final = 60
_DAYS_OF_READING: Final = 365
_PROPOSALS: Final = 12
_ROLES: Final = ("coordinator", "coordinator", "sergeant", "sergeant", "analyst", "overseer", "administrator")
"""Of the first accounts; all others are officers."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the service is: each area has a lead and a member, each of whom served several areas before."""

    areas: int
    postings: int
    accounts: int
    readings: int
    """How many looks at something sensitive the ledger holds of the year before."""

    @property
    def officers(self) -> int:
        """Two for each area."""
        return 2 * self.areas

    @property
    def rows(self) -> int:
        """How many neighbourhoods the land is long, each an area of its own."""
        return -(-self.areas // self.columns)

    @property
    def columns(self) -> int:
        """How many it is broad."""
        return math.isqrt(self.areas)


_LARGE: Final = ("byname_area", "byname_officer", "byname_posting", "byname_dutyhours", "byname_ledgerline")
WHOLE: Final = Size(areas=2500, postings=60_000, accounts=200, readings=50_000)
QUICK: Final = Size(areas=100, postings=1200, accounts=20, readings=1000)


def make(size: Size, *, at: datetime, on: date) -> dict[str, Any]:
    """What was made of such a size: how many of each, all officers and areas, and each role's signed-in browsers."""
    chance = random.Random(1)
    _bring_land(size, at=at)
    references = people.bring_officers(list(_officers(size)), by=_BY, at=at).references
    rows = list(_postings(size, on, chance))
    postings.bring_postings(rows, by=_BY, at=at)
    badges = [str(_FIRST_BADGE + number) for number in range(size.officers)]
    accounts = _accounts(size, [references[badge] for badge in badges], at)
    hours = _hours(on, at)
    _readings(size.readings, accounts, list(references.values()), on, chance)
    return {
        "officers": len(references),
        "areas": size.areas,
        "postings": len(rows),
        "accounts": len(accounts),
        "hours": hours,
        "readings": size.readings,
        "cookies": signed_in(accounts, at),
        "references": [references[badge] for badge in badges],
        "slugs": [_slug(number) for number in range(size.areas)],
        "proposals": _proposals(size, accounts[0], on, at),
        "handovers": postings.open_due_handovers(by=SYSTEM, at=at).opened,
        "published": postings.publish_hours(published_month(on), by=SYSTEM, at=at).areas,
    }


def settle() -> None:
    """Waits, two minutes at most, until PostgreSQL has counted the large tables, as it has in any running service.

    It does so by itself within a minute; the application's own role may not ask for it.
    """
    for _ in range(120):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_user_tables WHERE last_autoanalyze IS NOT NULL AND relname = ANY(%s)",
                [list(_LARGE)],
            )
            if cursor.fetchone() == (len(_LARGE),):
                return
        sleep(1)


def _slug(area: int) -> str:
    return f"quarter-{area + 1}"


def _division(size: Size, area: int) -> str:
    row, column = divmod(area, size.columns)
    return f"D{row // _BLOCK * -(-size.columns // _BLOCK) + column // _BLOCK + 1}"


def _square(column: float, row: float, wide: float, high: float) -> list[list[list[float]]]:
    west, south = _CORNER[0] + column * _SIDE, _CORNER[1] + row * _SIDE
    east, north = west + wide * _SIDE, south + high * _SIDE
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return [[[round(lon, 6), round(lat, 6)] for lon, lat in corners]]


def _bring_land(size: Size, *, at: datetime) -> None:
    cells = [
        (
            {"AREA_SHORT_CODE": area + 1, "AREA_NAME": f"Quarter {area + 1}", "POPULATION": 5000 + area},
            _square(area % size.columns, area // size.columns, 1, 1),
        )
        for area in range(size.areas)
    ]
    blocks = [
        (
            {"DIV": code, "UNIT_NAME": f"{code[1:]} Division", "ADDRESS": f"{code[1:]} Station Road", "PHONE": ""},
            _square(column, row, min(_BLOCK, size.columns - column), min(_BLOCK, size.rows - row)),
        )
        for row in range(0, size.rows, _BLOCK)
        for column in range(0, size.columns, _BLOCK)
        for code in (_division(size, row * size.columns + column),)
    ]
    with transaction.atomic():
        places.bring_service((facts.FOLDER / "service.toml").read_bytes(), file_name="service.toml", by=_BY, at=at)
        for kind, found in (("neighbourhoods", cells), ("divisions", blocks)):
            features = [
                {"type": "Feature", "properties": said, "geometry": {"type": "Polygon", "coordinates": outline}}
                for said, outline in found
            ]
            places.bring_boundaries(
                "neighbourhoods" if kind == "neighbourhoods" else "divisions",
                json.dumps({"type": "FeatureCollection", "features": features}).encode(),
                file_name=f"{kind}.geojson",
                edition="invented",
                valid_from=date(2000, 1, 1),
                by=_BY,
                at=at,
            )
        lines = ["slug,name,division,neighbourhoods,served_since,phone,email"]
        lines += [
            f"{_slug(area)},Quarter {area + 1},{_division(size, area)},{area + 1},2010-01-01,,"
            for area in range(size.areas)
        ]
        places.bring_areas("\n".join(lines).encode(), file_name="areas.csv", by=_BY, at=at)


def _officers(size: Size) -> Iterator[OfficerRow]:
    communities = list(names.COMMUNITIES.values())
    for number in range(size.officers):
        community = communities[number % len(communities)]
        given = (*community.women, *community.men)
        yield OfficerRow(
            badge_number=str(_FIRST_BADGE + number),
            given_name=given[number // len(communities) % len(given)],
            family_name=community.families[number // 7 % len(community.families)],
            languages=("en", *community.languages[:1]),
            words="I walk here every week." if number % 3 == 0 else "",
            phone="416-555-0199" if number % 2 == 0 else "",
            line=number + 2,
        )


def _postings(size: Size, on: date, chance: random.Random) -> Iterator[PostingRow]:
    """In each of several spells of the years since, every officer serves one chair and every chair has one officer."""
    spells = size.postings // size.officers
    length = timedelta(days=round(_YEARS * 365.25 / (spells - 0.4)))
    for spell in range(spells):
        began = on - length * (spells - spell) + length * 0.4
        people_of_spell = list(range(size.officers))
        if spell < spells - 1:
            chance.shuffle(people_of_spell)
        for chair, officer in enumerate(people_of_spell):
            first = began + timedelta(days=chance.randrange(40))
            last: date | None = began + length - timedelta(days=chance.randrange(20))
            planned, reason = last, ""
            if spell == spells - 1:
                last, planned = None, rules.term_ends_on(first)
                if chair % 25 == 0:
                    last = planned = on + timedelta(days=chance.randrange(5, 85))
            elif chance.random() < 0.15 and last is not None:
                planned, reason = last + timedelta(days=chance.randrange(30, 700)), chance.choice(_REASONS)
            yield PostingRow(
                officer=str(_FIRST_BADGE + officer),
                area=_slug(chair // 2),
                role="member" if chair % 2 else "lead",
                first=first,
                last=last,
                planned_end_on=planned,
                ended_early_reason=reason,
            )


def _accounts(size: Size, references: list[str], at: datetime) -> list[Any]:
    """Accounts with a second factor: a few of each role, the rest officers'."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reference, id FROM byname_officer")
        rows = dict(cursor.fetchall())
    account = get_user_model()
    made = [
        account(
            email=f"{role}-{number}@service.example",
            name=f"The {role} {number}",
            joined_at=at,
            roles=[role],
            divisions=[_division(size, 0)] if role == "sergeant" else [],
            officer_id=rows[references[2 * number]] if role == "officer" else None,
        )
        for number in range(size.accounts)
        for role in (_ROLES[number] if number < len(_ROLES) else "officer",)
    ]
    for each in made:
        each.set_unusable_password()
    account.objects.bulk_create(made)
    secret = keys.seal("JBSWY3DPEHPK3PXP")
    Authenticator.objects.bulk_create(
        Authenticator(user=each, type=Authenticator.Type.TOTP, data={"secret": secret}) for each in made
    )
    return made


def signed_in(accounts: list[Any], at: datetime) -> dict[str, list[str]]:
    """For each role the cookies of browsers in which its accounts are signed in."""
    cookies: dict[str, list[str]] = {}
    for account in accounts:
        session = sessions.SessionStore()
        session.update(
            {
                SESSION_KEY: str(account.pk),
                BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                HASH_SESSION_KEY: account.get_session_auth_hash(),
                sessions.BEGAN: at.timestamp(),
                sessions.SEEN: at.timestamp(),
            }
        )
        session.create()
        cookies.setdefault(account.roles[0], []).append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    return cookies


def _proposals(size: Size, coordinator: Any, on: date, at: datetime) -> list[int]:
    """The numbers of proposals that wait: each takes somebody out of a team in the middle of their term."""
    by = Actor("account", coordinator.name, coordinator.pk, frozenset(coordinator.roles))
    first = on + timedelta(days=120)
    return [
        postings.propose_posting(
            str(_FIRST_BADGE + 2 * number + 1), _slug(size.areas - 1 - number), "member", first=first, by=by, at=at
        )
        for number in range(_PROPOSALS)
    ]


def _hours(on: date, at: datetime) -> int:
    """How many figures of hours were written: two months of ten-hour days, one in four with hours pulled away."""
    # By the database itself: as files or one by one it would take longer than everything measured.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO byname_dutyhours (officer_id, area_id, "on", kind, minutes, recorded_at)
            SELECT posting.officer_id, posting.area_id, day::date, kind.name,
                   CASE WHEN kind.name = 'present' THEN 480 ELSE 120 END, %(at)s
            FROM byname_posting posting
            CROSS JOIN generate_series(%(first)s::date, %(last)s::date, '1 day') day
            CROSS JOIN (VALUES ('present'), ('event')) kind (name)
            WHERE posting.period @> day::date AND posting.role <> 'cover'
              AND (posting.officer_id + extract(doy FROM day)::int) %% 7 < 4
              AND (kind.name = 'present' OR (posting.officer_id + extract(doy FROM day)::int) %% 4 = 0)
            """,
            {"at": at, "first": on - timedelta(days=_DAYS_OF_HOURS), "last": on - timedelta(days=1)},
        )
        return int(cursor.rowcount)


def _readings(count: int, accounts: list[Any], references: list[str], on: date, chance: random.Random) -> None:
    """Who looked at what in the year before: officers now and then and on duty, all others many times a day."""
    often = [40 if account.roles != ["officer"] else 1 for account in accounts]
    lines = []
    for account in chance.choices(accounts, often, k=count):
        day = on - timedelta(days=chance.randrange(1, _DAYS_OF_READING + 1))
        # The days on which hours are written below, but for one look in fifty.
        while account.officer_id and (account.officer_id + day.timetuple().tm_yday) % 7 >= 4 and chance.random() > 0.02:
            day -= timedelta(days=1)
        hour = chance.randrange(24) if chance.random() < 0.01 else chance.randrange(8, 19)
        seen = datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)))
        facts = '{"outside": true}' if chance.random() < 0.01 else "{}"
        event, subject = ("read.officer", "officer") if chance.random() < 0.7 else ("read.hours", "officer")
        lines.append((timezone.make_aware(seen), event, account.pk, subject, chance.choice(references), facts))
    with connection.cursor() as cursor:
        # Not through the queries that write them: those write them of today.
        cursor.executemany(
            """
            INSERT INTO byname_ledgerline
                (at, event, actor_kind, actor_name, actor_account_id, subject_kind, subject_id, reason_code, facts)
            VALUES (%s, %s, 'account', '', %s, %s, %s, 'supervision', %s)
            """,
            sorted(lines),
        )
