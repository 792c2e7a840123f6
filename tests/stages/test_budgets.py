"""Money: set aside, paid or given back, never lost and never overspent."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from editor import budgets
from editor.allowances import left_nano
from editor.budgets import OverBudget, grant_consent
from editor.cancelling import cancel_edit
from editor.models import Attempt, Budget, Consent, EditJob, JobState, LedgerEntry
from editor.submission import give_up, pay_again
from editor.tasks import run_job
from tests.factories import CENT, make_job, make_model, make_picture

pytestmark = pytest.mark.django_db


def budget(user):
    """What is set aside and what is spent, in cents."""
    row = Budget.objects.get(user=user)
    return row.reserved_nano / CENT, row.spent_nano / CENT


def test_a_submit_sets_the_estimate_aside(alice):
    make_job(alice)
    assert budget(alice) == (4, 0)


def test_cancelling_before_the_call_gives_it_back(alice):
    cancel_edit(make_job(alice), alice)
    assert budget(alice) == (0, 0)


def test_an_answer_settles_what_it_says_it_cost(alice):
    job = make_job(alice)
    budgets.settle(job.consents.get().pk, 3 * CENT, "the answer")
    assert budget(alice) == (0, 3)


def test_an_answer_without_a_price_settles_the_estimate(alice):
    job = make_job(alice)
    budgets.settle(job.consents.get().pk, None, "estimate")
    assert budget(alice) == (0, 4)


def test_settling_twice_counts_once(alice):
    consent = make_job(alice).consents.get()
    for _ in range(2):
        budgets.settle(consent.pk, 4 * CENT, "the answer")
    budgets.release(consent.pk)
    assert budget(alice) == (0, 4)


def test_a_figure_that_comes_late_adjusts_what_was_assumed(alice):
    consent = make_job(alice).consents.get()
    budgets.settle(consent.pk, None, "assumed")
    budgets.settle(consent.pk, 7 * CENT, "the answer")
    budgets.settle(consent.pk, 7 * CENT, "the answer")
    assert budget(alice) == (0, 7)
    kinds = list(LedgerEntry.objects.values_list("kind", flat=True))
    assert kinds == ["reserve", "settle", "adjust"]


def test_the_database_refuses_a_second_end_of_one_reserve(alice):
    consent = make_job(alice).consents.get()
    budgets.release(consent.pk)
    entry = LedgerEntry.objects.get(kind="release")
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(
            budget=entry.budget, consent=consent, kind="settle", amount_nano=1
        )


def test_an_unknown_outcome_keeps_its_reserve_and_paying_again_adds_one(alice):
    job = make_job(alice, JobState.UNKNOWN)
    Attempt.objects.create(job=job, consent=job.consents.get(), state=Attempt.State.UNKNOWN)
    assert budget(alice) == (4, 0)
    assert pay_again(job, alice)
    assert budget(alice) == (8, 0)


def test_giving_up_takes_the_doubtful_call_for_charged(alice):
    job = make_job(alice, JobState.UNKNOWN)
    Attempt.objects.create(job=job, consent=job.consents.get(), state=Attempt.State.UNKNOWN)
    assert give_up(job, alice)
    assert budget(alice) == (0, 4)


def test_a_cap_holds_what_does_not_fit_and_says_what_is_left(alice):
    alice.monthly_cap_nano = 10 * CENT
    alice.save()
    make_job(alice)
    make_job(alice)
    held = make_job(alice)
    assert held.state == JobState.HELD
    assert "only $0.02 of the budget for this month of $0.10 are left" in held.state_sentence
    assert Consent.objects.count() == 2
    assert left_nano(alice) == 2 * CENT


def test_what_fits_exactly_is_not_refused(alice):
    alice.monthly_cap_nano = 12 * CENT
    alice.save()
    for _ in range(3):
        make_job(alice)
    assert left_nano(alice) == 0


def test_paying_again_needs_room_in_the_budget_too(alice):
    alice.monthly_cap_nano = 4 * CENT
    alice.save()
    job = make_job(alice, JobState.UNKNOWN)
    with pytest.raises(OverBudget):
        pay_again(job, alice)
    job.refresh_from_db()
    assert job.state == JobState.UNKNOWN


def test_bobs_budget_is_his_own(alice, bob):
    make_job(alice)
    make_job(bob)
    assert budget(alice) == budget(bob) == (4, 0)


def test_a_whole_edit_ends_settled_at_what_the_upstream_said(alice, upstream):
    job = make_job(alice, model=make_model("sandbox/inpaint-pro"))
    run_job(str(job.pk))
    job.refresh_from_db()
    attempt = Attempt.objects.get()
    if job.state == JobState.DONE:
        assert Budget.objects.get(user=alice).spent_nano == attempt.cost_nano
        assert Budget.objects.get(user=alice).reserved_nano == 0


def test_a_refused_call_gives_its_reserve_back(alice, upstream):
    job = make_job(alice, model=make_model("sandbox/inpaint-pro"))
    upstream.fail_with({"kind": "status", "status": 400})
    run_job(str(job.pk))
    assert budget(alice) == (0, 0)


def test_the_operators_rule_pays_once_more_and_is_written_down(alice, upstream, settings):
    settings.PAY_AGAIN_CODES = frozenset({503})
    settings.PAY_AGAIN_UP_TO_NANO = 5 * CENT
    job = make_job(alice, model=make_model("sandbox/inpaint-pro"))
    upstream.fail_with({"kind": "status", "status": 503, "times": 2})
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert job.consents.last().policy == "after HTTP 503, up to $0.05"
    assert job.consents.last().granted_by is None
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.UNKNOWN, "a rule pays once more, not again and again"
    assert job.consents.count() == 2


@pytest.mark.parametrize(("codes", "up_to"), [((), 5), ((500,), 5), ((503,), 3)])
def test_outside_the_rule_nothing_is_paid_again(alice, upstream, settings, codes, up_to):
    settings.PAY_AGAIN_CODES = frozenset(codes)
    settings.PAY_AGAIN_UP_TO_NANO = up_to * CENT
    job = make_job(alice, model=make_model("sandbox/inpaint-pro"))
    upstream.fail_with({"kind": "status", "status": 503})
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.UNKNOWN
    assert job.consents.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_submits_at_once_against_money_for_five_get_exactly_five(alice):
    if connection.vendor == "sqlite":
        pytest.skip("the in-memory database of the tests has one connection; see the fault ring")
    alice.monthly_cap_nano = 20 * CENT
    alice.save()
    job = make_job(alice, picture=make_picture(alice))
    budgets.release(job.consents.get().pk)

    def submit(_):
        try:
            with transaction.atomic():
                other = EditJob.objects.create(
                    owner=alice, picture=job.picture, prompt="x", submit_key=uuid.uuid4()
                )
                grant_consent(other, 4 * CENT, by=alice)
        except OverBudget:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(submit, range(20))) == 5
