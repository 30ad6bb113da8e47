"""Postings, proposals, hours, handovers: who serves where, from when to when, and how much of it."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import RangeEndsWith, RangeStartsWith
from django.db import models
from django.db.models import Deferrable, F, Q

from byname.postings import rules
from byname.safekeeping.fields import SealedTextField


class Posting(models.Model):
    """One officer on one area: half-open period, role, promised end."""

    officer = models.ForeignKey("byname.Officer", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("byname.Area", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8)
    period = DateRangeField()
    planned_end_on = models.DateField(null=True)
    announced_on = models.DateField(null=True)
    ended_early_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=["lead", "member", "cover"]), name="posting_role_is_known"),
            models.CheckConstraint(
                condition=Q(period__startswith__isnull=False) & Q(period__isempty=False), name="posting_has_a_first_day"
            ),
            models.CheckConstraint(
                condition=~Q(role="cover") | Q(period__endswith__isnull=False), name="a_cover_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(role="cover") | Q(planned_end_on__isnull=False),
                name="a_posting_has_a_promised_end",
            ),
            models.CheckConstraint(
                condition=Q(role="cover")
                | Q(period__endswith__isnull=True)
                | Q(period__endswith__gte=F("planned_end_on"))
                | ~Q(ended_early_reason=""),
                name="an_early_end_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_early_reason__in=["", *rules.REASONS]), name="posting_reason_is_known"
            ),
            ExclusionConstraint(
                name="one_posting_an_officer_at_a_time",
                expressions=[("officer", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(role__in=["lead", "member"]),
                # Checked at each statement, but a file that moves several periods at once may wait to its end.
                deferrable=Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="one_lead_an_area_at_a_time",
                expressions=[("area", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(role="lead"),
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            models.Index("area", RangeEndsWith("period"), name="posting_by_area_and_last_day"),
            # Most of what is on record is over: what is not is found by its last day, and the planner knows how few.
            models.Index(RangeEndsWith("period"), "planned_end_on", name="posting_by_last_day"),
            models.Index(RangeStartsWith("period"), name="posting_by_first_day"),
        ]


class Proposal(models.Model):
    """A posting somebody proposes: nothing is in force until it is adopted."""

    officer = models.ForeignKey("byname.Officer", on_delete=models.CASCADE, related_name="+")
    area = models.ForeignKey("byname.Area", on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=8)
    first_on = models.DateField()
    planned_end_on = models.DateField()
    succeeds = models.ForeignKey("byname.Posting", null=True, on_delete=models.SET_NULL, related_name="+")
    """The posting it takes over from, where it plans a successor."""
    proposed_by = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    adopted_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=["lead", "member"]), name="proposal_role_is_known"),
            models.CheckConstraint(condition=Q(planned_end_on__gt=F("first_on")), name="a_proposal_promises_a_term"),
            models.CheckConstraint(
                condition=Q(adopted_at__isnull=True) | Q(dropped_at__isnull=True), name="a_proposal_is_decided_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["area"],
                condition=Q(adopted_at__isnull=True, dropped_at__isnull=True),
                name="proposals_that_wait",
            )
        ]


class DutyHours(models.Model):
    """One officer's minutes of one kind on one day, for one area: present in it, or pulled away from it."""

    # The longer indexes below begin with either: one more of each would only slow down every tap.
    officer = models.ForeignKey("byname.Officer", on_delete=models.CASCADE, related_name="+", db_index=False)
    area = models.ForeignKey("byname.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    kind = models.CharField(max_length=16)
    minutes = models.PositiveSmallIntegerField()
    recorded_by = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "area", "on", "kind"], name="one_figure_a_kind_of_hours_a_day"),
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS_OF_HOURS), name="kind_of_hours_is_known"),
            models.CheckConstraint(condition=Q(minutes__gt=0) & Q(minutes__lte=1440), name="hours_fit_in_a_day"),
        ]
        indexes = [
            models.Index(fields=["area", "on"], name="hours_by_area"),
            models.Index(fields=["officer", "on"], name="hours_by_officer"),
        ]


class PublishedHours(models.Model):
    """One area's hours of one month as they were published, once and for good; without an area, the small teams'."""

    month_from = models.DateField()
    area = models.ForeignKey("byname.Area", null=True, on_delete=models.PROTECT, related_name="+")
    officers = models.PositiveIntegerField()
    present_hours = models.PositiveIntegerField()
    away_hours = models.PositiveIntegerField()
    away_by_reason = models.JSONField(default=dict)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month_from", "area"], nulls_distinct=False, name="a_month_is_published_once_an_area"
            ),
            models.CheckConstraint(condition=Q(officers__gte=3), name="three_officers_or_nothing_is_published"),
        ]


class Handover(models.Model):
    """How one officer hands an area to the next: a checklist, and the word of both."""

    reference = models.CharField(max_length=12, unique=True)
    area = models.ForeignKey("byname.Area", on_delete=models.PROTECT, related_name="+")
    outgoing = models.ForeignKey("byname.Officer", on_delete=models.PROTECT, related_name="+")
    incoming = models.ForeignKey("byname.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8)
    leaves_on = models.DateField()
    arrives_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    outgoing_word_at = models.DateTimeField(null=True)
    incoming_word_at = models.DateTimeField(null=True)
    stood_in = models.BooleanField(default=False)
    """Whether the sergeant gave the leaving officer's word, as that officer had left the service."""
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outgoing", "area", "leaves_on"], name="one_handover_a_departure"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | (Q(outgoing_word_at__isnull=False) & Q(incoming_word_at__isnull=False)),
                name="a_handover_closes_on_the_word_of_both",
            ),
        ]
        indexes = [models.Index(fields=["leaves_on"], condition=Q(closed_at__isnull=True), name="handovers_not_closed")]


class HandoverItem(models.Model):
    """One thing on a handover's checklist; its words expire, the count stays."""

    handover = models.ForeignKey("byname.Handover", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    words = SealedTextField(blank=True)
    agreed_on = models.DateField(null=True)
    """The day a partner's contact agreed to be passed on."""
    done_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    expires_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS_OF_ITEM), name="kind_of_item_is_known"),
            models.CheckConstraint(
                condition=~Q(kind="contact") | Q(agreed_on__isnull=False), name="a_contact_agreed_to_be_passed_on"
            ),
        ]
        indexes = [models.Index(fields=["expires_on"], name="handover_words_by_end")]
