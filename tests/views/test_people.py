"""Accounts in the administration."""

import pytest

from editor.models import User

pytestmark = pytest.mark.django_db


def page_of(person: User) -> str:
    return f"/admin/editor/user/{person.pk}/change/"


def save(client, person: User, **changes: str):
    form = {"username": person.username, "role": person.role, "is_active": "on", **changes}
    return client.post(page_of(person), form)


def test_adam_makes_alice_a_reviewer_and_takes_it_back(adams, alice):
    assert save(adams, alice, role="reviewer").status_code == 302
    alice.refresh_from_db()
    assert (alice.role, alice.is_staff) == ("reviewer", True)
    assert save(adams, alice, role="member").status_code == 302
    alice.refresh_from_db()
    assert (alice.role, alice.is_staff) == ("member", False)


def test_nobody_raises_their_own_role(alices, ritas, alice, rita):
    for client, person in ((alices, alice), (ritas, rita)):
        answer = save(client, person, role="administrator")
        assert answer.status_code == (302 if person == alice else 403)
        assert not User.objects.get(pk=person.pk).is_administrator


def test_the_last_administrator_is_neither_switched_off_nor_made_a_member(adams, adam, rita):
    for changes, said in (
        ({"role": "member"}, "Nobody changes their own role"),
        ({"is_active": ""}, "adam is the last administrator who is switched on"),
    ):
        page = save(adams, adam, **changes).content.decode()
        assert said in page
        adam.refresh_from_db()
        assert adam.is_administrator
        assert adam.is_active


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
