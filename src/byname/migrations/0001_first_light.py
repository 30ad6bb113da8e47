"""First light: every table of the first release."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import byname.safekeeping.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="AddressFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("addresses", models.PositiveIntegerField()),
                ("landmarks", models.PositiveIntegerField()),
                ("brought_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Area",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("division_code", models.CharField(max_length=12)),
                ("served_since", models.DateField(null=True)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("boundary", models.JSONField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PublicVersion",
            fields=[
                ("subject", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("version", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("is_active", models.BooleanField(default=True)),
                ("joined_at", models.DateTimeField()),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("limit", models.CharField(max_length=40)),
                ("caller", models.BinaryField(max_length=16)),
                ("window_starts_at", models.DateTimeField()),
                ("used", models.IntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["window_starts_at"], name="allowance_by_window")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("limit", "caller", "window_starts_at"), name="one_allowance_a_window"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("name", models.CharField(max_length=40)),
                ("valid_from", models.DateField()),
                ("schematic", models.BooleanField(default=False)),
                ("file_name", models.CharField(max_length=200)),
                ("file_sha256", models.CharField(max_length=64)),
                ("report", models.JSONField(default=dict)),
                ("brought_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "name"), name="one_edition_a_name"),
                    models.UniqueConstraint(fields=("kind", "valid_from"), name="one_edition_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["neighbourhoods", "divisions"])), name="edition_kind_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Division",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=80)),
                ("slug", models.SlugField(max_length=80)),
                ("address", models.CharField(blank=True, max_length=160)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("boundary", models.JSONField()),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.edition"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Landmark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160)),
                ("address_text", models.CharField(blank=True, max_length=160)),
                ("lat", models.FloatField()),
                ("lon", models.FloatField()),
                ("neighbourhood_id_told", models.PositiveIntegerField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.addressfile"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LedgerLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("event", models.CharField(max_length=80)),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_name", models.CharField(blank=True, max_length=60)),
                ("actor_account_id", models.BigIntegerField(null=True)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.CharField(max_length=60)),
                ("reason_code", models.CharField(blank=True, max_length=40)),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id", "id"], name="ledger_by_subject"),
                    models.Index(fields=["event", "id"], name="ledger_by_event"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Neighbourhood",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("official_id", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=120)),
                ("classification", models.CharField(blank=True, max_length=80)),
                ("population", models.PositiveIntegerField(null=True)),
                ("boundary", models.JSONField()),
                ("area_km2", models.FloatField()),
                ("label_lat", models.FloatField()),
                ("label_lon", models.FloatField()),
                ("home_division_code", models.CharField(blank=True, max_length=12)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.edition"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DivisionShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("share", models.FloatField()),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.division"
                    ),
                ),
                (
                    "neighbourhood",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.neighbourhood"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Officer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=12, unique=True)),
                ("given_name", models.CharField(max_length=60)),
                ("family_name", models.CharField(max_length=60)),
                ("shown_as", models.CharField(default="full", max_length=8)),
                ("pronunciation", models.CharField(blank=True, max_length=120)),
                ("rank", models.CharField(max_length=40)),
                ("badge_number", models.CharField(max_length=12, unique=True)),
                ("badge_shown", models.BooleanField(default=True)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                (
                    "skills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("hidden_at", models.DateTimeField(null=True)),
                ("photo_consented_on", models.DateField(null=True)),
                ("photo_withdrawn_on", models.DateField(null=True)),
                ("photo_token", models.CharField(blank=True, max_length=16)),
                (
                    "photo_formats",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4), default=list, size=None
                    ),
                ),
                ("lives_in", byname.safekeeping.fields.SealedTextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("shown_as__in", ["full", "initial", "family"])),
                        name="officer_shown_as_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfficerPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.CharField(max_length=6)),
                ("format", models.CharField(max_length=4)),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("content", models.BinaryField()),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.officer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=8)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("planned_end_on", models.DateField(null=True)),
                ("announced_on", models.DateField(null=True)),
                ("ended_early_reason", models.CharField(blank=True, max_length=40)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.area"),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.officer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ServiceProfile",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("profile", models.JSONField()),
                ("brought_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="service_profile_is_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="SpokenCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("minute", models.BigIntegerField()),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.officer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Street",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("search_key", models.CharField(max_length=120)),
                ("type", models.CharField(blank=True, max_length=12)),
                ("direction", models.CharField(blank=True, max_length=2)),
                ("addresses", models.PositiveIntegerField()),
                ("middle_number", models.PositiveIntegerField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.addressfile"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("suffix", models.CharField(blank=True, max_length=12)),
                ("high_number", models.PositiveIntegerField(null=True)),
                ("municipality", models.CharField(blank=True, max_length=60)),
                ("lat", models.FloatField()),
                ("lon", models.FloatField()),
                ("neighbourhood_id_told", models.PositiveIntegerField(null=True)),
                (
                    "street",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="byname.street",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AreaNeighbourhood",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("official_id", models.PositiveIntegerField()),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.area"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["official_id"], name="areas_by_neighbourhood")],
                "constraints": [
                    models.UniqueConstraint(fields=("area", "official_id"), name="one_area_neighbourhood_a_pair")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="division",
            constraint=models.UniqueConstraint(fields=("edition", "code"), name="one_division_a_code"),
        ),
        migrations.AddConstraint(
            model_name="division",
            constraint=models.UniqueConstraint(fields=("edition", "slug"), name="one_division_a_slug"),
        ),
        migrations.AddConstraint(
            model_name="neighbourhood",
            constraint=models.UniqueConstraint(fields=("edition", "official_id"), name="one_neighbourhood_an_id"),
        ),
        migrations.AddConstraint(
            model_name="neighbourhood",
            constraint=models.UniqueConstraint(fields=("edition", "slug"), name="one_neighbourhood_a_slug"),
        ),
        migrations.AddConstraint(
            model_name="divisionshare",
            constraint=models.UniqueConstraint(fields=("neighbourhood", "division"), name="one_share_a_pair"),
        ),
        migrations.AddConstraint(
            model_name="officerphoto",
            constraint=models.UniqueConstraint(
                fields=("officer", "size", "format"), name="one_photo_a_size_and_format"
            ),
        ),
        migrations.AddConstraint(
            model_name="officerphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__in", ["small", "medium", "large"])), name="photo_size_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="officerphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(("format__in", ["webp", "jpeg", "svg"])), name="photo_format_is_known"
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["area", "role"], name="posting_by_area"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["lead", "member", "cover"])), name="posting_role_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__startswith__isnull", False), ("period__isempty", False)),
                name="posting_has_a_first_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "cover"), _negated=True), ("period__endswith__isnull", False), _connector="OR"
                ),
                name="a_cover_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("role", "cover"), ("planned_end_on__isnull", False), _connector="OR"),
                name="a_posting_has_a_promised_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role", "cover"),
                    ("period__endswith__isnull", True),
                    ("period__endswith__gte", models.F("planned_end_on")),
                    models.Q(("ended_early_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="an_early_end_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "ended_early_reason__in",
                        ["", "promotion", "transfer_requested", "operational_need", "leave", "left_service", "other"],
                    )
                ),
                name="posting_reason_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("role__in", ["lead", "member"])),
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                expressions=[("officer", "="), ("period", "&&")],
                name="one_posting_an_officer_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("role", "lead")),
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                expressions=[("area", "="), ("period", "&&")],
                name="one_lead_an_area_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="spokencode",
            constraint=models.UniqueConstraint(fields=("officer", "minute"), name="a_spoken_code_is_used_once"),
        ),
        migrations.AddConstraint(
            model_name="street",
            constraint=models.UniqueConstraint(fields=("file", "name"), name="one_street_a_name"),
        ),
        migrations.AddIndex(
            model_name="address",
            index=models.Index(fields=["street", "number"], name="address_by_street_number"),
        ),
    ]
