"""Accounts: by invitation only, changed by somebody else, closed at once; what no account may hold."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection

from byname.ledger.models import LedgerLine, Letter
from byname.people import actions, queries, rules
from byname.people.models import Account, Conflict, Invitation
from byname.safekeeping.models import StaffSession
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused, operator
from tests import cast as city
from tests import staff

BY = operator("test")
LINK = "https://desk.example/desk/sign-in/invitation/{token}/"


def invite(email: str = "noor@service.example", *, at: datetime, **about: Any) -> str:
    """An invitation for a coordinator, unless said otherwise."""
    return actions.invite(email, **{"roles": ["coordinator"], "by": BY, "at": at} | about)


def take_up(token: str, *, at: datetime) -> int:
    return actions.accept_invitation(token, by=PUBLIC, at=at)


def refusal(act: Any) -> str:
    """The code with which an act is refused."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_an_invitation_makes_one_account_and_opens_once(db: None, noon: datetime) -> None:
    token = invite(" Noor@Service.Example ", name="  Noor  Haddad ", at=noon)
    account = Account.objects.get(pk=take_up(token, at=noon + timedelta(hours=71)))
    assert (account.email, account.name, account.roles) == ("noor@service.example", "Noor Haddad", ["coordinator"])
    assert not account.has_usable_password()
    address = EmailAddress.objects.get(user=account)
    assert (address.email, address.verified, address.primary) == (account.email, True, True)
    assert refusal(lambda: take_up(token, at=noon)) == "no-longer"
    assert list(LedgerLine.objects.order_by("pk").values_list("event", flat=True)) == [
        "account.invited",
        "account.opened",
    ]


def test_the_table_holds_nothing_that_opens(db: None, noon: datetime) -> None:
    token = invite(at=noon)
    row = Invitation.objects.get()
    assert (bytes(row.token_digest), len(token) >= 43) == (rules.token_digest(token), True)
    assert token not in json.dumps(list(LedgerLine.objects.values("facts", "subject_id")))


def test_an_invitation_ends_after_72_hours_when_taken_back_and_with_the_next(db: None, noon: datetime) -> None:
    late = invite("late@service.example", at=noon)
    assert refusal(lambda: take_up(late, at=noon + timedelta(hours=72))) == "no-longer"
    first = invite(at=noon)
    second = invite(at=noon + timedelta(hours=1))
    assert refusal(lambda: take_up(first, at=noon + timedelta(hours=2))) == "no-longer"
    (shown,) = [one for one in queries.open_invitations(viewer=BY, at=noon) if one.email == "noor@service.example"]
    actions.withdraw_invitation(shown.invitation_id, by=BY, at=noon)
    assert refusal(lambda: take_up(second, at=noon)) == "no-longer"
    with pytest.raises(NotThere):
        actions.withdraw_invitation(shown.invitation_id, by=BY, at=noon)


def test_looking_at_an_invitation_uses_nothing_up(db: None, noon: datetime) -> None:
    token = invite(name="Noor", at=noon)
    for _ in range(3):
        assert queries.invitation(token, viewer=PUBLIC, at=noon) == queries.ShownInvitation(
            "Noor", ("coordinator",), again=False
        )
    assert queries.invitation("x" + token, viewer=PUBLIC, at=noon) is None
    take_up(token, at=noon)
    assert queries.invitation(token, viewer=PUBLIC, at=noon) is None


def test_the_link_goes_by_letter_and_says_until_when(db: None, noon: datetime) -> None:
    token = invite(name="Noor", at=noon, link=LINK)
    letter = Letter.objects.get()
    body = json.loads(letter.words)["body"]
    assert (letter.kind, letter.recipient) == ("sign_in.invitation", "noor@service.example")
    assert LINK.format(token=token) in body
    assert "It works once, until Thursday 26 November at 12:00." in body


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"email": "nobody"}, "no-address"),
        ({"email": "a@b.example,c@d.example"}, "no-address"),
        ({"email": "a\0@b.example"}, "no-address"),
        ({"roles": []}, "no-role"),
        ({"roles": ["king"]}, "no-role"),
        ({"roles": ["officer"]}, "no-officer"),
        ({"roles": ["sergeant"]}, "no-division"),
        ({"officer": "9999"}, "no-such-officer"),
        ({"name": "n" * 121}, "long-name"),
    ],
)
def test_what_no_account_may_hold_is_refused(db: None, noon: datetime, about: dict[str, Any], code: str) -> None:
    assert refusal(lambda: invite(**({"at": noon} | about))) == code
    assert (Invitation.objects.count(), LedgerLine.objects.count()) == (0, 0)


def test_an_officer_has_one_account(db: None, noon: datetime) -> None:
    cast = city.build(by=BY, at=noon)
    mine = {"roles": ["officer"], "officer": cast.ana.badge, "at": noon}
    first, second = invite(**mine), invite("other@service.example", **mine)
    account = Account.objects.get(pk=take_up(first, at=noon))
    assert account.officer
    assert account.officer.reference == cast.ana.reference
    assert refusal(lambda: take_up(second, at=noon)) == "no-longer"
    assert refusal(lambda: invite("third@service.example", **mine)) == "officer-has-account"
    assert refusal(lambda: invite(at=noon)) == "has-account"


def test_only_administrators_and_operators_invite_change_reset_and_end(db: None, noon: datetime) -> None:
    somebody = staff.account("clerk")
    for role in rules.ROLES[:-1]:
        by = staff.acting(staff.account(role, email=f"the-{role}@service.example"))
        acts: list[Any] = [
            lambda by=by: invite(by=by, at=noon),
            lambda by=by: actions.change_account(
                somebody.pk, roles=["clerk"], divisions=[], officer="", by=by, at=noon
            ),
            lambda by=by: actions.change_email(somebody.pk, "new@service.example", by=by, at=noon),
            lambda by=by: actions.reset_second_factor(somebody.pk, by=by, at=noon),
            lambda by=by: actions.end_account(somebody.pk, by=by, at=noon),
            lambda by=by: queries.accounts(viewer=by),
            lambda by=by: queries.account_page(viewer=by),
            lambda by=by: queries.account(somebody.pk, viewer=by),
            lambda by=by: queries.open_invitations(viewer=by, at=noon),
        ]
        assert [refusal(act) for act in acts] == ["not-there"] * len(acts)
    administrator = staff.acting(staff.account("administrator"))
    assert invite(by=administrator, at=noon)


def test_nobody_changes_resets_or_ends_their_own_account(db: None, noon: datetime) -> None:
    me = staff.account("administrator")
    by = staff.acting(me)
    change = {"roles": ["administrator", "overseer"], "divisions": [], "officer": ""}
    assert refusal(lambda: actions.change_account(me.pk, **change, by=by, at=noon)) == "oneself"
    assert refusal(lambda: actions.change_email(me.pk, "new@service.example", by=by, at=noon)) == "oneself"
    assert refusal(lambda: actions.reset_second_factor(me.pk, by=by, at=noon)) == "oneself"
    assert refusal(lambda: actions.end_account(me.pk, by=by, at=noon)) == "oneself"


def test_roles_are_changed_on_the_record_and_the_person_is_told(db: None, noon: datetime) -> None:
    somebody = staff.account("clerk")
    by = staff.acting(staff.account("administrator"))
    given: dict[str, Any] = {"roles": ["administrator", "sergeant"], "divisions": ["D2", "D1"], "officer": ""}
    assert actions.change_account(somebody.pk, **given, by=by, at=noon)
    assert not actions.change_account(somebody.pk, **given, by=by, at=noon)
    line = LedgerLine.objects.get()
    assert (line.event, line.subject_id, line.actor_account_id) == ("account.changed", str(somebody.pk), by.account_id)
    assert line.facts == {
        "roles": ["sergeant", "administrator"],
        "divisions": ["D1", "D2"],
        "officer": "",
        "roles_before": ["clerk"],
    }
    assert Letter.objects.get().recipient == somebody.email
    assert queries.account(somebody.pk, viewer=by).administers_beside


def test_another_address_is_told_to_both_ends_the_sessions_and_stands_in_no_line(db: None, noon: datetime) -> None:
    take_up(invite("noor@service.example", at=noon), at=noon)
    somebody = Account.objects.get(email="noor@service.example")
    staff.at_the_desk(somebody)
    forgotten = EmailAwarePasswordResetTokenGenerator().make_token(somebody)
    by = staff.acting(staff.account("administrator"))
    invite("haddad@service.example", at=noon)
    assert actions.change_email(somebody.pk, " Haddad@Service.Example ", by=by, at=noon) == 1
    somebody.refresh_from_db()
    assert somebody.email == "haddad@service.example"
    assert EmailAddress.objects.get(user=somebody).email == "haddad@service.example"
    assert StaffSession.objects.filter(account_id=somebody.pk).count() == 0
    assert not EmailAwarePasswordResetTokenGenerator().check_token(somebody, forgotten)
    line = LedgerLine.objects.latest("pk")
    assert (line.event, line.subject_id, line.actor_account_id, line.facts) == (
        "account.email_changed", str(somebody.pk), by.account_id, {"sessions": 1}
    )  # fmt: skip
    told = {letter.recipient: letter.words for letter in Letter.objects.filter(kind="sign_in.email_changed")}
    assert sorted(told) == ["haddad@service.example", "noor@service.example"]
    assert "haddad" not in told["noor@service.example"], "the old mailbox may be somebody else's by now"
    assert queries.open_invitations(viewer=by, at=noon) == ()
    for same in ("haddad@service.example", "HADDAD@service.example", "haddad@\u017fervice.example"):
        assert refusal(lambda same=same: actions.change_email(somebody.pk, same, by=by, at=noon)) == "same"
    assert LedgerLine.objects.latest("pk").pk == line.pk


def test_no_account_takes_the_address_of_another_open_or_ended(db: None, noon: datetime) -> None:
    somebody, other = staff.account("clerk"), staff.account("clerk", email="other@service.example")
    for _ in ("open", "ended"):
        for same in ("OTHER@service.example", "other@\u017fervice.example"):
            assert refusal(lambda same=same: actions.change_email(somebody.pk, same, by=BY, at=noon)) == "taken"
        Account.objects.filter(pk=other.pk).update(is_active=False, left_at=noon)
    assert refusal(lambda: actions.change_email(somebody.pk, "nobody", by=BY, at=noon)) == "no-address"
    assert refusal(lambda: actions.change_email(other.pk, "new@service.example", by=BY, at=noon)) == "not-there"
    assert (Letter.objects.count(), LedgerLine.objects.count()) == (0, 0)


def test_a_link_on_its_way_goes_to_the_new_address_and_the_old_one_opens_nothing(db: None, noon: datetime) -> None:
    somebody = staff.account("clerk")
    old = actions.reset_second_factor(somebody.pk, link=LINK, by=BY, at=noon)
    actions.change_email(somebody.pk, "new@service.example", link=LINK, by=BY, at=noon)
    assert refusal(lambda: take_up(old, at=noon)) == "no-longer"
    letter = Letter.objects.filter(kind="sign_in.invitation").latest("pk")
    found = re.search(r"invitation/(\S+)/", json.loads(letter.words)["body"])
    assert (letter.recipient, bool(found)) == ("new@service.example", True)
    assert take_up(found.group(1) if found else "", at=noon) == somebody.pk


def test_a_backup_s_reach_is_cut_to_what_was_left_and_never_widened(db: None, noon: datetime) -> None:
    cast = city.build(by=BY, at=noon)
    somebody = staff.account("officer", "sergeant", officer=cast.ana, divisions=["D1", "D2"])

    def cut(officer: str, *roles: str) -> tuple[bool, list[str], list[str], bool]:
        left: dict[str, Any] = {"roles": roles, "divisions": ["D2", "D3"], "officer": officer}
        done = actions.cut_reach(somebody.pk, **left, by=BY, at=noon)
        somebody.refresh_from_db()
        return done, somebody.roles, somebody.divisions, somebody.officer is not None

    mine = cast.ana.reference
    assert cut(mine, "officer", "sergeant", "overseer") == (True, ["officer", "sergeant"], ["D2"], True)
    assert cut(mine, "officer", "sergeant", "overseer") == (False, ["officer", "sergeant"], ["D2"], True)
    assert cut(cast.bao.reference, "officer", "sergeant") == (True, ["sergeant"], ["D2"], False)
    assert cut("", "clerk") == (True, [], ["D2"], False)
    lines = LedgerLine.objects.filter(event="account.changed").order_by("pk")
    assert [line.facts["roles"] for line in lines] == [["officer", "sergeant"], ["sergeant"], []]
    actions.end_account(somebody.pk, by=BY, at=noon)
    assert cut("", "clerk")[0] is False
    with pytest.raises(NotThere):
        actions.cut_reach(somebody.pk + 1, roles=[], divisions=[], officer="", by=BY, at=noon)


def test_a_reset_leaves_nothing_that_opens_but_a_link_of_one_use(db: None, noon: datetime) -> None:
    somebody = staff.account("clerk")
    somebody.set_password("seven herons over the mill")
    somebody.save()
    client = staff.at_the_desk(somebody)
    by = staff.acting(staff.account("administrator"))
    token = actions.reset_second_factor(somebody.pk, link=LINK, by=by, at=noon)
    somebody.refresh_from_db()
    assert not somebody.has_usable_password()
    assert Authenticator.objects.filter(user=somebody).count() == 0
    assert StaffSession.objects.filter(account_id=somebody.pk).count() == 0
    assert client.get("/desk/").status_code == 303
    assert queries.account_known_as(somebody.email, viewer=PUBLIC) is None
    assert LedgerLine.objects.get().event == "account.second_factor_reset"
    assert LINK.format(token=token) in Letter.objects.get().words
    assert queries.invitation(token, viewer=PUBLIC, at=noon) == queries.ShownInvitation(
        somebody.name, ("clerk",), again=True
    )
    assert take_up(token, at=noon) == somebody.pk
    assert refusal(lambda: take_up(token, at=noon)) == "no-longer"


def test_who_left_is_out_at_once_and_may_be_invited_again(db: None, noon: datetime) -> None:
    cast = city.build(by=BY, at=noon)
    somebody = staff.account("officer", officer=cast.ana)
    staff.at_the_desk(somebody)
    link = actions.reset_second_factor(somebody.pk, by=BY, at=noon)
    assert actions.end_account(somebody.pk, by=BY, at=noon) == 0
    assert refusal(lambda: take_up(link, at=noon)) == "no-longer"
    with pytest.raises(NotThere):
        actions.end_account(somebody.pk, by=BY, at=noon)
    assert [each.account_id for each in queries.accounts(viewer=BY, ended=True)] == [somebody.pk]
    token = invite(somebody.email, roles=["officer"], officer=cast.ana.reference, at=noon)
    assert take_up(token, at=noon) == somebody.pk
    somebody.refresh_from_db()
    assert (somebody.is_active, somebody.left_at) == (True, None)


def test_two_years_after_it_ended_an_account_is_gone_and_the_ledger_knows_its_number(db: None, noon: datetime) -> None:
    cast = city.build(by=BY, at=noon)
    take_up(invite("noor@service.example", at=noon, roles=["officer"], officer=cast.ana.badge, name="Noor"), at=noon)
    gone = Account.objects.get(email="noor@service.example")
    actions.declare_conflict(["neighbourhood:1"], by=staff.acting(gone), at=noon)
    stays = staff.account("clerk")
    actions.reset_second_factor(gone.pk, by=BY, at=noon)
    actions.end_account(gone.pk, by=BY, at=noon)
    later = noon + timedelta(days=700)
    left_later = staff.account("clerk", email="later@service.example")
    actions.end_account(left_later.pk, by=BY, at=later)
    lines = LedgerLine.objects.count()
    assert actions.forget_closed_accounts(by=SYSTEM, at=noon + timedelta(days=729)) == 2, "two invitations"
    assert actions.forget_closed_accounts(by=SYSTEM, at=noon + timedelta(days=730)) == 1
    assert actions.forget_closed_accounts(by=SYSTEM, at=noon + timedelta(days=731)) == 0
    assert sorted(Account.objects.values_list("pk", flat=True)) == sorted([stays.pk, left_later.pk])
    assert (Conflict.objects.count(), EmailAddress.objects.count(), Invitation.objects.count()) == (0, 0, 0)
    assert LedgerLine.objects.count() == lines + 1
    last = LedgerLine.objects.latest("pk")
    assert (last.event, last.subject_id, last.facts) == ("account.forgotten", str(gone.pk), {})
    kept = str(list(LedgerLine.objects.values()))
    assert (str(gone.pk) in kept, "noor" in kept.lower()) == (True, False)
    assert take_up(invite("noor@service.example", at=later), at=later) not in (gone.pk, stays.pk, left_later.pk)


def test_the_account_of_somebody_who_is_invited_again_waits_for_them_as_long_as_the_invitation_is_open(
    db: None, noon: datetime
) -> None:
    somebody = staff.account("clerk", email="back@service.example")
    actions.end_account(somebody.pk, by=BY, at=noon - timedelta(days=729))
    token = invite("back@service.example", at=noon)
    assert actions.forget_closed_accounts(by=SYSTEM, at=noon + timedelta(days=2)) == 0
    assert take_up(token, at=noon + timedelta(days=2)) == somebody.pk
    actions.end_account(somebody.pk, by=BY, at=noon - timedelta(days=727))
    invite("back@service.example", at=noon)
    assert actions.forget_closed_accounts(by=SYSTEM, at=noon + rules.INVITATION_LASTS) == 3, "and both invitations"


def test_nobody_is_invited_while_closed_accounts_are_forgotten(db: None, noon: datetime) -> None:
    def turns() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
            return int(cursor.fetchone()[0])

    before = turns()
    actions.forget_closed_accounts(by=SYSTEM, at=noon)
    assert (before, turns()) == (0, 1)


def test_an_invitation_is_known_for_ninety_days_after_it_opened_for_the_last_time(db: None, noon: datetime) -> None:
    invite(at=noon)
    over = noon + rules.INVITATION_LASTS + timedelta(days=90)
    assert actions.forget_closed_accounts(by=SYSTEM, at=over - timedelta(seconds=1)) == 0
    assert actions.forget_closed_accounts(by=SYSTEM, at=over) == 1
    assert Invitation.objects.count() == 0


def test_the_list_of_accounts_costs_the_same_for_one_and_for_five(
    db: None, noon: datetime, django_assert_num_queries: Any
) -> None:
    staff.account("clerk")
    with django_assert_num_queries(2):
        assert len(queries.accounts(viewer=BY)) == 1
    for number in range(4):
        staff.account("clerk", email=f"{number}@service.example", second_factor=number > 1)
    with django_assert_num_queries(2):
        found = queries.accounts(viewer=BY)
    assert sorted(each.second_factor for each in found) == [False, False, True, True, True]


def test_accounts_come_a_page_at_a_time_and_are_found_by_name_address_badge_and_role(
    db: None, noon: datetime, django_assert_num_queries: Any
) -> None:
    cast = city.build(by=BY, at=noon)
    staff.account("officer", officer=cast.ana)
    for number in range(6):
        staff.account("clerk", email=f"{number}@service.example")
    for offset, expected in ((0, 3), (3, 3), (6, 1), (60, 1)):
        with django_assert_num_queries(3):
            page = queries.account_page(viewer=BY, offset=offset, limit=3)
        assert (page.total, len(page.accounts)) == (7, expected)

    def found(text: str, role: str = "", ended: bool = False) -> list[str]:
        page = queries.account_page(viewer=BY, text=text, role=role, ended=ended)
        return [each.email for each in page.accounts]

    ana = f"officer-{cast.ana.badge}@service.example"
    assert found("the OFFICER") == found(cast.ana.badge) == [ana]
    assert (found("4@service"), found("the 4@"), found("nobody\0"), found("4_")) == (
        ["4@service.example"], ["4@service.example"], [], []
    )  # fmt: skip
    assert found("", ended=True) == []
    assert (found("", role="officer"), found("3@", role="officer"), len(found("", role="clerk"))) == ([ana], [], 6)


def test_ones_own_ways_in_are_nobody_elses(db: None) -> None:
    me, other = staff.account("clerk"), staff.account("analyst")
    assert queries.sign_in_ways(me.pk, viewer=staff.acting(me)).app
    with pytest.raises(NotThere):
        queries.sign_in_ways(other.pk, viewer=staff.acting(me))
    with pytest.raises(NotThere):
        actions.end_sessions(other.pk, by=staff.acting(me), at=datetime.now().astimezone())


def test_a_prompt_is_told_to_every_overseer(db: None, noon: datetime) -> None:
    for number in range(2):
        staff.account("overseer", email=f"{number}@board.example")
    gone = staff.account("overseer", email="gone@board.example")
    actions.end_account(gone.pk, by=BY, at=noon)
    Letter.objects.all().delete()
    assert actions.open_prompt("shell", by=BY, at=noon) == 2
    assert sorted(Letter.objects.values_list("kind", flat=True)) == ["sign_in.prompt_opened"] * 2
    assert LedgerLine.objects.latest("pk").event == "house.shell_opened"
    with pytest.raises(NotThere):
        actions.open_prompt("shell", by=Actor("account", roles=frozenset({"administrator"})), at=noon)


@pytest.mark.parametrize(
    ("passkeys", "app", "password", "opens"),
    [(1, False, False, True), (0, True, True, True), (0, True, False, False), (0, False, True, False)],
)
def test_an_app_or_a_password_alone_opens_nothing(passkeys: int, app: bool, password: bool, opens: bool) -> None:
    assert rules.may_be_opened(passkeys=passkeys, app=app, password=password) is opens


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on a Mac"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_a_few_words(said: str, known: str) -> None:
    assert rules.device_of(said) == known
