"""Storage over the wire that refuses, says nothing, forbids, fails, or gives back other bytes."""

import io
import runpy

import pytest
from botocore.config import Config
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from editor import results, storage
from editor.invariants import broken_invariants
from editor.models import EditJob, JobState, Lifeboat, Picture
from editor.processing import process_job
from editor.results import keep_answer
from editor.tasks import run_job
from nanoedit_site.env import ROOT
from tests.factories import make_job, make_model, make_picture, picture_bytes
from tests.faults.fake_s3 import FakeS3, flip_a_byte
from tests.faults.place import wait_until

pytestmark = pytest.mark.faults
READ_SECONDS = 0.15
AWAY = ["refusing", "silent", "forbidding", "failing"]


@pytest.fixture
def s3():
    """An S3 server that does as it is told."""
    server = FakeS3()
    yield server
    server.close()


@pytest.fixture(scope="module")
def site_storage(tmp_path_factory):
    """The storage as the settings make it of NanoEdit's own variables."""
    folder = tmp_path_factory.mktemp("settings")
    (folder / "empty.env").touch()
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("NANOEDIT_ENV_FILE", str(folder / "empty.env"))
        environ.setenv("NANOEDIT_DATA_DIR", str(folder))
        for name, value in FakeS3.settings_for("http://127.0.0.1:9").items():
            environ.setenv(name, value)
        return runpy.run_path(str(ROOT / "nanoedit_site" / "settings.py"))["MEDIA_STORAGE"]


@pytest.fixture
def on_s3(s3, site_storage, settings, monkeypatch):
    """This process keeps its files there; as in production, but for how long it waits."""
    options = {**site_storage["OPTIONS"], "endpoint_url": s3.url}
    quick = Config(read_timeout=READ_SECONDS)
    options["client_config"] = options["client_config"].merge(quick)
    settings.STORAGES = {**site.STORAGES, "default": {**site_storage, "OPTIONS": options}}
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    return s3


@pytest.fixture
def job(alice, upstream, on_s3):
    return make_job(alice, model=make_model("sandbox/inpaint-pro"), picture=make_picture(alice))


def state(job):
    return EditJob.objects.get(pk=job.pk).state


@pytest.mark.django_db
@pytest.mark.parametrize("mood", AWAY)
def test_bytes_paid_for_wait_in_the_database_until_storage_is_well(
    job, upstream, on_s3, monkeypatch, mood
):
    attempt_id = process_job(job.pk)
    on_s3.turn(mood)
    keep_answer(attempt_id)
    assert state(job) == JobState.RECEIVED
    assert Lifeboat.objects.count() == 1
    on_s3.turn("well")
    monkeypatch.setattr(results, "_fetch", None)  # the link may be dead by now
    keep_answer(attempt_id)
    assert state(job) == JobState.DONE
    assert not Lifeboat.objects.exists()
    assert broken_invariants(calls_seen={job.pk: len(upstream.calls())}, read_bytes=True) == []


@pytest.mark.django_db
@pytest.mark.parametrize("mood", [*AWAY, "stuck"])
def test_nothing_is_sent_while_the_picture_cannot_be_read(job, upstream, on_s3, mood):
    on_s3.turn(mood)
    assert process_job(job.pk) is None
    assert state(job) == JobState.WAITING
    assert upstream.calls() == []
    on_s3.turn("well")
    assert broken_invariants(read_bytes=True) == []


@pytest.mark.django_db
@pytest.mark.parametrize("mood", AWAY)
def test_an_upload_is_refused_in_words_and_leaves_no_row(alices, on_s3, mood):
    on_s3.turn(mood)
    files = {"files": SimpleUploadedFile("garden.png", picture_bytes())}
    answer = alices.post("/pictures/", files, headers={"accept": "application/json"})
    assert answer.status_code == 507
    assert "storage" in answer.json()["error"]
    assert not Picture.objects.exists()


@pytest.mark.django_db
def test_an_object_that_was_stored_but_not_confirmed_is_written_over(job, on_s3):
    attempt_id = process_job(job.pk)
    on_s3.turn("losing")
    keep_answer(attempt_id)
    assert storage.raw_key(attempt_id, 0) in on_s3.objects
    assert state(job) == JobState.RECEIVED
    on_s3.turn("well")
    keep_answer(attempt_id)
    assert state(job) == JobState.DONE
    assert broken_invariants(read_bytes=True) == []


@pytest.mark.parametrize("mood", ["silent", "stuck"])
def test_a_server_that_says_nothing_holds_a_thread_for_less_than_a_minute(
    on_s3, site_storage, mood
):
    """Counted in tries, and reckoned with the waits of the real settings."""
    storage.put("masks/1/mask.png", b"x" * 1000)
    on_s3.turn(mood)
    on_s3.requests.clear()
    with pytest.raises(Exception, match=r"(?i)timeout|retries exceeded"):
        storage.get("masks/1/mask.png")
    silences = len(on_s3.requests) - (on_s3.requests.count("HEAD") if mood == "stuck" else 0)
    config = site_storage["OPTIONS"]["client_config"]
    assert 1 < silences * config.read_timeout < 60
    assert config.connect_timeout * config.retries["total_max_attempts"] < 10


# Other bytes than were written


@pytest.mark.django_db
def test_verify_finds_what_comes_back_otherwise(job, on_s3):
    run_job(str(job.pk))
    assert broken_invariants(read_bytes=True) == []
    on_s3.turn("lying")
    assert broken_invariants() == []
    found = {broken.row.split()[0] for broken in broken_invariants(read_bytes=True)}
    assert found == {"picture", "mask", "result"}
    assert {broken.name for broken in broken_invariants(read_bytes=True)} == {"I5"}


@pytest.mark.django_db
def test_the_lifeboat_is_not_let_go_before_its_bytes_come_back_whole(job, on_s3):
    attempt_id = process_job(job.pk)
    on_s3.turn("forbidding")
    keep_answer(attempt_id)
    on_s3.turn("lying")
    keep_answer(attempt_id)
    assert state(job) == JobState.RECEIVED
    assert Lifeboat.objects.count() == 1
    on_s3.turn("well")
    keep_answer(attempt_id)
    assert state(job) == JobState.DONE
    assert broken_invariants(read_bytes=True) == []


@pytest.mark.django_db
@pytest.mark.parametrize("what", [".raw", "mask", "original"])
def test_nothing_is_composed_of_other_bytes_than_were_written(job, on_s3, monkeypatch, what):
    attempt_id = process_job(job.pk)
    on_s3.turn("forbidding")
    keep_answer(attempt_id)
    monkeypatch.setattr(results, "_fetch", dead_link)
    on_s3.turn("well")
    on_s3.lies_about, on_s3.lie = what, redrawn
    on_s3.turn("lying")
    for _ in range(3):
        keep_answer(attempt_id)
    assert state(job) == JobState.RECEIVED
    on_s3.turn("well")
    keep_answer(attempt_id)
    assert state(job) == JobState.DONE
    assert broken_invariants(read_bytes=True) == []


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["mask", "original"])
def test_nothing_is_sent_of_other_bytes_than_were_written(job, upstream, on_s3, what):
    on_s3.lies_about, on_s3.lie = what, redrawn
    on_s3.turn("lying")
    assert process_job(job.pk) is None
    assert state(job) == JobState.WAITING
    assert upstream.calls() == []
    on_s3.turn("well")
    assert broken_invariants(read_bytes=True) == []


@pytest.mark.django_db
@pytest.mark.parametrize("damage", ["other bytes", "gone"])
def test_an_answer_that_storage_has_damaged_is_fetched_again_while_its_link_lives(
    job, upstream, on_s3, monkeypatch, damage
):
    attempt_id = process_job(job.pk)
    raw = storage.raw_key(attempt_id, 0)
    with monkeypatch.context() as later:
        later.setattr(results, "compose_result", None)
        keep_answer(attempt_id)
    assert state(job) == JobState.RECEIVED
    data = on_s3.objects.pop(raw)
    if damage == "other bytes":
        on_s3.objects[raw] = flip_a_byte(data)
    keep_answer(attempt_id)
    assert state(job) == JobState.DONE
    assert len(upstream.calls()) == 1
    assert broken_invariants(read_bytes=True) == []


def dead_link(*_):
    message = "The link is dead."
    raise results.NotFetched(message)


def redrawn(data):
    """A picture of the same size and kind with other pixels: nothing but its digest tells."""
    given = Image.open(io.BytesIO(data))
    out = io.BytesIO()
    Image.new(given.mode, given.size, "white").save(out, "PNG")
    return out.getvalue()


# With a worker


@pytest.mark.line
@pytest.mark.django_db(databases=[])
def test_a_worker_goes_on_by_itself_when_a_silent_server_speaks_again(on_s3, place):
    place.environ.update(on_s3.settings_for(on_s3.url))
    place.upstream.fail_with({"kind": "slow", "seconds": 0.5})
    paid = place.submit()
    worker = place.start_worker(FAULT_S3_READ=str(READ_SECONDS))
    wait_until(place.upstream.calls, "the call")
    on_s3.turn("silent")
    wait_until(Lifeboat.objects.exists, "the lifeboat")
    on_s3.turn("well")
    place.wait_for(paid, JobState.DONE)
    assert worker.process.poll() is None
    place.assert_account(paid, calls=1, consents=1)
    place.assert_all_is_well()
