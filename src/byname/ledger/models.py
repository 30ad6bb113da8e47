"""The lines of the ledger, their seals, the outbox, and the version of what the public sees."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from byname.safekeeping.fields import SealedTextField


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
            # Whatever is counted of looks stands in these three: of a long ledger's lines none is opened for that.
            models.Index(
                fields=["actor_account_id", "at", "id"],
                include=["event"],
                condition=models.Q(event__startswith="read."),
                name="ledger_looks_by_account",
            ),
            models.Index(
                fields=["at", "id"],
                include=["event", "actor_account_id", "actor_kind", "actor_name", "subject_kind", "subject_id"],
                condition=models.Q(event__startswith="read."),
                name="ledger_looks_by_time",
            ),
            models.Index(
                fields=["at"],
                include=["event", "actor_account_id", "subject_kind", "subject_id"],
                condition=models.Q(event__startswith="read.", facts__contains={"outside": True}),
                name="ledger_looks_outside",
            ),
        ]


class LedgerRemark(models.Model):
    """What somebody wrote about an act, beside its line: erasable, so that the ledger itself stays whole."""

    line_id = models.BigIntegerField()
    words = SealedTextField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="remark_by_end")]


class LedgerSeal(models.Model):
    """A batch of lines linked to the batch before by an HMAC whose key is not in the database; only grows."""

    number = models.BigIntegerField(primary_key=True)
    covers = models.TextField()
    """The lines' numbers as an int8multirange, such as {[1,51),[52,61)}."""
    gaps = models.TextField(default="{}")
    """Numbers below the highest that no line had yet: their acts were under way or had failed. The next looks again."""
    highest = models.BigIntegerField()
    """The highest number any seal up to this one covers."""
    line_count = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    seal = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()


class Letter(models.Model):
    """The outbox: a letter written in the transaction of the act it tells of.

    Once it is delivered its recipient and its words are emptied; that it was sent stays known for a while.
    """

    message_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    way = models.CharField(max_length=4, db_default="mail")
    """"mail", or "text" for a message to a phone."""
    recipient = SealedTextField(blank=True)
    words = SealedTextField(blank=True)
    """What the letter's kind needs to be written, as JSON."""
    whose = models.BinaryField(max_length=32, null=True)
    """A digest of whoever it goes to, to take back all that is under way to them; gone once it is delivered."""
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """When it is tried next."""
    first_due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    problem = models.CharField(max_length=120, blank=True)
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Not the field's own `unique`, which would bring a second index, for LIKE.
            models.UniqueConstraint(fields=["message_id"], name="message_id_of_a_letter_is_its_own"),
            models.CheckConstraint(condition=models.Q(way__in=["mail", "text"]), name="way_of_letter_is_known"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="letters_to_send",
            ),
            models.Index(
                fields=["whose"], condition=models.Q(whose__isnull=False), name="letters_under_way_to_somebody"
            ),
        ]


class PublicVersion(models.Model):
    """Rows that grow with every act the public can see; workers poll them to keep what they hold fresh.

    "everything" grows with each such act; "land" and "addresses" only with acts that change those.
    """

    subject = models.CharField(max_length=20, primary_key=True)
    version = models.BigIntegerField(default=0)
