"""Staff test how models read masks: who may, what is said before, and what is made of it."""

import re
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from editor import mask_tests
from editor.imaging.encoding import MaskDialect
from editor.mask_tests import offer, start_test
from editor.models import EditJob, JobState, MaskTest, Picture, UpstreamModel
from editor.nanogpt.catalogue import parse_catalogue
from editor.offers import _keep, refresh_catalogue
from editor.tasks import run_job
from tests.conftest import logged_in
from tests.factories import CENT, make_job, make_model

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ALPHA, LUMINANCE, DUAL, NONE = MaskDialect


@pytest.fixture
def tess(adam):
    """She tests masks and changes models, as administrators may."""
    return adam


@pytest.fixture
def tesss(tess):
    """Her browser."""
    return logged_in(tess)


@pytest.fixture
def model(db):
    return make_model(mask_support=UpstreamModel.MaskSupport.ENFORCED)


def new(model, *dialects):
    query = "&".join(f"dialect={dialect}" for dialect in dialects)
    return reverse("admin:editor_masktest_new", args=[model.pk]) + (query and f"?{query}")


def act(test, name, *more):
    return reverse(f"admin:editor_masktest_{name}", args=[test.pk, *more])


def started(by, model, *dialects) -> MaskTest:
    offered = offer(by, model, dialects or (ALPHA, DUAL))
    return start_test(offered, by, uuid.uuid4(), offered.total_nano)


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', page)


def test_the_price_of_what_is_chosen_is_named_and_nothing_is_sent(tesss, tess, model):
    tess.monthly_cap_nano = 30 * CENT
    tess.save()
    page = tesss.get(new(model)).content.decode()
    assert "Send 3 calls · $0.12" in page
    assert "$0.30" in page
    assert "from your own budget" in page
    one = tesss.get(new(model, "luminance")).content.decode()
    assert "Send 1 call · $0.04" in one
    assert hidden(one, "shown_total") == [str(4 * CENT)]
    none = tesss.get(new(model, "")).content.decode()
    assert "Choose at least one way" in none
    assert not EditJob.objects.exists()
    assert not Picture.objects.exists()


def test_the_button_starts_what_the_page_has_named(tesss, tess, model):
    page = tesss.get(new(model, "alpha", "dual")).content.decode()
    form = {
        "test_id": hidden(page, "test_id")[0],
        "shown_total": hidden(page, "shown_total")[0],
        "dialect": ["alpha", "dual"],
    }
    answer = tesss.post(new(model), form)
    test = MaskTest.objects.get()
    assert answer.url == test.get_absolute_url()
    assert test.by == tess
    assert tesss.post(new(model), form).url == test.get_absolute_url()
    assert EditJob.objects.count() == 2
    shown = tesss.get(answer.url).content.decode()
    assert "Under way" in shown
    assert all(f"sse:job-{job.pk}" in shown for job in test.jobs.all())
    assert 'sse-connect="/events"' in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"shown_total": "1"},
        {"shown_total": ""},
        {"dialect": []},
        {"dialect": ["sepia"]},
        {"test_id": "x"},
    ],
)
def test_another_price_or_nonsense_starts_nothing(tesss, model, changes):
    form = {"test_id": str(uuid.uuid4()), "shown_total": str(4 * CENT), "dialect": ["alpha"]}
    answer = tesss.post(new(model), {**form, **changes})
    assert answer.url == new(model)
    assert not EditJob.objects.exists()
    said = tesss.get(answer.url).content.decode()
    assert "Nothing was sent" in said


def test_what_does_not_fit_into_the_month_has_no_button(tesss, tess, model):
    tess.monthly_cap_nano = 5 * CENT
    tess.save()
    page = tesss.get(new(model, "alpha", "dual")).content.decode()
    assert "does not fit" in page
    assert re.search(r'<button class="mask-test__go"[^>]* disabled', page)
    form = {
        "test_id": str(uuid.uuid4()),
        "shown_total": str(8 * CENT),
        "dialect": ["alpha", "dual"],
    }
    tesss.post(new(model), form)
    assert not EditJob.objects.exists()


# Who may


def test_members_and_other_staff_are_kept_out(alices, alice, ritas, rita, anonymous, model):
    test = started(alice, model)
    pages = [new(model), test.get_absolute_url(), act(test, "status"), act(test, "picture")]
    posts = [new(model), act(test, "choose")]
    for browser in (anonymous, alices):
        for address in pages:
            assert browser.get(address).status_code == 302
        for address in posts:
            assert browser.post(address, {"dialect": "alpha"}).status_code == 302
    for address in pages:
        assert ritas.get(address).status_code == 403, address
    for address in posts:
        assert ritas.post(address, {"dialect": "alpha"}).status_code == 403
    assert EditJob.objects.count() == 2
    model.refresh_from_db()
    assert model.pinned == []


def test_who_may_look_may_neither_pay_nor_choose(ritas, reviewers_may, alice, model):
    reviewers_may(more={"editor.view_masktest"})
    looker = ritas
    test = started(alice, model)
    EditJob.objects.update(state=JobState.CANCELLED)
    page = looker.get(test.get_absolute_url())
    assert page.status_code == 200
    assert "Test again" not in page.content.decode()
    assert act(test, "choose") not in page.content.decode()
    assert looker.get(new(model)).status_code == 403
    assert looker.post(act(test, "choose"), {"dialect": "alpha"}).status_code == 403
    assert looker.get("/admin/editor/masktest/").status_code == 200
    assert "Test its masks" not in looker.get(
        reverse("admin:editor_upstreammodel_change", args=[model.pk])
    ).content.decode()  # fmt: skip


def test_acts_need_a_post_and_the_token(tesss, tess, model):
    test = started(tess, model)
    assert tesss.get(act(test, "choose")).status_code == 405
    strict = type(tesss)(enforce_csrf_checks=True)
    strict.force_login(tess)
    assert strict.post(act(test, "choose"), {"dialect": "alpha"}).status_code == 403
    assert strict.post(new(model), {}).status_code == 403


# What was found


def test_a_finished_test_shows_pictures_shares_and_a_button_for_what_it_proposes(
    tesss, tess, upstream
):
    refresh_catalogue()
    model = UpstreamModel.objects.get(model_id="sandbox/canvas-alpha-2")
    test = started(tess, model, ALPHA, LUMINANCE)
    for job in test.jobs.all():
        run_job(str(job.pk))
    page = tesss.get(test.get_absolute_url()).content.decode()
    assert "Proposed: alpha (transparent is edited)" in page
    assert "Follows the mask" in page
    assert "Refused" in page
    assert "missing alpha channel" in page
    assert "Use alpha" in page
    assert page.count("<meter") == 2
    pictures = re.findall(r'<img src="([^"]+)"', page)
    assert len(pictures) == 3
    kinds = set()
    for address in pictures:
        image = tesss.get(address)
        assert image.status_code == 200
        assert "immutable" in image["Cache-Control"]
        kinds.add(image["Content-Type"])
    assert kinds == {"image/png", "image/webp"}

    tesss.post(act(test, "choose"), {"dialect": "alpha"})
    model.refresh_from_db()
    assert (model.mask_dialect, model.mask_support) == ("alpha", "native")
    assert {"mask_dialect", "mask_support"} <= set(model.pinned)
    entry = LogEntry.objects.filter(content_type__model="upstreammodel").get()
    assert (entry.user, entry.object_id) == (tess, str(model.pk))
    assert "dual became alpha" in entry.change_message
    refresh_catalogue()
    listed = tesss.get("/admin/editor/upstreammodel/").content.decode()
    assert "set by staff" in listed
    again = tesss.get(test.get_absolute_url()).content.decode()
    assert "set by staff" in again
    assert "Use alpha" not in again


def test_pictures_of_other_edits_are_not_to_be_had_by_a_test(tesss, tess, alice, model):
    test = started(tess, model)
    job = make_job(alice)
    assert tesss.get(act(test, "shown", 999, "answer")).status_code == 404
    assert tesss.get(act(test, "shown", 1, "original")).status_code == 404
    assert str(job.pk) not in tesss.get(test.get_absolute_url()).content.decode()


def test_nonsense_is_not_chosen(tesss, tess, model):
    test = started(tess, model)
    tesss.post(act(test, "choose"), {"dialect": "sepia"})
    model.refresh_from_db()
    assert (model.mask_dialect, model.pinned) == ("dual", [])


def test_the_tests_are_listed_with_what_came_of_them(tesss, tess, model):
    test = started(tess, model)
    mask_tests.choose(test, DUAL, tess)
    page = tesss.get("/admin/editor/masktest/").content.decode()
    assert "alpha, dual" in page
    assert model.name in page
    assert tesss.get("/admin/editor/masktest/add/").status_code == 403
    assert tesss.get(f"/admin/editor/masktest/?model__id__exact={model.pk}").status_code == 200


def test_the_owner_finds_a_test_neither_in_the_gallery_nor_on_the_wall(tesss, tess, model):
    test = started(tess, model)
    for address in (reverse("editor:gallery"), reverse("editor:home")):
        page = tesss.get(address).content.decode()
        assert mask_tests.PROMPT not in page
        assert str(test.picture_id) not in page
    assert tesss.get(reverse("editor:queue")).content.decode().count(mask_tests.PROMPT) == 2


# The catalogue by hand


def change(model, **changes):
    form = {
        name: getattr(model, name)
        for name in ("name", "max_images", "max_inputs", "mask_support", "mask_dialect", "position")
    }
    shown = {**form, "sizes": "auto", "prices": "auto $0.04", "edits": "on"}
    return {**{f"initial-{name}": told for name, told in shown.items()}, **shown, **changes}


def test_a_dialect_set_by_hand_survives_a_refresh_and_is_shown_as_such(tesss, model):
    address = reverse("admin:editor_upstreammodel_change", args=[model.pk])
    assert tesss.post(address, change(model, mask_dialect="luminance")).status_code == 302
    (listed,) = parse_catalogue([{"id": model.model_id, "capabilities": {"inpainting": True}}])
    _keep(listed, 0)
    model.refresh_from_db()
    assert model.mask_dialect == "luminance"
    assert "set by staff" in tesss.get("/admin/editor/upstreammodel/").content.decode()
    tesss.post(
        "/admin/editor/upstreammodel/",
        {"action": "follow_catalogue", "_selected_action": [model.pk]},
    )
    _keep(listed, 0)
    model.refresh_from_db()
    assert (model.mask_dialect, model.pinned) == ("dual", [])
    assert LogEntry.objects.filter(change_message__contains="No longer kept").exists()


def test_nobody_is_told_that_a_model_reads_masks_that_it_is_not_sent(tesss, model):
    address = reverse("admin:editor_upstreammodel_change", args=[model.pk])
    wrong = change(model, mask_dialect="none", mask_support="native")
    page = tesss.post(address, wrong)
    assert page.status_code == 200
    assert "nothing but this server enforces it" in page.content.decode()
    right = change(model, mask_dialect="none", mask_support="enforced")
    assert tesss.post(address, right).status_code == 302


def test_the_studio_says_that_a_mask_is_enforced_here(alices, alice, model):
    picture = make_job(alice, model=model).picture
    page = alices.get(picture.get_absolute_url()).content.decode()
    assert "Mask enforced here" in page
    UpstreamModel.objects.update(mask_support="native")
    assert "Mask enforced here" not in alices.get(picture.get_absolute_url()).content.decode()
