"""Bringing the service's own facts in."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.places.actions.boundaries import ONE_AT_A_TIME, Receipt
from byname.places.models import ServiceProfile
from byname.places.sources import service_toml
from byname.vocabulary import Actor


def bring_service(content: bytes, *, file_name: str, by: Actor, at: datetime) -> Receipt:
    """Brings the service's name, colours and lines in, in place of what was there; raises Refused for a faulty file."""
    people_rules.require(by, "bring_land")
    profile = service_toml.profile(content)
    kept = profile.kept()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ONE_AT_A_TIME)
        before = ServiceProfile.objects.filter(pk=1).first()
        if before is not None and before.profile == kept:
            return Receipt(False, (f"Nothing changed: {profile.name} stands there so already.",))
        ServiceProfile.objects.update_or_create(pk=1, defaults={"profile": kept, "brought_at": at})
        ledger.record(
            "service.brought",
            subject=("service", 1),
            by=by,
            at=at,
            facts={"lines": [line["key"] for line in profile.lines], "sha256": hashlib.sha256(content).hexdigest()},
            public=True,
        )
    told = [f"Brought in {file_name}: {profile.name}, {len(profile.lines)} lines."]
    if profile.time_zone not in ("", settings.TIME_ZONE):
        told.append(
            f"Look at this: the file says {profile.time_zone}, but byname runs in {settings.TIME_ZONE}. "
            "BYNAME_TIME_ZONE decides which day it is."
        )
    return Receipt(True, tuple(told))
