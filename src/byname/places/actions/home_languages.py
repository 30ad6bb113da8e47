"""Bringing in which languages are spoken at home, neighbourhood by neighbourhood."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.places.actions.boundaries import ONE_AT_A_TIME, Receipt
from byname.places.models import HomeLanguages, Neighbourhood
from byname.places.queries.land import edition_in_force
from byname.places.sources import home_languages_csv
from byname.vocabulary import Actor, FileRefused, RowFault


def bring_home_languages(content: bytes, *, file_name: str, by: Actor, at: datetime) -> Receipt:
    """Brings in the languages of every neighbourhood from a CSV, in place of what was there.

    Raises Refused, or FileRefused with each faulty line; nobody may be counted in a place that is not there.
    """
    people_rules.require(by, "bring_land")
    rows = home_languages_csv.rows(content)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ONE_AT_A_TIME)
        if HomeLanguages.objects.filter(pk=1, file_sha256=digest).exists():
            return Receipt(False, (f"Nothing changed: {file_name} is in already.",))
        edition = edition_in_force("neighbourhoods", timezone.localtime(at).date(), viewer=by)
        ids = Neighbourhood.objects.filter(edition_id=edition.id if edition else 0)
        known = set(ids.values_list("official_id", flat=True))
        faults = [
            RowFault(line, "neighbourhood", str(official_id), "the number of a neighbourhood here")
            for line, official_id, _, _ in rows
            if official_id not in known
        ]
        if faults:
            raise FileRefused(f"{file_name} was not brought in: some lines cannot be used.", tuple(faults))
        people: dict[int, dict[str, int]] = {}
        for _, official_id, language, count in rows:
            people.setdefault(official_id, {})[language] = count
        HomeLanguages.objects.update_or_create(
            pk=1,
            defaults={"people": people, "file_name": file_name[:200], "file_sha256": digest, "brought_at": at},
        )
        ledger.record(
            "languages.brought",
            subject=("languages", 1),
            by=by,
            at=at,
            facts={"neighbourhoods": len(people), "sha256": digest},
        )
    languages = {language for _, _, language, _ in rows}
    return Receipt(True, (f"Brought in {file_name}: {len(languages)} languages of {len(people)} neighbourhoods.",))
