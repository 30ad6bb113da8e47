"""Marks are told at every door, in every field; then everything anybody else can reach is read, and none is there."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader
from pytest_django import Settings

from byname.concerns import actions, rules
from byname.concerns.models import Concern, ConcernPhoto, Message, Person, Subscription, Translation, Wording
from byname.config import logs, metrics
from byname.interfaces.api import texts_in
from byname.interfaces.jobs import letters
from byname.interfaces.jobs.letters.replies import reply_address_of
from byname.interfaces.jobs.mail_in import taking
from byname.interfaces.public.views import raising
from byname.interfaces.texting import IN_PATH
from byname.ledger import actions as ledger
from byname.ledger.models import Letter
from byname.vocabulary import PUBLIC, Actor
from tests import staff
from tests.cast import AREAS, IN_MILL, Cast
from tests.habits.test_audiences import addresses as every_address
from tests.interfaces.desk.test_recording import RECORDED
from tests.interfaces.jobs.telephone import ACCOUNT, SENDER, TOKEN, Telephone
from tests.interfaces.public.telling import ANSWERS, Teller

pytestmark = pytest.mark.slow
SITE: Final = "https://heard.example.org"
REPLIES: Final = "replies.heard.example.org"
NAME, PLATE, PHONE, HOME = "Zebulonia Quartermarsh", "QXZV 718", "416 555 0163", "77 Quietwater Crescent"
SPOT: Final = "43.61537,-79.49462"
MARK: Final = re.compile(
    r"zqqmark|zebulon|quartermarsh|quietwater|qxzv.?718|416\D{0,3}555\D{0,3}0163|43[.,]61537|79[.,]49462", re.IGNORECASE
)
"""Whatever tells of them: each field's own word begins with zqqmark. Long enough not to
stand in what is sealed by chance."""
CAMERA: Final = b"zqqmarkcamera Zebulonia Quartermarsh"


def all_of(field: str) -> str:
    """Words that hold all that must never be seen, and a word that tells which field they stood in."""
    return (
        f"zqqmark{field} {NAME} of {HOME} speeds past in {PLATE}, ring {PHONE} or {address_of(field)}, "
        f"and 'zebulon' is what they call her."
    )


def address_of(field: str) -> str:
    return f"zqqmark{field}@quartermarsh.example"


def found_in(text: str) -> list[str]:
    """Each mark of a text with what stands around it; also where it stands in bytes written as hexadecimal digits."""
    plain = unescape(text)
    around = [plain[max(0, each.start() - 40) : each.end() + 40] for each in MARK.finditer(plain)]
    digits = text.lower()
    return around + [word for word in ("zqqmark", "quartermarsh", "Quartermarsh") if word.encode().hex() in digits]


def photo(name: str) -> SimpleUploadedFile:
    """A photo whose name, place, comment and tail tell of somebody."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x9286] = CAMERA.decode()
    where = exif.get_ifd(0x8825)
    where[1], where[2], where[3], where[4] = "N", (43.0, 36.0, 55.33), "W", (79.0, 29.0, 40.6)
    out = io.BytesIO()
    Image.new("RGB", (80, 60), (9, 80, 160)).save(out, "JPEG", exif=exif, comment=CAMERA)
    return SimpleUploadedFile(f"zqqmark{name} {NAME} {PLATE}.jpg", out.getvalue() + CAMERA, "image/jpeg")


@dataclass(frozen=True)
class Told:
    """What was told: by which door, and the private paths that are meant to show it."""

    references: dict[str, str]
    links: dict[str, str]


@pytest.fixture(autouse=True)
def outside(settings: Settings, tmp_path: Path) -> None:
    settings.BYNAME_HOME = tmp_path
    settings.BYNAME_PUBLIC_URL = SITE
    settings.BYNAME_MAIL_FROM = "no-reply@heard.example.org"
    settings.BYNAME_REPLIES_AT = REPLIES
    settings.BYNAME_REPLIES_LISTEN = ("127.0.0.1", 1)
    settings.BYNAME_TEXTS = Telephone(port=1).service


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Everything the server's own log says meanwhile, as it is written to its file."""
    journal = logs.Journal(tmp_path / "byname.log")
    handler, root = logs.JournalHandler(journal), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Whatever else is written: what is read is really the log.
    logging.getLogger("byname.heard").warning("the log is open")

    def read() -> str:
        journal.flush()
        return (tmp_path / "byname.log").read_text()

    yield read
    root.setLevel(before)
    root.removeHandler(handler)


@pytest.fixture
def officer(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=cast.ana))


@pytest.fixture
def told(cast: Cast, addresses: None, officer: Client, log: Callable[[], str]) -> Told:
    """The marks told at every door, in every field, and what was done with them at the desk."""
    references, links = {}, {}
    for door in (by_page, at_the_counter, by_program, by_phone):
        before = set(Concern.objects.values_list("reference", flat=True))
        door()
        (references[door.__name__],) = set(Concern.objects.values_list("reference", flat=True)) - before
        links[door.__name__] = link_of(references[door.__name__])
    first = references["by_page"]
    by_mail(links["by_page"])
    by_text(links["by_phone"])
    again_by_page(links["by_page"])
    at_the_desk(officer, first)
    links["joined"] = joined(first)
    Client().post("/at/old-mill/weekly", {"email": address_of("weekly"), "language": "en"})
    refused()
    return Told(references, links)


def link_of(reference: str) -> str:
    return Person.objects.get(concern__reference=reference, raised=True).link


def by_page() -> None:
    """The form of the public pages, with photos; what hints are shown for is sent all the same."""
    client = Client()
    teller = Teller(client).begin()
    answers = {
        **ANSWERS, "number": teller.carried["number"], "step": "check", "go": "send", "spot": SPOT,
        "asked": all_of("asked"), "place": f"zqqmarkplace {HOME}", "what": all_of("what"), "help": all_of("help"),
        "who": "reach", "name": f"zqqmarkname {NAME}", "email": address_of("email"), "phone": PHONE, "by_text": "1",
        "safe_hours": f"zqqmarkhours after {NAME} has left", "language": "en", "photos": [photo("one"), photo("two")],
    }  # fmt: skip
    teller.take(client.post("/raise/send", answers))
    if teller.asks != "Constable Ana Albuquerque has your concern.":
        hinted = re.search(r'name="hinted" value="(\w+)"', teller.text)
        assert hinted, teller.asks
        answers |= {"hinted": hinted[1], "photos": [photo("one"), photo("two")]}
        teller.take(client.post("/raise/send", answers))
    assert teller.asks == "Constable Ana Albuquerque has your concern."


def at_the_counter() -> None:
    clerk = staff.at_the_desk(staff.account("clerk"))
    answers = {
        **RECORDED, "place": f"zqqmarkcounterplace {HOME}", "what": all_of("counterwhat"),
        "help": all_of("counterhelp"), "name": f"zqqmarkcountername {NAME}", "email": address_of("counter"),
        "phone": PHONE, "safe_hours": f"zqqmarkcounterhours {NAME}",
    }  # fmt: skip
    page = reverse("record-concern")
    clerk.post(page, {**answers, "do": "look"})
    assert "has your concern" in clerk.post(page, {**answers, "do": "send"}).content.decode()


def by_program() -> None:
    known = tuple(rules.default_profile().raisable)
    by = Actor("operator", "test")
    key = actions.make_api_key("City 311", an_hour=100, categories=(), known=known, by=by, at=timezone.now()).key
    said = {
        "api_key": key, "service_code": "traffic", "lat": "43.61537", "long": "-79.49462",
        "description": all_of("apiwhat"), "attribute[help]": all_of("apihelp"), "address_string": f"zqqmarkapi {HOME}",
        "first_name": "zqqmarkapifirst Zebulonia", "last_name": "zqqmarkapilast Quartermarsh", "phone": PHONE,
        "email": address_of("api"), "device_id": "zqqmarkapidevice", "account_id": "zqqmarkapiaccount",
        "media_url": "https://zqqmarkapimedia.quartermarsh.example/1.jpg",
    }  # fmt: skip
    answer = Client().post("/api/open311/v2/requests.json", said)
    assert answer.status_code == 201, answer.content
    assert found_in(answer.content.decode()) == []


def by_phone() -> None:
    """Somebody who can be reached by texts alone."""
    said = {"what": all_of("phonewhat"), "help": "", "who": "reach", "phone": PHONE, "by_text": "1", "language": "en"}
    teller = Teller(Client()).sends(**said)
    teller.press("send")
    assert teller.asks == "Constable Ana Albuquerque has your concern."


def by_mail(link: str) -> None:
    message = EmailMessage()
    message["From"] = f"zqqmarkmailfrom {NAME} <{address_of('mailfrom')}>"
    message["To"] = str(reply_address_of(link))
    message["Subject"] = all_of("mailsubject")
    message["Message-ID"] = f"<zqqmarkmailid.{address_of('mailid')}>"
    message.set_content(all_of("mailbody"))
    message.add_attachment(
        photo("mailed").read(), maintype="image", subtype="jpeg", filename=f"zqqmarkmailfile {NAME}.jpg"
    )
    assert taking.answer_to_letter(str(message["To"]), address_of("envelope"), message.as_bytes()) == taking.TAKEN


def by_text(link: str) -> None:
    actions.send_code(link, by=PUBLIC, at=timezone.now())
    code = rules.code_sent(Person.objects.get(link_digest=rules.link_digest(link)).phone_code)
    actions.confirm_phone(link, code, by=PUBLIC, at=timezone.now())
    for number, words in (("+14165550163", all_of("text")), ("+14165550164", all_of("textofnobody"))):
        form = {
            "MessageSid": f"SM{number[1:]:0>32}", "AccountSid": ACCOUNT, "From": number, "To": SENDER, "Body": words,
            "NumMedia": "1", "MediaUrl0": "https://zqqmarkmms.quartermarsh.example/1",
            "ProfileName": f"zqqmarkprofile {NAME}",
        }  # fmt: skip
        signed = texts_in.signature_of(TOKEN, f"{SITE}{IN_PATH}", {name: [form[name]] for name in form})
        answer = Client().post(IN_PATH, form, headers={"X-Twilio-Signature": signed})
        assert (answer.status_code, found_in(answer.content.decode())) == (200, [])


def again_by_page(link: str) -> None:
    answer = Client().post(f"/c/{link}/send", {"words": all_of("again"), "photos": [photo("again")]})
    assert answer.status_code == 303, answer.content


def joined(reference: str) -> str:
    client = Client()
    number = re.search(r'name="number" value="([\w-]{22})"', client.get(f"/join/{reference}").content.decode())
    assert number
    said = {
        "number": number[1], "name": f"zqqmarkjoinname {NAME}", "email": address_of("join"), "phone": "416 555 0199",
        "safe_hours": f"zqqmarkjoinhours {NAME}", "language": "ur",
    }  # fmt: skip
    page = client.post(f"/join/{reference}", said).content.decode()
    found = re.search(r'class="link" dir="ltr" href="[^"]*/c/([\w-]+)/"', page)
    assert found
    return found[1]


def at_the_desk(officer: Client, reference: str) -> None:
    """Answered, noted, put into another language and published; the officer's own words repeat the marks as well."""
    desk = f"/desk/concerns/{reference}/"
    assert officer.get("/desk/concerns/", {"q": all_of("search"), "words": all_of("search")}).status_code < 500
    assert officer.post(f"{desk}note/", {"words": all_of("note")}).status_code == 303
    assert officer.post(f"{desk}answer/", {"words": all_of("answer"), "working": "on"}).status_code == 303
    assert officer.post(f"{desk}contact/", {"reason": ""}).status_code in (200, 422)
    text = Message.objects.filter(concern__reference=reference, kind="person").latest("pk").pk
    assert officer.post(f"{desk}language/", {"text": text, "language": "ur"}).status_code == 303
    interpreter = staff.at_the_desk(staff.account("interpreter"))
    sent = interpreter.post(f"/desk/interpreting/{reference}/", {"text": text, "words": all_of("translated")})
    assert sent.status_code == 303, sent.content
    worded = {"words": "Speeding by the mill after dark", "done": "A sign goes up.", "category": "traffic"}
    # What they wrote does not become public words, however an officer tries.
    for name in ("words", "done"):
        tried = officer.post(f"{desk}publish/", {**worded, name: f"{NAME} in {PLATE}, {PHONE}", "do": "publish"})
        assert (tried.status_code, Wording.objects.count()) == (422, 0), tried.status_code
    assert officer.post(f"{desk}publish/", {**worded, "placed": "on", "do": "publish"}).status_code == 303
    sergeant = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    held = {"reason": next(iter(rules.HOLDING)), "file_number": f"zqqmarkfile {NAME}"[: rules.LONGEST_FILE_NUMBER]}
    assert sergeant.post(f"{desk}hold/", held).status_code == 303


def refused() -> None:
    """What nobody takes in tells of nobody either: faults in a form, a fault of ours, wrong keys, letters to nobody."""
    client = Client(raise_request_exception=False)
    client.get("/find", {"q": all_of("find")})
    client.get(f"/at/zqqmarkpath-{HOME.replace(' ', '-')}")
    client.get(f"/c/zqqmarklink{NAME.replace(' ', '')}/")
    Teller(client).sends(what=all_of("toolong") * 40)
    Teller(client).sends(who="reach", email=f"{NAME} zqqmarkbademail", what=all_of("bademail"))
    wrong = {"api_key": f"zqqmarkkey {NAME}", "service_code": "traffic", "description": all_of("nokey")}
    client.post("/api/open311/v2/requests.json", wrong)
    client.post("/api/open311/v2/requests.xml", {**wrong, "lat": all_of("badlat")})
    client.post(IN_PATH, {"From": PHONE, "Body": all_of("unsigned")})
    taking.answer_to_letter(f"zqqmarknobody@{REPLIES}", address_of("nobody"), all_of("nobodysmail").encode())
    with pytest.MonkeyPatch.context() as patch:

        def fails(*_: Any, **__: Any) -> None:
            raise RuntimeError(all_of("ourfault"))

        patch.setattr(raising, "tell", fails)
        patch.setattr(actions, "raise_concern", fails)
        Teller(client).sends(what=all_of("ourfault"), hinted="x")


CLOSED: Final = re.compile(r"^(\w\w(-\w+)?/)?(c|weekly)/|^desk/|^demo/letters|^raise/send$")
"""What only whoever holds a link, or is of the service, opens."""


def open_addresses(reference: str, cast: Cast) -> list[str]:
    """Every address of byname that anybody may ask for, filled with what leads furthest."""
    filled = {
        "slug:slug": "old-mill", "str:slug": "old-mill", "slug": "old-mill", "str:reference": reference,
        "reference": reference, "str:paper": "a4", "slug:form": "atom", "str:code": "ur",
        "str:size": "large", "str:form": "webp", "str:light": "446688", "str:dark": "88aacc", "number": "4",
        "official_id": "4", "code": "D1", "str:service_code": "traffic", "str:token": reference,
        "path:rest": "requests.pdf",
    }  # fmt: skip
    found, unknown = [], []
    for path, _view in every_address(get_resolver().url_patterns):
        plain = path.replace("^", "").replace("$", "").replace("\\Z", "")
        if CLOSED.search(plain):
            continue
        names = re.findall(r"<([^>]+)>", plain)
        unknown += [f"{plain}: {name}" for name in names if name not in filled]
        found.append("/" + re.sub(r"<([^>]+)>", lambda each: filled.get(each[1], ""), plain))
    assert unknown == []
    return found


def test_nothing_told_at_any_door_is_found_where_anybody_else_can_look(
    told: Told, officer: Client, cast: Cast, log: Callable[[], str], tmp_path: Path
) -> None:
    assert (Concern.objects.count(), ConcernPhoto.objects.count(), Translation.objects.count()) == (4, 4, 1)
    kinds = sorted(Message.objects.values_list("kind", "via"))
    assert kinds == [("answer", "web"), ("note", "web"), ("person", "mail"), ("person", "text"), ("person", "web")]
    assert (Wording.objects.count(), Subscription.objects.count(), Person.objects.count()) == (1, 1, 5)
    # They are really there for whoever may see them, so that the search below can fail.
    mine = Client().get(f"/c/{told.links['by_page']}/").content.decode()
    assert {"zqqmarkwhat", "zqqmarkanswer", "zqqmarkmailbody", "zqqmarkagain"} <= set(re.findall(r"zqqmark\w+", mine))
    assert "zqqmarknote" not in mine
    assert "zqqmarktext" in Client().get(f"/c/{told.links['by_phone']}/").content.decode()
    assert "zqqmarkwhat" in officer.get(f"/desk/concerns/{told.references['by_page']}/").content.decode()

    leaks = {**in_public(told, cast), **in_letters(), **at_rest()}
    leaks |= {f"photo {row.number}": found_in(row.picture.decode("latin-1")) for row in ConcernPhoto.objects.all()}
    leaks["log"] = found_in(log())
    leaks["figures"] = found_in(metrics.report().decode())
    leaks |= {
        f"file {path.name}": found_in(path.read_bytes().decode("latin-1"))
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert {place: words for place, words in leaks.items() if words} == {}

    # The same search finds what is planted in the open.
    Wording.objects.update(done=all_of("planted"))
    Message.objects.filter(kind="note").update(signed=NAME)
    logging.getLogger("byname.trial").warning(all_of("logged"))
    seen = {place for place, words in {**in_public(told, cast), **at_rest(), "log": found_in(log())}.items() if words}
    assert {"/at/old-mill/heard", "/api/v1/heard", "table byname_wording", "table byname_message", "log"} <= seen


def in_public(told: Told, cast: Cast) -> dict[str, list[str]]:
    """What stands in every answer that anybody can ask for, in English and Urdu, and on a neighbour's own page."""
    first = told.references["by_page"]
    paths = open_addresses(first, cast)
    more = [
        f"/at/{slug}{page}" for slug in AREAS for page in ("", "/heard", "/heard.atom", "/heard.rss", "/heard.json")
    ]
    programs = [f"/api/open311/v2/{name}" for name in ("discovery", "services", "services/traffic", "requests")]
    programs += [f"/api/open311/v2/{name}/{one}" for name in ("requests", "tokens") for one in told.references.values()]
    more += [f"{path}.{form}" for path in programs for form in ("json", "xml")]
    more += [
        f"/api/v1/{path}"
        for path in ("areas", "areas/old-mill", "heard", "heard.geojson", "openapi.json", "areas.geojson")
    ]
    more += ["/heard/?months=all", "/heard/?category=traffic", f"/at/old-mill/heard?q={NAME}", f"/join/{first}"]
    more += [f"/join/{other}" for other in told.references.values()]
    more += [f"/raise/?area=old-mill&category={category}" for category in ("traffic", "noise")]
    found: dict[str, list[str]] = {}
    seen = 0
    for path in dict.fromkeys([*paths, *more, *(f"/ur{path}" for path in [*paths, *more] if path[:5] != "/api/")]):
        answer = Client().get(path)
        assert answer.status_code < 500, path
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = content.decode("latin-1" if path.endswith(".pdf") else "utf-8", "replace")
        if content.startswith(b"%PDF"):
            sheets = PdfReader(io.BytesIO(content))
            text = "".join(page.extract_text() for page in sheets.pages) + str(sheets.metadata)
        seen += "Speeding by the mill after dark" in text
        # The search word somebody typed stands in no answer to anybody else.
        found[path] = found_in(text + str(dict(answer.headers)))
    assert seen >= 8  # what was published is found all over
    neighbour = Client().get(f"/ur/c/{told.links['joined']}/").content.decode()
    assert "Speeding by the mill after dark" in neighbour
    # Their own answers may be shown to them; the other's never.
    found["neighbour"] = [each for each in found_in(neighbour) if "zqqmarkjoin" not in each]
    # A step of the way near the place: nothing unpublished is hinted at.
    near = Teller(Client()).begin()
    near.press("next", **{**ANSWERS, "step": "what", "spot": f"{IN_MILL.lat},{IN_MILL.lon}"})
    assert "Speeding by the mill after dark" in near.text
    found["nearby"] = found_in(near.text)
    return found


def in_letters() -> dict[str, list[str]]:
    """What stands in the letters that wait, beside whom they go to; nobody asked for words in them."""
    found: dict[str, list[str]] = {}
    for row in Letter.objects.order_by("pk"):
        outgoing = ledger.outbox.Outgoing(row.pk, row.message_id, row.kind, row.recipient, json.loads(row.words), 0)
        if row.way == "text":
            found[f"text {row.pk} {row.kind}"] = found_in(json.dumps(outgoing.words))
            continue
        message = letters.message_of(outgoing, sender="no-reply@heard.example.org", at=timezone.now())
        del message["To"]
        body = message.get_content()
        found[f"letter {row.pk} {row.kind}"] = found_in(f"{message.items()} {body}")
    assert len(found) >= 4
    return found


def at_rest() -> dict[str, list[str]]:
    """What stands in the database's own rows, whoever reads its files: every table, every column, as text."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
        tables = [name for (name,) in cursor.fetchall()]
        assert {"byname_concern", "byname_keptvalue", "byname_ledgerline", "procrastinate_jobs"} <= set(tables)
        for table in tables:
            cursor.execute(f'SELECT each::text FROM "{table}" AS each')
            found[f"table {table}"] = [mark for (row,) in cursor.fetchall() for mark in found_in(row)]
    return found
