from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def calls_settled_before(apps, schema_editor):
    """Calls that staff have settled already, together with their jobs: the ledger says so."""
    LedgerEntry = apps.get_model("editor", "LedgerEntry")
    Attempt = apps.get_model("editor", "Attempt")
    by_staff = LedgerEntry.objects.filter(source__startswith="settled by ")
    when = by_staff.filter(consent=OuterRef("consent")).order_by("-id").values("at")[:1]
    Attempt.objects.filter(
        state="unknown", settled_at=None, consent__in=by_staff.values("consent")
    ).update(settled_at=Subquery(when))


class Migration(migrations.Migration):

    dependencies = [
        ("editor", "0005_unusable_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="settled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(calls_settled_before, migrations.RunPython.noop),
    ]
