"""Alice is switched off: nothing of hers is sent any more, and what she paid for is kept."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from editor import processing
from editor.approving import approve
from editor.models import (
    Attempt,
    AuditEntry,
    Budget,
    EditJob,
    JobState,
    LedgerEntry,
    Share,
    UpstreamModel,
    User,
)
from editor.offers import refresh_catalogue
from editor.roles import RoleRefused
from editor.sharing_links import Limits, Shown, make_share
from editor.submission import SubmitRefused, pay_again, repeat_edit
from editor.switching_off import switch_off, switch_on, what_stops
from editor.tasks import run_job
from editor.turns import in_turn
from tests.factories import make_job, make_picture
from tests.stages.test_line import again, queued

pytestmark = pytest.mark.django_db

UNSENT = (JobState.QUEUED, JobState.CLAIMED, JobState.WAITING, JobState.HELD)


@pytest.fixture
def picture(alice):
    return make_picture(alice)


@pytest.fixture
def job(alice, upstream):
    """A queued job of Alice's that a worker could run."""
    refresh_catalogue()
    return queued(alice, next(iter(UpstreamModel.objects.offered())))


def test_what_was_not_sent_is_cancelled_with_who_and_why(adam, alice, picture):
    jobs = [make_job(alice, state, picture=picture) for state in UNSENT]
    assert what_stops(alice).queued == 4
    assert switch_off(alice, adam, "left the company") == 4
    for job in jobs:
        now = again(job)
        assert now.state == JobState.CANCELLED
        event = now.events.last()
        assert event.actor == adam
        assert "the owner's account was switched off" in event.sentence
        assert event.actor_name == "adam"
        assert "left the company" in event.sentence
    assert in_turn() == []


def test_what_was_set_aside_is_given_back(adam, alice, picture):
    for state in UNSENT[:3]:
        make_job(alice, state, picture=picture)
    assert Budget.objects.get(user=alice).reserved_nano > 0
    switch_off(alice, adam)
    assert Budget.objects.get(user=alice).reserved_nano == 0
    ends = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.RELEASE)
    assert ends.count() == 3


@pytest.mark.parametrize("state", [JobState.CALLING, JobState.RECEIVED, JobState.UNKNOWN])
def test_what_is_running_or_paid_for_goes_on_and_is_kept(adam, alice, picture, state):
    job = make_job(alice, state, picture=picture)
    assert what_stops(alice).running == (state == JobState.CALLING)
    assert switch_off(alice, adam) == 0
    now = again(job)
    assert (now.state, now.hidden, now.cancel_requested) == (state, False, False)


def test_bobs_jobs_go_on(adam, alice, bob):
    his = make_job(bob, picture=make_picture(bob))
    switch_off(alice, adam)
    assert again(his).state == JobState.QUEUED


def test_a_running_call_ends_as_if_nothing_had_happened(job, upstream, adam, alice, monkeypatch):
    make_call = processing.make_call

    def switched_off_meanwhile(*args):
        switch_off(alice, adam)
        return make_call(*args)

    monkeypatch.setattr(processing, "make_call", switched_off_meanwhile)
    run_job(str(job.pk))
    done = again(job)
    assert (done.state, done.hidden, done.result_count) == (JobState.DONE, False, 1)


def test_between_claim_and_intent_nothing_leaves_any_more(job, upstream, adam, alice, monkeypatch):
    prepare_call = processing.prepare_call

    def switched_off_meanwhile(claimed):
        call = prepare_call(claimed)
        assert switch_off(alice, adam) == 1
        return call

    monkeypatch.setattr(processing, "prepare_call", switched_off_meanwhile)
    run_job(str(job.pk))
    assert again(job).state == JobState.CANCELLED
    assert upstream.calls() == []
    assert not Attempt.objects.exists()
    assert Budget.objects.get(user=alice).reserved_nano == 0


@pytest.mark.parametrize("moment", ["before the claim", "after the claim"])
def test_what_slipped_into_the_queue_is_stopped_by_the_worker(
    job, upstream, alice, monkeypatch, moment
):
    """Her submit was on its way when she was switched off, so nobody found its job."""
    prepare_call = processing.prepare_call

    def off():
        User.objects.filter(pk=alice.pk).update(is_active=False)

    def switched_off_meanwhile(claimed):
        off()
        return prepare_call(claimed)

    if moment == "before the claim":
        off()
    else:
        monkeypatch.setattr(processing, "prepare_call", switched_off_meanwhile)
    run_job(str(job.pk))
    now = again(job)
    assert now.state == JobState.CANCELLED
    assert "account of its owner is switched off" in now.events.last().sentence
    assert upstream.calls() == []
    assert not Attempt.objects.exists()
    assert Budget.objects.get(user=alice).reserved_nano == 0


def test_nobody_sends_anything_for_her_either(adam, alice, picture):
    done = make_job(alice, JobState.CANCELLED, picture=picture)
    unknown = make_job(alice, JobState.UNKNOWN, picture=picture)
    switch_off(alice, adam)
    for job in (done, unknown):
        job.owner.refresh_from_db()
    with pytest.raises(SubmitRefused, match="alice is switched off"):
        repeat_edit(done, adam, done.pk, done.estimate_nano)
    with pytest.raises(SubmitRefused, match="alice is switched off"):
        pay_again(unknown, adam)
    assert EditJob.objects.count() == 2
    assert again(unknown).consents.count() == 1


def test_her_sessions_end_and_do_not_come_back_with_her(adam, alice):
    hers = Client()
    hers.force_login(alice)
    assert hers.get("/account/").status_code == 200
    assert UserSession.objects.filter(user=alice).count() == 1
    switch_off(alice, adam)
    assert hers.get("/account/").status_code == 302
    assert switch_on(alice, adam)
    assert hers.get("/account/").status_code == 302
    assert not UserSession.objects.filter(user=alice).exists()


def test_her_share_links_open_nothing_until_she_is_back(adam, alice, picture, client):
    share, token = make_share(alice, Shown(picture), Limits())
    assert client.get(f"/s/{token}/").status_code == 200
    assert what_stops(alice).links == 1
    switch_off(alice, adam)
    assert client.get(f"/s/{token}/").status_code == 404
    assert client.get(f"/s/{token}/{picture.pk}/thumb/").status_code == 404
    assert Share.objects.get(pk=share.pk).state == "switched off"
    switch_on(alice, adam)
    assert client.get(f"/s/{token}/").status_code == 200


def test_the_log_tells_of_both_once(adam, alice, picture):
    make_job(alice, picture=picture)
    assert switch_off(alice, adam, "lost her phone") == 1
    assert switch_off(alice, adam) is None, "she is off already"
    assert switch_on(alice, adam, "found it")
    assert not switch_on(alice, adam)
    told = AuditEntry.objects.filter(action__startswith="account.switched").order_by("pk")
    assert [(row.action, row.who_name, row.why) for row in told] == [
        ("account.switched_off", "adam", "lost her phone"),
        ("account.switched_on", "adam", "found it"),
    ]
    assert told[0].facts_told["queued"] == 1


def test_the_last_administrator_is_not_switched_off(adam, rita):
    with pytest.raises(RoleRefused, match="last administrator"):
        switch_off(adam, rita)
    assert User.objects.get(pk=adam.pk).is_active


def test_a_held_edit_cannot_be_approved_after_all(adam, alice, picture):
    held = make_job(alice, JobState.HELD, picture=picture)
    switch_off(alice, adam)
    assert not approve(again(held), adam, held.estimate_nano)
    assert again(held).state == JobState.CANCELLED
