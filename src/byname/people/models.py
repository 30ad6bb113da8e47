"""Accounts, officers and their photos."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models

from byname.people import rules
from byname.safekeeping.fields import SealedTextField


class Account(AbstractBaseUser, PermissionsMixin):
    """Somebody of the service who may sign in, by e-mail address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    roles = ArrayField(models.CharField(max_length=16), default=list)
    divisions = ArrayField(models.CharField(max_length=12), default=list)
    officer = models.OneToOneField("byname.Officer", null=True, on_delete=models.PROTECT, related_name="+")

    objects = BaseUserManager["Account"]()

    USERNAME_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=list(rules.ROLES)), name="account_roles_are_known"
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=True, left_at__isnull=True)
                | models.Q(is_active=False, left_at__isnull=False),
                name="who_left_is_not_active",
            ),
        ]


class Invitation(models.Model):
    """A one-time way in for one person, known only by a digest of the word in its link."""

    token_digest = models.BinaryField(max_length=32, unique=True)
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    roles = ArrayField(models.CharField(max_length=16))
    divisions = ArrayField(models.CharField(max_length=12), default=list)
    officer = models.ForeignKey("byname.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("byname.Account", null=True, on_delete=models.PROTECT, related_name="+")
    """Set where it lets somebody with an account in again, after a second factor was reset."""
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=list(rules.ROLES)), name="invitation_roles_are_known"
            )
        ]


class Conflict(models.Model):
    """A place an officer will not act on, kept as a code; the place itself is sealed, to be coded anew."""

    account = models.ForeignKey("byname.Account", on_delete=models.CASCADE, related_name="+")
    place = SealedTextField()
    code = models.CharField(max_length=64)
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "code"], condition=models.Q(ended_at__isnull=True), name="one_conflict_a_place"
            )
        ]


class Officer(models.Model):
    """An officer as the service and the officer agreed to show them."""

    reference = models.CharField(max_length=12, unique=True)
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    shown_as = models.CharField(max_length=8, default="full")
    pronunciation = models.CharField(max_length=120, blank=True)
    rank = models.CharField(max_length=40)
    badge_number = models.CharField(max_length=12, unique=True)
    badge_shown = models.BooleanField(default=True)
    languages = ArrayField(models.CharField(max_length=12), default=list)
    skills = ArrayField(models.CharField(max_length=40), default=list)
    words = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    hidden_at = models.DateTimeField(null=True)
    photo_consented_on = models.DateField(null=True)
    photo_withdrawn_on = models.DateField(null=True)
    photo_token = models.CharField(max_length=16, blank=True)
    photo_formats = ArrayField(models.CharField(max_length=4), default=list)
    lives_in = SealedTextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shown_as__in=["full", "initial", "family"]), name="officer_shown_as_is_known"
            )
        ]
        # A page of the register is read in its order; five thousand need no sorting for that.
        indexes = [
            models.Index(fields=["family_name", "given_name", "badge_number"], name="officers_by_name"),
        ]


class OfficerPhoto(models.Model):
    """One rendition of an officer's photo; stored as bytes so that consent, backup and erasure are one transaction."""

    officer = models.ForeignKey("byname.Officer", on_delete=models.CASCADE, related_name="+")
    size = models.CharField(max_length=6)
    format = models.CharField(max_length=4)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "size", "format"], name="one_photo_a_size_and_format"),
            models.CheckConstraint(
                condition=models.Q(size__in=["small", "medium", "large"]), name="photo_size_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(format__in=["webp", "jpeg", "svg"]), name="photo_format_is_known"
            ),
        ]


class SpokenCode(models.Model):
    """A spoken code that was used: each opens a face once."""

    officer = models.ForeignKey("byname.Officer", on_delete=models.CASCADE, related_name="+")
    minute = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "minute"], name="a_spoken_code_is_used_once")]
