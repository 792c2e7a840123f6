"""What can be found out about a call whose outcome is unknown. All of it is free to ask.

Nothing here changes a state, a reserve or a charge: evidence is shown to people, who decide.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from editor import costs, keys
from editor.models import Attempt, EditJob, Evidence, User
from editor.money import dollars
from editor.nanogpt.client import NanoGPT
from editor.nanogpt.errors import NanoGPTError
from editor.nanogpt.messages import DayUsage, RequestUsage
from editor.upstream import UpstreamKey, open_client

logger = logging.getLogger(__name__)

SECONDS_PER_LOOK = 4.0  # a person waits for these answers
AGAIN_AFTER = timedelta(seconds=10)  # the upstream's look-up has a rate, shared by everybody
MOST_CALLS = 3  # of one job, newest first
MOST_READINGS = 20
# A call that nobody waits for any more may go on upstream, and be charged when it ends.
TAIL = timedelta(minutes=10)


@dataclass(frozen=True)
class BalanceWindow:
    """The account's balance before and after one call, in nano-dollars.

    `why` says in words why one of them is missing, or why they must not be compared (then both
    are None).
    """

    before_nano: int | None = None
    before_at: datetime | None = None
    after_nano: int | None = None
    after_at: datetime | None = None
    why: str = ""

    @property
    def fell_nano(self) -> int | None:
        """By how much the balance fell; None where that is not known."""
        if self.before_nano is None or self.after_nano is None:
            return None
        return self.before_nano - self.after_nano

    @property
    def before_text(self) -> str:
        return dollars(self.before_nano)

    @property
    def after_text(self) -> str:
        return dollars(self.after_nano)

    @property
    def difference_text(self) -> str:
        """The difference in words, for people to judge."""
        fell = self.fell_nano
        if fell is None:
            return ""
        if fell == 0:
            return "unchanged so far, which proves nothing"
        return f"fell by {dollars(fell)}" if fell > 0 else f"rose by {dollars(-fell)}"


@dataclass(frozen=True)
class Reading:
    """The balance at one moment."""

    at: datetime
    nano: int


def look(job: EditJob, actor: User) -> Evidence | None:
    """Look again, for free, at the calls of this job that are unknown; give the newest's evidence.

    Runs in the request of the person who asks: these are a few small requests with short
    deadlines, and with the in-process broker a web process could not reach the worker. Soon
    after a look the same evidence is given again.
    """
    newest = None
    for attempt in unknown_calls(job)[:MOST_CALLS]:
        found = attempt.evidence.first()
        if found is None or found.at < timezone.now() - AGAIN_AFTER:
            found = gather(attempt, actor)
        newest = newest or found
    return newest


def unknown_calls(job: EditJob) -> list[Attempt]:
    """The calls of a job that nobody knows the outcome of, newest first."""
    unknown = Attempt.objects.filter(job=job, state=Attempt.State.UNKNOWN, settled_at=None)
    return list(unknown.order_by("-sent_at", "-id"))


def gather(attempt: Attempt, actor: User | None = None) -> Evidence:
    """Ask the upstream about one call, and write down what it says, with a line of history.

    Raises nothing: what could not be found out is part of the evidence.
    """
    evidence = Evidence(attempt=attempt, lookup="failed")
    try:
        key = keys.key_of(attempt)
        with open_client(SECONDS_PER_LOOK, key=key) as client:
            _ask(client, key, attempt, evidence)
    except keys.KeyGone as gone:
        evidence.sentence = str(gone)[:300]
    except ValueError as unusable:  # the settings name no usable address or key
        evidence.sentence = str(unusable)[:300]
    evidence.at = timezone.now()
    with transaction.atomic():
        evidence.save()
        attempt.job.note(f"Asked the upstream about the call. {evidence.sentence}", actor=actor)
    return evidence


def _ask(client: NanoGPT, key: UpstreamKey, attempt: Attempt, evidence: Evidence) -> None:
    ids = [str(attempt.pk)]
    if attempt.upstream_request_id and attempt.upstream_request_id not in ids:
        ids.append(attempt.upstream_request_id)
    usages = []
    for request_id in ids:
        usages.append(client.usage_of(request_id))
        if not usages[-1].answered:
            break
    usage = _weightiest(usages)
    evidence.lookup = usage.outcome
    evidence.lookup_cost_nano = usage.cost.nano_dollars if usage.cost else None
    evidence.sentence = _said(usage)[:300]
    if not usages[-1].answered:
        return  # whoever waits for the page shall not wait for the same silence three times
    evidence.balance_nano = _balance(client, key)
    totals = _totals(client, attempt)
    if totals:
        evidence.day_requests = totals.requests
        evidence.day_cost_nano = totals.cost_nano


def _weightiest(usages: Sequence[RequestUsage]) -> RequestUsage:
    """A charge that was found counts most; a look-up that failed more than finding none."""
    order = ("found", "several", "failed", "not_found")
    return min(usages, key=lambda usage: order.index(usage.outcome))


def _said(usage: RequestUsage) -> str:
    if usage.outcome == "failed":
        return f"The look-up failed: {usage.sentence}"
    if usage.outcome != "found" or usage.cost is None:
        return usage.sentence
    if usage.cost.nano_dollars is not None:
        return f"The upstream names a charge of {dollars(usage.cost.nano_dollars)} for it."
    figure = f"“{usage.cost.text}” {usage.cost.currency}" if usage.cost.text else "no clear amount"
    return f"The upstream names a charge for it: {figure}."


def _balance(client: NanoGPT, key: UpstreamKey) -> int | None:
    try:
        balance = client.balance().usd_nano
    except NanoGPTError as error:
        logger.info("No balance for the evidence: %s", error)
        return None
    if key.own_id is None:
        costs.look_at_balance(balance, key.tail)
    return balance


def _totals(client: NanoGPT, attempt: Attempt) -> DayUsage | None:
    """The totals of the UTC day of the call, of today as a rule."""
    try:
        return client.usage_on(attempt.sent_at.astimezone(UTC).date())
    except NanoGPTError as error:
        logger.info("No totals for the evidence: %s", error)
        return None


def balance_window(attempt: Attempt) -> BalanceWindow:
    """The balance before and after a call, if no other call of its key came in between.

    Before is the last one known when it was sent. After is the newest one that is undisturbed:
    a call that nobody waits for any more is charged when it ends, not when we stopped waiting.
    """
    if not attempt.key_hash:
        return BalanceWindow(why="It is not on record which key made this call.")
    ended = _end_of(attempt)
    readings = _readings(attempt)
    before = max((r for r in readings if r.at <= attempt.sent_at), key=_moment, default=None)
    later = sorted((r for r in readings if r.at >= ended), key=_moment, reverse=True)
    if before is None:
        first = later[0] if later else None
        return BalanceWindow(
            after_nano=first.nano if first else None,
            after_at=first.at if first else None,
            why="No balance is known from before the call.",
        )
    if not later:
        why = "The balance has not been read since the call; looking again reads it."
        return BalanceWindow(before.nano, before.at, why=why)
    for after in later[:MOST_READINGS]:
        if not _disturbed(attempt, before.at, after.at):
            return BalanceWindow(before.nano, before.at, after.nano, after.at)
    why = "Another call with the same key came in between, so a difference would prove nothing."
    return BalanceWindow(why=why)


def _moment(reading: Reading) -> datetime:
    return reading.at


def _end_of(attempt: Attempt) -> datetime:
    """When the call surely had ended on our side, also if its worker died."""
    longest = timedelta(seconds=settings.NANOGPT_TIMEOUT_SECONDS)
    return attempt.answered_at or attempt.sent_at + longest


def _readings(attempt: Attempt) -> list[Reading]:
    """Every balance that is on record for the key of this call."""
    answers = Attempt.objects.filter(
        key_hash=attempt.key_hash, answered_at__isnull=False, balance_after_nano__isnull=False
    )
    looks = Evidence.objects.filter(
        attempt__key_hash=attempt.key_hash, balance_nano__isnull=False
    ).order_by()
    before = attempt.sent_at
    pairs = [
        *answers.filter(answered_at__lte=before)
        .order_by("-answered_at")
        .values_list("answered_at", "balance_after_nano")[:1],
        *answers.filter(answered_at__gt=before)
        .order_by("answered_at")
        .values_list("answered_at", "balance_after_nano")[:MOST_READINGS],
        *looks.filter(at__lte=before).order_by("-at").values_list("at", "balance_nano")[:1],
        *looks.filter(at__gt=before)
        .order_by("-at")
        .values_list("at", "balance_nano")[:MOST_READINGS],
    ]
    return [Reading(at, nano) for at, nano in pairs if at is not None and nano is not None]


def _disturbed(attempt: Attempt, start: datetime, end: datetime) -> bool:
    """Whether another call of the same key may have been charged between the two moments."""
    others = (
        Attempt.objects.filter(key_hash=attempt.key_hash, sent_at__lt=end)
        .exclude(pk=attempt.pk)
        .exclude(state=Attempt.State.NOT_CHARGED)
    )
    running = Q(answered_at=None, sent_at__gt=start - TAIL) | Q(state=Attempt.State.CALLING)
    tail = Q(state=Attempt.State.UNKNOWN, answered_at__gt=start - TAIL)
    return others.filter(running | tail | Q(answered_at__gt=start)).exists()


@dataclass(frozen=True)
class Finding:
    """One unknown call with everything that is known about it, for people to judge."""

    attempt: Attempt
    waited_seconds: int | None
    evidence: Evidence | None
    looks: int
    window: BalanceWindow
    own_requests: int
    own_cost_nano: int | None

    @property
    def cost_text(self) -> str:
        """The charge that the books name for this call, or nothing."""
        cost = self.evidence.lookup_cost_nano if self.evidence else None
        return "" if cost is None else dollars(cost)

    @property
    def cost_number(self) -> str:
        """The same as a plain number of dollars, for a field."""
        return self.cost_text.removeprefix("$")

    @property
    def upstream_totals_text(self) -> str:
        """What the upstream counts on the day of the call, or nothing if it tells nothing."""
        seen = self.evidence
        if seen is None or (seen.day_requests is None and seen.day_cost_nano is None):
            return ""
        calls = "calls unknown" if seen.day_requests is None else _calls(seen.day_requests)
        return f"{calls}, {dollars(seen.day_cost_nano)}"

    @property
    def own_totals_text(self) -> str:
        """What this server sent with the same key on that day, and the known part of its cost."""
        return f"{_calls(self.own_requests)}, {dollars(self.own_cost_nano or 0)} known"


def named_cost(found: Sequence[Finding]) -> str:
    """The sum in dollars that the upstream's books name for these calls, if for all of them."""
    costs = [finding.evidence.lookup_cost_nano for finding in found if finding.evidence]
    known = [cost for cost in costs if cost is not None]
    return dollars(sum(known)).removeprefix("$") if known and len(known) == len(found) else ""


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"


def findings(job: EditJob) -> list[Finding]:
    """What is known about each unknown call of a job, newest first."""
    return [_finding(attempt) for attempt in unknown_calls(job)]


def _finding(attempt: Attempt) -> Finding:
    day = attempt.sent_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ours = Attempt.objects.filter(
        key_hash=attempt.key_hash, sent_at__gte=day, sent_at__lt=day + timedelta(days=1)
    ).exclude(state=Attempt.State.NOT_CHARGED)
    waited = attempt.answered_at - attempt.sent_at if attempt.answered_at else None
    return Finding(
        attempt=attempt,
        waited_seconds=int(waited.total_seconds()) if waited else None,
        evidence=attempt.evidence.first(),
        looks=attempt.evidence.count(),
        window=balance_window(attempt),
        own_requests=ours.count(),
        own_cost_nano=ours.aggregate(total=Sum("cost_nano"))["total"],
    )
