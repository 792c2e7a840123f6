"""A disk that is really full: nothing new is taken on, and what was paid for waits for room."""

import shutil
import time

import pytest
from django.conf import settings as site
from django.db import DatabaseError

from editor.models import EditJob, JobState, Lifeboat
from tests.faults.full_disk import LimitedFiles, SmallDisk
from tests.faults.place import Place, using_database, wait_until

pytestmark = [pytest.mark.line, pytest.mark.faults, pytest.mark.django_db(databases=[])]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of eight megabytes; None where nobody may mount one."""
    try:
        disk = SmallDisk(tmp_path / "disk")
    except (PermissionError, FileNotFoundError):
        yield None
        return
    yield disk
    disk.close()


@pytest.fixture
def data_folder(small_disk, tmp_path, settings):
    """Where this process and its workers keep everything: on the small disk, if there is one."""
    folder = small_disk.folder if small_disk else tmp_path
    media = {**site.STORAGES["default"]}
    media["OPTIONS"] = {**media["OPTIONS"], "location": folder / "media"}
    settings.STORAGES = {**site.STORAGES, "default": media}
    return folder


@pytest.fixture
def place_on_one_disk(data_folder, migrated_file, slow_sandbox, django_db_blocker, settings):
    """Database, pictures and answers in files all on one disk, as on a small server."""
    shutil.copy(migrated_file, data_folder / "nanoedit.sqlite3")
    slow_sandbox.forget_calls()
    slow_sandbox.fail_with()
    settings.NANOGPT_BASE_URL = slow_sandbox.url
    url = f"sqlite:///{data_folder / 'nanoedit.sqlite3'}"
    with django_db_blocker.unblock(), using_database(url):
        here = Place(url, slow_sandbox, data_folder)
        yield here
        here.close()


def call_is_out(place):
    """Queue a job, start a worker, and wait until the upstream works on its call."""
    place.upstream.fail_with({"kind": "slow", "seconds": 1})
    job = place.submit()
    worker = place.start_worker()
    wait_until(place.upstream.calls, "the call")
    return job, worker


def test_an_answer_waits_in_memory_while_nothing_at_all_can_be_written(
    place_on_one_disk, data_folder, small_disk
):
    place = place_on_one_disk
    job, worker = call_is_out(place)
    disk = small_disk or LimitedFiles(worker)
    disk.fill()
    time.sleep(2.5)  # the answer comes after 1.5 s
    assert place.state(job) == JobState.CALLING
    assert not list((data_folder / "answers").glob("*")), "there is no room for a file"
    if small_disk:
        with pytest.raises((OSError, DatabaseError)):
            place.submit()
    assert EditJob.objects.count() == 1
    disk.free()
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()


def test_pictures_that_find_no_room_wait_in_the_database(data_folder, small_disk, place):
    if small_disk is None:
        pytest.skip("nobody but root may mount a small file system")
    place.environ["NANOEDIT_DATA_DIR"] = str(data_folder)
    job, _ = call_is_out(place)
    small_disk.fill()
    place.wait_for(job, JobState.RECEIVED)
    boat = wait_until(Lifeboat.objects.first, "the lifeboat")
    assert len(boat.data) > 1000
    small_disk.free()
    place.wait_for(job, JobState.DONE)
    assert not Lifeboat.objects.exists()
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()
