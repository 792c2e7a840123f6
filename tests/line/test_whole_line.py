"""The whole line with real processes: upload, paint, submit, Celery, API, storage, gallery."""

import io
import os
import re
import signal
import time
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.factories import picture_bytes
from tests.line.running import Person, wait_for
from tests.servers.sandbox import SandboxProcess

pytestmark = [pytest.mark.line, pytest.mark.timeout(300), pytest.mark.django_db(databases=[])]


def download_of(person: Person, job: str) -> np.ndarray:
    """The result as its owner downloads it."""
    page = person.get(job).text
    link = re.search(r'href="(/pictures/[0-9a-f-]+/original/)"', page)
    assert link, page
    answer = person.get(link.group(1))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))


def assert_only_the_painted_changed(before: bytes, after: np.ndarray, size: tuple[int, int]):
    """Compare with the upright original, pixel for pixel."""
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(before))).convert("RGB")
    original = np.asarray(upright)
    assert original.shape == after.shape
    width, height = size
    painted = np.zeros((height, width), dtype=bool)
    painted[height // 4 : height // 2, width // 4 : width // 2] = True
    assert (original[~painted] == after[~painted]).all()
    assert (original[painted] != after[painted]).any()


def run_one_edit(person: Person, size: tuple[int, int] = (640, 480)) -> str:
    """Upload, paint, submit, wait, download, look at the gallery."""
    data = picture_bytes(size, "JPEG")
    studio = person.upload(data)
    job = person.edit(studio, size=size)
    assert person.wait_for_state(job, "done", "failed", "unknown") == "done", person.get(job).text
    assert_only_the_painted_changed(data, download_of(person, job), size)
    assert job in person.get("/gallery/").text
    return job


def test_a_twelve_megapixel_photo_goes_through_and_outlives_its_upstream_link(start_app, sign_up):
    app = start_app(SANDBOX_LINK_LIFE="2", SANDBOX_DELAY="0")
    person = sign_up(app)
    size = (4000, 3000)
    data = picture_bytes(size, "JPEG")
    job = person.edit(person.upload(data), size=size)
    assert person.wait_for_state(job, "done", "failed", "unknown") == "done", person.get(job).text
    time.sleep(2.5)
    ((urls,),) = app.rows("SELECT image_urls FROM editor_attempt")
    assert person.http.get(urls.strip('[]"'), timeout=5).status_code == 403
    assert_only_the_painted_changed(data, download_of(person, job), size)
    assert "0 of" in person.get(job).text


def test_the_worker_makes_what_pages_show_of_an_upload_that_nobody_looks_at(start_app, sign_up):
    app = start_app()
    person = sign_up(app)
    person.upload(picture_bytes((4000, 3000), "JPEG"))
    look = "SELECT preview, card, thumb FROM editor_picture WHERE renditions_due_at IS NULL"
    ((*keys,),) = wait_for(lambda: app.rows(look), "the renditions", seconds=20)
    for key in keys:
        assert key.endswith(".avif")
        assert (app.folder / "var" / "media" / key).stat().st_size > 500


def test_with_a_key_no_sandbox_is_started_and_the_key_is_sent(start_app, sign_up):
    elsewhere = SandboxProcess("--key", "sk-nano-alices-own-key")
    try:
        app = start_app(NANOGPT_BASE_URL=elsewhere.url, NANOGPT_API_KEY="sk-nano-alices-own-key")
        person = sign_up(app)
        run_one_edit(person)
        assert app.pids("sandbox") == []
        assert "Sandbox:" not in person.get("/").text
        assert len(elsewhere.calls()) == 1
    finally:
        elsewhere.stop()


@pytest.mark.servers
def test_on_postgres_valkey_and_s3(
    start_app, sign_up, fresh_postgres_url, fresh_valkey_url, s3_bucket
):
    app = start_app(
        DATABASE_URL=fresh_postgres_url,
        CELERY_BROKER_URL=fresh_valkey_url,
        **s3_bucket.settings(),
    )
    run_one_edit(sign_up(app))
    listed = s3_bucket.client().list_objects_v2(Bucket=s3_bucket.bucket)
    keys = [entry["Key"] for entry in listed["Contents"]]
    for part in ("original.jpg", "original.png", "preview.avif", "mask.png", ".raw"):
        assert any(key.endswith(part) for key in keys), keys
    assert not (app.folder / "var" / "media").exists()


@pytest.mark.servers
def test_s3_over_tls_as_in_production(start_app, sign_up, s3_tls_bucket):
    app = start_app(**s3_tls_bucket.settings())
    run_one_edit(sign_up(app))


def test_a_worker_killed_during_the_call_leaves_an_honest_unknown(start_app, sign_up):
    elsewhere = SandboxProcess("--delay", "8")
    try:
        app = start_app(NANOGPT_BASE_URL=elsewhere.url, NANOGPT_API_KEY="sk-nano-key")
        person = sign_up(app)
        job = person.edit(person.upload())
        person.wait_for_state(job, "calling")
        wait_for(lambda: elsewhere.calls(), "the call", 20)
        for pid in app.pids("celery"):
            os.kill(pid, signal.SIGKILL)
        assert person.wait_for_state(job, "unknown", "done", "failed", seconds=30) == "unknown"
        page = person.get(job).text
        assert "may have been charged" in page
        time.sleep(3)
        assert len(elsewhere.calls()) == 1
        assert person.wait_for_state(job, "unknown", seconds=5) == "unknown"
    finally:
        elsewhere.stop()


def test_a_stop_lets_the_running_call_finish(start_app, sign_up):
    app = start_app(SANDBOX_DELAY="3")
    person = sign_up(app)
    job = person.edit(person.upload())
    person.wait_for_state(job, "calling")
    app.stop()
    ((state,),) = app.rows("SELECT state FROM editor_editjob")
    assert state in ("received", "done")
    assert app.pids("python") == []


def test_what_was_queued_before_a_restart_is_done_after_it(start_app, sign_up):
    app = start_app()
    person = sign_up(app)
    job = person.edit(person.upload())
    person.wait_for_state(job, "done")
    app.stop()
    app.start()
    Person(app).log_in()
    again = person.edit(person.upload(), "make it blue")
    assert person.wait_for_state(again, "done", "failed", "unknown") == "done"


def test_events_reach_a_listening_page_within_a_second(start_app, sign_up):
    app = start_app(SANDBOX_DELAY="1")
    person = sign_up(app)
    studio = person.upload()
    url = re.search(r'sse-connect="([^"]+)"', person.get(studio).text).group(1)
    with person.http.get(app.url + url, stream=True, timeout=30) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        job = person.edit(studio)
        key = job.strip("/").rpartition("/")[2]
        heard = []
        for line in stream.iter_lines(chunk_size=1):
            if line.startswith(b"event: job-"):
                heard.append((time.time(), line.decode()))
            if len(heard) >= 5:
                break
    assert all(key in line for _, line in heard)
    last_event = app.rows("SELECT at FROM editor_event ORDER BY id")[len(heard) - 1][0]
    written = datetime.fromisoformat(last_event).replace(tzinfo=UTC).timestamp()
    assert heard[-1][0] - written < 1.0
