"""Downloads as ZIP: asked for in the gallery, followed on a page, fetched by their owner alone."""

import errno
import io
import json
import uuid
import zipfile
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.urls import reverse
from django.utils import timezone

from editor import archives, storage
from editor.archives import ask_for_archive, sweep
from editor.models import Archive
from editor.packing import make_next
from tests.factories import make_picture

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def packing_folder(settings, tmp_path):
    """Where archives are packed in the tests."""
    settings.PACKING_DIR = tmp_path / "packing"


def asked(browser, *pictures, **more):
    return browser.post(
        reverse("editor:archive_new"),
        {"pictures": " ".join(str(each.pk) for each in pictures), **more},
    )


@pytest.fixture
def ready(alice):
    """An archive of Alice's with two pictures, packed."""
    pictures = [make_picture(alice).pk for _ in range(2)]
    archive = ask_for_archive(alice, pictures=pictures, name="My trip")
    assert make_next()
    archive.refresh_from_db()
    return archive


def test_alice_is_told_how_much_it_is_before_she_asks(alice, alices, monkeypatch):
    one, two = make_picture(alice), make_picture(alice)
    page = asked(alices, one, two).content.decode()
    assert "Download 2 pictures as ZIP" in page
    assert not Archive.objects.exists()
    monkeypatch.setattr(archives, "MOST_PICTURES", 1)
    assert "in 2 files" in asked(alices, one, two).content.decode()


def test_alice_asks_waits_and_has_her_file(alice, alices):
    one, two = make_picture(alice), make_picture(alice)
    answer = asked(alices, one, two, choice="kept", name="My trip")
    archive = Archive.objects.get()
    assert answer["Location"] == archive.get_absolute_url()
    address = archive.get_absolute_url()
    page = alices.get(address).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert make_next()
    part = alices.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part, "nobody polls any more"
    assert f'data-fetch-now="{archive.file_url}"' in part
    assert "data-fetch-now" not in alices.get(address).content.decode(), "a reload fetches nothing"
    answer = alices.get(archive.file_url)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="My trip.zip"'
    assert int(answer["Content-Length"]) == len(answer.body)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as opened:
        assert opened.testzip() is None
        assert len(opened.namelist()) == 4


def test_a_script_gets_the_address(alice, alices):
    picture = make_picture(alice)
    data = {"pictures": str(picture.pk), "choice": "webp"}
    answer = alices.post(reverse("editor:archive_new"), data, headers=JSON)
    assert answer.status_code == 201
    assert answer.json()["url"] == Archive.objects.get().get_absolute_url()


def test_a_download_that_was_cut_off_goes_on_where_it_was(alices, ready):
    whole = alices.get(ready.file_url).body
    rest = alices.get(ready.file_url, headers={"Range": "bytes=100-"})
    assert rest.status_code == 206
    assert rest.body == whole[100:]
    assert rest["Content-Range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"
    some = alices.get(ready.file_url, headers={"Range": "bytes=10-19"})
    assert some.body == whole[10:20]
    same = {"Range": "bytes=10-19", "If-Range": f'"{ready.sha256}"'}
    assert alices.get(ready.file_url, headers=same).status_code == 206
    other = {"Range": "bytes=10-19", "If-Range": '"another"'}
    assert alices.get(ready.file_url, headers=other).body == whole
    for odd in ("bytes=5-2", "bytes=-5", "bytes=9999999-", "lines=1-2", "bytes=1-2,4-5"):
        answer = alices.get(ready.file_url, headers={"Range": odd})
        assert (answer.status_code, answer.body) == (200, whole)


def test_bob_and_charlie_and_rita_get_nothing_of_it(alice, bobs, charlies, ritas, ready):
    for browser in (bobs, charlies, ritas):
        for name in ("archive", "archive_file"):
            assert browser.get(reverse(f"editor:{name}", args=[ready.pk])).status_code == 404
        for name in ("archive_again", "archive_delete"):
            assert browser.post(reverse(f"editor:{name}", args=[ready.pk])).status_code == 404
        assert "My trip" not in browser.get(reverse("editor:archives")).content.decode()
        assert asked(browser, make_picture(alice), choice="kept").status_code == 404
    assert Archive.objects.count() == 1


def test_ids_that_are_none_are_not_there(alices):
    for pictures in ("nonsense", str(uuid.uuid4())):
        data = {"pictures": pictures, "choice": "kept"}
        assert alices.post(reverse("editor:archive_new"), data).status_code == 404


def test_what_cannot_be_packed_is_said_in_a_sentence(alice, alices):
    empty = alices.post(reverse("editor:archive_new"), {"choice": "kept"}, headers=JSON)
    assert (empty.status_code, json.loads(empty.content)) == (
        422,
        {"error": "There is no picture to pack: choose at least one."},
    )
    page = asked(alices, make_picture(alice), choice="tiff")
    followed = alices.get(page["Location"]).content.decode()
    assert "Choose the files as they are kept, JPEG or WebP." in followed


def test_after_its_time_it_is_offered_anew(alices, ready):
    Archive.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sweep()
    assert alices.get(ready.file_url).status_code == 404
    assert "Make it again" in alices.get(ready.get_absolute_url()).content.decode()
    alices.post(reverse("editor:archive_again", args=[ready.pk]))
    assert make_next()
    assert alices.get(ready.file_url).status_code == 200


def test_alice_deletes_it_before_its_time(alices, ready):
    answer = alices.post(reverse("editor:archive_delete", args=[ready.pk]), follow=True)
    assert "No archives yet" in answer.content.decode()
    assert alices.get(ready.file_url).status_code == 404


def test_a_file_that_storage_has_lost_is_not_there(alices, ready):
    ready.file.storage.delete(ready.file.name)
    assert alices.get(ready.file_url).status_code == 404


AWAY = [
    EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
    ClientError({"Error": {"Code": "SlowDown", "Message": "Slow down."}}, "HeadObject"),
    OSError(errno.EIO, "Input/output error", "/mnt/pictures/archives"),
]


@pytest.mark.parametrize("problem", AWAY, ids=lambda problem: type(problem).__name__)
def test_storage_that_is_away_is_said_and_costs_nothing(alices, ready, monkeypatch, problem):
    def away(*_):
        raise problem

    with monkeypatch.context() as patched:
        for name in ("look_at", "drop", "open_for_reading"):
            patched.setattr(storage, name, away)
        answer = alices.get(ready.file_url)
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert "storage does not answer just now" in answer.content.decode()
        told = alices.get(ready.file_url, headers={"Accept": "application/json"}).json()
        assert "Nothing is lost" in told["error"]
        original = reverse("editor:picture_original", args=[ready.asked["pictures"][0]])
        assert alices.get(original).status_code == 503
        assert alices.post(reverse("editor:archive_delete", args=[ready.pk])).status_code == 503
    assert sweep() == 1, "what was to be deleted goes later"
    assert alices.get(original).status_code == 200


def test_any_other_fault_is_not_taken_for_storage(alices, ready, monkeypatch):
    def bug(*_):
        raise PermissionError(errno.EACCES, "Permission denied", "/etc/shadow")

    monkeypatch.setattr(storage, "look_at", bug)
    with pytest.raises(PermissionError):
        alices.get(ready.file_url)


@pytest.mark.parametrize("asked_for", ["bytes=" + "9" * 5000 + "-", "bytes=0-" + "9" * 5000])
def test_a_range_that_no_file_has_gives_the_whole_file(alices, ready, asked_for):
    answer = alices.get(ready.file_url, headers={"Range": asked_for})
    assert answer.status_code == 200
    assert int(answer["Content-Length"]) == ready.bytes


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [("editor:archive_new", "editor:archives"), ("editor:gallery_action", "editor:gallery")],
)
def test_who_goes_back_to_a_form_is_led_to_its_page(alices, anonymous, name, leads_to):
    assert alices.get(reverse(name))["Location"] == reverse(leads_to)
    assert alices.head(reverse(name)).status_code == 302
    assert alices.put(reverse(name)).status_code == 405
    assert anonymous.get(reverse(name))["Location"].startswith(reverse("editor:login"))
