"""Heard, the rest: translations, pictures set apart, saved lists, quarters published, interpreters."""

import django.db.models.deletion
from django.db import migrations, models

import byname.safekeeping.fields


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("byname", "0005_heard"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=24)),
                ("file_number", byname.safekeeping.fields.SealedTextField(blank=True)),
                ("told", models.BooleanField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="HomeLanguages",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("people", models.JSONField()),
                ("file_name", models.CharField(max_length=200)),
                ("file_sha256", models.CharField(max_length=64)),
                ("brought_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PublishedHearing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quarter_on", models.DateField()),
                ("figures", models.JSONField()),
                ("published_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SavedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=60)),
                ("asked", models.JSONField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Translation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=12)),
                ("words", byname.safekeeping.fields.SealedTextField(blank=True)),
                ("made_by", models.CharField(max_length=12)),
                ("account_id", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_roles_are_known",
        ),
        migrations.RemoveConstraint(
            model_name="invitation",
            name="invitation_roles_are_known",
        ),
        migrations.RemoveIndex(
            model_name="concern",
            name="concerns_by_likeness",
        ),
        migrations.AddField(
            model_name="concernphoto",
            name="handed_over_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="concernphoto",
            name="handed_over_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="concernphoto",
            name="quarantined_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="leaving",
            name="taken_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="leaving",
            name="told",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="leaving",
            name="with_contact",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="leaving",
            name="with_photos",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="letter",
            name="way",
            field=models.CharField(db_default="mail", max_length=4),
        ),
        migrations.AddField(
            model_name="letter",
            name="whose",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="from_elsewhere",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="message",
            name="left_out",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="message",
            name="wanted_in",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
        migrations.AddField(
            model_name="person",
            name="letters_return_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="phone_code",
            field=byname.safekeeping.fields.SealedTextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="person",
            name="phone_code_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="phone_digest",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="key",
            field=byname.safekeeping.fields.SealedTextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="subscription",
            name="letter",
            field=models.CharField(blank=True, db_default="", max_length=120),
        ),
        migrations.AlterField(
            model_name="concernphoto",
            name="picture",
            field=byname.safekeeping.fields.SealedBytesField(),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(
                condition=models.Q(("needs_interpreter", True)), fields=["due_at"], name="concerns_to_interpret"
            ),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False), ("stirred_at__gt", models.F("ended_at"))),
                fields=["division_code"],
                name="written_to_after_it_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("whose__isnull", False)), fields=["whose"], name="letters_under_way_to_somebody"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("wanted_in", ""), _negated=True), fields=["concern"], name="messages_to_interpret"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("phone_digest__isnull", False)), fields=["phone_digest"], name="people_by_phone"
            ),
        ),
        migrations.AddIndex(
            model_name="wording",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["-month_on", "-id"],
                name="wordings_by_month",
            ),
        ),
        migrations.AddIndex(
            model_name="wording",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)), fields=["lat", "lon"], name="wordings_on_the_map"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "roles__contained_by",
                        [
                            "officer",
                            "sergeant",
                            "coordinator",
                            "analyst",
                            "overseer",
                            "clerk",
                            "interpreter",
                            "administrator",
                        ],
                    )
                ),
                name="account_roles_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="concernphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("handed_over_at__isnull", True), ("quarantined_at__isnull", False), _connector="OR"
                ),
                name="only_what_is_set_apart_is_handed_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "roles__contained_by",
                        [
                            "officer",
                            "sergeant",
                            "coordinator",
                            "analyst",
                            "overseer",
                            "clerk",
                            "interpreter",
                            "administrator",
                        ],
                    )
                ),
                name="invitation_roles_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["mail", "text"])), name="way_of_letter_is_known"
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="concern",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.concern"),
        ),
        migrations.AddConstraint(
            model_name="homelanguages",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="home_languages_are_one_row"),
        ),
        migrations.AddField(
            model_name="publishedhearing",
            name="area",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.area"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedlist",
            constraint=models.UniqueConstraint(fields=("account_id", "name"), name="one_saved_list_a_name"),
        ),
        migrations.AddField(
            model_name="translation",
            name="concern",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.concern"
            ),
        ),
        migrations.AddField(
            model_name="translation",
            name="message",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.message"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("concern",), name="one_hold_stands_on_a_concern"
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedhearing",
            constraint=models.UniqueConstraint(
                fields=("quarter_on", "area"), name="one_hearing_a_quarter_and_area", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="translation",
            index=models.Index(condition=models.Q(("words", "")), fields=["id"], name="translations_to_make"),
        ),
        migrations.AddConstraint(
            model_name="translation",
            constraint=models.UniqueConstraint(
                fields=("concern", "message", "language"),
                name="one_translation_a_text_and_language",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="translation",
            constraint=models.CheckConstraint(
                condition=models.Q(("made_by__in", ["interpreter", "phrases", "machine"])),
                name="maker_of_translation_is_known",
            ),
        ),
    ]
