"""Submits that are cut off, sent twice, sent at once, or made while the broker is away."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid

import pytest
from django.db import connection

from editor.models import Budget, EditJob, JobState, User
from tests.factories import CENT
from tests.faults.place import ROOT
from tests.faults.test_killed import BOTH
from tests.servers.launching import free_ports

pytestmark = [pytest.mark.line, pytest.mark.faults, pytest.mark.django_db(databases=[])]


class Submitter:
    """A process that submits as the web process does."""

    def __init__(self, place, *, kill="", key=None, times=1, **environ):
        wish = {
            "owner": place.alice.pk,
            "picture": str(place.picture.pk),
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
def test_twenty_submits_at_once_cannot_spend_more_than_there_is(place):
    User.objects.filter(pk=place.alice.pk).update(monthly_cap_nano=20 * CENT)  # 4 cents each
    answers = [one.answer() for one in [Submitter(place, times=5) for _ in range(4)]]
    assert sum(answer["made"] for answer in answers) == 5
    assert sum(answer["refused"] for answer in answers) == 15
    assert EditJob.objects.count() == 5
    assert Budget.objects.get().reserved_nano == 20 * CENT
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
