"""How often each caller has knocked, for a day at most."""

from __future__ import annotations

from django.db import models


class Allowance(models.Model):
    """How often one caller used one limit within one window; the caller is a keyed hash."""

    limit = models.CharField(max_length=40)
    caller = models.BinaryField(max_length=16)
    window_starts_at = models.DateTimeField()
    used = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["limit", "caller", "window_starts_at"], name="one_allowance_a_window")
        ]
        indexes = [models.Index(fields=["window_starts_at"], name="allowance_by_window")]
