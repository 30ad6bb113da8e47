"""Writing accounts: inviting, taking up an invitation, changing, resetting, ending, noting how somebody signed in."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import rules
from byname.people.models import Account, Invitation, Officer
from byname.safekeeping import sessions
from byname.vocabulary import Actor, NotThere, Refused

_NO_LONGER = "This link does not open any more: it was used, its time is over, or a newer one was sent."


def invite(
    email: str,
    *,
    roles: Collection[str],
    by: Actor,
    at: datetime,
    name: str = "",
    divisions: Collection[str] = (),
    officer: str = "",
    link: str = "",
) -> str:
    """The one-time word that lets one person in, within 72 hours; an earlier invitation of theirs opens nothing now.

    `officer` is a badge or a reference on the register. `link` is an address with {token} in it: where it is given, the
    person is written to. The table keeps a digest of the word only. Refused for somebody who has an account, and for
    what no account may hold.
    """
    rules.require(by, "invite")
    address = rules.account_address(email)
    held = rules.account_roles(roles, divisions, officer)
    with transaction.atomic():
        _one_at_a_time()
        if Account.objects.filter(email=address, is_active=True).exists():
            raise Refused(
                "Somebody with this e-mail address has an account already.", code="has-account", field="email"
            )
        theirs = _officer(officer, but=address)
        invitation, token = _invited(
            address,
            name=rules.account_name(name),
            roles=held,
            divisions=sorted(divisions),
            officer=theirs,
            account=None,
            at=at,
        )
        ledger.record(
            "account.invited",
            subject=("invitation", invitation.pk),
            by=by,
            at=at,
            facts={"roles": held, "divisions": sorted(divisions), "officer": theirs.reference if theirs else ""},
        )
        _send_link(invitation, token, link, by=by, at=at)
    return token


def withdraw_invitation(invitation_id: int, *, by: Actor, at: datetime) -> None:
    """Nothing: the invitation opens nothing any more; NotThere where it opened nothing before."""
    rules.require(by, "invite")
    with transaction.atomic():
        if not Invitation.objects.filter(_open(at), pk=invitation_id).update(withdrawn_at=at):
            raise NotThere
        ledger.record("account.invitation_withdrawn", subject=("invitation", invitation_id), by=by, at=at)


def accept_invitation(token: str, *, by: Actor, at: datetime) -> int:
    """The number of the account an invitation opens: made now, opened again, or the one whose second factor was reset.

    Whoever holds the word holds the mailbox it was sent to. Refused where it was used, withdrawn, or is too old.
    """
    rules.require(by, "sign_in")
    with transaction.atomic():
        _one_at_a_time()
        invitation = Invitation.objects.filter(_open(at), token_digest=rules.token_digest(token)).first()
        if invitation is None:
            raise Refused(_NO_LONGER, code="no-longer")
        account = invitation.account or Account.objects.filter(email=invitation.email).first()
        if invitation.account_id is None:
            if account is not None and account.is_active:
                raise Refused(_NO_LONGER, code="no-longer")
            if invitation.officer_id and Account.objects.filter(officer=invitation.officer_id).exists():
                raise Refused(_NO_LONGER, code="no-longer")
            event = "account.opened_again" if account else "account.opened"
            account = account or Account(email=invitation.email, joined_at=at)
            account.name, account.roles, account.divisions = invitation.name, invitation.roles, invitation.divisions
            account.officer, account.is_active, account.left_at = invitation.officer, True, None
            account.password = make_password(None)
            account.save()
        elif account is None or not account.is_active:
            raise Refused(_NO_LONGER, code="no-longer")
        else:
            event = "account.link_used"
        EmailAddress.objects.update_or_create(
            user_id=account.pk, defaults={"email": account.email, "verified": True, "primary": True}
        )
        Invitation.objects.filter(pk=invitation.pk).update(accepted_at=at, account=account)
        person = Actor("account", account_id=account.pk)
        ledger.record(event, subject=("account", account.pk), by=person, at=at, facts={"invitation": invitation.pk})
    return account.pk


def change_account(
    account_id: int, *, roles: Collection[str], divisions: Collection[str], officer: str, by: Actor, at: datetime
) -> bool:
    """Whether what an account may do, and how far it reaches, was changed; Refused for one's own."""
    rules.require(by, "change_account")
    rules.refuse_oneself(account_id, by.account_id, "Nobody changes what they themselves may do: ask a colleague.")
    held = rules.account_roles(roles, divisions, officer)
    with transaction.atomic():
        _one_at_a_time()
        account = _active(account_id)
        theirs = _officer(officer, but=account.email)
        before = (account.roles, account.divisions, account.officer_id)
        after = (held, sorted(divisions), theirs.pk if theirs else None)
        if before == after:
            return False
        account.roles, account.divisions, account.officer = held, sorted(divisions), theirs
        account.save(update_fields=["roles", "divisions", "officer"])
        ledger.record(
            "account.changed",
            subject=("account", account_id),
            by=by,
            at=at,
            facts={
                "roles": held,
                "divisions": sorted(divisions),
                "officer": theirs.reference if theirs else "",
                "roles_before": before[0],
            },
        )
        ledger.write_letter(
            "sign_in.account_changed", to=account.email, words=rules.changed_words(account.name), by=by, at=at
        )
    return True


def change_email(account_id: int, email: str, *, by: Actor, at: datetime, link: str = "") -> int:
    """How many sessions were ended as an account is known by another e-mail address now.

    Both addresses are written to. A link that was on its way to the old one opens nothing; where it was to set up the
    sign-in anew, the new address gets another (`link` as in `invite`). Refused for one's own account, for the
    address it has, and for one another account has or had.
    """
    rules.require(by, "change_email")
    rules.refuse_oneself(account_id, by.account_id, "Nobody changes their own e-mail address: ask a colleague.")
    address = rules.account_address(email)
    with transaction.atomic():
        _one_at_a_time()
        account = _active(account_id)
        before = account.email
        if address == before:
            raise Refused("That is their address already.", code="same", field="email")
        if Account.objects.filter(email=address).exists():
            raise Refused("Another account has this e-mail address, or had it and ended.", code="taken", field="email")
        open_links = Invitation.objects.filter(_open(at)).filter(Q(account=account) | Q(email__in=[before, address]))
        setting_up = open_links.filter(account=account).exists()
        open_links.update(withdrawn_at=at)
        account.email = address
        account.save(update_fields=["email"])
        EmailAddress.objects.filter(user_id=account_id).update(email=address)
        ended = sessions.end(account_id)
        ledger.record("account.email_changed", subject=("account", account_id), by=by, at=at, facts={"sessions": ended})
        for to, words in (
            (before, rules.email_left_words(account.name)),
            (address, rules.email_taken_words(account.name)),
        ):
            ledger.write_letter("sign_in.email_changed", to=to, words=words, by=by, at=at)
        if setting_up:
            _send_link(*_invited_again(account, at=at), link, by=by, at=at)
    return ended


def reset_second_factor(account_id: int, *, by: Actor, at: datetime, link: str = "") -> str:
    """The one-time word with which somebody sets up their sign-in anew: what they had opens nothing, nor do sessions.

    The password goes too: else whoever knows it could set up a second factor of their own. `link` as in `invite`.
    Refused for one's own account.
    """
    rules.require(by, "reset_second_factor")
    rules.refuse_oneself(account_id, by.account_id, "Nobody resets their own second factor: ask a colleague.")
    with transaction.atomic():
        _one_at_a_time()
        account = _active(account_id)
        _close(account)
        invitation, token = _invited_again(account, at=at)
        ledger.record("account.second_factor_reset", subject=("account", account_id), by=by, at=at)
        _send_link(invitation, token, link, by=by, at=at)
    return token


def end_account(account_id: int, *, by: Actor, at: datetime) -> int:
    """How many sessions were ended with the account of somebody who left; Refused for one's own."""
    rules.require(by, "end_account")
    rules.refuse_oneself(account_id, by.account_id, "Nobody ends their own account: ask a colleague.")
    with transaction.atomic():
        _one_at_a_time()
        account = _active(account_id)
        account.is_active, account.left_at, account.officer = False, at, None
        account.save(update_fields=["is_active", "left_at", "officer"])
        ended = _close(account)
        Invitation.objects.filter(_open(at), email=account.email).update(withdrawn_at=at)
        ledger.record("account.ended", subject=("account", account_id), by=by, at=at, facts={"sessions": ended})
        ledger.write_letter(
            "sign_in.account_ended", to=account.email, words=rules.ended_words(account.name), by=by, at=at
        )
    return ended


def forget_closed_accounts(*, by: Actor, at: datetime) -> int:
    """How many accounts were removed, two years after they ended, and invitations ninety days after their last hour.

    With an account go its conflicts of interest and all that signed it in. The ledger knows its number for good, and
    nothing tells any more whose it was. The account of somebody who is invited again waits for them.
    """
    rules.require(by, "keep_house")
    with transaction.atomic():
        _one_at_a_time()
        over = Invitation.objects.filter(expires_at__lte=at - rules.INVITATION_KEPT)
        closed = Account.objects.filter(is_active=False, left_at__lte=at - rules.CLOSED_ACCOUNT_KEPT).exclude(
            email__in=Invitation.objects.filter(_open(at)).values("email")
        )
        removed = {account.pk: account.email for account in closed.select_for_update()}
        theirs = Invitation.objects.filter(Q(account__in=removed) | Q(email__in=removed.values()))
        invitations = over.delete()[0] + theirs.delete()[0]
        EmailAddress.objects.filter(user_id__in=removed).delete()
        Account.objects.filter(pk__in=removed).delete()
        for account_id in removed:
            ledger.record("account.forgotten", subject=("account", account_id), by=by, at=at)
    return len(removed) + invitations


SignInEvent = Literal[
    "signed_in",
    "signed_out",
    "sign_in_failed",
    "second_factor_added",
    "second_factor_removed",
    "second_factor_renewed",
    "second_factor_used",
    "second_factor_failed",
    "password_set",
    "password_changed",
    "password_reset",
    "session_ended",
]


def note_sign_in(
    event: SignInEvent,
    account_id: int | None,
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Nothing: one line of the ledger on how somebody signs in; `account_id` is None where nobody has the address."""
    rules.require(by, "sign_in")
    with transaction.atomic():
        ledger.record(
            f"account.{event}",
            subject=("account", account_id if account_id is not None else "unknown"),
            by=by,
            at=at,
            facts=dict(facts or {}),
        )


def write_about_sign_in(account_id: int, kind: str, words: Mapping[str, str], *, by: Actor, at: datetime) -> bool:
    """Whether a letter about their own sign-in was written to the person of an account that has not ended."""
    rules.require(by, "sign_in")
    with transaction.atomic():
        address = Account.objects.filter(pk=account_id, is_active=True).values_list("email", flat=True).first()
        if address is None:
            return False
        ledger.write_letter(f"sign_in.{kind}", to=address, words=words, by=by, at=at)
    return True


def end_sessions(account_id: int, *, by: Actor, at: datetime, key: str | None = None, but: str = "") -> int:
    """How many browsers somebody was signed out of: the one named, else all `but` one."""
    rules.require(by, "keep_own_sign_in", rules.About(account_id=account_id))
    with transaction.atomic():
        ended = sessions.end(account_id, key, but=but)
        if ended:
            ledger.record(
                "account.session_ended", subject=("account", account_id), by=by, at=at, facts={"sessions": ended}
            )
    return ended


def open_prompt(command: str, *, by: Actor, at: datetime) -> int:
    """How many overseers are written to because a prompt inside byname is being opened; one line in the ledger."""
    rules.require(by, "open_prompt")
    with transaction.atomic():
        ledger.record("house.shell_opened", subject=("house", command), by=by, at=at)
        told = Account.objects.filter(roles__contains=["overseer"], is_active=True).values_list("email", flat=True)
        words = rules.prompt_words(command, timezone.localtime(at))
        for address in told:
            ledger.write_letter("sign_in.prompt_opened", to=address, words=words, by=by, at=at)
    return len(told)


def _one_at_a_time() -> None:
    # Two invitations for one address, or two takings-up of one link, wait for each other.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('byname.accounts'))")


def _open(at: datetime) -> Q:
    return Q(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)


def _invited(
    address: str,
    *,
    name: str,
    roles: list[str],
    divisions: list[str],
    officer: Officer | None,
    account: Account | None,
    at: datetime,
) -> tuple[Invitation, str]:
    Invitation.objects.filter(_open(at), email=address).update(withdrawn_at=at)
    token = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        token_digest=rules.token_digest(token),
        email=address,
        name=name,
        roles=roles,
        divisions=divisions,
        officer=officer,
        account=account,
        invited_at=at,
        expires_at=at + rules.INVITATION_LASTS,
    )
    return made, token


def _invited_again(account: Account, *, at: datetime) -> tuple[Invitation, str]:
    """An invitation for somebody with an account to set up their sign-in anew."""
    return _invited(
        account.email,
        name=account.name,
        roles=account.roles,
        divisions=account.divisions,
        officer=account.officer,
        account=account,
        at=at,
    )


def _send_link(invitation: Invitation, token: str, link: str, *, by: Actor, at: datetime) -> None:
    if link:
        until = timezone.localtime(invitation.expires_at)
        again = invitation.account_id is not None
        words = rules.invitation_words(invitation.name, link.format(token=token), until, again=again)
        ledger.write_letter("sign_in.invitation", to=invitation.email, words=words, by=by, at=at)


def _active(account_id: int) -> Account:
    account = Account.objects.filter(pk=account_id, is_active=True).select_related("officer").first()
    if account is None:
        raise NotThere
    return account


def _officer(named: str, *, but: str) -> Officer | None:
    if not named:
        return None
    officer = Officer.objects.filter(Q(badge_number=named) | Q(reference=named)).first()
    if officer is None:
        raise Refused("There is no officer with this badge on the register.", code="no-such-officer", field="officer")
    if Account.objects.filter(officer=officer).exclude(email=but).exists():
        raise Refused("This officer has an account already.", code="officer-has-account", field="officer")
    return officer


def _close(account: Account) -> int:
    """Whatever opened the account opens nothing now; how many sessions ended."""
    Authenticator.objects.filter(user_id=account.pk).delete()
    SocialAccount.objects.filter(user_id=account.pk).delete()
    account.password = make_password(None)
    account.save(update_fields=["password"])
    return sessions.end(account.pk)
