"""Writing conflicts of interest: declaring one and ending it, each by oneself only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from byname.ledger import actions as ledger
from byname.people import queries, rules
from byname.people.models import Account, Conflict
from byname.vocabulary import Actor, NotThere


def declare_conflict(places: Collection[str], *, by: Actor, at: datetime) -> int:
    """How many of these places were not declared before: what tells of them is closed to whoever acts, from now on.

    A place is "neighbourhood:" and its official id, or "area:" and its slug. The ledger tells that something was
    declared, never what. Raises Refused for what is no place, and for too many of them.
    """
    rules.require(by, "declare_conflict", rules.About(account_id=by.account_id))
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=by.account_id or 0)
        standing = set(Conflict.objects.filter(account=account, ended_at__isnull=True).values_list("code", flat=True))
        coded = queries.codes_of(rules.admitted_places(places, declared=len(standing)), viewer=by)
        fresh = [
            Conflict(account=account, place=place, code=code, declared_at=at)
            for place, code in coded.items()
            if code not in standing
        ]
        Conflict.objects.bulk_create(fresh)
        if fresh:
            subject = ("account", account.pk)
            ledger.record("conflict.declared", subject=subject, by=by, at=at, facts={"places": len(fresh)})
    return len(fresh)


def end_conflict(number: int, *, by: Actor, at: datetime) -> None:
    """Nothing: the conflict, one's own, is over, and what it closed opens again. Raises NotThere for anybody else's."""
    rules.require(by, "declare_conflict", rules.About(account_id=by.account_id))
    with transaction.atomic():
        own = Conflict.objects.filter(pk=number, account=by.account_id, ended_at__isnull=True)
        if not own.update(ended_at=at):
            raise NotThere
        ledger.record("conflict.ended", subject=("account", by.account_id), by=by, at=at)
