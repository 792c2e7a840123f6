"""Answers that come another way: from files while the database is away, and by hand."""

import base64
import io
import json
import stat
import threading
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, OperationalError
from django.utils import timezone

from editor import late_answers, processing, recovery, spool
from editor.invariants import broken_invariants
from editor.models import Attempt, Budget, EditJob, JobState, Result
from editor.nanogpt.messages import AnswerImage, Cost, EditAnswer
from editor.outcomes import record_answer
from editor.processing import process_job
from editor.results import keep_answer
from editor.submission import give_up
from tests.factories import CENT, make_job, make_model, picture_bytes

pytestmark = pytest.mark.django_db

PICTURE = picture_bytes()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ANSWERS_DIR = tmp_path / "answers"
    return settings.ANSWERS_DIR


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(spool, "AFTER_SECONDS", 0.0)


def an_answer(*images):
    return EditAnswer(
        images=images or (AnswerImage(url=None, data=PICTURE),),
        cost=Cost(3 * CENT, "0.03"),
        balance_nano=7 * CENT,
        request_id="upstream-1",
        status=200,
        body={"data": [{"b64_json": "[99 characters]"}]},
        seconds=12.5,
    )


def in_doubt(owner, state=Attempt.State.UNKNOWN, job_state=JobState.UNKNOWN):
    """A real call's attempt as it stands when nobody knows its end."""
    job = make_job(owner, job_state, charged=EditJob.Charged.UNKNOWN, fence=1)
    call = processing.prepare_call(job)
    return Attempt.objects.create(
        job=job, consent=job.consents.get(), state=state, frame=call.frame
    )


def spooled(attempt, answer=None):
    return spool.write(spool.Spooled(attempt.pk, timezone.now(), answer or an_answer()))


def record(*words):
    out = io.StringIO()
    call_command("record_answer", *map(str, words), stdout=out)
    return out.getvalue()


# The file


def test_an_answer_comes_out_of_its_file_as_it_went_in(alice):
    links = AnswerImage(url="https://results.example/a.png?Signature=x", data=None)
    told = spool.Spooled(uuid.uuid4(), timezone.now(), an_answer(links, an_answer().images[0]))
    assert spool.read(spool.write(told)) == told
    bare = EditAnswer((links,), None, None, None, 200, {}, 1.0)
    told = spool.Spooled(uuid.uuid4(), timezone.now(), bare)
    assert spool.read(spool.write(told)) == told


def test_nobody_else_on_the_machine_may_read_it(folder):
    path = spool.write(spool.Spooled(uuid.uuid4(), timezone.now(), an_answer()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [each.name for each in folder.iterdir()] == [path.name], "no draft is left"


def test_a_file_that_could_not_be_finished_is_never_looked_at(folder, monkeypatch):
    def full(*_):
        message = "no space left"
        raise OSError(message)

    monkeypatch.setattr(spool.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        spool.write(spool.Spooled(uuid.uuid4(), timezone.now(), an_answer()))
    assert list(folder.iterdir()) == []


def test_no_file_is_written_for_an_ordinary_commit(folder):
    with spool.beside(uuid.uuid4(), an_answer()):
        pass
    assert not folder.exists()


def test_the_file_is_there_while_the_database_hangs_and_goes_when_it_has_taken_the_answer(
    folder, monkeypatch
):
    monkeypatch.setattr(spool, "AFTER_SECONDS", 0.05)
    written = threading.Event()
    real = spool.write
    monkeypatch.setattr(spool, "write", lambda told: (real(told), written.set())[0])
    attempt_id = uuid.uuid4()
    with spool.beside(attempt_id, an_answer()):
        assert written.wait(10), "the waiting thread does nothing here, as if it hung"
        assert spool.read(spool.path_of(attempt_id)).answer == an_answer()
    assert list(folder.iterdir()) == []


# The whole line


@pytest.fixture
def job(alice, upstream):
    return make_job(alice, model=make_model("sandbox/inpaint-pro"))


def refuse(*_):
    message = "database is locked"
    raise OperationalError(message)


@pytest.mark.parametrize("inline", [False, True], ids=["links", "base64"])
def test_an_answer_given_up_by_its_thread_is_recorded_by_the_sweep(
    job, upstream, monkeypatch, folder, inline
):
    if inline:
        upstream.fail_with({"kind": "base64"})
    monkeypatch.setattr(processing, "MAX_SECONDS_TO_COMMIT", 0.0)
    with monkeypatch.context() as away:
        away.setattr(processing, "record_answer", refuse)
        with pytest.raises(OperationalError):
            process_job(job.pk)
    (path,) = folder.iterdir()
    assert ("base64" in path.read_text()) == inline
    assert "sk-nano" not in path.read_text()
    EditJob.objects.update(lease_until=timezone.now())  # its worker is gone
    recovery.sweep_from_outside()
    job.refresh_from_db()
    assert job.state == JobState.RECEIVED, "never seen as unknown"
    assert list(folder.iterdir()) == []
    keep_answer(Attempt.objects.get().pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert len(upstream.calls()) == 1
    assert Budget.objects.get().spent_nano == Attempt.objects.get().cost_nano
    assert broken_invariants(calls_seen={job.pk: 1}, read_bytes=True) == []


def test_the_sweep_and_the_waiting_thread_may_both_record_it(job, monkeypatch, folder, at_once):
    real = processing.record_answer

    def after_the_sweep(attempt, answer):
        spooled(attempt, answer)
        assert late_answers.record_answers_in_files() == 1
        assert not real(attempt, answer), "the second one changes nothing"

    monkeypatch.setattr(processing, "record_answer", after_the_sweep)
    attempt_id = process_job(job.pk)
    keep_answer(attempt_id)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert Result.objects.count() == 1
    assert list(folder.iterdir()) == []
    assert broken_invariants(read_bytes=True) == []


def test_an_answer_whose_job_was_given_up_meanwhile_is_kept_all_the_same(alice, folder):
    attempt = in_doubt(alice)
    assert give_up(attempt.job, alice)
    spooled(attempt)
    assert recovery.sweep_from_outside() == 1
    keep_answer(attempt.pk)
    assert Result.objects.get().picture
    assert Budget.objects.get().spent_nano == 3 * CENT


# What the sweep cannot record


def test_an_answer_that_is_recorded_already_is_dropped(alice, folder):
    attempt = in_doubt(alice)
    record_answer(attempt, an_answer())
    spooled(attempt)
    assert late_answers.record_answers_in_files() == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 99}', '{"version": 1}'])
def test_a_damaged_file_is_set_aside_and_holds_up_nothing(alice, folder, text):
    path = spooled(in_doubt(alice))
    damaged = folder / "0-first.json"
    damaged.write_text(text)
    assert late_answers.record_answers_in_files() == 1
    assert not path.exists()
    assert [each.name for each in folder.iterdir()] == ["0-first.json.aside"]
    assert late_answers.record_answers_in_files() == 0


def test_an_answer_to_nothing_that_is_known_is_set_aside_never_deleted(alice, folder):
    free = in_doubt(alice, Attempt.State.NOT_CHARGED)
    strange = Attempt(pk=uuid.uuid4())
    spooled(free), spooled(strange)
    assert late_answers.record_answers_in_files() == 0
    assert {path.name for path in folder.iterdir()} == {
        f"{free.pk}.json.aside",
        f"{strange.pk}.json.aside",
    }


def read_only(*_):
    message = "cannot execute UPDATE in a read-only transaction"
    raise InternalError(message)


@pytest.mark.parametrize("refusal", [refuse, read_only])
def test_a_database_that_is_still_away_leaves_the_files_for_the_next_sweep(
    alice, folder, monkeypatch, refusal
):
    spooled(in_doubt(alice))
    monkeypatch.setattr(late_answers.connection, "close", lambda: None)
    with monkeypatch.context() as away:
        away.setattr(late_answers, "record_answer", refusal)
        assert late_answers.record_answers_in_files() == 0
    assert late_answers.record_answers_in_files() == 1


def test_an_answer_is_found_although_its_call_was_given_up_for_lost_and_nothing_else_is_to_do(
    alice, folder
):
    attempt = in_doubt(alice)  # a sweep of another machine may have said so
    spooled(attempt)
    recovery.sweep()
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.RECEIVED
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_read_just_now_is_not_set_aside(alice, folder, monkeypatch):
    path = spooled(in_doubt(alice))

    def too_many_files(path):
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as crowded:
        crowded.setattr(spool, "read", too_many_files)
        assert late_answers.record_answers_in_files() == 0
    assert path.exists()
    assert late_answers.record_answers_in_files() == 1


def test_files_that_cannot_be_tidied_up_do_not_end_the_sweep(alice, folder, monkeypatch):
    spooled(in_doubt(alice)), spooled(Attempt(pk=uuid.uuid4()))

    def read_only(path):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(spool, "drop", read_only)
    monkeypatch.setattr(spool, "set_aside", read_only)
    assert late_answers.record_answers_in_files() == 1
    assert late_answers.record_answers_in_files() == 0


# By hand


def test_the_end_of_a_call_waits_until_the_database_may_be_written_again(monkeypatch):
    refusals = [refuse, read_only]
    monkeypatch.setattr(processing.connection, "close", lambda: None)
    monkeypatch.setattr(processing.time, "sleep", lambda _: None)
    processing._until_committed(lambda: refusals.pop(0)() if refusals else None)
    assert refusals == []


def test_a_file_is_recorded_by_hand_once(alice, folder):
    attempt = in_doubt(alice)
    path = spooled(attempt)
    copy = folder.parent / "copy.json"
    copy.write_bytes(path.read_bytes())
    said = record(path)
    assert said == f"{path}: recorded as the answer of attempt {attempt.pk}.\n"
    assert not path.exists()
    assert record(copy) == f"{copy}: attempt {attempt.pk} has its answer already.\n"
    assert copy.exists(), "a copy elsewhere is not ours to delete"


def test_of_several_files_the_good_ones_are_recorded(alice, folder, tmp_path, capsys):
    good, other = spooled(in_doubt(alice)), spooled(Attempt(pk=uuid.uuid4()))
    with pytest.raises(CommandError):
        call_command("record_answer", str(other), str(tmp_path / "none.json"), str(good))
    first, second, third = capsys.readouterr().out.splitlines()
    assert "not recorded: this database has no attempt" in first
    assert "not recorded: " in second
    assert "recorded as the answer of attempt" in third
    assert other.exists()


def upstream_json(**more):
    data = {"b64_json": base64.b64encode(PICTURE).decode()}
    return json.dumps({"data": [data], "cost": 0.05, "remainingBalance": 1.5, **more}).encode()


def test_what_the_upstream_sent_becomes_the_answer_by_hand(alice, tmp_path):
    attempt = in_doubt(alice)
    path = tmp_path / "body.json"
    path.write_bytes(upstream_json())
    assert "with 1 image." in record(path, "--attempt", attempt.pk)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.cost_nano) == (Attempt.State.RECEIVED, 5 * CENT)
    assert attempt.answered_at == attempt.sent_at, "not hours later: that is no length of a call"
    keep_answer(attempt.pk)
    attempt.job.refresh_from_db()
    assert attempt.job.state == JobState.DONE
    said = attempt.job.events.values_list("sentence", flat=True)
    assert "The answer of this call was recorded by hand." in said
    assert broken_invariants(read_bytes=True) == []
    with pytest.raises(CommandError):
        record(path, "--attempt", attempt.pk)


def test_the_pictures_themselves_become_the_answer_in_their_order(alice, tmp_path):
    attempt = in_doubt(alice)
    paths = [tmp_path / "first.png", tmp_path / "second.jpg"]
    paths[0].write_bytes(PICTURE)
    paths[1].write_bytes(picture_bytes(image_format="JPEG"))
    assert "with 2 images." in record(*paths, "--attempt", attempt.pk)
    keep_answer(attempt.pk)
    assert [result.raw_bytes for result in Result.objects.order_by("index")] == [
        path.stat().st_size for path in paths
    ]
    assert Budget.objects.get().spent_nano == 4 * CENT, "nobody named a cost: the estimate"


@pytest.mark.parametrize(
    ("bodies", "why"),
    [
        ([b"<html>"], "no answer"),
        ([b'{"data": []}'], "without a picture"),
        ([PICTURE, b"{}"], "must all be pictures"),
    ],
)
def test_what_is_no_answer_is_refused_by_hand(alice, tmp_path, capsys, bodies, why):
    attempt = in_doubt(alice)
    paths = [tmp_path / f"{index}" for index in range(len(bodies))]
    for path, body in zip(paths, bodies, strict=True):
        path.write_bytes(body)
    with pytest.raises(CommandError):
        call_command("record_answer", *map(str, paths), "--attempt", str(attempt.pk))
    assert why in capsys.readouterr().out
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.UNKNOWN


@pytest.mark.parametrize("state", [Attempt.State.CALLING, Attempt.State.NOT_CHARGED])
def test_only_a_call_in_doubt_takes_an_answer_by_hand(alice, tmp_path, capsys, state):
    attempt = in_doubt(alice, state)
    path = tmp_path / "body.json"
    path.write_bytes(upstream_json())
    with pytest.raises(CommandError):
        call_command("record_answer", str(path), "--attempt", str(attempt.pk))
    assert "is not in doubt" in capsys.readouterr().out
    attempt.refresh_from_db()
    assert attempt.state == state
