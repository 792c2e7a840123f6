"""Bringing pictures in over HTTP."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from editor import storage
from editor.models import Picture
from editor.renditions import make_waiting
from tests.factories import picture_bytes

pytestmark = pytest.mark.django_db

UPLOAD = "/pictures/"
SCRIPT = {"accept": "application/json"}


def file(data: bytes | None = None, name: str = "garden.png", mime: str = "image/png"):
    return SimpleUploadedFile(name, picture_bytes() if data is None else data, mime)


def shown_picture() -> Picture:
    """The one picture, once the worker has made what pages show of it."""
    make_waiting(Picture.objects.get().pk)
    return Picture.objects.get()


def test_a_script_gets_the_picture_and_its_card(alices, alice):
    answer = alices.post(UPLOAD, {"files": file()}, headers=SCRIPT)
    assert answer.status_code == 201
    picture = Picture.objects.get()
    assert answer.json()["url"] == picture.get_absolute_url()
    assert picture.thumb_url in answer.json()["card"]
    assert (picture.owner, picture.width, picture.height) == (alice, 320, 240)


def test_a_plain_form_with_one_picture_leads_to_its_studio(alices):
    answer = alices.post(UPLOAD, {"files": file()})
    assert answer["Location"] == Picture.objects.get().get_absolute_url()


def test_several_pictures_of_a_plain_form_are_all_kept(alices):
    answer = alices.post(UPLOAD, {"files": [file(), file(), file()]})
    assert answer["Location"] == "/"
    assert Picture.objects.count() == 3


def test_a_bad_file_among_good_ones_is_named_and_the_others_are_kept(alices):
    answer = alices.post(UPLOAD, {"files": [file(), file(b"no picture", "notes.png")]}, follow=True)
    assert Picture.objects.count() == 1
    assert "notes.png" in answer.content.decode()


def test_the_original_bytes_come_back_to_the_last_bit(alices):
    data = picture_bytes(image_format="JPEG")
    alices.post(UPLOAD, {"files": file(data, "IMG_0001.jpg", "image/jpeg")}, headers=SCRIPT)
    picture = Picture.objects.get()
    answer = alices.get(picture.original_url)
    assert answer.body == data
    assert 'filename="IMG_0001.jpg"' in answer["Content-Disposition"]


def test_a_picture_lying_on_its_side_is_kept_upright(alices):
    image = Image.open(io.BytesIO(picture_bytes()))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    alices.post(UPLOAD, {"files": file(out.getvalue(), "tilted.jpg")}, headers=SCRIPT)
    picture = shown_picture()
    assert (picture.width, picture.height) == (240, 320)
    assert Image.open(io.BytesIO(storage.get(picture.preview.name))).size == (240, 320)


def test_no_rendition_carries_metadata(alices):
    image = Image.open(io.BytesIO(picture_bytes()))
    exif = Image.Exif()
    exif[0x010F] = "A camera with a secret owner"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"secret comment")
    alices.post(UPLOAD, {"files": file(out.getvalue(), "x.jpg")}, headers=SCRIPT)
    picture = shown_picture()
    full = alices.get(picture.full_url).body
    for data in (storage.get(picture.preview.name), storage.get(picture.thumb.name), full):
        assert b"secret" not in data
        assert not Image.open(io.BytesIO(data)).getexif()


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 422, "empty"),
        (b"just text", 422, "picture"),
        (picture_bytes()[:2000], 422, ""),
        (b"GIF89a" + b"\0" * 30, 422, "GIF"),
    ],
    ids=["empty", "text", "cut", "gif"],
)
def test_a_refusal_is_one_clear_sentence_and_keeps_nothing(alices, data, status, words):
    answer = alices.post(UPLOAD, {"files": file(data)}, headers=SCRIPT)
    assert answer.status_code == status
    sentence = answer.json()["error"]
    assert words.lower() in sentence.lower()
    assert sentence.endswith(".")
    assert not Picture.objects.exists()


def test_25_a_file_over_the_limit_is_refused_with_413(alices, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    answer = alices.post(UPLOAD, {"files": file()}, headers=SCRIPT)
    assert answer.status_code == 413
    assert "limit" in answer.json()["error"]
    assert not Picture.objects.exists()


def test_27_two_hundred_files_in_one_form_are_refused(alices):
    answer = alices.post(UPLOAD, {"files": [file(b"x") for _ in range(200)]})
    assert answer.status_code == 400
    assert not Picture.objects.exists()


def test_28_spaces_in_base64_multipart_are_refused_quickly(alices):
    body = (
        b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + b" " * 2_000_000 + b"\r\n--B--\r\n"
    )
    answer = alices.generic("POST", UPLOAD, body, "multipart/form-data; boundary=B", headers=SCRIPT)
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("con.png", "con.png"),
        ("x.png.php", "x.png.php"),
        ("\u202egnp.exe", "gnp.exe"),
        ("☀️ garden.png", "☀️ garden.png"),
        ("a" * 5000 + ".png", "a" * 120),
        ('"><img src=x onerror=alert(1)>.png', "alert(1)"),
    ],
)
def test_29_a_strange_file_name_is_only_ever_shown(alices, given, shown):
    alices.post(UPLOAD, {"files": file(name=given)}, headers=SCRIPT)
    picture = Picture.objects.get()
    assert shown[:100] in picture.name or picture.name.startswith(shown[:100])
    assert str(picture.pk) in picture.file.name
    assert "passwd" not in picture.file.name
    page = alices.get("/").content.decode()
    assert "<img src=x" not in page


def test_30_the_declared_type_is_not_believed(alices):
    alices.post(UPLOAD, {"files": file(mime="text/html")}, headers=SCRIPT)
    picture = Picture.objects.get()
    assert picture.mime == "image/png"
    assert alices.get(picture.original_url)["Content-Type"] == "image/png"


def test_31_the_same_file_twice_is_two_pictures_with_the_same_digest(alices):
    alices.post(UPLOAD, {"files": [file(), file()]})
    first, second = Picture.objects.all()
    assert first.sha256 == second.sha256
    assert first.pk != second.pk


def test_32_an_upload_that_is_cut_leaves_no_row(alices):
    body = (
        b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        + picture_bytes()[:-400]
    )
    alices.generic("POST", UPLOAD, body, "multipart/form-data; boundary=B", headers=SCRIPT)
    assert not Picture.objects.exists()


def test_35_who_is_logged_out_stores_nothing(anonymous):
    anonymous.post(UPLOAD, {"files": file()}, headers=SCRIPT)
    assert not Picture.objects.exists()


def test_36_a_full_disk_is_said_and_leaves_no_row(alices, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "put", full)
    answer = alices.post(UPLOAD, {"files": file()}, headers=SCRIPT)
    assert answer.status_code == 507
    assert "storage" in answer.json()["error"]
    assert not Picture.objects.exists()


def test_36_a_full_disk_turns_readiness_red(client, monkeypatch, db):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.Storage.save", full)
    answer = client.get(reverse("editor:readyz"))
    assert answer.status_code == 503
    assert "storage" in answer.json()["problems"]


def test_a_form_without_a_file_is_told_so(alices):
    answer = alices.post(UPLOAD, headers=SCRIPT)
    assert answer.status_code == 422
    assert "No file" in answer.json()["error"]
