"""What was told in the demo city: at every stage, in many languages, of nobody real, and no letter of the past."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from byname.concerns import queries, rules
from byname.concerns.models import (
    Concern,
    Message,
    Person,
    PublishedHearing,
    Subscription,
    Translation,
    Verdict,
    Wording,
)
from byname.interfaces.jobs.demo import heard
from byname.interfaces.jobs.demo import load as loading
from byname.interfaces.jobs.demo.city import SEED, demo_city
from byname.interfaces.jobs.demo.heard import plan, tales
from byname.ledger.models import LedgerLine, Letter
from byname.people.models import Account
from byname.vocabulary import PUBLIC, Actor

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)
LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
TALES = tales.tales()


def quiet(_: str) -> None:
    """Nobody listens."""


def test_every_word_an_officer_publishes_may_be_published_and_is_not_the_person_s() -> None:
    for tale in TALES.tales:
        for spot in TALES.spots.get(tale.language, ("",)) if tale.public else ():
            told = rules.Theirs(written=(tale.what.replace("{spot}", spot), tale.help, tale.english))
            for done in (tale.done, *TALES.under_way):
                rules.worded(rules.Draft(tale.public, done, tale.category, placed=True), theirs=told)


def test_what_is_told_names_nobody_and_is_in_the_language_it_says() -> None:
    for tale in TALES.tales:
        words = tale.what.replace("{spot}", TALES.spots.get(tale.language, ("",))[0])
        assert rules.hints(f"{words}\n{tale.help}\n{tale.english}") == (), words
        assert rules.language_of(words) in (tale.language, ""), words
        assert bool(tale.english) == (tale.language != "en"), words
    text = tales.FILE.read_text(encoding="utf-8")
    assert re.findall(r"\d{3}[- .]\d{4}|@|https?:", text) == []
    assert set(tomllib.loads(text)["said"]) == {tale.category for tale in TALES.tales}
    assert {tale.category for tale in TALES.tales} <= set(rules.default_profile().raisable)
    assert {tale.language for tale in TALES.tales} >= LANGUAGES


def test_of_the_three_hundred_three_are_met_as_danger_and_two_tales_tell_them() -> None:
    lives = plan.lives(demo_city(SEED, TODAY), at=NOON, languages=LANGUAGES)
    # Somebody who may freeze to death, and a collapse of yesterday: a number too many does no harm there.
    cold, collapse = "The same four people sit on the church steps", "People use in the lane by our kitchen door"
    met = [(life.what, rules.danger(f"{life.what}\n{life.tale.help}")) for life in lives]
    alarming = [(what, danger.kinds) for what, danger in met if danger]
    told = Counter(
        (next((tale for tale in (cold, collapse) if what.startswith(tale)), what), kinds) for what, kinds in alarming
    )
    assert told == {(cold, ("now",)): 2, (collapse, ("now",)): 1}


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("There is a man who has the paramedics come nearly each night because he has nobody.", ()),
        ("He calls the ambulance, he does not wake up.", ("now",)),
        # To walk home is the street's; to go home may be what waits there.
        ("Madilim ang daan at natatakot kaming maglakad pauwi galing sa trabaho sa gabi.", ()),
        ("Natatakot kaming umuwi.", ("home",)),
    ],
)
def test_a_habit_and_a_dark_way_home_are_no_present_danger(words: str, kinds: tuple[str, ...]) -> None:
    danger = rules.danger(words)
    assert (danger.kinds if danger else ()) == kinds


def test_the_same_day_gives_the_same_concerns_and_nobody_in_them_is_real() -> None:
    city = demo_city(SEED, TODAY)
    found = plan.lives(city, at=NOON, languages=LANGUAGES)
    assert found == plan.lives(city, at=NOON, languages=LANGUAGES)
    assert (len(found), len({life.area for life in found})) == (300, len(plan.AREAS))
    assert {life.channel for life in found} == set(rules.CHANNELS)
    assert {life.place_kind for life in found} == set(rules.PLACE_KINDS)
    emails = {life.contact.email.partition("@")[2] for life in found} - {""}
    phones = [life.contact.phone for life in found if life.contact.phone]
    assert (emails, [each for each in phones if not re.fullmatch(r"416-555-01\d\d", each)]) == ({"example.org"}, [])
    assert (any(life.under_18 for life in found), sum(life.drawn is not None for life in found) >= 5) == (True, True)


@pytest.mark.django_db
@pytest.mark.slow
def test_the_city_s_concerns_stand_at_every_stage_and_no_letter_of_the_past_waits(
    noon: datetime, clerk_of_records: Actor
) -> None:
    city = demo_city(SEED, TODAY)
    references = loading.load(city, by=clerk_of_records, at=noon, say=quiet)
    heard.load(city, references, by=clerk_of_records, at=noon, say=quiet)
    rows = Concern.objects
    assert rows.count() == 300
    assert set(rows.values_list("state", flat=True)) == set(rules.STATES) - {"in_problem"}
    assert set(rows.values_list("outcome", flat=True)) == {"", *rules.OUTCOMES}
    assert set(rows.values_list("reopened", "holder").distinct()) == {
        (0, "team"), (0, "sergeant"), (1, "team"), (2, "sergeant"),
    }  # fmt: skip
    waiting = rows.filter(answered_at__isnull=True, ended_at__isnull=True)
    assert min(waiting.filter(overdue_told_at__isnull=False).count(), waiting.filter(due_at__gt=noon).count()) >= 7
    assert waiting.filter(due_at__lt=noon, overdue_told_at__isnull=True).count() == 0
    assert waiting.filter(due_at__gt=noon, due_at__lt=noon + timedelta(hours=24)).count() >= 5
    assert (rows.filter(needs_interpreter=True).count() >= 3, Translation.objects.count() >= 20) == (True, True)
    assert len(set(rows.values_list("written_in", flat=True))) >= 12
    assert set(Message.objects.values_list("via", flat=True)) == {"web", "mail", "text"}
    joined = [row.joined for row in Wording.objects.all()]
    assert (len(joined) >= 110, sum(count > queries.publishing.LEAST_TOLD for count in joined) >= 10) == (True, True)
    assert set(Verdict.objects.values_list("better", flat=True)) == set(rules.VERDICTS)
    assert set(PublishedHearing.objects.values_list("quarter_on", flat=True)) == {date(2026, 4, 1), date(2026, 7, 1)}
    assert queries.hearing_figures("little-portugal", viewer=PUBLIC) is not None
    assert Subscription.objects.filter(confirmed_at__isnull=False).count() >= 6
    # What was written in the past arrived then, and nothing that happens is dated later than now.
    assert Letter.objects.filter(delivered_at__isnull=True, due_at__lte=noon).count() == 0
    assert Letter.objects.exclude(recipient="").filter(delivered_at__isnull=False).count() == 0
    assert LedgerLine.objects.filter(at__gt=noon).count() == 0
    assert (rows.filter(stirred_at__gt=noon).count(), Person.objects.filter(raised=True).count()) == (0, 300)
    assert set(Account.objects.values_list("is_active", "officer_id")) == {(False, None)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mfa_authenticator")
        assert cursor.fetchone() == (0,)
