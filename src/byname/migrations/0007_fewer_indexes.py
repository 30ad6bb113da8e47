"""Two indexes fewer: Django keeps one for LIKE beside each unique field of words, and nobody asks so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("byname", "0006_heard_more"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.UniqueConstraint(fields=("reference",), name="reference_of_a_concern_is_its_own"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(fields=("message_id",), name="message_id_of_a_letter_is_its_own"),
        ),
        migrations.AlterField(
            model_name="concern",
            name="reference",
            field=models.CharField(max_length=16),
        ),
        migrations.AlterField(
            model_name="letter",
            name="message_id",
            field=models.CharField(max_length=120),
        ),
    ]
