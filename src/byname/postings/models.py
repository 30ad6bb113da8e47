"""Postings: one officer on one area for a period, with a role and a promised end."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q

from byname.postings import rules


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
        indexes = [models.Index(fields=["area", "role"], name="posting_by_area")]
