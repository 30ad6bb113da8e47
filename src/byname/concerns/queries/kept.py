"""Reading all that concerns hold of one member of staff, for whoever asks for what is kept about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from byname.concerns.models import (
    ApiKey,
    Concern,
    ConcernPhoto,
    Leaving,
    Message,
    SavedList,
    Translation,
    Wording,
)
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.postings import queries as postings
from byname.postings.queries import Deeds
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class KeptSavedList:
    """One list under a name of theirs, with what it is cut by."""

    name: str
    asked: Mapping[str, Any]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class KeptWording:
    """What they published of a concern, as everybody reads or read it."""

    area: str
    words: str
    done: str
    published_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key for a program that they made."""

    number: int
    name: str
    made_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptOfConcerns:
    """What concerns hold of one member of staff. What was written in them tells of residents: it is counted only."""

    lists: tuple[KeptSavedList, ...]
    answers: Deeds
    notes: Deeds
    concerns_they_have: Deeds
    concerns_they_had: Deeds
    """Those that ended while they had them."""
    wordings: tuple[KeptWording, ...]
    translations: Deeds
    pictures_set_apart: Deeds
    pictures_handed_over: Deeds
    leavings_asked: Deeds
    leavings_agreed: Deeds
    keys: tuple[KeptKey, ...]


def kept_of_concerns(account_id: int | None, officer: str, *, viewer: Actor) -> KeptOfConcerns:
    """All that concerns hold under an account's number and an officer's reference; none where neither is."""
    people_rules.require(viewer, "gather_kept")
    # Without an account nobody did anything: no row has the number 0.
    doer = account_id or 0
    theirs = Q(officer__reference=officer) if officer else Q(pk__in=[])
    written = Message.objects.filter(Q(account_id=doer) | theirs)
    having = Concern.objects.filter(theirs)
    wordings = Wording.objects.filter(theirs).select_related("area").order_by("published_at", "pk")
    lists = SavedList.objects.filter(account_id=doer).order_by("name")
    made = ApiKey.objects.filter(made_by=doer).order_by("pk")

    def deeds(rows: Any, moment: str) -> Deeds:
        return postings.deeds(rows, moment, viewer=viewer)

    return KeptOfConcerns(
        lists=tuple(KeptSavedList(*row) for row in lists.values_list("name", "asked", "made_at")),
        answers=deeds(written.filter(kind="answer"), "at"),
        notes=deeds(written.filter(kind="note"), "at"),
        concerns_they_have=deeds(having.filter(ended_at__isnull=True), "raised_at"),
        concerns_they_had=deeds(having.filter(ended_at__isnull=False), "raised_at"),
        wordings=tuple(
            KeptWording(row.area.slug, row.words, row.done, row.published_at, row.withdrawn_at) for row in wordings
        ),
        translations=deeds(Translation.objects.filter(account_id=doer), "made_at"),
        pictures_set_apart=deeds(ConcernPhoto.objects.filter(quarantined_by=doer), "quarantined_at"),
        pictures_handed_over=deeds(ConcernPhoto.objects.filter(handed_over_by=doer), "handed_over_at"),
        leavings_asked=deeds(Leaving.objects.filter(asked_by=doer), "asked_at"),
        leavings_agreed=deeds(Leaving.objects.filter(agreed_by=doer), "agreed_at"),
        keys=tuple(KeptKey(*row) for row in made.values_list("pk", "name", "made_at", "revoked_at")),
    )


def owners_of_no_account(*, viewer: Actor) -> frozenset[int]:
    """The numbers under which lists are kept and that no account has any more."""
    people_rules.require(viewer, "keep_house")
    owners = set(SavedList.objects.order_by().values_list("account_id", flat=True).distinct())
    return frozenset(owners - people.accounts_known(owners, viewer=viewer)) if owners else frozenset()
