"""Adjusting a finished edit over HTTP: the page, its layers, and what is kept."""

import base64
import json
import re
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from editor import storage
from editor.adjusting import make_next
from editor.models import Adjustment, Attempt, EditJob, JobState, LedgerEntry, Mask, Picture, Result
from editor.pictures import kept
from editor.results import compose_result, keep_raw
from tests.factories import make_job, make_picture, mask_bytes, picture_bytes

pytestmark = pytest.mark.django_db

SCRIPT = {"accept": "application/json"}
SIZE = (320, 240)
PLAIN = {"feather": "3", "grow": "0", "opacity": "100", "match_colour": "yes", "undo_drift": "yes"}


def finished(owner, *, masked=True, images=1):
    """A finished edit of this person's; its answers are the picture itself, or another one."""
    job = make_job(owner, JobState.DONE, picture=make_picture(owner, SIZE), masked=masked)
    box = [0, 0, *SIZE]
    attempt = Attempt.objects.create(
        job=job,
        consent=job.consents.get(),
        state=Attempt.State.SAVED,
        image_urls=[""] * images,
        frame={"box": box, "planned": list(SIZE), "sent": list(SIZE), "inner": box},
    )
    for index in range(images):
        data = picture_bytes(SIZE, "WEBP" if index else "PNG")
        attempt.lifeboats.create(index=index, data=data)
        compose_result(job, keep_raw(attempt, index, None), attempt)
    return EditJob.objects.with_pictures().get(pk=job.pk)


@pytest.fixture
def job(alice):
    """Alice's edit with one area and two results."""
    return finished(alice, images=2)


def address(job):
    return f"/jobs/{job.pk}/adjust/"


def asked(job, **changes):
    return {**PLAIN, "result": str(job.results[0].pk), **changes}


def boot_data(answer):
    """What the page gives to its script."""
    found = re.search(
        r'id="adjust-data" type="application/json">(.*?)</script>', answer.content.decode()
    )
    return json.loads(found.group(1))


def test_the_page_says_that_it_is_free_and_starts_as_the_edit_was(alices, job):
    answer = alices.get(address(job) + f"?result={job.results[1].pk}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Nothing is sent, nothing is paid." in page
    assert "Keep as a new picture · free" in page
    data = boot_data(answer)
    assert data["masked"] is True
    assert [each["number"] for each in data["results"]] == [1, 2]
    assert data["settings"]["result"] == job.results[1].pk
    assert data["settings"]["feather"] == 1
    assert (data["picture"]["width"], data["picture"]["height"]) == SIZE
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_layers_come_as_json_with_planes_of_the_size_they_say(alices, job):
    answer = alices.get(f"/results/{job.results[0].pk}/layers/")
    layers = answer.json()
    assert layers["size"] == list(SIZE)
    assert layers["came"]["image"].startswith("data:image/webp;base64,")
    mask = zlib.decompress(base64.b64decode(layers["areas"]["mask"]))
    assert len(mask) == SIZE[0] * SIZE[1]
    assert layers["areas"]["sizes"] == [sum(value > 0 for value in mask)]
    assert layers["found"] is None
    assert "private" in answer.headers["Cache-Control"]


def test_without_a_mask_the_layers_tell_what_changed(alices, alice):
    job = finished(alice, masked=False)
    layers = alices.get(f"/results/{job.results[0].pk}/layers/").json()
    assert layers["areas"] is None
    assert len(layers["found"]["shares"]) == 16
    assert layers["found"]["shares"][0] == 0, "the answer is the picture itself"
    page = alices.get(job.get_absolute_url()).content.decode()
    assert "Keep only what changed" in page


def test_a_script_keeps_it_and_is_told_where(alices, job):
    answer = alices.post(address(job), asked(job), headers=SCRIPT)
    assert answer.status_code == 201
    adjustment = Adjustment.objects.get()
    assert answer.json() == {"url": f"/jobs/{job.pk}/#adjusted-{adjustment.pk}"}
    page = alices.get(job.get_absolute_url()).content.decode()
    assert f'id="adjusted-{adjustment.pk}"' in page
    assert "Being put together in full size, for free." in page
    assert make_next()
    page = alices.get(job.get_absolute_url()).content.decode()
    assert "Adjusted for free: feather 3 px." in page
    assert "Adjusted here, free" in alices.get("/").content.decode()


def test_a_plain_form_is_led_to_the_edit(alices, job):
    answer = alices.post(address(job), asked(job))
    assert answer["Location"] == f"/jobs/{job.pk}/#adjusted-{Adjustment.objects.get().pk}"


def test_two_presses_make_one_picture_and_nothing_is_paid(alices, job):
    attempts, movements = Attempt.objects.count(), LedgerEntry.objects.count()
    first = alices.post(address(job), asked(job), headers=SCRIPT)
    second = alices.post(address(job), asked(job), headers=SCRIPT)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    while make_next():
        pass
    assert Picture.objects.filter(origin=Picture.Origin.ADJUSTED).count() == 1
    assert Attempt.objects.count() == attempts
    assert LedgerEntry.objects.count() == movements


def test_what_was_painted_back_is_kept_once_and_comes_back_with_the_page(alices, job):
    def press(grow):
        restored = SimpleUploadedFile("restored.png", mask_bytes(SIZE, (80, 60, 100, 120)))
        return alices.post(address(job), asked(job, grow=grow, restored=restored), headers=SCRIPT)

    assert press("0").status_code == 201
    assert press("1").status_code == 201
    first, second = Adjustment.objects.order_by("created_at")
    assert first.restored == second.restored
    assert Mask.objects.filter(picture=job.picture).count() == 2, "the job's own and this one"
    data = boot_data(alices.get(f"{address(job)}?from={second.pk}"))
    assert data["restored_url"] == second.restored.file_url
    assert data["settings"]["grow"] == 1
    page = alices.get(second.again_url).content.decode()
    assert 'name="grow" min="-20" max="20" value="1"' in page


@pytest.mark.once
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"feather": "-1"}, "The feather must be a whole number of pixels from 0 to 1000."),
        ({"feather": "lots"}, "The feather must be a whole number of pixels from 0 to 1000."),
        ({"grow": "501"}, "The growing must be a whole number of pixels from -500 to 500."),
        ({"opacity": "0"}, "The opacity must be a whole number of percent from 1 to 100."),
        ({"opacity": ""}, "The opacity must be a whole number of percent from 1 to 100."),
        ({"level": "17"}, "The threshold must be a whole number of steps from 1 to 16."),
        ({"result": ""}, "Choose the result that is to be adjusted."),
        ({"areas": "[1"}, "The choice of areas cannot be read. Reload the page."),
        ({"areas": '{"1": 2}'}, "The choice of areas cannot be read. Reload the page."),
        ({"areas": "[" * 100_000}, "The choice of areas cannot be read. Reload the page."),
        ({"areas": "9" * 5000}, "The choice of areas cannot be read. Reload the page."),
        ({"areas": "[true]"}, "The choice of areas cannot be read. Reload the page."),
        ({"areas": json.dumps([1] * 41)}, "The choice of areas cannot be read. Reload the page."),
        (
            {"areas": "[0]"},
            "Every area is set back to the original, so nothing of the edit is left.",
        ),
        ({"result": "999999"}, "One of these results is not there any more."),
    ],
)
def test_bad_numbers_get_a_sentence_and_nothing_is_kept(alices, job, changes, sentence):
    answer = alices.post(address(job), asked(job, **changes), headers=SCRIPT)
    assert answer.status_code in (409, 422)
    assert sentence in answer.json()["error"]
    assert Adjustment.objects.count() == 0
    plain = alices.post(address(job), asked(job, **changes), follow=True)
    assert sentence.replace("'", "&#x27;") in plain.content.decode()


def test_a_broken_mask_of_what_was_painted_back_is_refused(alices, job):
    for data in (b"no picture", mask_bytes((10, 10), (0, 0, 5, 5))):
        restored = SimpleUploadedFile("restored.png", data)
        answer = alices.post(address(job), asked(job, restored=restored), headers=SCRIPT)
        assert answer.status_code == 422
        assert "mask" in answer.json()["error"]
    assert Adjustment.objects.count() == 0


def test_charlie_and_rita_are_told_that_there_is_no_such_edit(charlies, ritas, anonymous, job):
    for client in (charlies, ritas):
        assert client.get(address(job)).status_code == 404
        assert client.post(address(job), asked(job)).status_code == 404
        assert client.get(f"/results/{job.results[0].pk}/layers/").status_code == 404
    assert anonymous.get(address(job)).status_code == 302
    assert Adjustment.objects.count() == 0


def test_nobody_uses_anothers_adjustment_as_a_start(alices, charlie, job):
    theirs = finished(charlie)
    other = Adjustment.objects.create(
        job=theirs, settings={"result": theirs.results[0].pk}, digest="0" * 64
    )
    data = boot_data(alices.get(f"{address(job)}?from={other.pk}"))
    assert data["settings"]["result"] == job.results[0].pk
    assert alices.get(f"{address(job)}?from=nonsense&result=nonsense").status_code == 200


def test_a_deleted_picture_leads_back_with_a_sentence(alices, job):
    Picture.objects.filter(pk=job.picture_id).update(deleted_at=timezone.now())
    answer = alices.get(address(job), follow=True)
    assert "has been deleted, so it cannot be adjusted" in answer.content.decode()
    assert alices.get(f"/results/{job.results[0].pk}/layers/").status_code == 409
    assert "/adjust/" not in alices.get(job.get_absolute_url()).content.decode()


def test_a_deleted_result_is_not_offered(alices, job):
    gone = job.results[0]
    Picture.objects.filter(pk=gone.picture_id).update(deleted_at=timezone.now())
    data = boot_data(alices.get(address(job)))
    assert [each["id"] for each in data["results"]] == [job.results[1].pk]
    assert alices.get(f"/results/{gone.pk}/layers/").status_code == 409


def test_an_edit_without_results_cannot_be_adjusted(alices, alice):
    waiting = make_job(alice, JobState.WAITING)
    answer = alices.get(address(waiting), follow=True)
    assert "has no result that could be adjusted" in answer.content.decode()


def test_damaged_bytes_are_said_in_the_page(alices, job):
    storage.put(str(job.results[0].raw.name), b"other bytes")
    answer = alices.get(f"/results/{job.results[0].pk}/layers/")
    assert answer.status_code == 422
    assert "cannot be adjusted" in answer.json()["error"]


def test_an_adjustment_can_be_edited_further_and_downloaded_like_any_picture(alices, job):
    alices.post(address(job), asked(job))
    assert make_next()
    made = Adjustment.objects.get().picture
    assert alices.get(made.get_absolute_url()).status_code == 200
    assert alices.get(made.original_url).body == kept(made).data
    assert Result.objects.count() == 2
