"""What each role may do, and that there is always somebody who runs the server."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import call_command

from editor.models import User
from editor.roles import RoleRefused, change_role

pytestmark = pytest.mark.django_db

MEMBER, REVIEWER, ADMINISTRATOR = User.Role


def test_rita_looks_and_decides_and_adam_may_do_everything(alice, rita, adam):
    assert not alice.has_perm("editor.view_editjob")
    assert rita.has_perms(["editor.view_editjob", "editor.review_editjob", "editor.view_picture"])
    for more in ("editor.change_upstreammodel", "editor.view_user", "editor.view_of_a_new_model"):
        assert not rita.has_perm(more)
        assert adam.has_perm(more)
    assert not alice.has_module_perms("editor")
    assert rita.has_module_perms("editor")
    assert not rita.has_module_perms("another_part")


def test_djangos_own_permissions_count_for_nothing(alice, rita):
    every = Permission.objects.all()
    for person in (alice, rita):
        person.user_permissions.set(every)
    assert not alice.has_perm("editor.view_editjob")
    assert not rita.has_perm("editor.change_user")


def test_who_is_switched_off_may_do_nothing(adam, rita):
    for person in (adam, rita):
        person.is_active = False
        assert not person.has_perm("editor.view_editjob")
        assert not person.has_module_perms("editor")


def test_djangos_marks_follow_from_the_role(alice):
    alice.is_staff = alice.is_superuser = True
    alice.save()
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser) == (False, False)
    for role, marks in (
        (REVIEWER, (True, False)),
        (ADMINISTRATOR, (True, True)),
        (MEMBER, (False, False)),
    ):
        alice.role = role
        alice.save(update_fields=["role"])
        alice.refresh_from_db()
        assert (alice.is_staff, alice.is_superuser) == marks


def test_the_command_line_makes_an_administrator(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a-long-phrase-7")
    call_command("createsuperuser", "--noinput", username="olga", email="", verbosity=0)
    olga = User.objects.get(username="olga")
    assert olga.is_administrator
    assert olga.is_staff
    assert olga.check_password("a-long-phrase-7")


def test_adam_gives_and_takes_roles(adam, alice):
    assert change_role(alice, REVIEWER, adam)
    assert alice.is_reviewer
    assert not change_role(alice, REVIEWER, adam), "it is hers already"
    assert change_role(alice, MEMBER, adam)
    assert not User.objects.get(pk=alice.pk).is_staff


def test_nobody_changes_their_own_role(adam, rita):
    change_role(rita, ADMINISTRATOR, adam)
    with pytest.raises(RoleRefused, match="their own role"):
        change_role(adam, MEMBER, adam)
    assert User.objects.get(pk=adam.pk).is_administrator


def test_the_last_administrator_stays_one(adam, rita):
    with pytest.raises(RoleRefused, match="last administrator"):
        change_role(adam, MEMBER, rita)
    change_role(rita, ADMINISTRATOR, adam)
    User.objects.filter(pk=rita.pk).update(is_active=False)
    with pytest.raises(RoleRefused, match="last administrator"):
        change_role(adam, MEMBER, rita)
    assert User.objects.get(pk=adam.pk).is_administrator


def test_those_of_an_earlier_release_get_the_role_that_their_marks_said(alice, bob, charlie):
    User.objects.filter(pk=alice.pk).update(is_superuser=True, is_staff=False)
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    import_module("editor.migrations.0033_roles").name_the_roles(apps, None)
    found = dict(User.objects.values_list("username", "role"))
    assert found == {"alice": ADMINISTRATOR, "bob": REVIEWER, "charlie": MEMBER}
    assert User.objects.get(pk=alice.pk).is_staff
