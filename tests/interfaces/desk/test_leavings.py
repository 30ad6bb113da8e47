"""Words leave byname, and are held, by the desk's own pages."""

from __future__ import annotations

import io
import json
import zipfile

from django.utils import timezone

from byname.concerns.models import Concern, Leaving
from tests import staff
from tests.cast import Cast
from tests.concerns import told


def test_the_desk_asks_agrees_and_hands_out_one_file(cast: Cast) -> None:
    receipt = told.raised(timezone.now())
    officer, chief = staff.account("officer", officer=cast.ana), staff.account("sergeant", divisions=["D1"])
    asks, agrees = staff.at_the_desk(officer), staff.at_the_desk(chief)
    page = asks.get(f"/desk/concerns/{receipt.reference}/leave/")
    assert page.status_code == 200
    assert told.WORDS not in page.content.decode()
    sent = asks.post(f"/desk/concerns/{receipt.reference}/leave/", {"reason": "child", "with_contact": "on"})
    number = Leaving.objects.get().pk
    assert (sent.status_code, sent["Location"]) == (303, f"/desk/leavings/{number}/?done=asked")
    assert asks.post(f"/desk/leavings/{number}/", {"do": "agree"}).status_code == 404
    assert "Yes, they may leave" in agrees.get(f"/desk/leavings/{number}/").content.decode()
    assert agrees.post(f"/desk/leavings/{number}/", {"do": "agree"}).status_code == 303
    file = asks.post(f"/desk/leavings/{number}/take/")
    assert (file.status_code, file["Content-Type"], file["Cache-Control"]) == (200, "application/zip", "no-store")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert archive.namelist() == [f"{receipt.reference}.html", f"{receipt.reference}.json"]
        said = json.loads(archive.read(f"{receipt.reference}.json"))
        assert told.WORDS in archive.read(f"{receipt.reference}.html").decode()
    assert (said["told"]["what"], said["contact"]["email"]) == (told.WORDS, "rosalind@home.example")
    assert asks.post(f"/desk/leavings/{number}/take/").status_code == 303
    held = agrees.post(f"/desk/concerns/{receipt.reference}/hold/", {"reason": "claim", "tell": "on"})
    assert held.status_code == 303
    assert "A legal claim stands or is expected" in agrees.get("/desk/holds/").content.decode()
    assert agrees.post(f"/desk/concerns/{receipt.reference}/hold/", {"do": "end"}).status_code == 303
    assert Concern.objects.get().held is False
