"""Publishing a wording: who may, what of it strangers see, that it stays true, and that it is gone when taken back."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Message, Wording
from byname.ledger import queries as ledger
from byname.people import queries as people
from byname.places import actions as places
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused
from tests.cast import Cast
from tests.concerns import told

HOUR = timedelta(hours=1)
TODAY = datetime(2026, 11, 23, tzinfo=ZoneInfo("America/Toronto"))
"""The day as it is told to strangers."""
KINDS = frozenset({"traffic", "noise"})
DRAFT = rules.Draft("Speeding on the school stretch", "A sign goes up in December.", "traffic", placed=True)


@pytest.fixture
def reference(cast: Cast, noon: datetime) -> str:
    """A concern in old-mill with a point in it, raised at noon."""
    return told.raised(noon).reference


def publish(reference: str, by: Actor, at: datetime, **changes: object) -> queries.Published:
    return actions.publish_wording(reference, _draft(**changes), categories=KINDS, by=by, at=at)


def _draft(**changes: object) -> rules.Draft:
    return rules.Draft(**{name: changes.get(name, getattr(DRAFT, name)) for name in DRAFT.__slots__})  # type: ignore[arg-type]


def seen() -> list[queries.Published]:
    return list(queries.published(viewer=PUBLIC))


def version() -> int:
    return ledger.public_versions(viewer=PUBLIC).get("everything", 0)


def test_strangers_see_nothing_before_exactly_the_preview_after_and_nothing_once_it_is_taken_back(
    reference: str, noon: datetime, ana: Actor
) -> None:
    before = version()
    assert seen() == []
    preview = queries.wording_to_be(reference, DRAFT, categories=KINDS, at=noon + HOUR, viewer=ana)
    assert (seen(), version()) == ([], before)
    publish(reference, ana, noon + HOUR)
    assert (seen(), version()) == ([preview], before + 1)
    assert (preview.month_on, preview.state, preview.others) == (date(2026, 11, 1), "received", None)
    assert actions.withdraw_wording(reference, by=ana, at=noon + 2 * HOUR)
    assert (seen(), version()) == ([], before + 2)
    assert not actions.withdraw_wording(reference, by=ana, at=noon + 2 * HOUR)
    assert version() == before + 2
    assert told.lines("concern.wording") == [
        ("concern.wording_published", reference),
        ("concern.wording_withdrawn", reference),
    ]


def test_what_was_taken_back_is_published_anew_and_what_stands_is_changed(
    reference: str, noon: datetime, ana: Actor
) -> None:
    publish(reference, ana, noon)
    with pytest.raises(Refused) as no:
        publish(reference, ana, noon)
    assert no.value.code == "public-already"
    actions.change_wording(reference, _draft(words="Speeding by the school"), categories=KINDS, by=ana, at=noon + HOUR)
    (line,) = seen()
    assert (line.words, line.published_at, line.changed_at) == ("Speeding by the school", TODAY, TODAY)
    actions.withdraw_wording(reference, by=ana, at=noon + HOUR)
    with pytest.raises(Refused) as no:
        actions.change_wording(reference, DRAFT, categories=KINDS, by=ana, at=noon + HOUR)
    assert no.value.code == "not-public"
    publish(reference, ana, noon + 2 * HOUR)
    assert [(each.words, each.published_at) for each in seen()] == [(DRAFT.words, TODAY)]
    assert Wording.objects.count() == 1


def test_only_the_team_and_its_sergeant_may_and_a_conflict_closes_it(
    reference: str, noon: datetime, ana: Actor, ines: Actor, sergeant: Actor, coordinator: Actor
) -> None:
    for other in (ines, coordinator, PUBLIC):
        with pytest.raises(NotThere):
            publish(reference, other, noon)
        with pytest.raises(NotThere):
            queries.wording_of(reference, viewer=other)
    publish(reference, sergeant, noon)
    with pytest.raises(NotThere):
        actions.withdraw_wording(reference, by=ines, at=noon)
    torn = replace(ana, conflicts=people.area_codes("old-mill", [4], viewer=PUBLIC))
    with pytest.raises(NotThere):
        actions.withdraw_wording(reference, by=torn, at=noon)
    assert queries.wordings("", page=1, viewer=torn).wordings == ()
    assert [each.reference for each in queries.wordings("", page=1, viewer=ana).wordings] == [reference]


def test_what_went_past_the_team_the_team_does_not_publish(
    cast: Cast, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    reference = told.raised(noon, to_sergeant=True).reference
    with pytest.raises(NotThere):
        publish(reference, ana, noon)
    publish(reference, sergeant, noon)
    assert [each.reference for each in seen()] == [reference]


def test_where_the_programme_is_not_yet_there_is_no_page(cast: Cast, noon: datetime, sergeant: Actor) -> None:
    reference = told.raised(noon, where=actions.Where("D1")).reference
    with pytest.raises(Refused) as no:
        publish(reference, sergeant, noon)
    assert no.value.code == "no-area"


def test_the_place_is_the_middle_of_its_field_or_a_crossing_and_never_the_point(
    reference: str, noon: datetime, ana: Actor
) -> None:
    line = publish(reference, ana, noon)
    assert (line.lat, line.lon, line.near) == (43.6155, -79.4945, "")
    actions.withdraw_wording(reference, by=ana, at=noon)
    places.bring_addresses(_streets(), by=Actor("operator", "test"), at=noon)
    line = publish(reference, ana, noon)
    assert (line.lat, line.lon, line.near) == (43.6158, -79.4943, "Wheel Street and Barn Road")
    actions.change_wording(reference, _draft(placed=False), categories=KINDS, by=ana, at=noon)
    assert [(each.lat, each.lon, each.near) for each in seen()] == [(None, None, "")]


def _streets() -> Path:
    rows = ["address,lat,lon"]
    rows += [
        f"{number} Wheel Street,{43.6158 + 0.00005 * (number % 2):.5f},{-79.4963 + number * 0.0002:.4f}"
        for number in range(1, 21)
    ]
    rows += [
        f"{number} Barn Road,{43.6140 + number * 0.0003:.4f},{-79.4943 - 0.00005 * (number % 2):.5f}"
        for number in range(1, 12)
    ]
    file = Path(tempfile.mkdtemp()) / "addresses.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("kind", ["area", "untold"])
def test_what_has_no_place_gets_none(cast: Cast, noon: datetime, ana: Actor, kind: str) -> None:
    somewhere = rules.Told("Cars race.")
    reference = told.raised(noon, told=somewhere, place_kind=kind).reference
    assert publish(reference, ana, noon).lat is None


BEATEN = "My husband beats me when he is drunk."


def test_violence_at_home_never_has_a_place_and_loses_it_in_the_night_after_it_came_to_light(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    hidden = told.raised(noon, told=_saying(BEATEN))
    assert Concern.objects.get(reference=hidden.reference).danger == "home"
    assert publish(hidden.reference, ana, noon).lat is None
    later = told.raised(noon)
    publish(later.reference, ana, noon)
    assert {each.reference: each.lat for each in seen()} == {later.reference: 43.6155, hidden.reference: None}
    before, shown = version(), seen()
    actions.write_again(later.link, BEATEN, by=PUBLIC, at=noon + HOUR)
    # Whoever watches the page must not learn when somebody wrote.
    assert (seen(), version()) == (shown, before)
    changed = list(Wording.objects.order_by("pk").values_list("changed_at", "published_at"))
    assert actions.take_places_away(by=SYSTEM, at=noon + 12 * HOUR) == 1
    assert [(each.lat, each.lon, each.near) for each in seen()] == [(None, None, "")] * 2
    assert version() == before + 1
    assert list(Wording.objects.order_by("pk").values_list("changed_at", "published_at")) == changed
    assert actions.take_places_away(by=SYSTEM, at=noon + 36 * HOUR) == 0
    assert told.lines("concern.place") == [
        ("concern.place_to_withdraw", later.reference),
        ("concern.place_withdrawn", later.reference),
    ]


def test_the_words_of_who_joined_take_no_place_away_whatever_is_done_since(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    receipt = told.raised(noon)
    publish(receipt.reference, ana, noon)
    actions.write_again(told.joined(receipt.reference, noon), BEATEN, by=PUBLIC, at=noon)
    assert Concern.objects.get().danger == "home"
    (before,) = seen()
    assert actions.take_places_away(by=SYSTEM, at=noon + 12 * HOUR) == 0
    actions.answer(receipt.reference, "I come on Monday.", by=ana, at=noon + HOUR)
    actions.change_wording(receipt.reference, DRAFT, categories=KINDS, by=ana, at=noon + HOUR)
    (after,) = seen()
    assert _place(after) == _place(before) == (43.6155, -79.4945, before.near)
    # Told by whoever raised it besides, it goes.
    actions.write_again(receipt.link, BEATEN, by=PUBLIC, at=noon + HOUR)
    assert actions.take_places_away(by=SYSTEM, at=noon + 12 * HOUR) == 1
    assert _place(seen()[0]) == (None, None, "")


def test_a_place_goes_too_where_whoever_raised_it_removes_everything_before_the_night(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    receipt, plain = told.raised(noon), told.raised(noon)
    for each in (receipt, plain):
        publish(each.reference, ana, noon)
    actions.write_again(receipt.link, BEATEN, by=PUBLIC, at=noon)
    before = version()
    for each, steps in ((receipt, 1), (plain, 1)):
        actions.erase(each.link, each.pin, by=PUBLIC, at=noon + HOUR)
        assert version() == before + steps
    assert {each.reference: each.lat for each in seen()} == {receipt.reference: None, plain.reference: 43.6155}


def test_nobody_but_byname_takes_places_away(ana: Actor, noon: datetime) -> None:
    with pytest.raises(NotThere):
        actions.take_places_away(by=ana, at=noon)


def _place(line: queries.Published) -> tuple[float | None, float | None, str]:
    return line.lat, line.lon, line.near


def _saying(words: str) -> rules.Told:
    return rules.Told(words, lat=told.TOLD.lat, lon=told.TOLD.lon)


def test_what_happens_to_the_concern_is_seen_at_once_and_only_then(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = told.raised(noon)
    reference, silent = receipt.reference, told.raised(noon).reference
    publish(reference, ana, noon)
    before = version()
    actions.answer(silent, "I come on Monday.", by=ana, at=noon)
    actions.close(silent, "solved", "Done.", by=ana, at=noon)
    assert version() == before

    def now(at: datetime) -> tuple[str, bool, datetime]:
        (line,) = seen()
        return line.state, line.ended, line.changed_at

    for steps, (act, state) in enumerate(
        (
            (lambda at: actions.answer(reference, "I come on Monday.", by=ana, at=at), "answered"),
            (lambda at: actions.answer(reference, "I am at it.", working=True, by=ana, at=at), "working"),
            (lambda at: actions.close(reference, "solved", "Done.", by=ana, at=at), "closed"),
            (
                lambda at: actions.say_how_it_went(
                    receipt.link, answered="no", better="no", promise=told.PROMISE, by=PUBLIC, at=at
                ),
                "reopened",
            ),
            (lambda at: actions.hand_on(reference, "city", "Call 311.", by=ana, at=at), "handed_on"),
        ),
        1,
    ):
        at = noon + steps * 24 * HOUR
        act(at)
        assert now(at) == (state, state in ("closed", "handed_on"), TODAY + steps * 24 * HOUR)
        assert version() == before + steps


def test_an_answer_that_changes_nothing_to_see_is_no_public_act(reference: str, noon: datetime, ana: Actor) -> None:
    actions.answer(reference, "I come on Monday.", by=ana, at=noon)
    publish(reference, ana, noon)
    before = version()
    actions.answer(reference, "On Tuesday after all.", by=ana, at=noon + HOUR)
    actions.note(reference, "Ask the school.", by=ana, at=noon + HOUR)
    assert (version(), Wording.objects.get().changed_at) == (before, noon)


def test_a_concern_passed_on_is_told_on_the_other_areas_page(reference: str, noon: datetime, ana: Actor) -> None:
    publish(reference, ana, noon)
    before = version()
    actions.pass_on(reference, "chapel-hill", "They have it.", by=ana, at=noon + HOUR)
    assert [(each.area, each.area_name) for each in seen()] == [("chapel-hill", "Chapel Hill")]
    assert version() == before + 1


def test_what_was_taken_back_follows_nothing_and_comes_back_as_things_are_then(
    reference: str, noon: datetime, ana: Actor
) -> None:
    publish(reference, ana, noon)
    actions.withdraw_wording(reference, by=ana, at=noon)
    before = version()
    actions.close(reference, "solved", "Done.", by=ana, at=noon + HOUR)
    assert version() == before
    publish(reference, ana, noon + 2 * HOUR)
    assert [(each.state, each.ended) for each in seen()] == [("closed", True)]


def test_who_joined_is_counted_and_told_from_five_on(reference: str, noon: datetime, ana: Actor) -> None:
    for _ in range(4):
        told.joined(reference, noon)
    assert publish(reference, ana, noon).others is None
    assert Wording.objects.get().joined == 5
    actions.withdraw_wording(reference, by=ana, at=noon)
    told.joined(reference, noon)
    assert publish(reference, ana, noon).others == 5
    assert [each.others for each in seen()] == [5]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", "no-words"),
        ("x" * 201, "too-long"),
        ("cars race past the CROSSING at the mill", "copied"),
        ("A sign before the bend is asked for", "copied"),
        ("Ms. Quennell is worried", "name"),
        ("Worried: ROSALIND", "name"),
        ("At 12 Millrace, in the morning", "address"),
        ("So you ask them to come, then", "copied"),
    ],
)
def test_what_the_person_wrote_their_name_and_their_door_are_refused(
    reference: str, noon: datetime, ana: Actor, words: str, code: str
) -> None:
    row = Concern.objects.get()
    Message.objects.create(concern=row, kind="person", at=noon, words="Please: can you ask them to come?", via="web")
    with pytest.raises(Refused) as no:
        publish(reference, ana, noon, words=words)
    assert (no.value.code, no.value.field) == (code, "words")
    if words:
        with pytest.raises(Refused) as no:
            publish(reference, ana, noon, done=words * 4)
        assert (no.value.code, no.value.field) == (code, "done")
    assert seen() == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("thanks to rosalind quennell for telling us", "name"),
        ("quennell, rosalind told of it", "name"),
        ("somebody of RO LI told of it", "name"),
        ("call 416•555•0199", "phone"),
        ("call 555 / 0199 for more", "phone"),
        ("٤١٦٥٥٥٠١٩٩ rings", "phone"),
        ("rosalind(at)home.example", "email"),
        ("write to rosalind at home dot example", "email"),
        ("near M6J 3E3", "address"),
        ("near m6j3e3, say neighbours", "address"),
    ],
)
def test_who_told_of_it_stands_there_in_no_spelling(
    reference: str, noon: datetime, ana: Actor, words: str, code: str
) -> None:
    told.joined(reference, noon, contact=rules.kept(rules.Contact(name="Ro Li", phone="416 555 0123 ext. 9")))
    with pytest.raises(Refused) as no:
        publish(reference, ana, noon, words=words)
    assert (no.value.code, seen()) == (code, [])


@pytest.mark.parametrize(
    "words",
    [
        "It will be better, and it may be well by June",
        "Cars race at 8 to 9, 60 to 70 km/h, on 4 or 5 days",
        "Rue de la Mill at home",
        "Speeding on the 401, 3 e-scooters a day",
    ],
)
def test_words_that_are_like_a_name_or_a_number_and_are_none_may_stand(
    cast: Cast, noon: datetime, ana: Actor, words: str
) -> None:
    contact = rules.Contact(name="Will de la Rosa May", email="home@home.example", phone="416 555 0123")
    reference = told.raised(noon, contact=contact).reference
    assert publish(reference, ana, noon, words=words).words == words


def test_an_officer_of_the_team_the_area_and_its_streets_may_be_named(
    reference: str, noon: datetime, ana: Actor
) -> None:
    named = _draft(words="Speeding in Old Mill, near Grace Street", done="Constable Ana Duarte was there.")
    with pytest.raises(Refused) as no:
        actions.publish_wording(reference, named, categories=KINDS, by=ana, at=noon)
    assert (no.value.code, no.value.field) == ("name", "done")
    actions.publish_wording(reference, named, categories=KINDS, known=["Ana Duarte"], by=ana, at=noon)
    assert [each.done for each in seen()] == ["Constable Ana Duarte was there."]


def test_the_category_is_one_that_may_be_raised_or_the_concerns_own(reference: str, noon: datetime, ana: Actor) -> None:
    with pytest.raises(Refused) as no:
        publish(reference, ana, noon, category="complaint")
    assert (no.value.code, no.value.field) == ("category", "category")
    assert publish(reference, ana, noon, category="noise").category == "noise"
    own = actions.change_wording(reference, DRAFT, categories=frozenset(), by=ana, at=noon)
    assert own.category == "traffic"


def test_own_wordings_are_found_by_their_public_words_and_never_by_what_was_raised(
    cast: Cast, noon: datetime, ana: Actor, ines: Actor
) -> None:
    one, two = (told.raised(noon).reference for _ in range(2))
    publish(one, ana, noon)
    publish(two, ana, noon + HOUR, words="Dumping behind the shops", done="The city comes on 3 December.")
    actions.withdraw_wording(one, by=ana, at=noon + HOUR)

    def found(words: str, by: Actor = ana) -> list[str]:
        return [each.reference for each in queries.wordings(words, page=1, viewer=by).wordings]

    assert found("") == [two, one]
    assert found("city shops") == [two]
    assert found("SCHOOL") == [one]
    assert found("%") == []
    for theirs in ("Rosalind", "weekday", "Millrace", "555"):
        assert found(theirs) == []
    assert found("", ines) == []
    assert queries.wordings("", page=2, viewer=ana) == queries.WordingPage((), more=False)
    assert queries.wordings("", page=1, viewer=ana, size=1).more


def test_after_a_restore_what_was_taken_back_or_changed_is_taken_back_again(
    reference: str, noon: datetime, ana: Actor
) -> None:
    publish(reference, ana, noon)
    with pytest.raises(NotThere):
        actions.withdraw_wording_again(reference, by=ana, at=noon)
    with pytest.raises(NotThere):
        actions.withdraw_wording_again("C-2222-2222-222", by=SYSTEM, at=noon)
    assert actions.withdraw_wording_again(reference, by=SYSTEM, at=noon)
    assert (seen(), actions.withdraw_wording_again(reference, by=SYSTEM, at=noon)) == ([], False)


def test_erasing_what_was_raised_leaves_the_officers_words(reference: str, noon: datetime, ana: Actor) -> None:
    receipt = told.raised(noon)
    publish(receipt.reference, ana, noon)
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon + HOUR)
    assert [each.words for each in seen()] == [DRAFT.words]
