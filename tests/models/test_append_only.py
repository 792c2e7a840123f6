"""What happened is never rewritten, by our code or past it."""

import pytest
from django.db import DatabaseError, connection, transaction

from editor.flagging import flag
from editor.looking import note_look
from editor.models import Event, Flag, JobState, LedgerEntry, Look, Review
from editor.models.history_triggers import TABLES
from editor.reviews import give_verdict
from tests.factories import make_job

pytestmark = pytest.mark.django_db

ROWS = (Event, LedgerEntry, Review, Flag, Look)


@pytest.fixture(autouse=True)
def _one_of_each(alice, rita):
    job = make_job(alice, JobState.DONE, masked=False)
    flag(job, Flag.Kind.STAFF, by=rita, reason="Look.")
    note_look(job, rita)
    give_verdict(job, rita, Review.Verdict.APPROVED, "Fine.")


def refused(act):
    with pytest.raises(TypeError, match="append-only"):
        act()


def test_every_kind_of_history_is_guarded():
    assert {model._meta.db_table for model in ROWS} == set(TABLES)


@pytest.mark.parametrize("model", ROWS)
def test_our_own_code_cannot_change_or_delete_a_row(model):
    row = model.objects.first()
    refused(row.save)
    refused(row.delete)
    refused(model.objects.all().delete)
    refused(lambda: model.objects.update(id=1))
    refused(lambda: model.objects.bulk_update([row], ["id"]))


@pytest.mark.parametrize("model", ROWS)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id + 1"])
def test_the_database_refuses_it_too(model, statement):
    before = list(model.objects.values_list())
    with (
        pytest.raises(DatabaseError, match="never rewritten"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(model._meta.db_table))
    assert list(model.objects.values_list()) == before


def test_a_name_may_leave_a_line_of_history_and_nothing_else():
    line = Event.objects.exclude(actor=None).first()
    set_to = "UPDATE editor_event SET actor_id = NULL{} WHERE id = %s"
    with (
        pytest.raises(DatabaseError, match="never rewritten"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(set_to.format(", sentence = 'Nothing happened.'"), [line.pk])
    with connection.cursor() as cursor:
        cursor.execute(set_to.format(""), [line.pk])
    line.refresh_from_db()
    assert line.actor_name == "NanoEdit"


def test_no_history_lies_in_the_administration(admin_client):
    for model in ROWS:
        assert admin_client.get(f"/admin/editor/{model._meta.model_name}/").status_code == 404
