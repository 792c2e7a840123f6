"""Answers that were paid for and hold no usable picture: kept whole, and for staff alone."""

import io
import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from editor import storage, unusable
from editor.invariants import broken_invariants
from editor.models import Attempt, EditJob, JobState, Lifeboat, UnusableAnswer
from editor.results import keep_answer
from editor.tasks import run_job
from tests.factories import make_job, make_model, picture_bytes
from tests.nanogpt.scripted_server import ScriptedServer, answer, answer_json

pytestmark = pytest.mark.django_db

KEY = "sk-nano-the-tests-own-key"
LONG = json.dumps({"data": [{"picture": "x" * 50_000}], "note": f"with {KEY}"})


@pytest.fixture
def job(alice, upstream):
    return make_job(alice, model=make_model("sandbox/inpaint-pro"))


@pytest.fixture
def scripted(job, settings):
    """Let an upstream of our own say exactly this to the next call."""
    running = []

    def say(behaviour):
        server = ScriptedServer(behaviour)
        running.append(server)
        server.__enter__()
        settings.NANOGPT_BASE_URL = server.origin

    yield say
    for server in running:
        server.__exit__(None, None, None)


@pytest.fixture
def storage_away(monkeypatch):
    """Storage that takes nothing until it is told so."""

    def refuse(*_):
        message = "not now"
        raise OSError(message)

    with monkeypatch.context() as away:
        away.setattr(storage, "put", refuse)
        yield away


def run(job):
    run_job(str(job.pk))
    return EditJob.objects.get(pk=job.pk)


def test_the_whole_answer_is_kept_without_the_key(job, scripted):
    scripted(answer(LONG))
    assert run(job).state == JobState.UNKNOWN
    kept = UnusableAnswer.objects.get()
    assert kept.attempt == Attempt.objects.get()
    assert kept.file.name == f"attempts/{kept.attempt_id}/unusable.bin"
    assert storage.get(kept.file.name).decode() == LONG.replace(KEY, "[hidden]")
    assert kept.size == len(storage.get(kept.file.name))
    assert broken_invariants(read_bytes=True) == []


@pytest.mark.parametrize(
    "behaviour",
    [answer("", 200), answer_json({"error": {"message": "no"}}, 503)],
    ids=["nothing came", "no paid answer"],
)
def test_nothing_is_kept_of_what_holds_nothing_paid(job, scripted, behaviour):
    scripted(behaviour)
    assert run(job).state == JobState.UNKNOWN
    assert not UnusableAnswer.objects.exists()


def test_a_storage_that_is_away_gets_it_when_it_is_back(job, scripted, storage_away):
    scripted(answer(LONG))
    assert run(job).state == JobState.UNKNOWN
    assert UnusableAnswer.objects.get().file.name == ""
    assert Lifeboat.objects.get().index == Lifeboat.WHOLE_ANSWER
    assert broken_invariants() == []
    assert unusable.bring_home() == 0
    assert Lifeboat.objects.exists()
    storage_away.undo()
    assert unusable.bring_home() == 1
    assert not Lifeboat.objects.exists()
    assert storage.get(UnusableAnswer.objects.get().file.name) == unusable.read(
        Attempt.objects.get().pk
    )
    assert broken_invariants(read_bytes=True) == []


def test_a_storage_that_gives_back_other_bytes_is_not_trusted(
    job, scripted, storage_away, monkeypatch
):
    scripted(answer(LONG))
    run(job)
    storage_away.undo()
    monkeypatch.setattr(storage, "get", lambda _: b"something else")
    assert unusable.bring_home() == 0
    assert Lifeboat.objects.exists()


def test_an_answer_that_is_gone_breaks_what_must_hold(job, scripted, storage_away):
    scripted(answer(LONG))
    run(job)
    Lifeboat.objects.all().delete()
    assert [broken.name for broken in broken_invariants()] == ["I3"]
    UnusableAnswer.objects.update(file="attempts/x/unusable.bin")
    assert [broken.name for broken in broken_invariants()] == ["I5"]


def test_it_does_not_get_in_the_way_of_images_that_came_later(
    job, scripted, storage_away, tmp_path
):
    """The lifeboat of the body and those of images belong to one attempt."""
    scripted(answer(LONG))
    run(job)
    attempt = Attempt.objects.get()
    path = tmp_path / "by other means.png"
    path.write_bytes(picture_bytes((640, 480)))
    call_command("record_answer", str(path), "--attempt", str(attempt.pk), stdout=io.StringIO())
    storage_away.undo()
    assert Lifeboat.objects.filter(attempt=attempt).count() == 2
    keep_answer(attempt.pk)
    assert EditJob.objects.get().state == JobState.DONE
    assert Lifeboat.objects.get().index == Lifeboat.WHOLE_ANSWER
    assert broken_invariants() == []


def test_what_was_kept_becomes_the_answer_when_it_can_be_read(job, scripted):
    """A bare picture instead of JSON: no answer to the client, but what was paid for."""
    scripted(answer(picture_bytes((640, 480))))
    assert run(job).state == JobState.UNKNOWN
    attempt = Attempt.objects.get()
    out = io.StringIO()
    call_command("record_answer", "--attempt", str(attempt.pk), stdout=out)
    assert "The kept answer: recorded" in out.getvalue()
    keep_answer(attempt.pk)
    assert EditJob.objects.get().state == JobState.DONE
    assert broken_invariants(read_bytes=True) == []


# Who may read it


def address(attempt):
    return reverse("editor:attempt_unusable", args=[attempt.pk])


def test_rita_downloads_it_from_the_desk_and_nothing_in_it_can_run(ritas, job, scripted):
    scripted(answer("<html><script>alert(1)</script>", headers={"Content-Type": "text/html"}))
    run(job)
    attempt = Attempt.objects.get()
    page = ritas.get(reverse("admin:editor_editjob_change", args=[job.pk])).content.decode()
    assert address(attempt) in page
    got = ritas.get(address(attempt))
    assert got.body == b"<html><script>alert(1)</script>"
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"] == f'attachment; filename="answer-{attempt.pk}.bin"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]


def test_rita_gets_it_also_while_storage_is_away(ritas, job, scripted, storage_away):
    scripted(answer("<html>"))
    run(job)
    got = ritas.get(address(Attempt.objects.get()))
    assert got.body == b"<html>"
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]


def test_nobody_but_those_who_settle_may_read_it(
    alices, bobs, anonymous, ritas, reviewers_may, job, scripted
):
    scripted(answer("<html>"))
    run(job)
    where = address(Attempt.objects.get())
    assert alices.get(where).status_code == 404, "her receipt tells her what staff found"
    assert bobs.get(where).status_code == 404
    assert anonymous.get(where).status_code == 302
    reviewers_may(less={"editor.review_editjob"})
    assert ritas.get(where).status_code == 404


def test_an_attempt_without_one_is_a_404(ritas, job, scripted):
    scripted(answer(""))
    run(job)
    assert ritas.get(address(Attempt.objects.get())).status_code == 404
