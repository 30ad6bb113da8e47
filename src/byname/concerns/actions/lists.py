"""Keeping lists: which concerns somebody looks at often, under a name of their own."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from byname.concerns import queries, rules
from byname.concerns.models import SavedList
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere

_TOO_FAR = 2**63
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4162027, %s)"


def keep_list(name: str, asked: queries.Asked, *, by: Actor, at: datetime) -> int:
    """The number of a list of one's own, kept under a name; one of the same name is replaced. Refused for too many."""
    people_rules.require(by, "keep_lists", people_rules.About(account_id=by.account_id))
    name, said = rules.list_name(name), queries.to_keep(asked, viewer=by)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two windows at once do not make a list too many.
            cursor.execute(_ONE_AT_A_TIME, [by.account_id])
        mine = SavedList.objects.filter(account_id=by.account_id or 0)
        if not mine.filter(name=name).exists():
            rules.refuse_more_lists(mine.count())
        row, _ = SavedList.objects.update_or_create(
            account_id=by.account_id or 0, name=name, defaults={"asked": said, "made_at": at}
        )
        ledger.record("list.kept", subject=("list", row.pk), by=by, at=at)
    return row.pk


def drop_list(number: int, *, by: Actor, at: datetime) -> None:
    """A list of one's own is gone; NotThere where it is nobody's, or somebody else's."""
    people_rules.require(by, "keep_lists", people_rules.About(account_id=by.account_id))
    if number >= _TOO_FAR:
        raise NotThere
    with transaction.atomic():
        gone, _ = SavedList.objects.filter(account_id=by.account_id or 0, pk=number).delete()
        if not gone:
            raise NotThere
        ledger.record("list.dropped", subject=("list", number), by=by, at=at)


def forget_lists(*, by: Actor, at: datetime) -> int:
    """How many lists were removed because the account that kept them was forgotten.

    An account that ended keeps its own for as long as it may be opened again.
    """
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        gone, _ = SavedList.objects.filter(account_id__in=queries.owners_of_no_account(viewer=by)).delete()
        if gone:
            ledger.record("list.forgotten", subject=("lists", gone), by=by, at=at)
    return gone
