"""Outlines and earlier masks, asked for by the studio over HTTP."""

import io
import uuid

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from editor import outlining, storage
from editor.models import EditJob, Mask, Picture
from editor.uploads import receive_picture
from tests.factories import make_mask, make_picture
from tests.pictures import encoded, photo

pytestmark = pytest.mark.django_db

SIZE = (640, 480)
EVERYTHING = "0,0,640,480"


def thing() -> Image.Image:
    """Where the thing lies in the drawn picture."""
    truth = Image.new("L", SIZE, 0)
    draw = ImageDraw.Draw(truth)
    draw.ellipse((200, 120, 420, 360), fill=255)
    draw.rectangle((290, 70, 330, 200), fill=255)
    return truth


@pytest.fixture
def picture(alice):
    drawn = photo(*SIZE, seed=4)
    drawn.paste(
        Image.blend(photo(*SIZE, seed=9), Image.new("RGB", SIZE, "red"), 0.6), (0, 0), thing()
    )
    return receive_picture(alice, SimpleUploadedFile("thing.png", encoded(drawn)))


def rough(size=SIZE, *, surely=(250, 180, 370, 300), likely=(190, 80, 430, 380)) -> bytes:
    """What a hasty hand says of the thing."""
    drawn = Image.new("L", size, 0)
    draw = ImageDraw.Draw(drawn)
    if likely:
        draw.rectangle(likely, fill=192)
    if surely:
        draw.rectangle(surely, fill=255)
    return encoded(drawn)


def ask(client, picture, png=None, box=EVERYTHING):
    given = {"box": box}
    if png is not None:
        given["rough"] = SimpleUploadedFile("rough.png", png)
    return client.post(f"/pictures/{picture.pk}/outline/", given)


def overlap(found: bytes, truth: Image.Image) -> float:
    """How much of both is common to both, 1 = all of it."""
    with Image.open(io.BytesIO(found)) as image:
        inside = np.asarray(image) > 127
    wanted = np.asarray(truth) > 127
    return float((inside & wanted).sum() / (inside | wanted).sum())


def test_a_hasty_selection_becomes_the_outline_of_the_thing(alices, picture):
    answer = ask(alices, picture, rough())
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert overlap(rough(), thing()) < 0.7
    assert overlap(answer.content, thing()) > 0.95


def test_a_part_of_the_picture_is_looked_at_by_itself(alices, picture):
    box = (150, 40, 470, 440)
    part = rough((320, 400), surely=(100, 140, 220, 260), likely=(40, 40, 280, 340))
    answer = ask(alices, picture, part, box="150,40,470,440")
    assert overlap(answer.content, thing().crop(box)) > 0.95


def test_a_large_picture_answers_from_its_preview(alices, alice):
    large = make_picture(alice, (2200, 1650))
    answer = ask(alices, large, rough(), box="0,0,2200,1650")
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == SIZE


@pytest.mark.parametrize("ending", ["", "webp", "jpeg"])
def test_no_outline_waits_for_a_rendition_to_be_made(alices, alice, ending):
    """It has seconds, and renditions have minutes: what is there does, else the picture itself."""
    large = make_picture(alice, (2200, 1650))
    large.preview = ending and f"pictures/{large.pk}/preview.{ending}"
    large.renditions_due_at = None if ending == "webp" else timezone.now()
    large.save()
    storage.drop(f"pictures/{large.pk}/preview.avif")
    if ending:
        storage.put(large.preview.name, encoded(photo(2048, 1536), ending.upper()))
    assert ask(alices, large, rough(), box="0,0,2200,1650").status_code == 200
    assert not default_storage.exists(f"pictures/{large.pk}/preview.avif")


def test_nothing_is_kept_of_it(alices, picture):
    ask(alices, picture, rough())
    assert not Mask.objects.exists()
    assert not EditJob.objects.exists()


def test_bob_and_strangers_get_no_outline_of_alices_picture(bobs, client, picture):
    assert ask(bobs, picture, rough()).status_code == 404
    assert ask(bobs, Picture(pk=uuid.uuid4()), rough()).status_code == 404
    assert ask(client, picture, rough()).status_code == 302
    assert bobs.get(f"/pictures/{picture.pk}/outline/").status_code == 405


NOT_PNG = "The rough selection must be a PNG file."
OTHER_SHAPE = "The rough selection has another shape than its part of the picture."
OTHER_COUNT = "The rough selection has too many or too few pixels."
CUT_OFF = "The mask is damaged or cut off and cannot be read to its end."
NO_BOX = "Say which part of the picture is selected."


@pytest.mark.parametrize(
    ("png", "box", "sentence"),
    [
        (None, EVERYTHING, "No selection arrived. Draw over the object and try again."),
        (b"", EVERYTHING, NOT_PNG),
        (b"nonsense", EVERYTHING, NOT_PNG),
        (encoded(photo(64, 48), "JPEG"), EVERYTHING, NOT_PNG),
        (
            rough()[:-40],
            EVERYTHING,
            "The mask is damaged or cut off and cannot be read to its end.",
        ),
        (rough(), "", NO_BOX),
        (rough(), "1,2,3", "A box is four whole numbers."),
        (rough(), "300,0,200,480", "A box has a width and a height."),
        (rough(), "0,0,641,480", "This selection reaches beyond the picture."),
        (rough(), "0,0,640,240", OTHER_SHAPE),
        (rough((2000, 1500)), EVERYTHING, OTHER_COUNT),
        (rough((4, 3)), EVERYTHING, OTHER_COUNT),
        (
            rough(surely=None, likely=None),
            EVERYTHING,
            "Nothing is selected there. Draw over the object first.",
        ),
        (
            rough(surely=(0, 0, 640, 480)),
            EVERYTHING,
            "Everything is selected there. Leave some of the surroundings out.",
        ),
    ],
)
def test_what_cannot_become_an_outline_is_told(alices, picture, png, box, sentence):
    answer = ask(alices, picture, png, box)
    assert (answer.status_code, answer.json()) == (422, {"error": sentence})


def test_a_selection_with_too_many_bytes_is_not_even_read(alices, picture):
    answer = ask(alices, picture, b"\0" * 1_000_001)
    assert answer.status_code == 413
    assert answer.json() == {"error": "A rough selection may have 1 MB at most."}


def test_a_server_that_is_busy_or_too_slow_says_so(alices, picture, monkeypatch, caplog):
    monkeypatch.setattr(outlining, "PATIENCE_SECONDS", 0.01)
    with outlining._turn:
        busy = ask(alices, picture, rough())
    assert busy.status_code == 503
    assert "Other outlines are being made just now." in busy.json()["error"]
    monkeypatch.setattr(outlining, "SECONDS", 0.001)
    slow = ask(alices, picture, rough())
    assert slow.status_code == 503
    assert "The outline took too long here. Your selection stays" in slow.json()["error"]
    assert f"There is no outline in picture {picture.pk}." in caplog.text
    monkeypatch.setattr(outlining, "SECONDS", 60.0)
    assert ask(alices, picture, rough()).status_code == 200


def test_alice_is_offered_her_masks_of_the_same_shape_the_newest_first(alices, alice, bob):
    here, double, tall, odd = (
        make_picture(alice, size, name)
        for size, name in (
            ((320, 240), "here.png"),
            ((640, 481), "double.png"),
            ((240, 320), "tall.png"),
            ((320, 250), "odd.png"),
        )
    )
    older, newer = make_mask(double), make_mask(here)
    others = [make_mask(tall), make_mask(odd), make_mask(make_picture(bob, (320, 240)))]
    page = alices.get(f"/pictures/{here.pk}/masks/").content.decode()
    assert page.index(newer.file_url) < page.index(older.file_url)
    assert "of this picture" in page
    assert "of double.png" in page
    for mask in others:
        assert mask.file_url not in page


def test_the_same_mask_is_offered_once_and_none_of_what_was_deleted(alices, alice):
    here, gone = make_picture(alice), make_picture(alice)
    first, second = make_mask(here), make_mask(here)
    removed = make_mask(gone)
    Picture.objects.filter(pk=gone.pk).update(deleted_at="2026-01-01T00:00Z")
    page = alices.get(f"/pictures/{here.pk}/masks/").content.decode()
    assert second.file_url in page
    assert first.file_url not in page
    assert removed.file_url not in page


def test_without_a_fitting_mask_the_list_says_so(alices, alice):
    page = alices.get(f"/pictures/{make_picture(alice).pk}/masks/").content.decode()
    assert "No mask of an earlier edit has the shape of this picture yet." in page


def test_bob_sees_none_of_alices_masks(bobs, alice):
    picture = make_picture(alice)
    mask = make_mask(picture)
    assert bobs.get(f"/pictures/{picture.pk}/masks/").status_code == 404
    assert bobs.get(mask.file_url).status_code == 404
