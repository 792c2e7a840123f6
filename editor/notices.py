"""Sends what people want to be told of their edits: letters and webhooks, from the outbox.

A thread of each worker, after the fact: no call waits for it. Each is sent at least once; who is
told twice after a crash can tell by the id. What a row says is looked up when it is sent.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.mail import send_mail
from django.db import models
from django.db.models import Max, Min, Q
from django.db.models.functions import Now
from django.utils import timezone

from editor import webhooks
from editor.models import EditJob, Notice, NoticeSetting, Result, User
from editor.sealing import CannotUnseal, seal, unseal

logger = logging.getLogger(__name__)

SECONDS = 2.0
GATHER_SECONDS = 60  # letters wait so long for more to tell
LETTER_TAKES = timedelta(minutes=2)
MOST_IN_A_LETTER = 50
MAIL_RETRY_SECONDS = (120, 600, 3600)
WEBHOOK_RETRY_SECONDS = (10, 60, 300, 1800, 7200)
MOST_AT_ONCE = 20
KEPT_DAYS = 30
WEBHOOK_LEASE = timedelta(seconds=60)  # longer than one call takes
SENDING = Notice.Sending


def new_secret(setting: NoticeSetting) -> str:
    """Make a secret for somebody's webhook, and give it this once. Saves nothing."""
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    setting.webhook_secret = seal(secret, of=setting.secret_is_of)
    return secret


def mail_of(user: User) -> str:
    """The address that letters go to: confirmed, so that nobody is written to who is not asked."""
    confirmed = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    return user.email if user.email and confirmed.exists() else ""


def sweep() -> int:
    """Send what is due; give how many. Any number of workers may do it at once."""
    if not Notice.objects.filter(Q(mail=SENDING.WAITING) | Q(webhook=SENDING.WAITING)).exists():
        return 0
    return _send_letters() + _call_webhooks()


def forget_old() -> int:
    """Drop what is over and done with."""
    old = Notice.objects.filter(made_at__lt=Now() - timedelta(days=KEPT_DAYS))
    return old.delete()[0] if old.exists() else 0


# In words


def sentence_of(notice: Notice) -> str:
    """One line for a letter or a notice of the browser. Never a prompt."""
    job = notice.job
    name = job.picture.name or "a picture"
    return f"{notice.get_kind_display()}: {name}, {job.model_name}, {job.price_text}"


def told(notice: Notice, site: str) -> dict[str, Any]:
    """What a webhook says."""
    job = notice.job
    results = Result.objects.filter(attempt__job=job)
    return {
        "id": str(notice.pk),
        "event": f"edit.{notice.kind}",
        "at": notice.made_at.isoformat(),
        "edit": {
            "id": str(job.pk),
            "url": f"{site}{job.get_absolute_url()}",
            "state": job.state,
            "model": job.model_id,
            "picture": str(job.picture_id),
            "results": results.count(),
            "charged": job.charged,
            "paid_nano_dollars": EditJob.objects.values_list("paid_nano", flat=True).get(pk=job.pk),
        },
    }


# Letters


def _send_letters() -> int:
    gathered = Now() - timedelta(seconds=GATHER_SECONDS)
    waiting = Notice.objects.due("mail").order_by().values("owner")
    due = waiting.annotate(first=Min("mail_at"), tries=Max("mail_tries")).filter(
        Q(first__lte=gathered) | Q(tries__gt=0)
    )
    sent = 0
    for owner in list(due.values_list("owner", flat=True)[:MOST_AT_ONCE]):
        sent += _send_letter(owner)
    return sent


def _send_letter(owner: int) -> int:
    # One worker at a time writes to one person.
    free = Q(mail_taken_until=None) | Q(mail_taken_until__lt=Now())
    mine = NoticeSetting.objects.filter(free, user=owner)
    if not mine.update(mail_taken_until=Now() + LETTER_TAKES):
        return 0
    setting = NoticeSetting.objects.select_related("user").get(user=owner)
    rows = list(Notice.objects.due("mail").filter(owner=owner).select_related("job__picture"))
    address = mail_of(setting.user) if setting.user.is_active else ""
    telling = [row for row in rows if not row.is_void]
    try:
        if telling and address:
            _post_letter(setting, address, telling)
    except (OSError, ValueError) as problem:  # of smtplib too; or an address that is none
        logger.warning("A letter could not be sent: %s", type(problem).__name__)
        _write_again_later(rows)
    else:
        for row in rows:
            went = row in telling and bool(address)
            _end(row, "mail", SENDING.SENT if went else SENDING.GIVEN_UP)
    NoticeSetting.objects.filter(user=owner).update(mail_taken_until=None)
    return len(rows)


def _post_letter(setting: NoticeSetting, address: str, rows: Sequence[Notice]) -> None:
    count = len(rows)
    subject = sentence_of(rows[0]) if count == 1 else f"{count} edits have news"
    subject = " ".join(subject.split())  # a name from upstream may hold a line end
    shown = rows[:MOST_IN_A_LETTER]
    lines = [f"{sentence_of(row)}\n{setting.site}{row.job.get_absolute_url()}" for row in shown]
    if count > len(shown):
        lines.append(f"… and {count - len(shown)} more: {setting.site}/gallery/")
    lines.append(f"You asked to be told. Change that here: {setting.site}/account/notices/")
    send_mail(f"NanoEdit: {subject}"[:200], "\n\n".join(lines) + "\n", None, [address])


def _write_again_later(rows: Sequence[Notice]) -> None:
    for row in rows:
        _later(row, "mail", MAIL_RETRY_SECONDS)


# Webhooks


def _call_webhooks() -> int:
    called = 0
    # One for each person at a time: who answers slowly keeps nobody else waiting for long.
    owners = Notice.objects.due("webhook").order_by().values_list("owner", flat=True).distinct()
    for owner in list(owners[:MOST_AT_ONCE]):
        row = Notice.objects.due("webhook").filter(owner=owner).first()
        called += bool(row and _take(row) and _call(row))
    return called


def _take(row: Notice) -> bool:
    due = Notice.objects.filter(pk=row.pk, webhook=SENDING.WAITING, webhook_at__lte=Now())
    return due.update(webhook_at=Now() + WEBHOOK_LEASE) == 1


def _call(row: Notice) -> bool:
    setting = NoticeSetting.objects.select_related("user").filter(user=row.owner_id).first()
    row = Notice.objects.select_related("job__picture", "job__owner").get(pk=row.pk)
    usable = setting is not None and setting.webhook_is_on and setting.user.is_active
    if setting is None or not usable or row.is_void:
        _end(row, "webhook", SENDING.GIVEN_UP)
        return False
    answer = call_webhook(setting, str(row.pk), told(row, setting.site))
    if answer.ok:
        _end(row, "webhook", SENDING.SENT)
    elif answer.is_final or row.webhook_tries >= len(WEBHOOK_RETRY_SECONDS):
        _end(row, "webhook", SENDING.GIVEN_UP)
        _switch_off(setting, answer.problem)
    else:
        _later(row, "webhook", WEBHOOK_RETRY_SECONDS)
    return True


def call_webhook(setting: NoticeSetting, ident: str, message: dict[str, Any]) -> webhooks.Answer:
    """Post one message to somebody's webhook, signed. Raises nothing."""
    try:
        secret = unseal(setting.webhook_secret, of=setting.secret_is_of)
    except CannotUnseal:
        problem = "Its secret cannot be read here any more: make a new one."
        return webhooks.Answer(False, problem, is_final=True)
    body = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
    moment = int(time.time())
    headers = {
        "X-NanoEdit-Event": str(message["event"]),
        "X-NanoEdit-Id": ident,
        "X-NanoEdit-Timestamp": str(moment),
        "X-NanoEdit-Signature": webhooks.signature(secret, moment, body),
    }
    answer = webhooks.post(setting.webhook_url, body, headers)
    logger.info("webhook ok=%s", answer.ok)
    return answer


def trial(user: User) -> dict[str, Any]:
    """What the button for a test sends."""
    return {
        "event": "test",
        "at": timezone.now().isoformat(),
        "said": f"A test, asked for by {user.get_username()}.",
    }


def _switch_off(setting: NoticeSetting, problem: str) -> None:
    """Call it no more, tell its owner on the page, and by a letter where there is an address."""
    on = NoticeSetting.objects.filter(user=setting.user_id, webhook_off_at=None)
    if not on.update(webhook_off_at=Now(), webhook_problem=problem[:200]):
        return
    waiting = Notice.objects.filter(owner=setting.user_id, webhook=SENDING.WAITING)
    waiting.update(webhook=SENDING.GIVEN_UP)
    address = mail_of(setting.user)
    if not address:
        return
    words = (
        f"Your webhook was switched off, because it could not be called: {problem}\n\n"
        f"Switch it on again here: {setting.site}/account/notices/\n"
    )
    try:
        send_mail("NanoEdit: your webhook is off", words, None, [address])
    except OSError as failure:  # the page says it too
        logger.warning("A letter could not be sent: %s", type(failure).__name__)


def _end(row: Notice, channel: str, how: str) -> None:
    Notice.objects.filter(pk=row.pk).update(**{channel: how})


def _later(row: Notice, channel: str, waits: Sequence[int]) -> None:
    tries = getattr(row, f"{channel}_tries")
    if tries >= len(waits):
        _end(row, channel, SENDING.GIVEN_UP)
        return
    again = {f"{channel}_at": Now() + timedelta(seconds=waits[tries])}
    tried = {f"{channel}_tries": models.F(f"{channel}_tries") + 1}
    Notice.objects.filter(pk=row.pk).update(**again, **tried)
