"""Decisions about proposals: what adopting one would break, what it ends, and when residents are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from byname.postings.rules.handovers import ANNOUNCED_BEFORE
from byname.postings.rules.serving import ON_THE_TEAM, refuse_home
from byname.vocabulary import LIKELY_DAYS, Period, Refused, is_likely

EVERYBODY_SPEAKS: Final = frozenset({"en"})
"""Losing an officer loses none of these: whoever serves speaks them."""

DECIDED_LATELY: Final = timedelta(days=7)
"""For so long whoever proposed is told what was decided."""
ENDED_WITHIN: Final = timedelta(days=7)
"""A last day may be so long past when it is set at the desk; an older one is a slip."""
UNDONE_WITHIN: Final = timedelta(days=14)
"""So long after it an end can be undone at the desk: a day already past when it was set leaves a week to see it."""
MISTAKES: Final = ("wrong_day", "wrong_officer", "stays")
"""Why an end is undone."""
STAYS_BEYOND: Final = timedelta(days=366)
"""So long after the promised end a posting may last at the desk; a later day is a slip."""

Weight = Literal["no", "look", "fine"]
WEIGHTS: Final[tuple[Weight, ...]] = ("no", "look", "fine")
"""What a consequence does to a proposal: it cannot be adopted, somebody should think twice, or it is good to know."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A posting as it is proposed, with what must be known to weigh it."""

    officer: str
    officer_title: str
    area: str
    area_name: str
    role: str
    first: date
    planned_end_on: date
    languages: frozenset[str] = frozenset()
    lives_in: int | None = None
    official_ids: frozenset[int] = frozenset()
    succeeds: int | None = None
    """The number of the posting it takes over from."""


@dataclass(frozen=True, slots=True)
class OnRecord:
    """One lead or member posting on record that a proposal may touch."""

    number: int
    officer: str
    officer_title: str
    area: str
    area_name: str
    role: str
    period: Period
    planned_end_on: date | None = None
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing adopting a proposal would do, in a sentence; `languages` are codes the sentence ends with."""

    weight: Weight
    kind: str
    sentence: str
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endings:
    """What adopting a proposal ends on its first day: the officer's own posting, and the one it takes over from."""

    own: OnRecord | None = None
    goes_on: bool = False
    """Whether the officer stays in the area in another role: then the promise goes on, and no term is cut short."""
    outgoing: OnRecord | None = None
    first: date = field(default=date.min)

    @property
    def own_cut(self) -> bool:
        """Whether the officer's own term is cut short, which needs a reason."""
        return self.own is not None and not self.goes_on and _cut(self.own, self.first)

    @property
    def outgoing_cut(self) -> bool:
        """Whether the term of who makes way is cut short, which needs a reason."""
        return self.outgoing is not None and _cut(self.outgoing, self.first)


def first_told_on(first: date, on: date) -> date:
    """The day residents are told of an arrival: thirty days before it, or at once where it is nearer."""
    return max(on, first - ANNOUNCED_BEFORE)


def endings(plan: Plan, record: Iterable[OnRecord]) -> Endings:
    """What adopting a proposal ends on its first day, out of what is on record of the officer and the area.

    An outgoing officer whose own end is set keeps it, unless both would lead at once: then they make way.
    """
    own = outgoing = None
    for posting in record:
        begun = posting.period.first < plan.first
        if posting.officer == plan.officer and begun and posting.period.holds(plan.first):
            own = posting
        elif posting.number == plan.succeeds and begun:
            both_lead = posting.role == plan.role == "lead" and posting.period.holds(plan.first)
            if posting.period.last is None or both_lead:
                outgoing = posting
    return Endings(own, own is not None and own.area == plan.area, outgoing, plan.first)


def consequences(plan: Plan, record: Sequence[OnRecord], *, on: date) -> tuple[Consequence, ...]:
    """Everything adopting a proposal on a day would break or change, what refuses it first.

    `record` holds the lead and member postings of the officer, of the area, and of the area they leave.
    """
    record = [posting for posting in record if posting.role in ON_THE_TEAM]
    ended = endings(plan, record)
    found = [*_refusals(plan, record, ended, on), *_terms(plan, ended), *_teams(plan, record, ended)]
    found += _succession(plan, record, ended)
    if on <= plan.first < on + ANNOUNCED_BEFORE:
        days = (plan.first - on).days
        found.append(
            Consequence(
                "look",
                "short_notice",
                f"Residents hear of it {_days(days)} before instead of {ANNOUNCED_BEFORE.days}: it is announced at "
                "once, the moment it is adopted."
                if days
                else "Residents hear of it on the day itself: nobody can be told beforehand.",
            )
        )
    return tuple(sorted(found, key=lambda each: WEIGHTS.index(each.weight)))


def refusal(found: Iterable[Consequence]) -> str:
    """The first sentence that says a proposal cannot be adopted; empty where nothing does."""
    return next((each.sentence for each in found if each.weight == "no"), "")


def tells_home(found: Iterable[Consequence]) -> bool:
    """Whether what adopting would break tells where an officer lives."""
    return any(each.kind == "home" for each in found)


def home_untold(plan: Plan, found: Iterable[Consequence]) -> tuple[Consequence, ...]:
    """The same for who does not decide: that it cannot be, and whom to ask, but not that the officer lives there."""
    said = f"{plan.officer_title} cannot be posted to {plan.area_name}: ask the coordinator."
    return tuple(Consequence("no", "not_here", said) if each.kind == "home" else each for each in found)


def refuse_last_day(day: date, first: date, planned_end_on: date | None, on: date) -> None:
    """Nothing, or Refused: a last day at the desk is no slip of a year, in either direction."""
    if day < first:
        raise Refused(f"They begin on {spoken_day(first)}: choose a later day.", code="last-day", field="last_day")
    if day < on - ENDED_WITHIN:
        raise Refused(
            f"That day is more than {ENDED_WITHIN.days} days ago: look at the year.", code="last-day", field="last_day"
        )
    promised = max(planned_end_on or on, on)
    if day > promised + STAYS_BEYOND:
        until = f"the promised {spoken_day(promised)}" if promised == planned_end_on else "today"
        raise Refused(f"That is more than a year after {until}: look at the year.", code="last-day", field="last_day")


def can_be_undone(last: date | None, on: date) -> bool:
    """Whether an end that has come, by the first day no longer served, may still be undone at the desk."""
    return last is not None and last <= on <= last + UNDONE_WITHIN


def refuse_undoing(last: date | None, reason: str, on: date) -> None:
    """Nothing, or Refused: what ended long ago stays as it was told, and whoever undoes an end says why."""
    if not can_be_undone(last, on):
        raise Refused(
            f"An end is undone at the desk until {UNDONE_WITHIN.days} days after it. Propose a new posting instead.",
            code="too-late",
        )
    if reason not in MISTAKES:
        raise Refused("Say why the end was a mistake.", code="no-reason", field="reason")


def spoken_day(day: date) -> str:
    """A day as people say it: "Monday 1 March 2027"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def cut_by(last: date, planned_end_on: date) -> str:
    """How much of a promised term is lost, in words: whole months, or days where it is less than one."""
    months = (planned_end_on.year - last.year) * 12 + planned_end_on.month - last.month
    months -= planned_end_on.day < last.day
    return _many(months, "month") if months else _days((planned_end_on - last).days)


def _cut(posting: OnRecord, last: date) -> bool:
    return posting.planned_end_on is not None and last < posting.planned_end_on


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _days(count: int) -> str:
    return _many(count, "day")


def _refusals(plan: Plan, record: Sequence[OnRecord], ended: Endings, on: date) -> list[Consequence]:
    found = []

    def no(kind: str, sentence: str) -> None:
        found.append(Consequence("no", kind, sentence))

    if plan.first < on:
        no("too_late", f"The first day, {spoken_day(plan.first)}, has passed.")
    if not (is_likely(plan.first) and is_likely(plan.planned_end_on)):
        no("unlikely", f"The first day and the promised end are each {LIKELY_DAYS}: propose it anew.")
    try:
        refuse_home(plan.officer_title, plan.lives_in, plan.official_ids, plan.area_name)
    except Refused as said:
        no("home", said.sentence)
    if ended.own and (ended.own.area, ended.own.role) == (plan.area, plan.role):
        does = "leads" if plan.role == "lead" else "is on the team of"
        no("no_change", f"{plan.officer_title} {does} {plan.area_name} already.")
    for posting in record:
        if posting in (ended.own, ended.outgoing) or not posting.period.overlaps(Period(plan.first)):
            continue
        when = f"from {spoken_day(posting.period.first)}"
        if posting.period.first < plan.first:
            last = posting.period.last
            when = f"until {spoken_day(last)}" if last else "with no end set"
        if posting.officer == plan.officer:
            no(
                "overlap",
                f"{plan.officer_title} has a posting in {posting.area_name} {when}. An officer holds one posting at a "
                "time.",
            )
        elif posting.role == plan.role == "lead" and posting.area == plan.area:
            no(
                "second_lead",
                f"{posting.officer_title} leads {plan.area_name} {when}. An area has one lead at a time: say that this "
                "takes over from them, or end their posting first.",
            )
    return found


def _terms(plan: Plan, ended: Endings) -> list[Consequence]:
    found = []
    for posting, cut in ((ended.own, ended.own_cut), (ended.outgoing, ended.outgoing_cut)):
        if posting is not None and posting.planned_end_on is not None and cut:
            found.append(
                Consequence(
                    "look",
                    "term_cut",
                    f"{posting.officer_title} leaves {posting.area_name} {cut_by(plan.first, posting.planned_end_on)} "
                    f"early: residents were promised {spoken_day(posting.planned_end_on)}.",
                )
            )
    if ended.own and ended.goes_on and ended.own.role != plan.role:
        stays = f"{plan.officer_title} stays in {plan.area_name} in another role"
        promised = ended.own.planned_end_on
        if promised is not None and plan.planned_end_on < promised:
            less = cut_by(plan.planned_end_on, promised)
            found.append(Consequence("look", "promised_less", f"{stays}, but for {less} less than was promised."))
        else:
            found.append(Consequence("fine", "goes_on", f"{stays}: no term is cut short."))
    return found


def _teams(plan: Plan, record: Sequence[OnRecord], ended: Endings) -> list[Consequence]:
    """What becomes of the team they leave, and of the one they join."""
    found = []
    if ended.own and ended.own.area != plan.area:
        found += left_behind([ended.own], [each for each in record if each.area == ended.own.area], plan.first)
    team = [posting for posting in record if posting.area == plan.area]
    leaving = [each for each in (ended.own, ended.outgoing) if each and each.area == plan.area]
    joins = OnRecord(
        0,
        plan.officer,
        plan.officer_title,
        plan.area,
        plan.area_name,
        plan.role,
        Period(plan.first),
        None,
        plan.languages,
    )
    if leaving:
        found += [each for each in left_behind(leaving, [*team, joins], plan.first) if each.kind != "keeps"]
    elif not any(each.period.holds(plan.first) for each in team):
        found.append(Consequence("fine", "only", f"{plan.area_name} has nobody that day: this is its only officer."))
    return found


def left_behind(leaving: Sequence[OnRecord], team: Iterable[OnRecord], last: date) -> list[Consequence]:
    """What becomes of an area's team on the first day these postings of it are over: who is left, who leads, speaks.

    A language is lost where nobody left speaks it; what everybody speaks is never lost.
    """
    stays = [each for each in team if each.period.holds(last) and each not in leaving]
    name = leaving[0].area_name
    if not stays:
        return [Consequence("look", "nobody", f"{name} is left with nobody from {spoken_day(last)}.")]
    keeps = _many(len(stays), "officer")
    if any(each.role == "lead" for each in leaving) and not any(each.role == "lead" for each in stays):
        found = [Consequence("look", "no_lead", f"{name} loses its lead and keeps {keeps}.")]
    else:
        found = [Consequence("fine", "keeps", f"{name} keeps {keeps}.")]
    lost = _languages(leaving) - _languages(stays) - EVERYBODY_SPEAKS
    if lost:
        sentence = f"Nobody left on {name}'s team would speak"
        found.append(Consequence("look", "language_lost", sentence, tuple(sorted(lost))))
    return found


def _languages(postings: Collection[OnRecord]) -> frozenset[str]:
    return frozenset(code for posting in postings for code in posting.languages)


def _succession(plan: Plan, record: Sequence[OnRecord], ended: Endings) -> list[Consequence]:
    before = next((posting for posting in record if posting.number == plan.succeeds), None)
    if before is None or before.period.first >= plan.first:
        return []
    last = plan.first if before == ended.outgoing else before.period.last
    if last is None or last == plan.first:
        return [
            Consequence(
                "look",
                "no_overlap",
                f"{before.officer_title} and {plan.officer_title} never serve side by side: plan the introductions "
                "before the change.",
            )
        ]
    if last < plan.first:
        days = _days((plan.first - last).days)
        sentence = f"Nobody holds the place for {days}, from {spoken_day(last)} to {spoken_day(plan.first)}."
        return [Consequence("look", "gap", sentence)]
    days = _days((last - plan.first).days)
    return [
        Consequence(
            "fine", "overlap_days", f"{before.officer_title} and {plan.officer_title} serve side by side for {days}."
        )
    ]
