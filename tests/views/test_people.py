"""Accounts in the administration."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from editor.allowances import this_month
from editor.models import AuditEntry, Budget, EditJob, JobState, User
from editor.models.people import at_a_glance
from editor.sharing_links import Limits, Shown, make_share
from tests.conftest import logged_in
from tests.factories import CENT, make_job

pytestmark = pytest.mark.django_db


def page_of(person: User) -> str:
    return f"/admin/editor/user/{person.pk}/change/"


def act(person: User, way: str) -> str:
    return f"/admin/editor/user/{person.pk}/switch-{way}/"


def save(client, person: User, **changes: str):
    form = {"username": person.username, "role": person.role, **changes}
    return client.post(page_of(person), form)


def test_adam_makes_alice_a_reviewer_and_takes_it_back(adams, alice):
    assert save(adams, alice, role="reviewer").status_code == 302
    alice.refresh_from_db()
    assert (alice.role, alice.is_staff) == ("reviewer", True)
    assert save(adams, alice, role="member").status_code == 302
    alice.refresh_from_db()
    assert (alice.role, alice.is_staff) == ("member", False)


def test_an_address_that_adam_has_replaced_opens_nothing_any_more(adams, client, alice):
    User.objects.filter(pk=alice.pk).update(email="old@example.org")
    EmailAddress.objects.create(user=alice, email="old@example.org", verified=True, primary=True)
    assert save(adams, alice, email="new@example.org").status_code == 302
    assert not EmailAddress.objects.filter(email="old@example.org").exists()
    client.post("/account/reset/", {"email": "old@example.org"})
    assert mail.outbox == []


def test_nobody_raises_their_own_role(alices, ritas, alice, rita):
    for client, person in ((alices, alice), (ritas, rita)):
        answer = save(client, person, role="administrator")
        assert answer.status_code == (302 if person == alice else 403)
        assert not User.objects.get(pk=person.pk).is_administrator


def test_the_last_administrator_stays_one(adams, adam, rita):
    page = save(adams, adam, role="member").content.decode()
    assert "Nobody changes their own role" in page
    rita.role = User.Role.ADMINISTRATOR
    rita.save()
    ritas = logged_in(rita)
    User.objects.filter(pk=rita.pk).update(is_active=True, role="administrator")
    assert save(ritas, adam, role="member").status_code == 302
    adam.refresh_from_db()
    assert adam.role == "member"
    assert "Nobody changes their own role" in save(ritas, rita, role="member").content.decode()


def test_a_new_role_is_written_down_with_who_gave_it(adams, alice):
    save(adams, alice, role="reviewer")
    row = AuditEntry.objects.get(action="account.role")
    assert (row.who_name, row.thing_label) == ("adam", "alice")
    assert row.facts_told == {"from": "member", "to": "reviewer"}


def test_the_list_tells_who_is_here_and_what_they_cost(adams, alice, rita):
    job = make_job(alice)
    make_job(alice, JobState.DONE, picture=job.picture)
    Budget.objects.update(spent_nano=7 * CENT)
    Budget.objects.create(user=alice, month="2020-01-01", spent_nano=5 * CENT)
    logged_in(alice).get("/")
    (row,) = at_a_glance(this_month()).filter(pk=alice.pk)
    assert (row.all_jobs, row.open_jobs) == (2, 1)
    assert (row.month_nano, row.total_nano) == (7 * CENT, 12 * CENT)
    assert row.seen_at is not None
    page = adams.get("/admin/editor/user/").content.decode()
    assert "$0.07" in page
    assert "$0.12" in page
    assert page.count("never") == 1, "Rita was never here"


def test_the_list_costs_no_more_queries_with_more_people(adams, django_assert_max_num_queries):
    for number in range(20):
        User.objects.create(username=f"person-{number}")
    with django_assert_max_num_queries(9):
        adams.get("/admin/editor/user/")


def test_switching_off_says_first_what_it_stops(adams, alice):
    job = make_job(alice)
    for state in (JobState.WAITING, JobState.HELD, JobState.CALLING):
        make_job(alice, state, picture=job.picture)
    make_share(alice, Shown(job.picture), Limits())
    assert "Switch off…" in adams.get(page_of(alice)).content.decode()
    page = adams.get(act(alice, "off")).content.decode()
    assert "3 queued edits will be cancelled" in page
    assert "1 running edit will be kept" in page
    assert "1 share link stops opening" in page
    alice.refresh_from_db()
    assert alice.is_active, "a look changes nothing"
    assert not EditJob.objects.filter(state=JobState.CANCELLED).exists()
    said = adams.post(act(alice, "off"), {"reason": "left"}, follow=True).content.decode()
    assert "3 queued edits were cancelled" in said
    assert "Switch on again" in said
    alice.refresh_from_db()
    assert not alice.is_active
    assert EditJob.objects.filter(state=JobState.CANCELLED).count() == 3
    said = adams.post(act(alice, "on"), follow=True).content.decode()
    assert "may log in again" in said
    alice.refresh_from_db()
    assert alice.is_active


def test_nobody_switches_themselves_off_by_mistake(adams, adam):
    assert act(adam, "off") not in adams.get(page_of(adam)).content.decode()
    for method in (adams.get, adams.post):
        said = method(act(adam, "off"), follow=True).content.decode()
        assert "Nobody switches themselves off" in said
    adam.refresh_from_db()
    assert adam.is_active


def test_only_administrators_switch_anybody(alices, ritas, bob):
    for client, status in ((alices, 302), (ritas, 403)):
        for way in ("off", "on"):
            assert client.post(act(bob, way)).status_code == status
    bob.refresh_from_db()
    assert bob.is_active


def test_reviewers_see_no_accounts_and_nobody_deletes_one(ritas, adams, alice):
    for address in (
        "/admin/editor/user/",
        page_of(alice),
        f"/admin/editor/user/{alice.pk}/delete/",
    ):
        assert ritas.get(address).status_code == 403
    assert "/admin/editor/user/" not in ritas.get("/admin/").content.decode()
    assert adams.post(f"/admin/editor/user/{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()


def test_no_page_offers_djangos_permissions_and_groups(adams, alice):
    page = adams.get(page_of(alice)).content.decode()
    for name in ("user_permissions", "groups", "is_superuser", "is_staff"):
        assert f'name="{name}"' not in page
    assert adams.get("/admin/auth/group/").status_code == 404
