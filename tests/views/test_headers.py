"""What browsers are told; on every address: test_who_may.py."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.views.test_access import belongings  # noqa: F401

pytestmark = pytest.mark.django_db


def test_files_cannot_run_anything(alices, belongings):  # noqa: F811
    url = reverse("editor:picture_preview", args=[belongings["pictures"]])
    answer = alices.get(url, headers={"accept": "image/avif,image/webp,*/*;q=0.8"})
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Type"] == "image/avif"
    assert "private" in answer["Cache-Control"]
    assert {"Cookie", "Accept"} <= set(answer["Vary"].split(", "))


@pytest.mark.once
@pytest.mark.parametrize("kind", ["thumb", "card", "preview"])
def test_a_browser_gets_avif_only_if_it_names_it(alices, belongings, kind):  # noqa: F811
    url = reverse(f"editor:picture_{kind}", args=[belongings["pictures"]])
    seen = {}
    for accept in ("image/avif,image/webp,*/*;q=0.8", "image/webp,image/*,*/*", "*/*", ""):
        answer = alices.get(url, headers={"accept": accept})
        seen[accept] = answer["Content-Type"]
        assert Image.open(io.BytesIO(answer.body)).get_format_mimetype() == seen[accept]
        assert answer["Vary"].count("Accept") == 1
        other = "*/*" if "avif" in accept else "image/avif"
        assert alices.get(url, headers={"accept": other})["ETag"] != answer["ETag"]
    assert list(seen.values()) == ["image/avif", "image/webp", "image/webp", "image/webp"]


def test_the_browser_is_spared_what_it_has(alices, belongings):  # noqa: F811
    url = reverse("editor:picture_thumb", args=[belongings["pictures"]])
    tag = alices.get(url)["ETag"]
    again = alices.get(url, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert not again.content


def test_an_upload_leaves_only_as_an_attachment(alices, belongings):  # noqa: F811
    answer = alices.get(reverse("editor:picture_original", args=[belongings["pictures"]]))
    assert answer["Content-Disposition"].startswith("attachment")


def test_private_pages_are_not_stored(alices):
    assert "no-store" in alices.get(reverse("editor:gallery"))["Cache-Control"]


def test_an_address_of_an_earlier_release_leads_to_the_current_file(client, settings):
    settings.STATIC_URL = "/static/aaaaaaaaaaaa/"
    moved = client.get("/static/bbbbbbbbbbbb/css/base.css")
    assert moved["Location"] == "/static/aaaaaaaaaaaa/css/base.css"
    assert client.get("/static/aaaaaaaaaaaa/css/none.css").status_code == 404


def test_the_pages_answer_only_to_their_own_names(settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    assert Client().get("/healthz", headers={"host": "evil.example"}).status_code == 400
