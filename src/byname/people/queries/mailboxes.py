"""Where letters to officers go: the e-mail addresses of their accounts."""

from __future__ import annotations

from collections.abc import Collection

from byname.people import rules
from byname.people.models import Account
from byname.vocabulary import Actor


def mailboxes_of(officers: Collection[str], *, viewer: Actor) -> dict[str, str]:
    """E-mail addresses by officer's reference, of those who may sign in; who has no account has no entry."""
    rules.require(viewer, "know_reach")
    rows = Account.objects.filter(officer__reference__in=list(officers), is_active=True)
    return dict(rows.values_list("officer__reference", "email"))
