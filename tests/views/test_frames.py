"""Asking over HTTP which part of a picture would be sent."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from editor.models import Attempt, EditJob, JobState
from tests.factories import CENT, make_job, make_model, make_picture, mask_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PHOTO = (2400, 1600)


@pytest.fixture
def picture(alice):
    return make_picture(alice, PHOTO)


def ask(client, picture, *areas, **given):
    model = given.pop("model", None) or make_model("square", sizes=["1024x1024"]).model_id
    question = {"model": model, "size": "1024x1024", "area": list(areas), **given}
    return client.get(reverse("editor:picture_frame", args=[picture.pk]), question)


def test_the_frame_around_the_paint_comes_with_honest_figures(alices, picture):
    answer = ask(alices, picture, painted="1000,800,1700,1300").json()
    assert answer["choice"] == "around"
    left, top, right, bottom = answer["box"]
    assert right - left == bottom - top == 1300
    assert left < 700 + 1
    assert answer["sent"] == [1024, 1024]
    assert answer["words"] == (
        "Sends 1\u202f300\u00a0\u00d7\u00a01\u202f300\u00a0px at 1\u202f024\u00a0\u00d7\u00a0"
        "1\u202f024; each returned pixel covers 1.3 of yours."
    )
    assert answer["warning"] == ""
    assert answer["shape"] == 1


def test_without_paint_the_whole_picture_goes_and_the_results_size_is_named(alices, picture):
    answer = ask(alices, picture).json()
    assert answer["choice"] == "whole"
    assert "The result will have 1\u202f024\u00a0\u00d7\u00a01\u202f024 pixels" in answer["words"]
    assert answer["offer"] is None


def test_a_stretch_of_more_than_two_is_warned_of_and_the_better_choice_named(alices, picture):
    answer = ask(alices, picture, painted="100,100,300,200", frame="whole").json()
    assert answer["soft"]
    assert "stretched 2.3 times" in answer["warning"]
    assert "Automatic would give 2.3 times the detail" in answer["warning"]
    wide = ask(alices, picture, painted="0,0,2400,1600").json()
    assert "Paint a smaller part" in wide["warning"]


def test_far_areas_are_offered_as_two_edits_with_a_frame_for_each(alices, picture):
    areas = ["20,20,120,120", "2250,1450,2350,1550"]
    answer = ask(alices, picture, *areas, painted="20,20,2350,1550").json()
    assert "2.3 times the detail" in answer["offer"]["words"]
    first, second = answer["offer"]["boxes"]
    assert first[:2] == [0, 0]
    assert second[2:] == [2400, 1600]
    left, top, right, bottom = second
    by_hand = {
        "frame": "hand",
        "frame_left": left,
        "frame_top": top,
        "frame_width": right - left,
        "frame_height": bottom - top,
    }
    chosen = ask(alices, picture, *areas, painted="20,20,2350,1550", **by_hand).json()
    assert chosen["box"] == second
    assert "left out of this edit" in chosen["notes"][0]
    assert chosen["offer"], "the other area may be chosen, too"


def test_a_box_by_hand_is_widened_to_the_models_shape(alices, picture):
    by_hand = {"frame_left": 500, "frame_top": 500, "frame_width": 400, "frame_height": 200}
    answer = ask(alices, picture, painted="520,520,700,600", frame="hand", **by_hand).json()
    assert answer["box"] == [500, 400, 900, 800]


@pytest.mark.parametrize(
    "given",
    [
        {"model": "nobody/knows"},
        {"painted": "1,2,3"},
        {"painted": "a,b,c,d"},
        {"painted": "9,9,9,9"},
        {"painted": "0,0,1000000000000,5"},
        {"frame": "sideways"},
        {"frame": "hand"},
        {"frame": "hand", "frame_left": "-1", "frame_top": 0, "frame_width": 9, "frame_height": 9},
        {"frame": "around", "frame_context": "9999"},
    ],
)
def test_nonsense_is_refused_with_a_sentence(alices, picture, given):
    answer = ask(alices, picture, **given)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_nonsense_areas_only_mean_that_nothing_is_offered(alices, picture):
    assert ask(alices, picture, "x", "1,2", painted="9,9,99,99").json()["offer"] is None
    many = ["1,1,2,2"] * 65
    assert ask(alices, picture, *many, painted="9,9,99,99").json()["offer"] is None


def test_paint_beyond_the_picture_is_clipped_to_it(alices, picture):
    answer = ask(alices, picture, painted="2300,1500,9000,9000").json()
    assert answer["box"][2:] == [2400, 1600]


def test_charlie_learns_nothing_of_alices_picture(charlies, anonymous, picture):
    assert ask(charlies, picture).status_code == 404
    assert ask(anonymous, picture).status_code == 302


def test_only_reading_is_allowed(alices, picture):
    assert alices.post(reverse("editor:picture_frame", args=[picture.pk])).status_code == 405


def send(client, picture, **more):
    form = {
        "prompt": "make it golden",
        "model": make_model().model_id,
        "n": "1",
        "size": "auto",
        "submit_key": str(uuid.uuid4()),
        "shown_price": str(4 * CENT),
        "mask": SimpleUploadedFile("mask.png", mask_bytes(PHOTO), "image/png"),
        **more,
    }
    form = {key: value for key, value in form.items() if value is not None}
    return client.post(
        reverse("editor:submit", args=[picture.pk]), form, headers={"accept": "application/json"}
    )


def test_the_choice_goes_along_with_the_wish(alices, picture):
    box = {"frame_left": "50", "frame_top": "40", "frame_width": "300", "frame_height": "200"}
    assert send(alices, picture, frame="hand", **box).status_code == 201
    assert EditJob.objects.get().frame_box == [50, 40, 350, 240]
    page = alices.get(f"{picture.get_absolute_url()}?again={EditJob.objects.get().pk}")
    assert page.context["wish"]["frame"] == {
        "choice": "hand",
        "context": 50,
        "box": [50, 40, 300, 200],
    }


def test_the_jobs_page_outlines_what_was_sent(alices, alice, picture):
    job = make_job(alice, JobState.DONE, picture=picture)
    page = alices.get(job.get_absolute_url()).content.decode()
    assert "were sent" not in page
    consent = job.consents.get()
    frame = {"box": [200, 100, 1500, 1400], "sent": [1024, 1024]}
    attempt = Attempt.objects.create(job=job, consent=consent, frame=frame)
    page = alices.get(job.get_absolute_url()).content.decode()
    assert "The outlined 1\u202f300\u00a0\u00d7\u00a01\u202f300 px were sent" in page
    assert 'x="200" y="100" width="1300" height="1300"' in page
    Attempt.objects.filter(pk=attempt.pk).update(frame={**frame, "box": [0, 0, *PHOTO]})
    assert "were sent" not in alices.get(job.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"frame": "sideways"}, "Choose which part"),
        ({"frame": "hand"}, "Say which box"),
        ({"frame": "around", "frame_context": "-1"}, ""),
        (
            {"frame": "hand", "frame_left": 9, "frame_top": 9, "frame_width": 5, "frame_height": 5},
            "nothing of what is painted",
        ),
    ],
)
def test_a_frame_that_makes_no_sense_is_refused(alices, picture, given, words):
    answer = send(alices, picture, **given)
    assert answer.status_code == 422
    assert answer.json()["field"].startswith("frame")
    assert words in answer.json()["error"]
    assert not EditJob.objects.exists()


def test_without_script_the_choice_survives_the_question_about_the_price(alices, picture):
    form = {
        "prompt": "make it golden",
        "model": make_model().model_id,
        "submit_key": str(uuid.uuid4()),
        "mask": SimpleUploadedFile("mask.png", mask_bytes(PHOTO), "image/png"),
        "frame": "around",
        "frame_context": "120",
    }
    page = alices.post(reverse("editor:submit", args=[picture.pk]), form).content.decode()
    assert '<input type="hidden" name="frame" value="around">' in page
    assert '<input type="hidden" name="frame_context" value="120">' in page
