"""Choosing pictures to send along, and who may choose which."""

import json
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from editor.models import EditJob, JobState, Picture, Reference
from tests.factories import CENT, make_job, make_model, make_picture, picture_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture(alice):
    return make_picture(alice)


@pytest.fixture
def model(db):
    return make_model("sandbox/collage", max_inputs=3)


def send(client, picture, model, references, *, script=True, **changes):
    form = {
        "prompt": "like the others",
        "model": model.model_id,
        "submit_key": str(uuid.uuid4()),
        "shown_price": str(4 * CENT),
        "references": references,
        **changes,
    }
    headers = {"accept": "application/json"} if script else {}
    form = {name: value for name, value in form.items() if value is not None}
    return client.post(reverse("editor:submit", args=[picture.pk]), form, headers=headers)


def test_alice_sends_two_of_her_pictures_along(alices, alice, picture, model):
    one, two = make_picture(alice, (90, 60)), make_picture(alice, (60, 90))
    answer = send(alices, picture, model, [two.pk, one.pk, two.pk])
    assert answer.status_code == 201, answer.content
    assert Reference.objects.pictures_of(EditJob.objects.get()) == [two, one]


def test_charlies_pictures_deleted_ones_and_nonsense_are_refused_alike(
    alices, alice, charlie, picture, model
):
    deleted = make_picture(alice, (90, 60))
    Picture.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    for reference in (make_picture(charlie).pk, deleted.pk, uuid.uuid4(), "../../etc", "é\x00"):
        answer = send(alices, picture, model, [reference])
        assert answer.status_code == 422
        body = answer.json()
        assert body["field"] == "references"
        assert body["error"] == "A reference is not there any more. Choose again."
    assert not EditJob.objects.exists()


def test_more_than_the_model_takes_are_refused_in_words(alices, alice, picture, model):
    many = [make_picture(alice, (60 + n, 60)).pk for n in range(3)]
    answer = send(alices, picture, model, many)
    assert answer.status_code == 422
    assert answer.json()["error"] == "Collage takes at most 2 further pictures, not 3."
    assert send(alices, picture, model, [uuid.uuid4() for _ in range(200)]).status_code == 422


def test_without_script_they_survive_the_page_that_names_the_price(alices, alice, picture, model):
    one = make_picture(alice, (90, 60))
    page = send(alices, picture, model, [one.pk], script=False, shown_price=None).content.decode()
    assert f'name="references" value="{one.pk}"' in page


def studio_data(client, picture, query=""):
    page = client.get(f"{reverse('editor:studio', args=[picture.pk])}{query}").content.decode()
    found = re.search(r'<script id="studio-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    return page, json.loads(found.group(1))


def test_the_studio_offers_ones_own_newest_pictures_but_not_the_one_to_edit(
    alices, alice, charlie, picture, model
):
    theirs, mine = make_picture(charlie), make_picture(alice, name="moss.png")
    tested = make_picture(alice)
    Picture.objects.filter(pk=tested.pk).update(origin=Picture.Origin.TEST)
    page, data = studio_data(alices, picture)
    offered = re.findall(r'name="references" value="([^"]+)"', page)
    assert offered == [str(mine.pk)]
    assert str(theirs.pk) not in page
    assert data["wish"]["references"] == []
    assert data["models"][0]["max_references"] == 2


def test_an_earlier_wish_brings_its_references_back(alices, alice, picture, model):
    lent = make_picture(alice, name="moss.png")
    gone = make_picture(alice)
    assert send(alices, picture, model, [gone.pk, lent.pk]).status_code == 201
    Picture.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    page, data = studio_data(alices, picture, f"?again={EditJob.objects.get().pk}")
    (kept,) = data["wish"]["references"]
    assert kept == {"id": str(lent.pk), "name": "moss.png", "thumb": lent.thumb_url}
    assert re.search(rf'value="{lent.pk}"[^>]* checked', page)


def test_an_upload_from_the_studio_tells_what_to_show(alices, alice):
    file = SimpleUploadedFile("moss.png", picture_bytes())
    answer = alices.post(
        reverse("editor:upload"), {"files": file}, headers={"accept": "application/json"}
    )
    assert answer.json()["thumb"] == Picture.objects.get().thumb_url


def test_a_picture_that_an_open_edit_sends_along_cannot_be_deleted(alices, alice, picture, model):
    lent = make_picture(alice)
    send(alices, picture, model, [lent.pk])
    alices.post(reverse("editor:picture_delete", args=[lent.pk]))
    lent.refresh_from_db()
    assert lent.deleted_at is None
    EditJob.objects.update(state=JobState.DONE)
    alices.post(reverse("editor:picture_delete", args=[lent.pk]))
    lent.refresh_from_db()
    assert lent.deleted_at is not None


def test_the_page_of_a_job_shows_what_was_sent_along(alices, alice, picture, model):
    lent = make_picture(alice, name="moss.png")
    send(alices, picture, model, [lent.pk])
    page = alices.get(EditJob.objects.get().get_absolute_url()).content.decode()
    assert lent.thumb_url in page
    plain = alices.get(make_job(alice, JobState.DONE).get_absolute_url()).content.decode()
    assert "Sent along" in page
    assert "Sent along" not in plain
