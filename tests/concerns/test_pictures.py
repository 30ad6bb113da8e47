"""Pictures in a concern: sealed, gone with the words, set apart, handed over, and brought back by no restore."""

from __future__ import annotations

import base64
import io
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, ConcernPhoto, Message
from byname.interfaces.jobs import replay
from byname.ledger.models import LedgerLine
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused, operator
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.rules.test_pictures import with_everything


def _picture(colour: tuple[int, int, int]) -> rules.Picture:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return rules.cleaned(out.getvalue())


SECOND = timedelta(seconds=1)
RED, GREEN, BLUE = (_picture(colour) for colour in ((200, 0, 0), (0, 200, 0), (0, 0, 200)))


@pytest.fixture
def raised(cast: Cast, noon: datetime) -> actions.Receipt:
    """A concern with a red and a green picture, and a blue one in a message that came later."""
    receipt = told.raised(noon, pictures=[RED, GREEN])
    actions.write_again(receipt.link, "And here.", pictures=[BLUE], by=PUBLIC, at=noon + timedelta(hours=1))
    return receipt


def _numbers() -> list[int]:
    return list(ConcernPhoto.objects.order_by("number").values_list("number", flat=True))


def test_pictures_stand_sealed_with_what_was_raised_and_with_each_message(
    raised: actions.Receipt, ana: Actor, noon: datetime
) -> None:
    seen = queries.thread(raised.reference, at=noon, viewer=ana)
    assert [(each.number, each.wide, each.high, each.set_apart) for each in seen.pictures] == [
        (1, 40, 30, False),
        (2, 40, 30, False),
    ]
    assert [[each.number for each in entry.pictures] for entry in seen.entries] == [[3]]
    rows = list(ConcernPhoto.objects.order_by("number"))
    assert [bytes(row.picture) for row in rows] == [RED.content, GREEN.content, BLUE.content]
    assert [row.sent_at for row in rows] == [noon, noon, noon + timedelta(hours=1)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT picture FROM byname_concernphoto")
        stored = [bytes(content) for (content,) in cursor.fetchall()]
    assert [content[:5] for content in stored] == [b"gAAAA"] * 3


def test_nothing_the_camera_wrote_stands_in_any_table(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon, pictures=[rules.cleaned(with_everything())])
    actions.write_again(receipt.link, "Again.", pictures=[rules.cleaned(with_everything())], by=PUBLIC, at=noon)
    kept = [bytes(row.picture) for row in ConcernPhoto.objects.all()]
    assert [(b"SECRET" in content, b"Exif" in content) for content in kept] == [(False, False)] * 2
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" AS row WHERE row::text ~ %s', ["SECRET|Exif|534543524554"])
            found.append((table, cursor.fetchone()[0]))
    assert [table for table, count in found if count] == []
    assert len(found) > 40


def test_the_form_handed_in_twice_holds_its_pictures_once(cast: Cast, noon: datetime) -> None:
    first, second = (told.raised(noon, once=b"n" * 22, pictures=[RED]) for _ in range(2))
    assert (first.reference, second.newly, _numbers()) == (second.reference, False, [1])


def test_a_concern_that_holds_all_it_may_takes_no_more_and_keeps_no_message_either(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon, pictures=[RED] * 4)
    for number in range(9):
        actions.write_again(receipt.link, f"More: {number}.", pictures=[RED] * 4, by=PUBLIC, at=noon)
    with pytest.raises(Refused) as no:
        actions.write_again(receipt.link, "And one more.", pictures=[RED], by=PUBLIC, at=noon)
    assert (no.value.code, Message.objects.count(), len(_numbers())) == ("no-more-photos", 9, 40)


def test_how_many_pictures_there_are_costs_the_team_no_question_more(cast: Cast, ana: Actor, noon: datetime) -> None:
    def asked(pictures: int) -> int:
        receipt = told.raised(noon, pictures=[RED] * pictures)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            queries.thread(receipt.reference, at=noon, viewer=ana)
        return len(caught)

    assert len({asked(0), asked(1), asked(4)}) == 1


def test_each_sees_their_own_pictures_and_nobody_elses(raised: actions.Receipt, cast: Cast, noon: datetime) -> None:
    joined = told.joined(raised.reference, noon)
    actions.write_again(joined, "Here too.", pictures=[RED], by=PUBLIC, at=noon)

    def numbers(link: str) -> list[int]:
        seen = queries.followed(link, at=noon, viewer=PUBLIC)
        return [each.number for entry in (seen, *seen.entries) for each in entry.pictures]

    assert (numbers(raised.link), numbers(joined)) == ([1, 2, 3], [4])
    opened = []
    for link in (raised.link, joined, "nobody-has-this"):
        for number in range(6):
            try:
                opened.append((link, number, queries.own_picture(link, number, viewer=PUBLIC)))
            except NotThere:
                continue
    assert opened == [
        (raised.link, 1, RED.content),
        (raised.link, 2, GREEN.content),
        (raised.link, 3, BLUE.content),
        (joined, 4, RED.content),
    ]


def test_a_look_at_a_picture_is_recorded_unless_the_page_was(
    raised: actions.Receipt, ana: Actor, noon: datetime
) -> None:
    def look(recorded: bool) -> list[tuple[str, str]]:
        seen = queries.picture_of_concern(raised.reference, 1, recorded=recorded, at=noon, viewer=ana)
        assert seen == RED.content
        return told.lines("read.")

    assert look(True) == []
    assert look(False) == [("read.concern", raised.reference)]


def test_the_team_elsewhere_and_the_coordinator_see_no_picture(
    raised: actions.Receipt, ines: Actor, coordinator: Actor, noon: datetime
) -> None:
    for who in (ines, coordinator, PUBLIC):
        with pytest.raises(NotThere):
            queries.picture_of_concern(raised.reference, 1, recorded=False, at=noon, viewer=who)
        with pytest.raises(NotThere):
            actions.set_picture_apart(raised.reference, 1, by=who, at=noon)
    assert told.lines("read.") == []


def test_what_somebody_takes_along_holds_their_pictures(raised: actions.Receipt, noon: datetime) -> None:
    actions.set_picture_apart(raised.reference, 2, by=SYSTEM, at=noon)
    plain = actions.take_out(raised.link, raised.pin, by=PUBLIC, at=noon)
    whole = actions.take_out(raised.link, raised.pin, with_pictures=True, by=PUBLIC, at=noon)
    assert (plain.kept()["pictures"], [base64.b64decode(each["jpeg_base64"]) for each in whole.kept()["pictures"]]) == (
        [],
        [RED.content, BLUE.content],
    )


def test_a_picture_set_apart_is_shown_to_nobody_and_said_to_the_sergeant(
    raised: actions.Receipt, ana: Actor, sergeant: Actor, ines: Actor, noon: datetime
) -> None:
    assert actions.set_picture_apart(raised.reference, 2, by=ana, at=noon)
    assert not actions.set_picture_apart(raised.reference, 2, by=sergeant, at=noon + timedelta(hours=1))
    for who in (ana, sergeant):
        with pytest.raises(NotThere):
            queries.picture_of_concern(raised.reference, 2, recorded=True, at=noon, viewer=who)
        with pytest.raises(NotThere):
            queries.refuse_not_shown(raised.reference, 2, viewer=who)
    with pytest.raises(NotThere):
        queries.own_picture(raised.link, 2, viewer=PUBLIC)
    followed = queries.followed(raised.link, at=noon, viewer=PUBLIC)
    assert [each.number for each in followed.pictures] == [1]
    told_to_the_team = queries.thread(raised.reference, at=noon, viewer=ana).pictures
    assert [(each.number, each.set_apart) for each in told_to_the_team] == [(1, False), (2, True)]
    line = LedgerLine.objects.get(event="concern.picture_set_apart")
    assert (line.subject_id, line.facts, line.actor_account_id) == (raised.reference, {"number": 2}, ana.account_id)
    (waits,) = queries.pictures_apart(viewer=sergeant)
    assert (waits.reference, waits.number, waits.set_apart_at) == (raised.reference, 2, noon)
    for who in (ana, ines):
        with pytest.raises(NotThere):
            queries.pictures_apart(viewer=who)


def test_it_is_written_out_for_the_unit_and_gone_once_the_sergeant_says_so(
    raised: actions.Receipt, ana: Actor, sergeant: Actor, noon: datetime
) -> None:
    at_the_server = operator("picture")
    for who in (at_the_server, sergeant, ana):
        with pytest.raises(NotThere):
            actions.write_picture_out(raised.reference, 2, by=who, at=noon)
        with pytest.raises(NotThere):
            actions.hand_picture_over(raised.reference, 2, by=who, at=noon)
    actions.set_picture_apart(raised.reference, 2, by=ana, at=noon)
    assert actions.write_picture_out(raised.reference, 2, by=at_the_server, at=noon) == GREEN.content
    for who in (at_the_server, ana):
        with pytest.raises(NotThere):
            actions.hand_picture_over(raised.reference, 2, by=who, at=noon)
    actions.hand_picture_over(raised.reference, 2, by=sergeant, at=noon)
    row = ConcernPhoto.objects.get(number=2)
    assert (bytes(row.picture), row.handed_over_at, row.handed_over_by) == (b"", noon, sergeant.account_id)
    assert queries.pictures_apart(viewer=sergeant) == ()
    with pytest.raises(NotThere):
        actions.write_picture_out(raised.reference, 2, by=at_the_server, at=noon)
    assert [event for event, _ in told.lines("concern.picture")] == [
        "concern.picture_set_apart",
        "concern.picture_written_out",
        "concern.picture_handed_over",
    ]


@pytest.mark.parametrize("number", [1, 3], ids=["raised", "written later"])
def test_neither_a_wish_nor_time_removes_what_was_set_apart_and_not_handed_over(
    raised: actions.Receipt, sergeant: Actor, noon: datetime, number: int
) -> None:
    actions.set_picture_apart(raised.reference, number, by=sergeant, at=noon)
    before = bytes(ConcernPhoto.objects.get(number=number).picture)
    actions.erase(raised.link, raised.pin, by=PUBLIC, at=noon)
    assert _numbers() == [number]
    assert Message.objects.count() == 0
    Concern.objects.update(ended_at=noon, state="closed", outcome="solved", words_gone_at=None)
    assert actions.forget_old_words(by=SYSTEM, at=noon + timedelta(days=400)) == 1
    assert [(each.number, bytes(each.picture)) for each in ConcernPhoto.objects.all()] == [(number, before)]
    assert [line.facts for line in LedgerLine.objects.filter(event="concern.pictures_kept")] == [{"pictures": 1}] * 2
    actions.write_picture_out(raised.reference, number, by=operator("picture"), at=noon)
    actions.hand_picture_over(raised.reference, number, by=sergeant, at=noon)
    assert [bytes(each.picture) for each in ConcernPhoto.objects.all()] == [b""]


def test_nobody_says_that_the_unit_has_what_was_never_written_out_or_what_a_hold_keeps(
    raised: actions.Receipt, sergeant: Actor, noon: datetime
) -> None:
    reference, at_the_server = raised.reference, operator("picture")

    def handed_over() -> str:
        try:
            actions.hand_picture_over(reference, 1, by=sergeant, at=noon)
        except Refused as no:
            return no.code
        return ""

    for number in (1, 2):
        actions.set_picture_apart(reference, number, by=sergeant, at=noon)
    assert handed_over() == "not-written"
    actions.write_picture_out(reference, 2, by=at_the_server, at=noon)
    assert handed_over() == "not-written"
    actions.write_picture_out(reference, 1, by=at_the_server, at=noon)
    actions.hold_concern(reference, "investigation", tell=False, by=sergeant, at=noon)
    assert handed_over() == "held"
    assert bytes(ConcernPhoto.objects.get(number=1).picture) == RED.content
    actions.end_hold(reference, by=sergeant, at=noon)
    assert handed_over() == ""
    assert [bytes(row.picture) for row in ConcernPhoto.objects.order_by("number")] == [
        b"",
        GREEN.content,
        BLUE.content,
    ]


def test_who_joined_and_leaves_takes_their_pictures_along_and_leaves_what_was_set_apart(
    raised: actions.Receipt, sergeant: Actor, noon: datetime
) -> None:
    joined = told.joined(raised.reference, noon)
    actions.write_again(joined, "Here too.", pictures=[RED, BLUE], by=PUBLIC, at=noon)
    actions.set_picture_apart(raised.reference, 5, by=sergeant, at=noon)
    actions.erase(joined, "123456", by=PUBLIC, at=noon)
    assert _numbers() == [1, 2, 3, 5]
    # Whoever raised it is not shown what somebody else sent.
    assert [each.number for each in queries.followed(raised.link, at=noon, viewer=PUBLIC).pictures] == [1, 2]


def test_the_words_of_a_concern_whose_time_is_over_take_its_pictures_along(
    raised: actions.Receipt, noon: datetime
) -> None:
    Concern.objects.update(ended_at=noon, state="closed", outcome="solved")
    assert actions.forget_old_words(by=SYSTEM, at=noon + timedelta(days=365)) == 0
    assert _numbers() == [1, 2, 3]
    assert actions.forget_old_words(by=SYSTEM, at=noon + timedelta(days=366)) == 1
    assert _numbers() == []


def test_a_restore_shows_nobody_what_was_set_apart_and_brings_back_nothing_handed_over(
    raised: actions.Receipt, sergeant: Actor, noon: datetime
) -> None:
    by, later = operator("restore"), noon + timedelta(hours=2)
    acts = [
        replay.TakenBack(
            number, later + number * SECOND, f"concern.picture_{what}", "concern", reference, {"number": picture}
        )
        for number, (what, reference, picture) in enumerate(
            [
                ("set_apart", raised.reference, 1),
                ("set_apart", raised.reference, 2),
                ("handed_over", raised.reference, 2),
                ("set_apart", "C-0000-0000-000", 1),
                ("set_apart", raised.reference, 9),
            ],
            1,
        )
    ]
    done, unknown = replay.replay(acts, by=by)
    assert (done, unknown) == ({"concern.picture_set_apart": 2, "concern.picture_handed_over": 1}, 2)
    rows = ConcernPhoto.objects.order_by("number").values_list("number", "quarantined_at", "handed_over_at")
    assert list(rows) == [
        (1, later + SECOND, None),
        (2, later + 2 * SECOND, later + 3 * SECOND),
        (3, None, None),
    ]
    assert bytes(ConcernPhoto.objects.get(number=2).picture) == b""
    assert replay.replay(acts, by=by) == ({}, 2)


def test_a_message_with_the_same_pictures_pressed_twice_is_one_entry(raised: actions.Receipt, noon: datetime) -> None:
    for pictures in ([BLUE], [BLUE, RED], []):
        actions.write_again(raised.link, "And here.", pictures=pictures, by=PUBLIC, at=noon + timedelta(minutes=65))
    assert (Message.objects.count(), _numbers()) == (3, [1, 2, 3, 4, 5])


def test_who_joined_fills_ten_places_for_pictures_and_leaves_ten_to_whoever_raised_it(
    cast: Cast, noon: datetime
) -> None:
    receipt = told.raised(noon)
    four = [RED, GREEN, BLUE, RED]

    def sends(link: str, pictures: list[rules.Picture]) -> str:
        try:
            actions.write_again(link, f"Look, {ConcernPhoto.objects.count()}.", pictures=pictures, by=PUBLIC, at=noon)
        except Refused as refused:
            return refused.code
        return ""

    for _ in range(3):
        joiner = told.joined(receipt.reference, noon)
        assert [sends(joiner, each) for each in (four, four, four, [RED, BLUE], [RED])] == [
            "",
            "",
            "no-more-photos",
            "",
            "no-more-photos",
        ]
    assert sends(told.joined(receipt.reference, noon), [RED]) == "no-more-photos"
    assert [sends(receipt.link, each) for each in (four, four, [RED, BLUE], [RED])] == ["", "", "", "no-more-photos"]


@pytest.mark.parametrize("whose", ["raiser", "joiner"])
def test_no_number_of_what_was_set_apart_is_given_again_and_another_is_handed_over_only_once_written_out(
    cast: Cast, ana: Actor, sergeant: Actor, noon: datetime, whose: str
) -> None:
    hour = timedelta(hours=1)
    receipt = told.raised(noon)
    joined = told.joined(receipt.reference, noon)
    leaves, pin, stays = receipt.link, receipt.pin, joined
    if whose == "joiner":
        leaves, pin, stays = joined, "123456", receipt.link
    actions.write_again(leaves, "Look.", pictures=[RED], by=PUBLIC, at=noon)
    actions.set_picture_apart(receipt.reference, 1, by=ana, at=noon + hour)
    actions.write_picture_out(receipt.reference, 1, by=operator("picture"), at=noon + 2 * hour)
    actions.hand_picture_over(receipt.reference, 1, by=sergeant, at=noon + 3 * hour)
    actions.erase(leaves, pin, by=PUBLIC, at=noon + 4 * hour)
    actions.write_again(stays, "And this.", pictures=[BLUE], by=PUBLIC, at=noon + 5 * hour)
    rows = ConcernPhoto.objects.order_by("number")
    assert [(row.number, bytes(row.picture)) for row in rows] == [(1, b""), (2, BLUE.content)]
    # What stayed of it is told to nobody as something that waits.
    assert LedgerLine.objects.filter(event="concern.pictures_kept").count() == 0
    actions.set_picture_apart(receipt.reference, 2, by=ana, at=noon + 6 * hour)
    with pytest.raises(Refused) as refused:
        actions.hand_picture_over(receipt.reference, 2, by=sergeant, at=noon + 7 * hour)
    assert refused.value.code == "not-written"
    assert bytes(ConcernPhoto.objects.get(number=2).picture) == BLUE.content


def test_a_file_written_before_this_picture_was_set_apart_was_of_another(
    raised: actions.Receipt, ana: Actor, sergeant: Actor, noon: datetime
) -> None:
    hour = timedelta(hours=1)
    actions.set_picture_apart(raised.reference, 1, by=ana, at=noon)
    actions.write_picture_out(raised.reference, 1, by=operator("picture"), at=noon + hour)
    # As numbers were once given again: another picture stands under this one.
    ConcernPhoto.objects.filter(number=1).delete()
    ConcernPhoto.objects.filter(number=2).update(number=1)
    actions.set_picture_apart(raised.reference, 1, by=ana, at=noon + 2 * hour)
    with pytest.raises(Refused) as refused:
        actions.hand_picture_over(raised.reference, 1, by=sergeant, at=noon + 3 * hour)
    assert (refused.value.code, bytes(ConcernPhoto.objects.get(number=1).picture)) == ("not-written", GREEN.content)
    actions.write_picture_out(raised.reference, 1, by=operator("picture"), at=noon + 3 * hour)
    actions.hand_picture_over(raised.reference, 1, by=sergeant, at=noon + 3 * hour)
    assert bytes(ConcernPhoto.objects.get(number=1).picture) == b""


@pytest.mark.parametrize("what", ["set_apart", "handed_over"])
def test_a_restore_leaves_a_picture_alone_that_was_sent_after_the_act(
    raised: actions.Receipt, noon: datetime, what: str
) -> None:
    act = replay.TakenBack(7, noon, f"concern.picture_{what}", "concern", raised.reference, {"number": 3})
    assert replay.replay([act], by=operator("restore")) == ({}, 1)
    row = ConcernPhoto.objects.get(number=3)
    assert (row.quarantined_at, bytes(row.picture)) == (None, BLUE.content)
