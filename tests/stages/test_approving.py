"""The approval lane: what a cap does not allow waits, is never sent, and is decided once."""

import uuid

import pytest
from django.contrib.auth import get_user_model

from editor import approving, cancelling, turns
from editor.approving import approve, decline
from editor.invariants import broken_invariants
from editor.models import (
    Attempt,
    AuditEntry,
    Budget,
    Consent,
    EditJob,
    JobState,
    LedgerEntry,
    UpstreamModel,
)
from editor.models.receipts import receipt_of
from editor.processing import process_job
from editor.recovery import nothing_to_look_after, sweep
from editor.submission import MOST_HELD, SubmitRefused, Wish, repeat_edit, submit_edit, submit_edits
from editor.tasks import run_job
from editor.wishes import PriceChanged
from tests.factories import CENT, make_job, make_mask, make_model, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(db):
    """An administrator."""
    return get_user_model().objects.create_superuser("root", password="pw")


@pytest.fixture
def held(alice):
    """An edit of four cents, where Alice has three left."""
    return a_held_edit(alice)


def a_held_edit(owner, **fields):
    owner.monthly_cap_nano = 3 * CENT
    owner.save()
    job = make_job(owner, model=make_model("sandbox/inpaint-pro"), **fields)
    assert job.state == JobState.HELD
    return job


def test_what_the_cap_does_not_allow_waits_and_sets_nothing_aside(held, alice):
    assert not Consent.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not Budget.objects.exists()
    assert held.estimate_nano == 4 * CENT, "the price that Alice saw is on record"
    assert "only $0.03 of the budget for this month of $0.03" in held.state_sentence
    assert "waits until an administrator allows it" in held.state_sentence
    assert [event.sentence[:21] for event in held.events.all()] == ["Waiting for approval."]
    assert broken_invariants() == []


def test_a_held_edit_is_never_sent(held, upstream):
    assert turns.in_turn() == []
    assert nothing_to_look_after(), "an idle worker stays idle"
    sweep()
    run_job(str(held.pk))
    process_job(held.pk)
    held.refresh_from_db()
    assert (held.state, held.fence) == (JobState.HELD, 0)
    assert not Attempt.objects.exists()
    assert upstream.calls() == []


def test_an_administrator_allows_it_above_the_cap(held, alice, root, upstream):
    assert approve(held, root, 4 * CENT)
    consent = held.consents.get()
    assert (consent.granted_by, consent.max_cost_nano) == (root, 4 * CENT)
    assert Budget.objects.get(user=alice).reserved_nano == 4 * CENT
    assert LedgerEntry.objects.get().source == "allowed above the cap"
    assert receipt_of(held).lines[0].granted == "by root"
    newest = held.events.last()
    assert (newest.actor, newest.sentence) == (root, "Approved above the budget, $0.04.")
    run_job(str(held.pk))
    held.refresh_from_db()
    assert held.state in (JobState.DONE, JobState.RECEIVED)
    assert len(upstream.calls()) == 1
    assert broken_invariants() == []


def test_a_second_approval_sets_nothing_aside(held, root, alice):
    again = EditJob.objects.get(pk=held.pk)
    assert approve(held, root, 4 * CENT)
    assert not approve(again, root, 4 * CENT)
    assert held.consents.count() == 1
    assert Budget.objects.get(user=alice).reserved_nano == 4 * CENT
    written = AuditEntry.objects.get(action="job.approved")
    assert written.who == root.pk
    assert str(4 * CENT) in str(written.facts)


def test_only_who_may_do_everything_allows_it(held, alice, rita):
    for person in (alice, rita):
        with pytest.raises(SubmitRefused, match="Only an administrator"):
            approve(held, person, 4 * CENT)
    held.refresh_from_db()
    assert held.state == JobState.HELD


def test_a_price_that_has_changed_is_shown_before_it_is_approved(held, root):
    UpstreamModel.objects.update(prices={"auto": 6 * CENT})
    with pytest.raises(PriceChanged):
        approve(held, root, 4 * CENT)
    assert not Consent.objects.exists()
    assert approve(held, root, 6 * CENT)
    assert held.consents.get().max_cost_nano == held.estimate_nano == 6 * CENT
    said = "Approved above the budget, $0.06. When it was asked for, it cost $0.04."
    assert held.events.last().sentence == said, "never more than the owner saw without a word"


def test_a_model_that_is_gone_or_held_back_cannot_be_approved(held, root):
    UpstreamModel.objects.update(held_back="It charged too much.")
    with pytest.raises(SubmitRefused, match="cannot be used just now"):
        approve(held, root, 4 * CENT)
    UpstreamModel.objects.all().delete()
    with pytest.raises(SubmitRefused, match="not offered any more"):
        approve(held, root, 4 * CENT)


def test_nothing_is_paid_for_an_account_that_is_switched_off(held, alice, root):
    alice.is_active = False
    alice.save()
    with pytest.raises(SubmitRefused, match="switched off"):
        approve(EditJob.objects.get(pk=held.pk), root, 4 * CENT)


def test_declined_with_a_reason_that_the_owner_reads(held, alice, rita):
    with pytest.raises(SubmitRefused, match="Say why"):
        decline(held, rita, "  ")
    with pytest.raises(SubmitRefused, match="Only staff"):
        decline(held, alice, "mine")
    assert decline(held, rita, "Too dear for a test; take the small size.")
    assert held.state == JobState.CANCELLED
    assert held.state_sentence == (
        "Not approved: Too dear for a test; take the small size. Nothing has been charged."
    )
    assert held.price_text == "free"
    assert AuditEntry.objects.get(action="job.declined").why.startswith("Too dear")
    assert not decline(EditJob.objects.get(pk=held.pk), rita, "again")
    assert not LedgerEntry.objects.exists()
    assert broken_invariants() == []


@pytest.mark.parametrize("first", ["approve", "decline", "cancel"])
@pytest.mark.parametrize("second", ["approve", "decline", "cancel"])
def test_whoever_comes_second_changes_nothing(held, alice, rita, root, first, second):
    """Both have read the row before either writes."""
    acts = {
        "approve": lambda job: approve(job, root, 4 * CENT),
        "decline": lambda job: decline(job, rita, "no"),
        "cancel": lambda job: cancelling.cancel_edit(job, alice),
    }
    one, other = EditJob.objects.get(pk=held.pk), EditJob.objects.get(pk=held.pk)
    acts[first](one)
    if (first, second) == ("approve", "cancel"):
        acts[second](other)  # it is queued by then, which can be cancelled as any other
        other.refresh_from_db()
        assert other.state == JobState.CANCELLED
        assert Budget.objects.get(user=alice).reserved_nano == 0
    else:
        told = acts[second](other)
        assert told is False or "Too late to cancel" in told
        one.refresh_from_db()
        assert one.state == (JobState.QUEUED if first == "approve" else JobState.CANCELLED)
        assert Consent.objects.count() == (first == "approve")
    assert broken_invariants() == []


def test_its_owner_cancels_it_alone_or_with_all_the_others(held, alice):
    assert cancelling.cancel_edit(held, alice) == cancelling.CANCELLED_FREE
    other = a_held_edit(alice)
    assert cancelling.cancel_all(alice).startswith("1 edit cancelled before anything was sent")
    other.refresh_from_db()
    assert other.state == JobState.CANCELLED
    assert not LedgerEntry.objects.exists()


def test_two_edits_of_one_press_wait_together(alice):
    alice.monthly_cap_nano = 7 * CENT
    alice.save()
    picture, model = make_picture(alice), make_model()
    mask = make_mask(picture)
    wishes = [Wish(picture, prompt, model, 1, "auto", mask) for prompt in ("one", "two")]
    key = uuid.uuid4()
    jobs, is_new = submit_edits(alice, wishes, key, 8 * CENT)
    assert is_new
    assert [job.state for job in jobs] == [JobState.HELD, JobState.HELD]
    assert not Consent.objects.exists(), (
        "the first would have fitted, and is not sent without the other"
    )
    assert submit_edits(alice, wishes, key, 8 * CENT) == (jobs, False), "sent twice, held once"
    assert EditJob.objects.count() == 2


def test_sending_the_same_again_waits_as_well(alice, rita):
    done = make_job(alice, JobState.DONE)
    alice.monthly_cap_nano = 4 * CENT
    alice.save()
    done = EditJob.objects.get(pk=done.pk)
    for actor in (alice, rita):
        again = repeat_edit(done, actor, uuid.uuid4(), 4 * CENT)
        assert again.state == JobState.HELD
    assert Consent.objects.count() == 1


def test_the_same_wish_is_not_held_twice(held, alice):
    model = make_model("sandbox/inpaint-pro")
    wish = Wish(held.picture, held.prompt, model, 1, "auto", held.mask)
    with pytest.raises(SubmitRefused, match="already waiting for approval"):
        submit_edit(alice, wish, uuid.uuid4(), 4 * CENT)


def test_nobody_fills_the_lane(alice, monkeypatch):
    monkeypatch.setattr("editor.submission.MOST_HELD", 2)
    picture = make_picture(alice)
    for _ in range(2):
        a_held_edit(alice, picture=picture)
    with pytest.raises(SubmitRefused, match="2 edits of yours wait for approval already"):
        make_job(alice, picture=picture)
    assert MOST_HELD >= 50


def test_a_held_edit_with_a_consent_breaks_a_rule(held, root):
    Consent.objects.create(job=held, seq=1, max_cost_nano=4 * CENT, granted_by=root)
    assert [broken.name for broken in broken_invariants()] == ["I2"]


def test_may_says_who_may(alice, rita, root):
    assert [approving.may_approve(who) for who in (alice, rita, root)] == [False, False, True]
    assert [approving.may_decline(who) for who in (alice, rita, root)] == [False, True, True]
