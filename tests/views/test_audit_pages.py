"""Administrators read the audit log, narrow it and take it away; nobody else does."""

import json

import pytest

from editor.models import (
    AuditEntry,
    JobState,
)
from tests.factories import make_job
from tests.views.staff_acts import (
    WHY,
    desk,
)

pytestmark = pytest.mark.django_db


def acts():
    """What was written down but for the logins of the tests' own browsers."""
    return AuditEntry.objects.exclude(action="login.done").order_by("id")


def some_rows(alice, admin_client):
    job = make_job(alice, JobState.DONE)
    admin_client.post(desk("review", job.pk), {"verdict": "rejected", "note": "=1+1 shows a face"})
    return job


LOG = "/admin/editor/auditentry/"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("thing_type__exact=editjob", 1),
        ("action=job.judged", 1),
        ("action=share.made", 0),
        ("who=none", 0),
        ("who=%C2%B2", 2),
        ("q=face", 1),
        ("q=admin+face", 1),
        ("q=nobody", 0),
        ("thing_type=editjob", 1),
        ("at__year=1999", 0),
    ],
)
def test_administrators_search_and_narrow_the_log(alice, admin_client, query, found):
    job = some_rows(alice, admin_client)
    page = admin_client.get(f"{LOG}?{query}")
    assert page.context["cl"].result_count == found
    if found:
        assert "Gave a verdict" in page.content.decode()
        assert desk("change", job.pk) in page.content.decode()


def test_one_row_can_be_looked_at_and_nothing_done_to_it(alice, admin_client, admin_user):
    some_rows(alice, admin_client)
    row = acts().get()
    page = admin_client.get(f"{LOG}{row.pk}/change/")
    assert "verdict: rejected" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    assert admin_client.post(f"{LOG}{row.pk}/change/", {"why": "other"}).status_code == 403
    assert admin_client.post(f"{LOG}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get(f"{LOG}?who={admin_user.pk}").context["cl"].result_count == 2


def test_neither_reviewers_nor_members_read_the_log(alice, admin_client, ritas, alices):
    some_rows(alice, admin_client)
    for client, status in ((ritas, 403), (alices, 302)):
        assert client.get(LOG).status_code == status
        export = client.post(f"{LOG}export/", {"form": "csv", "why": WHY})
        assert export.status_code == status
    assert acts().count() == 1


def test_the_log_is_taken_away_and_that_stands_in_it(alice, admin_client, tmp_path, settings):
    job = some_rows(alice, admin_client)
    answer = admin_client.post(f"{LOG}export/", {"form": "jsonl", "why": WHY})
    assert answer.streaming
    lines = b"".join(answer.streaming_content).decode().splitlines()
    _login, judged, exported, head = map(json.loads, lines)
    assert (judged["action"], judged["thing_id"]) == ("job.judged", str(job.pk))
    assert judged["why"] == "=1+1 shows a face"
    assert (exported["action"], exported["why"]) == ("audit.exported", WHY)
    assert head["head"].startswith("audit head")
    assert "attachment" in answer["Content-Disposition"]


def test_no_cell_of_the_table_is_a_formula(alice, admin_client):
    some_rows(alice, admin_client)
    answer = admin_client.post(f"{LOG}export/", {"form": "csv", "why": WHY})
    text = b"".join(answer.streaming_content).decode()
    assert ",'=1+1 shows a face," in text
    assert text.startswith("number,at,who,")


@pytest.mark.parametrize(
    "data",
    [{}, {"form": "csv"}, {"form": "xml", "why": WHY}, {"form": "csv", "why": WHY, "since": "x"}],
)
def test_nothing_is_taken_away_without_a_reason_or_in_no_form(admin_client, data):
    assert admin_client.post(f"{LOG}export/", data).status_code == 302
    assert not acts().exists()


def test_an_export_holds_the_days_that_were_asked_for(alice, admin_client):
    some_rows(alice, admin_client)
    for until, rows in (("2001-01-01", 0), ("9999-12-31", 4)):
        data = {"form": "jsonl", "why": WHY, "until": until}
        answer = admin_client.post(f"{LOG}export/", data)
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert list(json.loads(lines[-1])) == ["head"]
        assert len(lines) == rows + 1, "a login, a verdict and two exports"
