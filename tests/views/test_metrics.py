"""The figures for Prometheus, and who may read them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from editor.gates import key_hash, the_gate
from editor.models import Attempt, EditJob, Gate, JobState, Lifeboat, StaffAlert
from tests.factories import CENT, make_job

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-sixteen-letters"
SAMPLE = re.compile(r'^([a-z_]+)(?:\{(\w+)="([^"]+)"\})? (-?[0-9.]+)$')


def figures(client, **headers):
    """Read the page as Prometheus does: (name, label) -> value."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    typed, found = {}, {}
    for line in answer.content.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name not in typed, "one family, one place"
            typed[name] = kind
        elif not line.startswith("# HELP "):
            sample = SAMPLE.match(line)
            assert sample, line
            family = re.sub(r"_(bucket|sum|count)$", "", sample[1])
            assert sample[1] in typed or family in typed, line
            found[(sample[1], sample[3])] = float(sample[4])
    assert answer.content.endswith(b"\n")
    return found


def test_jobs_and_calls_are_counted_by_state(client, alice):
    done = make_job(alice, JobState.DONE)
    make_job(alice)
    make_job(alice, picture=done.picture)
    Attempt.objects.create(job=done, consent=done.consents.get(), state=Attempt.State.SAVED)
    found = figures(client)
    assert found["nanoedit_jobs", "queued"] == 2
    assert found["nanoedit_jobs", "done"] == 1
    assert found["nanoedit_jobs", "unknown"] == 0
    assert found["nanoedit_attempts", "saved"] == 1


def test_the_seconds_of_calls_are_a_histogram(client, alice):
    now = timezone.now()
    for seconds in (3, 15, 15, 500):
        job = make_job(alice, JobState.DONE)
        Attempt.objects.create(
            job=job,
            consent=job.consents.get(),
            state=Attempt.State.SAVED,
            sent_at=now - timedelta(seconds=seconds),
            answered_at=now,
        )
    found = figures(client)
    limits = ["5", "10", "20", "30", "60", "120", "240", "+Inf"]
    assert [found["nanoedit_call_seconds_bucket", le] for le in limits] == [1, 1, 3, 3, 3, 3, 3, 4]
    assert found["nanoedit_call_seconds_count", None] == 4
    assert found["nanoedit_call_seconds_sum", None] == pytest.approx(533)


def test_money_that_is_set_aside_is_shown_in_dollars(client, alice):
    make_job(alice)
    found = figures(client)
    assert found["nanoedit_reserved_dollars", None] == pytest.approx(4 * CENT / 1e9)
    assert found["nanoedit_spent_dollars", None] == 0


def test_the_gate_the_lifeboats_and_the_queue_are_told(client, alice):
    gate = the_gate()
    gate.state = Gate.State.PARKED
    gate.save()
    job = make_job(alice)
    attempt = Attempt.objects.create(job=job, consent=job.consents.get())
    Lifeboat.objects.create(attempt=attempt, index=0, data=b"x")
    EditJob.objects.update(updated_at=timezone.now() - timedelta(seconds=90))
    found = figures(client)
    assert [found["nanoedit_gate", state] for state in Gate.State.values] == [0, 0, 1, 0]
    assert found["nanoedit_lifeboats", None] == 1
    assert found["nanoedit_oldest_queued_seconds", None] == pytest.approx(90, abs=10)
    assert found["nanoedit_workers", None] == 0
    assert ("nanoedit_sweep_age_seconds", None) not in found


def test_nothing_personal_is_told(client, alice):
    job = make_job(alice)
    page = client.get("/metrics").content.decode()
    for word in (job.prompt, alice.username, job.model_id, str(job.pk)):
        assert word not in page


@pytest.mark.parametrize(
    ("address", "headers", "token"),
    [
        ("198.51.100.7", {}, ""),
        ("198.51.100.7", {}, TOKEN),
        ("198.51.100.7", {"authorization": "Bearer "}, ""),
        ("198.51.100.7", {"authorization": "Bearer wrong"}, TOKEN),
        ("198.51.100.7", {"authorization": f"Basic {TOKEN}"}, TOKEN),
        ("127.0.0.1", {"authorization": "Bearer wrong"}, TOKEN),
        ("127.0.0.1", {"x-forwarded-for": "198.51.100.7"}, ""),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, ""),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, ""),
        ("", {}, ""),
    ],
)
def test_strangers_are_told_nothing(client, settings, address, headers, token):
    settings.METRICS_TOKEN = token
    answer = client.get("/metrics", headers=headers, REMOTE_ADDR=address)
    assert answer.status_code == 403
    assert b"nanoedit_" not in answer.content


def test_a_server_behind_https_asks_everybody_for_the_token(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^metrics$"]
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics").status_code == 403
    assert figures(client, authorization=f"Bearer {TOKEN}")


def test_the_token_opens_it_from_anywhere(client, settings):
    settings.METRICS_TOKEN = TOKEN
    headers = {"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "198.51.100.7"}
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="198.51.100.7").status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.8.8.8"])
def test_this_machine_needs_no_token(client, address):
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 200


def test_alerts_are_counted_by_kind_until_they_are_resolved(client, rita):
    for subject in ("a/model", "b/model"):
        StaffAlert.objects.tell(StaffAlert.Kind.ODD_COST, subject, "Odd.")
    StaffAlert.objects.tell(StaffAlert.Kind.LOW_BALANCE, "key …cret", "Low.")
    StaffAlert.objects.filter(subject="b/model").resolve(rita)
    found = figures(client)
    assert found["nanoedit_alerts", "odd_cost"] == 1
    assert found["nanoedit_alerts", "low_balance"] == 1
    assert found["nanoedit_alerts", "refused_link"] == 0


def test_the_balance_is_the_newest_that_this_key_was_told(client, alice):
    assert ("nanoedit_balance_dollars", None) not in figures(client)
    now = timezone.now()
    told = [(key_hash(), 5, 120 * CENT), (key_hash(), 1, 90 * CENT), ("another key", 0, CENT)]
    for key, minutes, left in told:
        job = make_job(alice)
        call = Attempt.objects.create(
            job=job,
            consent=job.consents.get(),
            key_hash=key,
            answered_at=now - timedelta(minutes=minutes),
            balance_after_nano=left,
        )
        call.evidence.create(at=now - timedelta(minutes=9), balance_nano=CENT)
    assert figures(client)["nanoedit_balance_dollars", None] == 0.9
