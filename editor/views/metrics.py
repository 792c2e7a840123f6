"""Figures for Prometheus, in its text format; every one of them is counted from rows.

So all web processes tell the same, nothing is lost at a restart, and any one of them may
be asked.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from editor.allowances import this_month
from editor.balances import last_reading
from editor.models import (
    Attempt,
    Budget,
    EditJob,
    Gate,
    JobState,
    Lifeboat,
    StaffAlert,
)
from editor.views.health import information

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_SECONDS = (5, 10, 20, 30, 60, 120, 240)
NANO = 1_000_000_000
REFUSED = "Ask from this machine, or send the token of NANOEDIT_METRICS_TOKEN.\n"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Jobs, calls, gate and money; 403 for whoever may not know."""
    if not may_read(request):
        return HttpResponse(REFUSED, status=403, content_type="text/plain")
    return HttpResponse("\n".join([*lines(), ""]), content_type=CONTENT_TYPE)


def may_read(request: HttpRequest) -> bool:
    """Tell whether this asker brings the token, or sits on this machine."""
    given = request.headers.get("Authorization", "")
    if given and settings.METRICS_TOKEN:
        wanted = f"Bearer {settings.METRICS_TOKEN}"
        return hmac.compare_digest(given.encode(), wanted.encode())
    # Behind a proxy on this machine the whole world seems to come from it.
    proxied = "Forwarded" in request.headers or "X-Forwarded-For" in request.headers
    if proxied or settings.SECURE_SSL_REDIRECT:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def lines() -> Iterator[str]:
    """Give the page, line by line."""
    jobs = dict(EditJob.objects.order_by().values_list("state").annotate(Count("pk")))
    yield from family("jobs", "Edits by state.", {s: jobs.get(s, 0) for s in JobState.values})
    calls = dict(Attempt.objects.order_by().values_list("state").annotate(Count("pk")))
    states = {s: calls.get(s, 0) for s in Attempt.State.values}
    yield from family("attempts", "Paid calls by state.", states)
    yield from call_seconds()
    info = information()
    gate = {s: int(s == info["gate"]) for s in Gate.State.values}
    yield from family("gate", "1 for the state of the gate in front of the key.", gate)
    money = Budget.objects.filter(month=this_month()).aggregate(
        reserved=Sum("reserved_nano", default=0), spent=Sum("spent_nano", default=0)
    )
    for name, nano in money.items():
        text = f"Dollars {name} this month (UTC), over all people."
        yield from family(f"{name}_dollars", text, f"{nano / NANO:.9f}")
    balance = last_reading()
    if balance is not None:
        text = "Dollars left on the upstream account, when an answer last named them."
        yield from family("balance_dollars", text, f"{balance.nano / NANO:.9f}")
    alerts = dict(
        StaffAlert.objects.unresolved().order_by().values_list("kind").annotate(Count("pk"))
    )
    kinds = {kind: alerts.get(kind, 0) for kind in StaffAlert.Kind.values}
    yield from family("alerts", "What staff have still to look at.", kinds, label="kind")
    yield from family(
        "lifeboats", "Paid images that storage has not taken yet.", Lifeboat.objects.count()
    )
    yield from family("workers", "Workers that gave a sign of life lately.", info["workers"])
    for name, what in (
        ("oldest_queued", "Seconds that the oldest queued edit has been waiting."),
        ("sweep_age", "Seconds since a worker last finished a sweep."),
    ):
        age = info[f"{name}_seconds"]
        if age is not None:
            yield from family(f"{name}_seconds", what, age)


def family(name: str, text: str, values: object, *, label: str = "state") -> Iterator[str]:
    """Give one gauge, or one for each value of a label."""
    yield f"# HELP nanoedit_{name} {text}"
    yield f"# TYPE nanoedit_{name} gauge"
    if not isinstance(values, dict):
        yield f"nanoedit_{name} {values}"
        return
    for key, value in values.items():
        yield f'nanoedit_{name}{{{label}="{key}"}} {value}'


def call_seconds() -> Iterator[str]:
    """Give how long the upstream took to answer or to fail, as a histogram."""
    took = F("answered_at") - F("sent_at")
    ended = Attempt.objects.exclude(answered_at=None).annotate(took=took)
    within = {
        f"le{limit}": Count("pk", filter=Q(took__lte=timedelta(seconds=limit)))
        for limit in BUCKETS_SECONDS
    }
    found = ended.order_by().aggregate(count=Count("pk"), sum=Sum("took"), **within)
    yield "# HELP nanoedit_call_seconds From sending a paid call to its answer or failure."
    yield "# TYPE nanoedit_call_seconds histogram"
    for limit in BUCKETS_SECONDS:
        yield f'nanoedit_call_seconds_bucket{{le="{limit}"}} {found[f"le{limit}"]}'
    yield f'nanoedit_call_seconds_bucket{{le="+Inf"}} {found["count"]}'
    yield f"nanoedit_call_seconds_sum {(found['sum'] or timedelta()).total_seconds():.3f}"
    yield f"nanoedit_call_seconds_count {found['count']}"
