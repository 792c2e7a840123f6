"""What one wants to be told when an edit ends: in the browser, by mail, by a webhook."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from editor.accounts import MemberRequest
from editor.audit import record
from editor.models import Channel, Notice, NoticeKind, NoticeSetting
from editor.notices import GATHER_SECONDS, call_webhook, mail_of, new_secret, sentence_of, trial
from editor.webhooks import BadAddress, check_address

RECENT = timedelta(minutes=5)
MOST_RECENT = 20
TEST_EVERY_SECONDS = 10
_TEST_LETTER = "You asked for this letter. Mail works.\n"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: MemberRequest) -> HttpResponse:
    """What is told by which channel; by POST, another choice."""
    setting = NoticeSetting.of(request.user)
    if request.method == "POST":
        for channel in Channel:
            chosen = request.POST.getlist(channel.value)
            setattr(setting, channel.value, [kind.value for kind in NoticeKind if kind in chosen])
        _keep(request, setting)
        messages.success(request, "Saved. It holds from the next edit that ends.")
        return redirect("editor:notices")
    return _page(request, setting)


def _page(
    request: MemberRequest, setting: NoticeSetting, *, secret: str = "", problem: str = ""
) -> HttpResponse:
    rows = [
        (kind, [(channel, setting.wants(channel, kind)) for channel in Channel])
        for kind in NoticeKind
    ]
    address = mail_of(request.user)
    context = {
        "setting": setting,
        "rows": rows,
        "channels": list(Channel),
        "address": address,
        "unconfirmed": request.user.email if not address else "",
        "mail_is_sent": settings.MAIL_IS_SENT,
        "gather_seconds": GATHER_SECONDS,
        "secret": secret,
        "problem": problem,
        "url": request.POST.get("url", setting.webhook_url),
    }
    status = 422 if problem else 200
    return render(request, "account/notices.html", context, status=status)


def _keep(request: MemberRequest, setting: NoticeSetting) -> None:
    setting.site = request.build_absolute_uri("/").rstrip("/")[:200]
    setting.save()


@login_required
@never_cache
@require_POST
def webhook(request: MemberRequest) -> HttpResponse:
    """Set the address of one's webhook, or take it away; a secret made for it is shown once."""
    setting = NoticeSetting.of(request.user)
    url = request.POST.get("url", "").strip()
    if not url:
        return _forget_webhook(request, setting)
    try:
        check_address(url)
    except BadAddress as bad:
        return _page(request, setting, problem=str(bad))
    is_new = not setting.webhook_secret
    secret = new_secret(setting) if is_new or "new_secret" in request.POST else ""
    changed = url != setting.webhook_url
    setting.webhook_url = url
    setting.webhook_off_at, setting.webhook_problem = None, ""
    if not setting.webhook:
        setting.webhook = [kind.value for kind in NoticeKind]
    with transaction.atomic():
        _keep(request, setting)
        facts = {"address": changed, "secret": bool(secret)}
        record("webhook.changed", by=request.user, request=request, facts=facts)
    if secret:
        return _page(request, setting, secret=secret)
    messages.success(request, "The webhook is on.")
    return redirect("editor:notices")


def _forget_webhook(request: MemberRequest, setting: NoticeSetting) -> HttpResponse:
    setting.webhook_url = setting.webhook_secret = setting.webhook_problem = ""
    setting.webhook, setting.webhook_off_at = [], None
    with transaction.atomic():
        _keep(request, setting)
        record("webhook.changed", by=request.user, request=request, facts={"removed": True})
    messages.success(request, "The webhook is removed. Nothing is sent there any more.")
    return redirect("editor:notices")


def _may_try(request: MemberRequest) -> bool:
    """Whether one may send a test now: others' servers are not to be flooded from here."""
    if cache.add(f"notice-test-{request.user.pk}", 1, TEST_EVERY_SECONDS):
        return True
    messages.error(request, f"One test in {TEST_EVERY_SECONDS} seconds, please.")
    return False


@login_required
@require_POST
def test_webhook(request: MemberRequest) -> HttpResponse:
    """Call it once, and say what came of it."""
    setting = NoticeSetting.of(request.user)
    if not setting.webhook_url:
        messages.error(request, "There is no webhook to test.")
    elif _may_try(request):
        answer = call_webhook(setting, str(uuid.uuid4()), trial(request.user))
        if answer.ok:
            messages.success(request, "It answered: your webhook works.")
        else:
            messages.error(request, f"The test did not arrive. {answer.problem}")
    return redirect("editor:notices")


@login_required
@require_POST
def test_mail(request: MemberRequest) -> HttpResponse:
    """Send one letter, and say what came of it."""
    address = mail_of(request.user)
    if not address:
        messages.error(request, "There is no confirmed mail address to write to.")
    elif _may_try(request):
        try:
            send_mail("NanoEdit: a test", _TEST_LETTER, None, [address])
            messages.success(request, f"Sent to {address}.")
        except OSError:  # of smtplib too
            messages.error(request, "The mail server did not take it. Try again in some minutes.")
    return redirect("editor:notices")


@login_required
@never_cache
@require_safe
def recent(request: MemberRequest) -> JsonResponse:
    """What the browser may tell now: what has ended in the last minutes."""
    now = timezone.now()
    rows = Notice.objects.filter(
        owner=request.user, in_browser=True, made_at__gt=now - RECENT, made_at__lte=now
    )
    rows = rows.select_related("job__picture").order_by("-made_at")[:MOST_RECENT]
    told = [
        {"id": str(row.pk), "text": sentence_of(row), "url": row.job.get_absolute_url()}
        for row in rows
        if not row.is_void
    ]
    return JsonResponse({"notices": told})
