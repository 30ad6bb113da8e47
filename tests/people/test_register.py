"""The register of officers: bringing it in, photos given and withdrawn, officers hidden and shown again."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from django.db import connection
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from byname.ledger import queries as ledger
from byname.people import actions, queries, rules
from byname.people.models import Officer, OfficerPhoto
from byname.vocabulary import PUBLIC, SYSTEM, Actor, FileRefused, Refused

AGREED = date(2026, 3, 1)
FACE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 140"><circle cx="60" cy="70" r="30"/></svg>'

pytestmark = pytest.mark.django_db


def row(badge: str = "8123", **more: object) -> rules.OfficerRow:
    return rules.OfficerRow(badge, "Amara", "Okoye", **more)  # type: ignore[arg-type]


def portrait(colour: tuple[int, int, int] = (200, 120, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 480), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def amara(noon: datetime, clerk_of_records: Actor) -> str:
    """The reference of an officer who agreed to show a photo."""
    done = actions.bring_officers([row(photo_consented_on=AGREED)], by=clerk_of_records, at=noon)
    return done.references["8123"]


def version() -> int:
    return ledger.public_versions(viewer=PUBLIC).get("everything", 0)


def seen(reference: str) -> queries.PublicOfficer | None:
    return queries.public_officers([reference], viewer=PUBLIC).get(reference)


def test_an_officer_is_shown_with_what_was_agreed_and_nothing_else(noon: datetime, clerk_of_records: Actor) -> None:
    whole = row(
        pronunciation="ah-MAH-rah",
        languages=("en", "yue"),
        skills=("youth",),
        words="Ask me about chess.",
        phone="416-555-0123",
        email="amara@example.org",
        lives_in=84,
    )
    reference = actions.bring_officers([whole], by=clerk_of_records, at=noon).references["8123"]
    assert seen(reference) == queries.PublicOfficer(
        reference=reference,
        name="Amara Okoye",
        pronunciation="ah-MAH-rah",
        rank="Constable",
        badge_number="8123",
        languages=("en", "yue"),
        skills=("youth",),
        words="Ask me about chess.",
        phone="416-555-0123",
        email="amara@example.org",
        photo=None,
    )


def test_the_service_may_show_less_of_every_name(amara: str, settings: Settings) -> None:
    shown = []
    for ceiling in ("full", "initial", "family"):
        settings.BYNAME_NAME_SHOWN = ceiling
        officer = seen(amara)
        shown.append(officer and officer.name)
    assert shown == ["Amara Okoye", "A. Okoye", "Okoye"]


def test_where_an_officer_lives_is_sealed_in_the_database(noon: datetime, clerk_of_records: Actor) -> None:
    actions.bring_officers([row(lives_in=84)], by=clerk_of_records, at=noon)
    with connection.cursor() as cursor:
        cursor.execute("SELECT lives_in FROM byname_officer")
        (stored,) = cursor.fetchone()
    assert (len(stored) > 80, stored == "84") == (True, False)
    assert queries.officers_to_post(["8123"], viewer=clerk_of_records)["8123"].lives_in == 84


def test_the_same_register_again_changes_nothing(noon: datetime, clerk_of_records: Actor) -> None:
    rows = [
        row("1", lives_in=4, photo_consented_on=AGREED, photo=rules.renditions(portrait())),
        row("2", languages=("en",)),
    ]
    first = actions.bring_officers(rows, by=clerk_of_records, at=noon)
    before = version()
    again = actions.bring_officers(rows, by=clerk_of_records, at=noon)
    assert (first.added, first.changed, first.unchanged, first.photos) == (2, 0, 0, 1)
    assert (again.added, again.changed, again.unchanged, again.photos) == (0, 0, 2, 0)
    assert (again.references, version()) == (first.references, before)


def test_a_register_brought_anew_brings_officers_up_to_date_and_leaves_others(
    noon: datetime, clerk_of_records: Actor
) -> None:
    actions.bring_officers([row("1"), row("2")], by=clerk_of_records, at=noon)
    done = actions.bring_officers([row("2", words="New words.", lives_in=3)], by=clerk_of_records, at=noon)
    assert (done.added, done.changed) == (0, 1)
    assert sorted(Officer.objects.values_list("badge_number", "words")) == [("1", ""), ("2", "New words.")]
    assert queries.officers_to_post(["2"], viewer=SYSTEM)["2"].lives_in == 3


def test_a_register_is_refused_whole_with_every_fault(noon: datetime, clerk_of_records: Actor) -> None:
    with pytest.raises(FileRefused) as no:
        actions.bring_officers(
            [
                row("1", line=2),
                row("1", line=3),
                row("2", rank="Sheriff", languages=("English",), line=4),
                row("4", photo=rules.renditions(portrait()), line=6),
            ],
            by=clerk_of_records,
            at=noon,
        )
    assert [(fault.line, fault.column) for fault in no.value.faults] == [
        (3, "badge_number"),
        (4, "rank"),
        (4, "languages"),
        (6, "photo_consented_on"),
    ]
    assert (no.value.sentence, Officer.objects.count()) == ("4 things in the file need mending.", 0)


def test_a_photo_is_served_in_each_size_and_its_token_changes_with_it(
    amara: str, noon: datetime, clerk_of_records: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = actions.give_photo(amara, portrait(), by=clerk_of_records, at=noon)
    officer = seen(amara)
    assert officer is not None
    assert officer.photo == queries.PublicPhoto(first, ("webp", "jpeg"))
    with django_assert_num_queries(1):
        small = queries.photo(amara, "small", "jpeg", viewer=PUBLIC)
    assert small is not None
    assert (Image.open(io.BytesIO(small.content)).size, small.media_type, small.token) == (
        (120, 140),
        "image/jpeg",
        first,
    )
    second = actions.give_photo(amara, portrait((9, 99, 9)), by=clerk_of_records, at=noon)
    assert (first != second, OfficerPhoto.objects.count()) == (True, 6)
    before = version()
    assert actions.give_photo(amara, portrait((9, 99, 9)), by=clerk_of_records, at=noon) == second
    assert version() == before


def test_a_drawn_face_fits_every_size(amara: str, noon: datetime, clerk_of_records: Actor) -> None:
    token = actions.draw_face(amara, FACE, by=clerk_of_records, at=noon)
    sizes = {size: queries.photo(amara, size, "svg", viewer=PUBLIC) for size in rules.SIZES}
    assert sizes == dict.fromkeys(rules.SIZES, queries.Photo(FACE.encode(), "image/svg+xml", token))
    actions.give_photo(amara, portrait(), by=clerk_of_records, at=noon)
    assert queries.photo(amara, "large", "svg", viewer=PUBLIC) is None


def test_no_face_is_kept_of_somebody_who_did_not_agree(noon: datetime, clerk_of_records: Actor) -> None:
    reference = actions.bring_officers([row()], by=clerk_of_records, at=noon).references["8123"]
    for act in (
        lambda: actions.give_photo(reference, portrait(), by=clerk_of_records, at=noon),
        lambda: actions.draw_face(reference, FACE, by=clerk_of_records, at=noon),
    ):
        with pytest.raises(Refused) as no:
            act()
        assert no.value.sentence == "The officer with badge 8123 has not agreed to show a photo."
    assert OfficerPhoto.objects.count() == 0


def test_a_withdrawn_photo_is_destroyed_and_stays_away_until_agreed_to_anew(
    amara: str, noon: datetime, clerk_of_records: Actor
) -> None:
    actions.give_photo(amara, portrait(), by=clerk_of_records, at=noon)
    before = version()
    withdrawn = [actions.withdraw_photo(amara, by=clerk_of_records, at=noon) for _ in range(2)]
    assert (withdrawn, version(), OfficerPhoto.objects.count()) == ([True, False], before + 1, 0)
    assert queries.photo(amara, "small", "webp", viewer=PUBLIC) is None
    with pytest.raises(FileRefused) as no:
        actions.bring_officers(
            [row(photo_consented_on=AGREED, photo=rules.renditions(portrait()), line=2)], by=clerk_of_records, at=noon
        )
    assert [fault.expected for fault in no.value.faults] == ["a day after 2026-11-23, when the consent was withdrawn"]
    # The old register without the photo brings nothing back either.
    actions.bring_officers([row(photo_consented_on=AGREED)], by=clerk_of_records, at=noon)
    with pytest.raises(Refused):
        actions.give_photo(amara, portrait(), by=clerk_of_records, at=noon)
    later = datetime.fromisoformat("2026-12-01T17:00Z")
    again = row(photo_consented_on=date(2026, 12, 1), photo=rules.renditions(portrait()))
    actions.bring_officers([again], by=clerk_of_records, at=later)
    assert queries.photo(amara, "small", "webp", viewer=PUBLIC) is not None


def test_a_register_in_which_the_consent_is_gone_takes_the_photo_with_it(
    amara: str, noon: datetime, clerk_of_records: Actor
) -> None:
    actions.give_photo(amara, portrait(), by=clerk_of_records, at=noon)
    actions.bring_officers([row()], by=clerk_of_records, at=noon)
    officer = seen(amara)
    assert officer is not None
    assert (officer.photo, OfficerPhoto.objects.count()) == (None, 0)


def test_the_database_is_asked_at_each_request_whether_a_face_may_be_shown(
    amara: str, noon: datetime, clerk_of_records: Actor
) -> None:
    actions.give_photo(amara, portrait(), by=clerk_of_records, at=noon)
    answers = []
    for change in (
        {"hidden_at": noon},
        {"hidden_at": None, "photo_withdrawn_on": AGREED},
        {"photo_withdrawn_on": date(2026, 2, 28)},
        {"photo_consented_on": None},
    ):
        Officer.objects.update(**change)
        officer = seen(amara)
        named = officer is not None and officer.photo is not None
        answers.append((queries.photo(amara, "small", "webp", viewer=PUBLIC) is not None, named))
    assert answers == [(False, False), (False, False), (True, True), (False, False)]


@pytest.mark.parametrize(
    ("reference", "size", "form"),
    [("O-NOBODY", "small", "webp"), ("amara", "huge", "webp"), ("amara", "small", "gif"), ("a\0b", "small", "webp")],
)
def test_an_unknown_photo_is_no_photo(
    amara: str, noon: datetime, clerk_of_records: Actor, reference: str, size: str, form: str
) -> None:
    actions.give_photo(amara, portrait(), by=clerk_of_records, at=noon)
    asked = amara if reference == "amara" else reference
    assert queries.photo(asked, size, form, viewer=PUBLIC) is None


def test_a_hidden_officer_is_seen_nowhere_until_shown_again(
    amara: str, noon: datetime, clerk_of_records: Actor
) -> None:
    before = version()
    assert [actions.hide_officer(amara, by=clerk_of_records, at=noon) for _ in range(2)] == [True, False]
    assert (seen(amara), version()) == (None, before + 1)
    actions.bring_officers([row(words="Hello.", photo_consented_on=AGREED)], by=clerk_of_records, at=noon)
    assert seen(amara) is None
    assert actions.show_officer(amara, by=clerk_of_records, at=noon) is True
    officer = seen(amara)
    assert officer is not None
    assert officer.words == "Hello."
    events = [line.event for line in ledger.lines_about("officer", amara, viewer=PUBLIC)]
    assert events == ["officer.hidden", "officer.shown"]


def test_acting_on_nobody_is_refused(noon: datetime, clerk_of_records: Actor) -> None:
    with pytest.raises(Refused) as no:
        actions.hide_officer("O-NOBODY", by=clerk_of_records, at=noon)
    assert no.value.sentence == "There is no officer O-NOBODY."


def test_the_ledger_holds_no_name_and_no_words(noon: datetime, clerk_of_records: Actor) -> None:
    rows = [
        row(
            words="PLANTED",
            lives_in=8484,
            phone="416-555-0177",
            photo_consented_on=AGREED,
            photo=rules.renditions(portrait()),
        )
    ]
    reference = actions.bring_officers(rows, by=clerk_of_records, at=noon).references["8123"]
    actions.withdraw_photo(reference, by=clerk_of_records, at=noon)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(l::text, ' ') FROM byname_ledgerline l")
        (lines,) = cursor.fetchone()
    assert "officers.brought" in lines
    assert [word for word in ("Amara", "Okoye", "PLANTED", "8484", "0177") if word in lines] == []


def test_a_reference_stays_when_a_register_is_brought_into_an_empty_database(
    amara: str, noon: datetime, clerk_of_records: Actor
) -> None:
    Officer.objects.all().delete()
    assert actions.bring_officers([row()], by=clerk_of_records, at=noon).references == {"8123": amara}


def test_every_one_of_250_faces_is_drawn_in_one_act(
    noon: datetime, clerk_of_records: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [row(str(1000 + n), photo_consented_on=AGREED) for n in range(250)]
    references = actions.bring_officers(rows, by=clerk_of_records, at=noon).references
    with django_assert_max_num_queries(12):
        tokens = actions.draw_faces(
            {reference: FACE.replace("30", str(10 + n)) for n, reference in enumerate(references.values())},
            by=clerk_of_records,
            at=noon,
        )
    assert (len(tokens), len(set(tokens.values())), OfficerPhoto.objects.count()) == (250, 250, 250)
