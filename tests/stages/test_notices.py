"""Alice is told when an edit ends: written down with the end itself, sent afterwards, once."""

import json
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import transaction
from django.utils import timezone

from editor import approving, notices, resealing, webhooks
from editor.cancelling import cancel_edit
from editor.models import EditJob, JobState, Notice, NoticeKind, NoticeSetting, Review
from editor.notices import new_secret, sweep
from editor.webhooks import Answer
from tests.factories import CENT, make_job

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ALL = [kind.value for kind in NoticeKind]
HOOK = "https://hooks.example/nanoedit"
WAITING, SENT, GIVEN_UP = Notice.Sending.WAITING, Notice.Sending.SENT, Notice.Sending.GIVEN_UP


@pytest.fixture
def wants(alice):
    """What Alice wants to be told: nothing, to begin with. She has a confirmed address."""
    alice.email = "alice@example.org"
    alice.save()
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    return NoticeSetting.objects.create(user=alice, site="https://edit.example")


@pytest.fixture
def by_mail(wants):
    wants.mail = ALL
    wants.save()
    return wants


@pytest.fixture
def by_hook(wants):
    """Alice has a webhook; `by_hook.secret` is its secret."""
    wants.webhook, wants.webhook_url = ALL, HOOK
    wants.secret = new_secret(wants)
    wants.save()
    return wants


class Receiver:
    """Stands where the webhook leads; `answers` are given in order, then all is fine."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, dict, dict, bytes]] = []

    def __call__(self, url, body, headers):
        self.calls.append((url, json.loads(body), headers, body))
        return self.answers.pop(0) if self.answers else Answer(True)


@pytest.fixture
def receiver(monkeypatch):
    receiver = Receiver()
    monkeypatch.setattr(webhooks, "post", receiver)
    return receiver


def ended(owner, state=JobState.DONE, **fields) -> EditJob:
    """An edit that ends in this state by the state machine itself."""
    job = make_job(owner, JobState.CALLING, **fields)
    if state == JobState.DONE:
        job.move(JobState.RECEIVED, "It is here.")
    job.move(state, "So it ended.")
    return job


def later(seconds: int) -> None:
    """Let time pass for all that waits."""
    for row in Notice.objects.all():
        ago = timedelta(seconds=seconds)
        Notice.objects.filter(pk=row.pk).update(
            mail_at=row.mail_at - ago, webhook_at=row.webhook_at - ago, made_at=row.made_at - ago
        )


def kinds() -> list[str]:
    return list(Notice.objects.order_by("made_at").values_list("kind", flat=True))


def test_who_chose_nothing_is_told_in_the_browser_alone(alice):
    ended(alice)
    row = Notice.objects.get()
    assert (row.kind, row.in_browser, row.mail, row.webhook) == ("done", True, "", "")


def test_who_wants_nothing_gets_no_row(wants, alice):
    ended(alice)
    assert not Notice.objects.exists()


def test_each_end_is_told_once_and_later_lines_are_no_news(by_mail, alice):
    job = ended(alice)
    job.note("Somebody looked at it.")
    ended(alice, JobState.FAILED)
    unknown = ended(alice, JobState.UNKNOWN)
    assert sorted(kinds()) == ["done", "failed", "unknown"]
    unknown.move(JobState.RECEIVED, "Its answer came late.")
    unknown.move(JobState.DONE, "So it was done.")
    assert sorted(kinds()) == ["done", "done", "failed", "unknown"]


def test_what_is_rolled_back_is_not_told(by_mail, alice):
    job = make_job(alice, JobState.CALLING)
    with transaction.atomic():
        job.move(JobState.FAILED, "It failed.")
        assert Notice.objects.exists()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_what_staff_decide_is_told_and_what_alice_does_herself_is_not(by_mail, alice, adam):
    alice.monthly_cap_nano = CENT
    alice.save()
    approved, declined, taken = (make_job(alice) for _ in range(3))
    approving.approve(approved, adam, approved.estimate_nano)
    approving.decline(declined, adam, "Too dear.")
    cancel_edit(taken, alice)
    assert kinds().count("held") == 3
    assert sorted(set(kinds())) == ["approved", "declined", "held"]
    assert len(kinds()) == 5


def test_fifty_variants_are_one_letter_and_it_waits_for_the_last(by_mail, alice):
    first = ended(alice)
    for _ in range(3):
        job = make_job(alice, JobState.CALLING, picture=first.picture, masked=False)
        job.move(JobState.FAILED, "It failed.")
    assert sweep() == 0
    assert mail.outbox == []
    later(61)
    sweep()
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.org"]
    assert letter.subject == "NanoEdit: 4 edits have news"
    assert f"https://edit.example{first.get_absolute_url()}" in letter.body
    assert letter.body.count("Failed: garden.png") == 3
    assert "golden" not in letter.body  # the prompt stays here
    sweep()
    assert len(mail.outbox) == 1
    assert set(Notice.objects.values_list("mail", flat=True)) == {SENT}


def test_no_letter_goes_to_an_address_that_nobody_has_confirmed(by_mail, alice):
    EmailAddress.objects.update(verified=False)
    ended(alice)
    later(61)
    sweep()
    assert mail.outbox == []
    assert Notice.objects.get().mail == GIVEN_UP


def test_a_mail_server_that_is_away_is_asked_again_and_not_for_ever(by_mail, alice, monkeypatch):
    def away(*_: object) -> None:
        raise SMTPServerDisconnected

    monkeypatch.setattr(notices, "send_mail", away)
    ended(alice)
    later(61)
    for wait in (*notices.MAIL_RETRY_SECONDS, 0):
        assert Notice.objects.get().mail == WAITING
        sweep()
        later(wait)
    assert Notice.objects.get().mail == GIVEN_UP


def test_one_letter_that_cannot_be_written_keeps_nothing_else_back(
    by_mail, by_hook, alice, receiver, monkeypatch
):
    def refused(*_: object) -> None:
        raise ValueError

    ended(alice)
    EditJob.objects.update(model_name="Two\nlines")
    later(61)
    with monkeypatch.context() as broken:
        broken.setattr(notices, "send_mail", refused)
        sweep()
    assert len(receiver.calls) == 1
    later(notices.MAIL_RETRY_SECONDS[0])
    sweep()
    (letter,) = mail.outbox
    assert "Two lines" in letter.subject


def test_a_verdict_is_told_when_it_can_no_longer_be_taken_back(by_mail, alice, rita):
    job = ended(alice)
    Notice.objects.all().delete()
    for _ in range(2):
        Review.objects.create(job=job, reviewer=rita, verdict="approved")
    kept, undone = Review.objects.order_by("pk")
    Review.objects.create(job=job, reviewer=rita, verdict="withdrawn", withdraws=undone)
    assert kinds() == ["verdict", "verdict"]
    Review.objects.create(job=job, reviewer=rita, verdict="withdrawn", withdraws=kept)
    later(100)
    sweep()
    assert mail.outbox == []


def test_a_webhook_is_signed_and_says_neither_prompt_nor_name(by_hook, alice, receiver):
    job = ended(alice)
    sweep()
    ((url, told, headers, body),) = receiver.calls
    row = Notice.objects.get()
    assert (url, row.webhook) == (HOOK, SENT)
    assert told["id"] == headers["X-NanoEdit-Id"] == str(row.pk)
    assert (told["event"], told["edit"]["state"]) == ("edit.done", "done")
    assert told["edit"]["url"] == f"https://edit.example/jobs/{job.pk}/"
    moment = int(headers["X-NanoEdit-Timestamp"])
    assert headers["X-NanoEdit-Signature"] == webhooks.signature(by_hook.secret, moment, body)
    assert b"golden" not in body
    assert b"garden" not in body
    assert by_hook.secret not in NoticeSetting.objects.get().webhook_secret


def test_a_webhook_that_fails_is_called_again_with_the_same_id_then_switched_off(
    by_hook, alice, receiver
):
    receiver.answers = [Answer(False, "It answered HTTP 500.")] * 20
    ended(alice)
    other = ended(alice)
    waits = notices.WEBHOOK_RETRY_SECONDS
    Notice.objects.filter(job=other).update(webhook_at=timezone.now() + timedelta(days=9))
    for wait in waits:
        assert sweep() == 1
        assert sweep() == 0
        later(wait - 2)
        assert sweep() == 0
        later(3)
    sweep()
    assert len(receiver.calls) == len(waits) + 1
    assert len({headers["X-NanoEdit-Id"] for _, _, headers, _ in receiver.calls}) == 1
    setting = NoticeSetting.objects.get()
    assert (setting.webhook_is_on, setting.webhook_problem) == (False, "It answered HTTP 500.")
    assert set(Notice.objects.values_list("webhook", flat=True)) == {GIVEN_UP}
    assert mail.outbox[0].subject == "NanoEdit: your webhook is off"
    ended(alice)
    assert not Notice.objects.filter(webhook=WAITING).exists()


def test_a_webhook_that_never_wants_to_hear_again_is_off_at_once(by_hook, alice, receiver):
    receiver.answers = [Answer(False, "It answered HTTP 410.", is_final=True)]
    ended(alice)
    sweep()
    assert not NoticeSetting.objects.get().webhook_is_on


def test_two_workers_do_not_both_call(by_hook, alice, receiver):
    ended(alice)
    row = Notice.objects.get()
    assert notices._take(row)
    assert not notices._take(row)
    assert sweep() == 0


def test_bob_is_not_told_of_alices_edits(by_hook, alice, bob, receiver):
    ended(bob)
    sweep()
    assert receiver.calls == []


def test_deleted_edits_and_people_who_are_switched_off_are_not_told_of(by_hook, alice, receiver):
    job = ended(alice)
    EditJob.objects.filter(pk=job.pk).update(trashed_at=timezone.now())
    sweep()
    ended(alice)
    alice.is_active = False
    alice.save()
    sweep()
    assert receiver.calls == []


def test_old_rows_go(by_mail, alice):
    ended(alice)
    assert notices.forget_old() == 0
    later(31 * 24 * 3600)
    assert notices.forget_old() == 1


def test_the_secret_opens_after_the_field_keys_were_changed(by_hook, settings):
    newest = "7cGv0G9y0l5Zk0mVnA6J1tqkZrJm6zU7c0m0wq1Jv2M="
    settings.FIELD_KEYS = (newest, *settings.FIELD_KEYS)
    before = NoticeSetting.objects.get().webhook_secret
    assert resealing.reseal_all().count == 1
    settings.FIELD_KEYS = (newest,)
    setting = NoticeSetting.objects.get()
    assert setting.webhook_secret != before
    assert notices.unseal(setting.webhook_secret, of=setting.secret_is_of) == by_hook.secret
