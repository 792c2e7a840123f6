"""What staff are told, where they read it, and who else does not."""

import pytest
from django.urls import reverse

from editor.models import JobState, StaffAlert
from tests.factories import make_job, make_model, make_picture

pytestmark = pytest.mark.django_db

SENTENCE = "Inpaint charged $0.50 where $0.04 was expected."


@pytest.fixture
def model():
    return make_model(held_back=SENTENCE)


@pytest.fixture
def alert(alice, model):
    """Staff should look at what this model charges."""
    job = make_job(alice, JobState.DONE, model=make_model("other/model"))
    StaffAlert.objects.tell(StaffAlert.Kind.ODD_COST, model.model_id, SENTENCE, job)
    return StaffAlert.objects.get()


def resolve(client, alert):
    return client.post(reverse("admin:editor_staffalert_resolve", args=[alert.pk]))


def pages(job):
    """Where people are most of the time."""
    return ["/", "/gallery/", "/queue/", job.get_absolute_url(), job.picture.get_absolute_url()]


def test_staff_are_told_on_every_page_and_others_are_not(admin_client, alices, ritas, alert):
    for url in ["/", "/gallery/", "/queue/", "/admin/editor/editjob/"]:
        assert SENTENCE in admin_client.get(url).content.decode(), url
        assert SENTENCE not in ritas.get(url).content.decode(), "she may not view alerts"
    for url in pages(alert.job):
        assert SENTENCE not in alices.get(url).content.decode(), url


def test_no_page_speaks_of_alerts_when_there_are_none(admin_client, alert):
    alert.delete()
    for url in ("/", "/admin/"):
        assert "staff-alerts" not in admin_client.get(url).content.decode()
        assert "To look at" not in admin_client.get(url).content.decode()


def test_the_start_of_the_admin_lists_them_with_the_edit_and_a_button(admin_client, alert):
    StaffAlert.objects.tell(alert.kind, alert.subject, SENTENCE, alert.job)
    page = admin_client.get("/admin/").content.decode()
    assert page.count(SENTENCE) == 1, "in the list alone, not in a line above it too"
    assert "2 times since" in page
    assert reverse("admin:editor_editjob_change", args=[alert.job.pk]) in page
    assert reverse("admin:editor_staffalert_resolve", args=[alert.pk]) in page


def test_who_may_look_may_not_therefore_resolve(rita, ritas, reviewers_may, alert, model):
    reviewers_may(more={"editor.view_staffalert"})
    page = ritas.get("/admin/").content.decode()
    assert SENTENCE in page
    assert "Resolve</button>" not in page
    assert resolve(ritas, alert).status_code == 403
    reviewers_may(more={"editor.change_staffalert"})
    answer = ritas.post(
        reverse("admin:editor_staffalert_resolve", args=[alert.pk]), follow=True
    ).content.decode()
    assert "New edits with Inpaint are taken again" in answer
    alert.refresh_from_db()
    model.refresh_from_db()
    assert (alert.resolved_by, model.held_back) == (rita, "")


def test_nobody_else_resolves_anything(alices, anonymous, admin_client, alert):
    for client in (alices, anonymous):
        assert "/admin/login/" in resolve(client, alert)["Location"]
    url = reverse("admin:editor_staffalert_resolve", args=[alert.pk])
    assert admin_client.get(url).status_code == 405, "looking at an address changes nothing"
    alert.refresh_from_db()
    assert alert.resolved_at is None


def test_resolved_alerts_stay_on_record(admin_client, admin_user, alert):
    resolve(admin_client, alert)
    address = "/admin/editor/staffalert/"
    assert SENTENCE in admin_client.get(address).content.decode()
    assert f"by {admin_user}" in admin_client.get(f"{address}?state=resolved").content.decode()
    assert SENTENCE not in admin_client.get(f"{address}?state=open").content.decode()
    assert admin_client.get(f"{address}add/").status_code == 403


def test_the_catalogue_takes_edits_again_by_an_action(admin_client, model, alert):
    address = "/admin/editor/upstreammodel/"
    assert SENTENCE in admin_client.get(f"{address}{model.pk}/change/").content.decode()
    admin_client.post(address, {"action": "offer_again", "_selected_action": [model.pk]})
    model.refresh_from_db()
    assert model.held_back == ""
    assert not StaffAlert.objects.unresolved().exists()


def test_saving_the_form_of_a_model_does_not_lift_its_hold(admin_client, model):
    address = reverse("admin:editor_upstreammodel_change", args=[model.pk])
    form = admin_client.get(address).context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if value is not None}
    fields |= {"sizes": "auto", "prices": "auto $0.05", "edits": "on", "held_back": ""}
    assert admin_client.post(address, fields).status_code == 302
    model.refresh_from_db()
    assert model.held_back == SENTENCE
    assert model.prices == {"auto": 50_000_000}


def test_people_see_a_model_that_is_held_back_and_why_but_not_what_others_paid(
    alices, alice, model
):
    page = alices.get(make_picture(alice).get_absolute_url()).content.decode()
    assert page.count("It charged more than agreed, so new edits wait") >= 2
    assert 'aria-pressed="false" disabled' in page
    assert f'<option value="{model.model_id}" disabled>' in page
    assert "$0.50" not in page


def test_a_wish_for_it_is_refused_with_a_sentence(alices, alice, model):
    job = make_job(alice, JobState.DONE, model=make_model("other/model"))
    job.model_id = model.model_id
    job.save()
    price = str(model.estimate_nano("auto", 1))
    answer = alices.post(
        reverse("editor:job_retry", args=[job.pk]), {"shown_price": price}, follow=True
    )
    assert "Inpaint cannot be used just now" in answer.content.decode()
    assert job.owner.jobs.count() == 1
