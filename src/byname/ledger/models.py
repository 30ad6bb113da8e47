"""The lines of the ledger, and the version of what the public sees."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class LedgerLine(models.Model):
    """One act: appended, never changed (a trigger refuses UPDATE, DELETE and TRUNCATE)."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())
    event = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=12)
    actor_name = models.CharField(max_length=60, blank=True)
    actor_account_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=60)
    reason_code = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="ledger_by_subject"),
            models.Index(fields=["event", "id"], name="ledger_by_event"),
        ]


class PublicVersion(models.Model):
    """Rows that grow with every act the public can see; workers poll them to keep what they hold fresh.

    "everything" grows with each such act; "land" and "addresses" only with acts that change those.
    """

    subject = models.CharField(max_length=20, primary_key=True)
    version = models.BigIntegerField(default=0)
