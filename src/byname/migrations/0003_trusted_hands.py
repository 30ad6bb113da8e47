"""Trusted hands: staff accounts, sessions, proposals, hours, handovers, seals and the outbox."""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import byname.safekeeping.fields


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("byname", "0002_the_ledger_only_grows"),
    ]

    operations = [
        migrations.CreateModel(
            name="Conflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", byname.safekeeping.fields.SealedTextField()),
                ("code", models.CharField(max_length=64)),
                ("declared_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DutyHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("kind", models.CharField(max_length=16)),
                ("minutes", models.PositiveSmallIntegerField()),
                ("recorded_by", models.BigIntegerField(null=True)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=12, unique=True)),
                ("role", models.CharField(max_length=8)),
                ("leaves_on", models.DateField()),
                ("arrives_on", models.DateField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("outgoing_word_at", models.DateTimeField(null=True)),
                ("incoming_word_at", models.DateTimeField(null=True)),
                ("stood_in", models.BooleanField(default=False)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="HandoverItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("words", byname.safekeeping.fields.SealedTextField(blank=True)),
                ("agreed_on", models.DateField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("added_at", models.DateTimeField()),
                ("expires_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(blank=True, max_length=120)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None),
                ),
                (
                    "divisions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="KeptValue",
            fields=[
                ("key", models.CharField(max_length=250, primary_key=True, serialize=False)),
                ("value", models.BinaryField()),
                ("expires_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LedgerRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_id", models.BigIntegerField()),
                ("words", byname.safekeeping.fields.SealedTextField()),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LedgerSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("covers", models.TextField()),
                ("gaps", models.TextField(default="{}")),
                ("highest", models.BigIntegerField()),
                ("line_count", models.IntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("seal", models.BinaryField(max_length=32)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message_id", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=40)),
                ("recipient", byname.safekeeping.fields.SealedTextField(blank=True)),
                ("words", byname.safekeeping.fields.SealedTextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("first_due_at", models.DateTimeField()),
                ("attempts", models.IntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=120)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=8)),
                ("first_on", models.DateField()),
                ("planned_end_on", models.DateField()),
                ("proposed_by", models.BigIntegerField(null=True)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(null=True)),
                ("adopted_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PublishedHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month_from", models.DateField()),
                ("officers", models.PositiveIntegerField()),
                ("present_hours", models.PositiveIntegerField()),
                ("away_hours", models.PositiveIntegerField()),
                ("away_by_reason", models.JSONField(default=dict)),
                ("published_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("account_id", models.BigIntegerField(db_index=True, null=True)),
                ("began_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("device", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.RemoveIndex(
            model_name="posting",
            name="posting_by_area",
        ),
        migrations.AddField(
            model_name="account",
            name="divisions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="left_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="officer",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.officer"
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16), default=list, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerline",
            index=models.Index(
                condition=models.Q(("event__startswith", "read.")),
                fields=["actor_account_id", "at", "id"],
                include=("event",),
                name="ledger_looks_by_account",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerline",
            index=models.Index(
                condition=models.Q(("event__startswith", "read.")),
                fields=["at", "id"],
                include=("event", "actor_account_id", "actor_kind", "actor_name", "subject_kind", "subject_id"),
                name="ledger_looks_by_time",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerline",
            index=models.Index(
                condition=models.Q(("event__startswith", "read."), ("facts__contains", {"outside": True})),
                fields=["at"],
                include=("event", "actor_account_id", "subject_kind", "subject_id"),
                name="ledger_looks_outside",
            ),
        ),
        migrations.AddIndex(
            model_name="officer",
            index=models.Index(fields=["family_name", "given_name", "badge_number"], name="officers_by_name"),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                models.F("area"),
                django.contrib.postgres.fields.ranges.RangeEndsWith("period"),
                name="posting_by_area_and_last_day",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                django.contrib.postgres.fields.ranges.RangeEndsWith("period"),
                models.F("planned_end_on"),
                name="posting_by_last_day",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                django.contrib.postgres.fields.ranges.RangeStartsWith("period"), name="posting_by_first_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "roles__contained_by",
                        ["officer", "sergeant", "coordinator", "analyst", "overseer", "clerk", "administrator"],
                    )
                ),
                name="account_roles_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_active", True), ("left_at__isnull", True)),
                    models.Q(("is_active", False), ("left_at__isnull", False)),
                    _connector="OR",
                ),
                name="who_left_is_not_active",
            ),
        ),
        migrations.AddField(
            model_name="conflict",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="dutyhours",
            name="area",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.area"
            ),
        ),
        migrations.AddField(
            model_name="dutyhours",
            name="officer",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.officer"
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="area",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.area"),
        ),
        migrations.AddField(
            model_name="handover",
            name="incoming",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.officer"
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="outgoing",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.officer"),
        ),
        migrations.AddField(
            model_name="handoveritem",
            name="handover",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.handover"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="account",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="officer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.officer"
            ),
        ),
        migrations.AddIndex(
            model_name="keptvalue",
            index=models.Index(fields=["expires_at"], name="kept_value_by_end"),
        ),
        migrations.AddIndex(
            model_name="ledgerremark",
            index=models.Index(fields=["expires_at"], name="remark_by_end"),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("delivered_at__isnull", True), ("given_up_at__isnull", True)),
                fields=["due_at"],
                name="letters_to_send",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="area",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.area"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="officer",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="byname.officer"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="succeeds",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="byname.posting"
            ),
        ),
        migrations.AddField(
            model_name="publishedhours",
            name="area",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="byname.area"
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("account", "code"), name="one_conflict_a_place"
            ),
        ),
        migrations.AddIndex(
            model_name="dutyhours",
            index=models.Index(fields=["area", "on"], name="hours_by_area"),
        ),
        migrations.AddIndex(
            model_name="dutyhours",
            index=models.Index(fields=["officer", "on"], name="hours_by_officer"),
        ),
        migrations.AddConstraint(
            model_name="dutyhours",
            constraint=models.UniqueConstraint(
                fields=("officer", "area", "on", "kind"), name="one_figure_a_kind_of_hours_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyhours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ("present", "general_patrol", "event", "building", "court", "training", "other"))
                ),
                name="kind_of_hours_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gt", 0), ("minutes__lte", 1440)), name="hours_fit_in_a_day"
            ),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["leaves_on"], name="handovers_not_closed"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                fields=("outgoing", "area", "leaves_on"), name="one_handover_a_departure"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True),
                    models.Q(("outgoing_word_at__isnull", False), ("incoming_word_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_handover_closes_on_the_word_of_both",
            ),
        ),
        migrations.AddIndex(
            model_name="handoveritem",
            index=models.Index(fields=["expires_on"], name="handover_words_by_end"),
        ),
        migrations.AddConstraint(
            model_name="handoveritem",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("open_work", "contact", "promise", "key", "note"))),
                name="kind_of_item_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoveritem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "contact"), _negated=True), ("agreed_on__isnull", False), _connector="OR"
                ),
                name="a_contact_agreed_to_be_passed_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "roles__contained_by",
                        ["officer", "sergeant", "coordinator", "analyst", "overseer", "clerk", "administrator"],
                    )
                ),
                name="invitation_roles_are_known",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                condition=models.Q(("adopted_at__isnull", True), ("dropped_at__isnull", True)),
                fields=["area"],
                name="proposals_that_wait",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["lead", "member"])), name="proposal_role_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("planned_end_on__gt", models.F("first_on"))), name="a_proposal_promises_a_term"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("adopted_at__isnull", True), ("dropped_at__isnull", True), _connector="OR"),
                name="a_proposal_is_decided_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedhours",
            constraint=models.UniqueConstraint(
                fields=("month_from", "area"), name="a_month_is_published_once_an_area", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("officers__gte", 3)), name="three_officers_or_nothing_is_published"
            ),
        ),
    ]
