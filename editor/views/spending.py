"""One's own spending: what is left, this month by day and by model, every receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from editor.accounts import MemberRequest
from editor.allowances import allowances, this_month
from editor.models.month_spending import (
    MonthSpending,
    consents_of,
    months_of,
    receipts_of,
    spending_of,
)
from editor.money import NANO, dollars

RECEIPTS = 30
HEIGHT = 100  # of the plot, in its own units; a day is 10 wide
DAY_WIDTH = 10
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """One day of the plot, in its units."""

    day: date
    x: int
    paid_y: float
    paid_height: float
    held_y: float
    held_height: float
    words: str
    is_labelled: bool


@dataclass(frozen=True)
class Plot:
    """The month as bars, and the lines behind them."""

    bars: list[Bar]
    width: int
    top_text: str
    middle_text: str
    cap_y: float | None


@login_required
@require_safe
def spending(request: MemberRequest) -> HttpResponse:
    """The page; `?month=2026-11` for another month than this one."""
    now = this_month()
    month = _asked_month(request.GET.get("month", ""), now)
    known = sorted({*months_of(request.user), now, month})
    place = known.index(month)
    summed = spending_of(request.user, month)
    page = Paginator(consents_of(request.user, month), RECEIPTS).get_page(request.GET.get("page"))
    own_day = next(
        (each for each in allowances(request.user) if not each.of_server and each.kind == "day"),
        None,
    )
    context: dict[str, Any] = {
        "month": month,
        "is_now": month == now,
        "earlier": known[place - 1] if place else None,
        "later": known[place + 1] if place + 1 < len(known) else None,
        "allowances": allowances(request.user) if month == now else [],
        "spent": summed,
        "plot": plot_of(summed, own_day.cap_nano if own_day else None),
        "page": page,
        "receipts": receipts_of(list(page.object_list)),
    }
    return render(request, "account/spending.html", context)


def _asked_month(text: str, now: date) -> date:
    """Read "2026-11"; without it, this month. Raises Http404 for nonsense and for the future."""
    if not text:
        return now
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as nonsense:
        raise Http404 from nonsense
    if month > now:
        raise Http404
    return month


def plot_of(spent: MonthSpending, cap_nano: int | None) -> Plot:
    """Lay out a month as bars; the daily cap as a line where it is not far above them."""
    dearest = max((day.total_nano for day in spent.days.values()), default=0)
    near = cap_nano if cap_nano and cap_nano <= 3 * dearest else 0
    top = round_up(max(dearest, near))
    bars = []
    for place, (day, of_day) in enumerate(spent.days.items()):
        paid, held = HEIGHT * of_day.paid_nano / top, HEIGHT * of_day.held_nano / top
        words = f"{day.day} {day:%B}: {of_day.paid_text}"
        if of_day.held_nano:
            words += f" and {of_day.held_text} set aside"
        bars.append(
            Bar(
                day=day,
                x=place * DAY_WIDTH,
                paid_y=round(HEIGHT - paid, 2),
                paid_height=round(paid, 2),
                held_y=round(HEIGHT - paid - held, 2),
                held_height=round(held, 2),
                words=words,
                is_labelled=day.day == 1 or day.day % 5 == 0,
            )
        )
    cap_y = round(HEIGHT - HEIGHT * near / top, 2) if near else None
    return Plot(bars, len(bars) * DAY_WIDTH, dollars(top), dollars(top // 2), cap_y)


def round_up(nano: int) -> int:
    """The next sum that is easily read: 1, 2 or 5 times a power of ten; at least a cent."""
    step = NANO // 100
    while True:
        for times in STEPS:
            if times * step >= nano:
                return times * step
        step *= 10
