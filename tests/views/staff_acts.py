"""How each act of staff is done in the administration, and what the audit log says of it then."""

import uuid
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from editor.models import (
    Attempt,
    EditJob,
    Invitation,
    JobState,
    MaskTest,
    Review,
    ReviewReason,
    SpendingCaps,
    StaffAlert,
    User,
)
from editor.reviews import give_verdict
from editor.sharing_links import Limits, Shown, make_share
from tests.conftest import logged_in
from tests.factories import make_job, make_mask, make_model, make_picture

ADDRESS = "192.0.2.44"
WHY = "Because Alice asked for it."


class World:
    """One of everything that staff act on."""

    def __init__(self, alice):
        self.alice = alice
        self.model = make_model()

    def job(self, state=JobState.DONE):
        return make_job(self.alice, state)

    def withheld(self):
        job = self.job()
        EditJob.objects.filter(pk=job.pk).update(withheld_at=timezone.now())
        return job

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


def note(world, _staff):
    job = world.job()
    return desk("note", job.pk), {"note": WHY}, "job.noted", job


def flag(world, _staff):
    job = world.job()
    return desk("flag", job.pk), {"note": WHY}, "job.flagged", job


def withhold(world, _staff):
    job = world.job()
    return desk("withhold", job.pk), {"note": WHY}, "result.held", job


def release(world, _staff):
    job = world.withheld()
    return desk("release", job.pk), {"note": WHY}, "result.released", job


def undo(world, staff):
    job = world.job()
    review = give_verdict(job, staff, Review.Verdict.APPROVED, "")
    return desk("undo", job.pk, review.pk), {"why": WHY}, "job.judged", job


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
    "editor_editjob_note": note,
    "editor_editjob_flag": flag,
    "editor_editjob_withhold": withhold,
    "editor_editjob_release": release,
    "editor_editjob_undo": undo,
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


def delete_chosen(thing):
    kind = thing._meta.model_name
    url, data, *_ = chosen(kind, "delete_selected", thing, "row.deleted")
    return url, {**data, "post": "yes"}, "row.deleted", thing


def many(action, said, state=JobState.DONE, withheld=False):
    """One of the acts on many jobs, after it was asked whether it is meant."""

    def recipe(world, _staff):
        job = world.withheld() if withheld else world.job(state)
        url, data, *_ = chosen("editjob", action, job, said)
        return url, {**data, "confirmed": "1", "note": WHY}, said, job

    return recipe


def a_reason():
    return ReviewReason.objects.create(sentence="It shows a face.", use=ReviewReason.Use.REJECT)


ACTIONS = {
    "editjob!approve_many": many("approve_many", "job.judged"),
    "editjob!reject_many": many("reject_many", "job.judged"),
    "editjob!withhold_many": many("withhold_many", "result.held"),
    "editjob!release_many": many("release_many", "result.released", withheld=True),
    "editjob!allow_many": many("allow_many", "job.approved", JobState.HELD),
    "editjob!decline_many": many("decline_many", "job.declined", JobState.HELD),
    "editjob!cancel_many": many("cancel_many", "job.cancelled", JobState.QUEUED),
    "reviewreason!delete_selected": lambda _, __: delete_chosen(a_reason()),
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


def add_reason(_world, _staff):
    url = reverse("admin:editor_reviewreason_add")
    data = {"sentence": "Too dark.", "use": "rejected", "place": 1, "in_use": "on"}
    return url, {**data, "why": WHY}, "row.added", None


def change_reason(_world, staff):
    thing = a_reason()
    url = reverse("admin:editor_reviewreason_change", args=[thing.pk])
    data = form_of(logged_in(staff), url)
    return url, {**data, "sentence": "Another.", "why": WHY}, "row.changed", thing


def delete_reason(_world, _staff):
    thing = a_reason()
    url = reverse("admin:editor_reviewreason_delete", args=[thing.pk])
    return url, {"post": "yes", "why": WHY}, "row.deleted", thing


def change_caps(_world, staff):
    caps, _made = SpendingCaps.objects.get_or_create(pk=1)
    url = reverse("admin:editor_spendingcaps_change", args=[caps.pk])
    data = form_of(logged_in(staff), url)
    return url, {**data, "day_nano": "5", "why": WHY}, "budget.changed", caps


BY_HAND = {
    "spendingcaps:change": change_caps,
    "reviewreason:add": add_reason,
    "reviewreason:change": change_reason,
    "reviewreason:delete": delete_reason,
    "user:add": add_user,
    "user:change": change_user,
    "invitation:add": add_invitation,
    "upstreammodel:change": change_model,
}


RECIPES = {**ADDRESSES, **ACTIONS, **BY_HAND}
