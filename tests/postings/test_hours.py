"""Hours: recorded by day, read by who may, and brought by file."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from byname.ledger import queries as ledger
from byname.ledger.models import LedgerLine
from byname.postings import actions, queries
from byname.postings.models import DutyHours
from byname.vocabulary import PUBLIC, SYSTEM, Actor, FileRefused, NotThere, Refused
from tests.postings import town
from tests.postings.duty import TODAY, H, brought, noted, officer, sergeant


def kept() -> list[tuple[str, str, date, str, int]]:
    rows = DutyHours.objects.order_by("officer__badge_number", "area__slug", "on", "kind")
    return list(rows.values_list("officer__badge_number", "area__slug", "on", "kind", "minutes"))


# -- recording ---------------------------------------------------------------------------------------------------------


def test_an_officer_records_a_day_and_the_figure_recorded_last_stands(team: dict[str, str], noon: datetime) -> None:
    me = officer(team["1"])
    for minutes in (600, 540):
        actions.record_hours(team["1"], town.OAK, on=TODAY, kind="present", minutes=minutes, by=me, at=noon)
    actions.record_hours(team["1"], town.OAK, on=TODAY, kind="court", minutes=60, by=me, at=noon)
    assert kept() == [("1", "oak", TODAY, "court", 60), ("1", "oak", TODAY, "present", 540)]
    actions.record_hours(team["1"], town.OAK, on=TODAY, kind="court", minutes=0, by=me, at=noon)
    assert kept() == [("1", "oak", TODAY, "present", 540)]


def test_the_ledger_tells_that_a_day_was_recorded_and_not_how_it_was_spent(
    team: dict[str, str], noon: datetime
) -> None:
    actions.record_hours(team["1"], town.OAK, on=TODAY, kind="court", minutes=300, by=officer(team["1"]), at=noon)
    line = ledger.lines_about("officer", team["1"], viewer=SYSTEM)[-1]
    assert (line.event, line.facts) == ("hours.recorded", {"area": "oak", "on": "2026-11-23"})


def test_what_is_pulled_away_comes_out_of_what_was_recorded_in_the_area(team: dict[str, str], noon: datetime) -> None:
    me = officer(team["1"])
    actions.record_hours(team["1"], town.OAK, on=TODAY, kind="present", minutes=20 * H, by=me, at=noon)
    told = []
    slip = (("event", 24 * H), ("event", 60), ("event", 24 * H), ("event", 0))
    for reason, minutes in (("court", 5 * H), ("event", 60), ("court", 0), *slip):
        actions.pull_away(team["1"], town.OAK, on=TODAY, reason=reason, minutes=minutes, by=me, at=noon)
        told.append([(kind, minutes // H) for _, _, _, kind, minutes in kept()])
    assert told == [
        [("court", 5), ("present", 15)],
        [("court", 5), ("event", 1), ("present", 14)],
        [("event", 1), ("present", 19)],
        [("event", 24)],
        [("event", 1), ("present", 23)],
        [("event", 24)],
        [],
    ]


@pytest.mark.parametrize(
    ("area", "on", "kind", "minutes", "sentence"),
    [
        ("oak", date(2026, 11, 24), "present", 60, "Hours can be recorded once the day has come."),
        ("oak", date(2026, 10, 18), "present", 60, "Hours can be recorded or corrected for 35 days."),
        ("oak", TODAY, "present", 24 * H + 1, "A day has 24 hours: this would make it more."),
        ("oak", TODAY, "present", -1, "A day has 24 hours: this would make it more."),
        ("oak", TODAY, "asleep", 60, "Choose one of the reasons."),
        ("elm", TODAY, "present", 60, "Hours are recorded for an area the officer serves."),
        (
            "oak",
            date(2026, 11, 15),
            "present",
            60,
            "Constable Ofe (4) did not serve Oak on 2026-11-15, so no hours can be recorded there.",
        ),
    ],
)
def test_hours_that_cannot_be_are_refused_in_a_sentence(
    team: dict[str, str], noon: datetime, area: str, on: date, kind: str, minutes: int, sentence: str
) -> None:
    with pytest.raises(Refused) as no:
        actions.record_hours(team["4"], area, on=on, kind=kind, minutes=minutes, by=officer(team["4"]), at=noon)
    assert no.value.sentence == sentence
    assert kept() == []


def test_a_day_of_two_areas_has_24_hours_together(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    actions.cover("5", town.OAK, first=TODAY, last=TODAY + timedelta(days=1), by=clerk_of_records, at=noon)
    me = officer(team["5"])
    actions.record_hours(team["5"], town.ELM, on=TODAY, kind="present", minutes=14 * H, by=me, at=noon)
    with pytest.raises(Refused, match="A day has 24 hours"):
        actions.record_hours(team["5"], town.OAK, on=TODAY, kind="present", minutes=10 * H + 1, by=me, at=noon)
    actions.record_hours(team["5"], town.OAK, on=TODAY, kind="present", minutes=10 * H, by=me, at=noon)
    assert [minutes for *_, minutes in kept()] == [14 * H, 10 * H]


def test_officers_record_their_own_and_sergeants_their_divisions_and_nobody_else_any(
    team: dict[str, str], noon: datetime
) -> None:
    def told(by: Actor, of: str = "1") -> str:
        try:
            actions.record_hours(team[of], town.OAK, on=TODAY, kind="present", minutes=60, by=by, at=noon)
        except NotThere:
            return "not there"
        return "recorded"

    others = [Actor("account", roles=frozenset({role})) for role in ("coordinator", "analyst", "overseer", "clerk")]
    assert [told(officer(team["1"])), told(sergeant("D11"))] == ["recorded", "recorded"]
    assert {told(by) for by in (officer(team["2"]), sergeant("D12"), PUBLIC, *others)} == {"not there"}


def test_an_unknown_officer_and_somebody_elses_look_the_same(team: dict[str, str], noon: datetime) -> None:
    sentences = set()
    for reference in (team["5"], "O-NOBODY"):
        with pytest.raises(NotThere) as no:
            actions.record_hours(reference, "elm", on=TODAY, kind="present", minutes=1, by=sergeant("D11"), at=noon)
        sentences.add(no.value.sentence)
    assert len(sentences) == 1


# -- reading -----------------------------------------------------------------------------------------------------------


def test_the_sheet_knows_the_days_the_areas_and_the_usual_day(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    me = officer(team["5"])
    actions.cover("5", town.OAK, first=TODAY, last=TODAY + timedelta(days=1), by=clerk_of_records, at=noon)
    for back, hours in ((0, 3), (1, 8), (2, 8), (3, 12)):
        day = TODAY - timedelta(days=back)
        actions.record_hours(team["5"], town.ELM, on=day, kind="present", minutes=hours * H, by=me, at=noon)
    sheet = queries.hours_of(team["5"], at=noon, viewer=me)
    today, oldest = sheet.days[0], sheet.days[-1]
    assert (sheet.title, sheet.usual(TODAY), len(sheet.days)) == ("Constable Off (5)", 8 * H, 36)
    assert [(area.slug, area.role) for area in today.areas] == [("elm", "lead"), ("oak", "cover")]
    assert (today.total, today.minutes("elm", "present"), [area.slug for area in oldest.areas]) == (180, 180, ["elm"])
    assert not [line for line in ledger.lines_about("officer", team["5"], viewer=SYSTEM) if line.event == "read.hours"]


def test_reading_somebody_elses_hours_is_on_the_ledger_and_cut_to_ones_own_divisions(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    actions.cover("5", town.OAK, first=TODAY, last=TODAY + timedelta(days=1), by=clerk_of_records, at=noon)
    for area in (town.ELM, town.OAK):
        actions.record_hours(team["5"], area, on=TODAY, kind="present", minutes=60, by=officer(team["5"]), at=noon)
    sheet = queries.hours_of(team["5"], at=noon, viewer=sergeant("D11"))
    assert [figure.area for figure in sheet.days[0].figures] == ["oak"]
    line = ledger.lines_about("officer", team["5"], viewer=SYSTEM)[-1]
    assert (line.event, line.facts) == ("read.hours", {"outside": False})
    for viewer in (officer(team["1"]), sergeant("D99"), PUBLIC, Actor("account", roles=frozenset({"coordinator"}))):
        with pytest.raises(NotThere):
            queries.hours_of(team["5"], at=noon, viewer=viewer)


def test_a_sergeant_sees_who_of_the_division_has_recorded_how_many_days_and_is_recorded(
    team: dict[str, str], noon: datetime
) -> None:
    for back in (0, 1, 7):
        day = TODAY - timedelta(days=back)
        actions.record_hours(team["2"], town.OAK, on=day, kind="present", minutes=60, by=officer(team["2"]), at=noon)
    found = queries.officers_to_record(at=noon, viewer=sergeant("D11"))
    assert [(each.title, each.area, each.days_recorded) for each in found] == [
        ("Constable Ofb (1)", "Oak", 0),
        ("Constable Ofd (3)", "Oak", 0),
        ("Constable Ofe (4)", "Oak", 0),
        ("Constable Ofc (2)", "Oak", 2),
    ]
    assert LedgerLine.objects.filter(event="read.hours").values_list("subject_kind", "subject_id", "facts").get() == (
        "divisions",
        "D11",
        {"officers": 4, "outside": False},
    )
    # The fourth came a week ago.
    assert queries.silent_for_a_week(on=TODAY, viewer=sergeant("D11")) == 3
    assert queries.silent_for_a_week(on=TODAY, viewer=sergeant("D12")) == 2
    assert queries.officers_to_record(at=noon, viewer=officer(team["1"])) == ()


def test_days_without_hours_are_those_the_officer_served(team: dict[str, str], noon: datetime) -> None:
    me = officer(team["4"])
    days = [TODAY - timedelta(days=back) for back in range(1, 9)]
    actions.record_hours(team["4"], town.OAK, on=days[2], kind="training", minutes=60, by=me, at=noon)
    assert queries.days_without_hours(team["4"], days[:3], viewer=me) == (days[1], days[0])
    assert queries.days_without_hours(team["4"], days[5:], viewer=me) == (days[6], days[5])


# -- bringing ----------------------------------------------------------------------------------------------------------


def test_a_file_of_hours_is_brought_once_and_a_second_time_changes_nothing(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    rows = (noted("1", 600), noted("1", 60, "court", line=3), noted("2", 600, on=date(2026, 7, 1), line=4))
    assert brought(*rows, noon=noon, by=clerk_of_records) == (3, 0, 0, 0)
    assert brought(*rows, noon=noon, by=clerk_of_records) == (0, 0, 0, 3)
    assert LedgerLine.objects.filter(event="hours.brought").count() == 1
    changed = (noted("1", 540), noted("1", 0, "court", line=3), noted("3", 0, line=4))
    assert brought(*changed, noon=noon, by=clerk_of_records) == (0, 1, 1, 1)
    assert [(badge, kind, minutes) for badge, _, _, kind, minutes in kept()] == [
        ("1", "present", 540),
        ("2", "present", 600),
    ]


def test_every_fault_of_a_file_is_named_and_nothing_of_it_is_kept(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    rows = [
        noted("1", 600),
        noted("9", 600, line=3),
        noted("1", 600, area="nowhere", line=4),
        noted("1", 600, "asleep", line=5),
        noted("1", 1500, "court", line=6),
        noted("5", 600, line=7),
        noted("1", 600, on=date(2026, 11, 24), line=8),
        noted("1", 300, line=9),
    ]
    with pytest.raises(FileRefused) as no:
        brought(*rows, noon=noon, by=clerk_of_records)
    assert [(fault.line, fault.column, fault.expected) for fault in no.value.faults] == [
        (3, "badge_number", "the badge number of an officer on the register"),
        (4, "area", "an area that was brought in, by its short name such as little-portugal"),
        (5, "kind", "one of present, general_patrol, event, building, court, training, other"),
        (6, "hours", "hours of one day: 0 to 24"),
        (7, "area", "an area that Constable Off (5) served on 2026-11-23"),
        (8, "date", "Hours can be recorded once the day has come."),
        (9, "badge_number", "each officer, area, day and kind once; line 2 has them too"),
    ]
    assert kept() == []


def test_a_file_may_not_make_a_day_longer_than_24_hours_with_what_stands(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    brought(noted("1", 20 * H), noon=noon, by=clerk_of_records)
    with pytest.raises(FileRefused) as no:
        brought(noted("1", 3 * H, "event"), noted("1", 2 * H, "court", line=3), noon=noon, by=clerk_of_records)
    assert [(fault.line, fault.found) for fault in no.value.faults] == [(3, "2")]


def test_only_an_operator_brings_hours(team: dict[str, str], noon: datetime) -> None:
    with pytest.raises(NotThere):
        brought(noted("1", 60), noon=noon, by=sergeant("D11"))
