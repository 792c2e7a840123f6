"""What a job keeps beside it of its costs and its picture, and who keeps it in step."""

import pytest
from django.core.management import call_command
from django.db import connection

from editor.models import Attempt, Consent, EditJob, Picture
from editor.models.search_tables import make, take_away
from tests.factories import CENT

pytestmark = pytest.mark.django_db


def a_picture(owner, width, height):
    return Picture.objects.create(
        owner=owner, name="p.png", width=width, height=height, bytes=1, format="PNG"
    )


def a_job(owner, picture):
    return EditJob.objects.create(
        owner=owner, picture=picture, prompt="p", model_id="m", model_name="M"
    )


def a_call(job, number, **fields):
    consent = Consent.objects.create(job=job, seq=number, granted_by=job.owner)
    return Attempt.objects.create(job=job, consent=consent, **fields)


def kept(job):
    job.refresh_from_db()
    return job.paid_nano // CENT


def test_shape_and_scale_are_those_of_the_picture(alice):
    sizes = {
        (3000, 2000): ("landscape", "medium"),
        (1000, 1500): ("portrait", "small"),
        (5000, 5050): ("square", "large"),
        (1000, 1020): ("square", "small"),
        (1000, 1021): ("portrait", "small"),
        (2000, 2000): ("square", "small"),
        (4000, 4000): ("square", "medium"),
        (90_000, 60_000): ("landscape", "large"),
    }
    for size, facts in sizes.items():
        job = a_job(alice, a_picture(alice, *size))
        job.refresh_from_db()
        assert (job.picture_shape, job.picture_scale) == facts, size
    job.picture = a_picture(alice, 10, 20)
    job.save(update_fields=["picture"])
    job.refresh_from_db()
    assert job.picture_shape == "portrait"


def test_what_was_paid_is_what_is_known_of_all_calls(alice):
    job, other = (a_job(alice, a_picture(alice, 10, 10)) for _ in range(2))
    first = a_call(job, 1, state="calling")
    assert kept(job) == 0
    Attempt.objects.filter(pk=first.pk).update(state="received", cost_nano=4 * CENT)
    assert kept(job) == 4
    Attempt.objects.filter(pk=first.pk).update(state="saved")
    second = a_call(job, 2, state="unknown", cost_nano=7 * CENT)  # nobody knows yet
    assert kept(job) == 4
    Attempt.objects.filter(pk=second.pk).update(settled_at="2026-05-04T12:00:00Z")
    assert kept(job) == 11
    Attempt.objects.filter(pk=second.pk).update(cost_nano=5 * CENT)
    assert kept(job) == 9
    second.delete()
    assert (kept(job), kept(other)) == (4, 0)


def test_what_came_while_nothing_kept_the_facts_is_caught_up_with(alice):
    if connection.vendor != "sqlite":
        pytest.skip("on Postgres nothing takes the triggers away")
    take_away(connection)
    job = a_job(alice, a_picture(alice, 10, 20))
    a_call(job, 1, state="saved", cost_nano=3 * CENT)
    job.refresh_from_db()
    assert (job.picture_shape, job.paid_nano) == ("", 0)
    make(connection)
    make(connection)
    assert kept(job) == 3
    assert job.picture_shape == "portrait"


def test_a_trigger_of_an_earlier_release_is_replaced_and_its_mistakes_are_made_good(alice):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite each migration makes all triggers anew")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION editor_cost_added() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END $$"
        )
        cursor.execute("COMMENT ON FUNCTION editor_cost_added() IS 'earlier'")
    job = a_job(alice, a_picture(alice, 10, 20))
    a_call(job, 1, state="saved", cost_nano=3 * CENT)
    assert kept(job) == 0
    make(connection)
    assert kept(job) == 3
    a_call(job, 2, state="saved", cost_nano=2 * CENT)
    assert kept(job) == 5


def test_sqlite_goes_along_the_wall_whatever_is_looked_for(alice):
    if connection.vendor != "sqlite":
        pytest.skip("Postgres has statistics of its own")
    call_command("migrate", verbosity=0)
    wall = EditJob.objects.on_wall_of(alice).order_by("-created_at", "-id")
    for jobs in (
        wall,
        wall.in_states(["failed"]),
        wall.by_model("m"),
        wall.of_shape("square"),
        wall.of_size("large"),
        wall.costing_at_most(5 * CENT),
        wall.favourite(),
        wall.rated(3),
        wall.matching("sky", often=True),
    ):
        plan = jobs[:60].explain()
        assert (
            "USING INDEX job_wall (owner_id=?)" in plan or "USING COVERING INDEX job_wall" in plan
        )
        assert "ORDER BY" not in plan, plan
    few = wall.in_states(["unknown", "held"])[:60].explain()
    assert "SEARCH editor_editjob USING INDEX job_sweep (state=?)" in few, few
    of_tag = EditJob.objects.on_wall_of(alice).tagged("barn", alice)
    plan = of_tag.order_by("-filed_at", "-filed_job")[:60].explain()
    assert "SEARCH editor_filedjob USING COVERING INDEX filed_wall (under=?)" in plan
    assert "ORDER BY" not in plan, plan
    # Both indexes are in one order, and hold all that the two conditions look at.
    counted = of_tag.values("pk").explain()
    assert "COVERING INDEX job_wall (owner_id=? AND created_at=? AND id=?)" in counted, counted
    rare = wall.matching("sky")[:60].explain()
    assert "SEARCH editor_jobwords USING INTEGER PRIMARY KEY" in rare
    # In turn, not for each job again.
    assert "job_id=? AND rowid=?" not in wall.matching("sky", often=True)[:60].explain() + rare
