"""What stands on the demo's desk: two months of hours, a handover under way, two proposals that wait."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from byname.interfaces.jobs.demo import duty, history
from byname.interfaces.jobs.demo.city import DemoCity, DemoPosting
from byname.people import actions as people
from byname.postings import actions as postings
from byname.postings import queries
from byname.postings.rules import HoursRow
from byname.vocabulary import PUBLIC, SYSTEM, Actor

PASSED_ON: Final = (
    ("open_work", "The crossing by the school: the city's engineer is to answer about the signal by the 15th."),
    ("open_work", "Noise behind the arena on weekends: two walks done, the third is on the calendar."),
    ("promise", "The tenants' table was promised somebody at their meeting each first Thursday."),
    ("contact", "The librarian who runs the homework club: rings the station's number and asks for the team."),
    ("key", "Key to the community room, in the station's cabinet, hook 12."),
    ("note", "The market sets up at six on Saturdays: a good hour to be seen and to listen."),
)
"""What the officer who leaves has written down, in roles and places, never people."""
_DONE: Final = 3


def bring_hours(city: DemoCity, *, by: Actor, at: datetime) -> None:
    """Everybody's hours of two months are on record, and the month that is due is published."""
    found = duty.hours(city.postings, seed=city.seed, today=city.today)
    postings.bring_hours(
        [
            HoursRow(one.badge_number, one.area, one.on, one.kind, one.minutes, line)
            for line, one in enumerate(found, start=2)
        ],
        by=by,
        at=at,
    )
    postings.publish_hours(duty.published_month(city.today), by=SYSTEM, at=at)


def set_to_work(city: DemoCity, *, by: Actor, at: datetime) -> None:
    """A coordinator has proposed two postings, and an officer who leaves has begun to hand over.

    They act by accounts nobody can sign in to, which have ended when this is done.
    """
    moments = history.chosen_moments(city.areas, city.seed)
    coordinator = _account("coordinator", "The coordinator before", "coordinator", by=by, at=at)
    _propose(city, moments.vacancy, by=coordinator, at=at)
    postings.open_due_handovers(by=SYSTEM, at=at)
    (handover,) = (
        one for one in queries.open_handovers(viewer=SYSTEM, area=moments.lead_hands_over) if one.role == "lead"
    )
    leaver = _account(
        "handing-over", "The lead who hands over", "officer", handover.outgoing, {handover.area}, by=by, at=at
    )
    for number, (kind, words) in enumerate(PASSED_ON):
        agreed_on = city.today - timedelta(days=6) if kind == "contact" else None
        item = postings.add_item(handover.reference, kind, words, agreed_on=agreed_on, by=leaver, at=at)
        if number < _DONE and kind != "promise":
            postings.tick_item(handover.reference, item, done=True, by=leaver, at=at)
    for account in (coordinator, leaver):
        people.end_account(account.account_id or 0, by=by, at=at)


def _account(
    who: str, name: str, role: str, officer: str = "", areas: Collection[str] = (), *, by: Actor, at: datetime
) -> Actor:
    """Somebody who acts in the demo: their account has neither a password nor a second factor."""
    token = people.invite(f"{who}@example.org", name=name, roles=[role], officer=officer, by=by, at=at)
    number = people.accept_invitation(token, by=PUBLIC, at=at)
    return Actor("account", name, number, frozenset({role}), officer=officer, areas=frozenset(areas))


def _propose(city: DemoCity, area: str, *, by: Actor, at: datetime) -> None:
    """For the chair that is empty: somebody who serves nowhere now, and somebody whom another team would miss."""
    serving = {one.badge_number for one in city.postings if one.last is None or one.last > city.today}
    left = {one.badge_number for one in city.postings if one.reason == "left_service"}
    free = min(
        (one for one in city.postings if one.badge_number not in serving | left and one.area != area),
        key=lambda one: (one.last is None, -(one.last or city.today).toordinal(), one.badge_number),
    )
    missed = min(
        (one for one in city.postings if _would_be_missed(one, area, city.today)),
        key=lambda one: (one.role, -(one.planned_end or city.today).toordinal(), one.badge_number),
    )
    first = city.today + timedelta(days=42)
    for officer in (free.badge_number, missed.badge_number):
        postings.propose_posting(officer, area, "member", first=first, by=by, at=at)


def _would_be_missed(one: DemoPosting, area: str, today: date) -> bool:
    """Whether somebody leads another team, with more than a year of the promised term to come."""
    stays = (
        one.role == "lead" and one.first <= today and one.last is None and one.area not in (area, history.STORY_AREA)
    )
    return stays and one.planned_end is not None and one.planned_end - today > timedelta(days=365)
