"""Thumbnails from the bucket: links that stay the same for a window, and open nothing else."""

import time

import pytest
import requests
from django.core.files.storage import storages
from django.utils import timezone

from editor import storage
from editor.models import Picture
from editor.signed_links import LIFE_SECONDS, WINDOW_SECONDS, link_to
from tests.factories import make_picture

pytestmark = [pytest.mark.django_db, pytest.mark.servers, pytest.mark.once]
IMG = {"accept": "image/avif,*/*", "sec-fetch-dest": "image", "sec-fetch-mode": "no-cors"}


@pytest.fixture
def bucket(s3_bucket, settings):
    """Files lie in a real bucket, and small ones are fetched from there."""
    given = {
        "bucket_name": s3_bucket.bucket,
        "endpoint_url": s3_bucket.endpoint_url,
        "region_name": s3_bucket.region,
        "access_key": s3_bucket.access_key_id,
        "secret_key": s3_bucket.secret_access_key,
        "addressing_style": "path",
        "signature_version": "s3v4",
        "file_overwrite": True,
    }
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": given}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    settings.S3_SIGNED_LINKS = True
    assert storages["default"].bucket_name == s3_bucket.bucket
    return s3_bucket


def test_alices_wall_is_led_to_the_bucket_and_gets_the_very_bytes(alices, alice, bucket):
    picture = make_picture(alice)
    answer = alices.get(picture.wall_url, headers=IMG)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{bucket.endpoint_url}/{bucket.bucket}/pictures/")
    for name in ("Cookie", "Accept", "Sec-Fetch-Dest", "Sec-Fetch-Mode"):
        assert name in answer["Vary"]
    fetched = requests.get(answer["Location"], timeout=10)
    assert fetched.content == storage.get(picture.thumb.name)
    assert fetched.headers["Content-Type"] == "image/avif"
    assert fetched.headers["Content-Disposition"] == "inline"
    assert fetched.headers["Cache-Control"] == f"private, max-age={LIFE_SECONDS}, immutable"


def test_the_link_stays_the_same_for_a_window_and_the_browser_asks_again_before_it_dies(bucket):
    begun = 500_000 * WINDOW_SECONDS
    first, seconds = link_to("a/b.avif", "image/avif", begun)
    last, left = link_to("a/b.avif", "image/avif", begun + WINDOW_SECONDS - 0.5)
    assert first == last
    assert (seconds, left) == (WINDOW_SECONDS - 1, 0)
    assert link_to("a/b.avif", "image/avif", begun + WINDOW_SECONDS)[0] != first
    assert seconds < WINDOW_SECONDS < LIFE_SECONDS


def test_a_link_opens_one_object_until_it_dies_and_nothing_else(bucket):
    storage.put("a/one.avif", b"one")
    storage.put("a/two.avif", b"two")
    now = time.time()
    link = link_to("a/one.avif", "image/avif", now)[0]
    assert requests.get(link, timeout=10).content == b"one"
    earlier = link_to("a/one.avif", "image/avif", now - WINDOW_SECONDS)[0]
    assert requests.get(earlier, timeout=10).status_code == 200
    for wrong in (
        link.replace("one.avif", "two.avif"),
        link.replace("image%2Favif", "text%2Fhtml"),
        link.replace("X-Amz-Expires=7200", "X-Amz-Expires=72000"),
        link_to("a/one.avif", "image/avif", now - LIFE_SECONDS - WINDOW_SECONDS)[0],
    ):
        assert wrong != link
        assert requests.get(wrong, timeout=10).status_code == 403, wrong
    assert requests.put(link, b"other", timeout=10).status_code == 403
    assert requests.delete(link, timeout=10).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {**IMG, "sec-fetch-mode": "cors"}, {**IMG, "sec-fetch-dest": "empty"}],
)
def test_whoever_may_read_pixels_gets_the_bytes_from_here(alices, alice, bucket, headers):
    assert alices.get(make_picture(alice).wall_url, headers=headers).status_code == 200


def test_other_pages_and_larger_files_never_lead_to_the_bucket(alices, alice, bucket):
    picture = make_picture(alice)
    for url in (picture.thumb_url, f"{picture.preview_url}?wall", f"{picture.full_url}?wall"):
        assert alices.get(url, headers=IMG).status_code == 200, url
    assert alices.get(f"{picture.original_url}?wall", headers=IMG).status_code == 200


def test_nobody_else_is_given_a_link(charlies, ritas, anonymous, alice, bucket):
    picture = make_picture(alice)
    assert charlies.get(picture.wall_url, headers=IMG).status_code == 404
    assert ritas.get(picture.wall_url, headers=IMG).status_code == 200  # she sees it from here
    assert "/login/" in anonymous.get(picture.wall_url, headers=IMG)["Location"]


def test_what_lies_in_the_trash_or_is_not_made_yet_has_no_link(alices, alice, bucket):
    picture = make_picture(alice)
    Picture.objects.filter(pk=picture.pk).update(thumb="")
    assert alices.get(picture.wall_url, headers=IMG).status_code == 200
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now())
    assert alices.get(picture.wall_url, headers=IMG).status_code == 404


def test_without_the_setting_there_is_one_address_and_no_link(alices, alice, settings):
    settings.S3_SIGNED_LINKS = False
    picture = make_picture(alice)
    assert picture.wall_url == picture.thumb_url
    assert alices.get(f"{picture.thumb_url}?wall", headers=IMG).status_code == 200
