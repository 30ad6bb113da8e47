"""Reading accounts: who may sign in, and as whom they act."""

from __future__ import annotations

from byname.people.models import Account, Conflict
from byname.vocabulary import Actor


def actor_of(account_id: int, *, viewer: Actor) -> Actor | None:
    """An account as somebody who acts: its roles, officer, divisions, conflicts; None where it has ended."""
    row = (
        Account.objects.filter(pk=account_id, is_active=True)
        .values_list("name", "email", "roles", "divisions", "officer__reference")
        .first()
    )
    if row is None:
        return None
    name, email, roles, divisions, officer = row
    conflicts = Conflict.objects.filter(account=account_id, ended_at__isnull=True).values_list("code", flat=True)
    return Actor(
        "account",
        name=name or email,
        account_id=account_id,
        roles=frozenset(roles),
        officer=officer or "",
        divisions=frozenset(divisions),
        conflicts=frozenset(conflicts),
    )
