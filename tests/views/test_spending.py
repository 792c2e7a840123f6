"""What is left and what was spent: on the first page, beside the button, on a page of its own."""

import re
import uuid
from datetime import UTC, date, datetime

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from editor import budgets
from editor.cancelling import cancel_edit
from editor.models import EditJob, JobState, SpendingCaps
from editor.views.spending import round_up
from tests.factories import CENT, make_job, make_mask, make_model, make_picture

pytestmark = pytest.mark.django_db

HOME = reverse("editor:home")
SPENDING = reverse("editor:spending")


@pytest.fixture
def clock(monkeypatch):
    """Sets the time, UTC: in the past, since logins end some time."""

    def set_to(*parts):
        now = datetime(*parts, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return set_to


def words_of(answer):
    """The text of a page, without its tags."""
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(text.split())


def cap(alice, **caps):
    for name, cents in caps.items():
        setattr(alice, name, cents * CENT)
    alice.save()


def test_the_first_page_shows_what_is_left_of_what_is_capped(alice, alices):
    make_job(alice)
    assert " left of " not in words_of(alices.get(HOME)), "nothing is capped"
    cap(alice, daily_cap_nano=10)
    SpendingCaps.objects.create(month_nano=100 * CENT)
    words = words_of(alices.get(HOME))
    assert "Today $0.06 left of $0.10" in words
    assert "Server, this month $0.96 left of $1.00" in words
    assert "This month" not in words


def test_over_the_soft_mark_and_with_nothing_left_it_says_so(alice, alices):
    cap(alice, daily_cap_nano=5)
    make_job(alice)
    assert "Today 80 % used $0.01 left of $0.05" in words_of(alices.get(HOME))
    cap(alice, daily_cap_nano=4)
    words = words_of(alices.get(HOME))
    assert "nothing left of $0.04" in words
    assert "Edits wait for approval until tomorrow, 00:00 UTC." in words


def test_the_studio_shows_it_beside_the_button_and_the_strip_brings_it_anew(alice, alices):
    cap(alice, daily_cap_nano=10, monthly_cap_nano=100)
    picture = make_picture(alice)
    page = alices.get(picture.get_absolute_url()).content.decode()
    assert "data-allowances" in page
    assert f'data-left-nano="{10 * CENT}" data-left-of="of the budget for today"' in page
    make_job(alice, picture=picture)
    strip = alices.get(reverse("editor:picture_strip", args=[picture.pk]))
    assert "Today $0.06 left" in words_of(strip)


def test_the_soft_mark_is_told_once_with_the_edit_that_passes_it(alice, alices):
    cap(alice, daily_cap_nano=10)
    picture, model = make_picture(alice), make_model()
    mask = make_mask(picture)

    def submit(**headers):
        form = {
            "prompt": f"make it {uuid.uuid4()}",
            "model": model.model_id,
            "n": 1,
            "size": "auto",
            "submit_key": str(uuid.uuid4()),
            "shown_price": 4 * CENT,
            "kept_mask": str(mask.pk),
        }
        return alices.post(reverse("editor:submit", args=[picture.pk]), form, headers=headers)

    assert "warned" not in submit(accept="application/json").json()
    told = submit(accept="application/json").json()
    assert told["warned"] == "With this edit, 80 % of the budget for today is used or set aside."
    cancel_edit(EditJob.objects.get(pk=told["job"]), alice)
    assert "warned" not in submit(accept="application/json").json()
    cap(alice, monthly_cap_nano=9, daily_cap_nano=100)
    cancel_edit(EditJob.objects.filter(state=JobState.QUEUED).first(), alice)
    said = [str(message) for message in get_messages(submit().wsgi_request)]
    assert said == ["With this edit, 80 % of the budget for this month is used or set aside."]


def test_a_month_by_day_by_model_and_by_receipt(alice, bob, alices, clock):
    clock(2024, 3, 2, 12, 0, 0)
    budgets.settle(make_job(alice).consents.get().pk, 3 * CENT, "the answer")
    make_job(bob)
    clock(2024, 3, 9, 12, 0, 0)
    dear = make_job(alice, model=make_model("sandbox/slow", prices={"auto": 20 * CENT}))
    cancel_edit(make_job(alice), alice)
    clock(2024, 3, 9, 13, 0, 0)
    page = alices.get(SPENDING)
    words = words_of(page)
    assert "March 2024" in words
    assert "Spent $0.03 Set aside $0.20 Paid calls 1" in words
    assert "Slow $0.20 set aside 0 $0.00" in words
    assert "Inpaint 1 $0.03" in words
    assert "nothing 9 Mar, 12:00 · Inpaint given back" in words
    html = page.content.decode()
    assert "<title>2 March: $0.03</title>" in html
    assert "<title>9 March: $0.00 and $0.20 set aside</title>" in html
    assert html.count('class="day-plot__day"') == 31
    assert html.count('class="receipts__row"') == 3, "hers, not those of Bob"
    assert dear.get_absolute_url() in html
    assert "style=" not in html


def test_other_months_are_a_step_away(alice, alices, clock):
    clock(2024, 1, 31, 23, 59, 59)
    make_job(alice)
    clock(2024, 3, 1, 0, 0, 0)
    now = alices.get(SPENDING).content.decode()
    assert 'href="?month=2024-01"' in now
    assert "Nothing was spent in March 2024." in now
    then = alices.get(SPENDING, {"month": "2024-01"})
    assert "<title>31 January: $0.00 and $0.04 set aside</title>" in then.content.decode()
    assert 'href="?month=2024-03"' in then.content.decode()


@pytest.mark.parametrize("month", ["2024-13", "x", "2024-03-01", "9999-01", "2024-3", "'"])
def test_a_month_that_is_none_is_not_found(alices, month):
    assert alices.get(SPENDING, {"month": month}).status_code == 404


def test_many_receipts_come_in_pages_and_cost_no_more_queries(
    alice, alices, django_assert_max_num_queries
):
    picture = make_picture(alice)
    for _ in range(32):
        make_job(alice, picture=picture)
    with django_assert_max_num_queries(22):
        first = alices.get(SPENDING).content.decode()
    assert first.count('class="receipts__row"') == 30
    assert "Page 1 of 2" in first
    second = alices.get(SPENDING, {"page": 2}).content.decode()
    assert second.count('class="receipts__row"') == 2


@pytest.mark.parametrize(
    ("nano", "top"), [(0, 1), (1, 1), (CENT, 1), (CENT + 1, 2), (3 * CENT, 5), (101 * CENT, 200)]
)
def test_the_plot_ends_at_a_round_sum(nano, top):
    assert round_up(nano) == top * CENT


def test_a_day_of_february_is_a_day_of_february(alice, alices, clock):
    clock(2024, 2, 29, 12, 0, 0)
    make_job(alice)
    html = alices.get(SPENDING).content.decode()
    assert html.count('class="day-plot__day"') == 29
    assert date(2024, 2, 29).strftime("<title>%-d %B") in html
