"""Keeping accounts: what a backup may not give back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from byname.ledger import actions as ledger
from byname.people import rules
from byname.people.models import Account
from byname.vocabulary import Actor, NotThere


def cut_reach(
    account_id: int, *, roles: Collection[str], divisions: Collection[str], officer: str, by: Actor, at: datetime
) -> bool:
    """Whether an account lost anything as it keeps at most these roles and divisions, and this officer's entry.

    For a backup brought back, which may hold more than somebody had when it was replaced: nothing is ever given here.
    An account that has ended is left alone; NotThere where there is none.
    """
    rules.require(by, "change_account")
    with transaction.atomic():
        rows = Account.objects.select_for_update(of=("self",)).select_related("officer")
        account = rows.filter(pk=account_id).first()
        if account is None:
            raise NotThere
        before = (account.roles, account.divisions, account.officer_id)
        if account.officer and account.officer.reference != officer:
            account.officer = None
        lost = frozenset() if account.officer else frozenset({"officer"})
        account.roles = [role for role in account.roles if role in roles and role not in lost]
        account.divisions = [code for code in account.divisions if code in divisions]
        if not account.is_active or before == (account.roles, account.divisions, account.officer_id):
            return False
        account.save(update_fields=["roles", "divisions", "officer"])
        ledger.record(
            "account.changed",
            subject=("account", account_id),
            by=by,
            at=at,
            facts={
                "roles": account.roles,
                "divisions": account.divisions,
                "officer": account.officer.reference if account.officer else "",
                "roles_before": before[0],
            },
        )
    return True
