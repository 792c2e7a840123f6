"""Extending a picture's canvas over HTTP."""

import pytest
from django.utils import timezone

from editor.models import Extension, Picture
from tests.factories import make_picture

pytestmark = pytest.mark.django_db

SCRIPT = {"accept": "application/json"}
RIGHT = {"left": "", "top": "0", "right": "80", "bottom": ""}


def address(picture: Picture) -> str:
    return f"/pictures/{picture.pk}/extend/"


def test_a_script_gets_the_address_of_the_new_studio(alices, alice):
    picture = make_picture(alice)
    answer = alices.post(address(picture), RIGHT, headers=SCRIPT)
    assert answer.status_code == 201
    extended = Extension.objects.get().picture
    assert answer.json() == {"url": extended.get_absolute_url()}
    assert (extended.width, extended.height) == (400, 240)


def test_a_plain_form_is_led_to_the_new_studio(alices, alice):
    answer = alices.post(address(make_picture(alice)), RIGHT)
    assert answer["Location"] == Extension.objects.get().picture.get_absolute_url()


def test_its_studio_starts_with_the_new_area_painted_and_a_prompt(alices, alice):
    alices.post(address(make_picture(alice)), RIGHT)
    extension = Extension.objects.get()
    page = alices.get(extension.picture.get_absolute_url()).content.decode()
    assert f'"mask_url": "{extension.mask.file_url}"' in page
    assert "Replace the blurred border" in page
    # Without a script the form itself brings the mask.
    assert f'name="kept_mask" value="{extension.mask.pk}"' in page


def test_the_studio_of_any_other_picture_starts_empty(alices, alice):
    page = alices.get(make_picture(alice).get_absolute_url()).content.decode()
    assert '"mask_url": null' in page
    assert "kept_mask" not in page


def test_the_studio_knows_how_large_a_canvas_may_get(alices, alice, settings):
    settings.MAX_PIXELS = 1_234_567
    page = alices.get(make_picture(alice).get_absolute_url()).content.decode()
    assert 'data-most-pixels="1234567"' in page
    assert 'data-most-side="20000"' in page


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"left": "-1"}, "left", "The left margin must be a whole number of pixels, 0 or more."),
        ({"top": "ten"}, "top", "The top margin must be a whole number of pixels, 0 or more."),
        ({"right": "1.5"}, "right", "The right margin must be a whole number of pixels, 0 or more"),
        ({"bottom": "9" * 5000}, "bottom", "The bottom margin must be a whole number of pixels"),
        ({"right": "20001"}, "right", "The right margin is more than 20,000 pixels."),
        ({"left": "0", "top": ""}, None, "Nothing to extend"),
        ({}, None, "Nothing to extend"),
        ({"right": "20000", "bottom": "20000"}, None, "There is room for"),
    ],
)
def test_bad_numbers_get_a_sentence(alices, alice, sent, field, sentence):
    picture = make_picture(alice)
    answer = alices.post(address(picture), sent, headers=SCRIPT)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert sentence in answer.json()["error"]
    plain = alices.post(address(picture), sent, follow=True)
    assert sentence in plain.content.decode()
    assert not Extension.objects.exists()


def test_charlies_picture_is_not_there_for_alice(alices, charlie):
    picture = make_picture(charlie)
    assert alices.post(address(picture), RIGHT, headers=SCRIPT).status_code == 404
    assert not Extension.objects.exists()


def test_a_deleted_picture_is_not_there(alices, alice):
    picture = make_picture(alice)
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now())
    assert alices.post(address(picture), RIGHT).status_code == 404


def test_looking_at_the_address_extends_nothing(alices, alice):
    assert alices.get(address(make_picture(alice))).status_code == 405
