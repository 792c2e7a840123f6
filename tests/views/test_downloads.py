"""A picture in the format of one's choice: for its owner alone, and right in every bit."""

import io
import threading

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from editor import downloads, storage
from editor.models import JobState, Picture
from editor.uploads import receive_picture
from tests.factories import make_job, make_picture
from tests.imaging.profiles import rgb_profile
from tests.pictures import SECRET, encoded, exif_block, photo

pytestmark = pytest.mark.django_db

FORMATS = ["png", "jpeg", "webp", "avif"]
SCRIPT = {"accept": "application/json, image/*"}


def upload(owner, data: bytes, name: str = "IMG_0001.JPG") -> Picture:
    return receive_picture(owner, SimpleUploadedFile(name, data))


def asked(client, picture: Picture, **query: str):
    return client.get(picture.download_url, query)


def opened(answer) -> Image.Image:
    image = Image.open(io.BytesIO(answer.body))
    image.load()
    return image


@pytest.fixture
def result(alice):
    """A picture that an edit made, and its job."""
    job = make_job(alice, JobState.DONE)
    attempt = job.attempts.create(consent=job.consents.get(), state="saved")
    made = make_picture(alice, name="garden (edited)")
    attempt.results.create(index=0, raw="raw", raw_sha256="0" * 64, raw_bytes=1, picture=made)
    return made, job


@pytest.mark.parametrize("file_format", FORMATS)
def test_alice_gets_her_picture_in_each_format_at_full_size(alices, alice, file_format):
    profile = rgb_profile()
    picture = upload(alice, encoded(photo(300, 200), "JPEG", icc_profile=profile, quality=95))
    answer = asked(alices, picture, format=file_format)
    assert answer.status_code == 200
    assert answer["Content-Type"] == f"image/{file_format}"
    ending = "jpg" if file_format == "jpeg" else file_format
    assert answer["Content-Disposition"] == f'attachment; filename="IMG_0001.{ending}"'
    assert int(answer["Content-Length"]) == len(answer.body)
    image = opened(answer)
    assert (image.format, image.size) == (file_format.upper(), (300, 200))
    assert image.info["icc_profile"] == profile


def test_png_and_webp_at_100_hold_every_pixel_as_it_is(alices, alice):
    image = photo(120, 80, mode="RGBA")
    picture = upload(alice, encoded(image, "PNG"), "leaf.png")
    for query in ({"format": "png"}, {"format": "webp", "quality": "100"}):
        assert opened(asked(alices, picture, **query)).tobytes() == image.tobytes()


def test_a_picture_lying_on_its_side_leaves_upright_and_without_metadata(alices, alice):
    data = encoded(photo(), "JPEG", exif=exif_block(6, private=True), comment=SECRET.encode())
    picture = upload(alice, data)
    for file_format in FORMATS:
        answer = asked(alices, picture, format=file_format)
        assert SECRET.encode() not in answer.body
        image = opened(answer)
        assert image.size == (picture.width, picture.height) == (480, 640)
        assert len(image.getexif()) == 0
        assert "xmp" not in image.info


def test_quality_decides_how_large_the_file_becomes(alices, alice):
    picture = upload(alice, encoded(photo(400, 300), "PNG"))
    few, many = (
        len(asked(alices, picture, format="jpeg", quality=quality).body) for quality in ("40", "95")
    )
    assert few < many / 2


def test_a_jpeg_of_a_transparent_picture_lies_on_white_or_the_chosen_colour(alices, alice):
    clear = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    picture = upload(alice, encoded(clear, "PNG"), "clear.png")
    assert picture.transparent is True
    for query, seen in (({}, (255, 255, 255)), ({"background": "#2040A0"}, (32, 64, 160))):
        image = opened(asked(alices, picture, format="jpeg", **query))
        assert np.abs(np.subtract(image.getpixel((9, 9)), seen)).max() <= 3
    assert "JPEG knows no transparency" in alices.get(picture.download_url).content.decode()


def test_an_opaque_picture_is_not_asked_for_a_background(alices, alice):
    picture = upload(alice, encoded(photo(60, 40), "PNG"))
    assert 'name="background"' not in alices.get(picture.download_url).content.decode()
    Picture.objects.update(transparent=None)  # of an earlier release
    assert 'name="background"' in alices.get(picture.download_url).content.decode()


@pytest.mark.parametrize("file_format", FORMATS)
def test_prompt_and_model_are_written_into_a_result_only_when_asked_for(
    alices, result, file_format
):
    made, job = result
    plain = asked(alices, made, format=file_format).body
    told = asked(alices, made, format=file_format, words="1").body
    for word in (job.prompt, job.model_name):
        assert word.encode() not in plain
        assert word.encode() in told


def test_an_upload_has_no_words_to_carry(alices, alice, result):
    made, _job = result
    assert 'name="words"' in alices.get(made.download_url).content.decode()
    picture = make_picture(alice)
    assert 'name="words"' not in alices.get(picture.download_url).content.decode()
    first, second = (
        asked(alices, picture, format="png", **query).body for query in ({}, {"words": "1"})
    )
    assert first == second


def test_a_result_as_png_is_the_very_file_that_is_kept(alices, result):
    made, _job = result
    Picture.objects.filter(pk=made.pk).update(origin=Picture.Origin.RESULT)
    answer = asked(alices, made, format="png")
    assert answer.body == storage.get(made.file.name)
    assert 'filename="garden (edited).png"' in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"format": "exe"}, "Choose PNG, JPEG, WebP or AVIF"),
        ({"format": ""}, "Choose PNG, JPEG, WebP or AVIF"),
        ({"format": "jpeg", "quality": "abc"}, "whole number from 1 to 100"),
        ({"format": "jpeg", "quality": "0"}, "whole number from 1 to 100"),
        ({"format": "webp", "quality": "101"}, "whole number from 1 to 100"),
        ({"format": "webp", "quality": "9" * 5000}, "whole number from 1 to 100"),
        ({"format": "jpeg", "background": "red; x"}, "a colour like #ffffff"),
        ({"format": "png\x00"}, "Choose PNG, JPEG, WebP or AVIF"),
    ],
)
def test_a_wrong_address_is_answered_with_a_sentence(alices, alice, query, sentence):
    picture = make_picture(alice)
    page = asked(alices, picture, **query)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    answer = alices.get(picture.download_url, query, headers=SCRIPT)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]


def test_what_was_chosen_is_still_there_after_a_mistake(alices, alice):
    picture = make_picture(alice)
    page = asked(alices, picture, format="webp", quality="900").content.decode()
    assert 'value="webp" checked' in page
    page = asked(alices, picture, format='"><script>', quality='"><script>').content.decode()
    assert "<script>" not in page


def test_a_picture_too_long_for_webp_says_so(alices, alice):
    picture = upload(alice, encoded(Image.new("RGB", (16_400, 8)), "PNG"), "wide.png")
    page = asked(alices, picture, format="webp")
    assert page.status_code == 422
    assert "16,383 pixels" in page.content.decode()


@pytest.mark.parametrize("query", [{}, {"format": "png"}, {"format": "exe"}])
def test_nobody_else_gets_a_download(charlies, ritas, client, alice, query):
    picture = make_picture(alice)
    assert asked(charlies, picture, **query).status_code == 404
    assert asked(ritas, picture, **query).status_code == 404  # she may look, not take it away
    assert "/login/" in asked(client, picture, **query)["Location"]


def test_a_deleted_picture_and_one_whose_file_is_lost_are_not_there(alices, alice):
    picture, lost = make_picture(alice), make_picture(alice)
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now())
    storage.drop(lost.file.name)
    for gone in (picture, lost):
        assert asked(alices, gone, format="jpeg").status_code == 404


def test_the_browser_is_spared_a_file_that_it_has(alices, alice, monkeypatch):
    picture = make_picture(alice)
    first = asked(alices, picture, format="jpeg", quality="80")
    assert first["Cache-Control"].startswith("private")
    # What a PNG does not care for makes no other file of it.
    tags = {asked(alices, picture, format="png", quality=q)["ETag"] for q in ("10", "90")}
    assert len(tags | {first["ETag"]}) == 2
    monkeypatch.setattr(downloads, "make_download", None)
    again = alices.get(
        picture.download_url,
        {"format": "jpeg", "quality": "80"},
        headers={"If-None-Match": first["ETag"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("IMG_1.JPG", "IMG_1"),
        ("v1.2 (edited)", "v1.2 (edited)"),
        ("Grüße 🌅.heic", "Grüße 🌅"),
        ('a<b>:c"|d?*.png', "a_b__c__d__"),
        (".jpg", "picture"),
    ],
)
def test_files_are_named_after_the_picture(alices, alice, name, stem):
    picture = make_picture(alice)
    Picture.objects.filter(pk=picture.pk).update(name=name)
    for answer in (asked(alices, picture, format="png"), alices.get(picture.original_url)):
        said = answer["Content-Disposition"]
        assert "\n" not in said
        assert Picture.objects.get(pk=picture.pk).file_stem == stem
        if stem.isascii():
            assert f'filename="{stem}.png"' in said
        else:
            assert "filename*=utf-8''Gr%C3%BC%C3%9Fe%20%F0%9F%8C%85.png" in said


def test_one_download_is_made_at_a_time_and_others_are_told_to_wait(alices, alice, monkeypatch):
    picture = make_picture(alice)
    monkeypatch.setattr(downloads, "PATIENCE_SECONDS", 0.05)
    at_it, done = threading.Event(), threading.Event()
    real = downloads.apart.run

    def slow(*args):
        at_it.set()
        done.wait(10)
        return real(*args)

    monkeypatch.setattr(downloads.apart, "run", slow)
    how = downloads.DownloadAs(downloads.OutFormat.JPEG)
    kept = downloads.kept(picture)
    monkeypatch.setattr(downloads, "kept", lambda _picture: kept)
    first = threading.Thread(target=downloads.make_download, args=(picture, how))
    first.start()
    at_it.wait(10)
    try:
        answer = alices.get(picture.download_url, {"format": "avif"}, headers=SCRIPT)
        assert answer.status_code == 503
        assert "try again in a moment" in answer.json()["error"]
    finally:
        done.set()
        first.join()
    assert asked(alices, picture, format="avif").status_code == 200


def test_a_picture_that_makes_its_writer_fail_is_answered_with_a_sentence(
    alices, alice, monkeypatch, caplog
):
    picture = make_picture(alice)

    def fails(*_args):
        raise downloads.apart.StepFailed("it took its process down", died=True)

    monkeypatch.setattr(downloads.apart, "run", fails)
    page = asked(alices, picture, format="avif")
    assert page.status_code == 422
    assert "Choose another one" in page.content.decode()
    assert "could not be written as avif" in caplog.text


def test_a_results_page_offers_the_other_formats(alices, result):
    made, job = result
    page = alices.get(job.get_absolute_url()).content.decode()
    assert f'popovertarget="download-{made.pk}"' in page
    assert reverse("editor:picture_download", args=[made.pk]) in page


def test_a_picture_that_storage_has_damaged_is_not_there_instead_of_an_error(client, alice):
    picture = make_picture(alice)
    storage.drop(picture.file.name, picture.thumb.name)
    storage.put(picture.file.name, b"no picture any more")
    Picture.objects.filter(pk=picture.pk).update(thumb="")
    client.force_login(alice)
    for name in ("picture_full", "picture_thumb"):
        assert client.get(reverse(f"editor:{name}", args=[picture.pk])).status_code == 404
    for origin in ("upload", "extended"):
        Picture.objects.filter(pk=picture.pk).update(origin=origin, format="PNG")
        assert asked(client, picture, format="png").status_code == 404
