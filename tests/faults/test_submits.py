"""Submits that are cut off, sent twice, sent at once, or made while the broker is away."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from editor.approving import approve, decline
from editor.cancelling import cancel_edit
from editor.models import (
    Budget,
    Consent,
    EditJob,
    JobState,
    SpendingCaps,
    SpendingPeriod,
    User,
)
from tests.factories import CENT, make_picture
from tests.faults.place import ROOT, SIZE
from tests.faults.test_killed import BOTH
from tests.servers.launching import free_ports

pytestmark = [pytest.mark.line, pytest.mark.faults, pytest.mark.django_db(databases=[])]


class Submitter:
    """A process that submits as the web process does."""

    def __init__(self, place, *, kill="", key=None, times=1, picture=None, **environ):
        picture = picture or place.picture
        wish = {
            "owner": picture.owner_id,
            "picture": str(picture.pk),
            "model": place.model.pk,
            "key": key,
            "times": times,
            "kill": kill,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.submitter"],
            cwd=ROOT,
            env={**place.environ, **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.process.stdin.write(json.dumps(wish))
        self.process.stdin.close()

    def answer(self):
        """What it printed at its end."""
        out, errors = self.process.stdout.read(), self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        assert self.process.wait(60) == 0, errors
        return {**json.loads(out), "errors": errors}

    def wait_for_its_death(self):
        assert self._end() == -signal.SIGKILL

    def wait_for_its_failure(self):
        """Wait until it has ended with an error, as a request does that answers 500."""
        assert self._end() == 1

    def _end(self):
        sys.stdout.write(self.process.stderr.read())  # shown when the test fails
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.wait(60)


def test_a_submit_cut_off_before_its_commit_leaves_nothing_and_may_be_sent_again(place):
    key = str(uuid.uuid4())
    Submitter(place, key=key, kill="before commit").wait_for_its_death()
    assert not EditJob.objects.exists()
    place.assert_all_is_well()
    assert Submitter(place, key=key).answer()["made"] == 1
    place.start_worker()
    place.wait_for(EditJob.objects.get(), JobState.DONE)
    place.assert_all_is_well()


def test_a_submit_cut_off_before_its_hint_is_found_by_the_sweep(place):
    key = str(uuid.uuid4())
    Submitter(place, key=key, kill="before the hint").wait_for_its_death()
    job = EditJob.objects.get()
    assert Submitter(place, key=key).answer()["made"] == 0, "the browser sends it again"
    place.start_worker()
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()


def mute_port():
    """A port that takes connections and never says anything."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken = []

    def take():
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                break
        for each in taken:
            each.close()

    threading.Thread(target=take, daemon=True).start()
    return listener


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
@pytest.mark.parametrize("broker", ["refused", "mute"])
def test_a_broker_that_is_away_holds_up_nobody(place, scheme, broker):
    listener = mute_port() if broker == "mute" else None
    port = listener.getsockname()[1] if listener else free_ports(1)[0]
    try:
        url = f"{scheme}://127.0.0.1:{port}//"
        answer = Submitter(place, CELERY_BROKER_URL=url).answer()
    finally:
        if listener:
            listener.close()
    assert answer["made"] == 1
    assert answer["seconds"][0] < 20, "without a limit a mute broker holds it up for ever"
    job = EditJob.objects.get()
    place.start_worker()
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=1, consents=1)


@BOTH
def test_fifty_submits_at_once_against_money_for_ten_queue_ten_and_hold_forty(place):
    User.objects.filter(pk=place.alice.pk).update(monthly_cap_nano=40 * CENT)  # 4 cents each
    answers = [one.answer() for one in [Submitter(place, times=10) for _ in range(5)]]
    assert [answer["made"] for answer in answers] == [10] * 5, answers
    assert sum(answer["held"] for answer in answers) == 40
    assert EditJob.objects.filter(state=JobState.QUEUED).count() == 10
    assert EditJob.objects.filter(state=JobState.HELD).count() == 40
    assert Consent.objects.count() == 10
    assert Budget.objects.get().reserved_nano == 40 * CENT
    place.assert_all_is_well()


@BOTH
def test_no_cap_is_passed_when_two_people_race_for_all_of_them(place):
    """Alice's day allows 7 edits, Bob's month 6, the server's day 11 and its month 9."""
    bob = User.objects.create_user("bob")
    bobs = make_picture(bob, SIZE)
    User.objects.filter(pk=place.alice.pk).update(daily_cap_nano=28 * CENT)
    User.objects.filter(pk=bob.pk).update(monthly_cap_nano=24 * CENT)
    SpendingCaps.objects.create(day_nano=44 * CENT, month_nano=36 * CENT)
    racing = [Submitter(place, times=7, picture=each) for each in (None, bobs, None, bobs)]
    assert sum(one.answer()["held"] for one in racing) == 28 - 9
    queued = EditJob.objects.filter(state=JobState.QUEUED)
    assert queued.count() == 9
    assert queued.filter(owner=place.alice).count() <= 7
    assert queued.filter(owner=bob).count() <= 6
    server = SpendingPeriod.objects.filter(user=None).values_list("reserved_nano", flat=True)
    assert list(server) == [36 * CENT, 36 * CENT]
    place.assert_all_is_well()


@BOTH
def test_of_approvals_a_decline_and_a_cancel_at_once_one_is_done(place):
    root = User.objects.create_superuser("root")
    place.alice.monthly_cap_nano = 3 * CENT
    place.alice.save()
    acts = (
        lambda job: approve(job, root, job.estimate_nano),
        lambda job: approve(job, root, job.estimate_nano),
        lambda job: decline(job, root, "Too dear."),
        lambda job: "Cancelled" in cancel_edit(job, place.alice),
    )
    for number in range(8):
        held = place.submit()
        assert held.state == JobState.HELD
        start = threading.Barrier(len(acts))

        def decide(act, pk=held.pk, start=start):
            job = EditJob.objects.get(pk=pk)
            start.wait(20)
            try:
                return act(job)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(acts)) as pool:
            turned = acts[number % 4 :] + acts[: number % 4]
            done = [each.result() for each in [pool.submit(decide, act) for act in turned]]
        held.refresh_from_db()
        # A cancel may come after an approval, as for any edit in the queue; nothing else may.
        assert sum(map(bool, done)) == 1 or (
            held.state == JobState.CANCELLED and held.consents.count() == 1
        )
        assert held.consents.count() <= 1
    reserved = Budget.objects.get().reserved_nano if Budget.objects.exists() else 0
    assert reserved == 4 * CENT * EditJob.objects.filter(state=JobState.QUEUED).count()
    place.assert_all_is_well()


def test_a_worker_leaves_what_is_held_alone_and_sends_it_once_it_is_allowed(place):
    User.objects.filter(pk=place.alice.pk).update(monthly_cap_nano=3 * CENT)
    Submitter(place).answer()
    held = EditJob.objects.get(state=JobState.HELD)
    place.start_worker()
    place.alice.refresh_from_db()
    other = place.submit()
    assert other.state == JobState.HELD
    SpendingCaps.objects.create(day_nano=0)
    User.objects.filter(pk=place.alice.pk).update(monthly_cap_nano=None)
    time.sleep(2)  # ten sweeps of this worker
    assert place.upstream.calls() == []
    root = User.objects.create_superuser("root")
    assert approve(held, root, held.estimate_nano)
    place.wait_for(held, JobState.DONE)
    place.assert_account(held, calls=1, consents=1)
    assert len(place.upstream.calls()) == 1, "the other one waits on"
    place.assert_all_is_well()


def test_sqlite_is_opened_so_that_a_power_cut_loses_no_intent(place):
    pragmas = Submitter(place, times=0).answer()["pragmas"]
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_while_somebody_else_writes_a_submit_waits_and_no_answer_is_lost(place):
    job = place.submit()
    place.start_worker()
    place.wait_for(job, JobState.CALLING)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        try:
            waiting = Submitter(place)
            time.sleep(3)
        finally:
            cursor.execute("ROLLBACK")
    answer = waiting.answer()
    assert answer["made"] == 1, answer["errors"]
    for each in EditJob.objects.all():
        place.wait_for(each, JobState.DONE)
    assert len(place.upstream.calls()) == 2
    place.assert_all_is_well()
