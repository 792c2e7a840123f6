"""The demonstration folder: every state has something worth looking at, and all of it is true."""

import io
import uuid

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from PIL import Image

from editor import recovery, storage, tasks
from editor.invariants import broken_invariants
from editor.management.histories import Past
from editor.models import (
    Attempt,
    Budget,
    Consent,
    EditJob,
    Event,
    JobState,
    LedgerEntry,
    Mask,
    Picture,
    Result,
    Review,
    UpstreamModel,
    User,
)
from editor.models.receipts import receipt_of
from editor.settlements import doubts
from editor.submission import AlreadyDone, Wish, submit_edit

pytestmark = pytest.mark.once

SMALL = {"side": 320, "jobs": 1}  # one of each ending is told in any case


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """A folder seeded once, small, for all tests of this file; gives what was printed."""
    with django_db_blocker.unblock():
        printed = io.StringIO()
        with pytest.MonkeyPatch.context() as beside:
            _sweep_meanwhile(beside)
            call_command("seed", password="demo-pictures-2026", stdout=printed, **SMALL)
        yield printed.getvalue()
        call_command("flush", interactive=False, verbosity=0)


def _sweep_meanwhile(beside):
    """A worker that runs beside it looks for something to do at each line of each past."""
    say = Past.say

    def said(past, *what, **more):
        assert recovery.sweep() == 0, f"{past.story.prompt} was taken while it was written"
        return say(past, *what, **more)

    for module in (recovery, tasks):
        beside.setattr(module, "send_hint", lambda *hint: pytest.fail(str(hint)))
    beside.setattr(Past, "say", said)


@pytest.fixture
def folder(seeded, db):
    """The seeded rows, inside a test's own transaction."""
    return seeded


def test_every_state_has_a_job(folder):
    assert set(EditJob.objects.values_list("state", flat=True)) == set(JobState.values)


def test_there_are_hidden_reviewed_unmasked_and_lost_edits(folder):
    done = EditJob.objects.filter(state=JobState.DONE)
    assert done.filter(hidden=True, cancel_requested=True).exists()
    assert done.filter(mask=None).exists()
    assert done.exclude(mask=None).exists()
    assert Attempt.objects.filter(state=Attempt.State.LOST).exists()
    assert Attempt.objects.filter(state=Attempt.State.NOT_CHARGED).exists()
    assert Review.objects.filter(reviewer__username="rita").exists()


def pixels(key: str, mode: str = "RGB") -> np.ndarray:
    """The decoded levels of a stored picture."""
    return np.asarray(Image.open(io.BytesIO(storage.get(key))).convert(mode))


def test_every_lock_holds_and_something_inside_it_changed(folder):
    masked = Result.objects.exclude(attempt__job__mask=None).exclude(picture=None)
    assert masked.exists()
    for result in masked:
        job = result.attempt.job
        outside = pixels(job.mask.file.name, "L") == 0
        before, after = pixels(job.picture.file.name), pixels(result.picture.file.name)
        assert (before[outside] == after[outside]).all()
        assert (before[~outside] != after[~outside]).any()
        assert (result.changed_pixels, result.outside_pixels) == (0, outside.sum())
        assert result.raw_changed_share > 0


def test_every_named_file_is_in_storage(folder):
    names = [
        name
        for picture in Picture.objects.all()
        for name in (picture.file.name, picture.preview.name, picture.card.name, picture.thumb.name)
    ]
    names += Mask.objects.values_list("file", flat=True)
    names += Result.objects.exclude(raw="").values_list("raw", flat=True)
    assert len(names) > 40
    assert [name for name in names if not default_storage.exists(name)] == []


def test_histories_go_forward_and_end_in_the_state_of_the_job(folder):
    for job in EditJob.objects.prefetch_related("events"):
        events = list(job.events.all())
        moments = [event.at for event in events]
        assert moments == sorted(moments)
        assert moments[0] == job.created_at
        assert events[-1].state == job.state


def test_no_consent_paid_for_two_calls(folder):
    for job in EditJob.objects.all():
        paid = job.attempts.exclude(state=Attempt.State.NOT_CHARGED)
        assert paid.values("consent").distinct().count() == paid.count()


def test_everything_holds_that_must_hold(folder):
    assert broken_invariants(read_bytes=True) == []


def test_every_consent_has_its_money_in_the_ledger(folder):
    for consent in Consent.objects.all():
        assert consent.entries.filter(kind="reserve").get().amount_nano > 0
    assert sum(Budget.objects.values_list("spent_nano", flat=True)) > 0
    assert sum(Budget.objects.values_list("reserved_nano", flat=True)) > 0


def test_money_moved_when_the_history_says(folder):
    for entry in LedgerEntry.objects.select_related("budget", "consent__job"):
        job = entry.consent.job
        assert entry.budget.month == entry.consent.granted_at.date().replace(day=1)
        assert job.created_at <= entry.at <= job.events.last().at


def test_receipts_are_true_for_what_was_seeded(folder):
    unknown = EditJob.objects.get(state=JobState.UNKNOWN)
    assert receipt_of(unknown).held_text == unknown.estimate_text != "$0.00"
    given_up = EditJob.objects.get(failure_sentence__startswith="Given up")
    (line,) = receipt_of(given_up).lines
    assert (line.billed_text, line.source) == (given_up.estimate_text, "assumed when given up")
    for state in (JobState.QUEUED, JobState.CALLING, JobState.WAITING):
        assert all(receipt_of(job).lines[-1].is_held for job in EditJob.objects.filter(state=state))
    cancelled = EditJob.objects.get(state=JobState.CANCELLED)
    assert [line.is_released for line in receipt_of(cancelled).lines] == [True]


def test_a_second_call_leaves_the_first_one_in_doubt(folder):
    job = EditJob.objects.filter(state=JobState.DONE, consents__seq=2).get()
    first, second = receipt_of(job).lines
    assert (first.is_held, first.is_in_doubt, second.is_held) == (True, True, False)
    assert [doubt.seq for doubt in doubts(job)] == [1]


def test_the_same_wish_again_finds_the_seeded_one(folder):
    job = EditJob.objects.filter(state=JobState.DONE, hidden=False).exclude(mask=None).first()
    model = UpstreamModel.objects.get(model_id=job.model_id)
    wish = Wish(job.picture, job.prompt, model, job.n, job.size, job.mask)
    with pytest.raises(AlreadyDone):
        submit_edit(job.owner, wish, uuid.uuid4(), job.estimate_nano)


def test_the_balance_only_falls(folder):
    answered = Attempt.objects.exclude(balance_after_nano=None).order_by("answered_at")
    left = [attempt.balance_after_nano for attempt in answered]
    assert left == sorted(left, reverse=True)
    assert left[-1] < left[0]


def test_a_sweeping_worker_leaves_the_open_jobs_as_they_are(folder, monkeypatch):
    for module in (recovery, tasks):
        monkeypatch.setattr(module, "send_hint", pytest.fail)
    before = dict(EditJob.objects.values_list("pk", "state"))
    assert recovery.sweep() == 0
    assert dict(EditJob.objects.values_list("pk", "state")) == before


def test_a_starting_worker_takes_the_queued_jobs_alone(folder, monkeypatch):
    hinted = []
    monkeypatch.setattr(tasks, "send_hint", lambda task, pk: hinted.append(pk) or 1)
    recovery.forget_hints()
    recovery.sweep()
    queued = EditJob.objects.filter(state=JobState.QUEUED)
    assert set(hinted) == set(queued.values_list("pk", flat=True))


def test_nothing_but_a_worker_is_missing(folder, client):
    assert set(client.get("/readyz").json()["problems"]) == {"worker"}


def test_rita_may_look_and_decide_but_not_more(folder):
    rita = User.objects.get(username="rita")
    assert rita.role == User.Role.REVIEWER
    assert rita.has_perms(["editor.view_editjob", "editor.view_picture", "editor.review_editjob"])
    assert not rita.has_perm("editor.change_editjob")
    assert User.objects.get(username="bob").role == User.Role.MEMBER
    assert User.objects.get(username="alice").is_administrator
    assert User.objects.order_by("pk").first().username == "alice"


def test_how_far_it_is_is_said(folder):
    count = EditJob.objects.count()
    assert f"  1 of {count}  " in folder
    assert f"{count} of {count}  " in folder


def test_what_waits_for_ever_names_no_hour(folder, client):
    client.force_login(User.objects.get(username="alice"))
    job = EditJob.objects.get(state=JobState.WAITING)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Trying again later." in page
    assert "2100" not in page


def test_the_passwords_are_said_once_and_work(folder, client):
    assert "login alice demo-pictures-2026" in folder
    assert client.login(username="bob", password="demo-pictures-2026")


def test_a_second_seed_is_refused_in_one_line(folder):
    with pytest.raises(CommandError, match="only an empty data folder is seeded"):
        call_command("seed", **SMALL)


def test_a_second_seed_if_empty_does_nothing_and_says_nothing(folder, capsys):
    jobs, events = EditJob.objects.count(), Event.objects.count()
    call_command("seed", if_empty=True, **SMALL)
    assert (EditJob.objects.count(), Event.objects.count()) == (jobs, events)
    assert capsys.readouterr().out == ""
