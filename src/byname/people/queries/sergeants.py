"""The sergeants of a division, as far as the public may know them."""

from __future__ import annotations

from byname.people import rules
from byname.people.models import Account
from byname.people.queries.officers import PublicOfficer, public_officers
from byname.vocabulary import Actor


def sergeants_of(division: str, *, viewer: Actor) -> tuple[PublicOfficer, ...]:
    """Who answers for a division and stands on the register, in the order of their accounts; nobody who is hidden."""
    rules.require(viewer, "see_public")
    accounts = Account.objects.filter(
        is_active=True, roles__contains=["sergeant"], divisions__contains=[division], officer__isnull=False
    )
    references = list(accounts.order_by("pk").values_list("officer__reference", flat=True))
    shown = public_officers(references, viewer=viewer) if references else {}
    return tuple(shown[each] for each in references if each in shown)
