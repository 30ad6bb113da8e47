"""Proposing, adopting and dropping: what each leaves behind, and how each refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from byname.ledger import queries as ledger
from byname.ledger.models import LedgerLine, Letter
from byname.people import actions as people
from byname.people.models import Account, Officer
from byname.postings import actions, queries, rules
from byname.postings.models import Posting, Proposal
from byname.vocabulary import PUBLIC, Actor, NotThere, Period, Refused
from tests.postings.town import ELM, OAK, enlist, officer, post, posting

TODAY = date(2026, 11, 23)
MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOON = date(2027, 3, 1)
COORDINATOR = Actor("account", account_id=1, roles=frozenset({"coordinator"}))
SERGEANT = Actor("account", account_id=2, roles=frozenset({"sergeant"}), divisions=frozenset({"D11"}))


pytestmark = pytest.mark.usefixtures("team")


@pytest.fixture
def team(built: None, noon: datetime, clerk_of_records: Actor) -> dict[str, str]:
    """Officer 1 leads oak and 2 serves there; 3 is on the register; 4 lives in oak."""
    found = enlist(
        officer("1", languages=("pt",)),
        officer("2", languages=("ta", "en")),
        officer("3", languages=("ur",)),
        officer("4", lives_in=1),
        by=clerk_of_records,
        at=noon,
    )
    post(
        posting("1", OAK, "lead", "2024-03-01", planned_end_on="2028-03-01"),
        posting("2", OAK, "member", "2025-03-01", planned_end_on="2029-03-01"),
        by=clerk_of_records,
        at=noon,
    )
    return found


def kinds(number: int, viewer: Actor = COORDINATOR, on: date = TODAY) -> list[tuple[str, str]]:
    """What a proposal would do, by weight and kind."""
    seen = queries.proposal(number, on=on, at=MORNING, viewer=viewer)
    return [(each.weight, each.kind) for each in seen.consequences]


def standing() -> list[tuple[str, str, str, date, date | None, str]]:
    """Every posting on record."""
    return [
        (row.officer.badge_number, row.area.slug, row.role, row.period.lower, row.period.upper, row.ended_early_reason)
        for row in Posting.objects.select_related("officer", "area").order_by("period", "pk")
    ]


def test_a_proposal_promises_a_whole_term_and_changes_nothing(team: dict[str, str], noon: datetime) -> None:
    before = standing(), ledger.public_versions(viewer=PUBLIC)
    number = actions.propose_posting("3", ELM, "lead", first=SOON, by=COORDINATOR, at=noon)
    (line,) = queries.proposals_waiting(on=TODAY, viewer=COORDINATOR)
    assert (line.number, line.officer, line.area, line.first_on, line.planned_end_on, line.state) == (
        number, team["3"], ELM, SOON, date(2031, 3, 1), "waiting",
    )  # fmt: skip
    assert (standing(), ledger.public_versions(viewer=PUBLIC)) == before
    assert [line.event for line in ledger.lines_about("proposal", number, viewer=PUBLIC)] == ["proposal.made"]


def test_the_same_proposal_made_twice_waits_once(noon: datetime) -> None:
    first = actions.propose_posting("3", ELM, "lead", first=SOON, by=COORDINATOR, at=noon)
    assert actions.propose_posting("3", ELM, "lead", first=SOON, by=COORDINATOR, at=noon) == first
    assert actions.propose_posting("3", ELM, "member", first=SOON, by=COORDINATOR, at=noon) != first
    anew = actions.propose_posting("3", ELM, "lead", first=SOON, instead_of=first, by=COORDINATOR, at=noon)
    assert (
        actions.propose_posting("3", ELM, "lead", first=SOON, instead_of=first, by=COORDINATOR, at=noon)
        == anew
        != first
    )
    actions.drop_proposal(anew, by=COORDINATOR, at=noon)
    assert actions.propose_posting("3", ELM, "lead", first=SOON, by=COORDINATOR, at=noon) != anew


def test_adopting_ends_the_officers_own_posting_and_tells_residents_thirty_days_before(noon: datetime) -> None:
    number = actions.propose_posting("2", ELM, "lead", first=SOON, by=COORDINATOR, at=noon)
    assert kinds(number) == [("look", "term_cut"), ("look", "language_lost"), ("fine", "keeps"), ("fine", "only")]
    with pytest.raises(Refused, match=r"Say why Constable Ofc \(2\)'s term in Oak ends early\."):
        actions.adopt_proposal(number, by=COORDINATOR, at=noon)
    assert standing()[1:] == [("2", OAK, "member", date(2025, 3, 1), None, "")]
    made = actions.adopt_proposal(number, own_reason="operational_need", by=COORDINATOR, at=noon)
    assert (made.area, made.period, made.planned_end_on) == (ELM, Period(SOON), date(2031, 3, 1))
    assert standing()[1:] == [
        ("2", OAK, "member", date(2025, 3, 1), SOON, "operational_need"),
        ("2", ELM, "lead", SOON, None, ""),
    ]
    told = list(Posting.objects.filter(officer__badge_number="2").values_list("announced_on", flat=True))
    assert told == [SOON - timedelta(30), SOON - timedelta(30)]
    events = [line.event for line in LedgerLine.objects.order_by("pk")][-3:]
    assert events == ["posting.ended", "posting.made", "proposal.adopted"]
    assert Proposal.objects.get().adopted_at == noon


def test_a_change_within_thirty_days_is_announced_at_once(noon: datetime) -> None:
    near = TODAY + timedelta(10)
    number = actions.propose_posting("3", OAK, "member", first=near, by=COORDINATOR, at=noon)
    assert ("look", "short_notice") in kinds(number)
    actions.adopt_proposal(number, by=COORDINATOR, at=noon)
    assert Posting.objects.get(officer__badge_number="3").announced_on == TODAY
    team = queries.directory(on=TODAY, version=1, viewer=PUBLIC).teams[OAK]
    assert [(change.on, change.joins and change.joins.badge_number) for change in team.coming] == [(near, "3")]


def test_a_successor_ends_the_outgoing_leads_posting_on_the_same_day(noon: datetime) -> None:
    alone = actions.propose_posting("3", OAK, "lead", first=SOON, by=COORDINATOR, at=noon)
    assert ("no", "second_lead") in kinds(alone)
    with pytest.raises(Refused, match=r"Constable Ofb \(1\) leads Oak with no end set"):
        actions.adopt_proposal(alone, by=COORDINATOR, at=noon)
    number = actions.propose_posting(
        "3", OAK, "lead", first=SOON, succeeds="1", instead_of=alone, by=COORDINATOR, at=noon
    )
    assert kinds(number) == [("look", "term_cut"), ("look", "language_lost"), ("look", "no_overlap")]
    actions.adopt_proposal(number, outgoing_reason="promotion", by=COORDINATOR, at=noon)
    assert [row for row in standing() if row[2] == "lead"] == [
        ("1", OAK, "lead", date(2024, 3, 1), SOON, "promotion"),
        ("3", OAK, "lead", SOON, None, ""),
    ]
    assert [
        line.state
        for line in (queries.proposal(n, on=TODAY, at=MORNING, viewer=COORDINATOR).line for n in (alone, number))
    ] == [
        "dropped",
        "adopted",
    ]


def test_a_member_whose_end_is_set_serves_side_by_side_with_the_successor(noon: datetime) -> None:
    actions.end_posting("2", OAK, last=SOON + timedelta(14), reason="leave", by=COORDINATOR, at=noon)
    number = actions.propose_posting("3", OAK, "member", first=SOON, succeeds="2", by=COORDINATOR, at=noon)
    assert [
        each.sentence for each in queries.proposal(number, on=TODAY, at=MORNING, viewer=COORDINATOR).consequences
    ] == ["Constable Ofc (2) and Constable Ofd (3) serve side by side for 14 days."]
    actions.adopt_proposal(number, by=COORDINATOR, at=noon)
    assert Posting.objects.get(officer__badge_number="2").period.upper == SOON + timedelta(14)


def test_a_member_who_comes_to_lead_breaks_no_promise(noon: datetime) -> None:
    number = actions.propose_posting("2", OAK, "lead", first=SOON, succeeds="1", by=COORDINATOR, at=noon)
    assert ("fine", "goes_on") in kinds(number)
    actions.adopt_proposal(number, outgoing_reason="promotion", by=COORDINATOR, at=noon)
    rows = Posting.objects.filter(officer__badge_number="2").order_by("period")
    assert [(row.period.upper, row.planned_end_on, row.ended_early_reason) for row in rows] == [
        (SOON, SOON, ""),
        (None, date(2031, 3, 1), ""),
    ]


@pytest.mark.parametrize(
    ("badge", "area", "role", "first", "kind"),
    [
        ("4", OAK, "member", SOON, "home"),
        ("1", OAK, "lead", SOON, "no_change"),
        ("3", OAK, "lead", SOON, "second_lead"),
        ("3", OAK, "member", TODAY - timedelta(1), "too_late"),
        ("2", ELM, "member", date(2025, 1, 1), "overlap"),
    ],
)
def test_what_forbids_a_proposal_is_told_before_and_refused_after(
    noon: datetime, badge: str, area: str, role: str, first: date, kind: str
) -> None:
    number = actions.propose_posting(badge, area, role, first=first, by=COORDINATOR, at=noon)
    assert ("no", kind) in kinds(number)
    before = standing()
    with pytest.raises(Refused) as no:
        actions.adopt_proposal(number, own_reason="other", outgoing_reason="other", by=COORDINATOR, at=noon)
    assert no.value.sentence == rules.refusal(
        queries.proposal(number, on=TODAY, at=MORNING, viewer=COORDINATOR).consequences
    )
    assert (standing(), Proposal.objects.get().adopted_at) == (before, None)


@pytest.mark.parametrize(
    ("officer_named", "area", "role", "succeeds", "first", "end", "field"),
    [
        ("99", OAK, "lead", "", SOON, None, "officer"),
        ("3", "ash", "lead", "", SOON, None, "area"),
        ("3", OAK, "cover", "", SOON, None, "role"),
        ("3", OAK, "lead", "", SOON, SOON, "planned_end_on"),
        ("3", OAK, "lead", "", date(9998, 1, 1), None, "first"),
        ("3", OAK, "lead", "4", SOON, None, "succeeds"),
        ("1", OAK, "lead", "1", SOON, None, "succeeds"),
    ],
)
def test_what_cannot_be_weighed_is_refused_at_once(
    noon: datetime, officer_named: str, area: str, role: str, succeeds: str, first: date, end: date | None, field: str
) -> None:
    with pytest.raises(Refused) as no:
        actions.propose_posting(
            officer_named, area, role, first=first, planned_end_on=end, succeeds=succeeds, by=COORDINATOR, at=noon
        )
    assert (no.value.field, Proposal.objects.count()) == (field, 0)


def test_a_sergeant_proposes_in_their_own_division_and_decides_nothing(noon: datetime) -> None:
    number = actions.propose_posting("3", OAK, "member", first=SOON, by=SERGEANT, at=noon)
    for act in (
        lambda: actions.propose_posting("3", ELM, "member", first=SOON, by=SERGEANT, at=noon),
        lambda: actions.adopt_proposal(number, by=SERGEANT, at=noon),
    ):
        with pytest.raises(NotThere):
            act()
    elsewhere = actions.propose_posting("3", ELM, "member", first=SOON, by=COORDINATOR, at=noon)
    with pytest.raises(NotThere):
        actions.drop_proposal(elsewhere, by=SERGEANT, at=noon)
    assert [line.number for line in queries.proposals_waiting(on=TODAY, viewer=SERGEANT)] == [number]
    with pytest.raises(NotThere):
        queries.proposal(elsewhere, on=TODAY, at=MORNING, viewer=SERGEANT)


@pytest.mark.parametrize("role", ["officer", "analyst", "overseer", "clerk", "administrator"])
def test_nobody_else_sees_a_proposal(noon: datetime, role: str) -> None:
    number = actions.propose_posting("3", OAK, "member", first=SOON, by=COORDINATOR, at=noon)
    viewer = Actor("account", account_id=9, roles=frozenset({role}), divisions=frozenset({"D11"}))
    with pytest.raises(NotThere):
        queries.proposal(number, on=TODAY, at=MORNING, viewer=viewer)
    with pytest.raises(NotThere):
        queries.proposals_waiting(on=TODAY, viewer=viewer)


def test_who_proposed_hears_what_somebody_else_decided(noon: datetime) -> None:
    mine = actions.propose_posting("3", OAK, "member", first=SOON, by=SERGEANT, at=noon)
    own = actions.propose_posting("4", OAK, "member", first=SOON, by=SERGEANT, at=noon)
    actions.drop_proposal(own, by=SERGEANT, at=noon)
    actions.adopt_proposal(mine, by=COORDINATOR, at=noon)
    told = queries.proposals_decided(since=noon - timedelta(7), on=TODAY, viewer=SERGEANT)
    assert [(line.number, line.state) for line in told] == [(mine, "adopted")]
    assert queries.proposals_decided(since=noon + timedelta(1), on=TODAY, viewer=SERGEANT) == ()


def test_a_proposal_is_decided_once(noon: datetime) -> None:
    number = actions.propose_posting("3", OAK, "member", first=SOON, by=COORDINATOR, at=noon)
    actions.drop_proposal(number, by=COORDINATOR, at=noon)
    for act in (actions.drop_proposal, actions.adopt_proposal):
        with pytest.raises(Refused, match="This proposal was dropped already"):
            act(number, by=COORDINATOR, at=noon)


def test_the_officer_posted_and_the_one_who_makes_way_are_written_to(team: dict[str, str], noon: datetime) -> None:
    for badge in ("1", "3"):
        Account.objects.create(
            email=f"{badge}@service.example",
            joined_at=noon,
            roles=["officer"],
            officer=Officer.objects.get(reference=team[badge]),
        )
    number = actions.propose_posting("3", OAK, "lead", first=SOON, succeeds="1", by=COORDINATOR, at=noon)
    actions.adopt_proposal(number, outgoing_reason="promotion", by=COORDINATOR, at=noon)
    assert [(letter.kind, letter.recipient) for letter in Letter.objects.order_by("pk")] == [
        ("posting_ended", "1@service.example"),
        ("posting_adopted", "3@service.example"),
    ]


def test_that_somebody_lives_there_is_kept_from_who_only_proposes_and_each_look_is_recorded(
    team: dict[str, str], noon: datetime
) -> None:
    number = actions.propose_posting("4", OAK, "member", first=SOON, by=SERGEANT, at=noon)
    told = {
        name: next(each.sentence for each in queries.proposal(number, on=TODAY, at=noon, viewer=viewer).consequences)
        for name, viewer in {"sergeant": SERGEANT, "coordinator": COORDINATOR}.items()
    }
    oak = Proposal.objects.get().area.name
    name = queries.proposals_waiting(on=TODAY, viewer=SERGEANT)[0].officer_title
    assert told == {
        "sergeant": f"{name} cannot be posted to {oak}: ask the coordinator.",
        "coordinator": f"{name} cannot be posted to {oak}: nobody is posted where they live.",
    }
    looks = LedgerLine.objects.filter(event="read.home").order_by("pk")
    assert [(line.subject_id, line.actor_account_id, line.facts) for line in looks] == [
        (team["4"], 2, {"area": OAK, "outside": True}),
        (team["4"], 1, {"area": OAK, "outside": False}),
    ]
    actions.drop_proposal(number, by=SERGEANT, at=noon)
    assert looks.count() == 2


def test_the_ledger_says_whom_somebody_proposed(team: dict[str, str], noon: datetime) -> None:
    actions.propose_posting("3", OAK, "member", first=SOON, by=SERGEANT, at=noon)
    assert LedgerLine.objects.get(event="proposal.made").facts == {"area": OAK, "officer": team["3"]}


def test_somebody_hidden_is_found_by_badge_only_by_who_may_see_them(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    for badge in ("2", "3"):
        people.hide_officer(team[badge], by=clerk_of_records, at=noon)
    found = {
        (name, badge): queries.officer_to_propose(badge, on=TODAY, viewer=viewer) is not None
        for name, viewer in {"sergeant": SERGEANT, "coordinator": COORDINATOR}.items()
        for badge in ("2", "3", "99")
    }
    assert [key for key, value in found.items() if value] == [
        ("sergeant", "2"),
        ("coordinator", "2"),
        ("coordinator", "3"),
    ]
    for badge in ("3", "99"):
        with pytest.raises(Refused, match="no officer with that badge number"):
            actions.propose_posting(badge, OAK, "member", first=SOON, by=SERGEANT, at=noon)


def test_a_proposal_is_weighed_in_five_queries_however_much_is_on_record(
    team: dict[str, str], noon: datetime, django_assert_num_queries: object
) -> None:
    moved = actions.propose_posting("2", ELM, "lead", first=SOON, by=COORDINATOR, at=noon)
    joined = actions.propose_posting("3", OAK, "member", first=SOON, by=COORDINATOR, at=noon)
    assert ("fine", "keeps") in kinds(moved)
    for number in (moved, joined):
        # The proposal, the officer, the area, what is on record, and how the officer may be named.
        with django_assert_num_queries(5):  # type: ignore[operator]
            queries.proposal(number, on=TODAY, at=MORNING, viewer=COORDINATOR)
