"""Heard: concerns, who raised them, what was said since, and what of it was published."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import byname.safekeeping.fields


class Migration(migrations.Migration):
    dependencies = [
        ("byname", "0004_seals_only_grow"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.BigIntegerField(null=True)),
                ("an_hour", models.PositiveIntegerField()),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Concern",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=16, unique=True)),
                ("once", models.BinaryField(max_length=32, null=True, unique=True)),
                ("division_code", models.CharField(max_length=12)),
                ("category", models.CharField(max_length=40)),
                ("channel", models.CharField(max_length=12)),
                ("place_kind", models.CharField(max_length=8)),
                ("grid_lat", models.FloatField(null=True)),
                ("grid_lon", models.FloatField(null=True)),
                ("told", byname.safekeeping.fields.SealedTextField(blank=True)),
                ("written_in", models.CharField(blank=True, max_length=12)),
                ("danger", models.CharField(blank=True, max_length=24)),
                ("needs_interpreter", models.BooleanField(default=False)),
                ("state", models.CharField(default="received", max_length=12)),
                ("holder", models.CharField(default="team", max_length=8)),
                ("raised_at", models.DateTimeField()),
                ("promised_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("first_answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("reopened", models.PositiveSmallIntegerField(default=0)),
                ("stirred_at", models.DateTimeField()),
                ("overdue_told_at", models.DateTimeField(null=True)),
                ("held", models.BooleanField(default=False)),
                ("words_gone_at", models.DateTimeField(null=True)),
                (
                    "likeness",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None),
                ),
                (
                    "area",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="byname.area",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="byname.apikey",
                    ),
                ),
                (
                    "neighbourhood",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="byname.neighbourhood",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="byname.officer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HearingProfile",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("profile", models.JSONField()),
                ("brought_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="hearing_profile_is_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaving",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=24)),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("agreed_by", models.BigIntegerField(null=True)),
                ("agreed_at", models.DateTimeField(null=True)),
                ("declined_at", models.DateTimeField(null=True)),
                (
                    "concern",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="byname.concern"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("signed", models.CharField(blank=True, max_length=120)),
                ("account_id", models.BigIntegerField(null=True)),
                ("words", byname.safekeeping.fields.SealedTextField(blank=True)),
                ("language", models.CharField(blank=True, max_length=12)),
                ("via", models.CharField(max_length=12)),
                ("mail_digest", models.BinaryField(max_length=32, null=True, unique=True)),
                (
                    "concern",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="byname.concern",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="byname.officer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConcernPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("picture", models.BinaryField()),
                ("wide", models.PositiveSmallIntegerField()),
                ("high", models.PositiveSmallIntegerField()),
                ("sent_at", models.DateTimeField()),
                ("quarantined_at", models.DateTimeField(null=True)),
                (
                    "concern",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.concern"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.message"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("raised", models.BooleanField()),
                ("link_digest", models.BinaryField(max_length=32, unique=True)),
                ("link", byname.safekeeping.fields.SealedTextField()),
                ("pin", byname.safekeeping.fields.SealedTextField()),
                ("contact", byname.safekeeping.fields.SealedTextField(blank=True)),
                ("language", models.CharField(max_length=12)),
                ("under_18", models.BooleanField(default=False)),
                ("more_letters", models.BooleanField(default=False)),
                ("words_in_letters", models.BooleanField(default=False)),
                ("joined_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("phone_confirmed_at", models.DateTimeField(null=True)),
                ("written_at", models.DateTimeField(null=True)),
                ("letter", models.CharField(blank=True, max_length=120)),
                (
                    "concern",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.concern"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="byname.person",
            ),
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", byname.safekeeping.fields.SealedTextField()),
                ("address_digest", models.BinaryField(max_length=32)),
                ("key_digest", models.BinaryField(max_length=32, unique=True)),
                ("language", models.CharField(max_length=12)),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("written_at", models.DateTimeField(null=True)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ending", models.PositiveSmallIntegerField()),
                ("answered", models.CharField(blank=True, max_length=6)),
                ("better", models.CharField(blank=True, max_length=6)),
                ("given_at", models.DateTimeField()),
                (
                    "concern",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="byname.concern",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="byname.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category", models.CharField(max_length=40)),
                ("words", models.CharField(max_length=200)),
                ("done", models.CharField(blank=True, max_length=600)),
                ("month_on", models.DateField()),
                ("near", models.CharField(blank=True, max_length=160)),
                ("lat", models.FloatField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("state", models.CharField(max_length=12)),
                ("joined", models.PositiveIntegerField(default=1)),
                ("published_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.area"
                    ),
                ),
                (
                    "concern",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.concern"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="byname.officer"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["area", "due_at"],
                name="open_concerns_of_an_area",
            ),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["division_code", "due_at"],
                name="open_concerns_of_a_division",
            ),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(fields=["area", "-raised_at"], name="concerns_of_an_area"),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(fields=["division_code", "-raised_at"], name="concerns_of_a_division"),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(
                condition=models.Q(
                    ("ended_at__isnull", True), ("answered_at__isnull", True), ("overdue_told_at__isnull", True)
                ),
                fields=["due_at"],
                name="answers_to_watch",
            ),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False), ("held", False), ("words_gone_at__isnull", True)),
                fields=["ended_at"],
                name="words_to_go",
            ),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=True, fields=["likeness"], name="concerns_by_likeness"
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("received", "answered", "working", "in_problem", "handed_on", "closed", "reopened"))
                ),
                name="state_of_a_concern_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel__in", ("web", "counter", "door", "phone", "paper", "mail", "text", "program"))
                ),
                name="channel_of_a_concern_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(("place_kind__in", ("address", "point", "area", "untold"))),
                name="kind_of_place_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(("holder__in", ["team", "sergeant"])), name="holder_of_a_concern_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["", "solved", "not_solved", "nothing_we_can_do", "not_for_police"])
                ),
                name="outcome_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state__in", ["closed", "handed_on"])),
                    models.Q(
                        models.Q(("state__in", ["closed", "handed_on"]), _negated=True), ("ended_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="a_concern_that_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "closed"), models.Q(("outcome", ""), _negated=True)),
                    models.Q(models.Q(("state", "closed"), _negated=True), ("outcome", "")),
                    _connector="OR",
                ),
                name="a_closed_concern_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gt", models.F("promised_at"))), name="an_answer_is_promised"
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("grid_lat__isnull", True), ("grid_lon__isnull", True)),
                    models.Q(("grid_lat__isnull", False), ("grid_lon__isnull", False)),
                    _connector="OR",
                ),
                name="a_field_has_both_its_numbers",
            ),
        ),
        migrations.AddConstraint(
            model_name="leaving",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agreed_by__isnull", True),
                    models.Q(("agreed_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="leaving_needs_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="leaving",
            constraint=models.CheckConstraint(
                condition=models.Q(("agreed_at__isnull", True), ("declined_at__isnull", True), _connector="OR"),
                name="leaving_is_decided_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="concernphoto",
            constraint=models.UniqueConstraint(fields=("concern", "number"), name="one_picture_a_number"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("raised", True)), fields=("concern",), name="one_person_raised_it"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["concern", "id"], name="messages_of_a_concern"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("person__isnull", False)), fields=["person"], name="messages_of_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("person", "answer", "note"))), name="kind_of_message_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "answer"), _negated=True), ("account_id__isnull", False), _connector="OR"
                ),
                name="an_answer_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("area", "address_digest"), name="one_weekly_letter_an_area_and_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.UniqueConstraint(
                fields=("concern", "ending", "person"), name="one_verdict_a_person_and_ending"
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered__in", ["", "yes", "partly", "no"]), ("better__in", ["", "yes", "partly", "no"])
                ),
                name="a_verdict_is_yes_partly_or_no",
            ),
        ),
        migrations.AddIndex(
            model_name="wording",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["area", "-published_at"],
                name="wordings_of_an_area",
            ),
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.CheckConstraint(
                condition=models.Q(("month_on__day", 1)), name="a_wording_tells_the_month_only"
            ),
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="a_wording_has_words"
            ),
        ),
    ]
