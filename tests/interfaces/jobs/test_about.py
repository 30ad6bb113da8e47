"""The `about` command: all that is kept about one member of staff, and a new table that it forgets is seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.core.management import call_command
from django.db import models, transaction
from django.db.models.expressions import RawSQL
from django.test.utils import isolate_apps
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import ApiKey, Concern, ConcernPhoto, Leaving, Message, SavedList, Translation, Wording
from byname.interfaces.jobs import about
from byname.ledger import actions as ledger
from byname.ledger.models import LedgerLine, Letter
from byname.people import actions as people
from byname.people import rules as people_rules
from byname.people.models import Account, Invitation, Officer, SpokenCode
from byname.places.models import Area
from byname.postings.models import DutyHours, Handover, HandoverItem, Posting, Proposal
from byname.safekeeping.models import StaffSession
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, operator
from tests import staff
from tests.cast import Cast, Person
from tests.concerns import told

EMAIL: Final = "ana@service.example"
BY: Final = operator("about")

SOMEBODY: Final = 999_999
"""The number of another account."""

IN_THE_REPORT: Final = {
    "account.EmailAddress.email": ("account.addresses", 1),
    "account.EmailAddress.user": ("account.addresses", 1),
    "byname.Account.email": ("account.email", EMAIL),
    "byname.Account.officer": ("entry_on_the_register.given_name", "Ana"),
    "byname.ApiKey.made_by": ("concerns.keys", 1),
    "byname.Concern.officer": ("concerns.concerns_they_have", 1),
    "byname.ConcernPhoto.handed_over_by": ("concerns.pictures_handed_over", 1),
    "byname.ConcernPhoto.quarantined_by": ("concerns.pictures_set_apart", 2),
    "byname.Conflict.account": ("account.conflicts_of_interest", 1),
    "byname.DutyHours.officer": ("service.hours", 1),
    "byname.DutyHours.recorded_by": ("service.hours_they_recorded", 2),
    "byname.Handover.incoming": ("service.handovers", 2),
    "byname.Handover.outgoing": ("service.handovers", 2),
    "byname.Invitation.account": ("invitations", 3),
    "byname.Invitation.email": ("invitations", 3),
    "byname.Invitation.officer": ("invitations", 3),
    "byname.Leaving.agreed_by": ("concerns.leavings_agreed", 1),
    "byname.Leaving.asked_by": ("concerns.leavings_asked", 2),
    "byname.LedgerLine.actor_account_id": ("ledger.acts", 1),
    "byname.Letter.recipient": ("letters_waiting", 1),
    "byname.Message.account_id": ("concerns.notes", 1),
    "byname.Message.officer": ("concerns.answers", 2),
    "byname.Officer.email": ("entry_on_the_register.email", "ana@register.example"),
    "byname.OfficerPhoto.officer": ("entry_on_the_register.photos", 1),
    "byname.Posting.officer": ("service.postings", 1),
    "byname.Proposal.decided_by": ("service.proposals_they_decided", 1),
    "byname.Proposal.officer": ("service.proposals_to_post_them", 1),
    "byname.Proposal.proposed_by": ("service.proposals_they_made", 2),
    "byname.SavedList.account_id": ("concerns.lists", 1),
    "byname.SpokenCode.officer": ("entry_on_the_register.spoken_codes_used", 1),
    "byname.StaffSession.account_id": ("account.sessions", 1),
    "byname.Translation.account_id": ("concerns.translations", 1),
    "byname.Wording.officer": ("concerns.wordings", 1),
    "mfa.Authenticator.user": ("account.second_factors", 2),
    "socialaccount.SocialAccount.user": ("account.outside_sign_ins", 1),
}
"""Each column that leads to a member of staff: where the report has it, and how much of it Ana's has."""
EXCUSED: Final = {
    "byname.Account_groups.account": "the sign-in library's own, and empty: rights come from the table of permissions",
    "byname.Account_user_permissions.account": "the same",
    "byname.Area.email": "a team's mailbox, nobody's own",
    "byname.Division.address": "a station's house",
    "byname.Subscription.address": "a resident's: byname looks no resident up by an address, colleagues neither",
    "byname.Translation.made_by": "what made it: an interpreter, the phrases or a machine; who is account_id",
}
"""Each column that does not stand in the report, and why."""

_BY_NAME: Final = re.compile(r"(.*_)?account_id|.*_by|email|recipient|address")
_NUMBER_OR_TEXT: Final = (models.IntegerField, models.TextField, models.CharField)


def links(tables: Iterable[type[models.Model]]) -> set[str]:
    """Every column that points at an account or an officer, by reference, by number or by an address."""
    return {
        f"{table._meta.label}.{field.name}"
        for table in tables
        for field in (*table._meta.local_fields, *table._meta.local_many_to_many)
        if field.related_model in (Account, Officer)
        or (isinstance(field, _NUMBER_OR_TEXT) and _BY_NAME.fullmatch(field.name))
    }


def at_path(report: Mapping[str, Any], path: str) -> Any:
    """What stands there: of a list how long it is, of what is counted how often."""
    found: Any = report
    for name in path.split("."):
        found = found[name] if found else None
    if isinstance(found, Mapping):
        return found["times"]
    return len(found) if isinstance(found, list | tuple) else found


def gather(whom: str) -> dict[str, Any]:
    return about.gathered(whom, viewer=BY, at=timezone.now())


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, what was printed, what was complained of."""
    out, err = StringIO(), StringIO()
    try:
        call_command("about", *words, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def row_of(person: Person) -> Officer:
    return Officer.objects.get(reference=person.reference)


@pytest.fixture
def ana(cast: Cast) -> Account:
    """Ana of the old mill, of whom something is kept in every table that can hold something."""
    now, officer = timezone.now(), row_of(cast.ana)
    account = staff.account("officer", "sergeant", officer=cast.ana, divisions=["D1"], email=EMAIL)
    Officer.objects.filter(pk=officer.pk).update(email="ana@register.example", lives_in="6")
    _of_the_sign_in(account, officer)
    _of_the_service(account, officer, row_of(cast.bao))
    _of_concerns(account, officer)
    ledger_words = {"subject": "s", "body": "b"}
    people.write_about_sign_in(account.pk, "odd", ledger_words, by=PUBLIC, at=now)
    return account


def _of_the_sign_in(account: Account, officer: Officer) -> None:
    now = timezone.now()
    EmailAddress.objects.create(user=account, email=EMAIL, verified=True, primary=True)
    SocialAccount.objects.create(user=account, provider="service", uid="ana-1", extra_data={"sub": "ana-1"})
    StaffSession.objects.create(
        session_key="5e55" * 10,
        session_data="",
        expire_date=now + timedelta(hours=1),
        account_id=account.pk,
        device="Firefox on Linux",
    )
    passkey = {"name": "Work phone", "credential": {}}
    Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data=passkey)
    SpokenCode.objects.create(officer=officer, minute=29_000_000)
    people.declare_conflict(["neighbourhood:5"], by=staff.acting(account), at=now)
    for whose in ({"email": EMAIL}, {"account": account}, {"officer": officer}):
        _invitation(**whose)


def _invitation(**whose: Any) -> None:
    now = timezone.now()
    Invitation.objects.create(
        **{"email": "else@service.example", "roles": ["officer"]} | whose,
        token_digest=f"{len(whose)}{next(iter(whose))}".encode(),
        invited_at=now,
        expires_at=now + timedelta(days=3),
    )


def _of_the_service(account: Account, officer: Officer, other: Officer) -> None:
    now, area = timezone.now(), Area.objects.get(slug="old-mill")
    today = timezone.localdate()
    for whose, minutes in ((officer, 90), (other, 60)):
        DutyHours.objects.create(
            officer=whose, area=area, on=today, kind="present", minutes=minutes, recorded_by=account.pk, recorded_at=now
        )
        Proposal.objects.create(
            officer=whose,
            area=area,
            role="member",
            first_on=today,
            planned_end_on=today + timedelta(days=900),
            proposed_by=account.pk,
            proposed_at=now,
        )
    Proposal.objects.filter(officer=other).update(decided_by=account.pk, dropped_at=now)
    both = ({"outgoing": officer, "incoming": other}, {"outgoing": other, "incoming": officer})
    for number, sides in enumerate(both):
        row = Handover.objects.create(
            reference=f"H-{number}", area=area, role="lead", leaves_on=today, opened_at=now, **sides
        )
    HandoverItem.objects.create(
        handover=row, kind="open_work", words="The baker's yard", added_at=now, expires_on=today
    )


def _of_concerns(account: Account, officer: Officer) -> None:
    now = timezone.now()
    concern = Concern.objects.get(reference=told.raised(now).reference)
    ended = Concern.objects.get(reference=told.raised(now).reference)
    Concern.objects.filter(pk=concern.pk).update(officer=officer)
    Concern.objects.filter(pk=ended.pk).update(officer=officer, state="closed", outcome="solved", ended_at=now)
    said = {"concern": concern, "at": now, "via": "desk", "words": "The man from number 9 drinks."}
    Message.objects.create(kind="note", account_id=account.pk, **said)
    Message.objects.create(kind="answer", account_id=account.pk, signed="Ana", **said)
    Message.objects.create(kind="answer", account_id=SOMEBODY, officer=officer, **said)
    Translation.objects.create(
        concern=concern, language="ur", words="…", made_by="interpreter", account_id=account.pk, made_at=now
    )
    for number in (1, 2):
        ConcernPhoto.objects.create(
            concern=concern,
            number=number,
            picture=b"jpeg",
            wide=1,
            high=1,
            sent_at=now,
            quarantined_at=now,
            quarantined_by=account.pk,
        )
    ConcernPhoto.objects.filter(number=2).update(handed_over_at=now, handed_over_by=account.pk)
    Wording.objects.create(
        concern=concern,
        area_id=concern.area_id,
        category="traffic",
        words="Cars race past the crossing.",
        month_on=timezone.localdate().replace(day=1),
        state="open",
        published_at=now,
        changed_at=now,
        officer=officer,
    )
    for _ in range(2):
        Leaving.objects.create(concern=concern, reason="court", asked_by=account.pk, asked_at=now)
    Leaving.objects.create(
        concern=concern, reason="court", asked_by=SOMEBODY, asked_at=now, agreed_by=account.pk, agreed_at=now
    )
    ApiKey.objects.create(name="City 311", digest=b"k" * 32, made_at=now, made_by=account.pk, an_hour=1)
    SavedList.objects.create(account_id=account.pk, name="Mine", asked={"mine": True}, made_at=now)


def test_every_column_that_leads_to_a_member_of_staff_is_in_the_report_or_excused() -> None:
    found = links(apps.get_models(include_auto_created=True))
    assert found == {*IN_THE_REPORT, *EXCUSED}
    assert not set(IN_THE_REPORT) & set(EXCUSED)


@isolate_apps("byname")
def test_a_planted_table_that_the_report_forgets_is_seen() -> None:
    class Planted(models.Model):
        officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="+")
        watched_by = models.BigIntegerField()
        account_id = models.BigIntegerField()
        email = models.EmailField()
        words = models.TextField()
        number = models.BigIntegerField()

        class Meta:
            app_label = "byname"

    assert links([Planted]) == {f"byname.Planted.{name}" for name in ("officer", "watched_by", "account_id", "email")}


def test_what_every_table_holds_of_one_person_is_gathered(ana: Account) -> None:
    report = gather(EMAIL)
    assert {link: at_path(report, path) for link, (path, _) in IN_THE_REPORT.items()} == {
        link: much for link, (_, much) in IN_THE_REPORT.items()
    }
    assert at_path(report, "concerns.concerns_they_had") == 1
    factors = [(each["kind"], each["name"]) for each in report["account"]["second_factors"]]
    assert factors == [("TOTP Authenticator", ""), ("WebAuthn", "Work phone")]
    assert [(each["side"], each["items"]) for each in report["service"]["handovers"]] == [
        ("leaves", 0),
        ("takes over", 1),
    ]
    assert report["entry_on_the_register"]["home_neighbourhood"] is True


def test_of_a_colleague_nothing_comes_along(ana: Account) -> None:
    staff.account("clerk", email="clerk@service.example", second_factor=False)
    report = gather("clerk@service.example")
    found = {link: at_path(report, path) for link, (path, _) in IN_THE_REPORT.items()}
    assert {link: much for link, much in found.items() if much} == {"byname.Account.email": "clerk@service.example"}
    assert report["entry_on_the_register"] is None


def test_the_report_tells_no_secret_and_nothing_of_anybody_else(ana: Account, cast: Cast) -> None:
    ana.set_password("a-word-nobody-guesses")
    ana.save(update_fields=["password"])
    report = gather(EMAIL)
    assert report["account"]["password"] is True
    text = about.as_text(report) + json.dumps(report, default=str)
    secrets = [
        staff.TOTP_SECRET,
        Authenticator.objects.get(user=ana, type="totp").data["secret"],
        ana.password,
        StaffSession.objects.get().session_key,
        "neighbourhood:5",
        "man from number 9",
        "baker's yard",
        told.WORDS,
        "Rosalind",
        cast.bao.given,
        cast.bao.reference,
    ]
    assert [secret for secret in secrets if secret in text] == []


def test_the_ledger_tells_what_they_did_what_was_done_and_where_they_are_named(ana: Account, cast: Cast) -> None:
    now = timezone.now()
    posting = Posting.objects.get(officer=ana.officer)
    facts: dict[str, Any] = {"officers": ["O-NOBODY", cast.ana.reference]}
    with transaction.atomic():
        for minutes in (0, 1):
            then = now + timedelta(minutes=minutes)
            ledger.record("concern.taken", subject=("concern", "C-1"), by=SYSTEM, at=then, facts=facts)
        for number in (posting.pk, 0):
            ledger.record("posting.weighed", subject=("posting", number), by=BY, at=now)
        ledger.record(
            "list.kept",
            subject=("list", 1),
            by=staff.acting(ana),
            at=now,
            remark="Why it was kept",
            remark_until=now + timedelta(days=8),
        )
    told_of = gather(EMAIL)["ledger"]
    assert {each["event"]: each["times"] for each in told_of["acts"]} == {"conflict.declared": 1, "list.kept": 1}
    about_them = {each["event"]: each["times"] for each in told_of["about_them"]}
    assert about_them["posting.weighed"] == 1
    assert about_them["read.everything_kept"] == 1, "this look itself"
    (named,) = (each for each in told_of["named_in"] if each["event"] == "concern.taken")
    assert (named["times"], named["first_at"], named["last_at"]) == (2, now, now + timedelta(minutes=1))
    assert told_of["remarks"] == {
        "beside_their_acts": 1,
        "beside_lines_about_them": 0,
        "last_expires_at": now + timedelta(days=8),
    }


def test_a_letter_to_them_as_a_resident_is_not_the_services_to_tell(ana: Account) -> None:
    now = timezone.now()
    told.raised(now, contact=rules.Contact(email=EMAIL))
    with transaction.atomic():
        for kind in ("posting_ended", "weekly_letter", "sign_in.account_changed"):
            ledger.write_letter(kind, to=EMAIL.upper(), words={}, by=SYSTEM, at=now)
        ledger.write_letter("posting_ended", to="bao@service.example", words={}, by=SYSTEM, at=now)
    Letter.objects.filter(kind="sign_in.account_changed").update(recipient="", delivered_at=now)
    assert [each["kind"] for each in gather(EMAIL)["letters_waiting"]] == ["sign_in.odd", "posting_ended"]


def test_the_look_is_recorded_and_the_overseer_reads_it(ana: Account, cast: Cast) -> None:
    assert run(EMAIL)[0] == 0
    line = LedgerLine.objects.latest("pk")
    assert (line.event, line.subject_kind, line.subject_id) == ("read.everything_kept", "account", str(ana.pk))
    assert (line.actor_kind, line.actor_name, line.reason_code) == ("operator", "about", "access_request")
    assert line.facts == {"officer": cast.ana.reference}
    overseer = staff.at_the_desk(staff.account("overseer"))
    assert "all that is kept about one member of staff</td>" in overseer.get("/desk/readings/").content.decode()


def test_only_the_operator_gathers(ana: Account) -> None:
    lines = LedgerLine.objects.count()
    roles = [Actor("account", account_id=SOMEBODY, roles=frozenset({role})) for role in people_rules.ROLES]
    for viewer in (PUBLIC, SYSTEM, staff.acting(ana), *roles):
        with pytest.raises(NotThere):
            about.gathered(EMAIL, viewer=viewer, at=timezone.now())
    assert LedgerLine.objects.count() == lines


def test_an_officer_without_an_account_is_found_by_badge_and_reference(cast: Cast) -> None:
    for name in (cast.grace.badge, cast.grace.reference):
        report = gather(name)
        assert (report["account"], report["entry_on_the_register"]["family_name"]) == (None, cast.grace.family)
        assert report["entry_on_the_register"]["hidden_at"] is not None
        assert report["entry_on_the_register"]["home_neighbourhood"] is False
        assert at_path(report, "service.postings") == 1
        assert at_path(report, "concerns.notes") == 0
    line = LedgerLine.objects.latest("pk")
    assert (line.subject_kind, line.subject_id) == ("officer", cast.grace.reference)


def test_who_left_is_found_by_address_and_their_entry_by_badge(ana: Account, cast: Cast) -> None:
    people.end_account(ana.pk, by=BY, at=timezone.now())
    report = gather(EMAIL)
    assert report["account"]["left_at"] is not None
    assert report["entry_on_the_register"] is None
    assert at_path(report, "concerns.lists") == 1
    assert gather(cast.ana.badge)["account"] is None


def test_who_was_only_invited_is_told_so(cast: Cast) -> None:
    people.invite("New@Service.Example", roles=["clerk"], name="New", by=BY, at=timezone.now())
    report = gather("new@service.example")
    assert (report["account"], report["entry_on_the_register"]) == (None, None)
    invited = [(each["email"], each["name"], each["roles"]) for each in report["invitations"]]
    assert invited == [("new@service.example", "New", ("clerk",))]
    assert "Account: none" in about.as_text(report).splitlines()


def test_somebody_nobody_knows_is_told_and_nothing_is_recorded(cast: Cast, tmp_path: Path) -> None:
    lines = LedgerLine.objects.count()
    file = tmp_path / "about.json"
    said = (
        "Nobody has an account as who@service.example, nor was invited as that. An officer without an account is "
        "found by their badge number.\n"
    )
    assert run("who@service.example", "--json", str(file)) == (1, "", said)
    assert (LedgerLine.objects.count(), file.exists()) == (lines, False)


def test_the_report_is_text_for_people(ana: Account) -> None:
    code, text, _ = run(EMAIL)
    lines = text.splitlines()
    assert code == 0
    headings = [lines[place - 1] for place, line in enumerate(lines) if line and not line.strip("-")]
    assert headings == ["Account", "Entry on the register", "Service", "Concerns", "Ledger"]
    for line in (
        f"Email: {EMAIL}",
        "Roles: officer, sergeant",
        "Home neighbourhood: yes",
        "Letters waiting: 1",
        "Named in: none",
        "Conflicts of interest: 1",
    ):
        assert line in lines
    hours = f"  - on {timezone.localdate()}; area old-mill; kind present; minutes 90; recorded at "
    assert sum(line.startswith(hours) for line in lines) == 1
    assert sum(line.startswith("Notes: times 1; first at 20") for line in lines) == 1
    assert lines[-len(about.NOT_HERE) :] == [f"  - {sentence}" for sentence in about.NOT_HERE]


def test_what_somebody_typed_makes_no_line_of_its_own(cast: Cast) -> None:
    Officer.objects.filter(reference=cast.ana.reference).update(words="First.\nEmail: forged@service.example")
    lines = about.as_text(gather(cast.ana.badge)).splitlines()
    assert "Words: First. Email: forged@service.example" in lines
    assert "Email: forged@service.example" not in lines


def test_the_file_holds_the_same_and_only_its_owner_reads_it(ana: Account, tmp_path: Path) -> None:
    file = tmp_path / "about.json"
    said = f"{file} is written. Only the user byname runs as can read it: hand it to the person alone.\n"
    assert run(EMAIL, "--json", str(file)) == (0, said, "")
    assert file.stat().st_mode & 0o777 == 0o600
    written = json.loads(file.read_text(encoding="utf-8"))
    again = json.loads(json.dumps(gather(EMAIL), default=lambda each: each.isoformat()))
    differs = {name for name in written | again if written.get(name) != again.get(name)}
    assert differs == {"made_at", "ledger"}, "the second look stands beside the first"


def test_a_file_that_is_there_stays_and_nobody_looks(ana: Account, tmp_path: Path) -> None:
    lines = LedgerLine.objects.count()
    file = tmp_path / "about.json"
    file.write_text("mine")
    assert run(EMAIL, "--json", str(file)) == (1, "", f"{file} is there already: name a new file.\n")
    beside = tmp_path / "nowhere" / "about.json"
    assert run(EMAIL, "--json", str(beside)) == (1, "", f"{beside} cannot be written: No such file or directory.\n")
    assert (file.read_text(), LedgerLine.objects.count()) == ("mine", lines)


def test_what_no_data_key_opens_any_more_is_passed_over(ana: Account) -> None:
    Letter.objects.filter(kind="sign_in.odd").update(recipient=RawSQL("'not sealed by us'", []))
    Officer.objects.filter(pk=ana.officer_id).update(lives_in=RawSQL("'not sealed by us'", []))
    report = gather(EMAIL)
    assert report["letters_waiting"] == []
    assert report["entry_on_the_register"]["home_neighbourhood"] is True
