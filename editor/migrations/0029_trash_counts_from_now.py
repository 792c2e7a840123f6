from django.db import migrations
from django.db.models.functions import Now


def count_from_now(apps, schema_editor):
    """Give what was deleted before there was a trash its whole time in it.

    Nothing was ever erased then, so nobody expects it to be.
    """
    pictures = apps.get_model("editor", "Picture").objects
    pictures.filter(deleted_at__isnull=False, purging_at=None).update(deleted_at=Now())


class Migration(migrations.Migration):

    dependencies = [
        ("editor", "0028_invitations"),
    ]

    operations = [
        migrations.RunPython(count_from_now, migrations.RunPython.noop),
    ]
