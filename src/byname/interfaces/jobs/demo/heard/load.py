"""The demo's concerns go through the actions, one step after the other as the past had them."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from byname.concerns import actions, queries, rules
from byname.interfaces.jobs.demo.city import DemoCity, DemoPosting
from byname.interfaces.jobs.demo.heard.pictures import drawings
from byname.interfaces.jobs.demo.heard.plan import AREAS, Life, lives
from byname.interfaces.jobs.demo.heard.tales import tales
from byname.ledger import actions as ledger
from byname.people import actions as people
from byname.vocabulary import PUBLIC, SYSTEM, Actor

WEEKLY: Final = ("little-portugal", "kensington-chinatown", "south-parkdale", "regent-park")
"""Areas whose weekly letter somebody gets."""
_DAY: Final = timedelta(days=1)


@dataclass
class Town:
    """Who acts in the demo, and what all of them know; the accounts open nothing and end when this is done."""

    city: DemoCity
    references: Mapping[str, str]
    """Officers' references by badge number."""
    profile: rules.Profile
    promise: rules.Promise
    by: Actor
    ends: datetime
    """The moment the demo is made for."""
    now: datetime
    program: int = 0
    accounts: dict[str, Actor] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Of weekly letters, as the letters that asked for a confirmation told them: by their Message-ID."""
    pictures: tuple[rules.Picture, ...] = ()
    teams: dict[str, list[DemoPosting]] = field(default_factory=dict)
    """Each area's lead and members of today."""
    read: dict[str, frozenset[str]] = field(default_factory=dict)
    """The languages each area's team reads."""

    def __post_init__(self) -> None:
        today = self.city.today
        for one in self.city.postings:
            if one.role != "cover" and one.first <= today and (one.last is None or one.last > today):
                self.teams.setdefault(one.area, []).append(one)
        spoken = {one.badge_number: one.languages for one in self.city.officers}
        for area, team in self.teams.items():
            self.read[area] = rules.reads(language for one in team for language in spoken[one.badge_number])

    def serving(self, area: str, day: date) -> DemoPosting:
        """Who answers in an area on a day: its lead, or whoever of today's team was there already."""
        return min(self.teams[area], key=lambda one: (one.first > day, one.role != "lead", one.first, one.badge_number))

    def officer(self, area: str) -> Actor:
        """An officer of the area as they act now."""
        one = self.serving(area, timezone.localtime(self.now).date())
        reference = self.references[one.badge_number]
        known = self.account(f"officer-{one.badge_number}", "An officer of the demo", "officer", officer=reference)
        return replace(known, areas=frozenset({area}))

    def sergeant(self) -> Actor:
        """The sergeant of every division."""
        return self.account("sergeant", "Sgt. Rosa Delacroix", "sergeant", divisions=self.divisions)

    @property
    def divisions(self) -> frozenset[str]:
        """Every division's code."""
        return frozenset(one.code for one in self.city.divisions)

    def account(
        self, who: str, name: str, role: str, *, officer: str = "", divisions: frozenset[str] = frozenset()
    ) -> Actor:
        """Somebody of the service, by an account that has neither a password nor a second factor."""
        if who not in self.accounts:
            email = f"heard.{who}@example.org"
            token = people.invite(
                email, name=name, roles=[role], officer=officer, divisions=divisions, by=self.by, at=self.now
            )
            number = people.accept_invitation(token, by=PUBLIC, at=self.now)
            roles = frozenset({role})
            self.accounts[who] = Actor("account", name, number, roles, officer=officer, divisions=divisions)
        return self.accounts[who]


def load(city: DemoCity, references: Mapping[str, str], *, by: Actor, at: datetime, say: Callable[[str], None]) -> None:
    """What was told in the demo city up to a moment stands there, or nothing of it; `say` hears of it."""
    zone = ZoneInfo(settings.TIME_ZONE)
    profile = queries.hearing(viewer=by)
    found = lives(city, at=at, languages=frozenset(code for code, _name in settings.LANGUAGES))
    say(f"hearing {len(found)} concerns, and answering most of them")
    pictures = drawings()
    rules.warm()
    with transaction.atomic(), _all_or_nothing():
        begins = found[0].raised_at - _DAY
        town = Town(city, references, profile, profile.promise(zone), by, at, begins, pictures=pictures)
        town.program = actions.make_api_key(
            "The city's 311", an_hour=600, categories=(), known=profile.raisable, by=by, at=begins
        ).number
        _live(town, found)
        for account in town.accounts.values():
            people.end_account(account.account_id or 0, by=by, at=at)
        _sent_long_ago(town, at)


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """No act inside is undone by itself: a quarter of all statements would be savepoints nobody goes back to."""
    before = connection.features.uses_savepoints
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = before


def _live(town: Town, found: tuple[Life, ...]) -> None:
    """Every life, step after step in the order of time, up to the moment the demo is made for."""
    waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
    told = [*((life.raised_at, _life(town, life)) for life in found), *_besides(town)]
    for number, (begins, life) in enumerate(told):
        heapq.heappush(waiting, (begins, number, life))
    day = town.now
    while waiting and waiting[0][0] < town.ends:
        now, number, life = heapq.heappop(waiting)
        if now - day > 2 * _DAY:
            _evening(town, now)
            day = now
        town.now = now
        until = next(life, None)
        if until is not None:
            heapq.heappush(waiting, (max(until, now), number, life))
    _evening(town, town.ends)


def _evening(town: Town, at: datetime) -> None:
    """What the clock does by itself: who was not answered in time is told, and the day's letters arrive."""
    actions.tell_overdue(by=SYSTEM, at=at)
    _sent_long_ago(town, at)


def _sent_long_ago(town: Town, at: datetime) -> None:
    """The letters and texts that were due by then arrived then: none of them is sent now."""
    for way in ("mail", "text"):
        while True:
            letter = ledger.take_letter(way=way, by=SYSTEM, at=at)
            if letter is None:
                break
            if letter.kind == "weekly_letter_asked":
                town.keys[letter.to] = letter.words["key"]
            if letter.kind == "phone_code":
                town.keys[letter.to] = letter.words["code"]
            ledger.letter_delivered(letter.number, by=SYSTEM, at=at)


# --- one concern -----------------------------------------------------------------------------------------------------


def _life(town: Town, life: Life) -> Iterator[datetime]:
    """One concern: each time it waits, until when."""
    chance, told = life.chance, tales()
    receipt = _raise(town, life)
    reference, link = receipt.reference, receipt.link
    if life.contact.by_text:
        yield town.now + timedelta(minutes=2)
        actions.send_code(link, by=PUBLIC, at=town.now)
        yield town.now + timedelta(minutes=3)
        _sent_long_ago(town, town.now)
        actions.confirm_phone(link, town.keys[f"+1{rules.dialled(life.contact.phone)}"], by=PUBLIC, at=town.now)
    if life.fate in ("fresh", "near", "overdue"):
        return
    late = chance.random() < 0.07 and life.fate == "closed"
    answered = life.raised_at + timedelta(hours=chance.uniform(4, 60))
    if life.fate in ("answered", "passed_on"):
        answered = min(answered, town.ends - timedelta(hours=2))
    if late:
        answered = receipt.due_at + timedelta(hours=chance.uniform(3, 60))
    yield from _interpreted(town, life, reference, answered)
    yield _working_hour(answered)
    has_it = town.sergeant() if life.fate == "to_sergeant" else town.officer(life.area)
    if life.fate == "passed_on":
        elsewhere = next(slug for slug in AREAS if slug != life.area)
        passed, read_here = told.endings["passed_on"][0], town.read[elsewhere]
        actions.pass_on(reference, elsewhere, passed, read_here=read_here, by=has_it, at=town.now)
        yield _working_hour(town.now + timedelta(hours=chance.uniform(3, 20)))
        has_it = town.officer(elsewhere)
    working = life.fate in ("working", "reopened", "with_sergeant") or chance.random() < 0.4
    first = chance.choice(told.answers[life.tale.category])
    actions.answer(reference, first, working=working, by=has_it, at=town.now)
    if chance.random() < 0.15:
        actions.note(reference, chance.choice(told.notes), by=has_it, at=town.now)
    if chance.random() < 0.25:
        yield town.now + timedelta(hours=chance.uniform(2, 30))
        via = "text" if life.contact.by_text else "mail" if life.contact.email else "web"
        actions.write_again(link, chance.choice(told.messages), via=via, by=PUBLIC, at=town.now)
    if _becomes_public(life) and not _told_at_its_end(life):
        yield from _published(town, life, reference, has_it)
    if life.fate in ("answered", "working", "to_sergeant", "passed_on"):
        return
    yield _working_hour(town.now + _DAY * chance.uniform(2, 8))
    if life.fate == "handed_on" or life.outcome == "handed_on":
        door = chance.choice(sorted(told.handed))
        actions.hand_on(reference, door, told.handed[door], by=has_it, at=town.now)
        return
    yield from _ended(town, life, reference, link, has_it)


def _raise(town: Town, life: Life) -> actions.Receipt:
    own = next(each for each in town.city.areas if each.slug == life.area)
    said = rules.Told(
        what=life.what,
        help=life.tale.help,
        days=life.days,
        times=life.times,
        since=life.since,
        place=life.place,
        lat=life.point.lat if life.point else None,
        lon=life.point.lon if life.point else None,
    )
    raised = rules.checked(
        rules.Raised(
            category=life.tale.category,
            told=said,
            place_kind=life.place_kind,
            channel=life.channel,
            language=life.language,
            to_sergeant=life.fate == "to_sergeant",
            contact=life.contact,
            under_18=life.under_18,
            words_in_letters=life.number % 5 == 0,
        ),
        categories=town.profile.raisable,
        languages=frozenset(code for code, _name in settings.LANGUAGES),
    )
    by = PUBLIC
    if life.channel in ("counter", "phone", "paper"):
        by = town.account("clerk", "The clerk at the counter", "clerk")
    elif life.channel == "door":
        by = town.officer(life.area)
    return actions.raise_concern(
        raised,
        actions.Where(own.division, own.slug, own.neighbourhoods[0], town.read[own.slug]),
        on=timezone.localtime(town.now).date(),
        promise=town.promise,
        client=town.program if life.channel == "program" else None,
        pictures=town.pictures[life.drawn : life.drawn + 1] if life.drawn is not None else (),
        by=by,
        at=town.now,
    )


def _interpreted(town: Town, life: Life, reference: str, answered: datetime) -> Iterator[datetime]:
    """What the team does not read goes to an interpreter before it is answered."""
    if not life.tale.english:
        return
    interpreter = town.account("interpreter", "An interpreter of the demo", "interpreter")
    recognised = rules.language_of(f"{life.what}\n{life.tale.help}")
    if recognised in town.read[life.area]:
        return
    if not recognised:
        yield life.raised_at + timedelta(hours=1)
        actions.ask_interpreter(reference, 0, life.tale.language, by=town.officer(life.area), at=town.now)
    yield life.raised_at + (answered - life.raised_at) / 2
    actions.interpret(reference, 0, life.tale.english, by=interpreter, at=town.now)


def _becomes_public(life: Life) -> bool:
    ends_well = life.outcome in ("solved", "handed_on") or life.fate in ("answered", "working", "reopened")
    return bool(life.tale.public) and ends_well and life.number % 9 != 4


def _told_at_its_end(life: Life) -> bool:
    """Whether an officer tells of it once it is solved, and not before."""
    return life.outcome == "solved" and not life.joined


def _published(town: Town, life: Life, reference: str, has_it: Actor) -> Iterator[datetime]:
    """An officer publishes a wording, and neighbours join it."""
    yield _working_hour(town.now + timedelta(hours=life.chance.uniform(1, 40)))
    _publish(town, life, reference, life.chance.choice(tales().under_way), by=has_it)
    for number in range(life.joined):
        yield town.now + timedelta(hours=life.chance.uniform(1, 20))
        contact = rules.Contact()
        if life.chance.random() < 0.2:
            contact = rules.Contact(email=f"neighbour.{life.number}.{number}@example.org")
        how = actions.Joining(life.chance.choice([life.language, "en"]), contact)
        once = f"demo {life.number} {number}".encode()
        actions.join_concern(reference, how, once=once, by=PUBLIC, at=town.now)


def _publish(town: Town, life: Life, reference: str, done: str, *, by: Actor, again: bool = False) -> None:
    draft = rules.Draft(life.tale.public, done, life.tale.category, placed=life.point is not None)
    act = actions.change_wording if again else actions.publish_wording
    act(reference, draft, categories=town.profile.raisable, by=by, at=town.now)


def _ended(town: Town, life: Life, reference: str, link: str, has_it: Actor) -> Iterator[datetime]:
    """How it ends, and what the person says to that: solved for most, opened again for some, twice for a few."""
    chance, told = life.chance, tales()
    times = {"reopened": 1, "with_sergeant": 2}.get(life.fate, 0)
    again = times == 0 and life.number % 13 == 5
    for turn in range(times + again):
        actions.close(reference, "solved", chance.choice(told.solved[life.tale.category]), by=has_it, at=town.now)
        yield town.now + _DAY * chance.uniform(1, 4)
        actions.write_again(link, chance.choice(told.not_again), by=PUBLIC, at=town.now)
        actions.say_how_it_went(link, answered="partly", better="no", promise=town.promise, by=PUBLIC, at=town.now)
        yield _working_hour(town.now + timedelta(hours=chance.uniform(5, 50)))
        if turn == 1:
            has_it = town.sergeant()
        if turn + 1 == times:
            return
        actions.answer(reference, chance.choice(told.endings["not_yet"]), working=True, by=has_it, at=town.now)
        yield _working_hour(town.now + _DAY * chance.uniform(2, 9))
    outcome = "solved" if again else life.outcome
    solved = outcome == "solved"
    words = told.solved[life.tale.category] if solved else told.endings[outcome]
    actions.close(reference, outcome, chance.choice(words), by=has_it, at=town.now)
    if _becomes_public(life) and life.tale.done:
        _publish(town, life, reference, life.tale.done, by=has_it, again=not _told_at_its_end(life))
    if chance.random() < 0.55:
        yield town.now + _DAY * chance.uniform(0.3, 12)
        better = chance.choices(("yes", "partly", "no"), (70, 24, 6) if solved else (15, 35, 50))[0]
        answered = chance.choices(("yes", "partly"), (80, 20) if better != "no" else (30, 70))[0]
        if better == "no":
            # A "no" within thirty days would open it again: this one came after that.
            yield town.now + _DAY * 31
        actions.say_how_it_went(link, answered=answered, better=better, promise=town.promise, by=PUBLIC, at=town.now)


def _working_hour(moment: datetime) -> datetime:
    """The same moment, or the next between eight and nine in the evening on which an officer answers."""
    local = timezone.localtime(moment)
    if local.hour < 8:
        return moment + timedelta(hours=8 - local.hour)
    return moment if local.hour < 21 else moment + timedelta(hours=32 - local.hour)


# --- besides ---------------------------------------------------------------------------------------------------------


def _besides(town: Town) -> Iterator[tuple[datetime, Iterator[datetime]]]:
    """Two quarters' figures, published on the day they are due, and who gets an area's weekly letter."""
    due = rules.due_quarter(town.city.today)
    before = rules.quarter_of(due - _DAY)
    for quarter in (before, due):
        first = rules.quarter_after(quarter) + timedelta(days=35)
        at = timezone.make_aware(datetime.combine(first, time(9)), town.promise.zone)
        yield min(at, town.ends - timedelta(seconds=1)), _quarter(town, quarter)
    chance = random.Random(f"weekly {town.city.seed}")
    for number in range(9):
        area = WEEKLY[number % len(WEEKLY)]
        yield town.ends - _DAY * chance.uniform(8, 90), _weekly(town, number, area)


def _quarter(town: Town, quarter: date) -> Iterator[datetime]:
    actions.publish_hearing(quarter, promise=town.promise, by=SYSTEM, at=town.now)
    yield from ()


def _weekly(town: Town, number: int, area: str) -> Iterator[datetime]:
    email, language = f"reader.{number}@example.org", ("en", "en", "pt", "zh-hant", "ur", "fr")[number % 6]
    actions.ask_weekly_letter(area, email, language, by=PUBLIC, at=town.now)
    yield town.now + timedelta(minutes=9)
    _sent_long_ago(town, town.now)
    if number % 7 != 6:
        actions.confirm_weekly_letter(town.keys[email], by=PUBLIC, at=town.now)
    # The letters of the weeks that are over came then.
    due = rules.week_ended_at(town.ends, town.promise.zone)
    yield due + timedelta(minutes=1)
    actions.write_weekly_letters(town.promise.zone, by=SYSTEM, at=town.now)
