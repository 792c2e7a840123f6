"""Whose key pays: Alice's for Alice's edits, the server's for Bob's, and never another."""

import uuid

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import IntegrityError, transaction

from editor import allowances, budgets, gates, keys, own_keys, turns
from editor.evidence import gather
from editor.invariants import broken_invariants
from editor.models import (
    Attempt,
    AuditEntry,
    Budget,
    Consent,
    EditJob,
    Gate,
    JobState,
    LedgerEntry,
    OwnKey,
    StaffAlert,
)
from editor.models.receipts import receipt_of
from editor.own_keys import CannotAsk, WrongKey
from editor.processing import process_job
from editor.results import keep_answer
from editor.submission import SubmitRefused, pay_again, repeat_edit
from editor.upstream import UpstreamKey
from tests.factories import CENT, make_model
from tests.factories import make_job as job_of
from tests.servers.accounts import ALICES_KEY, BOBS_KEY, EMPTY_KEY, SERVERS_KEY

pytestmark = pytest.mark.django_db


def make_job(owner):
    """An edit of this person, with a model that the sandbox has."""
    return job_of(owner, model=make_model("sandbox/redraw-flash", sizes=["auto"]))


@pytest.fixture
def alices_key(accounts, alice):
    """Alice has entered her key."""
    return own_keys.keep(alice, ALICES_KEY, own_keys.ask(UpstreamKey(ALICES_KEY)))


def run(job):
    """Take a job as far as it goes."""
    attempt_id = process_job(job.pk)
    if attempt_id:
        keep_answer(attempt_id)
    job.refresh_from_db()
    return job


def tails(accounts):
    return [call["key_tail"] for call in accounts.calls()]


def test_alices_key_pays_for_her_edit_and_the_servers_for_bobs(accounts, alice, bob, alices_key):
    hers, his = run(make_job(alice)), run(make_job(bob))
    assert (hers.state, his.state) == (JobState.DONE, JobState.DONE)
    assert tails(accounts) == ["abcd", "wxyz"]
    assert [call["download_with_key"] for call in accounts.calls()] == [False, False]
    (line,) = receipt_of(hers).lines
    assert (line.key_text, line.billed_text) == ("your key …abcd", "$0.015")
    assert receipt_of(his).lines[0].key_text == "this server's key …wxyz"
    alices_key.refresh_from_db()
    assert alices_key.used_at is not None
    assert own_keys.last_balance(alices_key)[0] < 50 * 100 * CENT
    assert list(broken_invariants()) == []


def test_no_budget_counts_what_an_own_key_pays_and_no_cap_holds_it_up(accounts, alice, alices_key):
    alice.monthly_cap_nano = 1
    alice.save()
    job = run(make_job(alice))
    assert job.state == JobState.DONE
    budget = Budget.objects.get(user=alice)
    assert (budget.spent_nano, budget.reserved_nano) == (0, 0)
    kinds = LedgerEntry.objects.filter(consent__own_key=alices_key).values_list("kind", flat=True)
    assert list(kinds) == ["reserve", "settle"]
    assert allowances.left_nano(alice) is None
    consent = job.consents.get()
    budgets.settle(consent.pk, 9 * CENT, "the provider's list")
    assert Budget.objects.get(user=alice).spent_nano == 0
    assert receipt_of(job).lines[0].billed_nano == 9 * CENT
    assert list(broken_invariants()) == []


def test_a_wrong_key_is_told_from_an_upstream_that_is_away(accounts, alice, settings):
    with pytest.raises(WrongKey, match="API key"):
        own_keys.ask(UpstreamKey("sk-nano-somebody-elses"))
    accounts.fail_with({"kind": "status", "status": 503, "on": "balance"})
    with pytest.raises(CannotAsk):
        own_keys.ask(UpstreamKey(ALICES_KEY))
    settings.NANOGPT_BASE_URL = "http://127.0.0.1:1"
    with pytest.raises(CannotAsk, match="Nothing was sent"):
        own_keys.ask(UpstreamKey(ALICES_KEY))


def test_an_edit_whose_key_is_gone_ends_unsent_and_pays_with_no_other(accounts, alice, alices_key):
    removed, replaced = make_job(alice), make_job(alice)
    own_keys.remove(alice)
    assert "…abcd" in run(removed).failure_sentence
    own_keys.keep(alice, BOBS_KEY, None)
    assert run(replaced).state == JobState.FAILED
    assert "Nothing was sent and nothing was charged" in replaced.failure_sentence
    assert accounts.calls() == []
    ends = LedgerEntry.objects.exclude(kind="reserve").values_list("kind", flat=True)
    assert list(ends) == ["release", "release"]
    again = repeat_edit(replaced, alice, uuid.uuid4(), replaced.estimate_nano)
    assert run(again).state == JobState.DONE
    assert tails(accounts) == ["efgh"]
    assert list(broken_invariants()) == []


def test_a_key_that_is_removed_between_reading_and_sending_sends_nothing(
    accounts, alice, alices_key, monkeypatch
):
    job = make_job(alice)
    note_use = keys.note_use

    def too_late(key):
        own_keys.remove(alice)
        note_use(key)

    monkeypatch.setattr(keys, "note_use", too_late)
    assert run(job).state == JobState.FAILED
    assert accounts.calls() == []
    assert not Attempt.objects.exists()


def test_an_answer_comes_home_although_its_key_was_removed_meanwhile(accounts, alice, alices_key):
    job = make_job(alice)
    attempt_id = process_job(job.pk)
    own_keys.remove(alice)
    keep_answer(attempt_id)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert receipt_of(job).lines[0].key_text == "your key …abcd"


@pytest.mark.parametrize("bad", [EMPTY_KEY, "sk-nano-revoked-meanwhile"])
def test_a_bad_key_parks_the_edits_of_its_owner_alone(accounts, alice, bob, bad):
    own_keys.keep(alice, bad, None)
    hers, hers_too = run(make_job(alice)), make_job(alice)
    assert hers.state == JobState.WAITING
    assert "your key …" in hers.failure_sentence
    his = make_job(bob)
    assert turns.to_hint() == [his.pk], "hers would only be given back"
    assert turns.next_in_turn(hers_too.pk) == [his.pk]
    assert run(his).state == JobState.DONE
    assert Gate.objects.get(key_tail="wxyz").state == Gate.State.OPEN
    own_keys.keep(alice, ALICES_KEY, None)
    assert turns.to_hint() == [hers_too.pk], "no gate keeps an edit whose key is gone from its end"
    assert turns.next_in_turn(hers_too.pk) == [hers_too.pk]
    fresh = make_job(alice)
    assert run(fresh).state == JobState.DONE
    assert run(hers_too).state == JobState.FAILED


def test_a_parked_server_key_does_not_hold_up_an_own_one(
    accounts, alice, bob, alices_key, settings
):
    settings.NANOGPT_API_KEY = "sk-nano-servers-dead-key"
    his, hers = run(make_job(bob)), make_job(alice)
    assert his.state == JobState.WAITING
    assert turns.to_hint() == [hers.pk]
    assert run(hers).state == JobState.DONE


def test_a_key_that_is_well_again_wakes_the_edits_of_its_owner(accounts, alice, alices_key):
    accounts.fail_with({"kind": "status", "status": 401})
    job = run(make_job(alice))
    assert job.state == JobState.WAITING
    gate = Gate.objects.get(key_tail="abcd")
    assert not gates.probe_closed_gate(), "not before its time"
    Gate.objects.filter(pk=gate.pk).update(closed_until=gate.changed_at)
    assert gates.probe_closed_gate()
    own = own_keys.look_again(alices_key)
    assert own.balance_nano is not None
    EditJob.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    assert run(job).state == JobState.DONE


def test_staff_never_spend_somebodys_own_key(accounts, alice, rita, alices_key, settings):
    job = run(make_job(alice))
    settings.OWN_KEYS = "required"
    with pytest.raises(SubmitRefused, match="only alice"):
        repeat_edit(job, rita, uuid.uuid4(), job.estimate_nano)
    settings.OWN_KEYS = "allowed"
    again = repeat_edit(job, rita, uuid.uuid4(), job.estimate_nano)
    assert run(again).state == JobState.DONE
    assert tails(accounts) == ["abcd", "wxyz"]


def test_the_operators_rule_never_spends_an_own_key(accounts, alice, alices_key, settings):
    settings.PAY_AGAIN_CODES, settings.PAY_AGAIN_UP_TO_NANO = {503}, 100 * CENT
    accounts.fail_with({"kind": "status", "status": 503})
    job = run(make_job(alice))
    assert job.state == JobState.UNKNOWN
    assert job.consents.count() == 1
    assert pay_again(job, alice)
    assert run(job).state == JobState.DONE
    assert {consent.own_key for consent in job.consents.all()} == {alices_key}


@pytest.mark.parametrize("enters", [True, False])
def test_the_operators_rule_spends_no_key_that_came_after_the_call(
    accounts, alice, settings, enters
):
    settings.PAY_AGAIN_CODES, settings.PAY_AGAIN_UP_TO_NANO = {503}, 100 * CENT
    job = make_job(alice)
    settings.OWN_KEYS = "required"
    if enters:
        own_keys.keep(alice, ALICES_KEY, None)
    accounts.fail_with({"kind": "status", "status": 503})
    assert run(job).state == JobState.QUEUED
    assert run(job).state == JobState.DONE
    assert [consent.own_key for consent in job.consents.all()] == [None, None]
    assert set(tails(accounts)) == {"wxyz"}
    assert list(broken_invariants()) == []


def test_a_call_in_doubt_is_looked_up_with_the_key_that_made_it(accounts, alice, alices_key):
    accounts.fail_with({"kind": "reset_after_reading"})
    job = run(make_job(alice))
    assert job.state == JobState.UNKNOWN
    attempt = job.attempts.get()
    found = gather(attempt)
    assert found.balance_nano == own_keys.ask(UpstreamKey(ALICES_KEY)).usd_nano
    own_keys.remove(alice)
    found = gather(Attempt.objects.get(pk=attempt.pk))
    assert "…abcd" in found.sentence
    assert found.balance_nano is None


def test_staff_are_not_told_what_is_left_on_somebodys_own_account(
    accounts, alice, alices_key, settings
):
    settings.BALANCE_FLOOR_NANO = 10**15
    run(make_job(alice))
    assert not StaffAlert.objects.filter(kind=StaffAlert.Kind.LOW_BALANCE).exists()


def test_nobody_without_a_key_sends_anything_where_one_is_asked_for(accounts, bob, alice, settings):
    own_keys.keep(alice, ALICES_KEY, None)
    settings.OWN_KEYS = "required"
    with pytest.raises(SubmitRefused, match="API key of their own"):
        make_job(bob)
    assert not EditJob.objects.owned_by(bob).exists()
    assert run(make_job(alice)).state == JobState.DONE


def test_a_server_that_takes_no_own_keys_any_more_pays_with_none(accounts, alice, bob, settings):
    own_keys.keep(alice, ALICES_KEY, None)
    job = make_job(alice)
    settings.OWN_KEYS = "off"
    assert run(job).state == JobState.FAILED
    assert "does not take own keys any more" in job.failure_sentence
    assert run(make_job(alice)).state == JobState.DONE
    assert tails(accounts) == ["wxyz"]


def test_swapped_rows_pay_for_nobody(accounts, alice, bob, alices_key):
    bobs_key = own_keys.keep(bob, BOBS_KEY, None)
    jobs = [make_job(alice), make_job(bob)]
    OwnKey.objects.filter(pk=alices_key.pk).update(sealed=bobs_key.sealed)
    OwnKey.objects.filter(pk=bobs_key.pk).update(sealed=alices_key.sealed)
    for job in jobs:
        assert run(job).state == JobState.FAILED
        assert "cannot be opened" in job.failure_sentence
    assert accounts.calls() == []


def test_a_new_field_key_seals_own_keys_anew(accounts, alice, alices_key, settings, capsys):
    before = alices_key.sealed
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = (new, *settings.FIELD_KEYS)
    call_command("rotate_field_keys")
    assert "1 secret is sealed" in capsys.readouterr().out
    settings.FIELD_KEYS = (new,)
    alices_key.refresh_from_db()
    assert alices_key.sealed != before
    assert run(make_job(alice)).state == JobState.DONE
    settings.FIELD_KEYS = (Fernet.generate_key().decode(),)
    lost = run(make_job(alice))
    assert "Enter it anew" in lost.failure_sentence
    assert tails(accounts) == ["abcd"]


def test_nobody_has_two_keys_and_a_removed_one_keeps_no_secret(alice, settings):
    settings.OWN_KEYS = "allowed"
    own = own_keys.keep(alice, ALICES_KEY, None)
    fields = {"user": alice, "tail": "efgh", "key_hash": "x", "sealed": "y"}
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnKey.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnKey.objects.filter(pk=own.pk).update(removed_at=own.added_at)
    own_keys.keep(alice, BOBS_KEY, None)
    own.refresh_from_db()
    assert (own.sealed, own.tail) == ("", "abcd")


def test_a_key_is_nowhere_in_plain(accounts, alice, alices_key, log, capsys):
    accounts.fail_with({"kind": "status", "status": 401, "message": f"Wrong key {ALICES_KEY}."})
    run(make_job(alice))
    accounts.fail_with({"kind": "html_200"})
    Gate.objects.all().delete()
    run(make_job(alice))
    own_keys.keep(alice, BOBS_KEY, None)
    own_keys.remove(alice)
    own_keys.keep(alice, ALICES_KEY, None)
    call_command("dumpdata")
    written = capsys.readouterr()
    for secret in (ALICES_KEY, BOBS_KEY, SERVERS_KEY):
        assert secret not in written.out
        assert secret not in written.err
        assert secret not in log.getvalue()
    assert "…abcd" in written.out
    assert repr(UpstreamKey(ALICES_KEY)) == "UpstreamKey(own_id=None)"
    acts = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert [act for act in acts if act.startswith("key.")] == [
        "key.added",
        "key.replaced",
        "key.removed",
        "key.added",
    ]


def test_the_check_of_the_rows_finds_a_call_that_the_wrong_key_paid(
    accounts, alice, bob, alices_key
):
    hers, his = run(make_job(alice)), run(make_job(bob))
    hers.attempts.update(key_tail="wxyz")
    his.attempts.update(key_hash=alices_key.key_hash)
    said = {broken.sentence for broken in broken_invariants()}
    assert said == {
        "paid by another key than its consent names",
        "paid by somebody's own key without leave",
    }


def test_what_an_own_key_reserves_is_given_back_with_its_edit(accounts, alice, alices_key):
    job = make_job(alice)
    assert Consent.objects.get(job=job).own_key == alices_key
    budgets.release_unspent(job)
    assert Budget.objects.get(user=alice).reserved_nano == 0
