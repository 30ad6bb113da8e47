"""The team's lists: who sees what, in which order, and how many wait; never a word of what somebody wrote."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from byname.concerns import actions, queries
from byname.concerns.models import Concern
from byname.concerns.queries import Asked
from byname.ledger.models import LedgerLine
from byname.people import actions as people
from byname.people import queries as people_queries
from byname.vocabulary import PUBLIC, Actor, NotThere
from tests import staff
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.told import ANONYMOUS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RING = actions.Where("D2", "ring", 3)


def listed(viewer: Actor, at: datetime, **asked: object) -> list[str]:
    page = queries.inbox(Asked(**asked), page=1, at=at, viewer=viewer)  # type: ignore[arg-type]
    return [line.reference for line in page.lines]


def test_a_list_is_cut_to_the_areas_of_an_officer_and_the_divisions_of_a_sergeant(
    cast: Cast, noon: datetime, ana: Actor, ines: Actor, sergeant: Actor
) -> None:
    mine = told.raised(noon, ANONYMOUS).reference
    past = told.raised(noon + HOUR, ANONYMOUS, to_sergeant=True).reference
    theirs = told.raised(noon, ANONYMOUS, where=RING).reference
    assert listed(ana, noon) == [mine]
    assert listed(ines, noon) == [theirs]
    assert listed(sergeant, noon) == [past, mine]
    both = replace(ana, roles=frozenset({"officer", "sergeant"}), divisions=frozenset({"D2"}))
    assert sorted(listed(both, noon)) == sorted([mine, theirs])


@pytest.mark.parametrize("role", ["coordinator", "analyst", "overseer", "clerk", "administrator"])
def test_nobody_else_of_the_service_sees_any(cast: Cast, noon: datetime, role: str) -> None:
    viewer = staff.acting(staff.account(role, divisions=["D1"]), areas=["old-mill"])
    for ask in (
        lambda: queries.inbox(Asked(), page=1, at=noon, viewer=viewer),
        lambda: queries.waiting_for(at=noon, viewer=viewer),
        lambda: queries.inbox(Asked(), page=1, at=noon, viewer=PUBLIC),
    ):
        with pytest.raises(NotThere):
            ask()


def test_what_a_conflict_of_interest_closes_is_neither_listed_nor_counted(
    cast: Cast, noon: datetime, sergeant: Actor
) -> None:
    told.raised(noon, ANONYMOUS)
    other = told.raised(noon, ANONYMOUS, where=actions.Where("D1", "chapel-hill", 2)).reference
    closed = replace(sergeant, conflicts=people_queries.area_codes("old-mill", [4], viewer=PUBLIC))
    assert (len(listed(sergeant, noon)), queries.waiting_for(at=noon, viewer=sergeant).unanswered) == (2, 2)
    assert (listed(closed, noon), queries.waiting_for(at=noon, viewer=closed).unanswered) == ([other], 1)


@pytest.mark.parametrize(
    ("where", "declared"),
    [
        # Of the whole area: it tells of each neighbourhood the area is made of.
        (actions.Where("D1", "old-mill", None), "neighbourhood:4"),
        (actions.Where("D1", "old-mill", None), "neighbourhood:1"),
        # Drawn by hand, over a neighbourhood.
        (actions.Where("D1", "night-market", 4), "area:night-market"),
        (actions.Where("D1", "night-market", 4), "neighbourhood:4"),
        (actions.Where("D1", "night-market", None), "area:night-market"),
    ],
)
def test_a_conflict_closes_a_concern_by_its_neighbourhood_and_by_its_area(
    cast: Cast, noon: datetime, sergeant: Actor, where: actions.Where, declared: str
) -> None:
    reference = told.raised(noon, ANONYMOUS, where=where).reference
    other = told.raised(noon, ANONYMOUS, where=actions.Where("D1", "chapel-hill", 2)).reference
    assert listed(sergeant, noon) == [other, reference]
    closed = replace(sergeant, conflicts=frozenset(people_queries.codes_of([declared], viewer=PUBLIC).values()))
    assert (listed(closed, noon), queries.waiting_for(at=noon, viewer=closed).unanswered) == ([other], 1)
    assert queries.thread(other, at=noon, viewer=closed).reference == other
    for act in (
        lambda: queries.thread(reference, at=noon, viewer=closed),
        lambda: actions.answer(reference, "I was there.", by=closed, at=noon),
        lambda: queries.wording_of(reference, viewer=closed),
    ):
        with pytest.raises(NotThere):
            act()


def test_one_that_was_passed_on_closes_with_the_area_it_came_to(cast: Cast, noon: datetime, sergeant: Actor) -> None:
    reference = told.raised(noon, ANONYMOUS).reference
    viewer = replace(sergeant, divisions=frozenset({"D1", "D2"}))
    actions.pass_on(reference, "night-market", "The market's team has it.", by=viewer, at=noon)
    closed = replace(viewer, conflicts=people_queries.area_codes("night-market", [], viewer=PUBLIC))
    assert (listed(viewer, noon), listed(closed, noon)) == ([reference], [])


def test_how_many_tell_of_a_whole_area_costs_the_list_no_question_more(
    cast: Cast, noon: datetime, sergeant: Actor
) -> None:
    closed = replace(sergeant, conflicts=people_queries.area_codes("night-market", [], viewer=PUBLIC))

    def asked() -> int:
        told.raised(noon, ANONYMOUS, where=actions.Where("D1", "old-mill", None))
        with CaptureQueriesContext(connection) as caught:
            listed(closed, noon)
        return len(caught)

    assert len({asked() for _ in range(3)}) == 1


def test_a_line_holds_no_word_of_the_person(cast: Cast, noon: datetime, ana: Actor) -> None:
    told.raised(noon)
    with CaptureQueriesContext(connection) as asked:
        (line,) = queries.inbox(Asked(), page=1, at=noon, viewer=ana).lines
    assert not {"told", "words", "contact", "name", "place"} & {field.name for field in fields(line)}
    assert [query["sql"] for query in asked if '"told"' in query["sql"] or "byname_person" in query["sql"]] == []


def test_what_presses_stands_first(cast: Cast, noon: datetime, ana: Actor) -> None:
    answered, late, later = (told.raised(noon + hours * HOUR, ANONYMOUS).reference for hours in range(3))
    danger = told.raised(noon + 5 * HOUR, ANONYMOUS).reference
    Concern.objects.filter(reference=danger).update(danger="now")
    actions.answer(answered, "I was there.", by=ana, at=noon)
    assert listed(ana, noon, state="open") == [danger, late, later, answered]
    assert listed(ana, noon, state="unanswered") == [danger, late, later]
    assert listed(ana, noon) == [danger, later, late, answered]


def test_a_list_is_cut_by_what_is_asked(cast: Cast, noon: datetime, ana: Actor, sergeant: Actor) -> None:
    one = told.raised(noon, ANONYMOUS).reference
    two = told.raised(noon + DAY, ANONYMOUS, category="noise").reference
    actions.take(one, cast.ana.reference, on=cast.on, by=ana, at=noon)
    actions.close(two, "solved", "It is quiet.", by=ana, at=noon + DAY)
    Concern.objects.filter(reference=two).update(written_in="ur")
    by: dict[str, tuple[dict[str, object], list[str]]] = {
        "reference": ({"reference": one.lower().replace("-", " ")}, [one]),
        "half a reference": ({"reference": one[:6]}, []),
        "area": ({"area": "old-mill"}, [two, one]),
        "another area": ({"area": "ring"}, []),
        "category": ({"category": "noise"}, [two]),
        "state": ({"state": "closed"}, [two]),
        "open": ({"state": "open"}, [one]),
        "language": ({"language": "ur"}, [two]),
        "mine": ({"mine": True}, [one]),
        "from": ({"raised_from": date(2026, 11, 24)}, [two]),
        "until": ({"raised_until": date(2026, 11, 24)}, [one]),
    }
    assert {name: listed(ana, noon, **asked) for name, (asked, _) in by.items()} == {
        name: found for name, (_, found) in by.items()
    }
    # Who is on no register has none of their own.
    assert listed(sergeant, noon, mine=True) == []


def test_a_list_is_cut_by_place_way_danger_and_age(cast: Cast, noon: datetime, ana: Actor, sergeant: Actor) -> None:
    here = told.raised(noon, ANONYMOUS).reference
    spread = replace(told.TOLD, lat=43.6161, lon=-79.4947)
    beside = told.raised(noon - 8 * DAY, ANONYMOUS, told=spread, channel="phone").reference
    far = replace(told.TOLD, lat=43.6199, lon=-79.4947)
    away = told.raised(noon - 40 * DAY, ANONYMOUS, told=far, where=actions.Where("D1", "old-mill", 1)).reference
    plain = replace(told.TOLD, lat=None, lon=None)
    whole = told.raised(noon - 2 * DAY, ANONYMOUS, told=plain, place_kind="area").reference
    Concern.objects.filter(reference=whole).update(danger="home")
    theirs = told.raised(noon, ANONYMOUS, where=RING).reference
    by: dict[str, tuple[dict[str, object], list[str]]] = {
        "neighbourhood": ({"neighbourhood": 1}, [away]),
        "near": ({"near": here.lower()}, [here, beside]),
        "near one without a place": ({"near": whole}, []),
        "near another team's": ({"near": theirs}, []),
        "near nothing": ({"near": "C-2222"}, []),
        "channel": ({"channel": "phone"}, [beside]),
        "danger": ({"danger": True}, [whole]),
        "within a day": ({"age": "within-1"}, [here]),
        "within a week": ({"age": "within-7"}, [here, whole]),
        "within a month": ({"age": "within-30"}, [here, whole, beside]),
        "over a week": ({"age": "over-7"}, [beside, away]),
        "over a month": ({"age": "over-30"}, [away]),
        "over three": ({"age": "over-90"}, []),
    }
    for viewer in (ana, sergeant):
        assert {name: listed(viewer, noon, **asked) for name, (asked, _) in by.items()} == {
            name: found for name, (_, found) in by.items()
        }


def test_a_file_of_a_list_is_on_the_ledger_with_how_many_stood_in_it(cast: Cast, noon: datetime, ana: Actor) -> None:
    for _ in range(3):
        told.raised(noon, ANONYMOUS)
    page = queries.inbox_file(Asked(), at=noon, viewer=ana)
    assert (len(page.lines), page.more) == (3, False)
    (line,) = LedgerLine.objects.filter(event="read.concerns_list")
    assert (line.actor_account_id, line.facts) == (ana.account_id, {"rows": 3, "outside": False})


def test_days_are_the_services_own(cast: Cast, noon: datetime, ana: Actor) -> None:
    # 23:30 on the 23rd in Toronto is the 24th in UTC.
    late = told.raised(noon + 11 * HOUR + HOUR / 2, ANONYMOUS).reference
    assert listed(ana, noon, raised_until=date(2026, 11, 24)) == [late]
    assert listed(ana, noon, raised_from=date(2026, 11, 24)) == []


def test_pages_follow_one_another(cast: Cast, noon: datetime, ana: Actor) -> None:
    for minutes in range(queries.PAGE + 2):
        told.raised(noon + timedelta(minutes=minutes), ANONYMOUS)
    first, second, third = (queries.inbox(Asked(), page=page, at=noon, viewer=ana) for page in (1, 2, 3))
    assert (len(first.lines), first.more) == (queries.PAGE, True)
    assert (len(second.lines), second.more, third.lines) == (2, False, ())
    assert len({line.reference for line in first.lines + second.lines}) == queries.PAGE + 2


def test_a_list_asks_as_much_for_three_lines_as_for_one(cast: Cast, noon: datetime, ana: Actor) -> None:
    counts = []
    for count in (1, 3):
        while Concern.objects.count() < count:
            reference = told.raised(noon, ANONYMOUS).reference
            actions.take(reference, cast.ana.reference, on=cast.on, by=ana, at=noon)
        with CaptureQueriesContext(connection) as asked:
            page = queries.inbox(Asked(), page=1, at=noon, viewer=ana)
        assert [line.officer.name if line.officer else "" for line in page.lines] == [cast.ana.name] * count
        counts.append(len(asked))
    assert counts == [2, 2]


def test_what_waits_is_counted_in_two_questions_however_many_wait(
    cast: Cast, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    closed = replace(sergeant, conflicts=people_queries.area_codes("night-market", [], viewer=PUBLIC))
    for _ in range(3):
        told.raised(noon, ANONYMOUS)
        actions.answer(ended := told.raised(noon).reference, "I was there.", by=ana, at=noon)
        actions.close(ended, "solved", "A sign stands there now.", by=ana, at=noon)
        for viewer in (ana, sergeant, closed):
            with CaptureQueriesContext(connection) as asked:
                queries.waiting_for(at=noon, viewer=viewer)
            assert len(asked) == 2
            assert [query["sql"] for query in asked if '"boundary"' in query["sql"]] == []


def test_an_officer_who_is_hidden_is_named_in_no_line(cast: Cast, noon: datetime, ana: Actor, sergeant: Actor) -> None:
    reference = told.raised(noon, ANONYMOUS).reference
    actions.take(reference, cast.ana.reference, on=cast.on, by=ana, at=noon)
    people.hide_officer(cast.ana.reference, by=ana, at=noon)
    (line,) = queries.inbox(Asked(), page=1, at=noon, viewer=sergeant).lines
    assert line.officer is None


def test_how_many_wait_is_told_by_how_their_promise_stands(
    cast: Cast, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    first = told.raised(noon, ANONYMOUS).reference
    told.raised(noon + DAY, ANONYMOUS)
    told.raised(noon + 3 * DAY, ANONYMOUS)
    told.raised(noon, ANONYMOUS, to_sergeant=True)
    gone = told.raised(noon, ANONYMOUS)
    actions.erase(gone.link, gone.pin, by=PUBLIC, at=noon)
    at = noon + 3 * DAY + HOUR
    assert queries.waiting_for(at=at, viewer=ana) == queries.Waiting(3, 1, 1, 0, 0)
    assert queries.waiting_for(at=at, viewer=sergeant) == queries.Waiting(4, 1, 2, 0, 1)
    actions.answer(first, "I was there.", by=ana, at=at)
    Concern.objects.filter(reference=first).update(danger="home")
    assert queries.waiting_for(at=at, viewer=ana) == queries.Waiting(2, 1, 0, 1, 0)
