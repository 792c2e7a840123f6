"""Nobody does what costs the server much more often than hands can."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from editor import throttles
from editor.models import CacheEntry, EditJob, JobState, Picture
from editor.throttles import AN_HOUR, PACES, seconds_over_pace
from tests.factories import make_job, make_picture, picture_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def once_an_hour(monkeypatch):
    for act in PACES:
        monkeypatch.setitem(throttles.PACES, act, 1)


def upload(client, **headers):
    file = SimpleUploadedFile("garden.png", picture_bytes((32, 32)))
    return client.post("/pictures/", {"files": file}, headers=headers)


def test_the_next_upload_has_to_wait_and_is_told_how_long(alices, bobs):
    assert upload(alices, accept="application/json").status_code == 201
    answer = upload(alices, accept="application/json")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= AN_HOUR + 1
    assert "Nothing was done; try again in" in answer.json()["error"]
    assert Picture.objects.count() == 1
    page = upload(alices, accept="text/html")
    assert page.status_code == 429
    assert "Nothing was done; try again in" in page.content.decode()
    assert upload(bobs, accept="application/json").status_code == 201, "he is counted apart"


def test_an_edit_beyond_the_pace_costs_nothing(alices, alice):
    done = make_job(alice, JobState.CANCELLED)
    unknown = make_job(alice, JobState.UNKNOWN, picture=done.picture)
    for address in (f"/jobs/{done.pk}/retry/", f"/jobs/{unknown.pk}/pay-again/"):
        assert alices.post(address).status_code == 302
        assert alices.post(address).status_code == 429
    assert alices.post(f"/pictures/{done.picture.pk}/edit/").status_code == 429
    assert EditJob.objects.count() == 2
    assert unknown.consents.count() == 2, "the first press paid again, the second did not"


def test_files_are_made_at_a_pace_but_the_form_is_always_there(alices, alice):
    address = f"/pictures/{make_picture(alice).pk}/download/"
    assert alices.get(address, {"format": "png"}).status_code == 200
    assert alices.get(address, {"format": "webp"}).status_code == 429
    for _ in range(3):
        assert alices.get(address).status_code == 200


def test_it_is_counted_where_all_processes_look_and_anew_each_hour(alice, settings):
    assert "DatabaseCache" in settings.CACHES["default"]["BACKEND"]
    assert seconds_over_pace(alice, "submit", now=7200.0) == 0
    assert seconds_over_pace(alice, "submit", now=7300.0) == AN_HOUR - 100 + 1
    assert seconds_over_pace(alice, "submit", now=7200.0 + AN_HOUR) == 0


def test_a_quiet_while_within_the_hour_forgets_no_act(alice):
    for _ in range(2):
        seconds_over_pace(alice, "submit")
    (counted,) = CacheEntry.objects.filter(cache_key__contains=f"pace:submit:{alice.pk}:")
    assert counted.expires - timezone.now() > timedelta(minutes=55)
