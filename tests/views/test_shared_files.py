"""The files of share links: written anew, so that nothing private goes along."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from editor import shared_files
from editor.models import EditJob, JobState
from editor.renditions import make_waiting
from editor.sharing_links import Shown
from editor.uploads import receive_picture
from tests.factories import make_job, make_picture
from tests.imaging.profiles import DISPLAY_P3, rgb_profile
from tests.views.test_shared_pages import AVIF, file_of, link_to

pytestmark = pytest.mark.django_db


def photograph(private: bytes) -> bytes:
    """A JPEG as a camera writes it, with a name in all the places where there can be one."""
    exif = Image.Exif()
    exif[0x010F], exif[0x8298], exif[0x010E] = "Cameramaker", private.decode(), private.decode()
    exif[0x8769] = {0x9286: private, 0xA430: private.decode()}
    exif[0x8825] = {1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 12.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace(b"sRGB built-in"[:4], private[:4])
    picture = Image.effect_mandelbrot((1300, 900), (-2, -1.5, 1, 1.5), 60).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, icc_profile=profile, comment=private, quality=95)
    return out.getvalue()


def test_no_byte_that_is_served_tells_of_camera_place_or_person(anonymous, alice):
    private = b"Alice Example, 12 Secret Lane"
    data = photograph(private)
    for there in (private, b"Exif", b"Cameramaker", b"ICC_PROFILE"):
        assert there in data
    upload = SimpleUploadedFile("alice-at-home.jpg", data)
    picture = receive_picture(alice, upload)
    make_waiting(picture.pk)
    link = link_to(alice, Shown(picture), allow_download=True)
    served = [anonymous.get(link).content]
    for kind in shared_files.KINDS:
        for accept in (AVIF, {"accept": "*/*"}):
            for _ in range(2):  # made, and as it was kept
                answer = anonymous.get(file_of(link, picture, kind), headers=accept)
                assert answer.status_code == 200
                image = Image.open(io.BytesIO(answer.body))
                image.load()
                assert not image.getexif()
                assert not image.info.keys() & {"exif", "xmp", "icc_profile", "comment"}
                served += [answer.body, str(answer.items()).encode()]
    for body in served:
        for word in (b"Alice", b"Secret", b"Cameramaker", b"GPS", b"alice-at", b"ICC_PROFILE"):
            assert word not in body
        assert data[:2000] not in body
        assert b"Exif\x00\x00" not in body


def test_a_wide_gamut_looks_the_same_without_its_profile(anonymous, alice):

    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 100, 50)).save(out, "PNG", icc_profile=rgb_profile(DISPLAY_P3))
    picture = receive_picture(alice, SimpleUploadedFile("p3.png", out.getvalue()))
    link = link_to(alice, Shown(picture), allow_download=True)
    body = anonymous.get(file_of(link, picture, "full")).body
    red, green, blue = Image.open(io.BytesIO(body)).convert("RGB").getpixel((20, 15))
    assert red > 208  # the same colour is a stronger one in sRGB
    assert abs(green - 97) < 6
    assert abs(blue - 36) < 14


def test_where_something_shows_through_the_full_size_keeps_it_and_chats_get_white(anonymous, alice):
    clear = Image.new("RGBA", (40, 30), (255, 0, 0, 0))
    out = io.BytesIO()
    clear.save(out, "PNG")
    picture = receive_picture(alice, SimpleUploadedFile("clear.png", out.getvalue()))
    link = link_to(alice, Shown(picture), allow_download=True)
    for _ in range(2):
        full = anonymous.get(file_of(link, picture, "full"))
        assert full["Content-Type"] == "image/png"
        assert Image.open(io.BytesIO(full.body)).getpixel((5, 5))[3] == 0
    chat = Image.open(io.BytesIO(anonymous.get(file_of(link, picture, "chat")).body))
    assert min(chat.getpixel((5, 5))) > 250


def test_of_a_result_neither_prompt_nor_mask_nor_other_results_are_told(anonymous, alice):
    job = make_job(alice, JobState.DONE)
    made = make_picture(alice, name="made.png")
    link = link_to(alice, Shown(made, job.picture), title="Pond")
    page = anonymous.get(link).content.decode()
    told = EditJob.objects.values("prompt", "model_name").get(pk=job.pk)
    for private in (*told.values(), str(job.pk), str(job.mask_id), "alice", "made.png"):
        assert private not in page
