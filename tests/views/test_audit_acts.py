"""Every act of staff is written down: who, from where, on what and why; exactly once.

The addresses and actions of the administration are walked: a new one without a recipe here
fails. What members do to their own accounts, and commands, follow below.
"""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.management import call_command
from django.test import RequestFactory
from django.urls import reverse

from editor import invitations
from editor.models import (
    AuditEntry,
    JobState,
    User,
)
from editor.sharing_links import Limits, Shown, make_share
from tests.factories import make_job, make_picture
from tests.views.staff_acts import (
    ACTIONS,
    ADDRESS,
    ADDRESSES,
    BY_HAND,
    RECIPES,
    WHY,
    World,
)

pytestmark = pytest.mark.django_db

DJANGOS = ("_changelist", "_add", "_change", "_delete", "_history")
# Nothing is changed there.
READS = {
    "editor_masktest_status",
    "editor_masktest_picture",
    "editor_masktest_shown",
    "editor_upstreammodel_changes",
    "editor_spendingcaps_read_balance",  # asks the upstream, for free
    "editor_editjob_lane",
    "editor_editjob_desk",  # what is looked at there: tests/views/test_desk.py
    "editor_editjob_pictures",  # whether pictures are blurred for oneself
}


def custom_addresses():
    """Addresses of the administration that Django has not brought."""
    for pages in admin.site._registry.values():
        for route in pages.urls:
            name = route.name or ""
            if name and not (
                (name.startswith("editor_") and name.endswith(DJANGOS)) or name in READS
            ):
                yield name


def hand_made_pages():
    """Rows that can be added, changed or deleted by hand."""
    request = type("Request", (), {"user": User(role=User.Role.ADMINISTRATOR)})()
    for model, pages in admin.site._registry.items():
        for what in ("add", "change", "delete"):
            if getattr(pages, f"has_{what}_permission")(request):
                yield f"{model._meta.model_name}:{what}"


def actions():
    """Acts on chosen rows."""
    request = RequestFactory().get("/")
    request.user = User(role=User.Role.ADMINISTRATOR)
    for model, pages in admin.site._registry.items():
        for action in pages.get_actions(request):
            yield f"{model._meta.model_name}!{action}"


def test_every_address_and_every_action_of_the_administration_is_tried_here():
    addresses = set(custom_addresses())
    by_hand = set(hand_made_pages())
    assert addresses == set(ADDRESSES), "say how it is done, and which act is written down"
    assert set(actions()) == set(ACTIONS), "say how it is done, and which act is written down"
    assert by_hand == set(BY_HAND), "say how it is done, and which act is written down"


@pytest.mark.parametrize("name", RECIPES)
def test_an_act_of_staff_is_one_row_with_actor_address_thing_and_reason(
    alice, admin_user, admin_client, name, upstream
):
    url, data, act, thing = RECIPES[name](World(alice), admin_user)
    pk = str(thing.pk) if thing else None
    before = AuditEntry.objects.count()
    answer = admin_client.post(url, data, REMOTE_ADDR=ADDRESS)
    if answer.streaming:
        list(answer.streaming_content)
    assert answer.status_code in (200, 302), answer.status_code
    rows = list(AuditEntry.objects.order_by("id")[before:])
    assert len(rows) == 1, f"{rows}: {answer.content[-3000:] if not answer.streaming else ''}"
    (row,) = rows
    assert (row.action, row.who, row.who_name) == (act, admin_user.pk, admin_user.username)
    assert (row.address, row.why) == (ADDRESS, WHY)
    assert len(row.request_id) >= 8
    if thing:
        assert (row.thing_type, row.thing_id) == (thing._meta.model_name, pk)
    else:
        assert row.facts or row.thing_id


@pytest.mark.parametrize("name", [name for name in ADDRESSES if "editjob" in name])
def test_what_did_not_happen_is_not_written_down(alice, alices, anonymous, name, upstream):
    url, data, *_ = ADDRESSES[name](World(alice), alice)
    before = AuditEntry.objects.count()
    for client in (alices, anonymous):
        client.post(url, data)
    assert AuditEntry.objects.count() == before


def acts():
    """What was written down but for the logins of the tests' own browsers."""
    return AuditEntry.objects.exclude(action="login.done").order_by("id")


def newest():
    return AuditEntry.objects.order_by("-id").first()


def test_ones_own_edits_are_ones_own_affair(alices, alice):
    job = make_job(alice)
    alices.post(reverse("editor:job_cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert not AuditEntry.objects.exists()


def test_logins_of_staff_are_written_down_and_those_of_members_are_not(anonymous, rita, alice):
    url = reverse("editor:login")
    anonymous.post(url, {"login": "alice", "password": "alice-paints-2026"})
    anonymous.logout()
    assert not AuditEntry.objects.exists()
    anonymous.post(url, {"login": "RITA", "password": "a guess"}, REMOTE_ADDR=ADDRESS)
    failed = newest()
    assert (failed.action, failed.who, failed.thing_label) == ("login.failed", None, "rita")
    assert failed.address == ADDRESS
    assert "guess" not in str(vars(failed))
    anonymous.post(url, {"login": "rita", "password": "rita-reviews-2026"})
    assert (newest().action, newest().who_name) == ("login.done", "rita")
    assert AuditEntry.objects.count() == 2


def test_a_changed_password_is_written_down(alices, alice):
    data = {
        "oldpassword": "alice-paints-2026",
        "password1": "alice-sculpts-2026",
        "password2": "alice-sculpts-2026",
    }
    assert alices.post(reverse("editor:password_change"), data).status_code == 302
    row = acts().get()
    assert (row.action, row.who, row.thing_label) == ("password.changed", alice.pk, "alice")
    assert "sculpts" not in str(vars(row))


def test_invitations_and_the_account_that_came_of_one_are_written_down(rita, anonymous, settings):
    settings.REGISTRATION = "invitation"
    invitation = World(rita).invitation(rita)
    anonymous.get(invitations.link_of(invitation))
    data = {"username": "newcomer", "password1": "a-long-new-phrase-26"}
    data["password2"] = data["password1"]
    anonymous.post(reverse("account_signup"), data)
    made = User.objects.get(username="newcomer")
    acts = [(row.action, row.who, row.thing_type) for row in AuditEntry.objects.order_by("id")]
    assert acts == [
        ("invitation.used", made.pk, "invitation"),
        ("account.made", made.pk, "user"),
    ]


def test_a_share_is_followed_from_its_making_to_its_end(alices, alice, ritas, bobs, rita):
    share, token = make_share(alice, Shown(make_picture(alice)), Limits(title="Our secret"))
    url = reverse("editor:share", args=[token])
    bobs.get(url)  # no staff
    ritas.get(url)
    alices.post(reverse("editor:share_revoke", args=[share.pk]))
    rows = list(acts())
    assert [(row.action, row.who) for row in rows] == [
        ("share.made", alice.pk),
        ("share.opened", rita.pk),
        ("share.revoked", alice.pk),
    ]
    assert not any("secret" in str(vars(row)) or token in str(vars(row)) for row in rows)


def test_ended_sessions_are_written_down(alices, alice):
    alices.post(reverse("editor:sessions_end"))
    row = acts().get()
    assert (row.action, row.facts_told) == ("session.ended", {"sessions": 0})


def test_what_a_command_changes_is_written_down_with_who_ran_it(alice, capsys):
    Authenticator.objects.create(user=alice, type="totp", data={"secret": "x"})
    call_command("forget_second_step", "alice")
    call_command("after_restore", "--yes")
    forgotten, restored = AuditEntry.objects.order_by("id")
    assert (forgotten.action, forgotten.thing_label) == ("second_step.removed", "alice")
    assert forgotten.who is None
    assert forgotten.who_name.startswith("NanoEdit (")
    assert restored.action == "command.run"
    assert restored.facts_told["command"] == "after_restore"
