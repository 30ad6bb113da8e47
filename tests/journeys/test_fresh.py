"""A hidden officer and a withdrawn photo are gone within a second, at every door, in every worker."""

from __future__ import annotations

import re
import time
import urllib.parse

from tests.journeys.ground import CONNECTIONS, Town, asked_everywhere, pdf_text

WITHIN_SECONDS = 1.0
ACT = """
import time
from django.utils import timezone
from byname.people import actions
from byname.vocabulary import operator
actions.{action}("{reference}", by=operator("journey"), at=timezone.now())
print(time.time())
"""


def _act(town: Town, action: str, reference: str) -> float:
    """Done by another process; the moment its transaction had ended."""
    said = town.command("shell", "-c", ACT.format(action=action, reference=reference))
    return float(said.split()[-1])


def _team(town: Town, area: str) -> tuple[str, list[tuple[str, str, str]]]:
    """The API's question for the middle of an area, and the team: reference, name, picture."""
    page = town.ask(f"/at/{area}").text
    pictures = re.findall(r'src="(/photo/([^/]+)/[^"]+)" alt="Portrait of ([^"]+)"', page)
    about = town.ask(f"/api/v1/areas/{area}").text
    middle = re.search(r'"lat":([0-9.-]+),"lon":([0-9.-]+)', about)
    assert middle
    return f"/api/v1/team?lat={middle[1]}&lon={middle[2]}", [(who, name, address) for address, who, name in pictures]


def test_a_hidden_officer_is_gone_everywhere_within_a_second_and_can_come_back(town: Town) -> None:
    area = "regent-park"
    point, team = _team(town, area)
    reference, name, picture = team[1]
    doors = {
        "page": f"/at/{area}",
        "embedded card": f"/embed/{area}",
        "a point, from memory": point,
        "area in the API": f"/api/v1/areas/{area}",
        "an address": f"/api/v1/team?{urllib.parse.urlencode({'address': 'Regent Park'})}",
    }
    for door, path in doors.items():
        assert name in town.ask(path).text, door
    assert name in pdf_text(town.ask(f"/at/{area}/poster-a4.pdf").body)[1]
    assert town.ask(picture).status == 200

    done_at = _act(town, "hide_officer", reference)
    time.sleep(max(0, done_at + WITHIN_SECONDS - time.time()))
    # At the stroke of the second already: one round over all doors before the thorough one.
    assert [door for door, path in doors.items() if name in town.ask(path).text] == []
    shown = {
        door: sum(name in text or reference in text for text in asked_everywhere(town, path))
        for door, path in doors.items()
    }
    assert shown == dict.fromkeys(doors, 0)
    assert {town.ask(picture).status for _ in range(CONNECTIONS)} == {404}
    for _ in range(6):
        assert name not in pdf_text(town.ask(f"/at/{area}/poster-a4.pdf").body)[1]

    _act(town, "show_officer", reference)
    # Coming back is no danger to anybody: on a busy machine it may take longer.
    time.sleep(3 * WITHIN_SECONDS)
    assert sum(name in text for text in asked_everywhere(town, doors["page"])) == CONNECTIONS


def test_a_withdrawn_photo_is_gone_everywhere_within_a_second_and_the_name_stays(town: Town) -> None:
    area = "moss-park"
    point, team = _team(town, area)
    reference, name, picture = team[2]
    small = picture.replace("medium", "small")
    assert [town.ask(address).status for address in (picture, small)] == [200, 200]

    done_at = _act(town, "withdraw_photo", reference)
    time.sleep(max(0, done_at + WITHIN_SECONDS - time.time()))
    assert {town.ask(address).status for address in (picture, small) for _ in range(CONNECTIONS // 2)} == {404}
    for path in (f"/at/{area}", f"/embed/{area}", point):
        heard = asked_everywhere(town, path)
        assert (sum(f"/photo/{reference}/" in text for text in heard), sum(name in text for text in heard)) == (
            0,
            CONNECTIONS,
        )
    assert name in pdf_text(town.ask(f"/at/{area}/poster-a4.pdf").body)[1]
