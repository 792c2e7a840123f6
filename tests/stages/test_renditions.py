"""What pages show of an upload is made after it was answered: by a worker, or by who asks first."""

import io
import threading
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from PIL import Image

from editor import recovery, renditions, storage, tasks
from editor.imaging import apart, steps
from editor.imaging.framing import Size
from editor.imaging.renditions import RenditionFormat
from editor.invariants import broken_invariants
from editor.models import EditJob, Picture, UpstreamModel
from editor.offers import refresh_catalogue
from editor.pictures import RENDITIONS, keep_picture
from editor.processing import process_job
from editor.results import keep_answer
from editor.uploads import receive_picture
from tests.factories import make_job, make_picture, picture_bytes
from tests.pictures import encoded

pytestmark = pytest.mark.django_db

AVIF, WEBP, JPEG = RenditionFormat.AVIF, RenditionFormat.WEBP, RenditionFormat.JPEG
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def upload(alice):
    """Upload a picture as the web process does."""

    def one(size=(1200, 800)):
        return receive_picture(alice, SimpleUploadedFile("garden.png", picture_bytes(size)))

    return one


@pytest.fixture
def hints(monkeypatch):
    """Collect hints instead of sending them to a broker."""
    sent = []
    for module in (recovery, tasks):
        monkeypatch.setattr(module, "send_hint", lambda task, pk: sent.append((task.name, pk)) or 1)
    return sent


@pytest.fixture
def made(monkeypatch):
    """Count how often renditions are made."""
    calls = []
    real = apart.run

    def counted(step, *args, **named):
        calls.append(step.__name__)
        return real(step, *args, **named)

    monkeypatch.setattr(renditions.apart, "run", counted)
    return calls


def shown(picture, kind, file_format=AVIF):
    with renditions.open_rendition(picture, kind, file_format) as stored:
        return Image.open(io.BytesIO(stored.read()))


def again(picture):
    return Picture.objects.get(pk=picture.pk)


def test_an_upload_answers_with_a_placeholder_and_no_renditions(upload):
    picture = again(upload())
    assert picture.placeholder.startswith("data:image/webp")
    assert (picture.width, picture.height, picture.transparent) == (1200, 800, False)
    assert {picture.preview.name, picture.card.name, picture.thumb.name} == {""}
    assert picture.renditions_due_at is not None
    assert default_storage.exists(picture.file.name)


def test_a_worker_makes_all_sizes_and_then_nothing_is_waited_for(upload):
    picture = upload()
    tasks.make_renditions(str(picture.pk))
    picture = again(picture)
    assert picture.renditions_due_at is None
    for kind, side in RENDITIONS.items():
        image = Image.open(io.BytesIO(storage.get(getattr(picture, kind).name)))
        assert (image.format, max(image.size)) == ("AVIF", min(side, 1200))


def test_a_second_hint_makes_nothing_again(upload, made):
    picture = upload()
    made.clear()
    tasks.make_renditions(str(picture.pk))
    tasks.make_renditions(str(picture.pk))
    assert made == ["renditions"]


def test_the_sweep_hints_an_upload_once_and_again_only_after_a_while(upload, hints):
    picture = upload()
    assert recovery.sweep() == 1
    assert hints == [("editor.make_renditions", picture.pk)]
    assert recovery.sweep() == 0
    Picture.objects.update(renditions_due_at=timezone.now() - timedelta(seconds=1))
    assert recovery.sweep() == 1


def test_a_heap_of_uploads_does_not_take_all_threads_of_a_worker(upload, hints):
    pictures = [upload((40, 30)) for _ in range(4)]
    recovery.sweep()
    recovery.sweep()
    assert len(hints) == renditions.AT_ONCE < len(pictures)
    tasks.make_renditions(str(hints[0][1]))  # the one that is through hints the next
    assert len(hints) == renditions.AT_ONCE + 1
    assert len({pk for _name, pk in hints}) == len(hints)


def test_a_broker_that_refuses_leaves_the_upload_to_the_next_sweep(upload, monkeypatch):
    upload()
    monkeypatch.setattr(tasks, "send_hint", lambda _task, _pk: False)
    assert tasks.hint_renditions() == 0
    monkeypatch.setattr(tasks, "send_hint", lambda _task, _pk: True)
    assert tasks.hint_renditions() == 1


def test_with_a_broker_the_upload_itself_tells_the_workers(upload, hints, settings):
    settings.HINTS_REACH_WORKERS = True
    picture = upload()
    assert hints == [("editor.make_renditions", picture.pk)]


def test_a_new_worker_forgets_the_hints_that_died_with_the_old_one(upload, hints):
    upload()
    recovery.sweep()
    recovery.forget_hints()
    assert recovery.sweep() == 1


def test_a_deleted_picture_is_left_alone(upload, hints):
    picture = upload()
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now())
    assert recovery.sweep() == 0
    tasks.make_renditions(str(picture.pk))
    assert not again(picture).thumb


def test_who_asks_before_the_worker_gets_it_and_spares_the_worker_the_work(upload, made):
    picture = again(upload())
    made.clear()
    assert shown(picture, "preview").size == (1200, 800)
    assert again(picture).renditions_due_at is None
    assert shown(again(picture), "thumb").size == (480, 320)
    tasks.make_renditions(str(picture.pk))
    assert made == ["renditions"]


def test_who_asks_while_the_worker_is_at_it_waits_for_it(upload, made, monkeypatch):
    picture = again(upload())
    renditions.take_due()  # the worker's hint
    made.clear()
    looked = []

    def the_worker_comes_to_its_end(_seconds):
        looked.append(1)
        renditions.make_waiting(picture.pk)

    monkeypatch.setattr(renditions.time, "sleep", the_worker_comes_to_its_end)
    assert shown(picture, "thumb").size == (480, 320)
    assert (made, looked) == (["renditions"], [1])


def test_who_has_waited_long_enough_for_a_worker_makes_it_themselves(upload, made, monkeypatch):
    picture = again(upload())
    renditions.take_due()
    made.clear()
    monkeypatch.setattr(renditions, "PATIENCE_SECONDS", 0.0)
    assert shown(picture, "card").size == (960, 640)
    assert made == ["renditions"]
    assert again(picture).renditions_due_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="one database in memory, one thread")
def test_two_makers_at_once_do_no_harm(upload):
    picture = again(upload())
    threads = [
        threading.Thread(target=lambda: (renditions.make_waiting(picture.pk), connection.close()))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shown(again(picture), "thumb").size == (480, 320)
    assert broken_invariants() == []


def test_a_browser_without_avif_gets_webp_that_is_made_once(upload, made):
    picture = upload()
    tasks.make_renditions(str(picture.pk))
    picture = again(picture)
    made.clear()
    assert renditions.format_of(picture, "thumb", takes_avif=False) is WEBP
    assert shown(picture, "thumb", WEBP).format == "WEBP"
    assert shown(picture, "thumb", WEBP).size == (480, 320)
    assert made == ["renditions"]
    assert shown(again(picture), "thumb").format == "AVIF"


@pytest.fixture
def result(alice, upstream):
    """A result of Alice's, kept a moment ago; gives it with the small copy that is left of it."""
    refresh_catalogue()
    model = UpstreamModel.objects.filter(mask_support="native").first()
    job = make_job(alice, model=model, picture=make_picture(alice, (640, 480)))
    EditJob.objects.update(size=model.sizes[0] if model.sizes else "")
    ((picture_id, screen),) = keep_answer(process_job(job.pk))
    return Picture.objects.get(pk=picture_id), screen


def test_a_result_is_shown_at_once_as_jpeg(result, made):
    picture, _screen = result
    for kind in RENDITIONS:
        assert renditions.format_of(picture, kind, takes_avif=True) is JPEG
        image = shown(picture, kind, JPEG)
        assert (image.format, max(image.size)) == ("JPEG", min(RENDITIONS[kind], picture.width))
    assert made == []
    assert broken_invariants() == []


@pytest.mark.parametrize("accepts", ["image/avif,image/webp,*/*", "image/webp,*/*"])
def test_alice_is_told_what_it_is_before_and_after(result, alices, accepts):
    picture, screen = result
    first = alices.get(picture.preview_url, headers={"accept": accepts})
    assert first["Content-Type"] == "image/jpeg"
    assert first.body.startswith(b"\xff\xd8\xff")
    renditions.make_waiting(picture.pk, screen)
    then = alices.get(picture.preview_url, headers={"accept": accepts})
    assert then["Content-Type"] == accepts.partition(",")[0]
    assert then["ETag"] != first["ETag"]


def test_bob_sees_none_of_it(result, bobs):
    assert bobs.get(result[0].preview_url).status_code == 404


def test_its_worker_then_makes_avif_without_reading_the_result_again(result, made):
    picture, screen = result
    first = [getattr(picture, kind).name for kind in RENDITIONS]
    renditions.make_waiting(picture.pk, screen)
    assert made == ["renditions_of"]
    picture = again(picture)
    assert picture.renditions_due_at is None
    for kind in RENDITIONS:
        assert renditions.format_of(picture, kind, takes_avif=True) is AVIF
        assert shown(picture, kind).format == "AVIF"
    assert not any(default_storage.exists(name) for name in first)
    assert broken_invariants() == []


def test_nobody_else_makes_them_unless_that_worker_dies(result, made, hints):
    picture, _screen = result
    assert recovery.sweep() == 0
    a_minute_later = timezone.now() - timedelta(seconds=1)
    Picture.objects.filter(pk=picture.pk).update(renditions_due_at=a_minute_later)
    assert recovery.sweep() == 1
    tasks.make_renditions(str(picture.pk))
    assert made == ["renditions"]
    assert shown(again(picture), "preview").format == "AVIF"


def test_who_opens_a_jpeg_at_the_moment_it_is_replaced_still_gets_one(result):
    before, screen = result
    renditions.make_waiting(before.pk, screen)
    image = shown(before, "thumb", JPEG)
    assert (image.format, image.width) == ("JPEG", 480)
    assert again(before).thumb.name.endswith(".avif")
    assert broken_invariants() == []


def test_a_jpeg_that_is_gone_is_made_of_a_picture_with_an_alpha_channel_too(alice):
    data = encoded(Image.new("RGBA", (600, 400), (10, 200, 30, 255)))
    read = steps.Kept(data, Size(600, 400)).read()
    made = steps._shown_at_once(read.image, None, tuple(RENDITIONS.values()))
    picture = keep_picture(alice, "pane", Picture.Origin.EXTENDED, data, made)
    picture.save(force_insert=True)
    storage.drop(picture.thumb.name)
    assert shown(picture, "thumb", JPEG).getpixel((9, 9)) == pytest.approx((10, 200, 30), abs=4)


def test_a_result_that_shows_something_through_is_avif_at_once(alice):
    image = Image.new("RGBA", (600, 400), (10, 200, 30, 90))
    made = steps._shown_at_once(image, None, tuple(RENDITIONS.values()))
    assert (made.kind, made.transparent, made.screen) == (AVIF, True, None)
    picture = keep_picture(alice, "veil", Picture.Origin.RESULT, picture_bytes(), made)
    assert picture.renditions_due_at is None
    assert shown(picture, "thumb").mode == "RGBA"


def test_renditions_of_an_earlier_release_go_on_as_they_are(upload, made):
    picture = upload()
    data = picture_bytes((480, 320), "WEBP")
    for kind in ("preview", "thumb"):
        setattr(picture, kind, storage.put(f"pictures/{picture.pk}/{kind}.webp", data))
    picture.renditions_due_at, picture.transparent = None, None
    picture.save()
    made.clear()
    picture = again(picture)
    for takes_avif in (True, False):
        assert renditions.format_of(picture, "thumb", takes_avif=takes_avif) is WEBP
    assert shown(picture, "thumb", WEBP).size == (480, 320)
    assert made == []
    assert broken_invariants() == []
    # The size that it never had is made when it is first asked for.
    assert renditions.format_of(picture, "card", takes_avif=True) is AVIF
    assert shown(picture, "card").size == (960, 640)
    picture = again(picture)
    assert picture.card.name.endswith("card.avif")
    assert picture.thumb.name.endswith("thumb.webp")
    assert broken_invariants() == []


def test_a_rendition_that_storage_lost_is_missed_and_made_anew(upload):
    picture = upload()
    tasks.make_renditions(str(picture.pk))
    picture = again(picture)
    storage.drop(picture.thumb.name)
    assert [str(broken) for broken in broken_invariants()] == [
        f"I5 picture {picture.pk}: no file {picture.thumb.name}"
    ]
    assert shown(picture, "thumb").size == (480, 320)
    assert broken_invariants() == []


def test_a_rendition_may_be_missing_only_while_it_is_waited_for(upload):
    picture = upload()
    assert broken_invariants() == []
    Picture.objects.update(renditions_due_at=None)
    assert [str(broken) for broken in broken_invariants()] == [
        f"I5 picture {picture.pk}: no preview, and nobody makes one",
        f"I5 picture {picture.pk}: no thumb, and nobody makes one",
    ]


def test_a_storage_that_takes_nothing_still_lets_pages_show_the_picture(upload, monkeypatch):
    picture = again(upload())

    def full(_key, _data):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(renditions.storage, "put", full)
        assert shown(picture, "thumb").size == (480, 320)
    assert again(picture).renditions_due_at is not None


@pytest.mark.parametrize(
    ("age", "pause"), [(0, 120), (600, 600), (90_000, 3600)], ids=["new", "ten minutes", "a day"]
)
def test_what_cannot_be_made_is_tried_again_less_and_less_often(upload, caplog, age, pause):
    picture = upload((40, 30))
    storage.drop(picture.file.name)
    Picture.objects.update(created_at=timezone.now() - timedelta(seconds=age))
    tasks.make_renditions(str(picture.pk))
    assert "could not be made" in caplog.text
    due = again(picture).renditions_due_at - timezone.now()
    assert abs(due.total_seconds() - pause) < 10
