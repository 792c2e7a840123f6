"""Every act of staff is written down: who, from where, on what and why; exactly once.

The addresses and actions of the administration are walked: a new one without a recipe here
fails. What members do to their own accounts, and commands, follow below.
"""

import json
import uuid
from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from editor import invitations
from editor.models import (
    Attempt,
    AuditEntry,
    Invitation,
    JobState,
    MaskTest,
    StaffAlert,
    User,
)
from editor.sharing_links import Limits, Shown, make_share
from tests.conftest import logged_in
from tests.factories import make_job, make_mask, make_model, make_picture

pytestmark = pytest.mark.django_db

ADDRESS = "192.0.2.44"
WHY = "Because Alice asked for it."
DJANGOS = ("_changelist", "_add", "_change", "_delete", "_history")
# Nothing is changed there.
READS = {
    "editor_masktest_status",
    "editor_masktest_picture",
    "editor_masktest_shown",
    "editor_upstreammodel_changes",
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
    for model, pages in admin.site._registry.items():
        for action in pages.actions or ():
            yield f"{model._meta.model_name}!{action}"


class World:
    """One of everything that staff act on."""

    def __init__(self, alice):
        self.alice = alice
        self.model = make_model()

    def job(self, state=JobState.DONE):
        return make_job(self.alice, state)

    def in_doubt(self):
        job = make_job(self.alice, JobState.UNKNOWN)
        attempt = Attempt.objects.create(
            job=job, consent=job.consents.get(), state=Attempt.State.UNKNOWN
        )
        return job, attempt

    def invitation(self, by):
        ends = timezone.now() + timedelta(days=7)
        return Invitation.objects.create(made_by=by, ends_at=ends)

    def share(self):
        return make_share(self.alice, Shown(make_picture(self.alice)), Limits())[0]

    def mask_test(self, by):
        picture = make_picture(by)
        return MaskTest.objects.create(
            model=self.model, by=by, picture=picture, mask=make_mask(picture)
        )


def desk(act, pk, *more):
    return reverse(f"admin:editor_editjob_{act}", args=[pk, *more])


# Each gives the address, what is sent, the act and the thing.


def review(world, _staff):
    job = world.job()
    return desk("review", job.pk), {"verdict": "approved", "note": WHY}, "job.judged", job


def retry(world, _staff):
    job = world.job()
    data = {"submit_key": uuid.uuid4(), "shown_price": job.estimate_nano, "state": job.state}
    return desk("retry", job.pk), {**data, "why": WHY}, "job.retried", None


def cancel(world, _staff):
    job = world.job(JobState.QUEUED)
    return desk("cancel", job.pk), {"why": WHY}, "job.cancelled", job


def look(world, _staff):
    job, _attempt = world.in_doubt()
    return desk("look", job.pk), {"why": WHY}, "job.looked_up", job


def settle(world, _staff):
    job, _attempt = world.in_doubt()
    return desk("settle", job.pk), {"charged": "no", "reason": WHY}, "job.settled", job


def settle_call(world, _staff):
    job, attempt = world.in_doubt()
    data = {"charged": "no", "reason": WHY}
    return desk("settle_call", job.pk, attempt.pk), data, "call.settled", attempt


def approve(world, _staff):
    job = world.job(JobState.HELD)
    data = {"shown_price": job.estimate_nano, "why": WHY}
    return desk("approve", job.pk), data, "job.approved", job


def decline(world, _staff):
    job = world.job(JobState.HELD)
    return desk("decline", job.pk), {"reason": WHY}, "job.declined", job


def resolve(world, _staff):
    StaffAlert.objects.tell(StaffAlert.Kind.ODD_COST, "some/model", "It charged too much.")
    alert = StaffAlert.objects.get()
    url = reverse("admin:editor_staffalert_resolve", args=[alert.pk])
    return url, {"why": WHY}, "alert.resolved", alert


def export(_world, _staff):
    url = reverse("admin:editor_auditentry_export")
    return url, {"form": "csv", "why": WHY}, "audit.exported", None


def mask_test_new(world, staff):
    url = reverse("admin:editor_masktest_new", args=[world.model.pk])
    client = logged_in(staff)
    offer = client.get(url).context["offer"]
    data = {
        "dialect": [dialect.value for dialect in offer.dialects],
        "shown_total": offer.total_nano,
        "test_id": uuid.uuid4(),
    }
    return url, {**data, "why": WHY}, "mask_test.started", None


def mask_test_choose(world, staff):
    test = world.mask_test(staff)
    url = reverse("admin:editor_masktest_choose", args=[test.pk])
    return url, {"dialect": "none", "why": WHY}, "model.changed", world.model


def pinned_model():
    return make_model(pinned=["sizes"], upstream={"sizes": ["1k"]})


def follow(_world, _staff):
    model = pinned_model()
    url = reverse("admin:editor_upstreammodel_follow", args=[model.pk])
    return url, {"field": "sizes", "why": WHY}, "model.changed", model


def keep(_world, _staff):
    model = pinned_model()
    url = reverse("admin:editor_upstreammodel_keep", args=[model.pk])
    return url, {"field": "sizes", "why": WHY}, "model.changed", model


def refresh(_world, _staff):
    return reverse("admin:editor_upstreammodel_refresh"), {"why": WHY}, "catalogue.refreshed", None


def switch_off(world, _staff):
    world.job(JobState.QUEUED)
    url = reverse("admin:editor_user_switch_off", args=[world.alice.pk])
    return url, {"reason": WHY}, "account.switched_off", world.alice


def switch_on(world, _staff):
    User.objects.filter(pk=world.alice.pk).update(is_active=False)
    url = reverse("admin:editor_user_switch_on", args=[world.alice.pk])
    return url, {"why": WHY}, "account.switched_on", world.alice


def set_password(world, _staff):
    url = reverse("admin:auth_user_password_change", args=[world.alice.pk])
    data = {"password1": "a-long-new-phrase-26", "password2": "a-long-new-phrase-26"}
    data |= {"usable_password": "true", "set-password": "1"}
    return url, {**data, "why": WHY}, "row.changed", world.alice


ADDRESSES = {
    "editor_editjob_review": review,
    "editor_editjob_retry": retry,
    "editor_editjob_cancel": cancel,
    "editor_editjob_look": look,
    "editor_editjob_settle": settle,
    "editor_editjob_settle_call": settle_call,
    "editor_editjob_approve": approve,
    "editor_editjob_decline": decline,
    "editor_staffalert_resolve": resolve,
    "editor_auditentry_export": export,
    "editor_masktest_new": mask_test_new,
    "editor_masktest_choose": mask_test_choose,
    "editor_upstreammodel_follow": follow,
    "editor_upstreammodel_keep": keep,
    "editor_upstreammodel_refresh": refresh,
    "editor_user_switch_off": switch_off,
    "editor_user_switch_on": switch_on,
    "auth_user_password_change": set_password,
}


def chosen(kind, action, thing, said):
    data = {"action": action, "_selected_action": [thing.pk], "why": WHY}
    return reverse(f"admin:editor_{kind}_changelist"), data, said, thing


ACTIONS = {
    "user!forget_second_step": lambda world, _: chosen(
        "user", "forget_second_step", world.alice, "second_step.removed"
    ),
    "invitation!revoke_them": lambda world, staff: chosen(
        "invitation", "revoke_them", world.invitation(staff), "invitation.revoked"
    ),
    "share!revoke": lambda world, _: chosen("share", "revoke", world.share(), "share.revoked"),
    "upstreammodel!offer_again": lambda _, __: chosen(
        "upstreammodel", "offer_again", make_model(held_back="Odd."), "model.changed"
    ),
    "upstreammodel!hide": lambda world, _: chosen(
        "upstreammodel", "hide", world.model, "model.changed"
    ),
    "upstreammodel!show": lambda _, __: chosen(
        "upstreammodel", "show", make_model(is_hidden=True), "model.changed"
    ),
    "upstreammodel!follow_catalogue": lambda _, __: chosen(
        "upstreammodel", "follow_catalogue", pinned_model(), "model.changed"
    ),
}


def form_of(client, url):
    """What a form of the administration is filled with already."""
    form = client.get(url).context["adminform"].form
    data = {}
    for name in form.fields:
        value = form[name].value()
        if isinstance(value, datetime):
            data |= {f"{name}_0": f"{value:%Y-%m-%d}", f"{name}_1": f"{value:%H:%M:%S}"}
            continue
        if value is None or isinstance(value, bool):
            data |= {name: "on"} if value else {}
        else:
            data[name] = list(value) if isinstance(value, list | set) else value
    return data


def add_user(_world, staff):
    url = reverse("admin:editor_user_add")
    data = {"username": "newcomer", "password1": "a-long-new-phrase-26"}
    data |= {"password2": data["password1"], "usable_password": "true"}
    return url, {**data, "why": WHY}, "account.made", None


def change_user(world, staff):
    url = reverse("admin:editor_user_change", args=[world.alice.pk])
    data = form_of(logged_in(staff), url)
    return url, {**data, "first_name": "Alice", "why": WHY}, "account.changed", world.alice


def add_invitation(_world, _staff):
    url = reverse("admin:editor_invitation_add")
    return url, {"role": "member", "mail": "", "days": 7, "why": WHY}, "invitation.made", None


def change_model(world, staff):
    url = reverse("admin:editor_upstreammodel_change", args=[world.model.pk])
    data = form_of(logged_in(staff), url)
    return url, {**data, "name": "Another", "why": WHY}, "model.changed", world.model


BY_HAND = {
    "user:add": add_user,
    "user:change": change_user,
    "invitation:add": add_invitation,
    "upstreammodel:change": change_model,
}


def test_every_address_and_every_action_of_the_administration_is_tried_here():
    addresses = set(custom_addresses())
    by_hand = set(hand_made_pages())
    assert addresses == set(ADDRESSES), "say how it is done, and which act is written down"
    assert set(actions()) == set(ACTIONS), "say how it is done, and which act is written down"
    assert by_hand == set(BY_HAND), "say how it is done, and which act is written down"


RECIPES = {**ADDRESSES, **ACTIONS, **BY_HAND}


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


# Reading the log


def some_rows(alice, admin_client):
    job = make_job(alice, JobState.DONE)
    admin_client.post(desk("review", job.pk), {"verdict": "rejected", "note": "=1+1 shows a face"})
    return job


LOG = "/admin/editor/auditentry/"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("thing_type__exact=editjob", 1),
        ("action=job.judged", 1),
        ("action=share.made", 0),
        ("who=none", 0),
        ("q=face", 1),
        ("q=admin+face", 1),
        ("q=nobody", 0),
        ("thing_type=editjob", 1),
        ("at__year=1999", 0),
    ],
)
def test_administrators_search_and_narrow_the_log(alice, admin_client, query, found):
    job = some_rows(alice, admin_client)
    page = admin_client.get(f"{LOG}?{query}")
    assert page.context["cl"].result_count == found
    if found:
        assert "Gave a verdict" in page.content.decode()
        assert desk("change", job.pk) in page.content.decode()


def test_one_row_can_be_looked_at_and_nothing_done_to_it(alice, admin_client, admin_user):
    some_rows(alice, admin_client)
    row = acts().get()
    page = admin_client.get(f"{LOG}{row.pk}/change/")
    assert "verdict: rejected" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    assert admin_client.post(f"{LOG}{row.pk}/change/", {"why": "other"}).status_code == 403
    assert admin_client.post(f"{LOG}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get(f"{LOG}?who={admin_user.pk}").context["cl"].result_count == 2


def test_neither_reviewers_nor_members_read_the_log(alice, admin_client, ritas, alices):
    some_rows(alice, admin_client)
    for client, status in ((ritas, 403), (alices, 302)):
        assert client.get(LOG).status_code == status
        export = client.post(f"{LOG}export/", {"form": "csv", "why": WHY})
        assert export.status_code == status
    assert acts().count() == 1


def test_the_log_is_taken_away_and_that_stands_in_it(alice, admin_client, tmp_path, settings):
    job = some_rows(alice, admin_client)
    answer = admin_client.post(f"{LOG}export/", {"form": "jsonl", "why": WHY})
    assert answer.streaming
    lines = b"".join(answer.streaming_content).decode().splitlines()
    _login, judged, exported, head = map(json.loads, lines)
    assert (judged["action"], judged["thing_id"]) == ("job.judged", str(job.pk))
    assert judged["why"] == "=1+1 shows a face"
    assert (exported["action"], exported["why"]) == ("audit.exported", WHY)
    assert head["head"].startswith("audit head")
    assert "attachment" in answer["Content-Disposition"]


def test_no_cell_of_the_table_is_a_formula(alice, admin_client):
    some_rows(alice, admin_client)
    answer = admin_client.post(f"{LOG}export/", {"form": "csv", "why": WHY})
    text = b"".join(answer.streaming_content).decode()
    assert ",'=1+1 shows a face," in text
    assert text.startswith("number,at,who,")


@pytest.mark.parametrize(
    "data",
    [{}, {"form": "csv"}, {"form": "xml", "why": WHY}, {"form": "csv", "why": WHY, "since": "x"}],
)
def test_nothing_is_taken_away_without_a_reason_or_in_no_form(admin_client, data):
    assert admin_client.post(f"{LOG}export/", data).status_code == 302
    assert not acts().exists()


def test_an_export_holds_the_days_that_were_asked_for(alice, admin_client):
    some_rows(alice, admin_client)
    data = {"form": "jsonl", "why": WHY, "until": "2001-01-01"}
    answer = admin_client.post(f"{LOG}export/", data)
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert [list(json.loads(line)) for line in lines] == [["head"]]
