"""What residents raise, who raised it, what was said since, and what of it was published."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from byname.concerns import rules
from byname.safekeeping.fields import SealedBytesField, SealedTextField

Rows = TypeVar("Rows", bound=models.Model)
_OPEN = Q(ended_at__isnull=True)


class HearingProfile(models.Model):
    """How the one service of this deployment hears concerns, as it brought it (rules.Profile)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    profile = models.JSONField()
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="hearing_profile_is_one_row")]


class Concern(models.Model):
    """One concern: where it stands and who has it. What the person wrote stands sealed."""

    reference = models.CharField(max_length=16)
    once = models.BinaryField(max_length=32, unique=True, null=True)
    """The digest of the form's own number: a second press of the button, or a retry, finds the first concern."""
    area = models.ForeignKey("byname.Area", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    division_code = models.CharField(max_length=12)
    neighbourhood = models.ForeignKey(
        "byname.Neighbourhood", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    """As it was on its day, in the edition of that day."""
    category = models.CharField(max_length=40)
    channel = models.CharField(max_length=12)
    place_kind = models.CharField(max_length=8)
    grid_lat = models.FloatField(null=True)
    grid_lon = models.FloatField(null=True)
    """The middle of a field of about 100 m; the point itself stands sealed in `told`."""
    told = SealedTextField(blank=True)
    """What was written, as JSON (rules.Told). Empty once its time is over."""
    written_in = models.CharField(max_length=12, blank=True)
    """The language recognised in the words; empty where none was."""
    danger = models.CharField(max_length=24, blank=True)
    """The kinds of danger its words speak of, with spaces between."""
    needs_interpreter = models.BooleanField(default=False)
    """Whether what was raised waits to be put into English."""
    state = models.CharField(max_length=12, default="received")
    holder = models.CharField(max_length=8, default="team")
    officer = models.ForeignKey("byname.Officer", null=True, on_delete=models.SET_NULL, related_name="+")
    """Who of the team has it; nobody yet where it is empty."""
    raised_at = models.DateTimeField()
    promised_at = models.DateTimeField()
    """When the clock of the answer began: when it was raised, or opened again."""
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    """When it was answered since then."""
    first_answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    stirred_at = models.DateTimeField()
    """When anything happened to it last."""
    overdue_told_at = models.DateTimeField(null=True)
    held = models.BooleanField(default=False)
    """A legal hold: its time does not run out."""
    words_gone_at = models.DateTimeField(null=True)
    likeness = ArrayField(models.IntegerField(), null=True)
    """Keyed hashes of words and of groups of letters: for matching concerns and nothing else; gone with the words."""
    client = models.ForeignKey("byname.ApiKey", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            # Not the field's own `unique`: Django would keep a second index beside it, for LIKE, and nobody asks so.
            models.UniqueConstraint(fields=["reference"], name="reference_of_a_concern_is_its_own"),
            models.CheckConstraint(condition=Q(state__in=rules.STATES), name="state_of_a_concern_is_known"),
            models.CheckConstraint(condition=Q(channel__in=rules.CHANNELS), name="channel_of_a_concern_is_known"),
            models.CheckConstraint(condition=Q(place_kind__in=rules.PLACE_KINDS), name="kind_of_place_is_known"),
            models.CheckConstraint(condition=Q(holder__in=["team", "sergeant"]), name="holder_of_a_concern_is_known"),
            models.CheckConstraint(condition=Q(outcome__in=["", *rules.OUTCOMES]), name="outcome_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "handed_on"], ended_at__isnull=False)
                | (~Q(state__in=["closed", "handed_on"]) & _OPEN),
                name="a_concern_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed") & ~Q(outcome="")) | (~Q(state="closed") & Q(outcome="")),
                name="a_closed_concern_says_how",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("promised_at")), name="an_answer_is_promised"),
            models.CheckConstraint(
                condition=Q(grid_lat__isnull=True, grid_lon__isnull=True)
                | Q(grid_lat__isnull=False, grid_lon__isnull=False),
                name="a_field_has_both_its_numbers",
            ),
        ]
        indexes = [
            models.Index(fields=["area", "due_at"], condition=_OPEN, name="open_concerns_of_an_area"),
            models.Index(fields=["division_code", "due_at"], condition=_OPEN, name="open_concerns_of_a_division"),
            models.Index(fields=["area", "-raised_at"], name="concerns_of_an_area"),
            models.Index(fields=["division_code", "-raised_at"], name="concerns_of_a_division"),
            models.Index(
                fields=["due_at"],
                condition=_OPEN & Q(answered_at__isnull=True, overdue_told_at__isnull=True),
                name="answers_to_watch",
            ),
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False, words_gone_at__isnull=True, held=False),
                name="words_to_go",
            ),
            models.Index(fields=["due_at"], condition=Q(needs_interpreter=True), name="concerns_to_interpret"),
            models.Index(
                fields=["division_code"],
                condition=Q(ended_at__isnull=False, stirred_at__gt=F("ended_at")),
                name="written_to_after_it_ended",
            ),
        ]


class Person(models.Model):
    """Somebody who raised a concern or joined one: how to reach them, and what opens it to them."""

    concern = models.ForeignKey("byname.Concern", on_delete=models.CASCADE, related_name="+")
    raised = models.BooleanField()
    """Whether they raised it; else they joined it."""
    link_digest = models.BinaryField(max_length=32, unique=True)
    link = SealedTextField()
    """The private link's own part, for letters to come."""
    pin = SealedTextField()
    """Six digits, told once: what the link alone does not open."""
    contact = SealedTextField(blank=True)
    """How to reach them, as JSON (rules.Contact); empty for whoever gave nothing."""
    language = models.CharField(max_length=12)
    under_18 = models.BooleanField(default=False)
    more_letters = models.BooleanField(default=False)
    """Whether they asked for more than one letter a day."""
    words_in_letters = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    """Since when they want no letters."""
    phone_confirmed_at = models.DateTimeField(null=True)
    phone_code = SealedTextField(blank=True, db_default="")
    """What was sent to the number to be read back, until it is."""
    phone_code_at = models.DateTimeField(null=True)
    phone_digest = models.BinaryField(max_length=32, null=True)
    """The keyed digest of a number that was confirmed: what comes in by text is known by it."""
    written_at = models.DateTimeField(null=True)
    """When the last letter to them is due: in the past where it went already."""
    letter = models.CharField(max_length=120, blank=True)
    """That letter's Message-ID, so that what is under way can be taken back."""
    letters_return_at = models.DateTimeField(null=True)
    """When a letter to them came back last, as their address takes none."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern"], condition=Q(raised=True), name="one_person_raised_it")
        ]
        indexes = [
            models.Index(fields=["phone_digest"], condition=Q(phone_digest__isnull=False), name="people_by_phone")
        ]


class Message(models.Model):
    """One entry of a thread: what the person wrote, what an officer answered, or a note that stays inside."""

    concern = models.ForeignKey("byname.Concern", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    at = models.DateTimeField()
    person = models.ForeignKey("byname.Person", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    officer = models.ForeignKey("byname.Officer", null=True, on_delete=models.SET_NULL, related_name="+")
    """Who signed an answer, where they stand on the register."""
    signed = models.CharField(max_length=120, blank=True)
    """Else their name."""
    account_id = models.BigIntegerField(null=True)
    words = SealedTextField(blank=True)
    language = models.CharField(max_length=12, blank=True)
    via = models.CharField(max_length=12)
    mail_digest = models.BinaryField(max_length=32, unique=True, null=True)
    """The digest of a letter's own number, so that a letter delivered twice is one entry."""
    left_out = models.PositiveSmallIntegerField(db_default=0)
    """How many attachments came with it and were not taken in."""
    wanted_in = models.CharField(max_length=12, blank=True, db_default="")
    """The language it waits to be put into by an interpreter: English for what a person wrote, theirs for an answer."""
    from_elsewhere = models.BooleanField(db_default=False)
    """Whether it came as a letter from another address than the one they gave."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=rules.KINDS_OF_MESSAGE), name="kind_of_message_is_known"),
            models.CheckConstraint(
                condition=~Q(kind="answer") | Q(account_id__isnull=False), name="an_answer_is_somebodys"
            ),
        ]
        indexes = [
            models.Index(fields=["concern", "id"], name="messages_of_a_concern"),
            # Whoever joined and leaves takes what they wrote along.
            models.Index(fields=["person"], condition=Q(person__isnull=False), name="messages_of_a_person"),
            models.Index(fields=["concern"], condition=~Q(wanted_in=""), name="messages_to_interpret"),
        ]


class ConcernPhoto(models.Model):
    """A picture somebody sent, sealed, without what the camera had written into it."""

    concern = models.ForeignKey("byname.Concern", on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey("byname.Message", null=True, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    picture = SealedBytesField()
    """A JPEG made anew, without metadata; empty once it was handed over."""
    wide = models.PositiveSmallIntegerField()
    high = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()
    quarantined_at = models.DateTimeField(null=True)
    """Since when nobody is shown it: it may be evidence of harm to a child."""
    quarantined_by = models.BigIntegerField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    """Since when it is with those who may hold it, and no longer here."""
    handed_over_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "number"], name="one_picture_a_number"),
            models.CheckConstraint(
                condition=Q(handed_over_at__isnull=True) | Q(quarantined_at__isnull=False),
                name="only_what_is_set_apart_is_handed_over",
            ),
        ]


class Translation(models.Model):
    """One text of a thread in another language; the text itself stays as it was written."""

    concern = models.ForeignKey("byname.Concern", on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey("byname.Message", null=True, on_delete=models.CASCADE, related_name="+")
    """The entry it is of; nothing for what was raised."""
    language = models.CharField(max_length=12)
    words = SealedTextField(blank=True)
    """Empty until a machine that was asked for it has answered."""
    made_by = models.CharField(max_length=12)
    """"interpreter", "phrases" for a phrase book's own sentences, or "machine"."""
    account_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    """How often a machine was asked for it in vain."""

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(words=""), name="translations_to_make")]
        constraints = [
            models.UniqueConstraint(
                fields=["concern", "message", "language"],
                name="one_translation_a_text_and_language",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(made_by__in=["interpreter", "phrases", "machine"]), name="maker_of_translation_is_known"
            ),
        ]


class Wording(models.Model):
    """What an officer published of a concern, in their own words; nothing else of it is public."""

    concern = models.OneToOneField("byname.Concern", on_delete=models.CASCADE, related_name="+")
    area = models.ForeignKey("byname.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(max_length=40)
    words = models.CharField(max_length=200)
    done = models.CharField(max_length=600, blank=True)
    """What was done, in words for everybody."""
    month_on = models.DateField()
    near = models.CharField(max_length=160, blank=True)
    """The crossing nearby, as people call it."""
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    state = models.CharField(max_length=12)
    joined = models.PositiveIntegerField(default=1)
    """How many raised it or joined it."""
    published_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    officer = models.ForeignKey("byname.Officer", null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month_on__day=1), name="a_wording_tells_the_month_only"),
            models.CheckConstraint(condition=~Q(words=""), name="a_wording_has_words"),
        ]
        indexes = [
            models.Index(
                fields=["area", "-published_at"], condition=Q(withdrawn_at__isnull=True), name="wordings_of_an_area"
            ),
            models.Index(fields=["-month_on", "-id"], condition=Q(withdrawn_at__isnull=True), name="wordings_by_month"),
            models.Index(fields=["lat", "lon"], condition=Q(withdrawn_at__isnull=True), name="wordings_on_the_map"),
        ]


class Verdict(models.Model):
    """What somebody answered when a concern ended: "Did this answer you? Is it better?"."""

    concern = models.ForeignKey("byname.Concern", on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("byname.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    ending = models.PositiveSmallIntegerField()
    """Which ending it speaks of: 1, 2 or 3."""
    answered = models.CharField(max_length=6, blank=True)
    better = models.CharField(max_length=6, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "ending", "person"], name="one_verdict_a_person_and_ending"),
            models.CheckConstraint(
                condition=Q(answered__in=["", *rules.VERDICTS], better__in=["", *rules.VERDICTS]),
                name="a_verdict_is_yes_partly_or_no",
            ),
        ]


class Leaving(models.Model):
    """Words that left byname for records or enforcement: asked for by one, agreed to by a sergeant, counted by year."""

    concern = models.ForeignKey("byname.Concern", null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=24)
    with_contact = models.BooleanField(db_default=False)
    with_photos = models.BooleanField(db_default=False)
    told = models.BooleanField(db_default=False)
    """Whether the person whose words they are is told."""
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    agreed_by = models.BigIntegerField(null=True)
    agreed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    """When the words were handed out: once."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("asked_by")), name="leaving_needs_a_second_person"
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True) | Q(declined_at__isnull=True), name="leaving_is_decided_once"
            ),
        ]


class Hold(models.Model):
    """A legal hold on a concern: since when, why, and until when. While one stands its words do not go."""

    concern = models.ForeignKey("byname.Concern", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=24)
    file_number = SealedTextField(blank=True)
    """What the matter is called where it is kept; never a name."""
    told = models.BooleanField()
    """Whether the person whose words they are is told."""
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["concern"], condition=Q(ended_at__isnull=True), name="one_hold_stands_on_a_concern"
            )
        ]


class ApiKey(models.Model):
    """A key by which a program may raise concerns; only its digest is kept."""

    name = models.CharField(max_length=80)
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)
    an_hour = models.PositiveIntegerField()
    """How many concerns it may raise in an hour."""
    categories = ArrayField(models.CharField(max_length=40), default=list)
    """What it may raise; everything where it is empty."""
    revoked_at = models.DateTimeField(null=True)


class Subscription(models.Model):
    """Somebody who asked for an area's weekly letter, and confirmed it."""

    area = models.ForeignKey("byname.Area", on_delete=models.CASCADE, related_name="+")
    address = SealedTextField()
    address_digest = models.BinaryField(max_length=32)
    key_digest = models.BinaryField(max_length=32, unique=True)
    """What confirms it and ends it."""
    key = SealedTextField(blank=True, db_default="")
    """The same, for the letters to come."""
    letter = models.CharField(max_length=120, blank=True, db_default="")
    """The last letter's Message-ID, so that what is under way can be taken back."""
    language = models.CharField(max_length=12)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "address_digest"], name="one_weekly_letter_an_area_and_address")
        ]


class SavedList(models.Model):
    """A list somebody of the service looks at often: what it is cut by, under a name of their own."""

    account_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    asked = models.JSONField()
    """The fields of queries.Asked that are filled."""
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "name"], name="one_saved_list_a_name")]


class PublishedHearing(models.Model):
    """What a service says of one quarter: how many were answered in time, and what people answered to how it ended.

    Written once, and never again: two readings of one quarter cannot be subtracted.
    """

    quarter_on = models.DateField()
    area = models.ForeignKey("byname.Area", null=True, on_delete=models.PROTECT, related_name="+")
    """Nothing for all those areas together that could not stand alone."""
    figures = models.JSONField()
    """Counts by name; null for what is withheld."""
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["quarter_on", "area"], name="one_hearing_a_quarter_and_area", nulls_distinct=False
            )
        ]


def with_places(rows: models.QuerySet[Rows], through: str = "") -> models.QuerySet[Rows]:
    """The rows with the area and the neighbourhood of their concern, without the outlines: those weigh kilobytes each.

    `through` is the way to the concern, such as "concern__".
    """
    places = (f"{through}area", f"{through}neighbourhood")
    return rows.select_related(*places).defer(*(f"{each}__boundary" for each in places))


def in_short(rows: models.QuerySet[Rows], *fields: str, through: str = "") -> models.QuerySet[Rows]:
    """The rows with these fields, and of their concern no more than its reference and what its reach depends on.

    For lists that are read at every Today: half of a short statement's time is the naming of its columns.
    """
    kept = ("reference", "division_code", "holder", "area__slug", "area__name", "neighbourhood__official_id")
    ways = (*fields, *(f"{through}{each}" for each in kept))
    return rows.select_related(f"{through}area", f"{through}neighbourhood").only(*ways)
