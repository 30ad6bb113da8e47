"""Areas at the desk: the list within reach, one area's team and what is coming, ending a posting."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from byname.interfaces import snapshot
from byname.ledger.models import LedgerLine, Letter
from byname.people import actions as people
from byname.places import actions as places
from byname.postings import actions as postings
from byname.postings.models import Handover, Posting
from byname.vocabulary import SYSTEM, Actor
from tests import cast as city
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import links, words


def test_a_coordinator_sees_every_area_with_its_lead_its_officers_and_its_next_change(cast: Cast) -> None:
    page = staff.at_the_desk(staff.account("coordinator")).get("/desk/areas/").content
    assert links(page) == ["chapel-hill", "harbour", "night-market", "old-mill", "ring"]
    day = (cast.on + timedelta(days=21)).strftime("%-d %b %Y")
    assert f"Harbour Sergeant Elif Erdem leads 3 officers {day}: Constable Farid Farahani joins; " in words(page)
    assert "Chapel Hill Nobody serves here" in words(page)
    assert "Old Mill Constable Ana Albuquerque leads 3 officers, 1 covers today" in words(page)


def test_everybody_sees_the_areas_they_reach_and_no_others(cast: Cast) -> None:
    told = {
        name: links(staff.at_the_desk(account).get("/desk/areas/").content)
        for name, account in {
            "sergeant of D1": staff.account("sergeant", divisions=["D1"]),
            "officer": staff.account("officer", officer=cast.hugo),
            "clerk": staff.account("clerk"),
        }.items()
    }
    assert told == {
        "sergeant of D1": ["chapel-hill", "old-mill"],
        "officer": ["ring"],
        "clerk": ["chapel-hill", "harbour", "night-market", "old-mill", "ring"],
    }


def test_areas_are_found_by_name_and_by_division(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    assert links(client.get("/desk/areas/", {"q": "mill OLD"}).content) == ["old-mill"]
    assert links(client.get("/desk/areas/", {"division": "D1"}).content) == ["chapel-hill", "old-mill"]
    assert "No area here is called that." in words(client.get("/desk/areas/", {"q": "zzz"}).content)


def test_an_area_outside_ones_reach_looks_like_one_that_is_not_there(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    answers = [client.get(f"/desk/areas/{slug}/") for slug in ("harbour", "nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [re.sub(rb'value="[^"]+"', b"", answer.content) for answer in answers]
    assert bodies[0] == bodies[1]


def test_the_page_of_an_area_tells_the_team_what_is_coming_and_who_covers(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    mill, harbour = (words(client.get(f"/desk/areas/{slug}/").content) for slug in ("old-mill", "harbour"))
    assert "Constable Ana Albuquerque Leads the team, since" in mill
    assert "Today Constable Dina Dellarosa, until" in mill
    last, comes = ((cast.on + timedelta(days=n)).strftime("%-d %B %Y") for n in (20, 21))
    assert f"{last} Last day of Sergeant Elif Erdem. Residents know." in harbour
    assert f"{comes} Constable Farid Farahani comes to lead. Residents know." in harbour
    assert "Constable Grace Quillfeather On the team" in harbour
    assert "Hidden from residents" in harbour


def test_somebody_hidden_is_an_officer_to_who_may_not_open_their_entry(cast: Cast) -> None:
    colleague = words(
        staff.at_the_desk(staff.account("officer", officer=cast.dina)).get("/desk/areas/harbour/").content
    )
    assert "An officer On the team" in colleague
    assert "Quillfeather" not in colleague


def test_only_who_may_propose_and_end_is_offered_it(cast: Cast) -> None:
    offered = {}
    for role, account in {
        "coordinator": staff.account("coordinator"),
        "sergeant": staff.account("sergeant", divisions=["D1"]),
        "clerk": staff.account("clerk"),
    }.items():
        page = staff.at_the_desk(account).get("/desk/areas/old-mill/").content
        offered[role] = (b"/desk/proposals/new/?area=old-mill" in page, b"/desk/areas/old-mill/end/" in page)
    assert offered == {"coordinator": (True, True), "sergeant": (True, False), "clerk": (False, False)}


def asked(client: Client, url: str) -> int:
    """How many queries a page costs a process that keeps fresh."""
    snapshot.forget()
    with pytest.MonkeyPatch.context() as patched:
        snapshot.city()
        patched.setattr(snapshot, "_polling", True)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("role", ["coordinator", "sergeant"])
def test_the_list_costs_the_same_for_one_area_and_for_all(cast: Cast, clerk_of_records: Actor, role: str) -> None:
    client = staff.at_the_desk(staff.account(role, divisions=["D1", "D2"]))
    assert asked(client, "/desk/areas/?q=mill") == asked(client, "/desk/areas/")
    assert asked(client, "/desk/areas/night-market/") == asked(client, "/desk/areas/old-mill/")


def test_a_long_list_comes_in_pages_and_a_page_too_far_is_the_last(db: None, clerk_of_records: Actor) -> None:
    now = timezone.now()
    city.build_land(by=clerk_of_records, at=now)
    rows = "".join(f"place-{n:03},Place {n:03},D1,6,,,\n" for n in range(40))
    head = "slug,name,division,neighbourhoods,served_since,phone,email\n"
    places.bring_areas((head + rows).encode(), file_name="more.csv", by=clerk_of_records, at=now)
    client = staff.at_the_desk(staff.account("coordinator"))
    counts = {page: len(links(client.get("/desk/areas/", {"page": page}).content)) for page in ("", "1", "2", "9", "x")}
    assert counts == {"": 30, "1": 30, "2": 15, "9": 15, "x": 30}
    assert "Page 2 of 2" in words(client.get("/desk/areas/?page=2").content)


def test_a_coordinator_ends_a_posting_with_a_reason_and_everybody_concerned_is_told(cast: Cast) -> None:
    staff.account("officer", officer=cast.chidi, email="chidi@service.example")
    client = staff.at_the_desk(staff.account("coordinator"))
    url = f"/desk/areas/old-mill/end/{cast.chidi.reference}/"
    last = cast.on + timedelta(days=60)
    assert "Old Mill keeps 2 officers." in words(client.get(url).content)
    assert "Nobody left on Old Mill&#x27;s team would speak: French, Asụsụ Ìgbò." in words(client.get(url).content)
    without = client.post(url, {"last_day": last.isoformat()})
    assert (without.status_code, "Say why it ends before the promised day." in words(without.content)) == (422, True)
    answer = client.post(url, {"last_day": last.isoformat(), "reason": "transfer_requested"})
    assert (answer.status_code, answer["Location"]) == (303, "/desk/areas/old-mill/?ended=1")
    posting = Posting.objects.get(officer__reference=cast.chidi.reference)
    assert (posting.period.upper, posting.ended_early_reason, posting.announced_on) == (
        last + timedelta(days=1),
        "transfer_requested",
        last - timedelta(days=29),
    )
    assert [(letter.kind, letter.recipient) for letter in Letter.objects.all()] == [
        ("posting_ended", "chidi@service.example")
    ]


def test_a_posting_that_ends_as_promised_needs_no_reason(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    promised = Posting.objects.get(officer__reference=cast.ines.reference).planned_end_on
    assert promised is not None
    url = f"/desk/areas/ring/end/{cast.ines.reference}/"
    answer = client.post(url, {"last_day": (promised - timedelta(days=1)).isoformat(), "reason": "leave"})
    assert answer.status_code == 303
    posting = Posting.objects.get(officer__reference=cast.ines.reference)
    assert (posting.period.upper, posting.ended_early_reason) == (promised, "")


@pytest.mark.parametrize(
    ("last_day", "reason", "sentence"),
    [
        ("", "leave", "Choose the last day."),
        ("soon", "leave", "Choose a day, such as 2027-03-01."),
        ("1900-01-01", "leave", "Choose a day between 1950 and 2150."),
        ("9999-12-31", "leave", "Choose a day between 1950 and 2150."),
        ("2001-01-01", "leave", "choose a later day."),
        ("2026-11-15", "leave", "That day is more than 7 days ago: look at the year."),
        ("2040-01-05", "leave", "That is more than a year after the promised"),
        ("2027-01-05", "bored", "Select a valid choice."),
    ],
)
def test_what_cannot_be_an_end_is_refused_in_a_sentence(cast: Cast, last_day: str, reason: str, sentence: str) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    answer = client.post(f"/desk/areas/old-mill/end/{cast.chidi.reference}/", {"last_day": last_day, "reason": reason})
    assert (answer.status_code, sentence in words(answer.content)) == (422, True)


def test_a_last_day_is_changed_at_the_desk_later_or_earlier_and_a_stale_page_changes_nothing(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    url = f"/desk/areas/old-mill/end/{cast.chidi.reference}/"
    stale = {"last_day": (cast.on + timedelta(days=50)).isoformat(), "reason": "leave", "was": ""}
    last = cast.on + timedelta(days=60)
    assert client.post(url, {"last_day": last.isoformat(), "reason": "leave", "was": ""}).status_code == 303
    area = client.get("/desk/areas/old-mill/").content
    assert (url.encode() in area, "Change the last day" in words(area)) == (True, True)
    answer = client.post(url, stale)
    assert (answer.status_code, "Somebody else changed this posting meanwhile." in words(answer.content)) == (422, True)
    ends = last + timedelta(days=1)
    assert Posting.objects.get(officer__reference=cast.chidi.reference).period.upper == ends
    assert f'name="was" value="{ends}"' in answer.content.decode()
    page = client.get(url).content.decode()
    assert (f'name="was" value="{ends}"' in page, f'name="last_day" value="{last}"' in page) == (True, True)
    for day in (last + timedelta(days=10), last - timedelta(days=10)):
        seen = Posting.objects.get(officer__reference=cast.chidi.reference).period.upper
        said = {"last_day": day.isoformat(), "reason": "leave", "was": seen.isoformat()}
        assert client.post(url, said).status_code == 303
        posting = Posting.objects.get(officer__reference=cast.chidi.reference)
        assert posting.period.upper == day + timedelta(days=1)


def test_an_end_changed_into_the_time_of_the_next_lead_is_refused_in_a_sentence(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    url = f"/desk/areas/harbour/end/{cast.elif_.reference}/"
    posting = Posting.objects.get(officer__reference=cast.elif_.reference)
    said = {"last_day": (posting.period.upper + timedelta(days=5)).isoformat(), "was": posting.period.upper.isoformat()}
    answer = client.post(url, {**said, "reason": posting.ended_early_reason})
    assert (answer.status_code, "That area already has a lead then" in words(answer.content)) == (422, True)


def test_nobody_is_told_that_residents_will_be_told_of_a_day_already_past(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    said = {"last_day": (cast.on - timedelta(days=3)).isoformat(), "reason": "leave"}
    answer = client.post(f"/desk/areas/old-mill/end/{cast.chidi.reference}/", said, follow=True)
    assert "The posting has its last day." in words(answer.content)
    assert "Residents are told when its time comes." not in words(answer.content)


def test_an_end_set_by_mistake_is_undone_from_the_area_s_and_the_officer_s_page(cast: Cast) -> None:
    staff.account("officer", officer=cast.chidi, email="chidi@service.example")
    client = staff.at_the_desk(staff.account("coordinator"))
    before = Posting.objects.get(officer__reference=cast.chidi.reference)
    url = f"/desk/areas/old-mill/end/{cast.chidi.reference}/"
    assert client.get(f"{url}undo/").status_code == 404
    last = cast.on - timedelta(days=3)
    client.post(url, {"last_day": last.isoformat(), "reason": "leave"})
    assert client.get(url).status_code == 404
    for page in ("/desk/areas/old-mill/", f"/desk/officers/{cast.chidi.reference}/"):
        assert f'href="{url}undo/"' in client.get(page).content.decode(), page
    page = client.get(f"{url}undo/").content
    assert "Undo this end?" in words(page)
    said = dict(re.findall(r'name="(first|last)" value="([^"]+)"', page.decode()))
    assert said == {"first": str(before.period.lower), "last": str(last + timedelta(days=1))}
    without = client.post(f"{url}undo/", said)
    assert (without.status_code, "Say why the end was a mistake." in words(without.content)) == (422, True)
    stale = client.post(f"{url}undo/", said | {"reason": "stays", "last": str(cast.on)})
    assert (stale.status_code, "Somebody else changed this posting" in words(stale.content)) == (422, True)
    answer = client.post(f"{url}undo/", said | {"reason": "wrong_officer"}, follow=True)
    assert "The posting goes on as it was promised." in words(answer.content)
    after = Posting.objects.get(officer__reference=cast.chidi.reference)
    for name in ("period", "planned_end_on", "announced_on", "ended_early_reason"):
        assert getattr(after, name) == getattr(before, name), name
    line = LedgerLine.objects.get(event="posting.end_undone")
    assert (line.subject_id, line.reason_code, line.facts) == (
        str(before.pk), "wrong_officer", {"ended_on": str(last + timedelta(days=1))}
    )  # fmt: skip
    assert [(letter.kind, letter.recipient) for letter in Letter.objects.order_by("pk")] == [
        ("posting_ended", "chidi@service.example"),
        ("posting_goes_on", "chidi@service.example"),
    ]
    assert snapshot.city().team_of("old-mill") is not None
    assert client.get(f"{url}undo/").status_code == 404


def test_an_end_is_not_undone_long_after_nor_against_who_came_since(cast: Cast, clerk_of_records: Actor) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    url = f"/desk/areas/old-mill/end/{cast.ana.reference}/"
    client.post(url, {"last_day": str(cast.on - timedelta(days=3)), "reason": "leave"})
    first = cast.on - timedelta(days=2)
    postings.post_officer(cast.lena.reference, "old-mill", "lead", first=first, by=clerk_of_records, at=timezone.now())
    said = dict(re.findall(r'name="(first|last)" value="([^"]+)"', client.get(f"{url}undo/").content.decode()))
    answer = client.post(f"{url}undo/", said | {"reason": "stays"})
    assert (answer.status_code, "an area has one lead at a time." in words(answer.content)) == (422, True)
    for days, status in ((14, 200), (15, 404)):
        days_ago = cast.on - timedelta(days=days)
        Posting.objects.filter(officer__reference=cast.chidi.reference).update(
            period=(cast.on - timedelta(days=100), days_ago), ended_early_reason="leave"
        )
        answer = client.get(f"/desk/areas/old-mill/end/{cast.chidi.reference}/undo/")
        assert answer.status_code == status, days
    page = client.get(f"/desk/officers/{cast.chidi.reference}/").content.decode()
    assert f"{cast.chidi.reference}/undo/" not in page


def test_only_a_coordinator_ends_a_posting(cast: Cast) -> None:
    url = f"/desk/areas/old-mill/end/{cast.chidi.reference}/"
    told = {
        role: staff.at_the_desk(staff.account(role, divisions=["D1"])).post(url, {"last_day": "2027-01-05"}).status_code
        for role in ("sergeant", "clerk", "administrator")
    }
    assert told == {"sergeant": 404, "clerk": 404, "administrator": 404}
    nobody = staff.at_the_desk(staff.account("coordinator")).get(f"/desk/areas/old-mill/end/{cast.hugo.reference}/")
    assert nobody.status_code == 404


def test_a_member_who_goes_on_to_lead_neither_comes_nor_goes(cast: Cast, clerk_of_records: Actor) -> None:
    on, at = cast.on, timezone.now()
    postings.end_posting("1009", "ring", last=on + timedelta(9), reason="promotion", by=clerk_of_records, at=at)
    postings.end_posting("1008", "ring", last=on + timedelta(9), goes_on=True, by=clerk_of_records, at=at)
    postings.post_officer("1008", "ring", "lead", first=on + timedelta(9), by=clerk_of_records, at=at)
    page = words(staff.at_the_desk(staff.account("coordinator")).get("/desk/areas/ring/").content)
    assert "Last day of Constable Hugo Hartwell" not in page
    assert "Last day of Constable Ines Iturbe." in page
    assert page.count("Hugo Hartwell On the team") == 1
    people.hide_officer(cast.hugo.reference, by=clerk_of_records, at=at)


def test_who_may_not_see_postings_is_told_what_residents_read(cast: Cast, clerk_of_records: Actor) -> None:
    on, at = cast.on, timezone.now()
    postings.cover("1010", "ring", first=on + timedelta(2), last=on + timedelta(5), by=clerk_of_records, at=at)
    postings.end_posting("1008", "ring", last=on + timedelta(70), reason="leave", by=clerk_of_records, at=at)
    clerk, coordinator = (staff.at_the_desk(staff.account(role)) for role in ("clerk", "coordinator"))
    told, known = (words(client.get("/desk/areas/ring/").content) for client in (clerk, coordinator))
    assert ["Kofi" in told, "Juhl" in told, "Last day" in told] == [False] * 3
    assert ["Kofi" in known, "Juhl" in known, "Last day of Constable Hugo Hartwell" in known] == [True] * 3
    assert "No change is announced." in told
    leaves = (on + timedelta(days=21)).strftime("%-d %B %Y")
    harbour = words(clerk.get("/desk/areas/harbour/").content)
    assert "Last day of Sergeant Elif Erdem. Residents know." in harbour
    assert f"{leaves} Constable Farid Farahani comes to lead. Residents know." in harbour
    lists = [words(client.get("/desk/areas/").content) for client in (clerk, coordinator)]
    assert ["Kofi Kwakuvi joins" in page for page in lists] == [False, True]
    assert ["Farid Farahani joins" in page for page in lists] == [True, True]


def test_nobody_hidden_is_named_by_a_handover_to_their_team(cast: Cast, clerk_of_records: Actor) -> None:
    at = timezone.now()
    postings.open_due_handovers(by=SYSTEM, at=at)
    people.hide_officer(cast.elif_.reference, by=clerk_of_records, at=at)
    sergeant = staff.at_the_desk(staff.account("sergeant", divisions=["D2"]))
    colleague = staff.at_the_desk(staff.account("officer", officer=cast.dina))
    reference = Handover.objects.get(outgoing__reference=cast.elif_.reference).reference
    for url in ("areas/harbour/", "handovers/", f"handovers/{reference}/", "areas/harbour/handover/"):
        pages = [client.get(f"/desk/{url}") for client in (sergeant, colleague)]
        assert [(page.status_code, "Erdem" in words(page.content), url) for page in pages] == [
            (200, True, url),
            (200, False, url),
        ]
        assert cast.elif_.reference not in pages[1].content.decode()


def test_what_is_coming_stands_in_the_order_of_its_days(cast: Cast) -> None:
    first = cast.on + timedelta(days=3)
    Posting.objects.filter(officer__reference=cast.farid.reference).update(period=(first, None), role="member")
    page = words(staff.at_the_desk(staff.account("coordinator")).get("/desk/areas/harbour/").content)
    assert page.index("Farid Farahani joins.") < page.index("Last day of Sergeant Elif Erdem.")
