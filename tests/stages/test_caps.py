"""Caps of a day and a month, of a person and the server: exact, and over at midnight."""

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from editor import allowances, budgets, own_keys
from editor.allowances import left_nano, tightest
from editor.cancelling import cancel_edit
from editor.invariants import broken_invariants
from editor.models import (
    Attempt,
    Budget,
    EditJob,
    JobState,
    LedgerEntry,
    SpendingCaps,
    SpendingPeriod,
    StaffAlert,
)
from tests.factories import CENT, make_job, make_picture

pytestmark = pytest.mark.django_db

ALL_FOUR = ["own day", "own month", "server day", "server month"]


@pytest.fixture
def clock(monkeypatch):
    """Sets the time, UTC."""

    def set_to(*parts):
        now = datetime(*parts, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)

    set_to(2027, 1, 31, 23, 59, 59)
    return set_to


def cap(alice, which, cents):
    own = {"own day": "daily_cap_nano", "own month": "monthly_cap_nano"}
    if which in own:
        setattr(alice, own[which], cents * CENT)
        alice.save()
        return
    field = "day_nano" if which == "server day" else "month_nano"
    SpendingCaps.objects.update_or_create(pk=1, defaults={field: cents * CENT})


def counted():
    """Cents set aside and spent: of each month and day, of people and the server."""
    rows = [*Budget.objects.all(), *SpendingPeriod.objects.order_by("pk")]
    return [(row.reserved_nano // CENT, row.spent_nano // CENT) for row in rows]


@pytest.mark.parametrize("which", ALL_FOUR)
def test_each_cap_holds_what_does_not_fit_and_lets_pass_what_fits_exactly(alice, which):
    cap(alice, which, 8)
    states = [make_job(alice).state for _ in range(3)]
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.HELD]
    assert left_nano(alice) == 0
    assert counted() == [(8, 0)] * 4, "what does not fit leaves no trace in any of them"
    assert broken_invariants() == []


def test_the_last_cap_to_say_no_takes_nothing_from_the_others(alice, bob):
    cap(alice, "own month", 40)
    cap(alice, "server day", 4)
    assert make_job(bob).state == JobState.QUEUED
    assert make_job(alice).state == JobState.HELD
    assert not Budget.objects.filter(user=alice).exists()
    assert broken_invariants() == []


def test_a_server_that_allows_nothing_today_holds_everything(alice):
    cap(alice, "server day", 0)
    assert make_job(alice).state == JobState.HELD
    assert tightest(alice).state == "over"


def test_the_end_of_a_call_moves_all_four(alice):
    consent = make_job(alice).consents.get()
    budgets.settle(consent.pk, None, "assumed")
    assert counted() == [(0, 4)] * 4
    budgets.settle(consent.pk, 7 * CENT, "the answer")
    assert counted() == [(0, 7)] * 4
    cancel_edit(make_job(alice), alice)
    assert counted() == [(0, 7)] * 4
    assert broken_invariants() == []


def test_at_midnight_a_new_day_begins_and_what_runs_belongs_to_the_old_one(alice, clock):
    cap(alice, "own day", 4)
    clock(2027, 3, 1, 23, 59, 59)
    late = make_job(alice)
    held = make_job(alice)
    assert (late.state, held.state) == (JobState.QUEUED, JobState.HELD)
    assert "is left until tomorrow, 00:00 UTC." in held.state_sentence
    clock(2027, 3, 2, 0, 0, 0)
    assert left_nano(alice) == 4 * CENT
    assert make_job(alice).state == JobState.QUEUED
    budgets.settle(late.consents.get().pk, 4 * CENT, "the answer")
    days = SpendingPeriod.objects.filter(user=alice).order_by("first_day")
    spent = [(row.first_day.day, row.reserved_nano, row.spent_nano) for row in days]
    assert spent == [(1, 0, 4 * CENT), (2, 4 * CENT, 0)]
    held.refresh_from_db()
    assert held.state == JobState.HELD, "it was not agreed to be sent some time later by itself"
    assert broken_invariants() == []


@pytest.mark.parametrize("which", ["own month", "server month"])
def test_with_a_month_both_begin_anew(alice, clock, which):
    cap(alice, which, 4)
    clock(2027, 1, 31, 23, 59, 59)
    make_job(alice)
    assert "until 1 February, 00:00 UTC" in make_job(alice).state_sentence
    clock(2027, 2, 1, 0, 0, 0)
    assert make_job(alice).state == JobState.QUEUED
    assert Budget.objects.count() == 2
    assert broken_invariants() == []


def test_the_end_of_a_year_is_the_end_of_a_month(alice, clock):
    cap(alice, "own month", 4)
    clock(2027, 12, 31, 12, 0, 0)
    assert tightest(alice).until_text == "until 1 January, 00:00 UTC"
    assert tightest(alice).ends_at == datetime(2028, 1, 1, tzinfo=UTC)


def test_a_day_is_that_of_utc_wherever_the_clock_stands(alice):
    moment = datetime.fromisoformat("2027-03-02T01:30:00+02:00")
    assert allowances.day_of(moment).isoformat() == "2027-03-01"
    assert allowances.month_of(moment).isoformat() == "2027-03-01"


def test_a_key_of_ones_own_counts_against_no_cap(alice, settings):
    settings.OWN_KEYS = "allowed"
    cap(alice, "server day", 4)
    picture = make_picture(alice)
    make_job(alice, picture=picture)
    job = EditJob.objects.create(owner=alice, picture=picture, prompt="x")
    own_keys.keep(alice, "sk-nano-of-alice-herself", None)
    consent = budgets.grant_consent(job, 9 * CENT, by=alice)
    assert counted() == [(4, 0), (4, 0), (4, 0), (4, 0)]
    budgets.settle(consent.pk, 10 * CENT, "the answer")
    assert counted() == [(4, 0), (4, 0), (4, 0), (4, 0)]
    assert tightest(alice) is None
    assert set(LedgerEntry.objects.filter(consent=consent).values_list("own_key")) == {(True,)}
    assert [broken.name for broken in broken_invariants()] == []


def test_people_and_staff_are_warned_once_in_a_day(alice, clock):
    cap(alice, "own day", 10)
    clock(2027, 3, 1, 12, 0, 0)
    first, second = make_job(alice), make_job(alice)
    assert not first.events.filter(sentence__startswith=budgets.MARK_PASSED).exists()
    told = second.events.get(sentence__startswith=budgets.MARK_PASSED).sentence
    assert told == "With this edit, 80 % of the budget for today is used or set aside."
    alert = StaffAlert.objects.get(kind=StaffAlert.Kind.SPENDING)
    assert alert.sentence == ("alice has used or set aside 80 % of the budget for today, $0.10.")
    cancel_edit(second, alice)
    again = make_job(alice)
    assert not again.events.filter(sentence__startswith=budgets.MARK_PASSED).exists()
    clock(2027, 3, 2, 12, 0, 0)
    make_job(alice)
    tomorrow = make_job(alice)
    assert tomorrow.events.filter(sentence__startswith=budgets.MARK_PASSED).count() == 1
    assert StaffAlert.objects.filter(kind=StaffAlert.Kind.SPENDING).count() == 2


def test_of_the_server_only_staff_are_warned(alice):
    cap(alice, "server month", 5)
    SpendingCaps.objects.update(soft_percent=50)
    job = make_job(alice)
    assert not job.events.filter(sentence__startswith=budgets.MARK_PASSED).exists()
    assert StaffAlert.objects.get().sentence.startswith("The server has used or set aside 50 %")


def test_the_ledger_is_the_truth_of_days_and_months(alice):
    make_job(alice)
    SpendingPeriod.objects.filter(user=None, kind="day").update(reserved_nano=5 * CENT)
    SpendingPeriod.objects.filter(user=alice).delete()
    said = {broken.row.split(" ")[0]: broken for broken in broken_invariants()}
    assert [broken.name for broken in said.values()] == ["I4"]
    rows = sorted(str(broken) for broken in broken_invariants())
    assert len(rows) == 2
    assert any("of the server: 50000000 set aside, the ledger says 40000000" in row for row in rows)
    assert any(f"of account {alice.pk}: 0 set aside" in row for row in rows)


def test_the_tightest_cap_is_the_one_that_is_named(alice):
    cap(alice, "own day", 9)
    cap(alice, "own month", 7)
    cap(alice, "server month", 5)
    make_job(alice)
    names = [(each.name, each.left_text, each.state) for each in allowances.allowances(alice)]
    assert names == [
        ("Today", "$0.05", "good"),
        ("This month", "$0.03", "good"),
        ("Server, this month", "$0.01", "soft"),
    ]
    assert (
        "only $0.01 of the server budget for this month of $0.05" in make_job(alice).state_sentence
    )
    assert tightest(alice).percent == 80


def test_what_is_not_capped_is_not_spoken_of(alice):
    make_job(alice)
    assert allowances.allowances(alice) == []
    assert tightest(alice) is None
    assert left_nano(alice) is None
    assert Attempt.objects.count() == 0


def test_what_was_spent_before_there_were_caps_is_counted_from_the_ledger(alice, bob, clock):
    clock(2027, 3, 1, 12, 0, 0)
    budgets.settle(make_job(alice).consents.get().pk, 5 * CENT, "the answer")
    cancel_edit(make_job(bob), bob)
    clock(2027, 3, 2, 12, 0, 0)
    make_job(alice)
    before = list(SpendingPeriod.objects.order_by("user", "kind", "first_day").values_list())
    SpendingPeriod.objects.all().delete()
    migration = import_module("editor.migrations.0036_spending_caps")
    migration.count_what_was_spent(apps, None)
    after = SpendingPeriod.objects.order_by("user", "kind", "first_day").values_list()
    assert [row[1:] for row in after] == [row[1:] for row in before]
    assert broken_invariants() == []
