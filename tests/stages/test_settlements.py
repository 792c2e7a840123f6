"""Staff settle single calls in doubt, whatever became of the job."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor import settlements
from editor.budgets import grant_consent
from editor.cancelling import cancel_edit
from editor.invariants import broken_invariants
from editor.models import Attempt, Budget, EditJob, JobState, LedgerEntry
from editor.models.receipts import receipt_of
from editor.nanogpt.errors import OutcomeUnknown
from editor.nanogpt.messages import AnswerImage, Cost, EditAnswer
from editor.outcomes import record_answer, record_failure
from editor.settlements import doubts, settle_call, settle_unknown
from editor.submission import give_up, pay_again
from editor.tasks import run_job
from tests.factories import CENT, make_job, make_model

pytestmark = pytest.mark.django_db


def in_doubt(job, consent=None, seconds_ago=60):
    """A call of this job that brought no answer."""
    moment = timezone.now() - timedelta(seconds=seconds_ago)
    return Attempt.objects.create(
        job=job,
        consent=consent or job.consents.last(),
        state=Attempt.State.UNKNOWN,
        sent_at=moment,
        answered_at=moment + timedelta(seconds=5),
        error_sentence="The service did not answer in time.",
    )


def unknown_job(owner):
    job = make_job(owner, JobState.UNKNOWN, charged=EditJob.Charged.UNKNOWN)
    in_doubt(job)
    return job


@pytest.fixture
def done(alice, upstream):
    """Unknown first, paid again, answered and done: the first call still holds its money."""
    job = make_job(alice, model=make_model("sandbox/inpaint-pro"))
    upstream.fail_with({"kind": "reset_after_reading"})
    run_job(str(job.pk))
    job.refresh_from_db()
    assert pay_again(job, alice)
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.DONE
    return job


def money(owner):
    """Cents set aside and spent."""
    budget = Budget.objects.get(user=owner)
    return budget.reserved_nano / CENT, budget.spent_nano / CENT


def settle(job, actor, charged=True, cents=3.0, reason="Seen in the books.", call=0):
    attempt = doubts(job)[call].finding.attempt
    cost = int(cents * CENT) if charged else None
    return settle_call(attempt, actor, charged=charged, cost_nano=cost, reason=reason)


@pytest.mark.parametrize(("charged", "spent"), [(True, 3.0), (False, 0.0)])
def test_the_first_call_of_a_job_that_is_done_is_settled(done, alice, rita, charged, spent):
    paid = Attempt.objects.get(state=Attempt.State.SAVED).cost_nano / CENT
    assert money(alice) == (4, paid)
    (doubt,) = doubts(done)
    assert (doubt.seq, doubt.held_text, doubt.counted_nano) == (1, "$0.04", None)
    assert "maybe more" in done.billed_text
    assert settle(done, rita, charged)
    assert money(alice) == (0, paid + spent)
    done = EditJob.objects.get(pk=done.pk)
    assert (done.state, done.charged) == (JobState.DONE, EditJob.Charged.YES)
    assert done.billed_text == f"${(paid + spent) / 100:.2f}"
    assert "as staff settled it" in done.billed_source_text
    line = done.events.last()
    word = "charged, $0.03" if charged else "not charged"
    assert line.sentence == f"Settled call 1 as {word}: Seen in the books."
    assert line.actor == rita
    first, second = receipt_of(done).lines
    assert first.source == "settled by staff: Seen in the books."
    assert "settled" not in second.source
    assert doubts(done) == []
    assert broken_invariants(read_bytes=True) == []


def test_it_is_settled_once(done, alice, rita):
    attempt = doubts(done)[0].finding.attempt
    assert settle(done, rita)
    before = money(alice)
    again = settle_call(attempt, rita, charged=True, cost_nano=9 * CENT, reason="Twice.")
    assert not again
    assert money(alice) == before
    assert done.events.filter(sentence__startswith="Settled").count() == 1


@pytest.mark.parametrize("state", [s for s in Attempt.State if s != Attempt.State.UNKNOWN])
def test_a_call_that_is_not_in_doubt_cannot_be_settled(alice, rita, state):
    job = unknown_job(alice)
    Attempt.objects.update(state=state)
    attempt = Attempt.objects.get()
    assert not settle_call(attempt, rita, charged=False, cost_nano=None, reason="No.")
    assert money(alice) == (4, 0)
    assert doubts(job) == []


@pytest.mark.parametrize(
    ("charged", "cost", "reason"),
    [(True, 1, " "), (True, None, "x"), (True, -1, "x"), (False, None, "")],
)
def test_without_reason_or_sum_nothing_is_settled(done, alice, rita, charged, cost, reason):
    before = money(alice)
    with pytest.raises(ValueError, match="reason"):
        settle_call(
            doubts(done)[0].finding.attempt, rita, charged=charged, cost_nano=cost, reason=reason
        )
    assert money(alice) == before


@pytest.mark.parametrize(("charged", "spent", "text"), [(True, 3, "$0.03"), (False, 0, "nothing")])
def test_what_giving_up_had_counted_is_corrected(alice, rita, charged, spent, text):
    job = unknown_job(alice)
    assert give_up(job, alice)
    assert money(alice) == (0, 4)
    (doubt,) = doubts(job)
    assert (doubt.held_nano, doubt.counted_text) == (None, "$0.04")
    assert settle(job, rita, charged)
    assert money(alice) == (0, spent)
    job = EditJob.objects.get(pk=job.pk)
    assert job.charged == ("yes" if charged else "no")
    assert job.billed_text == text
    assert job.billed_source_text == "As staff settled it; the history says why."
    (line,) = receipt_of(job).lines
    assert line.billed_nano == spent * CENT
    assert broken_invariants() == []


def test_a_cancelled_second_try_is_no_doubt_any_more_when_the_first_was_free(alice, rita):
    job = unknown_job(alice)
    assert pay_again(job, alice)
    assert "may have been charged" in cancel_edit(job, alice)
    assert settle(job, rita, charged=False)
    job = EditJob.objects.get(pk=job.pk)
    assert (job.state, job.charged) == (JobState.CANCELLED, EditJob.Charged.NO)
    assert job.state_sentence == (
        "Cancelled before it was sent again. An earlier call of this edit was not charged."
    )
    assert job.billed_text == "nothing"
    assert money(alice) == (0, 0)
    assert broken_invariants() == []


def test_what_an_earlier_call_has_cost_is_said_while_the_next_one_waits(alice, rita):
    job = unknown_job(alice)
    assert pay_again(job, alice)
    assert "may have been charged" in job.state_sentence
    assert settle(job, rita)
    job = EditJob.objects.get(pk=job.pk)
    assert job.state_sentence == (
        "Waiting for a free place. An earlier call of this edit was charged, $0.03."
    )


def test_while_another_call_is_out_nobody_says_what_the_job_has_cost(alice, rita):
    job = unknown_job(alice)
    assert pay_again(job, alice)
    Attempt.objects.create(job=job, consent=job.consents.last())
    EditJob.objects.filter(pk=job.pk).update(state=JobState.CALLING)
    assert settle(job, rita, charged=False)
    assert EditJob.objects.get(pk=job.pk).charged == EditJob.Charged.UNKNOWN


def test_two_calls_are_settled_one_by_one_and_the_rest_with_the_job(alice, rita):
    job = unknown_job(alice)
    consent = grant_consent(job, 4 * CENT, by=alice)
    in_doubt(job, consent, seconds_ago=30)
    assert [doubt.seq for doubt in doubts(job)] == [2, 1]
    assert settle(job, rita, call=1, cents=1)
    assert money(alice) == (4, 1)
    assert EditJob.objects.get(pk=job.pk).state == JobState.UNKNOWN
    assert settle_unknown(job, rita, charged=False, cost_nano=None, reason="Not in the books.")
    assert money(alice) == (0, 1), "the first one's settlement stands"
    job = EditJob.objects.get(pk=job.pk)
    assert (job.state, job.charged) == (JobState.FAILED, EditJob.Charged.YES)
    assert job.billed_text == "$0.01"
    first, second = receipt_of(job).lines
    assert first.source.endswith(": Seen in the books.")
    assert second.source.endswith(": Not in the books.")
    assert broken_invariants() == []


def test_giving_up_leaves_what_staff_have_settled(alice, rita):
    job = unknown_job(alice)
    assert settle(job, rita, charged=False)
    assert give_up(job, alice)
    assert money(alice) == (0, 0)


def test_an_answer_that_comes_after_all_is_kept_and_counts(alice, rita):
    job = unknown_job(alice)
    assert settle_unknown(job, rita, charged=False, cost_nano=None, reason="No.")
    image = AnswerImage(url="https://results.example/a.png", data=None)
    answer = EditAnswer((image,), Cost(2 * CENT, "0.02"), None, None, 200, {}, 300.0)
    assert record_answer(Attempt.objects.get(), answer)
    assert money(alice) == (0, 2)
    assert EditJob.objects.get(pk=job.pk).billed_text == "$0.02"
    assert broken_invariants() == []


def test_a_settlement_whose_money_is_still_held_breaks_what_must_hold(done, rita):
    Attempt.objects.filter(state=Attempt.State.UNKNOWN).update(settled_at=timezone.now())
    assert [broken.name for broken in broken_invariants()] == ["I4"]


def test_calls_settled_by_an_earlier_release_are_told_by_the_ledger(alice, bob, rita):
    settled, given_up = unknown_job(alice), unknown_job(bob)
    settle_unknown(settled, rita, charged=True, cost_nano=CENT, reason="Seen.")
    give_up(given_up, bob)
    Attempt.objects.update(settled_at=None)
    migration = importlib.import_module("editor.migrations.0006_settled_calls")
    migration.calls_settled_before(apps, None)
    entry = LedgerEntry.objects.get(kind="settle", budget__user=alice)
    assert Attempt.objects.get(job=settled).settled_at == entry.at
    assert Attempt.objects.get(job=given_up).settled_at is None


# The pages

DESK = "/admin/editor/editjob/{}/{}/"


def test_rita_settles_the_earlier_call_on_the_desk_and_alice_reads_it(done, ritas, alices):
    alices_page = alices.get(done.get_absolute_url()).content.decode()
    assert "This earlier call is still in doubt" in alices_page
    assert "$0.04 stay reserved" in alices_page
    page = ritas.get(DESK.format(done.pk, "change")).content.decode()
    assert "Settle call 1: charged" in page
    assert "in doubt, $0.04 reserved" in page
    attempt = doubts(done)[0].finding.attempt
    address = DESK.format(done.pk, f"settle/{attempt.pk}")
    assert address in page
    form = {"charged": "yes", "cost": "0.03", "reason": "Named in the invoice."}
    page = ritas.post(address, form, follow=True).content.decode()
    assert "Settled." in page
    assert "Settle call 1" not in page
    again = ritas.post(address, form, follow=True).content.decode()
    assert "not in doubt any more" in again
    alices_page = alices.get(done.get_absolute_url()).content.decode()
    assert "still in doubt" not in alices_page
    assert "Settled by staff: Named in the invoice." in alices_page


def test_a_job_whose_outcome_is_known_has_nothing_to_settle(ritas, alices, alice):
    job = make_job(alice, JobState.DONE)
    assert "Calls in doubt" not in ritas.get(DESK.format(job.pk, "change")).content.decode()
    assert "in doubt" not in alices.get(job.get_absolute_url()).content.decode()


@pytest.mark.parametrize("form", [{}, {"charged": "yes", "reason": "x"}, {"charged": "no"}])
def test_a_form_that_lacks_something_settles_nothing(done, ritas, form):
    attempt = doubts(done)[0].finding.attempt
    page = ritas.post(DESK.format(done.pk, f"settle/{attempt.pk}"), form, follow=True)
    assert "Not settled" in page.content.decode()
    assert doubts(done)


def test_staff_ask_the_upstream_about_the_call_of_a_job_that_is_done(done, ritas):
    page = ritas.post(DESK.format(done.pk, "look"), follow=True).content.decode()
    assert "The upstream names a charge" in page
    (doubt,) = doubts(done)
    assert f'value="{doubt.finding.cost_number}"' in page


def test_only_those_who_review_settle_and_only_calls_of_that_job(done, alices, alice, ritas, bob):
    attempt = doubts(done)[0].finding.attempt
    form = {"charged": "no", "reason": "It is mine."}
    address = DESK.format(done.pk, f"settle/{attempt.pk}")
    assert alices.post(address, form).status_code == 302
    other = make_job(bob, JobState.DONE)
    assert ritas.post(DESK.format(other.pk, f"settle/{attempt.pk}"), form).status_code == 404
    assert ritas.get(address).status_code == 405
    assert settlements.doubts(done)


@pytest.mark.parametrize("end", ["an answer", "a failure"])
def test_the_end_of_a_call_locks_the_job_first_as_settling_does(alice, end):
    job = make_job(alice, JobState.CALLING)
    attempt = in_doubt(job)
    Attempt.objects.update(state=Attempt.State.CALLING)
    with CaptureQueriesContext(connection) as asked:
        if end == "an answer":
            picture = AnswerImage(url=None, data=b"picture")
            record_answer(attempt, EditAnswer((picture,), None, None, None, 200, {}, 1.0))
        else:
            record_failure(job, attempt, OutcomeUnknown("No answer."))
    words = [query["sql"] for query in asked]
    read = next(i for i, sql in enumerate(words) if 'FROM "editor_editjob"' in sql)
    written = next(i for i, sql in enumerate(words) if sql.startswith('UPDATE "editor_attempt"'))
    assert read < written
    if connection.features.has_select_for_update:
        assert "FOR UPDATE" in words[read]
