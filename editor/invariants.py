"""What must hold of the rows at any moment, whatever was killed; checked, never repaired.

    I1  every open job, call, adjustment and archive has a living worker or a time at which it
        goes on
    I2  no more paid calls than consents: as counted here, and as the upstream counts them
    I3  every paid answer is kept, or will be tried again, or says why it could not be kept
    I4  budgets say what the ledger says; nothing is negative, nothing stays set aside for ever;
        every call was paid by the key that its consent names
    I5  every row that names a file has it, with the bytes it was written with; what pages show
        of a picture may be missing while it is waited for
    I6  the audit log is whole: no row was changed, taken out, put in, moved or cut off
    I7  what an edit keeps for the gallery's filters is what its calls, pictures and marks say

Reads only, and holds no lock. On a live system rows change between two reads, so
`confirmed` looks twice and gives what was broken both times.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now

from editor import audit_chain, storage
from editor.models import (
    Adjustment,
    Archive,
    Attempt,
    Budget,
    Consent,
    DraftMask,
    EditJob,
    JobState,
    LedgerEntry,
    Lifeboat,
    Mask,
    OwnKey,
    Picture,
    Result,
    SpendingPeriod,
    UnusableAnswer,
)
from editor.models.jobs import CLOSED_STATES
from editor.models.kept_facts import wrong_facts
from editor.upstream import server_key

LATE = timedelta(seconds=30)  # a sweep that waits for a locked database is not yet broken
SECOND_LOOK_SECONDS = 1.0
ANSWERED = (Attempt.State.RECEIVED, Attempt.State.SAVED, Attempt.State.LOST)
DOUBTFUL = (Attempt.State.CALLING, Attempt.State.UNKNOWN)
ENDS = (LedgerEntry.Kind.SETTLE, LedgerEntry.Kind.RELEASE)
_Row = tuple[Any, ...]  # what names one budget, day or month


@dataclass(frozen=True)
class Broken:
    """One row that breaks one invariant: I1 to I7, the row, and what is wrong with it."""

    name: str
    row: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.name} {self.row}: {self.sentence}"


def broken_invariants(
    *,
    calls_seen: Mapping[uuid.UUID, int] | None = None,
    read_bytes: bool = False,
    late: timedelta = LATE,
) -> list[Broken]:
    """Give every row that breaks an invariant, as the rows are now.

    `calls_seen` maps jobs to the paid calls that the upstream counted; `read_bytes`
    compares every file with its digest instead of only asking whether it is there;
    `late` is how long a sweep may take to get to a row whose time has come.
    """
    return [
        *_nobody_will_go_on(late),
        *_calls_nobody_ends(late),
        *_more_calls_than_consents(calls_seen or {}),
        *_answers_not_kept(late),
        *_budgets_off_the_ledger(),
        *_paid_by_another_key(),
        *_money_set_aside_for_ever(),
        *_files_missing(read_bytes=read_bytes),
        *_renditions_missing(),
        *(Broken("I6", row, why) for row, why in audit_chain.broken_links()),
        *_facts_not_true(),
    ]


def confirmed(look: Callable[[], list[Broken]] = broken_invariants) -> list[Broken]:
    """Look twice, a second apart, and give what was broken both times."""
    first = {(broken.name, broken.row) for broken in look()}
    if not first:
        return []
    time.sleep(SECOND_LOOK_SECONDS)
    return [broken for broken in look() if (broken.name, broken.row) in first]


# I1


def _nobody_will_go_on(late: timedelta) -> Iterator[Broken]:
    overdue = Now() - late
    held = EditJob.objects.filter(state__in=(JobState.CLAIMED, JobState.CALLING))
    for job in held.filter(Q(lease_until=None) | Q(lease_until__lt=overdue)):
        yield Broken("I1", f"job {job.pk}", f"{job.state}, but its lease is over: {job.worker}")
    waiting = EditJob.objects.filter(state=JobState.WAITING)
    for job in waiting.filter(Q(next_at=None) | Q(next_at__lt=overdue)):
        yield Broken("I1", f"job {job.pk}", f"waiting, and nobody woke it at {_at(job.next_at)}")
    for adjustment in Adjustment.objects.waiting().filter(lease_until__lt=overdue):
        sentence = f"waiting, but its lease is over: {adjustment.worker}"
        yield Broken("I1", f"adjustment {adjustment.pk}", sentence)
    packing = Archive.objects.filter(state=Archive.State.PACKING)
    for archive in packing.filter(Q(lease_until=None) | Q(lease_until__lt=overdue)):
        sentence = f"packing, but its lease is over: {archive.worker}"
        yield Broken("I1", f"archive {archive.pk}", sentence)
    has_answer = Attempt.objects.filter(state=Attempt.State.RECEIVED).values("job")
    for job in EditJob.objects.filter(state=JobState.RECEIVED).exclude(pk__in=has_answer):
        yield Broken("I1", f"job {job.pk}", "received, but none of its answers waits to be kept")
    doubtful = Attempt.objects.filter(state=Attempt.State.UNKNOWN).values("job")
    for job in EditJob.objects.filter(state=JobState.UNKNOWN).exclude(pk__in=doubtful):
        yield Broken("I1", f"job {job.pk}", "unknown, but none of its calls is")


def _calls_nobody_ends(late: timedelta) -> Iterator[Broken]:
    longest = timedelta(seconds=settings.NANOGPT_TIMEOUT_SECONDS + settings.LEASE_SECONDS)
    calling = Attempt.objects.filter(state=Attempt.State.CALLING)
    forgotten = calling.exclude(job__state=JobState.CALLING)
    for attempt in forgotten.filter(sent_at__lt=Now() - longest - late).select_related("job"):
        yield Broken(
            "I1", f"attempt {attempt.pk}", f"still calling; its job is {attempt.job.state}"
        )


# I2


def _more_calls_than_consents(calls_seen: Mapping[uuid.UUID, int]) -> Iterator[Broken]:
    spending = ~Q(attempts__state=Attempt.State.NOT_CHARGED) & Q(attempts__isnull=False)
    for consent in Consent.objects.annotate(calls=Count("attempts", filter=spending)):
        if consent.calls > 1:
            yield Broken("I2", f"consent {consent.pk}", f"spent by {consent.calls} calls")
    for attempt in Attempt.objects.exclude(consent=None).exclude(consent__job=F("job")):
        yield Broken("I2", f"attempt {attempt.pk}", "made under the consent of another job")
    held = EditJob.objects.filter(state=JobState.HELD).exclude(consents=None).distinct()
    for pk in held.values_list("pk", flat=True):
        yield Broken("I2", f"job {pk}", "waits for approval, but has a consent")
    given = Counter(
        Consent.objects.filter(job__in=list(calls_seen)).values_list("job_id", flat=True)
    )
    for job, calls in calls_seen.items():
        if calls > given[job]:
            yield Broken("I2", f"job {job}", f"{calls} paid calls, but {given[job]} consents")


# I3


def _answers_not_kept(late: timedelta) -> Iterator[Broken]:
    overdue = Now() - late
    # A call that failed may hold what came instead of an answer; its error code tells it apart.
    answered = Attempt.objects.filter(answer__isnull=False, error_code="")
    for attempt in answered.exclude(state__in=ANSWERED):
        yield Broken("I3", f"attempt {attempt.pk}", f"has an answer, but is {attempt.state}")
    waiting = Attempt.objects.filter(state=Attempt.State.RECEIVED)
    unheld = waiting.filter(Q(lease_until=None) | Q(lease_until__lt=overdue))
    for attempt in unheld.filter(next_at__lt=overdue):
        yield Broken("I3", f"attempt {attempt.pk}", f"not fetched again at {_at(attempt.next_at)}")
    over = (Attempt.State.SAVED, Attempt.State.LOST)
    for attempt in Attempt.objects.filter(state__in=over).annotate(told=Count("results")):
        if attempt.told < len(attempt.image_urls):
            sentence = (
                f"{attempt.state}, but {attempt.told} of {len(attempt.image_urls)} are told of"
            )
            yield Broken("I3", f"attempt {attempt.pk}", sentence)
    silent = Result.objects.filter(picture=None, problem="", attempt__state__in=over)
    for result in silent:
        yield Broken("I3", f"result {result.pk}", "neither a picture nor a word why not")
    boats = Lifeboat.objects.filter(index=Lifeboat.WHOLE_ANSWER).values("attempt")
    for unusable in UnusableAnswer.objects.filter(file="").exclude(attempt__in=boats):
        sentence = "its unusable answer is neither in storage nor in a lifeboat"
        yield Broken("I3", f"attempt {unusable.attempt_id}", sentence)


# I4


def _budgets_off_the_ledger() -> Iterator[Broken]:
    """Every month and day, of each person and of the server, against the sum of its entries."""
    ended = set(LedgerEntry.objects.filter(kind__in=ENDS).values_list("consent_id", flat=True))
    reserved: Counter[_Row] = Counter()
    spent: Counter[_Row] = Counter()
    # What own keys pay goes beside every counter.
    rows = LedgerEntry.objects.filter(own_key=False).values_list(
        "budget_id",
        "budget__user_id",
        "consent_id",
        "consent__granted_at",
        "kind",
        "amount_nano",
    )
    for budget_id, user_id, consent_id, at, kind, amount in rows.iterator():
        for row in (("budget", budget_id), *_periods(user_id, at)):
            if kind == LedgerEntry.Kind.RESERVE:
                reserved[row] += 0 if consent_id in ended else amount
            elif kind in (LedgerEntry.Kind.SETTLE, LedgerEntry.Kind.ADJUST):
                spent[row] += amount
    counted: dict[_Row, Budget | SpendingPeriod] = {}
    counted.update({("budget", budget.pk): budget for budget in Budget.objects.all()})
    for each in SpendingPeriod.objects.all():
        counted[each.kind, each.user_id, each.first_day] = each
    for row in {**reserved, **spent, **counted}:
        said = counted.get(row)
        here = (said.reserved_nano, said.spent_nano) if said else (0, 0)
        yield from _off(_row_name(row), here, (reserved[row], spent[row]))


def _periods(user_id: int, at: datetime) -> list[_Row]:
    day = at.astimezone(UTC).date()
    return [("day", user_id, day), ("day", None, day), ("month", None, day.replace(day=1))]


def _row_name(row: _Row) -> str:
    if len(row) == 2:
        return f"budget {row[1]}"
    kind, user_id, first_day = row
    whose = "the server" if user_id is None else f"account {user_id}"
    return f"{kind} {first_day} of {whose}"


def _off(row: str, here: tuple[int, int], ledger: tuple[int, int]) -> Iterator[Broken]:
    for what, counted, says in zip(("set aside", "spent"), here, ledger, strict=True):
        if counted != says:
            yield Broken("I4", row, f"{counted} {what}, the ledger says {says}")
    if min(here) < 0:
        yield Broken("I4", row, "negative")


def _paid_by_another_key() -> Iterator[Broken]:
    own = Attempt.objects.filter(consent__own_key__isnull=False).exclude(key_tail="")
    for attempt in own.exclude(key_tail=F("consent__own_key__tail")):
        yield Broken("I4", f"attempt {attempt.pk}", "paid by another key than its consent names")
    servers = Attempt.objects.filter(consent__own_key=None, consent__isnull=False)
    theirs = OwnKey.objects.exclude(key_hash=server_key().digest).values("key_hash")
    for attempt in servers.filter(key_hash__in=theirs):
        yield Broken("I4", f"attempt {attempt.pk}", "paid by somebody's own key without leave")


def _money_set_aside_for_ever() -> Iterator[Broken]:
    ends = LedgerEntry.objects.filter(kind__in=ENDS).values("consent")
    doubtful = Attempt.objects.filter(state__in=DOUBTFUL).values("consent")
    still_set_aside = Consent.objects.filter(
        job__state__in=CLOSED_STATES, entries__kind=LedgerEntry.Kind.RESERVE
    )
    for consent in still_set_aside.exclude(pk__in=ends).exclude(pk__in=doubtful):
        yield Broken("I4", f"consent {consent.pk}", "its job has ended, its money is still held")
    settled = Attempt.objects.exclude(settled_at=None).values("consent")
    held = Consent.objects.filter(entries__kind=LedgerEntry.Kind.RESERVE).exclude(pk__in=ends)
    for consent in held.filter(pk__in=settled):
        yield Broken("I4", f"consent {consent.pk}", "its call is settled, its money still held")


# I5


def _files_missing(*, read_bytes: bool) -> Iterator[Broken]:
    rows: tuple[tuple[str, QuerySet[Any], str, str], ...] = (
        # In the trash, too: it can be brought back, until it is being erased.
        ("picture", Picture.objects.filter(purging_at=None), "file", "sha256"),
        ("mask", Mask.objects.filter(picture__deleted_at=None).exclude(file=""), "file", "sha256"),
        ("draft mask", DraftMask.objects.exclude(drafts=None), "file", "sha256"),
        ("result", Result.objects.exclude(raw=""), "raw", "raw_sha256"),  # "": lost, and said so
        ("archive", Archive.objects.filter(state=Archive.State.READY), "file", "sha256"),
        ("unusable answer", UnusableAnswer.objects.exclude(file=""), "file", "sha256"),
    )
    for word, found, file, digest in rows:
        for pk, key, sha256 in found.values_list("pk", file, digest).iterator():
            problem = _file_problem(str(key), str(sha256), read_bytes=read_bytes)
            if problem:
                yield Broken("I5", f"{word} {pk}", problem)


def _renditions_missing() -> Iterator[Broken]:
    # A small size may also be missing because an earlier release made none.
    made = Picture.objects.filter(deleted_at=None, renditions_due_at=None)
    for pk, *keys in made.values_list("pk", "preview", "card", "thumb").iterator():
        for kind, key in zip(("preview", "card", "thumb"), keys, strict=True):
            if key and not default_storage.exists(str(key)):
                yield Broken("I5", f"picture {pk}", f"no file {key}")
            elif not key and kind != "card":
                yield Broken("I5", f"picture {pk}", f"no {kind}, and nobody makes one")


# I7


def _facts_not_true() -> Iterator[Broken]:
    for job, what in wrong_facts():
        yield Broken("I7", f"job {job}", f"{what}: kept otherwise than it is")


def _file_problem(key: str, sha256: str, *, read_bytes: bool) -> str:
    if not read_bytes:
        return "" if default_storage.exists(key) else f"no file {key}"
    try:
        found, _length = storage.digest_of(key)
    except FileNotFoundError:
        return f"no file {key}"
    return "" if found == sha256 else f"other bytes in {key}"


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "any time"
