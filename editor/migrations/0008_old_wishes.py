import hashlib
import json

from django.db import migrations

BATCH = 500


def name_old_wishes(apps, schema_editor):
    """Give jobs that are older than `wish_hash` theirs, so that the same wish finds them.

    As editor/models/wishes.py computes it. Batch by batch, each committed by itself, as the
    table may be long and workers may be running.
    """
    EditJob = apps.get_model("editor", "EditJob")
    nameless = EditJob.objects.filter(wish_hash="").order_by("pk")
    last = None
    while True:
        rest = nameless.filter(pk__gt=last) if last else nameless
        batch = list(
            rest.select_related("picture", "mask").only(
                "picture__sha256", "mask__sha256", "prompt", "model_id", "n", "size"
            )[:BATCH]
        )
        if not batch:
            return
        for job in batch:
            job.wish_hash = wish_hash(job)
        EditJob.objects.bulk_update(batch, ["wish_hash"])
        last = batch[-1].pk


def wish_hash(job):
    mask = job.mask.sha256 if job.mask else None
    parts = [job.picture.sha256, mask, job.prompt, job.model_id, job.n, job.size]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("editor", "0007_staff_alerts"),
    ]

    operations = [
        migrations.RunPython(name_old_wishes, migrations.RunPython.noop),
    ]
