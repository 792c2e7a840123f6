"""What is withheld shows no pixel to its owner, by whatever address; the walk knows them all."""

import uuid

import pytest
from django.db import transaction
from django.utils import timezone

from editor import archives, collecting, storage
from editor.models import Archive, EditJob, Extension, ImportedPack, JobState, Picture, Result
from editor.reviews import give_verdict
from editor.sharing_links import Limits, Shown, make_share
from editor.withholding import release, withheld_since, withhold
from tests.factories import make_job, make_mask, make_model, make_picture
from tests.views.addresses import every_address
from tests.views.test_access import belongings

__all__ = ["belongings"]

pytestmark = pytest.mark.django_db
# They end what one has, or lead nowhere near a picture.
NOT_WALKED = {"editor:logout", "account_logout", "editor:sessions_end", "editor:static_moved"}
ROUTES = [each for each in every_address() if not each.name.startswith("admin:")]
BY_ID = [each for each in ROUTES if each.takes_parts and not each.name.startswith("mfa_")]


RAW = b"what the upstream sent for this one alone"
BLUR = "data:image/webp;base64,b25seSBvZiB0aGlzIG9uZQ=="


@pytest.fixture
def result(belongings):
    """The result of Alice's edit, not to be taken for the picture that it was made of."""
    found = Result.objects.select_related("picture", "attempt__job").get(pk=belongings["results"])
    storage.put(str(found.raw.name), RAW)
    Picture.objects.filter(pk=found.picture_id).update(placeholder=BLUR)
    return found


@pytest.fixture
def withheld(belongings, result, alice, rita):
    """Alice's result, shared, collected and packed before it was taken out of her sight."""
    job, made = result.attempt.job, result.picture
    _share, token = make_share(alice, Shown(made), Limits())
    collecting.add_to_collection(alice, "Best", [made.pk])
    ImportedPack.objects.update(told={"edit": {}, "attempts": [], "files": []})
    Archive.objects.filter(pk=belongings["archives"]).update(asked={"pictures": [str(made.pk)]})
    withhold(job, rita, "Looked at again.")
    return {**belongings, "pictures": made.pk, "picture": made.pk, "trash": made.pk, "s": token}


def body_of(answer):
    return getattr(answer, "body", None) or answer.content


def shows(answer, result):
    """Whether an answer holds the picture's blur, or the raw answer it was made of."""
    body = body_of(answer)
    return answer.status_code == 200 and (RAW in body or BLUR in body.decode(errors="ignore"))


FILES = ("pictures/", "results/", "trash/", "s/")


def asked(client, route, withheld, method):
    """What an address answers; what it has changed is taken back."""
    with transaction.atomic():
        answer = getattr(client, method)(route.path(withheld))
        transaction.set_rollback(True)
    return answer


@pytest.mark.once
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_by_id_shows_alice_what_is_withheld(alices, withheld, result, method):
    for route in BY_ID:
        answer = asked(alices, route, withheld, method)
        assert not shows(answer, result), route.name
        if route.pattern.startswith(FILES):
            assert answer.status_code in (404, 405, 409), route.name


@pytest.mark.once
def test_no_page_of_hers_shows_it_or_names_its_file(alices, withheld, result):
    for route in ROUTES:
        if route.name in NOT_WALKED:
            continue
        answer = asked(alices, route, withheld, "get")
        assert not shows(answer, result), route.name
        if answer.status_code == 200:
            page = body_of(answer).decode(errors="ignore")
            assert f"/pictures/{result.picture_id}/" not in page, route.name


def test_it_was_there_before(alices, belongings, result):
    """Else the walk above could not fail."""
    assert alices.get(result.picture.thumb_url).status_code == 200
    assert shows(alices.get(result.raw_url), result)
    assert shows(alices.get("/gallery/"), result)
    page = alices.get(result.attempt.job.get_absolute_url())
    assert f"/pictures/{result.picture_id}/" in page.content.decode()


def test_a_link_opens_no_more_and_opens_again(anonymous, withheld, result, rita):
    link = f"/s/{withheld['s']}/"
    assert anonymous.get(link).status_code == 404
    release(result.attempt.job, rita)
    assert anonymous.get(link).status_code == 200


def test_what_was_packed_is_given_out_no_more_and_nothing_new_is_packed(
    alices, withheld, result, alice
):
    found = Archive.objects.get(pk=withheld["archives"])
    assert not found.is_ready
    assert alices.get(f"/archives/{found.pk}/file/").status_code == 404
    with pytest.raises(archives.NotTheirs):
        archives.ask_for_archive(alice, pictures=[result.picture_id])
    with pytest.raises(archives.ArchiveRefused):
        archives.ask_for_evidence(EditJob.objects.get(pk=result.attempt.job_id))


def test_it_is_neither_base_nor_reference_of_a_new_edit(alices, withheld, result):
    model = make_model()
    form = {
        "prompt": "more of it",
        "model": model.model_id,
        "n": 1,
        "size": "auto",
        "submit_key": uuid.uuid4(),
        "shown_price": model.estimate_nano("auto", 1),
    }
    before = EditJob.objects.count()
    made, base = result.picture_id, result.attempt.job.picture_id
    assert alices.post(f"/pictures/{made}/edit/", form).status_code == 404
    alices.post(f"/pictures/{base}/edit/", {**form, "references": [str(made)]})
    assert EditJob.objects.count() == before


def test_alice_reads_where_it_stands_and_keeps_her_receipt(alices, withheld, result):
    page = " ".join(alices.get(result.attempt.job.get_absolute_url()).content.decode().split())
    assert "Waiting for review" in page
    assert "A reviewer looks at it before you can." in page
    assert "Receipt" in page
    assert "Results withheld: Looked at again." in page


def test_alice_reads_why_it_was_not_released_and_may_send_it_again(settings, alices, alice, rita):
    settings.PUBLISH = "after_review"
    job = make_job(alice, JobState.DONE, masked=False)
    give_verdict(job, rita, "rejected", "Shows a brand.")
    page = " ".join(alices.get(job.get_absolute_url()).content.decode().split())
    assert "Not released" in page
    assert "Shows a brand." in page
    assert "Same again" in page


def test_it_goes_into_the_trash_and_comes_back_withheld(alices, withheld, result):
    job = result.attempt.job
    alices.post(f"/jobs/{job.pk}/delete/")
    assert not shows(alices.get("/trash/"), result)
    assert alices.get(f"/trash/{result.picture_id}/thumb/").status_code == 404
    assert Picture.objects.get(pk=result.picture_id).deleted_at is not None
    alices.post("/trash/restore/", {"edit": str(job.pk)})
    found = Picture.objects.get(pk=result.picture_id)
    assert found.deleted_at is None
    assert found.withheld_at is not None


def test_a_larger_canvas_of_it_goes_and_comes_with_it(alice, rita, result):
    canvas = make_picture(alice)
    Extension.objects.create(
        picture=canvas, of=result.picture, mask=make_mask(canvas), left=0, top=0, right=0, bottom=0
    )
    hers = Picture.objects.owned_by(alice).filter(pk=canvas.pk)
    withhold(result.attempt.job, rita, "Why.")
    assert not hers.exists()
    release(result.attempt.job, rita)
    assert hers.exists()


def test_rita_sees_it_and_that_is_noted(ritas, withheld, result):
    assert ritas.get(f"/pictures/{result.picture_id}/preview/").status_code == 200
    assert result.attempt.job.events.filter(sentence="Looked at by staff.").count() == 1


def test_late_results_of_a_withheld_edit_are_withheld_too(alice, rita):
    job = make_job(alice, JobState.RECEIVED, masked=False)
    EditJob.objects.filter(pk=job.pk).update(withheld_at=timezone.now())
    assert withheld_since(job) is not None
