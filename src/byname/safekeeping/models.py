"""What every worker shares: how often each caller has knocked, values kept for a while, and staff's sessions."""

from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
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


class KeptValue(models.Model):
    """One value of the cache every worker shares."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.BinaryField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="kept_value_by_end")]


class StaffSession(AbstractBaseSession):
    """One signed-in browser; `session_key` is a digest of the cookie, so that who reads the table cannot sign in."""

    account_id = models.BigIntegerField(null=True, db_index=True)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=60, blank=True)
    """Such as "Chrome on Android": enough to know one's own, and no more."""
