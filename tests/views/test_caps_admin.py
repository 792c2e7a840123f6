"""Administrators edit caps in dollars, of the server and of people, and read the balance."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from editor import balances, costs
from editor.models import AuditEntry, SpendingCaps, StaffAlert
from editor.money import NANO
from tests.conftest import logged_in
from tests.factories import CENT, make_job

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:editor_spendingcaps_changelist")
CHANGE = reverse("admin:editor_spendingcaps_change", args=[1])
READ = reverse("admin:editor_spendingcaps_read_balance")


@pytest.fixture
def root(db):
    """An administrator."""
    return get_user_model().objects.create_superuser("root", password="pw")


@pytest.fixture
def roots(root):
    """Their browser."""
    return logged_in(root)


def words_of(answer):
    return " ".join(answer.content.decode().split())


def test_there_is_one_page_and_it_shows_what_is_left(roots, alice):
    alice.monthly_cap_nano = 0
    alice.save()
    make_job(alice)
    SpendingCaps.objects.create(pk=1, day_nano=10 * CENT)
    words = words_of(roots.get(PAGE, follow=True))
    assert "$0.10 left" in words
    assert "1 edit waits for approval" in words
    assert "Not heard of yet" in words
    assert roots.get(reverse("admin:editor_spendingcaps_changelist") + "add/").status_code != 200


def test_caps_are_written_in_dollars_and_every_change_is_on_record(roots, root):
    roots.get(PAGE)
    form = {"day_nano": "0.5", "month_nano": "12.345678901", "soft_percent": "75", "floor_nano": ""}
    assert "12.345678901" in words_of(roots.post(CHANGE, form, follow=True))
    caps = SpendingCaps.objects.get()
    assert (caps.day_nano, caps.month_nano, caps.soft_percent) == (NANO // 2, 12_345_678_901, 75)
    written = AuditEntry.objects.get(action="budget.changed")
    assert written.who == root.pk
    assert "12345678901" in str(written.facts)
    roots.post(CHANGE, form, follow=True)
    assert AuditEntry.objects.filter(action="budget.changed").count() == 1, "nothing has changed"
    roots.post(CHANGE, {**form, "day_nano": "", "floor_nano": "3"}, follow=True)
    assert SpendingCaps.objects.get().day_nano is None
    assert AuditEntry.objects.filter(action="balance.floor").count() == 1


@pytest.mark.parametrize("wrong", ["-1", "x", "1e9", "0.0000000001"])
def test_what_is_no_sum_is_refused(roots, wrong):
    roots.get(PAGE)
    roots.post(CHANGE, {"day_nano": wrong, "soft_percent": "80"})
    assert SpendingCaps.objects.get().day_nano is None


def test_a_persons_caps_stand_on_their_page(roots, alice):
    page = reverse("admin:editor_user_change", args=[alice.pk])
    form = {"username": "alice", "role": "member", "email": "", "first_name": "", "last_name": ""}
    roots.post(page, {**form, "daily_cap_nano": "0.25", "monthly_cap_nano": "5"})
    alice.refresh_from_db()
    assert (alice.daily_cap_nano, alice.monthly_cap_nano) == (25 * CENT, 500 * CENT)
    assert 'value="0.25"' in words_of(roots.get(page))
    written = AuditEntry.objects.get(action="budget.changed")
    assert "250000000" in str(written.facts)


def test_reviewers_and_members_neither_see_nor_change_it(ritas, alices, anonymous):
    SpendingCaps.objects.create(pk=1)
    for browser in (ritas, alices, anonymous):
        for address in (PAGE, CHANGE):
            assert browser.get(address).status_code in (302, 403)
        assert browser.post(CHANGE, {"day_nano": "1", "soft_percent": "80"}).status_code != 200
        assert browser.post(READ).status_code in (302, 403)
    assert SpendingCaps.objects.get().day_nano is None


def test_the_balance_is_read_for_free_and_shown_with_its_floor(roots, upstream, settings):
    settings.BALANCE_FLOOR_NANO = NANO
    before = len(upstream.calls())
    said = words_of(roots.post(READ, follow=True))
    assert "left." in said
    reading = balances.last_reading()
    assert reading.text in said
    assert "The floor is $1.00." in said
    assert len(upstream.calls()) == before, "no edit was made"
    assert AuditEntry.objects.filter(action="balance.read").exists()
    SpendingCaps.objects.update_or_create(pk=1, defaults={"floor_nano": reading.nano + NANO})
    said = words_of(roots.post(READ, follow=True))
    assert "Less than the floor of" in said
    assert StaffAlert.objects.filter(kind=StaffAlert.Kind.LOW_BALANCE).exists()
    assert roots.get(READ).status_code == 405


def test_an_upstream_that_is_away_is_said_and_no_error(roots, settings):
    settings.NANOGPT_BASE_URL = "http://127.0.0.1:9"
    assert "could not be read" in words_of(roots.post(READ, follow=True))


def test_the_floor_on_the_page_goes_before_the_setting(settings):
    settings.BALANCE_FLOOR_NANO = 5 * NANO
    SpendingCaps.objects.create(pk=1, floor_nano=0)
    costs.look_at_balance(1, "aaaa")
    assert not StaffAlert.objects.exists(), "nobody minds any more"
    SpendingCaps.objects.update(floor_nano=None)
    costs.look_at_balance(1, "aaaa")
    assert StaffAlert.objects.get().kind == StaffAlert.Kind.LOW_BALANCE
