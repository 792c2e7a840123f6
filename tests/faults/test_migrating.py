"""A newer release migrates while workers of this one are at work."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Now

from editor.models import EditJob, JobState, search_tables
from tests.faults.test_killed import BOTH

pytestmark = [pytest.mark.line, pytest.mark.faults, pytest.mark.django_db(databases=[])]


class Newer(migrations.Migration):
    """What a later release may add: see tests/house/test_migrations.py."""

    operations = [
        migrations.AddField("editjob", "mood", models.CharField(max_length=20, db_default="fine")),
        migrations.AddField("editjob", "seen_at", models.DateTimeField(null=True)),
        migrations.AddField("attempt", "noted_at", models.DateTimeField(db_default=Now())),
        migrations.AddField("result", "stars", models.IntegerField(null=True)),
        migrations.AddField("event", "weight", models.IntegerField(db_default=1)),
        migrations.AddIndex("event", models.Index(fields=["weight"], name="event_weight")),
        migrations.CreateModel(
            "Later",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("job", models.ForeignKey("editor.editjob", on_delete=models.CASCADE)),
            ],
        ),
    ]


def migrate():
    """Apply it, as `manage.py prepare` would, in one transaction."""
    search_tables.take_away(connection)
    state = MigrationLoader(connection).project_state()
    with connection.schema_editor(atomic=True) as editor:
        Newer("9999_newer", "editor").apply(state, editor)
    search_tables.make(connection)


@BOTH
def test_a_worker_goes_on_while_columns_and_tables_are_added(place):
    place.upstream.fail_with({"kind": "slow", "seconds": 1.5})
    running = place.submit()
    worker = place.start_worker()
    place.wait_for(running, JobState.CALLING)
    migrate()
    queued = place.submit()
    for job in (running, queued):
        place.wait_for(job, JobState.DONE)
    assert worker.process.poll() is None
    assert "level=error" not in place.said(), place.said()
    assert len(place.upstream.calls()) == 2
    place.assert_all_is_well()
    assert EditJob.objects.matching(queued.prompt).count() == 2
