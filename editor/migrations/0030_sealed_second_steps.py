from django.db import migrations

from editor.sealing import is_sealed, seal, unseal

OF = "second step"


def seal_second_steps(apps, schema_editor):
    """Seal the secrets of authenticator apps and recovery codes that lie open in the rows."""
    _change(apps, lambda text: text if is_sealed(text) else seal(text, of=OF))


def open_second_steps(apps, schema_editor):
    """Lay them open again, for a release that does not know of sealing."""
    _change(apps, lambda text: unseal(text, of=OF) if is_sealed(text) else text)


def _change(apps, change):
    rows = apps.get_model("mfa", "Authenticator").objects
    for row in rows.filter(type__in=["totp", "recovery_codes"]).iterator():
        for name in ("secret", "seed"):
            if name in row.data:
                row.data[name] = change(row.data[name])
        if row.data.get("migrated_codes") is not None:
            row.data["migrated_codes"] = [change(code) for code in row.data["migrated_codes"]]
        row.save(update_fields=["data"])


class Migration(migrations.Migration):

    dependencies = [
        ("editor", "0029_trash_counts_from_now"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunPython(seal_second_steps, open_second_steps),
    ]
