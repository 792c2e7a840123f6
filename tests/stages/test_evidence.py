"""A call without an answer: what can be found out, and who may decide what it was."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from editor import evidence, gates
from editor.allowances import tightest
from editor.budgets import grant_consent
from editor.models import Attempt, Budget, EditJob, Evidence, JobState, LedgerEntry
from editor.models.receipts import receipt_of
from editor.money import NANO
from editor.settlements import settle_unknown
from editor.submission import give_up, pay_again
from editor.tasks import run_job
from tests.factories import CENT, make_job, make_model

pytestmark = pytest.mark.django_db


def ago(seconds):
    return timezone.now() - timedelta(seconds=seconds)


def unknown_job(owner, **fields):
    """A job whose one call got no answer, ten seconds ago, after five seconds."""
    job = make_job(owner, JobState.UNKNOWN, charged=EditJob.Charged.UNKNOWN)
    make_call(job, sent_at=ago(15), answered_at=ago(10), **fields)
    return job


def make_call(job, state=Attempt.State.UNKNOWN, **fields):
    consent = fields.pop("consent", None) or job.consents.last()
    values = {"key_hash": gates.key_hash(), "key_tail": "-key", **fields}
    return Attempt.objects.create(job=job, consent=consent, state=state, **values)


def money(job):
    """What the rows say of the money, to see that nothing moved."""
    budget = Budget.objects.get(user=job.owner)
    job.refresh_from_db()
    return job.state, job.charged, budget.reserved_nano, budget.spent_nano


@pytest.fixture
def sent_unknown(alice, upstream):
    """A real call that was charged upstream, but whose answer broke off."""
    job = make_job(alice, model=make_model("sandbox/inpaint-pro"))
    upstream.fail_with({"kind": "html_200"})
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.UNKNOWN
    upstream.fail_with()
    return job


def test_the_charge_of_a_lost_answer_is_found_and_nothing_follows_by_itself(alice, sent_unknown):
    before = money(sent_unknown)
    found = evidence.gather(sent_unknown.attempts.get(), alice)
    assert found.lookup == "found"
    assert found.lookup_cost_nano > 0
    assert found.balance_nano > 0
    assert found.day_requests >= 1
    assert found.day_cost_nano >= found.lookup_cost_nano
    assert money(sent_unknown) == before
    assert sent_unknown.attempts.get().state == Attempt.State.UNKNOWN
    line = sent_unknown.events.last()
    assert line.sentence.startswith(
        "Asked the upstream about the call. The upstream names a charge"
    )
    assert line.actor == alice


def test_a_call_that_the_books_do_not_know_is_not_called_free(alice, upstream):
    job = unknown_job(alice)
    found = evidence.gather(job.attempts.get())
    assert (found.lookup, found.lookup_cost_nano) == ("not_found", None)
    assert "proves nothing" in found.sentence
    assert money(job) == (JobState.UNKNOWN, EditJob.Charged.UNKNOWN, 4 * CENT, 0)


def test_the_upstreams_own_id_is_looked_up_too(alice, upstream, sent_unknown):
    other = unknown_job(alice, upstream_request_id=str(sent_unknown.attempts.get().pk))
    assert evidence.gather(other.attempts.get()).lookup == "found"


@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 503}, {"kind": "html_200"}, {"kind": "reset_before_reading"}],
)
def test_an_upstream_that_fails_gives_evidence_that_says_so(alice, upstream, fault):
    job = unknown_job(alice)
    upstream.fail_with({**fault, "on": "usage", "times": 3}, {**fault, "on": "balance"})
    found = evidence.gather(job.attempts.get())
    upstream.fail_with()
    assert found.lookup == "failed"
    assert found.sentence.startswith("The look-up failed:")
    assert found.balance_nano is None
    assert money(job)[0] == JobState.UNKNOWN


def test_an_upstream_that_is_away_is_asked_once_only(alice, settings, monkeypatch):
    settings.NANOGPT_BASE_URL = "http://127.0.0.1:1"
    settings.NANOGPT_API_KEY = "sk-nano-nobody-listens"
    job = unknown_job(alice, upstream_request_id="another-id")
    monkeypatch.setattr(evidence.NanoGPT, "balance", None)  # would fail if it were called
    assert evidence.gather(job.attempts.get()).lookup == "failed"


def test_a_call_with_another_key_is_not_looked_up_with_this_one(alice, upstream):
    job = unknown_job(alice, key_hash="of another key")
    found = evidence.gather(job.attempts.get())
    assert (found.lookup, found.balance_nano) == ("failed", None)
    assert "another key" in found.sentence


def test_a_second_look_within_seconds_asks_nobody(alice, upstream):
    job = unknown_job(alice)
    first = evidence.look(job, alice)
    assert evidence.look(job, alice) == first
    Evidence.objects.update(at=ago(60))
    assert evidence.look(job, alice) != first
    assert Evidence.objects.count() == 2


def test_every_unknown_call_of_a_job_is_looked_at(alice, upstream):
    job = unknown_job(alice)
    consent = grant_consent(job, 4 * CENT, by=alice)
    make_call(job, consent=consent, sent_at=ago(5), answered_at=ago(2))
    newest = evidence.look(job, alice)
    assert newest.attempt.consent == consent
    assert Evidence.objects.count() == 2
    assert [len(f.evidence.sentence) > 0 for f in evidence.findings(job)] == [True, True]


# Balance before and after


def answered(owner, balance, sent, came):
    """Another job of the same key that was answered, telling the balance."""
    job = make_job(owner, JobState.DONE)
    return make_call(
        job,
        Attempt.State.SAVED,
        sent_at=ago(sent),
        answered_at=ago(came),
        balance_after_nano=balance,
        cost_nano=4 * CENT,
    )


def read_balance(job, balance, when):
    return Evidence.objects.create(
        attempt=job.attempts.first(), lookup="not_found", balance_nano=balance, at=ago(when)
    )


def test_the_balance_before_and_after_is_told_when_nothing_came_in_between(alice, bob):
    answered(bob, 10 * NANO, 100, 90)
    job = unknown_job(alice)
    read_balance(job, 10 * NANO - 4 * CENT, 1)
    window = evidence.balance_window(job.attempts.get())
    assert window.fell_nano == 4 * CENT
    assert window.why == ""


def test_a_later_reading_counts_more_than_an_early_one(alice, bob):
    answered(bob, 10 * NANO, 100, 90)
    job = unknown_job(alice)
    read_balance(job, 10 * NANO, 9)
    read_balance(job, 10 * NANO - 4 * CENT, 1)
    assert evidence.balance_window(job.attempts.get()).fell_nano == 4 * CENT


@pytest.mark.parametrize(
    ("state", "sent", "came"),
    [
        (Attempt.State.SAVED, 60, 50),  # in between
        (Attempt.State.SAVED, 95, 50),  # began before the first reading
        (Attempt.State.UNKNOWN, 200, 120),  # nobody waits for it, but it may still be charged
        (Attempt.State.CALLING, 300, None),
        (Attempt.State.CALLING, 5, None),
        (Attempt.State.LOST, 8, 6),
    ],
)
def test_another_call_in_between_makes_the_balance_prove_nothing(alice, bob, state, sent, came):
    answered(bob, 10 * NANO, 100, 90)
    job = unknown_job(alice)
    read_balance(job, 9 * NANO, 1)
    make_call(
        make_job(bob, JobState.DONE),
        state,
        sent_at=ago(sent),
        answered_at=ago(came) if came else None,
    )
    window = evidence.balance_window(job.attempts.get())
    assert (window.before_nano, window.after_nano, window.fell_nano) == (None, None, None)
    assert "Another call" in window.why


@pytest.mark.parametrize(
    ("state", "key"), [(Attempt.State.NOT_CHARGED, None), (Attempt.State.SAVED, "another key")]
)
def test_what_cannot_have_cost_this_key_anything_does_not_disturb(alice, bob, state, key):
    answered(bob, 10 * NANO, 100, 90)
    job = unknown_job(alice)
    read_balance(job, 9 * NANO, 1)
    more = {"key_hash": key} if key else {}
    make_call(make_job(bob), state, sent_at=ago(60), answered_at=ago(50), **more)
    assert evidence.balance_window(job.attempts.get()).fell_nano == NANO


def test_a_balance_that_was_never_read_is_said_to_be_missing(alice, bob):
    job = unknown_job(alice)
    assert "before" in evidence.balance_window(job.attempts.get()).why
    answered(bob, 10 * NANO, 100, 90)
    window = evidence.balance_window(job.attempts.get())
    assert window.before_nano == 10 * NANO
    assert "has not been read" in window.why
    Attempt.objects.filter(job=job).update(key_hash="")
    assert "not on record" in evidence.balance_window(job.attempts.get()).why


# Staff settle


@pytest.mark.parametrize(
    ("charged", "cost", "budget", "word"),
    [(True, 3 * CENT, (0, 3 * CENT), "yes"), (False, None, (0, 0), "no")],
)
def test_rita_settles_an_unknown_job_with_a_reason(alice, rita, charged, cost, budget, word):
    job = unknown_job(alice)
    stale = EditJob.objects.get(pk=job.pk)
    assert settle_unknown(job, rita, charged=charged, cost_nano=cost, reason="Seen in the books.")
    assert money(job) == (JobState.FAILED, word, *budget)
    line = job.events.last()
    assert line.actor == rita
    assert line.sentence.endswith(": Seen in the books.")
    for again in (job, stale):
        assert not settle_unknown(again, rita, charged=True, cost_nano=9 * CENT, reason="Twice.")
    assert money(job) == (JobState.FAILED, word, *budget)
    (receipt,) = receipt_of(job).lines
    assert receipt.source == "settled by staff: Seen in the books."


@pytest.mark.parametrize(
    ("charged", "cost", "reason"),
    [(True, 1, ""), (True, 1, "  "), (True, None, "x"), (True, -1, "x"), (False, None, "")],
)
def test_a_settlement_without_reason_or_sum_is_refused(alice, rita, charged, cost, reason):
    job = unknown_job(alice)
    with pytest.raises(ValueError, match="reason"):
        settle_unknown(job, rita, charged=charged, cost_nano=cost, reason=reason)
    assert money(job)[0] == JobState.UNKNOWN


@pytest.mark.parametrize(("charged", "spent"), [(True, 5 * CENT), (False, 0)])
def test_several_unknown_calls_are_settled_together(alice, rita, charged, spent):
    job = unknown_job(alice)
    consent = grant_consent(job, 4 * CENT, by=alice)
    make_call(job, consent=consent, sent_at=ago(5), answered_at=ago(2))
    settle_unknown(job, rita, charged=charged, cost_nano=5 * CENT, reason="Both seen.")
    assert money(job)[2:] == (0, spent)
    assert LedgerEntry.objects.exclude(kind="reserve").count() == 2


@pytest.mark.parametrize("state", [s for s in JobState if s != JobState.UNKNOWN])
def test_only_an_unknown_job_can_be_settled(alice, rita, state):
    job = make_job(alice, state)
    before = money(job)
    assert not settle_unknown(job, rita, charged=False, cost_nano=None, reason="No.")
    assert money(job) == before


# The receipt


def test_a_receipt_names_every_consent_and_where_its_figure_comes_from(alice):
    job = unknown_job(alice)
    assert pay_again(job, alice)
    first, second = receipt_of(job).lines
    assert (first.granted, first.billed_text, first.is_held) == ("by alice", "not yet known", True)
    assert second.reserved_text == "$0.04"
    EditJob.objects.filter(pk=job.pk).update(state=JobState.UNKNOWN)
    assert give_up(EditJob.objects.get(pk=job.pk), alice)
    (line, _) = receipt_of(job).lines
    assert (line.billed_text, line.source) == ("$0.04", "assumed when given up")


def test_a_receipt_names_the_rule_that_paid(alice):
    job = unknown_job(alice)
    grant_consent(job, 4 * CENT, policy="after HTTP 503, up to $0.05")
    assert receipt_of(job).lines[-1].granted == "by rule: after HTTP 503, up to $0.05"


def test_a_finished_edit_has_a_receipt_as_the_upstream_reported(alice, upstream):
    job = make_job(alice, model=make_model("sandbox/inpaint-pro"))
    run_job(str(job.pk))
    (line,) = receipt_of(job).lines
    assert line.source == "as the upstream reported"
    assert line.billed_nano == job.attempts.get().cost_nano
    assert line.balance_after_nano == job.attempts.get().balance_after_nano


def test_the_month_is_shown_only_where_there_is_a_cap(alice):
    job = unknown_job(alice)
    assert tightest(job.owner) is None
    alice.monthly_cap_nano = 10 * CENT
    alice.save()
    job = EditJob.objects.get(pk=job.pk)
    month = tightest(job.owner)
    assert (month.reserved_text, month.cap_text, month.left_text) == ("$0.04", "$0.10", "$0.06")


# The pages


def test_alice_looks_again_and_reads_what_was_found(alices, sent_unknown):
    page = alices.get(sent_unknown.get_absolute_url()).content.decode()
    assert "Look again" in page
    assert str(sent_unknown.attempts.get().pk) in page
    answer = alices.post(f"{sent_unknown.get_absolute_url()}look-again/", follow=True)
    assert "names a charge of $" in answer.content.decode()
    assert money(sent_unknown)[0] == JobState.UNKNOWN


def test_charlie_cannot_look_for_alices_call(charlies, alice):
    job = unknown_job(alice)
    assert charlies.post(f"{job.get_absolute_url()}look-again/").status_code == 404
    assert not Evidence.objects.exists()


def test_paying_again_over_the_budget_is_said_and_not_an_error(alices, alice):
    alice.monthly_cap_nano = 5 * CENT
    alice.save()
    job = unknown_job(alice)
    page = alices.get(job.get_absolute_url()).content.decode()
    assert "$0.01 of the budget for this month" in page
    answer = alices.post(f"{job.get_absolute_url()}pay-again/", follow=True)
    assert answer.status_code == 200
    assert "Nothing was sent" in answer.content.decode()
    assert money(job)[0] == JobState.UNKNOWN


def test_no_page_calls_an_unknown_outcome_free(alices, ritas, alice):
    job = unknown_job(alice)
    for browser, address in (
        (alices, job.get_absolute_url()),
        (ritas, f"/admin/editor/editjob/{job.pk}/change/"),
    ):
        page = browser.get(address).content.decode().lower()
        for lie in ("not charged.", "nothing was charged", "was free", "is free", "no cost"):
            assert lie not in page.replace("looking again is free", "")


DESK = "/admin/editor/editjob/{}/{}/"


def test_rita_settles_on_the_desk(ritas, rita, alice):
    job = unknown_job(alice)
    assert "Settle" in ritas.get(DESK.format(job.pk, "change")).content.decode()
    form = {"charged": "yes", "cost": "0.0312", "reason": "Named in the invoice."}
    page = ritas.post(DESK.format(job.pk, "settle"), form, follow=True).content.decode()
    assert "Named in the invoice." in page
    assert money(job) == (JobState.FAILED, "yes", 0, 31_200_000)
    ritas.post(DESK.format(job.pk, "settle"), {**form, "cost": "9"})
    assert money(job)[3] == 31_200_000
    assert job.events.filter(sentence__startswith="Settled").count() == 1


def test_the_desk_offers_the_sum_that_the_books_name_for_all_calls(rita, ritas, sent_unknown):
    page = DESK.format(sent_unknown.pk, "change")
    assert ritas.get(page).context["settle_cost"] == ""
    ritas.post(DESK.format(sent_unknown.pk, "look"))
    named = sent_unknown.attempts.get().evidence.get().lookup_cost_nano
    assert ritas.get(page).context["settle_cost"] == f"{named / NANO:.2f}"
    consent = grant_consent(sent_unknown, 4 * CENT, by=rita)
    make_call(sent_unknown, consent=consent)
    assert ritas.get(page).context["settle_cost"] == ""


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"charged": "yes", "cost": "0.04", "reason": " "},
        {"charged": "yes", "cost": "", "reason": "x"},
        {"charged": "yes", "cost": "-1", "reason": "x"},
        {"charged": "maybe", "cost": "1", "reason": "x"},
        {"charged": "no", "reason": "x" * 301},
    ],
)
def test_a_settlement_that_lacks_something_changes_nothing(ritas, alice, form):
    job = unknown_job(alice)
    page = ritas.post(DESK.format(job.pk, "settle"), form, follow=True).content.decode()
    assert "Not settled" in page
    assert money(job)[0] == JobState.UNKNOWN


@pytest.mark.parametrize("act", ["settle", "look"])
def test_members_cannot_settle(alices, alice, act):
    job = unknown_job(alice)
    form = {"charged": "no", "reason": "It is mine."}
    assert alices.post(DESK.format(job.pk, act), form).status_code == 302
    assert money(job)[0] == JobState.UNKNOWN
    assert not Evidence.objects.exists()


def test_rita_over_alices_budget_is_told_so(ritas, alice):
    alice.monthly_cap_nano = 4 * CENT
    alice.save()
    job = unknown_job(alice)
    form = {"submit_key": str(uuid.uuid4()), "shown_price": str(4 * CENT)}
    answer = ritas.post(DESK.format(job.pk, "retry"), form, follow=True)
    assert "Nothing was sent" in answer.content.decode()
