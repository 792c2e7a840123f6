"""The approval lane on pages: its owner reads why it waits, staff decide on the desk."""

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from editor.models import Consent, EditJob, JobState, UpstreamModel
from tests.conftest import logged_in
from tests.factories import CENT, make_job, make_mask, make_model, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def roots(db):
    """An administrator's browser."""
    return logged_in(get_user_model().objects.create_superuser("root", password="pw"))


@pytest.fixture
def held(alice):
    """An edit of four cents, where Alice has three left."""
    alice.monthly_cap_nano = 3 * CENT
    alice.save()
    return make_job(alice)


def act(name, job):
    return reverse(f"admin:editor_editjob_{name}", args=[job.pk])


def words_of(answer):
    return " ".join(answer.content.decode().split())


def wish_for(picture):
    """What the studio sends for an edit of this picture, but for the price."""
    return {
        "prompt": "make it golden",
        "model": make_model().model_id,
        "n": 1,
        "size": "auto",
        "submit_key": str(uuid.uuid4()),
        "kept_mask": str(make_mask(picture).pk),
    }


def test_a_submit_over_the_budget_says_that_it_waits(alice, alices):
    alice.monthly_cap_nano = 3 * CENT
    alice.save()
    picture = make_picture(alice)
    form = {**wish_for(picture), "shown_price": 4 * CENT}
    address = reverse("editor:submit", args=[picture.pk])
    answer = alices.post(address, form, headers={"Accept": "application/json"})
    assert answer.status_code == 201
    assert "waits for approval" in answer.json()["held"]
    assert 'data-kind="held"' in answer.json()["strip"]
    assert EditJob.objects.get().state == JobState.HELD


def test_its_owner_reads_on_every_page_why_it_waits(held, alices):
    for address in (reverse("editor:queue"), held.get_absolute_url()):
        words = words_of(alices.get(address))
        assert "Waiting for approval" in words
        assert "only $0.03 of the budget for this month of $0.03 are left" in words
        assert "Cancel" in words
        assert "data-elapsed-since" not in words, "no clock runs for what does not run"
    wall = words_of(alices.get(reverse("editor:gallery"), {"state": "held"}))
    assert "make it golden" in wall
    assert "make it golden" not in words_of(
        alices.get(reverse("editor:gallery"), {"state": "running"})
    )


def test_the_desk_offers_an_administrator_todays_price(held, roots):
    UpstreamModel.objects.update(prices={"auto": 6 * CENT})
    desk = reverse("admin:editor_editjob_change", args=[held.pk])
    words = words_of(roots.get(desk))
    assert "It costs $0.06 today; its owner had agreed to $0.04." in words
    assert "Allow it · $0.06" in words
    answer = roots.post(act("approve", held), {"shown_price": 4 * CENT}, follow=True)
    assert "The price has changed" in words_of(answer)
    assert "Approved. The edit is queued." in words_of(
        roots.post(act("approve", held), {"shown_price": 6 * CENT}, follow=True)
    )
    assert "does not wait for approval any more" in words_of(
        roots.post(act("approve", held), {"shown_price": 6 * CENT}, follow=True)
    )
    assert Consent.objects.count() == 1


def test_a_form_without_a_price_approves_nothing(held, roots):
    assert "incomplete" in words_of(roots.post(act("approve", held), follow=True))
    assert not Consent.objects.exists()


def test_a_reviewer_may_decline_and_not_approve(held, ritas, alices):
    words = words_of(ritas.get(reverse("admin:editor_editjob_change", args=[held.pk])))
    assert "An administrator can allow it." in words
    assert act("approve", held) not in words
    assert ritas.post(act("approve", held), {"shown_price": 4 * CENT}).status_code == 403
    assert "Say why" in words_of(ritas.post(act("decline", held), {"reason": " "}, follow=True))
    ritas.post(act("decline", held), {"reason": "Take the small size."})
    held.refresh_from_db()
    assert held.state == JobState.CANCELLED
    page = words_of(alices.get(held.get_absolute_url()))
    assert "Not approved: Take the small size. Nothing has been charged." in page


def test_nobody_else_decides(held, alices, bobs, anonymous):
    for browser in (alices, bobs, anonymous):
        for name, fields in (("approve", {"shown_price": 4 * CENT}), ("decline", {"reason": "x"})):
            assert browser.post(act(name, held), fields).status_code in (302, 403)
            assert browser.get(act(name, held)).status_code in (302, 403, 405)
    held.refresh_from_db()
    assert held.state == JobState.HELD


def test_without_script_the_page_that_names_the_price_says_that_it_will_wait(alice, alices):
    alice.monthly_cap_nano = 3 * CENT
    alice.save()
    picture = make_picture(alice)
    form = wish_for(picture)
    asked = words_of(alices.post(reverse("editor:submit", args=[picture.pk]), form))
    assert "Edit · $0.04 · needs approval" in asked
    assert "only $0.03 of the budget for this month of $0.03 are left" in asked
    assert "It will wait for approval." in asked
    assert not EditJob.objects.exists()


def test_sending_the_same_again_says_before_that_it_will_wait(alice, alices):
    done = make_job(alice, JobState.FAILED)
    assert "needs approval" not in words_of(alices.get(done.get_absolute_url()))
    alice.monthly_cap_nano = 4 * CENT
    alice.save()
    assert "Same again · $0.04 · needs approval" in words_of(alices.get(done.get_absolute_url()))
